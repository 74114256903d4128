//! How long each attempt waited although all it depends on had come to its end, and for what.
//!
//! Every millisecond of a wait has one cause. A pause before another attempt comes first, then the check whether an
//! operation has to run at all; after that the suspension of the whole run; then a slot, when all were taken; then the
//! resource that had too little left. What remains has causes that a record does not have: a worker that was being opened,
//! a resource that was kept for another operation that had waited long, the limits of the machine itself.

use super::seen::Seen;
use super::timeline::{Attempt, Moment};
use super::usage::{self, Lack};
use crate::graph::OpId;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Why something waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The pause before another attempt.
    Retry,
    /// It was being checked whether it has to run.
    Check,
    /// The run was suspended, so that nothing was started.
    Suspended,
    /// All slots were taken.
    Slot,
    /// Too little was left of a pool, or of memory, processors, network or disk.
    Resource,
    /// Another operation held a lock, or ran that conflicts with it.
    Lock,
    /// The record does not say: a worker was being opened, or the machine itself was at its limit.
    Other,
}

/// A part of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Why.
    pub cause: Cause,
    /// The place of the resource that it is about.
    pub resource: Option<u32>,
    /// Milliseconds.
    pub ms: u64,
}

/// What an attempt waited for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waited {
    /// When all that it depends on had come to its end, or the attempt before it.
    pub ready: Moment,
    /// The parts of the wait, which add up to the time from `ready` to its begin.
    pub parts: Vec<Wait>,
    /// Milliseconds right before its begin in which nothing that the record knows of was in its way.
    pub idle_ms: u64,
}

impl Waited {
    /// Milliseconds in all.
    pub fn ms(&self) -> u64 {
        self.parts.iter().map(|part| part.ms).sum()
    }
}

/// The waits of all attempts, in their order.
pub fn waits(seen: &Seen) -> Vec<Waited> {
    let attempts = &seen.timeline.attempts;
    let before = predecessors(attempts);
    let full = Lack::of(&usage::slots(seen), 1);
    let suspended = &seen.timeline.suspended;
    let paused = Lack::within(suspended.iter().map(|(from, to)| (*from, to.unwrap_or(seen.end))));
    let blocked = full.or(&paused, seen.end);
    let without_pauses = apart(&full, &paused, seen.end);
    let mut waited: Vec<Waited> =
        attempts.iter().zip(&before).map(|(it, before)| first_part(seen, it, *before)).collect();
    let rest = |waited: &Waited, begun: u64| {
        let from = waited.ready.at + waited.ms();
        (from < begun).then_some(from)
    };
    // Those that need the same are looked at together, so that when it was lacking is computed once.
    let mut classes: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    let mut lacking: HashMap<usize, Vec<(u32, u64)>> = HashMap::new();
    // Until when something was in the way of an attempt.
    let mut held: HashMap<usize, u64> = HashMap::new();
    for (place, attempt) in
        attempts.iter().enumerate().filter(|(place, it)| rest(&waited[*place], it.begun.at).is_some())
    {
        for need in seen.planned(attempt.op).map_or(&[][..], |planned| &planned.needs) {
            classes.entry(*need).or_default().push(place);
        }
    }
    let mut curve = None;
    for ((resource, amount), places) in classes {
        if curve.as_ref().is_none_or(|(of, _)| *of != resource) {
            curve = Some((resource, usage::resource(seen, resource)));
        }
        let Some((_, Some(curve))) = &curve else { continue };
        let lack = Lack::of(curve, amount);
        let without_slots = apart(&lack, &blocked, seen.end);
        for place in places {
            let begun = attempts[place].begun.at;
            let Some(from) = rest(&waited[place], begun) else { continue };
            let ms = without_slots.between(from, begun);
            if ms > 0 {
                lacking.entry(place).or_default().push((resource, ms));
            }
            let until = held.entry(place).or_default();
            *until = (*until).max(lack.lasted_until(begun));
        }
    }
    for (place, attempt) in attempts.iter().enumerate() {
        let begun = attempt.begun.at;
        let Some(from) = rest(&waited[place], begun) else { continue };
        let is_monitor = seen.is_monitor(attempt.op);
        let until = [&paused, &full].map(|it| it.lasted_until(begun));
        let until = if is_monitor { until[0] } else { until[0].max(until[1]) };
        let until = until.max(held.remove(&place).unwrap_or(0));
        waited[place].idle_ms = begun - from.max(until);
        let mut left = begun - from;
        let mut add = |cause, resource, ms: u64| {
            let ms = ms.min(left);
            left -= ms;
            if ms > 0 {
                waited[place].parts.push(Wait { cause, resource, ms });
            }
        };
        add(Cause::Suspended, None, paused.between(from, begun));
        if !is_monitor {
            add(Cause::Slot, None, without_pauses.between(from, begun));
        }
        let mut resources = lacking.remove(&place).unwrap_or_default();
        resources.sort_by_key(|(_, ms)| std::cmp::Reverse(*ms));
        for (resource, ms) in resources {
            add(cause_of(seen, resource), Some(resource), ms);
        }
        add(Cause::Other, None, u64::MAX);
    }
    waited
}

/// For how long something was lacking while something else was not, up to any moment.
struct Apart {
    marks: Vec<(u64, u64, u64)>,
}

impl Apart {
    fn until(&self, at: u64) -> u64 {
        let place = self.marks.partition_point(|(from, ..)| *from <= at);
        let Some(&(from, to, sum)) = place.checked_sub(1).and_then(|last| self.marks.get(last)) else {
            return 0;
        };
        sum + (at.min(to) - from)
    }

    fn between(&self, from: u64, to: u64) -> u64 {
        self.until(to).saturating_sub(self.until(from))
    }
}

/// When one lasts and the other does not. Both are walked through once.
fn apart(lack: &Lack, full: &Lack, end: u64) -> Apart {
    let mut marks = Vec::new();
    let mut sum = 0;
    let mut add = |from: u64, to: u64| {
        if from < to {
            marks.push((from, to, sum));
            sum += to - from;
        }
    };
    let mut blocked = full.spans(end).peekable();
    for (mut from, to) in lack.spans(end) {
        while let Some(&(full_from, full_to)) = blocked.peek() {
            if full_from >= to {
                break;
            }
            add(from, full_from.max(from));
            from = from.max(full_to);
            if full_to > to {
                break;
            }
            blocked.next();
        }
        add(from, to);
    }
    Apart { marks }
}

fn cause_of(seen: &Seen, resource: u32) -> Cause {
    match seen.plan.resources.get(resource as usize).map(|it| it.kind.as_str()) {
        Some("lock" | "conflict") => Cause::Lock,
        _ => Cause::Resource,
    }
}

/// The attempt of the same operation before each one.
pub fn predecessors(attempts: &[Attempt]) -> Vec<Option<usize>> {
    let mut last: HashMap<OpId, usize> = HashMap::new();
    attempts.iter().enumerate().map(|(place, attempt)| last.insert(attempt.op, place)).collect()
}

/// Until when something other than a slot or a resource was in the way.
fn first_part(seen: &Seen, attempt: &Attempt, before: Option<usize>) -> Waited {
    let begun = attempt.begun;
    let mut parts = Vec::new();
    let mut add = |cause, ms| {
        if ms > 0 {
            parts.push(Wait { cause, resource: None, ms });
        }
    };
    let ready = match before.map(|place| &seen.timeline.attempts[place]) {
        Some(earlier) => {
            let ended = earlier.ended.unwrap_or(begun).min(begun);
            add(Cause::Retry, earlier.delay_ms.unwrap_or(0).min(begun.at - ended.at));
            ended
        }
        None => {
            let ready = ready(seen, attempt).min(begun);
            let due = seen.timeline.due.get(&attempt.op).map_or(0, |due| due.at.saturating_sub(ready.at));
            add(Cause::Check, due.min(begun.at - ready.at));
            ready
        }
    };
    Waited { ready, parts, idle_ms: 0 }
}

/// When all that an operation depends on had come to its end. Compensations run as their rollback has them.
fn ready(seen: &Seen, attempt: &Attempt) -> Moment {
    let Some(planned) = seen.planned(attempt.op) else { return Moment::default() };
    if planned.compensates.is_some() {
        let began = seen.timeline.undone_for.map_or(attempt.begun, |(_, began)| began);
        let last = led_by(seen, attempt).and_then(|place| seen.timeline.attempts[place].ended);
        return last.map_or(began, |ended| ended.max(began));
    }
    planned.after.iter().filter_map(|op| seen.settled(*op)).max().unwrap_or_default()
}

/// Of the attempts that an attempt had to wait for by the plan, the one that ended last.
pub fn led_by(seen: &Seen, attempt: &Attempt) -> Option<usize> {
    let planned = seen.planned(attempt.op)?;
    let attempts = &seen.timeline.attempts;
    if planned.compensates.is_some() {
        let is_undo = |it: &Attempt| seen.planned(it.op).is_some_and(|planned| planned.compensates.is_some());
        let undone = attempts.iter().enumerate().filter(|(_, it)| it.op != attempt.op && is_undo(it));
        let ended = undone.filter_map(|(place, it)| Some((it.ended?, place)));
        let last = ended.filter(|(ended, _)| *ended <= attempt.begun).max();
        let failed = || seen.timeline.undone_for.and_then(|(op, _)| seen.timeline.last_of(op));
        return last.map(|(_, place)| place).or_else(failed);
    }
    let mut latest: Option<(Moment, usize)> = None;
    let mut known: HashSet<OpId> = planned.after.iter().copied().collect();
    let mut to_look_at = planned.after.clone();
    while let Some(op) = to_look_at.pop() {
        match seen.timeline.last_of(op) {
            Some(place) => {
                let done = attempts[place].done().filter(|done| *done <= attempt.begun);
                latest = latest.max(done.map(|done| (done, place)));
            }
            // What never began was settled by what it depends on itself.
            None => {
                let before = seen.planned(op).into_iter().flat_map(|planned| &planned.after);
                to_look_at.extend(before.filter(|op| known.insert(**op)));
            }
        }
    }
    latest.map(|(_, place)| place)
}
