//! Reads what an operation says about being up to date: `test`, `inputs`, `outputs` and `ignore-changes`.

use super::model::Script;
use super::work::{self, Form};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Span, Value};
use crate::config::text::fields::{self, Fields};
use crate::error::Code;
use crate::operation::patterns::Patterns;
use crate::operation::{Ignorable, UpToDate};
use std::path::PathBuf;

/// Takes the keys, and the script of the test; nothing when an operation has none of them.
pub(in crate::config) fn take(
    fields: &mut Fields<'_>,
    at: Span,
    findings: &mut Findings<'_>,
) -> (Option<UpToDate>, Option<Script>) {
    let test = fields.take(&["test"], findings);
    let inputs = fields.take(&["inputs"], findings);
    let outputs = fields.take(&["outputs"], findings);
    let ignore = fields.take(&["ignore-changes"], findings);
    if [test, inputs, outputs, ignore].iter().all(Option::is_none) {
        return (None, None);
    }
    let script = test.and_then(|entry| work::script(entry, Form::Either, findings));
    let folder = findings.folder(at).map(PathBuf::from);
    let folder_of_patterns = folder.clone().unwrap_or_default();
    let mut patterns = |entry: Option<&Entry>| {
        let texts = entry.and_then(|entry| fields::texts(entry, findings)).unwrap_or_default();
        if let (Some(entry), Err(wrong)) = (entry, Patterns::compile(&folder_of_patterns, &texts)) {
            findings.error(Code::InvalidValue, entry.value.at, &wrong.message, wrong.advice);
            return Vec::new();
        }
        texts
    };
    let (inputs, outputs) = (patterns(inputs), patterns(outputs));
    let ignore_changes = ignore.map_or_else(Vec::new, |entry| ignorable(entry, findings));
    let read = UpToDate { test: test.is_some(), inputs, outputs, folder, ignore_changes };
    (Some(read), script)
}

/// One word, or a list of them.
fn ignorable(entry: &Entry, findings: &mut Findings<'_>) -> Vec<Ignorable> {
    let known = [
        ("block", Ignorable::Block),
        ("parameters", Ignorable::Parameters),
        ("dependencies", Ignorable::Dependencies),
    ];
    let items = match &entry.value.value {
        Value::Sequence(items) => items.clone(),
        _ => vec![entry.value.clone()],
    };
    let one = |value| fields::choice(&Entry { value, ..entry.clone() }, &known, &[], findings);
    items.into_iter().filter_map(one).collect()
}
