//! The journal of one run: append-only, one JSON document a line, one writer.
//!
//! All changes of one scheduler step are one write, made before the step's commands are released, so
//! that nothing is ever running that the journal does not know of. A line that a crash tore is
//! recognised by its missing end and ignored.

use crate::error::{Code, Fault};
use crate::history::journal_path;
use crate::run::{Event, RunOptions};
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Version of the format; readers refuse a newer one.
pub const FORMAT: u32 = 1;

/// The first line of a journal.
#[derive(Debug, Serialize)]
pub struct Header<'a> {
    /// [`FORMAT`].
    pub format: u32,
    /// The run's id.
    pub run: &'a str,
    /// When it started, RFC 3339 in UTC.
    pub started_at: &'a str,
    /// The process that runs it.
    pub pid: u32,
    /// What it was told.
    pub options: &'a RunOptions,
    /// Names of the operations; entries refer to them by their place.
    pub operations: Vec<&'a str>,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: File,
    buffer: Vec<u8>,
    /// The first failure to write. The run goes on without its journal and says so in its result.
    failed: Option<String>,
}

impl Journal {
    /// Makes the folder and writes the first line.
    ///
    /// # Errors
    /// [`Code::JournalUnwritable`] when the folder or the file cannot be made.
    pub fn create(directory: &Path, header: &Header<'_>) -> Result<Self, Fault> {
        let unwritable = |error: std::io::Error| {
            Fault::new(
                Code::JournalUnwritable,
                format!("the run's files cannot be written to '{}': {error}", directory.display()),
            )
            .with_target(directory.display().to_string())
            .with_advice("Choose another folder, or set LABRUNNER_HOME to one you may write to.")
        };
        std::fs::create_dir_all(directory).map_err(unwritable)?;
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(journal_path(directory))
            .map_err(unwritable)?;
        let mut journal = Self { file, buffer: Vec::new(), failed: None };
        journal.line(header);
        journal.write();
        match journal.failed {
            None => Ok(journal),
            Some(error) => Err(unwritable(std::io::Error::other(error))),
        }
    }

    /// Writes the events of one step in one go. Output of programs has its own files.
    pub fn append(&mut self, events: &[Event]) {
        for event in events {
            self.line(event);
        }
        self.write();
    }

    /// Makes sure that everything is on the disk; called at the end of a run.
    pub fn sync(&mut self) {
        if let Err(error) = self.file.sync_data() {
            self.failed.get_or_insert(error.to_string());
        }
    }

    /// Why the journal is not complete, if it is not.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    fn line(&mut self, document: &impl Serialize) {
        if let Err(error) = serde_json::to_writer(&mut self.buffer, document) {
            self.failed.get_or_insert(error.to_string());
        }
        self.buffer.push(b'\n');
    }

    fn write(&mut self) {
        if self.failed.is_none()
            && !self.buffer.is_empty()
            && let Err(error) = self.file.write_all(&self.buffer)
        {
            self.failed = Some(error.to_string());
        }
        self.buffer.clear();
    }
}
