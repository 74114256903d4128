//! Which operations of a request are wanted: `-Target`, `-Only`, `-Exclude` and `-SkipDependencies`.
//!
//! What is not wanted leaves the request before anything else is looked at, together with the links to it. What was
//! wanted and needs the success of something that is left out leaves it too, and is known as skipped.

use super::key::Key;
use super::names::Names;
use crate::error::{Code, Diagnostic, Fault, Subject};
use crate::graph::OpId;
use crate::near::did_you_mean;
use crate::operation::{Operation, Order, PlanRequest, Selection, Trigger};
use crate::wildcard::{self, Wildcard};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Operations that a message names, at most.
const NAMED: usize = 10;

/// What a selection has left of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Selected {
    /// The places in the request of the selected operations, in order.
    pub operations: Vec<u32>,
    /// The others, in their order.
    pub left_out: Vec<LeftOut>,
}

/// An operation that is not part of a run's plan, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Its name as declared.
    pub name: String,
    /// `excluded`, `not-selected`, or `dependency`: it was wanted, and needs one that is left out.
    pub kind: String,
    /// The operation that is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// One sentence.
    pub message: String,
}

impl LeftOut {
    /// The kind of what was wanted: it counts as skipped, and the run has not succeeded with all of it.
    pub const WANTED: &str = "dependency";

    /// Whether it was wanted.
    pub fn was_wanted(&self) -> bool {
        self.kind == Self::WANTED
    }

    fn on_purpose(name: &str, kind: &str, message: &str) -> Self {
        Self { name: name.to_owned(), kind: kind.to_owned(), operation: None, message: message.to_owned() }
    }

    fn because_of(name: &str, culprit: &str, message: String) -> Self {
        let kind = Self::WANTED.to_owned();
        Self { name: name.to_owned(), kind, operation: Some(culprit.to_owned()), message }
    }
}

/// Takes from a request what is not wanted; nothing where all of it is.
pub(super) fn apply(request: &mut PlanRequest) -> Result<Option<Selected>, Fault> {
    let selection = std::mem::take(&mut request.selection);
    check(&selection)?;
    if selection == Selection::default() {
        return Ok(None);
    }
    let operations = std::mem::take(&mut request.operations);
    let names = index(&operations);
    let left = leave(&selection, &operations, &names)?;
    let is_left = |name: &str| names.get(name).is_some_and(|op| left[op.index()].is_some());
    if let Order::Custom { names: order } = &mut request.order {
        order.retain(|name| !is_left(name));
    }
    if left.iter().any(Option::is_some) {
        for group in &mut request.conflicts {
            group.retain(|name| !is_left(name));
        }
        request.conflicts.retain(|group| group.len() > 1);
    }
    let links: Vec<_> = operations.iter().map(|operation| other_links(operation, is_left)).collect();
    let mut selected = Selected::default();
    for (((place, mut operation), links), left) in (0..).zip(operations).zip(links).zip(left) {
        match left {
            Some(left) => selected.left_out.push(left),
            None => {
                if let Some((strong, weak)) = links {
                    (operation.dependencies, operation.weak_dependencies) = (strong, weak);
                }
                selected.operations.push(place);
                request.operations.push(operation);
            }
        }
    }
    Ok(Some(selected))
}

/// The dependencies of an operation, strong and weak, without those that are left out; nothing where that changes nothing.
fn other_links(operation: &Operation, is_left: impl Fn(&str) -> bool) -> Option<(Vec<String>, Vec<String>)> {
    let (strong, weak) = (&operation.dependencies, &operation.weak_dependencies);
    let without = |names: &[String]| names.iter().filter(|name| !is_left(name)).cloned().collect();
    strong.iter().chain(weak).any(|name| is_left(name)).then(|| (without(strong), without(weak)))
}

fn check(selection: &Selection) -> Result<(), Fault> {
    let contradiction =
        |message: &str, advice: &str| Err(Fault::new(Code::InvalidValue, message).with_advice(advice));
    if !selection.target.is_empty() && !selection.only.is_empty() {
        let message = "-Target means operations and all they depend on, -Only exactly these; both are given.";
        return contradiction(message, "Leave one of them out.");
    }
    if selection.skip_dependencies && selection.target.is_empty() {
        let message = "-SkipDependencies leaves out what the targets depend on, but -Target is missing.";
        return contradiction(message, "Add -Target, or leave it out.");
    }
    Ok(())
}

fn index(operations: &[Operation]) -> Names<'_> {
    let keys = operations.iter().map(|operation| Key::of_operation(&operation.name)).collect();
    let all = (0..operations.len() as u32).map(OpId);
    let with_id = all.filter(|op| operations[op.index()].id.is_some()).collect();
    // That two have one name is found when the plan is compiled; here the first one is meant.
    Names::index(operations, keys, with_id, 1, |_, _, _| {})
}

/// By operation: why it is left out.
fn leave(
    selection: &Selection,
    operations: &[Operation],
    names: &Names<'_>,
) -> Result<Vec<Option<LeftOut>>, Fault> {
    let mut unknown = Vec::new();
    let mut find = |parameter, wanted: &[String]| find(parameter, wanted, operations, names, &mut unknown);
    let target = find("-Target", &selection.target);
    let only = find("-Only", &selection.only);
    let excluded = find("-Exclude", &selection.exclude);
    if !unknown.is_empty() {
        return Err(Fault::from_diagnostics(unknown));
    }
    let alone = !selection.only.is_empty() || selection.skip_dependencies;
    let links: Vec<Links> = operations.iter().map(|operation| Links::of(operation, names)).collect();
    let wanted = if !selection.only.is_empty() {
        only
    } else if selection.target.is_empty() {
        vec![true; operations.len()]
    } else if alone {
        target
    } else {
        with_dependencies(target, &links)
    };
    let mut left: Vec<Option<LeftOut>> = operations
        .iter()
        .zip(wanted.iter().zip(&excluded))
        .map(|(operation, (wanted, excluded))| match (wanted, excluded) {
            (true, true) => Some(LeftOut::on_purpose(&operation.name, "excluded", "it is excluded")),
            (true, false) => None,
            (false, _) => Some(LeftOut::on_purpose(&operation.name, "not-selected", "it is not selected")),
        })
        .collect();
    skip_what_needs_them(&mut left, operations, &links, alone);
    if left.iter().all(Option::is_some) {
        let all = match operations.len() {
            1 => "the only operation".to_owned(),
            count => format!("all {count} operations"),
        };
        let message = format!("Nothing is left to run: -Target, -Only or -Exclude leave out {all}.");
        return Err(Fault::new(Code::EmptyPlan, message).with_advice("Select at least one operation."));
    }
    Ok(left)
}

/// Whether each operation is among those that are named.
fn find(
    parameter: &str,
    wanted: &[String],
    operations: &[Operation],
    names: &Names<'_>,
    unknown: &mut Vec<Diagnostic>,
) -> Vec<bool> {
    let mut found = vec![false; operations.len()];
    for name in wanted {
        if let Some(op) = names.get(name) {
            found[op.index()] = true;
            continue;
        }
        let pattern = match wildcard::is_pattern(name).then(|| Wildcard::parse(name)).transpose() {
            Ok(pattern) => pattern,
            Err(error) => {
                let message = format!("{parameter} '{name}' is not a valid wildcard pattern: {error}");
                let advice = "Close it, or put a backtick before the '[' to mean the character itself.";
                unknown
                    .push(about(Diagnostic::error(Code::InvalidPattern, message), name).with_advice(advice));
                continue;
            }
        };
        let is_meant = |operation: &Operation| {
            let mut names = std::iter::once(&operation.name).chain(&operation.id);
            pattern.as_ref().is_some_and(|pattern| names.any(|name| pattern.is_match(name)))
        };
        let mut any = false;
        for (found, operation) in found.iter_mut().zip(operations) {
            let is_meant = is_meant(operation);
            (*found, any) = (*found || is_meant, any || is_meant);
        }
        if !any {
            unknown.push(not_found(parameter, name, pattern.is_some(), operations, names));
        }
    }
    found
}

fn not_found(
    parameter: &str,
    name: &str,
    is_pattern: bool,
    operations: &[Operation],
    names: &Names<'_>,
) -> Diagnostic {
    let known =
        || operations.iter().flat_map(|operation| std::iter::once(&operation.name).chain(&operation.id));
    let near = if is_pattern { None } else { did_you_mean(name, known().map(String::as_str)) };
    let advice = match near.and_then(|near| names.get(near)) {
        Some(near) => format!("Did you mean '{}'?", operations[near.index()].name),
        None => {
            let some: Vec<String> =
                operations.iter().take(NAMED).map(|operation| format!("'{}'", operation.name)).collect();
            let more = match operations.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("There are {}{more}.", some.join(", "))
        }
    };
    let message = if is_pattern {
        format!("No operation matches {parameter} '{name}'.")
    } else {
        format!("{parameter} names '{name}', which is not an operation.")
    };
    about(Diagnostic::error(Code::UnknownOperation, message), name).with_advice(advice)
}

fn about(finding: Diagnostic, name: &str) -> Diagnostic {
    finding.with_subject(Subject::Operation { name: name.to_owned() })
}

/// What an operation waits for, as places.
struct Links {
    strong: Vec<usize>,
    weak: Vec<usize>,
    /// The operation whose service it stops.
    service: Option<usize>,
}

impl Links {
    /// Names that are unknown are left for the plan to find.
    fn of(operation: &Operation, names: &Names<'_>) -> Self {
        let places = |wanted: &[String]| {
            wanted.iter().filter_map(|name| names.get(name)).map(OpId::index).collect::<Vec<_>>()
        };
        Self {
            strong: places(&operation.dependencies),
            weak: places(&operation.weak_dependencies),
            service: operation.work.stops().and_then(|name| names.get(name)).map(OpId::index),
        }
    }

    fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.strong.iter().chain(&self.weak).chain(&self.service).copied()
    }
}

fn with_dependencies(mut wanted: Vec<bool>, links: &[Links]) -> Vec<bool> {
    let mut open: Vec<usize> = (0..wanted.len()).filter(|&place| wanted[place]).collect();
    while let Some(place) = open.pop() {
        for needed in links[place].all() {
            if !wanted[needed] {
                wanted[needed] = true;
                open.push(needed);
            }
        }
    }
    wanted
}

/// Leaves out what needs the success of something that is left out, and what needs that, and so on.
fn skip_what_needs_them(
    left: &mut [Option<LeftOut>],
    operations: &[Operation],
    links: &[Links],
    alone: bool,
) {
    let mut dependents = vec![Vec::new(); operations.len()];
    for (place, links) in links.iter().enumerate() {
        for needed in links.strong.iter().chain(&links.service) {
            dependents[*needed].push(place);
        }
    }
    // As if the operations were looked at from the first to the last, again and again: round and place.
    let mut open = BinaryHeap::new();
    for place in (0..left.len()).filter(|&place| left[place].is_some()) {
        open.extend(dependents[place].iter().map(|&dependent| Reverse((0, dependent))));
    }
    while let Some(Reverse((round, place))) = open.pop() {
        if left[place].is_none()
            && let Some(reason) = missing(&operations[place], &links[place], left, operations, alone)
        {
            left[place] = Some(reason);
            let next = dependents[place].iter();
            open.extend(next.map(|&other| Reverse((round + u32::from(other <= place), other))));
        }
    }
}

/// Why an operation cannot run without what is left out, if it cannot.
fn missing(
    operation: &Operation,
    links: &Links,
    left: &[Option<LeftOut>],
    operations: &[Operation],
    alone: bool,
) -> Option<LeftOut> {
    let out = |reason: &dyn Fn(&str) -> String, culprit: usize| {
        let culprit = &operations[culprit].name;
        Some(LeftOut::because_of(&operation.name, culprit, reason(culprit)))
    };
    if let Some(service) = links.service.filter(|&service| left[service].is_some()) {
        return out(&|name| format!("it stops the service of '{name}', which is left out"), service);
    }
    if alone {
        return None;
    }
    let mut gone = links.strong.iter().copied().filter(|&needed| left[needed].is_some());
    let culprit = gone.next()?;
    match operation.trigger {
        Trigger::AllSucceeded => out(&|name| format!("it depends on '{name}', which is left out"), culprit),
        Trigger::AnyFailed if 1 + gone.count() == operation.dependencies.len() => {
            out(&|name| format!("it runs only after a failure of '{name}', which is left out"), culprit)
        }
        Trigger::AnyFailed | Trigger::AllDone | Trigger::Always => None,
    }
}

#[cfg(test)]
#[path = "selection_tests.rs"]
mod tests;
