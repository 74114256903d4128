//! What a run costs beside its operations: its driver, its record and its log, with one worker whose operations end
//! at once.

use crate::scheduler::request;
use labrunner_core::operation::StopMode;
use labrunner_core::plan::Plan;
use labrunner_core::resume::ResumeOptions;
use labrunner_core::run::{EventHub, Outcome, Run, RunOptions, Ticket};
use std::hint::black_box;
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
    let asking = asking();
    let with_log = best(|options| {
        options.directory = Some(folder());
        options.log = Some("debug".to_owned());
    });
    println!("  and a log of level debug{with_log:>8.2} µs");
    println!("  of which, without a log: to ask whether a subscriber listens, once a step {asking:>6.4} µs");
    resume();
}

/// Microseconds to ask whether a subscriber listens, which is all that the spans of a run cost where none does.
fn asking() -> f64 {
    const TIMES: u32 = 10_000_000;
    let once = || {
        let begun = Instant::now();
        let heard = (0..TIMES).filter(|_| black_box(tracing::enabled!(tracing::Level::INFO))).count();
        assert_eq!(heard, 0, "nobody listens");
        begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
    };
    (0..REPEATS).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// Operations of the run that is resumed.
const RESUMED: u32 = 10_000;

/// From the call to the first operation that starts, of a run of which half had succeeded when it was stopped.
fn resume() {
    let root = Store(folder().with_extension("resumed"));
    let options = || RunOptions { journal: true, root: Some(root.0.join("runs")), ..RunOptions::new(8) };
    let hub = Arc::new(EventHub::default());
    let plan = || Arc::new(Plan::compile(request(RESUMED, 2 * RESUMED, 1_000, false)).expect("it compiles"));
    let run = Run::start(plan(), options(), Arc::clone(&hub), 1).expect("the run starts");
    let mut ticket = run.take(1, Duration::MAX);
    for _ in 0..RESUMED / 2 {
        let Ticket::Work(op, attempt) = ticket else { break };
        ticket = run.complete_and_take(op, attempt, Outcome::default(), 1, Duration::MAX).1;
    }
    run.cancel(StopMode::Kill);
    if let Ticket::Work(op, attempt) = ticket {
        run.complete(op, attempt, Outcome::default());
    }
    let first = PathBuf::from(run.result().directory.expect("the run has a record"));
    drop(run);
    let (mut looked, mut started) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let again = || {
            let resume = ResumeOptions { force: true, ..ResumeOptions::of(first.clone()) };
            RunOptions { resume: Some(resume), ..options() }
        };
        let begun = Instant::now();
        let plan = plan();
        let report = Run::preview_resume(&plan, again()).expect("it can be resumed");
        looked.push(begun.elapsed());
        let kept = report.operations.iter().filter(|operation| operation.action == "keep").count();
        assert_eq!(kept, RESUMED as usize / 2, "half of it had succeeded");
        let begun = Instant::now();
        let run = Run::start(plan, again(), Arc::clone(&hub), 1).expect("the run starts");
        let ticket = run.take(1, Duration::MAX);
        started.push(begun.elapsed());
        run.cancel(StopMode::Kill);
        if let Ticket::Work(op, attempt) = ticket {
            run.complete(op, attempt, Outcome::default());
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (looked, started) = (median(looked), median(started));
    println!("Resume of {RESUMED} operations, half of which had succeeded; medians of {REPEATS}");
    println!("  plan and preview        {looked:>10.1?}");
    println!("  to the first start      {started:>10.1?}");
    println!("  all of it               {:>10.1?}   aim 200 ms", looked + started);
}

/// A folder that is gone in the end.
struct Store(PathBuf);

impl Drop for Store {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
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
