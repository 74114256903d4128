//! A disk that is slow, full or gone costs what could not be written, which is counted, and nothing else.

use super::batch::{GapReason, Kind, OutputRecord};
use super::store::Options;
use super::*;
use crate::graph::OpId;
use crate::record::disk::{Append, Disk};
use crate::record::lock::Lock;
use crate::record::model::Model;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

const RUN: &str = "run";
const SOON: Duration = Duration::from_secs(60);

fn folder() -> &'static Path {
    Path::new("/runs/one")
}

fn line(store: &Store, op: u32, text: &str) {
    let mut batch = Batch::default();
    batch.push(&OutputRecord { op: OpId(op), attempt: 1, at: 1, kind: Kind::Stdout, text });
    store.put(batch);
}

/// A disk whose writes wait until they are let through, and then end as they are told.
#[derive(Debug)]
struct Gate {
    disk: Model,
    /// Says that a write has begun.
    begun: Sender<()>,
    /// How it ends.
    ends: Receiver<io::Result<()>>,
}

#[derive(Debug)]
struct GateFile(Box<dyn Append>, Sender<()>, Receiver<io::Result<()>>);

impl Write for GateFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.1.send(());
        self.2.recv().unwrap_or(Ok(()))?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Append for GateFile {
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }

    fn second(&self) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(Self(self.0.second()?, self.1.clone(), self.2.clone())))
    }
}

impl Disk for Gate {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.disk.make_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let file = self.disk.create(path)?;
        let gated = path.extension().is_some_and(|extension| extension == "log");
        Ok(if gated { Box::new(GateFile(file, self.begun.clone(), self.ends.clone())) } else { file })
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        self.disk.append(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.disk.open(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.disk.names(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }
}

struct Gated {
    disk: Model,
    store: Store,
    begun: Receiver<()>,
    ends: Sender<io::Result<()>>,
}

fn gated(waiting: usize) -> Gated {
    let (begun, has_begun) = unbounded();
    let (ends, ending) = bounded(1_000);
    let disk = Model::default();
    let gate = Arc::new(Gate { disk: disk.clone(), begun, ends: ending });
    let options = Options { waiting, patience: Duration::ZERO, ..Options::default() };
    let store = Store::new(gate, folder().to_owned(), RUN, 1, options);
    Gated { disk, store, begun: has_begun, ends }
}

fn read(disk: &Model) -> Vec<reader::ReadRecord> {
    reader::read(disk, folder(), RUN, &Question::default()).records
}

#[test]
fn a_run_that_writes_nothing_has_no_file_and_lets_its_lock_go() {
    let home = tempfile::tempdir().unwrap();
    let disk = Model::default();
    let store = Store::new(Arc::new(disk.clone()), home.path().to_owned(), RUN, 1, Options::default());
    store.put(Batch::default());
    let lock = Lock::take(home.path()).unwrap();
    assert_eq!(store.close(1, lock, SOON), Closed::default());
    assert!(!Lock::is_held(home.path()));
    assert_eq!(disk.names(&output_folder(home.path())).unwrap(), [""; 0]);
}

#[test]
fn the_lock_is_held_until_the_file_is_closed() {
    let home = tempfile::tempdir().unwrap();
    let gated = gated(8);
    line(&gated.store, 0, "one");
    gated.begun.recv().unwrap();
    let lock = Lock::take(home.path()).unwrap();
    let closed = gated.store.close(1, lock, Duration::ZERO);
    assert!(closed.unfinished && Lock::is_held(home.path()), "the disk has not taken it");
    gated.ends.send(Ok(())).unwrap();
    while Lock::is_held(home.path()) {
        std::thread::yield_now();
    }
    assert_eq!(read(&gated.disk).len(), 1);
    assert!(gated.disk.bytes(&index_path(folder(), 1)).is_some());
}

#[test]
fn a_disk_that_does_not_keep_up_costs_what_finds_no_room_and_the_file_says_so() {
    let gated = gated(2);
    line(&gated.store, 0, "first");
    gated.begun.recv().unwrap();
    // The thread stands before the disk; two pieces wait, and nobody waits for room.
    for number in 0..6 {
        line(&gated.store, number % 2, &format!("line {number}"));
    }
    assert_eq!(gated.store.missing().dropped, 4);
    for _ in 0..9 {
        gated.ends.send(Ok(())).unwrap();
    }
    let closed = gated.store.close(5, None, SOON);
    assert_eq!((closed.dropped, closed.failure, closed.unfinished), (4, None, false));
    let records = read(&gated.disk);
    let said: Vec<&str> = records.iter().filter_map(|record| record.text.as_deref()).collect();
    assert_eq!(said, ["first", "line 0", "line 1"]);
    let gaps: Vec<_> = records
        .iter()
        .filter_map(|record| record.missing.map(|gap| (record.op.0, gap.why, gap.records, gap.bytes)))
        .collect();
    assert_eq!(gaps, [(0, GapReason::Slow, 2, 12), (1, GapReason::Slow, 2, 12)]);
}

#[test]
fn after_a_failed_write_nothing_is_appended_and_what_is_lost_is_counted() {
    let gated = gated(8);
    line(&gated.store, 0, "kept");
    gated.begun.recv().unwrap();
    gated.ends.send(Ok(())).unwrap();
    line(&gated.store, 1, "lost");
    gated.begun.recv().unwrap();
    gated.ends.send(Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))).unwrap();
    line(&gated.store, 2, "lost too");
    let closed = gated.store.close(5, None, SOON);
    assert_eq!(closed.failure.as_deref(), Some("no space left"));
    assert_eq!(closed.lost, BTreeMap::from([(OpId(1), 1), (OpId(2), 1)]));
    assert_eq!(read(&gated.disk).len(), 1);
    assert!(
        gated.disk.bytes(&index_path(folder(), 1)).is_none(),
        "there is no index of what is not complete"
    );
}

#[test]
fn files_that_were_removed_meanwhile_are_missing() {
    let disk = Model::default();
    let store = Store::new(Arc::new(disk.clone()), folder().to_owned(), RUN, 1, Options::default());
    line(&store, 0, "one");
    while read(&disk).is_empty() {
        std::thread::yield_now();
    }
    disk.remove(&output_path(folder(), 1)).unwrap();
    let closed = store.close(1, None, SOON);
    assert_eq!(closed.failure.as_deref(), Some("its files were removed while it was under way"));
}

#[test]
fn what_comes_after_the_end_is_counted_and_not_written() {
    let disk = Model::default();
    let store = Store::new(Arc::new(disk.clone()), folder().to_owned(), RUN, 1, Options::default());
    line(&store, 0, "one");
    store.close(1, None, SOON);
    line(&store, 0, "late");
    assert_eq!((store.missing().dropped, read(&disk).len()), (1, 1));
}

#[test]
fn a_flood_takes_its_limit_in_frames_that_can_be_read() {
    let disk = Model::default();
    let options = Options { limits: Limits { first: 3 << 20, last: 2 << 20 }, ..Options::default() };
    let store = Store::new(Arc::new(disk.clone()), folder().to_owned(), RUN, 1, options);
    let text = "y".repeat(1_000);
    for _ in 0..100 {
        let mut batch = Batch::default();
        for _ in 0..100 {
            batch.push(&OutputRecord { op: OpId(0), attempt: 1, at: 1, kind: Kind::Stdout, text: &text });
        }
        store.put(batch);
    }
    assert_eq!(store.close(1, None, SOON), Closed::default());
    let bytes = disk.bytes(&output_path(folder(), 1)).unwrap().len();
    assert!((4 << 20..6 << 20).contains(&bytes), "{bytes}");
    let whole = Question { page: Some(usize::MAX), ..Question::default() };
    let page = reader::read(&disk, folder(), RUN, &whole);
    assert_eq!((page.damage, page.held), (None, vec![]));
    let missing: u64 = page.records.iter().filter_map(|record| record.missing).map(|gap| gap.records).sum();
    let read = page.records.iter().filter(|record| record.text.is_some()).count() as u64;
    assert_eq!(missing + read, 10_000);
}

#[test]
fn with_a_limit_for_power_cuts_what_is_written_is_synced_while_the_run_goes_on() {
    let disk = Model::default();
    let options = Options { sync: Some(Duration::ZERO), ..Options::default() };
    let store = Store::new(Arc::new(disk.clone()), folder().to_owned(), RUN, 1, options);
    line(&store, 0, "one");
    let survives = || {
        disk.crashes().into_iter().rev().find(|crash| crash.when.contains("synced lost")).is_some_and(
            |crash| reader::read(&crash.disk, folder(), RUN, &Question::default()).records.len() == 1,
        )
    };
    while !survives() {
        std::thread::yield_now();
    }
    store.close(1, None, SOON);
}

#[test]
fn however_much_comes_what_is_written_is_synced_in_time() {
    let disk = Model::default();
    let options = Options { sync: Some(Duration::ZERO), ..Options::default() };
    let store = Store::new(Arc::new(disk.clone()), folder().to_owned(), "r", 1, options);
    // More than one frame gathers, so that each is a write.
    let text = "x".repeat(300 << 10);
    (0..8).for_each(|_| line(&store, 0, &text));
    assert_eq!(store.close(2, None, SOON), Closed::default());
    let most = disk.crashes().iter().map(|crash| crash.unsynced_writes).max();
    assert_eq!(most, Some(1), "no write begins before the one before it is synced");
}
