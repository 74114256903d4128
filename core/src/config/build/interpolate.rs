//! Fills `${VARIABLE}` and `${VARIABLE:-default}` into configuration values; never into the text of scripts.

use super::merge::is_data;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{
    Mapping, Node, Position, Span, Style, Text, Value, bare_letters, same_key,
};
use crate::config::text::format::Format;
use crate::config::text::yaml;
use crate::error::{Code, Diagnostic, Severity};
use crate::near::did_you_mean;
use std::collections::BTreeMap;

/// Bytes that filled-in values may add to a document.
const MAX_FILLED: usize = 16 << 20;

/// Defaults within defaults.
const MAX_NESTED: usize = 8;

/// Keys whose text is a program of its own. `rollback` is one where it is text.
const SCRIPTS: [&str; 5] = ["script", "scriptblock", "test", "when", "rollback"];

/// Whether the text under this key is a script, which is neither filled in nor rendered.
pub(in crate::config) fn is_script(key: &str) -> bool {
    SCRIPTS.iter().any(|name| same_key(name, key))
}

/// Where variables come from.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct Variables {
    known: BTreeMap<String, Option<String>>,
}

impl Variables {
    /// Those given; for all others, the process's own. A variable given as nothing is one that does not exist.
    pub(in crate::config) fn new(known: &BTreeMap<String, Option<String>>) -> Self {
        Self { known: known.clone() }
    }

    fn get(&self, name: &str) -> Option<String> {
        match self.known.get(name) {
            Some(value) => value.clone(),
            None => std::env::var(name).ok(),
        }
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let own = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let names: Vec<String> = own
            .filter(|own| !self.known.contains_key(own))
            .chain(self.known.iter().filter(|(_, v)| v.is_some()).map(|(n, _)| n.clone()))
            .collect();
        did_you_mean(name, names.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// A value that was filled in.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) struct Filled {
    /// Where it stands.
    pub(in crate::config) at: Span,
    /// How it was written.
    pub(in crate::config) written: String,
}

/// Fills in a tree. Gives what was filled in. A variable that does not exist is an error; where `lenient`, its
/// text stays as it is, with a warning: other programs have variables of their own.
pub(in crate::config) fn fill(
    root: &mut Node,
    variables: &Variables,
    lenient: bool,
    findings: &mut Findings<'_>,
) -> Vec<Filled> {
    let mut filler = Filler { variables, findings, filled: Vec::new(), room: MAX_FILLED, lenient };
    if let Value::Mapping(mapping) = &mut root.value {
        // What belongs to environments that were not asked for may lack its variables.
        let others = mapping.iter_mut().filter(|entry| bare_letters(&entry.key) != "environments");
        for entry in others {
            let data = is_data(&entry.key);
            if !is_script(&entry.key) || entry.value.as_text().is_none() {
                filler.node(&mut entry.value, data);
            }
        }
    }
    filler.filled
}

/// Fills in one value.
pub(in crate::config) fn fill_value(node: &mut Node, variables: &Variables, findings: &mut Findings<'_>) {
    Filler { variables, findings, filled: Vec::new(), room: MAX_FILLED, lenient: false }.node(node, true);
}

struct Filler<'f, 't> {
    variables: &'f Variables,
    findings: &'f mut Findings<'t>,
    filled: Vec<Filled>,
    room: usize,
    lenient: bool,
}

/// One piece of a text.
#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Text(&'t str),
    /// `$${`, which stands for `${`.
    Escape,
    /// What looks like a variable of PowerShell: `${env:X}`.
    Foreign(&'t str),
    Variable {
        name: &'t str,
        default: Option<&'t str>,
    },
}

impl Filler<'_, '_> {
    fn mapping(&mut self, mapping: &mut Mapping, data: bool) {
        for entry in mapping.iter_mut() {
            let script = !data && entry.value.as_text().is_some() && is_script(&entry.key);
            if !script {
                self.node(&mut entry.value, data || is_data(&entry.key));
            }
        }
    }

    fn node(&mut self, node: &mut Node, data: bool) {
        let at = node.at;
        match &mut node.value {
            Value::Mapping(mapping) => self.mapping(mapping, data),
            Value::Sequence(items) => items.iter_mut().for_each(|item| self.node(item, data)),
            Value::Text(text) if text.style != Style::Block && text.text.contains("${") => {
                if let Some(value) = self.text(text, at) {
                    self.filled.push(Filled { at, written: std::mem::take(&mut text.text) });
                    node.value = value;
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &Text, at: Span) -> Option<Value> {
        let pieces = pieces(&text.text);
        self.warn_foreign(&pieces, at);
        if let [Piece::Text(_) | Piece::Foreign(_)] = pieces[..] {
            return None;
        }
        let mut filled = String::new();
        if !self.expand(&pieces, 0, at, &mut filled) {
            return None;
        }
        let Some(room) = self.room.checked_sub(filled.len()) else {
            let message = "the variables filled in up to here are too long";
            let advice = format!("Variables may add {MAX_FILLED} bytes to a lab.");
            self.findings.error(Code::DocumentTooLarge, at, message, advice);
            return None;
        };
        self.room = room;
        // JSON has no text without quotes, so there a whole value may become a number too.
        let typed = text.style == Style::Plain || self.findings.source(at.file).format() == Format::Json;
        if typed && let [Piece::Variable { .. }] = pieces[..] {
            return Some(yaml::plain(&filled));
        }
        Some(Value::Text(Text { text: filled, style: text.style }))
    }

    /// Appends the pieces with their values; false when a variable does not exist.
    fn expand(&mut self, pieces: &[Piece<'_>], depth: usize, at: Span, out: &mut String) -> bool {
        let mut sound = true;
        for piece in pieces {
            match piece {
                Piece::Text(text) | Piece::Foreign(text) => out.push_str(text),
                Piece::Escape => out.push_str("${"),
                Piece::Variable { name, default } => {
                    // As in a shell, an empty variable counts as absent where there is a default.
                    let value =
                        self.variables.get(name).filter(|value| !(value.is_empty() && default.is_some()));
                    match (value, default) {
                        (Some(value), _) => out.push_str(&value),
                        (None, Some(default)) if depth < MAX_NESTED && default.contains("${") => {
                            sound &= self.expand(&self::pieces(default), depth + 1, at, out);
                        }
                        (None, Some(default)) => out.push_str(default),
                        (None, None) => {
                            sound = false;
                            self.unknown(name, at);
                        }
                    }
                }
            }
        }
        sound
    }

    fn unknown(&mut self, name: &str, at: Span) {
        let severity = if self.lenient { Severity::Warning } else { Severity::Error };
        if !self.findings.has_room(severity) {
            return;
        }
        let place = self.place(name, at);
        if self.lenient {
            let message = format!("the variable '{name}' does not exist; '${{{name}}}' stays as it is");
            let advice = format!("Set it, or give a default: ${{{name}:-value}}. -Raw fills in nothing.");
            let finding = Diagnostic::warning(Code::UnknownVariable, message).with_advice(advice);
            self.findings.add(finding, place);
            return;
        }
        let message = format!("the variable '{name}' does not exist");
        let advice = match self.variables.nearest(name) {
            Some(near) => format!("Did you mean '{near}'? A default would be ${{{name}:-value}}."),
            None => format!(
                "Set it, or give a default: ${{{name}:-value}}. Text that begins with '${{' is written '$${{'."
            ),
        };
        self.findings.error(Code::UnknownVariable, place, &message, advice);
    }

    fn warn_foreign(&mut self, pieces: &[Piece<'_>], at: Span) {
        let foreign = pieces.iter().find_map(|piece| match piece {
            Piece::Foreign(text) => Some(*text),
            _ => None,
        });
        let Some(text) = foreign.filter(|_| self.findings.has_room(Severity::Warning)) else { return };
        let shown: String = text.chars().take(40).collect();
        let place = self.place(&shown[2..], at);
        let message = format!("'{shown}' is not a variable and is left unchanged");
        let advice = match text.trim_start_matches("${").trim_end_matches('}').strip_prefix("env:") {
            Some(name) => format!("Write ${{{name}}} for the variable, or '$${{' for the text itself."),
            None => "Variables are ${NAME} or ${NAME:-default}. Write '$${' for the text itself.".to_owned(),
        };
        self.findings.warning(Code::UnknownVariable, place, &message, advice);
    }

    /// The place of `${name` in a value, when its line shows it unchanged.
    fn place(&self, name: &str, at: Span) -> Span {
        let source = self.findings.source(at.file);
        let before = at.start.column.saturating_sub(1) as usize;
        let line: Vec<char> = source.line(at.start.line).chars().collect();
        let wanted: Vec<char> = "${".chars().chain(name.chars()).collect();
        let rest = line.get(before..).unwrap_or_default();
        let Some(offset) = rest.windows(wanted.len()).position(|window| window == wanted) else { return at };
        let close = rest[offset..].iter().position(|c| *c == '}').map_or(wanted.len(), |end| end + 1);
        let column = |offset: usize| at.start.column.saturating_add(u32::try_from(offset).unwrap_or(0));
        let start = Position { column: column(offset), ..at.start };
        Span { file: at.file, start, end: Position { column: column(offset + close), ..at.start } }
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = rest.split_at(start);
        if let Some(plain) = before.strip_suffix('$') {
            push_text(&mut pieces, plain);
            pieces.push(Piece::Escape);
            rest = &after[2..];
            continue;
        }
        push_text(&mut pieces, before);
        let Some(end) = close(after) else {
            pieces.push(Piece::Foreign(after));
            return pieces;
        };
        let (whole, inner) = (&after[..=end], &after[2..end]);
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let sound = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        pieces.push(if sound { Piece::Variable { name, default } } else { Piece::Foreign(whole) });
        rest = &after[end + 1..];
    }
    push_text(&mut pieces, rest);
    pieces
}

fn push_text<'t>(pieces: &mut Vec<Piece<'t>>, text: &'t str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// Where the brace that opens a text is closed; braces inside come in pairs.
fn close(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
