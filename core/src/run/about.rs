//! What is known of a run when it starts, and never changes.

use super::options::RunOptions;
use crate::plan::{Plan, Retry};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A run, before anything happens.
pub(super) struct About {
    pub id: String,
    pub plan: Arc<Plan>,
    pub options: RunOptions,
    /// The policy of operations that have none of their own.
    pub retry: Option<Retry>,
    pub started_at: Timestamp,
}

/// The time of something that happened a number of milliseconds after a start.
pub(super) fn time_after(start: Timestamp, ms: u64) -> Timestamp {
    let passed = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    start.checked_add(passed).unwrap_or(start)
}

/// When a run ended: what the machine's clock says, unless that was set back meanwhile. An end before what has happened in the
/// run would be no answer.
pub(super) fn end_time(start: Timestamp, after_ms: u64, clock: Timestamp) -> Timestamp {
    clock.max(time_after(start, after_ms))
}

impl About {
    /// The name of a node of the plan.
    pub(super) fn name(&self, op: crate::graph::OpId) -> &str {
        &self.plan.operation(op).name
    }
}
