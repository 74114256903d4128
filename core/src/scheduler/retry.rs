//! When a failed attempt is followed by another one, and after which pause.

use super::failure::FailureStrategy;
use super::machine::Scheduler;
use super::messages::Command;
use super::state::{Change, State, Status};
use super::timers::Timer;
use crate::graph::OpId;
use crate::operation::Backoff;

/// A retry policy as far as the scheduler needs it; whether an error's text is one to retry is
/// decided outside and comes with the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRule {
    /// Attempts after the first one, at most.
    pub count: u32,
    /// Pause before the second attempt in milliseconds.
    pub delay_ms: u64,
    /// How the pause grows.
    pub backoff: Backoff,
    /// The longest pause in milliseconds.
    pub max_delay_ms: u64,
    /// Whether each pause is shortened by a random part, at most half.
    pub jitter: bool,
    /// Whether an attempt that took too long is retried.
    pub on_timeout: bool,
}

impl RetryRule {
    /// For operations without a policy in a run whose strategy is to retry and that names none.
    pub const DEFAULT: Self = Self {
        count: 3,
        delay_ms: 1_000,
        backoff: Backoff::Exponential,
        max_delay_ms: 60_000,
        jitter: true,
        on_timeout: true,
    };

    /// The pause after so many failed attempts, from 1.
    pub fn delay(&self, attempts: u32, seed: u64, op: OpId) -> u64 {
        let doublings = match self.backoff {
            Backoff::Fixed => 0,
            Backoff::Exponential => attempts.saturating_sub(1).min(63),
        };
        let delay = self.delay_ms.saturating_mul(1 << doublings).min(self.max_delay_ms);
        if !self.jitter {
            return delay;
        }
        let random = mix(seed ^ mix(u64::from(op.0) << 32 | u64::from(attempts)));
        delay - ((u128::from(delay / 2) * u128::from(random)) >> 64) as u64
    }
}

/// One round of SplitMix64. Without state of its own, so that a pause depends on nothing but the seed,
/// the operation and the attempt.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Scheduler {
    /// How an operation is retried, if at all. Monitors and stop operations only if they say so.
    fn rule_of(&self, op: OpId) -> Option<RetryRule> {
        if let Some(own) = self.plan.retry(op) {
            return Some(own.rule());
        }
        if self.lives[op.index()].flags.monitor || self.plan.stops(op).is_some() {
            return None;
        }
        self.settings
            .retry
            .or_else(|| (self.settings.failure == FailureStrategy::Retry).then_some(RetryRule::DEFAULT))
    }

    /// Lets another attempt follow, if there is one left. Everything it held is free meanwhile.
    pub(super) fn retry(&mut self, op: OpId, status: Status, out: &mut Vec<Command>) -> bool {
        let attempt = self.lives[op.index()].attempt;
        let Some(rule) = self.rule_of(op) else { return false };
        let wanted = match status {
            Status::TimedOut => rule.on_timeout,
            status => status == Status::Failed,
        };
        if !wanted || attempt > rule.count || self.lives[op.index()].flags.total_passed || !self.survives(op)
        {
            return false;
        }
        self.change(op, Change::Delay);
        self.lives[op.index()].flags.tried = true;
        self.lives[op.index()].stop_reason = None;
        let delay = rule.delay(attempt, self.settings.seed, op);
        let due = self.now.saturating_add(delay);
        self.timers.arm(due, Timer::Backoff(op, attempt));
        self.backoff_until.insert(op, due);
        out.push(Command::Retrying(op, attempt, status, delay));
        true
    }

    /// The pause is over: it queues anew, with the age it had.
    pub(super) fn backoff_over(&mut self, op: OpId, attempt: u32) {
        if self.is_current(op, attempt) && self.state(op) == State::Backoff {
            self.backoff_until.remove(&op);
            self.make_ready(op, Change::Resume);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_their_limit() {
        let rule = RetryRule { jitter: false, max_delay_ms: 5_000, ..RetryRule::DEFAULT };
        let delays: Vec<u64> = (1..5).map(|attempt| rule.delay(attempt, 1, OpId(0))).collect();
        assert_eq!(delays, [1_000, 2_000, 4_000, 5_000]);
        assert_eq!(rule.delay(u32::MAX, 1, OpId(0)), 5_000);
        assert_eq!(RetryRule { backoff: Backoff::Fixed, ..rule }.delay(9, 1, OpId(0)), 1_000);
    }

    #[test]
    fn jitter_shortens_a_pause_by_at_most_half_and_depends_on_the_seed_alone() {
        let rule = RetryRule { backoff: Backoff::Fixed, ..RetryRule::DEFAULT };
        let delays: Vec<u64> = (0..1_000).map(|op| rule.delay(1, 7, OpId(op))).collect();
        assert!(delays.iter().all(|delay| (501..=1_000).contains(delay)));
        assert!(delays.iter().min() < Some(&550) && delays.iter().max() > Some(&950));
        assert_eq!(delays, (0..1_000).map(|op| rule.delay(1, 7, OpId(op))).collect::<Vec<_>>());
        assert_ne!(rule.delay(1, 7, OpId(0)), rule.delay(1, 8, OpId(0)));
    }
}
