//! Ten minutes of runs whose operations do nothing: does memory stay what it was?
//!
//! `cargo run --release -p labrunner-bench -- soak [seconds]`
//!
//! Everything of a run but PowerShell is in it: plans with dependencies and needs are compiled, four
//! workers take and complete, some operations fail and are tried again, some runs are canceled, and a
//! reader takes all events.

use crate::heap::Heap;
use crate::scheduler;
use labrunner_core::history::estimate;
use labrunner_core::operation::RetryPolicy;
use labrunner_core::operation::{FailureStrategy, StopMode};
use labrunner_core::plan::Plan;
use labrunner_core::record::What;
use labrunner_core::run::{EventHub, EventKind, Outcome, OutcomeStatus, Run, RunOptions, Ticket};
use std::sync::Arc;
use std::time::{Duration, Instant};

const OPERATIONS: u32 = 200;
const EDGES: u32 = 400;
const WORKERS: u32 = 4;

/// Runs for so long and prints what is in use at the start, in the middle and at the end.
pub fn measure(seconds: u64) {
    println!("Soak: {seconds} s of runs of {OPERATIONS} operations that do nothing, {WORKERS} workers");
    let hub = Arc::new(EventHub::default());
    let begun = Instant::now();
    let (mut runs, mut attempts) = (0u64, 0u64);
    let mut marks = [0.1, 0.25, 0.5, 0.75, 1.0].into_iter().peekable();
    let mut first: Option<(Heap, Option<u64>)> = None;
    while let Some(&mark) = marks.peek() {
        attempts += one_run(runs, &hub);
        runs += 1;
        if begun.elapsed().as_secs_f64() < seconds as f64 * mark {
            continue;
        }
        marks.next();
        let (heap, resident) = (Heap::now(), resident_kib());
        let (heap_then, resident_then) = *first.get_or_insert((heap, resident));
        let resident = resident.map_or("unknown".to_owned(), |now| {
            format!("{now} KiB ({:+} KiB)", now as i64 - resident_then.unwrap_or(now) as i64)
        });
        println!(
            "  {:5.0} s: {runs} runs, {attempts} attempts; resident {resident}; heap {} bytes ({:+}) in {} allocations ({:+})",
            begun.elapsed().as_secs_f64(),
            heap.bytes,
            heap.bytes - heap_then.bytes,
            heap.allocations,
            heap.allocations - heap_then.allocations,
        );
    }
}

/// One run from its plan to its last event; gives the number of attempts.
fn one_run(number: u64, hub: &Arc<EventHub>) -> u64 {
    let plan: Plan = match estimate::compile(scheduler::request(OPERATIONS, EDGES, scheduler::REACH, true)) {
        Ok(plan) => plan,
        Err(fault) => panic!("the soak's plan does not compile: {fault}"),
    };
    let options = RunOptions {
        failure: FailureStrategy::Continue,
        retry: Some(RetryPolicy { count: 2, delay_ms: number % 2, ..RetryPolicy::default() }),
        seed: Some(number),
        ..RunOptions::new(8)
    };
    let run = match Run::start(Arc::new(plan), options, Arc::clone(hub), number) {
        Ok(run) => run,
        Err(fault) => panic!("the soak's run does not start: {fault}"),
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..=WORKERS)
            .map(|worker| {
                let run = Arc::clone(&run);
                scope.spawn(move || work(&run, worker, number))
            })
            .collect();
        if number % 10 == 9 {
            run.cancel(StopMode::OWN_GRACE);
        }
        while !hub
            .take(Duration::from_secs(60))
            .iter()
            .any(|event| event.run == number && matches!(event.kind, EventKind::Happened(What::Finished(_))))
        {
        }
        workers.into_iter().map(|worker| worker.join().unwrap_or(0)).sum()
    })
}

/// Every seventh attempt fails.
fn work(run: &Arc<Run>, worker: u32, salt: u64) -> u64 {
    let mut attempts = 0;
    let mut ticket = run.take(worker, Duration::from_secs(60));
    while let Ticket::Work(op, attempt) = ticket {
        attempts += 1;
        let fails = (u64::from(op.0) * 31 + u64::from(attempt) * 17 + salt).is_multiple_of(7);
        let status = if fails { OutcomeStatus::Failed } else { OutcomeStatus::Succeeded };
        let outcome = Outcome { status, ..Outcome::default() };
        ticket = run.complete_and_take(op, attempt, outcome, worker, Duration::from_secs(60)).1;
    }
    attempts
}

/// Memory of this process that is in use, where the system says it.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
