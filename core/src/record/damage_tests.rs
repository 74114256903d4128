//! Whatever happens to the files, a reader gives a prefix of what was written, never more, and names the damage.

use super::arbitrary::{line, segment, what};
use super::disk::{Append, Disk, Files};
use super::entry::{Ended, Finished, Opened, Skipped, Spawned, Started};
use super::*;
use crate::error::Code;
use crate::graph::OpId;
use crate::record::state::Stage;
use crate::scheduler::{RunStatus, Status};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

/// Files that a test has made up.
#[derive(Debug, Default)]
struct Memory(BTreeMap<PathBuf, Vec<u8>>);

impl Disk for Memory {
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
        let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let inside = self.0.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

const FOLDER: &str = "/runs/one";

/// A run of three operations with these segments.
fn memory(segments: &[&[u8]]) -> Memory {
    let header = Header { format: FORMAT, operations: 3, ..Header::default() };
    let mut memory = Memory::default();
    memory.0.insert(header_path(Path::new(FOLDER)), serde_json::to_vec(&header).unwrap());
    for (segment, life) in segments.iter().zip(1..) {
        memory.0.insert(segment_path(Path::new(FOLDER), life), segment.to_vec());
    }
    memory
}

fn read(segments: &[&[u8]]) -> (Vec<Entry>, Option<Damage>) {
    let memory = memory(segments);
    let mut entries = Record::open(&memory, Path::new(FOLDER)).unwrap().entries();
    let read = entries.by_ref().collect();
    (read, entries.damage().cloned())
}

/// What a small run leaves.
fn changes() -> Vec<What> {
    let started = |op, attempt| {
        What::Started(Started { op: OpId(op), name: format!("o{op}"), attempt, worker: Some(op) })
    };
    let ended = |op: u32, status| {
        What::Ended(Ended {
            op: OpId(op),
            name: format!("o{op}"),
            attempt: 1,
            status,
            worker: Some(op),
            error: (status == Status::Failed)
                .then(|| ErrorReport::new(Code::OperationFailed, "no\n\"disk\"")),
            exit_code: None,
            duration_ms: 5,
            test: None,
            stamp: None,
        })
    };
    let because = SkippedBecause { kind: SkipKind::Dependency, operation: None, message: "x".to_owned() };
    vec![
        started(0, 1),
        What::Spawned(Spawned {
            op: OpId(0),
            name: "o0".to_owned(),
            attempt: 1,
            pid: 9,
            start_time: Some(3),
            detached: false,
        }),
        ended(0, Status::Succeeded),
        started(1, 1),
        ended(1, Status::Failed),
        What::Skipped(Skipped { op: OpId(2), name: "o2".to_owned(), because }),
        What::Finished(Finished { status: RunStatus::Failed }),
    ]
}

/// Where each line of a segment begins, and where the last one ends.
fn starts(lines: &[Vec<u8>]) -> Vec<usize> {
    let ends = lines.iter().scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

#[test]
fn a_file_that_was_cut_anywhere_gives_its_whole_lines() {
    let lines = segment(&changes());
    let (all, starts) = (lines.concat(), starts(&lines));
    let (truth, damage) = read(&[&all]);
    assert_eq!((truth.len(), damage), (lines.len(), None));
    for cut in 0..=all.len() {
        let whole = starts.iter().filter(|&&start| start > 0 && start <= cut).count();
        let (entries, damage) = read(&[&all[..cut]]);
        assert_eq!(entries, truth[..whole], "cut at {cut}");
        let torn = (starts[whole] != cut).then(|| (starts[whole] as u64, DamageKind::Torn));
        assert_eq!(damage.map(|damage| (damage.offset, damage.kind)), torn, "cut at {cut}");
    }
}

#[test]
fn a_damaged_line_and_all_behind_it_are_not_believed() {
    let lines = segment(&changes());
    let (all, starts) = (lines.concat(), starts(&lines));
    let (truth, _) = read(&[&all]);
    for at in 0..all.len() {
        // A byte that changes, one that is lost, and one too many.
        let (mut changed, mut less, mut more) = (all.clone(), all.clone(), all.clone());
        changed[at] ^= 0x20;
        less.remove(at);
        more.insert(at, b'7');
        let line = starts.iter().filter(|&&start| start <= at).count() - 1;
        for (bytes, what) in [(changed, "changed"), (less, "lost"), (more, "inserted")] {
            let (entries, damage) = read(&[&bytes]);
            let damage = damage.unwrap_or_else(|| panic!("byte {at} was {what}, and nothing is said of it"));
            assert_eq!(entries, truth[..line], "byte {at} was {what}");
            assert_eq!((damage.file.as_str(), damage.offset), ("journal/0001.jsonl", starts[line] as u64));
            let last = line == lines.len() - 1 && what != "inserted";
            assert!(damage.kind == DamageKind::Mismatch || last && damage.kind == DamageKind::Torn);
        }
    }
}

#[test]
fn what_a_power_cut_leaves_at_the_end_is_never_an_entry() {
    let lines = segment(&changes());
    let (truth, _) = read(&[&lines.concat()]);
    for whole in 0..=lines.len() {
        let begun = lines[..whole].concat();
        let tails: [(Vec<u8>, DamageKind); 6] = [
            (vec![0; 4096], DamageKind::Torn),
            ([vec![0; 511], b"\n".to_vec()].concat(), DamageKind::Mismatch),
            ([&[0; 100][..], &lines[0]].concat(), DamageKind::Mismatch),
            // Whole lines, from where the page was before.
            (lines[0].clone(), DamageKind::OutOfSequence),
            (lines[lines.len() - 1].clone(), DamageKind::OutOfSequence),
            (b"{\"seq\":1,\"at\":2,\"event\":\"started\",\"op\":0}\n".to_vec(), DamageKind::Mismatch),
        ];
        for (tail, kind) in tails {
            if lines.get(whole) == Some(&tail) {
                continue;
            }
            let (entries, damage) = read(&[&[&begun[..], &tail].concat()]);
            assert_eq!(entries, truth[..whole]);
            assert_eq!(
                damage,
                Some(Damage { file: "journal/0001.jsonl".to_owned(), offset: begun.len() as u64, kind })
            );
        }
    }
}

/// The first line of a later segment.
fn opened(life: u32, believes: u64) -> Vec<u8> {
    let opened = Opened { life, believes: Some(believes), damage: None, pid: 8 };
    line(&Entry { seq: believes + 1, at: 99, what: What::Opened(opened) })
}

fn finished(seq: u64) -> Vec<u8> {
    line(&Entry { seq, at: 99, what: What::Finished(Finished { status: RunStatus::Canceled }) })
}

#[test]
fn a_later_life_goes_on_from_where_it_believed_and_from_nowhere_else() {
    let lines = segment(&changes());
    let (truth, _) = read(&[&lines.concat()]);
    let sequence = |segments: &[&[u8]]| {
        let (entries, damage) = read(segments);
        (entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), entries, damage)
    };
    for believed in 0..lines.len() as u64 - 1 {
        let second = [opened(2, believed), finished(believed + 2)].concat();
        // The first one damaged right there, and mended later: what came behind is never believed again.
        let mut damaged = lines.concat();
        damaged[starts(&lines)[believed as usize + 1] + 3] ^= 1;
        for first in [damaged, lines.concat(), lines[..=believed as usize].concat()] {
            let (numbers, entries, damage) = sequence(&[&first, &second]);
            assert_eq!((numbers, damage), ((0..=believed + 2).collect(), None));
            assert_eq!(entries[..=believed as usize], truth[..=believed as usize]);
            assert_eq!(
                entries.last().unwrap().what,
                What::Finished(Finished { status: RunStatus::Canceled })
            );
        }
        // Something that it had believed is lost.
        for first in [lines[..believed as usize].concat(), Vec::new()] {
            let (numbers, _, damage) = sequence(&[&first, &second]);
            assert_eq!(numbers.len(), first.iter().filter(|&&byte| byte == b'\n').count());
            assert_eq!(damage.unwrap().kind, DamageKind::OutOfSequence);
        }
    }
    // Lives that died while they opened their segment leave nothing, and do no harm.
    let first = lines[..3].concat();
    let half = &opened(2, 2)[..10];
    let (numbers, _, damage) = sequence(&[&first, half, b"", &[opened(4, 2), finished(4)].concat()]);
    assert_eq!((numbers, damage), (vec![0, 1, 2, 3, 4], None));
    let (numbers, _, damage) = sequence(&[&first, half]);
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!(damage.unwrap().file, "journal/0002.jsonl");
    // One that is missing in the middle.
    let mut memory = memory(&[&first, b"", &[opened(3, 5), finished(7)].concat()]);
    memory.0.remove(&segment_path(Path::new(FOLDER), 2));
    let record = Record::open(&memory, Path::new(FOLDER)).unwrap();
    assert_eq!(record.entries().count(), 3);
    assert_eq!(record.replay().1.unwrap().file, "journal/0003.jsonl");
}

#[test]
fn a_new_life_interrupts_what_was_at_work() {
    let lines = segment(&changes());
    for whole in 1..lines.len() {
        let last = whole as u64 - 1;
        let memory = memory(&[&lines[..whole].concat(), &opened(2, last)]);
        let (state, damage) = Record::open(&memory, Path::new(FOLDER)).unwrap().replay();
        assert_eq!((state.life, state.last, damage), (2, Some(last + 1), None));
        let expected = match whole {
            2 | 3 => [Stage::Interrupted, Stage::Waiting],
            5 => [Stage::Ended(Status::Succeeded), Stage::Interrupted],
            1 => [Stage::Waiting, Stage::Waiting],
            4 => [Stage::Ended(Status::Succeeded), Stage::Waiting],
            _ => [Stage::Ended(Status::Succeeded), Stage::Ended(Status::Failed)],
        };
        assert_eq!([state.operations[0].stage, state.operations[1].stage], expected, "{whole} lines");
        let process = (whole == 3).then_some((9, Some(3)));
        assert_eq!(state.operations[0].process, process, "and its program may be alive");
    }
}

fn header() -> Header {
    Header { run: "r".to_owned(), name: "lab".to_owned(), operations: 3, ..Header::default() }
}

fn create(folder: &Path) -> Result<Writer, crate::error::Fault> {
    Writer::create(Arc::new(Files), folder, &header(), b"{\"operations\":[]}")
}

#[test]
fn a_run_has_one_writer() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let mut first = create(&folder).unwrap();
    assert_eq!(create(&folder).unwrap_err().code, Code::JournalUnwritable);
    first.append(1, &changes()[..2]);
    assert!(Record::open(&Files, &folder).unwrap().is_running());
    drop(first);
    assert!(!Record::open(&Files, &folder).unwrap().is_running());
    assert_eq!(create(&folder).unwrap_err().code, Code::JournalUnwritable, "nor is it begun again");
}

#[test]
fn foreign_and_future_folders_say_what_they_are() {
    let root = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let folder = root.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(header_path(&folder), text).unwrap();
        Record::open(&Files, &folder).unwrap_err()
    };
    assert_eq!(put("future", "{\"format\":3,\"whatever\":[]}"), Unreadable::Newer(3));
    assert!(matches!(put("past", "{\"format\":0}"), Unreadable::Header(_)));
    assert!(matches!(put("torn", "{\"format\":2,\"run\":\"r"), Unreadable::Header(_)));
    assert!(matches!(put("zeros", "\0\0\0\0"), Unreadable::Header(_)));
    assert!(matches!(put("empty", ""), Unreadable::Header(_)));
    assert!(matches!(put("list", "[2]"), Unreadable::Header(_)));
    assert_eq!(Record::open(&Files, root.path()).unwrap_err(), Unreadable::NoRun);
    assert_eq!(Record::open(&Files, &root.path().join("nowhere")).unwrap_err(), Unreadable::NoRun);
    std::fs::create_dir_all(header_path(&root.path().join("folder"))).unwrap();
    assert!(matches!(Record::open(&Files, &root.path().join("folder")), Err(Unreadable::Header(_))));
}

#[test]
fn an_entry_of_another_version_is_not_passed_over() {
    let mut lines = segment(&changes());
    let insert = |lines: &mut Vec<Vec<u8>>, text: &str| {
        let mut line = text.as_bytes().to_vec();
        seal::seal(&mut line, 0);
        lines[2] = line;
        read(&[&lines.concat()])
    };
    // A member that is new is ignored, for what it says can be done without.
    let more = r#"{"seq":2,"at":3,"event":"released","op":1,"name":"o1","attempt":1,"new":{"a":[1]}}"#;
    assert_eq!(insert(&mut lines, more).1, None);
    for text in [
        r#"{"seq":2,"at":3,"event":"teleported","op":1}"#,
        r#"{"seq":2,"at":3,"event":"ended","op":1,"name":"o1","attempt":1,"status":"Vanished"}"#,
        r#"{"at":3,"seq":2,"event":"released","op":1,"name":"o1","attempt":1}"#,
    ] {
        let (entries, damage) = insert(&mut lines, text);
        assert_eq!((entries.len(), damage.unwrap().kind), (2, DamageKind::Unknown), "{text}");
    }
}

#[test]
fn other_files_in_the_journals_folder_are_left_alone() {
    let mut memory = memory(&[&segment(&changes()).concat()]);
    for name in
        ["1.jsonl", "00001.jsonl", "0001.jsonl~", "notes.txt", "-001.jsonl", "+001.jsonl", "0x01.jsonl"]
    {
        memory.0.insert(journal_folder(Path::new(FOLDER)).join(name), b"hello\n".to_vec());
    }
    let (_, damage) = Record::open(&memory, Path::new(FOLDER)).unwrap().replay();
    assert_eq!(damage, None);
}

#[test]
fn a_message_of_many_megabytes_does_not_end_the_journal() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let mut writer = create(&folder).unwrap();
    let mut changes = changes();
    if let What::Ended(ended) = &mut changes[4] {
        ended.error.as_mut().unwrap().message = "🦀".repeat(5 << 20);
    }
    writer.append(1, &changes);
    let (state, damage) = Record::open(&Files, &folder).unwrap().replay();
    assert_eq!((state.status, damage), (Some(RunStatus::Failed), None));
    let kept = &state.operations[1].error.as_ref().unwrap().message;
    assert!(kept.ends_with("🦀…") && kept.len() < 70_000);
}

proptest! {
    /// Several kinds of damage at once.
    #[test]
    fn what_is_read_is_always_a_prefix_of_the_truth(
        changes in proptest::collection::vec(what(), 0..12),
        blows in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..5, any::<u8>()), 0..4),
    ) {
        let lines = segment(&changes);
        let mut bytes = lines.concat();
        let (truth, _) = read(&[&bytes]);
        prop_assert_eq!(truth.len(), lines.len());
        for (place, kind, value) in blows {
            if bytes.is_empty() { break; }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes.truncate(at),
                1 => bytes[at] = value,
                2 => bytes[at..].fill(0),
                3 => { let tail = bytes.split_off(at); bytes.extend(tail.into_iter().rev()); }
                _ => { let again = bytes[at..].to_vec(); bytes.extend(again); }
            }
        }
        let (entries, damage) = read(&[&bytes]);
        prop_assert!(truth.starts_with(&entries));
        // Nothing is left out in silence: what is there and was not read is damage.
        let believed: usize = lines[..entries.len()].iter().map(Vec::len).sum();
        prop_assert_eq!(damage.is_some(), bytes.len() > believed);
    }
}
