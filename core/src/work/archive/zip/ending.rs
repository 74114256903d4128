//! The end of a zip, which says where its directory is: it has to be the end of the file, and to agree with itself.
//!
//! Programs search for it from behind, and from where, and for how long, is their own choice. Where there is one that
//! ends with the file and whose numbers fit exactly, all of them find the same.

use super::super::end::Broken;
use std::io::{Read, Seek, SeekFrom};

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: u64 = 22;
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_LENGTH: u64 = 20;
const LARGE_END: &[u8] = b"PK\x06\x06";
/// Before its own length counts.
const LARGE_END_HEAD: u64 = 12;
const MOST_COMMENT: u64 = 0xffff;

/// What the end of a zip says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) entries: u64,
    /// Where the directory begins in the file.
    pub(super) directory: u64,
    /// Bytes of the comment.
    pub(super) comment: usize,
}

/// Finds the end of a zip.
pub(super) fn find(reader: &mut (impl Read + Seek), length: u64) -> Result<Ending, Broken> {
    let damaged = |why: &str| Broken::Damaged(why.to_owned());
    let from = length.saturating_sub(END_LENGTH + MOST_COMMENT);
    let tail = read(reader, from, length - from)?;
    let ends = |at: &usize| {
        let rest = &tail[*at..];
        rest.starts_with(END) && rest.len() as u64 == END_LENGTH + number(&rest[20..22])
    };
    let last = tail.len().checked_sub(END_LENGTH as usize);
    let Some(at) = last.and_then(|last| (0..=last).rev().find(ends)) else {
        return Err(damaged("the mark of its end is not there, or something follows it"));
    };
    let end = &tail[at..];
    if number(&end[4..6]).max(number(&end[6..8])) != 0 && number(&end[4..6]) != 0xffff {
        return Err(damaged("it is one of several parts"));
    }
    let mut of_disk = number(&end[8..10]);
    let (mut entries, mut size, mut start) =
        (number(&end[10..12]), number(&end[12..16]), number(&end[16..20]));
    let mut ends_at = from + at as u64;
    let locator = match ends_at.checked_sub(LOCATOR_LENGTH) {
        Some(at) => Some(read(reader, at, LOCATOR_LENGTH)?).filter(|locator| locator.starts_with(LOCATOR)),
        None => None,
    };
    if let Some(locator) = locator {
        let differ = || damaged("its two ends differ");
        // Something may stand before the zip, so the record is looked for where it has to end.
        let (record_at, record) =
            large_end(reader, ends_at - LOCATOR_LENGTH, number(&locator[8..16])).ok_or_else(differ)?;
        let large = [number(&record[32..40]), number(&record[40..48]), number(&record[48..56])];
        for (small, large, none) in
            [(entries, large[0], 0xffff), (size, large[1], 0xffff_ffff), (start, large[2], 0xffff_ffff)]
        {
            if small != large && small != none {
                return Err(differ());
            }
        }
        of_disk = number(&record[24..32]);
        [entries, size, start] = large;
        ends_at = record_at;
    }
    let directory = ends_at.checked_sub(size).filter(|directory| *directory >= start);
    match directory {
        Some(directory) if of_disk == entries => {
            Ok(Ending { entries, directory, comment: end.len() - END_LENGTH as usize })
        }
        _ => Err(damaged("its directory is not where its end says")),
    }
}

/// The record of large numbers that ends at a place, and where it begins.
fn large_end(reader: &mut (impl Read + Seek), ends_at: u64, said: u64) -> Option<(u64, Vec<u8>)> {
    const LEAST: u64 = 56;
    // Nearly all have their least length; others are where the locator says.
    for at in [ends_at.checked_sub(LEAST), Some(said)].into_iter().flatten() {
        let Some(length) = ends_at.checked_sub(at).filter(|length| (LEAST..=MOST_COMMENT).contains(length))
        else {
            continue;
        };
        let record = read(reader, at, length).ok()?;
        if record.starts_with(LARGE_END) && number(&record[4..12]) == length - LARGE_END_HEAD && at >= said {
            return Some((at, record));
        }
    }
    None
}

fn read(reader: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, Broken> {
    let mut bytes = Vec::new();
    let mut take = || {
        reader.seek(SeekFrom::Start(at))?;
        reader.by_ref().take(length).read_to_end(&mut bytes)
    };
    match take() {
        Ok(count) if count as u64 == length => Ok(bytes),
        Ok(_) => Err(Broken::Damaged("it ends too early".to_owned())),
        Err(error) => Err(Broken::Damaged(error.to_string())),
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
