//! Expands operations: conditions (`when`), repetition (`for-each`) and templates, until only plain ones are left.

mod render;
mod repetition;

use super::expression::{Evaluator, Scope, has_placeholders};
use super::merge::merge;
use super::positional::positional;
use super::template::{Template, integer};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Value, same_key};
use crate::config::text::fields;
use crate::error::{Code, Place};
use crate::near::did_you_mean;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Operations that a lab may have once it is expanded.
const MAX_OPERATIONS: usize = 50_000;

/// Bytes of text that expanding may make.
const MAX_BYTES: usize = 64 << 20;

/// Templates that are made from each other, one below the other.
const MAX_DEPTH: usize = 16;

/// An operation that is left out because its condition is false.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FalseCondition {
    /// Its name or id.
    pub name: String,
    /// The condition, as written.
    pub when: String,
    /// Where the operation was written.
    pub at: Place,
}

/// Expands the operations of a lab.
pub(in crate::config) struct Expander<'n, 'f, 't> {
    evaluator: Option<Evaluator<'n>>,
    root: &'n Mapping,
    environment: Option<&'n str>,
    templates: HashMap<String, Template<'n>>,
    findings: &'f mut Findings<'t>,
    /// Operations left out by their condition.
    pub(in crate::config) left_out: Vec<FalseCondition>,
    /// Names of the operations that a repetition gave, by its own name or id in lower case.
    groups: HashMap<String, Vec<String>>,
    operations: usize,
    bytes: usize,
    /// Whether the lab has become too large, which is reported.
    pub(in crate::config) full: bool,
    /// The templates that are being used, the outermost first.
    open: Vec<String>,
}

impl<'n, 'f, 't> Expander<'n, 'f, 't> {
    pub(in crate::config) fn new(
        root: &'n Mapping,
        environment: Option<&'n str>,
        templates: HashMap<String, Template<'n>>,
        findings: &'f mut Findings<'t>,
    ) -> Self {
        Self {
            evaluator: None,
            root,
            environment,
            templates,
            findings,
            left_out: Vec::new(),
            groups: HashMap::new(),
            operations: 0,
            bytes: 0,
            full: false,
            open: Vec::new(),
        }
    }

    /// The operations that a list stands for.
    pub(in crate::config) fn list(&mut self, nodes: &'n [Node]) -> Vec<Cow<'n, Node>> {
        let mut out = Vec::with_capacity(nodes.len());
        for node in nodes {
            if needs_expansion(node) {
                let mut made = Vec::new();
                self.findings.repeated = true;
                self.item(node, &Scope::default(), &mut made);
                self.findings.repeated = false;
                out.extend(made.into_iter().map(Cow::Owned));
            } else {
                self.operations += 1;
                out.push(Cow::Borrowed(node));
            }
        }
        out
    }

    /// Lets dependencies on a repetition mean all that it gave, and those on what was left out nothing.
    pub(in crate::config) fn rewire(&self, nodes: &mut [Cow<'n, Node>]) {
        if self.groups.is_empty() && self.left_out.is_empty() {
            return;
        }
        let left_out: HashSet<String> = self.left_out.iter().map(|left| left.name.to_lowercase()).collect();
        let stands_for = |node: &Node| -> Option<Vec<Node>> {
            let name = fields::text_of(node)?.trim().to_lowercase();
            if let Some(names) = self.groups.get(&name) {
                let text = |name: &String| super::expression::text_node(name.clone(), node.at);
                return Some(names.iter().map(text).collect());
            }
            left_out.contains(&name).then(Vec::new)
        };
        for node in nodes {
            let names = ["dependencies", "depends-on", "weak-dependencies"];
            let is_list = |entry: &Entry| names.iter().any(|name| same_key(name, &entry.key));
            let touched = node.as_mapping().is_some_and(|mapping| {
                mapping
                    .iter()
                    .filter(|entry| is_list(entry))
                    .any(|entry| items(&entry.value).iter().any(|item| stands_for(item).is_some()))
            });
            if !touched {
                continue;
            }
            let Value::Mapping(mapping) = &mut node.to_mut().value else { continue };
            for entry in mapping.iter_mut().filter(|entry| is_list(entry)) {
                let mut list = Vec::new();
                for item in items(&entry.value) {
                    match stands_for(item) {
                        Some(names) => list.extend(names),
                        None => list.push(item.clone()),
                    }
                }
                entry.value.value = Value::Sequence(list);
            }
        }
    }

    fn item(&mut self, node: &Node, scope: &Scope, out: &mut Vec<Node>) {
        let Some(mapping) = node.as_mapping() else {
            out.push(node.clone());
            return;
        };
        let before = out.len();
        match mapping.get("for-each").filter(|entry| !entry.value.is_null()) {
            None => self.once(node, mapping, scope, out),
            Some(entry) => {
                for (index, (item, positional)) in self.items(entry, scope).into_iter().enumerate() {
                    let mut scope = scope.clone();
                    scope.positional = vec![positional, (index + 1).to_string()];
                    scope.set("item", item);
                    let index = i64::try_from(index).unwrap_or(i64::MAX);
                    scope.set("index", integer(index + 1, entry.value.at));
                    scope.set("index0", integer(index, entry.value.at));
                    self.once(node, mapping, &scope, out);
                    if self.full {
                        return;
                    }
                }
                self.group(mapping, &mut out[before..]);
            }
        }
    }

    /// Remembers what a repetition gave under its id, when that is the same for all of it.
    fn group(&mut self, mapping: &Mapping, made: &mut [Node]) {
        let own = mapping.get("id").and_then(|entry| fields::text_of(&entry.value));
        let Some(id) = own.filter(|id| !has_placeholders(id) && positional(id, &[]).is_none()) else {
            return;
        };
        let mut names = Vec::new();
        for node in made.iter_mut() {
            let Some(name) = text_at(node, "name") else { return };
            names.push(name);
        }
        for node in made {
            if let Value::Mapping(mapping) = &mut node.value {
                mapping.remove(&["id"]);
            }
        }
        self.groups.insert(id.trim().to_lowercase(), names);
    }

    /// One operation or one use of a template, its repetition apart.
    fn once(&mut self, node: &Node, mapping: &Mapping, scope: &Scope, out: &mut Vec<Node>) {
        if self.full {
            return;
        }
        let condition = mapping.get("when").filter(|entry| !entry.value.is_null());
        match condition.map(|entry| (entry, self.holds(entry, scope))) {
            None | Some((_, Some(true))) => self.plain(node, mapping, scope, out),
            Some((_, None)) => {}
            Some((entry, Some(false))) => {
                // Others may depend on it, so its names are needed, but its faults are not reported.
                let mut made = Vec::new();
                let muted = std::mem::replace(&mut self.findings.muted, true);
                self.plain(node, mapping, scope, &mut made);
                self.findings.muted = muted;
                let when = fields::text_of(&entry.value).unwrap_or_else(|| "false".to_owned());
                let at = self.findings.place(node.at);
                for node in &made {
                    let names = ["name", "id"].into_iter().filter_map(|key| text_at(node, key));
                    for name in names {
                        self.left_out.push(FalseCondition { name, when: when.clone(), at: at.clone() });
                    }
                }
            }
        }
    }

    fn holds(&mut self, entry: &Entry, scope: &Scope) -> Option<bool> {
        match &entry.value.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) => match self.evaluator().condition(&text.text, scope) {
                Ok(holds) => Some(holds),
                Err(why) => {
                    self.failed(&why, &entry.value, &entry.key);
                    None
                }
            },
            value => {
                let message = format!("'{}' must be a condition, but is {}", entry.key, value.kind());
                let advice = "Write an expression such as: environment == 'production'.";
                self.findings.error(Code::WrongType, entry.value.at, &message, advice);
                None
            }
        }
    }

    fn plain(&mut self, node: &Node, mapping: &Mapping, scope: &Scope, out: &mut Vec<Node>) {
        let mut own = mapping.clone();
        own.remove(&["when", "for-each", "template", "with"]);
        let own = Node { value: Value::Mapping(own), at: node.at };
        let Some(entry) = mapping.get("template").filter(|entry| !entry.value.is_null()) else {
            if let Some(with) = mapping.get("with").filter(|entry| !entry.value.is_null()) {
                let message = format!("'{}' belongs to 'template'", with.key);
                self.findings.error(
                    Code::InvalidValue,
                    with.key_at,
                    &message,
                    "Values for a script go below 'parameters'.",
                );
            }
            let rendered = self.render(&own, scope, false, "");
            self.push(rendered, out);
            return;
        };
        let Some(name) = fields::text(entry, self.findings) else { return };
        let name = name.trim().to_owned();
        if self.open.iter().any(|open| open.to_lowercase() == name.to_lowercase()) {
            let chain: Vec<&str> = self.open.iter().map(String::as_str).chain([name.as_str()]).collect();
            let message = format!("circular templates: {}", chain.join(" -> "));
            self.findings.error(Code::CyclicTemplate, entry.value.at, &message, "Remove one of these uses.");
            return;
        }
        if self.open.len() == MAX_DEPTH {
            let message = format!("'{name}' would be used {MAX_DEPTH} templates deep");
            self.findings.error(Code::DocumentTooLarge, entry.value.at, &message, "Use it further up.");
            return;
        }
        // It is taken out while it is used, so that it can be read beside the expander itself.
        let key = name.to_lowercase();
        let Some(template) = self.templates.remove(&key) else {
            self.unknown(&name, entry);
            return;
        };
        self.open.push(template.name.to_owned());
        self.made_from(&template, mapping, own, entry, scope, out);
        self.open.pop();
        self.templates.insert(key, template);
    }

    fn made_from(
        &mut self,
        template: &Template<'n>,
        mapping: &Mapping,
        mut own: Node,
        used: &Entry,
        scope: &Scope,
        out: &mut Vec<Node>,
    ) {
        let with = mapping.get("with").filter(|entry| !entry.value.is_null());
        // Without `with`, the parameters are what the template gets.
        let given = match (with, &mut own.value) {
            (Some(entry), _) => Some(entry.value.clone()),
            (None, Value::Mapping(own)) => own.remove(&["parameters"]).pop().map(|entry| entry.value),
            (None, _) => None,
        };
        let given = given.map(|given| self.render(&given, scope, true, ""));
        let own = self.render(&own, scope, false, "");
        let Some(mut arguments) = template.bind(given.as_ref(), used.value.at, self.findings) else { return };
        if arguments.scope.positional.is_empty() {
            arguments.scope.positional.clone_from(&scope.positional);
        }
        let mut made = Vec::new();
        for operation in &template.operations {
            self.item(operation, &arguments.scope, &mut made);
        }
        let overrides = own.as_mapping().is_some_and(|own| !own.is_empty());
        if overrides && template.operations.len() > 1 {
            let message = format!(
                "the template '{}' has several operations, so nothing can be added to it here",
                template.name
            );
            let advice = "Only 'when', 'for-each' and 'with' can stand beside such a template.";
            self.findings.error(Code::InvalidValue, own.at, &message, advice);
            return;
        }
        for mut node in made {
            if let Some(parameters) = &arguments.parameters
                && !parameters.is_empty()
            {
                let entry = Entry {
                    key: "parameters".to_owned(),
                    key_at: used.value.at,
                    value: Node { value: Value::Mapping(parameters.clone()), at: used.value.at },
                };
                let mut over = Mapping::default();
                over.push(entry);
                let at = node.at;
                node = Node { at, ..merge(node, Node { value: Value::Mapping(over), at }, &mut Vec::new()) };
            }
            if overrides {
                let at = node.at;
                node = Node { at, ..merge(node, own.clone(), &mut Vec::new()) };
            }
            out.push(node);
        }
    }

    fn unknown(&mut self, name: &str, entry: &Entry) {
        let known: Vec<&str> = self.templates.values().map(|template| template.name).collect();
        let advice = match did_you_mean(name, known.iter().copied()) {
            Some(near) => format!("Did you mean '{near}'?"),
            None => "Templates go below 'templates:' of the lab, each with its name.".to_owned(),
        };
        let message = format!("the template '{name}' does not exist");
        self.findings.error(Code::UnknownTemplate, entry.value.at, &message, advice);
    }

    fn push(&mut self, node: Node, out: &mut Vec<Node>) {
        self.operations += 1;
        if self.operations > MAX_OPERATIONS || self.bytes > MAX_BYTES {
            if !self.full {
                self.full = true;
                let message = "the lab becomes too large here";
                let advice = format!(
                    "Expanded, a lab may have {MAX_OPERATIONS} operations and {MAX_BYTES} bytes of text."
                );
                let muted = std::mem::replace(&mut self.findings.muted, false);
                self.findings.error(Code::DocumentTooLarge, node.at, message, advice);
                self.findings.muted = muted;
            }
            return;
        }
        out.push(node);
    }
}

/// Whether an entry is more than a plain operation.
fn needs_expansion(node: &Node) -> bool {
    node.as_mapping().is_some_and(|mapping| {
        mapping.iter().any(|entry| {
            let first = entry.key.as_bytes().first().map(u8::to_ascii_lowercase);
            matches!(first, Some(b'w' | b'f' | b't'))
                && !entry.value.is_null()
                && ["when", "for-each", "template", "with"].iter().any(|name| same_key(name, &entry.key))
        })
    })
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Sequence(items) => items,
        _ => std::slice::from_ref(node),
    }
}

fn text_at(node: &Node, key: &str) -> Option<String> {
    fields::text_of(&node.as_mapping()?.get(key)?.value)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
