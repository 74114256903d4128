//! Reads the runs of versions up to 0.1, which wrote one file: `journal.jsonl`, with the header as its first line.
//!
//! Its lines have neither numbers to rely on nor checks. So a line that cannot be read is passed over, as it was by the
//! version that wrote it.

use crate::record::damage::Unreadable;
use crate::record::disk::Disk;
use crate::record::entry::{Entry, Event, What};
use crate::record::header::Header;
use crate::record::seal::LONGEST_LINE;
use serde::Deserialize;
use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The number of this format.
pub const FORMAT: u32 = 1;

/// The one file of such a run.
pub fn journal_path(folder: &Path) -> PathBuf {
    folder.join("journal.jsonl")
}

#[derive(Deserialize)]
struct FirstLine {
    format: u32,
    run: String,
    started_at: String,
    pid: u32,
    options: Value,
    operations: Vec<String>,
}

/// The header of the run in a folder.
///
/// # Errors
/// Why there is none that can be read.
pub(super) fn header(disk: &dyn Disk, folder: &Path) -> Result<Header, Unreadable> {
    let first = first_line(disk, folder)?;
    let text = |key: &str| first.options.get(key).and_then(Value::as_str).map(str::to_owned);
    let slots = first.options.get("max_concurrency").and_then(Value::as_u64);
    Ok(Header {
        format: FORMAT,
        run: first.run,
        name: text("name").unwrap_or_default(),
        source: text("source"),
        started_at: first.started_at,
        pid: first.pid,
        operations: u32::try_from(first.operations.len()).unwrap_or(u32::MAX),
        max_concurrency: slots.and_then(|slots| u32::try_from(slots).ok()).unwrap_or(1),
        options: first.options,
        ..Header::default()
    })
}

/// The names of its operations, as declared.
pub(super) fn names(disk: &dyn Disk, folder: &Path) -> Vec<String> {
    first_line(disk, folder).map_or_else(|_| Vec::new(), |first| first.operations)
}

fn first_line(disk: &dyn Disk, folder: &Path) -> Result<FirstLine, Unreadable> {
    let mut lines = Lines::open_all(disk, folder).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Unreadable::NoRun,
        _ => Unreadable::Header(error.to_string()),
    })?;
    let first = lines.line().unwrap_or_default();
    let first: FirstLine =
        serde_json::from_slice(first).map_err(|error| Unreadable::Header(error.to_string()))?;
    match first.format {
        FORMAT => Ok(first),
        newer => Err(Unreadable::Newer(newer)),
    }
}

/// Whether the process that wrote a header is still there. A later process with its number began after the run did.
pub(super) fn is_running(header: &Header) -> bool {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = Pid::from_u32(header.pid);
    let Ok(mut system) = System::new() else { return false };
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    let began = system.process(pid).and_then(|process| i64::try_from(process.start_time()).ok());
    let run = header.started_at.parse().map(jiff::Timestamp::as_second);
    began.zip(run.ok()).is_some_and(|(began, run)| began <= run + 1)
}

/// The lines of a journal, one after another.
pub(super) struct Lines {
    file: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    seq: u64,
}

impl Lines {
    /// Those behind the first one.
    pub(super) fn open(disk: &dyn Disk, folder: &Path) -> Option<Self> {
        let mut lines = Self::open_all(disk, folder).ok()?;
        lines.line()?;
        Some(lines)
    }

    fn open_all(disk: &dyn Disk, folder: &Path) -> std::io::Result<Self> {
        let file = BufReader::with_capacity(64 << 10, disk.open(&journal_path(folder))?);
        Ok(Self { file, line: Vec::new(), seq: 0 })
    }

    fn line(&mut self) -> Option<&[u8]> {
        self.line.clear();
        let read = self.file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line).ok()?;
        (read > 0).then_some(&self.line)
    }

    pub(super) fn next(&mut self, bytes: &mut u64) -> Option<Entry> {
        #[derive(Deserialize)]
        struct Beginning {
            #[serde(default)]
            at_ms: u64,
            event: Event,
        }
        loop {
            let line = self.line()?;
            *bytes += line.len() as u64;
            let Ok(Beginning { at_ms, event }) = serde_json::from_slice(line) else { continue };
            let Ok(what) = What::read(&event, &mut serde_json::Deserializer::from_slice(line)) else {
                continue;
            };
            let seq = self.seq;
            self.seq += 1;
            return Some(Entry { seq, at: at_ms, what });
        }
    }
}
