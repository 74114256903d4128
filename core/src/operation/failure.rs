//! What the failure of a critical operation means for the rest of the run.

use serde::{Deserialize, Serialize};

/// What to do when a critical operation fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureStrategy {
    /// Start nothing more; what runs may end.
    #[default]
    Stop,
    /// Go on with everything that does not depend on it.
    Continue,
    /// Retry it, with the run's policy if it has none of its own; then as `Stop`.
    Retry,
    /// As `Stop`; then undo what had succeeded, in reverse dependency order.
    Rollback,
}
