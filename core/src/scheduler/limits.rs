//! How long something may take, and what happens when it has taken longer.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason, StopCause};
use super::state::{Halt, State, Status, StopReason};
use super::timers::Timer;
use crate::graph::OpId;
use crate::operation::StopMode;

impl Scheduler {
    /// The limit whose passing stops an operation for this reason, in milliseconds: the one rule for limits.
    pub(super) fn limit(&self, op: OpId, reason: StopReason) -> Option<u64> {
        if self.settings.untimed {
            return None;
        }
        let facts = self.progress[op.index()].facts;
        // What is declared lies far away in memory: it is looked up only where there is something.
        let declared = || self.plan.operation(op);
        match reason {
            // An operation's own limit, else the default; monitors have no default limit.
            StopReason::Timeout => {
                let own = if facts.has_limits { declared().timeout_ms } else { None };
                own.or_else(|| self.settings.default_timeout_ms.filter(|_| !facts.monitor))
            }
            StopReason::TotalTimeout => facts.has_limits.then(|| declared().total_timeout_ms).flatten(),
            StopReason::RunTimeout => self.settings.run_timeout_ms,
            StopReason::Cancel
            | StopReason::RunStopped
            | StopReason::RunEnded
            | StopReason::StopOperation
            | StopReason::SkipOrder
            | StopReason::RestartOrder
            | StopReason::Unhealthy => None,
        }
    }

    /// Why an operation was stopped, with the limit behind it.
    pub(super) fn cause(&self, op: OpId) -> Option<StopCause> {
        let reason = self.progress[op.index()].stop_reason?;
        Some(StopCause { reason, limit_ms: self.limit(op, reason) })
    }

    /// The limit of an operation with all its attempts counts from now on.
    pub(super) fn arm_total_limit(&mut self, op: OpId) {
        if let Some(limit) = self.limit(op, StopReason::TotalTimeout) {
            self.timers.arm(self.counts_from().saturating_add(limit), Timer::TotalLimit(op));
        }
    }

    /// The limit of the whole run counts from now on.
    pub(super) fn arm_run_limit(&mut self) {
        if let Some(limit) = self.settings.run_timeout_ms {
            self.timers.arm(self.now.saturating_add(limit), Timer::RunLimit);
        }
    }

    /// The limit of an attempt has passed.
    pub(super) fn attempt_limit_passed(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if self.is_current(op, attempt) && self.state(op) == State::Running {
            self.stop(op, StopReason::Timeout, StopMode::OWN_GRACE, out);
        }
    }

    /// The limit of an operation with all its attempts has passed. A service that serves has kept it.
    pub(super) fn total_limit_passed(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.progress[op.index()].flags.total_passed = true;
        let mut attempt = self.progress[op.index()].attempt;
        match self.state(op) {
            State::Running => return self.stop(op, StopReason::TotalTimeout, StopMode::OWN_GRACE, out),
            State::Checking | State::Ready | State::Backoff => {}
            State::Admitted => {
                out.push(Command::Withdraw(op, attempt));
                attempt -= 1;
            }
            _ => return,
        }
        self.progress[op.index()].stop_reason = Some(StopReason::TotalTimeout);
        self.end(op, attempt, Status::TimedOut, out);
    }

    /// The run's limit has passed. What runs even so has as much time again.
    pub(super) fn run_limit_passed(&mut self, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        let halt = if self.run_timed_out { Halt::Hard } else { Halt::Graceful };
        self.run_timed_out = true;
        self.call_off(halt, SkipReason::RunTimeout, out);
        self.stop_running_later(StopReason::RunTimeout, StopMode::OWN_GRACE);
        if halt == Halt::Graceful {
            self.arm_run_limit();
        }
    }
}
