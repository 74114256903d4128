//! Reads a lab from its document: the sections, and the operations of all stages.

use super::model::{Lab, LabOperation, Stage};
use super::operations::{self, Context};
use super::{check, links, secrets, settings};
use crate::config::build::expand::Expander;
use crate::config::build::template;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Span, Value, same_key};
use crate::config::text::fields::{self, Fields};
use crate::config::text::options::ReadOptions;
use crate::config::text::paths;
use crate::error::Code;
use crate::near::nearest_key;
use crate::operation::Order;
use std::borrow::Cow;
use std::collections::HashSet;

/// Reads the lab. What is wrong with it is among the findings, and then no lab is returned.
pub(in crate::config) fn read(
    root: &Node,
    options: &ReadOptions,
    findings: &mut Findings<'_>,
) -> Result<Lab, Vec<LabOperation>> {
    let file = options.path.as_deref();
    let Some(mapping) = root.as_mapping() else { return Err(Vec::new()) };
    if !is_lab(root) {
        let what = file.map_or("the file", |file| &file[paths::folder_of(file).map_or(0, str::len)..]);
        let what = if file.is_some() { format!("'{what}'") } else { what.to_owned() };
        let message = format!("{what} is not a lab configuration: it has no 'operations'");
        let advice = "Get-LabConfig reads it. A lab lists its operations below 'operations:', each with a name and a script.";
        findings.error(Code::MissingKey, root.at.start_only(), &message, advice);
        return Err(Vec::new());
    }
    let mut fields = Fields::new(mapping);
    let name = name(fields.take(&["name", "lab-name"], findings), file, root.at, findings);
    let version = fields.take(&["version"], findings).and_then(|entry| fields::text(entry, findings));
    let description = fields.take(&["description"], findings).and_then(|entry| fields::text(entry, findings));
    let environment = fields.take(&["environment"], findings).and_then(|entry| environment(entry, findings));
    let environment = options.environment.as_deref().map(|name| name.trim().to_owned()).or(environment);
    let (mut settings, retries) = settings::take(&mut fields, findings);
    let context = Context { retries: &retries };
    check_data(&mut fields, findings);

    let main = fields.take(&["operations"], findings);
    let validation = fields.take(&["validation"], findings);
    let cleanup = fields.take(&["cleanup"], findings);
    let templates = fields.take(&["templates"], findings);
    let templates = templates.map(|entry| template::read(entry, findings)).unwrap_or_default();
    let mut stages: Vec<(Stage, &str, Vec<Cow<'_, Node>>)> = Vec::new();
    let mut lists = Vec::new();
    if let Some(entry) = main {
        lists.push((Stage::Operations, "operation", fields::list(entry, findings).unwrap_or_default()));
    }
    if let Some(entry) = validation {
        lists.push((Stage::Validation, "validation operation", section(entry, findings)));
    }
    if let Some(entry) = cleanup {
        lists.push((Stage::Cleanup, "cleanup operation", section(entry, findings)));
    }
    let mut expander = Expander::new(mapping, environment.as_deref(), templates, findings);
    for (stage, called, nodes) in lists {
        stages.push((stage, called, expander.list(nodes)));
    }
    stages.iter_mut().for_each(|(.., nodes)| expander.rewire(nodes));
    let (left_out, too_large) = (expander.left_out, expander.full);
    if too_large {
        return Err(Vec::new());
    }
    let count = stages.iter().map(|(.., nodes)| nodes.len()).sum();
    let (mut declared, mut places) = (Vec::with_capacity(count), Vec::<&Node>::with_capacity(count));
    for (stage, called, nodes) in &stages {
        for (index, node) in nodes.iter().enumerate() {
            let title = format!("{called} {}", index + 1);
            findings.repeated = matches!(node, Cow::Owned(_));
            if let Some(operation) = operations::read(node, &title, *stage, context, findings) {
                declared.push(operation);
                places.push(&**node);
            }
            findings.repeated = false;
        }
    }
    if declared.is_empty() {
        let advice = "List them below 'operations:', each with a name and a script.";
        match main {
            None => {
                findings.error(Code::MissingKey, root.at.start_only(), "the lab has no 'operations'", advice)
            }
            Some(entry) if matches!(&entry.value.value, Value::Sequence(items) if items.is_empty()) => {
                findings.error(Code::EmptyPlan, entry.key_at, "the lab has no operations", advice);
            }
            Some(entry) if !left_out.is_empty() => {
                let message = "every operation of the lab is left out by its condition";
                findings.error(Code::EmptyPlan, entry.key_at, message, "Check the expression after 'when:'.");
            }
            Some(_) => {}
        }
    }
    let absent: HashSet<String> = left_out.iter().map(|left| left.name.to_lowercase()).collect();
    if let Some(Order::Custom { names }) = &mut settings.order {
        names.retain(|name| !absent.contains(&name.trim().to_lowercase()));
    }
    let conflicts = links::link(&mut declared, fields.take(&["dependencies"], findings), &absent, findings);
    for known in ["environments", "include", "includes"] {
        fields.take(&[known], findings);
    }
    fields.ignore_yet(&["rollback"], findings);
    fields.finish("the lab", findings);
    let read = declared.iter().map(|declared| &declared.operation);
    let secrets = secrets::find(mapping, read, settings.monitoring.as_ref(), findings);
    check::check(mapping, &mut declared, &places, &settings, &conflicts, options, findings);
    let operations = declared.into_iter().map(|declared| declared.operation).collect();
    if findings.has_errors() {
        return Err(operations);
    }
    Ok(Lab { name, version, description, environment, settings, conflicts, operations, left_out, secrets })
}

/// Whether a document is meant to be a lab: it lists operations, or a key was meant to.
pub(in crate::config) fn is_lab(root: &Node) -> bool {
    const LISTS: [&str; 3] = ["operations", "validation", "cleanup"];
    root.as_mapping().is_some_and(|mapping| {
        mapping.iter().any(|entry| {
            LISTS.iter().any(|name| same_key(name, &entry.key))
                || nearest_key(&entry.key, ["operations"]).is_some()
        })
    })
}

/// The lab's name; without one, the name of its file and a warning.
fn name(entry: Option<&Entry>, file: Option<&str>, at: Span, findings: &mut Findings<'_>) -> String {
    if let Some(entry) = entry {
        match fields::text(entry, findings) {
            Some(name) if name.trim().is_empty() => {}
            // What is not text has been reported, and then no lab is returned.
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
            findings.warning(Code::MissingKey, at.start_only(), &message, advice);
            stem.to_owned()
        }
        None => {
            findings.error(Code::MissingKey, at.start_only(), "the lab has no name", advice);
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

/// Whether the root is what a lab file has to be.
pub(in crate::config) fn check_root<'n>(
    root: Option<&'n Node>,
    findings: &mut Findings<'_>,
) -> Option<&'n Mapping> {
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
                findings.error(Code::NotAMapping, node.at.start_only(), &message, advice);
            }
            mapping
        }
    }
}
