//! What was in use of the machine while a run was under way: a line a second at most, in a file of its own.
//!
//! The longer a run, the fewer: the time between two lines is a second, and a thousandth part of what the run has lasted
//! once that is longer, so that a run of a week has some seven thousand. A file that cannot be written has no more
//! lines, and what cannot be read is passed over: no run depends on it.

use crate::record::disk::Disk;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lines that are read, at most.
const MOST_READ: usize = 50_000;

/// The part of what a run has lasted that lies between two lines.
const PART: u64 = 1_000;

/// One look at the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Milliseconds since the run's start.
    pub at: u64,
    /// Percent of the processors that the run may use, since the look before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<u32>,
    /// Memory in use, by all programs, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u64>,
    /// How much memory there is; in the first line only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_total_mib: Option<u64>,
}

/// The file in a run's folder.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("usage.jsonl")
}

/// Writes the file, which is made with its first line.
#[derive(Debug)]
pub struct UsageWriter {
    disk: Arc<dyn Disk>,
    /// When the next line is due.
    due: u64,
    begun: bool,
    failed: bool,
}

impl UsageWriter {
    /// One that has written nothing.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, due: 0, begun: false, failed: false }
    }

    /// Writes a line, if one is due.
    pub fn note(&mut self, folder: &Path, used: Used) {
        if self.failed || used.at < self.due || (used.cpu_percent.is_none() && used.memory_mib.is_none()) {
            return;
        }
        let memory_total_mib = used.memory_total_mib.filter(|_| !self.begun);
        // It is open for a moment only, so that the folder can be deleted when the run is over.
        let written = line(&Used { memory_total_mib, ..used })
            .and_then(|line| self.disk.append(&path(folder))?.write_all(&line));
        self.failed = written.is_err();
        self.begun = true;
        // A look that comes a little late is not one to leave out.
        self.due = used.at + (used.at / PART).max(900);
    }
}

fn line(used: &Used) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(used)?;
    line.push(b'\n');
    Ok(line)
}

/// All that can be read, in the order of time.
pub fn read(disk: &dyn Disk, folder: &Path) -> Vec<Used> {
    let Ok(file) = disk.open(&path(folder)) else { return Vec::new() };
    let mut all: Vec<Used> = Vec::new();
    for line in BufReader::new(file).split(b'\n').take(MOST_READ) {
        match line.map(|line| serde_json::from_slice::<Used>(&line)) {
            Ok(Ok(used)) if all.last().is_none_or(|last| last.at <= used.at) => all.push(used),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::disk::Files;

    #[test]
    fn a_long_run_has_few_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = UsageWriter::new(Arc::new(Files));
        let used = |at| Used { at, cpu_percent: Some(40), memory_mib: Some(2_000), ..Used::default() };
        // Two days, a look a second.
        for second in 1..172_800 {
            writer.note(folder.path(), Used { memory_total_mib: Some(8_000), ..used(second * 1_000) });
        }
        let all = read(&Files, folder.path());
        assert!((5_500..8_000).contains(&all.len()), "{}", all.len());
        assert_eq!(all[0], Used { memory_total_mib: Some(8_000), ..used(1_000) });
        assert_eq!(all[1], used(2_000));
        let gaps: Vec<u64> = all.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        assert!(gaps.iter().all(|gap| (1_000..200_000).contains(gap)));
    }

    #[test]
    fn what_cannot_be_read_is_passed_over_and_nothing_is_written_after_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&Files, folder.path()), []);
        std::fs::write(
            path(folder.path()),
            "{\"at\":5,\"new\":1}\nx\n{\"at\":3}\n{\"at\":9,\"cpu_percent\":7}\n{\"at\"",
        )
        .unwrap();
        let read = read(&Files, folder.path());
        assert_eq!(
            read.iter().map(|used| (used.at, used.cpu_percent)).collect::<Vec<_>>(),
            [(5, None), (9, Some(7))]
        );
        let mut writer = UsageWriter::new(Arc::new(Files));
        let used = Used { at: 1, cpu_percent: Some(1), ..Used::default() };
        writer.note(&folder.path().join("gone"), used);
        writer.note(folder.path(), Used { at: 9_000, ..used });
        assert_eq!(super::read(&Files, folder.path()).len(), 2);
    }
}
