//! Looks for short schedules: samples round the ranking rule, then a genetic search.
//!
//! The search follows the bi-population genetic algorithm (D. Debels, M. Vanhoucke, "A bi-population
//! based genetic algorithm for the resource-constrained project scheduling problem", LNCS 3483 (2005)
//! 378–387): parents that are pushed to the left have children that are built from the right, and
//! the other way round. So every single pass is both a new schedule and half of a forward-backward
//! improvement. From V. Valls and others it takes the crossover that keeps the peaks of a parent. Of
//! its own it has two rules: what was seen before never lives on, and the best of a generation pass
//! through unchanged but for the improvement.
//!
//! Every pass counts as one schedule, as in R. Kolisch, S. Hartmann, "Experimental investigation of
//! heuristics for resource-constrained project scheduling: An update", EJOR 174 (2006) 23–37.
//!
//! A round's tasks depend on the state before the round, on the seed and on their number only, so the
//! result is the same for any number of threads.

mod breed;
mod threads;

use super::cutoff::Cutoff;
use super::problem::Project;
use super::rank;
use super::schedule::{Builder, Schedule};
use crate::graph::Direction;
use crate::graph::OpId;
use crate::random::Random;
use crate::rank::keys_from_scores;
use breed::{Breeder, Individual, fingerprint};
use std::collections::HashSet;
use threads::Threads;

/// Passes of one sample: the schedule itself, to the right, to the left.
const SAMPLE_PASSES: usize = 3;

/// The part of all schedules that goes into the first samples.
const SAMPLING: f64 = 0.15;

/// The most samples for one place in the population: from some number on breeding pays more.
const SAMPLES_A_PLACE: usize = 10;

/// How many fingerprints are remembered before the search forgets them all, to bound its memory.
const MEMORY: usize = 1 << 20;

/// Deviation of the noise on a sample's scores, as a part of the largest score.
const NOISE: f64 = 0.1;

/// Children of one parent, of which the best one lives on.
const CHILDREN: usize = 2;

/// The best of a generation that pass through.
const ELITE: usize = 2;

/// How often a child is replaced when its list was seen before.
const RETRIES: usize = 10;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The shortest schedule, pushed to the left.
    pub schedule: Schedule,
    /// The makespan of the ranking rule alone, which is what dispatching online would give.
    pub dispatched: u64,
    /// Schedules that were built.
    pub tried: usize,
    /// Whether the search ended because it was stopped.
    pub halted: bool,
}

/// Looks for the shortest schedule with at most `schedules` passes. There is always a schedule, also when
/// `cutoff` was reached before.
pub fn search(project: &Project, schedules: usize, seed: u64, threads: usize, cutoff: Cutoff<'_>) -> Found {
    let mut search = Search::new(project, schedules.max(1), seed, threads, cutoff);
    search.sample_first();
    search.sample_many(((search.limit as f64 * SAMPLING) as usize).saturating_sub(search.tried));
    while !search.is_over() {
        search.next_generation();
    }
    search.finish()
}

struct Search<'a> {
    project: &'a Project,
    threads: Threads<'a>,
    breeder: Breeder<'a>,
    cutoff: Cutoff<'a>,
    seed: u64,
    round: u64,
    limit: usize,
    tried: usize,
    /// No schedule is shorter; reaching it ends the search.
    bound: u64,
    scores: Vec<f64>,
    size: usize,
    /// Best first.
    population: Vec<Individual>,
    /// How the next generation is built.
    direction: Direction,
    /// Lists and schedules that were there before.
    seen: HashSet<u64>,
    best: Schedule,
    best_is_left: bool,
    dispatched: u64,
}

impl<'a> Search<'a> {
    fn new(project: &'a Project, limit: usize, seed: u64, threads: usize, cutoff: Cutoff<'a>) -> Self {
        Self {
            project,
            threads: Threads::new(project, cutoff, threads),
            breeder: Breeder::new(project),
            cutoff,
            seed,
            round: 0,
            limit,
            tried: 0,
            bound: project.critical_path_length().max(project.busiest_resource_time()),
            scores: rank::rehearsed_scores(project, cutoff),
            // More schedules pay for more variety; about 15 for 1,000 and 35 for 5,000.
            size: (limit.isqrt() / 2).clamp(6, 60),
            population: Vec::new(),
            direction: Direction::Backward,
            seen: HashSet::new(),
            best: Schedule::default(),
            best_is_left: true,
            dispatched: 0,
        }
    }

    /// Passes that may still be made; one is kept back to push the best schedule to the left.
    fn left(&self) -> usize {
        self.limit.saturating_sub(self.tried + 1)
    }

    fn is_over(&self) -> bool {
        self.left() == 0 || self.best.makespan <= self.bound || self.cutoff.reached()
    }

    /// What the rule alone does, and its improvement. A small project gets that far even when it was
    /// halted before; a large one that was halted within gets one operation after another.
    fn sample_first(&mut self) {
        let keys = keys_from_scores(self.scores.clone());
        let mut schedule = Schedule::default();
        if self.threads.own().parallel(Direction::Forward, &keys, &mut schedule).is_none() {
            schedule = one_after_another(self.project);
        }
        self.tried = 1;
        self.dispatched = schedule.makespan;
        self.best = schedule.clone();
        if !self.is_over() && self.left() >= 2 {
            self.tried += self.threads.own().improve(&mut schedule, 2);
        }
        self.note(&schedule, true);
        let individual = Individual::new(schedule, self.direction, self.threads.own());
        self.seen.insert(individual.fingerprint());
        self.population.push(individual);
    }

    /// Draws schedules round the rule with about `passes` passes, and keeps the best as the population.
    fn sample_many(&mut self, passes: usize) {
        if self.is_over() {
            return;
        }
        self.round += 1;
        let samples = (passes.min(self.left()) / SAMPLE_PASSES).clamp(1, self.size * SAMPLES_A_PLACE);
        let improved = self.left() >= SAMPLE_PASSES;
        let (seed, round, project, scores) = (self.seed, self.round, self.project, &self.scores);
        let span = scores.iter().copied().fold(0.0, f64::max);
        let direction = self.direction;
        let made = self.threads.share(samples, |task, builder| {
            let mut random = Random::of(seed, round, task as u64);
            let noisy: Vec<f64> =
                scores.iter().map(|score| (score + NOISE * span * random.bell()).max(0.0)).collect();
            let keys = keys_from_scores(noisy);
            let mut schedule = Schedule::default();
            // The parallel scheme is better on the average, but only the serial one reaches every optimum.
            if random.chance(0.5) {
                let mut order = Vec::with_capacity(project.len());
                builder.order_by_keys(&keys, &mut order);
                builder.serial(Direction::Forward, &order, &mut schedule)?;
            } else {
                builder.parallel(Direction::Forward, &keys, &mut schedule)?;
            }
            let more = if improved { builder.improve(&mut schedule, SAMPLE_PASSES - 1) } else { 0 };
            Some((Individual::new(schedule, direction, builder), 1 + more))
        });
        for (_, (individual, passes)) in made {
            self.tried += passes;
            self.note(&individual.schedule, true);
            if self.seen.insert(individual.fingerprint()) {
                self.population.push(individual);
            }
        }
        self.select();
    }

    /// Builds the children of the population from the other end and lets them take its place.
    fn next_generation(&mut self) {
        self.round += 1;
        if self.seen.len() > MEMORY {
            self.seen.clear();
        }
        let parents = self.population.len();
        let tasks = (parents * CHILDREN + ELITE.min(parents)).min(self.left());
        let made = self.threads.share(tasks, |task, builder| {
            let elite = task.checked_sub(parents * CHILDREN);
            let (order, list) = match elite {
                Some(place) => (self.population[place].order.clone(), None),
                None => {
                    let mut random = Random::of(self.seed, self.round, task as u64);
                    let order = child(
                        &self.population,
                        task / CHILDREN,
                        &self.breeder,
                        self.direction,
                        &self.seen,
                        &mut random,
                    );
                    let list = fingerprint_of_list(&order, self.direction);
                    (order, Some(list))
                }
            };
            let mut schedule = Schedule::default();
            builder.serial(self.direction, &order, &mut schedule)?;
            Some((Individual::new(schedule, self.direction.turned(), builder), list))
        });
        let mut next: Vec<Individual> = Vec::with_capacity(parents + ELITE);
        let mut family = None;
        for (task, (individual, list)) in made {
            self.tried += 1;
            self.note(&individual.schedule, self.direction == Direction::Forward);
            let is_new = self.seen.insert(individual.fingerprint());
            let Some(list) = list else {
                next.push(individual);
                continue;
            };
            self.seen.insert(list);
            if !is_new {
                continue;
            }
            match next.last_mut() {
                Some(sibling) if family == Some(task / CHILDREN) => {
                    if individual.schedule.makespan < sibling.schedule.makespan {
                        *sibling = individual;
                    }
                }
                _ => next.push(individual),
            }
            family = Some(task / CHILDREN);
        }
        if next.is_empty() {
            return;
        }
        let is_stuck = family.is_none();
        self.population = next;
        self.direction = self.direction.turned();
        self.select();
        if is_stuck && self.direction == Direction::Backward {
            // Not one child was new: this family is done. Its best meet strangers.
            self.sample_many(self.size * SAMPLE_PASSES);
        }
    }

    fn note(&mut self, schedule: &Schedule, is_left: bool) {
        if schedule.makespan < self.best.makespan {
            self.best.clone_from(schedule);
            self.best_is_left = is_left;
        }
    }

    fn select(&mut self) {
        self.population.sort_by_key(|individual| individual.schedule.makespan);
        self.population.dedup_by(|a, b| a.schedule.starts == b.schedule.starts);
        self.population.truncate(self.size);
    }

    fn finish(mut self) -> Found {
        let halted = self.cutoff.reached();
        if !self.best_is_left {
            // Also when halted: it is one pass, and activities should not start late for no reason.
            let mut builder = Builder::new(self.project, Cutoff::default());
            if builder.justify(Direction::Forward, &mut self.best).is_some() {
                self.tried += 1;
            }
        }
        Found { schedule: self.best, dispatched: self.dispatched, tried: self.tried, halted }
    }
}

/// The schedule that needs no thought.
fn one_after_another(project: &Project) -> Schedule {
    let mut schedule = Schedule { starts: vec![0; project.len()], makespan: 0 };
    for &activity in &project.graph().topological {
        schedule.starts[activity.index()] = schedule.makespan;
        schedule.makespan += project.duration(activity);
    }
    schedule
}

/// A list that was not seen before, if there is one near: the parent at `place` and a mate that won a
/// tournament of two, crossed and mutated.
fn child(
    population: &[Individual],
    place: usize,
    breeder: &Breeder<'_>,
    direction: Direction,
    seen: &HashSet<u64>,
    random: &mut Random,
) -> Vec<OpId> {
    let mut retries = RETRIES;
    loop {
        let mate = mate(population, place, random);
        let (parent, mate) = (&population[place], &population[mate]);
        let (father, mother) = if random.chance(0.5) { (parent, mate) } else { (mate, parent) };
        let mut list = breeder.cross(father, mother, direction, random);
        breeder.mutate(&mut list, direction, random);
        if retries == 0 || !seen.contains(&fingerprint_of_list(&list, direction)) {
            return list;
        }
        retries -= 1;
    }
}

/// The better of two random individuals; another one than the parent at `place` if there is one.
fn mate(population: &[Individual], place: usize, random: &mut Random) -> usize {
    let others = population.len() - 1;
    if others == 0 {
        return place;
    }
    let mut draw = || {
        let drawn = random.index(others);
        if drawn >= place { drawn + 1 } else { drawn }
    };
    let (one, two) = (draw(), draw());
    if population[two].schedule.makespan < population[one].schedule.makespan { two } else { one }
}

/// A number that equal lists of one direction share.
fn fingerprint_of_list(list: &[OpId], direction: Direction) -> u64 {
    let salt = match direction {
        Direction::Forward => 1,
        Direction::Backward => 2,
    };
    fingerprint(std::iter::once(salt).chain(list.iter().map(|activity| u64::from(activity.0))))
}
