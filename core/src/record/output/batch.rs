//! One record of an operation, and many of them in one piece of memory: as they are handed over, and as the file has them.
//!
//! A record is 21 bytes and its text: the operation, the attempt (both `u32`), milliseconds since the run's start (`u64`),
//! the kind (`u8`) and the length of the text (`u32`), all little-endian. So a caller that hands over many of them needs one
//! call and no document.

use crate::error::{Code, Fault};
use crate::graph::OpId;
use serde::Serialize;

/// Bytes of a record without its text.
pub const HEAD: usize = 21;

/// Bytes of one record's text, at most: longer ones are cut.
pub const LONGEST_TEXT: usize = 64 << 10;

/// Where a record was written to, or what it says of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// An output object, as short text.
    Output = 0,
    /// An error, with its position and stack.
    Error = 1,
    /// A warning.
    Warning = 2,
    /// A verbose message.
    Verbose = 3,
    /// A debug message.
    Debug = 4,
    /// An information record, those of `Write-Host` among them.
    Information = 5,
    /// A line that a program wrote to its standard output.
    Stdout = 6,
    /// A line that a program wrote to its standard error.
    Stderr = 7,
    /// Records that are missing here; see [`Gap`].
    Missing = 8,
    /// The operation has nothing more to write. It is never in a file.
    End = 9,
}

impl Kind {
    /// All kinds, by their number.
    pub const ALL: [Self; 10] = [
        Self::Output,
        Self::Error,
        Self::Warning,
        Self::Verbose,
        Self::Debug,
        Self::Information,
        Self::Stdout,
        Self::Stderr,
        Self::Missing,
        Self::End,
    ];

    /// The one bit that stands for it in a set of kinds.
    pub const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Why records are missing, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Why.
    pub why: GapReason,
    /// Records.
    pub records: u64,
    /// Bytes of their text.
    pub bytes: u64,
}

/// Why records are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GapReason {
    /// The operation wrote more than is kept of one: the middle.
    Limit,
    /// The disk took longer than anybody waits for it.
    Slow,
    /// What follows is held back until it is known which records are the last ones. Only a process that died leaves it
    /// at that.
    Held,
}

impl Gap {
    /// As the text of a record.
    pub fn to_text(self) -> String {
        let why = match self.why {
            GapReason::Limit => "limit",
            GapReason::Slow => "slow",
            GapReason::Held => "held",
        };
        format!("{why} {} {}", self.records, self.bytes)
    }

    /// Reads [`to_text`](Self::to_text).
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let why = match words.next()? {
            "limit" => GapReason::Limit,
            "slow" => GapReason::Slow,
            "held" => GapReason::Held,
            _ => return None,
        };
        let (records, bytes) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        words.next().is_none().then_some(Self { why, records, bytes })
    }
}

/// One record of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputRecord<'b> {
    /// The operation that wrote it.
    pub op: OpId,
    /// Its attempt, from 1.
    pub attempt: u32,
    /// Milliseconds since the run's start.
    pub at: u64,
    /// Where it was written to.
    pub kind: Kind,
    /// The text, without secrets.
    pub text: &'b str,
}

impl OutputRecord<'_> {
    /// Bytes it takes.
    pub fn size(&self) -> usize {
        HEAD + self.text.len()
    }

    /// Appends it to some bytes; a text that is too long is cut.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        let whole = self.text.len() <= LONGEST_TEXT;
        let text =
            if whole { self.text } else { &self.text[..self.text.floor_char_boundary(LONGEST_TEXT - 3)] };
        let length = text.len() + if whole { 0 } else { '…'.len_utf8() };
        bytes.extend_from_slice(&self.op.0.to_le_bytes());
        bytes.extend_from_slice(&self.attempt.to_le_bytes());
        bytes.extend_from_slice(&self.at.to_le_bytes());
        bytes.push(self.kind as u8);
        // A text is no longer than the limit, which fits.
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        if !whole {
            bytes.extend_from_slice("…".as_bytes());
        }
    }
}

/// Records of a run in one piece of memory, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch(Vec<u8>);

impl Batch {
    /// Takes what somebody else has put together; `nodes` is how many operations and compensations the run has.
    ///
    /// # Errors
    /// [`Code::MalformedOptions`] when these are not records of such a run.
    pub fn from_bytes(bytes: Vec<u8>, nodes: usize) -> Result<Self, Fault> {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let place = bytes.len() - rest.len();
            let sound = first(&mut rest)
                .is_some_and(|record| record.op.index() < nodes && record.text.len() <= LONGEST_TEXT);
            if !sound {
                return Err(Fault::new(
                    Code::MalformedOptions,
                    format!("what operations wrote cannot be read at byte {place}"),
                ));
            }
        }
        Ok(Self(bytes))
    }

    /// Adds a record.
    pub fn push(&mut self, record: &OutputRecord<'_>) {
        record.write(&mut self.0);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of all of them.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// One after another.
    pub fn records(&self) -> impl Iterator<Item = OutputRecord<'_>> {
        records(&self.0)
    }
}

/// The records of some bytes, one after another, up to the first that this version does not know.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = OutputRecord<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || first(&mut rest))
}

/// The first record of some bytes, which are moved on behind it; nothing when they do not begin with one.
fn first<'b>(bytes: &mut &'b [u8]) -> Option<OutputRecord<'b>> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let word = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let at = u64::from_le_bytes(head.get(8..16)?.try_into().ok()?);
    let kind = *Kind::ALL.get(usize::from(head[16]))?;
    let (text, rest) = rest.split_at_checked(word(17)? as usize)?;
    let text = std::str::from_utf8(text).ok()?;
    *bytes = rest;
    Some(OutputRecord { op: OpId(word(0)?), attempt: word(4)?, at, kind, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(text: &str) -> OutputRecord<'_> {
        OutputRecord { op: OpId(2), attempt: 3, at: 1 << 40, kind: Kind::Warning, text }
    }

    #[test]
    fn records_come_back_as_they_were_handed_over() {
        let mut batch = Batch::default();
        let texts = ["", "plain", "ünï 🦀\n second line", "\u{0}\r"];
        for (text, kind) in texts.iter().zip(Kind::ALL) {
            batch.push(&OutputRecord { kind, ..record(text) });
        }
        let again = Batch::from_bytes(batch.0.clone(), 3).unwrap();
        let read: Vec<_> =
            again.records().map(|record| (record.op, record.at, record.kind, record.text)).collect();
        let expected: Vec<_> =
            texts.iter().zip(Kind::ALL).map(|(text, kind)| (OpId(2), 1 << 40, kind, *text)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters() {
        let mut batch = Batch::default();
        batch.push(&record(&"🦀".repeat(LONGEST_TEXT)));
        batch.push(&record("after"));
        let texts: Vec<&str> = batch.records().map(|record| record.text).collect();
        assert!(texts[0].len() <= LONGEST_TEXT && texts[0].ends_with("🦀…"));
        assert_eq!(texts[1..], ["after"]);
    }

    #[test]
    fn what_is_no_batch_is_refused_with_its_place() {
        let mut batch = Batch::default();
        batch.push(&record("one"));
        batch.push(&record("two"));
        let sound = batch.0;
        assert!(
            Batch::from_bytes(sound.clone(), 2).unwrap_err().message.contains("byte 0"),
            "no such operation"
        );
        for cut in (1..sound.len()).filter(|cut| *cut != HEAD + 3) {
            assert!(Batch::from_bytes(sound[..cut].to_vec(), 3).is_err(), "{cut}");
        }
        let second = HEAD + 3;
        for (at, value) in [(second + 16, 10), (second + 20, 1), (second + HEAD, 0xff)] {
            let mut bytes = sound.clone();
            bytes[at] = value;
            let fault = Batch::from_bytes(bytes, 3).unwrap_err();
            assert!(fault.message.contains(&format!("byte {second}")), "{}", fault.message);
        }
    }

    #[test]
    fn a_gap_is_read_as_it_was_written() {
        for why in [GapReason::Limit, GapReason::Slow, GapReason::Held] {
            let gap = Gap { why, records: 7, bytes: u64::MAX };
            assert_eq!(Gap::parse(&gap.to_text()), Some(gap));
        }
        for text in ["", "limit", "limit 1", "limit 1 2 3", "often 1 2", "limit -1 2"] {
            assert_eq!(Gap::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(batch) = Batch::from_bytes(bytes, 5) {
                batch.records().for_each(|record| assert!(record.op.index() < 5));
            }
        }
    }
}
