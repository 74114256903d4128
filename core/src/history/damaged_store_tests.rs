//! A store of which most is damaged: every question is answered with what is true, nothing panics, and nothing that
//! is not a run's for sure is deleted.

use super::lookup::{self, Wanted};
use super::open::{self, DetailQuery, OutputQuery};
use super::query::{Query, list};
use super::retention::{self, Retention};
use super::testing::failed;
use super::{estimate, survivors};
use crate::operation::PastRuns;
use crate::plan::tests::script;
use crate::random::Random;
use crate::record::disk::{Append, Disk, Files};
use crate::record::{DamageKind, Record, header_path, lock_path, result_path, segment_path};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const RUNS: u32 = 200;

/// All files of a run, the deepest last.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut all, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

/// Does something to one file of a run.
fn damage(folder: &Path, random: &mut Random) {
    let all = files(folder);
    let file = &all[random.below(all.len() as u64) as usize];
    let mut bytes = fs::read(file).unwrap();
    let at = random.below(bytes.len().max(1) as u64) as usize;
    match random.below(6) {
        0 => return fs::remove_file(file).unwrap(),
        1 => bytes.truncate(at),
        2 => bytes[at..].fill(0),
        3 if !bytes.is_empty() => bytes[at] ^= 0x55,
        4 => bytes.extend_from_slice(b"{\"seq\":"),
        _ => {
            fs::remove_file(file).unwrap();
            return fs::create_dir(file).unwrap();
        }
    }
    fs::write(file, bytes).unwrap();
}

fn folder(root: &Path, number: u32) -> PathBuf {
    root.join(format!(
        "20260101T{:02}{:02}{:02}Z-shop-{number:08x}",
        number / 3600,
        number / 60 % 60,
        number % 60
    ))
}

#[test]
fn a_store_of_damaged_runs_is_answered_with_what_is_true() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let mut random = Random::new(7);
    for number in 1..=RUNS {
        let folder = folder(root, number);
        failed(&folder);
        damage(&folder, &mut random);
    }
    // One that is sound, and the oldest, so that nothing finds it first.
    let sound = folder(root, 0);
    failed(&sound);
    fs::write(root.join("a file"), "").unwrap();
    fs::create_dir(root.join("a folder")).unwrap();

    let listed = list(&Query { directory: Some(root.to_owned()), operations: true, ..Query::default() });
    assert!(listed.len() > RUNS as usize / 2, "most of them still say what they are: {}", listed.len());
    let last = listed.last().unwrap();
    assert_eq!((last.status.as_str(), last.directory.as_str()), ("Failed", sound.to_str().unwrap()));
    for run in &listed {
        assert!(["Failed", "Unknown"].contains(&run.status.as_str()), "{}", run.status);
        for operation in run.operations.as_ref().unwrap() {
            let known = ["Failed", "Skipped", "Running", "Waiting", "Backoff", "Unknown", "Ready"];
            assert!(known.contains(&operation.state.as_str()), "{}", operation.state);
        }
    }
    let mut named = 0;
    for number in 0..=RUNS {
        let folder = folder(root, number);
        let Ok(detail) = open::detail(&DetailQuery::of(folder.clone())) else { continue };
        named += usize::from(!detail.damage.is_empty());
        let _ = open::output(&OutputQuery { place: folder.clone(), ..OutputQuery::default() });
        let by_folder = Wanted { directory: Some(folder), ..Wanted::default() };
        let _ = lookup::find(&by_folder);
    }
    assert!(named > 20, "damage is named: {named}");
    let all_of_them =
        Wanted { root: Some(root.to_owned()), name: Some("shop".to_owned()), ..Wanted::default() };
    assert!(lookup::find(&all_of_them).is_ok());
    let past = PastRuns { directory: Some(root.to_owned()), name: "shop".to_owned() };
    assert!(estimate::past_durations(&past, &[script("database", &[])]).is_empty(), "none of them succeeded");
    assert_eq!(survivors::warning(root), None, "none of them was of this machine");

    let none = Retention { days: 1, runs: 0, bytes: 0 };
    let deleted = retention::sweep(root, none, SystemTime::now());
    assert!(deleted > RUNS as usize / 2 && !sound.exists(), "{deleted}");
    assert!(root.join("a file").exists() && root.join("a folder").exists());
    // What is not known to be a run is left for somebody who knows better.
    for number in 1..=RUNS {
        let folder = folder(root, number);
        // Whether it is under way is not known where its lock is something else.
        let left = lock_path(&folder).is_dir() || Record::open(&Files, &folder).is_err();
        assert!(!folder.exists() || left, "{}", folder.display());
    }
}

/// Files that cannot be read from a byte on.
#[derive(Debug)]
struct Unreadable {
    file: PathBuf,
    from: u64,
}

impl Disk for Unreadable {
    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn create(&self, _: &Path) -> io::Result<Box<dyn Append>> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn append(&self, _: &Path) -> io::Result<Box<dyn Append>> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let sound = Files.open(path)?;
        if path != self.file {
            return Ok(sound);
        }
        Ok(Box::new(sound.take(self.from).chain(Broken)))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        Files.names(folder)
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("Input/output error"))
    }
}

#[test]
fn what_a_disk_no_longer_gives_is_named_and_the_rest_is_told() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path(), 1);
    failed(&folder);
    let _ = fs::remove_file(result_path(&folder));
    let file = segment_path(&folder, 1);
    let length = fs::metadata(&file).unwrap().len();
    let whole = Record::open(&Files, &folder).unwrap().entries().count();
    let mut last = 0;
    for from in (0..length).step_by(11) {
        let disk = Unreadable { file: file.clone(), from };
        let record = Record::open(&disk, &folder).unwrap();
        let mut entries = record.entries();
        let told = entries.by_ref().count();
        assert!(told >= last && told < whole, "{from}");
        last = told;
        assert_eq!(entries.damage().unwrap().kind, DamageKind::Unreadable);
    }
    assert!(last + 1 >= whole / 2);
    let disk = Unreadable { file: header_path(&folder), from: 3 };
    assert!(Record::open(&disk, &folder).is_err());
}

#[test]
fn runs_that_are_deleted_meanwhile_are_listed_whole_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    (0..60).for_each(|number| failed(&folder(root, number)));
    std::thread::scope(|scope| {
        let deleting =
            scope.spawn(|| (0..60).for_each(|number| retention::remove(&folder(root, number)).unwrap()));
        loop {
            let over = deleting.is_finished();
            let listed =
                list(&Query { directory: Some(root.to_owned()), operations: true, ..Query::default() });
            for run in &listed {
                // Its journal may have gone while it was looked at; its name and its time have not.
                assert_eq!((run.name.as_str(), run.started_at.as_str()), ("shop", "2026-01-01T00:00:00Z"));
                assert!(["Failed", "Unknown"].contains(&run.status.as_str()), "{}", run.status);
            }
            if over {
                assert!(listed.is_empty());
                break;
            }
        }
    });
}
