//! A report as a document: everything that is computed, and what the JSON format writes. Its shape is published as
//! `schemas/report-1.schema.json`.

use super::critical::Link;
use super::health::HealthPart;
use super::performance::Performance;
use super::waits::Cause;
use crate::record::{ErrorReport, SkippedBecause};
use serde::Serialize;
use std::collections::BTreeMap;

/// The number of this shape; it rises when a reader of the old one would misread the new one.
pub const VERSION: u32 = 1;

/// What a report says of one run. All times are milliseconds since the run's start.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The number of this shape: 1.
    pub report: u32,
    /// When the report was made, RFC 3339 in UTC.
    pub made_at: String,
    /// The run.
    pub run: RunPart,
    /// What the run came to, in figures.
    pub figures: Figures,
    /// Its operations as declared, then those that were left out, then compensations.
    pub operations: Vec<OperationPart>,
    /// Every attempt, in the order in which they began.
    pub attempts: Vec<AttemptPart>,
    /// The attempts that decided how long the run took, the first one first: their times and gaps cover all of it.
    pub critical_path: Vec<PathPart>,
    /// How long operations waited although all they depend on had ended, by cause; the longest first.
    pub waits: Vec<WaitTotal>,
    /// What was in use when: the slots, then the resources that were booked, then what was measured of the machine.
    pub curves: Vec<CurvePart>,
    /// How well it went, and what would have made it shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance: Option<Performance>,
    /// How its health checks stand: those of the run as a whole, then those of operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<HealthPart>,
    /// The runs that this one goes on for, or that go on for it, the oldest first.
    pub family: Vec<Relative>,
    /// What is wrong with the files of the run.
    pub warnings: Vec<String>,
}

/// The run as a whole.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunPart {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it ended; `Running` while it is under way, `Interrupted` when its process has gone.
    pub status: String,
    /// Whether it is under way: then the report shows it as of `made_at`.
    pub running: bool,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// Milliseconds from its start to its end, or to now.
    pub duration_ms: u64,
    /// The lab file it came from.
    pub source: Option<String>,
    /// The machine it started on.
    pub host: String,
    /// How many operations could run at the same time.
    pub max_concurrency: u32,
}

/// What a run came to.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figures {
    /// Number of operations by status.
    pub counts: BTreeMap<String, usize>,
    /// The number of succeeded operations that were up to date.
    pub up_to_date: usize,
    /// Attempts that were followed by another one.
    pub retries: usize,
    /// Operations that asked for a restart of the machine.
    pub restarts: usize,
    /// Milliseconds that attempts ran, all of them together; services until they were ready.
    pub busy_ms: u64,
    /// The greatest number of slots that were in use at the same time.
    pub peak_slots: u32,
    /// The part of all slots that was in use over the whole run, in percent.
    pub slots_used_percent: f64,
    /// Milliseconds that the attempts of the critical path ran.
    pub critical_busy_ms: u64,
    /// Milliseconds between the end of the critical path and the end of the run.
    pub after_critical_ms: u64,
}

/// One operation.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OperationPart {
    /// Its name.
    pub name: String,
    /// Its second name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its declared type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How it ended, or where it is.
    pub status: String,
    /// The places of the operations that it comes after, in this list.
    pub after: Vec<u32>,
    /// How many lie before it on the longest path: its column in a drawing.
    pub layer: u32,
    /// Its row there.
    pub row: u32,
    /// How often it was tried.
    pub attempts: u32,
    /// When all that it depends on had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_ms: Option<u64>,
    /// When its first attempt began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_ms: Option<u64>,
    /// When it ended or was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<u64>,
    /// Milliseconds that its attempts ran.
    pub busy_ms: u64,
    /// Milliseconds that it waited although all it depends on had ended.
    pub waited_ms: u64,
    /// Whether it is on the critical path.
    pub critical: bool,
    /// Whether it only watches the others.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub monitor: bool,
    /// Whether it was up to date, and so was not run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub up_to_date: bool,
    /// The run that it succeeded in, when it was kept from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_from: Option<String>,
    /// Why it ran, for one that was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The exit code of its program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<super::schema::ErrorShape>"))]
    pub error: Option<ErrorReport>,
    /// Why it never started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<super::schema::SkipShape>"))]
    pub skipped_because: Option<SkippedBecause>,
    /// Why it asked for a restart of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<String>,
    /// The operation that it undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compensates: Option<String>,
}

/// One attempt.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AttemptPart {
    /// The place of its operation.
    pub operation: u32,
    /// Which, from 1.
    pub number: u32,
    /// The lowest slot that was free when it began, from 0; absent for monitors, which take none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<u32>,
    /// The worker that ran it; absent for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// When it began.
    pub from_ms: u64,
    /// When it ended; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<u64>,
    /// When a service was ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_ms: Option<u64>,
    /// How it ended; `Running` or `Interrupted` when it has not.
    pub status: String,
    /// What it waited for before it began, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waited: Vec<WaitPart>,
    /// The exit code of its program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it did not end well, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A part of the time that an attempt waited.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaitPart {
    /// Why.
    pub cause: Cause,
    /// The pool, lock or other resource that it waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Milliseconds.
    pub ms: u64,
}

/// All waits of one cause.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaitTotal {
    /// Why.
    pub cause: Cause,
    /// The pool, lock or other resource that was waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Milliseconds, of all attempts together.
    pub ms: u64,
    /// The number of attempts that waited.
    pub attempts: usize,
}

/// One attempt of the critical path.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PathPart {
    /// The attempt's place.
    pub attempt: u32,
    /// The place of its operation.
    pub operation: u32,
    /// Why it did not begin earlier.
    pub link: Link,
    /// The pool, lock or other resource that the link is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Milliseconds between the end of the one before it, or the run's start, and its begin.
    pub gap_ms: u64,
    /// When it began.
    pub from_ms: u64,
    /// When the next one could go on because of it.
    pub to_ms: u64,
}

/// What was in use of the slots or of one resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CurvePart {
    /// `slots`, `memory`, `cpu`, `network`, `disk`, `pool`, `lock` or `conflict`, as the operations have booked it; `processors`
    /// in percent and `used-memory` in MiB, as it was measured, by all programs.
    pub kind: String,
    /// The name of the pool or lock; else as its kind.
    pub name: String,
    /// How much there is.
    pub capacity: u32,
    /// The most that was in use at once.
    pub peak: u32,
    /// `[from, used]`: from this moment until the next one so much was in use. Of a very long run each point is the most
    /// that was in use until the next one.
    pub points: Vec<(u64, u32)>,
}

/// A run that belongs to this one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Relative {
    /// Its id.
    pub id: String,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// What it is to this run: `before` when this one goes on for it, `after` when it goes on for this one.
    pub place: String,
    /// `resumes` or `undoes`: what the later one of both is to the earlier one; absent for the first run of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}
