//! What past runs say, and what they must not do: cost much, or break anything.

use super::*;
use crate::graph::OpId;
use crate::history::store::folder_name;
use crate::plan::tests::script;
use crate::plan::{Estimate, EstimateSource};
use crate::record::counting::Counting;
use crate::record::format1::journal_path;
use proptest::prelude::*;
use std::path::PathBuf;

/// Folders sort by this number.
fn folder(root: &Path, number: usize, lab: &str) -> PathBuf {
    let named = folder_name("2026-01-01T00:00:00Z".parse().unwrap(), lab, "00000000");
    root.join(format!("20260101T{number:06}{}{number:08}", &named["20260101T000000".len()..named.len() - 8]))
}

fn header(lab: &str, operations: &[&str]) -> String {
    let names = serde_json::to_string(operations).unwrap();
    format!(
        "{{\"format\":1,\"run\":\"r\",\"started_at\":\"2026-01-01T00:00:00Z\",\"pid\":1,\"options\":{{\"name\":\"{lab}\",\"max_concurrency\":2}},\"operations\":{names}}}\n"
    )
}

fn ended(op: usize, status: &str, ms: u64) -> String {
    format!(
        "{{\"run\":1,\"seq\":3,\"at_ms\":{ms},\"event\":\"ended\",\"op\":{op},\"attempt\":1,\"status\":\"{status}\",\"duration_ms\":{ms}}}\n"
    )
}

fn write(folder: &Path, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(journal_path(folder), text).unwrap();
}

/// What is known, and in how many folders anything was opened.
fn ask(root: &Path, lab: &str, operations: &[&str]) -> (PastDurations, usize) {
    let operations: Vec<Operation> = operations.iter().map(|name| script(name, &[])).collect();
    let (disk, mut samples) = (Counting::default(), Samples::new(&operations));
    samples.collect(&disk, root, lab);
    let mut opened = disk.opened();
    for path in &mut opened {
        path.pop();
    }
    opened.sort_unstable();
    opened.dedup();
    (samples.medians(), opened.len())
}

#[test]
fn the_median_of_the_last_few_successes_counts() {
    let root = tempfile::tempdir().unwrap();
    // The newest last: 100,000 is too long ago to count, the failure is not a sample, one is an outlier.
    for (number, (status, ms)) in [
        ("Succeeded", 100_000),
        ("Succeeded", 1_000),
        ("Succeeded", 1_200),
        ("Failed", 1),
        ("Succeeded", 999_900),
        ("Succeeded", 1_100),
        ("Succeeded", 1_300),
    ]
    .into_iter()
    .enumerate()
    {
        write(
            &folder(root.path(), number, "My lab!"),
            &(header("My lab!", &["Web"]) + &ended(0, status, ms)),
        );
    }
    assert_eq!(ask(root.path(), "MY LAB!", &["web"]).0, [("web".to_owned(), 1_200)].into());
    assert_eq!(ask(root.path(), "another", &["web"]).0, PastDurations::new());
}

#[test]
fn of_what_took_a_moment_the_last_run_is_enough() {
    let root = tempfile::tempdir().unwrap();
    for (number, (quick, slow)) in [(40, 4_000), (50, 2_000), (60, 3_000)].into_iter().enumerate() {
        let text =
            header("lab", &["quick", "slow"]) + &ended(0, "Succeeded", quick) + &ended(1, "Succeeded", slow);
        write(&folder(root.path(), number, "lab"), &text);
    }
    assert_eq!(ask(root.path(), "lab", &["quick"]), ([("quick".to_owned(), 60)].into(), 1));
    let (found, opened) = ask(root.path(), "lab", &["quick", "slow"]);
    assert_eq!((found["quick"], found["slow"], opened), (60, 3_000, 3), "the others have a median");
}

#[test]
fn a_service_took_as_long_as_it_needed_to_become_ready() {
    let root = tempfile::tempdir().unwrap();
    let text = header("lab", &["web"])
        + "{\"at_ms\":100,\"event\":\"started\",\"op\":0,\"attempt\":1}\n"
        + "{\"at_ms\":130,\"event\":\"serving\",\"op\":0,\"attempt\":1}\n"
        + &ended(0, "Succeeded", 60_000);
    write(&folder(root.path(), 1, "lab"), &text);
    assert_eq!(ask(root.path(), "lab", &["web"]).0["web"], 30);
}

#[test]
fn torn_foreign_and_newer_files_are_passed_over() {
    let root = tempfile::tempdir().unwrap();
    let good = header("lab", &["a", "b"]) + &ended(0, "Succeeded", 7);
    write(
        &folder(root.path(), 1, "lab"),
        &(good.clone() + "{\"at_ms\":9,\"event\":\"ended\",\"op\":1,\"sta"),
    );
    write(&folder(root.path(), 2, "lab"), "no journal\n");
    write(&folder(root.path(), 3, "lab"), &good.replace("\"format\":1", "\"format\":99").replace('7', "1"));
    write(&folder(root.path(), 4, "lab"), "");
    // Another lab whose name looks the same in a folder's name.
    write(&folder(root.path(), 5, "lab"), &header("l@b", &["a"]));
    write(
        &folder(root.path(), 6, "lab"),
        &(header("lab", &["a"]) + &ended(7, "Succeeded", 1) + "\u{0}\u{1}\n[]\n{}\n"),
    );
    std::fs::create_dir_all(folder(root.path(), 7, "lab")).unwrap();
    std::fs::create_dir_all(journal_path(&folder(root.path(), 8, "lab"))).unwrap();
    assert_eq!(ask(root.path(), "lab", &["a", "b"]).0, [("a".to_owned(), 7)].into());
    assert_eq!(ask(&root.path().join("nowhere"), "lab", &["a"]).0, PastDurations::new());
}

#[test]
fn a_compensation_is_no_sample_of_its_operation() {
    let root = tempfile::tempdir().unwrap();
    write(&folder(root.path(), 1, "lab"), &(header("lab", &["a"]) + &ended(1, "Succeeded", 5)));
    assert_eq!(ask(root.path(), "lab", &["a"]).0, PastDurations::new());
}

#[test]
fn of_thousands_of_runs_a_few_files_are_opened() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..3_000 {
        let lab = if number % 2 == 0 { "lab" } else { "other" };
        let path = folder(root.path(), number, lab);
        std::fs::create_dir(&path).unwrap();
        if number >= 2_900 {
            write(&path, &(header(lab, &["a", "new"]) + &ended(0, "Succeeded", number as u64)));
        }
    }
    let (found, opened) = ask(root.path(), "lab", &["a"]);
    assert_eq!((found["a"], opened), (2_994, SAMPLES), "the five newest of this lab");
    let (_, opened) = ask(root.path(), "lab", &["a", "new"]);
    assert_eq!(opened, MOST_RUNS, "an operation without a past does not make it read everything");
}

#[test]
fn a_declared_estimate_is_stronger_than_the_past_and_the_past_ranks() {
    let root = tempfile::tempdir().unwrap();
    let text = header("lab", &["a", "b", "c"])
        + &ended(0, "Succeeded", 500)
        + &ended(1, "Succeeded", 10)
        + &ended(2, "Succeeded", 700);
    write(&folder(root.path(), 1, "lab"), &text);
    let mut operations: Vec<Operation> = ["b", "a", "c"].iter().map(|name| script(name, &[])).collect();
    operations[2].estimate_ms = Some(300);
    let history = Some(PastRuns { directory: Some(root.path().to_owned()), name: "lab".to_owned() });
    let plan = compile(PlanRequest { operations, history, ..PlanRequest::default() }).unwrap();
    let known = |id, ms, source| assert_eq!(plan.estimate(OpId(id)), Estimate { ms, source });
    known(0, 10, EstimateSource::History);
    known(1, 500, EstimateSource::History);
    known(2, 300, EstimateSource::Declared);
    let order: Vec<u32> = (0..3).map(|rank| plan.at_rank(rank).0).collect();
    assert_eq!(order, [1, 2, 0], "the longest first");
}

proptest! {
    #[test]
    fn whatever_lies_there_nothing_breaks(junk in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..400) {
        let root = tempfile::tempdir().unwrap();
        let mut text = (header("lab", &["a"]) + &ended(0, "Succeeded", 5)).into_bytes();
        text.truncate(cut);
        text.extend(junk);
        let path = folder(root.path(), 1, "lab");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(journal_path(&path), text).unwrap();
        ask(root.path(), "lab", &["a"]);
    }
}
