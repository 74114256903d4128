//! Stamps: a step whose inputs are the same as when it last went well is not run again.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};

/// Folders that hold outputs, wherever they lie.
const OUTPUT_FOLDERS: [&str; 5] = ["bin", "obj", "target", "TestResults", ".git"];

/// The stamp of one step.
pub struct Stamp {
    file: PathBuf,
    fingerprint: String,
}

impl Stamp {
    /// The stamp of the step `name` over these files and folders (relative to the root) and words.
    pub fn over(checkout: &Checkout, name: &str, inputs: &[&str], words: &[&str]) -> Outcome<Self> {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        for input in inputs {
            for file in files_below(&checkout.at(input))? {
                file.strip_prefix(checkout.root()).unwrap_or(&file).hash(&mut hasher);
                // The content, not the time: a checkout that only touches files costs no rebuild.
                fs::read(&file).map_err(|e| Fault::file("read", &file, &e))?.hash(&mut hasher);
            }
        }
        let file = checkout.notes().join("stamps").join(name);
        Ok(Self { file, fingerprint: format!("{:016x}", hasher.finish()) })
    }

    /// Whether the step went well with just these inputs.
    pub fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == self.fingerprint)
    }

    /// Notes that the step went well.
    pub fn set(&self) -> Outcome {
        write_file(&self.file, self.fingerprint.as_bytes())
    }
}

/// Every file below a folder (or the file itself) in a stable order, without outputs.
pub fn files_below(path: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![path.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(|e| Fault::file("read", &path, &e))? {
                let entry = entry.map_err(|e| Fault::file("read", &path, &e))?;
                let output = OUTPUT_FOLDERS.iter().any(|name| entry.file_name() == *name);
                if !output {
                    open.push(entry.path());
                }
            }
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a file and the folders above it.
pub fn write_file(path: &Path, bytes: &[u8]) -> Outcome {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| Fault::file("create", folder, &e))?;
    }
    fs::write(path, bytes).map_err(|e| Fault::file("write", path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loaded machine is slow, not wrong: a test waits for what it needs, with a limit, and measures nothing.
    #[test]
    fn no_test_asserts_how_long_something_took() {
        let checkout = Checkout::find().expect("a checkout");
        let mut found = Vec::new();
        for folder in ["core", "ffi", "tests"] {
            for file in files_below(&checkout.at(folder)).expect("readable") {
                let text = fs::read_to_string(&file).unwrap_or_default();
                let measured = text.lines().any(|line| {
                    line.contains("elapsed() < ")
                        || line.contains("Stopwatch]::StartNew")
                        || (line.contains("Elapsed") && line.contains("BeLessThan"))
                });
                if measured {
                    found.push(checkout.shown(&file).to_string());
                }
            }
        }
        assert!(found.is_empty(), "these measure time: {found:?}");
    }
}
