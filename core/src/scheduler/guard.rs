//! The live guard: nothing more starts while the machine itself is over a limit.
//!
//! Bookings say what operations were declared to need; samples say what they really take. At least
//! one operation is always admitted, and without samples there is no guard.

use serde::{Deserialize, Serialize};

/// How long a sample is believed, in milliseconds. When the samples stop, so does the guard.
pub const SAMPLE_LIFETIME_MS: u64 = 10_000;

/// When the machine holds admissions back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardLimits {
    /// The most memory in use, in MiB.
    #[serde(default)]
    pub memory_mib: Option<u64>,
    /// The most of all processors in use, in percent.
    #[serde(default)]
    pub cpu_percent: Option<u32>,
}

impl GuardLimits {
    /// Whether samples are of any use.
    pub fn wants_samples(&self) -> bool {
        self.memory_mib.is_some() || self.cpu_percent.is_some()
    }
}

/// Why the guard holds admissions back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GuardReason {
    /// `memory` or `cpu`.
    pub what: &'static str,
    /// How much is in use.
    pub used: u64,
    /// How much may be.
    pub limit: u64,
}

/// The last sample and the limits it is held against.
#[derive(Debug)]
pub struct Guard {
    limits: GuardLimits,
    reason: Option<GuardReason>,
    until: u64,
}

impl Guard {
    /// No sample yet.
    pub fn new(limits: GuardLimits) -> Self {
        Self { limits, reason: None, until: 0 }
    }

    /// Takes a sample; gives the time at which it stops counting if it holds anything back.
    pub fn sample(&mut self, now: u64, memory_mib: Option<u64>, cpu_percent: Option<u32>) -> Option<u64> {
        let over = |what, used: Option<u64>, limit: Option<u64>| {
            let (used, limit) = (used?, limit?);
            (used > limit).then_some(GuardReason { what, used, limit })
        };
        self.reason = over("memory", memory_mib, self.limits.memory_mib)
            .or_else(|| over("cpu", cpu_percent.map(u64::from), self.limits.cpu_percent.map(u64::from)));
        self.until = now.saturating_add(SAMPLE_LIFETIME_MS);
        self.reason.map(|_| self.until)
    }

    /// Why nothing more may start, if the last sample says so and still counts.
    pub fn reason(&self, now: u64) -> Option<GuardReason> {
        self.reason.filter(|_| now < self.until)
    }
}
