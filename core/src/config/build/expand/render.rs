//! Fills in the placeholders of an operation, but for its scripts, and points at the one that cannot be filled in.

use super::Expander;
use crate::config::build::expression::{Evaluator, Failure, Scope, has_placeholders};
use crate::config::build::interpolate::is_script;
use crate::config::build::merge::is_data;
use crate::config::build::positional::{POSITIONAL, positional};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Position, Span, Style, Text, Value, same_key};
use crate::error::Code;

impl<'n> Expander<'n, '_, '_> {
    /// A copy with its placeholders filled in; `key` is what it stands under.
    pub(super) fn render(&mut self, node: &Node, scope: &Scope, data: bool, key: &str) -> Node {
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

    pub(super) fn copy(&mut self, node: &Node) -> Node {
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
                        1 => "Only one value is given here, {0}.".to_owned(),
                        given => format!("Only {given} values are given here, {{0}} to {{{}}}.", given - 1),
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

    pub(super) fn evaluator(&mut self) -> &Evaluator<'n> {
        let (root, environment) = (self.root, self.environment);
        self.evaluator.get_or_insert_with(|| Evaluator::new(root, environment))
    }

    pub(super) fn failed(&mut self, failure: &Failure, node: &Node, key: &str) {
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
