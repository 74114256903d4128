//! When a run is recorded, and what its record has then.

use super::testing::{SOON, start, until, until_finished};
use super::{EventKind, Outcome, OutcomeStatus, Run, RunOptions, Ticket};
use crate::graph::OpId;
use crate::history::open::{self, OutputQuery};
use crate::history::query::{self, Query, RunSummary};
use crate::operation::StopMode;
use crate::plan::tests::script;
use crate::record::What;
use crate::record::lock::Lock;
use crate::record::output::batch::{Kind, OutputRecord};
use crate::record::output::{Batch, output_folder};
use std::path::Path;

fn late(root: &Path) -> RunOptions {
    RunOptions { journal: true, late: true, root: Some(root.to_owned()), ..RunOptions::new(2) }
}

fn runs(root: &Path) -> Vec<RunSummary> {
    query::list(&Query { directory: Some(root.to_owned()), operations: true, ..Query::default() })
}

fn warn(run: &Run, text: &str) {
    let mut batch = Batch::default();
    batch.push(&OutputRecord { op: OpId(0), attempt: 1, at: 1, kind: Kind::Warning, text });
    run.keep_output(batch);
}

fn texts(run: &RunSummary) -> Vec<String> {
    let query = OutputQuery { place: run.directory.clone().into(), ..OutputQuery::default() };
    open::output(&query).unwrap().records.into_iter().filter_map(|named| named.record.text).collect()
}

#[test]
fn a_short_run_that_nobody_named_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], late(root.path()));
    let ticket = run.take(1, SOON);
    assert_eq!(ticket, Ticket::Work(OpId(0), 1));
    assert!(run.keeps_output(), "it may come to that");
    warn(&run, "careful");
    run.complete_and_take(OpId(0), 1, Outcome::default(), 1, SOON);
    run.complete(OpId(1), 1, Outcome::default());
    until_finished(&hub);
    assert!(!run.keeps_output());
    assert_eq!((run.result().directory, run.end_output()), (None, None));
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn a_failure_makes_a_record_of_all_that_has_happened() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) =
        start(vec![script("a", &[]), script("b", &["a"]), script("c", &["b"])], late(root.path()));
    run.take(1, SOON);
    warn(&run, "before");
    run.complete_and_take(OpId(0), 1, Outcome::default(), 1, SOON);
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    run.complete(OpId(1), 1, Outcome { status: OutcomeStatus::Failed, ..Outcome::default() });
    until_finished(&hub);
    let found = runs(root.path());
    assert_eq!(found[0].status, "Failed");
    let states: Vec<String> =
        found[0].operations.as_ref().unwrap().iter().map(|operation| operation.state.clone()).collect();
    assert_eq!(states, ["Succeeded", "Failed", "Skipped"]);
    assert!(found[0].unnamed);
    assert_eq!(texts(&found[0]), ["before"]);
}

/// The clock of the run itself makes the record, without anything else happening.
#[test]
fn a_run_that_goes_on_for_a_second_is_recorded() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[])], late(root.path()));
    run.take(1, SOON);
    warn(&run, "still here");
    while runs(root.path()).is_empty() {
        std::thread::yield_now();
    }
    let found = runs(root.path());
    assert_eq!(found[0].status, "Running");
    assert_eq!(found[0].operations.as_ref().unwrap()[0].state, "Running");
    run.cancel(StopMode::Kill);
    run.complete(OpId(0), 1, Outcome { status: OutcomeStatus::Stopped, ..Outcome::default() });
    until_finished(&hub);
    let found = runs(root.path());
    assert_eq!((found[0].status.as_str(), texts(&found[0])), ("Canceled", vec!["still here".to_owned()]));
}

#[test]
fn a_late_record_that_cannot_be_made_is_one_warning() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (run, hub) = start(vec![script("a", &[]), script("b", &[])], late(&file));
    run.take(1, SOON);
    let failed = || Outcome { status: OutcomeStatus::Failed, ..Outcome::default() };
    run.complete(OpId(0), 1, failed());
    let seen = until_finished(&hub);
    let warnings: Vec<&String> = seen
        .iter()
        .filter_map(|event| match event {
            EventKind::Warning { message } => Some(message),
            _ => None,
        })
        .collect();
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.starts_with("This run leaves no record, but is not affected. "), "{warning}");
}

#[test]
fn the_lock_is_held_until_the_host_has_handed_over_everything() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let options = RunOptions { directory: Some(folder.clone()), fed: true, ..RunOptions::new(1) };
    let (run, hub) = start(vec![script("a", &[])], options);
    run.take(1, SOON);
    warn(&run, "one");
    run.complete(OpId(0), 1, Outcome::default());
    until_finished(&hub);
    assert!(Lock::is_held(&folder));
    assert_eq!(query::summarize(&folder).unwrap().status, "Succeeded", "its end is known all the same");
    warn(&run, "two");
    assert_eq!(run.end_output(), None);
    assert!(!Lock::is_held(&folder));
    assert_eq!(texts(&query::summarize(&folder).unwrap()), ["one", "two"]);
    assert_eq!(run.end_output(), None, "once is enough");
}

#[test]
fn what_is_missing_of_a_fed_run_is_said_when_the_host_has_ended() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let options = RunOptions { directory: Some(folder.clone()), fed: true, ..RunOptions::new(1) };
    let (run, hub) = start(vec![script("a", &[])], options);
    run.take(1, SOON);
    // Nothing can be made there.
    std::fs::write(output_folder(&folder), "").unwrap();
    warn(&run, "lost");
    run.complete(OpId(0), 1, Outcome::default());
    let seen = until_finished(&hub);
    assert!(!seen.iter().any(|event| matches!(event, EventKind::Warning { .. })));
    let warning = run.end_output().unwrap();
    assert!(warning.contains("is not complete: output of 'a' could not be written"), "{warning}");
}

#[test]
fn a_host_that_ends_before_the_run_leaves_the_rest_to_it() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let options = RunOptions { directory: Some(folder.clone()), fed: true, ..RunOptions::new(1) };
    let (run, hub) = start(vec![script("a", &[])], options);
    run.take(1, SOON);
    warn(&run, "one");
    assert_eq!(run.end_output(), None);
    run.complete(OpId(0), 1, Outcome::default());
    until(&hub, |event| matches!(event, EventKind::Happened(What::Finished(_))));
    assert!(!Lock::is_held(&folder));
    assert_eq!(texts(&query::summarize(&folder).unwrap()), ["one"]);
}
