//! The error of an operation that failed because a check of it is unhealthy.

use super::entry::ErrorReport;
use super::health::Health;
use crate::error::Code;

/// Why an operation failed whose check is unhealthy.
impl From<&Health> for ErrorReport {
    fn from(entry: &Health) -> Self {
        let why = if entry.message.is_empty() { String::new() } else { format!(": {}", entry.message) };
        let message = format!("operation '{}' is unhealthy: check '{}' failed{why}", entry.name, entry.check);
        Self::new(Code::Unhealthy, message)
    }
}
