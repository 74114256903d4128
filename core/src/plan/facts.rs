//! What a run asks of every operation at its start: what is declared lies far apart in memory.

use crate::operation::{Operation, ProcessMode, Trigger, Work};

/// What kind of operation or compensation one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// It watches the others.
    pub monitor: bool,
    /// It is a service.
    pub service: bool,
    /// Its failure counts.
    pub critical: bool,
    /// It has a limit of its own for each attempt.
    pub has_timeout: bool,
    /// It has a limit for all its attempts together.
    pub has_total_timeout: bool,
    /// What its dependencies must have come to.
    pub trigger: Trigger,
}

impl Facts {
    /// Those of an operation as declared.
    pub(super) fn of(operation: &Operation) -> Self {
        Self {
            monitor: operation.is_monitor(),
            service: matches!(&operation.work, Work::Process(spec) if spec.mode == ProcessMode::Service),
            critical: operation.critical,
            has_timeout: operation.timeout_ms.is_some(),
            has_total_timeout: operation.total_timeout_ms.is_some(),
            trigger: operation.trigger,
        }
    }
}
