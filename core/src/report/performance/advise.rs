//! Which one change would have made a run shorter: each candidate is tried in a rehearsal of the run, and only what gains
//! enough there is recommended.
//!
//! A candidate is tried where something of the critical path speaks for it. Of a number - slots, units of a pool, a limit -
//! first as much as could ever be used is tried, and then the smallest one is looked for that has most of that gain.

use super::super::critical::{Link, Step};
use super::super::seen::Seen;
use super::super::waits::{Cause, Waited};
use super::change::Change;
use super::document::{Kind, Recommendation};
use super::efficiency;
use super::percent;
use super::recorded::Recorded;
use super::words;
use crate::forecast::Rehearsal;
use crate::graph::OpId;
use crate::operation::Order;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A gain below this part of the run, in percent, is not worth a change.
pub const LEAST_PERCENT: u64 = 5;

/// Nor is one below this, in milliseconds: machines are not steadier.
const LEAST_MS: u64 = 100;

/// The part of the greatest gain, in percent, that the smallest number must have.
const MOST_OF_GAIN: u64 = 80;

/// How far the rehearsal of an unchanged run may be from the run, in percent.
const TRUE_TO_PERCENT: u64 = 5;

/// Single operations that are recommended to be made faster, at most.
const MOST_SLOW: usize = 3;

/// Operations that may be rehearsed in all for one report: reading it must not wait for long.
const MOST_WORK: usize = 40_000;

/// The fewest and the most rehearsals.
const REHEARSALS: (usize, usize) = (6, 60);

/// A run with more operations than this is not rehearsed.
const LARGEST: usize = 20_000;

/// What is recommended, the greatest gain first.
///
/// # Errors
/// Why the run could not be rehearsed, as a whole sentence.
pub fn advise(
    seen: &Seen,
    waited: &[Waited],
    path: &[Step],
    recorded: &Recorded,
) -> Result<Vec<Recommendation>, String> {
    if recorded.count() > LARGEST {
        return Err(format!(
            "The run has {} operations, and those with more than {LARGEST} are not rehearsed, so nothing is recommended.",
            recorded.count()
        ));
    }
    let unknown =
        || "The record does not say enough to rehearse the run, so nothing is recommended.".to_owned();
    let unchanged = recorded.rehearse(&Change::Nothing).ok_or_else(unknown)?;
    let without_ms = unchanged.makespan;
    let end = seen.timeline.attempts.iter().filter(|it| !seen.is_monitor(it.op));
    let end = end.filter_map(|it| Some(it.done()?.at)).chain(seen.timeline.settled.values().map(|it| it.at));
    let end = end.max().unwrap_or(0);
    let shortest = end.saturating_sub(efficiency::suspended_ms(seen));
    let room = (end * TRUE_TO_PERCENT / 100).max(LEAST_MS);
    if without_ms + room < shortest || without_ms > end + room {
        return Err(format!(
            "The run took {}, and its rehearsal takes {}: something decided the time that the record does not have, such as \
             the load of the machine, so nothing is recommended.",
            super::super::plain::duration(end),
            super::super::plain::duration(without_ms)
        ));
    }
    let (fewest, most) = REHEARSALS;
    let left = (MOST_WORK / recorded.count().max(1)).clamp(fewest, most);
    let mut adviser =
        Adviser { seen, waited, path, recorded, unchanged, without_ms, left, found: Vec::new() };
    adviser.slots();
    adviser.order();
    adviser.resources();
    adviser.retries();
    adviser.slow();
    let mut found = adviser.found;
    found.sort_by_key(|it| (Reverse(it.gain_ms), it.kind));
    Ok(found)
}

struct Adviser<'a> {
    seen: &'a Seen,
    waited: &'a [Waited],
    path: &'a [Step],
    recorded: &'a Recorded,
    unchanged: Rehearsal,
    without_ms: u64,
    /// Rehearsals that may still be made.
    left: usize,
    found: Vec<Recommendation>,
}

/// A number that can be raised.
struct Number {
    from: u32,
    most: u32,
    /// Values between two that are tried.
    step: u32,
}

impl Adviser<'_> {
    /// How long the run takes with a change, and how many slots it takes; nothing when that cannot be known, when
    /// operations end otherwise then, or when no more may be tried.
    fn with(&mut self, change: &Change) -> Option<(u64, u32)> {
        self.left = self.left.checked_sub(1)?;
        let rehearsal = self.recorded.rehearse(change)?;
        let pairs = rehearsal.intervals.iter().zip(&self.unchanged.intervals);
        let mut pairs = pairs.map(|(with, without)| (with.status, without.status));
        let same = pairs.all(|(with, without)| with == without);
        same.then_some((rehearsal.makespan, rehearsal.peak_slots))
    }

    /// The gain of a run that takes so long, if it is worth a change.
    fn gain(&self, with_ms: u64) -> Option<u64> {
        let gain = self.without_ms.checked_sub(with_ms)?;
        (gain >= LEAST_MS && gain * 100 >= self.without_ms * LEAST_PERCENT).then_some(gain)
    }

    fn add(
        &mut self,
        (kind, on): (Kind, Option<String>),
        (from, to): (Option<u64>, Option<u64>),
        with_ms: u64,
        message: impl FnOnce(u64) -> String,
    ) {
        let Some(gain_ms) = self.gain(with_ms) else { return };
        self.found.push(Recommendation {
            kind,
            on,
            from,
            to,
            message: message(gain_ms),
            gain_ms,
            gain_percent: percent(gain_ms as f64, self.without_ms as f64),
            with_ms,
            without_ms: self.without_ms,
        });
    }

    /// The smallest number that has most of what the greatest gains, and how long the run takes then.
    fn smallest(&mut self, number: &Number, change: impl Fn(u32) -> Change) -> Option<(u32, u64)> {
        let Number { from, most, step } = *number;
        if most <= from {
            return None;
        }
        let (best_ms, peak) = self.with(&change(most))?;
        let best = self.gain(best_ms)?;
        let enough = |gain: Option<u64>| gain.is_some_and(|gain| gain * 100 >= best * MOST_OF_GAIN);
        let mut found = (most, best_ms);
        // Of slots no more are of use than were taken.
        let is_slots = matches!(change(most), Change::Slots(_) | Change::Wide(_));
        let most = if is_slots { most.min(peak.max(from + 1)) } else { most };
        let (mut low, mut high) = (0, (most - from).div_ceil(step));
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            let tried = (from + middle * step).min(most);
            let Some((with_ms, _)) = self.with(&change(tried)) else { break };
            if enough(self.gain(with_ms)) {
                (high, found) = (middle, (tried, with_ms));
            } else {
                low = middle;
            }
        }
        if found.0 > most {
            let (with_ms, _) = self.with(&change(most))?;
            if enough(self.gain(with_ms)) {
                found = (most, with_ms);
            }
        }
        Some(found)
    }

    /// How many steps of the critical path waited for something, and how many attempts did for how long in all.
    fn waited_for(&self, cause: Cause, resource: Option<u32>, link: Link) -> (usize, usize, u64) {
        let steps = self.path.iter().filter(|step| step.link == link && step.resource == resource).count();
        let waits = self.waited.iter().flat_map(|waited| &waited.parts);
        let (mut attempts, mut sum) = (0, 0);
        for wait in waits.filter(|wait| wait.cause == cause && wait.resource == resource) {
            (attempts, sum) = (attempts + 1, sum + wait.ms);
        }
        (steps, attempts, sum)
    }

    /// Whether that may be worth a try: without any wait for it there is nothing to gain.
    fn is_worth_a_try(&self, sum: u64) -> bool {
        self.gain(self.without_ms.saturating_sub(sum)).is_some()
    }

    fn slots(&mut self) {
        let waits = self.waited_for(Cause::Slot, None, Link::Slot);
        if *self.recorded.order() == Order::Sequential || !self.is_worth_a_try(waits.2) {
            return;
        }
        let from = self.seen.slots();
        let most = u32::try_from(self.recorded.count()).unwrap_or(u32::MAX);
        if let Some((to, with_ms)) = self.smallest(&Number { from, most, step: 1 }, Change::Slots) {
            let processors = efficiency::processors_percent(self.seen);
            self.add((Kind::MaxConcurrency, None), (Some(from.into()), Some(to.into())), with_ms, |gain| {
                words::slots(from, to, gain, waits, processors)
            });
        }
    }

    fn order(&mut self) {
        let was = self.recorded.order().clone();
        if was == Order::Intelligent {
            let Some((with_ms, _)) = self.with(&Change::Estimates) else { return };
            let count = self.recorded.count();
            let known =
                (0..).map(OpId).take(count).filter(|op| self.recorded.estimate(*op).is_some()).count();
            return self.add((Kind::Estimates, None), (None, None), with_ms, |gain| {
                words::estimates(known, count, gain)
            });
        }
        if was == Order::Sequential {
            let most = u32::try_from(self.recorded.count()).unwrap_or(u32::MAX);
            let found = self.smallest(&Number { from: 1, most, step: 1 }, Change::Wide);
            let Some((slots, with_ms)) = found else { return };
            return self.add((Kind::Order, None), (Some(1), Some(slots.into())), with_ms, |gain| {
                words::one_by_one(slots, gain)
            });
        }
        let Some((with_ms, _)) = self.with(&Change::Order(Order::Intelligent)) else { return };
        self.add((Kind::Order, None), (None, None), with_ms, |gain| words::order(&was, gain));
    }

    fn resources(&mut self) {
        let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
        for wait in self.waited.iter().flat_map(|waited| &waited.parts) {
            if let Some(resource) = wait.resource {
                *sums.entry(resource).or_default() += wait.ms;
            }
        }
        let mut by_sum: Vec<(u32, u64)> = sums.into_iter().collect();
        by_sum.sort_by_key(|(resource, sum)| (Reverse(*sum), *resource));
        for (resource, sum) in by_sum {
            if self.is_worth_a_try(sum) {
                self.resource(resource);
            }
        }
    }

    fn resource(&mut self, place: u32) {
        let Some(resource) = self.seen.plan.resources.get(place as usize).cloned() else { return };
        let what = |name: &str| Some(name.to_owned());
        if matches!(resource.kind.as_str(), "lock" | "conflict") {
            let waits = self.waited_for(Cause::Lock, Some(place), Link::Lock);
            let Some((with_ms, _)) = self.with(&Change::Without(place)) else { return };
            return self.add((Kind::Lock, what(&resource.name)), (None, None), with_ms, |gain| {
                words::lock(&resource, gain, waits)
            });
        }
        let waits = self.waited_for(Cause::Resource, Some(place), Link::Resource);
        let highest = if resource.kind == "cpu" { 100 } else { u64::from(crate::plan::MAX_AMOUNT as u32) };
        let from = resource.capacity;
        let most = u32::try_from(self.recorded.demand(place).min(highest)).unwrap_or(u32::MAX);
        // Units of a pool are few; of memory a step of a thirty-second part is fine enough.
        let step = if resource.kind == "pool" { 1 } else { (most.saturating_sub(from) / 32).max(1) };
        let found = self.smallest(&Number { from, most, step }, |to| Change::Capacity(place, to));
        if let Some((to, with_ms)) = found {
            let kind = if resource.kind == "pool" { Kind::Pool } else { Kind::Limit };
            self.add((kind, what(&resource.name)), (Some(from.into()), Some(to.into())), with_ms, |gain| {
                words::capacity(&resource, to, gain, waits)
            });
        }
    }

    fn retries(&mut self) {
        let Some(cost) = super::retries(self.seen) else { return };
        if self.is_worth_a_try(cost.ran_ms + cost.paused_ms)
            && let Some((with_ms, _)) = self.with(&Change::FirstTry)
        {
            self.add((Kind::Retries, None), (None, None), with_ms, |gain| words::retries(&cost, gain));
        }
        if self.is_worth_a_try(cost.paused_ms)
            && let Some((with_ms, _)) = self.with(&Change::NoPauses)
        {
            self.add((Kind::Backoff, None), (None, None), with_ms, |gain| words::backoff(&cost, gain));
        }
    }

    fn slow(&mut self) {
        let attempts = &self.seen.timeline.attempts;
        let mut ran: BTreeMap<OpId, u64> = BTreeMap::new();
        for step in self.path {
            *ran.entry(attempts[step.attempt].op).or_default() += step.to.saturating_sub(step.from);
        }
        let mut ran: Vec<(OpId, u64)> = ran.into_iter().collect();
        ran.sort_by_key(|(op, ms)| (Reverse(*ms), *op));
        for (op, ms) in ran.into_iter().take(MOST_SLOW) {
            if !self.is_worth_a_try(ms / 2) || self.seen.is_monitor(op) {
                break;
            }
            let Some((with_ms, _)) = self.with(&Change::Halved(op)) else { return };
            let (name, duration) = (self.seen.name(op), self.without_ms);
            self.add((Kind::Duration, Some(name.clone())), (Some(ms), Some(ms / 2)), with_ms, |gain| {
                words::halved(&name, ms, duration, gain)
            });
        }
    }
}
