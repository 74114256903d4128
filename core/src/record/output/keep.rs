//! Which records of an operation are kept that writes more than anybody will read: the first ones and the last ones.
//!
//! The first part goes to the file at once. After that, what comes is held back in memory, as much as the last part may
//! have; it is written when the operation ends, behind a marker that says how much is missing. So a file only ever
//! grows at its end, and by so much an operation.

use super::batch::{Gap, GapReason, Kind, OutputRecord};
use crate::graph::OpId;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// How much of an operation is kept, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The first part.
    pub first: u64,
    /// The last part, which waits in memory until the operation ends.
    pub last: u64,
}

/// Bytes of an operation's output that are kept unless somebody says otherwise.
pub const DEFAULT_LIMIT: u64 = 10 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self::of(DEFAULT_LIMIT)
    }
}

impl Limits {
    /// So many bytes, a tenth of them for the last part.
    pub fn of(bytes: u64) -> Self {
        Self { first: bytes - bytes / 10, last: bytes / 10 }
    }
}

/// What is kept of each operation.
#[derive(Debug, Default)]
pub(super) struct Keep {
    limits: Limits,
    operations: HashMap<OpId, Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Bytes of the first part so far.
    first: u64,
    /// The last ones so far, each as it will be written.
    last: VecDeque<Vec<u8>>,
    /// The bytes that they take.
    last_bytes: u64,
    /// Whether the first part is full.
    full: bool,
    /// Records between both parts, and bytes of their text.
    missing: (u64, u64),
}

impl Keep {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, operations: HashMap::new() }
    }

    /// Takes one record, and appends to `out` what is to be written now.
    pub(super) fn take(&mut self, record: &OutputRecord<'_>, out: &mut Vec<u8>) {
        if record.kind == Kind::End {
            self.end(record.op, record.at, out);
            return;
        }
        let kept = self.operations.entry(record.op).or_default();
        let size = record.size() as u64;
        if !kept.full && kept.first + size <= self.limits.first {
            kept.first += size;
            record.write(out);
            return;
        }
        if !kept.full {
            kept.full = true;
            gap(record, Gap { why: GapReason::Held, records: 0, bytes: 0 }, out);
        }
        let mut bytes = Vec::with_capacity(record.size());
        record.write(&mut bytes);
        kept.last_bytes += size;
        kept.last.push_back(bytes);
        while kept.last_bytes > self.limits.last
            && let Some(first) = kept.last.pop_front()
        {
            kept.last_bytes -= first.len() as u64;
            kept.missing.0 += 1;
            kept.missing.1 += (first.len() - super::batch::HEAD) as u64;
        }
    }

    /// An operation has ended, or paused: its last part is written. What it writes later comes on top of it.
    fn end(&mut self, op: OpId, at: u64, out: &mut Vec<u8>) {
        let Some(kept) = self.operations.get_mut(&op) else { return };
        let (records, bytes) = std::mem::take(&mut kept.missing);
        if records > 0 {
            let record = OutputRecord { op, attempt: 0, at, kind: Kind::Missing, text: "" };
            gap(&record, Gap { why: GapReason::Limit, records, bytes }, out);
        }
        kept.last.drain(..).for_each(|record| out.extend_from_slice(&record));
        kept.last_bytes = 0;
    }

    /// All operations have ended.
    pub(super) fn end_all(&mut self, at: u64, out: &mut Vec<u8>) {
        // In the order of the plan, so that the same run gives the same file.
        let open: BTreeMap<OpId, ()> = self
            .operations
            .iter()
            .filter(|(_, kept)| !kept.last.is_empty() || kept.missing.0 > 0)
            .map(|(op, _)| (*op, ()))
            .collect();
        open.into_keys().for_each(|op| self.end(op, at, out));
    }
}

/// A marker beside a record.
pub(super) fn gap(beside: &OutputRecord<'_>, gap: Gap, out: &mut Vec<u8>) {
    OutputRecord { kind: Kind::Missing, text: &gap.to_text(), ..*beside }.write(out);
}

#[cfg(test)]
mod tests {
    use super::super::batch::Batch;
    use super::*;
    use proptest::prelude::*;

    const SIZE: u64 = super::super::batch::HEAD as u64 + 4;

    fn write(keep: &mut Keep, op: u32, numbers: std::ops::Range<u32>) -> Vec<u8> {
        let mut out = Vec::new();
        for number in numbers {
            let text = format!("{number:04}");
            let record = OutputRecord { op: OpId(op), attempt: 1, at: 0, kind: Kind::Stdout, text: &text };
            keep.take(&record, &mut out);
        }
        out
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        Batch::from_bytes(bytes.to_vec(), 9).unwrap().records().map(|record| record.text.to_owned()).collect()
    }

    #[test]
    fn the_first_and_the_last_are_kept_and_a_marker_says_how_much_is_missing() {
        let mut keep = Keep::new(Limits { first: 3 * SIZE, last: 2 * SIZE });
        assert_eq!(texts(&write(&mut keep, 0, 0..3)), ["0000", "0001", "0002"]);
        assert_eq!(texts(&write(&mut keep, 0, 3..10)), ["held 0 0"]);
        assert_eq!(texts(&write(&mut keep, 1, 0..1)), ["0000"], "another operation has a limit of its own");
        let mut out = Vec::new();
        keep.end(OpId(0), 5, &mut out);
        assert_eq!(texts(&out), ["limit 5 20", "0008", "0009"]);
        out.clear();
        keep.end_all(6, &mut out);
        assert_eq!(texts(&out), [""; 0], "it was said once");
        // A second attempt does not begin with a new first part.
        assert_eq!(texts(&write(&mut keep, 0, 10..14)), [""; 0]);
        keep.end_all(7, &mut out);
        assert_eq!(texts(&out), ["limit 2 8", "0012", "0013"]);
    }

    #[test]
    fn what_just_fits_is_kept_without_a_marker_of_anything_missing() {
        let mut keep = Keep::new(Limits { first: 3 * SIZE, last: 2 * SIZE });
        let mut out = write(&mut keep, 0, 0..5);
        keep.end_all(0, &mut out);
        assert_eq!(texts(&out), ["0000", "0001", "0002", "held 0 0", "0003", "0004"]);
    }

    #[test]
    fn an_operation_that_writes_without_end_takes_no_more_memory_than_its_last_part() {
        let mut keep = Keep::new(Limits { first: 0, last: 10 * SIZE });
        write(&mut keep, 0, 0..9_000);
        let kept = &keep.operations[&OpId(0)];
        assert_eq!((kept.last.len(), kept.last_bytes, kept.missing.0), (10, 10 * SIZE, 8_990));
    }

    proptest! {
        /// Whatever is written, it is there or counted, in its order.
        #[test]
        fn nothing_is_lost_in_silence(
            first in 0u64..300, last in 0u64..300,
            writes in proptest::collection::vec((0u32..3, 0usize..40, any::<bool>()), 0..60),
        ) {
            let mut keep = Keep::new(Limits { first, last });
            let mut out = Vec::new();
            let mut written: [Vec<String>; 3] = Default::default();
            for (number, (op, length, ends)) in writes.into_iter().enumerate() {
                let text = format!("{number:04}{}", "x".repeat(length));
                let record = OutputRecord { op: OpId(op), attempt: 1, at: 0, kind: Kind::Output, text: &text };
                keep.take(&record, &mut out);
                written[op as usize].push(text.clone());
                if ends {
                    keep.take(&OutputRecord { kind: Kind::End, ..record }, &mut out);
                }
            }
            keep.end_all(0, &mut out);
            let batch = Batch::from_bytes(out, 3).unwrap();
            for op in 0..3u32 {
                let mut truth = written[op as usize].iter();
                for record in batch.records().filter(|record| record.op == OpId(op)) {
                    if record.kind == Kind::Missing {
                        let gap = Gap::parse(record.text).unwrap();
                        let mut bytes = 0;
                        for _ in 0..gap.records {
                            bytes += truth.next().unwrap().len() as u64;
                        }
                        prop_assert_eq!(bytes, gap.bytes);
                    } else {
                        prop_assert_eq!(record.text, truth.next().unwrap());
                    }
                }
                prop_assert_eq!(truth.next(), None);
            }
        }
    }
}
