//! When a search has to end before it is done: somebody asked, or its time is up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The two ways to end a search early. The default never does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cutoff<'a> {
    /// Set by anyone at any time.
    pub flag: Option<&'a AtomicBool>,
    /// The latest moment to go on.
    pub deadline: Option<Instant>,
}

impl Cutoff<'_> {
    /// Whether the search has to end now.
    pub fn reached(&self) -> bool {
        self.flag.is_some_and(|flag| flag.load(Ordering::Relaxed))
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}
