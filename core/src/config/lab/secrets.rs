//! Finds the secrets a lab refers to as `secret://name`. Their values are never seen here: the process that runs the lab
//! puts them in at the last moment.

use super::model::{LabOperation, SecretUse};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Mapping, Node, Span, Value, same_key};
use crate::error::{Code, Place};
use crate::operation::{HealthCheck, Monitoring, ProcessSpec, Work};
use crate::work::secrets::{PREFIX, name_of};
use std::iter;

/// Sections of a lab that are data for its scripts.
const DATA: [&str; 4] = ["metadata", "infrastructure", "nodes", "environment"];

/// All references of a lab: those of its operations and their checks, then those of its monitoring and its data.
pub(in crate::config) fn find<'l>(
    root: &Mapping,
    operations: impl Iterator<Item = &'l LabOperation>,
    monitoring: Option<&Monitoring>,
    findings: &mut Findings<'_>,
) -> Vec<SecretUse> {
    let mut search = Search { findings, found: Vec::new(), operation: None };
    for operation in operations {
        search.operation = Some(operation.operation.name.clone());
        if let Some(parameters) = &operation.parameters {
            search.mapping(parameters, &mut "parameters".to_owned());
        }
        let Some(at) = &operation.operation.at else { continue };
        let works = iter::once(&operation.operation.work).chain(operation.operation.compensation.as_deref());
        for (path, value) in works.flat_map(Work::handed) {
            search.text(value, &path, at);
        }
        for program in operation.operation.health.iter().flat_map(HealthCheck::programs) {
            search.environment(program, at);
        }
    }
    search.operation = None;
    let told = monitoring.and_then(|monitoring| monitoring.notify.as_ref()?.program());
    let settings = root.iter().find(|entry| same_key("settings", &entry.key));
    if let Some((program, settings)) = told.zip(settings) {
        let at = search.findings.place(settings.key_at);
        search.environment(program, &at);
    }
    for entry in root.iter().filter(|entry| DATA.iter().any(|name| same_key(name, &entry.key))) {
        search.node(&entry.value, &mut entry.key.clone());
    }
    search.found
}

struct Search<'f, 't> {
    findings: &'f mut Findings<'t>,
    found: Vec<SecretUse>,
    operation: Option<String>,
}

impl Search<'_, '_> {
    fn mapping(&mut self, mapping: &Mapping, path: &mut String) {
        let length = path.len();
        for entry in mapping {
            path.push('.');
            path.push_str(&entry.key);
            self.node(&entry.value, path);
            path.truncate(length);
        }
    }

    fn node(&mut self, node: &Node, path: &mut String) {
        match &node.value {
            Value::Mapping(mapping) => self.mapping(mapping, path),
            Value::Sequence(items) => {
                let length = path.len();
                for (at, item) in items.iter().enumerate() {
                    path.push_str(&format!("[{at}]"));
                    self.node(item, path);
                    path.truncate(length);
                }
            }
            Value::Text(text) if text.text.starts_with(PREFIX) => self.reference(&text.text, path, node.at),
            _ => {}
        }
    }

    fn reference(&mut self, text: &str, path: &str, at: Span) {
        if text[PREFIX.len()..].trim().is_empty() {
            let operation = std::mem::replace(&mut self.findings.operation, self.operation.clone());
            let advice = "Write secret://name, with the name it is stored under.";
            self.findings.error(
                Code::InvalidSecret,
                at,
                &format!("'{path}' refers to a secret without its name"),
                advice,
            );
            self.findings.operation = operation;
            return;
        }
        let place = self.findings.place(at);
        self.text(text, path, &place);
    }

    fn environment(&mut self, program: &ProcessSpec, at: &Place) {
        for (name, value) in &program.environment {
            self.text(value.as_deref().unwrap_or_default(), &format!("environment.{name}"), at);
        }
    }

    fn text(&mut self, text: &str, path: &str, at: &Place) {
        let Some(name) = name_of(text) else { return };
        self.found.push(SecretUse {
            name: name.to_owned(),
            operation: self.operation.clone(),
            path: path.to_owned(),
            at: at.clone(),
        });
    }
}
