//! What can be wrong with a record: a journal that ends earlier than its files do, and a folder without a run.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a journal ends earlier than its files do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// The file, by its name in the run's folder.
    pub file: String,
    /// Bytes from the file's beginning up to the line that is not believed.
    pub offset: u64,
    /// What is wrong with it.
    pub kind: DamageKind,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DamageKind {
    /// It has no end.
    Torn,
    /// Its check does not match.
    Mismatch,
    /// It is not the entry that should come here.
    OutOfSequence,
    /// It is whole, but no entry that this version knows.
    Unknown,
    /// It could not be read.
    Unreadable,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DamageKind::Torn => "a line without an end",
            DamageKind::Mismatch => "a line that does not match its checksum",
            DamageKind::OutOfSequence => "an entry out of sequence",
            DamageKind::Unknown => "an entry that this version does not know",
            DamageKind::Unreadable => "a line that cannot be read",
        };
        write!(f, "'{}' has {what} at byte {}", self.file, self.offset)
    }
}

/// Why a folder has no run that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not a run's folder.
    NoRun,
    /// A newer version wrote it, in this format.
    Newer(u32),
    /// Its header cannot be read.
    Header(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRun => f.write_str("it is not the folder of a run"),
            Self::Newer(format) => write!(f, "a newer version of LabRunner wrote it, in format {format}"),
            Self::Header(error) => write!(f, "its header is damaged ({error})"),
        }
    }
}
