//! Why an operation did not end well, in words.

use super::outcome::{Outcome, OutcomeStatus};
use crate::error::Code;
use crate::record::ErrorReport;
use crate::scheduler::{Status, StopCause, StopReason};

/// The error of an attempt that ended like this; none when it ended well.
pub(super) fn error(
    name: &str,
    status: Status,
    cause: Option<StopCause>,
    outcome: Option<&Outcome>,
) -> Option<ErrorReport> {
    let reason = cause.map(|cause| cause.reason);
    let (code, message) = match status {
        Status::Succeeded | Status::Skipped => return None,
        Status::Failed => {
            if let Some(own) = outcome.and_then(|outcome| outcome.error.clone()) {
                return Some(own);
            }
            let stopped = outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Stopped);
            let how = if stopped { "was stopped from outside" } else { "failed" };
            (Code::OperationFailed, format!("operation '{name}' {how}"))
        }
        Status::TimedOut => {
            let how = match reason {
                Some(StopReason::RunTimeout) => "was stopped because the run's limit had passed:",
                Some(StopReason::TotalTimeout) => "did not end within its total limit of",
                _ => "took longer than its limit of",
            };
            let message = match cause.and_then(|cause| cause.limit_ms) {
                Some(limit) => format!("operation '{name}' {how} {}", duration(limit)),
                None => format!("operation '{name}' took too long"),
            };
            (Code::OperationTimeout, message)
        }
        Status::Canceled => {
            let why = match reason {
                Some(StopReason::RunStopped) => "another one failed, and the run stops all that is running",
                Some(StopReason::SkipOrder) => "an order asked to skip it",
                Some(StopReason::RestartOrder) => "an order asked to start it again",
                Some(StopReason::RunEnded) => "the run was parked before it could be tried again",
                _ => "the run was canceled",
            };
            (Code::OperationCanceled, format!("operation '{name}' was stopped because {why}"))
        }
        Status::Abandoned => (
            Code::OperationAbandoned,
            format!("operation '{name}' did not stop when asked to; it may still be running"),
        ),
    };
    Some(ErrorReport::new(code, message))
}

/// Milliseconds as people say them.
fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{} s", ms as f64 / 1_000.0),
        _ => format!("{} min", (ms as f64 / 6_000.0).round() / 10.0),
    }
}
