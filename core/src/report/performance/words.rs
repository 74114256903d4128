//! The figures of a run, and recommendations with the figures that each follows from, in words.

use super::super::plain::{self, change, count, duration};
use super::document::{Performance, RetryPart};
use crate::operation::Order;
use crate::record::PlannedResource;
use std::fmt::Write;

/// Steps of the critical path, attempts, and milliseconds in all that waited for something.
type Waits = (usize, usize, u64);

/// From here on processors have little left for more operations.
const BUSY_PERCENT: u32 = 80;

/// What waited for something, as a sentence.
fn evidence(waits: Waits, what: &str) -> String {
    let (steps, attempts, sum) = waits;
    let on_path = match steps {
        0 => String::new(),
        1 => ", and 1 attempt of the critical path did".to_owned(),
        many => format!(", and {many} attempts of the critical path did"),
    };
    format!("{} waited for {what}, {} in all{on_path}.", count(attempts, "attempt"), duration(sum))
}

pub(super) fn slots(from: u32, to: u32, gain: u64, waits: Waits, processors: Option<u32>) -> String {
    let busy = processors.filter(|percent| *percent >= BUSY_PERCENT).map(|percent| {
        format!(" The processors were in use to {percent} % on average, so operations that compute take longer beside others.")
    });
    format!(
        "With MaxConcurrency {to} instead of {from} this run would have taken {} less: {}{}",
        duration(gain),
        evidence(waits, "a slot"),
        busy.unwrap_or_default()
    )
}

pub(super) fn one_by_one(slots: u32, gain: u64) -> String {
    format!(
        "In the mode Intelligent with MaxConcurrency {slots} this run would have taken {} less: its operations ran one after \
         another, also where none depends on the other.",
        duration(gain)
    )
}

pub(super) fn order(was: &Order, gain: u64) -> String {
    let gain = duration(gain);
    let why = match was {
        Order::Custom { .. } => "with the order of its own, operations that others wait for began late",
        Order::Sequential | Order::Parallel | Order::Intelligent => {
            "it looks ahead, and starts what the longest chain waits for first"
        }
    };
    format!("In the mode Intelligent this run would have taken {gain} less: {why}.")
}

pub(super) fn estimates(known: usize, count: usize, gain: u64) -> String {
    format!(
        "With estimates as its operations really took this run would have taken {} less: {known} of {count} operations \
         had one. Declare Estimate, or run the lab under the same name, so that earlier runs tell.",
        duration(gain)
    )
}

pub(super) fn capacity(resource: &PlannedResource, to: u32, gain: u64, waits: Waits) -> String {
    let (gain, from) = (duration(gain), resource.capacity);
    let name = plain::name(&resource.name);
    if resource.kind == "pool" {
        let waited = evidence(waits, "the pool");
        return format!(
            "With {to} units in the pool '{name}' instead of {from} this run would have taken {gain} less: {waited}"
        );
    }
    let (what, unit) = match resource.kind.as_str() {
        "memory" => ("memory", "MiB"),
        "cpu" => ("processors", "percent"),
        "network" => ("network", "Mbit/s"),
        _ => ("disk", "MB/s"),
    };
    let waited = evidence(waits, "it");
    format!(
        "With a limit of {to} {unit} for {what} instead of {from} this run would have taken {gain} less: {waited}"
    )
}

pub(super) fn lock(resource: &PlannedResource, gain: u64, waits: Waits) -> String {
    let name = plain::name(&resource.name);
    let gain = duration(gain);
    if resource.kind == "conflict" {
        let waited = evidence(waits, "each other");
        return format!("Without the conflict of {name} this run would have taken {gain} less: {waited}");
    }
    let waited = evidence(waits, "it");
    format!("Without the lock '{name}' this run would have taken {gain} less: {waited}")
}

pub(super) fn retries(cost: &RetryPart, gain: u64) -> String {
    format!(
        "If every operation that succeeded had done so at once, this run would have taken {} less: {} failed before another \
         one, and took {} and {} of pauses.",
        duration(gain),
        count(cost.attempts, "attempt"),
        duration(cost.ran_ms),
        duration(cost.paused_ms)
    )
}

pub(super) fn backoff(cost: &RetryPart, gain: u64) -> String {
    format!(
        "Without pauses between attempts this run would have taken {} less: {}, {} in all.",
        duration(gain),
        count(cost.attempts, "pause"),
        duration(cost.paused_ms)
    )
}

pub(super) fn halved(name: &str, ran: u64, run: u64, gain: u64) -> String {
    let share = ran.saturating_mul(100) / run.max(1);
    format!(
        "If '{}' took half as long, this run would have taken {} less: it ran for {} on the critical path, which is {share} % \
         of the run.",
        plain::name(name),
        duration(gain),
        duration(ran)
    )
}

/// How well a run used its time, in whole sentences.
pub(super) fn summary(performance: &Performance) -> String {
    let Performance { average_concurrency, parallel_efficiency_percent, critical_share_percent, .. } =
        performance;
    let mut text = format!(
        "The average number of operations running at the same time was {average_concurrency}, which is \
         {parallel_efficiency_percent} % of all slots. For {critical_share_percent} % of the time an attempt of the critical path ran. The longest chain of \
         dependencies takes {}, and with these slots no order takes less than {}.",
        duration(performance.longest_chain_ms),
        duration(performance.lower_bound_ms)
    );
    if let Some(retries) = &performance.retries {
        let _ = write!(
            text,
            " {} failed before another one: {} and {} of pauses.",
            count(retries.attempts, "attempt"),
            duration(retries.ran_ms),
            duration(retries.paused_ms)
        );
    }
    if let Some((past, median)) = performance.past.as_ref().and_then(|past| Some((past, past.median_ms?))) {
        let by = past.change_percent.map_or_else(String::new, |_| {
            format!(
                ", so this one is {}",
                change(performance.duration_ms as f64 - median as f64, median as f64)
            )
        });
        let _ =
            write!(text, " Of {} the median is {}{by}.", count(past.runs, "earlier run"), duration(median));
    }
    if let Some(prediction) = &performance.prediction {
        let by = prediction.change_percent;
        let _ = write!(text, " Expected were {}: {by:+} %.", duration(prediction.predicted_ms));
    }
    text
}
