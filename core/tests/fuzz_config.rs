//! Labs of random bytes and labs that were sound before something random happened to them: reading never
//! panics, always ends, and either gives a lab or says what is wrong.
//!
//! A few thousand cases run with every test. `LABRUNNER_FUZZ_CASES=1000000 cargo test --release -p labrunner-core
//! --test fuzz_config` runs more; the count is that of each target.

#![allow(clippy::unwrap_used)]

use labrunner_core::config::{ExportOptions, Format, ReadOptions, Reading, export, read, report};
use proptest::collection::vec;
use proptest::prelude::*;

const YAML: &str = "name: shop\nversion: 1.10\nenvironment: dev\nsettings: {timeout: 5, max-concurrency: 3, resource-limits: {max-memory: 4GB}, pools: {a: 2}}\nnodes:\n  - {name: web, cpu: 2}\n  - {name: sql, cpu: 4}\ntemplates:\n  t: {parameters: {n: {type: text}, p: 80}, operation: {name: 't-{0}', script: 'x', parameters: {N: '{{ n }}'}}}\noperations:\n  - &a\n    name: build\n    id: b\n    script: |\n      param($X)\n      \"${env:X}: {{0}}\"\n    parameters: {X: '${LABRUNNER_FUZZ:-1}', List: [1, 2.50, ~, true], Secret: 'secret://s'}\n    resources: {memory-gb: 1.5}\n    retry: {count: 2, delay: 5s}\n    pool: a\n  - {name: 'each-{{ item.name }}', for-each: nodes, when: item.cpu > 1, script: y, dependencies: [b]}\n  - {template: t, with: {n: q}}\n  - {name: serve, command: web, mode: service, ready: {tcp: 80}}\n  - {name: stop, mode: stop, service: serve, weak-dependencies: build}\ndependencies: {explicit: [{source: b, target: serve}], resource-conflicts: [{operations: [b, serve]}]}\nvalidation: {operations: [{name: check, script: z.ps1}]}\ncleanup: [{<<: *a, name: tidy, id: c}]\nenvironments: {dev: {settings: {timeout: 1}, operations: [{name: build, timeout: 30s}]}}\n";

const JSON: &str = r#"{"name": "shop", "version": 1.10, /* c */ "settings": {"timeout": "5m", "max-concurrency": 3}, "nodes": [{"name": "web"}, {"name": "sql"}],
 "templates": {"t": {"name": "t-{0}", "script": "x", "parameters": {}}},
 "operations": [{"name": "a", "script": "line\n${x} {{0}}", "parameters": {"N": -1.5e3, "U": "\u00e9\ud83d\ude00", "V": "${LABRUNNER_FUZZ:-2}"}},
  {"name": "n-{{ item.name }}", "for-each": "nodes", "when": "index < 9", "script": "y", "dependencies": ["a"],},
  {"template": "t", "with": ["q"]}, {"name": "p", "command": "c", "arguments": ["-x", 1]}], // end
 "environments": {"dev": {"version": 2}}}"#;

/// Pieces that mean something to one of the readers.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\n",
    "  ",
    "- ",
    "\"",
    "'",
    "|",
    ">",
    "&a ",
    "*a",
    "<<: ",
    "? ",
    "!!str ",
    "#",
    "%",
    "---\n",
    "...\n",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{85}",
    "\0",
    "null",
    "true",
    "1e999",
    "-0",
    "0x",
    "99999999999999999999",
    "${",
    "${A:-",
    "$${",
    "}}",
    "{{",
    "{%",
    "%}",
    "{# ",
    "{{ item }}",
    "{0}",
    "{9}",
    "item.name",
    " | upper",
    "range(9)",
    "1..9",
    "1..99999",
    "for-each: ",
    "when: ",
    "template: ",
    "with: ",
    "include: ",
    "include: fuzz.yaml\n",
    "templates: ",
    "operations: ",
    "name: ",
    "script: ",
    "dependencies: [b]\n",
    "secret://",
    "environments: ",
    "parameters: ",
    "timeout: ",
    "//",
    "/*",
    "*/",
    "\\u0000",
    "\\ud800",
    "é",
    "漢",
    "\u{1F600}",
];

fn cases() -> u32 {
    std::env::var("LABRUNNER_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: cases(),
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What has happened to a sound lab.
#[derive(Clone, Debug)]
enum Change {
    Remove(usize, usize),
    Insert(usize, usize),
    Repeat(usize, usize, usize),
    Flip(usize, u8),
    Move(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0_usize..4_096;
    prop_oneof![
        (place.clone(), 1_usize..40).prop_map(|(at, count)| Change::Remove(at, count)),
        (place.clone(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (place.clone(), 1_usize..30, 2_usize..200)
            .prop_map(|(at, count, times)| Change::Repeat(at, count, times)),
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (place.clone(), 1_usize..60, place).prop_map(|(at, count, to)| Change::Move(at, count, to)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        let length = bytes.len().max(1);
        let part = |at: usize, count: usize, bytes: &[u8]| {
            let start = (at % length).min(bytes.len());
            start..(start + count).min(bytes.len())
        };
        match *change {
            Change::Remove(at, count) => drop(bytes.drain(part(at, count, &bytes))),
            Change::Insert(at, piece) => {
                let at = part(at, 0, &bytes).start;
                bytes.splice(at..at, PIECES[piece].bytes());
            }
            Change::Repeat(at, count, times) => {
                let range = part(at, count, &bytes);
                let piece = bytes[range.clone()].repeat(times);
                bytes.splice(range, piece);
            }
            Change::Flip(at, byte) => {
                if let Some(old) = bytes.get_mut(at % length) {
                    *old = byte;
                }
            }
            Change::Move(at, count, to) => {
                let piece: Vec<u8> = bytes.drain(part(at, count, &bytes)).collect();
                let to = part(to, 0, &bytes).start;
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

/// Reads and writes, and looks at all that comes of it.
fn survive(bytes: &[u8], format: Option<Format>) -> Result<(), TestCaseError> {
    // No folder, so that nothing of this machine is read.
    let options = ReadOptions {
        format,
        environment: bytes.len().is_multiple_of(2).then(|| "dev".to_owned()),
        explain: true,
        ..ReadOptions::default()
    };
    let reading: Reading = read(bytes, &options);
    prop_assert!(reading.lab.is_some() != reading.has_errors());
    for finding in &reading.diagnostics {
        prop_assert!(!finding.message.is_empty());
        prop_assert!(finding.at.as_ref().is_none_or(|at| at.line >= 1 && at.column >= 1));
    }
    let _ = report(&reading.diagnostics);
    let serialised = serde_json::to_vec(&reading);
    let mut written = Vec::new();
    prop_assert!(reading.write_json(&mut written).is_ok());
    prop_assert!(serialised.is_ok_and(|serialised| serialised == written));
    for to in [Format::Yaml, Format::Json] {
        let source = ReadOptions { format, ..ReadOptions::default() };
        let written = export(bytes, &ExportOptions { source, to });
        if let Some(text) = &written.text
            && written.diagnostics.is_empty()
        {
            let source = ReadOptions { format: Some(to), ..ReadOptions::default() };
            let again = export(text.as_bytes(), &ExportOptions { source, to: Format::Json });
            prop_assert!(again.text.is_some(), "{text:?} does not read back: {:?}", again.diagnostics);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        survive(&bytes, None)?;
        survive(&bytes, Some(Format::Yaml))?;
        survive(&bytes, Some(Format::Json))?;
    }

    #[test]
    fn any_pieces(pieces in vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        survive(text.as_bytes(), Some(Format::Yaml))?;
        survive(text.as_bytes(), Some(Format::Json))?;
    }

    #[test]
    fn a_yaml_lab_that_was_changed(changes in vec(change(), 0..8)) {
        survive(&changed(YAML, &changes), Some(Format::Yaml))?;
    }

    #[test]
    fn a_json_lab_that_was_changed(changes in vec(change(), 0..8)) {
        survive(&changed(JSON, &changes), Some(Format::Json))?;
    }
}

#[test]
fn the_labs_are_sound_before_they_are_changed() {
    for (text, format) in [(YAML, Format::Yaml), (JSON, Format::Json)] {
        let options = ReadOptions {
            format: Some(format),
            environment: Some("dev".to_owned()),
            ..ReadOptions::default()
        };
        let reading = read(text.as_bytes(), &options);
        assert!(reading.lab.is_some(), "{}", report(&reading.diagnostics));
    }
}
