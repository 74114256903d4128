//! What holds for every project, checked on random ones.

use super::*;
use crate::graph::Graph;
use proptest::prelude::*;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// A random project: edges point upwards, so there is never a cycle.
fn projects() -> impl Strategy<Value = Project> {
    (1usize..24, 0usize..4).prop_flat_map(|(count, resources)| {
        let duration = prop_oneof![3 => 0u64..12, 1 => Just(0u64), 1 => 1_000u64..2_000];
        (
            proptest::collection::vec((0..count as u32, 0..count as u32), 0..count * 2),
            proptest::collection::vec(duration, count),
            proptest::collection::vec(1u32..8, resources),
            proptest::collection::vec(0u32..8, count * resources),
        )
            .prop_map(move |(edges, durations, capacities, mut needs)| {
                for (at, need) in needs.iter_mut().enumerate() {
                    *need = (*need).min(capacities[at % resources]);
                }
                project(edges, durations, capacities, needs)
            })
    })
}

fn project(edges: Vec<(u32, u32)>, durations: Vec<u64>, capacities: Vec<u32>, needs: Vec<u32>) -> Project {
    let upwards = edges.into_iter().filter(|(a, b)| a < b).map(|(a, b)| (OpId(a), OpId(b)));
    let graph = Graph::build(durations.len(), upwards.collect()).unwrap();
    Project::new(graph, durations, capacities, needs).unwrap()
}

/// Sixty activities with two tight resources: search has something to do, and threads too.
fn tight(count: u32) -> Project {
    let edges = (0..count).flat_map(|i| [(i, i + 2 + i % 3), (i, i + 7 + i % 5)]);
    let edges = edges.filter(|&(_, b)| b < count).collect();
    let durations = (0..u64::from(count)).map(|i| 1 + i * 7 % 10).collect();
    let needs = (0..count).flat_map(|i| [1 + i * 3 % 7, i * 5 % 8]).collect();
    project(edges, durations, vec![10, 9], needs)
}

fn check(project: &Project, starts: &[u64], makespan: u64) {
    let finish = |a: OpId| starts[a.index()] + project.duration(a);
    assert_eq!(project.activities().map(finish).max().unwrap_or(0), makespan);
    for activity in project.activities() {
        for &dependent in project.graph().dependents.of(activity) {
            assert!(finish(activity) <= starts[dependent.index()]);
        }
        // Use only ever grows where something starts.
        let now = starts[activity.index()];
        for (resource, &capacity) in project.capacities().iter().enumerate() {
            let running = project.activities().filter(|&a| starts[a.index()] <= now && now < finish(a));
            let used: u32 = running.map(|a| project.needs(a)[resource]).sum();
            assert!(used <= capacity, "{used} of {capacity} at {now}");
        }
    }
    assert!(makespan >= project.critical_path_length());
    assert!(makespan >= project.busiest_resource_time());
}

fn options(schedules: usize, seed: u64, threads: usize) -> Options<'static> {
    Options { schedules, seed, threads, cutoff: Cutoff::default() }
}

proptest! {
    #[test]
    fn both_schemes_are_feasible_in_both_directions(project in projects(), seed in any::<u64>()) {
        let mut builder = Builder::new(&project, Cutoff::default());
        let mut schedule = Schedule::default();
        let keys: Vec<u64> = (0..project.len() as u64).map(|i| (i + 1).wrapping_mul(seed | 1)).collect();
        for direction in [Direction::Forward, Direction::Backward] {
            let makespan = builder.parallel(direction, &keys, &mut schedule).unwrap();
            check(&project, &schedule.starts, makespan);
            let mut order = Vec::new();
            builder.order_by_keys(&keys, &mut order);
            if direction == Direction::Backward {
                order.reverse();
            }
            let makespan = builder.serial(direction, &order, &mut schedule).unwrap();
            check(&project, &schedule.starts, makespan);
        }
    }

    #[test]
    fn improvement_never_worsens(project in projects(), seed in any::<u64>()) {
        let mut builder = Builder::new(&project, Cutoff::default());
        let mut schedule = Schedule::default();
        let keys: Vec<u64> = (0..project.len() as u64).map(|i| (i + 1).wrapping_mul(seed | 1)).collect();
        builder.parallel(Direction::Forward, &keys, &mut schedule).unwrap();
        for direction in [Direction::Backward, Direction::Forward, Direction::Backward] {
            let before = schedule.clone();
            builder.justify(direction, &mut schedule).unwrap();
            check(&project, &schedule.starts, schedule.makespan);
            prop_assert!(schedule.makespan <= before.makespan);
        }
        let before = schedule.makespan;
        let made = builder.improve(&mut schedule, 7);
        prop_assert!(made <= 7 && schedule.makespan <= before);
    }

    #[test]
    fn a_prediction_is_feasible_and_explains_itself(
        project in projects(), schedules in 1usize..120, seed in any::<u64>()
    ) {
        let prediction = predict(&project, &options(schedules, seed, 1));
        check(&project, &prediction.starts, prediction.makespan);
        prop_assert!((1..=schedules).contains(&prediction.schedules_tried));
        prop_assert!(prediction.makespan <= prediction.dispatched_makespan);

        let path: u64 = prediction.critical_path.iter().map(|&a| project.duration(a)).sum();
        prop_assert_eq!(path, prediction.lower_bound);
        prop_assert!(prediction.critical_path.windows(2).all(|w| project.graph().dependents.of(w[0]).contains(&w[1])));
        // The chain starts at 0 and has no gaps, so it is as long as the whole.
        let chain: u64 = prediction.critical_chain.iter().map(|&a| project.duration(a)).sum();
        prop_assert_eq!(chain, prediction.makespan);

        let tails = project.tails();
        for activity in project.activities() {
            let index = activity.index();
            let by_path = prediction.makespan - tails[index] - project.duration(activity) - prediction.starts[index];
            prop_assert!(prediction.slack[index] <= by_path);
        }
        for (resource, curve) in prediction.curves.iter().enumerate() {
            prop_assert!(curve.steps.iter().all(|&(_, used)| used <= curve.capacity));
            prop_assert!(curve.steps.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 != w[1].1));
            prop_assert_eq!(curve.steps.last().map(|step| step.1), Some(0));
            let area: u64 = curve.steps.windows(2).map(|w| (w[1].0 - w[0].0) * u64::from(w[0].1)).sum();
            let work: u64 =
                project.activities().map(|a| project.duration(a) * u64::from(project.needs(a)[resource])).sum();
            prop_assert_eq!(area, work);
        }
    }

    #[test]
    fn more_schedules_are_never_worse_than_the_rule_alone(project in projects(), seed in any::<u64>()) {
        let one = predict(&project, &options(1, seed, 1));
        let many = predict(&project, &options(60, seed, 1));
        prop_assert_eq!(one.makespan, one.dispatched_makespan);
        prop_assert!(many.makespan <= one.makespan);
    }

    #[test]
    fn the_same_seed_gives_the_same_prediction(project in projects(), seed in any::<u64>()) {
        let first = predict(&project, &options(80, seed, 1));
        prop_assert_eq!(&first, &predict(&project, &options(80, seed, 1)));
        prop_assert_eq!(&first, &predict(&project, &options(80, seed, 3)));
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    // Large enough that the rounds are really shared.
    let project = tight(3_000);
    let one = predict(&project, &options(60, 7, 1));
    assert!(one.makespan > one.lower_bound && one.makespan <= one.dispatched_makespan);
    check(&project, &one.starts, one.makespan);
    for threads in [2, 4] {
        assert_eq!(one, predict(&project, &options(60, 7, threads)));
    }
}

#[test]
fn searching_pays() {
    let project = tight(60);
    let prediction = predict(&project, &options(500, 1, 1));
    assert!(prediction.makespan < prediction.dispatched_makespan || prediction.is_optimal);
}

#[test]
fn a_stop_ends_the_search_with_what_there_is() {
    let project = tight(200);
    let flag = AtomicBool::new(true);
    let stopped = Cutoff { flag: Some(&flag), deadline: None };
    let late = Cutoff { flag: None, deadline: Some(Instant::now()) };
    for cutoff in [stopped, late] {
        for threads in [1, 4] {
            let prediction = predict(&project, &Options { cutoff, ..options(usize::MAX, 1, threads) });
            assert!(prediction.is_halted);
            assert_eq!(prediction.schedules_tried, 1);
            check(&project, &prediction.starts, prediction.makespan);
        }
    }
}

#[test]
fn a_large_project_is_stopped_within_its_first_schedule() {
    let project = tight(5_000);
    let cutoff = Cutoff { flag: Some(&AtomicBool::new(true)), deadline: None };
    let prediction = predict(&project, &Options { cutoff, ..options(10, 1, 2) });
    assert!(prediction.is_halted);
    assert_eq!(prediction.makespan, project.durations().iter().sum::<u64>());
    check(&project, &prediction.starts, prediction.makespan);
}

#[test]
fn a_ready_operation_that_fits_never_waits_in_the_parallel_scheme() {
    let project = tight(80);
    let mut schedule = Schedule::default();
    Builder::new(&project, Cutoff::default()).parallel(
        Direction::Forward,
        &rank::keys(&project),
        &mut schedule,
    );
    let finish = |a: OpId| schedule.starts[a.index()] + project.duration(a);
    for activity in project.activities() {
        let start = schedule.starts[activity.index()];
        let ready = project.graph().dependencies.of(activity).iter().map(|&d| finish(d)).max().unwrap_or(0);
        for now in ready..start {
            let fits = project.capacities().iter().enumerate().all(|(resource, &capacity)| {
                let running =
                    project.activities().filter(|&a| schedule.starts[a.index()] <= now && now < finish(a));
                let used: u32 = running.map(|a| project.needs(a)[resource]).sum();
                used + project.needs(activity)[resource] <= capacity
            });
            assert!(!fits, "activity {} could have started at {now}", activity.0);
        }
    }
}

#[test]
fn a_stop_in_the_middle_is_honoured() {
    let project = tight(200);
    let flag = AtomicBool::new(false);
    let cutoff = Cutoff { flag: Some(&flag), deadline: None };
    std::thread::scope(|scope| {
        let search = scope.spawn(|| predict(&project, &Options { cutoff, ..options(usize::MAX, 1, 2) }));
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
        let prediction = search.join().unwrap();
        assert!(prediction.is_halted);
        check(&project, &prediction.starts, prediction.makespan);
    });
}

#[test]
fn nothing_and_a_single_activity_are_predicted() {
    let nothing = predict(&project(vec![], vec![], vec![1], vec![]), &Options::default());
    assert_eq!((nothing.makespan, nothing.critical_path.len(), nothing.critical_chain.len()), (0, 0, 0));
    let single = predict(&project(vec![], vec![5], vec![1], vec![1]), &Options::default());
    assert_eq!((single.makespan, single.starts.as_slice(), single.slack.as_slice()), (5, &[0][..], &[0][..]));
    assert_eq!(single.critical_chain, [OpId(0)]);
    assert_eq!(single.curves[0].steps, [(0, 1), (5, 0)]);
    assert!(single.is_optimal);
}

#[test]
fn operations_without_durations_take_no_time() {
    let prediction =
        predict(&project(vec![(0, 1), (1, 2)], vec![0; 4], vec![1], vec![1; 4]), &options(20, 0, 2));
    assert_eq!(prediction.makespan, 0);
    assert_eq!(prediction.curves[0].steps, [(0, 0)]);
}

#[test]
fn absurd_values_do_not_overflow() {
    let half = Project::LONGEST / 2;
    let project = project(vec![(0, 2)], vec![half, half - 1, 1], vec![u32::MAX], vec![u32::MAX, u32::MAX, 1]);
    let prediction = predict(&project, &options(50, u64::MAX, 1));
    check(&project, &prediction.starts, prediction.makespan);
    // The small one finds nothing left beside the others.
    assert_eq!(prediction.makespan, 2 * half);
    assert!(prediction.is_optimal);
}

#[test]
fn what_can_never_run_is_refused_by_name() {
    let graph = || Graph::build(2, vec![]).unwrap();
    let error = Project::new(graph(), vec![1, 1], vec![3, 4], vec![3, 4, 0, 5]).unwrap_err();
    assert_eq!(error.activity(), Some(OpId(1)));
    let fault = error.into_fault("Deploy-Database");
    assert_eq!(fault.target.as_deref(), Some("Deploy-Database"));
    assert!(fault.message.contains("'Deploy-Database'"), "{}", fault.message);

    let error = Project::new(graph(), vec![u64::MAX, u64::MAX], vec![], vec![]).unwrap_err();
    assert_eq!(error.activity(), Some(OpId(0)));
    assert!(Project::new(graph(), vec![1], vec![], vec![]).is_err());
}
