//! A restore from a registry that may be out of reach: bounded, and not tried again for some hours after it failed.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::house::House;
use crate::stamp::write_file;
use crate::tool::Tool;

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(60);
/// For how long it is not tried again once it failed.
const AGAIN_AFTER: Duration = Duration::from_secs(12 * 60 * 60);

/// What is restored, and how its failure is remembered.
pub struct Restore<'a> {
    /// What a person calls it.
    pub what: &'a str,
    /// The file below the target directory that remembers a failure.
    pub note: &'a str,
    /// What names the versions that are asked for; a failure counts only for the same.
    pub asked_for: &'a [u8],
    /// Whether an earlier failure is no reason to give up.
    pub forced: bool,
}

impl Restore<'_> {
    /// Runs the restore and looks at what it brought; says why when there is nothing.
    pub fn run<T>(
        &self,
        house: &House,
        restore: impl FnOnce() -> Tool,
        look: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, String> {
        let note = house.notes().join(self.note);
        let again = format!(", and is tried again in some hours, or once {} is removed", note.display());
        if !self.forced && fs::read(&note).is_ok_and(|bytes| bytes == self.asked_for) {
            let age = fs::metadata(&note).and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age < AGAIN_AFTER) {
                return Err(format!("the restore of {} failed before{again}", self.what));
            }
        }
        eprintln!("Restoring {} (at most {} s) ...", self.what, LIMIT.as_secs());
        let started = SystemTime::now();
        let reason = match restore().bounded(LIMIT) {
            Ok(Some(ended)) if ended.good() => match look() {
                Ok(found) => return Ok(found),
                Err(reason) => reason,
            },
            Ok(Some(_)) => {
                let seconds = started.elapsed().unwrap_or_default().as_secs();
                format!("the restore of {} failed after {seconds} s", self.what)
            }
            Ok(None) => format!("the restore of {} was given up after {} s", self.what, LIMIT.as_secs()),
            Err(fault) => fault.to_string(),
        };
        // Only a note for the next call: not to be able to write it costs that call some seconds.
        let _ = write_file(&note, self.asked_for);
        Err(format!("{reason}{again}"))
    }
}

/// The exact version in `<PackageDownload Include="….{name}" Version="[10.0.12]" />`, by the end of the package's name.
pub fn pinned_version<'p>(project: &'p str, name: &str) -> Option<&'p str> {
    project.split(&format!("{name}\"")).nth(1)?.split("Version=\"[").nth(1)?.split(']').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_version_is_read() {
        let project = r#"<PackageDownload Include="Pester" Version="[5.7.1]" />"#;
        assert_eq!(pinned_version(project, "Pester"), Some("5.7.1"));
        assert_eq!(pinned_version("<Project />", "Pester"), None);
    }

    #[test]
    fn versions_are_read_by_the_end_of_the_name() {
        let project = r#"<PackageDownload Include="X.$(Identifier)" Version="[10.0.12]" /><PackageDownload Include="PowerShellStandard.Library" Version="[5.1.1]" />"#;
        assert_eq!(pinned_version(project, "$(Identifier)"), Some("10.0.12"));
        assert_eq!(pinned_version(project, "PowerShellStandard.Library"), Some("5.1.1"));
        assert_eq!(pinned_version("<Project />", "X"), None);
    }
}
