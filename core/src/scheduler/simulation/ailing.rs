//! Worlds in which operations prove to be unhealthy, at any moment and in any state: a run still ends, gives back all it
//! has booked, and ends as the states of its operations say.

use super::super::{Carried, Command, Input, RunStatus, Scheduler, State, Status, Verdict};
use super::world::{World, worlds};
use super::{Agenda, MANY, Trace, cases, obey};
use crate::graph::OpId;
use crate::health;
use crate::operation::{Remedy, StopMode};
use crate::record::health::Health;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError};
use std::collections::BTreeSet;
use std::sync::Arc;

/// When, which operation, what is done about it, and whether it has died.
pub(super) type Ail = (u64, u32, Remedy, bool);

pub(super) fn ails() -> impl Strategy<Value = Vec<Ail>> {
    let remedies = Remedy::WORDS.map(|(_, remedy)| remedy).to_vec();
    prop::collection::vec((0u64..2_000, 0u32..12, select(remedies), prop::bool::weighted(0.3)), 0..12)
}

/// The inputs by which an operation ails. One that is said to have died ends with the same step.
fn ail(scheduler: &Scheduler, (_, op, remedy, ended): Ail) -> Vec<Input> {
    let op = OpId(op % scheduler.plan().node_count() as u32);
    let attempt = scheduler.attempt(op);
    let lives = scheduler.state(op) == State::Serving
        || scheduler.state(op) == State::Running && scheduler.was_renewed(op);
    let ended = ended && lives;
    let ails = Input::Remedy { op, attempt, remedy, ended };
    let ends = ended.then_some(Input::Completed(op, attempt, Verdict::Stopped));
    [ails].into_iter().chain(ends).collect()
}

/// The entry that a run writes of it before anything follows from it: none for what does not stand.
fn entry(scheduler: &Scheduler, (_, op, remedy, ended): Ail, inputs: &[Input]) -> Option<Health> {
    let plan = scheduler.plan();
    let op = OpId(op % plan.node_count() as u32);
    let (state, attempt) = (scheduler.state(op), scheduler.attempt(op));
    let ended = ended && inputs.len() > 1;
    let stands = ended || matches!(state, State::Serving | State::Ended(Status::Succeeded));
    let refused = scheduler.may_remedy(op, attempt, remedy, ended).err().map(|why| format!("{why:?}"));
    (stands && plan.compensates(op).is_none()).then(|| Health {
        op: Some(op),
        name: plan.operation(op).name.clone(),
        attempt,
        check: "own".to_owned(),
        status: health::Status::Unhealthy,
        failures: 1,
        message: String::new(),
        remedy: Some(remedy),
        time: 0,
        budget: 0,
        refused,
    })
}

/// Runs a world to its end; gives every change of state that happened.
pub(super) fn ailing(
    world: &World,
    ails: &[Ail],
) -> Result<BTreeSet<(State, super::super::Change)>, TestCaseError> {
    Ok(live(world, ails, Carried::default(), usize::MAX)?.seen)
}

/// One life of a run in a world: to its end, or until a number of entries of its journal have been written.
pub(super) fn live(
    world: &World,
    ails: &[Ail],
    carried: Carried,
    entries: usize,
) -> Result<Trace, TestCaseError> {
    let plan = Arc::new(world.plan());
    let mut scheduler = Scheduler::carrying(Arc::clone(&plan), world.settings(), carried);
    let mut trace = Trace::default();
    let mut agenda = Agenda::default();
    for &(at, hard) in &world.cancels {
        agenda.plan(at, Input::Cancel(if hard { StopMode::Kill } else { StopMode::OWN_GRACE }));
    }
    agenda.plan(500_000, Input::Cancel(StopMode::OWN_GRACE));
    agenda.plan(600_000, Input::Cancel(StopMode::Kill));
    let mut ails = ails.to_vec();
    ails.sort_by_key(|ail| std::cmp::Reverse(ail.0));
    let (mut now, mut inputs) = (0u64, Vec::new());
    let mut begun = vec![0u32; plan.node_count()];
    for _ in 0..MANY {
        let mut out = Vec::new();
        scheduler.step(now, &inputs, &mut out);
        prop_assert_eq!(scheduler.defect(), None);
        for command in out {
            trace.commands.push((now, command));
            if let Command::Start(op, attempt) = command {
                prop_assert_eq!(attempt, begun[op.index()] + 1, "attempts of {:?} are counted", op);
                begun[op.index()] = attempt;
            }
            if let Command::Withdraw(op, _) = command {
                begun[op.index()] -= 1;
            }
            obey(world, &plan, now, command, &mut agenda);
            if let Command::Finished(status) = command {
                check_end(&scheduler, status)?;
                trace.seen = std::mem::take(&mut scheduler.seen);
                return Ok(trace);
            }
        }
        if trace.written() >= entries {
            return Ok(trace);
        }
        let ail_at = ails.last().map(|ail| ail.0.max(now));
        let Some(next) = agenda.next().into_iter().chain(scheduler.next_due()).chain(ail_at).min() else {
            return Err(TestCaseError::fail("nothing will ever happen again, and the run is not over"));
        };
        now = now.max(next);
        inputs = agenda.due(now);
        // What is said of an operation is said of how it is now, so that comes first.
        if let Some(last) = ails.pop_if(|last| last.0 <= now) {
            let said = ail(&scheduler, last);
            let entry = entry(&scheduler, last, &said);
            trace.ailed.extend(entry.map(|entry| (trace.commands.len(), now, entry)));
            inputs.splice(0..0, said);
        }
    }
    Err(TestCaseError::fail("the run never ended"))
}

fn check_end(scheduler: &Scheduler, status: RunStatus) -> Result<(), TestCaseError> {
    let plan = scheduler.plan();
    let mut abandoned = false;
    for op in plan.nodes() {
        let state = scheduler.state(op);
        let is_over = state.is_final() || state == State::Dormant && plan.compensates(op).is_some();
        prop_assert!(is_over, "{op:?} is {state:?} at the end");
        abandoned |= state == State::Ended(Status::Abandoned);
    }
    prop_assert!(abandoned || scheduler.admission().slots_in_use() == 0, "slots are lost");
    for (place, resource) in plan.resources().list().iter().enumerate() {
        let free = scheduler.admission().free(crate::plan::ResourceId(place as u32));
        prop_assert!(abandoned || free == resource.capacity, "{resource:?} is lost");
    }
    let failed =
        plan.ids().any(|op| matches!(scheduler.state(op), State::Ended(ended) if ended.is_failure()));
    prop_assert!(
        !(failed && status == RunStatus::Succeeded),
        "the run succeeded although an operation failed"
    );
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: cases(), ..Config::default() })]
    #[test]
    fn a_run_ends_whatever_ails(world in worlds(), ails in ails()) {
        ailing(&world, &ails)?;
    }
}
