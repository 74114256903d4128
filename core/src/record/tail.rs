//! The end of a journal: lines are put there in order by the one who decides, and written by whoever waits for them.
//!
//! A thread that waits for nothing else than its own lines writes them when it no longer holds what decisions are made
//! under, so that others go on deciding meanwhile. Who writes takes all lines that are there (group commit: DeWitt and
//! others, SIGMOD 1984); so once a thread has had the file, the lines it waits for are written.

use super::disk::Append;
use parking_lot::Mutex;
use std::io;
use std::sync::{Arc, OnceLock};

/// The segment that is open, and lines that are not written to it yet.
#[derive(Debug)]
pub(super) struct Tail {
    lines: Mutex<Vec<u8>>,
    file: Mutex<Output>,
    /// The first failure to write. After it nothing more is written: what came behind would never be read.
    failure: OnceLock<String>,
}

#[derive(Debug)]
struct Output {
    segment: Box<dyn Append>,
    /// Kept for its memory alone.
    spare: Vec<u8>,
}

impl Tail {
    pub(super) fn new(segment: Box<dyn Append>) -> Arc<Self> {
        let file = Mutex::new(Output { segment, spare: Vec::new() });
        Arc::new(Self { lines: Mutex::default(), file, failure: OnceLock::new() })
    }

    /// Puts lines behind those that are there.
    pub(super) fn put(&self, add: impl FnOnce(&mut Vec<u8>)) {
        add(&mut self.lines.lock());
    }

    /// Writes all lines that are there; says whether there were any.
    pub(super) fn write(&self) -> bool {
        let mut file = self.file.lock();
        let spare = std::mem::take(&mut file.spare);
        let mut lines = std::mem::replace(&mut *self.lines.lock(), spare);
        let is_something = !lines.is_empty();
        if is_something
            && self.failure.get().is_none()
            && let Err(error) = file.segment.write_all(&lines)
        {
            self.fail(error.to_string());
        }
        lines.clear();
        file.spare = lines;
        is_something
    }

    /// Waits until all that was written would survive a power cut.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.lock().segment.sync()
    }

    /// A second handle to the segment.
    pub(super) fn second(&self) -> io::Result<Box<dyn Append>> {
        self.file.lock().segment.second()
    }

    /// Why there is nothing more to write to it, if so.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Says that there is nothing more to write to it. The first reason stays.
    pub(super) fn fail(&self, why: String) {
        let _ = self.failure.set(why);
    }
}

/// Lines that have been put into a journal and are not written yet. Nothing that follows from them may begin before.
#[derive(Debug)]
#[must_use]
pub struct Unwritten(Arc<Tail>);

impl Unwritten {
    pub(super) fn new(tail: &Arc<Tail>) -> Self {
        Self(Arc::clone(tail))
    }

    /// Writes them. What fails is [known to the writer](super::Writer::failure).
    pub fn write(self) {
        self.0.write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::disk::{Disk, Files};
    use crate::record::hooked::Hooked;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn who_writes_takes_what_others_have_put_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("segment");
        let writes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&writes);
        let disk = Hooked::writes(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        let tail = Tail::new(disk.create(&path).unwrap());
        tail.put(|lines| lines.extend(b"one\n"));
        let one = Unwritten::new(&tail);
        tail.put(|lines| lines.extend(b"two\n"));
        let two = Unwritten::new(&tail);
        two.write();
        assert_eq!(std::fs::read(&path).unwrap(), b"one\ntwo\n");
        one.write();
        assert_eq!((std::fs::read(&path).unwrap().len(), writes.load(Ordering::Relaxed)), (8, 1));
    }

    #[test]
    fn many_threads_write_everything_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("segment");
        let tail = Tail::new(Files.create(&path).unwrap());
        let next = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let mut next = next.lock();
                        let line = format!("{next}\n");
                        tail.put(|lines| lines.extend(line.as_bytes()));
                        *next += 1;
                        drop(next);
                        Unwritten::new(&tail).write();
                        assert!(std::fs::read_to_string(&path).unwrap().contains(&line));
                    }
                });
            }
        });
        let lines: Vec<usize> =
            std::fs::read_to_string(&path).unwrap().lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(lines, (0..2000).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_written_behind_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("segment");
        let writes = AtomicUsize::new(0);
        let disk = Hooked::writes(move |_| match writes.fetch_add(1, Ordering::Relaxed) {
            1 => Err(io::Error::other("no room")),
            _ => Ok(()),
        });
        let tail = Tail::new(disk.create(&path).unwrap());
        for line in ["one\n", "two\n", "three\n"] {
            tail.put(|lines| lines.extend(line.as_bytes()));
            Unwritten::new(&tail).write();
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n");
        assert_eq!(tail.failure(), Some("no room"));
    }
}
