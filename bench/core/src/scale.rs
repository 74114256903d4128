//! What a plan of a million operations costs, against petgraph's toposort of the same graph.
//!
//! Measured is [`Plan::compile`]: from the request in memory to the plan, so names are resolved, values
//! checked, cycles looked for, estimates and ranks worked out, and the request given up. Not
//! measured is the reading of the request from JSON. The toposort gets its graph built beforehand, with
//! nothing in it but numbers.

use crate::heap::Heap;
use crate::scheduler;
use labrunner_core::graph::OpId;
use labrunner_core::operation::PlanRequest;
use labrunner_core::plan::Plan;
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const OPERATIONS: u32 = 1_000_000;
const EDGES: u32 = 2_000_000;
const REPEATS: usize = 3;

/// Prints the tables.
pub fn measure() {
    println!("Scale: {OPERATIONS} operations, {EDGES} edges; best of {REPEATS}");
    measure_one(scheduler::REACH);
    println!("The same with dependencies anywhere before, as far away in memory as they may be:");
    measure_one(OPERATIONS);
}

fn measure_one(reach: u32) {
    let request = scheduler::request(OPERATIONS, EDGES, reach, false);
    let (mut compile, mut sort, mut run) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    let (mut bytes, mut allocations, mut transitions) = (0, 0, 0);
    let mut ratios = Vec::new();
    for _ in 0..REPEATS {
        let copy = request.clone();
        let before = Heap::now();
        let begun = Instant::now();
        let plan = match Plan::compile(copy) {
            Ok(plan) => Arc::new(plan),
            Err(fault) => {
                eprintln!("the benchmark's plan does not compile: {fault}");
                std::process::exit(1);
            }
        };
        let compiled = begun.elapsed().as_secs_f64();
        let after = Heap::now();
        let held = of_request(&request);
        bytes = after.bytes - before.bytes + held.bytes;
        allocations = after.allocations - before.allocations + held.allocations;
        let sorted = toposort_of(&plan);
        ratios.push(format!("{:.2}", compiled / sorted));
        (compile, sort) = (compile.min(compiled), sort.min(sorted));
        let begun = Instant::now();
        transitions = scheduler::run(&plan);
        run = run.min(begun.elapsed().as_secs_f64());
    }
    let each = f64::from(OPERATIONS);
    println!("  petgraph's toposort     {:8.1} ms", sort * 1e3);
    println!(
        "  compile, check, rank    {:8.1} ms, {:.2} times the toposort (at most 2.5 to reach; run by run {})",
        compile * 1e3,
        compile / sort,
        ratios.join(", ")
    );
    println!(
        "  the plan on the heap    {:8.0} bytes and {:.2} allocations an operation (at most 450 bytes to reach)",
        bytes as f64 / each,
        allocations as f64 / each
    );
    let small = rate_of_a_small_one(reach);
    println!(
        "  run                     {:8.1} ms, {:.0} changes of state a second (1,000,000 to reach)",
        run * 1e3,
        transitions as f64 / run
    );
    println!(
        "  run, a tenth as large            {small:.0} changes of state a second; the large one has {:.2} times that",
        transitions as f64 / run / small
    );
}

/// Changes of state a second in a run of a tenth of the operations.
fn rate_of_a_small_one(reach: u32) -> f64 {
    let request = scheduler::request(OPERATIONS / 10, EDGES / 10, reach, false);
    let Ok(plan) = Plan::compile(request).map(Arc::new) else { return f64::NAN };
    let rates = (0..REPEATS).map(|_| {
        let begun = Instant::now();
        let transitions = scheduler::run(&plan);
        transitions as f64 / begun.elapsed().as_secs_f64()
    });
    rates.fold(0.0, f64::max)
}

/// What a request holds, by making a copy of it: a plan is made of the request's own parts, so what it
/// holds is that and what came to it.
fn of_request(request: &PlanRequest) -> Heap {
    let before = Heap::now();
    let copy = black_box(request.clone());
    let after = Heap::now();
    drop(copy);
    Heap { bytes: after.bytes - before.bytes, allocations: after.allocations - before.allocations }
}

fn toposort_of(plan: &Plan) -> f64 {
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(plan.len(), EDGES as usize);
    for _ in plan.ids() {
        graph.add_node(());
    }
    let node = |op: OpId| NodeIndex::new(op.index());
    for op in plan.ids() {
        for &dependent in plan.graph().dependents.of(op) {
            graph.add_edge(node(op), node(dependent), ());
        }
    }
    let begun = Instant::now();
    let order = black_box(toposort(&graph, None));
    let took = begun.elapsed().as_secs_f64();
    assert!(order.is_ok_and(|order| order.len() == plan.len()));
    took
}
