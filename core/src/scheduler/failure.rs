//! What a failure means for the operations that have not started.

use serde::{Deserialize, Serialize};

/// What to do when an operation fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureStrategy {
    /// Start nothing more; what runs may end.
    #[default]
    Stop,
    /// Go on with everything that does not depend on it.
    Continue,
}
