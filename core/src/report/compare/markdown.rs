//! A comparison in Markdown, for a comment on a pull request.

use super::document::{ComparedOperation, ComparedTurn, Comparison};
use super::signed;
use crate::report::markdown::{escaped, words};
use crate::report::plain::{self, count, duration};
use std::fmt::Write;

/// Rows of a list, at most.
const MOST_ROWS: usize = 25;

/// Characters of an error, at most.
const LONGEST_ERROR: usize = 200;

/// The text.
pub fn write(comparison: &Comparison) -> Vec<u8> {
    let mut text = String::new();
    let last = comparison.runs.last().map_or("", |run| run.name.as_str());
    let _ = writeln!(
        text,
        "## {}: {} side by side\n",
        escaped(&plain::name(last)),
        count(comparison.runs.len(), "run")
    );
    let _ = writeln!(text, "{}\n", sentence(comparison));
    text.push_str("| run | started | how it ended | took | failed | waited |\n|--|--|--|--|--|--|\n");
    for run in &comparison.runs {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} of {} | {} |",
            escaped(&short(&run.id)),
            plain::utc(&run.started_at),
            words(&run.status),
            duration(run.duration_ms),
            run.failed,
            run.operations,
            duration(run.waited_ms)
        );
    }
    text.push('\n');
    let differing: Vec<&ComparedOperation> = comparison.operations.iter().filter(|it| it.differs).collect();
    list(&mut text, comparison, "ended otherwise", &differing, |turn| {
        let why = turn.error.as_deref().map(plain::one_line).unwrap_or_default();
        let why = if why.is_empty() { why } else { format!(": {}", plain::shortened(&why, LONGEST_ERROR)) };
        escaped(&format!("{}{why}", words(&turn.status)))
    });
    let changed: Vec<&ComparedOperation> =
        comparison.operations.iter().filter(|it| it.change_ms.is_some_and(|ms| ms != 0)).collect();
    list(&mut text, comparison, "took", &changed, |turn| duration(turn.busy_ms));
    text.into_bytes()
}

/// How the last run stands to the others, in a sentence.
pub(super) fn sentence(comparison: &Comparison) -> String {
    let differing = comparison.operations.iter().filter(|it| it.differs).count();
    let percent = comparison.change_percent.map_or_else(String::new, |percent| format!(" ({percent:+} %)"));
    let others = if comparison.runs.len() > 2 { "the median of the others" } else { "the other one" };
    format!(
        "The last run took {}{percent} against {others}. {} ended well in one run and not in another.",
        signed(comparison.change_ms),
        count(differing, "operation")
    )
}

/// The beginning of an id, by which a run is found again.
pub(super) fn short(id: &str) -> String {
    id.get(..8).unwrap_or(id).to_owned()
}

fn list(
    text: &mut String,
    comparison: &Comparison,
    what: &str,
    operations: &[&ComparedOperation],
    cell: impl Fn(&ComparedTurn) -> String,
) {
    if operations.is_empty() {
        return;
    }
    let heads: Vec<String> = comparison.runs.iter().map(|run| escaped(&short(&run.id))).collect();
    let _ =
        writeln!(text, "| {what} | {} | change |\n|--|{}--|", heads.join(" | "), "--|".repeat(heads.len()));
    for operation in operations.iter().take(MOST_ROWS) {
        let cells: Vec<String> = operation
            .runs
            .iter()
            .map(|turn| turn.as_ref().map_or_else(|| "not there".to_owned(), &cell))
            .collect();
        let change = operation.change_ms.map(signed).unwrap_or_default();
        let _ = writeln!(
            text,
            "| **{}** | {} | {change} |",
            escaped(&plain::name(&operation.name)),
            cells.join(" | ")
        );
    }
    if operations.len() > MOST_ROWS {
        let empty = " |".repeat(comparison.runs.len() + 1);
        let _ = writeln!(text, "| … and {} more |{empty}", operations.len() - MOST_ROWS);
    }
    text.push('\n');
}
