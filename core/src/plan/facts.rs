//! What a run asks of every operation at its start: what is declared lies far apart in memory.

use crate::operation::{Operation, RunsOn, Trigger};

/// What kind of operation or compensation one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// It watches the others.
    pub monitor: bool,
    /// What runs it.
    pub runs_on: RunsOn,
    /// It is a service.
    pub service: bool,
    /// Its failure counts.
    pub critical: bool,
    /// It has a limit of its own, for each attempt or for all of them together.
    pub has_limits: bool,
    /// What its dependencies must have come to.
    pub trigger: Trigger,
}

impl Facts {
    /// Those of an operation as declared.
    pub(super) fn of(operation: &Operation) -> Self {
        let work = operation.work.facts();
        Self {
            monitor: operation.is_monitor(),
            runs_on: work.runs_on,
            service: work.service,
            critical: operation.critical,
            has_limits: operation.timeout_ms.or(operation.total_timeout_ms).is_some(),
            trigger: operation.trigger,
        }
    }
}
