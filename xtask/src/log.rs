//! Where the output of a suite goes: a file of its own below the target directory.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::fault::{Fault, Outcome};

/// The output of one suite.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// The log of a suite, empty.
    pub fn create(folder: &Path, suite: &str) -> Outcome<Self> {
        fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
        let path = folder.join(format!("{}.log", file_name(suite)));
        File::create(&path).map_err(|error| Fault::file("create", &path, &error))?;
        Ok(Self { path })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it to write at its end.
    pub fn open(&self) -> Outcome<File> {
        let file = OpenOptions::new().append(true).create(true).open(&self.path);
        file.map_err(|error| Fault::file("open", &self.path, &error))
    }

    /// Its last lines.
    pub fn tail(&self, count: usize) -> String {
        let text = fs::read(&self.path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

/// Lower-case words, joined.
fn file_name(suite: &str) -> String {
    let words = suite.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_names_its_file() {
        assert_eq!(file_name("C#: LabRunner.Commands"), "c-labrunner-commands");
        assert_eq!(file_name("Pester"), "pester");
    }
}
