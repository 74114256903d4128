//! A disk that no longer says that it has what was written: what a run makes of it depends on what it was to promise.

use super::testing::SOON;
use super::{EventHub, EventKind, Outcome, Run, RunOptions, Ticket};
use crate::graph::OpId;
use crate::plan::tests::{plan, script};
use crate::record::hooked::Hooked;
use crate::record::{Durability, What};
use crate::scheduler::RunStatus;
use crossbeam_channel::unbounded;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Syncs that a record needs before its run begins: the segment, the plan and the header.
const AT_START: usize = 3;

/// Runs two scripts, one after the other, on a disk whose syncs all fail once the first one runs.
fn run_with(durability: Durability, good: usize, root: &Path) -> Result<(RunStatus, Vec<String>), String> {
    let (give, take) = unbounded();
    (0..good).for_each(|_| give.send(()).unwrap());
    let (failed, failures) = unbounded();
    let disk = Arc::new(Hooked::syncs(move || {
        take.try_recv().map_err(|_| {
            let _ = failed.send(());
            io::Error::other("the disk does not answer")
        })
    }));
    let options = RunOptions { journal: true, durability, root: Some(root.to_owned()), ..RunOptions::new(1) };
    let hub = Arc::new(EventHub::default());
    let plan = Arc::new(plan(vec![script("first", &[]), script("second", &["first"])]));
    let run = Run::start_on(disk, plan, options, Arc::clone(&hub), 1).map_err(|fault| fault.message)?;
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    if durability.is_synced() && good >= AT_START {
        failures.recv_timeout(SOON).unwrap();
        // What the thread has found out is known when it has ended; it ends right after this.
        while run.driver.lock().is_durable() {
            std::thread::yield_now();
        }
    }
    let (_, mut ticket) = run.complete_and_take(OpId(0), 1, Outcome::default(), 1, SOON);
    while let Ticket::Work(op, attempt) = ticket {
        (_, ticket) = run.complete_and_take(op, attempt, Outcome::default(), 1, SOON);
    }
    let mut warnings = Vec::new();
    loop {
        for event in hub.take(SOON) {
            match event.kind {
                EventKind::Warning { message } => warnings.push(message),
                EventKind::Happened(What::Finished(_)) => {
                    return Ok((run.result().status.unwrap(), warnings));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_run_that_promises_nothing_of_the_machine_does_not_ask_the_disk_while_it_runs() {
    let root = tempfile::tempdir().unwrap();
    let (status, warnings) = run_with(Durability::Process, 1, root.path()).unwrap();
    assert_eq!((status, warnings), (RunStatus::Succeeded, vec![]));
}

#[test]
fn a_promise_that_cannot_be_kept_is_said_once() {
    let root = tempfile::tempdir().unwrap();
    let (status, warnings) = run_with(Durability::Machine, AT_START, root.path()).unwrap();
    assert_eq!(status, RunStatus::Succeeded);
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert_eq!(
        warning,
        "The record of this run may not survive a power cut: the disk does not answer. The run itself is not affected."
    );
}

#[test]
fn a_promise_that_is_required_ends_the_run_before_anything_else_starts() {
    let root = tempfile::tempdir().unwrap();
    let (status, warnings) = run_with(Durability::Required, AT_START, root.path()).unwrap();
    assert_eq!(status, RunStatus::Canceled);
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.ends_with("Its durability is required, so the run is stopped."), "{warning}");
}

#[test]
fn a_promise_that_cannot_be_made_is_a_warning_or_a_fault() {
    let root = tempfile::tempdir().unwrap();
    let (status, warnings) = run_with(Durability::Machine, 0, root.path()).unwrap();
    assert_eq!(status, RunStatus::Succeeded);
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.starts_with("This run leaves no record, but is not affected. "), "{warning}");
    let fault = run_with(Durability::Required, 0, root.path()).unwrap_err();
    assert!(fault.contains("the disk does not answer"), "{fault}");
}
