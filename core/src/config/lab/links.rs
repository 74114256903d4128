//! The relations between operations: declared edges and conflicts, and those that the stages stand for.

use super::model::Stage;
use super::operations::Declared;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Node, Span};
use crate::config::text::fields::{self, Fields};
use crate::error::Code;
use crate::near::did_you_mean;
use crate::operation::Trigger;
use std::collections::{HashMap, HashSet};

/// Adds the edges of the lab's `dependencies`, and those that the stages stand for. Gives the conflicts.
/// References to what a condition has left out, by name in lower case, are dropped without a finding.
pub(in crate::config) fn link(
    declared: &mut [Declared],
    dependencies: Option<&Entry>,
    left_out: &HashSet<String>,
    findings: &mut Findings<'_>,
) -> Vec<Vec<String>> {
    let index = Index::of(declared, left_out);
    let (mut explicit, mut conflicting) = (dependencies, None);
    if let Some((entry, mapping)) = dependencies.and_then(|entry| Some((entry, entry.value.as_mapping()?))) {
        let mut fields = Fields::new(mapping);
        explicit = fields.take(&["explicit"], findings);
        conflicting = fields.take(&["resource-conflicts"], findings);
        fields.finish(&format!("'{}'", entry.key), findings);
    }
    for node in explicit.and_then(|entry| fields::list(entry, findings)).unwrap_or_default() {
        if let Some(edge) = edge(node, findings) {
            connect(&edge, declared, &index, findings);
        }
    }
    let groups = conflicting.and_then(|entry| fields::list(entry, findings)).unwrap_or_default();
    let conflicts = groups.iter().filter_map(|node| conflict(node, declared, &index, findings)).collect();
    join_stages(declared, &index);
    conflicts
}

/// One edge of `dependencies`: the target waits for the source.
struct Edge<'n> {
    source: &'n Entry,
    target: &'n Entry,
    /// Whether the source has to succeed, not only to end.
    strong: bool,
}

fn edge<'n>(node: &'n Node, findings: &mut Findings<'_>) -> Option<Edge<'n>> {
    let Some(mapping) = node.as_mapping() else {
        let message = format!("a dependency must be a mapping, but one is {}", node.value.kind());
        let advice = "Write '- source: first' and 'target: second' below it.";
        findings.error(Code::WrongType, node.at, &message, advice);
        return None;
    };
    let mut fields = Fields::new(mapping);
    let source = fields.take(&["source"], findings);
    let target = fields.take(&["target"], findings);
    let kind = fields.take(&["type"], findings);
    for free in ["reason", "description"] {
        fields.take(&[free], findings);
    }
    fields.finish("a dependency", findings);
    let strong = match kind {
        Some(entry) => fields::choice(entry, &[("strong", true), ("weak", false)], &[], findings)?,
        None => true,
    };
    for (name, entry) in [("source", source), ("target", target)] {
        if entry.is_none() {
            let message = format!("a dependency has no '{name}'");
            let advice = "The target waits for the source; each is the name or id of an operation.";
            findings.error(Code::MissingKey, node.at.start_only(), &message, advice);
        }
    }
    Some(Edge { source: source?, target: target?, strong })
}

fn connect(edge: &Edge<'_>, declared: &mut [Declared], index: &Index<'_>, findings: &mut Findings<'_>) {
    let code = Code::UnknownDependency;
    let (source, target) = (index.find(edge.source, code, findings), index.find(edge.target, code, findings));
    let (Some(source), Some(target)) = (source, target) else { return };
    let name = declared[source].operation.operation.name.clone();
    if source == target {
        let message = format!("operation '{name}' depends on itself");
        let advice = "Name another operation as the source or the target.";
        findings.error(Code::SelfDependency, edge.target.value.at, &message, advice);
        return;
    }
    let operation = &mut declared[target].operation.operation;
    let names = if edge.strong { &mut operation.dependencies } else { &mut operation.weak_dependencies };
    if !names.iter().any(|known| index.get(known) == Some(source)) {
        names.push(name);
    }
}

/// One of `resource-conflicts`: operations that never run at the same time.
fn conflict(
    node: &Node,
    declared: &[Declared],
    index: &Index<'_>,
    findings: &mut Findings<'_>,
) -> Option<Vec<String>> {
    let Some(mapping) = node.as_mapping() else {
        let message = format!("a conflict must be a mapping, but one is {}", node.value.kind());
        findings.error(Code::WrongType, node.at, &message, "Write '- operations: [first, second]'.");
        return None;
    };
    let mut fields = Fields::new(mapping);
    let operations = fields.take(&["operations"], findings);
    let resolution = fields.take(&["resolution"], findings);
    for free in ["reason", "description"] {
        fields.take(&[free], findings);
    }
    fields.finish("a conflict", findings);
    if let Some(entry) = resolution {
        fields::choice(entry, &[("sequential", ())], &[], findings);
    }
    let Some(entry) = operations else {
        let advice = "Add 'operations: [first, second]' with names or ids.";
        findings.error(Code::MissingKey, node.at.start_only(), "a conflict has no 'operations'", advice);
        return None;
    };
    let nodes = fields::list(entry, findings)?;
    let mut members: Vec<usize> = Vec::new();
    let mut sound = true;
    let mut left_out = 0;
    for node in nodes {
        let Some(name) = fields::text_of(node) else {
            let message =
                format!("each item of '{}' must be text, but one is {}", entry.key, node.value.kind());
            findings.error(Code::WrongType, node.at, &message, "Write one name in each item.");
            sound = false;
            continue;
        };
        match index.get(name.trim()) {
            Some(member) if members.contains(&member) => {}
            Some(member) => members.push(member),
            None if index.is_left_out(&name) => left_out += 1,
            None => {
                index.unknown(&entry.key, &name, node.at, Code::UnknownInConflict, findings);
                sound = false;
            }
        }
    }
    if sound && members.len() + left_out < 2 {
        let message = "a conflict needs two operations";
        findings.error(Code::InvalidValue, entry.value.at, message, "Name those that must not meet.");
    }
    Some(members.into_iter().map(|member| declared[member].operation.operation.name.clone()).collect())
}

/// Lets validation and clean-up wait for what comes before them, unless they say for what.
///
/// They wait for the success of all that has to succeed, but only for the end of what is not critical
/// or is there for failures: otherwise nothing would be validated whenever all goes well.
fn join_stages(declared: &mut [Declared], index: &Index<'_>) {
    // Operations whose success another main operation vouches for.
    let vouched: HashSet<usize> = declared
        .iter()
        .map(|declared| (declared.operation.stage, &declared.operation.operation))
        .filter(|(stage, operation)| {
            *stage == Stage::Operations && operation.critical && operation.trigger == Trigger::AllSucceeded
        })
        .flat_map(|(_, operation)| &operation.dependencies)
        .filter_map(|name| index.get(name))
        .collect();
    // A monitor never ends, so nothing can wait for it.
    let names_of = |stage: Stage, leaves: bool, strong: bool| -> Vec<(usize, String)> {
        declared
            .iter()
            .enumerate()
            .filter(|(at, declared)| {
                let operation = &declared.operation.operation;
                let must_succeed = operation.critical && operation.trigger != Trigger::AnyFailed;
                declared.operation.stage == stage
                    && !operation.is_monitor()
                    && !(leaves && vouched.contains(at))
                    && must_succeed == strong
            })
            .map(|(at, declared)| (at, declared.operation.operation.name.clone()))
            .collect()
    };
    let (leaves, ended) = (names_of(Stage::Operations, true, true), names_of(Stage::Operations, true, false));
    let (validations, checked) =
        (names_of(Stage::Validation, false, true), names_of(Stage::Validation, false, false));
    for declared in declared.iter_mut().filter(|declared| !declared.has_dependencies) {
        let stage = declared.operation.stage;
        let operation = &mut declared.operation.operation;
        let named = operation.dependencies.iter().chain(&operation.weak_dependencies);
        let explicit: HashSet<usize> = named.filter_map(|name| index.get(name)).collect();
        let (strong, weak): ([&[_]; 2], [&[_]; 2]) = match stage {
            Stage::Operations => continue,
            Stage::Validation => ([&leaves, &[]], [&ended, &[]]),
            Stage::Cleanup => ([&validations, &leaves], [&checked, &ended]),
        };
        let open = |names: [&[(usize, String)]; 2]| -> Vec<String> {
            let all = names.into_iter().flatten();
            all.filter(|(at, _)| !explicit.contains(at)).map(|(_, name)| name.clone()).collect()
        };
        operation.dependencies.extend(open(strong));
        operation.weak_dependencies.extend(open(weak));
    }
}

/// Operations by name and id, whatever their case; of two with one name the first counts.
struct Index<'l> {
    left_out: &'l HashSet<String>,
    by_name: HashMap<String, usize>,
    names: Vec<String>,
}

impl<'l> Index<'l> {
    fn of(declared: &[Declared], left_out: &'l HashSet<String>) -> Self {
        let mut index = Self { left_out, by_name: HashMap::new(), names: Vec::new() };
        let operations = || declared.iter().map(|declared| &declared.operation.operation).enumerate();
        let ids = operations().filter_map(|(at, operation)| Some((at, operation.id.as_ref()?)));
        for (at, name) in operations().map(|(at, operation)| (at, &operation.name)).chain(ids) {
            index.by_name.entry(name.to_lowercase()).or_insert(at);
            index.names.push(name.clone());
        }
        index
    }

    fn get(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_lowercase()).copied()
    }

    fn is_left_out(&self, name: &str) -> bool {
        self.left_out.contains(&name.trim().to_lowercase())
    }

    fn find(&self, entry: &Entry, code: Code, findings: &mut Findings<'_>) -> Option<usize> {
        let name = fields::text(entry, findings)?;
        let found = self.get(name.trim());
        if found.is_none() && !self.is_left_out(&name) {
            self.unknown(&entry.key, &name, entry.value.at, code, findings);
        }
        found
    }

    fn unknown(&self, key: &str, name: &str, at: Span, code: Code, findings: &mut Findings<'_>) {
        let message = format!("'{key}: {name}' does not name an operation of this lab");
        let advice = match did_you_mean(name, self.names.iter().map(String::as_str)) {
            Some(known) => format!("Did you mean '{known}'?"),
            None => "Use the name or the id of an operation.".to_owned(),
        };
        findings.error(code, at, &message, advice);
    }
}
