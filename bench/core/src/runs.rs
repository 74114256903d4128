//! What a run costs beside its operations: its driver, its record and its log, with one worker whose operations end
//! at once.

use crate::scheduler::request;
use labrunner_core::plan::Plan;
use labrunner_core::run::{EventHub, Outcome, Run, RunOptions, Ticket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

const OPERATIONS: u32 = 20_000;
const EDGES: u32 = 40_000;
const REPEATS: usize = 7;

/// Prints the table.
pub fn measure() {
    println!(
        "Runs of {OPERATIONS} scripts that end at once, one worker; best of {REPEATS}, for each operation"
    );
    println!("  without a record        {:>8.2} µs", best(|_| {}));
    println!("  with a record           {:>8.2} µs", best(|options| options.directory = Some(folder())));
    let with_log = best(|options| {
        options.directory = Some(folder());
        options.log = Some("debug".to_owned());
    });
    println!("  and a log of level debug{with_log:>8.2} µs");
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("labrunner-bench-run-{}", std::process::id()))
}

/// Microseconds for each operation.
fn best(set: impl Fn(&mut RunOptions)) -> f64 {
    let plan =
        Plan::compile(request(OPERATIONS, EDGES, 1_000, false)).expect("the benchmark's plan compiles");
    let plan = Arc::new(plan);
    let once = || {
        let mut options = RunOptions::new(8);
        set(&mut options);
        let hub = Arc::new(EventHub::default());
        let begun = Instant::now();
        let run = Run::start(Arc::clone(&plan), options, Arc::clone(&hub), 1).expect("the run starts");
        let mut ticket = run.take(1, Duration::MAX);
        while let Ticket::Work(op, attempt) = ticket {
            ticket = run.complete_and_take(op, attempt, Outcome::default(), 1, Duration::MAX).1;
        }
        let took = begun.elapsed();
        let _ = std::fs::remove_dir_all(folder());
        took.as_secs_f64() * 1e6 / f64::from(OPERATIONS)
    };
    (0..REPEATS).map(|_| once()).fold(f64::INFINITY, f64::min)
}
