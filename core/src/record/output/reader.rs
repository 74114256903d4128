//! Reads what operations wrote, as far as it can be believed, a page at a time.
//!
//! A file is believed up to the first frame that is torn, does not match its check or is out of sequence, as a journal is.
//! A file that was closed has an index, and then the last records and those of one operation are looked up: each frame
//! that is read that way is checked, but not those that are passed over.

use super::batch::{Gap, GapReason, Kind, OutputRecord, records};
use super::frame::{self, Salt};
use super::index::{Index, Span, bit};
use super::{index_path, life_of, output_folder, output_path};
use crate::graph::OpId;
use crate::record::disk::Disk;
use crate::record::{Damage, DamageKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Bytes of a page, about, unless somebody says otherwise.
pub const PAGE: usize = 4 << 20;

/// A place between two frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The process life whose file it is in; 0 before the first.
    pub life: u32,
    /// Bytes from that file's beginning.
    pub offset: u64,
    /// The number of the frame that comes next.
    pub frame: u64,
}

/// Which records are asked for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Only those of these operations; of all of them when absent.
    pub operations: Option<Vec<OpId>>,
    /// Only those of these kinds, as bits; of all kinds when absent.
    pub kinds: Option<u16>,
    /// Only this many, the last ones.
    pub last: Option<usize>,
    /// From here; from the beginning when absent. Not together with `last`.
    pub from: Option<Position>,
    /// Bytes of a page, about.
    pub page: Option<usize>,
}

/// One record as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadRecord {
    /// The operation that wrote it.
    pub op: OpId,
    /// Its attempt; 0 for what the store says itself.
    pub attempt: u32,
    /// Milliseconds since the run's start.
    pub at: u64,
    /// Where it was written to.
    pub kind: Kind,
    /// What was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is missing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Gap>,
}

/// Some of the records that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Page {
    /// They, in the order in which they were written.
    pub records: Vec<ReadRecord>,
    /// Where the next page begins.
    pub next: Position,
    /// Whether there is more now.
    pub more: bool,
    /// Why there is no more, if the files have more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<Damage>,
    /// Operations whose last part was not written when the file ends: it was in the memory of the process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<OpId>,
    /// Bytes that were read for it.
    #[serde(skip)]
    pub bytes: u64,
}

/// Reads a page of what the operations of a run wrote.
pub fn read(disk: &dyn Disk, folder: &Path, run: &str, question: &Question) -> Page {
    let lives = lives(disk, folder);
    let reader = Reader { disk, folder, run, question };
    match question.last {
        Some(last) => reader.last(&lives, last),
        None => reader.page(&lives),
    }
}

/// The process lives that wrote something.
fn lives(disk: &dyn Disk, folder: &Path) -> Vec<u32> {
    let names = disk.names(&output_folder(folder)).unwrap_or_default();
    let mut lives: Vec<u32> = names.iter().filter_map(|name| life_of(name)).collect();
    lives.sort_unstable();
    lives
}

struct Reader<'r> {
    disk: &'r dyn Disk,
    folder: &'r Path,
    run: &'r str,
    question: &'r Question,
}

impl Reader<'_> {
    fn page(&self, lives: &[u32]) -> Page {
        let from = self.question.from.unwrap_or_default();
        let room = self.question.page.unwrap_or(PAGE);
        let mut page = Page { next: from, ..Page::default() };
        let (mut held, mut filled) = (BTreeSet::new(), 0);
        for &life in lives.iter().filter(|life| **life >= from.life) {
            if life != page.next.life {
                page.next = Position { life, ..Position::default() };
            }
            let index = Index::read(self.disk, &index_path(self.folder, life));
            let spans = index.as_ref().map_or(&[][..], |index| &index.spans);
            let mut frames = self.frames(page.next);
            loop {
                if filled >= room {
                    page.more = true;
                    return page;
                }
                // What cannot have any of what is asked for is not read.
                if let Some(span) = spans.iter().find(|span| span.offset == page.next.offset)
                    && !self.may_have(span)
                {
                    page.next.offset += span.bytes;
                    page.next.frame = spans
                        .iter()
                        .find(|next| next.offset == page.next.offset)
                        .map_or(index.as_ref().map_or(0, |index| index.frames), |next| next.frame);
                    frames = self.frames(page.next);
                    continue;
                }
                match frames.next() {
                    Ok(Some(payload)) => {
                        page.bytes += (frame::HEAD + payload.len()) as u64;
                        page.next = frames.at;
                        for record in records(&payload) {
                            note_held(&mut held, &record);
                            if self.wants(&record) {
                                filled += record.size();
                                page.records.extend(owned(&record));
                            }
                        }
                    }
                    Ok(None) => break,
                    Err(kind) => {
                        page.damage.get_or_insert(self.damage(frames.at, kind));
                        break;
                    }
                }
            }
        }
        page.held = held.into_iter().filter(|op| self.wants_operation(*op)).collect();
        page
    }

    /// The last records. Files that are closed are read from their end.
    fn last(&self, lives: &[u32], last: usize) -> Page {
        let mut page = Page::default();
        let mut found: VecDeque<ReadRecord> = VecDeque::new();
        let mut held = BTreeSet::new();
        for &life in lives.iter().rev() {
            if found.len() >= last {
                break;
            }
            let room = last - found.len();
            let (mut these, at) = match Index::read(self.disk, &index_path(self.folder, life)) {
                Some(index) if self.ends_at(life, index.bytes) => {
                    let at = Position { life, offset: index.bytes, frame: index.frames };
                    (self.last_of_closed(&index, life, room, &mut page), at)
                }
                _ => self.last_of_open(life, room, &mut page, &mut held),
            };
            if page.next.life == 0 {
                page.next = at;
            }
            these.append(&mut found);
            found = these;
        }
        page.records = found.into();
        page.held = held.into_iter().filter(|op| self.wants_operation(*op)).collect();
        page
    }

    fn last_of_closed(&self, index: &Index, life: u32, room: usize, page: &mut Page) -> VecDeque<ReadRecord> {
        let mut found: VecDeque<ReadRecord> = VecDeque::new();
        for span in index.spans.iter().rev().filter(|span| self.may_have(span)) {
            if found.len() >= room {
                break;
            }
            let mut frames = self.frames(Position { life, offset: span.offset, frame: span.frame });
            let mut these = VecDeque::new();
            while frames.at.offset < span.offset + span.bytes {
                match frames.next() {
                    Ok(Some(payload)) => {
                        page.bytes += (frame::HEAD + payload.len()) as u64;
                        these.extend(
                            records(&payload)
                                .filter(|record| self.wants(record))
                                .filter_map(|record| owned(&record)),
                        );
                    }
                    Ok(None) => break,
                    Err(kind) => {
                        // What was found behind it is not believed.
                        page.damage = Some(self.damage(frames.at, kind));
                        found.clear();
                        break;
                    }
                }
            }
            these.append(&mut found);
            found = these;
        }
        found.drain(..found.len().saturating_sub(room));
        found
    }

    fn last_of_open(
        &self,
        life: u32,
        room: usize,
        page: &mut Page,
        held: &mut BTreeSet<OpId>,
    ) -> (VecDeque<ReadRecord>, Position) {
        let mut found = VecDeque::new();
        let mut frames = self.frames(Position { life, ..Position::default() });
        loop {
            match frames.next() {
                Ok(Some(payload)) => {
                    page.bytes += (frame::HEAD + payload.len()) as u64;
                    for record in records(&payload) {
                        note_held(held, &record);
                        if self.wants(&record) {
                            found.extend(owned(&record));
                        }
                    }
                    found.drain(..found.len().saturating_sub(room));
                }
                Ok(None) => return (found, frames.at),
                Err(kind) => {
                    page.damage = Some(self.damage(frames.at, kind));
                    return (found, frames.at);
                }
            }
        }
    }

    fn frames(&self, at: Position) -> Frames {
        let path = output_path(self.folder, at.life);
        let source =
            self.disk.open_at(&path, at.offset).ok().map(|file| BufReader::with_capacity(64 << 10, file));
        Frames { source, salt: Salt::of(self.run, at.life), at }
    }

    /// Whether a file is as long as its index says, and no longer.
    fn ends_at(&self, life: u32, bytes: u64) -> bool {
        let path: PathBuf = output_path(self.folder, life);
        let Some(before) = bytes.checked_sub(1) else { return true };
        let read = self.disk.open_at(&path, before).map(|file| file.take(2).read_to_end(&mut Vec::new()));
        matches!(read, Ok(Ok(1)))
    }

    fn damage(&self, at: Position, kind: DamageKind) -> Damage {
        Damage { file: format!("output/{:04}.log", at.life), offset: at.offset, kind }
    }

    fn may_have(&self, span: &Span) -> bool {
        let operations = self.question.operations.as_ref();
        let kinds = self.question.kinds.unwrap_or(u16::MAX) | Kind::Missing.bit();
        operations.is_none_or(|wanted| wanted.iter().any(|op| span.operations & bit(*op) != 0))
            && span.kinds & kinds != 0
    }

    fn wants_operation(&self, op: OpId) -> bool {
        self.question.operations.as_ref().is_none_or(|wanted| wanted.contains(&op))
    }

    /// What is missing is said whatever kinds are asked for.
    fn wants(&self, record: &OutputRecord<'_>) -> bool {
        let kinds = self.question.kinds.unwrap_or(u16::MAX);
        self.wants_operation(record.op) && (record.kind == Kind::Missing || kinds & record.kind.bit() != 0)
    }
}

/// The frames of one file, one after another.
struct Frames {
    /// Nothing where the file cannot be opened.
    source: Option<BufReader<Box<dyn Read + Send>>>,
    salt: Salt,
    /// Where the next one begins. A frame moves it only once it is believed.
    at: Position,
}

impl Frames {
    fn next(&mut self) -> Result<Option<Vec<u8>>, DamageKind> {
        let Some(source) = &mut self.source else { return Err(DamageKind::Unreadable) };
        let payload = frame::read(source, self.salt, self.at.frame)?;
        if let Some(payload) = &payload {
            self.at.offset += (frame::HEAD + payload.len()) as u64;
            self.at.frame += 1;
        }
        Ok(payload)
    }
}

/// An operation of which a part is held back is open until something of it comes again.
fn note_held(held: &mut BTreeSet<OpId>, record: &OutputRecord<'_>) {
    let begins =
        record.kind == Kind::Missing && Gap::parse(record.text).is_some_and(|gap| gap.why == GapReason::Held);
    if begins {
        held.insert(record.op);
    } else {
        held.remove(&record.op);
    }
}

/// A record as it is handed on; nothing for a mark that only the reader needs.
fn owned(record: &OutputRecord<'_>) -> Option<ReadRecord> {
    let missing = if record.kind == Kind::Missing { Some(Gap::parse(record.text)?) } else { None };
    if missing.is_some_and(|gap| gap.why == GapReason::Held) {
        return None;
    }
    let text = missing.is_none().then(|| record.text.to_owned());
    Some(ReadRecord {
        op: record.op,
        attempt: record.attempt,
        at: record.at,
        kind: record.kind,
        text,
        missing,
    })
}
