//! The folder that has the folders of runs.

use jiff::Timestamp;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Folder of all runs: `runs` in `LABRUNNER_HOME`, else in the user's state folder.
///
/// The state folder is `%LOCALAPPDATA%\LabRunner` on Windows, `~/Library/Application Support/LabRunner`
/// on macOS, and `$XDG_STATE_HOME/labrunner` (default `~/.local/state/labrunner`) elsewhere.
pub fn root() -> PathBuf {
    root_of(|name| std::env::var_os(name))
}

/// The same in an environment of the caller's choice. A variable that is empty counts as not set.
fn root_of(environment: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let variable = |name: &str| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
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
const TIME_LENGTH: usize = "20260101T000000Z".len();

/// Length of the part of a run's id that a folder's name ends with.
const ID_LENGTH: usize = 8;

/// A folder name for a run that sorts by time and says which lab it was.
pub fn folder_name(started: Timestamp, name: &str, id: &str) -> String {
    let beginning = id.get(..ID_LENGTH).unwrap_or(id);
    format!("{}-{}-{beginning}", started.strftime("%Y%m%dT%H%M%SZ"), safe_name(name))
}

/// A lab's name as folder names have it.
fn safe_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    name.chars().map(safe).take(40).collect()
}

/// The time in a folder's name, to the second; the whole of a shorter name.
pub(super) fn second(folder: &str) -> &str {
    folder.get(..TIME_LENGTH).unwrap_or(folder)
}

/// The names of all folders that may be runs, the newest first. Nothing is opened, and links are not followed.
pub(super) fn folders(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names
}

/// Those of a lab, as far as their names say: another lab's may look the same.
pub(super) fn folders_of(root: &Path, lab: &str) -> Vec<String> {
    let safe = safe_name(lab);
    let mut names = folders(root);
    names.retain(|folder| {
        let middle = folder.get(TIME_LENGTH + 1..folder.len().saturating_sub(ID_LENGTH + 1));
        middle.is_some_and(|middle| middle.eq_ignore_ascii_case(&safe))
    });
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_folder_of_runs_follows_the_environment_and_needs_none() {
        let root = |set: &[(&str, &str)]| {
            root_of(|name| set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.into()))
        };
        let path = |text: &str| PathBuf::from(text);
        assert_eq!(root(&[("LABRUNNER_HOME", "/lab"), ("HOME", "/home/a")]), path("/lab/runs"));
        assert_eq!(root(&[("HOME", "/home/a")]), path("/home/a/.local/state/labrunner/runs"));
        assert_eq!(root(&[("HOME", "/h"), ("XDG_STATE_HOME", "/state")]), path("/state/labrunner/runs"));
        let nowhere = std::env::temp_dir().join(".local/state/labrunner/runs");
        assert_eq!(root(&[]), nowhere);
        assert_eq!(root(&[("HOME", ""), ("LABRUNNER_HOME", "")]), nowhere);
    }
}
