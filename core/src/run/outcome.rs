//! How an attempt of an operation came out, as its worker or its task reports it.

use super::restart::RestartRequest;
use crate::error::{Code, Fault};
use crate::plan::Retry;
use crate::record::ErrorReport;
use crate::scheduler::Verdict;
use crate::work::provider::{Conclusion, Ending};
use serde::{Deserialize, Serialize};

/// How an attempt came out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Well or badly.
    #[serde(default)]
    pub status: OutcomeStatus,
    /// Whether non-terminating errors were written.
    #[serde(default)]
    pub had_errors: bool,
    /// Why not well.
    #[serde(default)]
    pub error: Option<ErrorReport>,
    /// The exit code of a program, or of a script that called `exit`.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// Whether its test said that its work is done, so that nothing else was run; absent when it was not asked.
    #[serde(default)]
    pub test: Option<bool>,
    /// That it asks for a restart of the machine by how it ended.
    #[serde(default)]
    pub restart: Option<RestartRequest>,
    /// Objects written.
    #[serde(default)]
    pub output_count: u64,
    /// Errors written.
    #[serde(default)]
    pub error_count: u64,
    /// Warnings written.
    #[serde(default)]
    pub warning_count: u64,
}

/// Well or badly, or ended because it was asked to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeStatus {
    /// It did what it should.
    #[default]
    Succeeded,
    /// It did not.
    Failed,
    /// It ended because it was asked to.
    Stopped,
}

impl Outcome {
    /// Reads an outcome from JSON; nothing at all means that it ended well.
    ///
    /// # Errors
    /// [`Code::MalformedOptions`] when it is not JSON of this shape.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(bytes).map_err(|error| {
            Fault::new(Code::MalformedOptions, format!("the outcome of an operation cannot be read: {error}"))
        })
    }

    /// The same, come out badly.
    pub(super) fn failing(self, fault: &Fault) -> Self {
        Self { status: OutcomeStatus::Failed, error: Some(ErrorReport::from(fault)), ..self }
    }

    /// The scheduler's part of it. What failed is matched against the patterns of its policy, as
    /// `id: message`.
    pub fn verdict(&self, policy: Option<&Retry>) -> Verdict {
        match self.status {
            OutcomeStatus::Succeeded if self.test == Some(true) => Verdict::Current,
            OutcomeStatus::Succeeded => Verdict::Succeeded,
            OutcomeStatus::Failed => {
                let text = self.error.as_ref().map(|error| format!("{}: {}", error.id, error.message));
                let retry = policy.is_none_or(|policy| policy.wants(text.as_deref().unwrap_or("")));
                Verdict::Failed { retry }
            }
            OutcomeStatus::Stopped => Verdict::Stopped,
        }
    }
}

impl From<Conclusion> for Outcome {
    fn from(conclusion: Conclusion) -> Self {
        let (status, error) = match &conclusion.ending {
            Ending::Succeeded => (OutcomeStatus::Succeeded, None),
            Ending::Failed(fault) => (OutcomeStatus::Failed, Some(ErrorReport::from(fault))),
            Ending::Stopped => (OutcomeStatus::Stopped, None),
        };
        let restart = conclusion.restart.map(|reason| RestartRequest { reason, rerun: false });
        Self { status, error, exit_code: conclusion.exit_code, restart, ..Self::default() }
    }
}
