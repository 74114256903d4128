//! When a failed attempt is followed by another one: the policy as declared, and the rule the scheduler obeys.

use crate::graph::OpId;
use crate::random::Random;
use serde::{Deserialize, Serialize};

/// When a failed attempt is followed by another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    /// Attempts after the first one, at most.
    pub count: u32,
    /// Pause before the second attempt in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// How the pause grows.
    #[serde(default)]
    pub backoff: Backoff,
    /// The longest pause in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_delay_ms: Option<u64>,
    /// Whether each pause is shortened by a random part, at most half, so that what failed together
    /// does not come back together.
    #[serde(default)]
    pub jitter: bool,
    /// Regular expressions, letter case ignored: only errors whose text or id matches one are
    /// retried. Every error is when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry_on: Vec<String>,
    /// Regular expressions: errors that match one are never retried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_on: Vec<String>,
}

/// How the pause between attempts grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backoff {
    /// Not at all.
    #[default]
    Fixed,
    /// It doubles with every attempt.
    Exponential,
}

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

    /// The pause after a number of failed attempts, from 1.
    pub fn delay(&self, attempts: u32, seed: u64, op: OpId) -> u64 {
        let doublings = match self.backoff {
            Backoff::Fixed => 0,
            Backoff::Exponential => attempts.saturating_sub(1).min(63),
        };
        let delay = self.delay_ms.saturating_mul(1 << doublings).min(self.max_delay_ms);
        if !self.jitter {
            return delay;
        }
        // No stream: a pause depends on nothing but the seed, the operation and the attempt.
        let attempt = Random::new(u64::from(op.0) << 32 | u64::from(attempts)).next();
        let random = Random::new(seed ^ attempt).next();
        delay - ((u128::from(delay / 2) * u128::from(random)) >> 64) as u64
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
