//! Runs and their events under a model checker: all orders in which threads can meet at a lock.
//!
//! A wake-up that is lost leaves a thread waiting for ever; the checker sees that no thread can go on and
//! fails. That it would is shown by the last test, which loses one on purpose.

use super::events::{EventHub, EventKind};
use super::handle::{Completion, Run};
use super::options::RunOptions;
use super::outcome::{Outcome, OutcomeStatus};
use super::sync::model::{Condvar, Mutex, explore};
use super::workers::Ticket;
use crate::graph::OpId;
use crate::operation::StopMode;
use crate::plan::Plan;
use crate::plan::tests::{self, script};
use crate::record::What;
use crate::scheduler::RunStatus;
use shuttle::thread;
use std::sync::Arc;
use std::time::Duration;

const EVER: Duration = Duration::MAX;

fn plan(operations: &[(&str, &[&str])]) -> Arc<Plan> {
    Arc::new(tests::plan(operations.iter().map(|(name, before)| script(name, before)).collect()))
}

fn start(plan: &Arc<Plan>, slots: u32) -> (Arc<Run>, Arc<EventHub>) {
    let hub = Arc::new(EventHub::default());
    (Run::start(Arc::clone(plan), RunOptions::new(slots), Arc::clone(&hub), 1).unwrap(), hub)
}

/// Works until the run needs no workers any more; gives the operations it took.
fn worker(run: &Arc<Run>, number: u32) -> Vec<OpId> {
    let mut done = Vec::new();
    let mut ticket = run.take(number, EVER);
    loop {
        match ticket {
            Ticket::Work(op, attempt) => {
                done.push(op);
                let (completion, next) = run.complete_and_take(op, attempt, Outcome::default(), number, EVER);
                assert_eq!(completion, Completion::Accepted);
                ticket = next;
            }
            Ticket::Over => return done,
            Ticket::Woken | Ticket::Idle => ticket = run.take(number, EVER),
        }
    }
}

/// Reads all events up to the end.
fn reader(hub: &EventHub) -> Vec<EventKind> {
    let mut seen = Vec::new();
    loop {
        seen.extend(hub.take(EVER).into_iter().map(|event| event.kind));
        if matches!(seen.last(), Some(EventKind::Happened(What::Finished(_)))) {
            return seen;
        }
    }
}

#[test]
fn every_operation_is_handed_out_once_and_the_run_ends() {
    let plan = plan(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])]);
    explore(2_000, move || {
        let (run, hub) = start(&plan, 2);
        let workers: Vec<_> = (1..=3)
            .map(|number| {
                let run = Arc::clone(&run);
                thread::spawn(move || worker(&run, number))
            })
            .collect();
        let reading = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || reader(&hub))
        };
        let mut handed: Vec<OpId> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
        handed.sort_unstable();
        assert_eq!(handed, [OpId(0), OpId(1), OpId(2), OpId(3)]);
        let events = reading.join().unwrap();
        let ended =
            events.iter().filter(|event| matches!(event, EventKind::Happened(What::Ended(_)))).count();
        assert_eq!(ended, 4);
        assert_eq!(run.result().status, Some(RunStatus::Succeeded));
    });
}

#[test]
fn a_wake_is_never_lost_and_wakes_only_whom_it_is_for() {
    let plan = plan(&[("a", &[]), ("b", &["a"])]);
    explore(2_000, move || {
        let (run, _) = start(&plan, 1);
        let Ticket::Work(op, attempt) = run.take(1, EVER) else { panic!() };
        let woken = {
            let run = Arc::clone(&run);
            thread::spawn(move || run.take(2, EVER))
        };
        let patient = {
            let run = Arc::clone(&run);
            thread::spawn(move || run.take(3, EVER))
        };
        run.wake(2);
        assert_eq!(woken.join().unwrap(), Ticket::Woken, "there is no work left");
        assert_eq!(run.complete(op, attempt, Outcome::default()), Completion::Accepted);
        assert_eq!(patient.join().unwrap(), Ticket::Work(OpId(1), 1));
        run.complete(OpId(1), 1, Outcome::default());
    });
}

#[test]
fn a_cancel_reaches_everybody_whenever_it_comes() {
    let plan = plan(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])]);
    explore(2_000, move || {
        let (run, hub) = start(&plan, 2);
        let workers: Vec<_> = (1..=2)
            .map(|number| {
                let run = Arc::clone(&run);
                thread::spawn(move || {
                    let mut ticket = run.take(number, EVER);
                    while let Ticket::Work(op, attempt) = ticket {
                        let outcome = Outcome { status: OutcomeStatus::Stopped, ..Outcome::default() };
                        ticket = run.complete_and_take(op, attempt, outcome, number, EVER).1;
                    }
                    assert_eq!(ticket, Ticket::Over);
                })
            })
            .collect();
        let canceling = {
            let run = Arc::clone(&run);
            thread::spawn(move || run.cancel(StopMode::OWN_GRACE))
        };
        let events = reader(&hub);
        canceling.join().unwrap();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert!(run.is_finished());
        let finished =
            events.iter().filter(|event| matches!(event, EventKind::Happened(What::Finished(_)))).count();
        assert_eq!(finished, 1);
        assert!(run.result().operations.iter().all(|operation| operation.status.is_some()));
    });
}

#[test]
fn answers_that_come_together_are_all_taken() {
    let plan = plan(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])]);
    explore(2_000, move || {
        let (run, _) = start(&plan, 2);
        let open: Vec<_> = (1..=2)
            .map(|number| match run.take(number, EVER) {
                Ticket::Work(op, attempt) => (op, attempt),
                other => panic!("{other:?}"),
            })
            .collect();
        let parked = {
            let run = Arc::clone(&run);
            thread::spawn(move || run.take(9, EVER))
        };
        let answers: Vec<_> = open
            .into_iter()
            .map(|(op, attempt)| {
                let run = Arc::clone(&run);
                thread::spawn(move || run.complete(op, attempt, Outcome::default()))
            })
            .collect();
        for answer in answers {
            assert_eq!(answer.join().unwrap(), Completion::Accepted);
        }
        assert_eq!(parked.join().unwrap(), Ticket::Work(OpId(2), 1));
        assert_eq!(run.complete(OpId(2), 1, Outcome::default()), Completion::Accepted);
        assert_eq!(run.complete(OpId(2), 1, Outcome::default()), Completion::Stale);
    });
}

#[test]
fn a_reader_of_events_is_woken_by_events_and_by_a_wake() {
    explore(2_000, || {
        let hub = Arc::new(EventHub::default());
        let reading = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || hub.take(EVER))
        };
        hub.wake();
        assert_eq!(reading.join().unwrap(), []);
    });
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_lost_wake_up_would_be_found() {
    explore(500, || {
        let gate = Arc::new((Mutex::new(false), Condvar::default()));
        let waiting = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                // Wrong on purpose: between the look and the wait the lock is free.
                if !*gate.0.lock() {
                    gate.1.wait(&mut gate.0.lock());
                }
            })
        };
        *gate.0.lock() = true;
        gate.1.notify_all();
        waiting.join().unwrap();
    });
}
