//! When an operation has all it waits for: what an end means for those that depend on it.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::progress::Progress;
use super::state::{Change, State};
use crate::graph::OpId;
use crate::operation::Trigger;
use std::sync::Arc;

impl Scheduler {
    /// What depends on an operation learns that it has ended, or serves.
    pub(super) fn settle(&mut self, op: OpId, out: &mut Vec<Command>) {
        let well = self.state(op).satisfies_dependents();
        let first = !std::mem::replace(&mut self.progress[op.index()].flags.settled, true);
        if well && !first {
            // A service: its dependents went on when it became ready.
            return;
        }
        let plan = Arc::clone(&self.plan);
        for &dependent in plan.graph().dependents.of(op) {
            if !well && !plan.is_weak(op, dependent) {
                self.dependency_ended_badly(dependent, op, out);
            }
            if first {
                let waiting = &mut self.progress[dependent.index()].waiting_for;
                *waiting -= 1;
                if *waiting == 0 && self.state(dependent) == State::Waiting {
                    self.decide(dependent, out);
                }
            }
        }
    }

    fn dependency_ended_badly(&mut self, op: OpId, on: OpId, out: &mut Vec<Command>) {
        let failure = self.progress[on.index()].flags.failure;
        let Progress { facts, flags, .. } = &mut self.progress[op.index()];
        flags.dependency_failed |= failure;
        // What has been tried before had all it waits for; a service that dies later changes nothing.
        if facts.trigger == Trigger::AllSucceeded && !flags.tried {
            self.skip(op, SkipReason::Dependency(on), out);
        }
    }

    /// All it waits for has ended: it is ready, or was not called for.
    pub(super) fn decide(&mut self, op: OpId, out: &mut Vec<Command>) {
        let Progress { facts, flags, .. } = self.progress[op.index()];
        if facts.trigger == Trigger::AnyFailed && !flags.dependency_failed {
            self.skip(op, SkipReason::NotTriggered, out);
        } else if self.plan.is_checked(op) {
            self.check(op, out);
        } else {
            self.make_ready(op, Change::Ready);
        }
    }
}
