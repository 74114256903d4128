//! How a file is to be read.

use super::format::Format;
use super::psd1;
use crate::operation::ResourceLimits;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How a file is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The file's path, best in full: findings name it, and relative paths in it are resolved against its
    /// folder, where included files and those of environments are looked for.
    pub path: Option<String>,
    /// Reads the file at `path`; the bytes that are given are not looked at.
    pub open: bool,
    /// The folder of a run, when the lab is to be read as that run had read it: see `history::recorded_lab`.
    pub recorded: Option<PathBuf>,
    /// Its format; by its extension when absent, else by its first character.
    pub format: Option<Format>,
    /// Any configuration, not a lab: the document and whether it is well-formed, nothing more.
    pub document_only: bool,
    /// What the PowerShell parser has found in a psd1 file; the bytes are for the snippets then.
    pub tokens: Option<Vec<psd1::Token>>,
    /// The environment whose changes are merged over the file.
    pub environment: Option<String>,
    /// Variables for `${NAME}` beside the process's own; one without a value counts as absent.
    pub variables: BTreeMap<String, Option<String>>,
    /// How much the caller says there is of what operations need; it comes before what the lab says.
    pub limits: ResourceLimits,
    /// Whether to say where each value comes from.
    pub explain: bool,
    /// Whether every key that labs do not know is an error. Without it, one that is near to a known key (see
    /// [`crate::near`]) is an error, and others are warnings.
    pub strict: bool,
    /// Whether programs are looked for on this machine; one that is missing is a warning.
    pub programs: bool,
    /// The file alone and as it is written: nothing included, no environment, no variable filled in.
    pub raw: bool,
}
