//! Runs that are recorded as real ones are: the scheduler, operations that take as long as the world says, a record on the
//! disk, and what is read of it.

use crate::graph::OpId;
use crate::operation::{
    Backoff, FailureStrategy, LockMode, Needs, Operation, Order, PlanRequest, ProcessMode, ResourceLimits,
    RetryPolicy, Trigger, UpToDate, Work,
};
use crate::plan::Plan;
use crate::plan::tests::process;
use crate::record::disk::Files;
use crate::record::entry::{Current, Due, Ended, Finished, Kept, Retrying, Serving, Skipped, Started};
use crate::record::order::{Ask, Ordered};
use crate::record::{self, Cause, Header, Record, SkippedBecause, What, Why, Writer, header};
use crate::report::seen::Seen;
use crate::scheduler::{Carried, Command, Input, RunStatus, Scheduler, Settings, State, Verdict};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How an operation goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Act {
    /// After how long orders restart the attempts that come first.
    pub restarts: Vec<u64>,
    /// How long the failed attempts take that come then.
    pub before: Vec<u64>,
    /// How long the last one takes.
    pub took: u64,
    /// Whether that fails, too.
    pub fails: bool,
    /// How long its worker needs to take it.
    pub lag: u64,
    /// How long its check takes, and whether it is up to date.
    pub check: (u64, bool),
}

/// A run that may be.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub request: PlanRequest,
    pub acts: Vec<Act>,
    pub slots: u32,
    /// What a failure means.
    pub failure: FailureStrategy,
    /// Orders to skip an operation, and when.
    pub skips: Vec<(u64, OpId)>,
    /// What it keeps of an earlier run that it resumes.
    pub kept: Vec<OpId>,
}

/// One that was.
pub(super) struct Ran {
    pub seen: Seen,
    pub makespan: u64,
}

/// What happened in one.
struct Gone {
    plan: Arc<Plan>,
    happened: Vec<(u64, What)>,
    makespan: u64,
}

impl World {
    pub(super) fn new(operations: usize) -> Self {
        let named = |place: usize| Operation { name: format!("Op {place}"), ..Operation::default() };
        let operations: Vec<_> = (0..operations).map(named).collect();
        let acts = vec![Act::default(); operations.len()];
        let request = PlanRequest { operations, ..PlanRequest::default() };
        let failure = FailureStrategy::Continue;
        Self { request, acts, slots: 4, failure, skips: Vec::new(), kept: Vec::new() }
    }

    /// The same as a run that keeps some of an earlier one, and in which scripts are restarted by orders.
    pub(super) fn steered(mut self, kept: &[Index], restarts: &[(Index, u64)]) -> Self {
        let count = self.acts.len();
        let of = |place: usize, world: &Self| world.request.operations[place].clone();
        for place in kept.iter().map(|index| index.index(count)) {
            let operation = of(place, &self);
            // What has failed is not kept, nor what runs each time.
            if !self.acts[place].fails
                && !operation.is_monitor()
                && operation.trigger == Trigger::AllSucceeded
            {
                self.kept.push(OpId(u32::try_from(place).unwrap()));
            }
        }
        self.kept.sort_unstable();
        self.kept.dedup();
        for (index, after) in restarts {
            let place = index.index(count);
            let operation = of(place, &self);
            if operation.work == Work::Script && !operation.is_monitor() {
                self.acts[place].restarts.push(*after);
            }
        }
        self
    }

    pub(super) fn run(&self) -> Ran {
        let Gone { plan, happened, makespan } = self.go();
        Ran { seen: self.record(&plan, &happened), makespan }
    }

    /// Whether it comes to one of these ends.
    fn ends_as(&self, ends: &[RunStatus]) -> bool {
        matches!(self.go().happened.pop(), Some((_, What::Finished(it))) if ends.contains(&it.status))
    }

    /// How long it takes.
    pub(super) fn makespan(&self) -> u64 {
        self.go().makespan
    }

    fn go(&self) -> Gone {
        let plan = Arc::new(Plan::compile(self.request.clone()).unwrap());
        let settings = Settings { failure: self.failure, ..Settings::new(self.slots) };
        let carried = Carried { kept: self.kept.clone(), ..Carried::default() };
        let mut scheduler = Scheduler::carrying(Arc::clone(&plan), settings, carried);
        let mut agenda: BTreeMap<(u64, u32), Input> = BTreeMap::new();
        let mut planned = 0;
        for &(at, op) in &self.skips {
            planned += 1;
            agenda.insert((at, planned), Input::Skip(op));
        }
        let mut happened: Vec<(u64, What)> = Vec::new();
        let (mut now, mut inputs, mut commands) = (0, Vec::new(), Vec::new());
        let mut began: BTreeMap<OpId, u64> = BTreeMap::new();
        while !scheduler.is_finished() {
            scheduler.step(now, &inputs, &mut commands);
            inputs.clear();
            let mut plan_at = |at: u64, input: Input| {
                planned += 1;
                agenda.insert((at, planned), input);
            };
            for command in commands.drain(..) {
                match command {
                    Command::Check(op) => {
                        let (took, current) = self.acts[op.index()].check;
                        plan_at(now + took, Input::Checked(op, current));
                    }
                    Command::Start(op, attempt) => {
                        let act = &self.acts[op.index()];
                        let place = attempt as usize - 1;
                        if let Some(after) = act.restarts.get(place) {
                            plan_at(now + act.lag, Input::Taken(op, attempt));
                            plan_at(now + act.lag + after, Input::Again(op));
                            continue;
                        }
                        let failed = act.before.get(place - act.restarts.len());
                        let end = match failed {
                            Some(_) => Input::Completed(op, attempt, Verdict::Failed { retry: true }),
                            None if act.fails => {
                                Input::Completed(op, attempt, Verdict::Failed { retry: false })
                            }
                            None if plan.facts(op).service => Input::ServiceReady(op, attempt),
                            None => Input::Completed(op, attempt, Verdict::Succeeded),
                        };
                        plan_at(now + act.lag, Input::Taken(op, attempt));
                        if !plan.facts(op).monitor {
                            plan_at(now + act.lag + failed.unwrap_or(&act.took), end);
                        }
                    }
                    Command::Stop { op, attempt, .. } => {
                        plan_at(now, Input::Completed(op, attempt, Verdict::Stopped));
                    }
                    _ => {}
                }
                if let Command::Started(op, _) = command {
                    began.insert(op, now);
                }
                happened.extend(what(&plan, command, now, &began).map(|what| (now, what)));
            }
            // A check of what a failure has kept from starting may still be under way, and nothing waits for it.
            if scheduler.is_finished() {
                break;
            }
            let next = [agenda.keys().next().map(|(at, _)| *at), scheduler.next_due()];
            let Some(next) = next.into_iter().flatten().min() else { break };
            now = now.max(next);
            let later = agenda.split_off(&(now + 1, 0));
            inputs = std::mem::replace(&mut agenda, later).into_values().collect();
            // What has been withdrawn does not begin.
            inputs.retain(|input| match *input {
                Input::Taken(op, _) => scheduler.state(op) == State::Admitted,
                _ => true,
            });
            let obeyed = inputs.iter().filter_map(|input| match *input {
                Input::Again(op) => scheduler.may_start_again(op).is_ok().then_some(op),
                _ => None,
            });
            happened.extend(obeyed.map(|op| (now, ordered(&plan, op))));
        }
        Gone { plan, happened, makespan: now }
    }

    /// What is read of its record.
    fn record(&self, plan: &Plan, happened: &[(u64, What)]) -> Seen {
        let folder = tempfile::tempdir().unwrap();
        let header = Header {
            format: header::FORMAT,
            run: "0f3c9a52-7d1e-4b6a-9c00-1234567890ab".to_owned(),
            name: "world".to_owned(),
            source: Some("/world.yaml".to_owned()),
            started_at: "2026-01-01T00:00:00Z".to_owned(),
            operations: u32::try_from(plan.len()).unwrap(),
            max_concurrency: self.slots,
            options: serde_json::json!({ "failure": self.failure, "max_concurrency": self.slots }),
            ..Header::default()
        };
        let document = header::plan_document(plan, &[]);
        let place = folder.path().join("run");
        let mut writer = Writer::create(Arc::new(Files), &place, &header, &document).unwrap();
        for (at, what) in happened {
            writer.append(*at, [what]);
        }
        drop(writer);
        Seen::read(&Record::open(&Files, &place).unwrap())
    }
}

/// An order that restarts an operation.
fn ordered(plan: &Plan, op: OpId) -> What {
    let ask = Ask::Restart { operation: plan.operation(op).name.clone() };
    let order = record::order::Order { ask, ..record::order::Order::unreadable("one".to_owned()) };
    What::Order(Box::new(Ordered { order, refused: None }))
}

fn what(plan: &Plan, command: Command, now: u64, began: &BTreeMap<OpId, u64>) -> Option<What> {
    let name = |op: OpId| plan.operation(op).name.clone();
    let end = |op, attempt, status| Ended {
        op,
        name: name(op),
        attempt,
        status,
        worker: None,
        error: None,
        exit_code: None,
        duration_ms: now - began.get(&op).copied().unwrap_or(now),
        test: None,
        stamp: None,
    };
    Some(match command {
        Command::Kept(op) => {
            What::Kept(Kept { op, name: name(op), from: "earlier".to_owned(), up_to_date: false })
        }
        Command::Started(op, attempt) => What::Started(Started { op, name: name(op), attempt, worker: None }),
        Command::Serving(op, attempt) => What::Serving(Serving { op, name: name(op), attempt }),
        Command::Due(op) => What::Due(Due { op, name: name(op), why: Why::of(Cause::Never) }),
        Command::Current(op) => What::Current(Current { op, name: name(op), stamp: None }),
        Command::Retrying { op, attempt, status, delay_ms, .. } => {
            What::Retrying(Retrying { end: end(op, attempt, status), delay_ms })
        }
        Command::Ended { op, attempt, status, .. } => What::Ended(end(op, attempt, status)),
        Command::Skipped(op, reason) => {
            What::Skipped(Skipped { op, name: name(op), because: SkippedBecause::of(plan, reason) })
        }
        Command::Finished(status) => What::Finished(Finished { status }),
        _ => return None,
    })
}

/// An operation, and how it goes; dependencies as parts of what is declared before it.
type Drawn = (Vec<u16>, u64, Vec<u64>, u8, (u8, u8), (Option<u64>, Option<i64>), u64, u64);

/// Worlds in which everything occurs that a scheduler knows, and in which workers need up to `most_lag` milliseconds
/// to take an operation.
pub(super) fn worlds(most_lag: u64) -> impl Strategy<Value = World> {
    // What did not come to its end has no recommendations, and says so.
    any_worlds(most_lag).prop_filter("it came to its end", |world| {
        world.ends_as(&[RunStatus::Succeeded, RunStatus::PartiallySucceeded])
    })
}

/// Worlds that the first failure stops.
pub(super) fn failing_worlds() -> impl Strategy<Value = World> {
    any_worlds(0)
        .prop_map(|world| World { failure: FailureStrategy::Stop, ..world })
        .prop_filter("it fails", |world| world.ends_as(&[RunStatus::Failed]))
}

fn any_worlds(most_lag: u64) -> impl Strategy<Value = World> {
    let operation = (
        proptest::collection::vec(any::<u16>(), 0..3),
        200u64..8_000,
        prop_oneof![4 => Just(vec![]), 1 => proptest::collection::vec(100u64..3_000, 1..4)],
        any::<u8>(),
        (any::<u8>(), any::<u8>()),
        (proptest::option::weighted(0.4, 100u64..9_000), proptest::option::weighted(0.2, 1i64..11)),
        prop_oneof![3 => Just(0u64), 1 => 0..=most_lag],
        0u64..3_000,
    );
    let order = prop_oneof![
        3 => Just(0u8), 1 => Just(1u8), 1 => Just(2u8), 1 => Just(3u8)
    ];
    (proptest::collection::vec(operation, 2..24), 1u32..6, order, 1u64..4, 1u64..4)
        .prop_map(|(drawn, slots, order, pool, memory)| world(drawn, slots, order, pool, memory))
}

fn world(drawn: Vec<Drawn>, slots: u32, order: u8, pool: u64, memory: u64) -> World {
    let mut world = World { slots, ..World::new(drawn.len()) };
    let names: Vec<String> = world.request.operations.iter().map(|it| it.name.clone()).collect();
    for (place, (after, took, before, kind, (need, amount), (estimate_ms, priority), lag, pause)) in
        drawn.into_iter().enumerate()
    {
        let act = &mut world.acts[place];
        let is_monitor = kind == 0;
        let known: Vec<&String> = after
            .iter()
            .map(|at| usize::from(*at))
            .filter(|_| place > 0)
            .map(|at| &names[at % place])
            .collect();
        let operation = &mut world.request.operations[place];
        (operation.estimate_ms, operation.priority) = (estimate_ms, priority);
        operation.dependencies = known.into_iter().cloned().collect();
        operation.dependencies.dedup();
        (act.took, act.lag) = (took, lag);
        if is_monitor {
            operation.kind = Some("Monitor".to_owned());
            operation.dependencies.clear();
            act.lag = 0;
            continue;
        }
        if kind % 7 == 1 && operation.dependencies.len() > 1 {
            operation.weak_dependencies = operation.dependencies.split_off(1);
        }
        if !before.is_empty() {
            let backoff = if kind % 2 == 0 { Backoff::Fixed } else { Backoff::Exponential };
            let count = u32::try_from(before.len()).unwrap();
            let policy = RetryPolicy {
                count,
                delay_ms: pause,
                backoff,
                max_delay_ms: Some(5_000),
                ..RetryPolicy::default()
            };
            operation.retry = Some(Box::new(policy));
            act.before = before;
        }
        match kind {
            1..=15 => operation.work = process(&operation.name, ProcessMode::Service).work,
            16..=40 => {
                operation.up_to_date = Some(Box::new(UpToDate { test: true, ..UpToDate::default() }));
                act.check = (pause / 4, kind % 3 == 0);
            }
            41..=55 => (act.fails, operation.critical) = (true, kind % 2 == 0),
            56..=66 => operation.trigger = Trigger::AllDone,
            67..=70 => operation.trigger = Trigger::AnyFailed,
            _ => {}
        }
        let mut needs = Needs::default();
        match need {
            0..=60 => _ = needs.pools.insert("licences".to_owned(), 1 + u64::from(amount) % pool),
            61..=100 => needs.memory_mib = Some(1 + u64::from(amount) * memory * 4 % (memory * 1_024)),
            101..=120 => _ = needs.locks.insert("dns".to_owned(), LockMode::Exclusive),
            121..=130 => _ = needs.locks.insert("dns".to_owned(), LockMode::Shared),
            131..=150 => needs.cpu_percent = Some(20 + u64::from(amount) % 40),
            _ => {}
        }
        if needs != Needs::default() {
            operation.needs = Some(Box::new(needs));
        }
    }
    // A monitor is nothing to depend on.
    let monitors: Vec<String> =
        world.request.operations.iter().filter(|it| it.is_monitor()).map(|it| it.name.clone()).collect();
    for operation in &mut world.request.operations {
        operation.dependencies.retain(|name| !monitors.contains(name));
        operation.weak_dependencies.retain(|name| !monitors.contains(name));
    }
    world.request.limits = ResourceLimits {
        memory_mib: Some(memory * 1_024),
        cpu_percent: Some(60),
        pools: [("licences".to_owned(), pool)].into(),
        ..ResourceLimits::default()
    };
    if names.len() > 4 {
        world.request.conflicts = vec![names[2..4].to_vec()];
        // Monitors book nothing.
        world.request.conflicts.retain(|group| !group.iter().any(|name| monitors.contains(name)));
    }
    world.request.order = match order {
        1 => Order::Parallel,
        2 => Order::Sequential,
        3 => Order::Custom { names: names.iter().rev().step_by(2).cloned().collect() },
        _ => Order::Intelligent,
    };
    world
}
