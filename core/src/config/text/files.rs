//! Opens the files that a reading needs: regular files of a sound size, and nothing else. A lab that is read from the record
//! of a run has those of the record, and none of this machine.

use super::paths::folder_of;
use crate::error::{Code, Diagnostic};
use crate::operation::LabFiles;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Size of a file that is read; larger ones are refused.
pub const MAX_BYTES: usize = 64 << 20;

/// Bytes of all files of one reading together.
const MAX_TOTAL: usize = 4 * MAX_BYTES;

/// Files that one reading may open.
const MAX_FILES: usize = 1_000;

/// What a reading has opened so far, and where it opens it.
#[derive(Debug, Default)]
pub(in crate::config) struct Budget {
    files: usize,
    bytes: usize,
    /// What there is in place of the files of this machine.
    recorded: Option<Arc<LabFiles>>,
    /// What was read, where that is kept.
    kept: Option<LabFiles>,
}

impl Budget {
    /// One that keeps what it opens: on this machine, or among the files of a record.
    pub(in crate::config) fn keeping(recorded: Option<Arc<LabFiles>>) -> Self {
        Self { recorded, kept: Some(LabFiles::default()), ..Self::default() }
    }

    /// What was kept. Of a lab that comes from a record that is all of it.
    pub(in crate::config) fn into_kept(self) -> Option<Arc<LabFiles>> {
        self.recorded.or_else(|| self.kept.map(Arc::new))
    }

    /// Keeps a file that the caller has opened.
    pub(in crate::config) fn keep(&mut self, path: &str, bytes: &[u8]) {
        if let Some(kept) = self.kept.as_mut().filter(|_| self.recorded.is_none()) {
            kept.add(path, &Arc::new(bytes.to_vec()));
        }
    }

    /// Reads a whole file. Its kind and size are looked at before it is: a pipe would never end, and what is
    /// too large is refused unread.
    pub(in crate::config) fn read(&mut self, path: &str) -> Result<Arc<Vec<u8>>, Box<Diagnostic>> {
        self.files += 1;
        if self.files > MAX_FILES {
            let message = format!("the lab is put together from more than {MAX_FILES} files");
            return Err(Box::new(
                Diagnostic::error(Code::DocumentTooLarge, message).with_advice("Join some of them."),
            ));
        }
        if let Some(recorded) = &self.recorded {
            let found = recorded.get(path).map(Arc::clone);
            return found.ok_or_else(|| {
                refuse(path, "the run did not read it", "Read the lab as its files are now.")
            });
        }
        let bytes = Arc::new(read(path, MAX_BYTES.min(MAX_TOTAL - self.bytes))?);
        self.bytes += bytes.len();
        if let Some(kept) = &mut self.kept {
            kept.add(path, &bytes);
        }
        Ok(bytes)
    }

    /// Whether there is anything at a path.
    pub(in crate::config) fn exists(&self, path: &str) -> bool {
        self.recorded.as_ref().map_or_else(|| Path::new(path).exists(), |files| files.has(path))
    }

    /// Two paths are the same file when these are equal.
    pub(in crate::config) fn identity(&self, path: &str) -> PathBuf {
        let found = if self.recorded.is_none() { std::fs::canonicalize(path).ok() } else { None };
        found.unwrap_or_else(|| PathBuf::from(path))
    }

    /// The first file of this name in the folder of a file or in one above it.
    pub(in crate::config) fn find_above(&self, file: &str, name: &str) -> Option<String> {
        let folder = Path::new(folder_of(file)?);
        let is_file = |path: &Path| match &self.recorded {
            Some(files) => path.to_str().is_some_and(|path| files.has(path)),
            None => path.is_file(),
        };
        let found = folder.ancestors().map(|folder| folder.join(name)).find(|path| is_file(path))?;
        found.to_str().map(str::to_owned)
    }
}

fn read(path: &str, limit: usize) -> Result<Vec<u8>, Box<Diagnostic>> {
    // Opening a pipe would wait for its other end, so what it is comes first.
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        return Err(refuse(path, "it is a folder", "Name the file in it."));
    }
    if !metadata.is_file() {
        return Err(refuse(
            path,
            "it is not a regular file",
            "Labs are read from files, not from pipes or devices.",
        ));
    }
    check_size(path, metadata.len(), limit)?;
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // It may grow while it is read.
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    check_size(path, bytes.len() as u64, limit)?;
    Ok(bytes)
}

fn check_size(path: &str, size: u64, limit: usize) -> Result<(), Box<Diagnostic>> {
    if size <= limit as u64 {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error(Code::DocumentTooLarge, format!("{path}: the file has {size} bytes")).with_advice(
            format!("A lab file may have {MAX_BYTES} bytes, all of a lab together {MAX_TOTAL}."),
        ),
    ))
}

fn unreadable(path: &str, error: &std::io::Error) -> Box<Diagnostic> {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            refuse(path, "it does not exist", "Check the path.")
        }
        ErrorKind::PermissionDenied => {
            refuse(path, "its permissions do not allow it", "Check who may read it.")
        }
        _ => refuse(path, &error.to_string(), "Check the path."),
    }
}

fn refuse(path: &str, why: &str, advice: &str) -> Box<Diagnostic> {
    let message = format!("'{path}' cannot be read: {why}");
    Box::new(Diagnostic::error(Code::FileUnreadable, message).with_advice(advice))
}
