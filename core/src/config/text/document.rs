//! One tree for every format: what a lab file says, where it says it, and nothing interpreted yet.
//!
//! Mappings keep their order and the exact spelling of their keys; numbers keep the text they were written
//! with, so that `version: 1.10` is still `1.10` and no digit of a long number is lost.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::HashMap;

/// Nesting that is read; deeper files are refused. JSON readers in use stop at 128.
pub const MAX_DEPTH: usize = 100;

/// Values (scalars, lists and mappings) that one document may have once its aliases are expanded.
pub const MAX_NODES: usize = 2_000_000;

/// A position in the text. Lines and columns count from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// One of the files that make up a document; 0 is the file that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u16);

/// Where something stands: from its first character up to, and without, `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first character.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
}

impl Span {
    /// Only the first line of what can be many.
    pub(in crate::config) fn first_line(self) -> Self {
        Self { end: if self.end.line == self.start.line { self.end } else { self.start }, ..self }
    }

    /// Its start alone: the place of something as a whole.
    pub(in crate::config) fn start_only(self) -> Self {
        Self { end: self.start, ..self }
    }
}

/// A comment of a YAML file.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) struct Comment {
    pub(in crate::config) at: Position,
    /// With its `#`.
    pub(in crate::config) text: String,
    /// Whether it follows something on its line.
    pub(in crate::config) trailing: bool,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands; for an aliased value, where it was defined.
    pub at: Span,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: `null`, `~`, or no value at all.
    Null,
    /// `true` or `false`; never `yes`, `no`, `on` or `off`, which are text.
    Bool(bool),
    /// A whole number, as written.
    Integer(String),
    /// A number with a fraction or an exponent, as written.
    Float(String),
    /// Text.
    Text(Text),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the file.
    Mapping(Mapping),
}

impl Value {
    /// What a message calls a value of this kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "empty",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

/// Text and how it was written, which tells an inline script from a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text itself.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// A YAML block, `|` or `>`.
    Block,
}

/// Keys and values in the order of the file. No key appears twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    entries: Vec<Entry>,
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as written.
    pub key: String,
    /// Where the key stands.
    pub key_at: Span,
    /// The value.
    pub value: Node,
}

impl Mapping {
    /// The entries in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, to change them in place.
    pub(in crate::config) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.entries.iter_mut()
    }

    /// Adds an entry; the caller has checked that its key is new.
    pub(in crate::config) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Takes the entries out whose key is one of `names`, whatever their case and separators.
    pub(in crate::config) fn remove(&mut self, names: &[&str]) -> Vec<Entry> {
        self.entries.extract_if(.., |entry| names.iter().any(|name| same_key(&entry.key, name))).collect()
    }

    /// The first entry whose key is `key`, whatever its case and separators (see [`same_key`]).
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| same_key(&entry.key, key))
    }
}

impl<'m> IntoIterator for &'m Mapping {
    type Item = &'m Entry;
    type IntoIter = std::slice::Iter<'m, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Mapping {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// Whether two keys are the same to a reader: `retry-count`, `retryCount`, `retry_count` and `RetryCount`.
pub fn same_key(a: &str, b: &str) -> bool {
    let (mut one, mut other) = (bare_bytes(a), bare_bytes(b));
    loop {
        match (one.next(), other.next()) {
            (Some(one), Some(other)) if one.is_ascii() && other.is_ascii() => {
                if one != other {
                    return false;
                }
            }
            (None, None) => return true,
            (None, Some(_)) | (Some(_), None) => return false,
            // Some letters beyond ASCII are those of ASCII in lower case.
            _ => return letters(a).eq(letters(b)),
        }
    }
}

fn bare_bytes(key: &str) -> impl Iterator<Item = u8> {
    key.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b' ')).map(|byte| byte.to_ascii_lowercase())
}

/// What [`same_key`] compares: the key in lower case without separators.
pub(in crate::config) fn bare_letters(key: &str) -> String {
    letters(key).collect()
}

fn letters(key: &str) -> impl Iterator<Item = char> {
    key.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase)
}

/// Collects a mapping and refuses a key that is there already.
#[derive(Debug, Default)]
pub(in crate::config) struct MappingBuilder {
    entries: Vec<Entry>,
    /// Filled once a mapping is too large to be searched key by key.
    index: HashMap<String, usize>,
}

impl MappingBuilder {
    const SEARCHED: usize = 16;

    /// Where `key` stands already, if it does.
    pub(in crate::config) fn find(&self, key: &str) -> Option<Span> {
        if self.entries.len() <= Self::SEARCHED {
            return self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_at);
        }
        self.index.get(key).map(|at| self.entries[*at].key_at)
    }

    /// Adds an entry; the caller has checked that its key is new.
    pub(in crate::config) fn push(&mut self, entry: Entry) {
        if self.entries.len() == Self::SEARCHED {
            self.index = self.entries.iter().enumerate().map(|(at, e)| (e.key.clone(), at)).collect();
        }
        if self.entries.len() >= Self::SEARCHED {
            self.index.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
    }

    /// How many entries there are.
    pub(in crate::config) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The finished mapping.
    pub(in crate::config) fn finish(mut self) -> Mapping {
        // A tree lives long and grows no more.
        self.entries.shrink_to_fit();
        Mapping { entries: self.entries }
    }
}

impl Node {
    /// The text, when it is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The mapping, when it is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// Where the first line of a text begins: after the quote, or below the header of a YAML block.
    pub fn text_start(&self) -> Position {
        let Position { line, column } = self.at.start;
        match &self.value {
            Value::Text(Text { style: Style::Quoted, .. }) => Position { line, column: column + 1 },
            Value::Text(Text { style: Style::Block, text }) => {
                // A block begins at its first line that is not blank.
                let blank = text.bytes().take_while(|byte| *byte == b'\n').count();
                Position { line: line.saturating_sub(u32::try_from(blank).unwrap_or(0)).max(1), column }
            }
            _ => self.at.start,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The same tree without places. Numbers that JSON values cannot hold exactly become the nearest ones;
    /// serialise the node itself where every digit counts.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Integer(text) | Value::Float(text) => {
                let number = json_number(text);
                // Only a number without a point or an exponent is read as a whole one.
                let number = match (number.parse::<i64>(), number.parse::<u64>(), number.parse::<f64>()) {
                    (Ok(whole), ..) => Some(whole.into()),
                    (_, Ok(whole), _) => Some(whole.into()),
                    (.., float) => float.ok().and_then(serde_json::Number::from_f64),
                };
                number.map_or_else(|| Json::String(text.clone()), Json::Number)
            }
            Value::Text(text) => Json::String(text.text.clone()),
            Value::Sequence(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Mapping(mapping) => {
                Json::Object(mapping.iter().map(|e| (e.key.clone(), e.value.to_json())).collect())
            }
        }
    }
}

/// A number in the spelling of JSON: without `+`, with digits on both sides of the point, in base ten.
fn json_number(text: &str) -> Cow<'_, str> {
    let bare = text.strip_prefix('+').unwrap_or(text);
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = bare.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).map_or(Cow::Borrowed(bare), |n| n.to_string().into());
        }
    }
    let (sign, digits) = bare.strip_prefix('-').map_or(("", bare), |digits| ("-", digits));
    let whole = digits.find(['.', 'e', 'E']).unwrap_or(digits.len());
    let zero = if whole == 0 { "0" } else { "" };
    let Some(point) = digits.find('.') else { return Cow::Borrowed(bare) };
    let fraction = &digits[point + 1..];
    if fraction.starts_with(|c: char| c.is_ascii_digit()) {
        return if zero.is_empty() { Cow::Borrowed(bare) } else { format!("{sign}{zero}{digits}").into() };
    }
    format!("{sign}{zero}{}.0{fraction}", &digits[..point]).into()
}

/// As JSON, in order and with every digit of every number. A number that JSON cannot show as it was written (`0x1F`,
/// `+5`, `.5`), or that is too large for a reader's numbers (`61e9540`), is its text, so that it is never shown as another number.
/// Only JSON serialisers keep long numbers.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            // Most numbers are short and whole.
            Value::Integer(text)
                if text.len() < 19 && text.starts_with(|c: char| ('1'..='9').contains(&c)) =>
            {
                match text.parse() {
                    Ok(number) => serializer.serialize_i64(number),
                    Err(_) => serializer.serialize_str(text),
                }
            }
            Value::Integer(text) | Value::Float(text) => match is_json_number(text) {
                true => raw(text, serializer),
                false => serializer.serialize_str(text),
            },
            Value::Text(text) => serializer.serialize_str(&text.text),
            Value::Sequence(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Mapping(mapping) => mapping.serialize(serializer),
        }
    }
}

impl Serialize for Mapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for entry in self {
            map.serialize_entry(&entry.key, &entry.value)?;
        }
        map.end()
    }
}

/// Whether a number is written as JSON writes one, and is one that readers can hold.
fn is_json_number(text: &str) -> bool {
    matches!(json_number(text), Cow::Borrowed(same) if same.len() == text.len())
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn raw<S: Serializer>(number: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::value::RawValue::from_string(number.to_owned()) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => serializer.serialize_str(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Node {
        let value = if text.contains(['.', 'e', 'E']) && !text.starts_with("0x") {
            Value::Float(text.to_owned())
        } else {
            Value::Integer(text.to_owned())
        };
        Node { value, at: Span::default() }
    }

    #[test]
    fn known_keys_match_whatever_their_case_and_separators() {
        for key in ["retry-count", "retryCount", "retry_count", "RetryCount", "RETRY COUNT"] {
            assert!(same_key(key, "retry-count"), "{key}");
        }
        assert!(!same_key("retry-counts", "retry-count"));
        assert!(!same_key("", "a"));
    }

    proptest! {
        #[test]
        fn keys_are_the_same_when_their_bare_letters_are(
            one in "[aAkK\u{212a}äÄßİ_ -]{0,4}",
            other in "[aAkK\u{212a}äÄßİ_ -]{0,4}",
        ) {
            prop_assert_eq!(same_key(&one, &other), bare_letters(&one) == bare_letters(&other));
        }
    }

    #[test]
    fn numbers_are_written_as_json_with_every_digit() {
        for (written, json) in [
            ("5", "5"),
            ("-0", "-0"),
            ("0", "0"),
            ("18446744073709551615", "18446744073709551615"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1.10", "1.10"),
            ("100.0", "100.0"),
            ("1e3", "1e3"),
        ] {
            assert_eq!(serde_json::to_string(&number(written)).unwrap(), json, "{written}");
        }
    }

    #[test]
    fn numbers_that_json_cannot_show_are_their_text() {
        for written in
            ["+5", "0x1F", "0o17", ".5", "-.5e3", "5.", "5.e3", "+1.50", "1e400", "61e9540", "-1e999"]
        {
            let json = serde_json::to_string(&number(written)).unwrap();
            assert_eq!(json, format!("\"{written}\""), "{written}");
        }
    }

    #[test]
    fn a_large_mapping_still_knows_its_keys() {
        let mut builder = MappingBuilder::default();
        for at in 0..100 {
            let key = format!("k{at}");
            assert_eq!(builder.find(&key), None);
            let key_at = Span { start: Position { line: at + 1, column: 1 }, ..Span::default() };
            builder.push(Entry { key, key_at, value: number("1") });
        }
        assert_eq!(builder.find("k7").unwrap().start.line, 8);
        assert_eq!(builder.find("k99").unwrap().start.line, 100);
        assert_eq!(builder.find("k100"), None);
        assert_eq!(builder.finish().len(), 100);
    }
}
