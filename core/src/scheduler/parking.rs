//! How far a run is on its way to being parked, and why an operation may not ask for that.

use crate::graph::OpId;

/// Why an operation may not ask for a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not running any more.
    NotRunning,
    /// It undoes another one, and a rollback goes on to its end.
    Undoes,
    /// The runs before this one have asked for as many as there may be.
    Limit,
    /// The last restart was for this operation too, and no other one has succeeded since.
    WithoutProgress,
}

/// How far a run is on its way to being parked.
#[derive(Debug, Default)]
pub(super) struct Parking {
    /// Whether a restart was asked for.
    pub(super) asked: bool,
    /// Operations that have had a restart that has brought nothing yet.
    pub(super) without_progress: Vec<OpId>,
}
