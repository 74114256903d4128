//! What has been added to a journal since it was read last: for who follows a run while it goes on.
//!
//! The place up to which it was read is the caller's to keep, so that nothing is held open between two readings. The end
//! of a file that grows may be half of a line: that is read the next time.

use super::damage::{Damage, DamageKind};
use super::disk::Disk;
use super::entry::Entry;
use super::reader::Lines;
use super::segment_path;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Up to where a journal was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Bytes of its segment.
    pub offset: u64,
    /// The number of the next entry, where that is known.
    pub next: Option<u64>,
}

/// What came after a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Followed {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Where the next ones begin.
    pub place: Place,
    /// Whether there may be more at once.
    pub more: bool,
    /// Why there is no more, if the file has more.
    pub damage: Option<Damage>,
}

/// The entries after a place, up to a number of them.
pub fn read(disk: &dyn Disk, run: &Path, from: Place, most: usize) -> Followed {
    let mut followed = Followed { place: from, ..Followed::default() };
    let path = segment_path(run, 1);
    let Ok(file) = disk.open_at(&path, from.offset) else { return followed };
    let mut lines = Lines::at(file, from.offset);
    while followed.entries.len() < most {
        let expected = followed.place.next;
        let kind = match lines.next() {
            // A line without an end is one that is being written.
            None | Some(Err(DamageKind::Torn)) => return followed,
            Some(Ok(entry)) if expected.is_none_or(|next| next == entry.seq) => {
                followed.place = Place { offset: lines.offset(), next: Some(entry.seq + 1) };
                followed.entries.push(entry);
                continue;
            }
            Some(Ok(_)) => DamageKind::OutOfSequence,
            Some(Err(kind)) => kind,
        };
        let file = format!("journal/{}", path.file_name().unwrap_or_default().to_string_lossy());
        followed.damage = Some(Damage { file, offset: followed.place.offset, kind });
        return followed;
    }
    followed.more = true;
    followed
}

/// Where a journal ends now, for who only wants what comes.
///
/// # Errors
/// When there is none that can be read.
pub fn end(run: &Path) -> io::Result<Place> {
    let mut file = File::open(segment_path(run, 1))?;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut chunk = [0; 4 << 10];
    // From the last whole line on.
    while end > 0 {
        let begin = end.saturating_sub(chunk.len() as u64);
        let piece = &mut chunk[..(end - begin) as usize];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(piece)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(Place { offset: begin + at as u64 + 1, next: None });
        }
        end = begin;
    }
    Ok(Place::default())
}

#[cfg(test)]
mod tests {
    use super::super::arbitrary;
    use super::super::disk::{Disk, Files};
    use super::super::entry::{Finished, Suspended, What};
    use super::*;
    use crate::scheduler::RunStatus;
    use std::io::Write;

    fn lines(count: usize) -> Vec<Vec<u8>> {
        arbitrary::segment(&vec![What::Suspended(Suspended {}); count])
    }

    #[test]
    fn what_is_added_is_read_once_and_half_a_line_later() {
        let run = tempfile::tempdir().unwrap();
        Files.make_folder(&super::super::journal_folder(run.path())).unwrap();
        let mut file = Files.create(&segment_path(run.path(), 1)).unwrap();
        let lines = lines(5);
        file.write_all(&[lines[0].as_slice(), &lines[1], &lines[2][..10]].concat()).unwrap();
        let first = read(&Files, run.path(), Place::default(), 9);
        assert_eq!((first.entries.len(), first.more, &first.damage), (2, false, &None));
        let again = read(&Files, run.path(), first.place, 9);
        assert_eq!((again.entries.len(), again.place, &again.damage), (0, first.place, &None));
        assert_eq!(end(run.path()).unwrap().offset, first.place.offset, "half a line is not there yet");
        file.write_all(&[&lines[2][10..], &lines[3], &lines[4]].concat()).unwrap();
        let page = read(&Files, run.path(), first.place, 2);
        assert_eq!((page.entries.len(), page.more), (2, true));
        let last = read(&Files, run.path(), page.place, 2);
        assert_eq!((last.entries[0].seq, last.more), (4, false));
        let from_end = end(run.path()).unwrap();
        assert_eq!((from_end.offset, from_end.next), (last.place.offset, None));
        let seq = last.entries[0].seq + 1;
        let what = What::Finished(Finished { status: RunStatus::Succeeded });
        file.write_all(&arbitrary::line(&Entry { seq, at: 0, what })).unwrap();
        assert_eq!(read(&Files, run.path(), from_end, 9).entries[0].seq, seq);
    }

    #[test]
    fn nothing_is_believed_behind_damage() {
        let run = tempfile::tempdir().unwrap();
        Files.make_folder(&super::super::journal_folder(run.path())).unwrap();
        let mut file = Files.create(&segment_path(run.path(), 1)).unwrap();
        let mut lines = lines(3);
        lines[1][4] ^= 1;
        file.write_all(&lines.concat()).unwrap();
        let followed = read(&Files, run.path(), Place::default(), 9);
        assert_eq!(followed.entries.len(), 1);
        assert_eq!(followed.damage.unwrap().kind, DamageKind::Mismatch);
        let skipped = read(&Files, run.path(), Place { offset: 0, next: Some(3) }, 9);
        assert_eq!(skipped.damage.unwrap().kind, DamageKind::OutOfSequence);
    }
}
