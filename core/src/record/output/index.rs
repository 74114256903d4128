//! The positions of records in an output file, so that the last records, or those of one operation, are found without reading all.
//!
//! It is written once the file is complete and will not grow any more. A file without a sound index is read from its
//! beginning: that costs time and nothing else.

use super::batch::OutputRecord;
use crate::graph::OpId;
use crate::record::disk::Disk;
use crate::record::durability::Durability;
use crate::record::seal;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::path::Path;

/// Bytes of the file that one line of the index speaks of.
const SPAN: u64 = 256 << 10;

/// Bytes of an index, at most; enough for a file of some terabytes.
const LARGEST: u64 = 256 << 20;

/// The frames of a stretch of the file, and what is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Where it begins, in bytes.
    pub offset: u64,
    /// Its length.
    pub bytes: u64,
    /// The number of its first frame.
    pub frame: u64,
    /// A bit for each operation, by its number modulo 64.
    pub operations: u64,
    /// A bit for each kind of record.
    pub kinds: u16,
}

/// The index of one output file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Bytes of the file.
    pub bytes: u64,
    /// Its frames.
    pub frames: u64,
    /// What is where, from its beginning to its end.
    pub spans: Vec<Span>,
}

/// What some records are of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Contents {
    operations: u64,
    kinds: u16,
}

impl Contents {
    pub(super) fn add(&mut self, record: &OutputRecord<'_>) {
        self.operations |= bit(record.op);
        self.kinds |= record.kind.bit();
    }
}

/// The bit of an operation.
pub(super) fn bit(op: OpId) -> u64 {
    1 << (op.0 % 64)
}

impl Index {
    /// One frame more at the end of the file.
    pub(super) fn add(&mut self, bytes: u64, contents: Contents) {
        match self.spans.last_mut() {
            Some(span) if span.bytes + bytes <= SPAN => {
                span.bytes += bytes;
                span.operations |= contents.operations;
                span.kinds |= contents.kinds;
            }
            _ => self.spans.push(Span {
                offset: self.bytes,
                bytes,
                frame: self.frames,
                operations: contents.operations,
                kinds: contents.kinds,
            }),
        }
        self.bytes += bytes;
        self.frames += 1;
    }

    /// Writes it beside its file.
    pub(super) fn write(&self, disk: &dyn Disk, path: &Path) -> io::Result<()> {
        let mut document = serde_json::to_vec(self)?;
        seal::seal(&mut document, 0);
        // Without it the file is read from its beginning, so there is nothing to wait for.
        disk.put(path, &document, Durability::Process)
    }

    /// Reads it; nothing where there is none that can be believed.
    pub(super) fn read(disk: &dyn Disk, path: &Path) -> Option<Self> {
        let mut document = Vec::new();
        disk.open(path).ok()?.take(LARGEST).read_to_end(&mut document).ok()?;
        let line = document.strip_suffix(b"\n")?;
        let index: Self =
            if seal::is_whole(line) { serde_json::from_slice(line).ok()? } else { return None };
        let mut end = 0;
        for span in &index.spans {
            if span.offset != end {
                return None;
            }
            end = end.checked_add(span.bytes)?;
        }
        (end == index.bytes).then_some(index)
    }
}
