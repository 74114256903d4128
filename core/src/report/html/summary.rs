//! What can be read of a page without its script: how the run ended, what failed and why, what it cost.

use super::super::document::{OperationPart, Report, WaitTotal};
use super::super::markdown::is_failure;
pub(super) use super::super::markdown::words;
use super::super::model::UNUSED;
use super::super::plain::{self, count, duration, html, one_line, shortened};
use super::super::waits::Cause;
use std::collections::HashMap;
use std::fmt::Write;

/// Failed operations that are listed, at most; the timeline has all of them.
const MOST_FAILURES: usize = 50;
/// Characters of an error, at most.
const LONGEST_ERROR: usize = 600;

/// The parts of the page by their names.
pub(super) fn parts(report: &Report) -> HashMap<&'static str, String> {
    let run = &report.run;
    let (tone, mark) = tone(&run.status);
    HashMap::from([
        ("tone", format!("tone-{tone}")),
        ("mark", mark.to_owned()),
        ("name", html(&plain::name(&run.name))),
        ("word", html(words(&run.status))),
        ("facts", facts(report)),
        ("notes", notes(report)),
        ("cards", cards(report)),
        ("failures", failures(report)),
        ("waits", waits(report)),
        ("performance", super::performance::section(report)),
        ("health", super::health::section(report)),
        ("footer", footer(report)),
    ])
}

fn tone(status: &str) -> (&'static str, &'static str) {
    match status {
        "Succeeded" | "Undone" => ("good", "✓"),
        "Failed" | "Interrupted" => ("bad", "✗"),
        "Running" | "Parked" => ("busy", "▶"),
        _ => ("late", "!"),
    }
}

fn facts(report: &Report) -> String {
    let run = &report.run;
    let mut facts =
        vec![format!("started {}", time(&run.started_at)), format!("on {}", html(&plain::name(&run.host)))];
    if let Some(source) = &run.source {
        facts.push(format!("from <bdi>{}</bdi>", html(&one_line(source))));
    }
    facts.push(format!("run {}", html(&plain::name(&run.id))));
    facts.join(" · ")
}

/// A time in UTC, with the machine's own words for it in the attribute.
fn time(text: &str) -> String {
    format!("<time datetime=\"{}\">{}</time>", html(text), html(&plain::utc(text)))
}

fn notes(report: &Report) -> String {
    let mut notes = String::new();
    if report.run.running {
        let _ = write!(
            notes,
            "<p class=\"warn\">The run is under way: this is its state at {}.</p>",
            time(&report.made_at)
        );
    }
    for warning in &report.warnings {
        let _ = write!(notes, "<p class=\"warn\">{}</p>", html(&one_line(warning)));
    }
    let relation = |place: &str| {
        report
            .family
            .iter()
            .filter(|relative| relative.place == place)
            .map(|relative| {
                format!(
                    "{} ({})",
                    html(relative.id.get(..8).unwrap_or(&relative.id)),
                    html(&plain::utc(&relative.started_at))
                )
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (before, after) = (relation("before"), relation("after"));
    if !before.is_empty() {
        let _ = write!(notes, "<p class=\"note\">It continues run {before}.</p>");
    }
    if !after.is_empty() {
        let _ = write!(notes, "<p class=\"note\">It is continued by run {after}.</p>");
    }
    notes
}

fn card(value: &str, what: &str) -> String {
    format!("<div class=\"card\"><b>{value}</b><span>{what}</span></div>")
}

fn cards(report: &Report) -> String {
    let (run, figures) = (&report.run, &report.figures);
    let mut cards =
        card(&duration(run.duration_ms), if run.running { "so far" } else { "from start to end" });
    let many: usize = figures.counts.values().sum();
    let mut counts: Vec<(&String, &usize)> = figures.counts.iter().collect();
    counts.sort_by_key(|(status, _)| !is_failure(status));
    let told: Vec<String> = counts
        .iter()
        .map(|(status, many)| format!("{many} {}", html(&words(status).to_lowercase())))
        .collect();
    cards += &card(
        &many.to_string(),
        &format!("operation{}: {}", if many == 1 { "" } else { "s" }, told.join(", ")),
    );
    cards += &card(
        &duration(figures.busy_ms),
        &format!(
            "of work; {} % of {} in use, {} at most",
            figures.slots_used_percent,
            count(run.max_concurrency as usize, "slot"),
            figures.peak_slots
        ),
    );
    if run.duration_ms > 0 && !report.critical_path.is_empty() {
        let share = figures.critical_busy_ms.saturating_mul(100) / run.duration_ms;
        cards += &card(
            &format!("{share} %"),
            &format!("of the time {} of the critical path ran", count(report.critical_path.len(), "attempt")),
        );
    }
    if figures.retries > 0 {
        cards += &card(&figures.retries.to_string(), "more attempts after a failed one");
    }
    if figures.up_to_date > 0 {
        cards += &card(&figures.up_to_date.to_string(), "up to date, and not run");
    }
    if figures.restarts > 0 {
        cards += &card(&figures.restarts.to_string(), "asked for a restart of the machine");
    }
    cards
}

fn failures(report: &Report) -> String {
    let failed: Vec<(usize, &OperationPart)> =
        report.operations.iter().enumerate().filter(|(_, operation)| is_failure(&operation.status)).collect();
    if failed.is_empty() {
        return String::new();
    }
    let mut skipped: HashMap<&str, usize> = HashMap::new();
    for because in report.operations.iter().filter_map(|operation| operation.skipped_because.as_ref()) {
        *skipped.entry(because.operation.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let mut list = format!(
        "<section class=\"panel fails\" aria-labelledby=\"failed\"><h2 id=\"failed\">What failed: {}</h2><ul>",
        count(failed.len(), "operation")
    );
    for (op, operation) in failed.iter().take(MOST_FAILURES) {
        let error = operation.error.as_ref();
        let why = error.map_or_else(String::new, |error| {
            shortened(&plain::visible(error.message.trim_end()), LONGEST_ERROR)
        });
        let at = error
            .and_then(|error| error.position.as_deref())
            .and_then(|position| position.lines().next())
            .map(one_line);
        let drawn = skipped
            .get(operation.name.as_str())
            .map(|many| format!(" · {} skipped because of it", count(*many, "operation")))
            .unwrap_or_default();
        let attempts = if operation.attempts > 1 {
            format!(" · {} attempts", operation.attempts)
        } else {
            String::new()
        };
        let _ = write!(
            list,
            "<li><a href=\"#op={op}\"><bdi>{}</bdi></a> <span class=\"note\">{} after {}{attempts}{drawn}</span><span class=\"why s-bad\">{}</span>{}</li>",
            html(&plain::name(&operation.name)),
            html(&words(&operation.status).to_lowercase()),
            duration(operation.busy_ms),
            html(&why),
            at.map(|at| format!("<span class=\"note\">{}</span>", html(&at))).unwrap_or_default(),
        );
    }
    if failed.len() > MOST_FAILURES {
        let _ = write!(list, "<li class=\"note\">… and {} more</li>", failed.len() - MOST_FAILURES);
    }
    list + "</ul></section>"
}

fn waits(report: &Report) -> String {
    if report.waits.is_empty() {
        return String::new();
    }
    let mut list = String::from(
        "<section class=\"panel waits\" aria-labelledby=\"waited\"><h2 id=\"waited\">What operations waited for, once all they depend on had ended</h2><ul>",
    );
    for wait in report.waits.iter().take(12) {
        let _ = write!(
            list,
            "<li><span class=\"key w-{}\"></span>{} <b>{}</b> <span class=\"note\">{}</span></li>",
            key(wait.cause),
            cause(wait),
            duration(wait.ms),
            count(wait.attempts, "attempt")
        );
    }
    list + "</ul></section>"
}

/// The word of a cause in styles and documents.
pub(super) fn key(cause: Cause) -> &'static str {
    match cause {
        Cause::Retry => "retry",
        Cause::Check => "check",
        Cause::Suspended => "suspended",
        Cause::Slot => "slot",
        Cause::Resource => "resource",
        Cause::Lock => "lock",
        Cause::Other => "other",
    }
}

fn cause(wait: &WaitTotal) -> String {
    let on =
        wait.on.as_deref().map(|on| format!(" <bdi>{}</bdi>", html(&plain::name(on)))).unwrap_or_default();
    let what = match wait.cause {
        Cause::Retry => "the pause before another attempt",
        Cause::Check => "the check whether it has to run",
        Cause::Suspended => "the run, which was suspended",
        Cause::Slot => "a slot",
        Cause::Resource => "the resource",
        Cause::Lock => "the lock",
        Cause::Other => "a worker, or the machine itself",
    };
    format!("{what}{on}")
}

fn footer(report: &Report) -> String {
    let unused = report.operations.iter().filter(|operation| operation.status == UNUSED).count();
    let undo =
        if unused > 0 { format!(" {} not needed.", count(unused, "compensation")) } else { String::new() };
    format!(
        "Made by LabRunner {} at {}. All times count from the start of the run.{undo}",
        env!("CARGO_PKG_VERSION"),
        time(&report.made_at)
    )
}
