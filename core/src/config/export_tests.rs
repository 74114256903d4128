//! Documents that are read and written again.

use super::tests::{any_json, to_yaml};
use super::text::diagnostics::{Findings, Source};
use super::text::parse;
use super::*;
use crate::error::Code;
use proptest::prelude::*;

fn exported(text: &str, from: Format, to: Format) -> String {
    let source = ReadOptions { format: Some(from), ..ReadOptions::default() };
    let export = export(text.as_bytes(), &ExportOptions { source, to });
    assert_eq!(export.diagnostics, [], "{text}");
    export.text.unwrap()
}

fn tree(text: &str, format: Format) -> serde_json::Value {
    let mut findings = Findings::new(Source::new(None, text, format));
    let root = parse(text, format, &ReadOptions::default(), &mut findings);
    assert!(!findings.has_errors(), "{text}\n{:#?}", findings.finish());
    root.unwrap().to_json()
}

#[test]
fn yaml_keeps_its_comments_its_blocks_and_its_digits() {
    let text = "# A lab.
# It has two operations.

name: shop  # short
version: 1.10
quoted: 'true'
nodes:
  - {name: a, memory: 4GB}  # the first

  # The second one.
  - name: b
    disks: [60, 0x1F, +5]
operations:
  - name: build
    # What it does:
    script: |
      # not a comment of the file
      Get-Item \"${x}\"

      'done'
    timeout: 5m
  - name: last
    script: one line
# The end.
";
    assert_eq!(exported(text, Format::Yaml, Format::Yaml), text);
}

#[test]
fn the_example_survives() {
    let path = format!("{}/../examples/local-lab.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let written = exported(&text, Format::Yaml, Format::Yaml);
    assert_eq!(tree(&written, Format::Yaml), tree(&text, Format::Yaml));
    for line in text.lines().filter(|line| line.trim_start().starts_with("# ")) {
        assert!(written.contains(line.trim()), "{line}");
    }
    // Written twice, nothing changes any more.
    assert_eq!(exported(&written, Format::Yaml, Format::Yaml), written);
}

#[test]
fn formats_change_into_each_other() {
    let json = "{\"version\": 1.10, \"b\": [1, {\"c\": null, \"d\": []}], \"a\": {\"text\": \"x: y\\nz\\n\", \"long\": 123456789012345678901234567890}}";
    let yaml = exported(json, Format::Json, Format::Yaml);
    assert_eq!(
        yaml,
        "version: 1.10\nb:\n  - 1\n  - c: null\n    d: []\na:\n  text: |\n    x: y\n    z\n  long: 123456789012345678901234567890\n"
    );
    let back = exported(&yaml, Format::Yaml, Format::Json);
    assert!(back.contains("\"version\": 1.10,") && back.contains("123456789012345678901234567890"), "{back}");
    let keys: Vec<_> = back.lines().filter(|line| line.starts_with("  \"")).map(|line| &line[3..4]).collect();
    assert_eq!(keys, ["v", "b", "a"]);
}

#[test]
fn nothing_is_filled_in_and_faults_are_told() {
    let text = "a: ${NO_SUCH_VARIABLE}\ninclude: nowhere.yaml\n";
    assert_eq!(exported(text, Format::Yaml, Format::Yaml), text);
    let source = ReadOptions { format: Some(Format::Json), ..ReadOptions::default() };
    let broken = export(b"{\"a\": }", &ExportOptions { source, to: Format::Yaml });
    assert_eq!((broken.text, broken.diagnostics.len()), (None, 1));
    let options: ExportOptions =
        serde_json::from_str(r#"{"to": "yaml", "source": {"path": "x.json"}}"#).unwrap();
    assert_eq!(export(b"\xff", &options).diagnostics[0].code, Code::NotText);
}

#[test]
fn whatever_is_deep_enough_to_be_read_is_so_when_it_is_written() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let yaml = exported(&deep(document::MAX_DEPTH), Format::Json, Format::Yaml);
    assert_eq!(tree(&yaml, Format::Yaml), tree(&deep(document::MAX_DEPTH), Format::Json));
    // Blocks and brackets together are no deeper than either alone.
    let mixed = format!("{}{}", "- ".repeat(90), deep(20));
    let source = ReadOptions { format: Some(Format::Yaml), ..ReadOptions::default() };
    let refused = export(mixed.as_bytes(), &ExportOptions { source, to: Format::Yaml });
    assert_eq!((refused.text, refused.diagnostics[0].code), (None, Code::DocumentTooLarge));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in any_json()) {
        let root = serde_json::json!({"root": value});
        let yaml = exported(&root.to_string(), Format::Json, Format::Yaml);
        prop_assert_eq!(tree(&yaml, Format::Yaml), root.clone(), "{}", yaml);
        let json = exported(&yaml, Format::Yaml, Format::Json);
        prop_assert_eq!(tree(&json, Format::Json), root.clone());
        let mut other = String::new();
        to_yaml(&root, 0, &mut other);
        let again = exported(&other, Format::Yaml, Format::Yaml);
        prop_assert_eq!(tree(&again, Format::Yaml), root, "{}", again);
    }

    #[test]
    fn text_of_any_style_reads_back(
        text in "([a-z]{1,3}|[-:,?&*!|>'\"%@`#{}\\[\\]~<$\\\\=]|\n|  |\t|: | #|---|é|\u{85}|\u{2028}|true|null|5|0x1){0,12}",
    ) {
        let value = serde_json::json!({"a": text.clone(), "b": [text.clone(), {"c": text.clone()}]});
        let yaml = exported(&value.to_string(), Format::Json, Format::Yaml);
        prop_assert_eq!(tree(&yaml, Format::Yaml), value, "{}", yaml);
        let written = format!("- {{a: b}}\n- {}\n", serde_json::Value::from(text.clone()));
        let read = tree(&written, Format::Yaml);
        let again = exported(&written, Format::Yaml, Format::Yaml);
        prop_assert_eq!(tree(&again, Format::Yaml), read, "{}", again);
        let mapping = serde_json::Value::Object([(text, 1.into())].into_iter().collect());
        let yaml = exported(&mapping.to_string(), Format::Json, Format::Yaml);
        prop_assert_eq!(tree(&yaml, Format::Yaml), mapping, "{}", yaml);
    }
}
