//! What is said of runs under way, ended, interrupted, foreign and of older formats.

use super::*;
use crate::graph::OpId;
use crate::record::counting::Counting;
use crate::record::entry::{Ended, Finished, Started};
use crate::record::format1::journal_path;
use crate::record::result::{Metrics, OperationResult};
use crate::record::{Header, RunResult, What, Writer};
use crate::scheduler::RunStatus;
use std::sync::Arc;

fn write(folder: &Path, lines: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(journal_path(folder), lines).unwrap();
}

const HEADER: &str = r#"{"format":1,"run":"r1","started_at":"2026-01-01T00:00:00Z","pid":4294967294,"options":{"name":"lab"},"operations":["a","b"]}"#;

#[test]
fn a_torn_journal_of_a_dead_process_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    let torn = format!(
        "{HEADER}\n{{\"at_ms\":5,\"event\":\"ended\",\"op\":0,\"status\":\"Succeeded\"}}\n{{\"at_ms\":9,\"ev"
    );
    write(&root.path().join("20260101T000000Z-lab-1"), &torn);
    let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
    let runs = list(&query);
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].status, "Unknown");
    assert_eq!(runs[0].counts, BTreeMap::from([("Succeeded".to_owned(), 1), ("Unknown".to_owned(), 1)]));
}

#[test]
fn runs_of_one_second_are_in_the_order_of_their_journals() {
    let root = tempfile::tempdir().unwrap();
    for (tail, fraction) in [("a", "25"), ("b", "5"), ("c", "125")] {
        let header = HEADER
            .replace("00:00:00Z", &format!("00:00:00.{fraction}Z"))
            .replace("\"r1\"", &format!("\"{tail}\""));
        write(&root.path().join(format!("20260101T000000Z-lab-{tail}")), &header);
    }
    let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
    let order: Vec<_> = list(&query).into_iter().map(|run| run.run).collect();
    assert_eq!(order, ["b", "a", "c"]);
    let first: Vec<_> = list(&Query { limit: Some(1), ..query }).into_iter().map(|run| run.run).collect();
    assert_eq!(first, ["b"]);
}

#[test]
fn runs_under_way_are_told_from_those_that_are_not_with_their_operations() {
    let root = tempfile::tempdir().unwrap();
    // A later process with the number of an earlier one began after the run did.
    let alive = HEADER.replace("4294967294", &std::process::id().to_string());
    write(&root.path().join("20260104T000000Z-lab-4"), &alive);
    let alive = alive.replace("2026-01-01T00:00:00Z", &jiff::Timestamp::now().to_string());
    let started = r#"{"at_ms":5,"event":"started","op":1,"attempt":1}"#;
    write(&root.path().join("20260101T000000Z-lab-1"), HEADER);
    write(&root.path().join("20260102T000000Z-lab-2"), &format!("{alive}\n{started}\n"));
    write(
        &root.path().join("20260103T000000Z-lab-3"),
        &format!("{alive}\n{{\"at_ms\":9,\"event\":\"finished\",\"status\":\"Succeeded\"}}\n"),
    );
    let query = Query {
        directory: Some(root.path().to_owned()),
        running: true,
        operations: true,
        ..Query::default()
    };
    let runs = list(&query);
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].pid, std::process::id());
    let states: Vec<_> = runs[0].operations.iter().flatten().map(|record| record.state.as_str()).collect();
    assert_eq!(states, ["Waiting", "Running"]);
    assert!(
        list(&Query { running: false, operations: false, ..query })
            .iter()
            .all(|run| run.operations.is_none())
    );
}

#[test]
fn a_compensation_is_not_counted_as_an_operation() {
    let root = tempfile::tempdir().unwrap();
    let ended = |op: u32, status: &str| {
        format!("{{\"at_ms\":5,\"event\":\"ended\",\"op\":{op},\"status\":\"{status}\"}}\n")
    };
    let lines = format!("{HEADER}\n{}{}{}", ended(0, "Succeeded"), ended(1, "Failed"), ended(2, "Succeeded"));
    write(&root.path().join("20260101T000000Z-lab-1"), &lines);
    let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
    let counts = BTreeMap::from([("Succeeded".to_owned(), 1), ("Failed".to_owned(), 1)]);
    assert_eq!(list(&query)[0].counts, counts);
}

#[test]
fn newer_formats_and_other_folders_are_left_out() {
    let root = tempfile::tempdir().unwrap();
    write(&root.path().join("2-new"), &HEADER.replace("\"format\":1", "\"format\":99"));
    std::fs::create_dir_all(root.path().join("not-a-run")).unwrap();
    write(&root.path().join("1-old"), HEADER);
    let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
    assert_eq!(list(&query).len(), 1);
    assert_eq!(list(&Query { name: Some("other".to_owned()), ..query }), []);
}

const FOUR: &str = r#"{"format":1,"run":"r","started_at":"2026-01-01T00:00:00Z","pid":1,"options":{},"operations":["a","b","c","d"]}"#;

fn read(lines: &[&str]) -> Vec<OperationRecord> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(journal_path(folder.path()), format!("{FOUR}\n{}", lines.join("\n"))).unwrap();
    operations_of(folder.path())
}

fn operations_of(folder: &Path) -> Vec<OperationRecord> {
    Record::open(&Files, folder).map_or_else(|_| Vec::new(), |record| operations(&record.state().0))
}

#[test]
fn each_operation_is_where_its_last_event_left_it() {
    let records = read(&[
        r#"{"at_ms":0,"event":"started","op":0,"attempt":1,"worker":3}"#,
        r#"{"at_ms":1,"event":"started","op":1,"attempt":1,"worker":4}"#,
        r#"{"at_ms":5,"event":"retrying","op":1,"attempt":1,"status":"Failed","duration_ms":4,"delay_ms":9}"#,
        r#"{"at_ms":14,"event":"started","op":1,"attempt":2,"worker":4}"#,
        r#"{"at_ms":20,"event":"ended","op":1,"attempt":2,"status":"Succeeded","duration_ms":6}"#,
        r#"{"at_ms":20,"event":"skipped","op":2,"because":{"kind":"run-canceled","message":"m"}}"#,
        r#"{"at_ms":21,"event":"ended","op":9,"attempt":1,"status":"Succeeded","duration_ms":1}"#,
        r#"{"at_ms":22,"event":"end"#,
    ]);
    let seen: Vec<_> =
        records.iter().map(|r| (r.state.as_str(), r.attempt, r.started_ms, r.ended_ms, r.busy_ms)).collect();
    assert_eq!(
        seen,
        [
            ("Running", 1, Some(0), None, 0),
            ("Succeeded", 2, Some(14), Some(20), 10),
            ("Skipped", 0, None, Some(20), 0),
            ("Waiting", 0, None, None, 0),
        ]
    );
    assert_eq!(records[0].worker, Some(3));
}

#[test]
fn what_is_no_journal_has_no_operations() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(operations_of(folder.path()), []);
    std::fs::write(journal_path(folder.path()), b"\xff\x00 not json").unwrap();
    assert_eq!(operations_of(folder.path()), []);
}

/// A run of two operations that has begun with the first.
fn begin(root: &Path, number: u32) -> (Writer, RunResult) {
    let header = Header {
        format: 2,
        run: format!("r{number}"),
        name: "lab".to_owned(),
        started_at: format!("2026-01-{number:02}T00:00:00Z"),
        operations: 2,
        max_concurrency: 4,
        ..Header::default()
    };
    let folder = root.join(format!("202601{number:02}T000000Z-lab-0000000{number}"));
    let plan = b"{\"operations\":[{\"name\":\"a\"},{\"name\":\"b\"}]}";
    let mut writer = Writer::create(Arc::new(Files), &folder, &header, plan).unwrap();
    let started = Started { op: OpId(0), name: "a".to_owned(), attempt: 1, worker: Some(1) };
    writer.append(3, &[What::Started(started)]);
    let operation = |index: u32, name: &str| OperationResult {
        index: OpId(index),
        name: name.to_owned(),
        id: None,
        kind: None,
        compensates: None,
        kept_from: None,
        up_to_date: false,
        why: None,
        status: Some(Status::Succeeded),
        had_errors: false,
        skipped_because: None,
        restart: None,
        error: None,
        attempts: 1,
        worker: Some(1),
        exit_code: None,
        started_at: Some(format!("2026-01-{number:02}T00:00:00.003Z")),
        ended_at: Some(format!("2026-01-{number:02}T00:00:00.009Z")),
        duration_ms: Some(6),
        busy_ms: 6,
        ready_after_ms: None,
        health: vec![],
    };
    let result = RunResult {
        run: header.run,
        name: header.name,
        status: Some(RunStatus::Succeeded),
        started_at: header.started_at,
        ended_at: Some(format!("2026-01-{number:02}T00:00:09Z")),
        duration_ms: 9_000,
        up_to_date: 0,
        counts: BTreeMap::from([(Status::Succeeded, 2)]),
        directory: None,
        source: None,
        metrics: Metrics::default(),
        defect: None,
        journal_error: None,
        operations: vec![operation(0, "a"), operation(1, "b")],
        left_out: vec![],
        rollback: vec![],
        health: vec![],
        order_started: vec![],
    };
    (writer, result)
}

fn of(root: &Path) -> Query {
    Query { directory: Some(root.to_owned()), ..Query::default() }
}

#[test]
fn a_run_that_has_ended_is_told_by_its_header_and_its_result() {
    let root = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        let (mut writer, result) = begin(root.path(), number);
        writer.finish(&result).unwrap();
    }
    let disk = Counting::default();
    for query in [of(root.path()), Query { operations: true, ..of(root.path()) }] {
        let runs = list_on(&disk, &query);
        assert_eq!(runs.iter().map(|run| run.run.as_str()).collect::<Vec<_>>(), ["r3", "r2", "r1"]);
        let run = &runs[0];
        assert_eq!((run.status.as_str(), run.duration_ms, run.max_concurrency), ("Succeeded", 9_000, 4));
        assert_eq!(run.ended_at.as_deref(), Some("2026-01-03T00:00:09Z"));
        assert_eq!(run.counts, BTreeMap::from([("Succeeded".to_owned(), 2)]));
        if query.operations {
            let b = &run.operations.as_ref().unwrap()[1];
            assert_eq!((b.name.as_str(), b.state.as_str()), ("b", "Succeeded"));
            assert_eq!((b.started_ms, b.ended_ms, b.busy_ms), (Some(3), Some(9), 6));
        }
        let opened = disk.opened();
        let names: Vec<_> = opened.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        // Of the result its beginning, and then all of it where the operations are asked for.
        let each: &[&str] = if query.operations {
            &["run.json", "result.json", "result.json"]
        } else {
            &["run.json", "result.json"]
        };
        assert_eq!(names, [each, each, each].concat(), "no journal is opened");
    }
    // What another lab's runs hold is not looked at.
    assert_eq!(list_on(&disk, &Query { name: Some("other".to_owned()), ..of(root.path()) }), []);
    assert!(disk.opened().iter().all(|path| path.ends_with("run.json")));
}

#[test]
fn a_run_under_way_is_told_by_its_journal_and_an_interrupted_one_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    let (writer, _) = begin(root.path(), 1);
    let words =
        |pairs: &[(&str, usize)]| pairs.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect();
    let counts: BTreeMap<String, usize> = words(&[("Running", 1), ("Waiting", 1)]);
    let run = list(&of(root.path())).remove(0);
    assert_eq!((run.status.as_str(), run.counts), ("Running", counts));
    assert!(run.duration_ms > 100_000_000, "it goes on since January: {}", run.duration_ms);
    let running = Query { running: true, operations: true, ..of(root.path()) };
    let states: Vec<String> =
        list(&running).remove(0).operations.unwrap().into_iter().map(|operation| operation.state).collect();
    assert_eq!(states, ["Running", "Waiting"]);
    drop(writer);
    let run = list(&of(root.path())).remove(0);
    assert_eq!((run.status.as_str(), run.duration_ms, run.counts), ("Unknown", 3, words(&[("Unknown", 2)])));
    assert_eq!(list(&running), []);
}

#[test]
fn a_run_whose_result_was_lost_is_told_by_its_journal() {
    let root = tempfile::tempdir().unwrap();
    let (mut writer, result) = begin(root.path(), 1);
    let ended = |op, name: &str| Ended {
        op: OpId(op),
        name: name.to_owned(),
        attempt: 1,
        status: Status::Succeeded,
        worker: None,
        error: None,
        exit_code: None,
        duration_ms: 6,
        test: None,
        stamp: None,
    };
    let finished = What::Finished(Finished { status: RunStatus::Succeeded });
    writer.append(9_000, &[What::Ended(ended(0, "a")), What::Ended(ended(1, "b")), finished]);
    writer.finish(&result).unwrap();
    let path = crate::record::result_path(writer.folder());
    let whole = std::fs::read(&path).unwrap();
    let told = |run: RunSummary| (run.status, run.duration_ms, run.counts);
    let expected = told(list(&of(root.path())).remove(0));
    let beginning = whole.windows(12).position(|part| part == b"\"operations\"").unwrap();
    for cut in (0..whole.len()).step_by(7).chain([0, beginning + 12]) {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(told(list(&of(root.path())).remove(0)), expected, "cut at {cut}");
        let query = Query { operations: true, ..of(root.path()) };
        assert_eq!(list(&query)[0].operations.as_ref().unwrap()[1].busy_ms, 6, "cut at {cut}");
    }
    std::fs::write(&path, vec![0; whole.len()]).unwrap();
    assert_eq!(told(list(&of(root.path())).remove(0)), expected);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(told(list(&of(root.path())).remove(0)), expected);
}

#[test]
fn runs_are_found_by_what_is_known_of_them_and_stand_behind_their_parents() {
    let root = tempfile::tempdir().unwrap();
    let write = |number: u32, name: &str, id: &str, parent: Option<&str>| {
        let header = Header {
            run: id.to_owned(),
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            started_at: format!("2026-01-0{number}T00:00:00Z"),
            ..Header::default()
        };
        let folder = root.path().join(format!("2026010{number}T000000Z-{name}-{number}"));
        drop(Writer::create(Arc::new(Files), &folder, &header, b"{}").unwrap());
    };
    write(1, "Web farm", "aa11-22", None);
    write(2, "run", "bb33-44", None);
    write(3, "Web farm", "aa15-55", Some("aa11-22"));
    write(4, "Database", "cc66-77", None);
    write(5, "Web farm", "dd88-99", Some("aa11-22"));
    write(6, "Web farm", "ee00-00", Some("aa15-55"));
    // Damaged headers may name each other.
    write(7, "x", "ff01", Some("ff02"));
    write(8, "x", "ff02", Some("ff01"));
    let ask = |query: Query| -> Vec<String> {
        let runs = list(&Query { directory: Some(root.path().to_owned()), ..query });
        runs.into_iter().map(|run| run.run[..4].to_owned()).collect()
    };
    let of = |text: &str| vec![text.to_owned()];
    let like = |pattern: &str| vec![Wildcard::parse(pattern).unwrap()];
    assert_eq!(ask(Query { names: like("web*"), ..Query::default() }), ["ee00", "dd88", "aa15", "aa11"]);
    assert_eq!(ask(Query { ids: of("AA1"), ..Query::default() }), ["aa15", "aa11"]);
    assert_eq!(ask(Query { ids: of("aa1122"), ..Query::default() }), ["aa11"]);
    assert_eq!(ask(Query { ids: of("../.."), ..Query::default() }), [""; 0]);
    assert_eq!(
        ask(Query {
            after: Some("2026-01-06T00:00:00Z".to_owned()),
            names: like("web*"),
            ..Query::default()
        }),
        ["ee00"]
    );
    assert_eq!(
        ask(Query { statuses: of("interrupted"), limit: Some(2), names: like("web*"), ..Query::default() }),
        ["ee00", "dd88"]
    );
    assert_eq!(ask(Query { statuses: of("Failed"), ..Query::default() }), [""; 0]);
    assert!(!ask(Query { named: true, ..Query::default() }).contains(&"bb33".to_owned()));
    let tree = ask(Query { tree: true, ..Query::default() });
    assert_eq!(tree[..6], ["cc66", "bb33", "aa11", "aa15", "ee00", "dd88"]);
    assert_eq!(tree.len(), 8, "nothing is left out");
}

/// Damage of every kind, in as many folders as a store may have after a bad night.
#[test]
fn of_two_hundred_damaged_runs_the_sound_ones_are_told_and_the_rest_is_no_more_than_true() {
    let root = tempfile::tempdir().unwrap();
    for number in 1..=5 {
        let (mut writer, result) = begin(root.path(), number);
        writer.finish(&result).unwrap();
    }
    let (writer, result) = begin(root.path(), 6);
    let sound = writer.folder().to_owned();
    let document = result.to_document().unwrap();
    drop(writer);
    for number in 0..200 {
        let folder = root.path().join(format!("20260201T{number:06}Z-lab-{number:08}"));
        std::fs::create_dir_all(record_folder(&folder)).unwrap();
        let header = std::fs::read(crate::record::header_path(&sound)).unwrap();
        let journal = std::fs::read(crate::record::segment_path(&sound, 1)).unwrap();
        let put = |path: &Path, bytes: &[u8]| std::fs::write(path, bytes).unwrap();
        let cut = |bytes: &[u8]| bytes[..number * bytes.len() / 200].to_vec();
        let header_file = crate::record::header_path(&folder);
        match number % 5 {
            0 => put(&header_file, &cut(&header)),
            1 => put(&header_file, &vec![0; header.len()]),
            2 => {}
            // From here on the header is sound, and the rest is not.
            3 => {
                put(&header_file, &header);
                put(&crate::record::segment_path(&folder, 1), &cut(&journal));
                put(&crate::record::result_path(&folder), &[0; 99]);
            }
            _ => {
                put(&header_file, &header);
                put(&crate::record::result_path(&folder), &cut(&document));
            }
        }
    }
    let runs = list(&of(root.path()));
    assert_eq!(
        runs.iter()
            .filter(|run| run.status == "Succeeded"
                && run.ended_at.is_some()
                && !run.directory.contains("20260201"))
            .count(),
        5
    );
    for run in &runs {
        // The beginning of a result is the truth as far as it can be read.
        assert!(matches!(run.status.as_str(), "Succeeded" | "Unknown"), "{}", run.status);
        let detail = detail(&Record::open(&Files, Path::new(&run.directory)).unwrap()).unwrap();
        assert!(
            detail
                .run
                .operations
                .unwrap()
                .iter()
                .all(|operation| matches!(operation.state.as_str(), "Waiting" | "Running" | "Succeeded"))
        );
    }
    assert!(runs.len() >= 5 + 80);
    let named = runs.iter().filter(|run| run.directory.contains("20260201")).filter(|run| {
        let found = detail(&Record::open(&Files, Path::new(&run.directory)).unwrap()).unwrap();
        !found.warnings.is_empty()
    });
    assert!(named.count() >= 79, "damage is named");
}

fn record_folder(folder: &Path) -> PathBuf {
    crate::record::journal_folder(folder)
}
