//! Whether an operation has to run: one table, of which the first row that holds decides.
//!
//! The same rows are the table in `docs/up-to-date.md`, which a test compares with them.

use super::listing::Problem;
use crate::record::stamp::Differs;
use crate::record::{Cause, Why};

/// What is known of the last time that an operation ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Last {
    /// No run is known in which it ran.
    #[default]
    Never,
    /// It failed, was stopped, or its run died; or what became of it cannot be read.
    Unfinished,
    /// It succeeded, and was undone since, as a whole or in part.
    Undone,
    /// It succeeded.
    Succeeded,
}

/// How files stand, compared with the last success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// As they were, or none are declared.
    #[default]
    Same,
    /// One differs; its name where that is known.
    Differ(Differs, Option<String>),
    /// They cannot be listed.
    Problem(Problem),
}

/// All that counts for whether an operation has to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The run was started to run everything.
    pub forced: bool,
    /// It has inputs or outputs.
    pub files: bool,
    /// It has a test.
    pub test: bool,
    /// The last time that it ran.
    pub last: Last,
    /// Its patterns, or their folder, are other ones.
    pub declared: bool,
    /// Its script or its values are not known, now or then.
    pub unknown: bool,
    /// Its script or program has changed.
    pub block: bool,
    /// The values it gets have changed.
    pub parameters: bool,
    /// Where what drew it along leads back to: something it depends on has run since.
    pub drawn_by: Option<String>,
    /// How what it reads stands.
    pub inputs: Files,
    /// How what it made stands.
    pub outputs: Files,
}

/// What is done with an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is up to date.
    Current,
    /// Its test is asked, when its turn comes.
    Ask,
    /// It runs.
    Run(Why),
}

/// One row of the table.
pub(super) struct Row {
    /// When it decides, in words.
    #[cfg_attr(not(test), expect(dead_code, reason = "the page in the docs is made of it"))]
    pub(super) when: &'static str,
    decides: fn(&Facts) -> Option<Verdict>,
}

/// A row.
macro_rules! rows {
    ($( $when:literal => |$facts:ident| $decides:expr; )*) => {
        &[$( Row { when: $when, decides: |$facts| $decides }, )*]
    };
}

/// The table. The last row holds always.
pub(super) const ROWS: &[Row] = rows! {
    "The run was started with `-RunAll`." => |it| runs(it.forced, Cause::Forced);
    "It has inputs or outputs, and no earlier success is known." => |it| runs(it.files && it.last == Last::Never, Cause::Never);
    "It has inputs or outputs, and did not end well the last time: it failed, was stopped, or its run died." =>
        |it| runs(it.files && it.last == Last::Unfinished, Cause::Unfinished);
    "It has inputs or outputs, and was undone since." => |it| runs(it.files && it.last == Last::Undone, Cause::Undone);
    "It has inputs or outputs, and these are declared differently." => |it| runs(it.files && it.declared, Cause::Declaration);
    "It has inputs or outputs, and what it was then cannot be compared with what it is." => |it| runs(it.files && it.unknown, Cause::Unknown);
    "It has inputs or outputs, and its script or program has changed." => |it| runs(it.files && it.block, Cause::Block);
    "It has inputs or outputs, and its parameters have changed." => |it| runs(it.files && it.parameters, Cause::Parameters);
    "Something it depends on has run since: in this run, or in an earlier one." =>
        |it| it.drawn_by.as_ref().map(|root| Verdict::Run(Why::drawn_by(root)));
    "A file that it reads has changed, is new, gone or cannot be read; or a pattern means no file." => |it| differ(&it.inputs, &INPUTS);
    "A file that it made has changed, is gone or cannot be read; or there is one that it did not make." => |it| differ(&it.outputs, &OUTPUTS);
    "It has a test." => |it| it.test.then_some(Verdict::Ask);
    "None of this." => |_it| Some(Verdict::Current);
};

/// Causes, by what happened to a file: changed, new, gone, never there, not to be read.
const INPUTS: [Cause; 5] = [
    Cause::InputChanged,
    Cause::InputAdded,
    Cause::InputRemoved,
    Cause::InputMissing,
    Cause::InputUnreadable,
];
const OUTPUTS: [Cause; 5] = [
    Cause::OutputChanged,
    Cause::OutputAdded,
    Cause::OutputMissing,
    Cause::OutputMissing,
    Cause::OutputUnreadable,
];

fn runs(holds: bool, cause: Cause) -> Option<Verdict> {
    holds.then(|| Verdict::Run(Why::of(cause)))
}

fn differ(files: &Files, [changed, added, removed, missing, unreadable]: &[Cause; 5]) -> Option<Verdict> {
    let (cause, file) = match files {
        Files::Same => return None,
        Files::Differ(Differs::Changed, file) => (changed, file.clone()),
        Files::Differ(Differs::Added, file) => (added, file.clone()),
        Files::Differ(Differs::Removed, file) => (removed, file.clone()),
        Files::Problem(Problem::Missing(pattern)) => (missing, Some(pattern.clone())),
        Files::Problem(Problem::Unreadable(file)) => (unreadable, Some(file.clone())),
        Files::Problem(Problem::Stopped) => (unreadable, None),
    };
    Some(Verdict::Run(Why { cause: *cause, file, root: None }))
}

/// What is done with an operation.
pub fn decide(facts: &Facts) -> Verdict {
    ROWS.iter().find_map(|row| (row.decides)(facts)).unwrap_or(Verdict::Current)
}
