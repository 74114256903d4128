//! How a run ended: the document that is written last, and what can be read of it at once.
//!
//! `result.json` begins with the run as a whole, so that a list of runs reads some hundred bytes of each, however many
//! operations it had. Each operation has a line of its own.

use crate::graph::OpId;
use crate::plan::LeftOut;
use crate::record::entry::{ErrorReport, SkippedBecause};
use crate::record::health::CheckState;
use crate::record::restart::RestartAsked;
use crate::record::why::Why;
use crate::scheduler::{RunStatus, Status};
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::ser::Formatter;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read, Write};

/// The result of a run, as a document. The members that [`Ending`] reads come first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Number of operations by how they ended, with those that were wanted and left out as skipped.
    #[serde(default)]
    pub counts: BTreeMap<Status, usize>,
    /// The number of succeeded operations that were up to date.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub up_to_date: usize,
    /// Folder of its files.
    pub directory: Option<String>,
    /// The lab file it came from.
    pub source: Option<String>,
    /// Figures of the whole run.
    pub metrics: Metrics,
    /// The defect of this program that ended the run, if one did; operations without a status were under
    /// way then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
    /// Why the journal is not complete, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_error: Option<String>,
    /// One entry for each operation, in declared order.
    pub operations: Vec<OperationResult>,
    /// What was left out before the run began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// One entry for each compensation that was needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<OperationResult>,
    /// How what is watched of the run as a whole stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<CheckState>,
    /// Names in the order they began.
    pub order_started: Vec<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// The greatest number of operations that ran at the same time.
    pub peak_concurrency: u32,
    /// Sum of the operations' durations in milliseconds.
    pub busy_ms: u64,
}

/// The result of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationResult {
    /// Place in the plan, from 0.
    pub index: OpId,
    /// Name as declared.
    pub name: String,
    /// Second name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Declared type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The operation it undoes; absent for a declared operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensates: Option<String>,
    /// How it ended; absent while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The run that it succeeded in, when it was not run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_from: Option<String>,
    /// Whether it was up to date, and so was not run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub up_to_date: bool,
    /// Why it ran; absent for one that was not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Whether non-terminating errors were written.
    pub had_errors: bool,
    /// Why it never started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_because: Option<SkippedBecause>,
    /// That it asked for a restart of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<RestartAsked>,
    /// Why it did not end well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// How often it was tried.
    pub attempts: u32,
    /// The worker that ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// The program's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// When it began, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// Milliseconds from begin to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Milliseconds that its attempts ran, all of them together.
    #[serde(default)]
    pub busy_ms: u64,
    /// Milliseconds that a service needed to become ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_after_ms: Option<u64>,
    /// How its health checks stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<CheckState>,
}

/// Number of operations by how they ended, with those that were wanted and left out as skipped.
pub fn counts<'r>(
    ended: impl Iterator<Item = Status>,
    left_out: impl Iterator<Item = &'r LeftOut>,
) -> BTreeMap<Status, usize> {
    let mut counts = BTreeMap::new();
    for status in ended.chain(left_out.filter(|left| left.was_wanted()).map(|_| Status::Skipped)) {
        *counts.entry(status).or_insert(0) += 1;
    }
    counts
}

impl RunResult {
    /// The document as it is written: a line for each member, and for each operation.
    ///
    /// # Errors
    /// Never in practice: all keys are text.
    pub fn to_document(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Lines::default()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// What the beginning of a result says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ending {
    /// How the run ended.
    pub status: Option<RunStatus>,
    /// When.
    pub ended_at: Option<String>,
    /// Milliseconds from start to end.
    pub duration_ms: u64,
    /// Number of operations by how they ended.
    pub counts: BTreeMap<Status, usize>,
    /// The number of succeeded operations that were up to date.
    pub up_to_date: usize,
    /// Whether the journal lacks something that could not be written.
    pub incomplete: bool,
}

impl Ending {
    /// The same of a whole result, which older versions have written without counts.
    pub fn of(result: &RunResult) -> Self {
        let ended = result.operations.iter().filter_map(|operation| operation.status);
        Self {
            status: result.status,
            ended_at: result.ended_at.clone(),
            duration_ms: result.duration_ms,
            counts: counts(ended, result.left_out.iter()),
            up_to_date: result.up_to_date,
            incomplete: result.journal_error.is_some(),
        }
    }

    /// Reads the beginning of a result; nothing if it has no end or cannot be read.
    pub fn read(document: impl Read) -> Option<Self> {
        let mut ending = None;
        let beginning = BufReader::with_capacity(1 << 10, document);
        let mut reader = serde_json::Deserializer::from_reader(beginning);
        // What comes after the members that count is not looked at, so this is an error however sound the rest is.
        let _ = reader.deserialize_map(Beginning(&mut ending));
        ending.filter(|ending: &Self| ending.status.is_some())
    }
}

/// Reads members until the operations begin.
struct Beginning<'e>(&'e mut Option<Ending>);

impl<'de> Visitor<'de> for Beginning<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the result of a run")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut ending = Ending::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "status" => ending.status = map.next_value()?,
                "ended_at" => ending.ended_at = map.next_value()?,
                "duration_ms" => ending.duration_ms = map.next_value()?,
                "counts" => ending.counts = map.next_value()?,
                "up_to_date" => ending.up_to_date = map.next_value()?,
                "journal_error" => ending.incomplete = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                "operations" => {
                    *self.0 = Some(ending);
                    return Err(A::Error::custom("the beginning ends here"));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Depth down to which everything has a line of its own: the members, and the elements of their lists.
const LINED: usize = 2;

/// Writes a line for each member and each element of a member's list.
#[derive(Default)]
struct Lines {
    depth: usize,
    /// Whether the list or object at the lined depth has elements.
    filled: bool,
}

impl Lines {
    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < LINED && self.filled {
            self.line(writer)?;
        }
        self.filled = true;
        writer.write_all(bracket)
    }

    fn element<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth <= LINED { self.line(writer) } else { Ok(()) }
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&b"\n    "[..1 + 2 * self.depth])
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.element(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.element(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth <= LINED { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}
