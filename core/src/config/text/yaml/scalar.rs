//! What a YAML scalar is: null, true or false, a number, or text.

use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Span, Style, Text, Value};
use crate::error::{Code, Diagnostic};
use serde_saphyr::granit_parser::{ScalarStyle, Tag};

/// The value of a scalar, by its style and its tag.
pub(super) fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    at: Span,
    findings: &mut Findings<'_>,
) -> Value {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        _ => Style::Quoted,
    };
    let as_text = || Value::Text(Text { text: text.to_owned(), style });
    let Some(tag) = tag else {
        return if style == Style::Plain { plain(text) } else { as_text() };
    };
    let wanted = tag.core_suffix();
    let value = plain(text);
    match (wanted, &value) {
        (Some("str"), _) => as_text(),
        (Some("null"), Value::Null)
        | (Some("bool"), Value::Bool(_))
        | (Some("int"), Value::Integer(_))
        | (Some("float"), Value::Float(_)) => value,
        (Some("float"), Value::Integer(digits)) => Value::Float(digits.clone()),
        (Some(name @ ("null" | "bool" | "int" | "float")), _) => {
            findings.add(Diagnostic::error(Code::WrongType, format!("'{text}' is not a !!{name}")), at);
            as_text()
        }
        // `!` alone says "as text".
        _ if tag.original() == "!" => as_text(),
        _ => {
            ignore_tag(tag, at, findings);
            if style == Style::Plain { value } else { as_text() }
        }
    }
}

/// Warns of a tag that means nothing here.
pub(super) fn ignore_tag(tag: &Tag, at: Span, findings: &mut Findings<'_>) {
    let name = tag.original();
    findings.add_once(
        &format!("tag {name}"),
        Diagnostic::warning(
            Code::NotAvailable,
            format!("the tag '{name}' has no meaning in a lab file and is ignored"),
        ),
        at,
    );
}

/// A scalar without quotes, by the core schema of YAML 1.2, with two cautions: what is written with leading
/// zeros (`0755`) stays text, and so do `.inf` and `.nan`, which JSON cannot hold.
pub(in crate::config) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let text = text.to_owned();
    match number(&text) {
        Some(false) => Value::Integer(text),
        Some(true) => Value::Float(text),
        None => Value::Text(Text { text, style: Style::Plain }),
    }
}

/// Whether a plain scalar is a number, and if so, whether it has a fraction or an exponent.
pub(super) fn number(text: &str) -> Option<bool> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let fits = !digits.starts_with(['+', '-']) && u64::from_str_radix(digits, radix).is_ok();
            return fits.then_some(false);
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    if whole > 1 && unsigned.starts_with('0') {
        return None;
    }
    let mut rest = &unsigned[whole..];
    let mut fraction = 0;
    if let Some(after) = rest.strip_prefix('.') {
        fraction = digits(after);
        rest = &after[fraction..];
    }
    if whole + fraction == 0 {
        return None;
    }
    let point = unsigned[whole..].starts_with('.');
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return (!exponent.is_empty() && digits(exponent) == exponent.len()).then_some(true);
    }
    rest.is_empty().then_some(point)
}
