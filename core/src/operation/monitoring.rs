//! What is watched of a run as a whole: what is left of its machine, and whether it makes progress.

use super::health::{Call, Remedy};
use serde::{Deserialize, Serialize};

/// What is watched of a run that is monitored. What is absent is not watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Monitoring {
    /// The most percent of all processors that may be in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<u32>,
    /// The most percent of the memory that may be in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u32>,
    /// The most percent that may be in use of the disk that has the records of runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<u32>,
    /// Milliseconds within which an operation must end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_progress_ms: Option<u64>,
    /// Milliseconds that a threshold must be passed before that counts.
    pub for_ms: u64,
    /// What is done then: `notify`, or `fail`, which stops the run.
    pub on_failure: Remedy,
    /// What is run whenever something becomes unhealthy, or healthy again, also a check of an operation without its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify: Option<Call>,
}

impl Monitoring {
    /// Whether anything of the machine is watched.
    pub fn watches_machine(&self) -> bool {
        self.processors.or(self.memory).or(self.disk).is_some()
    }
}

impl Default for Monitoring {
    /// Processors may be busy for as long as they like: that is what a run is for.
    fn default() -> Self {
        Self {
            processors: None,
            memory: Some(95),
            disk: Some(95),
            no_progress_ms: Some(30 * 60_000),
            for_ms: 30_000,
            on_failure: Remedy::Notify,
            notify: None,
        }
    }
}
