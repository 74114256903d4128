//! Writes a document as YAML or JSON: order, spelling and digits as they were, comments where YAML becomes YAML.
//!
//! Written by hand for the same reason as the reader: the tree knows how each text was written, and a serialiser
//! of data does not.

use super::decode::decoded;
use super::diagnostics::{Findings, Source};
use super::document::{Comment, Mapping, Node, Style, Text, Value};
use super::files::Budget;
use super::format::Format;
use super::options::ReadOptions;
use super::yaml;
use crate::error::{Code, Diagnostic};
use serde::{Deserialize, Serialize};

/// Characters of a line up to which a list or mapping that stood on one line stays there.
const WIDTH: usize = 110;

/// What is to be written, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportOptions {
    /// How the source is read. Nothing is included, merged or filled in: what is written is the file itself.
    #[serde(default)]
    pub source: ReadOptions,
    /// The format to write.
    pub to: Format,
}

/// A document that was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Export {
    /// The text, which ends with a line break; absent when the source is not well-formed.
    pub text: Option<String>,
    /// Everything that was found in the source.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a document and writes it in the same or in another format.
pub fn export(bytes: &[u8], options: &ExportOptions) -> Export {
    let refused = |finding: Diagnostic| Export { text: None, diagnostics: vec![finding] };
    let mut budget = Budget::default();
    let opened;
    let bytes = match &options.source.path {
        Some(path) if options.source.open => match budget.read(path) {
            Ok(bytes) => {
                opened = bytes;
                &opened
            }
            Err(finding) => return refused(*finding),
        },
        _ => bytes,
    };
    let (text, format) = match decoded(bytes, &options.source) {
        Ok(decoded) => decoded,
        Err(finding) => return refused(*finding),
    };
    let mut findings = Findings::new(Source::new(options.source.path.clone(), text.as_ref(), format));
    let root = super::parse(&text, format, &options.source, &mut findings);
    let text = match (&root, options.to) {
        (None, _) => None,
        (Some(_), Format::Psd1) => {
            let finding = Diagnostic::error(Code::NotAvailable, "a configuration cannot be written as psd1");
            findings.add_whole(finding.with_advice("Write it as 'yaml' or 'json'."));
            None
        }
        (Some(root), Format::Json) => serde_json::to_string_pretty(root).ok().map(|text| text + "\n"),
        (Some(root), Format::Yaml) => {
            let comments = if format == Format::Yaml { yaml::comments(&text) } else { Vec::new() };
            let lines = if format == Format::Yaml { text.lines().collect() } else { Vec::new() };
            Some(Writer::new(comments, lines).document(root))
        }
    };
    Export { text, diagnostics: findings.finish() }
}

struct Writer<'t> {
    out: String,
    comments: std::iter::Peekable<std::vec::IntoIter<Comment>>,
    /// The source by lines; empty where it has no lines that comments could belong to.
    lines: Vec<&'t str>,
}

impl<'t> Writer<'t> {
    fn new(comments: Vec<Comment>, lines: Vec<&'t str>) -> Self {
        Self { out: String::new(), comments: comments.into_iter().peekable(), lines }
    }

    fn document(mut self, root: &Node) -> String {
        match &root.value {
            Value::Mapping(mapping) if !mapping.is_empty() => self.mapping(mapping, 0, false),
            Value::Sequence(items) if !items.is_empty() => self.sequence(items, 0, false),
            _ => {
                self.before(root.at.start.line, 0);
                self.inline_or_block(root, 0);
            }
        }
        self.before(u32::MAX, 0);
        self.out
    }

    /// The comments that stand above a line, and a blank line where the source has one.
    fn before(&mut self, line: u32, indent: usize) {
        while let Some(comment) = self.comments.next_if(|comment| comment.at.line < line) {
            self.blank_above(comment.at.line);
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(&comment.text);
            self.out.push('\n');
        }
        if line != u32::MAX {
            self.blank_above(line);
        }
    }

    fn blank_above(&mut self, line: u32) {
        let above = line.checked_sub(2).and_then(|above| self.lines.get(above as usize));
        if above.is_some_and(|above| above.trim().is_empty())
            && !self.out.is_empty()
            && !self.out.ends_with("\n\n")
        {
            self.out.push('\n');
        }
    }

    /// Ends a line, with the comment that follows it in the source.
    fn end_line(&mut self, line: u32) {
        if let Some(comment) = self.comments.next_if(|comment| comment.trailing && comment.at.line == line) {
            self.out.push_str("  ");
            self.out.push_str(&comment.text);
        }
        self.out.push('\n');
    }

    /// `first`: the first key follows a `- ` that has been written already.
    fn mapping(&mut self, mapping: &Mapping, indent: usize, mut first: bool) {
        for entry in mapping {
            if !std::mem::take(&mut first) {
                self.before(entry.key_at.start.line, indent);
                self.out.push_str(&" ".repeat(indent));
            }
            let key = key_text(&entry.key);
            // An implicit key has to end within 1024 characters.
            if key.chars().count() > 1000 {
                self.out.push_str("? ");
                self.out.push_str(&key);
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
            } else {
                self.out.push_str(&key);
            }
            self.out.push(':');
            self.below(&entry.value, entry.key_at.start.line, indent);
        }
    }

    fn sequence(&mut self, items: &[Node], indent: usize, mut first: bool) {
        for item in items {
            if !std::mem::take(&mut first) {
                self.before(item.at.start.line, indent);
                self.out.push_str(&" ".repeat(indent));
            }
            self.out.push('-');
            match &item.value {
                Value::Mapping(mapping) if !mapping.is_empty() && self.flow(item, indent + 2).is_none() => {
                    self.out.push(' ');
                    self.mapping(mapping, indent + 2, true);
                }
                Value::Sequence(below) if !below.is_empty() && self.flow(item, indent + 2).is_none() => {
                    self.out.push(' ');
                    self.sequence(below, indent + 2, true);
                }
                _ => {
                    self.out.push(' ');
                    self.inline_or_block(item, indent);
                }
            }
        }
    }

    /// What follows `key:`.
    fn below(&mut self, value: &Node, line: u32, indent: usize) {
        let column = self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1) + 1;
        match &value.value {
            Value::Mapping(mapping) if !mapping.is_empty() && self.flow(value, column).is_none() => {
                self.end_line(line);
                self.mapping(mapping, indent + 2, false);
            }
            Value::Sequence(items) if !items.is_empty() && self.flow(value, column).is_none() => {
                self.end_line(line);
                self.sequence(items, indent + 2, false);
            }
            _ => {
                self.out.push(' ');
                self.inline_or_block(value, indent);
            }
        }
    }

    /// A value that begins on this line; its further lines are indented deeper than `indent`.
    fn inline_or_block(&mut self, node: &Node, indent: usize) {
        if let Value::Text(text) = &node.value
            && let Some(header) = block_header(text)
        {
            self.out.push_str(header);
            self.end_line(node.at.start.line.saturating_sub(1));
            for line in text.text.split_inclusive('\n') {
                if line != "\n" {
                    self.out.push_str(&" ".repeat(indent + 2));
                }
                self.out.push_str(line);
            }
            if !text.text.ends_with('\n') {
                self.out.push('\n');
            }
            return;
        }
        match self.flow(node, 0) {
            Some(flow) => self.out.push_str(&flow),
            None => self.out.push_str(&inline(node, false)),
        }
        self.end_line(node.at.end.line);
    }

    /// A list or mapping on one line, where it stood on one before and fits behind `column`.
    fn flow(&self, node: &Node, column: usize) -> Option<String> {
        if self.lines.is_empty() || node.at.start.line != node.at.end.line {
            return None;
        }
        let open = match &node.value {
            Value::Mapping(_) => '{',
            Value::Sequence(_) => '[',
            _ => return None,
        };
        // A block of one line begins with its first key or item, and an alias stands elsewhere.
        let line = self.lines.get(node.at.start.line.saturating_sub(1) as usize)?;
        if line.chars().nth(node.at.start.column.saturating_sub(1) as usize) != Some(open)
            || line.len() > 4 * WIDTH
        {
            return None;
        }
        let flow = inline(node, true);
        (column + flow.chars().count() <= WIDTH).then_some(flow)
    }
}

/// A value on one line.
fn inline(node: &Node, flow: bool) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(digits) | Value::Float(digits) => digits.clone(),
        Value::Text(text) => text_inline(text, flow),
        Value::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| inline(item, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Mapping(mapping) => {
            let entries: Vec<_> = mapping
                .iter()
                .map(|entry| format!("{}: {}", flow_key(&entry.key), inline(&entry.value, true)))
                .collect();
            match entries.is_empty() {
                true => "{}".to_owned(),
                false => format!("{{{}}}", entries.join(", ")),
            }
        }
    }
}

fn key_text(key: &str) -> String {
    match is_plain(key, false) && key != "<<" {
        true => key.to_owned(),
        false => quoted(key),
    }
}

fn flow_key(key: &str) -> String {
    let key_text = match is_plain(key, true) && key != "<<" {
        true => key.to_owned(),
        false => quoted(key),
    };
    // Brackets hold no key that is too long to be found without a sign.
    if key_text.chars().count() > 1000 { format!("? {key_text}") } else { key_text }
}

fn text_inline(text: &Text, flow: bool) -> String {
    let is_text = matches!(yaml::plain(&text.text), Value::Text(_));
    let plain = text.style == Style::Plain || !text.text.contains(['"', '\'', '\\', '$', '{', '}', ' ']);
    if text.style != Style::Quoted && plain && is_text && is_plain(&text.text, flow) {
        return text.text.clone();
    }
    // What came from JSON was quoted only because there is no other way; it stays so, to be safe.
    quoted(&text.text)
}

/// Whether a text can stand without quotes and be nothing but this text. Stricter than YAML is.
fn is_plain(text: &str, flow: bool) -> bool {
    let inside = |c: char| c.is_alphanumeric() || "-_./\\+@$%=~^()<>*&!?;,'\"{}[]|` ".contains(c);
    let first = text.starts_with(|c: char| c.is_alphanumeric() || "_/.$(\\+".contains(c));
    let odd_in_flow = |c: char| ",[]{}".contains(c);
    first
        && !text.ends_with(' ')
        && text.chars().all(|c| inside(c) || c == ':' || c == '#')
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !(flow && (text.contains(odd_in_flow) || text.contains(':')))
        && text.chars().count() <= 1000
        && !text.starts_with("---")
        && !text.starts_with("...")
}

/// In single quotes where that shows it as it is, else in double quotes.
fn quoted(text: &str) -> String {
    let printable = |c: char| matches!(c, ' '..='~') || (c >= '\u{A0}' && is_printable(c));
    if text.chars().all(printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The header of a block that shows a text of several lines as it is; none where no block can.
fn block_header(text: &Text) -> Option<&'static str> {
    let body = &text.text;
    let several =
        body.trim_end_matches('\n').contains('\n') || (text.style == Style::Block && body.ends_with('\n'));
    let shown = body.chars().all(|c| c == '\n' || c == '\t' || (c >= ' ' && is_printable(c)));
    let blank_line = |line: &str| !line.is_empty() && line.trim_matches([' ', '\t']).is_empty();
    // A block takes its indentation from its first line.
    let first = body.starts_with(|c: char| !matches!(c, ' ' | '\n' | '\t'));
    if !several || !shown || !first || body.split('\n').any(blank_line) {
        return None;
    }
    let ends = body.len() - body.trim_end_matches('\n').len();
    Some(match ends {
        0 => "|-",
        1 => "|",
        _ => "|+",
    })
}
