//! How good the schedules are: average percent above the longest path (and above the best known).

use crate::psplib::{Instance, Set};
use crate::random::normal;
use labrunner_core::graph::Direction;
use labrunner_core::preview::cutoff::Cutoff;
use labrunner_core::preview::problem::Project;
use labrunner_core::preview::schedule::{Builder, Schedule};
use labrunner_core::preview::{Options, predict, rank};
use labrunner_core::random::Random;
use std::time::Instant;

/// Deviation of the logarithm of an estimate's error.
const SIGMA: f64 = 0.5;
/// Wrong estimates of every instance.
const DRAWS: usize = 20;

/// A rule: what it knows of a project, and a key for each activity, smallest first.
type Rule = fn(&Project, &mut Random) -> Vec<u64>;

const RULES: [(&str, Rule); 6] = [
    ("random", |project, random| project.activities().map(|_| random.next()).collect()),
    ("first in, first out", |project, _| (0..project.len() as u64).collect()),
    ("unit depth", |project, _| longest_first(depths(project))),
    ("latest finish time", |project, _| longest_first(project.tails())),
    ("LabRunner, linear", |project, _| rank::keys(project)),
    ("LabRunner, rehearsed", |project, _| rank::rehearsed_keys(project, Cutoff::default())),
];

/// What to reach, for the sets that have such a figure: online, with wrong estimates, preview.
fn targets(set: &str) -> [Option<f64>; 3] {
    match set {
        "j30" => [18.9, 19.6, 13.7].map(Some),
        "j60" => [16.9, 17.8, 11.8].map(Some),
        _ => [None; 3],
    }
}

/// Prints the whole table.
pub fn measure(sets: &[Set]) {
    println!("Schedule quality on PSPLIB: average % above the critical path [above the best known]");
    let sizes: Vec<String> = sets.iter().map(|set| format!("{} {}", set.instances.len(), set.name)).collect();
    println!("  instances: {}", sizes.join(", "));
    row("", sets, |set| format!("{:>17}", set.name));

    println!("  One online schedule, durations known");
    for (name, rule) in RULES {
        row(name, sets, |set| {
            let mut random = Random::new(1);
            average(set, |instance, add| {
                add(dispatch(&instance.project, &rule(&instance.project, &mut random)));
            })
        });
    }
    goal(sets, 0);

    println!("  One online schedule, estimates off by a log-normal factor (sigma {SIGMA}), {DRAWS} draws");
    for (name, rule) in RULES {
        row(name, sets, |set| {
            let mut random = Random::new(2);
            average(set, |instance, add| {
                for _ in 0..DRAWS {
                    let wrong = |&duration: &u64| {
                        (duration as f64 * (SIGMA * normal(&mut random)).exp()).round() as u64
                    };
                    let estimates: Vec<u64> = instance.project.durations().iter().map(wrong).collect();
                    match instance.project.with_durations(estimates) {
                        Ok(believed) => add(dispatch(&instance.project, &rule(&believed, &mut random))),
                        Err(error) => eprintln!("an estimate is out of range: {error}"),
                    }
                }
            })
        });
    }
    goal(sets, 1);

    println!("  Preview");
    for schedules in [100, 1_000] {
        let mut times = Vec::new();
        row(&format!("{schedules} schedules"), sets, |set| {
            let mut slowest = 0.0f64;
            let begun = Instant::now();
            let cell = average(set, |instance, add| {
                let begun = Instant::now();
                let options = Options { schedules, ..Options::default() };
                add(predict(&instance.project, &options).makespan);
                slowest = slowest.max(begun.elapsed().as_secs_f64());
            });
            times.push((begun.elapsed().as_secs_f64() / set.instances.len() as f64, slowest));
            cell
        });
        let mut times = times.into_iter();
        row("  ms each (slowest)", sets, |_| {
            let (mean, slowest) = times.next().unwrap_or_default();
            format!("{:>8.1} ({slowest:>6.1})", mean * 1e3, slowest = slowest * 1e3)
        });
    }
    goal(sets, 2);
}

fn row(name: &str, sets: &[Set], cell: impl FnMut(&Set) -> String) {
    let cells: Vec<String> = sets.iter().map(cell).collect();
    println!("{}", format!("    {name:<24}{}", cells.join("  ")).trim_end());
}

fn goal(sets: &[Set], which: usize) {
    row("(to reach)", sets, |set| match targets(set.name)[which] {
        Some(target) => format!("{target:>8.2}         "),
        None => " ".repeat(17),
    });
}

/// Averages over the makespans that `measure` adds for each instance.
fn average(set: &Set, mut measure: impl FnMut(&Instance, &mut dyn FnMut(u64))) -> String {
    let (mut above_bound, mut count) = (0.0, 0usize);
    let (mut above_best, mut known) = (0.0, 0usize);
    for instance in &set.instances {
        measure(instance, &mut |makespan| {
            above_bound += makespan as f64 / instance.bound.max(1) as f64 - 1.0;
            count += 1;
            if let Some(best) = instance.best {
                above_best += makespan as f64 / best as f64 - 1.0;
                known += 1;
            }
        });
    }
    let percent = |sum: f64, count: usize| 100.0 * sum / count.max(1) as f64;
    match known {
        0 => format!("{:>8.2}         ", percent(above_bound, count)),
        _ => format!("{:>8.2} [{:>5.2}] ", percent(above_bound, count), percent(above_best, known)),
    }
}

/// What a dispatcher makes of it that starts whatever is ready and fits, smallest key first.
fn dispatch(project: &Project, keys: &[u64]) -> u64 {
    let mut schedule = Schedule::default();
    Builder::new(project, Cutoff::default())
        .parallel(Direction::Forward, keys, &mut schedule)
        .unwrap_or(schedule.makespan)
}

fn longest_first(lengths: Vec<u64>) -> Vec<u64> {
    lengths.into_iter().map(|length| u64::MAX - length).collect()
}

/// Activities on the longest way to the end, as if all took equally long.
fn depths(project: &Project) -> Vec<u64> {
    let mut depths = vec![1u64; project.len()];
    for &activity in project.graph().topological.iter().rev() {
        for dependency in project.graph().dependencies.of(activity) {
            depths[dependency.index()] = depths[dependency.index()].max(depths[activity.index()] + 1);
        }
    }
    depths
}
