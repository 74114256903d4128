//! How something that runs is stopped: the one shape of it, from the ABI to the process.

use std::time::Duration;

/// The grace of a run that names none, in milliseconds.
pub const DEFAULT_STOP_GRACE_MS: u64 = 5_000;

/// After a kill: how long all of a program may take to be gone, and then as long again for what it wrote to be
/// handed on, should somebody still hold its pipes.
pub const LINGER: Duration = Duration::from_secs(1);

/// The time after a kill that something may take to end properly, of which a second is to notice that it has; what takes
/// longer is given up. A script has it as well: it may run in a process of its own.
pub const TIME_AFTER_KILL: Duration = Duration::from_secs(3);

/// How something that runs is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopMode {
    /// It is asked to end, and killed when it has not ended within this time. A grace of zero still asks: what
    /// only takes note of the request may do so, and is killed right after it.
    Grace(Duration),
    /// It is killed without being asked.
    Kill,
}

impl StopMode {
    /// Whatever is stopped is asked to end and has all the grace of its own.
    pub const OWN_GRACE: Self = Self::Grace(Duration::MAX);

    /// This order to something that has a grace of its own: an order can shorten a grace, never lengthen it.
    #[must_use]
    pub fn within(self, own: Duration) -> Self {
        match self {
            Self::Grace(most) => Self::Grace(most.min(own)),
            Self::Kill => Self::Kill,
        }
    }

    /// The time until it is killed.
    pub fn grace(self) -> Duration {
        match self {
            Self::Grace(grace) => grace,
            Self::Kill => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_shortens_a_grace_and_never_lengthens_it() {
        let (short, long) = (Duration::from_secs(1), Duration::from_secs(9));
        assert_eq!(StopMode::OWN_GRACE.within(long), StopMode::Grace(long));
        assert_eq!(StopMode::Grace(short).within(long), StopMode::Grace(short));
        assert_eq!(StopMode::Grace(long).within(short), StopMode::Grace(short));
        assert_eq!(StopMode::Kill.within(long), StopMode::Kill);
    }

    #[test]
    fn no_grace_is_still_not_a_kill() {
        assert_ne!(StopMode::OWN_GRACE.within(Duration::ZERO), StopMode::Kill);
        assert_eq!(StopMode::OWN_GRACE.within(Duration::ZERO).grace(), StopMode::Kill.grace());
    }
}
