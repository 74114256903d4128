//! What is written down about each operation while it runs.

use crate::error::{Code, Fault};
use crate::graph::OpId;
use crate::plan::Retry;
use crate::record::{ErrorReport, SkippedBecause};
use crate::scheduler::{Status, Verdict, Waiting};
use serde::{Deserialize, Serialize};

/// What whoever ran an operation says about its end.
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

/// Well or badly, or ended because it was told to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeStatus {
    /// It did what it should.
    #[default]
    Succeeded,
    /// It did not.
    Failed,
    /// It ended because it was told to.
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

    /// A bad end for a reason.
    pub fn failed(fault: &Fault) -> Self {
        Self { status: OutcomeStatus::Failed, error: Some(ErrorReport::from(fault)), ..Self::default() }
    }

    /// The scheduler's part of it. What failed is matched against the patterns of its policy, as
    /// `id: message`.
    pub fn verdict(&self, policy: Option<&Retry>) -> Verdict {
        match self.status {
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

/// What is known of one operation so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub status: Option<Status>,
    pub outcome: Option<Outcome>,
    pub error: Option<ErrorReport>,
    pub skipped_because: Option<SkippedBecause>,
    pub worker: Option<u32>,
    pub attempts: u32,
    /// The attempt that `outcome` and `worker` speak of.
    pub noted: u32,
    /// Whether the attempt under way, or the last one, was taken.
    pub taken: bool,
    pub started_ms: Option<u64>,
    pub ended_ms: Option<u64>,
    /// Milliseconds that its ended attempts were at work.
    pub busy_ms: u64,
    pub ready_after_ms: Option<u64>,
    pub log: Option<String>,
}

/// Why an operation is not running, or that it is, as a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Place in the plan, from 0.
    pub index: OpId,
    /// Name as declared.
    pub name: String,
    /// Where it is and what it waits for.
    #[serde(flatten)]
    pub waiting: Waiting,
    /// Names of the dependencies that have not ended, in the order of `dependencies`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// The attempt under way, or the last one; 0 before the first.
    pub attempt: u32,
    /// The worker that runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// Milliseconds since its last attempt began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_ms: Option<u64>,
    /// Milliseconds since it came to be where it is: since it waits, is ready, pauses or runs.
    pub in_state_ms: u64,
    /// One sentence for people.
    pub reason: String,
}
