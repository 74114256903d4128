//! How well a run used its slots, and how short it could have been.

use super::super::seen::Seen;
use super::super::timeline::Attempt;
use crate::graph::{Graph, OpId};

/// Milliseconds in which nothing was started because the run was suspended.
pub fn suspended_ms(seen: &Seen) -> u64 {
    let spans = seen.timeline.suspended.iter();
    spans.map(|(from, to)| to.unwrap_or(seen.end).saturating_sub(*from)).sum()
}

/// How much of the processors was in use on average, in percent; nothing where that was not measured.
pub fn processors_percent(seen: &Seen) -> Option<u32> {
    let (mut sum, mut time, mut before) = (0u64, 0u64, 0);
    for used in &seen.used {
        if let Some(percent) = used.cpu_percent {
            sum += u64::from(percent) * (used.at - before);
            time += used.at - before;
        }
        before = used.at;
    }
    sum.checked_div(time).and_then(|percent| u32::try_from(percent).ok())
}

/// Milliseconds that the attempts of each declared operation ran, services until they were ready.
fn busy(seen: &Seen) -> Vec<u64> {
    let mut busy = vec![0u64; seen.state.operations.len()];
    let took = |it: &Attempt| it.done().map_or(seen.end, |done| done.at).saturating_sub(it.begun.at);
    for attempt in seen.timeline.attempts.iter().filter(|it| !seen.is_monitor(it.op)) {
        if let Some(busy) = busy.get_mut(attempt.op.index()) {
            *busy += took(attempt);
        }
    }
    busy
}

/// When each declared operation began or was settled; not before `u64::MAX` where neither is known.
fn reached(seen: &Seen) -> Vec<u64> {
    let mut reached = vec![u64::MAX; seen.state.operations.len()];
    let begun = seen.timeline.attempts.iter().map(|it| (it.op, it.begun.at));
    let settled = seen.timeline.settled.iter().map(|(op, it)| (*op, it.at));
    for (op, at) in begun.chain(settled) {
        if let Some(reached) = reached.get_mut(op.index()) {
            *reached = at.min(*reached);
        }
    }
    reached
}

/// The longest chain of dependencies as long as its operations ran, and with the work of all slots the shortest time that
/// any order could have reached; both in milliseconds.
pub fn bounds(seen: &Seen) -> (u64, u64) {
    let (busy, reached) = (busy(seen), reached(seen));
    let mut edges = Vec::new();
    for (op, planned) in (0..).map(OpId).zip(seen.plan.operations.iter().take(busy.len())) {
        let before = planned.after.iter().filter(|before| before.index() < busy.len());
        edges.extend(before.map(|before| (*before, op)));
    }
    let longest = match Graph::build(busy.len(), edges) {
        Ok(graph) => {
            let mut ends = vec![0u64; busy.len()];
            for &op in &graph.topological {
                let before = graph.dependencies.of(op).iter().map(|before| ends[before.index()]);
                // What was skipped, or runs because of a failure, has not waited for all that it depends on.
                let begin = before.max().unwrap_or(0).min(reached[op.index()]);
                ends[op.index()] = begin + busy[op.index()];
            }
            ends.into_iter().max().unwrap_or(0)
        }
        // Only a damaged plan has a circle.
        Err(_) => 0,
    };
    let work = busy.iter().sum::<u64>().div_ceil(u64::from(seen.slots().max(1)));
    (longest, longest.max(work))
}
