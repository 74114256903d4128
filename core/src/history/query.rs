//! Past and running runs, as their records tell.
//!
//! Of a run that has ended the header and the beginning of the result are read, and the rest of the result when its
//! operations are asked for. The journal is read of a run that is under way, or that has no result because its process
//! died.

use crate::history::store;
use crate::history::why::{self, Reason};
use crate::record::disk::{Disk, Files};
use crate::record::entry::Retrying;
use crate::record::health::CheckState;
use crate::record::result::{Ending, counts};
use crate::record::state::{OperationState, Stage};
use crate::record::{Damage, ErrorReport, Header, LeftOut, Record, RunState, SkipKind, SkippedBecause, What};
use crate::scheduler::Status;
use crate::wildcard::Wildcard;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// Folder of all runs; [`crate::history::root`] when absent.
    pub directory: Option<PathBuf>,
    /// Only runs of this name, ignoring case.
    pub name: Option<String>,
    /// Only runs whose name is like one of these.
    pub names: Vec<Wildcard>,
    /// Only runs whose id begins like one of these, whatever case and hyphens.
    pub ids: Vec<String>,
    /// Only runs that stand like one of these: see [`RunSummary::status`], and `Interrupted` for `Unknown`.
    pub statuses: Vec<String>,
    /// Only runs that started at this time or later, RFC 3339.
    pub after: Option<String>,
    /// Leaves out runs without a name.
    pub named: bool,
    /// Puts runs that resume or undo another one behind it, the oldest first.
    pub tree: bool,
    /// The greatest number of runs to give, the newest first; all when absent.
    pub limit: Option<usize>,
    /// Only runs under way.
    pub running: bool,
    /// Adds the operations of each run.
    pub operations: bool,
}

/// One run in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// The run's id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// `Succeeded`, `PartiallySucceeded`, `Failed`, `Canceled`, `Running`, `Suspended` while it is under way and starts
    /// nothing, or `Unknown` when the process that ran it has gone without an end.
    pub status: String,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Milliseconds from start to end, so far, or to the last entry when the end is not known.
    pub duration_ms: u64,
    /// Folder of its files.
    pub directory: String,
    /// The lab file it came from.
    pub source: Option<String>,
    /// The run that it resumes or undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Whether it was started without a name.
    pub unnamed: bool,
    /// The machine it started on.
    pub host: String,
    /// Number of operations by status. Those without an end are where they are (`Waiting`, `Running`, …) in a
    /// run that is under way, and `Unknown` in one whose process has gone.
    pub counts: BTreeMap<String, usize>,
    /// The number of succeeded operations that were up to date.
    #[serde(skip_serializing_if = "is_zero")]
    pub up_to_date: usize,
    /// The process that runs it, or ran it.
    pub pid: u32,
    /// How many operations could run at the same time.
    pub max_concurrency: u64,
    /// Its operations, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<OperationRecord>>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// One operation of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OperationRecord {
    /// Its name.
    pub name: String,
    /// Where it is: `Waiting`, `Running`, `Serving`, `Stopping` or `Backoff`; how it ended once it has.
    pub state: String,
    /// The attempt under way, or the last one; 0 before the first.
    pub attempt: u64,
    /// The worker that has it; absent for programs and before it starts.
    pub worker: Option<u64>,
    /// When its last attempt began, in milliseconds from the run's start.
    pub started_ms: Option<u64>,
    /// When it ended, in milliseconds from the run's start.
    pub ended_ms: Option<u64>,
    /// Milliseconds that its attempts ran, all of them together, as far as they have ended.
    pub busy_ms: u64,
    /// The exit code of its program, or of a script that called `exit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it, or its last attempt, did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// Why it never started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_because: Option<SkippedBecause>,
    /// Whether it was up to date, and so was not run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub up_to_date: bool,
    /// Why it ran, or did not; in a run in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The operation that it undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compensates: Option<String>,
    /// How its health checks stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<CheckState>,
    /// The attempts that were followed by another one, the last [`MOST_ATTEMPTS`] of them; only in a run's detail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed_attempts: Vec<AttemptRecord>,
}

/// Attempts of an operation that a run's detail has, at most.
pub const MOST_ATTEMPTS: usize = 100;

/// One attempt that did not end well.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttemptRecord {
    /// Counted from 1.
    pub attempt: u64,
    /// How it ended.
    pub status: String,
    /// When it ended, in milliseconds from the run's start.
    pub ended_ms: u64,
    /// Milliseconds that it took.
    pub duration_ms: u64,
    /// The exit code of its program, or of a script that called `exit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// Runs that match, the newest first. Folders that are not runs, and those of a newer format, are left out.
pub fn list(query: &Query) -> Vec<RunSummary> {
    list_on(&Files, query)
}

fn list_on(disk: &dyn Disk, query: &Query) -> Vec<RunSummary> {
    let root = query.directory.clone().unwrap_or_else(store::root);
    let folders = store::folders(&root);
    let limit = query.limit.unwrap_or(usize::MAX);
    let mut runs = Vec::new();
    // Folder names begin with the time, to the second; which run of one second came first their headers say.
    for same_second in folders.chunk_by(|a, b| store::second(a) == store::second(b)) {
        if runs.len() >= limit {
            break;
        }
        let mut these: Vec<RunSummary> = same_second
            .iter()
            .filter_map(|folder| Record::open(disk, &root.join(folder)).ok())
            .filter(|record| query.wants(record.header()))
            .filter_map(|record| look(&record, query))
            .filter(|run| query.wants_status(&run.status))
            .collect();
        these.sort_by_cached_key(|run| std::cmp::Reverse(time(&run.started_at)));
        runs.append(&mut these);
    }
    runs.truncate(limit);
    if query.tree { family(runs) } else { runs }
}

impl Query {
    fn wants(&self, header: &Header) -> bool {
        self.name.as_ref().is_none_or(|name| header.name.eq_ignore_ascii_case(name))
            && (self.names.is_empty() || self.names.iter().any(|name| name.is_match(&header.name)))
            && (self.ids.is_empty() || self.ids.iter().any(|id| begins(&header.run, id)))
            && self.after.as_ref().is_none_or(|after| time(&header.started_at) >= time(after))
            && !(self.named && header.is_unnamed())
    }

    fn wants_status(&self, status: &str) -> bool {
        let is = |wanted: &String| {
            wanted.eq_ignore_ascii_case(status)
                || status == UNKNOWN && wanted.eq_ignore_ascii_case(INTERRUPTED)
        };
        self.statuses.is_empty() || self.statuses.iter().any(is)
    }
}

/// A time that can be compared; what is not a time sorts before all others.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Whether an id begins like this; hyphens are there for the eye only.
fn begins(id: &str, beginning: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
    bare(id).starts_with(&bare(beginning))
}

/// The same runs, each behind the one that it resumes or undoes, as far as that is among them.
fn family(runs: Vec<RunSummary>) -> Vec<RunSummary> {
    let ids: HashSet<String> = runs.iter().map(|run| run.run.clone()).collect();
    let mut children: HashMap<String, Vec<RunSummary>> = HashMap::new();
    let mut to_come: Vec<RunSummary> = Vec::new();
    // The newest come first, and children the oldest first: that is their order on a stack.
    for run in runs.into_iter().rev() {
        match run.parent.clone().filter(|parent| *parent != run.run && ids.contains(parent)) {
            Some(parent) => children.entry(parent).or_default().insert(0, run),
            None => to_come.push(run),
        }
    }
    let mut all = Vec::with_capacity(ids.len());
    while let Some(run) = to_come.pop() {
        to_come.extend(children.remove(&run.run).into_iter().flatten());
        all.push(run);
    }
    // Damaged headers may name each other.
    all.extend(children.into_values().flatten());
    all
}

/// One run in short, or nothing if the folder holds none that can be read.
pub fn summarize(folder: &Path) -> Option<RunSummary> {
    look(&Record::open(&Files, folder).ok()?, &Query::default())
}

/// One run with all that is known of its operations, and what is wrong with its files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunDetail {
    /// The run; its operations are those of the plan, the wanted ones that were left out, and compensations.
    #[serde(flatten)]
    pub run: RunSummary,
    /// How what is watched of the run as a whole stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<CheckState>,
    /// Where its files cannot be believed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Damage>,
    /// The same in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What is said of damage.
pub fn sentence(damage: &Damage) -> String {
    format!("The record is damaged: {damage}. What follows is not shown.")
}

/// One run in detail.
pub fn detail(record: &Record<'_>) -> Option<RunDetail> {
    let mut run = look(record, &Query::default())?;
    let (state, damage) = record.state();
    let mut all = operations(&state);
    for (operation, reason) in all.iter_mut().zip(why::reasons(&state)) {
        operation.reason = Some(reason);
    }
    let left_out = record.header().left_out().into_iter().filter(LeftOut::was_wanted);
    all.extend(left_out.map(|left| OperationRecord {
        name: left.name,
        state: format!("{:?}", Status::Skipped),
        skipped_because: Some(SkippedBecause {
            kind: SkipKind::Dependency,
            operation: left.operation,
            message: left.message,
        }),
        ..OperationRecord::default()
    }));
    let plan = record.plan();
    for (op, undo) in &state.compensations {
        let undone = plan.get(op.index()).and_then(|planned| plan.get(planned.compensates?.index()));
        let compensates = undone.map(|operation| operation.name.clone());
        all.push(OperationRecord { compensates, ..of(undo) });
    }
    // Only the journal has them, and most runs have none.
    if all.iter().any(|operation| operation.attempt > 1) {
        add_failed_attempts(record, &mut all);
    }
    run.operations = Some(all);
    let damage: Vec<Damage> = damage.into_iter().chain(record.result_damage()).collect();
    let health = state.health.clone();
    Some(RunDetail { run, health, warnings: damage.iter().map(sentence).collect(), damage })
}

fn add_failed_attempts(record: &Record<'_>, operations: &mut [OperationRecord]) {
    let places: HashMap<String, usize> =
        operations.iter().enumerate().map(|(place, operation)| (operation.name.clone(), place)).collect();
    for entry in record.entries() {
        let What::Retrying(Retrying { end, .. }) = entry.what else { continue };
        let Some(&place) = places.get(&end.name) else { continue };
        let failed = &mut operations[place].failed_attempts;
        if failed.len() == MOST_ATTEMPTS {
            failed.remove(0);
        }
        failed.push(AttemptRecord {
            attempt: end.attempt.into(),
            status: format!("{:?}", end.status),
            ended_ms: entry.at,
            duration_ms: end.duration_ms,
            exit_code: end.exit_code,
            error: end.error,
        });
    }
}

/// One run in short; nothing if only runs under way are asked for and it is not.
fn look(record: &Record<'_>, query: &Query) -> Option<RunSummary> {
    if let Some(ending) = record.ending() {
        let operations = || operations(&record.state().0);
        return (!query.running)
            .then(|| RunSummary { operations: query.operations.then(operations), ..ended(record, ending) });
    }
    // In this order: a run that ends meanwhile has its end in the journal before it lets its lock go.
    let running = record.is_running();
    if query.running && !running {
        return None;
    }
    let (state, _) = record.replay();
    // The lock was held to delete it, and the journal that would have told its end was gone.
    if query.running && state.status.is_some() || record.is_gone() {
        return None;
    }
    let operations = query.operations.then(|| operations(&state));
    Some(RunSummary { operations, ..without_result(record, &state, running) })
}

fn ended(record: &Record<'_>, ending: Ending) -> RunSummary {
    let header = record.header();
    let status = ending.status.map_or_else(|| UNKNOWN.to_owned(), |status| format!("{status:?}"));
    let mut counts = in_words(ending.counts);
    // What a defect of this program has left without an end.
    let open =
        (header.operations as usize + wanted_and_left_out(record)).saturating_sub(counts.values().sum());
    if open > 0 {
        *counts.entry(status.clone()).or_insert(0) += open;
    }
    RunSummary {
        status,
        ended_at: ending.ended_at,
        duration_ms: ending.duration_ms,
        counts,
        up_to_date: ending.up_to_date,
        ..before(record)
    }
}

fn without_result(record: &Record<'_>, state: &RunState, running: bool) -> RunSummary {
    let status = match (state.status, running) {
        (Some(status), _) => format!("{status:?}"),
        (None, true) if state.suspended => "Suspended".to_owned(),
        (None, true) => "Running".to_owned(),
        (None, false) => UNKNOWN.to_owned(),
    };
    let under_way = running && state.status.is_none();
    let left_out = record.header().left_out();
    let ended = state.operations.iter().filter_map(|operation| match operation.stage {
        Stage::Ended(status) => Some(status),
        _ => None,
    });
    let mut counts = in_words(counts(ended, left_out.iter()));
    for operation in state.operations.iter().filter(|operation| !matches!(operation.stage, Stage::Ended(_))) {
        let at = if under_way { word(operation) } else { status.clone() };
        *counts.entry(at).or_insert(0) += 1;
    }
    let so_far = || {
        let started: jiff::Timestamp = record.header().started_at.parse().ok()?;
        u64::try_from(jiff::Timestamp::now().duration_since(started).as_millis()).ok()
    };
    // The clock may have been set back since.
    let duration_ms = if under_way { so_far().unwrap_or(0).max(state.at) } else { state.at };
    let up_to_date = state.operations.iter().filter(|operation| operation.up_to_date).count();
    RunSummary { status, duration_ms, counts, up_to_date, ..before(record) }
}

const UNKNOWN: &str = "Unknown";

/// Another word for the same: its process has gone.
const INTERRUPTED: &str = "Interrupted";

/// What is known of a run before anything has happened.
fn before(record: &Record<'_>) -> RunSummary {
    let header = record.header();
    RunSummary {
        run: header.run.clone(),
        name: header.name.clone(),
        status: UNKNOWN.to_owned(),
        started_at: header.started_at.clone(),
        ended_at: None,
        duration_ms: 0,
        directory: record.folder().display().to_string(),
        source: header.source.clone(),
        parent: header.parent.clone(),
        unnamed: header.is_unnamed(),
        host: header.host.clone(),
        counts: BTreeMap::new(),
        up_to_date: 0,
        pid: header.pid,
        max_concurrency: header.max_concurrency.into(),
        operations: None,
    }
}

fn wanted_and_left_out(record: &Record<'_>) -> usize {
    record.header().left_out().iter().filter(|left| left.was_wanted()).count()
}

fn in_words(counts: BTreeMap<Status, usize>) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(status, count)| (format!("{status:?}"), count)).collect()
}

fn word(operation: &OperationState) -> String {
    match operation.stage {
        Stage::Ended(status) => format!("{status:?}"),
        stage => format!("{stage:?}"),
    }
}

/// The operations of a run, as declared.
fn operations(state: &RunState) -> Vec<OperationRecord> {
    state.operations.iter().map(of).collect()
}

fn of(operation: &OperationState) -> OperationRecord {
    OperationRecord {
        name: operation.name.clone(),
        state: word(operation),
        attempt: operation.attempt.into(),
        worker: operation.worker.map(u64::from),
        started_ms: operation.started_ms,
        ended_ms: operation.ended_ms,
        busy_ms: operation.busy_ms,
        exit_code: operation.exit_code,
        error: operation.error.clone(),
        skipped_because: operation.skipped_because.clone(),
        up_to_date: operation.up_to_date,
        reason: None,
        compensates: None,
        health: operation.health.clone(),
        failed_attempts: Vec::new(),
    }
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
