//! A simulated world that does what the scheduler orders, and an observer that checks every promise on the way.
//!
//! `PROPTEST_CASES` sets how many worlds are tried. A world that breaks a promise is written to
//! `proptest-regressions/` beside `src`, to be committed; it is tried first from then on.

mod ailing;
mod crash;
mod observer;
mod world;

use super::messages::{Command, Input, Verdict};
use super::state::{Change, State};
use super::{Carried, Scheduler, Settings};
use crate::graph::OpId;
use crate::operation::{MAX_RESTARTS, StopMode};
use crate::plan::Plan;
use crate::record::health::Health;
use ailing::{ailing, ails};
use observer::Observer;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use world::{Behaviour, Kind, Order, World, worlds};

/// Steps after which a run that has not ended is taken to go on for ever.
const MANY: usize = 20_000;

/// Everything a world did, for comparison, and every change of state it made.
#[derive(Debug, Default, PartialEq)]
struct Trace {
    commands: Vec<(u64, Command)>,
    /// What ailed, each with the number of commands before it.
    ailed: Vec<(usize, u64, Health)>,
    seen: BTreeSet<(State, Change)>,
}

impl Trace {
    /// The number of entries that it has written.
    fn written(&self) -> usize {
        self.commands.iter().filter(|(_, command)| crash::is_entry(command)).count() + self.ailed.len()
    }
}

/// What will happen, by time and in the order in which it was planned.
#[derive(Default)]
struct Agenda {
    entries: BTreeMap<(u64, u32), Input>,
    planned: u32,
}

impl Agenda {
    fn plan(&mut self, at: u64, input: Input) {
        self.entries.insert((at, self.planned), input);
        self.planned += 1;
    }

    fn next(&self) -> Option<u64> {
        self.entries.keys().next().map(|(at, _)| *at)
    }

    /// Takes out what is due.
    fn due(&mut self, now: u64) -> Vec<Input> {
        let later = self.entries.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.entries, later).into_values().collect()
    }

    /// Forgets what was planned for an operation that is not run after all.
    fn forget(&mut self, op: OpId) {
        self.entries.retain(|_, input| {
            !matches!(*input, Input::Taken(o, _) | Input::Completed(o, ..) | Input::ServiceReady(o, _) | Input::Restart { op: o, .. } if o == op)
        });
    }
}

/// Does what a command orders, as the operation behaves.
fn obey(world: &World, plan: &Plan, now: u64, command: Command, agenda: &mut Agenda) {
    match command {
        Command::Check(op) => {
            let (after, current) = world.check(op.index()).unwrap_or_default();
            agenda.plan(now + after, Input::Checked(op, current));
        }
        Command::Start(op, attempt) => start(world, plan, now, (op, attempt), agenda),
        Command::Withdraw(op, _) => agenda.forget(op),
        Command::Stop { op, attempt, mode, .. } => {
            let lag = match world.behaviour(plan, op, attempt) {
                Behaviour::RunsUntilStopped { lag } => Some(lag),
                // Some operations that end by themselves ignore an order to stop.
                Behaviour::Ends { after, .. } if after % 4 == 1 => None,
                Behaviour::Ends { .. } | Behaviour::FailsToStart => Some(mode.grace().as_millis() as u64 / 2),
                Behaviour::IsStuck => None,
            };
            if let Some(lag) = lag {
                agenda.plan(now + lag, Input::Completed(op, attempt, Verdict::Stopped));
            }
        }
        _ => {}
    }
}

fn start(world: &World, plan: &Plan, now: u64, (op, attempt): (OpId, u32), agenda: &mut Agenda) {
    let actor = world.actor(plan, op);
    let taken = now + actor.taken_after;
    let behaviour = world.behaviour(plan, op, attempt);
    if let Behaviour::FailsToStart = behaviour {
        return agenda.plan(taken, Input::Completed(op, attempt, Verdict::Failed { retry: true }));
    }
    agenda.plan(taken, Input::Taken(op, attempt));
    if let Some((after, rerun)) = actor.asks.filter(|_| attempt < 3) {
        agenda.plan(taken + after, Input::Restart { op, attempt, rerun });
    }
    if let Behaviour::Ends { after, well } = behaviour {
        let is_service = plan.compensates(op).is_none() && actor.kind == Kind::Service;
        let verdict = if well { Verdict::Succeeded } else { Verdict::Failed { retry: after % 5 != 0 } };
        let input = if well && is_service {
            Input::ServiceReady(op, attempt)
        } else {
            Input::Completed(op, attempt, verdict)
        };
        agenda.plan(taken + after, input);
        if well && is_service && after % 7 == 0 {
            let died = Input::Completed(op, attempt, Verdict::Stopped);
            agenda.plan(taken + 3 * after, died);
        }
    }
}

/// Runs a world to its end and checks every promise on the way.
fn simulate(world: &World) -> Result<Trace, TestCaseError> {
    live(world, Carried::default(), usize::MAX, MAX_RESTARTS)
}

/// One life of a run in a world: to its end, or until a number of entries of its journal have been written.
fn live(world: &World, carried: Carried, entries: usize, restarts_left: u32) -> Result<Trace, TestCaseError> {
    let plan = Arc::new(world.plan());
    let settings = Settings { restarts_left, ..world.settings() };
    let mut scheduler = Scheduler::carrying(Arc::clone(&plan), settings, carried.clone());
    let mut observer = Observer::new(world, &plan, carried);
    let mut agenda = Agenda::default();
    for &(at, hard) in &world.cancels {
        agenda.plan(at, Input::Cancel(if hard { StopMode::Kill } else { StopMode::OWN_GRACE }));
    }
    for &(at, order) in &world.orders {
        match order {
            Order::Suspend(length) => {
                agenda.plan(at, Input::Suspend);
                if let Some(length) = length {
                    agenda.plan(at + length, Input::Continue);
                }
            }
            Order::Skip(op) => agenda.plan(at, Input::Skip(OpId(op as u32))),
            Order::Restart(op) => agenda.plan(at, Input::Again(OpId(op as u32))),
        }
    }
    for &(at, memory_used_mib) in &world.samples {
        agenda.plan(at, Input::Sample { memory_used_mib, cpu_percent: None });
    }
    // Monitors alone go on for ever, and stuck work without a limit does; end such worlds by hand.
    agenda.plan(500_000, Input::Cancel(StopMode::OWN_GRACE));
    agenda.plan(600_000, Input::Cancel(StopMode::Kill));
    let mut trace = Trace::default();
    let mut now = 0u64;
    let mut inputs: Vec<Input> = vec![];
    for step in 0..MANY {
        let jump = world.jumps.iter().find(|(at, _)| *at == step).map(|(_, jump)| *jump);
        let ready = observer.ready(&scheduler);
        // A clock that was set back says less than it has said before.
        let said = jump.map_or(now, |jump| now.saturating_sub(jump.unsigned_abs().min(5_000)));
        observer.see_inputs(said, &inputs);
        let mut out = Vec::new();
        scheduler.step(said, &inputs, &mut out);
        prop_assert_eq!(scheduler.defect(), None);
        for command in out {
            trace.commands.push((now, command));
            observer.see_command(command, &ready)?;
            obey(world, &plan, now, command, &mut agenda);
        }
        observer.check_states(&scheduler)?;
        if trace.written() >= entries {
            return Ok(trace);
        }
        if let Some(status) = observer.finished() {
            observer.check_end(status)?;
            trace.seen = std::mem::take(&mut scheduler.seen);
            return Ok(trace);
        }
        let Some(next) = agenda.next().into_iter().chain(scheduler.next_due()).min() else {
            return Err(TestCaseError::fail("nothing will ever happen again, and the run is not over"));
        };
        now = now.max(next);
        if let Some(jump) = jump.filter(|jump| *jump > 0) {
            now += jump.unsigned_abs();
        }
        inputs = agenda.due(now);
    }
    Err(TestCaseError::fail("the run never ended"))
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

proptest! {
    #![proptest_config(Config { cases: cases(), ..Config::default() })]
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
        let carried = Carried { kept: vec![OpId(0)], ..Carried::default() };
        let resumed = live(&world, carried, usize::MAX, MAX_RESTARTS).unwrap().seen;
        let ails = ails().new_tree(&mut runner).unwrap().current();
        let ailing = ailing(&world, &ails).unwrap();
        for change in simulate(&world).unwrap().seen.into_iter().chain(resumed).chain(ailing) {
            assert!(legal.contains(&change), "{change:?} is not in the table");
            missing.remove(&change);
        }
        if missing.is_empty() {
            return;
        }
    }
    panic!("never happened: {missing:?}");
}
