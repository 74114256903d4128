//! The published schema of lab files, generated from [`shape`] and compared with the reader.

mod shape;
mod spelling;
mod values;

use super::text::fields::record;
use super::{Format, ReadOptions, read};
use crate::published_schema;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The schema's place below the repository; the number rises when files that were sound become unsound.
const COMMITTED: &str = "schemas/lab-1.schema.json";

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The schema, with the names of keys that stand for others still on their properties.
fn generated() -> Value {
    let schema = SchemaSettings::draft2020_12().into_generator();
    published_schema::with_address(schema.into_root_schema_for::<shape::Lab>().to_value(), COMMITTED)
}

fn published() -> Value {
    let mut schema = generated();
    spelling::open(&mut schema);
    schema
}

/// What a file says, as an editor sees it.
fn instance(text: &str, format: Format) -> Value {
    let options = ReadOptions { format: Some(format), document_only: true, ..ReadOptions::default() };
    read(text.as_bytes(), &options).document.unwrap().to_json()
}

fn faults(instance: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&published()).unwrap();
    validator.iter_errors(instance).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    published_schema::check(COMMITTED, &published());
}

#[test]
fn the_schema_is_sound_itself() {
    assert!(jsonschema::draft202012::meta::is_valid(&published()));
}

#[test]
fn the_examples_and_the_labs_of_the_tests_are_valid() {
    for file in
        ["examples/local-lab.yaml", "tests/data/labs/scheduling.yaml", "tests/data/labs/readme-lab.json"]
    {
        let text = std::fs::read_to_string(repository(file)).unwrap();
        let format = if file.ends_with("json") { Format::Json } else { Format::Yaml };
        assert_eq!(faults(&instance(&text, format)), [""; 0], "{file}");
    }
}

#[test]
fn the_spellings_that_the_reader_knows_are_valid() {
    for text in [
        "LabName: x\nMaxParallelism: 3\nOperations: [{Name: a, Script: x, DependsOn: b, TIMEOUT: 90s}]",
        "name: 1.10\noperations: [{id: 7, script: x, retry-count: 0, retryDelay: 0, timeout: '1h 30m'}]",
        "name: x\nsettings: {continueOnError: true, failure_strategy: RollBack, throttle: 3}",
        "name: x\nx-mine: 5\n$schema: y\nsettings: {resourceLimits: {max_memory: 16 GiB, cpuPercent: 5.5}}",
        "name: x\noperations: [{name: a, command: y, args: [1, b, true], env: {A: null}, success-codes: 3}]",
        "name: x\noperations: [{name: a, script: y, pool: [a, {b: 2}], lock: {c: Shared}, trigger: AllDone}]",
        "name: x\noperations: [{name: a, script: y, priority: '$${PRIORITY:-3}', timeout: '{{ minutes }}'}]",
        "name: x\nvalidation: [{name: a, script: y}]\ncleanup: {automatic: false, operations: []}",
        "name: x\nsettings: null\noperations:\n",
    ] {
        assert_eq!(faults(&instance(text, Format::Yaml)), [""; 0], "{text}");
    }
}

#[test]
fn what_the_reader_finds_wrong_the_schema_does_too() {
    for (text, place) in [
        ("name: x\nsettngs: {}", ""),
        ("name: [x]", "/name"),
        ("name: x\noperations: {a: b}", "/operations"),
        ("name: x\nOperations: {a: b}", "/Operations"),
        ("name: x\noperations: [{name: a, timout: 5}]", "/operations/0"),
        ("name: x\noperations: [{name: a, priority: 11}]", "/operations/0/priority"),
        ("name: x\noperations: [{name: a, Priority: '5'}]", "/operations/0/Priority"),
        ("name: x\noperations: [{name: a, timeout: soon}]", "/operations/0/timeout"),
        ("name: x\noperations: [{name: a, timeout: 0}]", "/operations/0/timeout"),
        ("name: x\noperations: [{name: a, script: 5}]", "/operations/0/script"),
        ("name: x\noperations: [{name: a, provider: docker}]", "/operations/0/provider"),
        ("name: x\noperations: [{name: a, trigger: all-failed}]", "/operations/0/trigger"),
        ("name: x\noperations: [{name: a, command: x, args: -a b}]", "/operations/0/args"),
        ("name: x\noperations: [{name: a, command: x, ready: {tpc: 80}}]", "/operations/0/ready"),
        ("name: x\noperations: [{name: a, retry: {backoff: wild}}]", "/operations/0/retry"),
        ("name: x\nsettings: {max-concurrency: 0}", "/settings"),
        ("name: x\nsettings: {resource-limits: {max-memory: large}}", "/settings"),
        ("name: x\ndependencies: {explicit: [{source: a, target: b, type: medium}]}", "/dependencies"),
    ] {
        let faults = faults(&instance(text, Format::Yaml));
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("{place}: "))), "{text}: {faults:#?}");
    }
}

/// A lab that has every section, so that the reader asks for every key it knows.
const EVERYTHING: &str = "
name: x
settings: {resource-limits: {}, retry: {count: 1}}
templates: {t: {parameters: {p: {type: text}}, operation: {name: d, script: x}}}
operations:
  - {name: a, script: x, retry: {count: 1}, resources: {}, rollback: {command: y}}
  - {name: b, command: x, mode: service, ready: {tcp: 80}}
  - {name: c, script: y}
  - {name: e, provider: http-check, url: 'http://x'}
validation: {operations: []}
dependencies: {explicit: [{source: a, target: b}], resource-conflicts: [{operations: [a, c]}]}
";

#[test]
fn schema_and_reader_agree_key_for_key() {
    // What rollback refuses with a reason is known to the reader, but never valid there.
    let refused = ["script", "script-block", "path", "parameters", "mode", "service", "ready"];
    let known = record::during(|| {
        read(EVERYTHING.as_bytes(), &ReadOptions::default());
    });
    let mut compared = BTreeMap::new();
    for (place, mut keys) in known {
        let name = match place.as_str() {
            "the lab" => "Lab",
            "'settings'" => "Settings",
            "'resource-limits'" => "ResourceLimits",
            "'resources'" => "Resources",
            "'retry'" => "Retry",
            "" => "Operation",
            "'rollback'" => "Program",
            "'ready'" => "Ready",
            "'validation'" => "Section",
            "'dependencies'" => "Dependencies",
            "a template" => "Declared",
            "a parameter of a template" => "Parameter",
            "a dependency" => "Edge",
            "a conflict" => "Conflict",
            other => panic!("the schema has nothing for {other}"),
        };
        if name == "Program" {
            keys.retain(|key| !refused.contains(key));
        }
        compared.insert(name, keys.into_iter().map(str::to_owned).collect::<BTreeSet<_>>());
    }
    let schema = generated();
    for (name, keys) in &compared {
        let object = if *name == "Lab" { &schema } else { &schema["$defs"][*name] };
        let mut promised = BTreeSet::new();
        for (key, property) in object["properties"].as_object().unwrap() {
            promised.insert(key.clone());
            let aliases = property.get("x-aliases").and_then(Value::as_array);
            promised.extend(aliases.into_iter().flatten().map(|alias| alias.as_str().unwrap().to_owned()));
            assert!(property.get("description").is_some(), "{name}.{key} has no description");
        }
        assert_eq!(&promised, keys, "{name}");
    }
    assert_eq!(compared.len(), 14);
}
