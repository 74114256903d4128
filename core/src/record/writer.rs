//! Writes a run's record: the header at once, entries a step at a time, the result at the end.
//!
//! All entries of one scheduler step are one write, made before the step's commands are released, so that nothing is
//! ever running that the journal does not know of. A segment has one writer, and after a failed write nothing more
//! is appended to it: what came behind would never be read. A run that goes on from this one has a record of its own.

use crate::error::{Code, Fault};
use crate::record::disk::{Append, Disk};
use crate::record::durability::{Durability, GROUPED};
use crate::record::entry::{Opened, What};
use crate::record::header::{FORMAT, Header};
use crate::record::lock::Lock;
use crate::record::result::RunResult;
use crate::record::seal::{self, LONGEST_LINE};
use crate::record::syncer::Syncer;
use crate::record::{self, format1, mailbox};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of each text of an error that an entry keeps when it would be too long otherwise.
const MESSAGE_KEPT: usize = 64 << 10;

/// The open record of a run that is under way.
#[derive(Debug)]
pub struct Writer {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    segment: Box<dyn Append>,
    buffer: Vec<u8>,
    next: u64,
    /// The first failure to write. The run goes on without its journal and says so in its result.
    failed: Option<String>,
    durability: Durability,
    /// Keeps the journal synced, where that is wanted.
    syncer: Option<Syncer>,
    /// The last sync failed, where more was wanted than to write.
    unsynced: Option<String>,
    /// Held until the run is over.
    lock: Option<Lock>,
}

/// An entry whose content stays with its owner; see [`Entry`](record::Entry).
#[derive(Serialize)]
struct Line<'w> {
    seq: u64,
    at: u64,
    #[serde(flatten)]
    what: &'w What,
}

impl Writer {
    /// Makes a folder for a run, and all that is known of it before it begins. It survives the death of the process.
    ///
    /// # Errors
    /// As [`Self::create_durable`].
    pub fn create(disk: Arc<dyn Disk>, folder: &Path, header: &Header, plan: &[u8]) -> Result<Self, Fault> {
        Self::create_durable(disk, folder, header, (plan, None), Durability::Process)
    }

    /// The same with a durability of the caller's choice: what is made here has it when this returns, entries have it
    /// soon after they are appended. The documents are the plan, and the lab if there is one.
    ///
    /// # Errors
    /// [`Code::JournalUnwritable`] when files cannot be made there, or there is a run already.
    pub fn create_durable(
        disk: Arc<dyn Disk>,
        folder: &Path,
        header: &Header,
        (plan, lab): (&[u8], Option<&[u8]>),
        durability: Durability,
    ) -> Result<Self, Fault> {
        let making = || -> io::Result<Self> {
            disk.make_folder(&record::journal_folder(folder))?;
            // Made by the run itself, so that it is that user's alone.
            disk.make_folder(&mailbox::folder_of(folder))?;
            let taken = || io::Error::new(io::ErrorKind::AlreadyExists, "it holds the files of another run");
            if disk.open(&format1::journal_path(folder)).is_ok()
                || disk.open(&record::header_path(folder)).is_ok()
            {
                return Err(taken());
            }
            let lock = Lock::take(folder)?.ok_or_else(taken)?;
            let segment = disk.create(&record::segment_path(folder, 1))?;
            let mut writer = Self::new(Arc::clone(&disk), folder, segment, 0, lock);
            if durability.is_synced() {
                (writer.durability, writer.syncer) =
                    (durability, Some(Syncer::start(writer.segment.second()?, GROUPED)?));
            }
            let pid = std::process::id();
            writer.append(0, [&What::Opened(Opened { life: 1, believes: None, damage: None, pid })]);
            if let Some(error) = writer.failed {
                return Err(io::Error::other(error));
            }
            if durability.is_synced() {
                writer.segment.sync()?;
                // The names of folders are in those above them.
                let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
                for names in [Some(record::journal_folder(folder).as_path()), Some(folder), above]
                    .into_iter()
                    .flatten()
                {
                    disk.sync_folder(names)?;
                }
            }
            disk.put(&record::plan_path(folder), plan, durability)?;
            if let Some(lab) = lab {
                disk.put(&record::lab_path(folder), lab, durability)?;
            }
            // With its header the folder is a run's, so that comes last.
            let mut document = serde_json::to_vec_pretty(&Header { format: FORMAT, ..header.clone() })?;
            document.push(b'\n');
            disk.put(&record::header_path(folder), &document, durability)?;
            Ok(writer)
        };
        making().map_err(|error| unwritable(folder, &error))
    }

    fn new(disk: Arc<dyn Disk>, folder: &Path, segment: Box<dyn Append>, next: u64, lock: Lock) -> Self {
        let (folder, lock) = (folder.to_owned(), Some(lock));
        Self {
            disk,
            folder,
            segment,
            buffer: Vec::new(),
            next,
            failed: None,
            durability: Durability::Process,
            syncer: None,
            unsynced: None,
            lock,
        }
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes what one step has changed, in one go.
    pub fn append<'w>(&mut self, at: u64, changes: impl IntoIterator<Item = &'w What>) {
        if self.failed.is_some() {
            return;
        }
        for what in changes {
            self.line(at, what);
        }
        if let Err(error) = self.segment.write_all(&self.buffer) {
            self.failed = Some(error.to_string());
        }
        if let Some(syncer) = self.syncer.as_ref().filter(|_| !self.buffer.is_empty()) {
            syncer.written();
        }
        self.buffer.clear();
    }

    fn line(&mut self, at: u64, what: &What) {
        let start = self.buffer.len();
        let line = Line { seq: self.next, at, what };
        if let Err(error) = serde_json::to_writer(&mut self.buffer, &line) {
            self.buffer.truncate(start);
            self.failed = Some(error.to_string());
            return;
        }
        if (self.buffer.len() - start) as u64 > LONGEST_LINE / 2
            && let Some(shorter) = shortened(what)
        {
            self.buffer.truncate(start);
            return self.line(at, &shorter);
        }
        seal::seal(&mut self.buffer, start);
        self.next += 1;
    }

    /// Why the journal is not complete, if it is not.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Why the record may not have the durability that was asked for, if so: it could not be synced, or not be written.
    pub fn not_durable(&self) -> Option<&str> {
        let synced = self.syncer.as_ref().and_then(Syncer::failure).or(self.unsynced.as_deref());
        synced.or_else(|| self.failure().filter(|_| self.durability.is_synced()))
    }

    /// Waits until what was appended would survive a power cut. Once that has failed it is not tried again: it would
    /// prove nothing.
    pub fn sync(&mut self) {
        if self.failed.is_some() || self.not_durable().is_some() {
            return;
        }
        if let Err(error) = self.segment.sync() {
            let failure = if self.durability.is_synced() { &mut self.unsynced } else { &mut self.failed };
            *failure = Some(error.to_string());
        }
    }

    /// Writes the result, which says how the run ended. The lock is held until it is [taken](Self::take_lock), or with
    /// the writer.
    ///
    /// # Errors
    /// When the result cannot be written; the journal has everything, so a run does not fail because of it.
    pub fn finish(&mut self, result: &RunResult) -> io::Result<()> {
        if let Some(syncer) = &mut self.syncer {
            syncer.close();
        }
        self.sync();
        // What is open can be written to though it has no name any more.
        if self.failed.is_none() && self.disk.open(&record::header_path(&self.folder)).is_err() {
            self.failed = Some("its files were removed while it was under way".to_owned());
        }
        let document = result.to_document()?;
        // One that may not survive a power cut is better than none.
        let durability = if self.not_durable().is_some() { Durability::Process } else { self.durability };
        self.disk.put(&record::result_path(&self.folder), &document, durability)
    }

    /// The lock, for a thread that still has something to write in the run's folder.
    pub fn take_lock(&mut self) -> Option<Lock> {
        self.lock.take()
    }
}

/// The same with shorter texts of its error; nothing when they are not what makes it long.
fn shortened(what: &What) -> Option<What> {
    let mut what = what.clone();
    let error = match &mut what {
        What::Ended(ended) => ended.error.as_mut()?,
        What::Retrying(retrying) => retrying.end.error.as_mut()?,
        _ => return None,
    };
    let texts = [Some(&mut error.message), error.position.as_mut(), error.stack.as_mut()];
    let mut shorter = false;
    for text in texts.into_iter().flatten() {
        let end = text.floor_char_boundary(MESSAGE_KEPT);
        if end < text.len() {
            text.truncate(end);
            text.push('…');
            shorter = true;
        }
    }
    shorter.then_some(what)
}

fn unwritable(folder: &Path, error: &io::Error) -> Fault {
    Fault::new(
        Code::JournalUnwritable,
        format!("the run's files cannot be written to '{}': {error}", folder.display()),
    )
    .with_target(folder.display().to_string())
    .with_advice("Choose another folder, or set LABRUNNER_HOME to one you may write to.")
}
