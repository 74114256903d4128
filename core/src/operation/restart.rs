//! How often a run may have the machine restarted.

/// Restarts of a run and of the runs that resume it, unless the run sets another number.
pub const MAX_RESTARTS: u32 = 5;
