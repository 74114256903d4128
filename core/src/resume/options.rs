//! What is set for a run that resumes or undoes another one.

use super::table::{Choices, OnUnknown};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Deaths in a row after which an operation is not started again, unless the caller says otherwise.
const MAX_CRASH: u32 = 2;

/// The options of a resume or an undo, as they cross from the managed side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeOptions {
    /// The folder of the run that is resumed or undone.
    pub directory: PathBuf,
    /// Whether it is undone.
    #[serde(default)]
    pub undo: bool,
    /// What is done with operations that were running when it died.
    #[serde(default)]
    pub on_unknown: OnUnknown,
    /// Deaths in a row after which an operation is not started again; 1 or more.
    #[serde(default = "max_crash")]
    pub max_crash: u32,
    /// Whether it is gone through with in spite of that, and of a run that succeeded, was resumed before, or is of
    /// another machine.
    #[serde(default)]
    pub force: bool,
    /// Whether what succeeded is kept although it has changed since.
    #[serde(default)]
    pub keep_changed: bool,
}

fn max_crash() -> u32 {
    MAX_CRASH
}

impl ResumeOptions {
    /// A resume of the run in a folder, with everything at its default.
    pub fn of(directory: PathBuf) -> Self {
        Self {
            directory,
            undo: false,
            on_unknown: OnUnknown::default(),
            max_crash: MAX_CRASH,
            force: false,
            keep_changed: false,
        }
    }

    /// What the table asks of the caller.
    pub fn choices(&self) -> Choices {
        Choices {
            on_unknown: self.on_unknown,
            max_crash: self.max_crash.max(1),
            force: self.force,
            keep_changed: self.keep_changed,
        }
    }
}
