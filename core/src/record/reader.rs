//! Reads a run's record as far as it can be believed, and says where that ends and why.
//!
//! A journal is believed up to the first line that is torn, does not match its check or is out of sequence. What
//! comes behind it in the same segment is never looked at. A later segment goes on from there only if its first entry
//! says that it believes exactly this much: then its writer had seen the same damage.

use crate::operation::LabFiles;
use crate::record::damage::{Damage, DamageKind, Unreadable};
use crate::record::disk::Disk;
use crate::record::entry::{Entry, Opened, What};
use crate::record::header::{FORMAT, Header, PlannedOperation, RecordedPlan};
use crate::record::lab::{self, NoLab};
use crate::record::lock::Lock;
use crate::record::result::{Ending, RunResult};
use crate::record::seal::{self, LONGEST_LINE};
use crate::record::state::RunState;
use crate::record::usage::{self, Used};
use crate::record::{self, format1};
use serde::Deserialize;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// One run's record, of which the header has been read.
#[derive(Debug)]
pub struct Record<'d> {
    disk: &'d dyn Disk,
    folder: PathBuf,
    header: Header,
}

impl<'d> Record<'d> {
    /// Reads the header of the run in a folder.
    ///
    /// # Errors
    /// Why there is none that can be read.
    pub fn open(disk: &'d dyn Disk, folder: &Path) -> Result<Self, Unreadable> {
        let header = match read(disk, &record::header_path(folder)) {
            Ok(bytes) => header(&bytes)?,
            Err(error) if error.kind() == ErrorKind::NotFound => format1::header(disk, folder)?,
            Err(error) => return Err(Unreadable::Header(error.to_string())),
        };
        Ok(Self { disk, folder: folder.to_owned(), header })
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn disk(&self) -> &'d dyn Disk {
        self.disk
    }

    /// What was known of the run before anything happened.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether it has been deleted since it was opened, or is being deleted.
    pub fn is_gone(&self) -> bool {
        let header = match self.header.format {
            format1::FORMAT => format1::journal_path(&self.folder),
            _ => record::header_path(&self.folder),
        };
        matches!(self.disk.open(&header), Err(error) if error.kind() == ErrorKind::NotFound)
    }

    /// Whether the run is under way.
    pub fn is_running(&self) -> bool {
        match self.header.format {
            format1::FORMAT => self.ending().is_none() && format1::is_running(&self.header),
            _ => Lock::is_held(&self.folder),
        }
    }

    /// How the run ended, from its result alone; nothing while it has none that can be read.
    pub fn ending(&self) -> Option<Ending> {
        match self.header.format {
            format1::FORMAT => self.result().map(|result| Ending::of(&result)),
            _ => Ending::read(self.disk.open(&record::result_path(&self.folder)).ok()?),
        }
    }

    /// What is wrong with the result, where there is one that cannot be read. The journal has all that it would say.
    pub fn result_damage(&self) -> Option<Damage> {
        let bytes = match read(self.disk, &record::result_path(&self.folder)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(_) => {
                return Some(Damage {
                    file: "result.json".to_owned(),
                    offset: 0,
                    kind: DamageKind::Unreadable,
                });
            }
        };
        let error = serde_json::from_slice::<RunResult>(&bytes).err()?;
        let kind = if error.is_eof() { DamageKind::Torn } else { DamageKind::Mismatch };
        // Lines and columns count from 1.
        let before: usize = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .take(error.line().saturating_sub(1))
            .map(<[u8]>::len)
            .sum();
        let offset = (before + error.column().saturating_sub(1)).min(bytes.len().saturating_sub(1)) as u64;
        Some(Damage { file: "result.json".to_owned(), offset, kind })
    }

    /// The whole result; nothing while the run has none that can be read.
    pub fn result(&self) -> Option<RunResult> {
        let bytes = read(self.disk, &record::result_path(&self.folder)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Where each operation is, or how it ended: from the result of a run that has one, else from the journal, and
    /// then with what is wrong with it. The results of the first format do not have all of it.
    pub fn state(&self) -> (RunState, Option<Damage>) {
        let result = if self.header.format == FORMAT { self.result() } else { None };
        match result.filter(|result| result.status.is_some()) {
            Some(result) => (RunState::of_result(&self.header, &result), None),
            None => self.replay(),
        }
    }

    /// What the journal amounts to, and what is wrong with it.
    pub fn replay(&self) -> (RunState, Option<Damage>) {
        let mut state = self.before();
        let mut entries = self.entries();
        for entry in entries.by_ref() {
            state.apply(&entry);
        }
        (state, entries.damage().cloned())
    }

    /// The state before anything has happened.
    pub fn before(&self) -> RunState {
        let names = match self.header.format {
            format1::FORMAT => format1::names(self.disk, &self.folder),
            _ => self.plan().into_iter().filter(|op| op.compensates.is_none()).map(|op| op.name).collect(),
        };
        RunState::new(&self.header, names)
    }

    /// The operations, compensations last; empty where they cannot be read.
    pub fn plan(&self) -> Vec<PlannedOperation> {
        self.whole_plan().operations
    }

    /// The operations, and what they take from; empty where that cannot be read.
    pub fn whole_plan(&self) -> RecordedPlan {
        let bytes = read(self.disk, &record::plan_path(&self.folder)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// What was in use of the machine meanwhile, in the order of time; empty where that was not written.
    pub fn usage(&self) -> Vec<Used> {
        usage::read(self.disk, &self.folder)
    }

    /// The files of its lab as the run had read them.
    ///
    /// # Errors
    /// Why there are none.
    pub fn lab(&self) -> Result<LabFiles, NoLab> {
        lab::read(self.disk, &self.folder, &self.header)
    }

    /// All entries that can be believed, in their order.
    pub fn entries(&self) -> Entries<'d> {
        match self.header.format {
            format1::FORMAT => Entries::of_format_1(self.disk, &self.folder),
            _ => Entries::of(self.disk, &self.folder),
        }
    }
}

fn header(bytes: &[u8]) -> Result<Header, Unreadable> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let broken = |error: serde_json::Error| Unreadable::Header(error.to_string());
    let Format { format } = serde_json::from_slice(bytes).map_err(broken)?;
    match format {
        FORMAT => serde_json::from_slice(bytes).map_err(broken),
        newer if newer > FORMAT => Err(Unreadable::Newer(newer)),
        older => Err(Unreadable::Header(format!("there never was a header of format {older}"))),
    }
}

fn read(disk: &dyn Disk, path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    disk.open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The entries of a journal, one after another.
pub struct Entries<'d> {
    source: Source<'d>,
    damage: Option<Damage>,
    bytes: u64,
}

enum Source<'d> {
    Segments(Segments<'d>),
    Format1(format1::Lines),
    Nothing,
}

impl<'d> Entries<'d> {
    fn of(disk: &'d dyn Disk, folder: &Path) -> Self {
        Self { source: Source::Segments(Segments::look(disk, folder)), damage: None, bytes: 0 }
    }

    fn of_format_1(disk: &dyn Disk, folder: &Path) -> Self {
        let source = format1::Lines::open(disk, folder).map_or(Source::Nothing, Source::Format1);
        Self { source, damage: None, bytes: 0 }
    }

    /// Why there are no more, once they have ended, if the files have more.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        match &mut self.source {
            Source::Segments(segments) => segments.next(&mut self.damage, &mut self.bytes),
            Source::Format1(lines) => lines.next(&mut self.bytes),
            Source::Nothing => None,
        }
    }
}

/// The segments of a journal that are still to be read, the next one last.
struct Segments<'d> {
    disk: &'d dyn Disk,
    folder: PathBuf,
    to_come: Vec<Segment>,
    open: Option<OpenSegment>,
    /// The number of the next entry.
    next: u64,
}

struct Segment {
    life: u32,
    /// The last entry that those who came later believe, of all before them.
    believed: Option<u64>,
}

struct OpenSegment {
    lines: Lines,
    name: String,
    believed: Option<u64>,
    begun: bool,
}

impl<'d> Segments<'d> {
    /// Looks at the first line of each segment: what it says of the earlier ones must be known before these are read.
    fn look(disk: &'d dyn Disk, folder: &Path) -> Self {
        let names = disk.names(&record::journal_folder(folder)).unwrap_or_default();
        let mut lives: Vec<u32> = names.iter().filter_map(|name| life_of(name)).collect();
        lives.sort_unstable_by(|a, b| b.cmp(a));
        let mut believed: Option<u64> = None;
        let mut to_come = Vec::with_capacity(lives.len());
        for life in lives {
            to_come.push(Segment { life, believed });
            // Only a segment with an earlier one says something about it.
            if let Some(Opened { believes: Some(last), .. }) =
                first(disk, &record::segment_path(folder, life))
            {
                believed = Some(believed.map_or(last, |before| before.min(last)));
            }
        }
        Self { disk, folder: folder.to_owned(), to_come, open: None, next: 0 }
    }

    fn next(&mut self, damage: &mut Option<Damage>, bytes: &mut u64) -> Option<Entry> {
        loop {
            let Some(segment) = &mut self.open else {
                let Segment { life, believed } = self.to_come.pop()?;
                let path = record::segment_path(&self.folder, life);
                let name = format!("journal/{}", path.file_name().unwrap_or_default().to_string_lossy());
                match self.disk.open(&path) {
                    Ok(file) => {
                        let lines = Lines::new(file);
                        self.open = Some(OpenSegment { lines, name, believed, begun: false });
                    }
                    Err(_) => note(damage, name, 0, DamageKind::Unreadable),
                }
                continue;
            };
            let offset = segment.lines.offset;
            let entry = match segment.lines.next() {
                None => {
                    self.open = None;
                    continue;
                }
                Some(Err(kind)) => {
                    note(damage, segment.name.clone(), offset, kind);
                    self.open = None;
                    continue;
                }
                Some(Ok(entry)) => entry,
            };
            *bytes += segment.lines.offset - offset;
            if segment.believed.is_some_and(|last| entry.seq > last) {
                self.open = None;
                continue;
            }
            // A segment goes on exactly where its writer had stopped believing.
            let in_sequence = entry.seq == self.next
                && match &entry.what {
                    What::Opened(opened) => !segment.begun && opened.believes == self.next.checked_sub(1),
                    _ => segment.begun,
                };
            if !in_sequence {
                note(damage, segment.name.clone(), offset, DamageKind::OutOfSequence);
                // If this is where a segment begins, entries before it are missing, and none of the later ones helps.
                if !segment.begun {
                    self.to_come.clear();
                }
                self.open = None;
                continue;
            }
            if !segment.begun {
                // Whatever was wrong with the earlier ones lies behind what this one believes.
                *damage = None;
                segment.begun = true;
            }
            self.next += 1;
            return Some(entry);
        }
    }
}

/// The first damage counts: what is found later may come of it.
fn note(damage: &mut Option<Damage>, file: String, offset: u64, kind: DamageKind) {
    damage.get_or_insert(Damage { file, offset, kind });
}

/// The number of a segment, by its file's name.
fn life_of(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".jsonl")?;
    let life = number.parse().ok()?;
    (name == format!("{life:04}.jsonl")).then_some(life)
}

/// What the first entry of a segment says, if it can be believed.
fn first(disk: &dyn Disk, path: &Path) -> Option<Opened> {
    match Lines::new(disk.open(path).ok()?).next()?.ok()?.what {
        What::Opened(opened) => Some(opened),
        _ => None,
    }
}

/// The lines of one segment, each checked.
pub(super) struct Lines {
    file: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    /// Where the next line begins.
    offset: u64,
}

impl Lines {
    fn new(file: Box<dyn Read + Send>) -> Self {
        Self::at(file, 0)
    }

    /// Those of a file from a place on, which is where it begins.
    pub(super) fn at(file: Box<dyn Read + Send>, offset: u64) -> Self {
        Self { file: BufReader::with_capacity(64 << 10, file), line: Vec::new(), offset }
    }

    /// Where the next line begins.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Option<Result<Entry, DamageKind>> {
        self.line.clear();
        let read = match self.file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line) {
            Ok(0) => return None,
            Ok(read) => read,
            Err(_) => return Some(Err(DamageKind::Unreadable)),
        };
        if self.line.pop() != Some(b'\n') {
            return Some(Err(DamageKind::Torn));
        }
        if !seal::is_whole(&self.line) {
            return Some(Err(DamageKind::Mismatch));
        }
        // A line moves the place only once it is believed.
        let entry = serde_json::from_slice(&self.line).map_err(|_| DamageKind::Unknown);
        if entry.is_ok() {
            self.offset += read as u64;
        }
        Some(entry)
    }
}
