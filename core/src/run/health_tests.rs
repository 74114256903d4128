//! Runs whose operations ail, with real programs: services that die or hang, checks that flap or never answer, budgets that
//! are used up.

use super::super::testing::{SOON, program, start, until, until_finished};
use super::super::{EventHub, EventKind, Outcome, RunOptions, Ticket};
use super::*;
use crate::error::Code;
use crate::history::query;
use crate::operation::{Operation, ProcessSpec, Question, Remedy, Work};
use crate::plan::tests::script;
use crate::record::disk::Files;
use crate::record::entry::{Serving, Spawned};
use crate::record::health::Health;
use crate::record::took::assert_told_by_both;
use crate::record::{Record, What};
use crate::scheduler::{RunStatus, Status as Ending};
use crate::work::process::listener_program;
use std::path::Path;

fn shell(text: &str) -> Call {
    let arguments = vec!["-c".to_owned(), text.to_owned()];
    Call::Command(Box::new(ProcessSpec { command: "sh".to_owned(), arguments, ..ProcessSpec::default() }))
}

/// A check that is asked again at once, and fails twice before that counts.
fn check(text: &str) -> HealthCheck {
    let plain = HealthCheck::new(Question::Call(shell(text)));
    HealthCheck { name: "own".to_owned(), interval_ms: 1, timeout_ms: 20_000, retries: 2, ..plain }
}

fn service(name: &str, before: &str, checks: Vec<HealthCheck>) -> Operation {
    let work = Work::Process(Box::new(listener_program::plain(before)));
    Operation { work, health: checks, ..script(name, &[]) }
}

fn recorded(root: &Path, slots: u32) -> RunOptions {
    RunOptions { directory: Some(root.join("run")), ..RunOptions::new(slots) }
}

fn health(event: &EventKind) -> Option<&Health> {
    match event {
        EventKind::Happened(What::Health(health)) => Some(health),
        _ => None,
    }
}

/// Waits for an entry of a check; gives the first that is as wanted.
fn entry(hub: &EventHub, wanted: impl Fn(&Health) -> bool) -> Health {
    let mut seen = until(hub, |event| health(event).is_some_and(&wanted));
    seen.pop().as_ref().and_then(health).cloned().unwrap()
}

fn serves(hub: &EventHub, number: u32) {
    until(
        hub,
        |event| matches!(event, EventKind::Happened(What::Serving(Serving { attempt, .. })) if *attempt == number),
    );
}

/// Reads a file until it is as wanted: it is written by a program that nothing else tells of.
fn read_until(file: &Path, wanted: impl Fn(&str) -> bool) -> String {
    let deadline = std::time::Instant::now() + SOON;
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if wanted(&text) {
            return text;
        }
        assert!(std::time::Instant::now() < deadline, "it was not written in time: {text:?}");
        std::thread::yield_now();
    }
}

/// The health of the operations as the record has it: by its result, and by its journal.
fn in_the_record(root: &Path) {
    let folder = root.join("run");
    let record = Record::open(&Files, &folder).unwrap();
    assert_told_by_both(&record);
    let of_journal = record.replay().0;
    let of_result = query::detail(&record).unwrap().run.operations.unwrap();
    for (journal, result) in of_journal.operations.iter().zip(of_result) {
        assert_eq!(journal.health, result.health);
        assert_eq!(format!("{:?}", journal.stage), format!("Ended({})", result.state));
        assert_eq!(journal.error.is_some(), result.error.is_some());
    }
}

#[test]
fn a_service_that_hangs_is_restarted_while_its_dependent_runs_and_that_is_made_known() {
    let root = tempfile::tempdir().unwrap();
    let (sick, known) = (root.path().join("sick"), root.path().join("known"));
    let before = format!("rm -f '{}';", sick.display());
    let own = HealthCheck {
        notify: Some(shell(&format!(
            "echo \"$LAB_OPERATION $LAB_CHECK $LAB_STATUS\" >> '{}'",
            known.display()
        ))),
        ..check(&format!("test ! -e '{}'", sick.display()))
    };
    let operations = vec![service("web", &before, vec![own]), script("uses", &["web"])];
    let (run, hub) = start(operations, recorded(root.path(), 1));
    let Ticket::Work(op, attempt) = run.take(1, SOON) else { panic!("it never became ready") };
    let healthy = entry(&hub, |entry| entry.status == Status::Healthy);
    assert_eq!((healthy.check.as_str(), healthy.remedy), ("own", None));
    std::fs::write(&sick, "").unwrap();
    let unhealthy = entry(&hub, |entry| entry.status == Status::Unhealthy);
    assert_eq!((unhealthy.done(), unhealthy.time, unhealthy.budget), (Some(Remedy::Restart), 1, 3));
    assert_eq!(
        unhealthy.sentence(),
        "'web' is unhealthy: check 'own' failed 2 times in a row: program 'sh' ended with exit code 1. It is restarted (1 of 3)."
    );
    serves(&hub, 2);
    entry(&hub, |entry| entry.status == Status::Healthy);
    read_until(&known, |text| text.contains("web own Unhealthy") && text.contains("web own Healthy"));
    run.complete(op, attempt, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    assert_eq!((result.status, result.operations[0].attempts), (Some(RunStatus::Succeeded), 2));
    let [stands] = &result.operations[0].health[..] else { panic!("one check") };
    assert_eq!((stands.status, stands.times_unhealthy), (Status::Healthy, 1));
    in_the_record(root.path());
}

#[test]
fn a_service_that_dies_is_started_again_until_its_budget_is_used_up() {
    let root = tempfile::tempdir().unwrap();
    let own = HealthCheck { budget: 1, ..check("exit 0") };
    let (run, hub) =
        start(vec![service("web", "", vec![own]), script("uses", &["web"])], recorded(root.path(), 2));
    let Ticket::Work(op, attempt) = run.take(1, SOON) else { panic!("it never became ready") };
    let mut seen = Vec::new();
    for number in 1..=2 {
        let serving = |event: &EventKind| matches!(event, EventKind::Happened(What::Serving(Serving { attempt, .. })) if *attempt == number);
        seen = until(&hub, serving);
        let spawned = seen.iter().rev().find_map(|event| match event {
            EventKind::Happened(What::Spawned(Spawned { pid, .. })) => Some(*pid),
            _ => None,
        });
        // SAFETY: it is the process that this test has started.
        unsafe { libc::kill(spawned.unwrap() as i32, libc::SIGKILL) };
    }
    drop(seen);
    let spent = entry(&hub, |entry| entry.remedy == Some(Remedy::Fail));
    assert_eq!((spent.check.as_str(), spent.time, spent.budget), ("process", 1, 1));
    run.complete(op, attempt, Outcome::default());
    until_finished(&hub);
    let web = &run.result().operations[0];
    assert_eq!((web.status, web.attempts), (Some(Ending::Failed), 2));
    assert_eq!(web.error.as_ref().unwrap().id, Code::ServiceDied.id());
    in_the_record(root.path());
}

#[test]
fn a_check_that_never_answers_makes_what_had_succeeded_fail() {
    let root = tempfile::tempdir().unwrap();
    let never = HealthCheck { timeout_ms: 20, on_failure: Some(Remedy::Fail), ..check("exec sleep 1000") };
    let operations = vec![
        Operation { health: vec![never], ..script("a", &[]) },
        script("b", &["a"]),
        script("c", &["a", "b"]),
    ];
    let (run, hub) = start(operations, recorded(root.path(), 2));
    let Ticket::Work(a, first) = run.take(1, SOON) else { panic!("nothing to do") };
    run.complete(a, first, Outcome::default());
    let Ticket::Work(b, second) = run.take(1, SOON) else { panic!("nothing to do") };
    let unhealthy = entry(&hub, |entry| entry.status == Status::Unhealthy);
    assert_eq!((unhealthy.message.as_str(), unhealthy.done()), ("no answer within 20ms", Some(Remedy::Fail)));
    run.complete(b, second, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    let statuses: Vec<_> = result.operations.iter().map(|operation| operation.status.unwrap()).collect();
    assert_eq!(statuses, [Ending::Failed, Ending::Succeeded, Ending::Skipped]);
    assert_eq!(result.operations[0].error.as_ref().unwrap().id, Code::Unhealthy.id());
    assert_eq!(result.status, Some(RunStatus::Failed));
    in_the_record(root.path());
}

#[test]
fn an_operation_of_a_worker_runs_again_and_a_worker_comes_for_it() {
    let root = tempfile::tempdir().unwrap();
    let made = root.path().join("made");
    let own =
        HealthCheck { on_failure: Some(Remedy::Rerun), ..check(&format!("test -e '{}'", made.display())) };
    let waits = program("waits", &[], &format!("until test -e '{}'; do sleep 0.02; done", made.display()));
    let operations = vec![Operation { health: vec![own], ..script("a", &[]) }, waits];
    let (run, hub) = start(operations, recorded(root.path(), 2));
    let Ticket::Work(a, first) = run.take(1, SOON) else { panic!("nothing to do") };
    // No worker is needed any more, so far.
    run.complete(a, first, Outcome::default());
    assert_eq!(run.take(1, std::time::Duration::ZERO), Ticket::Over);
    let again = std::cell::Cell::new(false);
    until(&hub, |event| {
        again.set(again.get() || health(event).is_some_and(|entry| entry.done() == Some(Remedy::Rerun)));
        again.get() && matches!(event, EventKind::Demand { .. })
    });
    assert_eq!(run.take(2, SOON), Ticket::Work(a, 2));
    std::fs::write(&made, "").unwrap();
    run.complete(a, 2, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    assert_eq!((result.status, result.operations[0].attempts), (Some(RunStatus::Succeeded), 2));
    // An answer that comes late changes nothing.
    let status = Status::Unhealthy;
    let (check, message) = ("own".to_owned(), "late".to_owned());
    let late =
        Finding { op: Some(a), attempt: 2, check, place: 0, status, acts: false, failures: 3, message };
    drop(run.send(Message::Health(Box::new(late))));
    in_the_record(root.path());
}

#[test]
fn a_check_that_flaps_is_not_unhealthy() {
    let root = tempfile::tempdir().unwrap();
    let (flag, tries) = (root.path().join("flag"), root.path().join("tries"));
    let flaps = check(&format!(
        "echo >> '{1}'; if test -e '{0}'; then rm '{0}'; else touch '{0}'; exit 1; fi",
        flag.display(),
        tries.display()
    ));
    let operations = vec![Operation { health: vec![flaps], ..script("a", &[]) }, script("b", &["a"])];
    let (run, hub) = start(operations, RunOptions::new(1));
    let Ticket::Work(a, first) = run.take(1, SOON) else { panic!("nothing to do") };
    run.complete(a, first, Outcome::default());
    let Ticket::Work(b, second) = run.take(1, SOON) else { panic!("nothing to do") };
    read_until(&tries, |text| text.len() > 10);
    run.complete(b, second, Outcome::default());
    let seen = until_finished(&hub);
    let unhealthy = seen.iter().filter_map(health).find(|entry| entry.status == Status::Unhealthy);
    assert_eq!(unhealthy, None);
    assert_eq!(run.result().operations[0].health[0].status, Status::Healthy);
}

#[test]
fn a_run_without_progress_is_made_known_or_stopped() {
    for (on_failure, ends) in [(Remedy::Notify, RunStatus::Succeeded), (Remedy::Fail, RunStatus::Failed)] {
        let monitoring = Monitoring {
            memory: None,
            disk: None,
            no_progress_ms: Some(30),
            on_failure,
            ..Monitoring::default()
        };
        let options = RunOptions { monitoring: Some(monitoring), ..RunOptions::new(1) };
        let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], options);
        let Ticket::Work(a, first) = run.take(1, SOON) else { panic!("nothing to do") };
        let stuck = entry(&hub, |entry| entry.op.is_none());
        assert_eq!((stuck.check.as_str(), stuck.status), ("progress", Status::Unhealthy));
        run.complete(a, first, Outcome::default());
        if let Ticket::Work(b, second) = run.take(1, SOON) {
            run.complete(b, second, Outcome::default());
        }
        until_finished(&hub);
        let result = run.result();
        assert_eq!(result.status, Some(ends));
        assert_eq!(result.health[0].check, "progress");
    }
}

#[test]
fn a_watched_service_without_checks_is_asked_what_it_was_asked_when_it_became_ready() {
    let monitoring = Monitoring { memory: None, disk: None, no_progress_ms: None, ..Monitoring::default() };
    let options = RunOptions { monitoring: Some(monitoring), ..RunOptions::new(1) };
    let (run, hub) = start(vec![service("web", "", Vec::new()), script("uses", &["web"])], options);
    let Ticket::Work(op, attempt) = run.take(1, SOON) else { panic!("it never became ready") };
    let healthy = entry(&hub, |entry| entry.status == Status::Healthy);
    assert!(healthy.check.starts_with("tcp 127.0.0.1:"), "{healthy:?}");
    run.complete(op, attempt, Outcome::default());
    until_finished(&hub);
}

#[test]
fn checks_that_are_an_operation_are_tried_and_say_which_failed() {
    let list = |checks: Vec<HealthCheck>| Work::Checks { checks, within_ms: None };
    let well = HealthCheck { name: "well".to_owned(), ..check("exit 0") };
    let operations = vec![
        Operation { work: list(vec![well.clone()]), ..script("good", &[]) },
        Operation { work: list(vec![well, check("echo broken >&2; exit 1")]), ..script("bad", &[]) },
    ];
    let options = RunOptions { failure: crate::operation::FailureStrategy::Continue, ..RunOptions::new(2) };
    let (run, hub) = start(operations, options);
    until_finished(&hub);
    let result = run.result();
    assert_eq!(result.operations[0].status, Some(Ending::Succeeded));
    let error = result.operations[1].error.as_ref().unwrap();
    assert_eq!(error.id, Code::Unhealthy.id());
    assert_eq!(error.message, "Check 'own' failed: program 'sh' ended with exit code 1: broken.");
}
