//! Unpacks the files of a zip on several threads, each of which reads the archive at its own places.

use super::super::end::Broken;
use super::super::name::Name;
use super::super::positioned::Positioned;
use super::super::times;
use super::super::unpacking::Unpacking;
use super::super::write::{Attributes, CHUNK};
use super::damage::damaged;
use parking_lot::Mutex;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use zip::ZipArchive;

/// Threads that unpack one archive, at most.
const MOST_THREADS: usize = 8;

/// Files that a thread takes at once, and the bytes after which it takes no more.
const MOST_FILES: usize = 64;
const MOST_BYTES: u64 = 4 << 20;

/// What is not worth a second thread.
const SMALL: u64 = 1 << 20;

/// A file to unpack.
pub(super) struct Task {
    pub(super) index: usize,
    pub(super) path: PathBuf,
    pub(super) name: Name,
    /// Who may do what with it.
    pub(super) mode: Option<u32>,
    pub(super) size: u64,
}

/// Unpacks the files.
pub(super) fn unpack(
    archive: &ZipArchive<Positioned>,
    tasks: &[Task],
    into: &Unpacking<'_>,
) -> Result<(), Broken> {
    let shares = shares(tasks);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let first: Mutex<Option<(usize, Broken)>> = Mutex::new(None);
    let work = || {
        let (mut archive, mut buffer) = (archive.clone(), vec![0; CHUNK]);
        while let Some(share) = shares.get(next.fetch_add(1, Ordering::Relaxed)) {
            for at in share.clone() {
                if failed.load(Ordering::Relaxed) {
                    return;
                }
                if let Err(broken) = one(&mut archive, &tasks[at], &mut buffer, into) {
                    failed.store(true, Ordering::Relaxed);
                    let mut first = first.lock();
                    if first.as_ref().is_none_or(|(other, _)| at < *other) {
                        *first = Some((at, broken));
                    }
                    return;
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads(tasks, shares.len()) {
            // Without a second thread the first one does all of it.
            if thread::Builder::new().name("unpack".to_owned()).spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    first.into_inner().map_or(Ok(()), |(_, broken)| Err(broken))
}

fn one(
    archive: &mut ZipArchive<Positioned>,
    task: &Task,
    buffer: &mut [u8],
    into: &Unpacking<'_>,
) -> Result<(), Broken> {
    into.watch.goes_on()?;
    let mut entry = archive.by_index(task.index).map_err(|error| damaged(&error))?;
    let mut came = 0;
    let attributes = Attributes { mode: task.mode, modified: times::of_zip(&entry) };
    into.write(&task.name, &task.path, &mut entry, attributes, buffer, &mut |bytes| came += bytes)?;
    if came == task.size {
        return Ok(());
    }
    Err(Broken::Damaged(format!("'{}' has {came} bytes, and the directory says {}", task.name, task.size)))
}

/// Files that follow each other and are in one folder, so that threads rarely want the same folder.
fn shares(tasks: &[Task]) -> Vec<Range<usize>> {
    let mut shares: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (at, task) in tasks.iter().enumerate() {
        let goes_on = at > 0
            && task.path.parent() == tasks[at - 1].path.parent()
            && bytes < MOST_BYTES
            && shares.last().is_some_and(|share| share.len() < MOST_FILES);
        match shares.last_mut() {
            Some(share) if goes_on => share.end = at + 1,
            _ => {
                shares.push(at..at + 1);
                bytes = 0;
            }
        }
        bytes = bytes.saturating_add(task.size);
    }
    shares
}

fn threads(tasks: &[Task], shares: usize) -> usize {
    let bytes = tasks.iter().fold(0_u64, |sum, task| sum.saturating_add(task.size));
    if tasks.len() <= MOST_FILES && bytes < SMALL {
        return 1;
    }
    thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(shares)
}
