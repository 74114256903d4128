//! The performance of a run as a part of the page that needs no script.

use super::super::document::Report;
use super::super::performance::Performance;
use super::super::performance::document::PastPart;
use super::super::plain::{self, change, count, duration, html};
use std::fmt::Write;

/// The section; empty where nothing is known.
pub(super) fn section(report: &Report) -> String {
    let Some(performance) = report.performance.as_ref().filter(|it| it.duration_ms > 0) else {
        return String::new();
    };
    let mut text = String::from(
        "<section class=\"panel perf\" aria-labelledby=\"performance\"><h2 id=\"performance\">Performance</h2>",
    );
    let _ = write!(text, "<p>{}</p>", html(&performance.summary));
    advice(&mut text, performance);
    let mut rows = Vec::new();
    for slow in &performance.slowest {
        let critical = if slow.critical { "on the critical path" } else { "" };
        rows.push([
            bdi(&slow.name),
            duration(slow.busy_ms),
            format!("{} %", slow.share_percent),
            critical.to_owned(),
        ]);
    }
    table(&mut text, "Slowest operations", ["Operation", "Ran", "Share of the run", "Remark"], &rows);
    if let Some(past) = &performance.past {
        earlier(&mut text, past);
    }
    if let Some(prediction) = &performance.prediction {
        let rows: Vec<_> = prediction
            .farthest
            .iter()
            .map(|it| {
                let by = change(it.took_ms as f64 - it.predicted_ms as f64, it.predicted_ms as f64);
                [bdi(&it.name), duration(it.predicted_ms), duration(it.took_ms), by]
            })
            .collect();
        let title = format!(
            "Expected {}; half of {} are within {} % of their estimate",
            duration(prediction.predicted_ms),
            count(prediction.operations, "operation"),
            prediction.median_error_percent
        );
        table(&mut text, &title, ["Operation", "Expected", "Took", "Difference"], &rows);
    }
    text + "</section>"
}

fn advice(text: &mut String, performance: &Performance) {
    if let Some(why) = &performance.not_rehearsed {
        let _ = write!(text, "<p class=\"note\">{}</p>", html(why));
    } else if performance.recommendations.is_empty() {
        text.push_str("<p class=\"note\">No single change that was tried makes the run 5 % shorter.</p>");
    } else {
        text.push_str("<ul class=\"advice\">");
        for it in &performance.recommendations {
            let _ = write!(
                text,
                "<li><b>−{}</b> <span class=\"note\">{} %</span> {}</li>",
                duration(it.gain_ms),
                it.gain_percent,
                html(&it.message)
            );
        }
        text.push_str(
            "</ul><p class=\"note\">Each was tried in a rehearsal of this run with that one change, in which operations \
             take as long as they took. Gains do not add up.</p>",
        );
    }
}

fn earlier(text: &mut String, past: &PastPart) {
    let rows: Vec<_> = past
        .regressions
        .iter()
        .map(|it| {
            let by = change(it.took_ms as f64 - it.median_ms as f64, it.median_ms as f64);
            [bdi(&it.name), duration(it.took_ms), duration(it.median_ms), by]
        })
        .collect();
    let title = format!("Slower than in any of {}", count(past.runs, "earlier run"));
    table(text, &title, ["Operation", "Took", "Median before", "Difference"], &rows);
    let rows: Vec<_> = past
        .unsteady
        .iter()
        .map(|it| {
            let range = format!("{} to {}", duration(it.shortest_ms), duration(it.longest_ms));
            [bdi(&it.name), range, duration(it.mean_ms), format!("{} %", it.deviation_percent)]
        })
        .collect();
    let heads = ["Operation", "Took", "Mean", "Standard deviation"];
    table(text, "Unsteady operations", heads, &rows);
}

pub(super) fn bdi(name: &str) -> String {
    format!("<bdi>{}</bdi>", html(&plain::name(name)))
}

pub(super) fn table(text: &mut String, title: &str, heads: [&str; 4], rows: &[[String; 4]]) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(text, "<details><summary>{}</summary><table><thead><tr>", html(title));
    for head in heads {
        let _ = write!(text, "<th scope=\"col\">{head}</th>");
    }
    text.push_str("</tr></thead><tbody>");
    for row in rows {
        text.push_str("<tr>");
        for cell in row {
            let _ = write!(text, "<td>{cell}</td>");
        }
        text.push_str("</tr>");
    }
    text.push_str("</tbody></table></details>");
}
