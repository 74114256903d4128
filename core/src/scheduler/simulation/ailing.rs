//! Worlds in which operations prove to be unhealthy, at any moment and in any state: a run still ends, gives back all it
//! has booked, and ends as the states of its operations say.

use super::super::{Carried, Command, Input, RunStatus, Scheduler, State, Status, Verdict};
use super::world::{World, worlds};
use super::{Agenda, MANY, cases, obey};
use crate::graph::OpId;
use crate::operation::{Remedy, StopMode};
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

/// Runs a world to its end; gives every change of state that happened.
pub(super) fn ailing(
    world: &World,
    ails: &[Ail],
) -> Result<BTreeSet<(State, super::super::Change)>, TestCaseError> {
    let plan = Arc::new(world.plan());
    let mut scheduler = Scheduler::carrying(Arc::clone(&plan), world.settings(), Carried::default());
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
                return Ok(scheduler.seen.clone());
            }
        }
        let ail_at = ails.last().map(|ail| ail.0.max(now));
        let Some(next) = agenda.next().into_iter().chain(scheduler.next_due()).chain(ail_at).min() else {
            return Err(TestCaseError::fail("nothing will ever happen again, and the run is not over"));
        };
        now = now.max(next);
        inputs = agenda.due(now);
        // What is said of an operation is said of how it is now, so that comes first.
        if ails.last().is_some_and(|last| last.0 <= now) {
            let said: Vec<Input> = ails.pop().into_iter().flat_map(|last| ail(&scheduler, last)).collect();
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
