//! Whatever moment a process dies or the power fails at, a reader gives a prefix of the truth and names the damage.

use super::arbitrary::what;
use super::disk::Disk;
use super::model::Model;
use super::output::batch::{Kind, OutputRecord};
use super::output::store::Options;
use super::output::{Batch, Limits, Question, Store};
use super::result::Metrics;
use super::*;
use crate::graph::OpId;
use crate::scheduler::{RunStatus, Status};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);

fn header() -> Header {
    Header { run: "r".to_owned(), name: "lab".to_owned(), operations: 5, format: FORMAT, ..Header::default() }
}

fn result() -> RunResult {
    RunResult {
        run: "r".to_owned(),
        name: "lab".to_owned(),
        status: Some(RunStatus::Failed),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ended_at: Some("2026-01-01T00:00:01Z".to_owned()),
        duration_ms: 1_000,
        up_to_date: 0,
        counts: BTreeMap::from([(Status::Failed, 5)]),
        directory: None,
        source: None,
        metrics: Metrics::default(),
        defect: None,
        journal_error: None,
        operations: Vec::new(),
        left_out: Vec::new(),
        rollback: Vec::new(),
        health: vec![],
        order_started: Vec::new(),
    }
}

/// What is read of a disk: entries, texts of operations, how the run ended, and the damage.
type Read = (Vec<Entry>, Vec<String>, Option<RunStatus>, Vec<Damage>);

fn read(disk: &Model, folder: &Path) -> Option<Read> {
    let record = Record::open(disk, folder).ok()?;
    let mut entries = record.entries();
    let journal: Vec<Entry> = entries.by_ref().collect();
    let mut damage: Vec<Damage> = entries.damage().cloned().into_iter().collect();
    let page = output::reader::read(disk, folder, &record.header().run, &Question::default());
    damage.extend(page.damage);
    damage.extend(record.result_damage());
    let texts = page.records.into_iter().filter_map(|record| record.text).collect();
    Some((journal, texts, record.ending().and_then(|ending| ending.status), damage))
}

/// Writes a whole run, and gives the entries as they were written and the texts.
fn write(disk: &Model, folder: &Path, steps: &[Vec<What>], sync: bool) -> (Vec<Entry>, Vec<String>) {
    let mut writer =
        Writer::create(Arc::new(disk.clone()), folder, &header(), b"{\"operations\":[]}\n").unwrap();
    let store = Store::new(Arc::new(disk.clone()), folder.to_owned(), "r", 1, Options::default());
    let mut texts = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        writer.append(number as u64, step);
        if sync && number % 3 == 0 {
            writer.sync();
        }
        let text = format!("line {number}");
        let mut batch = Batch::default();
        batch.push(&OutputRecord {
            op: OpId(0),
            attempt: 1,
            at: number as u64,
            kind: Kind::Stdout,
            text: &text,
        });
        store.put(batch);
        texts.push(text);
    }
    let closed = store.close(99, None, SOON);
    assert_eq!(closed, output::Closed::default());
    writer.finish(&result()).unwrap();
    let entries = Record::open(disk, folder).unwrap().entries().collect();
    (entries, texts)
}

#[test]
fn after_every_crash_a_reader_gives_a_prefix_of_the_truth_and_names_the_damage() {
    let mut runner = TestRunner::deterministic();
    let mut seen = 0;
    for (steps, sync) in [(0, false), (1, true), (6, false), (6, true)] {
        let folder = tempfile::tempdir().unwrap();
        let disk = Model::default();
        let steps: Vec<Vec<What>> = (0..steps)
            .map(|_| proptest::collection::vec(what(), 1..4).new_tree(&mut runner).unwrap().current())
            .collect();
        let (entries, texts) = write(&disk, folder.path(), &steps, sync);
        assert_eq!(
            read(&disk, folder.path()),
            Some((entries.clone(), texts.clone(), Some(RunStatus::Failed), vec![]))
        );
        for crash in disk.crashes() {
            let when = &crash.when;
            seen += 1;
            let Some((journal, output, ending, damage)) = read(&crash.disk, folder.path()) else {
                // The header comes last, so a folder without one has nothing that was promised.
                let header = crash.disk.bytes(&header_path(folder.path()));
                assert!(
                    header.is_none_or(|bytes| bytes.is_empty()
                        || bytes.contains(&0)
                        || bytes.last() != Some(&b'\n')),
                    "{when}"
                );
                continue;
            };
            assert!(entries.starts_with(&journal), "{when}");
            assert!(texts.starts_with(&output), "{when}");
            assert!(matches!(ending, None | Some(RunStatus::Failed)), "{when}");
            if crash.power_stayed && !when.contains("middle") {
                assert_eq!(damage, [], "{when}");
            }
            for damage in &damage {
                let bytes = crash.disk.bytes(&folder.path().join(&damage.file)).unwrap_or_default();
                assert!(damage.offset < bytes.len().max(1) as u64, "{when}: {damage}");
            }
            // What is there and was not believed is named.
            for (file, believed) in [
                (segment_path(folder.path(), 1), journal.len() == entries.len()),
                (output::output_path(folder.path(), 1), output.len() == texts.len()),
            ] {
                let (now, whole) =
                    (crash.disk.bytes(&file).unwrap_or_default(), disk.bytes(&file).unwrap_or_default());
                if now.len() == whole.len() && !believed {
                    let name = file.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
                    assert!(damage.iter().any(|damage| damage.file == name), "{when}: {name}");
                }
            }
            if ending.is_none() && crash.disk.bytes(&result_path(folder.path())).is_some() {
                assert!(damage.iter().any(|damage| damage.file == "result.json"), "{when}");
            }
        }
    }
    assert!(seen > 300, "{seen}");
}

/// The promise of a durable record: from the moment that it was begun on it is there after any power cut, with all that
/// was synced, and with everything once it is finished.
#[test]
fn a_durable_record_keeps_after_any_power_cut_what_was_synced() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Model::default();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut writer =
        Writer::create_durable(shared, folder.path(), &header(), (b"{}", None), Durability::Machine).unwrap();
    let begun = disk.steps();
    let rolling = |op: u32| What::RollingBack(entry::RollingBack { op: OpId(op), name: "a".to_owned() });
    let mut synced = vec![(begun, 1)];
    for op in 0..6 {
        writer.append(1, &[rolling(op)]);
        if op % 2 == 1 {
            writer.sync();
            synced.push((disk.steps(), 2 + op as usize));
        }
    }
    writer.finish(&result()).unwrap();
    let all = disk.steps();
    assert_eq!(writer.not_durable(), None);
    let mut seen = 0;
    for crash in disk.crashes().into_iter().filter(|crash| crash.after >= begun) {
        seen += 1;
        let when = &crash.when;
        let (entries, _, ending, _) = read(&crash.disk, folder.path()).unwrap_or_else(|| panic!("{when}"));
        let (_, least) = synced.iter().rfind(|(step, _)| crash.after >= *step).unwrap();
        assert!(entries.len() >= *least, "{when}: {} of {least}", entries.len());
        assert!(crash.after < all || ending == Some(RunStatus::Failed), "{when}");
    }
    assert!(seen > 20, "{seen}");
}

/// Nothing of it is lost later than promised: the thread that syncs does so without being asked.
#[test]
fn entries_of_a_durable_record_are_synced_before_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Model::default();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut writer =
        Writer::create_durable(shared, folder.path(), &header(), (b"{}", None), Durability::Machine).unwrap();
    let begun = disk.steps();
    writer.append(1, &[What::RollingBack(entry::RollingBack { op: OpId(0), name: "a".to_owned() })]);
    // The write and the sync. The test ends when that has happened, however long it takes.
    while disk.steps() < begun + 2 {
        std::thread::yield_now();
    }
    let last = disk.crashes().pop().unwrap();
    assert_eq!(read(&last.disk, folder.path()).unwrap().0.len(), 2, "{}", last.when);
}

#[test]
fn what_was_synced_is_read_after_any_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Model::default();
    let mut writer = Writer::create(Arc::new(disk.clone()), folder.path(), &header(), b"{}").unwrap();
    writer.append(1, &[What::RollingBack(entry::RollingBack { op: OpId(0), name: "a".to_owned() })]);
    writer.sync();
    writer.append(2, &[What::RollingBack(entry::RollingBack { op: OpId(1), name: "b".to_owned() })]);
    let segment = segment_path(folder.path(), 1);
    let states = disk.crashes();
    let last = states.iter().rposition(|crash| crash.when.contains("killed")).unwrap();
    for crash in &states[last..] {
        // Names are another matter.
        let Some(entries) = crash.disk.bytes(&segment) else { continue };
        let model = Model::default();
        for (path, bytes) in [
            (header_path(folder.path()), disk.bytes(&header_path(folder.path())).unwrap()),
            (segment.clone(), entries),
        ] {
            model.create(&path).unwrap().write_all(&bytes).unwrap();
        }
        let entries = Record::open(&model, folder.path()).unwrap().entries().count();
        assert!(entries >= 2, "{}: {entries}", crash.when);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A store that keeps only part of what operations write tells the same truth.
    #[test]
    fn a_limited_store_tells_no_more_than_was_written(lines in proptest::collection::vec((0u32..3, 0usize..60), 1..20)) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Model::default();
        let options = Options { limits: Limits { first: 200, last: 100 }, ..Options::default() };
        let store = Store::new(Arc::new(disk.clone()), folder.path().to_owned(), "r", 1, options);
        let mut truth: Vec<(OpId, String)> = Vec::new();
        for (number, (op, length)) in lines.into_iter().enumerate() {
            let text = format!("{number}{}", "x".repeat(length));
            let mut batch = Batch::default();
            batch.push(&OutputRecord { op: OpId(op), attempt: 1, at: 0, kind: Kind::Stdout, text: &text });
            store.put(batch);
            truth.push((OpId(op), text));
        }
        store.close(1, None, SOON);
        for crash in disk.crashes() {
            let page = output::reader::read(&crash.disk, folder.path(), "r", &Question::default());
            for op in (0..3).map(OpId) {
                let mut written = truth.iter().filter(|(of, _)| *of == op).map(|(_, text)| text);
                for record in page.records.iter().filter(|record| record.op == op) {
                    match (&record.text, &record.missing) {
                        (Some(text), None) => prop_assert_eq!(Some(text), written.next(), "{}", crash.when),
                        (None, Some(gap)) => (0..gap.records).for_each(|_| { written.next(); }),
                        _ => prop_assert!(false),
                    }
                }
                // What is not there is damage, a part that was held back, or was not written yet when it happened.
                if written.next().is_some() && crash.power_stayed && crash.when.contains("killed") && page.damage.is_none() {
                    let bytes = crash.disk.bytes(&output::output_path(folder.path(), 1)).unwrap_or_default();
                    let whole = disk.bytes(&output::output_path(folder.path(), 1)).unwrap_or_default();
                    prop_assert!(page.held.contains(&op) || bytes.len() < whole.len(), "{}", crash.when);
                }
            }
        }
    }
}
