//! By what an operation is known again that was declared again.

use serde::{Deserialize, Serialize};

/// By what an operation is known again that was declared again: whether it does the same, with the same values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// A hash of its script block, its script file or its program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// A hash of the values it gets, with a key that only this user has: they may be secrets, and short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
}
