//! Watches against an oracle that is told the whole story at once.

use super::*;
use proptest::prelude::*;

/// How a try ends: after so long, well or not; never when absent.
type Try = Option<(u64, bool)>;

/// What a watch says, and when.
fn story(rule: Rule, tries: &[Try]) -> Vec<(u64, Order)> {
    let mut watch = Watch::new(rule, 0);
    let (mut now, mut told) = (0, Vec::new());
    let mut pending: Option<(u64, u64, bool)> = None;
    let mut left = tries.iter();
    loop {
        let due = watch.due();
        let mut orders = Vec::new();
        match pending {
            Some((at, number, well)) if at < due => {
                now = at;
                pending = None;
                watch.answered(now, number, well, &mut orders);
            }
            _ => {
                assert!(due >= now, "nothing is due before what has been");
                now = due;
                watch.tick(now, &mut orders);
            }
        }
        for order in orders {
            told.push((now, order));
            match order {
                Order::Ask(number) => {
                    let Some(next) = left.next() else { return told };
                    pending = next.map(|(after, well)| (now + after, number, well));
                }
                Order::GiveUp => pending = None,
                _ => {}
            }
        }
    }
}

/// The same by reckoning: each try has a beginning and an end, and what they amount to is counted from there.
fn oracle(rule: Rule, tries: &[Try]) -> Vec<(u64, Order)> {
    let mut told = Vec::new();
    let mut ends: Vec<(u64, bool)> = Vec::new();
    let mut begin = 0;
    for (number, outcome) in (1..).zip(tries) {
        told.push((begin, Order::Ask(number)));
        let (end, well) = match *outcome {
            Some((after, well)) if after < rule.timeout_ms => (begin + after, well),
            _ => {
                told.push((begin + rule.timeout_ms, Order::GiveUp));
                (begin + rule.timeout_ms, false)
            }
        };
        ends.push((end, well));
        begin = end + rule.interval_ms;
    }
    told.push((begin, Order::Ask(tries.len() as u64 + 1)));
    let last = begin;
    // A streak of failures that count, each from its own beginning.
    let first_success = ends.iter().position(|(_, well)| *well).unwrap_or(usize::MAX);
    let counts = |place: usize| place > first_success || ends[place].0 >= rule.start_period_ms;
    let mut healthy = None;
    let mut place = 0;
    while place < ends.len() {
        if ends[place].1 {
            if healthy != Some(true) {
                told.push((ends[place].0, Order::Healthy));
                healthy = Some(true);
            }
            place += 1;
            continue;
        }
        let streak: Vec<usize> = (place..ends.len()).take_while(|at| !ends[*at].1).collect();
        let over = streak.len() + place;
        let counted: Vec<usize> = streak.into_iter().filter(|at| counts(*at)).collect();
        if let Some(&at) = counted.get(rule.retries as usize - 1) {
            let since = ends[at].0;
            told.push((since, Order::Unhealthy));
            healthy = Some(false);
            let well_again = ends.get(over).map_or(last, |(end, _)| *end);
            let acts = since + rule.grace_ms;
            if acts < well_again || acts == since || (over >= ends.len() && acts <= last) {
                told.push((acts, Order::Act));
            }
        }
        place = over;
    }
    told
}

fn sorted(mut told: Vec<(u64, Order)>) -> Vec<(u64, String)> {
    let mut told: Vec<(u64, String)> = told.drain(..).map(|(at, order)| (at, format!("{order:?}"))).collect();
    told.sort();
    told
}

proptest! {
    #[test]
    fn a_watch_says_what_its_tries_amount_to(
        interval_ms in 1u64..50,
        timeout_ms in 1u64..50,
        retries in 1u32..5,
        start_period_ms in prop_oneof![Just(0u64), 0u64..300],
        grace_ms in prop_oneof![Just(0u64), 1u64..200],
        tries in prop::collection::vec(prop::option::weighted(0.9, (0u64..60, any::<bool>())), 0..40),
    ) {
        let rule = Rule { interval_ms, timeout_ms, retries, start_period_ms, grace_ms };
        // At the very moment in which it is well again and its grace is over, either may come first.
        let told = story(rule, &tries);
        let expected = oracle(rule, &tries);
        let ties = expected.iter().chain(&told).filter(|(_, order)| *order == Order::Act).any(|(at, _)| {
            told.iter().any(|(other, order)| at == other && matches!(order, Order::Healthy | Order::GiveUp | Order::Ask(_)))
        });
        prop_assume!(!ties || grace_ms == 0);
        prop_assert_eq!(sorted(told), sorted(expected));
    }
}

fn plain() -> Rule {
    Rule { interval_ms: 10, timeout_ms: 5, retries: 3, start_period_ms: 0, grace_ms: 0 }
}

#[test]
fn a_check_that_never_answers_is_given_up_each_time_and_counts() {
    let told = story(plain(), &[None, None, None]);
    let unhealthy = told.iter().position(|(_, order)| *order == Order::Unhealthy).unwrap();
    assert_eq!(told[unhealthy].0, 3 * 5 + 2 * 10);
    assert_eq!(told[unhealthy + 1].1, Order::Act);
}

#[test]
fn flapping_is_not_unhealthy_and_an_old_answer_changes_nothing() {
    let flaps: Vec<Try> = (0..20).map(|number| Some((1, number % 3 == 0))).collect();
    let told = story(plain(), &flaps);
    assert!(!told.iter().any(|(_, order)| matches!(order, Order::Unhealthy | Order::Act)));
    assert_eq!(told.iter().filter(|(_, order)| *order == Order::Healthy).count(), 1);

    let mut watch = Watch::new(plain(), 0);
    let mut orders = Vec::new();
    watch.tick(0, &mut orders);
    watch.tick(5, &mut orders);
    watch.answered(6, 1, true, &mut orders);
    assert_eq!(orders, [Order::Ask(1), Order::GiveUp]);
    assert_eq!((watch.status(), watch.failures()), (Status::Starting, 1));
}
