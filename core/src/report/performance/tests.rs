//! What a recommendation promises is what the run does that follows it: random worlds are run, recorded and read, and then
//! run once more as they recommend.

mod world;

use super::document::{Kind, Recommendation};
use super::{Performance, of};
use crate::graph::OpId;
use crate::history::earlier::Earlier;
use crate::operation::{FailureStrategy, Order, Trigger, Work};
use crate::record::state::Stage;
use crate::record::usage::Used;
use crate::report::seen::Seen;
use crate::report::testing::shop;
use crate::scheduler::Status;
use proptest::prelude::*;
use std::collections::HashMap;
use world::{Act, Ran, World, failing_worlds, worlds};

fn performance(world: &World) -> Performance {
    of(&world.run().seen, &[])
}

/// The world of somebody who does what is recommended, as far as the run shows what that is.
fn followed(world: &World, seen: &Seen, advice: &Recommendation) -> World {
    let mut world = world.clone();
    let ended = |place: usize| seen.state.operations[place].stage == Stage::Ended(Status::Succeeded);
    let last = |place: usize| {
        let attempt = &seen.timeline.attempts[seen.timeline.last_of(OpId(u32::try_from(place).unwrap()))?];
        Some(attempt.done()?.at - attempt.begun.at)
    };
    let on = advice.on.clone().unwrap_or_default();
    let to = advice.to.unwrap_or_default();
    let operations = &mut world.request.operations;
    match advice.kind {
        Kind::MaxConcurrency => world.slots = u32::try_from(to).unwrap(),
        Kind::Pool => _ = world.request.limits.pools.insert(on, to),
        Kind::Limit => match on.as_str() {
            "memory" => world.request.limits.memory_mib = Some(to),
            "cpu" => world.request.limits.cpu_percent = Some(to),
            other => panic!("no world has a limit of {other}"),
        },
        Kind::Lock => {
            for needs in operations.iter_mut().filter_map(|it| it.needs.as_mut()) {
                needs.locks.remove(&on);
            }
            world.request.conflicts.retain(|group| group.join(", ") != on);
        }
        Kind::Order => {
            world.request.order = Order::Intelligent;
            world.slots = advice.to.map_or(world.slots, |slots| u32::try_from(slots).unwrap());
        }
        Kind::Estimates => {
            for (place, operation) in operations.iter_mut().enumerate() {
                operation.estimate_ms = last(place).or(operation.estimate_ms);
            }
        }
        Kind::Retries => {
            for (_, act) in world.acts.iter_mut().enumerate().filter(|(place, _)| ended(*place)) {
                act.before.clear();
            }
        }
        Kind::Backoff => {
            for retry in operations.iter_mut().filter_map(|it| it.retry.as_mut()) {
                retry.delay_ms = 0;
            }
        }
        Kind::Duration => {
            let place = operations.iter().position(|it| it.name == on).unwrap();
            let Act { before, took, .. } = &mut world.acts[place];
            *took /= 2;
            before.iter_mut().for_each(|took| *took /= 2);
        }
    }
    world
}

proptest! {
    // A world that is not rehearsed as it went has no recommendations; that is to be rare.
    #![proptest_config(ProptestConfig { cases: 200, max_global_rejects: 10, ..ProptestConfig::default() })]

    #[test]
    fn what_is_promised_is_what_it_gives(world in worlds(0)) {
        let Ran { seen, makespan } = world.run();
        let performance = of(&seen, &[]);
        prop_assume!(performance.not_rehearsed.is_none());
        for advice in &performance.recommendations {
            prop_assert_eq!(advice.without_ms, makespan);
            prop_assert!(advice.gain_ms * 100 >= advice.without_ms * 5, "{}", advice.message);
            let with = followed(&world, &seen, advice).makespan();
            let gain = makespan.saturating_sub(with);
            let off = gain.abs_diff(advice.gain_ms);
            prop_assert!(off * 20 <= advice.gain_ms + 20, "{} of {makespan}: {gain} and not {}", advice.message, advice.gain_ms);
        }
        for pair in performance.recommendations.windows(2) {
            prop_assert!(pair[0].gain_ms >= pair[1].gain_ms);
        }
        prop_assert!(performance.lower_bound_ms <= makespan);
        prop_assert!(performance.parallel_efficiency_percent <= 100.0);
    }

    /// A record does not say what took the time between an admission and the begin, only when nothing else was in the way.
    #[test]
    fn slow_workers_change_what_is_promised_little(world in worlds(40)) {
        let Ran { seen, makespan } = world.run();
        let performance = of(&seen, &[]);
        for advice in &performance.recommendations {
            let with = followed(&world, &seen, advice).makespan();
            let off = makespan.saturating_sub(with).abs_diff(advice.gain_ms);
            prop_assert!(off * 20 <= makespan, "{} of {makespan}: off by {off}", advice.message);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_global_rejects: 10, ..ProptestConfig::default() })]

    /// Of a run that went on where another one had died, and of one whose operations were restarted by orders.
    #[test]
    fn what_is_promised_of_a_run_that_was_resumed_and_steered_is_what_it_gives(
        world in worlds(0),
        kept in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        restarts in proptest::collection::vec((any::<prop::sample::Index>(), 50u64..4_000), 0..6),
    ) {
        let world = world.steered(&kept, &restarts);
        let Ran { seen, makespan } = world.run();
        let performance = of(&seen, &[]);
        prop_assume!(performance.not_rehearsed.is_none());
        for advice in &performance.recommendations {
            let with = followed(&world, &seen, advice).makespan();
            let off = makespan.saturating_sub(with).abs_diff(advice.gain_ms);
            prop_assert!(off * 20 <= advice.gain_ms + 20, "{} of {makespan}: off by {off}", advice.message);
        }
    }
}

proptest! {
    // Monitors that a failure has stopped are in some of them, and those are not rehearsed.
    #![proptest_config(ProptestConfig { cases: 100, max_global_rejects: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_promised_of_a_run_that_a_failure_stopped_is_what_it_gives(world in failing_worlds()) {
        let Ran { seen, makespan } = world.run();
        let performance = of(&seen, &[]);
        prop_assume!(performance.not_rehearsed.is_none());
        for advice in &performance.recommendations {
            let with = followed(&world, &seen, advice).makespan();
            let off = makespan.saturating_sub(with).abs_diff(advice.gain_ms);
            prop_assert!(off * 20 <= advice.gain_ms + 20, "{} of {makespan}: off by {off}", advice.message);
        }
    }
}

/// Worlds that each call for one thing.
fn plain(names: &[&str], took: u64) -> World {
    let mut world = World::new(names.len());
    for (operation, name) in world.request.operations.iter_mut().zip(names) {
        operation.name = (*name).to_owned();
    }
    world.acts.iter_mut().for_each(|act| act.took = took);
    world
}

fn message(world: &World, kind: Kind) -> String {
    let performance = performance(world);
    let found = performance.recommendations.iter().find(|it| it.kind == kind);
    found.map_or_else(|| panic!("no {kind:?} in {performance:?}"), |it| it.message.clone())
}

#[test]
fn slots_are_recommended_up_to_where_more_gain_little() {
    let world = World { slots: 2, ..plain(&["a", "b", "c", "d", "e", "f", "g", "h"], 10_000) };
    assert_eq!(
        message(&world, Kind::MaxConcurrency),
        "With MaxConcurrency 8 instead of 2 this run would have taken 30.0 s less: 6 attempts waited for a slot, 2 min 00 s in \
         all, and 3 attempts of the critical path did."
    );
    let mut seen = world.run().seen;
    let used = |at, percent| Used {
        at,
        cpu_percent: Some(percent),
        memory_mib: Some(700),
        memory_total_mib: Some(1_000),
    };
    seen.used = vec![used(1_000, 100), used(4_000, 90)];
    let busy = &of(&seen, &[]).recommendations[0].message;
    assert!(busy.ends_with("The processors were in use to 92 % on average, so operations that compute take longer beside others."), "{busy}");
    let curves = crate::report::model::report(&seen).curves;
    let measured: Vec<_> =
        curves[1..].iter().map(|it| (it.kind.as_str(), it.capacity, it.points.clone())).collect();
    let expected = [
        ("processors", 100, vec![(0, 100), (1_000, 90)]),
        ("used-memory", 1_000, vec![(1_000, 700), (4_000, 700)]),
    ];
    assert_eq!(measured, expected);
    let performance = performance(&World { slots: 8, ..world });
    assert_eq!(performance.recommendations.iter().map(|it| it.kind).collect::<Vec<_>>(), []);
    assert_eq!((performance.average_concurrency, performance.parallel_efficiency_percent), (8.0, 100.0));
}

#[test]
fn a_lock_a_pool_and_a_limit_are_named() {
    use crate::operation::{LockMode, Needs};
    let mut world = World { slots: 4, ..plain(&["a", "b", "c"], 2_000) };
    for operation in &mut world.request.operations {
        let locks = [("dns".to_owned(), LockMode::Exclusive)].into();
        operation.needs = Some(Box::new(Needs { locks, ..Needs::default() }));
    }
    assert_eq!(
        message(&world, Kind::Lock),
        "Without the lock 'dns' this run would have taken 4.0 s less: 2 attempts waited for it, 6.0 s in all, and 2 attempts \
         of the critical path did."
    );
    for operation in &mut world.request.operations {
        let pools = [("licences".to_owned(), 2)].into();
        operation.needs = Some(Box::new(Needs { pools, ..Needs::default() }));
    }
    world.request.limits.pools = [("licences".to_owned(), 3)].into();
    let text = message(&world, Kind::Pool);
    assert!(
        text.starts_with(
            "With 6 units in the pool 'licences' instead of 3 this run would have taken 4.0 s less:"
        ),
        "{text}"
    );
    for operation in &mut world.request.operations {
        operation.needs = Some(Box::new(Needs { memory_mib: Some(1_000), ..Needs::default() }));
    }
    world.request.limits = crate::operation::ResourceLimits { memory_mib: Some(1_000), ..Default::default() };
    let text = message(&world, Kind::Limit);
    assert!(
        text.starts_with(
            "With a limit of 3000 MiB for memory instead of 1000 this run would have taken 4.0 s less:"
        ),
        "{text}"
    );
}

#[test]
fn an_order_and_what_it_knows_are_recommended() {
    let mut world = World { slots: 2, ..plain(&["a", "b", "c", "d"], 1_000) };
    world.request.order = Order::Sequential;
    let text = message(&world, Kind::Order);
    let expected = "In the mode Intelligent with MaxConcurrency 4 this run would have taken 3.0 s less:";
    assert!(text.starts_with(expected), "{text}");
    // The long one is declared last, and its length is not known.
    world.request.order = Order::Intelligent;
    world.acts[3].took = 3_000;
    let text = message(&world, Kind::Estimates);
    assert!(text.contains("0 of 4 operations had one"), "{text}");
}

#[test]
fn what_retries_cost_is_said() {
    let mut world = plain(&["a"], 1_000);
    world.acts[0].before = vec![500, 500];
    let policy = crate::operation::RetryPolicy { count: 2, delay_ms: 1_000, ..Default::default() };
    world.request.operations[0].retry = Some(Box::new(policy));
    assert_eq!(
        message(&world, Kind::Retries),
        "If every operation that succeeded had done so at once, this run would have taken 3.0 s less: 2 attempts failed before \
         another one, and took 1.0 s and 2.0 s of pauses."
    );
    assert_eq!(
        message(&world, Kind::Backoff),
        "Without pauses between attempts this run would have taken 2.0 s less: 2 pauses, 2.0 s in all."
    );
    assert!(
        message(&world, Kind::Duration)
            .starts_with("If 'a' took half as long, this run would have taken 1.0 s less:")
    );
}

#[test]
fn a_run_that_a_failure_stopped_is_rehearsed_as_far_as_it_went() {
    let mut world = World { failure: FailureStrategy::Stop, ..plain(&["made", "fails", "never"], 4_000) };
    world.acts[1].fails = true;
    for (place, before) in [(1, "made"), (2, "fails")] {
        world.request.operations[place].dependencies = vec![before.to_owned()];
    }
    let text = message(&world, Kind::Duration);
    assert!(text.starts_with("If 'made' took half as long, this run would have taken 2.0 s less:"), "{text}");
    // With more slots, operations would run whose duration nobody knows.
    let mut world =
        World { failure: FailureStrategy::Stop, slots: 1, ..plain(&["fails", "never", "nor"], 4_000) };
    world.acts[0].fails = true;
    let performance = performance(&world);
    assert_eq!(performance.not_rehearsed, None);
    assert!(performance.recommendations.iter().all(|it| it.kind != Kind::MaxConcurrency), "{performance:?}");
}

#[test]
fn no_chain_is_longer_than_what_waited_for_it() {
    let mut world = World { slots: 4, ..plain(&["fails", "long", "skipped", "cleans"], 6_000) };
    (world.acts[0].took, world.acts[0].fails, world.request.operations[0].critical) = (200, true, false);
    world.request.operations[2].dependencies = vec!["fails".to_owned()];
    world.request.operations[2].weak_dependencies = vec!["long".to_owned()];
    world.request.operations[3].dependencies = vec!["skipped".to_owned()];
    world.request.operations[3].trigger = Trigger::AllDone;
    let Ran { seen, makespan } = world.run();
    let performance = of(&seen, &[]);
    assert_eq!((makespan, performance.longest_chain_ms, performance.lower_bound_ms), (6_200, 6_200, 6_200));
}

#[test]
fn what_failed_once_the_run_was_stopped_is_not_rehearsed() {
    let mut world = World { failure: FailureStrategy::Stop, ..plain(&["a", "b"], 2_000) };
    world.acts.iter_mut().for_each(|act| act.fails = true);
    let why = performance(&world).not_rehearsed.unwrap();
    assert!(why.starts_with("Operations failed when the run had been stopped already"), "{why}");
}

#[test]
fn what_was_skipped_by_order_is_skipped_in_the_rehearsal() {
    let world = World { slots: 1, skips: vec![(1_000, OpId(3))], ..plain(&["a", "b", "c", "d"], 2_000) };
    assert_eq!(
        message(&world, Kind::MaxConcurrency),
        "With MaxConcurrency 3 instead of 1 this run would have taken 4.0 s less: 2 attempts waited for a slot, 6.0 s in all, and \
         2 attempts of the critical path did."
    );
}

#[test]
fn what_was_restarted_by_order_is_restarted_in_the_rehearsal() {
    let mut world = World { slots: 1, ..plain(&["a", "b", "c"], 2_000) };
    world.acts[1].restarts = vec![500, 1_500];
    let performance = performance(&world);
    assert_eq!(performance.not_rehearsed, None);
    assert_eq!(performance.retries, None, "nothing has failed");
    let advice = performance.recommendations.iter().find(|it| it.kind == Kind::MaxConcurrency).unwrap();
    assert_eq!((advice.without_ms, advice.with_ms), (8_000, 4_000), "{}", advice.message);
}

#[test]
fn what_a_resumed_run_has_kept_is_kept_in_the_rehearsal() {
    let mut world = World { slots: 1, kept: vec![OpId(0), OpId(2)], ..plain(&["a", "b", "c", "d"], 3_000) };
    world.request.operations[1].dependencies = vec!["a".to_owned()];
    assert_eq!(
        message(&world, Kind::MaxConcurrency),
        "With MaxConcurrency 2 instead of 1 this run would have taken 3.0 s less: 1 attempt waited for a slot, 3.0 s in all, and \
         1 attempt of the critical path did."
    );
}

#[test]
fn what_was_expected_is_compared_with_what_was() {
    let mut world = World { slots: 1, ..plain(&["a", "b"], 2_000) };
    world.request.operations[0].estimate_ms = Some(1_000);
    world.request.operations[1].estimate_ms = Some(2_000);
    let prediction = performance(&world).prediction.unwrap();
    assert_eq!((prediction.predicted_ms, prediction.change_percent, prediction.operations), (3_000, 33.3, 2));
    assert_eq!(prediction.median_error_percent, 50.0);
    assert_eq!(prediction.farthest.len(), 1);
}

#[test]
fn earlier_runs_show_what_is_slower_and_what_varies() {
    let world = World { slots: 2, ..plain(&["steady", "slow", "wild"], 5_000) };
    let run = |slow, wild| Earlier {
        duration_ms: Some(8_000),
        took: HashMap::from([
            ("steady".to_owned(), 5_000),
            ("slow".to_owned(), slow),
            ("wild".to_owned(), wild),
        ]),
    };
    let earlier = [run(2_000, 1_000), run(2_100, 9_000), run(1_900, 20_000)];
    let past = of(&world.run().seen, &earlier).past.unwrap();
    let slower: Vec<_> =
        past.regressions.iter().map(|it| (it.name.as_str(), it.median_ms, it.longest_ms)).collect();
    assert_eq!(slower, [("slow", 2_000, 2_100)]);
    assert_eq!(past.unsteady.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["wild", "slow"]);
    assert_eq!((past.median_ms, past.change_percent), (Some(8_000), Some(25.0)));
    assert_eq!(of(&world.run().seen, &earlier[..2]).past.unwrap().regressions, [], "two are too few");
}

#[test]
fn what_cannot_be_rehearsed_says_why() {
    let why = |seen: &Seen| of(seen, &[]).not_rehearsed.unwrap_or_default();
    assert!(why(&shop().seen()).contains("no scheduling data"));
    let run = plain(&["a"], 1_000).run();
    let seen = Seen { running: true, ..run.seen };
    assert!(why(&seen).contains("when the run has ended"));
    let run = plain(&["a"], 1_000).run();
    let mut seen = run.seen;
    seen.timeline.restarted = 1;
    assert!(why(&seen).contains("Orders ended pauses"));
    let mut seen = plain(&["a"], 1_000).run().seen;
    seen.timeline.remedied = 1;
    assert!(why(&seen).contains("because they were unhealthy"));
    let run = plain(&["a"], 1_000).run();
    let mut seen = run.seen;
    seen.end += 60_000;
    seen.timeline.attempts[0].ended.as_mut().unwrap().at += 60_000;
    seen.timeline.attempts[0].begun.at += 30_000;
    assert_eq!(why(&seen), "", "a worker that took long to be opened is part of the rehearsal");
}

#[test]
fn services_keep_what_they_need_and_die_as_they_did() {
    let mut world = plain(&["web", "test"], 2_000);
    world.request.operations[0].work =
        crate::plan::tests::process("web", crate::operation::ProcessMode::Service).work;
    world.request.operations[1].dependencies = vec!["web".to_owned()];
    let text = message(&world, Kind::Duration);
    assert!(text.starts_with("If 'web' took half as long, this run would have taken 1.0 s less:"), "{text}");
    assert!(matches!(world.request.operations[0].work, Work::Process(_)));
}
