//! Expands operations: conditions (`when`), repetition (`for-each`) and templates, until only plain ones are left.

use super::expression::{Evaluator, Failure, MAX_ITEMS, Scope, has_placeholders};
use super::interpolate::is_script;
use super::merge::{is_data, merge};
use super::template::{Template, integer, words};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Position, Span, Style, Text, Value, same_key};
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

/// Keys in which `{0}`, `{1}` … stand for what a template or a repetition is given.
const POSITIONAL: [&str; 6] =
    ["name", "id", "description", "dependencies", "depends-on", "weak-dependencies"];

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

    /// What a repetition goes over, and what `{0}` shows of each.
    fn items(&mut self, entry: &Entry, scope: &Scope) -> Vec<(Node, String)> {
        let at = entry.value.at;
        let value = match &entry.value.value {
            Value::Text(text) => match range(&text.text, at) {
                Some(numbers) => Ok(Node { value: Value::Sequence(numbers), at }),
                None => self.evaluator().value(&text.text, scope, at),
            },
            Value::Sequence(_) => Ok(self.render(&entry.value, scope, false, "")),
            Value::Mapping(mapping) if is_range(mapping) => Ok(self.between(mapping, at)),
            _ => Ok(entry.value.clone()),
        };
        let value = match value {
            Ok(value) => value,
            Err(why) => {
                self.failed(&why, &entry.value, &entry.key);
                return Vec::new();
            }
        };
        let items = match value.value {
            Value::Sequence(items) => items,
            Value::Mapping(mapping) => mapping.into_iter().map(pair).collect(),
            Value::Null => Vec::new(),
            value => {
                let message = format!("'{}' must be a list, but is {}", entry.key, value.kind());
                let advice = "Write a list, a range such as 1..3, or the place of a list in the lab: 'for-each: nodes'.";
                self.findings.error(Code::WrongType, at, &message, advice);
                return Vec::new();
            }
        };
        if items.len() > MAX_ITEMS {
            let message = format!("'{}' has {} items", entry.key, items.len());
            self.findings.error(
                Code::DocumentTooLarge,
                at,
                &message,
                format!("A repetition may have {MAX_ITEMS}."),
            );
            return Vec::new();
        }
        items
            .into_iter()
            .map(|item| {
                let words = words(&item);
                (item, words)
            })
            .collect()
    }

    fn between(&mut self, mapping: &Mapping, at: Span) -> Node {
        let mut number = |name: &str, usual: Option<i64>| match mapping.get(name) {
            Some(entry) => fields::whole(entry, -1_000_000_000..=1_000_000_000, self.findings),
            None => usual,
        };
        let (Some(from), Some(to), Some(step)) =
            (number("from", Some(1)), number("to", None), number("step", Some(1)))
        else {
            return Node { value: Value::Null, at };
        };
        Node { value: Value::Sequence(numbers(from, to, step.unsigned_abs(), at)), at }
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

    /// A copy with its placeholders filled in; `key` is what it stands under.
    fn render(&mut self, node: &Node, scope: &Scope, data: bool, key: &str) -> Node {
        let value = match &node.value {
            Value::Mapping(mapping) => {
                let mut copy = Mapping::default();
                for entry in mapping {
                    self.bytes += entry.key.len();
                    let script = !data && entry.value.as_text().is_some() && is_script(&entry.key);
                    let value = match script {
                        true => self.copy(&entry.value),
                        false => self.render(&entry.value, scope, data || is_data(&entry.key), &entry.key),
                    };
                    copy.push(Entry { key: entry.key.clone(), key_at: entry.key_at, value });
                }
                Value::Mapping(copy)
            }
            Value::Sequence(items) => {
                Value::Sequence(items.iter().map(|item| self.render(item, scope, data, key)).collect())
            }
            Value::Text(text) => return self.text(node, text, scope, data, key),
            _ => return node.clone(),
        };
        Node { value, at: node.at }
    }

    fn copy(&mut self, node: &Node) -> Node {
        self.bytes += node.as_text().map_or(0, str::len);
        node.clone()
    }

    fn text(&mut self, node: &Node, text: &Text, scope: &Scope, data: bool, key: &str) -> Node {
        let mut value = Value::Text(text.clone());
        if has_placeholders(&text.text) {
            match self.evaluator().render(text, scope, node.at) {
                Ok(rendered) => value = rendered,
                Err(why) => self.failed(&why, node, key),
            }
        }
        if let Value::Text(text) = &mut value
            && !data
            && POSITIONAL.iter().any(|name| same_key(name, key))
            && let Some(filled) = positional(&text.text, &scope.positional)
        {
            match filled {
                Ok(filled) => text.text = filled,
                Err(number) => {
                    let message = format!("'{{{number}}}' in '{key}' has no value here");
                    let advice = match scope.positional.len() {
                        0 => {
                            "Such a number refers to a value given to a template or a repetition.".to_owned()
                        }
                        given => format!("Only {given} are given, and counting begins with 0."),
                    };
                    self.findings.error(Code::InvalidExpression, node.at, &message, advice);
                }
            }
        }
        if let Value::Text(text) = &value {
            self.bytes += text.text.len();
        }
        Node { value, at: node.at }
    }

    fn evaluator(&mut self) -> &Evaluator<'n> {
        let (root, environment) = (self.root, self.environment);
        self.evaluator.get_or_insert_with(|| Evaluator::new(root, environment))
    }

    fn failed(&mut self, failure: &Failure, node: &Node, key: &str) {
        let at = place(node, failure.range.clone(), self.findings);
        let message = match key {
            "" => format!("a text {}", failure.why),
            key => format!("'{key}' {}", failure.why),
        };
        let advice = match self.open.last() {
            Some(template) => format!("{} It is used by the template '{template}'.", failure.advice),
            None => failure.advice.clone(),
        };
        self.findings.error(Code::InvalidExpression, at, &message, advice);
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

/// An item for one entry of a mapping: its value with the key as `name`, or both as `key` and `value`.
fn pair(entry: Entry) -> Node {
    let key = super::expression::text_node(entry.key, entry.key_at);
    let at = entry.value.at;
    let mut pair = match entry.value {
        Node { value: Value::Mapping(mapping), .. } if mapping.get("name").is_none() => {
            let mut pair = Mapping::default();
            pair.push(Entry { key: "name".to_owned(), key_at: entry.key_at, value: key.clone() });
            mapping.into_iter().for_each(|entry| pair.push(entry));
            pair
        }
        Node { value: Value::Mapping(mapping), .. } => mapping,
        value => {
            let mut pair = Mapping::default();
            pair.push(Entry { key: "value".to_owned(), key_at: entry.key_at, value });
            pair
        }
    };
    if pair.get("key").is_none() {
        pair.push(Entry { key: "key".to_owned(), key_at: entry.key_at, value: key });
    }
    Node { value: Value::Mapping(pair), at }
}

/// `1..3`: the whole numbers from 1 to 3.
fn range(text: &str, at: Span) -> Option<Vec<Node>> {
    let (from, to) = text.trim().split_once("..")?;
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    Some(numbers(from, to, 1, at))
}

fn is_range(mapping: &Mapping) -> bool {
    mapping.get("to").is_some()
        && mapping.iter().all(|entry| ["from", "to", "step"].iter().any(|name| same_key(name, &entry.key)))
}

/// From one number to another, up or down. One more than may be is enough to be found too many.
fn numbers(from: i64, to: i64, step: u64, at: Span) -> Vec<Node> {
    let step = i64::try_from(step.max(1)).unwrap_or(i64::MAX);
    let step = if to < from { step.saturating_neg() } else { step };
    let next = |number: &i64| number.checked_add(step);
    std::iter::successors(Some(from), next)
        .take_while(|number| if step > 0 { *number <= to } else { *number >= to })
        .take(MAX_ITEMS + 1)
        .map(|number| integer(number, at))
        .collect()
}

/// A text with `{0}`, `{1}` … filled in; nothing when it has none, and the number of one that is not given.
fn positional(text: &str, given: &[String]) -> Option<Result<String, usize>> {
    let mut filled = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find('{') {
        let (before, after) = rest.split_at(start);
        filled.push_str(before);
        let digits = after[1..].bytes().take_while(u8::is_ascii_digit).count();
        let number = after[1..=digits].parse::<usize>();
        match number {
            Ok(number) if after[1 + digits..].starts_with('}') && !before.ends_with('{') => {
                found = true;
                match given.get(number) {
                    Some(value) => filled.push_str(value),
                    None => return Some(Err(number)),
                }
                rest = &after[digits + 2..];
            }
            _ => {
                filled.push('{');
                rest = &after[1..];
            }
        }
    }
    filled.push_str(rest);
    found.then_some(Ok(filled))
}

/// The place of a part of a text in its file, as far as its line shows it unchanged.
fn place(node: &Node, range: Option<std::ops::Range<usize>>, findings: &Findings<'_>) -> Span {
    let (Value::Text(text), Some(range)) = (&node.value, range) else { return node.at };
    let (Some(before), Some(part)) = (text.text.get(..range.start), text.text.get(range.clone())) else {
        return node.at;
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let start = node.text_start();
    let line = start.line.saturating_add(count(before.matches('\n').count()));
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    if text.style != Style::Block && line != start.line {
        return node.at;
    }
    let first = part.lines().next().unwrap_or_default();
    let column = start.column.saturating_add(count(column));
    let shown: String = findings
        .source(node.at.file)
        .line(line)
        .chars()
        .skip(column.saturating_sub(1) as usize)
        .take(first.chars().count())
        .collect();
    if shown != first {
        return node.at;
    }
    let end = Position { line, column: column.saturating_add(count(first.chars().count())) };
    Span { file: node.at.file, start: Position { line, column }, end }
}
