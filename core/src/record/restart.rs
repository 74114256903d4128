//! What a record has of restarts of the machine: who asked for one, and what the runs before this one have had.

use serde::{Deserialize, Serialize};

/// An operation has asked for a restart of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartAsked {
    /// When, in milliseconds from the run's start.
    pub at_ms: u64,
    /// Why.
    pub reason: String,
    /// Whether it is to be run again after that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rerun: bool,
}

/// The restarts that took place for the runs which a run goes on for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restarts {
    /// How many.
    pub times: u32,
    /// The operations that had asked for one, since when no other one has succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_progress: Vec<String>,
}

impl Restarts {
    /// Whether there were none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
