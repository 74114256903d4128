//! Why a text is not YAML, or not YAML that a lab may have, and where.

use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{FileId, MAX_DEPTH, Position, Span};
use crate::error::{Code, Diagnostic};
use serde_saphyr::granit_parser::{Marker, ScanError, Span as Range};

/// A finding that leaves no tree.
pub(super) type Refusal = Box<(Diagnostic, Span)>;

pub(super) fn not_a_key(at: Span) -> Refusal {
    refuse(
        Diagnostic::error(Code::MalformedYaml, "a list or mapping cannot be a key")
            .with_advice("Put text in front of the ':'. A value that begins with '{{' needs quotes."),
        at,
    )
}

pub(super) fn refuse(finding: Diagnostic, at: Span) -> Refusal {
    Box::new((finding, at))
}

pub(super) fn span(range: Range, file: FileId) -> Span {
    Span { file, start: position(&range.start), end: position(&range.end) }
}

pub(super) fn position(marker: &Marker) -> Position {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position { line: count(marker.line()).max(1), column: count(marker.col()).saturating_add(1) }
}

/// What the parser's error means, and where: a tab is pointed at, not the text before it.
pub(super) fn explain(error: &ScanError, findings: &Findings<'_>) -> (Diagnostic, Span) {
    use serde_saphyr::granit_parser::ErrorKind as Kind;
    let start = position(error.marker());
    let at = Span { file: findings.file(), start, end: Position { column: start.column + 1, ..start } };
    let malformed = |message: &str, advice: &str| {
        Diagnostic::error(Code::MalformedYaml, format!("the file is not valid YAML: {message}"))
            .with_advice(advice)
    };
    match error.kind() {
        Kind::RecursionLimitExceeded => (
            Diagnostic::error(Code::DocumentTooLarge, "the file is nested too deeply here")
                .with_advice(format!("A lab file may be nested {MAX_DEPTH} levels deep.")),
            at,
        ),
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar
        | Kind::TabAtBlockScalarStart => (
            malformed("a tab is used for indentation", "Indent with spaces."),
            tab_after(start, findings).unwrap_or(at),
        ),
        Kind::UnknownAnchor => (
            malformed("this alias has no anchor", "Write '&name' before the value that '*name' repeats."),
            at,
        ),
        Kind::UnclosedQuotedScalar => {
            (malformed("a quote is not closed", "Close it, or double it inside single quotes."), at)
        }
        Kind::UnclosedFlowCollection { open } => {
            (malformed(&format!("'{open}' is not closed"), "Close it, or quote the text."), at)
        }
        Kind::UnexpectedCharacter { character } => (
            malformed(
                &format!("unexpected character '{}'", character.escape_default()),
                "Put text that begins with such a character in quotes.",
            ),
            at,
        ),
        Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => (
            malformed(
                "a ':' is in a place where a key cannot end",
                "Check the indentation, and quote text with ': ' in it.",
            ),
            at,
        ),
        Kind::UnknownQuotedScalarEscape => (
            malformed(
                "unknown escape in double quotes",
                "Use single quotes for Windows paths, or write '\\\\'.",
            ),
            at,
        ),
        kind => {
            let message = kind.to_string();
            (malformed(&message, "Check the indentation and the quotes here and in the line above."), at)
        }
    }
}

fn tab_after(start: Position, findings: &Findings<'_>) -> Option<Span> {
    (start.line..start.line.saturating_add(50)).find_map(|line| {
        let text = findings.source(findings.file()).line(line);
        let blank = text.len() - text.trim_start().len();
        let tab = text[..blank].chars().position(|c| c == '\t')?;
        let column = u32::try_from(tab).ok()? + 1;
        let start = Position { line, column };
        Some(Span { file: findings.file(), start, end: Position { line, column: column + 1 } })
    })
}
