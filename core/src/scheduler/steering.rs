//! What is known of orders from outside, and why one is refused.

use super::state::{Status, StopReason};
use super::timers::Timer;

/// Why an order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRefusal {
    /// The run is suspended already.
    Suspended,
    /// The run is not suspended.
    NotSuspended,
    /// The run is being stopped, or what the order is about would not be started any more.
    CalledOff,
    /// The operation has not begun.
    NotBegun,
    /// The operation is a service that is ready, and others rely on it.
    Serves,
    /// The operation is being stopped.
    Stops,
    /// The operation has ended.
    Ended(Status),
    /// It undoes another one, and a rollback goes on to its end.
    Undoes,
}

/// A suspension.
#[derive(Debug)]
pub(super) struct Suspension {
    /// Since when.
    pub(super) since: u64,
    /// Limits that were due meanwhile, with the time at which they were.
    pub(super) held: Vec<(u64, Timer)>,
}

/// How often an operation was restarted without having failed: by order, or because it was unhealthy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restarted {
    /// How often.
    pub(super) times: u32,
    /// The last attempt that was ended by that.
    pub(super) attempt: u32,
    /// Why that was.
    pub(super) reason: StopReason,
}
