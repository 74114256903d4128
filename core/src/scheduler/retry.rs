//! When a failed attempt is followed by another one, and after which pause.

use super::machine::Scheduler;
use super::messages::Command;
use super::state::{Change, State, Status};
use super::timers::Timer;
use crate::graph::OpId;
use crate::operation::{FailureStrategy, RetryRule};

impl Scheduler {
    /// How an operation is retried, if at all. Monitors and stop operations only if they say so.
    fn rule_of(&self, op: OpId) -> Option<RetryRule> {
        if let Some(own) = self.plan.retry(op) {
            return Some(own.rule());
        }
        if self.progress[op.index()].facts.monitor || self.plan.stops(op).is_some() {
            return None;
        }
        self.settings
            .retry
            .or_else(|| (self.settings.failure == FailureStrategy::Retry).then_some(RetryRule::DEFAULT))
    }

    /// Lets another attempt follow, if there is one left. Everything it held is free meanwhile.
    pub(super) fn retry(&mut self, op: OpId, status: Status, out: &mut Vec<Command>) -> bool {
        let (attempt, counted) = (self.progress[op.index()].attempt, self.counted_attempts(op));
        let Some(rule) = self.rule_of(op) else { return false };
        let wanted = match status {
            Status::TimedOut => rule.on_timeout,
            status => status == Status::Failed,
        };
        if !wanted
            || counted > rule.count
            || self.progress[op.index()].flags.total_passed
            || !self.survives(op)
        {
            return false;
        }
        let cause = self.cause(op);
        self.change(op, Change::BackOff);
        self.progress[op.index()].stop_reason = None;
        self.progress[op.index()].flags.tried = true;
        let delay_ms = rule.delay(counted, self.settings.seed, op);
        let due = self.now.saturating_add(delay_ms);
        self.timers.arm(due, Timer::Backoff(op, attempt));
        self.backoff_until.insert(op, due);
        out.push(Command::Retrying { op, attempt, status, cause, delay_ms });
        true
    }

    /// The pause is over: it queues again, with the age it had.
    pub(super) fn backoff_over(&mut self, op: OpId, attempt: u32) {
        if self.is_current(op, attempt) && self.state(op) == State::Backoff {
            self.backoff_until.remove(&op);
            self.make_ready(op, Change::Resume);
        }
    }
}
