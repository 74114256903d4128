//! How much the scheduler itself costs: no PowerShell, no programs, no files.

use labrunner_core::operation::{LockMode, Needs, Operation, PlanRequest, ResourceLimits};
use labrunner_core::plan::Plan;
use labrunner_core::random::Random;
use labrunner_core::scheduler::{Command, Input, Scheduler, Settings, Verdict};
use std::sync::Arc;
use std::time::Instant;

const OPERATIONS: u32 = 100_000;
const EDGES: u32 = 200_000;
const SLOTS: u32 = 64;
const REPEATS: usize = 5;

/// How far apart in the plan an operation and one it depends on are at most, unless said otherwise.
pub const REACH: u32 = 1_000;

/// A layered graph with a fixed pseudo-random wiring: every edge points to a later operation, at most `reach`
/// later. With `needs`, most operations book memory, units of a pool or a lock, in some dozens of combinations.
pub fn request(operations: u32, edges: u32, reach: u32, needs: bool) -> PlanRequest {
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let mut random = |below: u32| random.below(below.max(1).into()) as u32;
    let mut dependencies = vec![Vec::new(); operations as usize];
    for _ in 0..edges {
        let to = 1 + random(operations - 1);
        let from = to - 1 - random(to.min(reach));
        dependencies[to as usize].push(format!("op{from}"));
    }
    let operations = dependencies
        .into_iter()
        .enumerate()
        .map(|(index, dependencies)| Operation {
            name: format!("op{index}"),
            dependencies,
            priority: Some(1 + (index as i64 % 10)),
            needs: needs.then(|| Box::new(some_needs(index as u64))),
            ..Operation::default()
        })
        .collect();
    let limits = ResourceLimits {
        memory_mib: Some(4_096),
        pools: [("pool".to_owned(), 16)].into(),
        ..ResourceLimits::default()
    };
    PlanRequest { operations, limits, ..PlanRequest::default() }
}

fn some_needs(index: u64) -> Needs {
    let lock = index.is_multiple_of(7).then(|| {
        let mode = if index.is_multiple_of(35) { LockMode::Exclusive } else { LockMode::Shared };
        (format!("lock{}", index % 3), mode)
    });
    let units = index.is_multiple_of(3).then(|| ("pool".to_owned(), 1 + index % 2));
    Needs {
        memory_mib: Some(64 * (index % 16)),
        pools: units.into_iter().collect(),
        locks: lock.into_iter().collect(),
        ..Needs::default()
    }
}

/// Runs a plan whose every operation ends at once; gives the number of changes of state.
pub fn run(plan: &Arc<Plan>) -> u64 {
    let settings = Settings { default_timeout_ms: Some(60_000), ..Settings::new(SLOTS) };
    let mut scheduler = Scheduler::new(Arc::clone(plan), settings);
    let (mut commands, mut inputs) = (Vec::new(), Vec::new());
    scheduler.step(0, &[], &mut commands);
    while !scheduler.is_finished() {
        inputs.clear();
        for command in commands.drain(..) {
            if let Command::Start(op, attempt) = command {
                inputs.push(Input::Taken(op, attempt));
                inputs.push(Input::Completed(op, attempt, Verdict::Succeeded));
            }
        }
        scheduler.step(1, &inputs, &mut commands);
    }
    scheduler.transitions()
}

/// Prints the cost of compiling and running a large plan.
pub fn measure() {
    println!(
        "Scheduler alone, one core: {OPERATIONS} operations, {EDGES} edges, {SLOTS} slots; best of {REPEATS}"
    );
    measure_one(false);
    println!("The same with memory, pools and locks to book:");
    measure_one(true);
}

fn measure_one(needs: bool) {
    let mut best_compile = f64::INFINITY;
    let mut best_run = f64::INFINITY;
    let mut transitions = 0;
    for _ in 0..REPEATS {
        let request = request(OPERATIONS, EDGES, REACH, needs);
        let begun = Instant::now();
        let plan = match Plan::compile(request) {
            Ok(plan) => Arc::new(plan),
            Err(fault) => {
                eprintln!("the benchmark's plan does not compile: {fault}");
                std::process::exit(1);
            }
        };
        best_compile = best_compile.min(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        transitions = run(&plan);
        best_run = best_run.min(begun.elapsed().as_secs_f64());
    }
    let rate = |seconds: f64| transitions as f64 / seconds;
    println!("  compile          {:8.1} ms", best_compile * 1e3);
    println!("  run              {:8.1} ms, {:.0} changes of state a second", best_run * 1e3, rate(best_run));
    println!(
        "  compile and run  {:8.1} ms, {:.0} changes of state a second ({:.1} times the 500,000 to reach)",
        (best_compile + best_run) * 1e3,
        rate(best_compile + best_run),
        rate(best_compile + best_run) / 500_000.0
    );
}
