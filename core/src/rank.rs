//! In which order ready operations start: the rule of the online scheduler and of the first try of
//! a preview, in linear time.
//!
//! The classic answer is the latest finish time (LFT): first the operation with the longest path after it
//! (E. W. Davis, J. H. Patterson, Management Science 21 (1975) 944–955). Two things make it better:
//!
//! * **Durations are guesses.** Errors multiply, and the spread of errors is about as wide as the
//!   spread of the durations themselves. The best guess then lies half way, on a log scale, between
//!   the estimate and the average of all: the geometric mean of the two. Ranking by these *damped*
//!   durations loses nothing when the estimates are exact, and much less than LFT when they are not.
//! * **Paths do not know resources.** The *load* of an activity (its duration times the part of each
//!   capacity that it needs) is the time that it takes away from all others. Bulky activities go
//!   first, for small ones fit into the gaps later; and a little weight lies on the load of
//!   everything downstream, each activity's load split among those it waits for, so that nothing is
//!   counted twice and one pass over the edges is enough.

use crate::graph::{Direction, Graph, OpId};

/// Weight of the load downstream. Small: it decides between paths of about the same length.
const DOWNSTREAM: f64 = 0.1;

/// For each operation a key, smallest first. `load` is the part of all capacities that an operation needs, summed
/// over the resources.
pub fn keys_of(graph: &Graph, durations: &[u64], load: impl Fn(OpId) -> f64) -> Vec<u64> {
    let mean = mean_of(durations);
    // Nothing is laid down that is needed only once: a plan may have a million operations.
    let of_op = |op: OpId| {
        let duration = damped(durations[op.index()], mean);
        (duration, duration * load(op))
    };
    keys_from_scores(scores(graph, Direction::Forward, of_op))
}

/// Turns scores (biggest first) into keys (smallest first) that compare the same on every machine. They take
/// the memory of the scores.
pub(crate) fn keys_from_scores(scores: Vec<f64>) -> Vec<u64> {
    const STEPS: f64 = (1u64 << 40) as f64;
    let biggest = scores.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    scores.into_iter().map(|score| ((1.0 - score / biggest) * STEPS) as u64).collect()
}

/// What the rule knows of the activities themselves.
pub(crate) struct Outlook {
    /// Damped durations.
    pub(crate) durations: Vec<f64>,
    /// Damped durations times the part of the capacities that is needed.
    pub(crate) loads: Vec<f64>,
    /// Average of the durations above zero.
    pub(crate) mean: f64,
}

impl Outlook {
    pub(crate) fn of(durations: &[u64], load: impl Fn(OpId) -> f64) -> Self {
        let mean = mean_of(durations);
        let durations: Vec<f64> = durations.iter().map(|&duration| damped(duration, mean)).collect();
        let loads = durations.iter().zip(0..).map(|(duration, id)| duration * load(OpId(id))).collect();
        Self { durations, loads, mean }
    }

    pub(crate) fn scores(&self, graph: &Graph, direction: Direction) -> Vec<f64> {
        scores(graph, direction, |op| (self.durations[op.index()], self.loads[op.index()]))
    }
}

/// Average of the durations above zero.
fn mean_of(durations: &[u64]) -> f64 {
    let lasting = durations.iter().filter(|&&duration| duration > 0);
    let (count, sum) = lasting.fold((0u64, 0u64), |(n, sum), &d| (n + 1, sum.saturating_add(d)));
    if count == 0 { 1.0 } else { sum as f64 / count as f64 }
}

fn damped(duration: u64, mean: f64) -> f64 {
    (duration as f64 * mean).sqrt()
}

/// Longest path after each activity, plus its load, plus a little of the load downstream. `of_op` gives the
/// damped duration of an activity, and its load.
fn scores(graph: &Graph, direction: Direction, of_op: impl Fn(OpId) -> (f64, f64)) -> Vec<f64> {
    let (before, after) = (direction.before(graph), direction.after(graph));
    let count = graph.topological.len();
    let mut scores = vec![0.0f64; count];
    // Of each activity that was visited: the path from its start on, and what each one before
    // it carries of its load and that downstream of it.
    let mut ahead = vec![(0.0f64, 0.0f64); count];
    let mut visit = |op: OpId| {
        let (mut tail, mut work) = (0.0f64, 0.0f64);
        for &next in after.of(op) {
            let (path, share) = ahead[next.index()];
            tail = tail.max(path);
            work += share;
        }
        let (duration, load) = of_op(op);
        // Where nothing is before it, nothing asks for its share.
        let sharers = before.of(op).len().max(1) as f64;
        ahead[op.index()] = (tail + duration, (work + load) / sharers);
        scores[op.index()] = tail + load + DOWNSTREAM * work;
    };
    match direction {
        Direction::Forward => graph.topological.iter().rev().for_each(|&op| visit(op)),
        Direction::Backward => graph.topological.iter().for_each(|&op| visit(op)),
    }
    scores
}
