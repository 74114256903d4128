//! The record of a run while it is under way, and what is missing from it: a store that cannot be written stops no run.
//!
//! A run without a name is recorded only once it has lasted a second, or something in it has failed. Until then its
//! entries are kept in memory, and so is what its operations write; then all of it is written, from the beginning. So a
//! thousand small calls leave nothing behind, and no long one is lost.

use super::about::About;
use super::events::{Event, EventKind};
use super::lab_copy;
use super::loss::{self, Loss};
use super::options::RunOptions;
use super::trace;
use crate::error::Fault;
use crate::history::{retention, store};
use crate::machine;
use crate::record::disk::Disk;
use crate::record::durability::{Durability, GROUPED};
use crate::record::header::{self, Header};
use crate::record::lock::Lock;
use crate::record::output::store::Options;
use crate::record::output::{Batch, Closed, Limits, Store};
use crate::record::restart::Restarts;
use crate::record::{Fingerprint, Relation, RunResult, What, Writer};
use crate::resume::Takeover;
use crate::scheduler::Status;
use crate::work::runtime;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Milliseconds that an unnamed run lasts before it is recorded.
const LATE_MS: u64 = 1_000;

/// Entries, and bytes of output, that are kept in memory until then: more of them begin a record as well.
const MOST_ENTRIES: usize = 20_000;
const MOST_OUTPUT: usize = 1 << 20;

/// How long the end of a run waits until what operations wrote is on the disk.
const CLOSING: Duration = Duration::from_secs(5);

/// The record of a run, if it has one.
pub(super) struct Journal {
    disk: Arc<dyn Disk>,
    about: Arc<About>,
    stage: Stage,
    loss: Loss,
    /// Whether the host still has something to hand over.
    fed: bool,
    beginning: Beginning,
}

/// What a record begins with.
#[derive(Default)]
pub(super) struct Beginning {
    fingerprints: Vec<Fingerprint>,
    /// The run that this one resumes or undoes.
    parent: Option<(String, Relation)>,
    /// The operations that were running when runs before it died.
    crashed: Vec<What>,
    /// The restarts of the machine that took place for them.
    restarts: Restarts,
}

impl Beginning {
    /// That of a run which takes over from another one, if it does.
    pub(super) fn of(fingerprints: Vec<Fingerprint>, takeover: Option<&mut Takeover>) -> Self {
        let Some(takeover) = takeover else { return Self { fingerprints, ..Self::default() } };
        let parent = Some((takeover.parent.clone(), takeover.relation));
        let restarts = takeover.restarts.clone();
        Self { fingerprints, parent, crashed: std::mem::take(&mut takeover.crashed), restarts }
    }
}

enum Stage {
    /// There is none.
    Absent,
    /// It may come.
    Late { entries: Vec<(u64, What)>, output: Vec<Batch>, bytes: usize },
    /// It is open.
    Open { writer: Box<Writer>, store: Arc<Store> },
}

/// An output store that is to be closed, by a caller that does not have the run meanwhile.
pub(super) struct Closing {
    store: Arc<Store>,
    at: u64,
    lock: Option<Lock>,
}

impl Closing {
    /// Closes it, and says what is missing.
    pub(super) fn close(self) -> Closed {
        self.store.close(self.at, self.lock, CLOSING)
    }
}

/// Whether a run is recorded only once it lasts or fails. A log of the run's own working lies in its folder, a run that
/// goes on from another one says so from the start, and one that must survive a power cut does not begin in memory.
pub(super) fn is_late(options: &RunOptions) -> bool {
    let at_once = options.directory.is_some()
        || options.resume.is_some()
        || options.durability == Durability::Required
        || trace::wanted(options).is_some();
    options.late && !at_once
}

impl Journal {
    /// Opens the record of a run that has one from its start. Without it there is a warning, or a fault when the options
    /// name its folder or require that it is durable: a folder that cannot be used is reported at once.
    pub(super) fn start(
        disk: Arc<dyn Disk>,
        about: Arc<About>,
        beginning: Beginning,
    ) -> Result<(Self, Option<String>), Fault> {
        let options = &about.options;
        let late = is_late(options);
        let fed = options.fed;
        let stage = if options.writes_files() && late {
            Stage::Late { entries: Vec::new(), output: Vec::new(), bytes: 0 }
        } else {
            Stage::Absent
        };
        let opens = options.writes_files() && !late;
        let must_open = options.directory.is_some() || options.durability == Durability::Required;
        let mut journal = Self { disk, about, stage, loss: Loss::default(), fed, beginning };
        let opened = if opens { journal.open() } else { Ok(()) };
        let warning = match opened {
            Err(fault) if must_open => return Err(fault),
            opened => opened.err().map(|fault| loss::no_record(&fault)),
        };
        Ok((journal, warning))
    }

    /// Opens the record, after which older ones may go.
    fn open(&mut self) -> Result<(), Fault> {
        self.stage = Stage::Absent;
        let About { id, plan, options, started_at, .. } = &*self.about;
        let root = options.root.clone().unwrap_or_else(store::root);
        let folder = match &options.directory {
            Some(directory) => directory.clone(),
            None => root.join(store::folder_name(*started_at, &options.name, id)),
        };
        let document = header::plan_document(plan, &self.beginning.fingerprints);
        let lab = lab_copy::of(plan, options);
        let (parent, relation) = self.beginning.parent.clone().unzip();
        let header = Header {
            format: header::FORMAT,
            run: id.clone(),
            parent,
            relation,
            name: options.name.clone(),
            source: options.source.clone(),
            started_at: started_at.to_string(),
            host: machine::host_name().to_owned(),
            boot: machine::boot_id().map(str::to_owned),
            pid: std::process::id(),
            restarts: self.beginning.restarts.clone(),
            plan: header::fingerprint(&document),
            lab: lab.as_deref().map(header::fingerprint),
            operations: u32::try_from(plan.len()).unwrap_or(u32::MAX),
            max_concurrency: options.max_concurrency,
            options: serde_json::to_value(options).unwrap_or_default(),
        };
        let mut writer = Box::new(Writer::create_durable(
            Arc::clone(&self.disk),
            &folder,
            &header,
            (&document, lab.as_deref()),
            options.durability,
        )?);
        writer.append(0, &std::mem::take(&mut self.beginning.crashed));
        let limits = options.output_bytes.map_or_else(Limits::default, Limits::of);
        let sync = options.durability.is_synced().then_some(GROUPED);
        let keeping = Options { limits, sync, ..Options::default() };
        let store = Arc::new(Store::new(Arc::clone(&self.disk), folder, id, 1, keeping));
        if let (Some(retention), None) = (options.retention, &options.directory) {
            retention::sweep_if_due(&root, retention);
        }
        self.stage = Stage::Open { writer, store };
        Ok(())
    }

    /// Opens the record of a run that has gone on for long enough, and writes what has happened so far. Gives a warning
    /// when that fails.
    fn open_late(&mut self) -> Option<String> {
        let Stage::Late { entries, output, .. } = std::mem::replace(&mut self.stage, Stage::Absent) else {
            return None;
        };
        if let Err(fault) = self.open() {
            return Some(loss::no_record(&fault));
        }
        if let Stage::Open { writer, store } = &mut self.stage {
            for at_once in entries.chunk_by(|(before, _), (after, _)| before == after) {
                writer.append(at_once[0].0, at_once.iter().map(|(_, what)| what));
            }
            // There is room for all of it: it is less than what may wait for the disk.
            output.into_iter().for_each(|batch| store.put(batch));
        }
        None
    }

    /// When a record is begun that the run does not have yet, in milliseconds since the run's start.
    pub(super) fn due(&self) -> Option<u64> {
        matches!(self.stage, Stage::Late { .. }).then_some(LATE_MS)
    }

    /// Folder of the run's files.
    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.stage {
            Stage::Open { writer, .. } => Some(writer.folder()),
            Stage::Absent | Stage::Late { .. } => None,
        }
    }

    /// Why it may not survive a power cut, if it was to.
    pub(super) fn not_durable(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open { writer, .. } => writer.not_durable(),
            Stage::Absent | Stage::Late { .. } => None,
        }
    }

    /// Why it is not complete, if it is not.
    pub(super) fn failure(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open { writer, .. } => writer.failure(),
            Stage::Absent | Stage::Late { .. } => None,
        }
    }

    /// Writes what of these events belongs in the record, in one go. Gives a warning when a record that was to begin
    /// cannot be made.
    pub(super) fn append(&mut self, now: u64, events: &[Event]) -> Option<String> {
        debug_assert!(!runtime::is_shared(), "this may wait for a disk");
        let happened = events.iter().filter_map(|event| match &event.kind {
            EventKind::Happened(what) => Some(what),
            EventKind::Demand { .. } | EventKind::Output { .. } | EventKind::Warning { .. } => None,
        });
        match &mut self.stage {
            Stage::Absent => None,
            Stage::Open { writer, .. } => {
                writer.append(now, happened);
                None
            }
            Stage::Late { entries, bytes, .. } => {
                entries.extend(happened.map(|what| (now, what.clone())));
                let failed = events.iter().any(|event| will_be_asked_for(&event.kind));
                let begins = failed || now >= LATE_MS || entries.len() > MOST_ENTRIES || *bytes > MOST_OUTPUT;
                if begins { self.open_late() } else { None }
            }
        }
    }

    /// Whether anything that operations write is kept.
    pub(super) fn keeps_output(&self) -> bool {
        !matches!(self.stage, Stage::Absent)
    }

    /// Keeps what operations wrote; what this gives is the caller's to put into the store.
    pub(super) fn keep(&mut self, batch: Batch) -> Option<(Arc<Store>, Batch)> {
        match &mut self.stage {
            Stage::Absent => None,
            Stage::Late { output, bytes, .. } => {
                *bytes += batch.size();
                output.push(batch);
                None
            }
            Stage::Open { store, .. } => Some((Arc::clone(store), batch)),
        }
    }

    /// Writes the result. Unless the host still has something to hand over, that ends the record, and gives a warning
    /// when something is missing from it.
    pub(super) fn finish(&mut self, result: &RunResult) -> Option<String> {
        let Stage::Open { writer, store } = &mut self.stage else {
            self.stage = Stage::Absent;
            return None;
        };
        if let Err(error) = writer.finish(result) {
            self.loss.of_result(&error);
        }
        if self.fed {
            return None;
        }
        let closed = store.close(result.duration_ms, writer.take_lock(), CLOSING);
        self.output_closed(&closed)
    }

    /// The host has nothing more to hand over. Gives what is to be closed, once the run is over.
    pub(super) fn end_output(&mut self, now: u64, over: bool) -> Option<Closing> {
        let Stage::Open { writer, store } = &mut self.stage else { return None };
        // Before its end the run closes it itself.
        let closes = std::mem::take(&mut self.fed) && over;
        closes.then(|| Closing { store: Arc::clone(store), at: now, lock: writer.take_lock() })
    }

    /// The output has been closed. Gives a warning when something is missing from the record.
    pub(super) fn output_closed(&mut self, closed: &Closed) -> Option<String> {
        self.loss.of_output(closed);
        self.loss.sentence(self.folder()?, self.failure(), |op| self.about.name(op))
    }
}

/// Whether something has failed, so that somebody will ask why, or another run has to go on from this one.
fn will_be_asked_for(kind: &EventKind) -> bool {
    match kind {
        EventKind::Happened(What::Ended(ended)) => {
            matches!(ended.status, Status::Failed | Status::TimedOut | Status::Abandoned)
        }
        EventKind::Happened(What::Retrying(_) | What::Restart(_)) => true,
        _ => false,
    }
}
