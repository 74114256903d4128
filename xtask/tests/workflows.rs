//! What the workflows of the repository must hold to: actions by the hash of a commit, tokens that can only read, calls of the build
//! that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_owned()
}

/// The files below a folder that end in `.yml`: path from the root, and text.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("readable").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
                let text = fs::read_to_string(&entry).expect("readable");
                found.push((entry.strip_prefix(root()).expect("below").display().to_string(), text));
            }
        }
    }
    found
}

/// Whether what a step uses is a part of this repository, or an action by a commit, with its version as a comment.
fn is_pinned(used: &str) -> bool {
    let pinned = Regex::new(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").expect("a valid pattern");
    used.starts_with("./") || pinned.is_match(used)
}

#[test]
fn actions_are_named_by_the_hash_of_a_commit() {
    let mut seen = 0;
    let mut loose = Vec::new();
    for (file, text) in files(".github") {
        for (number, line) in text.lines().enumerate() {
            let Some((_, used)) = line.split_once("uses:") else { continue };
            seen += 1;
            if !is_pinned(used.trim()) {
                loose.push(format!("{file}:{}: {}", number + 1, used.trim()));
            }
        }
    }
    assert!(seen > 15, "{seen}");
    assert!(loose.is_empty(), "write owner/action@<40 digits> # v1.2.3 in\n{}", loose.join("\n"));
}

#[test]
fn a_tag_a_branch_and_a_short_hash_are_not_enough() {
    assert!(is_pinned("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"));
    assert!(is_pinned("./.github/actions/powershell"));
    for used in [
        "actions/checkout@v4",
        "actions/checkout@main",
        "actions/checkout@3d3c42e # v7.0.1",
        "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
        "docker://rust:1.95",
    ] {
        assert!(!is_pinned(used), "{used}");
    }
}

#[test]
fn one_action_has_one_version() {
    let texts: String = files(".github").into_iter().map(|(_, text)| text).collect();
    let pattern = Regex::new(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*@([0-9a-f]{40})").expect("a valid pattern");
    let used: BTreeSet<(&str, &str)> = pattern
        .captures_iter(&texts)
        .map(|found| found.extract())
        .map(|(_, [action, commit])| (action, commit))
        .collect();
    let actions: BTreeSet<&str> = used.iter().map(|(action, _)| *action).collect();
    assert_eq!(used.len(), actions.len(), "{used:?}");
}

#[test]
fn a_token_can_only_read_unless_a_job_says_otherwise() {
    for (file, text) in files(".github/workflows") {
        assert!(text.contains("\npermissions:\n  contents: read\n\n"), "{file}");
    }
}

#[test]
fn steps_call_commands_that_the_build_has() {
    let known = fs::read_to_string(root().join("xtask/src/command_line.rs")).expect("readable");
    let pattern = Regex::new(r"\./build\.(?:sh|ps1) (\w+)").expect("a valid pattern");
    let mut called = BTreeSet::new();
    for (file, text) in files(".github") {
        for found in pattern.captures_iter(&text) {
            let command = found[1].to_owned();
            assert!(known.contains(&format!("Some(\"{command}\")")), "{file}: {command}");
            called.insert(command);
        }
    }
    assert!(called.contains("pack") && called.contains("native") && called.contains("test"), "{called:?}");
}

#[test]
fn a_release_is_built_for_every_system() {
    let (_, text) = files(".github/workflows")
        .into_iter()
        .find(|(file, _)| file.ends_with("release.yml"))
        .expect("there");
    let systems = fs::read_to_string(root().join("xtask/src/pack/system.rs")).expect("readable");
    let pattern = Regex::new(r#"system\("([\w-]+)", "([\w-]+)""#).expect("a valid pattern");
    let mut seen = 0;
    for found in pattern.captures_iter(&systems) {
        seen += 1;
        let (_, [identifier, triple]) = found.extract();
        let row =
            text.lines().find(|line| line.contains(&format!("system: {identifier},"))).unwrap_or_default();
        assert!(row.contains(&format!("target: {triple} ")), "{identifier}: {row}");
    }
    assert_eq!(seen, 7);
}
