//! Rollback: undoing what had succeeded, in reverse dependency order.
//!
//! It begins when everything that was running has ended, so that nothing is undone while something
//! still builds on it. An operation's turn comes when everything that depends on it has been undone or
//! needs no undoing; so what is independent is undone in parallel, within the same limits. A service
//! is stopped when its turn comes, and then undone. A compensation that fails is reported, and the
//! others go on.

use super::failure::Halt;
use super::machine::Scheduler;
use super::messages::{Command, StopReason};
use super::state::{Change, State};
use crate::graph::OpId;
use std::sync::Arc;

/// How far a rollback is.
#[derive(Debug, Default)]
pub(super) struct Rollback {
    /// The failure that asks for it.
    culprit: Option<OpId>,
    begun: bool,
    /// By declared operation: dependents that have not been undone. Empty before it begins.
    dependents_left: Box<[u32]>,
}

impl Rollback {
    /// The run is to be rolled back because of this failure; the first one counts.
    pub(super) fn decide(&mut self, culprit: OpId) {
        self.culprit.get_or_insert(culprit);
    }
}

impl Scheduler {
    /// Begins a rollback that was decided. False when there is none to begin.
    pub(super) fn begin_rollback(&mut self, out: &mut Vec<Command>) -> bool {
        let Some(culprit) = self.rollback.culprit else { return false };
        if self.halt == Halt::Hard || std::mem::replace(&mut self.rollback.begun, true) {
            return false;
        }
        let plan = Arc::clone(&self.plan);
        let mut needed = false;
        for op in plan.compensations() {
            let succeeded = plan.compensates(op).is_some_and(|of| self.state(of).satisfies_dependents());
            if succeeded {
                needed = true;
                self.change(op, Change::Need);
            }
        }
        if !needed {
            return false;
        }
        out.push(Command::RollingBack(culprit));
        self.rollback.dependents_left =
            plan.ids().map(|op| plan.graph().dependents.of(op).len() as u32).collect();
        let last: Vec<OpId> = plan.ids().filter(|&op| plan.graph().dependents.of(op).is_empty()).collect();
        self.undo(last, out);
        true
    }

    /// Takes the turns of these operations, and of all whose turn comes by that.
    fn undo(&mut self, mut turns: Vec<OpId>, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        while let Some(op) = turns.pop() {
            if !self.undo_one(op, out) {
                continue;
            }
            for &dependency in plan.graph().dependencies.of(op) {
                let left = &mut self.rollback.dependents_left[dependency.index()];
                *left -= 1;
                if *left == 0 {
                    turns.push(dependency);
                }
            }
        }
    }

    /// Begins to undo one operation. True when there is nothing to wait for.
    fn undo_one(&mut self, op: OpId, out: &mut Vec<Command>) -> bool {
        let Some(compensation) = self.plan.compensation_of(op) else { return true };
        match (self.state(compensation), self.state(op)) {
            (State::Waiting, State::Serving) => self.stop(op, StopReason::RunEnded, false, out),
            (State::Waiting, State::Stopping(_)) => {}
            (State::Waiting, _) => self.make_ready(compensation, Change::Satisfy),
            (state, _) => return state.is_final() || state == State::Dormant,
        }
        false
    }

    /// A compensation has ended, well or not.
    pub(super) fn compensation_ended(&mut self, compensation: OpId, out: &mut Vec<Command>) {
        if let Some(op) = self.plan.compensates(compensation)
            && self.rollback.dependents_left.get(op.index()) == Some(&0)
        {
            self.undo(vec![op], out);
        }
    }

    /// An operation has ended; if it is a service whose turn to be undone had come, it now is.
    pub(super) fn continue_rollback(&mut self, op: OpId, out: &mut Vec<Command>) {
        if self.rollback.dependents_left.get(op.index()) == Some(&0)
            && let Some(compensation) = self.plan.compensation_of(op)
            && self.state(compensation) == State::Waiting
        {
            self.undo(vec![op], out);
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
