//! How much may come out of an archive.

use super::end::Broken;
use crate::error::{Code, Fault};
use crate::operation::{ArchiveSpec, MAX_BYTES, MAX_ENTRIES};
use crate::work::progress::size;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes out of each byte of the archive: no deflated one has more, unless its entries overlap.
const MOST_RATIO: u64 = 1_100;

/// What is small may be packed as well as it likes.
const RATIO_FROM: u64 = 64 << 20;

/// Counts what comes out of an archive, on as many threads as unpack it.
pub(super) struct Limits {
    source: String,
    packed: u64,
    max_entries: u64,
    max_bytes: u64,
    /// Not where somebody has said how much may come.
    ratio: bool,
    entries: u64,
    bytes: AtomicU64,
}

impl Limits {
    pub(super) fn new(spec: &ArchiveSpec, packed: u64) -> Self {
        Self {
            source: spec.source.clone(),
            packed,
            max_entries: spec.max_entries.unwrap_or(MAX_ENTRIES),
            max_bytes: spec.max_bytes.unwrap_or(MAX_BYTES),
            ratio: spec.max_bytes.is_none(),
            entries: 0,
            bytes: AtomicU64::new(0),
        }
    }

    /// What an archive says itself of how much it has, before anything of it is read.
    pub(super) fn promised(&self, entries: u64, bytes: u64) -> Result<(), Broken> {
        self.judge_entries(entries)?;
        self.judge_bytes(bytes)
    }

    /// One entry more.
    pub(super) fn entry(&mut self) -> Result<(), Broken> {
        self.entries += 1;
        self.judge_entries(self.entries)
    }

    /// Bytes more.
    pub(super) fn bytes(&self, more: u64) -> Result<(), Broken> {
        self.judge_bytes(self.bytes.fetch_add(more, Ordering::Relaxed).saturating_add(more))
    }

    /// What came.
    pub(super) fn counted(&self) -> (u64, u64) {
        (self.entries, self.bytes.load(Ordering::Relaxed))
    }

    fn judge_entries(&self, entries: u64) -> Result<(), Broken> {
        if entries <= self.max_entries {
            return Ok(());
        }
        let how = format!("has more than {} entries", self.max_entries);
        Err(self.fault(&how, "Raise 'max-entries' if you trust it."))
    }

    fn judge_bytes(&self, bytes: u64) -> Result<(), Broken> {
        if bytes > self.max_bytes {
            let how = format!("has a content of more than {}", size(self.max_bytes));
            return Err(self.fault(&how, "Raise 'max-size' if you trust it."));
        }
        if self.ratio && bytes > RATIO_FROM && bytes / MOST_RATIO > self.packed {
            let how = format!("has more than {MOST_RATIO} times its own size as its content, as bombs have");
            return Err(self.fault(&how, "Set 'max-size' to what you expect of it, if you trust it."));
        }
        Ok(())
    }

    fn fault(&self, how: &str, advice: &str) -> Broken {
        Fault::new(Code::ArchiveTooLarge, format!("the archive '{}' {how}", self.source))
            .with_advice(advice)
            .with_target(&self.source)
            .into()
    }
}
