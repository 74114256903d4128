//! What a failure, a cancel or the run's limit means for the operations that have not started.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason, StopReason};
use super::state::State;
use crate::graph::OpId;
use crate::operation::{FailureStrategy, Trigger};

/// How much of a run has been called off. Ordered: a stronger one replaces a weaker one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Halt {
    /// Nothing.
    #[default]
    None,
    /// A failure: what is there for failures still runs.
    Failure,
    /// A cancel with grace, or the run's limit: only what always runs still does.
    Graceful,
    /// Everything.
    Hard,
}

impl Scheduler {
    /// Whether an operation may start although the run was called off.
    pub(super) fn survives(&self, op: OpId) -> bool {
        let always = self.is_compensation(op) || self.lives[op.index()].flags.trigger == Trigger::Always;
        match self.halt {
            Halt::None => true,
            Halt::Failure => always || self.lives[op.index()].flags.trigger == Trigger::AnyFailed,
            Halt::Graceful => always,
            Halt::Hard => false,
        }
    }

    /// A critical operation did not end well.
    pub(super) fn critical_failure(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.critical_failures += 1;
        match self.settings.failure {
            FailureStrategy::Continue => return,
            FailureStrategy::Stop | FailureStrategy::Retry => {}
            FailureStrategy::Rollback => self.rollback.decide(op),
        }
        if self.call_off(Halt::Failure, SkipReason::RunStopped(op), out) && self.settings.cancel_running {
            for running in self.plan.ids() {
                // A stop operation only waits for what is stopping already.
                let spared = self.lives[running.index()].flags.monitor
                    || self.plan.stops(running).is_some()
                    || self.survives(running);
                if self.state(running) == State::Running && !spared {
                    self.stop(running, StopReason::RunStopped, false, out);
                }
            }
        }
    }

    /// Starts nothing more, except what is meant to run even so. False when that had been decided.
    pub(super) fn call_off(&mut self, halt: Halt, reason: SkipReason, out: &mut Vec<Command>) -> bool {
        if halt <= self.halt {
            return false;
        }
        self.halt = halt;
        self.halt_reason.get_or_insert(reason);
        // Everything is called off before anybody is told, so that nobody is skipped because of
        // something else that was called off with it.
        let nested = std::mem::replace(&mut self.settling, true);
        for op in self.plan.nodes() {
            if !self.survives(op) {
                self.skip(op, reason, out);
            }
        }
        self.settling = nested;
        self.settle_all(out);
        true
    }

    pub(super) fn cancel(&mut self, hard: bool, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        self.canceled = true;
        let halt = if hard { Halt::Hard } else { Halt::Graceful };
        self.call_off(halt, SkipReason::RunCanceled, out);
        self.stop_all(StopReason::Cancel, hard, out);
    }

    /// The run's limit has passed. What runs even so has as much time again.
    pub(super) fn run_limit_passed(&mut self, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        let halt = if self.run_timed_out { Halt::Hard } else { Halt::Graceful };
        self.run_timed_out = true;
        self.call_off(halt, SkipReason::RunTimeout, out);
        self.stop_all(StopReason::RunTimeout, false, out);
        if halt == Halt::Graceful {
            self.arm_run_limit();
        }
    }
}
