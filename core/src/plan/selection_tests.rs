//! What is selected, why the rest is left out, and what holds for every selection of every graph.

use super::*;
use crate::operation::{ResourceLimits, Work};
use crate::plan::tests::script;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn target(list: &[&str]) -> Selection {
    Selection { target: names(list), ..Selection::default() }
}

fn only(list: &[&str]) -> Selection {
    Selection { only: names(list), ..Selection::default() }
}

fn exclude(list: &[&str]) -> Selection {
    Selection { exclude: names(list), ..Selection::default() }
}

/// A lab with an image that a web server needs, documents, and what happens after both.
fn lab() -> Vec<Operation> {
    vec![
        Operation { id: Some("img".to_owned()), ..script("image", &[]) },
        script("docs", &[]),
        script("web", &["IMG"]),
        Operation { trigger: Trigger::AnyFailed, ..script("rescue", &["web"]) },
        Operation { trigger: Trigger::AllDone, ..script("report", &["web", "docs"]) },
        Operation { weak_dependencies: names(&["docs"]), ..script("after", &[]) },
    ]
}

fn request(operations: Vec<Operation>, selection: Selection) -> PlanRequest {
    PlanRequest { operations, selection, ..PlanRequest::default() }
}

fn kept(request: &PlanRequest) -> Vec<&str> {
    request.operations.iter().map(|operation| operation.name.as_str()).collect()
}

fn left(selection: Selection) -> Vec<String> {
    let mut request = request(lab(), selection);
    let selected = apply(&mut request).unwrap().unwrap();
    selected.left_out.iter().map(|left| format!("{} {}: {}", left.name, left.kind, left.message)).collect()
}

fn fault(operations: Vec<Operation>, selection: Selection) -> Fault {
    apply(&mut request(operations, selection)).unwrap_err()
}

#[test]
fn without_a_selection_nothing_is_touched() {
    let mut all = request(lab(), Selection::default());
    assert_eq!(apply(&mut all), Ok(None));
    assert_eq!(all.operations, lab());
}

#[test]
fn names_ids_and_wildcards_are_found_and_what_is_needed_comes_along() {
    for (selection, expected) in [
        (target(&["web"]), vec!["image", "web"]),
        (target(&["IMG", "d*"]), vec!["image", "docs"]),
        (target(&["after"]), vec!["docs", "after"]),
        (Selection { skip_dependencies: true, ..target(&["web"]) }, vec!["web"]),
        (only(&["report", "WEB"]), vec!["web", "report"]),
        (only(&["[di]*"]), vec!["image", "docs"]),
        (exclude(&["image"]), vec!["docs", "report", "after"]),
        (Selection { exclude: names(&["docs"]), ..target(&["report"]) }, vec!["image", "web", "report"]),
    ] {
        let mut request = request(lab(), selection.clone());
        let selected = apply(&mut request).unwrap().unwrap();
        assert_eq!(kept(&request), expected, "{selection:?}");
        let places: Vec<&str> = selected
            .operations
            .iter()
            .map(|&place| ["image", "docs", "web", "rescue", "report", "after"][place as usize])
            .collect();
        assert_eq!(places, expected);
    }
}

#[test]
fn links_to_what_is_left_out_go_with_it() {
    let mut request = request(lab(), only(&["web", "report", "after"]));
    apply(&mut request).unwrap();
    assert_eq!(request.operations[0].dependencies, [""; 0]);
    assert_eq!(request.operations[1].dependencies, ["web"]);
    assert_eq!(request.operations[2].weak_dependencies, [""; 0]);
}

#[test]
fn orders_and_conflicts_lose_what_is_left_out() {
    let mut request = PlanRequest {
        order: Order::Custom { names: names(&["docs", "IMG", "web", "nobody"]) },
        conflicts: vec![names(&["docs", "img", "web"]), names(&["docs", "web"])],
        limits: ResourceLimits::default(),
        ..request(lab(), target(&["web"]))
    };
    apply(&mut request).unwrap();
    assert_eq!(request.order, Order::Custom { names: names(&["IMG", "web", "nobody"]) });
    assert_eq!(request.conflicts, [names(&["img", "web"])]);
}

#[test]
fn everything_that_is_left_out_has_a_reason() {
    assert_eq!(
        left(exclude(&["img"])),
        [
            "image excluded: it is excluded",
            "web dependency: it depends on 'image', which is left out",
            "rescue dependency: it runs only after a failure of 'web', which is left out",
        ]
    );
    assert_eq!(
        left(target(&["docs", "after"])),
        ["image", "web", "rescue", "report"].map(|name| format!("{name} not-selected: it is not selected"))
    );
}

#[test]
fn what_stops_a_service_goes_with_it_and_brings_it_along() {
    let stop = Operation { work: Work::Stop { service: "start".to_owned() }, ..script("stop", &[]) };
    let operations = vec![script("start", &[]), stop, script("other", &[])];
    let mut without = request(operations.clone(), exclude(&["start"]));
    let selected = apply(&mut without).unwrap().unwrap();
    assert_eq!(kept(&without), ["other"]);
    assert_eq!(selected.left_out[1].message, "it stops the service of 'start', which is left out");
    let mut with = request(operations.clone(), target(&["stop"]));
    apply(&mut with).unwrap();
    assert_eq!(kept(&with), ["start", "stop"]);
    // Even alone: it has nothing to stop.
    let fault = fault(operations, only(&["stop"]));
    assert_eq!(fault.code, Code::EmptyPlan);
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_name_and_advice() {
    for (selection, code, message, advice) in [
        (
            target(&["wbe"]),
            Code::UnknownOperation,
            "-Target names 'wbe', which is not an operation.",
            "Did you mean 'web'?",
        ),
        (
            target(&["imgg"]),
            Code::UnknownOperation,
            "-Target names 'imgg', which is not an operation.",
            "Did you mean 'image'?",
        ),
        (
            exclude(&["x*"]),
            Code::UnknownOperation,
            "No operation matches -Exclude 'x*'.",
            "There are 'image', 'docs', 'web', 'rescue', 'report', 'after'.",
        ),
        (
            only(&["web["]),
            Code::InvalidPattern,
            "-Only 'web[' is not a valid wildcard pattern: a '[' is not closed.",
            "Close it, or put a backtick before the '[' to mean the character itself.",
        ),
        (
            exclude(&["*"]),
            Code::EmptyPlan,
            "Nothing is left to run: -Target, -Only or -Exclude leave out all 6 operations.",
            "Select at least one operation.",
        ),
        (
            Selection { only: names(&["web"]), ..target(&["web"]) },
            Code::InvalidValue,
            "-Target means operations and all they depend on, -Only exactly these; both are given.",
            "Leave one of them out.",
        ),
        (
            Selection { skip_dependencies: true, ..Selection::default() },
            Code::InvalidValue,
            "-SkipDependencies leaves out what the targets depend on, but -Target is missing.",
            "Add -Target, or leave it out.",
        ),
    ] {
        let fault = fault(lab(), selection);
        assert_eq!(
            (fault.code, fault.message.as_str(), fault.advice.as_deref()),
            (code, message, Some(advice))
        );
    }
    let several = fault(lab(), Selection { exclude: names(&["nobody"]), ..target(&["nothing", "x?"]) });
    assert_eq!(several.diagnostics.len(), 3);
    let many: Vec<Operation> = (0..12).map(|number| script(&format!("n{number}"), &[])).collect();
    assert!(fault(many, target(&["zzz"])).advice.unwrap().ends_with("'n9' and 2 more."));
}

#[test]
fn a_name_with_brackets_is_meant_as_it_is_before_it_is_a_pattern() {
    let operations = || vec![script("vm[1]", &[]), script("vm1", &[])];
    for (pattern, expected) in [("vm[1]", "vm[1]"), ("vm[12]", "vm1"), ("vm`[?`]", "vm[1]")] {
        let mut request = request(operations(), only(&[pattern]));
        apply(&mut request).unwrap();
        assert_eq!(kept(&request), [expected], "{pattern}");
    }
}

/// Graphs with circles, unknown names and all triggers; a selection must cope before anything is checked.
fn graph() -> impl Strategy<Value = Vec<Operation>> {
    let one = (
        prop::collection::vec(0_usize..9, 0..3),
        prop::collection::vec(0_usize..9, 0..2),
        prop::sample::select(vec![
            Trigger::AllSucceeded,
            Trigger::AllDone,
            Trigger::AnyFailed,
            Trigger::Always,
        ]),
        prop::option::weighted(0.2, 0_usize..9),
        any::<bool>(),
    );
    prop::collection::vec(one, 1..9).prop_map(|operations| {
        let name = |place: &usize| format!("n{place}");
        (0..)
            .zip(operations)
            .map(|(place, (strong, weak, trigger, service, has_id))| Operation {
                id: has_id.then(|| format!("i{place}")),
                trigger,
                weak_dependencies: weak.iter().map(name).collect(),
                dependencies: strong.iter().map(name).collect(),
                work: service.map_or(Work::Script, |service| Work::Stop { service: name(&service) }),
                ..script(&name(&place), &[])
            })
            .collect()
    })
}

fn some(places: &BTreeSet<usize>, of: usize) -> Vec<String> {
    places.iter().filter(|&&place| place < of).map(|place| format!("n{place}")).collect()
}

/// The places that stay; none where nothing does.
fn stay(operations: &[Operation], selection: &Selection) -> BTreeSet<u32> {
    match apply(&mut request(operations.to_vec(), selection.clone())) {
        Ok(Some(selected)) => selected.operations.into_iter().collect(),
        Ok(None) => (0..operations.len() as u32).collect(),
        Err(fault) => {
            assert_eq!(fault.code, Code::EmptyPlan, "{fault:?}");
            BTreeSet::new()
        }
    }
}

/// What is left out and who is to blame, by looking at all operations in turn until nothing changes.
fn oracle(operations: &[Operation], selection: &Selection) -> Vec<(usize, Option<String>)> {
    let place = |name: &String| operations.iter().position(|operation| operation.name == *name);
    let listed = |list: &[String], place: usize| list.contains(&operations[place].name);
    let mut wanted: BTreeSet<usize> = (0..operations.len())
        .filter(|&place| {
            if selection.only.is_empty() {
                selection.target.is_empty() || listed(&selection.target, place)
            } else {
                listed(&selection.only, place)
            }
        })
        .collect();
    let alone = !selection.only.is_empty() || selection.skip_dependencies;
    while !alone && !selection.target.is_empty() {
        let needed: BTreeSet<usize> = wanted
            .iter()
            .flat_map(|&at| {
                let operation = &operations[at];
                operation
                    .dependencies
                    .iter()
                    .chain(&operation.weak_dependencies)
                    .chain(operation.work.stops())
            })
            .filter_map(place)
            .collect();
        if needed.is_subset(&wanted) {
            break;
        }
        wanted.extend(needed);
    }
    let mut left: Vec<Option<Option<String>>> = (0..operations.len())
        .map(|place| (!wanted.contains(&place) || listed(&selection.exclude, place)).then_some(None))
        .collect();
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for (at, operation) in operations.iter().enumerate() {
            let is_gone = |name: &&String| place(name).is_some_and(|place| left[place].is_some());
            let service = operation.work.stops().filter(is_gone);
            let gone: Vec<&String> = operation.dependencies.iter().filter(is_gone).collect();
            let lacks = !alone
                && match operation.trigger {
                    Trigger::AllSucceeded => !gone.is_empty(),
                    Trigger::AnyFailed => !gone.is_empty() && gone.len() == operation.dependencies.len(),
                    _ => false,
                };
            let culprit = service.or(gone.first().copied().filter(|_| lacks)).cloned();
            if left[at].is_none() && culprit.is_some() {
                left[at] = Some(culprit);
                changed = true;
            }
        }
    }
    left.into_iter().enumerate().filter_map(|(place, left)| Some((place, left?))).collect()
}

proptest! {
    #[test]
    fn a_selection_is_what_looking_again_and_again_finds(
        operations in graph(),
        (target, only, exclude) in (
            prop::collection::btree_set(0_usize..9, 0..3),
            prop::collection::btree_set(0_usize..9, 0..3),
            prop::collection::btree_set(0_usize..9, 0..3),
        ),
        skip_dependencies in any::<bool>(),
    ) {
        let count = operations.len();
        let mut selection = Selection { exclude: some(&exclude, count), ..Selection::default() };
        if some(&target, count).is_empty() {
            selection.only = some(&only, count);
        } else {
            selection.target = some(&target, count);
            selection.skip_dependencies = skip_dependencies;
        }
        prop_assume!(selection != Selection::default());
        let expected = oracle(&operations, &selection);
        match apply(&mut request(operations, selection)) {
            Ok(selected) => {
                let selected = selected.unwrap();
                let left: Vec<_> = selected.left_out.iter().map(|left| (left.name.clone(), left.operation.clone())).collect();
                let expected: Vec<_> = expected.into_iter().map(|(place, culprit)| (format!("n{place}"), culprit)).collect();
                prop_assert_eq!(left, expected);
                prop_assert_eq!(selected.operations.len() + selected.left_out.len(), count);
            }
            Err(fault) => {
                prop_assert_eq!(fault.code, Code::EmptyPlan);
                prop_assert_eq!(expected.len(), count);
            }
        }
    }

    #[test]
    fn targets_are_closed_over_what_they_need(operations in graph(), wanted in prop::collection::btree_set(0_usize..9, 1..4)) {
        let target = some(&wanted, operations.len());
        prop_assume!(!target.is_empty());
        let mut request = request(operations.clone(), Selection { target: target.clone(), ..Selection::default() });
        apply(&mut request).unwrap();
        let kept: BTreeSet<&str> = kept(&request).into_iter().collect();
        for name in &target {
            prop_assert!(kept.contains(name.as_str()));
        }
        for operation in &request.operations {
            // All links are there as before, but those to names that are unknown anyway.
            let before = operations.iter().find(|other| other.name == operation.name).unwrap();
            prop_assert_eq!(operation, before);
            for needed in operation.dependencies.iter().chain(&operation.weak_dependencies).chain(operation.work.stops()) {
                let is_known = operations.iter().any(|other| other.name == *needed);
                prop_assert!(!is_known || kept.contains(needed.as_str()));
            }
        }
    }

    #[test]
    fn selecting_again_what_was_selected_changes_nothing(
        operations in graph(),
        wanted in prop::collection::btree_set(0_usize..9, 0..4),
        excluded in prop::collection::btree_set(0_usize..9, 0..3),
    ) {
        let count = operations.len();
        let selection = Selection { target: some(&wanted, count), exclude: some(&excluded, count), ..Selection::default() };
        let mut once = request(operations, selection);
        prop_assume!(apply(&mut once).is_ok());
        let all = once.operations.iter().map(|operation| operation.name.clone()).collect();
        let mut again = PlanRequest { selection: Selection { target: all, ..Selection::default() }, ..once.clone() };
        let selected = apply(&mut again).unwrap().unwrap();
        prop_assert_eq!(selected.left_out, []);
        prop_assert_eq!(again, once);
    }

    #[test]
    fn more_targets_never_take_away_and_more_exclusions_never_add(
        operations in graph(),
        fewer in prop::collection::btree_set(0_usize..9, 1..3),
        more in prop::collection::btree_set(0_usize..9, 0..3),
    ) {
        let count = operations.len();
        let all: BTreeSet<usize> = fewer.union(&more).copied().collect();
        prop_assume!(!some(&fewer, count).is_empty());
        let targets = |wanted: &BTreeSet<usize>| stay(&operations, &Selection { target: some(wanted, count), ..Selection::default() });
        prop_assert!(targets(&fewer).is_subset(&targets(&all)));
        let without = |excluded: &BTreeSet<usize>| stay(&operations, &Selection { exclude: some(excluded, count), ..Selection::default() });
        prop_assert!(without(&all).is_subset(&without(&fewer)));
    }
}
