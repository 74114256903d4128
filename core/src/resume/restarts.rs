//! What a run takes over of restarts: how many there were, and which of them have brought nothing yet.

use super::facts::{Earlier, Found};
use crate::graph::OpId;
use crate::machine::Restarted;
use crate::plan::Plan;
use crate::record::restart::{RestartAsked, Restarts};
use crate::record::state::Stage;
use crate::scheduler::Status;

/// The operations of an earlier run that have asked for a restart, with what they said.
pub fn asked(earlier: &Earlier) -> impl Iterator<Item = (&str, &RestartAsked)> {
    let asked = |it| {
        let it: &crate::record::OperationState = it;
        Some((it.name.as_str(), it.restart.as_ref()?))
    };
    earlier.state.operations.iter().filter_map(asked)
}

/// The restarts before a run that goes on from an earlier one, which may have had one of its own at its end.
pub fn before(
    plan: &Plan,
    earlier: &Earlier,
    found: &[Option<Found<'_>>],
    restarted: Restarted,
) -> (Restarts, Vec<OpId>) {
    let took_place = restarted != Restarted::No && asked(earlier).next().is_some();
    let is_without = |op: &OpId| {
        let Some(it) = &found[op.index()] else { return false };
        match &it.state.restart {
            Some(asked) => took_place && !has_succeeded_since(plan, found, *op, asked.at_ms),
            None => {
                let was = earlier.restarts.without_progress.iter().any(|name| is_named(name, &it.state.name));
                was && !has_succeeded_since(plan, found, *op, 0)
            }
        }
    };
    let without: Vec<OpId> = plan.ids().filter(is_without).collect();
    let restarts = Restarts {
        times: earlier.restarts.times.saturating_add(u32::from(took_place)),
        without_progress: without.iter().map(|&op| plan.operation(op).name.clone()).collect(),
    };
    (restarts, without)
}

fn is_named(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Whether another operation than this one has succeeded in the earlier run, at some time or later.
fn has_succeeded_since(plan: &Plan, found: &[Option<Found<'_>>], asks: OpId, at_ms: u64) -> bool {
    plan.ids().filter(|&op| op != asks && plan.brings_further(op)).any(|op| {
        found[op.index()].as_ref().is_some_and(|it| {
            it.state.stage == Stage::Ended(Status::Succeeded)
                && it.state.kept_from.is_none()
                && it.state.ended_ms.is_some_and(|ended| ended >= at_ms)
        })
    })
}
