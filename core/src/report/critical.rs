//! The critical path as it was: the chain of attempts that decided how long a run took, each held up by the one before.
//!
//! It is followed from the end to the beginning. What an attempt began after is the attempt before it after its pause,
//! what gave back the slot or the resource that it waited for last, or the dependency that ended last. Together with the
//! pauses between them the attempts of the path cover the run from its start to its end, without a gap or an overlap.

use super::seen::Seen;
use super::timeline::{Attempt, Moment};
use super::waits::{Cause, Waited, led_by, predecessors};
use serde::Serialize;
use std::collections::HashMap;

/// Why an attempt of the path did not begin earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// It could begin with the run.
    Start,
    /// It depends on the one before it.
    Dependency,
    /// The one before it gave back a slot, and all were taken.
    Slot,
    /// The one before it gave back what it takes of a resource.
    Resource,
    /// The one before it held a lock, or conflicts with it.
    Lock,
    /// It is the next attempt of the same operation.
    Retry,
}

/// One attempt of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The attempt's place.
    pub attempt: usize,
    /// Why it did not begin earlier.
    pub link: Link,
    /// The place of the resource that the link is about.
    pub resource: Option<u32>,
    /// Milliseconds between the end of the one before it, or the run's start, and its begin.
    pub gap_ms: u64,
    /// When it began.
    pub from: u64,
    /// When the next one could go on because of it.
    pub to: u64,
}

/// The path, the first attempt first.
pub fn path(seen: &Seen, waited: &[Waited]) -> Vec<Step> {
    let attempts = &seen.timeline.attempts;
    let before = predecessors(attempts);
    let releases = Releases::of(seen);
    let counts = |it: &Attempt| !seen.is_monitor(it.op);
    let last = attempts
        .iter()
        .enumerate()
        .filter(|(_, it)| counts(it))
        .max_by_key(|(_, it)| (end(seen, it), it.begun));
    let mut steps = Vec::new();
    let mut next = last.map(|(place, it)| (place, end(seen, it).at));
    while let Some((place, to)) = next {
        let attempt = &attempts[place];
        let found = binding(seen, place, &waited[place], before[place], &releases);
        let (link, resource, from) = match found {
            Some(Binding { link, resource, at, .. }) => (link, resource, at),
            None => (Link::Start, None, 0),
        };
        let begun = attempt.begun.at;
        steps.push(Step {
            attempt: place,
            link,
            resource,
            gap_ms: begun.saturating_sub(from),
            from: begun,
            to,
        });
        next = found.map(|found| (found.attempt, found.at));
    }
    steps.reverse();
    steps
}

/// When an attempt had what others wait for; a service that never was ready, and what has not ended, at the run's end.
fn end(seen: &Seen, attempt: &Attempt) -> Moment {
    attempt.done().unwrap_or(Moment { at: seen.end, seq: u64::MAX })
}

struct Binding {
    attempt: usize,
    link: Link,
    resource: Option<u32>,
    /// When the one before let it go on.
    at: u64,
}

fn binding(
    seen: &Seen,
    place: usize,
    waited: &Waited,
    before: Option<usize>,
    releases: &Releases,
) -> Option<Binding> {
    let attempt = &seen.timeline.attempts[place];
    let pause: u64 = waited.parts.iter().filter(|part| part.cause == Cause::Retry).map(|part| part.ms).sum();
    let released = waited.parts.iter().filter_map(|wait| {
        let link = match wait.cause {
            Cause::Slot => Link::Slot,
            Cause::Lock => Link::Lock,
            Cause::Resource => Link::Resource,
            Cause::Retry | Cause::Check | Cause::Suspended | Cause::Other => return None,
        };
        let (at, by) = releases.last_before(wait.resource, attempt.begun)?;
        // What was given back earlier than it could have been taken is not what it waited for.
        let was_waited_for = at.at > waited.ready.at + pause && by != place;
        was_waited_for.then_some(Binding { attempt: by, link, resource: wait.resource, at: at.at })
    });
    let released = released.max_by_key(|binding| binding.at);
    released.or_else(|| {
        let (by, link) = match before {
            Some(earlier) => (earlier, Link::Retry),
            None => (led_by(seen, attempt)?, Link::Dependency),
        };
        let earlier = &seen.timeline.attempts[by];
        let at = if link == Link::Retry { earlier.ended } else { earlier.done() };
        let at = at.filter(|at| *at <= attempt.begun)?;
        (earlier.begun < attempt.begun).then_some(Binding { attempt: by, link, resource: None, at: at.at })
    })
}

/// Who gave back slots and resources, and when, in the order of time.
struct Releases {
    slots: Vec<(Moment, usize)>,
    resources: HashMap<u32, Vec<(Moment, usize)>>,
}

impl Releases {
    fn of(seen: &Seen) -> Self {
        let (mut slots, mut resources) = (Vec::new(), HashMap::<u32, Vec<(Moment, usize)>>::new());
        for (place, attempt) in seen.timeline.attempts.iter().enumerate() {
            if let Some(at) = attempt.slot_free()
                && !seen.is_monitor(attempt.op)
            {
                slots.push((at, place));
            }
            if let Some(at) = attempt.all_free() {
                for (resource, _) in seen.planned(attempt.op).map_or(&[][..], |planned| &planned.needs) {
                    resources.entry(*resource).or_default().push((at, place));
                }
            }
        }
        slots.sort_unstable();
        resources.values_mut().for_each(|releases| releases.sort_unstable());
        Self { slots, resources }
    }

    fn last_before(&self, resource: Option<u32>, moment: Moment) -> Option<(Moment, usize)> {
        let all = match resource {
            Some(resource) => self.resources.get(&resource)?,
            None => &self.slots,
        };
        all[..all.partition_point(|(at, _)| *at < moment)].last().copied()
    }
}
