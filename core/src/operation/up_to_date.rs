//! What says that an operation is up to date, and need not run.

use super::patterns::Patterns;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What an operation declares about being up to date. Without any of it, it always runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpToDate {
    /// Whether it has a script that says whether its work is done; its worker runs that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// Patterns of the files that it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// Patterns of the files that it makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// The folder that patterns are relative to; the process's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// What may change without it running again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore_changes: Vec<Ignorable>,
}

/// What may change without an operation running again, if it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ignorable {
    /// Its script or program.
    Block,
    /// The values it gets.
    Parameters,
    /// That something it depends on has run.
    Dependencies,
}

impl UpToDate {
    /// Whether files decide, so that an earlier success is what it is compared with.
    pub fn has_files(&self) -> bool {
        !self.inputs.is_empty() || !self.outputs.is_empty()
    }

    /// Whether changes of a kind do not count.
    pub fn ignores(&self, what: Ignorable) -> bool {
        self.ignore_changes.contains(&what)
    }

    /// The folder that patterns are relative to.
    pub fn base(&self) -> PathBuf {
        let current = || std::env::current_dir().unwrap_or_default();
        match &self.folder {
            Some(folder) if folder.is_absolute() => folder.clone(),
            Some(folder) => current().join(folder),
            None => current(),
        }
    }

    /// Says what is wrong with it, each time with what to do. `odd` is the kind of an operation that always runs.
    pub(crate) fn check(&self, name: &str, odd: Option<&str>, invalid: &mut impl FnMut(String, &str)) {
        if let Some(kind) = odd {
            invalid(
                format!("operation '{name}' says when it is up to date, but it is {kind}, which always runs"),
                "Leave test, inputs, outputs and ignore-changes out.",
            );
            return;
        }
        if !self.test && !self.has_files() {
            invalid(
                format!("operation '{name}' ignores changes, but always runs"),
                "Add test, inputs or outputs, or leave ignore-changes out.",
            );
        }
        let folder = self.base();
        for (key, patterns) in [("inputs", &self.inputs), ("outputs", &self.outputs)] {
            if let Err(wrong) = Patterns::compile(&folder, patterns) {
                invalid(format!("operation '{name}': {key}: {}", wrong.message), wrong.advice);
            }
        }
    }
}
