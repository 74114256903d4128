//! Checks the lab's operations as a plan while their places in the file are still known, so that faults of the
//! plan come in the same pass as those of the file, each at what it is about.

use super::model::Settings;
use super::operations::Declared;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Span, Value, same_key};
use crate::config::text::fields::text_of;
use crate::config::text::options::ReadOptions;
use crate::error::{Code, Diagnostic, Place, Severity, Subject};
use crate::operation::{PlanRequest, Programs};
use crate::plan::{Plan, missing_programs};
use std::collections::HashMap;

/// What the reader has found already wherever it could; the plan would only say it again.
const SAID_BEFORE: [Code; 5] = [
    Code::InvalidValue,
    Code::InvalidRetryPolicy,
    Code::MissingName,
    Code::InvalidPattern,
    Code::InvalidCompensation,
];

/// Compiles the plan of these operations, whose places are those of `nodes`, and adds what is wrong with it.
pub(in crate::config) fn check(
    root: &Mapping,
    declared: &mut [Declared],
    nodes: &[&Node],
    settings: &Settings,
    conflicts: &[Vec<String>],
    options: &ReadOptions,
    findings: &mut Findings<'_>,
) {
    if declared.is_empty() {
        return;
    }
    // What is said of their scripts needs the names and the places, also without a plan.
    let kept: Vec<_> = declared
        .iter()
        .map(|declared| (declared.operation.operation.name.clone(), declared.operation.operation.at.clone()))
        .collect();
    let request = PlanRequest {
        // They are lent, not copied: without a plan there is no lab that would need the rest of them.
        operations: declared
            .iter_mut()
            .map(|declared| std::mem::take(&mut declared.operation.operation))
            .collect(),
        order: settings.order.clone().unwrap_or_default(),
        limits: settings.limits.overridden_by(&options.limits),
        conflicts: conflicts.to_vec(),
        ..PlanRequest::default()
    };
    // Those of a plan get more than the file says; the lab keeps what it says.
    let missing = if options.programs {
        let programs =
            Programs { required: Some(false), environment: options.variables.clone(), ..Programs::default() };
        missing_programs(&request.operations, &request.order, &programs)
    } else {
        Vec::new()
    };
    let sound_so_far = !findings.has_errors();
    let mut found = match Plan::compile(request) {
        Ok(plan) => {
            let warnings = plan.warnings().to_vec();
            for (declared, operation) in declared.iter_mut().zip(plan.into_declared()) {
                declared.operation.operation = operation;
            }
            warnings
        }
        Err(fault) => {
            for (declared, (name, at)) in declared.iter_mut().zip(kept) {
                declared.operation.operation.name = name;
                declared.operation.operation.at = at;
            }
            fault.diagnostics
        }
    };
    found.extend(missing);
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
        // Operations that are in the file once were repeated.
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
            _ => finding.advice.clone(),
        };
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
    let whole = node.at.first_line();
    let Some(mapping) = node.as_mapping() else { return whole };
    let entry = |names: &[&str]| names.iter().find_map(|name| mapping.get(name));
    let named = |subject: &str, keys: &[&str]| {
        mapping
            .iter()
            .filter(|entry| keys.iter().any(|key| same_key(key, &entry.key)))
            .find_map(|entry| naming(entry, subject))
    };
    let found = match &finding.subject {
        Some(Subject::Dependency { name } | Subject::Cycle { dependency: name, .. }) => {
            named(name, &["dependencies", "depends-on", "weak-dependencies", "service"])
        }
        Some(Subject::Service { name }) => named(name, &["service"]),
        Some(Subject::Operation { name }) => named(name, &["name", "id"]),
        Some(Subject::Pool { name }) => {
            named(name, &["pool", "pools"]).or_else(|| entry(&["pool", "pools"]).map(|entry| entry.key_at))
        }
        Some(Subject::Program) => entry(&["command"]).map(|entry| entry.value.at.first_line()),
        Some(Subject::WorkingDirectory) => {
            entry(&["working-directory", "cwd"]).map(|entry| entry.value.at.first_line())
        }
        Some(Subject::Measure { .. }) => entry(&["resources"]).map(|entry| entry.key_at),
        None => None,
    };
    found.or_else(|| entry(&["name", "id"]).map(|entry| entry.value.at.first_line())).unwrap_or(whole)
}

/// Where the settings say what a finding is about that belongs to no operation.
fn in_settings(finding: &Diagnostic, root: &Mapping) -> Span {
    let settings = root.get("settings").and_then(|entry| entry.value.as_mapping());
    let of = |mapping: Option<&Mapping>, names: &[&str]| -> Option<Entry> {
        names.iter().find_map(|name| mapping?.get(name)).cloned()
    };
    let entry = match finding.code {
        Code::UnknownInOrder => of(settings, &["custom-order", "order"]),
        Code::UnknownInConflict => of(Some(root), &["dependencies"]),
        Code::InvalidLimit => {
            of(settings, &["resource-limits", "pools"]).or_else(|| of(Some(root), &["pools"]))
        }
        _ => None,
    };
    let Some(entry) = entry else { return Span::default() };
    let name = match &finding.subject {
        Some(Subject::Operation { name } | Subject::Pool { name }) => name,
        _ => return entry.key_at,
    };
    naming(&entry, name).unwrap_or(entry.key_at)
}

/// Where the value of an entry names something: the value itself, an item of it, or a key.
fn naming(entry: &Entry, name: &str) -> Option<Span> {
    fn within(node: &Node, name: &str) -> Option<Span> {
        match &node.value {
            Value::Sequence(items) => items.iter().find_map(|item| within(item, name)),
            Value::Mapping(mapping) => {
                mapping.iter().find(|entry| same(&entry.key, name)).map(|entry| entry.key_at)
            }
            _ => text_of(node).filter(|text| same(text, name)).map(|_| node.at.first_line()),
        }
    }
    within(&entry.value, name)
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read;
    use crate::config::tests::to_yaml;
    use proptest::prelude::*;
    use serde_json::json;

    /// Names with all that sentences are made of.
    fn odd_name() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec![
                "'", "\"", ": ", " -> ", ",", "{", "}", "[", "$", "a", "B", "7", "ü", "', which",
            ]),
            1..8,
        )
        .prop_map(|parts| format!("n{}n", parts.concat()))
    }

    /// Findings of a lab as the text at their places, which is found by its place alone.
    fn at_text(lab: &serde_json::Value) -> Vec<(Code, String, Option<String>)> {
        let mut text = String::new();
        to_yaml(lab, 0, &mut text);
        let reading = read(text.as_bytes(), &ReadOptions { raw: true, ..ReadOptions::default() });
        let said = |finding: Diagnostic| {
            let at = finding.at.unwrap();
            let line = text.lines().nth(at.line as usize - 1).unwrap();
            let rest: String = line.chars().skip(at.column as usize - 1).collect();
            (finding.code, rest, finding.advice)
        };
        reading.diagnostics.into_iter().map(said).collect()
    }

    fn quoted(name: &str) -> String {
        let mut text = String::new();
        to_yaml(&json!(name), 0, &mut text);
        text.trim().to_owned()
    }

    proptest! {
        #[test]
        fn findings_stand_at_what_they_name_whatever_the_names(
            a in odd_name(), b in odd_name(), odd in odd_name(), other in odd_name(),
        ) {
            let lower = [&a, &b, &odd, &other].map(|name| name.to_lowercase());
            prop_assume!((1..4).all(|at| !lower[..at].contains(&lower[at])));
            let script = |name: &str, on: &[&String]| json!({"name": name, "script": "x", "dependencies": on});
            let plain = |operations: serde_json::Value| json!({"name": "x", "operations": operations});

            let cycle = at_text(&plain(json!([script(&a, &[&other, &b]), script(&b, &[&a]), script(&other, &[])])));
            prop_assert_eq!((cycle.len(), cycle[0].0, &cycle[0].1), (1, Code::CyclicDependency, &quoted(&b)));

            let itself = at_text(&plain(json!([script(&a, &[&b, &a]), script(&b, &[])])));
            prop_assert_eq!((itself.len(), itself[0].0, &itself[0].1), (1, Code::SelfDependency, &quoted(&a)));

            let unknown = at_text(&plain(json!([script(&a, &[&b, &odd]), script(&b, &[])])));
            prop_assert_eq!((unknown.len(), unknown[0].0, &unknown[0].1), (1, Code::UnknownDependency, &quoted(&odd)));

            let mut lab = plain(json!([script(&a, &[])]));
            lab["operations"][0]["pool"] = json!(["known", odd]);
            lab["pools"] = json!({"known": 1});
            let pool = at_text(&lab);
            prop_assert_eq!((pool.len(), pool[0].0, &pool[0].1), (1, Code::UnknownPool, &quoted(&odd)));
            prop_assert!(pool[0].2.as_ref().unwrap().contains(&odd.replace('\'', "''")), "{:?}", pool);

            let mut lab = plain(json!([script(&a, &[])]));
            lab["settings"] = json!({"custom-order": [a, odd]});
            let order = at_text(&lab);
            prop_assert_eq!((order.len(), order[0].0, &order[0].1), (1, Code::UnknownInOrder, &quoted(&odd)));

            let monitor = json!({"name": b, "type": "Monitor", "script": "x"});
            let watched = at_text(&plain(json!([script(&a, &[&other, &b]), monitor, script(&other, &[])])));
            prop_assert_eq!((watched.len(), watched[0].0, &watched[0].1), (1, Code::DependsOnMonitor, &quoted(&b)));
        }
    }
}
