//! What a run was told to leave out before it began: it is written down with the run, so that all who tell of it agree.

use serde::{Deserialize, Serialize};

/// An operation that is none of the run's plan, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Its name as declared.
    pub name: String,
    /// `excluded`, `not-selected`, or `dependency`: it was wanted, and needs one that is left out.
    pub kind: String,
    /// The operation that is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// One sentence.
    pub message: String,
}

impl LeftOut {
    /// The kind of what was wanted: it counts as skipped, and the run has not succeeded with all of it.
    pub const WANTED: &str = "dependency";

    /// Whether it was wanted.
    pub fn was_wanted(&self) -> bool {
        self.kind == Self::WANTED
    }
}
