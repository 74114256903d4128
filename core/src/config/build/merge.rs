//! Merges one tree over another: mappings by key, operations and nodes by name, all else by replacement.

use crate::config::text::document::{Entry, Mapping, Node, Span, Value, same_key};
use crate::config::text::fields::text_of;

/// Lists whose items are identified by name or id.
const NAMED_LISTS: [&str; 4] = ["operations", "nodes", "validation", "cleanup"];

/// Keys below which everything is the user's data: keys there differ by separators too.
const DATA: [&str; 8] =
    ["parameters", "metadata", "infrastructure", "nodes", "environment", "env", "with", "environments"];

/// A value that another one has taken the place of.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) struct Overridden {
    /// The path it had.
    pub(in crate::config) path: String,
    /// The value.
    pub(in crate::config) value: Value,
    /// Where it stands.
    pub(in crate::config) at: Span,
}

/// Whether everything below this key is the user's data.
pub(in crate::config) fn is_data(key: &str) -> bool {
    DATA.iter().any(|name| same_key(name, key))
}

/// Puts `over` over `base`. What it replaces is appended to `overridden`.
pub(in crate::config) fn merge(base: Node, over: Node, overridden: &mut Vec<Overridden>) -> Node {
    Merger { overridden, path: String::new() }.node(base, over, false, false)
}

/// The path of an item of a list: by its name where it has one, else by its place, from 0.
pub(in crate::config) fn item_path(item: &Node, index: usize) -> String {
    match name_of(item) {
        Some(name) => format!("[{name}]"),
        None => format!("[{index}]"),
    }
}

struct Merger<'o> {
    overridden: &'o mut Vec<Overridden>,
    path: String,
}

impl Merger<'_> {
    fn node(&mut self, base: Node, over: Node, named: bool, data: bool) -> Node {
        match (base.value, over.value) {
            (Value::Mapping(base), Value::Mapping(below)) => {
                Node { value: Value::Mapping(self.mapping(base, below, data)), at: over.at }
            }
            (Value::Sequence(base), Value::Sequence(items))
                if named && items.iter().all(|item| name_of(item).is_some()) =>
            {
                Node { value: Value::Sequence(self.items(base, items, data)), at: over.at }
            }
            (value, replacement) => {
                if !self.path.is_empty() {
                    self.overridden.push(Overridden { path: self.path.clone(), value, at: base.at });
                }
                Node { value: replacement, at: over.at }
            }
        }
    }

    fn mapping(&mut self, mut base: Mapping, over: Mapping, data: bool) -> Mapping {
        for entry in over {
            let same = |key: &str| match data {
                true => key == entry.key || key.to_lowercase() == entry.key.to_lowercase(),
                false => same_key(key, &entry.key),
            };
            let Some(found) = base.iter_mut().find(|known| same(&known.key)) else {
                base.push(entry);
                continue;
            };
            let length = self.path.len();
            self.step(&found.key);
            let below = std::mem::replace(&mut found.value, Node { value: Value::Null, at: entry.value.at });
            let named = !data || same_key(&entry.key, "nodes");
            let named = named && NAMED_LISTS.iter().any(|name| same_key(name, &entry.key));
            let value = self.node(below, entry.value, named, data || is_data(&entry.key));
            // The key that is seen is the one that was written last.
            *found = Entry { value, ..entry };
            self.path.truncate(length);
        }
        base
    }

    fn items(&mut self, mut base: Vec<Node>, over: Vec<Node>, data: bool) -> Vec<Node> {
        let mut places = std::collections::HashMap::new();
        for (at, item) in base.iter().enumerate() {
            for name in ["name", "id"].into_iter().filter_map(|key| text_at(item, key)) {
                places.entry(name.to_lowercase()).or_insert(at);
            }
        }
        for item in over {
            let found = ["name", "id"]
                .into_iter()
                .filter_map(|key| text_at(&item, key))
                .find_map(|name| places.get(&name.to_lowercase()).copied());
            let Some(at) = found else {
                base.push(item);
                continue;
            };
            let length = self.path.len();
            self.path.push_str(&item_path(&base[at], at));
            let below = std::mem::replace(&mut base[at], Node { value: Value::Null, at: item.at });
            base[at] = self.node(below, item, false, data);
            self.path.truncate(length);
        }
        base
    }

    fn step(&mut self, key: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(key);
    }
}

fn name_of(item: &Node) -> Option<String> {
    text_at(item, "name").or_else(|| text_at(item, "id"))
}

fn text_at(item: &Node, key: &str) -> Option<String> {
    text_of(&item.as_mapping()?.get(key)?.value).filter(|text| !text.trim().is_empty())
}
