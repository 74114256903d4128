//! Several runs side by side: which operations took longer or shorter, and what failed in one and not in another.
//!
//! | question | file |
//! |--|--|
//! | what does a comparison say | [`document`] |
//! | the page, and the text for a pull request | [`html`], [`markdown`] |
//!
//! Operations are known by their names, whatever case. The last run is compared with the median of the others, so that of two
//! runs it is compared with the other one.

pub mod document;
pub mod html;
pub mod markdown;
#[cfg(test)]
mod tests;

pub use document::Comparison;

use super::document::{OperationPart, Report};
use super::markdown::is_failure;
use document::{ComparedOperation, ComparedRun, ComparedTurn, VERSION};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The comparison of runs, of which there are two at least.
pub fn compare(mut reports: Vec<Report>) -> Comparison {
    let started = |report: &Report| report.run.started_at.parse::<jiff::Timestamp>().ok();
    reports.sort_by_key(started);
    let runs: Vec<ComparedRun> = reports.iter().map(run).collect();
    let mut by_name: BTreeMap<String, ComparedOperation> = BTreeMap::new();
    for (place, report) in reports.iter().enumerate() {
        for operation in report.operations.iter().filter(|operation| operation.compensates.is_none()) {
            let compared =
                by_name.entry(operation.name.to_lowercase()).or_insert_with(|| ComparedOperation {
                    name: String::new(),
                    runs: vec![None; reports.len()],
                    differs: false,
                    change_ms: None,
                    change_percent: None,
                });
            compared.name.clone_from(&operation.name);
            compared.runs[place] = Some(turn(operation));
        }
    }
    let mut operations: Vec<ComparedOperation> = by_name.into_values().collect();
    operations.iter_mut().for_each(judge);
    operations.sort_by_key(|it| (Reverse(it.change_ms.unwrap_or(0)), !it.differs));
    let (last, others) = runs.split_last().map_or((0, Vec::new()), |(last, others)| {
        (last.duration_ms, others.iter().map(|run| run.duration_ms).collect())
    });
    let (change_ms, change_percent) = difference(last, others).unwrap_or_default();
    Comparison {
        comparison: VERSION,
        made_at: jiff::Timestamp::now().to_string(),
        runs,
        change_ms,
        change_percent,
        operations,
    }
}

fn run(report: &Report) -> ComparedRun {
    let declared = || report.operations.iter().filter(|operation| operation.compensates.is_none());
    ComparedRun {
        id: report.run.id.clone(),
        name: report.run.name.clone(),
        status: report.run.status.clone(),
        started_at: report.run.started_at.clone(),
        duration_ms: report.run.duration_ms,
        max_concurrency: report.run.max_concurrency,
        operations: declared().count(),
        failed: declared().filter(|operation| is_failure(&operation.status)).count(),
        retries: report.figures.retries,
        busy_ms: report.figures.busy_ms,
        waited_ms: report.waits.iter().map(|wait| wait.ms).sum(),
    }
}

fn turn(operation: &OperationPart) -> ComparedTurn {
    let why = operation.error.as_ref().map(|error| error.message.clone());
    ComparedTurn {
        status: operation.status.clone(),
        busy_ms: operation.busy_ms,
        attempts: operation.attempts,
        critical: operation.critical,
        up_to_date: operation.up_to_date,
        error: why.or_else(|| operation.skipped_because.as_ref().map(|because| because.message.clone())),
    }
}

/// Finds out whether an operation ended otherwise, and how much longer it took.
fn judge(operation: &mut ComparedOperation) {
    let good = |turn: &ComparedTurn| turn.status == "Succeeded";
    let known = || operation.runs.iter().flatten();
    operation.differs = known().any(good) && !known().all(good);
    let ran = |turn: &Option<ComparedTurn>| {
        turn.as_ref()
            .filter(|turn| good(turn) && turn.attempts > 0 && !turn.up_to_date)
            .map(|turn| turn.busy_ms)
    };
    let Some((last, others)) = operation.runs.split_last() else { return };
    let Some(last) = ran(last) else { return };
    if let Some((change_ms, change_percent)) = difference(last, others.iter().filter_map(ran).collect()) {
        (operation.change_ms, operation.change_percent) = (Some(change_ms), change_percent);
    }
}

/// How much more one number is than the median of others, and in percent of that.
fn difference(last: u64, mut others: Vec<u64>) -> Option<(i64, Option<f64>)> {
    others.sort_unstable();
    let median = super::performance::past::median(&others)?;
    let change = i64::try_from(last).ok()?.checked_sub(i64::try_from(median).ok()?)?;
    let percent = (median > 0).then(|| (change as f64 * 1_000.0 / median as f64).round() / 10.0);
    Some((change, percent))
}

/// A difference with its sign, in two units at most.
fn signed(ms: i64) -> String {
    let sign = if ms < 0 { "−" } else { "+" };
    format!("{sign}{}", super::plain::duration(ms.unsigned_abs()))
}
