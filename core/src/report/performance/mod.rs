//! The performance of a run: how well it used its slots, what it waited for, how it compares with earlier runs and with what
//! was expected, and what would have made it shorter.
//!
//! | question | file |
//! |--|--|
//! | what is said of it | [`document`] |
//! | how well were the slots used, and how short could it have been | [`efficiency`] |
//! | what took longer than in earlier runs, and what varies | [`past`] |
//! | was it as expected | [`prediction`] |
//! | how does it go once more | [`recorded`], with one [`change`], and with [`lags`] of its own |
//! | which change would have gained something | [`advise`], in [`words`] |

pub mod advise;
pub mod change;
pub mod document;
pub mod efficiency;
mod lags;
pub mod past;
pub mod prediction;
pub mod recorded;
mod words;

#[cfg(test)]
mod tests;

pub use document::Performance;

use super::critical::{self, Step};
use super::seen::Seen;
use super::waits::{self, Cause, Waited};
use crate::error::Fault;
use crate::graph::OpId;
use crate::history::earlier::{self, Earlier};
use crate::history::open;
use crate::record::Record;
use crate::record::disk::Files;
use document::{CausePart, RetryPart, SlowPart};
use recorded::Recorded;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Operations of a list, at most.
pub(super) const MOST_LISTED: usize = 10;

/// The performance of the run in a folder or an archive.
///
/// # Errors
/// [`Code::UnknownRun`](crate::error::Code::UnknownRun) when there is none that can be read.
pub fn at(place: &Path) -> Result<Performance, Fault> {
    open::with(place, |record, _| of(&Seen::read(record), &earlier(place, record)))
}

/// The runs of the lab before one, as far as their folders lie beside its own. An archive has none beside it.
pub fn earlier(place: &Path, record: &Record<'_>) -> Vec<Earlier> {
    let root = if place.is_file() { None } else { place.parent() };
    root.map(|root| earlier::before(&Files, root, record.header())).unwrap_or_default()
}

/// The performance of a run, beside the runs of its lab before it.
pub fn of(seen: &Seen, earlier: &[Earlier]) -> Performance {
    let waited = waits::waits(seen);
    let path = critical::path(seen, &waited);
    measure(seen, &waited, &path, earlier)
}

fn measure(seen: &Seen, waited: &[Waited], path: &[Step], earlier: &[Earlier]) -> Performance {
    let duration_ms = seen.end.saturating_sub(efficiency::suspended_ms(seen));
    let (longest_chain_ms, lower_bound_ms) = efficiency::bounds(seen);
    let attempts = &seen.timeline.attempts;
    let critical: HashSet<OpId> = path.iter().map(|step| attempts[step.attempt].op).collect();
    let ran = |it: &super::timeline::Attempt| {
        it.done().map_or(seen.end, |done| done.at).saturating_sub(it.begun.at)
    };
    let busy: u64 = attempts.iter().filter(|it| !seen.is_monitor(it.op)).map(ran).sum();
    let critical_ms: u64 = path.iter().map(|step| step.to.saturating_sub(step.from)).sum();
    let concurrency = if duration_ms == 0 { 0.0 } else { busy as f64 / duration_ms as f64 };
    let (prediction, advice) = match Recorded::of(seen, waited) {
        Ok(recorded) => {
            (prediction::compare(seen, &recorded, duration_ms), advise::advise(seen, waited, path, &recorded))
        }
        Err(why) => (None, Err(why)),
    };
    let (recommendations, not_rehearsed) = match advice {
        Ok(recommendations) => (recommendations, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let mut performance = Performance {
        summary: String::new(),
        duration_ms,
        average_concurrency: (concurrency * 100.0).round() / 100.0,
        parallel_efficiency_percent: percent(concurrency, f64::from(seen.slots())).min(100.0),
        longest_chain_ms,
        lower_bound_ms,
        critical_share_percent: percent(critical_ms as f64, duration_ms as f64).min(100.0),
        waits: by_cause(waited),
        retries: retries(seen),
        slowest: slowest(seen, duration_ms, &critical),
        past: past::compare(seen, duration_ms, &critical, earlier),
        prediction,
        recommendations,
        not_rehearsed,
    };
    performance.summary = words::summary(&performance);
    performance
}

/// A part of something in percent, with one decimal.
pub(super) fn percent(part: f64, whole: f64) -> f64 {
    let percent = (part * 1_000.0 / whole).round() / 10.0;
    if percent.is_finite() { percent } else { 0.0 }
}

fn by_cause(waited: &[Waited]) -> Vec<CausePart> {
    let mut sums: BTreeMap<Cause, (u64, usize)> = BTreeMap::new();
    for waited in waited {
        let mut known = HashSet::new();
        for wait in &waited.parts {
            let sum = sums.entry(wait.cause).or_default();
            // One that waited for two locks has waited for locks once.
            *sum = (sum.0 + wait.ms, sum.1 + usize::from(known.insert(wait.cause)));
        }
    }
    let part = |(cause, (ms, attempts))| CausePart { cause, ms, attempts };
    let mut parts: Vec<CausePart> = sums.into_iter().map(part).collect();
    parts.sort_by_key(|part| Reverse(part.ms));
    parts
}

/// What attempts have cost that failed, and that another one followed.
pub(super) fn retries(seen: &Seen) -> Option<RetryPart> {
    let attempts = &seen.timeline.attempts;
    let mut cost = RetryPart { attempts: 0, ran_ms: 0, paused_ms: 0 };
    for (earlier, next) in waits::predecessors(attempts).iter().zip(attempts) {
        let Some(earlier) = earlier.map(|place| &attempts[place]) else { continue };
        if earlier.was_restarted() {
            continue;
        }
        let ended = earlier.ended.map_or(next.begun.at, |ended| ended.at.min(next.begun.at));
        cost.attempts += 1;
        cost.ran_ms += ended.saturating_sub(earlier.begun.at);
        cost.paused_ms += earlier.delay_ms.unwrap_or(0).min(next.begun.at - ended);
    }
    (cost.attempts > 0).then_some(cost)
}

fn slowest(seen: &Seen, duration_ms: u64, critical: &HashSet<OpId>) -> Vec<SlowPart> {
    let mut busy: BTreeMap<OpId, (u64, u32)> = BTreeMap::new();
    for attempt in seen.timeline.attempts.iter().filter(|it| !seen.is_monitor(it.op)) {
        let ran = attempt.done().map_or(seen.end, |done| done.at).saturating_sub(attempt.begun.at);
        let of = busy.entry(attempt.op).or_default();
        *of = (of.0 + ran, of.1.max(attempt.number));
    }
    let mut busy: Vec<(OpId, (u64, u32))> = busy.into_iter().filter(|(_, (ms, _))| *ms > 0).collect();
    busy.sort_by_key(|(op, (ms, _))| (Reverse(*ms), *op));
    let part = |(op, (busy_ms, attempts))| SlowPart {
        name: seen.name(op),
        busy_ms,
        share_percent: percent(busy_ms as f64, duration_ms as f64),
        attempts,
        critical: critical.contains(&op),
    };
    busy.into_iter().take(MOST_LISTED).map(part).collect()
}
