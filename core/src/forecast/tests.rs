//! What a forecast promises: it is the run that the scheduler does, within all limits.

use super::*;
use crate::operation::{LockMode, Needs, Operation, PlanRequest, ProcessMode, ResourceLimits, Trigger, Work};
use crate::plan::tests::{process, script};
use crate::record::SkipKind;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn lasting(name: &str, dependencies: &[&str], ms: u64) -> Operation {
    Operation { estimate_ms: Some(ms), ..script(name, dependencies) }
}

fn seen(request: PlanRequest, options: &Options) -> Forecast {
    forecast(&Arc::new(Plan::compile(request).unwrap()), options, None).unwrap()
}

fn starts(forecast: &Forecast) -> Vec<Option<u64>> {
    forecast.operations.iter().map(|operation| operation.start_ms).collect()
}

#[test]
fn priorities_decide_the_expected_schedule_and_not_the_shortest() {
    // One slot's worth of choice: the urgent short one goes first and delays the long path.
    let urgent = Operation { priority: Some(1), ..lasting("urgent", &[], 10) };
    let operations = vec![lasting("a", &[], 10), lasting("b", &["a"], 10), urgent, lasting("c", &["b"], 10)];
    let request = PlanRequest { operations, ..PlanRequest::default() };
    let expected = seen(request.clone(), &Options::new(1));
    assert_eq!(starts(&expected), [Some(10), Some(20), Some(0), Some(30)]);
    let two = seen(request, &Options { schedule: Which::Shortest, ..Options::new(2) });
    assert_eq!((two.makespan_ms, two.is_optimal), (30, true));
}

#[test]
fn pools_locks_and_conflicts_hold_back() {
    let pool = |name: &str| Operation {
        needs: Some(Box::new(Needs { pools: [("licence".to_owned(), 1)].into(), ..Needs::default() })),
        ..lasting(name, &[], 10)
    };
    let lock = |name: &str| Operation {
        needs: Some(Box::new(Needs {
            locks: [("db".to_owned(), LockMode::Exclusive)].into(),
            ..Needs::default()
        })),
        ..lasting(name, &[], 20)
    };
    let request = PlanRequest {
        operations: vec![
            pool("p1"),
            pool("p2"),
            lock("l1"),
            lock("l2"),
            lasting("x", &[], 5),
            lasting("y", &[], 5),
        ],
        limits: ResourceLimits { pools: [("licence".to_owned(), 1)].into(), ..ResourceLimits::default() },
        conflicts: vec![vec!["x".to_owned(), "y".to_owned()]],
        ..PlanRequest::default()
    };
    let forecast = seen(request, &Options::new(10));
    assert_eq!(starts(&forecast), [Some(0), Some(10), Some(0), Some(20), Some(0), Some(5)]);
    let peaks: BTreeMap<&str, (u32, u32)> =
        forecast.resources.iter().map(|r| (r.kind, (r.peak, r.capacity))).collect();
    assert_eq!(peaks["slots"], (3, 10));
    assert_eq!(peaks["pool"], (1, 1));
    assert_eq!(peaks["conflict"], (1, 1));
    assert_eq!(forecast.critical_chain, ["l1", "l2"]);
}

#[test]
fn a_service_keeps_what_it_holds_until_it_is_stopped() {
    let needs = || Some(Box::new(Needs { pools: [("port".to_owned(), 1)].into(), ..Needs::default() }));
    let service = Operation { estimate_ms: Some(10), needs: needs(), ..process("web", ProcessMode::Service) };
    let stop = Operation {
        work: Work::Stop { service: "web".to_owned() },
        estimate_ms: Some(5),
        ..script("stop", &["test"])
    };
    let next = Operation { needs: needs(), ..lasting("next", &[], 10) };
    let request = PlanRequest {
        operations: vec![
            service,
            lasting("test", &["web"], 20),
            stop,
            Operation { priority: Some(9), ..next },
        ],
        limits: ResourceLimits { pools: [("port".to_owned(), 1)].into(), ..ResourceLimits::default() },
        ..PlanRequest::default()
    };
    let forecast = seen(request, &Options::new(4));
    assert_eq!(starts(&forecast), [Some(0), Some(10), Some(30), Some(35)]);
    assert_eq!(forecast.operations[0].end_ms, Some(10), "ready");
    assert_eq!(forecast.resources[1].steps, [(0, 1), (45, 0)], "from the service to the next without a gap");
    assert_eq!(forecast.shortest_makespan_ms, None);
}

#[test]
fn what_waits_for_a_failure_is_shown_as_skipped_and_a_monitor_lasts_as_long_as_the_run() {
    let rescue = Operation { trigger: Trigger::AnyFailed, ..lasting("rescue", &["a"], 50) };
    let monitor = Operation { kind: Some("Monitor".to_owned()), ..script("watch", &[]) };
    let request =
        PlanRequest { operations: vec![lasting("a", &[], 10), rescue, monitor], ..PlanRequest::default() };
    let forecast = seen(request, &Options::new(1));
    assert_eq!(forecast.makespan_ms, 10);
    let [_, rescue, watch] = &forecast.operations[..] else { panic!() };
    assert_eq!((rescue.start_ms, rescue.slack_ms), (None, None));
    assert_eq!(rescue.skipped_because.as_ref().map(|because| because.kind), Some(SkipKind::NotTriggered));
    assert_eq!((watch.start_ms, watch.end_ms), (Some(0), Some(10)));
    assert_eq!(forecast.resources[0].peak, 1, "a monitor takes no slot");
}

#[test]
fn limits_of_time_do_not_cut_a_forecast() {
    let mut slow = lasting("slow", &[], 1_000);
    (slow.timeout_ms, slow.total_timeout_ms) = (Some(10), Some(20));
    let request = PlanRequest { operations: vec![slow], ..PlanRequest::default() };
    assert_eq!(seen(request, &Options::new(1)).makespan_ms, 1_000);
}

#[test]
fn absurd_estimates_are_a_fault_and_no_overflow() {
    let operations = vec![lasting("a", &[], u64::MAX), lasting("b", &["a"], u64::MAX)];
    let plan = Plan::compile(PlanRequest { operations, ..PlanRequest::default() }).unwrap();
    let fault = forecast(&Arc::new(plan), &Options::new(1), None).unwrap_err();
    assert_eq!(fault.code, Code::InvalidValue);
    assert!(fault.message.contains("'a'"), "{}", fault.message);
}

#[test]
fn sequential_is_one_at_a_time_however_wide() {
    let operations = vec![lasting("a", &[], 10), lasting("b", &[], 10)];
    let request = PlanRequest { operations, order: Order::Sequential, ..PlanRequest::default() };
    let forecast = seen(request, &Options::new(8));
    assert_eq!((forecast.makespan_ms, forecast.resources[0].capacity), (20, 1));
}

#[test]
fn a_stopped_search_still_gives_the_expected_schedule() {
    let operations = (0..200).map(|i| lasting(&format!("o{i}"), &[], 1 + i % 7)).collect();
    let plan = Arc::new(Plan::compile(PlanRequest { operations, ..PlanRequest::default() }).unwrap());
    let stop = AtomicBool::new(true);
    let forecast = forecast(&plan, &Options::new(3), Some(&stop)).unwrap();
    assert!(forecast.is_halted || forecast.is_optimal);
    assert!(forecast.shortest_makespan_ms.is_some_and(|ms| ms <= forecast.expected_makespan_ms));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for text in [
        "",
        "[]",
        r#"{"max_concurrency":0}"#,
        r#"{"max_concurrency":1,"wide":2}"#,
        r#"{"max_concurrency":1,"threads":9999}"#,
    ] {
        assert_eq!(Options::from_json(text.as_bytes()).unwrap_err().code, Code::MalformedOptions, "{text}");
    }
    assert_eq!(Options::from_json(br#"{"max_concurrency":2}"#).unwrap(), Options::new(2));
}

fn requests() -> impl Strategy<Value = PlanRequest> {
    let operation =
        (0u64..30, 1i64..4, 0u64..4, 0u64..6, proptest::collection::vec(0usize..40, 0..3), any::<bool>());
    proptest::collection::vec(operation, 1..25).prop_map(|rows| {
        let name = |index: usize| format!("o{index}");
        let operations = rows
            .iter()
            .enumerate()
            .map(|(index, (ms, priority, memory, lock, before, weak))| {
                let before: Vec<String> = before.iter().filter(|&&b| b < index).map(|&b| name(b)).collect();
                let (strong, weak) = if *weak { (vec![], before) } else { (before, vec![]) };
                let locks = match lock {
                    0 => BTreeMap::from([("l".to_owned(), LockMode::Exclusive)]),
                    1 => BTreeMap::from([("l".to_owned(), LockMode::Shared)]),
                    _ => BTreeMap::new(),
                };
                Operation {
                    estimate_ms: Some(*ms),
                    priority: Some(*priority),
                    dependencies: strong,
                    weak_dependencies: weak,
                    needs: Some(Box::new(Needs { memory_mib: Some(*memory), locks, ..Needs::default() })),
                    ..script(&name(index), &[])
                }
            })
            .collect();
        let limits = ResourceLimits { memory_mib: Some(5), ..ResourceLimits::default() };
        PlanRequest { operations, limits, ..PlanRequest::default() }
    })
}

proptest! {
    #[test]
    fn every_schedule_keeps_order_and_limits(request in requests(), slots in 1u32..5, shortest in any::<bool>()) {
        let schedule = if shortest { Which::Shortest } else { Which::Expected };
        let plan = Arc::new(Plan::compile(request).unwrap());
        let options = Options { schedule, tries: 60, budget_ms: None, threads: 1, ..Options::new(slots) };
        let seen = forecast(&plan, &options, None).unwrap();
        let time = |op: OpId| {
            let operation = &seen.operations[op.index()];
            (operation.start_ms.unwrap(), operation.end_ms.unwrap())
        };
        for op in plan.ids() {
            let (start, end) = time(op);
            prop_assert_eq!(end - start, plan.estimate(op).ms);
            for &before in plan.graph().dependencies.of(op) {
                prop_assert!(time(before).1 <= start);
            }
            // Whoever has slack can use it up: the latest end is the end of the whole.
            prop_assert!(end + seen.operations[op.index()].slack_ms.unwrap() <= seen.makespan_ms);
        }
        for resource in &seen.resources {
            prop_assert!(resource.peak <= resource.capacity, "{} {}", resource.kind, resource.name);
            prop_assert_eq!(resource.steps.last().unwrap().1, 0);
        }
        prop_assert!(seen.lower_bound_ms <= seen.makespan_ms);
        prop_assert!(seen.shortest_makespan_ms.unwrap() <= seen.expected_makespan_ms);
        prop_assert_eq!(seen.makespan_ms, plan.ids().map(|op| time(op).1).max().unwrap());
        let again = forecast(&plan, &Options { threads: 3, ..options }, None).unwrap();
        prop_assert_eq!(seen, again, "the same seed, another number of threads");
    }
}
