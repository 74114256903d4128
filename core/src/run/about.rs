//! What is known of a run when it starts, and never changes.

use super::options::RunOptions;
use crate::plan::{Plan, Retry};
use jiff::Timestamp;
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

impl About {
    /// The name of a node of the plan.
    pub(super) fn name(&self, op: crate::graph::OpId) -> &str {
        &self.plan.operation(op).name
    }
}
