//! How long the operations of a run took: from its result where it has one, else from its journal.
//!
//! Every run with a name asks this of earlier ones before it starts, so of a result only the few members that count
//! are kept while it is read.

use crate::record::header::FORMAT;
use crate::record::reader::Record;
use crate::record::state::took_ms;
use crate::record::{self, disk::Disk};
use crate::scheduler::{RunStatus, Status};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// How long operations took.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// Names as declared, each with its milliseconds; without operations that did not run or did not end well.
    pub operations: Vec<(String, u64)>,
    /// Bytes that were read for it.
    pub bytes: u64,
}

impl Record<'_> {
    /// How long its operations took. Of a result that is larger than so many bytes, or cannot be read, the journal is
    /// read instead, as far as those bytes go.
    pub fn took(&self, most_bytes: u64) -> Took {
        let ended = self.header().format == FORMAT;
        let of_result = ended.then(|| of_result(self.disk(), self.folder(), most_bytes)).flatten();
        of_result.unwrap_or_else(|| self.of_journal(most_bytes))
    }

    fn of_journal(&self, most_bytes: u64) -> Took {
        let mut state = self.before();
        let mut entries = self.entries();
        while entries.bytes() < most_bytes
            && let Some(entry) = entries.next()
        {
            state.apply(&entry);
        }
        let operations =
            state.operations.into_iter().filter_map(|it| it.took_ms().map(|took| (it.name, took))).collect();
        Took { operations, bytes: entries.bytes() }
    }
}

/// What counts of a [`RunResult`](record::RunResult).
#[derive(Deserialize)]
struct Document<'d> {
    status: Option<RunStatus>,
    #[serde(borrow)]
    operations: Vec<Operation<'d>>,
}

#[derive(Deserialize)]
struct Operation<'d> {
    #[serde(borrow)]
    name: Cow<'d, str>,
    status: Option<Status>,
    kept_from: Option<IgnoredAny>,
    #[serde(default)]
    up_to_date: bool,
    duration_ms: Option<u64>,
    ready_after_ms: Option<u64>,
}

/// Nothing if there is no result that can be read within so many bytes.
fn of_result(disk: &dyn Disk, folder: &Path, most_bytes: u64) -> Option<Took> {
    let mut bytes = Vec::new();
    let file = disk.open(&record::result_path(folder)).ok()?;
    file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > most_bytes {
        return None;
    }
    let document: Document<'_> = serde_json::from_slice(&bytes).ok()?;
    document.status?;
    let took = |it: Operation<'_>| {
        let ran = it.status == Some(Status::Succeeded) && !it.up_to_date && it.kept_from.is_none();
        Some((it.name.into_owned(), took_ms(ran, it.ready_after_ms, it.duration_ms)?))
    };
    Some(Took {
        operations: document.operations.into_iter().filter_map(took).collect(),
        bytes: bytes.len() as u64,
    })
}

/// Checks that the result of an ended run and its journal tell the same.
#[cfg(test)]
pub(crate) fn assert_told_by_both(record: &Record<'_>) {
    let of_result = of_result(record.disk(), record.folder(), u64::MAX).expect("it has a result");
    assert_eq!(of_result.operations, record.of_journal(u64::MAX).operations);
    // One byte less than the result has, and the journal is what is read.
    let too_large = of_result.bytes - 1;
    assert_eq!(record.took(too_large), record.of_journal(too_large));
}
