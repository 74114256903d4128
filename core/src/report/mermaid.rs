//! The graph of a run as a Mermaid flowchart, coloured by how each operation ended.
//!
//! GitHub and most other viewers refuse charts of more than 500 lines between boxes or 50,000 characters, so a larger
//! graph is refused here, by a sentence that can be understood.

use super::document::Report;
use super::model::UNUSED;
use super::plain::{duration, name};
use crate::error::{Code, Fault};
use std::fmt::Write;

/// Lines between boxes that viewers draw, at most.
const MOST_LINES: usize = 500;

/// Characters of a chart that viewers read, at most.
const MOST_CHARACTERS: usize = 50_000;

/// The chart.
///
/// # Errors
/// [`Code::ReportTooLarge`] when no viewer would draw it.
pub fn write(report: &Report) -> Result<Vec<u8>, Fault> {
    let drawn = || report.operations.iter().enumerate().filter(|(_, operation)| operation.status != UNUSED);
    let lines: usize = drawn().map(|(_, operation)| operation.after.len()).sum();
    let mut chart = String::from("flowchart LR\n");
    for (place, operation) in drawn() {
        let took =
            operation.started_ms.map(|_| format!("<br/>{}", duration(operation.busy_ms))).unwrap_or_default();
        let class = class(&operation.status);
        let _ = writeln!(chart, "    n{place}[\"{}{took}\"]:::{class}", label(&name(&operation.name)));
        if chart.len() > MOST_CHARACTERS {
            break;
        }
    }
    let critical: Vec<u32> = report.critical_path.iter().map(|step| step.operation).collect();
    let mut bold = Vec::new();
    let mut number = 0;
    for (place, operation) in drawn() {
        for before in &operation.after {
            let _ = writeln!(chart, "    n{before} --> n{place}");
            if critical.windows(2).any(|pair| pair[0] == *before && pair[1] as usize == place) {
                bold.push(number.to_string());
            }
            number += 1;
        }
    }
    for (class, fill, stroke) in [
        ("good", "#d7f0dd", "#1a7f37"),
        ("bad", "#ffdfdc", "#b42318"),
        ("skipped", "#eeeeee", "#6e7781"),
        ("open", "#dcebff", "#0b62c4"),
    ] {
        let _ = writeln!(chart, "    classDef {class} fill:{fill},stroke:{stroke},color:#111111");
    }
    if !bold.is_empty() {
        let _ = writeln!(chart, "    linkStyle {} stroke-width:4px", bold.join(","));
    }
    if lines > MOST_LINES || chart.len() > MOST_CHARACTERS {
        return Err(Fault::new(
            Code::ReportTooLarge,
            format!(
                "Run '{}' has {} operations with {lines} dependencies, and viewers of Mermaid draw {MOST_LINES} dependencies and \
                 {MOST_CHARACTERS} characters at most",
                name(&report.run.name),
                report.operations.len(),
            ),
        )
        .with_advice("Use the format Html, whose graph has no such limit.")
        .with_target(report.run.id.clone()));
    }
    Ok(chart.into_bytes())
}

fn class(status: &str) -> &'static str {
    match status {
        "Succeeded" => "good",
        "Failed" | "TimedOut" | "Abandoned" | "Interrupted" => "bad",
        "Skipped" | "Canceled" | "NotStarted" => "skipped",
        _ => "open",
    }
}

/// A text in which nothing means anything to Mermaid, or to the HTML that it makes.
fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '.' | ',' | '(' | ')' | '/') {
            label.push(letter);
        } else {
            let _ = write!(label, "#{};", u32::from(letter));
        }
    }
    label
}
