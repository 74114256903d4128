//! JSON to the document tree, with comments (`//`, `/* */`) and trailing commas tolerated.
//!
//! Written by hand because the tree needs the place of every key and value and the digits of every number.

use super::diagnostics::Findings;
use super::document::{
    Entry, MAX_DEPTH, MAX_NODES, MappingBuilder, Node, Position, Span, Style, Text, Value,
};
use super::yaml::duplicate;
use crate::error::{Code, Diagnostic};

/// Reads one JSON value. A key that appears twice is a finding and does not end the reading.
pub(in crate::config) fn read(text: &str, findings: &mut Findings<'_>) -> Option<Node> {
    let mut reader =
        Reader { text, at: 0, place: Position { line: 1, column: 1 }, depth: 0, nodes: 0, findings };
    match reader.document() {
        Ok(node) => node,
        Err(refusal) => {
            findings.add(refusal.0, refusal.1);
            None
        }
    }
}

type Refusal = Box<(Diagnostic, Span)>;

struct Reader<'t, 'f, 's> {
    text: &'t str,
    /// Byte offset of the next character.
    at: usize,
    /// Place of the next character.
    place: Position,
    depth: usize,
    nodes: usize,
    findings: &'f mut Findings<'s>,
}

impl<'t> Reader<'t, '_, '_> {
    fn document(&mut self) -> Result<Option<Node>, Refusal> {
        self.skip_blank()?;
        if self.peek().is_none() {
            return Ok(None);
        }
        let node = self.value()?;
        self.skip_blank()?;
        match self.peek() {
            None => Ok(Some(node)),
            Some(_) => Err(self.malformed(
                "text follows the end of the document",
                "Keep one value in a file, in one pair of braces.",
            )),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Takes the next character and counts its place.
    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        let crlf = character == '\r' && self.text.as_bytes().get(self.at) == Some(&b'\n');
        if character == '\n' || (character == '\r' && !crlf) {
            self.place.line += 1;
            self.place.column = 1;
        } else {
            self.place.column += 1;
        }
        Some(character)
    }

    /// Takes `count` ASCII characters, none of which is a line break.
    fn advance(&mut self, count: usize) {
        self.at += count;
        self.place.column += u32::try_from(count).unwrap_or(u32::MAX);
    }

    fn here(&self) -> Span {
        self.span(self.place, Position { column: self.place.column + 1, ..self.place })
    }

    fn since(&self, start: Position) -> Span {
        self.span(start, self.place)
    }

    fn span(&self, start: Position, end: Position) -> Span {
        Span { file: self.findings.file(), start, end }
    }

    fn malformed(&self, message: &str, advice: &str) -> Refusal {
        refuse(message, advice, self.here())
    }

    fn skip_blank(&mut self) -> Result<(), Refusal> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t') => self.advance(1),
                Some(b'\n' | b'\r') => {
                    self.next();
                }
                Some(b'/') => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> Result<(), Refusal> {
        let rest = &self.text[self.at..];
        if rest.starts_with("//") {
            while self.peek().is_some_and(|c| c != '\n' && c != '\r') {
                self.next();
            }
            return Ok(());
        }
        let start = self.here();
        let Some(length) = rest.strip_prefix("/*").and_then(|comment| comment.find("*/")) else {
            let message =
                if rest.starts_with("/*") { "a comment is not closed" } else { "unexpected character '/'" };
            return Err(refuse(message, "Comments are '// …' and '/* … */'.", start));
        };
        let end = self.at + length + 4;
        while self.at < end {
            self.next();
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Node, Refusal> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Box::new((
                Diagnostic::error(Code::DocumentTooLarge, "the file has too many values")
                    .with_advice(format!("A lab file may have {MAX_NODES} values. Split it.")),
                self.here(),
            )));
        }
        let start = self.place;
        let value = match self.peek() {
            Some('{') => self.nested(Self::mapping)?,
            Some('[') => self.nested(Self::sequence)?,
            Some('"') => Value::Text(Text { text: self.string()?, style: Style::Quoted }),
            Some('-' | '0'..='9') => self.number()?,
            Some(c) if c.is_alphabetic() => self.word()?,
            Some('\'') => {
                return Err(self.malformed("text is in single quotes", "JSON has double quotes only."));
            }
            Some(c) => {
                let message =
                    format!("unexpected character '{}' where a value should be", c.escape_default());
                return Err(self.malformed(&message, "Check the commas and quotes before it."));
            }
            None => return Err(self.malformed("the file ends where a value should be", "Is it complete?")),
        };
        Ok(Node { value, at: self.since(start) })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Refusal>) -> Result<Value, Refusal> {
        if self.depth == MAX_DEPTH {
            return Err(Box::new((
                Diagnostic::error(Code::DocumentTooLarge, "the file is nested too deeply here")
                    .with_advice(format!("A lab file may be nested {MAX_DEPTH} levels deep.")),
                self.here(),
            )));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn mapping(&mut self) -> Result<Value, Refusal> {
        let open = self.here();
        self.advance(1);
        let mut entries = MappingBuilder::default();
        loop {
            self.skip_blank()?;
            let start = self.place;
            match self.peek() {
                Some('}') => break,
                Some('"') => {}
                None => return Err(refuse("'{' is not closed", "Close it with '}'.", open)),
                Some(_) => {
                    let advice = "Put keys in double quotes, and check the comma before it.";
                    return Err(self.malformed("a key should be here", advice));
                }
            }
            let key = self.string()?;
            let key_at = self.since(start);
            self.skip_blank()?;
            if self.peek() != Some(':') {
                let message = format!("a ':' is missing after the key '{key}'");
                return Err(self.malformed(&message, "Write \"key\": value."));
            }
            self.advance(1);
            self.skip_blank()?;
            let value = self.value()?;
            match entries.find(&key) {
                Some(first) => self.findings.add(duplicate(&key, first), key_at),
                None => entries.push(Entry { key, key_at, value }),
            }
            self.separator('}', open)?;
        }
        self.advance(1);
        Ok(Value::Mapping(entries.finish()))
    }

    fn sequence(&mut self) -> Result<Value, Refusal> {
        let open = self.here();
        self.advance(1);
        let mut items = Vec::new();
        loop {
            self.skip_blank()?;
            match self.peek() {
                Some(']') => break,
                None => return Err(refuse("'[' is not closed", "Close it with ']'.", open)),
                Some(_) => items.push(self.value()?),
            }
            self.separator(']', open)?;
        }
        self.advance(1);
        items.shrink_to_fit();
        Ok(Value::Sequence(items))
    }

    /// Takes a comma, or stops before `close`.
    fn separator(&mut self, close: char, open: Span) -> Result<(), Refusal> {
        self.skip_blank()?;
        match self.peek() {
            Some(',') => {
                self.advance(1);
                Ok(())
            }
            Some(c) if c == close => Ok(()),
            Some(_) => {
                let message = format!("a ',' or '{close}' should be here");
                Err(self.malformed(&message, "Is a comma missing before it?"))
            }
            None => {
                let bracket = if close == '}' { '{' } else { '[' };
                let message = format!("'{bracket}' is not closed");
                Err(refuse(&message, &format!("Close it with '{close}'."), open))
            }
        }
    }

    fn word(&mut self) -> Result<Value, Refusal> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = &rest[..length];
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => {
                let start = self.place;
                let count = u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
                let end = Position { column: start.column.saturating_add(count), ..start };
                let advice = match word.to_lowercase().as_str() {
                    lower @ ("true" | "false" | "null") => format!("Write {lower}, in small letters."),
                    "nan" | "infinity" => "JSON has no such number.".to_owned(),
                    _ => "Put text in double quotes.".to_owned(),
                };
                let shown: String = word.chars().take(40).collect();
                return Err(refuse(&format!("'{shown}' is not a value"), &advice, self.span(start, end)));
            }
        };
        self.advance(length);
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Refusal> {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits =
            |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut length = usize::from(bytes[0] == b'-');
        let whole = digits(length);
        let mut float = false;
        let mut sound = whole == 1 || (whole > 1 && bytes[length] != b'0');
        length += whole;
        if bytes.get(length) == Some(&b'.') {
            let fraction = digits(length + 1);
            (float, sound) = (true, sound && fraction > 0);
            length += 1 + fraction;
        }
        if let Some(b'e' | b'E') = bytes.get(length) {
            length += 1 + usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(length);
            (float, sound) = (true, sound && exponent > 0);
            length += exponent;
        }
        let text = self.text[self.at..self.at + length].to_owned();
        let start = self.place;
        self.advance(length);
        let joined = self.peek().is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_');
        if !sound || joined {
            let advice = "Numbers look like 12, -1.5 or 1e3. Put anything else in double quotes.";
            return Err(refuse("this is not a number", advice, self.since(start)));
        }
        Ok(if float { Value::Float(text) } else { Value::Integer(text) })
    }

    fn string(&mut self) -> Result<String, Refusal> {
        let open = self.here();
        self.advance(1);
        let mut text = String::new();
        loop {
            // Most text has no escape: it is taken in one piece.
            let rest: &'t str = &self.text[self.at..];
            let plain = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\') || byte < b' ')
                .unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            self.place.column += u32::try_from(rest[..plain].chars().count()).unwrap_or(u32::MAX);
            match self.peek() {
                Some('"') => {
                    self.advance(1);
                    return Ok(text);
                }
                Some('\\') => text.push(self.escape()?),
                Some('\n' | '\r') => {
                    return Err(refuse("text is not closed on its line", "Close it, or write \\n.", open));
                }
                Some(c) => {
                    let advice = format!("Write \\u{:04x} or, for a tab, \\t.", u32::from(c));
                    return Err(self.malformed("text has a control character", &advice));
                }
                None => return Err(refuse("text is not closed", "Close it with '\"'.", open)),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        let start = self.place;
        self.next();
        let unknown = |reader: &Self| {
            let advice = "Write a backslash as '\\\\'; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX.";
            refuse("unknown escape in text", advice, reader.since(start))
        };
        let character = match self.peek() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{C}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.next();
                let halves = |reader: &Self| {
                    let advice = "A character beyond U+FFFF is two \\u escapes: D800–DBFF, then DC00–DFFF.";
                    refuse("half a surrogate pair in text", advice, reader.since(start))
                };
                let first = self.hex().ok_or_else(|| unknown(self))?;
                if !(0xD800..0xE000).contains(&first) {
                    return char::from_u32(first).ok_or_else(|| unknown(self));
                }
                if first >= 0xDC00 || !self.text[self.at..].starts_with("\\u") {
                    return Err(halves(self));
                }
                self.advance(2);
                let second = self.hex().ok_or_else(|| unknown(self))?;
                if !(0xDC00..0xE000).contains(&second) {
                    return Err(halves(self));
                }
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return char::from_u32(code).ok_or_else(|| halves(self));
            }
            _ => {
                self.next();
                return Err(unknown(self));
            }
        };
        self.next();
        Ok(character)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.advance(4);
        u32::from_str_radix(digits, 16).ok()
    }
}

fn refuse(message: &str, advice: &str, at: Span) -> Refusal {
    let message = format!("the file is not valid JSON: {message}");
    Box::new((Diagnostic::error(Code::MalformedJson, message).with_advice(advice), at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Format;
    use crate::config::text::diagnostics::Source;
    use crate::config::text::document::FileId;
    use serde_json::json;

    fn parse(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
        let mut findings = Findings::new(Source::new(None, text, Format::Json));
        let node = read(text, &mut findings);
        (node, findings.finish())
    }

    fn tree(text: &str) -> Node {
        let (node, findings) = parse(text);
        assert!(findings.is_empty(), "{text}: {findings:?}");
        node.unwrap()
    }

    fn only(text: &str) -> Diagnostic {
        let (node, mut findings) = parse(text);
        assert_eq!((node, findings.len()), (None, 1), "{text}: {findings:?}");
        findings.remove(0)
    }

    #[test]
    fn values_comments_and_trailing_commas() {
        let text = "// head\n{\t\"a\" : [1, -2.50, 1e3,], /* b\n is */ \"b\":{\"c\":null,\"d\":true,},\r\n\t\"e\": \"x\\n\\u00e9\\ud83d\\ude00\\\"\\\\\\/\", // end\n}\n";
        assert_eq!(
            tree(text).to_json(),
            json!({"a": [1, -2.5, 1000.0], "b": {"c": null, "d": true}, "e": "x\né😀\"\\/"})
        );
        assert_eq!(tree("[]").to_json(), json!([]));
        assert_eq!(parse("  // nothing").0, None);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"a":1.10,"b":123456789012345678901234567890,"c":-0,"d":0.1e-7}"#;
        assert_eq!(serde_json::to_string(&tree(text)).unwrap(), text);
    }

    #[test]
    fn places_count_characters() {
        let node = tree("{\n\t\"ключ\": \"знач\", \"b\": [1,\n 2]}");
        let mapping = node.as_mapping().unwrap();
        let span = |l1, c1, l2, c2| Span {
            file: FileId(0),
            start: Position { line: l1, column: c1 },
            end: Position { line: l2, column: c2 },
        };
        let first = mapping.get("ключ").unwrap();
        assert_eq!((first.key_at, first.value.at), (span(2, 2, 2, 8), span(2, 10, 2, 16)));
        let second = mapping.get("b").unwrap();
        assert_eq!((second.key_at, second.value.at), (span(2, 18, 2, 21), span(2, 23, 3, 4)));
        assert_eq!(first.value.text_start(), Position { line: 2, column: 11 });
    }

    #[test]
    fn what_is_not_json_has_its_place() {
        for (text, line, column, word) in [
            ("{\"a\": 1\n\"b\": 2}", 2, 1, "','"),
            ("{\"a\" 1}", 1, 6, "':'"),
            ("{a: 1}", 1, 2, "key"),
            ("{'a': 1}", 1, 2, "key"),
            ("{\"a\": 'x'}", 1, 7, "single quotes"),
            ("{\"a\": True}", 1, 7, "'True'"),
            ("{\"a\": [1, 2}", 1, 12, "']'"),
            ("{\n \"a\": {\n", 2, 7, "'{' is not closed"),
            ("{\"a\": \"x\n\"}", 1, 7, "not closed on its line"),
            ("{\"a\": \"x\ty\"}", 1, 9, "control character"),
            ("{\"a\": \"C:\\dir\"}", 1, 10, "escape"),
            ("{\"a\": \"\\ud800x\"}", 1, 8, "surrogate"),
            ("{\"a\": \"\\u12\"}", 1, 8, "escape"),
            ("{\"a\": 01}", 1, 7, "number"),
            ("{\"a\": 1.}", 1, 7, "number"),
            ("{\"a\": -}", 1, 7, "number"),
            ("{\"a\": 5m}", 1, 7, "number"),
            ("{\"a\": ,}", 1, 7, "','"),
            ("{\"a\":", 1, 6, "ends"),
            ("{} {}", 1, 4, "follows"),
            ("{ /* x", 1, 3, "comment"),
            ("{ # x\n}", 1, 3, "key"),
            ("[1 /]", 1, 4, "'/'"),
        ] {
            let finding = only(text);
            let at = finding.at.as_ref().unwrap();
            assert_eq!((finding.code, at.line, at.column), (Code::MalformedJson, line, column), "{text}");
            assert!(finding.message.contains(word), "{text}: {}", finding.message);
            assert!(finding.advice.is_some() && finding.snippet.is_some());
        }
    }

    #[test]
    fn duplicate_keys_are_refused_and_the_first_is_kept() {
        let (node, findings) = parse("{\"a\": 1,\n \"a\": {\"b\": 1, \"b\": 2}}");
        assert_eq!(node.unwrap().to_json(), json!({"a": 1}));
        let codes: Vec<_> = findings.iter().map(|f| (f.code, f.at.as_ref().unwrap().line)).collect();
        assert_eq!(codes, [(Code::DuplicateKey, 2), (Code::DuplicateKey, 2)]);
    }

    #[test]
    fn towers_are_refused_and_long_lines_have_their_columns() {
        assert_eq!(only(&"[".repeat(100_000)).code, Code::DocumentTooLarge);
        assert_eq!(only(&"{\"a\":".repeat(100_000)).code, Code::DocumentTooLarge);
        let one_line = format!("[{}]", vec!["{\"k\":\"v\"}"; 50_000].join(","));
        assert_eq!(tree(&one_line).at.end.column, u32::try_from(one_line.len()).unwrap() + 1);
    }
}
