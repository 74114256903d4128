//! Runs that are parked for a restart of the machine and go on after it. The machine is not restarted: their records say
//! that they are of another time since it was switched on.

use super::RunOptions;
use super::resume_tests::{Does, Lab, id, well};
use crate::error::Code;
use crate::history::pending;
use crate::plan::tests::script;
use crate::record::disk::Files;
use crate::record::took::assert_told_by_both;
use crate::record::{Record, RunResult, SkipKind, header_path};
use crate::resume::ResumeOptions;
use crate::scheduler::{RunStatus, Status};
use std::path::Path;

/// Makes a record one of an earlier time since the machine was switched on; of an unknown one with nothing.
fn switched_off_since(folder: &Path, boot: Option<&str>) {
    let path = header_path(folder);
    let mut header: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    header["boot"] = boot.into();
    std::fs::write(&path, serde_json::to_vec(&header).unwrap()).unwrap();
}

fn asks(at: &'static str, rerun: bool) -> impl Fn(&str) -> Does {
    move |name| if name == at { Does::Asks(rerun) } else { Does::Well }
}

fn statuses(result: &RunResult) -> Vec<Status> {
    result.operations.iter().map(|it| it.status.unwrap()).collect()
}

#[test]
fn a_parked_run_goes_on_after_a_restart_where_it_stopped() {
    let lab = Lab::chain();
    let (folder, result, started) = lab.run(None, asks("b", false)).unwrap();
    assert_eq!((result.status, started), (Some(RunStatus::Parked), vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(statuses(&result), [Status::Succeeded, Status::Succeeded, Status::Skipped]);
    assert_eq!(result.operations[2].skipped_because.as_ref().unwrap().kind, SkipKind::RunParked);
    assert_eq!(result.operations[1].restart.as_ref().unwrap().reason, "b has a new name.");
    let (state, replayed) = {
        let record = Record::open(&Files, &folder).unwrap();
        assert_told_by_both(&record);
        (record.state().0, record.replay().0)
    };
    assert_eq!(state.operations[1].restart, replayed.operations[1].restart, "the result says the same");

    let waiting = pending::list(&lab.root());
    assert_eq!((waiting[0].restarted, waiting[0].operation.as_str()), (Some(false), "b"));
    let (code, message) = lab.fault(lab.resume(&folder));
    assert_eq!(code, Code::NotRestarted);
    assert!(message.contains("'b' asked for (b has a new name.)"), "{message}");

    switched_off_since(&folder, Some("an earlier one"));
    assert_eq!(pending::list(&lab.root())[0].restarted, Some(true));
    let (second, result, started) = lab.run(Some(lab.resume(&folder)), well).unwrap();
    assert_eq!((result.status, started), (Some(RunStatus::Succeeded), vec!["c".to_owned()]));
    assert_eq!(Record::open(&Files, &second).unwrap().header().restarts.times, 1);
    assert!(pending::list(&lab.root()).is_empty(), "another run has gone on for it");
}

#[test]
fn without_a_boot_id_nobody_knows_and_force_goes_on() {
    let lab = Lab::chain();
    let (folder, ..) = lab.run(None, asks("a", false)).unwrap();
    for unknown in [None, Some("")] {
        switched_off_since(&folder, unknown);
        assert_eq!(pending::list(&lab.root())[0].restarted, None);
        let (code, message) = lab.fault(lab.resume(&folder));
        assert_eq!(code, Code::NotRestarted);
        assert!(message.contains("cannot be found out"), "{message}");
    }
    let forced = ResumeOptions { force: true, ..lab.resume(&folder) };
    assert_eq!(lab.run(Some(forced), well).unwrap().2, ["b", "c"]);
}

#[test]
fn what_asked_to_be_run_again_is() {
    let lab = Lab::chain();
    let (folder, result, _) = lab.run(None, asks("a", true)).unwrap();
    assert_eq!((result.status, statuses(&result)[0]), (Some(RunStatus::Parked), Status::Succeeded));
    switched_off_since(&folder, Some("an earlier one"));
    assert_eq!(lab.run(Some(lab.resume(&folder)), well).unwrap().2, ["a", "b", "c"]);
}

#[test]
fn a_run_that_died_after_it_had_asked_is_waiting_too() {
    let lab = Lab::chain();
    let die = |name: &str| if name == "b" { Does::AsksAndDies } else { Does::Well };
    let (folder, ..) = lab.run(None, die).unwrap();
    assert_eq!(pending::list(&lab.root())[0].restarted, Some(false));
    switched_off_since(&folder, Some("an earlier one"));
    assert_eq!(pending::list(&lab.root())[0].restarted, Some(true));
    assert_eq!(lab.run(Some(lab.resume(&folder)), well).unwrap().2, ["b", "c"]);
}

#[test]
fn a_failed_run_keeps_the_request_and_is_not_parked() {
    let lab = Lab::new(vec![script("a", &[]), script("b", &[]), script("c", &["a", "b"])]);
    let does = |name: &str| if name == "a" { Does::Asks(false) } else { Does::Badly };
    let (folder, result, _) = lab.run(None, does).unwrap();
    // The second one was admitted beside the first, before that asked.
    assert_eq!(result.status, Some(RunStatus::Failed));
    assert!(pending::list(&lab.root()).is_empty(), "it failed");
    assert_eq!(lab.fault(lab.resume(&folder)).0, Code::NotRestarted);
    switched_off_since(&folder, Some("an earlier one"));
    assert_eq!(lab.run(Some(lab.resume(&folder)), well).unwrap().2, ["b", "c"]);
}

#[test]
fn a_second_restart_in_a_row_needs_something_that_has_succeeded_since() {
    let lab = Lab::chain();
    let (first, ..) = lab.run(None, asks("a", true)).unwrap();
    switched_off_since(&first, Some("an earlier one"));
    let (second, result, _) = lab.run(Some(lab.resume(&first)), asks("a", true)).unwrap();
    assert_eq!(result.status, Some(RunStatus::Failed));
    let error = result.operations[0].error.as_ref().unwrap();
    assert_eq!(error.id, Code::RestartWithoutProgress.id());
    // Nothing has come of it in that run either.
    let (third, result, _) = lab.run(Some(lab.resume(&second)), asks("a", true)).unwrap();
    assert_eq!(result.operations[0].error.as_ref().unwrap().id, Code::RestartWithoutProgress.id());
    let (fourth, result, _) = lab.run(Some(lab.resume(&third)), asks("b", true)).unwrap();
    assert_eq!(result.status, Some(RunStatus::Parked), "another operation may");
    switched_off_since(&fourth, Some("an earlier one"));
    let record = Record::open(&Files, &fourth).unwrap();
    assert_eq!(record.header().restarts.without_progress, ["a"]);
}

#[test]
fn there_are_no_more_restarts_than_there_may_be() {
    let names: Vec<String> = (0..7).map(|number| format!("op{number}")).collect();
    let chained = |at: usize| {
        let before: Vec<&str> = names[..at].last().map(String::as_str).into_iter().collect();
        script(&names[at], &before)
    };
    let mut lab = Lab::new((0..7).map(chained).collect());
    lab.max_restarts = 5;
    let (mut folder, mut result, mut started) = lab.run(None, |_| Does::Asks(false)).unwrap();
    for times in 1..=5 {
        assert_eq!((result.status, started.len()), (Some(RunStatus::Parked), 1));
        switched_off_since(&folder, Some("an earlier one"));
        (folder, result, started) = lab.run(Some(lab.resume(&folder)), |_| Does::Asks(false)).unwrap();
        assert_eq!(Record::open(&Files, &folder).unwrap().header().restarts.times, times);
    }
    assert_eq!(result.status, Some(RunStatus::Failed));
    let error = result.operations[5].error.as_ref().unwrap();
    assert_eq!(error.id, Code::RestartLimit.id());
    assert!(error.message.contains("restarted 5 times"), "{}", error.message);
    assert_eq!(id(&folder).len(), 36);
}

#[cfg(unix)]
#[test]
fn a_program_asks_by_its_exit_code() {
    use super::testing::{program, start, until_finished};
    use crate::operation::Work;
    let home = tempfile::tempdir().unwrap();
    let mut setup = program("setup", &[], "exit 194");
    if let Work::Process(spec) = &mut setup.work {
        spec.restart_codes = vec![194];
    }
    let options = RunOptions { journal: true, root: Some(home.path().join("runs")), ..RunOptions::new(2) };
    let (run, hub) = start(vec![setup, program("next", &["setup"], "true")], options);
    until_finished(&hub);
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::Parked));
    assert_eq!(statuses(&result), [Status::Succeeded, Status::Skipped]);
    let asked = result.operations[0].restart.as_ref().unwrap();
    assert_eq!(asked.reason, "Program 'sh' ended with exit code 194, which asks for a restart.");
    assert_eq!(result.operations[0].exit_code, Some(194));
}

#[cfg(unix)]
#[test]
fn a_rollback_goes_on_to_its_end_whatever_its_programs_ask_for() {
    use super::testing::{program, start, until_finished};
    use super::{EventKind, RunOptions};
    use crate::operation::{FailureStrategy, Work};
    let mut remove = program("remove", &[], "exit 194").work;
    if let Work::Process(spec) = &mut remove {
        spec.restart_codes = vec![194];
    }
    let mut made = program("made", &[], "true");
    made.compensation = Some(Box::new(remove));
    let options = RunOptions { failure: FailureStrategy::Rollback, ..RunOptions::new(2) };
    let (run, hub) = start(vec![made, program("breaks", &["made"], "false")], options);
    let events = until_finished(&hub);
    assert_eq!(run.result().status, Some(RunStatus::Failed));
    assert_eq!(run.result().rollback[0].status, Some(Status::Succeeded));
    let says =
        |it: &&EventKind| matches!(it, EventKind::Warning { message } if message.contains("exit code 194"));
    assert!(events.iter().any(|event| says(&event)), "{events:?}");
}
