//! The predicted schedule of a plan: when everything will start if the estimates hold, how long the
//! whole takes, what decides that, and how full every resource is.
//!
//! A plan whose durations are known is a resource-constrained project. A first schedule is built by the scheduler's own rule,
//! improved by forward-backward passes, and searched on from with a genetic algorithm until that is stopped or reaches a proven bound.
//! The outcome is the same for a seed, whatever the number of threads.
//!
//! [`predict`] looks for a short schedule with a given number of tries ([`search`]); [`rank`] is the
//! rule that puts ready operations in order, here and online. Times are in the unit of the durations.
//!
//! ```
//! use labrunner_core::graph::{Graph, OpId};
//! use labrunner_core::preview::{Options, predict, problem::Project};
//!
//! // Three operations, two at a time; the last one waits for the first.
//! let graph = Graph::build(3, vec![(OpId(0), OpId(2))]).expect("no cycle");
//! let project = Project::new(graph, vec![3, 5, 2], vec![2], vec![1, 1, 1]).expect("nothing needs more than there is");
//! let prediction = predict(&project, &Options::default());
//! assert_eq!(prediction.makespan, 5);
//! assert_eq!(prediction.starts, [0, 0, 3]);
//! ```

pub mod cutoff;
pub mod problem;
mod profile;
pub mod rank;
pub mod schedule;
pub mod search;
#[cfg(test)]
mod tests;

use crate::graph::Direction;
use crate::graph::OpId;
use cutoff::Cutoff;
use problem::Project;
use schedule::{Builder, Schedule};
use serde::Serialize;

/// How hard to look, and when to stop.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The most schedules to build; every pass of the improvement counts as one. At least one is built.
    pub schedules: usize,
    /// The same seed gives the same prediction, whatever the number of threads.
    pub seed: u64,
    /// Threads to use; 0 for as many as the machine has. Small projects are faster on one and get one.
    pub threads: usize,
    /// Ends the search early with the best schedule found by then.
    pub cutoff: Cutoff<'a>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { schedules: 1_000, seed: 0, threads: 0, cutoff: Cutoff::default() }
    }
}

/// What will happen if the estimates hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Prediction {
    /// Start of every operation, by id.
    pub starts: Vec<u64>,
    /// End of the last one.
    pub makespan: u64,
    /// What dispatching by [`rank::rehearsed_keys`] alone takes: the same rule as online, without a search.
    pub dispatched_makespan: u64,
    /// Length of the longest path: with unlimited resources it would take that long.
    pub lower_bound: u64,
    /// Whether no schedule can be shorter: the longest path or the busiest resource takes that long.
    pub is_optimal: bool,
    /// The longest path, from its first operation to its last; dependencies only.
    pub critical_path: Vec<OpId>,
    /// What decides the predicted makespan: from first to last, each starts at the moment the one
    /// before it ends, because it waits for it or for a resource that it held.
    pub critical_chain: Vec<OpId>,
    /// Total slack of every operation within the predicted schedule: how much later it starts when
    /// all are pushed as late as precedence and resources allow without a later end. It belongs to
    /// a whole path: an activity that uses it takes it from the later ones. Never more than the slack of the
    /// critical path method, which knows no resources; exactly that for more than 20,000 operations,
    /// where measuring it would take too long.
    pub slack: Vec<u64>,
    /// Use of every resource over time.
    pub curves: Vec<Curve>,
    /// Schedules that were built.
    pub schedules_tried: usize,
    /// Whether the search was stopped before it was done.
    pub is_halted: bool,
}

/// The use of one resource over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Curve {
    /// How much there is.
    pub capacity: u32,
    /// `(from, used)`: from this moment until the next one so much is in use. The last one is 0.
    pub steps: Vec<(u64, u32)>,
}

/// Predicts the schedule of a project.
///
/// Stopping early gives the best schedule found by then. Below a thousand operations that is at least
/// the one of the rule; a larger project that is stopped within its first schedule is predicted as one
/// operation after another.
pub fn predict(project: &Project, options: &Options<'_>) -> Prediction {
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let found = search::search(project, options.schedules, options.seed, threads, options.cutoff);
    let schedule = found.schedule;
    let lower_bound = project.critical_path_length();
    Prediction {
        makespan: schedule.makespan,
        dispatched_makespan: found.dispatched,
        lower_bound,
        is_optimal: schedule.makespan <= lower_bound.max(project.busiest_resource_time()),
        critical_path: critical_path(project),
        critical_chain: critical_chain(project, &schedule),
        slack: slack(project, &schedule),
        curves: curves(project, &schedule.starts),
        starts: schedule.starts,
        schedules_tried: found.tried,
        is_halted: found.halted,
    }
}

pub(crate) fn critical_path(project: &Project) -> Vec<OpId> {
    let tails = project.tails();
    let whole = |activity: OpId| tails[activity.index()] + project.duration(activity);
    // Of equal paths the one with the smallest ids, so that the answer is always the same.
    let longest = |candidates: &mut dyn Iterator<Item = OpId>| {
        candidates.max_by_key(|&activity| (whole(activity), std::cmp::Reverse(activity)))
    };
    let mut path = Vec::new();
    let mut next = longest(&mut project.activities());
    while let Some(activity) = next {
        path.push(activity);
        next = longest(&mut project.graph().dependents.of(activity).iter().copied());
    }
    path
}

/// Walks back from the end. In a schedule that is pushed to the left every start is the end of
/// something: of a dependency, or of someone who held a resource that was needed.
pub(crate) fn critical_chain(project: &Project, schedule: &Schedule) -> Vec<OpId> {
    let finish = |activity: OpId| schedule.starts[activity.index()] + project.duration(activity);
    let curves = curves(project, &schedule.starts);
    let mut by_finish: Vec<OpId> = project.activities().collect();
    by_finish.sort_unstable_by_key(|&activity| (finish(activity), activity));
    let Some(&last) = by_finish.last() else { return Vec::new() };
    let mut chain = vec![last];
    let mut activity = last;
    loop {
        let start = schedule.starts[activity.index()];
        let waited_for = project.graph().dependencies.of(activity).iter().copied();
        let ending = || {
            let from = by_finish.partition_point(|&other| finish(other) < start);
            let ending = by_finish[from..].iter().copied().take_while(|&other| finish(other) == start);
            ending.filter(|&other| project.duration(other) > 0)
        };
        // The activity that held what was scarce; failing that, any that held the same.
        let short = |resource: usize, mine: u32| {
            let curve = &curves[resource];
            let before = curve.steps.partition_point(|&(from, _)| from < start);
            let used = before.checked_sub(1).map_or(0, |at| curve.steps[at].1);
            u64::from(used) + u64::from(mine) > u64::from(curve.capacity)
        };
        let shares = |other: OpId, counts: &dyn Fn(usize, u32) -> bool| {
            let needs = project.needs(activity).iter().zip(project.needs(other)).enumerate();
            needs
                .into_iter()
                .any(|(resource, (&mine, &theirs))| mine > 0 && theirs > 0 && counts(resource, mine))
        };
        let held = || {
            ending()
                .find(|&other| shares(other, &short))
                .or_else(|| ending().find(|&other| shares(other, &|_, _| true)))
        };
        let Some(before) = waited_for.filter(|&other| finish(other) == start).min().or_else(held) else {
            break;
        };
        chain.push(before);
        activity = before;
    }
    chain.reverse();
    chain
}

/// Up to this many operations slack is measured by pushing the schedule to the right.
const SLACK_LIMIT: usize = 20_000;

pub(crate) fn slack(project: &Project, schedule: &Schedule) -> Vec<u64> {
    if project.len() > SLACK_LIMIT {
        let latest = project.tails().into_iter().zip(project.durations());
        let latest = latest.map(|(tail, duration)| schedule.makespan - tail - duration);
        return latest.zip(&schedule.starts).map(|(late, early)| late - early).collect();
    }
    let mut late = schedule.clone();
    let justified = Builder::new(project, Cutoff::default()).justify(Direction::Backward, &mut late);
    // Pushing everything to the right may even shorten it; the end stays where it is.
    let shift = schedule.makespan - justified.unwrap_or(schedule.makespan);
    late.starts.iter().zip(&schedule.starts).map(|(late, early)| late + shift - early).collect()
}

fn curves(project: &Project, starts: &[u64]) -> Vec<Curve> {
    let of_resource = |(resource, &capacity): (usize, &u32)| {
        let used = project.activities().map(|activity| {
            let start = starts[activity.index()];
            (start, start + project.duration(activity), project.needs(activity)[resource])
        });
        Curve::of(capacity, used)
    };
    project.capacities().iter().enumerate().map(of_resource).collect()
}

impl Curve {
    /// The curve of a resource that is used so much, each `(from, to, amount)`.
    pub fn of(capacity: u32, used: impl Iterator<Item = (u64, u64, u32)>) -> Self {
        let mut events = Vec::new();
        for (from, to, amount) in used.filter(|&(from, to, amount)| amount > 0 && to > from) {
            events.extend([(from, i64::from(amount)), (to, -i64::from(amount))]);
        }
        events.sort_unstable();
        let mut steps = vec![(0, 0)];
        let mut used = 0;
        for moment in events.chunk_by(|a, b| a.0 == b.0) {
            let before = used;
            used += moment.iter().map(|(_, change)| change).sum::<i64>();
            if used != before {
                if moment[0].0 == 0 {
                    steps.clear();
                }
                // Never below 0 nor above the capacity in a feasible schedule.
                steps.push((moment[0].0, u32::try_from(used).unwrap_or(u32::MAX)));
            }
        }
        Self { capacity, steps }
    }

    /// The most that is in use at once.
    pub fn peak(&self) -> u32 {
        self.steps.iter().map(|&(_, used)| used).max().unwrap_or(0)
    }
}
