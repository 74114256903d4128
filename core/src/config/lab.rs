//! Reads a lab from its document: the sections, the operations of all stages, and the edges between them.

use super::diagnostics::Findings;
use super::document::{Entry, Mapping, Node, Span, Value};
use super::fields::{self, Fields};
use super::model::{Failure, Lab, Settings, Stage};
use super::operations::{self, Declared};
use super::paths;
use super::quantity::Unit;
use crate::error::{Code, did_you_mean};
use crate::operation::Order;
use std::collections::{HashMap, HashSet};

/// Reads the lab. What is wrong with it is among the findings; then there is no lab.
pub(super) fn read(root: &Node, file: Option<&str>, findings: &mut Findings<'_>) -> Option<Lab> {
    let mapping = root.as_mapping()?;
    let folder = file.and_then(paths::folder_of);
    let mut fields = Fields::new(mapping);
    let name = name(fields.take(&["name", "lab-name"], findings), file, root.at, findings);
    let version = fields.take(&["version"], findings).and_then(|entry| fields::text(entry, findings));
    let description = fields.take(&["description"], findings).and_then(|entry| fields::text(entry, findings));
    let environment = fields.take(&["environment"], findings).and_then(|entry| environment(entry, findings));
    let settings = settings(&mut fields, findings);
    check_data(&mut fields, findings);

    let mut declared = Vec::new();
    let main = fields.take(&["operations"], findings);
    let validation = fields.take(&["validation"], findings);
    let cleanup = fields.take(&["cleanup"], findings);
    for (entry, stage) in
        [(main, Stage::Operations), (validation, Stage::Validation), (cleanup, Stage::Cleanup)]
    {
        let Some(entry) = entry else { continue };
        let (nodes, called) = match stage {
            Stage::Operations => (fields::list(entry, findings).unwrap_or_default(), "operation"),
            Stage::Validation => (section(entry, findings), "validation operation"),
            Stage::Cleanup => (section(entry, findings), "cleanup operation"),
        };
        for (index, node) in nodes.iter().enumerate() {
            if stage != Stage::Operations && is_checklist(node, entry, findings) {
                continue;
            }
            let title = format!("{called} {}", index + 1);
            declared.extend(operations::read(node, &title, stage, folder, findings));
        }
    }
    if declared.is_empty() {
        let advice = "List them below 'operations:', each with a name and a script.";
        match main {
            None => {
                findings.error(Code::MissingKey, start_of(root.at), "the lab has no 'operations'", advice)
            }
            Some(entry) if matches!(&entry.value.value, Value::Sequence(items) if items.is_empty()) => {
                findings.error(Code::EmptyPlan, entry.key_at, "the lab has no operations", advice);
            }
            Some(_) => {}
        }
    }
    let edges = fields.take(&["dependencies"], findings).and_then(|entry| edges(entry, findings));
    link(&mut declared, edges.unwrap_or_default(), findings);
    fields.ignore_yet(&["rollback", "environments", "templates"], findings);
    fields.refuse_yet(&["include", "includes"], findings);
    fields.finish("the lab", findings);
    if findings.has_errors() {
        return None;
    }
    let operations = declared.into_iter().map(|declared| declared.operation).collect();
    Some(Lab { name, version, description, environment, settings, operations })
}

/// The place of a lab as a whole: its first character.
fn start_of(at: Span) -> Span {
    Span { end: at.start, ..at }
}

/// The lab's name; without one, the name of its file and a warning.
fn name(entry: Option<&Entry>, file: Option<&str>, at: Span, findings: &mut Findings<'_>) -> String {
    if let Some(entry) = entry {
        match fields::text(entry, findings) {
            Some(name) if name.trim().is_empty() => {}
            // What is no text has been reported; then nobody sees the lab.
            name => return name.unwrap_or_default().trim().to_owned(),
        }
    }
    let stem = file.and_then(|file| {
        let folder = paths::folder_of(file).map_or(0, str::len);
        file[folder..].split('.').next().filter(|stem| !stem.is_empty())
    });
    let advice = "Give it one: 'name: …'.";
    match stem {
        Some(stem) => {
            let message = format!("the lab has no name; its file's is used: '{stem}'");
            findings.warning(Code::MissingKey, start_of(at), &message, advice);
            stem.to_owned()
        }
        None => {
            findings.error(Code::MissingKey, start_of(at), "the lab has no name", advice);
            String::new()
        }
    }
}

/// `environment: production`, or a mapping with a name.
fn environment(entry: &Entry, findings: &mut Findings<'_>) -> Option<String> {
    match entry.value.as_mapping() {
        Some(mapping) => mapping.get("name").and_then(|entry| fields::text(entry, findings)),
        None => fields::text(entry, findings),
    }
}

/// Sections that are data for the scripts: only their kind is checked.
fn check_data(fields: &mut Fields<'_>, findings: &mut Findings<'_>) {
    for name in ["metadata", "infrastructure"] {
        if let Some(entry) = fields.take(&[name], findings) {
            fields::mapping(entry, findings);
        }
    }
    if let Some(entry) = fields.take(&["nodes"], findings)
        && entry.value.as_mapping().is_none()
    {
        fields::list(entry, findings);
    }
}

fn settings(lab: &mut Fields<'_>, findings: &mut Findings<'_>) -> Settings {
    let mut settings = Settings::default();
    let mut concurrency = lab.take(&["max-concurrency", "max-parallelism"], findings);
    if let Some(mapping) =
        lab.take(&["settings"], findings).and_then(|entry| fields::mapping(entry, findings))
    {
        let mut fields = Fields::new(mapping);
        settings.timeout_ms = fields
            .take(&["timeout", "default-timeout"], findings)
            .and_then(|entry| fields::duration(entry, Unit::Minutes, findings));
        concurrency =
            fields.take(&["max-concurrency", "max-parallelism", "throttle"], findings).or(concurrency);
        settings.failure = failure(&mut fields, findings);
        settings.order = order(&mut fields, findings);
        fields.ignore_yet(
            &[
                "retry-count",
                "retry-delay",
                "resource-limits",
                "health-monitoring",
                "performance-analytics",
                "isolation",
                "run-timeout",
            ],
            findings,
        );
        fields.finish("'settings'", findings);
    }
    settings.max_concurrency = concurrency
        .and_then(|entry| fields::whole(entry, 1..=1024, findings))
        .and_then(|number| u32::try_from(number).ok());
    settings
}

fn failure(fields: &mut Fields<'_>, findings: &mut Findings<'_>) -> Option<Failure> {
    let strategy = fields.take(&["failure-strategy"], findings);
    let goes_on = fields.take(&["continue-on-error"], findings);
    if let (Some(_), Some(entry)) = (strategy, goes_on) {
        let message = format!("'failure-strategy' and '{}' say the same thing", entry.key);
        findings.error(Code::InvalidValue, entry.key_at, &message, "Keep 'failure-strategy'.");
    }
    match (strategy, goes_on) {
        (Some(entry), _) => {
            let known = [("stop", Failure::Stop), ("continue", Failure::Continue)];
            fields::choice(entry, &known, &["retry", "rollback"], findings)
        }
        (None, Some(entry)) => {
            fields::boolean(entry, findings).map(|on| if on { Failure::Continue } else { Failure::Stop })
        }
        (None, None) => None,
    }
}

fn order(fields: &mut Fields<'_>, findings: &mut Findings<'_>) -> Option<Order> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mode {
        Sequential,
        Parallel,
        Intelligent,
        Custom,
    }
    let mode = fields.take(&["orchestration-mode", "mode"], findings);
    let names = fields.take(&["custom-order", "order"], findings);
    let chosen = match mode {
        Some(entry) => {
            let known = [
                ("sequential", Mode::Sequential),
                ("parallel", Mode::Parallel),
                ("intelligent", Mode::Intelligent),
                ("custom", Mode::Custom),
            ];
            fields::choice(entry, &known, &[], findings)?
        }
        None if names.is_some() => Mode::Custom,
        None => return None,
    };
    match (chosen, names, mode) {
        (Mode::Custom, Some(entry), _) => fields::texts(entry, findings).map(|names| Order::Custom { names }),
        (Mode::Custom, None, Some(mode)) => {
            let advice = "Add 'custom-order:' with the names of the operations, first one first.";
            findings.error(Code::MissingKey, mode.value.at, "the mode 'custom' needs an order", advice);
            None
        }
        (_, Some(entry), Some(_)) => {
            let message = format!("'{}' belongs to the mode 'custom'", entry.key);
            let advice = "Write 'orchestration-mode: custom', or remove the order.";
            findings.error(Code::InvalidValue, entry.key_at, &message, advice);
            None
        }
        (Mode::Sequential, ..) => Some(Order::Sequential),
        (Mode::Parallel, ..) => Some(Order::Parallel),
        (Mode::Intelligent | Mode::Custom, ..) => Some(Order::Intelligent),
    }
}

/// The operations of `validation` or `cleanup`: a list, or a mapping with `operations`.
fn section<'n>(entry: &'n Entry, findings: &mut Findings<'_>) -> &'n [Node] {
    let Value::Mapping(mapping) = &entry.value.value else {
        return fields::list(entry, findings).unwrap_or_default();
    };
    let mut fields = Fields::new(mapping);
    let operations = fields.take(&["operations"], findings);
    let automatic =
        fields.take(&["automatic"], findings).map(|entry| (entry, fields::boolean(entry, findings)));
    let Some(operations) = operations else {
        if !mapping.is_empty() {
            findings.not_yet(&format!("'{}' without 'operations'", entry.key), entry.key_at);
        }
        return &[];
    };
    fields.ignore_yet(&["retain-logs", "retain-backups", "checks"], findings);
    fields.finish(&format!("'{}'", entry.key), findings);
    if let Some((automatic, Some(false))) = automatic {
        let message = format!("the operations of '{}' are not run, because it is not automatic", entry.key);
        findings.warning(
            Code::NotAvailable,
            automatic.key_at,
            &message,
            "Remove 'automatic: false' to run them.",
        );
        return &[];
    }
    fields::list(operations, findings).unwrap_or_default()
}

/// Whether an entry is a list of declarative checks instead of an operation.
fn is_checklist(node: &Node, section: &Entry, findings: &mut Findings<'_>) -> bool {
    let Some(mapping) = node.as_mapping() else { return false };
    let works = ["script", "script-block", "path", "command", "service", "provider"];
    let Some(checks) = mapping.get("checks") else { return false };
    if works.iter().any(|key| mapping.get(key).is_some()) {
        return false;
    }
    findings.not_yet(&format!("a list of 'checks' in '{}'", section.key), checks.key_at);
    true
}

/// One edge of `dependencies`: the target waits for the source.
struct Edge<'n> {
    source: &'n Entry,
    target: &'n Entry,
}

/// `dependencies: {explicit: [{source, target, type}], resource-conflicts: […]}`, or the edges alone.
fn edges<'n>(entry: &'n Entry, findings: &mut Findings<'_>) -> Option<Vec<Edge<'n>>> {
    let nodes = match &entry.value.value {
        Value::Mapping(mapping) => {
            let mut fields = Fields::new(mapping);
            let explicit = fields.take(&["explicit"], findings);
            fields.ignore_yet(&["resource-conflicts"], findings);
            fields.finish(&format!("'{}'", entry.key), findings);
            fields::list(explicit?, findings)?
        }
        _ => fields::list(entry, findings)?,
    };
    Some(nodes.iter().filter_map(|node| edge(node, findings)).collect())
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
            findings.error(Code::MissingKey, start_of(node.at), &message, advice);
        }
    }
    if !strong {
        findings.not_yet("a weak dependency", kind.map_or(node.at, |kind| kind.value.at));
        return None;
    }
    Some(Edge { source: source?, target: target? })
}

/// Adds the edges of the lab's `dependencies`, and those that the stages stand for.
fn link(declared: &mut [Declared], edges: Vec<Edge<'_>>, findings: &mut Findings<'_>) {
    let index = Index::of(declared);
    for edge in edges {
        let (Some(source), Some(target)) =
            (index.find(edge.source, findings), index.find(edge.target, findings))
        else {
            continue;
        };
        let name = declared[source].operation.operation.name.clone();
        if source == target {
            let message = format!("operation '{name}' depends on itself");
            let advice = "Name another operation as the source or the target.";
            findings.error(Code::SelfDependency, edge.target.value.at, &message, advice);
            continue;
        }
        let dependencies = &mut declared[target].operation.operation.dependencies;
        if !dependencies.iter().any(|known| index.get(known) == Some(source)) {
            dependencies.push(name);
        }
    }
    // Operations that no other main operation waits for; a monitor never ends, so nothing can wait for it.
    let main = |declared: &Declared| declared.operation.stage == Stage::Operations;
    let awaited: HashSet<usize> = declared
        .iter()
        .filter(|operation| main(operation))
        .flat_map(|operation| &operation.operation.operation.dependencies)
        .filter_map(|name| index.get(name))
        .collect();
    let names_of = |stage: Stage, leaves: bool| -> Vec<String> {
        declared
            .iter()
            .enumerate()
            .filter(|(at, operation)| {
                operation.operation.stage == stage
                    && !operation.operation.operation.is_monitor()
                    && !(leaves && awaited.contains(at))
            })
            .map(|(_, operation)| operation.operation.operation.name.clone())
            .collect()
    };
    let leaves = names_of(Stage::Operations, true);
    let validations = names_of(Stage::Validation, false);
    for operation in declared.iter_mut().filter(|operation| !operation.has_dependencies) {
        let stage = operation.operation.stage;
        let dependencies = &mut operation.operation.operation.dependencies;
        let explicit: HashSet<usize> = dependencies.iter().filter_map(|name| index.get(name)).collect();
        let implied = match stage {
            Stage::Operations => [].iter().chain(&[]),
            Stage::Validation => leaves.iter().chain(&[]),
            Stage::Cleanup => validations.iter().chain(&leaves),
        };
        dependencies
            .extend(implied.filter(|name| index.get(name).is_none_or(|at| !explicit.contains(&at))).cloned());
    }
}

/// Operations by name and id, whatever their case; of two with one name the first counts.
struct Index {
    by_name: HashMap<String, usize>,
    names: Vec<String>,
}

impl Index {
    fn of(declared: &[Declared]) -> Self {
        let mut index = Self { by_name: HashMap::new(), names: Vec::new() };
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

    fn find(&self, entry: &Entry, findings: &mut Findings<'_>) -> Option<usize> {
        let name = fields::text(entry, findings)?;
        let found = self.get(name.trim());
        if found.is_none() {
            let message = format!("'{}: {name}' names no operation of this lab", entry.key);
            let advice = match did_you_mean(&name, self.names.iter().map(String::as_str)) {
                Some(known) => format!("Did you mean '{known}'?"),
                None => "Use the name or the id of an operation.".to_owned(),
            };
            findings.error(Code::UnknownDependency, entry.value.at, &message, advice);
        }
        found
    }
}

/// Whether the root is what a lab file has to be.
pub(super) fn check_root<'n>(root: Option<&'n Node>, findings: &mut Findings<'_>) -> Option<&'n Mapping> {
    let advice = "A lab file begins with keys such as 'name:' and 'operations:'.";
    match root {
        None => {
            findings.error(Code::NotAMapping, Span::default(), "the file is empty", advice);
            None
        }
        Some(node) => {
            let mapping = node.as_mapping();
            if mapping.is_none() {
                let message = format!("the file must be a mapping, but is {}", node.value.kind());
                findings.error(Code::NotAMapping, start_of(node.at), &message, advice);
            }
            mapping
        }
    }
}
