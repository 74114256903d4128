//! How two schedules make a third: the lists of activities behind them are crossed and mutated.

use crate::graph::Direction;
use crate::graph::OpId;
use crate::preview::problem::Project;
use crate::preview::schedule::{Builder, Schedule};
use crate::random::Random;

/// Shortest and longest part of a parent that is kept together, as a part of the whole.
const KEPT: (f64, f64) = (0.1, 0.5);

/// How many windows are looked at to find a peak.
const PEAK_TRIES: usize = 4;

/// How probable it is that an activity moves in its list, and how far it may go.
const MUTATION: f64 = 0.03;
const MUTATION_REACH: usize = 12;

/// A schedule and its list for the next generation, which is built from the other end.
#[derive(Clone, Debug)]
pub(super) struct Individual {
    pub(super) schedule: Schedule,
    /// The order in which [`Builder::justify`] would place the activities in the next direction.
    pub(super) order: Vec<OpId>,
}

impl Individual {
    /// A schedule, ready to be a parent of schedules that are built in `next`.
    pub(super) fn new(schedule: Schedule, next: Direction, builder: &Builder<'_>) -> Self {
        let mut order = Vec::with_capacity(schedule.starts.len());
        builder.order_of(next, &schedule, &mut order);
        Self { schedule, order }
    }

    /// A number that equal schedules share.
    pub(super) fn fingerprint(&self) -> u64 {
        fingerprint(self.schedule.starts.iter().copied())
    }
}

/// FNV-1a over words, with a shift that lets high bits come down.
pub(super) fn fingerprint(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        let hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        hash ^ (hash >> 29)
    })
}

/// What crossing needs to know of the project.
pub(super) struct Breeder<'a> {
    project: &'a Project,
    /// The part of all capacities that each activity needs.
    intensities: Vec<f64>,
}

impl<'a> Breeder<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        let intensity = |activity: OpId| {
            let parts = project.needs(activity).iter().zip(project.capacities());
            parts.map(|(&need, &capacity)| f64::from(need) / f64::from(capacity.max(1))).sum()
        };
        Self { project, intensities: project.activities().map(intensity).collect() }
    }

    /// A list for a schedule to be built in `direction`. It keeps one part of the father's list as it
    /// is, and what comes before and after that part in the order of the mother.
    ///
    /// Half of the time the part is any; half of the time it is where the father uses the resources
    /// best, the idea of the peak crossover (V. Valls, F. Ballestín, S. Quintanilla, "A hybrid genetic
    /// algorithm for the resource-constrained project scheduling problem", EJOR 185 (2008) 495–508).
    pub(super) fn cross(
        &self,
        father: &Individual,
        mother: &Individual,
        direction: Direction,
        random: &mut Random,
    ) -> Vec<OpId> {
        let length = KEPT.0 + (KEPT.1 - KEPT.0) * random.unit();
        let (from, to) = if random.chance(0.5) {
            any_part(father.order.len(), length, random)
        } else {
            self.peak(father, length, direction, random)
        };
        let mut places = vec![0usize; father.order.len()];
        for (place, activity) in father.order.iter().enumerate() {
            places[activity.index()] = place;
        }
        // Each of the three parts is closed under precedence in the father and ordered by a feasible
        // list, so the child is feasible.
        let mut child = Vec::with_capacity(father.order.len());
        child.extend(mother.order.iter().filter(|activity| places[activity.index()] < from));
        child.extend_from_slice(&father.order[from..to]);
        child.extend(mother.order.iter().filter(|activity| places[activity.index()] >= to));
        child
    }

    /// Of some windows in time the one where the father's activities need most; as places in its list.
    fn peak(
        &self,
        father: &Individual,
        length: f64,
        direction: Direction,
        random: &mut Random,
    ) -> (usize, usize) {
        let makespan = father.schedule.makespan;
        let width = ((makespan as f64 * length) as u64).clamp(1, makespan.max(1));
        let mut best = (-1.0, 0);
        for _ in 0..PEAK_TRIES {
            let begin = random.below(makespan.saturating_sub(width) + 1);
            let used: f64 = self
                .project
                .activities()
                .map(|activity| {
                    let start = self.place_in_time(father, activity, direction);
                    let end = (start + self.project.duration(activity)).min(begin + width);
                    end.saturating_sub(start.max(begin)) as f64 * self.intensities[activity.index()]
                })
                .sum();
            if used > best.0 {
                best = (used, begin);
            }
        }
        let begin = best.1;
        let before = |time: u64| {
            father.order.partition_point(|&activity| self.place_in_time(father, activity, direction) < time)
        };
        (before(begin), before(begin + width))
    }

    /// When an activity starts, seen from the end that `direction` builds from.
    fn place_in_time(&self, individual: &Individual, activity: OpId, direction: Direction) -> u64 {
        let start = individual.schedule.starts[activity.index()];
        match direction {
            Direction::Forward => start,
            Direction::Backward => individual.schedule.makespan - start - self.project.duration(activity),
        }
    }

    /// Moves some activities of a list to other places where precedence lets them be.
    pub(super) fn mutate(&self, list: &mut [OpId], direction: Direction, random: &mut Random) {
        let graph = self.project.graph();
        let (before, after) = (direction.before(graph), direction.after(graph));
        for place in 0..list.len() {
            if !random.chance(MUTATION) {
                continue;
            }
            let activity = list[place];
            let earlier = list[..place].iter().rev().take(MUTATION_REACH);
            let first = place - earlier.take_while(|&other| !before.of(activity).contains(other)).count();
            let later = list[place + 1..].iter().take(MUTATION_REACH);
            let last = place + later.take_while(|&other| !after.of(activity).contains(other)).count();
            let target = first + random.index(last - first + 1);
            if target < place {
                list[target..=place].rotate_right(1);
            } else {
                list[place..=target].rotate_left(1);
            }
        }
    }
}

fn any_part(count: usize, length: f64, random: &mut Random) -> (usize, usize) {
    let length = ((count as f64 * length) as usize).clamp(1, count.max(1)).min(count);
    let from = random.index(count - length + 1);
    (from, from + length)
}
