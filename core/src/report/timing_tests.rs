//! The critical path, the waits and the slots of runs in which it is known what everything waited for.

use super::critical::{Link, path};
use super::slots::slots;
use super::testing::{Lab, Task, resource, shop};
use super::timeline::Timeline;
use super::waits::{Cause, waits};
use super::{model, usage};
use crate::record::entry::{Continued, Suspended};
use crate::record::{Entry, What};
use proptest::prelude::*;

fn labs() -> impl Strategy<Value = Lab> {
    let task = (
        proptest::collection::vec(any::<proptest::sample::Index>(), 0..3),
        proptest::collection::vec(0u64..40, 1..3),
        0u64..15,
        prop::bool::weighted(0.1),
        proptest::option::weighted(0.3, 0u32..3),
        prop::bool::weighted(0.1),
    );
    (proptest::collection::vec(task, 1..30), 1u32..5).prop_map(|(tasks, slots)| {
        let task = |(place, (after, attempts, pause, fails, need, service)): (usize, _)| {
            let after: Vec<proptest::sample::Index> = after;
            let mut after: Vec<u32> =
                if place == 0 { Vec::new() } else { after.iter().map(|it| it.index(place) as u32).collect() };
            after.sort_unstable();
            after.dedup();
            let attempts: Vec<u64> = attempts;
            let need: Option<u32> = need;
            Task {
                name: format!("t{place}"),
                after,
                attempts: if service { vec![attempts[0]] } else { attempts },
                pause,
                fails: fails && !service,
                // A service keeps what it has taken, and then nothing else that needs it would ever start.
                needs: need.filter(|_| !service).map(|of| (of, 1 + of % 2)).into_iter().collect(),
                service,
                ..Task::default()
            }
        };
        Lab {
            name: "lab".to_owned(),
            slots,
            resources: vec![
                resource("lock", "a", 1),
                resource("pool", "b", 3),
                resource("memory", "memory", 1),
            ],
            tasks: tasks.into_iter().enumerate().map(task).collect(),
            ..Lab::default()
        }
    })
}

proptest! {
    /// The attempts of the path and the pauses between them cover the run from its start to its end, once.
    #[test]
    fn the_path_explains_the_whole_time(lab in labs()) {
        let seen = lab.seen();
        let waited = waits(&seen);
        let steps = path(&seen, &waited);
        let mut at = 0;
        for step in &steps {
            let attempt = &seen.timeline.attempts[step.attempt];
            prop_assert_eq!(step.from, attempt.begun.at);
            prop_assert_eq!(step.from, at + step.gap_ms);
            prop_assert!(step.to >= step.from);
            // Nothing but a pause keeps anything from starting at once in these runs.
            let pause: u64 = waited[step.attempt].parts.iter().filter(|part| part.cause == Cause::Retry).map(|part| part.ms).sum();
            prop_assert_eq!(step.gap_ms, if step.link == Link::Retry { pause } else { 0 }, "{:?}", step);
            at = step.to;
        }
        prop_assert!(at <= seen.end);
        // Services end with the run, in the same moment; so nothing comes behind the path.
        prop_assert_eq!(at, seen.end);
        let busy: u64 = steps.iter().map(|step| step.to - step.from).sum();
        prop_assert!(busy <= seen.end);
    }

    #[test]
    fn every_wait_has_a_cause(lab in labs()) {
        let seen = lab.seen();
        for (attempt, waited) in seen.timeline.attempts.iter().zip(waits(&seen)) {
            prop_assert_eq!(waited.ms(), attempt.begun.at - waited.ready.at);
            let unexplained = waited.parts.iter().any(|part| matches!(part.cause, Cause::Other | Cause::Check));
            prop_assert!(!unexplained, "{:?} {:?}", attempt, waited);
        }
    }

    #[test]
    fn no_two_attempts_share_a_slot(lab in labs()) {
        let seen = lab.seen();
        let slots = slots(&seen);
        let mut until = vec![super::timeline::Moment::default(); lab.slots as usize];
        for (attempt, slot) in seen.timeline.attempts.iter().zip(slots) {
            let slot = slot.unwrap() as usize;
            prop_assert!(slot < until.len(), "no more slots than there are");
            prop_assert!(until[slot] <= attempt.begun);
            until[slot] = attempt.slot_free().unwrap();
        }
        prop_assert!(usage::slots(&seen).peak() <= lab.slots);
    }

    #[test]
    fn a_record_that_breaks_off_anywhere_is_reported_on(lab in labs(), cut in any::<proptest::sample::Index>()) {
        let mut seen = lab.seen();
        let entries = lab.entries();
        let names = lab.tasks.iter().map(|task| task.name.clone()).collect();
        seen.state = crate::record::RunState::new(&seen.header, names);
        seen.timeline = super::timeline::Timeline::default();
        for (seq, (at, what)) in (0..).zip(entries.into_iter().take(cut.index(lab.entries().len() + 1))) {
            let entry = crate::record::Entry { seq, at, what };
            seen.state.apply(&entry);
            seen.timeline.apply(&entry);
        }
        seen.end = seen.timeline.at;
        let report = model::report(&seen);
        let covered: u64 = report.critical_path.iter().map(|step| step.gap_ms + step.to_ms - step.from_ms).sum();
        prop_assert_eq!(covered + report.figures.after_critical_ms, seen.end);
    }
}

#[test]
fn a_shop_is_explained() {
    let seen = shop().seen();
    let waited = waits(&seen);
    let steps = path(&seen, &waited);
    let told: Vec<_> = steps
        .iter()
        .map(|step| {
            let attempt = &seen.timeline.attempts[step.attempt];
            (seen.name(attempt.op), attempt.number, step.link, step.gap_ms, step.from, step.to)
        })
        .collect();
    let shown: Vec<String> = told
        .iter()
        .map(|(name, number, link, gap, from, to)| format!("{name} {number} {link:?} +{gap} {from}-{to}"))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn time_in_which_the_run_was_suspended_is_a_cause_of_its_own() {
    let tasks = vec![Task::new("a", &[], 1_000), Task::new("b", &[0], 500)];
    let mut seen = Lab { slots: 1, tasks, ..Lab::default() }.seen();
    let suspension = [
        (800, What::Suspended(Suspended::default())),
        (2_800, What::Continued(Continued::default())),
        (2_900, What::Suspended(Suspended::default())),
    ];
    let mut timeline = Timeline::default();
    for (seq, (at, what)) in (0..).zip(suspension) {
        timeline.apply(&Entry { seq, at, what });
    }
    assert_eq!(timeline.suspended, [(800, Some(2_800)), (2_900, None)]);
    seen.timeline.suspended = vec![(800, Some(2_800))];
    let late = &mut seen.timeline.attempts[1];
    late.begun.at = 3_000;
    late.ended.as_mut().unwrap().at = 3_500;
    seen.end = 3_500;
    let waited = &waits(&seen)[1];
    let parts: Vec<_> = waited.parts.iter().map(|part| (part.cause, part.ms)).collect();
    assert_eq!((parts, waited.idle_ms), (vec![(Cause::Suspended, 1_800), (Cause::Other, 200)], 200));
}

#[test]
fn a_run_of_which_nothing_is_known_is_reported_on() {
    let report = model::report(&super::seen::Seen::default());
    assert!(report.attempts.is_empty() && report.critical_path.is_empty());
    assert_eq!(report.run.status, "Interrupted");
}
