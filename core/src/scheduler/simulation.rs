//! A simulated world that does what the scheduler tells it to, and checks every promise on the way.
//!
//! `PROPTEST_CASES` sets how many worlds are tried.

use super::messages::{Command, Input, Settings, Verdict};
use super::state::{Change, RunStatus, State, Status};
use super::{GuardLimits, Scheduler};
use crate::graph::OpId;
use crate::operation::{
    Backoff, FailureStrategy, LockMode, Needs, Operation, Order, PlanRequest, ProcessMode, ResourceLimits,
    RetryPolicy, RetryRule, StopMode, Trigger, Work,
};
use crate::plan::Plan;
use crate::plan::tests::{process, script};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What one attempt does.
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
    /// It fails without ever having been taken.
    FailsToStart,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Script,
    Monitor,
    Service,
    /// Stops the nearest service before it, if there is one.
    Stop,
}

#[derive(Clone, Debug)]
struct Actor {
    kind: Kind,
    /// By attempt; the last one goes on.
    behaviours: Vec<Behaviour>,
    taken_after: u64,
    needs: Option<Needs>,
    retry: Option<RetryPolicy>,
    trigger: Trigger,
    critical: bool,
    timeout: Option<u64>,
    total_timeout: Option<u64>,
    compensation: Option<Behaviour>,
    priority: i64,
}

#[derive(Clone, Debug)]
struct World {
    /// From, to, and whether it only orders.
    edges: Vec<(usize, usize, bool)>,
    actors: Vec<Actor>,
    limits: ResourceLimits,
    conflicts: Vec<Vec<usize>>,
    cap: u32,
    strategy: FailureStrategy,
    cancel_running: bool,
    default_retry: bool,
    order: u8,
    default_timeout: Option<u64>,
    run_timeout: Option<u64>,
    /// When, and whether hard.
    cancels: Vec<(u64, bool)>,
    /// When, and how much memory is in use.
    samples: Vec<(u64, Option<u64>)>,
    /// After which step the clock jumps, and how far.
    jumps: Vec<(usize, i64)>,
}

const MEMORY: u64 = 100;

fn behaviours() -> impl Strategy<Value = Behaviour> {
    prop_oneof![
        12 => (0u64..500, proptest::bool::weighted(0.75))
            .prop_map(|(after, well)| Behaviour::Ends { after, well }),
        2 => (0u64..8_000).prop_map(|lag| Behaviour::RunsUntilStopped { lag }),
        1 => Just(Behaviour::IsStuck),
        1 => Just(Behaviour::FailsToStart),
    ]
}

fn needs() -> impl Strategy<Value = Needs> {
    let mode = prop_oneof![Just(LockMode::Shared), Just(LockMode::Exclusive)];
    let lock = proptest::option::weighted(0.3, mode);
    (
        proptest::option::weighted(0.6, 1..=MEMORY),
        proptest::option::weighted(0.3, 1u64..=2),
        (lock.clone(), lock),
    )
        .prop_map(|(memory_mb, pool, (first, second))| Needs {
            memory_mb,
            pools: pool.map(|units| ("pool".to_owned(), units)).into_iter().collect(),
            locks: [("first", first), ("second", second)]
                .into_iter()
                .filter_map(|(name, mode)| mode.map(|mode| (name.to_owned(), mode)))
                .collect(),
            ..Needs::default()
        })
}

fn actors() -> impl Strategy<Value = Actor> {
    let kind = prop_oneof![
        7 => Just(Kind::Script),
        1 => Just(Kind::Monitor),
        2 => Just(Kind::Service),
        1 => Just(Kind::Stop),
    ];
    let trigger = prop_oneof![
        6 => Just(Trigger::AllSucceeded),
        1 => Just(Trigger::AllDone),
        1 => Just(Trigger::AnyFailed),
        1 => Just(Trigger::Always),
    ];
    let retry =
        (0u32..4, 0u64..300, any::<bool>(), any::<bool>()).prop_map(|(count, delay_ms, doubles, jitter)| {
            RetryPolicy {
                count,
                delay_ms,
                backoff: if doubles { Backoff::Exponential } else { Backoff::Fixed },
                max_delay_ms: Some(500),
                jitter,
                ..RetryPolicy::default()
            }
        });
    (
        (kind, proptest::collection::vec(behaviours(), 1..4), prop_oneof![3 => Just(0u64), 1 => 1u64..200]),
        (proptest::option::weighted(0.6, needs()), proptest::option::weighted(0.4, retry), trigger),
        (
            proptest::bool::weighted(0.8),
            proptest::option::weighted(0.2, 1u64..400),
            proptest::option::weighted(0.2, 1u64..800),
        ),
        (proptest::option::weighted(0.5, behaviours()), 1i64..=10),
    )
        .prop_map(
            |(
                (kind, behaviours, taken_after),
                (needs, retry, trigger),
                (critical, timeout, total_timeout),
                (compensation, priority),
            )| Actor {
                kind,
                behaviours,
                taken_after,
                needs,
                retry,
                trigger,
                critical,
                timeout,
                total_timeout,
                compensation,
                priority,
            },
        )
}

fn worlds() -> impl Strategy<Value = World> {
    let strategy = prop_oneof![
        1 => Just(FailureStrategy::Stop),
        1 => Just(FailureStrategy::Continue),
        1 => Just(FailureStrategy::Retry),
        2 => Just(FailureStrategy::Rollback),
    ];
    (1usize..20, strategy)
        .prop_flat_map(move |(count, strategy)| {
            let at = 0..count;
            (
                (
                    proptest::collection::vec(
                        (at.clone(), at.clone(), proptest::bool::weighted(0.2)),
                        0..count * 2,
                    ),
                    proptest::collection::vec(actors(), count),
                    proptest::collection::vec(proptest::collection::vec(at, 2..4), 0..2),
                ),
                (1u32..6, Just(strategy), any::<bool>(), any::<bool>(), 0u8..3, any::<bool>()),
                (
                    proptest::option::weighted(0.7, 100u64..1_000),
                    proptest::option::weighted(0.3, 100u64..3_000),
                    proptest::collection::vec((0u64..2_000, proptest::bool::weighted(0.3)), 0..2),
                ),
                (
                    proptest::collection::vec((0u64..2_000, proptest::option::of(0u64..200)), 0..6),
                    proptest::collection::vec((0usize..60, -5_000i64..100_000), 0..2),
                ),
            )
        })
        .prop_map(
            |(
                (edges, actors, conflicts),
                (cap, strategy, cancel_running, default_retry, order, guarded),
                (default_timeout, run_timeout, cancels),
                (samples, jumps),
            )| World {
                edges: edges.into_iter().filter(|(from, to, _)| from < to).collect(),
                actors,
                limits: ResourceLimits {
                    memory_mb: Some(MEMORY),
                    pools: BTreeMap::from([("pool".to_owned(), 2)]),
                    ..ResourceLimits::default()
                },
                conflicts,
                cap,
                strategy,
                cancel_running,
                default_retry,
                order,
                default_timeout,
                run_timeout,
                cancels,
                samples: if guarded { samples } else { vec![] },
                jumps,
            },
        )
}

fn name(index: usize) -> String {
    format!("op{index}")
}

impl World {
    /// The service that a stop operation stops.
    fn stopped_by(&self, index: usize) -> Option<usize> {
        if self.actors[index].kind != Kind::Stop {
            return None;
        }
        (0..index).rev().find(|&before| self.actors[before].kind == Kind::Service)
    }

    fn operation(&self, index: usize) -> Operation {
        let actor = &self.actors[index];
        let named = |weak: bool| {
            self.edges
                .iter()
                .filter(|(from, to, w)| {
                    *to == index && *w == weak && self.actors[*from].kind != Kind::Monitor
                })
                .map(|(from, ..)| name(*from))
                .collect()
        };
        let operation = match actor.kind {
            Kind::Script => script("", &[]),
            Kind::Monitor => Operation { kind: Some("Monitor".to_owned()), ..script("", &[]) },
            Kind::Service => process("", ProcessMode::Service),
            Kind::Stop => match self.stopped_by(index) {
                Some(service) => Operation { work: Work::Stop { service: name(service) }, ..script("", &[]) },
                None => script("", &[]),
            },
        };
        let undone = actor.compensation.filter(|_| actor.kind != Kind::Monitor);
        Operation {
            name: name(index),
            dependencies: named(false),
            weak_dependencies: named(true),
            needs: actor.needs.clone().map(Box::new),
            retry: actor.retry.clone().map(Box::new),
            trigger: actor.trigger,
            critical: actor.critical,
            timeout_ms: actor.timeout,
            total_timeout_ms: actor.total_timeout,
            compensation: undone.map(|_| Box::new(Work::Script)),
            priority: Some(actor.priority),
            ..operation
        }
    }

    fn plan(&self) -> Plan {
        let order = [Order::Parallel, Order::Intelligent, Order::Sequential][self.order as usize].clone();
        let conflicts = self.conflicts.iter().map(|group| group.iter().map(|&op| name(op)).collect());
        Plan::compile(PlanRequest {
            operations: (0..self.actors.len()).map(|index| self.operation(index)).collect(),
            order,
            limits: self.limits.clone(),
            conflicts: conflicts.collect(),
            ..PlanRequest::default()
        })
        .unwrap()
    }

    fn settings(&self) -> Settings {
        Settings {
            failure: self.strategy,
            cancel_running: self.cancel_running,
            retry: self.default_retry.then_some(RetryRule { count: 1, ..RetryRule::DEFAULT }),
            guard: GuardLimits { memory_mb: Some(MEMORY), cpu_percent: None },
            default_timeout_ms: self.default_timeout,
            run_timeout_ms: self.run_timeout,
            stop_grace_ms: 1_000,
            seed: 7,
            ..Settings::new(self.cap)
        }
    }
}

/// What the world has seen, kept independently of the scheduler's own books.
struct Observer<'a> {
    world: &'a World,
    plan: Arc<Plan>,
    cap: usize,
    now: u64,
    endings: BTreeMap<OpId, Status>,
    serving: BTreeSet<OpId>,
    /// Those that failed, or were skipped because something before them had.
    failures: BTreeSet<OpId>,
    slots: BTreeSet<OpId>,
    /// Operations that hold what they need.
    holding: BTreeSet<OpId>,
    backoff: BTreeMap<OpId, u64>,
    ready_since: BTreeMap<OpId, u64>,
    /// How often each operation has been passed over by competitors of worse rank.
    passed: HashMap<OpId, u32>,
    attempts: HashMap<OpId, u32>,
    /// What may still start: 3 everything, 2 what survives a failure, 1 what survives a cancel, 0 nothing.
    open: u8,
    rolling_back: bool,
    sample: Option<(u64, u64)>,
    finished: Option<RunStatus>,
}

impl Observer<'_> {
    fn actor(&self, op: OpId) -> &Actor {
        &self.world.actors[self.plan.compensates(op).unwrap_or(op).index()]
    }

    fn is_monitor(&self, op: OpId) -> bool {
        self.actor(op).kind == Kind::Monitor
    }

    fn behaviour(&self, op: OpId, attempt: u32) -> Behaviour {
        let actor = self.actor(op);
        if self.plan.compensates(op).is_some() {
            return actor.compensation.unwrap();
        }
        actor.behaviours[(attempt as usize - 1).min(actor.behaviours.len() - 1)]
    }

    fn check_start(&mut self, op: OpId, attempt: u32) -> Result<(), TestCaseError> {
        prop_assert!(!self.endings.contains_key(&op), "{op:?} starts after its end");
        prop_assert_eq!(attempt, self.attempts.get(&op).map_or(1, |last| last + 1));
        self.attempts.insert(op, attempt);
        if let Some(due) = self.backoff.remove(&op) {
            prop_assert!(self.now >= due, "{op:?} starts before its pause is over");
        }
        match self.plan.compensates(op) {
            Some(of) => self.check_compensation(of)?,
            None => self.check_dependencies(op)?,
        }
        let needed = match (self.plan.compensates(op).is_some(), self.actor(op).trigger) {
            (true, _) | (_, Trigger::Always) => 1,
            (_, Trigger::AnyFailed) => 2,
            _ => 3,
        };
        prop_assert!(self.open >= needed, "{op:?} starts in a run that was called off");
        if self.is_monitor(op) {
            return Ok(());
        }
        if let Some((until, used)) = self.sample {
            let guarded = used > MEMORY && self.now < until && !self.slots.is_empty();
            prop_assert!(!guarded, "{op:?} starts though the machine is over its limit");
        }
        self.slots.insert(op);
        self.holding.insert(op);
        prop_assert!(self.slots.len() <= self.cap, "more at work than slots");
        self.check_resources()
    }

    fn check_dependencies(&self, op: OpId) -> Result<(), TestCaseError> {
        let trigger = self.actor(op).trigger;
        let mut failed = false;
        for &on in self.plan.graph().dependencies.of(op) {
            let done = self.endings.contains_key(&on) || self.serving.contains(&on);
            prop_assert!(done, "{op:?} starts before {on:?} has ended");
            if self.plan.is_weak(on, op) {
                continue;
            }
            failed |= self.failures.contains(&on);
            let well = self.serving.contains(&on) || self.endings.get(&on) == Some(&Status::Succeeded);
            prop_assert!(
                trigger != Trigger::AllSucceeded || well || self.attempts[&op] > 1,
                "{op:?} starts though {on:?} did not succeed"
            );
        }
        prop_assert!(trigger != Trigger::AnyFailed || failed, "{op:?} starts though nothing failed");
        Ok(())
    }

    /// Everything that depends on it, directly or not, has been undone before.
    fn check_compensation(&self, of: OpId) -> Result<(), TestCaseError> {
        prop_assert!(self.rolling_back);
        let mut stack = vec![of];
        while let Some(op) = stack.pop() {
            for &dependent in self.plan.graph().dependents.of(op) {
                if let Some(compensation) = self.plan.compensation_of(dependent)
                    && self.had_succeeded(dependent)
                {
                    let undone = self.endings.contains_key(&compensation);
                    prop_assert!(undone, "{of:?} is undone before {dependent:?}");
                }
                stack.push(dependent);
            }
        }
        prop_assert!(self.had_succeeded(of), "{of:?} is undone and had not succeeded");
        Ok(())
    }

    /// A service that serves while the rollback begins counts, whatever becomes of it.
    fn had_succeeded(&self, op: OpId) -> bool {
        self.serving.contains(&op)
            || self.endings.get(&op) == Some(&Status::Succeeded)
            || (self.actor(op).kind == Kind::Service
                && self.plan.compensation_of(op).is_some_and(|undo| self.attempts.contains_key(&undo)))
    }

    fn check_resources(&self) -> Result<(), TestCaseError> {
        let (mut memory, mut pool) = (0, 0);
        let mut locks: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for &op in &self.holding {
            let Some(needs) = &self.actor(op).needs else { continue };
            memory += needs.memory_mb.unwrap_or(0);
            pool += needs.pools.get("pool").copied().unwrap_or(0);
            for (lock, mode) in &needs.locks {
                let (shared, exclusive) = locks.entry(lock).or_default();
                match mode {
                    LockMode::Shared => *shared += 1,
                    LockMode::Exclusive => *exclusive += 1,
                }
            }
        }
        prop_assert!(memory <= MEMORY, "{memory} MiB booked");
        prop_assert!(pool <= 2, "{pool} units of the pool booked");
        for (lock, (shared, exclusive)) in locks {
            let legal = exclusive == 0 || (exclusive == 1 && shared == 0);
            prop_assert!(legal, "lock {lock} is held {shared} times shared, {exclusive} times alone");
        }
        for group in &self.world.conflicts {
            let beside: BTreeSet<OpId> = self.holding.iter().copied().collect();
            let members: BTreeSet<usize> = group.iter().copied().collect();
            let at_work = beside
                .iter()
                .filter(|&&op| members.contains(&self.plan.compensates(op).unwrap_or(op).index()))
                .count();
            let real = members.iter().filter(|&&op| self.world.actors[op].kind != Kind::Monitor).count();
            prop_assert!(at_work <= 1 || real < 2, "conflicting operations run side by side");
        }
        Ok(())
    }

    /// Nobody is passed over for ever: `op` starts, and those that were ready before it are not.
    fn check_ageing(&mut self, op: OpId, ready: &BTreeSet<OpId>) -> Result<(), TestCaseError> {
        // When nothing else is being run, reservations do not hold.
        let alone = self.slots.len() == 1
            && self.backoff.iter().all(|(&other, &due)| due <= self.now || self.is_monitor(other))
            && self.holding.iter().all(|other| *other == op || self.serving.contains(other));
        if self.is_monitor(op) || alone {
            return Ok(());
        }
        let resources = self.plan.resources();
        for &other in ready {
            let compete = resources
                .demands(other)
                .iter()
                .any(|a| resources.demands(op).iter().any(|b| a.resource == b.resource));
            if compete && self.plan.rank(other) < self.plan.rank(op) && !self.slots.contains(&other) {
                let passed = self.passed.entry(other).or_default();
                *passed += 1;
                prop_assert!(*passed as usize <= 4 * self.cap, "{other:?} is passed over for ever");
            }
        }
        Ok(())
    }

    fn end(&mut self, op: OpId, status: Status) -> Result<(), TestCaseError> {
        prop_assert!(self.endings.insert(op, status).is_none(), "{op:?} ends twice");
        self.serving.remove(&op);
        self.backoff.remove(&op);
        if status != Status::Abandoned {
            self.slots.remove(&op);
            self.holding.remove(&op);
        }
        if status.is_failure() {
            self.failures.insert(op);
            let counts = self.plan.compensates(op).is_none() && self.actor(op).critical;
            if counts && self.world.strategy != FailureStrategy::Continue {
                self.open = self.open.min(2);
            }
        }
        Ok(())
    }
}

/// Everything a world did, for comparison, and every change of state it made.
#[derive(Debug, Default, PartialEq)]
struct Trace {
    commands: Vec<(u64, Command)>,
    seen: BTreeSet<(State, Change)>,
}

/// Runs a world to its end and checks every promise on the way.
fn simulate(world: &World) -> Result<Trace, TestCaseError> {
    let plan = Arc::new(world.plan());
    let mut scheduler = Scheduler::new(Arc::clone(&plan), world.settings());
    let mut seen = Observer {
        world,
        plan: Arc::clone(&plan),
        cap: if world.order == 2 { 1 } else { world.cap as usize },
        now: 0,
        endings: BTreeMap::new(),
        serving: BTreeSet::new(),
        failures: BTreeSet::new(),
        slots: BTreeSet::new(),
        holding: BTreeSet::new(),
        backoff: BTreeMap::new(),
        ready_since: BTreeMap::new(),
        passed: HashMap::new(),
        attempts: HashMap::new(),
        open: 3,
        rolling_back: false,
        sample: None,
        finished: None,
    };
    let mut agenda: BTreeMap<(u64, u32), Input> = BTreeMap::new();
    let mut ticket = 0u32;
    let mut plan_input = |agenda: &mut BTreeMap<(u64, u32), Input>, at: u64, input: Input| {
        agenda.insert((at, ticket), input);
        ticket += 1;
    };
    for &(at, hard) in &world.cancels {
        let mode = if hard { StopMode::Kill } else { StopMode::OWN_GRACE };
        plan_input(&mut agenda, at, Input::Cancel(mode));
    }
    for &(at, memory_used_mb) in &world.samples {
        plan_input(&mut agenda, at, Input::Sample { memory_used_mb, cpu_percent: None });
    }
    // Monitors alone go on for ever, and stuck work without a limit does; end such worlds by hand.
    plan_input(&mut agenda, 500_000, Input::Cancel(StopMode::OWN_GRACE));
    plan_input(&mut agenda, 600_000, Input::Cancel(StopMode::Kill));
    let mut trace = Trace::default();
    let mut now = 0u64;
    let mut inputs: Vec<Input> = vec![];
    for step in 0..20_000 {
        let ready: BTreeSet<OpId> =
            plan.nodes().filter(|&op| scheduler.state(op) == State::Ready && !seen.is_monitor(op)).collect();
        // A clock that was set back says less than it has said before.
        let said = match world.jumps.iter().find(|(at, _)| *at == step) {
            Some((_, jump)) => now.saturating_sub(jump.unsigned_abs().min(5_000)),
            None => now,
        };
        seen.now = seen.now.max(said);
        for input in &inputs {
            match *input {
                Input::Cancel(mode) => seen.open = seen.open.min(u8::from(mode != StopMode::Kill)),
                Input::Sample { memory_used_mb, .. } => {
                    seen.sample =
                        memory_used_mb.map(|used| (seen.now + super::guard::SAMPLE_LIFETIME_MS, used));
                }
                _ => {}
            }
        }
        let mut out = Vec::new();
        scheduler.step(said, &inputs, &mut out);
        prop_assert_eq!(scheduler.defect(), None);
        inputs.clear();
        for command in out {
            trace.commands.push((now, command));
            let late = matches!(command, Command::Released(..));
            prop_assert!(seen.finished.is_none() || late, "{command:?} after the end");
            match command {
                Command::Start(op, attempt) => {
                    seen.check_start(op, attempt)?;
                    seen.check_ageing(op, &ready)?;
                    let taken = now + seen.actor(op).taken_after;
                    let behaviour = seen.behaviour(op, attempt);
                    if let Behaviour::FailsToStart = behaviour {
                        let failed = Verdict::Failed { retry: true };
                        plan_input(&mut agenda, taken, Input::Completed(op, attempt, failed));
                        continue;
                    }
                    plan_input(&mut agenda, taken, Input::Taken(op, attempt));
                    if let Behaviour::Ends { after, well } = behaviour {
                        let is_service =
                            plan.compensates(op).is_none() && seen.actor(op).kind == Kind::Service;
                        let verdict =
                            if well { Verdict::Succeeded } else { Verdict::Failed { retry: after % 5 != 0 } };
                        let input = if well && is_service {
                            Input::ServiceReady(op, attempt)
                        } else {
                            Input::Completed(op, attempt, verdict)
                        };
                        plan_input(&mut agenda, taken + after, input);
                        if well && is_service && after % 7 == 0 {
                            let died = Input::Completed(op, attempt, Verdict::Stopped);
                            plan_input(&mut agenda, taken + 3 * after, died);
                        }
                    }
                }
                Command::Withdraw(op, _) => {
                    seen.slots.remove(&op);
                    seen.holding.remove(&op);
                    let attempts = seen.attempts.get_mut(&op).unwrap();
                    *attempts -= 1;
                    agenda.retain(|_, input| {
                        !matches!(*input,
                        Input::Taken(o, _) | Input::Completed(o, _, _) | Input::ServiceReady(o, _) if o == op)
                    });
                }
                Command::Started(op, attempt) => {
                    if plan.stops(op).is_some() {
                        // The one kind that is never handed out.
                        seen.check_start(op, attempt)?;
                    }
                }
                Command::Serving(op, _) => {
                    seen.serving.insert(op);
                    seen.slots.remove(&op);
                }
                Command::Stop { op, attempt, mode, .. } => {
                    let lag = match seen.behaviour(op, attempt) {
                        Behaviour::RunsUntilStopped { lag } => Some(lag),
                        // Some of those that do something by themselves do not listen.
                        Behaviour::Ends { after, .. } if after % 4 == 1 => None,
                        Behaviour::Ends { .. } | Behaviour::FailsToStart => {
                            Some(mode.grace().as_millis() as u64 / 2)
                        }
                        Behaviour::IsStuck => None,
                    };
                    if let Some(lag) = lag {
                        let ended = Input::Completed(op, attempt, Verdict::Stopped);
                        plan_input(&mut agenda, now + lag, ended);
                    }
                }
                Command::Retrying { op, attempt, status, delay_ms, .. } => {
                    prop_assert!(matches!(status, Status::Failed | Status::TimedOut));
                    let allowed = match &seen.actor(op).retry {
                        Some(policy) => policy.count,
                        None if world.default_retry => 1,
                        None => 3,
                    };
                    prop_assert!(attempt <= allowed, "{op:?} is retried too often");
                    seen.backoff.insert(op, seen.now + delay_ms);
                    seen.slots.remove(&op);
                    seen.holding.remove(&op);
                }
                Command::RollingBack(op) => {
                    prop_assert!(seen.failures.contains(&op) && world.strategy == FailureStrategy::Rollback);
                    prop_assert!(!std::mem::replace(&mut seen.rolling_back, true));
                }
                Command::Ended { op, status, .. } => seen.end(op, status)?,
                Command::Skipped(op, reason) => {
                    seen.end(op, Status::Skipped)?;
                    let failed = match reason {
                        super::SkipReason::Dependency(on) => seen.failures.contains(&on),
                        super::SkipReason::HeldByService(_) => true,
                        _ => false,
                    };
                    if failed {
                        seen.failures.insert(op);
                    }
                }
                Command::Released(op, _) => {
                    seen.slots.remove(&op);
                    seen.holding.remove(&op);
                }
                Command::Finished(status) => prop_assert!(seen.finished.replace(status).is_none()),
            }
        }
        for op in plan.nodes() {
            let state = scheduler.state(op);
            if state == State::Ready {
                seen.ready_since.entry(op).or_insert(seen.now);
            }
            if let Some(total) = seen.actor(op).total_timeout
                && let Some(since) = seen.ready_since.get(&op)
                && matches!(state, State::Ready | State::Backoff | State::Admitted | State::Running)
            {
                prop_assert!(seen.now < since + total, "{op:?} is {state:?} after its total limit");
            }
            if !state.is_final() && state != State::Dormant {
                check_explanation(&scheduler, op, seen.slots.len())?;
            }
        }
        if seen.finished.is_some() {
            break;
        }
        let next_input = agenda.keys().next().map(|(at, _)| *at);
        let next = next_input.into_iter().chain(scheduler.next_due()).min();
        let Some(next) = next else {
            return Err(TestCaseError::fail("nothing will ever happen again, and the run is not over"));
        };
        now = now.max(next);
        if let Some((_, jump)) = world.jumps.iter().find(|(at, jump)| *at == step && *jump > 0) {
            now += jump.unsigned_abs();
        }
        while let Some(entry) = agenda.first_entry() {
            if entry.key().0 > now {
                break;
            }
            inputs.push(entry.remove());
        }
    }
    let status = seen.finished.ok_or_else(|| TestCaseError::fail("the run never ended"))?;
    check_end(&seen, status)?;
    trace.seen = std::mem::take(&mut scheduler.seen);
    Ok(trace)
}

/// What is ready and not admitted has a reason.
fn check_explanation(scheduler: &Scheduler, op: OpId, slots: usize) -> Result<(), TestCaseError> {
    let waiting = scheduler.explain(op);
    match scheduler.state(op) {
        State::Waiting => prop_assert!(!waiting.dependencies.is_empty(), "{op:?} waits for nothing"),
        State::Backoff => prop_assert!(waiting.backoff_until_ms.is_some()),
        State::Ready => {
            prop_assert_eq!(waiting.slots.map_or(slots, |s| s.used as usize), slots);
            let reason = waiting.slots.is_some()
                || waiting.guard.is_some()
                || waiting.reserved_for.is_some()
                || waiting.resources.iter().any(|lack| !lack.held_by.is_empty());
            prop_assert!(reason, "{op:?} is ready and nothing keeps it: {waiting:?}");
        }
        _ => {}
    }
    Ok(())
}

fn check_end(seen: &Observer<'_>, status: RunStatus) -> Result<(), TestCaseError> {
    let declared: Vec<OpId> = seen.plan.ids().collect();
    for op in &declared {
        prop_assert!(seen.endings.contains_key(op), "{op:?} never ended");
    }
    for op in seen.plan.compensations() {
        let owed = seen.rolling_back && seen.attempts.contains_key(&op);
        prop_assert!(!owed || seen.endings.contains_key(&op), "{op:?} never ended");
        prop_assert!(seen.rolling_back || !seen.endings.contains_key(&op));
    }
    let all_well = declared.iter().all(|op| seen.endings[op] == Status::Succeeded);
    let failed = declared.iter().any(|op| seen.endings[op].is_failure());
    match status {
        RunStatus::Succeeded => prop_assert!(!failed, "a run with a failure is not green"),
        RunStatus::PartiallySucceeded | RunStatus::Failed => prop_assert!(!all_well),
        RunStatus::Canceled => prop_assert!(seen.open <= 1),
    }
    Ok(())
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

proptest! {
    #![proptest_config(Config { cases: cases(), failure_persistence: None, ..Config::default() })]
    #[test]
    fn a_run_keeps_its_promises_always_ends_and_is_the_same_again(world in worlds()) {
        let first = simulate(&world)?;
        prop_assert_eq!(first, simulate(&world)?, "the same inputs give the same commands");
    }
}

#[test]
fn every_legal_change_of_state_happens_and_no_other() {
    let legal: BTreeSet<(State, Change)> = State::all()
        .flat_map(|state| Change::all().map(move |change| (state, change)))
        .filter(|(state, change)| state.after(*change).is_some())
        .collect();
    let mut runner = TestRunner::deterministic();
    let mut missing = legal.clone();
    for _ in 0..30_000 {
        let world = worlds().new_tree(&mut runner).unwrap().current();
        for change in simulate(&world).unwrap().seen {
            assert!(legal.contains(&change), "{change:?} is not in the table");
            missing.remove(&change);
        }
        if missing.is_empty() {
            return;
        }
    }
    panic!("never happened: {missing:?}");
}
