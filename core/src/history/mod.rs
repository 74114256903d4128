//! What runs leave behind: one folder a run, with a journal that is written first and a result that
//! is written last. Everything that is asked about past runs is read from these files.

pub mod detail;
pub mod estimate;
pub mod index;
pub mod journal;

use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Folder of all runs: `runs` in `LABRUNNER_HOME`, else in the user's state folder.
///
/// The state folder is `%LOCALAPPDATA%\LabRunner` on Windows, `~/Library/Application Support/LabRunner`
/// on macOS, and `$XDG_STATE_HOME/labrunner` (default `~/.local/state/labrunner`) elsewhere.
pub fn root() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || variable("HOME").unwrap_or_else(std::env::temp_dir);
    let base = variable("LABRUNNER_HOME").unwrap_or_else(|| {
        if cfg!(windows) {
            variable("LOCALAPPDATA").unwrap_or_else(std::env::temp_dir).join("LabRunner")
        } else if cfg!(target_os = "macos") {
            home().join("Library/Application Support/LabRunner")
        } else {
            variable("XDG_STATE_HOME").unwrap_or_else(|| home().join(".local/state")).join("labrunner")
        }
    });
    base.join("runs")
}

/// Length of the time that a folder's name begins with.
pub(crate) const TIME_LENGTH: usize = "20260101T000000Z".len();

/// A folder name for a run that sorts by time and says which lab it was.
pub fn folder_name(started: Timestamp, name: &str, id: &str) -> String {
    let tail = &id[id.len().saturating_sub(8)..];
    format!("{}-{}-{tail}", started.strftime("%Y%m%dT%H%M%SZ"), safe_name(name))
}

/// A lab's name as it stands in folder names.
pub(crate) fn safe_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    name.chars().map(safe).take(40).collect()
}

/// The journal in a run's folder.
pub fn journal_path(directory: &Path) -> PathBuf {
    directory.join("journal.jsonl")
}

/// The result in a run's folder.
pub fn result_path(directory: &Path) -> PathBuf {
    directory.join("result.json")
}
