//! The run as JUnit reads it, a test case for each operation: succeeded after retries is flaky, as nextest writes it.

use super::document::{AttemptPart, OperationPart, Report};
use super::health::HealthPart;
use super::markdown::is_failure;
use super::model::UNUSED;
use super::outputs::Line;
use crate::error::{Code, Fault};
use crate::graph::OpId;
use chrono::DateTime;
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestRerun, TestSuite};
use std::collections::HashMap;
use std::time::Duration;

/// Lines of output that a failed operation has there, the last ones.
const LAST_LINES: usize = 200;

/// The document. `output` gives the last lines of an operation.
///
/// # Errors
/// [`Code::ReportUnwritable`] never in practice: all text can be written as XML.
pub fn write(report: &Report, output: impl Fn(OpId, usize) -> Vec<Line>) -> Result<Vec<u8>, Fault> {
    let run = &report.run;
    let mut suite = TestSuite::new(run.name.as_str());
    suite.set_time(Duration::from_millis(run.duration_ms));
    if let Ok(started) = DateTime::parse_from_rfc3339(&run.started_at) {
        suite.set_timestamp(started);
    }
    suite.add_property(("run", run.id.as_str())).add_property(("status", run.status.as_str()));
    suite.add_property(("host", run.host.as_str()));
    if let Some(source) = &run.source {
        suite.add_property(("source", source.as_str()));
    }
    let mut health: HashMap<Option<&str>, Vec<&HealthPart>> = HashMap::new();
    for check in &report.health {
        health.entry(check.operation.as_deref()).or_default().push(check);
    }
    let of_run = health.remove(&None).unwrap_or_default();
    suite.add_properties(of_run.iter().map(|check| property(check)));
    let ailing = ailing(&of_run);
    if !ailing.is_empty() {
        suite.set_system_out(ailing);
    }
    let mut attempts: HashMap<u32, Vec<&AttemptPart>> = HashMap::new();
    for attempt in &report.attempts {
        attempts.entry(attempt.operation).or_default().push(attempt);
    }
    for (place, operation) in
        (0..).zip(&report.operations).filter(|(_, operation)| operation.status != UNUSED)
    {
        let of = attempts.remove(&place).unwrap_or_default();
        let checks = health.remove(&Some(operation.name.as_str())).unwrap_or_default();
        suite.add_test_case(case(report, (place, operation), &of, &checks, &output));
    }
    let mut document = quick_junit::Report::new(run.name.as_str());
    document.set_time(Duration::from_millis(run.duration_ms));
    document.add_test_suite(suite);
    let mut bytes = Vec::new();
    document.serialize(&mut bytes).map_err(|error| {
        Fault::new(Code::ReportUnwritable, format!("The report cannot be written as XML: {error}"))
    })?;
    Ok(bytes)
}

fn case(
    report: &Report,
    (place, operation): (u32, &OperationPart),
    attempts: &[&AttemptPart],
    checks: &[&HealthPart],
    output: impl Fn(OpId, usize) -> Vec<Line>,
) -> TestCase {
    let mut status = status(operation);
    let earlier = attempts.len().saturating_sub(1);
    for attempt in &attempts[..earlier] {
        let mut rerun = TestRerun::new(kind(&attempt.status));
        rerun.set_time(Duration::from_millis(attempt.to_ms.unwrap_or(attempt.from_ms) - attempt.from_ms));
        rerun.set_type(attempt.status.as_str());
        rerun.set_message(attempt.error.as_deref().unwrap_or("It did not succeed."));
        status.add_rerun(rerun);
    }
    let mut case = TestCase::new(operation.name.as_str(), status);
    case.set_classname(report.run.name.as_str());
    case.set_time(Duration::from_millis(operation.busy_ms));
    case.add_properties(checks.iter().map(|check| property(check)));
    let mut told = ailing(checks);
    if is_failure(&operation.status) {
        let lines = output(OpId(place), LAST_LINES);
        let of = |errors: bool| {
            let those = lines.iter().filter(|line| matches!(line.stream, "error" | "stderr") == errors);
            those.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
        };
        let (out, err) = (of(false), of(true));
        if !told.is_empty() && !out.is_empty() {
            told.push('\n');
        }
        told += &out;
        if !err.is_empty() {
            case.set_system_err(err);
        }
    }
    if !told.is_empty() {
        case.set_system_out(told);
    }
    case
}

/// A health check, for programs.
fn property(check: &HealthPart) -> Property {
    Property::new(format!("health: {}", check.check), check.account())
}

/// What was unhealthy, for people: build servers show what a test case has written, and few show its properties.
fn ailing(checks: &[&HealthPart]) -> String {
    let ailing = checks.iter().filter(|check| check.was_unhealthy());
    let lines: Vec<String> =
        ailing.map(|check| format!("Health: check {} is {}", check.check, check.account())).collect();
    lines.join("\n")
}

fn status(operation: &OperationPart) -> TestCaseStatus {
    match operation.status.as_str() {
        "Succeeded" => TestCaseStatus::success(),
        failed if is_failure(failed) => {
            let mut status = TestCaseStatus::non_success(kind(failed));
            let error = operation.error.as_ref();
            status.set_type(error.map_or(failed, |error| error.id.as_str()));
            status.set_message(error.map_or("It did not succeed.", |error| error.message.as_str()));
            if let Some(error) = error {
                let parts = [Some(error.message.as_str()), error.position.as_deref(), error.stack.as_deref()];
                status.set_description(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"));
            }
            status
        }
        // Canceled, skipped, waiting or under way: none of them says anything about the operation itself.
        other => {
            let mut status = TestCaseStatus::skipped();
            let because = operation.skipped_because.as_ref().map(|because| because.message.as_str());
            status.set_message(because.unwrap_or(other));
            status
        }
    }
}

/// A failure is what the operation itself said; an error is what happened to it.
fn kind(status: &str) -> NonSuccessKind {
    if status == "Failed" { NonSuccessKind::Failure } else { NonSuccessKind::Error }
}
