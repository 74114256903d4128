//! What a run leaves behind says the same whichever way it is read.

use super::testing::{SOON, program, start_without, until_finished};
use super::{Outcome, OutcomeStatus, RunOptions, Ticket};
use crate::error::Code;
use crate::graph::OpId;
use crate::operation::{FailureStrategy, Operation, RetryPolicy, Work};
use crate::plan::tests::script;
use crate::record::disk::Files;
use crate::record::state::Stage;
use crate::record::took::assert_told_by_both;
use crate::record::{Damage, ErrorReport, Record, RunState};
use crate::scheduler::Status;
use std::path::Path;

/// A run with something of everything: a retry, a service, a program that fails, what is skipped for it, and a rollback.
fn web_farm(directory: &Path) {
    let service = Work::Process(Box::new(crate::work::process::listener_program::plain("")));
    let retry = RetryPolicy { count: 1, ..RetryPolicy::default() };
    let operations = vec![
        Operation { compensation: Some(Box::new(Work::Script)), ..script("Prepare disks", &[]) },
        Operation { retry: Some(Box::new(retry)), ..script("Flaky", &["Prepare disks"]) },
        Operation { work: service, ..script("Web", &["Prepare disks"]) },
        program("Smoke test", &["Web", "Flaky"], "echo 'connection refused' >&2; exit 3"),
        script("Announce", &["Smoke test"]),
        script("Image", &[]),
        script("Report", &["Image"]),
    ];
    let options = RunOptions {
        name: "Web farm".to_owned(),
        source: Some("/labs/web-farm.yaml".to_owned()),
        failure: FailureStrategy::Rollback,
        directory: Some(directory.to_owned()),
        ..RunOptions::new(3)
    };
    let (run, hub) = start_without(&["Image"], operations, options);
    let mut ticket = run.take(1, SOON);
    while let Ticket::Work(op, attempt) = ticket {
        let busy = ErrorReport::new(Code::OperationFailed, "the disk is busy");
        let outcome = match (op, attempt) {
            (OpId(1), 1) => {
                Outcome { status: OutcomeStatus::Failed, error: Some(busy), ..Outcome::default() }
            }
            _ => Outcome::default(),
        };
        ticket = run.complete_and_take(op, attempt, outcome, 1, SOON).1;
    }
    until_finished(&hub);
}

/// What a state says that its result can say too.
fn told(mut state: RunState) -> RunState {
    (state.last, state.life, state.at) = (None, 0, 0);
    for operation in &mut state.operations {
        // Only the journal says when an operation was skipped.
        if operation.stage == Stage::Ended(Status::Skipped) {
            operation.ended_ms = None;
        }
    }
    state
}

fn both_ways(folder: &Path) -> (RunState, Option<Damage>) {
    let record = Record::open(&Files, folder).unwrap();
    let (replayed, damage) = record.replay();
    let result = record.result().expect("a run that has ended has a result");
    let (stated, _) = record.state();
    assert_eq!(stated.at, result.duration_ms);
    assert_eq!(told(stated), told(replayed.clone()), "the result, and the journal");
    assert_told_by_both(&record);
    assert_eq!(
        record.ending(),
        Some(crate::record::result::Ending::of(&result)),
        "its beginning, and all of it"
    );
    (replayed, damage)
}

#[test]
fn the_result_and_the_journal_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("run");
    web_farm(&directory);
    let (state, damage) = both_ways(&directory);
    assert_eq!(damage, None);
    let stages: Vec<Stage> = state.operations.iter().map(|operation| operation.stage).collect();
    let [well, badly, skipped] = [Status::Succeeded, Status::Failed, Status::Skipped].map(Stage::Ended);
    assert_eq!(stages, [well, well, well, badly, skipped]);
    assert_eq!((state.operations[1].attempt, state.operations[3].exit_code), (2, Some(3)));
    assert!(state.operations[2].ready_after_ms.is_some());
    assert_eq!(state.compensations[&OpId(5)].stage, well);
    assert!(!Record::open(&Files, &directory).unwrap().is_running());
}

/// Folders as released versions have left them.
#[test]
fn runs_of_each_format_stay_readable() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/records");
    for format in 1..=crate::record::FORMAT {
        let folder = data.join(format!("format-{format}"));
        let run = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let (state, damage) = match format {
            // Its result does not say how long a service needed, nor what its attempts took together.
            1 => Record::open(&Files, &run).unwrap().replay(),
            _ => both_ways(&run),
        };
        assert_eq!(damage, None);
        let found: Vec<_> = state
            .operations
            .iter()
            .map(|operation| (operation.name.as_str(), operation.stage, operation.attempt))
            .collect();
        let [well, badly, skipped] = [Status::Succeeded, Status::Failed, Status::Skipped].map(Stage::Ended);
        let expected = [
            ("Prepare disks", well, 1),
            ("Flaky", well, 2),
            ("Web", well, 1),
            ("Smoke test", badly, 1),
            ("Announce", skipped, 0),
        ];
        assert_eq!(found, expected, "format {format}");
        let summary = crate::history::query::summarize(&run).unwrap();
        assert_eq!((summary.name.as_str(), summary.status.as_str()), ("Web farm", "Failed"));
        assert_eq!(summary.source.as_deref(), Some("/labs/web-farm.yaml"));
        let counts: Vec<_> = summary.counts.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        assert_eq!(counts, [("Failed", 1), ("Skipped", 2), ("Succeeded", 3)]);
        assert!(summary.ended_at.is_some() && summary.duration_ms > 0);
        let because = state.operations[4].skipped_because.as_ref().unwrap();
        assert_eq!(because.operation.as_deref(), Some("Smoke test"));
    }
}
