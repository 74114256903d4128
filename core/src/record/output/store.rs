//! Writes what operations wrote, on a thread of its own behind a bounded channel.
//!
//! Whoever hands records over waits when the channel is full, but only once for each time that the disk does not keep
//! up, and no longer than the patience allows; what comes then is dropped, counted, and marked in the file as soon as
//! there is room. After a failed write nothing more is appended: what came behind would never be believed.
//! The thread and the file come with the first record, so a run that writes nothing has neither.

use super::batch::{Batch, Gap, GapReason, Kind, OutputRecord, records};
use super::frame::{self, Salt};
use super::index::{Contents, Index};
use super::keep::{Keep, Limits, gap};
use super::{index_path, output_folder, output_path};
use crate::graph::OpId;
use crate::record::disk::{Append, Disk};
use crate::record::lock::Lock;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bytes of records that are handed over in one piece, about.
pub const PIECE: usize = 64 << 10;

/// Bytes that one frame gathers.
const GATHERED: usize = 256 << 10;

/// Pieces that may wait for the disk.
const WAITING: usize = 128;

/// How long the disk is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// How a store goes about its file.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How much of an operation is kept.
    pub limits: Limits,
    /// Pieces that may wait for the disk.
    pub waiting: usize,
    /// How long a sender waits for room.
    pub patience: Duration,
    /// How long what is written may wait to survive a power cut; until the file is closed when absent.
    pub sync: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), waiting: WAITING, patience: PATIENCE, sync: None }
    }
}

/// What is missing from a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// Why nothing more could be written.
    pub failure: Option<String>,
    /// Records that this has cost, by operation.
    pub lost: BTreeMap<OpId, u64>,
    /// Records that were dropped because the disk was too slow.
    pub dropped: u64,
    /// Whether the disk had not taken everything when the wait was over.
    pub unfinished: bool,
}

/// What operations write, on its way to the disk.
#[derive(Debug)]
pub struct Store {
    way: Mutex<Way>,
    shared: Arc<Shared>,
    options: Options,
    /// The last piece found no room, so the next one does not wait again.
    behind: AtomicBool,
}

#[derive(Debug)]
enum Way {
    Unopened(Box<File>),
    Open(Sender<Batch>, Receiver<()>),
    Closed,
}

#[derive(Debug, Default)]
struct Shared {
    missing: Mutex<Closed>,
    /// What is dropped and not yet marked in the file: records and bytes of their text.
    unmarked: Mutex<BTreeMap<OpId, (u64, u64)>>,
    /// Held until the file is closed.
    lock: Mutex<Option<Lock>>,
    /// When it is closed, in milliseconds since the run's start.
    at: AtomicU64,
}

impl Store {
    /// A store for the output of a run's `life`, in the run's folder. Nothing is made there yet.
    pub fn new(disk: Arc<dyn Disk>, folder: PathBuf, run: &str, life: u32, options: Options) -> Self {
        let file = File {
            salt: Salt::of(run, life),
            disk,
            folder,
            life,
            append: None,
            keep: Keep::new(options.limits),
            index: Index::default(),
            frame: Vec::new(),
            sync: options.sync,
            unsynced: None,
        };
        let way = Mutex::new(Way::Unopened(Box::new(file)));
        Self { way, shared: Arc::default(), options, behind: AtomicBool::new(false) }
    }

    /// Hands records over. Waits no longer than the patience allows, and that only after the disk has kept up.
    pub fn put(&self, batch: Batch) {
        if batch.is_empty() {
            return;
        }
        let Some(sender) = self.sender() else {
            self.shared.miss(&batch);
            return;
        };
        let sent = if self.behind.load(Ordering::Relaxed) {
            sender.try_send(batch).map_err(crossbeam_channel::TrySendError::into_inner)
        } else {
            sender
                .send_timeout(batch, self.options.patience)
                .map_err(crossbeam_channel::SendTimeoutError::into_inner)
        };
        self.behind.store(sent.is_err(), Ordering::Relaxed);
        if let Err(batch) = sent {
            self.shared.miss(&batch);
        }
    }

    fn sender(&self) -> Option<Sender<Batch>> {
        let mut way = self.way.lock();
        if let Way::Open(sender, _) = &*way {
            return Some(sender.clone());
        }
        let Way::Unopened(mut file) = std::mem::replace(&mut *way, Way::Closed) else { return None };
        let (sender, batches) = bounded(self.options.waiting);
        let (done, closed) = bounded(1);
        let shared = Arc::clone(&self.shared);
        let writing = move || {
            file.write_all(&batches, &shared);
            drop(shared.lock.lock().take());
            // Who has waited long enough is gone.
            let _ = done.send(());
        };
        match std::thread::Builder::new().name("labrunner-output".to_owned()).spawn(writing) {
            Ok(_) => {
                *way = Way::Open(sender.clone(), closed);
                Some(sender)
            }
            Err(error) => {
                self.shared.missing.lock().failure.get_or_insert_with(|| error.to_string());
                None
            }
        }
    }

    /// What is missing so far.
    pub fn missing(&self) -> Closed {
        self.shared.missing.lock().clone()
    }

    /// Writes what is on its way, closes the file and lets the lock go; waits for that no longer than this. `at` is in
    /// milliseconds since the run's start. A second call waits no more.
    pub fn close(&self, at: u64, lock: Option<Lock>, wait: Duration) -> Closed {
        self.shared.at.store(at, Ordering::Relaxed);
        *self.shared.lock.lock() = lock;
        let way = std::mem::replace(&mut *self.way.lock(), Way::Closed);
        let unfinished = match way {
            Way::Open(sender, closed) => {
                // With the last sender the thread finds its way to the end of the file.
                drop(sender);
                closed.recv_timeout(wait).is_err()
            }
            Way::Unopened(_) | Way::Closed => {
                drop(self.shared.lock.lock().take());
                false
            }
        };
        Closed { unfinished, ..self.missing() }
    }
}

impl Shared {
    /// Counts what finds no room.
    fn miss(&self, batch: &Batch) {
        let (mut missing, mut unmarked) = (self.missing.lock(), self.unmarked.lock());
        for record in batch.records().filter(|record| record.kind != Kind::End) {
            missing.dropped += 1;
            let (records, bytes) = unmarked.entry(record.op).or_default();
            *records += 1;
            *bytes += record.text.len() as u64;
        }
    }
}

/// The file of one life, on the thread that writes it.
#[derive(Debug)]
struct File {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    life: u32,
    salt: Salt,
    append: Option<Box<dyn Append>>,
    keep: Keep,
    index: Index,
    /// The next frame: room for its head, and its payload so far.
    frame: Vec<u8>,
    sync: Option<Duration>,
    /// Since when something is written and not synced.
    unsynced: Option<Instant>,
}

impl File {
    fn write_all(&mut self, batches: &Receiver<Batch>, shared: &Shared) {
        let mut at = 0;
        while let Some(batch) = self.next(batches, shared) {
            self.begin();
            at = self.gather(&batch, at);
            while self.frame.len() < GATHERED
                && let Ok(more) = batches.try_recv()
            {
                at = self.gather(&more, at);
            }
            self.mark(at, shared);
            self.write(shared);
        }
        let at = at.max(shared.at.load(Ordering::Relaxed));
        self.begin();
        self.keep.end_all(at, &mut self.frame);
        self.mark(at, shared);
        self.write(shared);
        self.close(shared);
    }

    /// The next records; nothing when there will be none.
    fn next(&mut self, batches: &Receiver<Batch>, shared: &Shared) -> Option<Batch> {
        if let (Some(sync), Some(since)) = (self.sync, self.unsynced) {
            // However much comes, it does not wait for longer.
            let due = since + sync;
            let next = if Instant::now() < due {
                batches.recv_deadline(due)
            } else {
                Err(RecvTimeoutError::Timeout)
            };
            match next {
                Ok(batch) => return Some(batch),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.sync(shared),
            }
        }
        batches.recv().ok()
    }

    fn begin(&mut self) {
        self.frame.clear();
        self.frame.resize(frame::HEAD, 0);
    }

    /// Takes records, and says when the last of them was written.
    fn gather(&mut self, batch: &Batch, mut at: u64) -> u64 {
        for record in batch.records() {
            at = record.at;
            self.keep.take(&record, &mut self.frame);
        }
        at
    }

    /// Says in the file what found no room.
    fn mark(&mut self, at: u64, shared: &Shared) {
        for (op, (records, bytes)) in std::mem::take(&mut *shared.unmarked.lock()) {
            let beside = OutputRecord { op, attempt: 0, at, kind: Kind::Missing, text: "" };
            gap(&beside, Gap { why: GapReason::Slow, records, bytes }, &mut self.frame);
        }
    }

    /// Writes what was gathered, in one frame or in several.
    fn write(&mut self, shared: &Shared) {
        if self.frame.len() <= frame::LONGEST {
            let frame = std::mem::take(&mut self.frame);
            self.frame = self.write_one(frame, shared);
            return;
        }
        let all = self.frame.split_off(frame::HEAD);
        for record in records(&all) {
            record.write(&mut self.frame);
            if self.frame.len() >= GATHERED {
                let frame = std::mem::take(&mut self.frame);
                self.frame = self.write_one(frame, shared);
                self.begin();
            }
        }
        let frame = std::mem::take(&mut self.frame);
        self.frame = self.write_one(frame, shared);
    }

    /// Writes one frame, and gives its memory back.
    fn write_one(&mut self, mut bytes: Vec<u8>, shared: &Shared) -> Vec<u8> {
        if bytes.len() == frame::HEAD {
            return bytes;
        }
        let mut contents = Contents::default();
        records(&bytes[frame::HEAD..]).for_each(|record| contents.add(&record));
        if shared.missing.lock().failure.is_none() {
            frame::seal(&mut bytes, self.salt, self.index.frames);
            match self.append().and_then(|file| file.write_all(&bytes)) {
                Ok(()) => {
                    self.index.add(bytes.len() as u64, contents);
                    self.unsynced.get_or_insert_with(Instant::now);
                    return bytes;
                }
                Err(error) => Self::fail(shared, &error),
            }
        }
        let mut missing = shared.missing.lock();
        for record in records(&bytes[frame::HEAD..]).filter(|record| record.kind != Kind::Missing) {
            *missing.lost.entry(record.op).or_default() += 1;
        }
        bytes
    }

    fn append(&mut self) -> io::Result<&mut Box<dyn Append>> {
        if self.append.is_none() {
            // A folder that was removed is not created again: it would belong to no run.
            if self.disk.names(&self.folder).is_err() {
                return Err(removed());
            }
            self.disk.make_folder(&output_folder(&self.folder))?;
            self.append = Some(self.disk.create(&output_path(&self.folder, self.life))?);
            if self.sync.is_some() {
                self.disk.sync_folder(&output_folder(&self.folder))?;
                self.disk.sync_folder(&self.folder)?;
            }
        }
        self.append.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync(&mut self, shared: &Shared) {
        self.unsynced = None;
        if let Some(Err(error)) = self.append.as_mut().map(|file| file.sync()) {
            Self::fail(shared, &error);
        }
    }

    fn close(&mut self, shared: &Shared) {
        if self.append.is_none() {
            return;
        }
        self.sync(shared);
        let path = output_path(&self.folder, self.life);
        // What is open can be written to though it has no name any more.
        if self.disk.open(&path).is_err() {
            Self::fail(shared, &removed());
        }
        if shared.missing.lock().failure.is_none() {
            // A file without an index is read from its beginning.
            let _ = self.index.write(&*self.disk, &index_path(&self.folder, self.life));
        }
    }

    /// Nothing is appended any more, for this reason.
    fn fail(shared: &Shared, error: &io::Error) {
        shared.missing.lock().failure.get_or_insert_with(|| error.to_string());
    }
}

fn removed() -> io::Error {
    io::Error::other("its files were removed while it was under way")
}
