//! How far a script operation is kept apart from those before and beside it.

use crate::config::text::diagnostics::Findings;
use crate::config::text::fields::{self, Fields};
use serde::Serialize;

/// How far a script operation is kept apart from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// In a warm session; what an operation changes in it is undone before the next one.
    Shared,
    /// In a session of its own.
    Runspace,
    /// In a process of its own.
    Process,
}

/// The key `isolation` of an operation or of the settings.
pub(in crate::config) fn take(fields: &mut Fields<'_>, findings: &mut Findings<'_>) -> Option<Isolation> {
    let known =
        [("shared", Isolation::Shared), ("runspace", Isolation::Runspace), ("process", Isolation::Process)];
    fields.take(&["isolation"], findings).and_then(|entry| fields::choice(entry, &known, &[], findings))
}
