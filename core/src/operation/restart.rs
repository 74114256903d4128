//! How often a run may have the machine restarted.

/// Restarts of a run and of those that go on for it, unless the run says otherwise.
pub const MAX_RESTARTS: u32 = 5;
