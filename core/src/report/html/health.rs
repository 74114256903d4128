//! The health checks of a run as a part of the page that needs no script.

use super::super::document::Report;
use super::super::plain::{self, count, html};
use super::performance::{bdi, table};
use crate::health::Status;
use std::fmt::Write;

/// The section; empty where nothing was watched.
pub(in crate::report) fn section(report: &Report) -> String {
    if report.health.is_empty() {
        return String::new();
    }
    let unhealthy = report.health.iter().filter(|it| it.status == Status::Unhealthy).count();
    let recovered =
        report.health.iter().filter(|it| it.status != Status::Unhealthy && it.was_unhealthy()).count();
    let mut text = String::from(
        "<section class=\"panel perf\" aria-labelledby=\"health\"><h2 id=\"health\">Health</h2>",
    );
    let all = count(report.health.len(), "check");
    let _ = write!(
        text,
        "<p>{all}: {unhealthy} unhealthy, {recovered} healthy again after having been unhealthy.</p>"
    );
    let rows: Vec<[String; 4]> = report
        .health
        .iter()
        .map(|it| {
            let whose = it.operation.as_deref().map_or_else(|| "the run".to_owned(), bdi);
            [whose, html(&plain::name(&it.check)), it.state(), html(&it.history())]
        })
        .collect();
    table(&mut text, "Checks", ["Operation", "Check", "State", "What happened"], &rows);
    text + "</section>"
}
