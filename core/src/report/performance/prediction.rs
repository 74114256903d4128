//! How what was expected of a run compares with what was.

use super::super::seen::Seen;
use super::document::{FarPart, PredictionPart};
use super::past::median;
use super::recorded::Recorded;
use super::{MOST_LISTED, percent};
use crate::forecast::{AsEstimated, rehearse};
use crate::graph::OpId;
use std::cmp::Reverse;

/// The comparison; nothing where the record has no estimates.
pub fn compare(seen: &Seen, recorded: &Recorded, duration_ms: u64) -> Option<PredictionPart> {
    let mut errors = Vec::new();
    let mut farthest = Vec::new();
    for (op, state) in (0..).map(OpId).zip(&seen.state.operations) {
        let (Some(predicted_ms), Some(took_ms)) = (recorded.estimate(op), state.took_ms()) else { continue };
        if seen.is_monitor(op) {
            continue;
        }
        let error = took_ms.abs_diff(predicted_ms);
        // In tenths of a percent, so that the median is one of whole numbers.
        errors.push(error.saturating_mul(1_000) / predicted_ms.max(1));
        farthest.push((error, FarPart { name: seen.name(op), predicted_ms, took_ms }));
    }
    if errors.is_empty() {
        return None;
    }
    errors.sort_unstable();
    farthest.sort_by_key(|(error, _)| Reverse(*error));
    farthest.truncate(MOST_LISTED);
    let plan = recorded.plan()?;
    let rehearsal = rehearse(&plan, recorded.settings(), recorded.carried(), &AsEstimated(&plan))?;
    let predicted = rehearsal.makespan;
    Some(PredictionPart {
        predicted_ms: predicted,
        change_percent: percent(duration_ms as f64 - predicted as f64, predicted as f64),
        operations: errors.len(),
        median_error_percent: median(&errors).unwrap_or(0) as f64 / 10.0,
        farthest: farthest.into_iter().filter(|(error, _)| *error > 0).map(|(_, part)| part).collect(),
    })
}
