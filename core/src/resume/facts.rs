//! What is known of the operations of a plan from the record of an earlier run: by name, and by what each one is.

use super::spread::Known;
use super::table::{Difference, Past};
use crate::graph::OpId;
use crate::operation::{Ignorable, Remedy, UpToDate};
use crate::plan::Plan;
use crate::record::restart::Restarts;
use crate::record::state::Stage;
use crate::record::{Fingerprint, OperationState, PlannedOperation, RunState, SkipKind};
use crate::scheduler::Status;
use std::collections::HashMap;

/// An earlier run, as far as its record tells.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// Its id.
    pub run: String,
    /// What became of it.
    pub state: RunState,
    /// The restarts of the machine that took place for the runs before it.
    pub restarts: Restarts,
    /// Its operations as planned, compensations last; empty where that cannot be read.
    pub plan: Vec<PlannedOperation>,
}

/// The same operation in a plan and in the record of an earlier run.
#[derive(Clone, Copy, Debug)]
pub struct Found<'e> {
    /// How it stood there.
    pub state: &'e OperationState,
    /// Its compensation, if that was ever needed.
    pub compensation: Option<&'e OperationState>,
    fingerprint: Option<&'e Fingerprint>,
}

impl Earlier {
    /// Each declared operation of a plan as it was in this run; names do not mind letter case.
    pub fn find(&self, plan: &Plan) -> Vec<Option<Found<'_>>> {
        let by_name: HashMap<String, usize> =
            self.state.operations.iter().enumerate().map(|(at, it)| (it.name.to_lowercase(), at)).collect();
        let mut compensations: HashMap<OpId, OpId> = HashMap::new();
        for (planned, op) in self.plan.iter().zip((0..).map(OpId)) {
            if let Some(of) = planned.compensates {
                compensations.insert(of, op);
            }
        }
        let found = |op: OpId| {
            let at = *by_name.get(&plan.operation(op).name.to_lowercase())?;
            let compensation = compensations.get(&OpId(at as u32));
            Some(Found {
                state: &self.state.operations[at],
                compensation: compensation.and_then(|op| self.state.compensations.get(op)),
                fingerprint: self.plan.get(at).map(|planned| &planned.fingerprint),
            })
        };
        plan.ids().map(found).collect()
    }

    /// The names of its operations that a plan does not have any more.
    pub fn removed(&self, plan: &Plan) -> Vec<String> {
        let names: std::collections::HashSet<String> =
            plan.ids().map(|op| plan.operation(op).name.to_lowercase()).collect();
        let all = self.state.operations.iter().map(|it| &it.name);
        all.filter(|name| !names.contains(&name.to_lowercase())).cloned().collect()
    }
}

/// What is known of an operation that is this one now.
pub fn known(found: Option<&Found<'_>>, now: &Fingerprint, declared: Option<&UpToDate>) -> Known {
    let Some(found) = found else { return Known { past: Past::Absent, changed: None, crashes: 0 } };
    Known {
        past: past(found),
        changed: found.fingerprint.and_then(|then| difference(then, now, declared)),
        crashes: crashes(found.state),
    }
}

/// What became of an operation in an earlier run.
fn past(found: &Found<'_>) -> Past {
    let skipped = |kind: SkipKind| found.state.skipped_because.as_ref().is_some_and(|why| why.kind == kind);
    match found.state.stage {
        Stage::Waiting => Past::NotReached,
        Stage::Running | Stage::Stopping | Stage::Interrupted => Past::Interrupted,
        Stage::Backoff => Past::Failed,
        // However it ended: only what had succeeded, or was ready, is undone.
        Stage::Serving | Stage::Ended(_) if found.is_half_undone() => Past::Undone,
        Stage::Serving => Past::Serving,
        Stage::Ended(Status::Succeeded) if found.asks_again() => Past::AsksAgain,
        Stage::Ended(Status::Succeeded) => Past::Succeeded,
        // That it was skipped changes nothing: how far it came is still unknown.
        Stage::Ended(Status::Skipped) if skipped(SkipKind::OutcomeUnknown) => Past::Interrupted,
        Stage::Ended(Status::Skipped) => Past::NotReached,
        Stage::Ended(Status::Failed | Status::TimedOut | Status::Canceled | Status::Abandoned) => {
            Past::Failed
        }
    }
}

impl Found<'_> {
    /// Whether its compensation has begun, however that ended.
    fn is_half_undone(&self) -> bool {
        let begun = |it: &OperationState| !matches!(it.stage, Stage::Waiting | Stage::Ended(Status::Skipped));
        self.compensation.is_some_and(begun)
    }

    /// Whether it proved to be unhealthy, and was to be undone for that.
    fn was_to_be_compensated(&self) -> bool {
        self.state.health.iter().any(|check| check.remedies.contains_key(&Remedy::Compensate))
    }

    /// Whether it asked for a restart, and to be run again after that.
    fn asks_again(&self) -> bool {
        self.state.restart.as_ref().is_some_and(|asked| asked.rerun)
    }

    /// Whether it had succeeded, and still has to be undone by an undo.
    pub fn is_to_be_undone(&self) -> bool {
        let undone = self.compensation.is_some_and(|it| it.stage == Stage::Ended(Status::Succeeded));
        let done = match self.state.stage {
            Stage::Serving | Stage::Ended(Status::Succeeded) => true,
            Stage::Ended(Status::Skipped) => false,
            // Only what had succeeded, or was ready, is ever to be undone, whatever became of it then.
            Stage::Ended(_) => self.compensation.is_some() || self.was_to_be_compensated(),
            _ => false,
        };
        // What was up to date was done by a run that is not undone.
        done && !undone && !self.state.up_to_date
    }
}

/// How many runs in a row have died while an operation was running, this one among them.
fn crashes(state: &OperationState) -> u32 {
    match state.stage {
        Stage::Running | Stage::Stopping | Stage::Interrupted => state.crashes.saturating_add(1),
        Stage::Ended(Status::Skipped) => state.crashes,
        _ => 0,
    }
}

/// What has changed, and counts; what cannot be compared has not.
fn difference(then: &Fingerprint, now: &Fingerprint, declared: Option<&UpToDate>) -> Option<Difference> {
    let differ = |what, then: &Option<String>, now: &Option<String>| {
        let counts = declared.is_none_or(|declared| !declared.ignores(what));
        counts && then.is_some() && now.is_some() && then != now
    };
    if differ(Ignorable::Block, &then.block, &now.block) {
        Some(Difference::Block)
    } else if differ(Ignorable::Parameters, &then.parameters, &now.parameters) {
        Some(Difference::Parameters)
    } else {
        None
    }
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
