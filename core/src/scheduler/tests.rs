//! The scheduler by example and by property: a simulated world runs what it is told to.

use super::super::failure::FailureStrategy;
use super::super::state::RunStatus;
use super::*;
use crate::operation::{Operation, PlanRequest};
use crate::plan::tests::{plan, process, script};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

fn settings(cap: u32, failure: FailureStrategy) -> Settings {
    Settings { failure, ..Settings::new(cap) }
}

/// A failure that any policy would retry.
const FAILED: Verdict = Verdict::Failed { retry: true };

struct Bench {
    scheduler: Scheduler,
    now: u64,
}

impl Bench {
    fn new(operations: Vec<Operation>, settings: Settings) -> Self {
        Self { scheduler: Scheduler::new(Arc::new(plan(operations)), settings), now: 0 }
    }

    /// Takes one step and returns what it commands, by name.
    fn step(&mut self, inputs: &[Input]) -> Vec<String> {
        let mut out = Vec::new();
        self.scheduler.step(self.now, inputs, &mut out);
        let name = |op: OpId| self.scheduler.plan().operation(op).name.clone();
        out.iter()
            .map(|command| match *command {
                Command::Start(op, _) => format!("start {}", name(op)),
                Command::Withdraw(op, _) => format!("withdraw {}", name(op)),
                Command::Started(op, _) => format!("started {}", name(op)),
                Command::Serving(op, _) => format!("serving {}", name(op)),
                Command::Stop(op, _, reason, grace) => format!("stop {} {reason:?} {grace}", name(op)),
                Command::Ended(op, _, status) => format!("{} {status:?}", name(op)),
                Command::Skipped(op, SkipReason::Dependency(on)) => {
                    format!("{} skipped because of {}", name(op), name(on))
                }
                Command::Skipped(op, reason) => format!("{} skipped {reason:?}", name(op)),
                Command::Retrying(op, attempt, status, delay) => {
                    format!("{} {status:?}, attempt {attempt}, again in {delay}", name(op))
                }
                Command::RollingBack(op) => format!("rolling back for {}", name(op)),
                Command::Released(op, _) => format!("released {}", name(op)),
                Command::Finished(status) => format!("finished {status:?}"),
            })
            .collect()
    }

    fn op(&self, name: &str) -> OpId {
        self.scheduler.plan().nodes().find(|&op| self.scheduler.plan().operation(op).name == name).unwrap()
    }

    fn take(&mut self, name: &str) -> Vec<String> {
        let op = self.op(name);
        self.step(&[Input::Taken(op, self.scheduler.attempt(op))])
    }

    fn end(&mut self, name: &str, verdict: Verdict) -> Vec<String> {
        let op = self.op(name);
        self.step(&[Input::Completed(op, self.scheduler.attempt(op), verdict)])
    }

    fn at(&mut self, now: u64) -> Vec<String> {
        self.now = now;
        self.step(&[Input::Tick])
    }
}

#[test]
fn a_dependent_starts_when_its_dependency_has_ended_well() {
    let mut bench =
        Bench::new(vec![script("a", &[]), script("b", &["a"])], settings(4, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a"]);
    assert_eq!(bench.take("a"), ["started a"]);
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "start b"]);
    bench.take("b");
    assert_eq!(bench.end("b", Verdict::Succeeded), ["b Succeeded", "finished Succeeded"]);
}

#[test]
fn stop_starts_nothing_more_and_lets_the_others_end() {
    let operations = vec![script("a", &[]), script("b", &[]), script("c", &[]), script("d", &["a"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a", "start b"]);
    bench.take("a");
    bench.take("b");
    let said = bench.end("a", FAILED);
    assert_eq!(said, ["a Failed", "d skipped because of a", "c skipped RunStopped(OpId(0))"]);
    assert_eq!(bench.end("b", Verdict::Succeeded), ["b Succeeded", "finished Failed"]);
}

#[test]
fn continue_skips_only_what_depends_on_the_failure() {
    let operations = vec![script("a", &[]), script("b", &["a"]), script("c", &["b"]), script("d", &[])];
    let mut bench = Bench::new(operations, settings(1, FailureStrategy::Continue));
    assert_eq!(bench.step(&[]), ["start a"]);
    bench.take("a");
    let said = bench.end("a", FAILED);
    assert_eq!(said, ["a Failed", "b skipped because of a", "c skipped because of b", "start d"]);
    bench.take("d");
    assert_eq!(bench.end("d", Verdict::Succeeded), ["d Succeeded", "finished PartiallySucceeded"]);
}

#[test]
fn a_limit_counts_from_the_moment_the_operation_is_taken() {
    let mut slow = script("slow", &[]);
    slow.timeout_ms = Some(1_000);
    let mut bench = Bench::new(vec![slow], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    assert_eq!(bench.at(5_000), [""; 0], "nobody has taken it yet");
    bench.take("slow");
    assert_eq!(bench.scheduler.next_due(), Some(6_000));
    assert_eq!(bench.at(6_000), ["stop slow Timeout 5000"]);
    assert_eq!(bench.end("slow", Verdict::Succeeded), ["slow TimedOut", "finished Failed"]);
}

#[test]
fn what_does_not_stop_is_abandoned_and_keeps_its_slot_until_it_ends() {
    let mut stuck = script("stuck", &[]);
    stuck.timeout_ms = Some(1_000);
    let mut bench = Bench::new(vec![stuck, script("next", &[])], settings(1, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("stuck");
    bench.at(1_000);
    assert_eq!(bench.at(7_000), ["stuck Abandoned"], "'next' must not get a slot that is still in use");
    assert_eq!(bench.end("stuck", Verdict::Stopped), ["released stuck", "start next"]);
}

#[test]
fn cancel_skips_what_waits_and_stops_what_runs() {
    let operations = vec![script("a", &[]), script("b", &[]), script("c", &["a"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let said = bench.step(&[Input::Cancel { hard: false }]);
    assert_eq!(said, ["withdraw b", "b skipped RunCanceled", "c skipped RunCanceled", "stop a Cancel 5000"]);
    assert_eq!(bench.step(&[Input::Cancel { hard: true }]), ["stop a Cancel 0"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a Canceled", "finished Canceled"]);
}

#[test]
fn the_runs_own_limit_ends_it() {
    let mut limited = settings(1, FailureStrategy::Continue);
    limited.run_timeout_ms = Some(60_000);
    let mut bench = Bench::new(vec![script("a", &[]), script("b", &[])], limited);
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.at(60_000), ["b skipped RunTimeout", "stop a RunTimeout 5000"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a TimedOut", "finished Failed"]);
}

#[test]
fn a_monitor_ends_with_the_run_and_has_no_default_limit() {
    let monitor = Operation { kind: Some("Monitor".to_owned()), ..script("watch", &[]) };
    let mut limited = settings(1, FailureStrategy::Stop);
    limited.default_timeout_ms = Some(10);
    let mut bench = Bench::new(vec![monitor, script("a", &[])], limited);
    assert_eq!(bench.step(&[]), ["start watch", "start a"], "a monitor takes no slot");
    bench.take("watch");
    bench.take("a");
    assert_eq!(bench.scheduler.next_due(), Some(10));
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "stop watch RunEnded 5000"]);
    assert_eq!(bench.end("watch", Verdict::Stopped), ["watch Succeeded", "finished Succeeded"]);
}

#[test]
fn a_run_of_monitors_goes_on_until_it_is_canceled() {
    let monitor = Operation { kind: Some("Monitor".to_owned()), ..script("watch", &[]) };
    let mut bench = Bench::new(vec![monitor], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("watch");
    assert_eq!(bench.at(1_000_000_000), [""; 0]);
    assert_eq!(bench.step(&[Input::Cancel { hard: false }]), ["stop watch Cancel 5000"]);
    assert_eq!(bench.end("watch", Verdict::Stopped), ["watch Canceled", "finished Canceled"]);
}

fn service_lab() -> Vec<Operation> {
    let stop = Operation {
        work: Work::Stop { service: "web".to_owned() },
        dependencies: vec!["probe".to_owned()],
        ..script("stop-web", &[])
    };
    vec![
        process("web", ProcessMode::Service),
        script("probe", &["web"]),
        stop,
        script("after", &["stop-web"]),
    ]
}

#[test]
fn a_service_has_succeeded_for_its_dependents_once_it_is_ready() {
    let mut bench = Bench::new(service_lab(), settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("web");
    let web = bench.op("web");
    let ready = bench.step(&[Input::ServiceReady(web, 1)]);
    assert_eq!(ready, ["serving web", "start probe"], "a ready service gives its slot back");
    bench.take("probe");
    let said = bench.end("probe", Verdict::Succeeded);
    assert_eq!(said, ["probe Succeeded", "started stop-web", "stop web StopOperation 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "stop-web Succeeded", "start after"]);
}

#[test]
fn a_service_nobody_stops_is_stopped_at_the_end() {
    let operations = vec![process("web", ProcessMode::Service), script("probe", &["web"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("web");
    bench.step(&[Input::ServiceReady(OpId(0), 1)]);
    bench.take("probe");
    assert_eq!(bench.end("probe", Verdict::Succeeded), ["probe Succeeded", "stop web RunEnded 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "finished Succeeded"]);
}

#[test]
fn the_early_death_of_a_service_is_its_failure() {
    let mut bench = Bench::new(service_lab(), settings(2, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("web");
    bench.step(&[Input::ServiceReady(OpId(0), 1)]);
    bench.take("probe");
    let said = bench.end("web", FAILED);
    assert_eq!(said, ["web Failed", "stop-web skipped because of web", "after skipped because of stop-web"]);
    assert_eq!(bench.end("probe", Verdict::Succeeded), ["probe Succeeded", "finished PartiallySucceeded"]);
}

#[test]
fn a_service_that_ends_before_it_is_ready_has_failed_even_with_exit_code_zero() {
    let operations = vec![process("web", ProcessMode::Service), script("probe", &["web"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("web");
    let said = bench.end("web", Verdict::Succeeded);
    assert_eq!(said, ["web Failed", "probe skipped because of web", "finished Failed"]);
}

#[test]
fn late_or_foreign_answers_change_nothing() {
    let mut bench = Bench::new(vec![script("a", &[])], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let strays = [
        Input::Completed(OpId(0), 7, FAILED),
        Input::Completed(OpId(99), 1, FAILED),
        Input::Taken(OpId(0), 1),
        Input::ServiceReady(OpId(99), 1),
    ];
    assert_eq!(bench.step(&strays), [""; 0]);
    bench.end("a", Verdict::Succeeded);
    assert_eq!(bench.end("a", FAILED), [""; 0]);
}

#[test]
fn sequential_runs_one_at_a_time_as_declared() {
    let request = PlanRequest {
        operations: vec![script("a", &[]), script("b", &[])],
        order: Order::Sequential,
        ..PlanRequest::default()
    };
    let plan = Arc::new(Plan::compile(request).unwrap());
    let mut scheduler = Scheduler::new(plan, settings(8, FailureStrategy::Stop));
    let mut out = Vec::new();
    scheduler.step(0, &[], &mut out);
    assert_eq!(out, [Command::Start(OpId(0), 1)]);
}

/// What an operation of the simulated world does.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Ends {
        after: u64,
        well: bool,
    },
    /// It ends this long after it is told to stop.
    RunsUntilStopped {
        lag: u64,
    },
    /// It ends never, whatever it is told.
    IsStuck,
}

#[derive(Clone, Debug)]
struct World {
    edges: Vec<(u32, u32)>,
    behaviours: Vec<Behaviour>,
    kinds: Vec<u8>,
    cap: u32,
    keep_going: bool,
    order: u8,
    default_timeout: Option<u64>,
    run_timeout: Option<u64>,
    cancel_at: Option<u64>,
}

fn worlds() -> impl Strategy<Value = World> {
    let behaviour = prop_oneof![
        6 => (0u64..500, proptest::bool::weighted(0.85)).prop_map(|(after, well)| Behaviour::Ends { after, well }),
        1 => (0u64..8_000).prop_map(|lag| Behaviour::RunsUntilStopped { lag }),
        1 => Just(Behaviour::IsStuck),
    ];
    (1usize..24)
        .prop_flat_map(move |count| {
            (
                proptest::collection::vec((0u32..count as u32, 0u32..count as u32), 0..count * 2),
                proptest::collection::vec(behaviour.clone(), count),
                proptest::collection::vec(0u8..8, count),
                (1u32..6, any::<bool>(), 0u8..3),
                (
                    proptest::option::weighted(0.7, 100u64..1_000),
                    proptest::option::weighted(0.3, 100u64..2_000),
                    proptest::option::weighted(0.3, 0u64..1_500),
                ),
            )
        })
        .prop_map(|(edges, behaviours, kinds, (cap, keep_going, order), (default, run, cancel))| World {
            edges: edges.into_iter().filter(|(a, b)| a < b).collect(),
            behaviours,
            kinds,
            cap,
            keep_going,
            order,
            default_timeout: default,
            run_timeout: run,
            cancel_at: cancel,
        })
}

impl World {
    /// Kind 0 is a monitor, kind 1 a service, the rest are scripts. Nothing depends on a monitor.
    fn operations(&self) -> Vec<Operation> {
        (0..self.behaviours.len())
            .map(|index| {
                let name = format!("op{index}");
                let dependencies = self
                    .edges
                    .iter()
                    .filter(|(from, to)| *to as usize == index && self.kinds[*from as usize] != 0)
                    .map(|(from, _)| format!("op{from}"))
                    .collect();
                let operation = match self.kinds[index] {
                    0 => Operation { kind: Some("Monitor".to_owned()), ..script(&name, &[]) },
                    1 => process(&name, ProcessMode::Service),
                    _ => script(&name, &[]),
                };
                Operation { dependencies, ..operation }
            })
            .collect()
    }

    fn is_service(&self, op: OpId) -> bool {
        self.kinds[op.index()] == 1
    }
}

/// Runs a world to its end and checks every promise on the way.
fn simulate(world: &World) -> Result<(), TestCaseError> {
    let order = [Order::Parallel, Order::Intelligent, Order::Sequential][world.order as usize].clone();
    let plan = Arc::new(
        Plan::compile(PlanRequest { operations: world.operations(), order, ..PlanRequest::default() })
            .unwrap(),
    );
    let mut scheduler = Scheduler::new(
        Arc::clone(&plan),
        Settings {
            failure: if world.keep_going { FailureStrategy::Continue } else { FailureStrategy::Stop },
            default_timeout_ms: world.default_timeout,
            run_timeout_ms: world.run_timeout,
            stop_grace_ms: 1_000,
            ..Settings::new(world.cap)
        },
    );
    let cap = if world.order == 2 { 1 } else { world.cap };
    let mut agenda: BTreeMap<(u64, u32), Input> = BTreeMap::new();
    let mut ticket = 0u32;
    let mut endings: HashMap<OpId, Status> = HashMap::new();
    let mut at_work: HashMap<OpId, bool> = HashMap::new();
    let mut serving: HashMap<OpId, bool> = HashMap::new();
    let mut finished = None;
    if let Some(at) = world.cancel_at {
        agenda.insert((at, u32::MAX), Input::Cancel { hard: at % 2 == 0 });
    }
    // Monitors alone go on for ever, and stuck work without a limit does; end such worlds by hand.
    agenda.insert((100_000, u32::MAX), Input::Cancel { hard: false });
    let mut now = 0;
    let mut inputs = vec![];
    for _ in 0..10_000 {
        let mut out = Vec::new();
        scheduler.step(now, &inputs, &mut out);
        inputs.clear();
        for command in out {
            prop_assert!(finished.is_none() || matches!(command, Command::Released(..)), "after the end");
            match command {
                Command::Start(op, attempt) => {
                    for &dependency in plan.graph().dependencies.of(op) {
                        let good = endings.get(&dependency) == Some(&Status::Succeeded)
                            || serving.contains_key(&dependency);
                        prop_assert!(good, "{op:?} started before {dependency:?} had ended well");
                    }
                    prop_assert!(!endings.contains_key(&op));
                    if world.kinds[op.index()] != 0 {
                        at_work.insert(op, true);
                    }
                    prop_assert!(at_work.len() as u32 <= cap, "above the cap");
                    agenda.insert((now, ticket), Input::Taken(op, attempt));
                    ticket += 1;
                    if let Behaviour::Ends { after, well } = world.behaviours[op.index()] {
                        let verdict = if well { Verdict::Succeeded } else { FAILED };
                        let input = if well && world.is_service(op) {
                            Input::ServiceReady(op, attempt)
                        } else {
                            Input::Completed(op, attempt, verdict)
                        };
                        agenda.insert((now + after, ticket), input);
                        ticket += 1;
                    }
                }
                Command::Withdraw(op, _) => {
                    at_work.remove(&op);
                    agenda.retain(|_, input| {
                        !matches!(*input,
                        Input::Taken(o, _) | Input::Completed(o, _, _) | Input::ServiceReady(o, _) if o == op)
                    });
                }
                Command::Started(..) => {}
                Command::Serving(op, _) => {
                    serving.insert(op, true);
                    at_work.remove(&op);
                }
                Command::Stop(op, attempt, _, grace) => {
                    let lag = match world.behaviours[op.index()] {
                        Behaviour::RunsUntilStopped { lag } => Some(lag),
                        Behaviour::Ends { .. } => Some(grace / 2),
                        Behaviour::IsStuck => None,
                    };
                    if let Some(lag) = lag {
                        agenda.insert((now + lag, ticket), Input::Completed(op, attempt, Verdict::Stopped));
                        ticket += 1;
                    }
                }
                Command::Ended(op, _, status) => {
                    prop_assert!(endings.insert(op, status).is_none(), "{op:?} ended twice");
                    serving.remove(&op);
                    if status != Status::Abandoned {
                        at_work.remove(&op);
                    }
                }
                Command::Skipped(op, _) => {
                    prop_assert!(endings.insert(op, Status::Skipped).is_none(), "{op:?} ended twice");
                }
                Command::Released(op, _) => {
                    at_work.remove(&op);
                }
                Command::Retrying(..) | Command::RollingBack(_) => {}
                Command::Finished(status) => {
                    prop_assert!(finished.replace(status).is_none());
                }
            }
        }
        if finished.is_some() {
            break;
        }
        let next_input = agenda.keys().next().map(|(at, _)| *at);
        let next = next_input.into_iter().chain(scheduler.next_due()).min();
        let Some(next) = next else {
            return Err(TestCaseError::fail("nothing will ever happen again, and the run is not over"));
        };
        now = now.max(next);
        while let Some(entry) = agenda.first_entry() {
            if entry.key().0 > now {
                break;
            }
            inputs.push(entry.remove());
        }
    }
    let status = finished.ok_or_else(|| TestCaseError::fail("the run never ended"))?;
    prop_assert_eq!(endings.len(), plan.len(), "every operation ends");
    let all_well = endings.values().all(|status| *status == Status::Succeeded);
    if status == RunStatus::Succeeded {
        let late_monitors = |op: &OpId| world.kinds[op.index()] == 0 && endings[op] == Status::Skipped;
        prop_assert!(
            all_well || endings.keys().all(|op| endings[op] == Status::Succeeded || late_monitors(op))
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]
    #[test]
    fn a_run_keeps_its_promises_and_always_ends(world in worlds()) {
        simulate(&world)?;
    }
}
