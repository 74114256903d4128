//! What `for-each` repeats an operation for: a list, the entries of a mapping, or a range of numbers.

use super::Expander;
use crate::config::build::expression::{MAX_ITEMS, Scope, text_node};
use crate::config::build::template::{integer, words};
use crate::config::text::document::{Entry, Mapping, Node, Span, Value, same_key};
use crate::config::text::fields;
use crate::error::Code;

impl Expander<'_, '_, '_> {
    /// What a repetition goes over, and what `{0}` shows of each.
    pub(super) fn items(&mut self, entry: &Entry, scope: &Scope) -> Vec<(Node, String)> {
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
}

/// An item for one entry of a mapping: its value with the key as `name`, or both as `key` and `value`.
fn pair(entry: Entry) -> Node {
    let key = text_node(entry.key, entry.key_at);
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
