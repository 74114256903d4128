//! YAML 1.2 to the document tree. The only file that knows the parser.
//!
//! It works on the parser's events instead of its serde layer: only they tell a block from quotes, keep the
//! digits of a number, and give every key and value its start and end.

mod refusal;
mod scalar;

use self::refusal::{Refusal, explain, not_a_key, position, refuse, span};
pub(in crate::config) use self::scalar::plain;
use self::scalar::{ignore_tag, scalar};
use super::diagnostics::Findings;
use super::document::{
    Comment, Entry, MAX_DEPTH, MAX_NODES, MappingBuilder, Node, Position, Span, Text, Value,
};
use crate::error::{Code, Diagnostic};
use serde_saphyr::granit_parser::{
    Event, Options, Parser, Placement, ScalarStyle, Span as Range, StructureStyle, Tag,
};
use std::collections::HashMap;

/// Values that aliases may add to a document.
const MAX_ALIASED_NODES: usize = 500_000;

/// Bytes of text that aliases may add to a document.
const MAX_ALIASED_BYTES: usize = 64 << 20;

/// Reads one YAML document. Findings that leave a tree (a key that appears twice) do not end the reading.
pub(in crate::config) fn read(text: &str, findings: &mut Findings<'_>) -> Option<Node> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.block_nesting_limit = MAX_DEPTH;
    options.flow_nesting_limit = MAX_DEPTH;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut composer = Composer::default();
    loop {
        let (event, range) = match parser.next_event()? {
            Ok(step) => step,
            Err(error) => {
                let (mut finding, at) = explain(&error, findings);
                // A bracket left open shows only lines later, where something else does not fit.
                if let Some(open) = composer.open.last().filter(|open| !open.block)
                    && open.start.line < at.start.line
                {
                    let Position { line, column } = open.start;
                    finding = finding
                        .with_advice(format!("The bracket at line {line}, column {column} is still open."));
                }
                let line = findings.source(findings.file()).line(at.start.line);
                if composer.open.last().is_some_and(|open| !open.block) && line.contains("${") {
                    finding = finding.with_advice("Inside '{ }' and '[ ]', put quotes around '${…}'.");
                }
                findings.add(finding, at);
                return None;
            }
        };
        match composer.take(event, range, findings) {
            Ok(false) => {}
            Ok(true) => return composer.root,
            Err(refusal) => {
                findings.add(refusal.0, refusal.1);
                return None;
            }
        }
    }
}

/// The comments of a YAML file in their order; none from where it is not well-formed.
pub(in crate::config) fn comments(text: &str) -> Vec<Comment> {
    let mut options = Options::default();
    options.block_nesting_limit = MAX_DEPTH;
    options.flow_nesting_limit = MAX_DEPTH;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut comments = Vec::new();
    while let Some(Ok((event, range))) = parser.next_event() {
        match event {
            Event::Comment(text, placement) => comments.push(Comment {
                at: position(&range.start),
                text: format!("#{text}"),
                trailing: placement == Placement::Right,
            }),
            Event::StreamEnd => break,
            _ => {}
        }
    }
    // Looking ahead, the parser may tell of a comment after what follows it.
    comments.sort_by_key(|comment| comment.at);
    comments
}

#[derive(Default)]
struct Composer {
    root: Option<Node>,
    documents: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, Cost)>,
    nodes: usize,
    aliased: Cost,
}

/// A list or mapping whose end has not come yet.
struct Open {
    start: Position,
    end: Position,
    block: bool,
    anchor: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping { entries: MappingBuilder, merges: Vec<(usize, Node)>, key: Option<Key> },
}

enum Key {
    Plain {
        key: String,
        at: Span,
    },
    /// The mapping has the key already: its value is read and dropped.
    Twice,
    Merge(Span),
}

#[derive(Clone, Copy, Default)]
struct Cost {
    nodes: usize,
    bytes: usize,
}

impl Cost {
    fn of(node: &Node) -> Self {
        let mut cost = Self { nodes: 1, bytes: 0 };
        match &node.value {
            Value::Text(Text { text, .. }) | Value::Integer(text) | Value::Float(text) => {
                cost.bytes = text.len();
            }
            Value::Sequence(items) => items.iter().for_each(|item| cost.add(Self::of(item))),
            Value::Mapping(mapping) => {
                for entry in mapping {
                    cost.bytes += entry.key.len();
                    cost.add(Self::of(&entry.value));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
        cost
    }

    fn add(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.bytes += other.bytes;
    }
}

impl Composer {
    /// Takes one event; true once the document is complete.
    fn take(&mut self, event: Event<'_>, range: Range, findings: &mut Findings<'_>) -> Result<bool, Refusal> {
        let at = span(range, findings.file());
        match event {
            Event::StreamEnd => return Ok(true),
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents == 2 {
                    return Err(refuse(
                        Diagnostic::error(Code::SeveralDocuments, "a second document begins here")
                            .with_advice("Keep one lab in a file: remove the '---' line, or split the file."),
                        at,
                    ));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(key) = self.key_wanted() {
                    let merge = text == "<<" && style == ScalarStyle::Plain;
                    return set_key(key, text.into_owned(), merge, at, findings).map(|()| false);
                }
                let value = scalar(&text, style, tag.as_deref(), at, findings);
                self.finish(Node { value, at }, anchor, findings)?;
            }
            Event::Alias(anchor) => {
                let Some((node, cost)) = self.anchors.get(&anchor) else {
                    return Err(refuse(
                        Diagnostic::error(Code::MalformedYaml, "this alias is part of what it stands for")
                            .with_advice("An alias can only repeat something that is complete before it."),
                        at,
                    ));
                };
                let cost = *cost;
                self.aliased.add(cost);
                if self.aliased.nodes > MAX_ALIASED_NODES || self.aliased.bytes > MAX_ALIASED_BYTES {
                    return Err(refuse(
                        Diagnostic::error(Code::DocumentTooLarge, "the aliases up to here repeat too much")
                            .with_advice(format!(
                                "Aliases may add {MAX_ALIASED_NODES} values to a file. Write them out where they differ."
                            )),
                        at,
                    ));
                }
                let node = node.clone();
                if let Some(key) = self.key_wanted() {
                    let text = match node.value {
                        Value::Text(Text { text, .. }) | Value::Integer(text) | Value::Float(text) => text,
                        _ => return Err(not_a_key(at)),
                    };
                    return set_key(key, text, false, at, findings).map(|()| false);
                }
                self.nodes += cost.nodes;
                self.finish(node, 0, findings)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.check_collection(tag.as_deref(), "seq", at, findings)?;
                self.check_depth(at)?;
                self.open(at, style, anchor, Content::Sequence(Vec::new()));
            }
            Event::MappingStart(style, anchor, tag) => {
                self.check_collection(tag.as_deref(), "map", at, findings)?;
                self.check_depth(at)?;
                let content =
                    Content::Mapping { entries: MappingBuilder::default(), merges: Vec::new(), key: None };
                self.open(at, style, anchor, content);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(false) };
                // A block ends where its last value does; its end event is placed at the next token.
                let end = if open.block { open.end } else { at.end };
                let value = match open.content {
                    Content::Sequence(mut items) => {
                        items.shrink_to_fit();
                        Value::Sequence(items)
                    }
                    Content::Mapping { entries, merges, .. } => merged(entries, merges),
                };
                self.finish(
                    Node { value, at: Span { start: open.start, end, ..at } },
                    open.anchor,
                    findings,
                )?;
            }
            _ => {}
        }
        Ok(false)
    }

    fn open(&mut self, at: Span, style: StructureStyle, anchor: usize, content: Content) {
        let block = style == StructureStyle::Block;
        self.open.push(Open { start: at.start, end: at.end, block, anchor, content });
    }

    /// The parser counts blocks and brackets apart; one inside the other counts here, as it does in JSON.
    fn check_depth(&self, at: Span) -> Result<(), Refusal> {
        if self.open.len() < MAX_DEPTH {
            return Ok(());
        }
        Err(refuse(
            Diagnostic::error(Code::DocumentTooLarge, "the file is nested too deeply here")
                .with_advice(format!("A lab file may be nested {MAX_DEPTH} levels deep.")),
            at,
        ))
    }

    /// The place for a key when the next value is one.
    fn key_wanted(&mut self) -> Option<(&mut Option<Key>, &MappingBuilder)> {
        match &mut self.open.last_mut()?.content {
            Content::Mapping { key, entries, .. } if key.is_none() => Some((key, entries)),
            _ => None,
        }
    }

    fn check_collection(
        &mut self,
        tag: Option<&Tag>,
        usual: &str,
        at: Span,
        findings: &mut Findings<'_>,
    ) -> Result<(), Refusal> {
        if self.key_wanted().is_some() {
            return Err(not_a_key(at));
        }
        if let Some(tag) = tag
            && tag.core_suffix() != Some(usual)
        {
            ignore_tag(tag, at, findings);
        }
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn finish(&mut self, node: Node, anchor: usize, findings: &mut Findings<'_>) -> Result<(), Refusal> {
        self.nodes += 1;
        if anchor != 0 {
            let cost = Cost::of(&node);
            self.nodes += cost.nodes;
            self.anchors.insert(anchor, (node.clone(), cost));
        }
        if self.nodes > MAX_NODES {
            return Err(refuse(
                Diagnostic::error(Code::DocumentTooLarge, "the file has too many values")
                    .with_advice(format!("A lab file may have {MAX_NODES} values. Split it.")),
                node.at,
            ));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        // What an alias stands for ends elsewhere, so it must not move its parent's end back.
        parent.end = parent.end.max(node.at.end);
        match &mut parent.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping { entries, merges, key } => match key.take() {
                Some(Key::Plain { key, at }) => entries.push(Entry { key, key_at: at, value: node }),
                Some(Key::Merge(_)) if is_mergeable(&node) => merges.push((entries.len(), node)),
                Some(Key::Merge(at)) => findings.add(
                    Diagnostic::error(
                        Code::WrongType,
                        format!("'<<' needs a mapping or a list of mappings, but has {}", node.value.kind()),
                    )
                    .with_advice("Write '<<: *name', where '&name' precedes a mapping further up."),
                    at,
                ),
                Some(Key::Twice) | None => {}
            },
        }
        Ok(())
    }
}

fn set_key(
    (key, entries): (&mut Option<Key>, &MappingBuilder),
    text: String,
    merge: bool,
    at: Span,
    findings: &mut Findings<'_>,
) -> Result<(), Refusal> {
    *key = Some(if merge {
        Key::Merge(at)
    } else if let Some(first) = entries.find(&text) {
        findings.add(duplicate(&text, first), at);
        Key::Twice
    } else {
        Key::Plain { key: text, at }
    });
    Ok(())
}

/// The finding that a key appears twice.
pub(in crate::config) fn duplicate(key: &str, first: Span) -> Diagnostic {
    Diagnostic::error(
        Code::DuplicateKey,
        format!("the key '{key}' appears twice; it is already defined on line {}", first.start.line),
    )
    .with_advice("Remove one of the two.")
}

fn is_mergeable(node: &Node) -> bool {
    match &node.value {
        Value::Mapping(_) => true,
        Value::Sequence(items) => items.iter().all(|item| item.as_mapping().is_some()),
        _ => false,
    }
}

/// A mapping with what `<<` brings: keys of the mapping itself win, then earlier sources.
fn merged(entries: MappingBuilder, merges: Vec<(usize, Node)>) -> Value {
    if merges.is_empty() {
        return Value::Mapping(entries.finish());
    }
    let own = entries.finish();
    let mut all = MappingBuilder::default();
    let mut sources = merges.into_iter().peekable();
    let taken: std::collections::HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    let bring = |node: Node, all: &mut MappingBuilder| {
        let mappings = match node.value {
            Value::Mapping(mapping) => vec![mapping],
            Value::Sequence(items) => items
                .into_iter()
                .filter_map(|item| match item.value {
                    Value::Mapping(mapping) => Some(mapping),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        for entry in mappings.into_iter().flatten() {
            if !taken.contains(&entry.key) && all.find(&entry.key).is_none() {
                all.push(entry);
            }
        }
    };
    for (at, entry) in own.into_iter().enumerate() {
        while let Some((_, node)) = sources.next_if(|(before, _)| *before <= at) {
            bring(node, &mut all);
        }
        all.push(entry);
    }
    for (_, node) in sources {
        bring(node, &mut all);
    }
    Value::Mapping(all.finish())
}

#[cfg(test)]
mod tests {
    use super::scalar::number;
    use super::*;
    use crate::config::Format;
    use crate::config::text::diagnostics::Source;
    use crate::config::text::document::{FileId, Style};
    use serde_json::json;

    fn parse(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
        let mut findings = Findings::new(Source::new(None, text, Format::Yaml));
        let node = read(text, &mut findings);
        (node, findings.finish())
    }

    fn tree(text: &str) -> Node {
        let (node, findings) = parse(text);
        assert!(findings.is_empty(), "{findings:?}");
        node.unwrap()
    }

    fn only(text: &str) -> Diagnostic {
        let (_, mut findings) = parse(text);
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.remove(0)
    }

    fn place(finding: &Diagnostic) -> (u32, u32) {
        let at = finding.at.as_ref().unwrap();
        (at.line, at.column)
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let text = "a: no\nb: yes\nc: on\nd: True\ne: ~\nf:\ng: 0755\nh: 1_000\ni: 12:30\nj: 2025-01-06\nk: .inf\nl: 0x1F\nm: '5'\nn: !!str 5\no: -1.50\np: y\n";
        assert_eq!(
            tree(text).to_json(),
            json!({"a": "no", "b": "yes", "c": "on", "d": true, "e": null, "f": null, "g": "0755", "h": "1_000",
                "i": "12:30", "j": "2025-01-06", "k": ".inf", "l": 31, "m": "5", "n": "5", "o": -1.5, "p": "y"})
        );
    }

    #[test]
    fn numbers_keep_their_digits() {
        let node = tree("a: 1.10\nb: 123456789012345678901234567890\nc: +5\n");
        let values: Vec<_> = node.as_mapping().unwrap().iter().map(|e| e.value.value.clone()).collect();
        assert_eq!(values[0], Value::Float("1.10".into()));
        assert_eq!(values[1], Value::Integer("123456789012345678901234567890".into()));
        assert_eq!(
            serde_json::to_string(&node).unwrap(),
            r#"{"a":1.10,"b":123456789012345678901234567890,"c":"+5"}"#
        );
        for text in ["1e5", "1.", ".5", "-.5E-3", "0", "-0", "0.0", "0o17"] {
            assert!(number(text).is_some(), "{text}");
        }
        for text in [
            "", ".", "-", "+", "e5", "1e", "1e+", "00", "01.5", "1.2.3", "0x", "0xG", "0o8", "0x+1", "1 2",
            "1e5x",
        ] {
            assert!(number(text).is_none(), "{text}");
        }
    }

    #[test]
    fn places_of_keys_and_values() {
        let node = tree("nåme: x\nlist:\n  - a\n  - {k: [1, 2]}\nlast: 'q'\n");
        let mapping = node.as_mapping().unwrap();
        let span = |l1, c1, l2, c2| Span {
            file: FileId(0),
            start: Position { line: l1, column: c1 },
            end: Position { line: l2, column: c2 },
        };
        assert_eq!(mapping.get("nåme").unwrap().key_at, span(1, 1, 1, 5));
        assert_eq!(mapping.get("nåme").unwrap().value.at, span(1, 7, 1, 8));
        assert_eq!(mapping.get("list").unwrap().value.at, span(3, 3, 4, 16));
        assert_eq!(mapping.get("LAST").unwrap().value.at, span(5, 7, 5, 10));
        assert_eq!(node.at, span(1, 1, 5, 10));
    }

    #[test]
    fn block_literals_are_byte_exact() {
        let script = "\n# a comment: with a colon\n$x = \"${env:PATH}\"\n\"${x}:\" -f '{{0}}'\n@{ A = @{ B = @( 1, 2 ) } ; 'C#' = @\"\n  here: $(Get-Date)\n\"@ }\n\ttabbed `\n    & more\n\n";
        let mut text = String::from("ops:\n  - name: a\n    script: |+\n");
        for line in script.split_inclusive('\n') {
            text.push_str(if line == "\n" { "" } else { "      " });
            text.push_str(line);
        }
        text.push_str("    after: 1\n");
        let node = tree(&text);
        let op = &node.to_json()["ops"][0];
        assert_eq!(op["script"], json!(script));
        assert_eq!(op["after"], json!(1));
        let Value::Sequence(ops) = &node.as_mapping().unwrap().get("ops").unwrap().value.value else {
            panic!()
        };
        let value = &ops[0].as_mapping().unwrap().get("script").unwrap().value;
        assert_eq!(value.text_start(), Position { line: 4, column: 7 });
        assert!(matches!(&value.value, Value::Text(Text { style: Style::Block, .. })));
    }

    #[test]
    fn where_text_begins() {
        for (text, line, column) in
            [("a: |\n  x\n", 2, 3), ("a: >-\n\n    x\n", 2, 5), ("a: 'x'\n", 1, 5), ("a: x\n", 1, 4)]
        {
            let node = tree(text);
            let value = &node.as_mapping().unwrap().get("a").unwrap().value;
            assert_eq!(value.text_start(), Position { line, column }, "{text}");
        }
    }

    #[test]
    fn anchors_and_merges() {
        let node = tree(
            "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none:\n  <<: *b\n  y: 9\ntwo:\n  a: 0\n  <<: [*m, *b]\nlist: [&s hi, *s]\n*s : key\n",
        );
        assert_eq!(
            serde_json::to_string(&node).unwrap(),
            r#"{"base":{"x":1,"y":2},"more":{"y":3,"z":4},"one":{"x":1,"y":9},"two":{"a":0,"y":3,"z":4,"x":1},"list":["hi","hi"],"hi":"key"}"#
        );
        assert_eq!(tree("'<<': 1\n").to_json(), json!({"<<": 1}));
    }

    #[test]
    fn what_is_not_yaml_has_its_place() {
        let tab = only("a:\n  b: 1\n\tc: 2\n");
        assert_eq!((tab.code, place(&tab)), (Code::MalformedYaml, (3, 1)), "{tab:?}");
        assert!(tab.message.contains("tab") && tab.advice.unwrap().contains("spaces"));
        let open = only("a: [1, 2\n");
        assert_eq!((open.code, place(&open)), (Code::MalformedYaml, (1, 4)), "{open:?}");
        assert_eq!(open.snippet.unwrap(), "a: [1, 2\n   ^");
        let open = only("a: [1, 2\nb: 3\n");
        assert_eq!((open.code, place(&open)), (Code::MalformedYaml, (2, 2)), "{open:?}");
        assert_eq!(open.advice.unwrap(), "The bracket at line 1, column 4 is still open.");
        let alias = only("a: *nobody\n");
        assert!(alias.message.contains("no anchor"));
        for text in [
            "a: 'x\n",
            "a: b: c\n",
            "a: @x\n",
            "a: \"\\q\"\n",
            "- a\nb: 1\n",
            "a: |x\n",
            "? [a]\n: b\n",
            "a: {{x}}\n",
            "a: &a [*a]\n",
        ] {
            assert_eq!(only(text).code, Code::MalformedYaml, "{text}");
        }
    }

    #[test]
    fn duplicate_keys_are_refused_and_the_first_is_kept() {
        let (node, findings) = parse("a: 1\nb: 2\na: {c: 3}\nd: {e: 1, e: 2}\n");
        assert_eq!(node.unwrap().to_json(), json!({"a": 1, "b": 2, "d": {"e": 1}}));
        let places: Vec<_> = findings.iter().map(|f| (f.code, place(f))).collect();
        assert_eq!(places, [(Code::DuplicateKey, (3, 1)), (Code::DuplicateKey, (4, 11))]);
        assert!(findings[0].message.contains("'a'") && findings[0].message.contains("line 1"));
    }

    #[test]
    fn several_documents_are_refused() {
        let finding = only("a: 1\n---\nb: 2\n");
        assert_eq!((finding.code, place(&finding)), (Code::SeveralDocuments, (2, 1)));
        assert_eq!(tree("---\na: 1\n...\n").to_json(), json!({"a": 1}));
        assert_eq!(tree("%YAML 1.2\n---\na: 1\n").to_json(), json!({"a": 1}));
    }

    #[test]
    fn tags_without_meaning_are_ignored_aloud_once() {
        let (node, findings) = parse("a: !secret x\nb: !secret y\nc: !!int z\n");
        assert_eq!(node.unwrap().to_json(), json!({"a": "x", "b": "y", "c": "z"}));
        let codes: Vec<_> = findings.iter().map(|f| (f.code, place(f).0)).collect();
        assert_eq!(codes, [(Code::NotAvailable, 1), (Code::WrongType, 3)]);
    }

    #[test]
    fn merges_need_mappings() {
        assert_eq!(only("<<: 5\n").code, Code::WrongType);
        assert_eq!(only("<<: [5]\n").code, Code::WrongType);
    }

    #[test]
    fn bombs_and_towers_are_refused() {
        // Without a budget each would take minutes.
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(",")));
        }
        let large = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(","));
        let flow = "[".repeat(100_000);
        let block = "- ".repeat(100_000);
        let keys: String = (0..5_000).map(|n| format!("{}k:\n", " ".repeat(n))).collect();
        for (name, text) in
            [("bomb", &bomb), ("large", &large), ("flow", &flow), ("block", &block), ("keys", &keys)]
        {
            let finding = only(text);
            assert_eq!(finding.code, Code::DocumentTooLarge, "{name}: {finding:?}");
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(parse("").0, None);
        assert_eq!(parse("# only a comment\n").0, None);
        assert_eq!(tree("---\n").value, Value::Null);
    }
}
