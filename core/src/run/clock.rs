//! How long a run has been under way, which is all that the scheduler knows of time.

use std::time::Instant;

/// The clock of one run.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    /// What a test has added to it.
    #[cfg(test)]
    ahead_ms: std::sync::atomic::AtomicU64,
}

impl Clock {
    /// Starts now.
    pub(super) fn start() -> Self {
        Self {
            start: Instant::now(),
            #[cfg(test)]
            ahead_ms: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// Milliseconds since the start.
    pub(super) fn now(&self) -> u64 {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        #[cfg(test)]
        let passed = passed.saturating_add(self.ahead_ms.load(std::sync::atomic::Ordering::Relaxed));
        passed
    }

    /// Puts it forward, in place of waiting.
    #[cfg(test)]
    pub(super) fn advance(&self, ms: u64) {
        self.ahead_ms.fetch_add(ms, std::sync::atomic::Ordering::Relaxed);
    }
}
