//! Rollback: undoing what had succeeded, in reverse dependency order.
//!
//! It begins when everything that was running has ended, so that nothing is undone while something still builds
//! on it. A service is stopped when its turn comes, and then undone. A compensation that fails is reported, and
//! the others go on; in a run that does nothing but undo, what its operation was built on is left as it is.

use super::machine::Scheduler;
use super::messages::Command;
use super::rollback::Cause;
use super::state::{Change, Halt, State, Status, StopReason};
use crate::graph::OpId;
use crate::operation::StopMode;
use std::sync::Arc;

impl Scheduler {
    /// Begins a rollback that was decided. False when there is none to begin.
    pub(super) fn begin_rollback(&mut self, out: &mut Vec<Command>) -> bool {
        // What fails while a parked run ends undoes nothing: another run goes on from there.
        if self.is_parked() {
            return false;
        }
        // An undo consists of compensations only, so canceling it means those too.
        if self.halt == Halt::Hard || self.rollback.is_undo() && self.halt == Halt::Graceful {
            return false;
        }
        let Some(cause) = self.rollback.take_decision() else { return false };
        let plan = Arc::clone(&self.plan);
        let mut needed = false;
        for op in plan.compensations() {
            let is_done = |of: OpId| self.state(of).satisfies_dependents() && !self.current.contains(&of);
            if plan.compensates(op).is_some_and(is_done) {
                needed = true;
                self.change(op, Change::Activate);
            }
        }
        if !needed {
            return false;
        }
        if let Cause::Failure(culprit) = cause {
            out.push(Command::RollingBack(culprit));
        }
        let first = self.rollback.begin(plan.graph());
        self.undo_all(first, out);
        true
    }

    /// Takes the turns of these operations, and of all whose turn comes by that.
    fn undo_all(&mut self, mut turns: Vec<OpId>, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        while let Some(op) = turns.pop() {
            if self.undo_one(op, out) {
                self.rollback.undone(plan.graph(), op, &mut turns);
            }
        }
    }

    /// Begins to undo one operation. True when there is nothing to wait for.
    fn undo_one(&mut self, op: OpId, out: &mut Vec<Command>) -> bool {
        let Some(compensation) = self.plan.compensation_of(op) else { return true };
        match (self.state(compensation), self.state(op)) {
            (State::Waiting, State::Serving) => self.stop(op, StopReason::RunEnded, StopMode::OWN_GRACE, out),
            (State::Waiting, State::Stopping(_)) => {}
            (State::Waiting, _) => self.make_ready(compensation, Change::Ready),
            (state, _) => return state.is_final() || state == State::Dormant,
        }
        false
    }

    /// An operation or a compensation has ended, well or not. What a compensation undoes is undone by that; and
    /// a service whose turn to be undone had come now is.
    pub(super) fn undo(&mut self, ended: OpId, out: &mut Vec<Command>) {
        let op = match self.plan.compensates(ended) {
            Some(_) if self.rollback.is_undo() && self.state(ended) != State::Ended(Status::Succeeded) => {
                return self.leave_what_it_was_built_on(ended, out);
            }
            Some(op) => op,
            None => {
                let undo = self.plan.compensation_of(ended);
                if undo.is_none_or(|undo| self.state(undo) != State::Waiting) {
                    return;
                }
                ended
            }
        };
        if self.rollback.is_turn_of(op) {
            self.undo_all(vec![op], out);
        }
    }

    /// What a compensation waits for: the compensations of what depends on its operation, directly or
    /// not, and then its operation itself if that is a service.
    pub(super) fn undone_before(&self, compensation: OpId) -> Vec<OpId> {
        let mut found = Vec::new();
        let mut stack: Vec<OpId> = self.plan.compensates(compensation).into_iter().collect();
        let mut seen = vec![false; self.plan.len()];
        while let Some(op) = stack.pop() {
            for &dependent in self.plan.graph().dependents.of(op) {
                if std::mem::replace(&mut seen[dependent.index()], true) {
                    continue;
                }
                let pending = self
                    .plan
                    .compensation_of(dependent)
                    .filter(|&other| !matches!(self.state(other), State::Dormant | State::Ended(_)));
                match pending {
                    Some(other) => found.push(other),
                    None => stack.push(dependent),
                }
            }
        }
        found.sort_unstable();
        // Once its turn has come a service is stopped before it is undone.
        if found.is_empty() {
            found.extend(self.plan.compensates(compensation).filter(|&of| !self.state(of).is_final()));
        }
        found
    }
}
