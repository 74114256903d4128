//! In which order ready operations start: the rule of the online scheduler and of the first try of
//! a preview.
//!
//! The classic answer is the latest finish time (LFT): first whoever has the longest path after it
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
//!
//! [`keys`] is just that, in O(V + E). [`rehearsed_keys`] adds one schedule built from the end of the
//! project (as Li and Willis do): the tail that it shows includes waiting for resources. The blend
//! stays mostly with the path, because a schedule of guesses is itself a guess.

use super::halt::Halt;
use super::problem::{Direction, Project};
use super::schedule::{Builder, Schedule};
use crate::graph::{Graph, OpId};

/// Weight of the load downstream. Small: it decides between paths of about the same length.
const DOWNSTREAM: f64 = 0.1;

/// Weight of the rehearsed tail against the path.
const REHEARSAL: f64 = 0.3;

/// Mean of the damped durations that a rehearsal works with, in its own unit of time.
const REHEARSAL_UNIT: f64 = 1_024.0;

/// Above this many activities [`rehearsed_keys`] does not rehearse: a schedule is not linear in time.
const REHEARSAL_LIMIT: usize = 20_000;

/// The rule in linear time: for each activity a key, smallest first.
pub fn keys(project: &Project) -> Vec<u64> {
    keys_of(project.graph(), project.durations(), |activity| load(project, activity))
}

/// The same for a caller that has no [`Project`]: `load` is the part of all capacities that an
/// operation needs, summed over the resources.
pub fn keys_of(graph: &Graph, durations: &[u64], load: impl Fn(OpId) -> f64) -> Vec<u64> {
    let mean = mean_of(durations);
    // Nothing is laid down that is needed only once: a plan may have a million operations.
    let of_op = |op: OpId| {
        let duration = damped(durations[op.index()], mean);
        (duration, duration * load(op))
    };
    keys_from_scores(scores(graph, Direction::Forward, of_op))
}

/// The rule with one backward schedule as a rehearsal: for each activity a key, smallest first. Falls
/// back to [`keys`] for very large projects, and when halted.
pub fn rehearsed_keys(project: &Project, halt: Halt<'_>) -> Vec<u64> {
    keys_from_scores(rehearsed_scores(project, halt))
}

/// What [`rehearsed_keys`] are made of: biggest first, in units of time.
pub(super) fn rehearsed_scores(project: &Project, halt: Halt<'_>) -> Vec<f64> {
    let graph = project.graph();
    let outlook = Outlook::of(project.durations(), |activity| load(project, activity));
    let mut scores = outlook.scores(graph, Direction::Forward);
    if project.len() > REHEARSAL_LIMIT {
        return scores;
    }
    let unit = REHEARSAL_UNIT / outlook.mean;
    let durations: Vec<u64> =
        outlook.durations.iter().map(|duration| (duration * unit).ceil() as u64).collect();
    let Ok(damped) = project.with_durations(durations) else { return scores };
    let backward = keys_from_scores(outlook.scores(graph, Direction::Backward));
    let mut schedule = Schedule::default();
    let built = Builder::new(&damped, halt).parallel(Direction::Backward, &backward, &mut schedule);
    let Some(makespan) = built else { return scores };
    for activity in project.activities() {
        let index = activity.index();
        let tail = (makespan - schedule.starts[index] - damped.duration(activity)) as f64 / unit;
        scores[index] += REHEARSAL * (tail + outlook.loads[index] - scores[index]);
    }
    scores
}

/// The part of all capacities that an activity needs, summed over the resources.
fn load(project: &Project, activity: OpId) -> f64 {
    let parts = project.needs(activity).iter().zip(project.capacities());
    parts.map(|(&need, &capacity)| f64::from(need) / f64::from(capacity.max(1))).sum()
}

/// Turns scores (biggest first) into keys (smallest first) that compare the same on every machine. They take
/// the memory of the scores.
pub(super) fn keys_from_scores(scores: Vec<f64>) -> Vec<u64> {
    const STEPS: f64 = (1u64 << 40) as f64;
    let biggest = scores.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    scores.into_iter().map(|score| ((1.0 - score / biggest) * STEPS) as u64).collect()
}

/// What the rule knows of the activities themselves.
struct Outlook {
    /// Damped durations.
    durations: Vec<f64>,
    /// Damped durations times the part of the capacities that is needed.
    loads: Vec<f64>,
    /// Average of the durations above zero.
    mean: f64,
}

impl Outlook {
    fn of(durations: &[u64], load: impl Fn(OpId) -> f64) -> Self {
        let mean = mean_of(durations);
        let durations: Vec<f64> = durations.iter().map(|&duration| damped(duration, mean)).collect();
        let loads = durations.iter().zip(0..).map(|(duration, id)| duration * load(OpId(id))).collect();
        Self { durations, loads, mean }
    }

    fn scores(&self, graph: &Graph, direction: Direction) -> Vec<f64> {
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
    // Of each activity that was visited: the path from its start on, and what each of those before
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
        // Nobody asks what nobody is before.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn project(durations: Vec<u64>, needs: Vec<u32>, edges: &[(u32, u32)]) -> Project {
        let edges = edges.iter().map(|&(a, b)| (OpId(a), OpId(b))).collect();
        Project::new(Graph::build(durations.len(), edges).unwrap(), durations, vec![10], needs).unwrap()
    }

    #[test]
    fn the_longer_path_goes_first() {
        // 0 → 2 (long), 1 → 3 (short)
        let project = project(vec![1, 1, 9, 1], vec![1; 4], &[(0, 2), (1, 3)]);
        for keys in [keys(&project), rehearsed_keys(&project, Halt::default())] {
            assert!(keys[0] < keys[1]);
        }
    }

    #[test]
    fn of_equal_paths_the_bulky_one_goes_first() {
        let project = project(vec![4, 4, 4], vec![2, 9, 5], &[]);
        let keys = keys(&project);
        assert!(keys[1] < keys[2] && keys[2] < keys[0]);
    }

    #[test]
    fn an_activity_that_many_wait_for_goes_first() {
        let project = project(vec![1; 5], vec![1; 5], &[(0, 2), (1, 3), (1, 4)]);
        let keys = keys(&project);
        assert!(keys[1] < keys[0]);
    }

    #[test]
    fn no_durations_at_all_are_no_trouble() {
        let project = project(vec![0, 0], vec![1, 1], &[(0, 1)]);
        assert_eq!(keys(&project).len(), 2);
        assert_eq!(rehearsed_keys(&project, Halt::default()).len(), 2);
    }
}
