//! Checks the lab's operations as a plan while their places in the file are still known, so that faults of the
//! plan come in the same pass as those of the file, each at what it is about.

use super::diagnostics::Findings;
use super::document::{Entry, Mapping, Node, Span, Value, same_key};
use super::fields::text_of;
use super::model::Settings;
use super::operations::Declared;
use super::work::first_line;
use crate::error::{Code, Diagnostic, Place, Severity};
use crate::operation::{PlanRequest, ResourceLimits};
use crate::plan::Plan;
use std::collections::HashMap;

/// What the reader has found already wherever it could; the plan would only say it again.
const SAID_BEFORE: [Code; 5] = [
    Code::InvalidValue,
    Code::InvalidRetryPolicy,
    Code::MissingName,
    Code::InvalidPattern,
    Code::InvalidCompensation,
];

/// Compiles the plan of these operations, which stand in `nodes`, and adds what is wrong with it.
pub(super) fn check(
    root: &Mapping,
    declared: &mut [Declared],
    nodes: &[&Node],
    settings: &Settings,
    over: &ResourceLimits,
    conflicts: &[Vec<String>],
    findings: &mut Findings<'_>,
) {
    if declared.is_empty() {
        return;
    }
    // What is said of their scripts needs the names, also without a plan.
    let names: Vec<String> =
        declared.iter().map(|declared| declared.operation.operation.name.clone()).collect();
    let request = PlanRequest {
        // They are lent, not copied: without a plan there is no lab that would need the rest of them.
        operations: declared
            .iter_mut()
            .map(|declared| std::mem::take(&mut declared.operation.operation))
            .collect(),
        order: settings.order.clone().unwrap_or_default(),
        limits: settings.limits.overridden_by(over),
        conflicts: conflicts.to_vec(),
        history: None,
    };
    let sound_so_far = !findings.has_errors();
    let found = match Plan::compile(request) {
        Ok(plan) => {
            let warnings = plan.warnings().to_vec();
            for (declared, operation) in declared.iter_mut().zip(plan.into_declared()) {
                declared.operation.operation = operation;
            }
            warnings
        }
        Err(fault) => {
            for (declared, name) in declared.iter_mut().zip(names) {
                declared.operation.operation.name = name;
            }
            fault.diagnostics
        }
    };
    if found.is_empty() {
        return;
    }
    // An operation whose name could not be read may be just the one that others depend on.
    let nameless = nodes.iter().any(|node| node.as_mapping().is_none_or(has_odd_name));
    let places: HashMap<(u32, u32), Vec<&Node>> = nodes.iter().fold(HashMap::new(), |mut places, node| {
        places.entry((node.at.start.line, node.at.start.column)).or_default().push(node);
        places
    });
    for finding in found {
        let doubtful = match finding.code {
            Code::UnknownDependency => nameless,
            Code::UnknownService => !sound_so_far,
            code => SAID_BEFORE.contains(&code) && !sound_so_far,
        };
        if doubtful && finding.severity == Severity::Error {
            continue;
        }
        let node = finding.at.as_ref().and_then(|at| find(at, &places, findings));
        let at = match node {
            Some(node) => culprit(&finding, node),
            None => in_settings(&finding, root),
        };
        // Operations that stand in the file once were repeated.
        let repeated = finding.code == Code::DuplicateName
            && finding
                .at
                .as_ref()
                .is_some_and(|at| places.get(&(at.line, at.column)).is_some_and(|same| same.len() > 1));
        findings.repeated = repeated;
        let advice = match finding.code {
            Code::DuplicateName if repeated => {
                Some("It is repeated or made from a template: put what differs into its name, such as {{ item }} or {0}.".to_owned())
            }
            Code::UnknownPool => finding
                .message
                .split('\'')
                .nth(3)
                .map(|pool| format!("Say how many units it has: 'pools: {{{pool}: 1}}' in the lab.")),
            _ => None,
        };
        let advice = advice.or_else(|| finding.advice.clone());
        findings.add(Diagnostic { at: None, advice, ..finding }, at);
        findings.repeated = false;
    }
}

fn has_odd_name(mapping: &Mapping) -> bool {
    mapping.get("name").is_some_and(|entry| text_of(&entry.value).is_none())
}

fn find<'n>(
    at: &Place,
    places: &HashMap<(u32, u32), Vec<&'n Node>>,
    findings: &Findings<'_>,
) -> Option<&'n Node> {
    let nodes = places.get(&(at.line, at.column))?;
    nodes.iter().find(|node| findings.place(node.at).file == at.file).copied()
}

/// The part of an operation that a finding is about.
fn culprit(finding: &Diagnostic, node: &Node) -> Span {
    let whole = first_line(node.at);
    let Some(mapping) = node.as_mapping() else { return whole };
    let named =
        |names: &[&str]| mapping.iter().find(|entry| names.iter().any(|name| same_key(name, &entry.key)));
    let value = |names: &[&str]| named(names).map(|entry| first_line(entry.value.at));
    let lists = ["dependencies", "depends-on", "weak-dependencies"];
    match finding.code {
        Code::UnknownDependency | Code::SelfDependency | Code::DependsOnMonitor | Code::CyclicDependency => {
            let quoted = |item: &Node| {
                text_of(item).is_some_and(|text| match finding.code {
                    Code::CyclicDependency => names_of(&finding.message).any(|name| same(name, &text)),
                    Code::SelfDependency => ["name", "id"]
                        .iter()
                        .any(|key| text_at(mapping, key).is_some_and(|own| same(&own, &text))),
                    _ => {
                        finding.message.to_lowercase().contains(&format!("'{}'", text.trim().to_lowercase()))
                    }
                })
            };
            let items = mapping
                .iter()
                .filter(|entry| lists.iter().any(|name| same_key(name, &entry.key)))
                .flat_map(items);
            items.into_iter().find(|item| quoted(item)).map(|item| item.at).or_else(|| value(&["name", "id"]))
        }
        Code::UnknownService => value(&["service"]),
        Code::UnknownPool => named(&["pool", "pools"]).map(|entry| entry.key_at),
        Code::NeedAboveLimit => named(&["resources", "pool", "pools"]).map(|entry| entry.key_at),
        Code::DuplicateName => {
            let twice = |key: &str| {
                text_at(mapping, key)
                    .is_some_and(|own| finding.operation.as_deref().is_some_and(|name| same(name, &own)))
            };
            ["name", "id"].into_iter().find(|key| twice(key)).and_then(|key| value(&[key]))
        }
        _ => value(&["name", "id"]),
    }
    .unwrap_or(whole)
}

/// Where the settings say what a finding is about that belongs to no operation.
fn in_settings(finding: &Diagnostic, root: &Mapping) -> Span {
    let settings = root.get("settings").and_then(|entry| entry.value.as_mapping());
    let among = |mapping: Option<&Mapping>, names: &[&str]| -> Option<Entry> {
        names.iter().find_map(|name| mapping?.get(name)).cloned()
    };
    let entry = match finding.code {
        Code::UnknownInOrder => among(settings, &["custom-order", "order"]),
        Code::UnknownInConflict => among(Some(root), &["dependencies"]),
        Code::InvalidLimit => {
            among(settings, &["resource-limits", "pools"]).or_else(|| among(Some(root), &["pools"]))
        }
        _ => None,
    };
    let Some(entry) = entry else { return Span::default() };
    let quoted =
        |item: &&Node| text_of(item).is_some_and(|text| finding.message.contains(&format!("'{text}'")));
    items(&entry).into_iter().find(quoted).map_or(entry.key_at, |item| item.at)
}

fn items(entry: &Entry) -> Vec<&Node> {
    match &entry.value.value {
        Value::Sequence(items) => items.iter().collect(),
        _ => vec![&entry.value],
    }
}

/// The names along a circle, as its message shows them.
fn names_of(message: &str) -> impl Iterator<Item = &str> {
    let path = message.split_once(": ").map_or("", |(_, path)| path);
    path.split(" -> ")
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn text_at(mapping: &Mapping, key: &str) -> Option<String> {
    text_of(&mapping.get(key)?.value)
}
