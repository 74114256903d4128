//! Says where each value of a document comes from, and what it has taken the place of.

use super::interpolate::Filled;
use super::merge::{Overridden, item_path};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{FileId, Node, Position, Value, bare_letters};
use crate::error::Place;
use serde::Serialize;
use std::collections::HashMap;

/// One value and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Origin {
    /// Its path: keys joined by points, items of lists in brackets by name or by place from 0, such as
    /// `operations[deploy].timeout` or `dns[0]`.
    pub path: String,
    /// The value: a scalar, or an empty list or mapping.
    pub value: Node,
    /// Where it was written.
    pub at: Place,
    /// How it was written, when variables were filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// What it has taken the place of, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<OverriddenValue>,
}

/// A value that another one has taken the place of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverriddenValue {
    /// The value, as written.
    pub value: Node,
    /// Where it stands.
    pub at: Place,
}

/// The origins of all values below `root`, in the order of the document.
pub(in crate::config) fn origins(
    root: &Node,
    overridden: Vec<Overridden>,
    filled: Vec<Filled>,
    findings: &Findings<'_>,
) -> Vec<Origin> {
    let mut replaced: HashMap<String, Vec<OverriddenValue>> = HashMap::new();
    for Overridden { path, value, at } in overridden {
        let value = OverriddenValue { value: Node { value, at }, at: findings.place(at) };
        replaced.entry(bare_letters(&path)).or_default().push(value);
    }
    let written =
        filled.into_iter().map(|filled| ((filled.at.file, filled.at.start), filled.written)).collect();
    let mut walk = Walk { findings, replaced, written, origins: Vec::new() };
    walk.node(root, &mut String::new(), Vec::new());
    walk.origins
}

struct Walk<'f, 't> {
    findings: &'f Findings<'t>,
    /// By path without regard to spelling: an overlay may write a key or a name in another way.
    replaced: HashMap<String, Vec<OverriddenValue>>,
    written: HashMap<(FileId, Position), String>,
    origins: Vec<Origin>,
}

impl Walk<'_, '_> {
    /// `above` is what was replaced by a value that this one is a part of.
    fn node(&mut self, node: &Node, path: &mut String, above: Vec<OverriddenValue>) {
        let mut overridden = above;
        overridden.extend(self.replaced.remove(&bare_letters(path)).unwrap_or_default());
        let length = path.len();
        match &node.value {
            Value::Mapping(mapping) if !mapping.is_empty() => {
                for (at, entry) in mapping.iter().enumerate() {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&entry.key);
                    self.node(
                        &entry.value,
                        path,
                        if at == 0 { std::mem::take(&mut overridden) } else { Vec::new() },
                    );
                    path.truncate(length);
                }
            }
            Value::Sequence(items) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    path.push_str(&item_path(item, at));
                    self.node(item, path, if at == 0 { std::mem::take(&mut overridden) } else { Vec::new() });
                    path.truncate(length);
                }
            }
            _ => self.origins.push(Origin {
                path: path.clone(),
                value: node.clone(),
                at: self.findings.place(node.at),
                written: self.written.get(&(node.at.file, node.at.start)).cloned(),
                overridden,
            }),
        }
    }
}
