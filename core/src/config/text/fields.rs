//! Takes typed values out of a mapping and reports what is of the wrong type, given twice or unknown.

use super::diagnostics::Findings;
use super::document::{Entry, Mapping, Node, Value, bare_letters, same_key};
use super::quantity::{self, Unit};
use crate::error::{Code, Diagnostic};
use crate::near::{did_you_mean, nearest_key};

/// The keys of one mapping, each taken by the name the model knows it by.
pub(in crate::config) struct Fields<'n> {
    mapping: &'n Mapping,
    /// The bare letters of each key, until it is taken.
    open: Vec<Option<String>>,
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    pub(in crate::config) fn new(mapping: &'n Mapping) -> Self {
        let open = mapping.iter().map(|entry| Some(bare_letters(&entry.key))).collect();
        Self { mapping, open, known: Vec::new() }
    }

    /// The entry under any of `names`, which are in kebab case, the usual one first. An empty value counts as
    /// absent.
    pub(in crate::config) fn take(
        &mut self,
        names: &[&'static str],
        findings: &mut Findings<'_>,
    ) -> Option<&'n Entry> {
        self.known.extend(names);
        let mut found: Option<&'n Entry> = None;
        for (entry, open) in self.mapping.iter().zip(&mut self.open) {
            let is_it = |letters: &String| {
                names.iter().any(|name| name.bytes().filter(|byte| *byte != b'-').eq(letters.bytes()))
            };
            if !open.as_ref().is_some_and(is_it) {
                continue;
            }
            *open = None;
            match found {
                None => found = Some(entry),
                Some(first) => findings.error(
                    Code::DuplicateKey,
                    entry.key_at,
                    &format!("'{}' and '{}' are the same key", first.key, entry.key),
                    "Keys match whatever their case and separators. Remove one of the two.",
                ),
            }
        }
        found.filter(|entry| !entry.value.is_null())
    }

    /// Takes keys that are read but not used yet: a warning for each key, once a file.
    pub(in crate::config) fn ignore_yet(&mut self, names: &[&'static str], findings: &mut Findings<'_>) {
        for name in names {
            if let Some(entry) = self.take(&[name], findings) {
                findings.not_yet(&format!("'{name}'"), entry.key_at);
            }
        }
    }

    /// Reports every key that was not taken from `place`, which is empty for the operation itself. One that is near to
    /// a known key is an error, and so are all of them in a strict reading. Keys that begin with `x-` or `$` are
    /// anybody's own.
    pub(in crate::config) fn finish(self, place: &str, findings: &mut Findings<'_>) {
        #[cfg(test)]
        record::known(place, &self.known);
        for (entry, _) in self.mapping.iter().zip(&self.open).filter(|(_, open)| open.is_some()) {
            let foreign = findings.foreign.is_some_and(|file| file == entry.key_at.file);
            if !foreign && !is_own(&entry.key) {
                self.unknown(entry, place, findings);
            }
        }
    }

    fn unknown(&self, entry: &Entry, place: &str, findings: &mut Findings<'_>) {
        let near = nearest_key(&entry.key, self.known.iter().copied());
        let meant = near.or_else(|| begun_by(&entry.key, &self.known));
        let own = match self.known.contains(&"metadata") {
            true => "Keys of your own go below 'metadata', or begin with 'x-'.",
            false => "Keys of your own begin with 'x-'.",
        };
        let advice = match meant {
            Some(name) => format!("Did you mean '{name}'? {own}"),
            None => own.to_owned(),
        };
        let what = format!("unknown key '{}'", entry.key);
        let whose = match (&findings.operation, place) {
            (Some(name), "") => format!("operation '{name}' has the "),
            (Some(name), place) => format!("operation '{name}': {place} has the "),
            (None, place) => format!("{place} has the "),
        };
        let error = near.is_some() || findings.strict;
        let finding = match error {
            true => Diagnostic::error(Code::UnknownKey, format!("{whose}{what}")),
            false => Diagnostic::warning(Code::UnknownKey, format!("{whose}{what}, which has no effect")),
        };
        findings.add(finding.with_advice(advice), entry.key_at);
    }
}

/// Whether a key is one of the user's own, which no version will ever give a meaning.
fn is_own(key: &str) -> bool {
    key.starts_with(['x', 'X']) && key[1..].starts_with('-') || key.starts_with('$')
}

/// The longest of the known keys whose words a key begins with: `timeout` of `timeoutMinutes`, not `name` of `nameserver`.
fn begun_by(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let key = words(key);
    let begins = |name: &&&str| key.starts_with(&words(name));
    known.iter().filter(begins).max_by_key(|name| name.len()).copied()
}

fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in key.chars() {
        let separates = matches!(c, '-' | '_' | ' ');
        if separates || (lower && c.is_uppercase()) {
            words.push(String::new());
        }
        if !separates && let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    words
}

/// Reports that a value is of the wrong type.
pub(in crate::config) fn wrong_type(
    key: &str,
    node: &Node,
    wanted: &str,
    advice: &str,
    findings: &mut Findings<'_>,
) {
    let message = format!("'{key}' must be {wanted}, but is {}", node.value.kind());
    findings.error(Code::WrongType, node.at, &message, advice);
}

/// Text; a number counts as its digits, so that `version: 1.10` is `1.10`.
pub(in crate::config) fn text(entry: &Entry, findings: &mut Findings<'_>) -> Option<String> {
    let text = text_of(&entry.value);
    if text.is_none() {
        let advice = match entry.value.value {
            Value::Bool(_) => "Put it in quotes if it is meant as text.",
            _ => "Write one value.",
        };
        wrong_type(&entry.key, &entry.value, "text", advice, findings);
    }
    text
}

/// The text of a value; a number counts as its digits.
pub(in crate::config) fn text_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.text.clone()),
        Value::Integer(digits) | Value::Float(digits) => Some(digits.clone()),
        _ => None,
    }
}

/// A list of text, or one text.
pub(in crate::config) fn texts(entry: &Entry, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    match &entry.value.value {
        Value::Sequence(items) => Some(
            items
                .iter()
                .filter_map(|item| {
                    let text = text_of(item);
                    if text.is_none() {
                        let key = format!("each item of '{}'", entry.key);
                        let message = format!("{key} must be text, but one is {}", item.value.kind());
                        let advice = "Write one name in each item.";
                        findings.error(Code::WrongType, item.at, &message, advice);
                    }
                    text
                })
                .collect(),
        ),
        _ => match text_of(&entry.value) {
            Some(text) => Some(vec![text]),
            None => {
                let advice = "Write one text, or a list: [first, second].";
                wrong_type(&entry.key, &entry.value, "text or a list of text", advice, findings);
                None
            }
        },
    }
}

/// `true` or `false`.
pub(in crate::config) fn boolean(entry: &Entry, findings: &mut Findings<'_>) -> Option<bool> {
    match entry.value.value {
        Value::Bool(value) => Some(value),
        _ => {
            wrong_type(&entry.key, &entry.value, "true or false", "Write true or false.", findings);
            None
        }
    }
}

/// A whole number within limits.
pub(in crate::config) fn whole(
    entry: &Entry,
    limits: std::ops::RangeInclusive<i64>,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let range = format!("a whole number from {} to {}", limits.start(), limits.end());
    let Value::Integer(digits) = &entry.value.value else {
        wrong_type(&entry.key, &entry.value, &range, "Write it in digits, without quotes.", findings);
        return None;
    };
    let number = digits.parse().ok().filter(|number| limits.contains(number));
    if number.is_none() {
        let message = format!("'{}' must be {range}, but is {digits}", entry.key);
        findings.error(Code::InvalidValue, entry.value.at, &message, "Choose a number in that range.");
    }
    number
}

/// A number times `factor`, rounded up to a whole one, within limits.
pub(in crate::config) fn amount(
    entry: &Entry,
    factor: u64,
    limits: std::ops::RangeInclusive<u64>,
    findings: &mut Findings<'_>,
) -> Option<u64> {
    let (Value::Integer(digits) | Value::Float(digits)) = &entry.value.value else {
        wrong_type(&entry.key, &entry.value, "a number", "Write it in digits, without quotes.", findings);
        return None;
    };
    let amount = digits.parse::<f64>().map_or(f64::NAN, |number| (number * factor as f64).ceil());
    let (least, most) = (*limits.start(), *limits.end() / factor);
    // Small fractions below zero are rounded to zero too, so the sign is asked for by itself.
    if amount >= least as f64 && amount <= *limits.end() as f64 && !digits.starts_with('-') {
        return Some(amount as u64);
    }
    let range = match least {
        0 => format!("from 0 to {most}"),
        _ => format!("above 0 and at most {most}"),
    };
    let message = format!("'{}' must be a number {range}, but is {digits}", entry.key);
    findings.error(Code::InvalidValue, entry.value.at, &message, "Choose a number in that range.");
    None
}

/// A mapping.
pub(in crate::config) fn mapping<'n>(entry: &'n Entry, findings: &mut Findings<'_>) -> Option<&'n Mapping> {
    let mapping = entry.value.as_mapping();
    if mapping.is_none() {
        let advice = "Write 'key: value' lines below it, indented.";
        wrong_type(&entry.key, &entry.value, "a mapping", advice, findings);
    }
    mapping
}

/// A list.
pub(in crate::config) fn list<'n>(entry: &'n Entry, findings: &mut Findings<'_>) -> Option<&'n [Node]> {
    match &entry.value.value {
        Value::Sequence(items) => Some(items),
        _ => {
            wrong_type(&entry.key, &entry.value, "a list", "Begin each item with '- '.", findings);
            None
        }
    }
}

/// A duration in milliseconds; a bare number is in `unit`.
pub(in crate::config) fn duration(entry: &Entry, unit: Unit, findings: &mut Findings<'_>) -> Option<u64> {
    let advice = match unit {
        Unit::Minutes => "Write a duration such as 30s, 5m or 1h30m, or a number of minutes.",
        Unit::Seconds => "Write a duration such as 500ms, 30s or 5m, or a number of seconds.",
    };
    let Some(text) = text_of(&entry.value) else {
        wrong_type(&entry.key, &entry.value, "a duration", advice, findings);
        return None;
    };
    match quantity::duration(&text, unit) {
        Ok(duration) => {
            if duration.is_suspicious(unit) {
                let message = format!("'{}: {text}' means {text} minutes", entry.key);
                let advice = format!("Write {text}m if minutes are meant, {text}s if seconds are.");
                findings.warning(Code::SuspiciousTimeout, entry.value.at, &message, advice);
            }
            Some(duration.ms)
        }
        Err(why) => {
            let message = format!("'{}': '{text}' {why}", entry.key);
            findings.error(Code::InvalidQuantity, entry.value.at, &message, advice);
            None
        }
    }
}

/// A pause in milliseconds, which can be none; a bare number is in seconds.
pub(in crate::config) fn pause(entry: &Entry, findings: &mut Findings<'_>) -> Option<u64> {
    match text_of(&entry.value) {
        Some(text) if quantity::is_zero(&text) => Some(0),
        _ => duration(entry, Unit::Seconds, findings),
    }
}

/// One of a few words, whatever their case and separators. A word that is `later` is known but not there yet.
pub(in crate::config) fn choice<T: Copy>(
    entry: &Entry,
    known: &[(&'static str, T)],
    later: &[&'static str],
    findings: &mut Findings<'_>,
) -> Option<T> {
    let word = text(entry, findings)?;
    if let Some((_, value)) = known.iter().find(|(name, _)| same_key(name, word.trim())) {
        return Some(*value);
    }
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let list = names.join("', '");
    if later.iter().any(|name| same_key(name, word.trim())) {
        findings.error(
            Code::NotAvailable,
            entry.value.at,
            &format!("'{}: {word}' is not available yet", entry.key),
            format!("Write one of '{list}'."),
        );
        return None;
    }
    let advice = match did_you_mean(&word, names) {
        Some(name) => format!("Did you mean '{name}'? It can be '{list}'."),
        None => format!("Write one of '{list}'."),
    };
    let message = format!("'{}' cannot be '{word}'", entry.key);
    findings.error(Code::InvalidValue, entry.value.at, &message, advice);
    None
}

/// A name or id: text that is not blank.
pub(in crate::config) fn name(entry: Option<&Entry>, findings: &mut Findings<'_>) -> Option<String> {
    let text = text(entry?, findings)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What tests ask: the keys that the reader knows at each place.
#[cfg(test)]
pub(in crate::config) mod record {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    type Known = BTreeMap<String, BTreeSet<&'static str>>;

    thread_local! {
        static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
    }

    pub(in crate::config) fn known(place: &str, keys: &[&'static str]) {
        KNOWN.with_borrow_mut(|known| {
            if let Some(known) = known {
                known.entry(place.to_owned()).or_default().extend(keys);
            }
        });
    }

    /// Runs `body` and gives the keys that were asked for at each place.
    pub(in crate::config) fn during(body: impl FnOnce()) -> Known {
        KNOWN.set(Some(Known::new()));
        body();
        KNOWN.take().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_goes_on_where_a_known_one_ends_means_that_one() {
        let known = ["name", "timeout", "retry", "retry-delay"];
        for (key, meant) in [
            ("timeoutMinutes", Some("timeout")),
            ("Timeout_In-Seconds", Some("timeout")),
            ("retryDelaySeconds", Some("retry-delay")),
            ("retryPolicy", Some("retry")),
            ("nameserver", None),
            ("time", None),
            ("", None),
        ] {
            assert_eq!(begun_by(key, &known), meant, "{key}");
        }
    }
}
