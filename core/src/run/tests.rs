//! Runs from the outside: workers, programs, limits and files.

#[cfg(unix)]
use super::testing::program;
use super::testing::{SOON, start, start_without, until_finished};
use super::{Completion, EventKind, Outcome, OutcomeStatus, Run, RunOptions, Ticket};
use crate::error::Code;
use crate::graph::OpId;
use crate::history;
use crate::history::open::{self, OutputQuery};
use crate::operation::{FailureStrategy, Operation, RetryPolicy, StopMode, Work};
use crate::plan::tests::{plan, script};
use crate::record::disk::Files;
use crate::record::entry::{Ended, Retrying, RollingBack, Stop};
use crate::record::{self, ErrorReport, Record, SkipKind, What};
use crate::scheduler::{GuardLimits, RunStatus, State, Status, StopReason};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn work(ticket: Ticket) -> (OpId, u32) {
    match ticket {
        Ticket::Work(op, attempt) => (op, attempt),
        other => panic!("no work but {other:?}"),
    }
}

/// In release builds too: an illegal change is a fault of the run that everybody hears of.
#[test]
fn a_defect_of_the_scheduler_ends_the_run_and_says_so() {
    use crate::scheduler::Change;
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"]), script("c", &[])], RunOptions::new(2));
    assert_eq!(work(run.take(1, SOON)), (OpId(0), 1));
    let waiting = std::thread::spawn({
        let run = Arc::clone(&run);
        move || (run.take(2, SOON), run.take(2, SOON))
    });
    // The second worker has c and waits for b, or is about to.
    while run.active().iter().any(|explained| explained.name == "c" && explained.waiting.state != "running") {
        std::thread::yield_now();
    }
    run.driver.lock().scheduler.force(OpId(1), Change::Serve);
    assert_eq!(run.driver.lock().scheduler.state(OpId(1)), State::Waiting, "nothing was changed");
    assert_eq!(run.complete(OpId(0), 1, Outcome::default()), Completion::Accepted);
    let events = until_finished(&hub);
    let stopped: Vec<OpId> = events
        .iter()
        .filter_map(|event| match event {
            EventKind::Happened(What::Stop(Stop { op, worker: Some(_), .. })) => Some(*op),
            _ => None,
        })
        .collect();
    assert_eq!(stopped, [OpId(0), OpId(2)], "what runs is asked to stop");
    assert_eq!(waiting.join().unwrap().1, Ticket::Over);
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::Failed));
    assert_eq!(result.defect.as_deref(), Some("operation 1 is Waiting, where Serve must not happen"));
    assert_eq!(run.complete(OpId(2), 1, Outcome::default()), Completion::Accepted, "and changes nothing");
    assert_eq!(run.result().operations[2].status, None);
}

/// More milliseconds than any test takes.
const HOUR: u64 = 3_600_000;

#[test]
fn it_is_known_since_when_an_operation_waits() {
    let (run, _) = start(vec![script("a", &[]), script("b", &["a"]), script("c", &[])], RunOptions::new(1));
    assert_eq!(work(run.take(1, SOON)), (OpId(0), 1));
    // Time passes while both wait.
    run.driver.lock().clock.advance(HOUR);
    assert!(run.active().iter().all(|explained| explained.in_state_ms >= HOUR));
    run.complete(OpId(0), 1, Outcome::default());
    let active = run.active();
    let age = |name: &str| active.iter().find(|explained| explained.name == name).unwrap().in_state_ms;
    assert!(age("b") < HOUR, "b was waiting and is ready now");
    assert!(
        age("c") <= age("b") || age("c") >= HOUR,
        "c changed when it was admitted, or has waited all along"
    );
}

fn failed() -> Outcome {
    Outcome { status: OutcomeStatus::Failed, ..Outcome::default() }
}

#[test]
fn a_worker_takes_completes_and_is_let_go() {
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], RunOptions::new(4));
    let (a, attempt) = work(run.take(1, SOON));
    let (completion, next) = run.complete_and_take(a, attempt, Outcome::default(), 1, SOON);
    assert_eq!(completion, Completion::Accepted);
    let (b, attempt) = work(next);
    assert_eq!(b, OpId(1));
    assert_eq!(run.complete_and_take(b, attempt, Outcome::default(), 1, SOON).1, Ticket::Over);
    until_finished(&hub);
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::Succeeded));
    assert_eq!(result.order_started, ["a", "b"]);
    assert_eq!(result.operations[1].worker, Some(1));
}

#[test]
fn waiting_ends_with_time_a_wake_or_the_end() {
    let (run, _hub) = start(vec![script("a", &[]), script("b", &["a"])], RunOptions::new(4));
    let (a, attempt) = work(run.take(1, SOON));
    assert_eq!(run.take(2, Duration::ZERO), Ticket::Idle);
    run.wake(2);
    assert_eq!(run.take(2, SOON), Ticket::Woken);
    let waiting = std::thread::spawn({
        let run = Arc::clone(&run);
        move || run.take(2, Duration::MAX)
    });
    assert_eq!(run.complete(a, attempt, failed()), Completion::Accepted);
    assert_eq!(waiting.join().unwrap(), Ticket::Over);
}

#[test]
fn an_answer_for_what_is_not_open_is_stale() {
    let (run, _hub) = start(vec![script("a", &[])], RunOptions::new(1));
    assert_eq!(run.complete(OpId(0), 1, Outcome::default()), Completion::Stale, "it was not taken");
    assert_eq!(run.complete(OpId(9), 1, Outcome::default()), Completion::Stale, "it does not exist");
    let (a, attempt) = work(run.take(1, SOON));
    assert_eq!(run.complete(a, attempt, Outcome::default()), Completion::Accepted);
    assert_eq!(run.complete(a, attempt, failed()), Completion::Stale);
    assert_eq!(run.result().operations[0].status, Some(Status::Succeeded));
}

#[test]
fn workers_are_asked_for_when_scripts_wait() {
    let (run, hub) = start(vec![script("a", &[]), script("b", &[]), script("c", &[])], RunOptions::new(2));
    let demands: Vec<_> = hub.take(SOON).into_iter().map(|event| event.kind).collect();
    assert_eq!(demands, [EventKind::Demand { workers: 2 }]);
    let (a, attempt) = work(run.take(1, SOON));
    let (_, next) = run.complete_and_take(a, attempt, Outcome::default(), 1, SOON);
    work(next);
    assert!(
        hub.take(SOON)
            .iter()
            .all(|event| !matches!(event.kind, EventKind::Demand { workers } if workers > 2)),
        "a worker that takes the next operation at once needs no help"
    );
}

#[test]
fn a_limit_that_passes_stops_the_script_and_grace_abandons_it() {
    let mut slow = script("slow", &[]);
    slow.timeout_ms = Some(30);
    let options = RunOptions { stop_grace_ms: 20, ..RunOptions::new(1) };
    let (run, hub) = start(vec![slow], options);
    let (op, attempt) = work(run.take(3, SOON));
    let seen = until_finished(&hub);
    assert!(seen.iter().any(|kind| matches!(
        kind,
        EventKind::Happened(What::Stop(Stop {
            worker: Some(3),
            reason: StopReason::Timeout,
            grace_ms: 20,
            ..
        }))
    )));
    let result = run.result();
    assert_eq!(result.operations[0].status, Some(Status::Abandoned));
    assert_eq!(result.status, Some(RunStatus::Failed));
    assert_eq!(run.complete(op, attempt, Outcome::default()), Completion::Accepted, "its slot is freed");
    assert!(hub.take(SOON).iter().any(|event| matches!(event.kind, EventKind::Happened(What::Released(_)))));
    assert_eq!(run.result().operations[0].status, Some(Status::Abandoned), "but it stays abandoned");
}

#[test]
fn a_timeout_says_which_limit_it_was() {
    let mut slow = script("slow", &[]);
    slow.timeout_ms = Some(30);
    let (run, hub) = start(vec![slow], RunOptions::new(1));
    let (op, attempt) = work(run.take(0, SOON));
    while !hub.take(SOON).iter().any(|event| matches!(event.kind, EventKind::Happened(What::Stop(_)))) {}
    run.complete(op, attempt, Outcome { status: OutcomeStatus::Stopped, ..Outcome::default() });
    let result = run.result();
    assert_eq!(result.operations[0].status, Some(Status::TimedOut));
    let error = result.operations[0].error.clone().unwrap();
    assert_eq!(error.id, "LabRunner.OperationTimeout");
    assert_eq!(error.message, "Operation 'slow' took longer than its limit of 30 ms.");
}

#[test]
fn what_is_skipped_names_the_failure_behind_it_and_not_its_neighbour() {
    let operations = vec![script("a", &[]), script("b", &["a"]), script("c", &["b"]), script("d", &["c"])];
    let (run, hub) = start(operations, RunOptions::new(1));
    let (op, attempt) = work(run.take(0, SOON));
    run.complete(op, attempt, Outcome { status: OutcomeStatus::Failed, ..Outcome::default() });
    until_finished(&hub);
    for skipped in &run.result().operations[1..] {
        let because = skipped.skipped_because.as_ref().unwrap();
        assert_eq!((because.kind, because.operation.as_deref()), (SkipKind::Dependency, Some("a")));
        assert!(because.message.contains("'a'"), "{}", because.message);
    }
}

#[test]
fn cancel_takes_back_what_nobody_took() {
    let (run, hub) = start(vec![script("a", &[])], RunOptions::new(1));
    run.cancel(StopMode::OWN_GRACE);
    until_finished(&hub);
    assert_eq!(run.take(1, SOON), Ticket::Over);
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::Canceled));
    assert_eq!(result.operations[0].skipped_because.as_ref().unwrap().kind, SkipKind::RunCanceled);
}

#[test]
fn many_workers_run_everything_once() {
    let operations: Vec<Operation> = (0..500)
        .map(|i| {
            let dependency = format!("op{}", i / 3);
            let dependencies: Vec<&str> = if i > 0 { vec![&dependency] } else { vec![] };
            script(&format!("op{i}"), &dependencies)
        })
        .collect();
    let options = RunOptions { failure: FailureStrategy::Continue, ..RunOptions::new(8) };
    let (run, hub) = start(operations, options);
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let run = Arc::clone(&run);
            std::thread::spawn(move || {
                let mut count = 0;
                let mut ticket = run.take(worker, SOON);
                while let Ticket::Work(op, attempt) = ticket {
                    count += 1;
                    ticket = run.complete_and_take(op, attempt, Outcome::default(), worker, SOON).1;
                }
                assert_eq!(ticket, Ticket::Over);
                count
            })
        })
        .collect();
    assert_eq!(workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u32>(), 500);
    until_finished(&hub);
    assert!(run.result().metrics.peak_concurrency <= 8);
}

#[test]
fn a_run_that_writes_files_leaves_a_journal_and_a_result() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("runs").join("one");
    let options =
        RunOptions { name: "lab one".to_owned(), directory: Some(directory.clone()), ..RunOptions::new(1) };
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], options);
    let (a, attempt) = work(run.take(1, SOON));
    run.complete(a, attempt, failed());
    until_finished(&hub);
    let names: Vec<String> =
        Record::open(&Files, &directory).unwrap().plan().into_iter().map(|planned| planned.name).collect();
    assert_eq!(names, ["a", "b"]);
    let journal = std::fs::read_to_string(record::segment_path(&directory, 1)).unwrap();
    let lines: Vec<serde_json::Value> =
        journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines[1..].iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["started", "ended", "skipped", "finished"]);
    let result: serde_json::Value =
        serde_json::from_slice(&std::fs::read(record::result_path(&directory)).unwrap()).unwrap();
    assert_eq!(result["status"], "Failed");
    let query = history::query::Query { directory: Some(folder.path().join("runs")), ..Default::default() };
    let runs = history::query::list(&query);
    assert_eq!((runs[0].name.as_str(), runs[0].status.as_str()), ("lab one", "Failed"));
    assert_eq!(runs[0].counts.get("Skipped"), Some(&1));
}

#[test]
fn a_run_without_a_folder_of_its_own_makes_one_below_the_root() {
    let root = tempfile::tempdir().unwrap();
    let options = RunOptions {
        name: "lab".to_owned(),
        journal: true,
        root: Some(root.path().to_owned()),
        ..RunOptions::new(1)
    };
    let (run, hub) = start(vec![script("a", &[])], options);
    run.cancel(StopMode::OWN_GRACE);
    until_finished(&hub);
    let query = history::query::Query { directory: Some(root.path().to_owned()), ..Default::default() };
    assert_eq!(history::query::list(&query)[0].status, "Canceled");
}

#[test]
fn what_was_left_out_is_written_down_and_a_run_without_what_was_wanted_is_not_whole() {
    let folder = tempfile::tempdir().unwrap();
    for (excluded, status, skipped) in
        [(["x", "y"], "Succeeded", None), (["x", "x"], "PartiallySucceeded", Some(&1))]
    {
        let directory = folder.path().join(status);
        let options = RunOptions { directory: Some(directory.clone()), ..RunOptions::new(1) };
        let operations = vec![script("a", &[]), script("x", &[]), script("y", &["x"])];
        let (run, hub) = start_without(&excluded, operations, options);
        let (a, attempt) = work(run.take(1, SOON));
        run.complete(a, attempt, Outcome::default());
        until_finished(&hub);
        let left_out = run.result().left_out;
        assert_eq!(left_out.iter().map(|left| left.name.as_str()).collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(left_out[1].was_wanted(), skipped.is_some());
        assert_eq!(format!("{:?}", run.result().status.unwrap()), status);
        let summary = history::query::summarize(&directory).unwrap();
        assert_eq!((summary.status.as_str(), summary.counts.get("Skipped")), (status, skipped));
        let journal = std::fs::read_to_string(record::header_path(&directory)).unwrap();
        assert_eq!(
            journal.matches(&left_out[1].message).count(),
            if skipped.is_some() { 1 } else { 2 },
            "{journal}"
        );
    }
}

#[test]
fn files_that_cannot_be_written_are_an_error_before_anything_starts() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let options = RunOptions { directory: Some(file.path().join("x")), ..RunOptions::new(1) };
    let fault = Run::start(Arc::new(plan(vec![script("a", &[])])), options, Arc::default(), 1).err().unwrap();
    assert_eq!(fault.code, Code::JournalUnwritable);
}

#[cfg(unix)]
#[test]
fn programs_run_without_a_worker_and_their_output_is_made_known_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut after = program("fails", &[], "echo broken >&2; exit 3");
    after.dependencies = vec!["says".to_owned()];
    let options = RunOptions { directory: Some(folder.path().join("run")), ..RunOptions::new(2) };
    let (run, hub) = start(vec![program("says", &[], "echo one; echo two"), after], options);
    let seen = until_finished(&hub);
    let lines: Vec<String> = seen
        .iter()
        .filter_map(|kind| match kind {
            EventKind::Output { line, .. } => Some(line.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(lines, ["one", "two", "broken"]);
    let result = run.result();
    assert_eq!(result.operations[0].status, Some(Status::Succeeded));
    assert_eq!(result.operations[1].status, Some(Status::Failed));
    assert_eq!(result.operations[1].exit_code, Some(3));
    assert_eq!(result.operations[1].error.as_ref().unwrap().id, "LabRunner.ProcessExitCode");
    let written: Vec<(String, String)> = written(&folder.path().join("run"));
    assert_eq!(
        written,
        [("says", "one"), ("says", "two"), ("fails", "broken")]
            .map(|(op, text)| (op.to_owned(), text.to_owned()))
    );
}

/// What the operations of a run wrote, and who wrote it.
#[cfg(unix)]
fn written(directory: &std::path::Path) -> Vec<(String, String)> {
    let query = OutputQuery { place: directory.to_owned(), ..OutputQuery::default() };
    let page = open::output(&query).unwrap();
    assert!(page.damage.is_none() && !page.running);
    page.records.into_iter().map(|named| (named.operation, named.record.text.unwrap_or_default())).collect()
}

/// The program proves that it has the value by a fact about it, which is not a secret.
#[cfg(unix)]
#[test]
fn a_program_gets_a_secret_that_nothing_else_ever_has() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(390);
    let mut gets = program("gets", &[], &format!("echo ${{#KEY}} $KEY; echo {long}$KEY >&2; exit 4"));
    if let Work::Process(spec) = &mut gets.work {
        spec.environment.insert("KEY".to_owned(), Some("secret://key".to_owned()));
    }
    let mut lacks = program("lacks", &[], "echo ran");
    if let Work::Process(spec) = &mut lacks.work {
        spec.environment.insert("KEY".to_owned(), Some("secret://other".to_owned()));
    }
    let secrets = BTreeMap::from([("key".to_owned(), "hunter2-hunter2".to_owned())]).into();
    let options = RunOptions {
        directory: Some(folder.path().join("run")),
        failure: FailureStrategy::Continue,
        secrets,
        ..RunOptions::new(2)
    };
    let (run, hub) = start(vec![gets, lacks], options);
    let seen = until_finished(&hub);
    let result = run.result();
    let told = format!("{seen:?} {}", serde_json::to_string(&result).unwrap());
    assert!(told.contains(r#"line: "15 ********""#), "{told}");
    assert!(result.operations[0].error.as_ref().unwrap().message.contains("********"));
    let lacking = result.operations[1].error.as_ref().unwrap();
    assert_eq!(lacking.id, "LabRunner.InvalidSecret");
    assert!(lacking.message.contains("'other'"), "{}", lacking.message);
    let directory = folder.path().join("run");
    let log = format!("{:?}", written(&directory));
    assert!(log.contains("15 ********"), "{log}");
    let stored = std::fs::read(record::output::output_path(&directory, 1)).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("hunter2"));
    let files = [
        record::segment_path(&directory, 1),
        record::result_path(&directory),
        record::header_path(&directory),
        record::plan_path(&directory),
    ]
    .map(|path| std::fs::read_to_string(path).unwrap());
    for text in [&told, &log].into_iter().chain(&files) {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_takes_too_long_is_stopped() {
    let mut slow = program("slow", &[], "sleep 600");
    slow.timeout_ms = Some(100);
    let (run, hub) = start(vec![slow], RunOptions::new(1));
    until_finished(&hub);
    assert_eq!(run.result().operations[0].status, Some(Status::TimedOut));
}

#[cfg(unix)]
#[test]
fn a_service_serves_until_the_runs_end() {
    let spec = crate::work::process::listener_program::plain("");
    let service = Operation { work: Work::Process(Box::new(spec)), ..script("web", &[]) };
    let (run, hub) = start(vec![service, script("probe", &["web"])], RunOptions::new(1));
    let (probe, attempt) = work(run.take(1, SOON));
    assert_eq!(run.result().operations[0].status, None, "it serves");
    run.complete(probe, attempt, Outcome::default());
    let seen = until_finished(&hub);
    assert!(seen.iter().any(|kind| matches!(
        kind,
        EventKind::Happened(What::Stop(Stop { reason: StopReason::RunEnded, .. }))
    )));
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::Succeeded), "{result:?}");
}

#[test]
fn a_run_that_is_dropped_leaves_no_timer_behind() {
    let (run, _hub) = start(vec![script("a", &[])], RunOptions::new(1));
    let weak = Arc::downgrade(&run);
    drop(run);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_retry_matches_the_error_and_asks_for_a_worker_again() {
    let policy = RetryPolicy { count: 2, retry_on: vec!["busy".to_owned()], ..RetryPolicy::default() };
    let flaky = Operation { retry: Some(Box::new(policy)), ..script("a", &[]) };
    let (run, hub) = start(vec![flaky], RunOptions::new(1));
    let broken =
        |message: &str| Outcome { error: Some(ErrorReport::new(Code::OperationFailed, message)), ..failed() };
    let (a, attempt) = work(run.take(4, SOON));
    let (_, again) = run.complete_and_take(a, attempt, broken("The disk is BUSY."), 4, SOON);
    assert_eq!(work(again), (a, 2), "the worker that failed may try again");
    assert_eq!(run.complete(a, 2, broken("No such file.")), Completion::Accepted);
    let seen = until_finished(&hub);
    let retried = seen.iter().find_map(|kind| match kind {
        EventKind::Happened(What::Retrying(Retrying { end, delay_ms })) => {
            let message = end.error.clone().unwrap().message;
            Some((end.attempt, end.status, end.worker, message, *delay_ms))
        }
        _ => None,
    });
    assert_eq!(retried, Some((1, Status::Failed, Some(4), "The disk is BUSY.".to_owned(), 0)));
    let result = run.result();
    assert_eq!((result.operations[0].status, result.operations[0].attempts), (Some(Status::Failed), 2));
    assert_eq!(result.operations[0].error.as_ref().unwrap().message, "No such file.");
    assert_eq!(result.order_started, ["a"]);
    assert_eq!(run.take(4, SOON), Ticket::Over);
}

#[test]
fn the_runs_own_policy_is_checked_before_anything_starts() {
    let policy = RetryPolicy { count: 1, retry_on: vec!["(".to_owned()], ..RetryPolicy::default() };
    let options = RunOptions { retry: Some(policy), ..RunOptions::new(1) };
    let fault = Run::start(Arc::new(plan(vec![script("a", &[])])), options, Arc::default(), 1).err().unwrap();
    assert_eq!(fault.code, Code::InvalidPattern);
}

#[test]
fn a_rollback_runs_as_operations_of_its_own_and_has_its_own_report() {
    let undoable = Operation { compensation: Some(Box::new(Work::Script)), ..script("a", &[]) };
    let options = RunOptions { failure: FailureStrategy::Rollback, ..RunOptions::new(1) };
    let (run, hub) = start(vec![undoable, script("b", &["a"])], options);
    let (a, attempt) = work(run.take(1, SOON));
    let (_, next) = run.complete_and_take(a, attempt, Outcome::default(), 1, SOON);
    let (b, attempt) = work(next);
    let (_, undo) = run.complete_and_take(b, attempt, failed(), 1, SOON);
    let (undo, attempt) = work(undo);
    assert_eq!((undo, run.plan().compensates(undo)), (OpId(2), Some(a)));
    run.complete(undo, attempt, Outcome::default());
    assert!(
        until_finished(&hub)
            .contains(&EventKind::Happened(What::RollingBack(RollingBack { op: b, name: "b".to_owned() })))
    );
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::Failed));
    assert_eq!(result.operations.len(), 2);
    let report = &result.rollback[0];
    assert_eq!((report.name.as_str(), report.compensates.as_deref()), ("a (rollback)", Some("a")));
    assert_eq!(report.status, Some(Status::Succeeded));
}

#[test]
fn what_is_active_says_why_it_waits() {
    let (run, _hub) =
        start(vec![script("a", &[]), script("b", &["a"]), script("c", &[])], RunOptions::new(1));
    work(run.take(3, SOON));
    let reasons: Vec<(String, String)> =
        run.active().into_iter().map(|active| (active.name, active.reason)).collect();
    let expected =
        [("a", "it is running"), ("b", "it waits for 'a'"), ("c", "all slots are in use (1 of 1)")];
    assert_eq!(reasons, expected.map(|(name, reason)| (name.to_owned(), reason.to_owned())));
    assert_eq!(run.explain(OpId(0)).unwrap().worker, Some(3));
    assert_eq!(run.explain(OpId(9)), None);
    let document = serde_json::to_value(run.explain(OpId(2))).unwrap();
    assert_eq!(document["slots"], serde_json::json!({"used": 1, "limit": 1}));
}

#[test]
fn a_machine_over_its_limit_holds_back_all_but_one() {
    let guard = Some(GuardLimits { memory_mib: Some(1), cpu_percent: None });
    let options = RunOptions { guard, ..RunOptions::new(2) };
    let (run, _hub) = start(vec![script("a", &[]), script("b", &["a"]), script("c", &["a"])], options);
    let (a, attempt) = work(run.take(1, SOON));
    // Any machine uses more than that, so the shell's own samples say the same.
    assert!(run.sampled(Some(2), None));
    let (_, next) = run.complete_and_take(a, attempt, Outcome::default(), 1, SOON);
    work(next);
    let waiting: Vec<_> = run.active().into_iter().filter_map(|active| active.waiting.guard).collect();
    assert_eq!(waiting.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_program_that_failed_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("been-here");
    let once = format!("test -e '{0}' || {{ touch '{0}'; exit 7; }}", mark.display());
    let policy = RetryPolicy { count: 1, retry_on: vec!["exit code 7".to_owned()], ..RetryPolicy::default() };
    let flaky = Operation { retry: Some(Box::new(policy)), ..program("flaky", &[], &once) };
    let (run, hub) = start(vec![flaky], RunOptions::new(1));
    let seen = until_finished(&hub);
    assert!(
        seen.iter().any(|kind| matches!(
            kind,
            EventKind::Happened(What::Retrying(Retrying { end: Ended { exit_code: Some(7), .. }, .. }))
        )),
        "{seen:?}"
    );
    let result = run.result();
    assert_eq!((result.operations[0].status, result.operations[0].attempts), (Some(Status::Succeeded), 2));
    assert_eq!(result.operations[0].error, None);
}

/// Each line is written within the spans of its run, operation and attempt, also what a task has to tell.
#[cfg(unix)]
#[test]
fn a_run_that_is_asked_for_a_log_tells_of_its_working_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, log: Option<&str>| {
        let directory = folder.path().join(name);
        let options = RunOptions {
            name: name.to_owned(),
            directory: Some(directory.clone()),
            log: log.map(str::to_owned),
            ..RunOptions::new(1)
        };
        let (run, hub) = start(vec![script("a", &[]), program("b", &["a"], "true")], options);
        let (a, attempt) = work(run.take(1, SOON));
        run.complete(a, attempt, Outcome::default());
        let warned = until_finished(&hub).into_iter().find_map(|event| match event {
            EventKind::Warning { message } => Some(message),
            _ => None,
        });
        (std::fs::read_to_string(directory.join("log.txt")).ok(), warned)
    };
    assert_eq!(run("silent", None), (None, None));
    assert_eq!(run("off", Some("Off")), (None, None));
    let (none, warned) = run("odd", Some("loud"));
    assert_eq!((none, warned.unwrap().contains("'loud' is not a level")), (None, true));
    let (log, warned) = run("told", Some("debug"));
    let log = log.unwrap();
    assert_eq!(warned, None);
    let has = |parts: &[&str]| log.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(
        has(&["run{id=", "name=\"told\"}", "operation{name=\"a\"}", "attempt{number=1}", "\"ended\""]),
        "{log}"
    );
    assert!(has(&["operation{name=\"b\"}", "attempt{number=1}", "\"ended\""]), "{log}");
    assert!(has(&["operation{name=\"b\"}", "DEBUG", "started pid="]), "{log}");
    assert!(has(&["DEBUG", "step"]) && has(&["\"finished\""]) && !log.contains("TRACE"), "{log}");
}
