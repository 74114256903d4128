//! Findings as text for people: what, where, the line itself with carets under it, and what to do.

use crate::error::{Diagnostic, Severity};
use std::fmt::Write;

/// All findings, one below the other.
///
/// ```
/// use labrunner_core::config::{ReadOptions, read, report};
///
/// let reading = read(b"name: demo\noperations:\n  - name: a\n    script: x\n    timout: 5\n", &ReadOptions::default());
/// assert_eq!(
///     report(&reading.diagnostics),
///     "error LR0207: Operation 'a' has the unknown key 'timout'.
///   --> 5:5
///   5 |     timout: 5
///     |     ^^^^^^
///   Did you mean 'timeout'? Keys of your own go below 'metadata', or begin with 'x-'.
/// "
/// );
/// ```
pub fn report(findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in findings {
        // Writing to a string cannot fail.
        let _ = one(finding, &mut out);
    }
    out
}

fn one(finding: &Diagnostic, out: &mut String) -> std::fmt::Result {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    writeln!(out, "{severity} {}: {}", finding.code.number(), finding.message)?;
    if let Some(at) = &finding.at {
        let file = at.file.as_ref().map(|file| format!("{file}:")).unwrap_or_default();
        writeln!(out, "  --> {file}{}:{}", at.line, at.column)?;
        if let Some((line, carets)) = finding.snippet.as_ref().and_then(|snippet| snippet.split_once('\n')) {
            let number = at.line.to_string();
            writeln!(out, "  {number} | {line}")?;
            writeln!(out, "  {} | {carets}", " ".repeat(number.len()))?;
        }
    }
    if let Some(advice) = &finding.advice {
        writeln!(out, "  {advice}")?;
    }
    Ok(())
}
