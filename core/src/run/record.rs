//! What is written down about each operation while it runs, and the result made of it.

use crate::error::{Code, Fault, sentences};
use crate::graph::OpId;
use crate::plan::Retry;
use crate::run::events::SkippedBecause;
use crate::run::left_out::LeftOut;
use crate::scheduler::{RunStatus, Status, Verdict, Waiting};
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

/// Why an operation did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// Id that scripts match on.
    #[serde(default)]
    pub id: String,
    /// PowerShell's category.
    #[serde(default)]
    pub category: String,
    /// One sentence.
    pub message: String,
}

impl From<&Fault> for ErrorReport {
    fn from(fault: &Fault) -> Self {
        let message = sentences(&fault.message, fault.advice.as_deref());
        Self { id: fault.id.to_owned(), category: fault.category.to_owned(), message }
    }
}

impl ErrorReport {
    /// An error of the core's own.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { id: code.id().to_owned(), category: code.category().to_owned(), message: message.into() }
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

/// The result of a run, as a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunResult {
    /// The run's id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// How it ended; absent while it runs.
    pub status: Option<RunStatus>,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Milliseconds from start to end.
    pub duration_ms: u64,
    /// Folder of its files.
    pub directory: Option<String>,
    /// The lab file it came from.
    pub source: Option<String>,
    /// One entry for each operation, in declared order.
    pub operations: Vec<OperationResult>,
    /// What was left out before the run began.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// One entry for each compensation that was needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<OperationResult>,
    /// Figures of the whole run.
    pub metrics: Metrics,
    /// Names in the order they began.
    pub order_started: Vec<String>,
    /// The defect of this program that ended the run, if one did; operations without a status were under
    /// way then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
    /// Why the journal is not complete, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal_error: Option<String>,
}

/// Figures of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// The most operations that were at work at once.
    pub peak_concurrency: u32,
    /// Sum of the operations' durations in milliseconds.
    pub busy_ms: u64,
}

/// The result of one operation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OperationResult {
    /// Place in the plan, from 0.
    pub index: OpId,
    /// Name as declared.
    pub name: String,
    /// Second name.
    pub id: Option<String>,
    /// Declared type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The operation it undoes; absent for a declared operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compensates: Option<String>,
    /// How it ended; absent while it has not.
    pub status: Option<Status>,
    /// Whether non-terminating errors were written.
    pub had_errors: bool,
    /// Why it never started.
    pub skipped_because: Option<SkippedBecause>,
    /// Why it did not end well.
    pub error: Option<ErrorReport>,
    /// How often it was tried.
    pub attempts: u32,
    /// The worker that ran it.
    pub worker: Option<u32>,
    /// The program's exit code.
    pub exit_code: Option<i32>,
    /// When it began, RFC 3339 in UTC.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Milliseconds from begin to end.
    pub duration_ms: Option<u64>,
    /// File with the output of a program.
    pub log: Option<String>,
}
