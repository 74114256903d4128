//! How a run compares with the earlier ones of its lab: what took longer than ever, and what never takes as long twice.

use super::super::seen::Seen;
use super::document::{PastPart, RegressionPart, UnsteadyPart};
use super::{MOST_LISTED, percent};
use crate::graph::OpId;
use crate::history::earlier::Earlier;
use std::cmp::Reverse;
use std::collections::HashSet;

/// Earlier runs that an operation must have succeeded in before anything is said of it.
const FEWEST: usize = 3;

/// A variation below this is what machines do.
const STEADY_PERCENT: f64 = 25.0;

/// The part of a run's time, in percent, below which a difference is not worth a word.
const MATTERS_PERCENT: u64 = 1;

/// The comparison; nothing without earlier runs.
pub fn compare(
    seen: &Seen,
    duration_ms: u64,
    critical: &HashSet<OpId>,
    earlier: &[Earlier],
) -> Option<PastPart> {
    if earlier.is_empty() {
        return None;
    }
    let matters = (duration_ms * MATTERS_PERCENT / 100).max(1);
    let (mut regressions, mut unsteady) = (Vec::new(), Vec::new());
    for (op, state) in (0..).map(OpId).zip(&seen.state.operations) {
        let Some(took_ms) = state.took_ms().filter(|_| !seen.is_monitor(op)) else { continue };
        let name = state.name.to_lowercase();
        let mut samples: Vec<u64> = earlier.iter().filter_map(|run| run.took.get(&name).copied()).collect();
        if samples.len() < FEWEST {
            continue;
        }
        let runs = samples.len();
        samples.sort_unstable();
        let (median_ms, longest_ms) = (median(&samples).unwrap_or(0), samples[runs - 1]);
        if took_ms > longest_ms && took_ms > median_ms + median_ms / 4 && took_ms - median_ms >= matters {
            let (name, critical) = (seen.name(op), critical.contains(&op));
            regressions.push(RegressionPart { name, took_ms, median_ms, longest_ms, runs, critical });
        }
        samples.push(took_ms);
        let (mean, deviation) = spread(&samples);
        if deviation >= matters as f64 && deviation / mean * 100.0 >= STEADY_PERCENT {
            unsteady.push((
                deviation,
                UnsteadyPart {
                    name: seen.name(op),
                    shortest_ms: samples[0].min(took_ms),
                    longest_ms: longest_ms.max(took_ms),
                    mean_ms: mean.round() as u64,
                    deviation_percent: percent(deviation, mean),
                    runs: samples.len(),
                },
            ));
        }
    }
    regressions.sort_by_key(|it| Reverse(it.took_ms - it.median_ms));
    regressions.truncate(MOST_LISTED);
    unsteady.sort_by(|a, b| b.0.total_cmp(&a.0));
    unsteady.truncate(MOST_LISTED);
    let mut whole: Vec<u64> = earlier.iter().filter_map(|run| run.duration_ms).collect();
    whole.sort_unstable();
    let median_ms = median(&whole);
    // A run that kept what another one had done has done less itself.
    let comparable = median_ms.filter(|median| *median > 0 && seen.header.parent.is_none());
    Some(PastPart {
        runs: earlier.len(),
        median_ms,
        change_percent: comparable.map(|median| percent(duration_ms as f64 - median as f64, median as f64)),
        regressions,
        unsteady: unsteady.into_iter().map(|(_, part)| part).collect(),
    })
}

/// The median of sorted numbers; the mean of the two in the middle where there are two.
pub fn median(sorted: &[u64]) -> Option<u64> {
    let (low, high) = (sorted.get((sorted.len().max(1) - 1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some(low + (high - low) / 2)
}

/// The mean and the standard deviation.
fn spread(samples: &[u64]) -> (f64, f64) {
    let count = samples.len().max(1) as f64;
    let mean = samples.iter().map(|it| *it as f64).sum::<f64>() / count;
    let square = samples.iter().map(|it| (*it as f64 - mean).powi(2)).sum::<f64>() / count;
    (mean, square.sqrt())
}
