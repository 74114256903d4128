//! A file holds one concept. One of more than 400 lines of code says at its head why it is long.

use std::path::Path;
use std::process::Command;

const MOST: usize = 400;

/// How a file says so.
const REASON: &str = "Long because ";

fn code_lines(text: &str) -> usize {
    // Unit tests at the end of a file are another matter.
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[test]
fn long_files_say_why_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new("git").args(["ls-files", "*.rs", "*.cs"]).current_dir(root).output().unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    let is_test = |name: &str| {
        name.starts_with("tests/")
            || name.contains("/tests/")
            || name.ends_with("tests.rs")
            || name.contains("/Generated/")
    };
    let mut seen = 0;
    let mut without = Vec::new();
    for name in names.lines().filter(|name| !is_test(name)) {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        seen += 1;
        let lines = code_lines(&text);
        if lines > MOST && !text.lines().take(15).any(|line| line.contains(REASON)) {
            without.push(format!("{name}: {lines} lines"));
        }
    }
    assert!(seen > 400, "{seen}");
    assert!(without.is_empty(), "no sentence '{REASON}…' at the head of:\n{}", without.join("\n"));
}

#[test]
fn comments_blank_lines_and_unit_tests_do_not_count() {
    assert_eq!(
        code_lines("//! x\n\nfn a() {}\n// y\n    /// z\nfn b() {}\n#[cfg(test)]\nmod tests {\n}\n"),
        2
    );
}
