//! Which runs are deleted: those that are too old, too many or too large, and first those without a name.
//!
//! A sweep happens when a run starts, at most once a day, on a thread of its own. It touches only what is a run's
//! folder for sure and is not locked, and never follows a link. A sweep that is cut short goes on with the next one.

use crate::error::{Code, Fault};
use crate::history::store;
use crate::record::disk::{self, Files};
use crate::record::{self, Record, Unreadable, format1, lock::Lock};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::fs;
#[cfg(test)]
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days since a run was written to last; 0 keeps everything, whatever else is said.
    pub days: u32,
    /// Runs.
    #[serde(default = "default_runs")]
    pub runs: usize,
    /// Bytes of all their files.
    #[serde(default = "default_bytes")]
    pub bytes: u64,
}

fn default_runs() -> usize {
    1_000
}

fn default_bytes() -> u64 {
    4 << 30
}

impl Retention {
    /// So many days, and everything else at its default.
    pub fn of_days(days: u32) -> Self {
        Self { days, runs: default_runs(), bytes: default_bytes() }
    }
}

/// When the last sweep ended.
fn mark(root: &Path) -> PathBuf {
    root.join("swept")
}

/// What a run's header is called while the run is being deleted: it is in no list any more, and the next sweep goes on
/// with it.
const REMOVED: &str = "removed";

/// Sweeps on a thread of its own if the last sweep was a day ago.
pub fn sweep_if_due(root: &Path, retention: Retention) {
    let now = SystemTime::now();
    if retention.days == 0 || !is_due(root, now) {
        return;
    }
    let root = root.to_owned();
    // Without a thread the next run tries again.
    let _ = std::thread::Builder::new().name("labrunner-retention".to_owned()).spawn(move || {
        sweep(&root, retention, now);
        // As long as this fails, each run sweeps.
        let made = disk::private().create(true).truncate(true).write(true).open(mark(&root));
        let _ = made.and_then(|mark| mark.set_modified(now));
    });
}

/// Whether a day has passed since the last sweep. A time that lies ahead by more than that comes of a wrong clock.
fn is_due(root: &Path, now: SystemTime) -> bool {
    let Ok(last) = fs::metadata(mark(root)).and_then(|mark| mark.modified()) else { return true };
    let apart = now.duration_since(last).unwrap_or_else(|ahead| ahead.duration());
    apart >= DAY
}

/// A run that may be deleted.
#[derive(Debug)]
struct Candidate {
    folder: PathBuf,
    unnamed: bool,
    written: SystemTime,
    bytes: u64,
    /// A run that is under way counts, and stays.
    running: bool,
}

/// Deletes what is beyond the limits, and says how many runs that were.
pub fn sweep(root: &Path, retention: Retention, now: SystemTime) -> usize {
    if retention.days == 0 {
        return 0;
    }
    let mut runs: Vec<Candidate> = Vec::new();
    for name in store::folders(root) {
        let folder = root.join(name);
        if folder.join(REMOVED).exists() {
            let _ = fs::remove_dir_all(&folder);
        } else if let Some(run) = candidate(&folder) {
            runs.push(run);
        }
    }
    // The first to go comes last.
    runs.sort_by_key(|run| (run.unnamed, Reverse(run.written)));
    let oldest = now.checked_sub(DAY * retention.days).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut deleted = 0;
    let mut kept = Vec::with_capacity(runs.len());
    for run in runs {
        if !run.running && run.written < oldest && delete(&run.folder) {
            deleted += 1;
        } else {
            kept.push(run);
        }
    }
    let (mut count, mut bytes) = (kept.len(), kept.iter().map(|run| run.bytes).sum::<u64>());
    for run in kept.iter().rev() {
        if count <= retention.runs && bytes <= retention.bytes {
            break;
        }
        if !run.running && delete(&run.folder) {
            (deleted, count, bytes) = (deleted + 1, count - 1, bytes - run.bytes);
        }
    }
    deleted
}

fn candidate(folder: &Path) -> Option<Candidate> {
    let record = match Record::open(&Files, folder) {
        Ok(record) => record,
        // What another version or somebody else has put there is not ours to delete.
        Err(Unreadable::NoRun | Unreadable::Newer(_) | Unreadable::Header(_)) => return None,
    };
    let mut files = Vec::new();
    look(folder, &mut files);
    let written = files.iter().filter_map(|file| file.modified().ok()).max()?;
    Some(Candidate {
        unnamed: record.header().is_unnamed(),
        written,
        bytes: files.iter().map(fs::Metadata::len).sum(),
        running: record.is_running(),
        folder: folder.to_owned(),
    })
}

/// All files below a folder. Links are looked at themselves.
fn look(folder: &Path, files: &mut Vec<fs::Metadata>) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        match entry.metadata() {
            Ok(found) if found.is_dir() => look(&entry.path(), files),
            Ok(found) => files.push(found),
            Err(_) => {}
        }
    }
}

/// Deletes a run unless somebody has locked it meanwhile. Where that fails the next sweep tries again.
fn delete(folder: &Path) -> bool {
    try_delete(folder).unwrap_or(false)
}

/// Deletes a run unless it is locked, and says whether it did.
fn try_delete(folder: &Path) -> io::Result<bool> {
    let header = record::header_path(folder);
    let header = if header.exists() { header } else { format1::journal_path(folder) };
    let Some(lock) = Lock::take(folder)? else { return Ok(false) };
    fs::rename(header, folder.join(REMOVED))?;
    drop(lock);
    match fs::remove_dir_all(folder) {
        // Somebody who wanted to lock it has made a new lock meanwhile, and has seen by now that there is no run.
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => fs::remove_dir_all(folder)?,
        removed => removed?,
    }
    Ok(true)
}

/// Deletes one run, whatever is to be kept.
///
/// # Errors
/// [`Code::UnknownRun`] when the folder is not a run's, [`Code::RunUnderWay`] when the run is under way,
/// [`Code::JournalUnwritable`] when its files cannot be deleted.
pub fn remove(folder: &Path) -> Result<(), Fault> {
    let unknown = |error: Unreadable| {
        Fault::new(Code::UnknownRun, format!("The folder '{}' has no run: {error}.", folder.display()))
            .with_target(folder.display().to_string())
    };
    let (name, running) = match Record::open(&Files, folder) {
        Ok(record) => (record.header().name.clone(), record.is_running()),
        // A header that is damaged, or a newer version's, is still the header of a run.
        Err(Unreadable::Newer(_) | Unreadable::Header(_)) if record::header_path(folder).is_file() => {
            (folder.display().to_string(), Lock::is_held(folder))
        }
        Err(error) => return Err(unknown(error)),
    };
    let under_way = || {
        Fault::new(Code::RunUnderWay, format!("Run '{name}' is under way."))
            .with_advice("Wait for its end, or stop it.")
            .with_target(folder.display().to_string())
    };
    if running {
        return Err(under_way());
    }
    match try_delete(folder) {
        Ok(true) => Ok(()),
        Ok(false) => Err(under_way()),
        Err(error) => Err(Fault::new(
            Code::JournalUnwritable,
            format!("The files of run '{name}' in '{}' cannot be deleted: {error}.", folder.display()),
        )
        .with_target(folder.display().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Header, Writer};
    use std::sync::Arc;

    const NOW: u64 = 1_800_000_000;

    fn days_ago(days: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW) - DAY * days as u32
    }

    fn touch(folder: &Path, time: SystemTime) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                touch(&entry.path(), time);
            } else {
                File::options().append(true).open(entry.path()).unwrap().set_modified(time).unwrap();
            }
        }
    }

    /// A run of `bytes` bytes that was last written to `days` days ago.
    fn run(root: &Path, folder: &str, name: &str, days: u64, bytes: usize) -> Writer {
        let folder = root.join(folder);
        let header = Header {
            name: name.to_owned(),
            started_at: "2026-01-01T00:00:00Z".to_owned(),
            ..Header::default()
        };
        let writer = Writer::create(Arc::new(Files), &folder, &header, b"{}").unwrap();
        fs::create_dir(folder.join("logs")).unwrap();
        fs::write(folder.join("logs/1.log"), vec![b'x'; bytes]).unwrap();
        touch(&folder, days_ago(days));
        writer
    }

    fn left(root: &Path) -> Vec<String> {
        let mut names = store::folders(root);
        names.reverse();
        names
    }

    #[test]
    fn what_is_too_old_goes_and_what_is_locked_young_or_foreign_stays() {
        let root = tempfile::tempdir().unwrap();
        drop(run(root.path(), "1-old", "lab", 31, 1));
        let held = run(root.path(), "2-locked", "lab", 31, 1);
        drop(run(root.path(), "3-young", "lab", 29, 1));
        // A clock that goes back makes nothing old.
        drop(run(root.path(), "4-future", "lab", 0, 1));
        touch(&root.path().join("4-future"), days_ago(0) + DAY * 900);
        for (folder, file, text) in [
            ("5-diary", "journal.jsonl", "my own diary"),
            ("6-newer", "run.json", "{\"format\":3}"),
            ("7-damaged", "run.json", "{\"format\":2"),
            ("8-photos", "1.jpg", ""),
        ] {
            fs::create_dir(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join(file), text).unwrap();
            touch(&root.path().join(folder), days_ago(99));
        }
        let everything = left(root.path());
        assert_eq!(sweep(root.path(), Retention::of_days(0), days_ago(0)), 0);
        assert_eq!(left(root.path()), everything, "0 keeps everything");
        assert_eq!(sweep(root.path(), Retention::of_days(30), days_ago(0)), 1);
        assert_eq!(left(root.path()), everything[1..]);
        drop(held);
        assert_eq!(sweep(root.path(), Retention::of_days(30), days_ago(0)), 1);
        assert_eq!(left(root.path()), everything[2..], "its lock is free again");
    }

    #[test]
    fn of_too_many_the_unnamed_go_first_and_then_the_oldest() {
        let root = tempfile::tempdir().unwrap();
        for (folder, name, days) in
            [("a", "lab", 9), ("b", "run", 1), ("c", "lab", 8), ("d", "run", 2), ("e", "lab", 3)]
        {
            drop(run(root.path(), folder, name, days, 10));
        }
        let keep = |runs| Retention { runs, ..Retention::of_days(30) };
        for (runs, expected) in [(4, "abce"), (3, "ace"), (2, "ce"), (0, "")] {
            sweep(root.path(), keep(runs), days_ago(0));
            assert_eq!(left(root.path()).concat(), expected, "{runs} are kept");
        }
    }

    #[test]
    fn what_takes_too_much_room_goes_until_it_fits() {
        let root = tempfile::tempdir().unwrap();
        for (folder, name, days, bytes) in
            [("a", "lab", 9, 60_000), ("b", "lab", 8, 10), ("c", "run", 1, 10), ("d", "lab", 1, 60_000)]
        {
            drop(run(root.path(), folder, name, days, bytes));
        }
        let running = run(root.path(), "e", "run", 20, 60_000);
        let keep = |bytes| Retention { bytes, ..Retention::of_days(30) };
        assert_eq!(sweep(root.path(), keep(1 << 20), days_ago(0)), 0);
        assert_eq!(sweep(root.path(), keep(150_000), days_ago(0)), 2);
        assert_eq!(left(root.path()).concat(), "bde");
        assert_eq!(sweep(root.path(), keep(1), days_ago(0)), 2);
        assert_eq!(left(root.path()).concat(), "e", "however large, a run under way stays");
        drop(running);
    }

    #[test]
    fn a_run_of_the_first_format_goes_too_and_a_half_deleted_one_is_finished() {
        let root = tempfile::tempdir().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/records/format-1");
        let name = store::folders(&fixture).remove(0);
        let old = root.path().join(&name);
        fs::create_dir(&old).unwrap();
        for file in ["journal.jsonl", "result.json"] {
            fs::copy(fixture.join(&name).join(file), old.join(file)).unwrap();
        }
        touch(&old, days_ago(31));
        drop(run(root.path(), "half", "lab", 0, 1));
        fs::rename(record::header_path(&root.path().join("half")), root.path().join("half").join(REMOVED))
            .unwrap();
        assert_eq!(sweep(root.path(), Retention::of_days(30), days_ago(0)), 1);
        assert_eq!(left(root.path()), [""; 0]);
    }

    #[test]
    fn one_run_is_deleted_when_nobody_runs_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a");
        let running = run(root.path(), "a", "lab", 0, 10);
        let refused = remove(&folder).unwrap_err();
        assert_eq!((refused.code, refused.message.as_str()), (Code::RunUnderWay, "Run 'lab' is under way."));
        assert!(folder.join("run.json").exists());
        drop(running);
        remove(&folder).unwrap();
        assert!(!folder.exists());
        assert_eq!(remove(&folder).unwrap_err().code, Code::UnknownRun);
        fs::create_dir(root.path().join("photos")).unwrap();
        assert_eq!(remove(&root.path().join("photos")).unwrap_err().code, Code::UnknownRun);
        assert!(root.path().join("photos").exists());
        fs::create_dir(&folder).unwrap();
        fs::write(record::header_path(&folder), "{\"format\":2").unwrap();
        remove(&folder).unwrap();
        assert!(!folder.exists(), "a damaged run can be removed");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(run(elsewhere.path(), "theirs", "lab", 99, 1));
        std::os::unix::fs::symlink(elsewhere.path().join("theirs"), root.path().join("1-link")).unwrap();
        drop(run(root.path(), "2-old", "lab", 99, 1));
        fs::write(elsewhere.path().join("precious"), "x").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("2-old/logs/link")).unwrap();
        assert_eq!(sweep(root.path(), Retention::of_days(30), days_ago(0)), 1);
        assert!(
            elsewhere.path().join("precious").exists() && elsewhere.path().join("theirs/run.json").exists()
        );
    }

    #[test]
    fn a_sweep_is_due_once_a_day() {
        let root = tempfile::tempdir().unwrap();
        let swept = |days| File::create(mark(root.path())).unwrap().set_modified(days_ago(days)).unwrap();
        assert!(is_due(root.path(), days_ago(0)));
        for (last, now, due) in [(0, 0, false), (1, 0, true), (0, 1, true), (5, 5, false)] {
            swept(last);
            assert_eq!(is_due(root.path(), days_ago(now)), due, "swept {last} days ago, now {now}");
        }
        swept(1);
        assert!(!is_due(root.path(), days_ago(1) + DAY - Duration::from_secs(1)));
    }
}
