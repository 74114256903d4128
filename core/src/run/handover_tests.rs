//! What a worker gets that hands back one script and asks for the next: both in one write, in the order in which they happen.

use super::testing::{SOON, until_finished};
use super::{EventHub, EventKind, Outcome, OutcomeStatus, Run, RunOptions, Ticket};
use crate::graph::OpId;
use crate::operation::{Operation, RetryPolicy};
use crate::plan::tests::{plan, script};
use crate::record::Record;
use crate::record::What;
use crate::record::disk::Files;
use crate::record::hooked::Hooked;
use crate::scheduler::Status;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn start(
    operations: Vec<Operation>,
    slots: u32,
    folder: &Path,
) -> (Arc<Run>, Arc<EventHub>, Arc<AtomicUsize>) {
    let (hub, writes) = (Arc::new(EventHub::default()), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&writes);
    let disk = Arc::new(Hooked::writes(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }));
    let options = RunOptions { journal: true, directory: Some(folder.to_owned()), ..RunOptions::new(slots) };
    let run = Run::start_on(disk, Arc::new(plan(operations)), options, Arc::clone(&hub), 1).unwrap();
    (run, hub, writes)
}

/// What the record says, without what begins and ends it.
fn told(folder: &Path) -> Vec<String> {
    let record = Record::open(&Files, folder).unwrap();
    let word = |what: What| match what {
        What::Started(it) => Some(format!("{} started {} on {:?}", it.name, it.attempt, it.worker.unwrap())),
        What::Ended(it) => Some(format!("{} ended {} {:?}", it.name, it.attempt, it.status)),
        What::Retrying(it) => {
            let error = it.end.error.map(|error| error.message).unwrap_or_default();
            Some(format!("{} failed {}: {error}", it.end.name, it.end.attempt))
        }
        _ => None,
    };
    record.entries().filter_map(|entry| word(entry.what)).collect()
}

#[test]
fn the_end_of_one_script_and_the_begin_of_the_next_are_one_write() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let (run, hub, writes) = start(vec![script("a", &[]), script("b", &["a"]), script("c", &[])], 1, &folder);
    let mut ticket = run.take(4, SOON);
    let mut took = Vec::new();
    while let Ticket::Work(op, attempt) = ticket {
        let before = writes.load(Ordering::Relaxed);
        ticket = run.complete_and_take(op, attempt, Outcome::default(), 4, SOON).1;
        if ticket != Ticket::Over {
            took.push(writes.load(Ordering::Relaxed) - before);
        }
    }
    assert_eq!(took, [1, 1]);
    until_finished(&hub);
    let told = told(&folder);
    assert_eq!(told.len(), 6);
    for pair in told.chunks(2) {
        let name = &pair[0][..1];
        assert_eq!(pair, [format!("{name} started 1 on 4"), format!("{name} ended 1 Succeeded")]);
    }
}

#[test]
fn a_script_that_is_tried_again_at_once_keeps_why_it_failed() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let retry = RetryPolicy { count: 1, ..RetryPolicy::default() };
    let operation = Operation { retry: Some(Box::new(retry)), ..script("a", &[]) };
    let (run, hub, _) = start(vec![operation], 1, &folder);
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    let error = Some(crate::report::testing::error("no route"));
    let failed = Outcome { status: OutcomeStatus::Failed, error, ..Outcome::default() };
    let (_, again) = run.complete_and_take(OpId(0), 1, failed, 1, SOON);
    assert_eq!(again, Ticket::Work(OpId(0), 2));
    run.complete(OpId(0), 2, Outcome::default());
    let seen = until_finished(&hub);
    let ended = seen.iter().find_map(|event| match event {
        EventKind::Happened(What::Ended(ended)) => Some(ended.status),
        _ => None,
    });
    assert_eq!(ended, Some(Status::Succeeded));
    assert_eq!(
        told(&folder),
        ["a started 1 on 1", "a failed 1: no route", "a started 2 on 1", "a ended 2 Succeeded"]
    );
}

#[test]
fn a_worker_that_was_woken_gets_nothing_and_another_one_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let (run, hub, _) = start(vec![script("a", &[]), script("b", &["a"])], 1, &folder);
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    run.wake(1);
    assert_eq!(run.complete_and_take(OpId(0), 1, Outcome::default(), 1, SOON).1, Ticket::Woken);
    assert_eq!(run.take(2, SOON), Ticket::Work(OpId(1), 1));
    run.complete(OpId(1), 1, Outcome::default());
    until_finished(&hub);
    assert_eq!(told(&folder)[2..], ["b started 1 on 2", "b ended 1 Succeeded"]);
}
