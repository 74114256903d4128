//! The rule of [`crate::rank`] for a project, and with a rehearsal.
//!
//! [`keys`] is the rule itself, in O(V + E). [`rehearsed_keys`] adds one schedule built from the end of the
//! project (as Li and Willis do): the tail that it shows includes waiting for resources. The blend
//! stays mostly with the path, because a schedule of guesses is itself a guess.

use super::cutoff::Cutoff;
use super::problem::Project;
use super::schedule::{Builder, Schedule};
use crate::graph::{Direction, OpId};
use crate::rank::{Outlook, keys_from_scores, keys_of};

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

/// The rule with one backward schedule as a rehearsal: for each activity a key, smallest first. Falls
/// back to [`keys`] for very large projects, and when halted.
pub fn rehearsed_keys(project: &Project, cutoff: Cutoff<'_>) -> Vec<u64> {
    keys_from_scores(rehearsed_scores(project, cutoff))
}

/// What [`rehearsed_keys`] are made of: biggest first, in units of time.
pub(super) fn rehearsed_scores(project: &Project, cutoff: Cutoff<'_>) -> Vec<f64> {
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
    let built = Builder::new(&damped, cutoff).parallel(Direction::Backward, &backward, &mut schedule);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;

    fn project(durations: Vec<u64>, needs: Vec<u32>, edges: &[(u32, u32)]) -> Project {
        let edges = edges.iter().map(|&(a, b)| (OpId(a), OpId(b))).collect();
        Project::new(Graph::build(durations.len(), edges).unwrap(), durations, vec![10], needs).unwrap()
    }

    #[test]
    fn the_longer_path_goes_first() {
        // 0 → 2 (long), 1 → 3 (short)
        let project = project(vec![1, 1, 9, 1], vec![1; 4], &[(0, 2), (1, 3)]);
        for keys in [keys(&project), rehearsed_keys(&project, Cutoff::default())] {
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
        assert_eq!(rehearsed_keys(&project, Cutoff::default()).len(), 2);
    }
}
