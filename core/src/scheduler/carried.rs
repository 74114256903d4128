//! What a run takes over from an earlier one of the same operations, before anything of its own happens.
//!
//! A resumed run counts as succeeded what had succeeded; an undo does the same, and then undoes it. Both are settled
//! before the first operation is looked at, so everything that follows obeys the rules of any other run.

use super::machine::Scheduler;
use super::messages::{Carried, Command, SkipReason};
use super::rollback::Cause;
use super::state::{Change, RunStatus, State, Status};
use crate::graph::OpId;
use std::sync::Arc;

impl Scheduler {
    /// Takes over what an earlier run has left.
    pub(super) fn take_over(&mut self, out: &mut Vec<Command>) {
        let Carried { kept, left_out, undo, without_progress } = std::mem::take(&mut self.carried);
        self.parking.without_progress = without_progress;
        // All of it, before what depends on some of it is looked at.
        for &op in &kept {
            self.change(op, Change::Keep);
            out.push(Command::Kept(op));
        }
        for op in left_out {
            self.skip(op, SkipReason::OutcomeUnknown, out);
        }
        if undo {
            self.rollback.decide(Cause::Undo);
            for op in self.plan.ids() {
                self.skip(op, SkipReason::NothingToUndo, out);
            }
        }
        for op in kept {
            self.has_ended(op);
        }
        self.follow(out);
    }

    /// A compensation of an undo has not succeeded: what its operation was built on is left as it is, for it may
    /// still be in use.
    pub(super) fn leave_what_it_was_built_on(&mut self, compensation: OpId, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        let mut stack: Vec<OpId> = plan.compensates(compensation).into_iter().collect();
        let mut seen = vec![false; plan.len()];
        while let Some(op) = stack.pop() {
            for &dependency in plan.graph().dependencies.of(op) {
                if std::mem::replace(&mut seen[dependency.index()], true) {
                    continue;
                }
                stack.push(dependency);
                if let Some(other) = plan.compensation_of(dependency)
                    && self.state(other) == State::Waiting
                {
                    self.skip(other, SkipReason::Dependency(compensation), out);
                }
            }
        }
    }

    /// How an undo ended: by its compensations.
    pub(super) fn undo_status(&self) -> RunStatus {
        let is_left = |op| {
            let was_done = self.plan.compensates(op).is_some_and(|of| self.state(of).satisfies_dependents());
            was_done && self.state(op) != State::Ended(Status::Succeeded)
        };
        if self.plan.compensations().any(is_left) { RunStatus::PartiallyUndone } else { RunStatus::Undone }
    }
}
