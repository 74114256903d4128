//! Builds the document tree of a psd1 file from the tokens that the PowerShell parser on the managed side found.
//!
//! Only PowerShell can read its own language, and nothing of it may be executed while a file is read. So the
//! managed side walks the syntax tree, and what arrives here is data alone: a flat list, which cannot nest too
//! deeply for any reader, with the faults it met among it. From here on a psd1 file is like any other.

use super::diagnostics::Findings;
use super::document::{
    Entry, MAX_DEPTH, MAX_NODES, MappingBuilder, Node, Position, Span, Style, Text, Value,
};
use crate::error::{Code, Diagnostic};
use serde::Deserialize;
use std::collections::HashMap;

/// Only PowerShell can parse its own language; without it there is nothing to read.
pub(in crate::config) fn without_tokens(path: Option<&str>) -> Diagnostic {
    let message = "a psd1 file can be read by the PowerShell module only, and not be included";
    let message = path.map_or(message.to_owned(), |path| format!("{path}: {message}"));
    Diagnostic::error(Code::NotAvailable, message)
        .with_advice("Read it with Get-LabConfig or Test-LabConfiguration, or write it in YAML or JSON.")
}

/// Start line and column, and end line and column without the end itself; all from 1.
pub type Extent = [u32; 4];

/// One piece of a psd1 file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Token {
    /// `@{`: keys and their values follow, then [`Token::End`].
    Mapping {
        /// From the brace to its end.
        at: Extent,
    },
    /// A list: values follow, then [`Token::End`].
    Sequence {
        /// The whole list.
        at: Extent,
    },
    /// The end of the innermost mapping or list.
    End,
    /// A key; its value follows.
    Key {
        /// The key as written.
        text: String,
        /// Where it stands.
        at: Extent,
    },
    /// Text in quotes.
    Text {
        /// The text.
        text: String,
        /// Where it stands, quotes included.
        at: Extent,
    },
    /// The inside of a script block, which stays text.
    Script {
        /// What stands between the braces, without blank lines before and after it.
        text: String,
        /// Where that begins.
        at: Extent,
    },
    /// A whole number, its suffix such as `GB` applied.
    Integer {
        /// Its digits.
        text: String,
        /// Where it stands.
        at: Extent,
    },
    /// Any other number.
    Float {
        /// Its digits.
        text: String,
        /// Where it stands.
        at: Extent,
    },
    /// `$true` or `$false`.
    Bool {
        /// Which of the two.
        value: bool,
        /// Where it stands.
        at: Extent,
    },
    /// `$null`.
    Null {
        /// Where it stands.
        at: Extent,
    },
    /// Something that cannot be read; it stands for no value.
    Fault {
        /// What kind.
        fault: FaultKind,
        /// One sentence that names the culprit.
        message: String,
        /// What to do about it.
        advice: String,
        /// Where it stands.
        at: Extent,
    },
}

/// What the managed side can refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The file is not PowerShell.
    Malformed,
    /// It is PowerShell, but not data: it would have to be executed.
    NotData,
    /// A key appears twice.
    DuplicateKey,
    /// It is nested too deeply for its parser.
    TooLarge,
}

impl FaultKind {
    fn code(self) -> Code {
        match self {
            Self::Malformed => Code::MalformedPsd1,
            Self::NotData => Code::NotData,
            Self::DuplicateKey => Code::DuplicateKey,
            Self::TooLarge => Code::DocumentTooLarge,
        }
    }
}

/// A mapping or a list that is not complete yet.
enum Open {
    Mapping { entries: MappingBuilder, keys: HashMap<String, String>, key: Option<(String, Span)>, at: Span },
    Sequence { items: Vec<Node>, at: Span },
}

/// The document that the tokens make, or nothing when they are none.
pub(in crate::config) fn read(tokens: &[Token], findings: &mut Findings<'_>) -> Option<Node> {
    if tokens.len() > MAX_NODES {
        let message = format!("the file has more than {MAX_NODES} values");
        findings.error(Code::DocumentTooLarge, Span::default(), &message, "Split it into several labs.");
        return None;
    }
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for token in tokens {
        let (value, at) = match token {
            Token::Mapping { at } | Token::Sequence { at } => {
                if open.len() == MAX_DEPTH {
                    let message = format!("the file nests more than {MAX_DEPTH} levels deep");
                    findings.error(Code::DocumentTooLarge, start(*at), &message, "Nest it less deeply.");
                    return None;
                }
                open.push(match token {
                    Token::Mapping { .. } => Open::Mapping {
                        entries: MappingBuilder::default(),
                        keys: HashMap::new(),
                        key: None,
                        at: span(*at),
                    },
                    _ => Open::Sequence { items: Vec::new(), at: span(*at) },
                });
                continue;
            }
            Token::Key { text, at } => {
                let Some(Open::Mapping { key, .. }) = open.last_mut() else { return misfit(findings) };
                *key = Some((text.clone(), span(*at)));
                continue;
            }
            Token::Fault { fault, message, advice, at } => {
                findings.add(
                    Diagnostic::error(fault.code(), message.as_str()).with_advice(advice.as_str()),
                    span(*at),
                );
                continue;
            }
            Token::End => match open.pop() {
                Some(Open::Mapping { key: Some(_), .. }) | None => return misfit(findings),
                Some(Open::Mapping { entries, at, .. }) => (Value::Mapping(entries.finish()), at),
                Some(Open::Sequence { items, at }) => (Value::Sequence(items), at),
            },
            Token::Text { text, at } => {
                (Value::Text(Text { text: text.clone(), style: Style::Quoted }), span(*at))
            }
            Token::Script { text, at } => {
                (Value::Text(Text { text: text.clone(), style: Style::Block }), span(*at))
            }
            Token::Integer { text, at } => (Value::Integer(text.clone()), span(*at)),
            Token::Float { text, at } => (Value::Float(text.clone()), span(*at)),
            Token::Bool { value, at } => (Value::Bool(*value), span(*at)),
            Token::Null { at } => (Value::Null, span(*at)),
        };
        let node = Node { value, at };
        match open.last_mut() {
            None if root.is_none() => root = Some(node),
            None => return misfit(findings),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, keys, key, .. }) => {
                let Some((name, key_at)) = key.take() else { return misfit(findings) };
                // PowerShell takes keys that differ in case for one.
                if let Some(first) = keys.insert(name.to_lowercase(), name.clone()) {
                    let message = format!("the key '{name}' appears twice (first as '{first}')");
                    findings.error(Code::DuplicateKey, key_at, &message, "Remove one of the two.");
                    continue;
                }
                entries.push(Entry { key: name, key_at, value: node });
            }
        }
    }
    if open.is_empty() { root } else { misfit(findings) }
}

fn span(at: Extent) -> Span {
    let [line, column, end_line, end_column] = at;
    Span {
        start: Position { line, column },
        end: Position { line: end_line, column: end_column },
        ..Span::default()
    }
}

/// The first character of what may reach over many lines.
fn start(at: Extent) -> Span {
    let whole = span(at);
    Span { end: whole.start, ..whole }
}

/// Tokens that no file has: the managed side has a defect, which must not pass for an empty lab.
fn misfit(findings: &mut Findings<'_>) -> Option<Node> {
    let advice = "This is a defect of LabRunner: please report it with the file.";
    findings.error(
        Code::MalformedPsd1,
        Span::default(),
        "the tokens of the psd1 file do not fit together",
        advice,
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Format, ReadOptions, Reading, read};
    use proptest::prelude::*;
    use serde_json::json;

    fn reading(text: &str, tokens: serde_json::Value) -> Reading {
        let tokens = serde_json::from_value(tokens).unwrap();
        let options = ReadOptions {
            path: Some("lab.psd1".into()),
            format: Some(Format::Psd1),
            tokens,
            ..ReadOptions::default()
        };
        read(text.as_bytes(), &options)
    }

    #[test]
    fn a_lab_comes_from_tokens_with_its_places() {
        let text =
            "@{\n  Name = 'demo'\n  Operations = @(@{ Name = 'a'; Colour = 5; ScriptBlock = { 1 } })\n}\n";
        let reading = reading(
            text,
            json!([
                {"kind": "mapping", "at": [1, 1, 4, 2]},
                {"kind": "key", "text": "Name", "at": [2, 3, 2, 7]},
                {"kind": "text", "text": "demo", "at": [2, 10, 2, 16]},
                {"kind": "key", "text": "Operations", "at": [3, 3, 3, 13]},
                {"kind": "sequence", "at": [3, 16, 3, 66]},
                {"kind": "mapping", "at": [3, 18, 3, 65]},
                {"kind": "key", "text": "Name", "at": [3, 21, 3, 25]},
                {"kind": "text", "text": "a", "at": [3, 28, 3, 31]},
                {"kind": "key", "text": "Colour", "at": [3, 33, 3, 39]},
                {"kind": "integer", "text": "5", "at": [3, 42, 3, 43]},
                {"kind": "key", "text": "ScriptBlock", "at": [3, 45, 3, 56]},
                {"kind": "script", "text": "1", "at": [3, 61, 3, 62]},
                {"kind": "end"}, {"kind": "end"}, {"kind": "end"}
            ]),
        );
        let lab = reading.lab.expect("a sound lab");
        assert_eq!(lab.name, "demo");
        assert_eq!(lab.operations[0].operation.name, "a");
        assert_eq!(
            serde_json::to_value(&lab.operations[0].script).unwrap(),
            json!({"text": "1", "at": {"file": "lab.psd1", "line": 3, "column": 61}})
        );
        let [warning] = &reading.diagnostics[..] else { panic!("{:?}", reading.diagnostics) };
        assert!(warning.message.contains("Colour"), "{}", warning.message);
        let at = warning.at.as_ref().unwrap();
        assert_eq!((at.line, at.column), (3, 33));
        assert!(warning.snippet.as_ref().unwrap().ends_with("^^^^^^"));
    }

    #[test]
    fn faults_of_the_parser_are_findings_with_a_snippet() {
        let reading = reading(
            "@{ a = Get-Date }",
            json!([
                {"kind": "mapping", "at": [1, 1, 1, 18]},
                {"kind": "key", "text": "a", "at": [1, 4, 1, 5]},
                {"kind": "fault", "fault": "not-data", "message": "a command is not data", "advice": "Write a value.", "at": [1, 8, 1, 16]},
                {"kind": "null", "at": [1, 8, 1, 16]},
                {"kind": "end"}
            ]),
        );
        assert!(reading.lab.is_none());
        let finding = &reading.diagnostics[0];
        assert_eq!(finding.code, Code::NotData);
        assert_eq!(finding.snippet.as_deref(), Some("@{ a = Get-Date }\n       ^^^^^^^^"));
    }

    #[test]
    fn keys_that_differ_in_case_only_are_refused() {
        let reading = reading(
            "@{ Name = 'a'; name = 'b' }",
            json!([
                {"kind": "mapping", "at": [1, 1, 1, 28]},
                {"kind": "key", "text": "Name", "at": [1, 4, 1, 8]},
                {"kind": "text", "text": "a", "at": [1, 11, 1, 14]},
                {"kind": "key", "text": "name", "at": [1, 16, 1, 20]},
                {"kind": "text", "text": "b", "at": [1, 23, 1, 26]},
                {"kind": "end"}
            ]),
        );
        assert_eq!(reading.diagnostics[0].code, Code::DuplicateKey);
        assert_eq!(reading.diagnostics[0].at.as_ref().unwrap().column, 16);
    }

    #[test]
    fn a_psd1_without_tokens_is_refused_and_not_read_as_yaml() {
        let options = ReadOptions { path: Some("lab.psd1".into()), ..ReadOptions::default() };
        let reading = read(b"@{ Name = 'x' }", &options);
        assert_eq!(reading.diagnostics[0].code, Code::NotAvailable);
    }

    proptest! {
        #[test]
        fn tokens_in_any_order_never_panic(kinds in prop::collection::vec(0_u8..6, 0..400)) {
            let tokens: Vec<Token> = kinds.iter().map(|kind| match kind {
                0 => Token::Mapping { at: [1, 1, 1, 2] },
                1 => Token::Sequence { at: [1, 1, 1, 2] },
                2 => Token::End,
                3 => Token::Key { text: "k".into(), at: [0, 0, 0, 0] },
                4 => Token::Null { at: [9, 9, 1, 1] },
                _ => Token::Text { text: "t".into(), at: [1, 1, 1, 2] },
            }).collect();
            let options = ReadOptions { format: Some(Format::Psd1), tokens: Some(tokens), ..ReadOptions::default() };
            let reading = read(b"@{}", &options);
            prop_assert!(reading.lab.is_none());
        }
    }
}
