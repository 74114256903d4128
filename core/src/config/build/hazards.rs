//! Finds what means something else to PowerShell, or to other readers of YAML, than it looks: keys that differ in
//! case only, and `yes`, `no`, `on` and `off` without quotes. Wherever they stand, for most of a lab is data.

use super::interpolate::Filled;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{
    Entry, FileId, Mapping, Node, Position, Span, Style, Text, Value, same_key,
};
use crate::config::text::format::Format;
use crate::error::{Code, Diagnostic};
use std::collections::hash_map::Entry as Taken;
use std::collections::{HashMap, HashSet};

/// Words that older readers of YAML take for true or false. Here they are text, which PowerShell takes for true.
const WORDS: [(&str, &str); 4] = [("yes", "true"), ("no", "false"), ("on", "true"), ("off", "false")];

/// Warns about all of a document. `filled` are values that variables gave; what was reported already is passed over.
pub(in crate::config) fn warn(root: &Node, is_lab: bool, filled: &[Filled], findings: &mut Findings<'_>) {
    let filled = filled.iter().map(|filled| (filled.at.file, filled.at.start)).collect();
    let said = findings.places();
    Walk { findings, is_lab, filled, said }.node(root, 0);
}

/// More keys than this are looked up by a table.
const FEW: usize = 16;

/// Pairs of keys that PowerShell takes for one: each later key with the first one of its kind.
pub(in crate::config) fn twins(mapping: &Mapping) -> Vec<(&Entry, &Entry)> {
    // Most mappings of a large lab have a few plain keys and no twins, and for these nothing is allocated.
    if mapping.len() <= FEW && mapping.iter().all(|entry| entry.key.is_ascii()) {
        let earlier = |at: usize, entry: &Entry| {
            mapping.iter().take(at).find(|earlier| earlier.key.eq_ignore_ascii_case(&entry.key))
        };
        let pair = |(at, entry)| Some((earlier(at, entry)?, entry));
        return mapping.iter().enumerate().filter_map(pair).collect();
    }
    let mut first: HashMap<String, &Entry> = HashMap::with_capacity(mapping.len());
    let mut pairs = Vec::new();
    for entry in mapping {
        match first.entry(entry.key.chars().map(capital).collect()) {
            Taken::Occupied(first) => pairs.push((*first.get(), entry)),
            Taken::Vacant(place) => {
                place.insert(entry);
            }
        }
    }
    pairs
}

/// A letter as a capital, where that is one letter.
fn capital(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    capitals.next().filter(|_| capitals.next().is_none()).unwrap_or(letter)
}

/// Where the first key of a pair stands, as the rest of a sentence about the second.
pub(in crate::config) fn place_of(first: &Entry, second: &Entry, findings: &Findings<'_>) -> String {
    let Position { line, column } = first.key_at.start;
    match findings.source(first.key_at.file).path().filter(|_| first.key_at.file != second.key_at.file) {
        Some(file) => format!("{file}:{line}:{column}"),
        None => format!("line {line}, column {column}"),
    }
}

/// Whether the variables of a program stand under a key.
fn has_variables(key: &str) -> bool {
    ["environment", "env"].iter().any(|name| same_key(name, key))
}

struct Walk<'f, 't> {
    findings: &'f mut Findings<'t>,
    is_lab: bool,
    filled: HashSet<(FileId, Position)>,
    /// What stands under an alias is met several times, and some of it was reported where it was read.
    said: HashSet<(FileId, Position)>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, depth: usize) {
        match &node.value {
            Value::Mapping(mapping) => {
                for (first, second) in twins(mapping) {
                    self.twin(first, second);
                }
                for entry in mapping {
                    match &entry.value.value {
                        // The variables of a program are the system's, which may tell them apart: http_proxy, HTTP_PROXY.
                        Value::Mapping(variables)
                            if self.is_lab && depth > 0 && has_variables(&entry.key) =>
                        {
                            variables.iter().for_each(|entry| self.node(&entry.value, depth + 2));
                        }
                        _ => self.node(&entry.value, depth + 1),
                    }
                }
            }
            Value::Sequence(items) => items.iter().for_each(|item| self.node(item, depth + 1)),
            Value::Text(Text { text, style: Style::Plain }) => self.word(text, node.at),
            _ => {}
        }
    }

    fn twin(&mut self, first: &Entry, second: &Entry) {
        let at = second.key_at;
        if !self.said.insert((at.file, at.start)) {
            return;
        }
        let place = place_of(first, second, self.findings);
        let message = format!("the key '{}' differs from '{}' ({place}) in case only", second.key, first.key);
        let advice = "PowerShell takes them for one and keeps the last value. Rename or remove one of them.";
        self.findings.add(Diagnostic::warning(Code::DuplicateKey, message).with_advice(advice), at);
    }

    fn word(&mut self, text: &str, at: Span) {
        let Some((_, meant)) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) else { return };
        let place = (at.file, at.start);
        if self.findings.source(at.file).format() != Format::Yaml
            || self.filled.contains(&place)
            || !self.said.insert(place)
        {
            return;
        }
        let message = format!("'{text}' is text, which PowerShell takes for true");
        let advice = format!("Write {meant}, or put it in quotes if the text is meant: '{text}'.");
        self.findings.add(Diagnostic::warning(Code::AmbiguousWord, message).with_advice(advice), at);
    }
}

#[cfg(test)]
mod tests {
    use super::{capital, twins};
    use crate::config::tests::{codes, yaml};
    use crate::config::{Format, ReadOptions, Reading, read};
    use crate::error::{Code, Severity};
    use proptest::prelude::*;

    fn document(text: &str, format: Format) -> Reading {
        read(
            text.as_bytes(),
            &ReadOptions { format: Some(format), document_only: true, ..ReadOptions::default() },
        )
    }

    #[test]
    fn keys_that_differ_in_case_only_are_found_wherever_they_stand() {
        let text = "name: x\nmetadata: {path: a, Path: b, PATH: c}\nnodes:\n  - {name: n, tags: {ä: 1, Ä: 2, ß: 3, SS: 4}}\noperations: [{name: a, script: y}]\n";
        let reading = yaml(text);
        assert_eq!(
            codes(&reading),
            [(Code::DuplicateKey, 2, 21), (Code::DuplicateKey, 2, 30), (Code::DuplicateKey, 4, 28)]
        );
        assert_eq!(
            reading.diagnostics[0].message,
            "The key 'Path' differs from 'path' (line 2, column 12) in case only."
        );
        assert!(reading.lab.is_some());
        for (text, format) in [
            ("{\"Tools\": 1,\n \"tools\": {\"a\": 1, \"A\": 2}}", Format::Json),
            ("Tools: 1\ntools: {a: 1, A: 2}\n", Format::Yaml),
        ] {
            let reading = document(text, format);
            assert_eq!(reading.diagnostics.len(), 2, "{:?}", reading.diagnostics);
            assert!(reading.diagnostics.iter().all(|f| f.code == Code::DuplicateKey
                && f.severity == Severity::Warning
                && f.at.as_ref().unwrap().line == 2));
        }
    }

    proptest! {
        #[test]
        fn twins_are_found_in_mappings_of_any_size(
            keys in prop::collection::hash_set("[aAbBkK\u{212a}äÄßsSſ]{1,3}", 1..60)
        ) {
            let object: Vec<_> = keys.iter().map(|key| format!("{key:?}: 1")).collect();
            let reading = document(&format!("{{{}}}", object.join(", ")), Format::Json);
            let mapping = reading.document.as_ref().unwrap().as_mapping().unwrap();
            let folded = |key: &str| key.chars().map(capital).collect::<String>();
            let mut expected = Vec::new();
            for (at, key) in keys.iter().enumerate() {
                if let Some(first) = keys.iter().take(at).find(|first| folded(first) == folded(key)) {
                    expected.push((first.as_str(), key.as_str()));
                }
            }
            let found: Vec<_> = twins(mapping).iter().map(|(first, second)| (&*first.key, &*second.key)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_an_error_already_is_not_said_again() {
        let text = "name: x\nNAME: y\noperations: [{name: a, script: y, Script: z, parameters: {b: 1, B: {c: 1, C: 2}}}]\n";
        let reading = yaml(text);
        assert!(
            reading.diagnostics.iter().all(|f| f.severity == Severity::Error),
            "{:#?}",
            reading.diagnostics
        );
        assert_eq!(reading.diagnostics.len(), 4);
    }

    #[test]
    fn variables_of_programs_may_differ_in_case() {
        let text = "name: x\noperations: [{name: a, command: y, env: {http_proxy: a, HTTP_PROXY: b}}]\n";
        assert_eq!(yaml(text).diagnostics, []);
    }

    #[test]
    fn words_that_look_like_true_and_false_are_found_as_values() {
        let text = "name: x\nnodes: &n [{name: n, backup: no, 'yes': 1}]\nmetadata: {again: *n, on: [Yes, 'off', \"no\"]}\noperations:\n- {name: a, script: 'no', parameters: {On: off}}\n";
        let reading = yaml(text);
        assert_eq!(
            codes(&reading),
            [(Code::AmbiguousWord, 2, 30), (Code::AmbiguousWord, 3, 28), (Code::AmbiguousWord, 5, 44)]
        );
        let first = &reading.diagnostics[0];
        assert_eq!(first.message, "'no' is text, which PowerShell takes for true.");
        assert_eq!(
            first.advice.as_deref(),
            Some("Write false, or put it in quotes if the text is meant: 'no'.")
        );
        assert!(reading.lab.is_some());
        // Of a known key that must be true or false, the error says it.
        let known = yaml("name: x\noperations: [{name: a, script: y, critical: yes}]\n");
        assert_eq!(codes(&known), [(Code::WrongType, 2, 45)]);
        assert_eq!(document("{\"a\": \"no\"}", Format::Json).diagnostics, []);
    }
}
