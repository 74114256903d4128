//! Several runs side by side, as a document. Its shape is published as `schemas/comparison-1.schema.json`.

use serde::Serialize;

/// The number of this shape; it rises when a reader of the old one would misread the new one.
pub const VERSION: u32 = 1;

/// What a comparison says of runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The number of this shape: 1.
    pub comparison: u32,
    /// When it was made, RFC 3339 in UTC.
    pub made_at: String,
    /// The runs, the oldest first. The last one is compared with the others.
    pub runs: Vec<ComparedRun>,
    /// How much longer the last run took than the median of the others, in milliseconds; below zero when it was shorter.
    pub change_ms: i64,
    /// The same in percent of that median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// All operations by name, those first that took longest beyond the others.
    pub operations: Vec<ComparedOperation>,
}

/// One run of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparedRun {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it ended; `Running` while it is under way, `Interrupted` when its process has gone.
    pub status: String,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// Milliseconds from its start to its end, or to now.
    pub duration_ms: u64,
    /// How many operations could run at the same time.
    pub max_concurrency: u32,
    /// Its operations, without compensations.
    pub operations: usize,
    /// Those that failed, took too long, were abandoned or interrupted.
    pub failed: usize,
    /// Attempts that were followed by another one.
    pub retries: usize,
    /// Milliseconds that attempts ran, all of them together; services until they were ready.
    pub busy_ms: u64,
    /// Milliseconds that operations waited although all they depend on had ended.
    pub waited_ms: u64,
}

/// One operation in all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparedOperation {
    /// Its name, as the last run that has it writes it.
    pub name: String,
    /// How it went in each run, in their order; null where a run does not have it.
    pub runs: Vec<Option<ComparedTurn>>,
    /// Whether it ended well in one run and not in another.
    pub differs: bool,
    /// How much longer it ran in the last run than the median of the others, in milliseconds; absent where it did not succeed
    /// in the last run and in another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_ms: Option<i64>,
    /// The same in percent of that median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
}

/// How an operation went in one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparedTurn {
    /// How it ended, or where it is.
    pub status: String,
    /// Milliseconds that its attempts ran.
    pub busy_ms: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether it is on the critical path.
    pub critical: bool,
    /// Whether it was up to date, and so was not run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub up_to_date: bool,
    /// Why it did not end well, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
