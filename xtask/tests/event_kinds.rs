//! Every kind of event that the core has is one that the managed side knows, or one that it passes over on purpose.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What only records are about, and what the run says in words of its own.
const PASSED_OVER: [&str; 5] = ["crashed", "opened", "order", "released", "spawned"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
        .expect("a source file is readable")
}

/// The variants of an enum, as the core writes them.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let head = format!("pub enum {name} {{");
    let body = source.split_once(&head).expect("the enum is there").1;
    let body = body.split_once("\n}").expect("it ends").0;
    // Variants stand one step in; what belongs to them stands deeper.
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    names.map(|line| kebab(line.split(['(', ' ', ',']).next().unwrap_or_default())).collect()
}

fn kebab(name: &str) -> String {
    let mut word = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

#[test]
fn the_managed_side_knows_every_kind_of_event() {
    let mut kinds = variants(&read("core/src/record/entry.rs"), "What");
    let of_hosts = variants(&read("core/src/run/events.rs"), "EventKind");
    kinds.extend(of_hosts.into_iter().filter(|kind| kind != "happened"));
    assert!(kinds.contains("rolling-back") && kinds.contains("demand") && kinds.len() > 12, "{kinds:?}");
    let managed = read("bindings/LabEventReader.cs");
    let kinds_of = managed.split_once("LabEventKind Kind(").expect("the kinds are read in one place").1;
    let known: BTreeSet<String> = kinds_of
        .split("ValueTextEquals(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(word, _)| word.to_owned())
        .collect();
    let passed_over: BTreeSet<String> = PASSED_OVER.map(str::to_owned).into();
    assert!(known.is_disjoint(&passed_over), "{known:?}");
    assert_eq!(&known | &passed_over, kinds);
}
