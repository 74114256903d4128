//! The run in Markdown, for a comment on a pull request: what failed and why comes first.
//!
//! GitHub refuses comments of more than 65,536 characters, so lists and outputs are cut, and say so.

use super::document::{OperationPart, Report};
use super::model::UNUSED;
use super::outputs::Line;
use super::plain::{self, count, duration, one_line, shortened};
use crate::graph::OpId;
use std::fmt::Write;

/// Rows of a list, at most.
const MOST_ROWS: usize = 25;
/// Operations whose output is shown, at most.
const MOST_OUTPUTS: usize = 10;
/// Lines of their output, the last ones.
const LAST_LINES: usize = 20;
/// Characters of an error, at most.
const LONGEST_ERROR: usize = 400;
/// Characters of one operation's output, the last ones.
const LONGEST_OUTPUT: usize = 3_000;

/// The text. `output` gives the last lines of an operation.
pub fn write(report: &Report, output: impl Fn(OpId, usize) -> Vec<Line>) -> Vec<u8> {
    let mut text = String::new();
    let run = &report.run;
    let _ = writeln!(
        text,
        "## {} {}: {}\n",
        mark(&run.status),
        escaped(&plain::name(&run.name)),
        words(&run.status)
    );
    let _ = writeln!(text, "{}\n", summary(report));
    for warning in &report.warnings {
        let _ = writeln!(text, "> {}\n", escaped(warning));
    }
    failures(&mut text, report, output);
    critical_path(&mut text, report);
    waits(&mut text, report);
    performance(&mut text, report);
    health(&mut text, report);
    let as_of = if run.running { format!(", as of {}", plain::utc(&report.made_at)) } else { String::new() };
    let _ = writeln!(
        text,
        "<sub>Run `{}`, started {} on {}{as_of}.</sub>",
        code(&run.id),
        plain::utc(&run.started_at),
        escaped(&plain::name(&run.host))
    );
    text.into_bytes()
}

fn summary(report: &Report) -> String {
    let figures = &report.figures;
    let counts: Vec<String> = figures
        .counts
        .iter()
        .map(|(status, many)| format!("{many} {}", words(status).to_lowercase()))
        .collect();
    let mut text = format!(
        "{} in **{}**: {}.",
        count(figures.counts.values().sum(), "operation"),
        duration(report.run.duration_ms),
        counts.join(", ")
    );
    if figures.up_to_date > 0 {
        let _ = write!(text, " Up to date, and not run: {}.", figures.up_to_date);
    }
    if figures.retries > 0 {
        let _ = write!(text, " {}.", count(figures.retries, "attempt") + " more after a failed one");
    }
    let _ = write!(
        text,
        " {} of work; {} % of {} in use.",
        duration(figures.busy_ms),
        figures.slots_used_percent,
        count(report.run.max_concurrency as usize, "slot")
    );
    text
}

fn failures(text: &mut String, report: &Report, output: impl Fn(OpId, usize) -> Vec<Line>) {
    let failed: Vec<(u32, &OperationPart)> =
        (0..).zip(&report.operations).filter(|(_, operation)| is_failure(&operation.status)).collect();
    if failed.is_empty() {
        return;
    }
    let _ = writeln!(text, "| failed | how | after | why |\n|--|--|--|--|");
    for (_, operation) in failed.iter().take(MOST_ROWS) {
        let attempts = if operation.attempts > 1 {
            format!(" ({} attempts)", operation.attempts)
        } else {
            String::new()
        };
        let why = operation.error.as_ref().map_or_else(String::new, |error| one_line(&error.message));
        let _ = writeln!(
            text,
            "| **{}** | {} | {}{attempts} | {} |",
            escaped(&plain::name(&operation.name)),
            words(&operation.status),
            duration(operation.busy_ms),
            escaped(&shortened(&why, LONGEST_ERROR))
        );
    }
    more(text, failed.len());
    text.push('\n');
    for (op, operation) in failed.iter().take(MOST_OUTPUTS) {
        let lines = output(OpId(*op), LAST_LINES);
        let position = operation.error.as_ref().and_then(|error| error.position.as_deref());
        if lines.is_empty() && position.is_none() {
            continue;
        }
        let name = plain::html(&plain::name(&operation.name));
        let _ = writeln!(text, "<details><summary>{name}: where, and what it wrote last</summary>\n");
        let mut block = String::new();
        if let Some(position) = position {
            let _ = writeln!(block, "{}\n", plain::visible(position.trim_end()));
        }
        for line in &lines {
            let _ = writeln!(block, "{}", line.text.trim_end());
        }
        let start = block.char_indices().rev().nth(LONGEST_OUTPUT).map_or(0, |(start, _)| start);
        let block = if start > 0 { format!("…{}", &block[start..]) } else { block };
        let fence = fence(&block);
        let _ = writeln!(text, "{fence}text\n{}\n{fence}\n</details>\n", block.trim_end());
    }
}

fn critical_path(text: &mut String, report: &Report) {
    if report.critical_path.len() < 2 {
        return;
    }
    let steps = report.critical_path.iter().map(|step| {
        let name =
            report.operations.get(step.operation as usize).map_or("", |operation| operation.name.as_str());
        format!("{} {}", escaped(&plain::name(name)), duration(step.to_ms.saturating_sub(step.from_ms)))
    });
    let steps: Vec<String> = steps.collect();
    let shown = steps.len().min(MOST_ROWS);
    let left = steps.len() - shown;
    // The end of the path is what somebody waited for.
    let before = if left > 0 { format!("{} … → ", count(left, "attempt")) } else { String::new() };
    let _ = writeln!(text, "**What decided the time:** {before}{}\n", steps[left..].join(" → "));
}

fn waits(text: &mut String, report: &Report) {
    if report.waits.is_empty() {
        return;
    }
    let of = |wait: &super::document::WaitTotal| {
        let on = wait.on.as_deref().map(|on| format!(" {}", escaped(&plain::name(on)))).unwrap_or_default();
        format!("{}{on} {}", cause(wait.cause), duration(wait.ms))
    };
    let shown: Vec<String> = report.waits.iter().take(5).map(of).collect();
    let _ = writeln!(text, "**Waited for:** {}\n", shown.join(", "));
}

fn performance(text: &mut String, report: &Report) {
    let Some(performance) = report.performance.as_ref().filter(|it| it.duration_ms > 0) else { return };
    let _ = writeln!(text, "**Performance:** {}\n", escaped(&performance.summary));
    for it in performance.recommendations.iter().take(MOST_ROWS) {
        let _ = writeln!(text, "- {}", escaped(&it.message));
    }
    let regressions = performance.past.iter().flat_map(|past| &past.regressions);
    for it in regressions {
        let _ = writeln!(
            text,
            "- {} took {}, longer than in every one of {} before; the median is {}.",
            escaped(&plain::name(&it.name)),
            duration(it.took_ms),
            count(it.runs, "run"),
            duration(it.median_ms)
        );
    }
    if !text.ends_with("\n\n") {
        text.push('\n');
    }
}

fn health(text: &mut String, report: &Report) {
    let ailing = report.health.iter().filter(|it| it.was_unhealthy());
    let lines: Vec<String> = ailing
        .take(MOST_ROWS)
        .map(|it| {
            let whose = it
                .operation
                .as_deref()
                .map_or_else(|| "The run".to_owned(), |name| escaped(&plain::name(name)));
            let account = escaped(&shortened(&it.account(), LONGEST_ERROR));
            format!("- {whose}: check {} is {account}", escaped(&plain::name(&it.check)))
        })
        .collect();
    if !lines.is_empty() {
        let _ = writeln!(text, "**Health:**\n\n{}\n", lines.join("\n"));
    }
}

fn cause(cause: super::waits::Cause) -> &'static str {
    use super::waits::Cause;
    match cause {
        Cause::Retry => "the pause before another attempt",
        Cause::Check => "the check whether it has to run",
        Cause::Suspended => "the run, which was suspended",
        Cause::Slot => "a slot",
        Cause::Resource => "resource",
        Cause::Lock => "lock",
        Cause::Other => "a worker or the machine",
    }
}

fn more(text: &mut String, all: usize) {
    if all > MOST_ROWS {
        let _ = writeln!(text, "| … and {} more | | | |", all - MOST_ROWS);
    }
}

/// Whether an operation went wrong by itself.
pub fn is_failure(status: &str) -> bool {
    matches!(status, "Failed" | "TimedOut" | "Abandoned" | "Interrupted")
}

fn mark(status: &str) -> &'static str {
    match status {
        "Succeeded" | "Undone" => "✅",
        "Failed" | "Interrupted" => "❌",
        "Running" | "Parked" => "⏳",
        _ => "⚠️",
    }
}

/// A status in words.
pub fn words(status: &str) -> &str {
    match status {
        "PartiallySucceeded" => "Partially succeeded",
        "PartiallyUndone" => "Partially undone",
        "TimedOut" => "Timed out",
        "NotStarted" => "Not started",
        UNUSED => "Not needed",
        other => other,
    }
}

/// A text that means nothing to Markdown, nor to HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A name that begins with it would call for somebody.
            '@' => escaped.push_str("@\u{2060}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '{' | '}' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A text within back quotes.
fn code(text: &str) -> String {
    plain::name(text).replace(['`', '|'], "'")
}

/// A fence that the text does not have.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
