//! The worlds of the simulation: operations that behave in every way there is, and what is set for their run.

use super::super::{GuardLimits, Settings};
use crate::graph::OpId;
use crate::operation::{
    self, Backoff, FailureStrategy, LockMode, Needs, Operation, PlanRequest, ProcessMode, ResourceLimits,
    RetryPolicy, RetryRule, Trigger, UpToDate, Work,
};
use crate::plan::Plan;
use crate::plan::tests::{process, script};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What one attempt does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Behaviour {
    Ends {
        after: u64,
        well: bool,
    },
    /// It ends this long after it is asked to stop.
    RunsUntilStopped {
        lag: u64,
    },
    /// It never ends, not even when it is stopped.
    IsStuck,
    /// It fails without ever having been taken.
    FailsToStart,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Script,
    Monitor,
    Service,
    /// Stops the nearest service before it, if there is one.
    Stop,
}

#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) kind: Kind,
    /// By attempt; the last one goes on.
    pub(super) behaviours: Vec<Behaviour>,
    pub(super) taken_after: u64,
    pub(super) needs: Option<Needs>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) trigger: Trigger,
    pub(super) critical: bool,
    pub(super) timeout: Option<u64>,
    pub(super) total_timeout: Option<u64>,
    pub(super) compensation: Option<Behaviour>,
    pub(super) priority: i64,
    /// How long it takes to find out whether it is up to date, and whether it is; always for scripts only.
    pub(super) check: Option<(u64, bool)>,
    /// In its first attempts it asks for a restart of the machine, so long after it was taken, and to be run again or not.
    pub(super) asks: Option<(u64, bool)>,
}

/// An order from outside.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// To start nothing more, for so long or until something else ends that.
    Suspend(Option<u64>),
    Skip(usize),
    Restart(usize),
}

#[derive(Clone, Debug)]
pub(super) struct World {
    /// From, to, and whether it only orders.
    pub(super) edges: Vec<(usize, usize, bool)>,
    pub(super) actors: Vec<Actor>,
    pub(super) limits: ResourceLimits,
    pub(super) conflicts: Vec<Vec<usize>>,
    pub(super) cap: u32,
    pub(super) strategy: FailureStrategy,
    pub(super) cancel_running: bool,
    pub(super) default_retry: bool,
    pub(super) order: u8,
    pub(super) default_timeout: Option<u64>,
    pub(super) run_timeout: Option<u64>,
    /// When, and whether hard.
    pub(super) cancels: Vec<(u64, bool)>,
    /// When, and what is ordered.
    pub(super) orders: Vec<(u64, Order)>,
    /// When, and how much memory is in use.
    pub(super) samples: Vec<(u64, Option<u64>)>,
    /// Whether something that was wanted is not part of the plan.
    pub(super) incomplete: bool,
    /// After which step the clock jumps, and how far.
    pub(super) jumps: Vec<(usize, i64)>,
}

pub(super) const MEMORY: u64 = 100;

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
        .prop_map(|(memory_mib, pool, (first, second))| Needs {
            memory_mib,
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
        (
            proptest::option::weighted(0.5, behaviours()),
            1i64..=10,
            proptest::option::weighted(0.25, (0u64..600, any::<bool>())),
            proptest::option::weighted(0.08, (0u64..400, any::<bool>())),
        ),
    )
        .prop_map(
            |(
                (kind, behaviours, taken_after),
                (needs, retry, trigger),
                (critical, timeout, total_timeout),
                (compensation, priority, check, asks),
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
                check,
                asks,
            },
        )
}

/// Orders to a run with that number of operations: most runs receive none.
fn orders(count: usize) -> impl Strategy<Value = Vec<(u64, Order)>> {
    let order = prop_oneof![
        proptest::option::weighted(0.9, 0u64..1_000).prop_map(Order::Suspend),
        (0..count).prop_map(Order::Skip),
        (0..count).prop_map(Order::Restart),
    ];
    prop_oneof![
        2 => Just(Vec::new()),
        1 => proptest::collection::vec((0u64..1_000, order), 1..6),
    ]
}

pub(super) fn worlds() -> impl Strategy<Value = World> {
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
                (
                    1u32..6,
                    Just(strategy),
                    any::<bool>(),
                    any::<bool>(),
                    0u8..3,
                    any::<bool>(),
                    proptest::bool::weighted(0.1),
                ),
                (
                    proptest::option::weighted(0.7, 100u64..1_000),
                    proptest::option::weighted(0.3, 100u64..3_000),
                    proptest::collection::vec((0u64..2_000, proptest::bool::weighted(0.3)), 0..2),
                ),
                (
                    proptest::collection::vec((0u64..2_000, proptest::option::of(0u64..200)), 0..6),
                    proptest::collection::vec((0usize..60, -5_000i64..100_000), 0..2),
                    orders(count),
                ),
            )
        })
        .prop_map(
            |(
                (edges, actors, conflicts),
                (cap, strategy, cancel_running, default_retry, order, guarded, incomplete),
                (default_timeout, run_timeout, cancels),
                (samples, jumps, orders),
            )| World {
                edges: edges.into_iter().filter(|(from, to, _)| from < to).collect(),
                actors,
                limits: ResourceLimits {
                    memory_mib: Some(MEMORY),
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
                orders,
                samples: if guarded { samples } else { vec![] },
                incomplete,
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

    /// How long it takes to find out whether an operation is up to date, and whether it is.
    pub(super) fn check(&self, index: usize) -> Option<(u64, bool)> {
        self.actors[index].check.filter(|_| self.actors[index].kind == Kind::Script)
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
            up_to_date: self
                .check(index)
                .map(|_| Box::new(UpToDate { inputs: vec!["x".to_owned()], ..UpToDate::default() })),
            ..operation
        }
    }

    pub(super) fn plan(&self) -> Plan {
        use operation::Order::{Intelligent, Parallel, Sequential};
        let order = [Parallel, Intelligent, Sequential][self.order as usize].clone();
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

    pub(super) fn settings(&self) -> Settings {
        Settings {
            failure: self.strategy,
            cancel_running: self.cancel_running,
            retry: self.default_retry.then_some(RetryRule { count: 1, ..RetryRule::DEFAULT }),
            guard: GuardLimits { memory_mib: Some(MEMORY), cpu_percent: None },
            default_timeout_ms: self.default_timeout,
            run_timeout_ms: self.run_timeout,
            stop_grace_ms: 1_000,
            seed: 7,
            incomplete: self.incomplete,
            ..Settings::new(self.cap)
        }
    }

    /// The actor of an operation, or of what a compensation undoes.
    pub(super) fn actor(&self, plan: &Plan, op: OpId) -> &Actor {
        &self.actors[plan.compensates(op).unwrap_or(op).index()]
    }

    /// What an attempt does.
    pub(super) fn behaviour(&self, plan: &Plan, op: OpId, attempt: u32) -> Behaviour {
        let actor = self.actor(plan, op);
        if let Some(behaviour) = actor.compensation.filter(|_| plan.compensates(op).is_some()) {
            return behaviour;
        }
        actor.behaviours[(attempt as usize - 1).min(actor.behaviours.len() - 1)]
    }
}
