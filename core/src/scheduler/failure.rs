//! What a failure or a cancel means for the operations that have not started.

use super::consequence::Consequence;
use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::rollback::Cause;
use super::state::{Halt, StopReason};
use crate::graph::OpId;
use crate::operation::{FailureStrategy, StopMode, Trigger};

impl Scheduler {
    /// Whether an operation may start although the run was called off.
    pub(super) fn survives(&self, op: OpId) -> bool {
        // Undoing is all that an undo does, so it is called off like any other work.
        let always = if self.is_compensation(op) {
            !self.rollback.is_undo()
        } else {
            self.progress[op.index()].facts.trigger == Trigger::Always
        };
        match self.halt {
            Halt::None => true,
            Halt::Failure => {
                always
                    || self.is_compensation(op)
                    || self.progress[op.index()].facts.trigger == Trigger::AnyFailed
            }
            Halt::Graceful => always,
            Halt::Parked | Halt::Hard => false,
        }
    }

    /// A critical operation did not end well.
    pub(super) fn critical_failure(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.tally.critical_failures += 1;
        match self.settings.failure {
            FailureStrategy::Continue => return,
            FailureStrategy::Stop | FailureStrategy::Retry => {}
            FailureStrategy::Rollback => self.rollback.decide(Cause::Failure(op)),
        }
        if self.call_off(Halt::Failure, SkipReason::RunStopped(op), out) && self.settings.cancel_running {
            self.stop_running_later(StopReason::RunStopped, StopMode::OWN_GRACE);
        }
    }

    /// Starts nothing more, except what is meant to run even so. False when that had been decided.
    pub(super) fn call_off(&mut self, halt: Halt, reason: SkipReason, out: &mut Vec<Command>) -> bool {
        if halt <= self.halt {
            return false;
        }
        self.halt = halt;
        self.halt_reason.get_or_insert(reason);
        for op in self.plan.nodes() {
            if !self.survives(op) {
                self.skip(op, reason, out);
            }
        }
        true
    }

    pub(super) fn cancel(&mut self, mode: StopMode, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        // What always runs can only start in a run that goes on.
        self.go_on(out);
        self.canceled = true;
        let halt = if mode == StopMode::Kill { Halt::Hard } else { Halt::Graceful };
        self.call_off(halt, SkipReason::RunCanceled, out);
        self.stop_running_later(StopReason::Cancel, mode);
    }

    /// Stops what runs when all that was called off has been skipped and its dependents know of it.
    pub(super) fn stop_running_later(&mut self, reason: StopReason, mode: StopMode) {
        self.consequences.push(Consequence::StopRunning(reason, mode));
    }
}
