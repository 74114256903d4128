//! Schedules and the two ways to build one: serial (activity by activity) and parallel (moment by
//! moment), each in both directions, and forward-backward improvement on top of them.
//!
//! R. Kolisch, "Serial and parallel resource-constrained project scheduling methods revisited", EJOR
//! 90 (1996) 320–333, defines both. The parallel one is what a dispatcher does that never lets a
//! ready operation wait for one that is not ready; the serial one may, and so reaches every optimum.

use super::cutoff::Cutoff;
use super::problem::Project;
use super::profile::Profile;
use crate::graph::Direction;
use crate::graph::OpId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When every activity starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Start of every activity, by id.
    pub starts: Vec<u64>,
    /// End of the last one.
    pub makespan: u64,
}

/// Activities by a number, smallest first.
type Queue = BinaryHeap<Reverse<(u64, OpId)>>;

/// How many activities are placed between two looks at the clock.
const HALT_INTERVAL: usize = 1_024;

/// Builds schedules of one project. Holds the memory that building needs, so that building the next
/// one allocates nothing.
#[derive(Debug)]
pub struct Builder<'a> {
    project: &'a Project,
    cutoff: Cutoff<'a>,
    profile: Profile,
    finishes: Vec<u64>,
    /// For each activity how many it still waits for.
    open: Vec<u32>,
    free: Vec<u32>,
    /// Ready activities by their key, a queue for each class of equal needs.
    ready: Vec<Queue>,
    /// The classes that have ready activities, and whether a class is among them.
    waiting: Vec<u32>,
    is_waiting: Vec<bool>,
    /// The first of every class that fits now.
    candidates: Queue,
    /// Running activities by their finish; also the candidates of a list by their key.
    running: Queue,
    order: Vec<OpId>,
}

impl<'a> Builder<'a> {
    /// A builder for a project. Once `cutoff` is reached, every build gives up.
    pub fn new(project: &'a Project, cutoff: Cutoff<'a>) -> Self {
        Self {
            project,
            cutoff,
            profile: Profile::default(),
            finishes: vec![0; project.len()],
            open: vec![0; project.len()],
            free: Vec::with_capacity(project.capacities().len()),
            ready: vec![Queue::new(); project.class_count()],
            waiting: Vec::new(),
            is_waiting: vec![false; project.class_count()],
            candidates: Queue::new(),
            running: BinaryHeap::new(),
            order: Vec::with_capacity(project.len()),
        }
    }

    /// Places the activities one by one, each at the earliest time that precedence and resources
    /// allow (or the latest, backward). `order` must list every activity once, after all that come
    /// before it in this direction. `None` when halted; `into` is then of no use.
    pub fn serial(&mut self, direction: Direction, order: &[OpId], into: &mut Schedule) -> Option<u64> {
        let project = self.project;
        let before = direction.before(project.graph());
        self.profile.clear(project.capacities());
        let mut makespan = 0;
        for (placed, &activity) in order.iter().enumerate() {
            if placed % HALT_INTERVAL == HALT_INTERVAL - 1 && self.cutoff.reached() {
                return None;
            }
            let mut from = 0;
            for other in before.of(activity) {
                from = from.max(self.finishes[other.index()]);
            }
            let (duration, need) = (project.duration(activity), project.needs(activity));
            let start = self.profile.earliest(from, duration, need);
            self.profile.book(start, duration, need, project.smallest_needs());
            self.finishes[activity.index()] = start + duration;
            makespan = makespan.max(start + duration);
        }
        self.write(direction, makespan, into);
        Some(makespan)
    }

    /// Goes from one moment at which something ends to the next and starts every ready activity that
    /// fits, smallest key first. `None` when halted; `into` is then of no use.
    pub fn parallel(&mut self, direction: Direction, keys: &[u64], into: &mut Schedule) -> Option<u64> {
        let project = self.project;
        let (before, after) = (direction.before(project.graph()), direction.after(project.graph()));
        self.free.clear();
        self.free.extend_from_slice(project.capacities());
        // A halted build may have left some behind.
        self.ready.iter_mut().for_each(Queue::clear);
        self.running.clear();
        for activity in project.activities() {
            let waits_for = before.of(activity).len() as u32;
            self.open[activity.index()] = waits_for;
            if waits_for == 0 {
                self.make_ready(keys[activity.index()], activity);
            }
        }
        let mut now = 0;
        let mut ended = 0;
        loop {
            self.start_what_fits(now);
            let Some(&Reverse((finish, _))) = self.running.peek() else { break };
            now = finish;
            while let Some(&Reverse((finish, activity))) = self.running.peek()
                && finish == now
            {
                self.running.pop();
                ended += 1;
                if ended % HALT_INTERVAL == 0 && self.cutoff.reached() {
                    return None;
                }
                for (free, need) in self.free.iter_mut().zip(project.needs(activity)) {
                    *free += need;
                }
                for &next in after.of(activity) {
                    let open = &mut self.open[next.index()];
                    *open -= 1;
                    if *open == 0 {
                        self.make_ready(keys[next.index()], next);
                    }
                }
            }
        }
        self.write(direction, now, into);
        Some(now)
    }

    fn make_ready(&mut self, key: u64, activity: OpId) {
        let class = self.project.class(activity);
        self.ready[class].push(Reverse((key, activity)));
        if !std::mem::replace(&mut self.is_waiting[class], true) {
            self.waiting.push(class as u32);
        }
    }

    /// Within one moment what is free only shrinks: a class that does not fit is out until the next.
    fn start_what_fits(&mut self, now: u64) {
        let project = self.project;
        if self.is_exhausted() {
            return;
        }
        self.candidates.clear();
        let (ready, is_waiting) = (&self.ready, &mut self.is_waiting);
        let (candidates, free) = (&mut self.candidates, &self.free);
        self.waiting.retain(|&class| {
            let Some(&first) = ready[class as usize].peek() else {
                is_waiting[class as usize] = false;
                return false;
            };
            if fits(project.needs(first.0.1), free) {
                candidates.push(first);
            }
            true
        });
        while let Some(Reverse((_, activity))) = self.candidates.pop() {
            let need = project.needs(activity);
            if !fits(need, &self.free) {
                continue;
            }
            for (free, need) in self.free.iter_mut().zip(need) {
                *free -= need;
            }
            let finish = now + project.duration(activity);
            self.finishes[activity.index()] = finish;
            self.running.push(Reverse((finish, activity)));
            let queue = &mut self.ready[project.class(activity)];
            queue.pop();
            self.candidates.extend(queue.peek());
            if self.is_exhausted() {
                break;
            }
        }
    }

    /// Whether some resource that everybody needs is used up.
    fn is_exhausted(&self) -> bool {
        self.free.iter().zip(self.project.smallest_needs()).any(|(free, smallest)| free < smallest)
    }

    /// Lists the activities forward, smallest key first among those that may come next.
    pub fn order_by_keys(&mut self, keys: &[u64], order: &mut Vec<OpId>) {
        let graph = self.project.graph();
        order.clear();
        self.running.clear();
        for activity in self.project.activities() {
            let waits_for = graph.dependencies.of(activity).len() as u32;
            self.open[activity.index()] = waits_for;
            if waits_for == 0 {
                self.running.push(Reverse((keys[activity.index()], activity)));
            }
        }
        while let Some(Reverse((_, activity))) = self.running.pop() {
            order.push(activity);
            for &next in graph.dependents.of(activity) {
                self.open[next.index()] -= 1;
                if self.open[next.index()] == 0 {
                    self.running.push(Reverse((keys[next.index()], next)));
                }
            }
        }
    }

    /// Pushes every activity as far to one side as it goes, those that end nearest to that side first.
    /// Never makes a schedule longer, because every activity can at least stay where it is.
    /// `None` when halted; the schedule is then unchanged.
    pub fn justify(&mut self, direction: Direction, schedule: &mut Schedule) -> Option<u64> {
        let mut order = std::mem::take(&mut self.order);
        self.order_of(direction, schedule, &mut order);
        let makespan = self.serial(direction, &order, schedule);
        self.order = order;
        makespan
    }

    /// The order in which [`Builder::justify`] places the activities of a schedule.
    pub fn order_of(&self, direction: Direction, schedule: &Schedule, order: &mut Vec<OpId>) {
        let project = self.project;
        order.clear();
        order.extend(project.activities());
        match direction {
            Direction::Forward => {
                order.sort_unstable_by_key(|&a| (schedule.starts[a.index()], project.position(a)));
            }
            Direction::Backward => order.sort_unstable_by_key(|&a| {
                Reverse((schedule.starts[a.index()] + project.duration(a), project.position(a)))
            }),
        }
    }

    /// Forward-backward improvement: justifies to the right, then to the left, as long as that makes
    /// the schedule shorter, in at most `passes` passes. Gives the number of passes made.
    ///
    /// K. Y. Li, R. J. Willis, "An iterative scheduling technique for resource-constrained project
    /// scheduling", EJOR 56 (1992) 370–379; V. Valls, F. Ballestín, S. Quintanilla, "Justification
    /// and RCPSP: a technique that pays", EJOR 165 (2005) 375–386.
    pub fn improve(&mut self, schedule: &mut Schedule, passes: usize) -> usize {
        let mut made = 0;
        while made + 2 <= passes {
            let before = schedule.makespan;
            if self.justify(Direction::Backward, schedule).is_none() {
                break;
            }
            made += 1;
            if self.justify(Direction::Forward, schedule).is_none() {
                break;
            }
            made += 1;
            if schedule.makespan == before {
                break;
            }
        }
        made
    }

    fn write(&self, direction: Direction, makespan: u64, into: &mut Schedule) {
        into.makespan = makespan;
        into.starts.clear();
        match direction {
            Direction::Forward => {
                let starts = self.finishes.iter().zip(self.project.durations());
                into.starts.extend(starts.map(|(finish, duration)| finish - duration));
            }
            Direction::Backward => into.starts.extend(self.finishes.iter().map(|finish| makespan - finish)),
        }
    }
}

fn fits(need: &[u32], free: &[u32]) -> bool {
    need.iter().zip(free).all(|(need, free)| need <= free)
}
