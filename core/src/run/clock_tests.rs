//! The machine's clock goes back, or was ahead when a run started. A run counts its own time by another clock, so what is
//! said of it stays in order and never less than nothing; only which of two runs is the newer one can be mistaken.

use super::about;
use super::resume_tests::{Does, Lab, id, well};
use crate::error::Code;
use crate::graph::OpId;
use crate::history::lookup::{self, Wanted};
use crate::history::query::{self, Query, list};
use crate::history::retention::{self, Retention};
use crate::history::{estimate, store};
use crate::operation::PastRuns;
use crate::plan::tests::script;
use crate::record::disk::Files;
use crate::record::entry::{Ended, Finished, Retrying, Serving, Started};
use crate::record::{FORMAT, Header, Record, What, Writer, header_path};
use crate::scheduler::{RunStatus, Status};
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// When the machine's clock is ahead, in the words of a header.
fn ahead() -> Timestamp {
    Timestamp::now() + 24 * HOUR
}

/// Makes a record that of a run whose start was a day ahead, and gives its folder, whose name begins with the time.
fn was_ahead(folder: &Path) -> PathBuf {
    let path = header_path(folder);
    let mut header: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let at = ahead();
    header["started_at"] = at.to_string().into();
    std::fs::write(&path, serde_json::to_vec(&header).unwrap()).unwrap();
    let name = store::folder_name(at, header["name"].as_str().unwrap(), header["run"].as_str().unwrap());
    let to = folder.with_file_name(name);
    std::fs::rename(folder, &to).unwrap();
    to
}

fn of(root: &Path) -> Query {
    Query { directory: Some(root.to_owned()), ..Query::default() }
}

/// A run of this moment whose journal has these entries, each at its time; it is under way as long as the writer lives.
fn write(root: &Path, entries: &[(u64, What)]) -> (PathBuf, Writer) {
    let header = Header {
        format: FORMAT,
        run: "0f3c9a52-7d1e-4b6a-9c00-1234567890ab".to_owned(),
        name: "lab".to_owned(),
        started_at: ahead().to_string(),
        operations: 2,
        ..Header::default()
    };
    let folder = root.join(store::folder_name(ahead(), "lab", &header.run));
    let plan = br#"{"operations":[{"name":"a"},{"name":"web"}]}"#;
    let mut writer = Writer::create(Arc::new(Files), &folder, &header, plan).unwrap();
    for (at, what) in entries {
        writer.append(*at, [what]);
    }
    (folder, writer)
}

fn started(op: u32, name: &str, attempt: u32) -> What {
    What::Started(Started { op: OpId(op), name: name.to_owned(), attempt, worker: None })
}

fn end(op: u32, name: &str, attempt: u32, status: Status) -> Ended {
    Ended {
        op: OpId(op),
        name: name.to_owned(),
        attempt,
        status,
        worker: None,
        error: None,
        exit_code: None,
        duration_ms: 40,
        test: None,
        stamp: None,
    }
}

#[test]
fn a_run_ends_after_its_start_and_after_all_that_happened_in_it() {
    let start: Timestamp = "2026-03-29T01:30:00Z".parse().unwrap();
    for (clock, end) in [
        ("2026-03-29T01:35:00Z", "2026-03-29T01:35:00Z"),
        // Set back by an hour, and by years.
        ("2026-03-29T00:35:00Z", "2026-03-29T01:35:00Z"),
        ("1970-01-01T00:00:00Z", "2026-03-29T01:35:00Z"),
        // The machine was asleep in between, which no run counts.
        ("2026-03-29T09:00:00Z", "2026-03-29T09:00:00Z"),
    ] {
        let said = about::end_time(start, 5 * 60_000, clock.parse().unwrap());
        assert_eq!(said.to_string(), end, "the clock says {clock}");
    }
    assert_eq!(about::end_time(start, u64::MAX, start), start, "no time is that long");
}

#[test]
fn entries_count_in_the_order_of_their_numbers_whatever_their_times_say() {
    let root = tempfile::tempdir().unwrap();
    let (folder, writer) = write(
        root.path(),
        &[
            (500, started(0, "a", 1)),
            (400, What::Retrying(Retrying { end: end(0, "a", 1, Status::Failed), delay_ms: 1 })),
            (90, started(0, "a", 2)),
            (10, What::Ended(end(0, "a", 2, Status::Succeeded))),
            (9, started(1, "web", 1)),
            (3, What::Serving(Serving { op: OpId(1), name: "web".to_owned(), attempt: 1 })),
        ],
    );
    let (state, damage) = Record::open(&Files, &folder).unwrap().replay();
    assert_eq!(damage, None);
    assert_eq!((state.at, state.last), (500, Some(6)), "it has lasted as long as its latest entry says");
    assert_eq!((state.operations[0].attempt, state.operations[0].busy_ms), (2, 80));
    assert_eq!(state.operations[0].took_ms(), Some(40));
    assert_eq!(state.operations[1].ready_after_ms, None, "it is not known");
    let detail = query::detail(&Record::open(&Files, &folder).unwrap()).unwrap();
    assert_eq!((detail.run.status.as_str(), detail.run.duration_ms), ("Running", 500));
    let attempts = &detail.run.operations.unwrap()[0].failed_attempts;
    assert_eq!((attempts[0].attempt, attempts[0].duration_ms), (1, 40));
    drop(writer);
    let past = PastRuns { directory: Some(root.path().to_owned()), name: "lab".to_owned() };
    let past = estimate::past_durations(&past, &[script("a", &[]), script("web", &[])]);
    assert_eq!(past.get("a").copied(), Some(40));
    assert_eq!(past.len(), 1);
}

#[test]
fn a_run_that_starts_in_the_future_is_listed_and_has_lasted_as_long_as_it_says() {
    let root = tempfile::tempdir().unwrap();
    let (_, mut writer) = write(root.path(), &[(700, started(0, "a", 1))]);
    let root = root.path();
    let all = list(&of(root));
    assert_eq!((all[0].status.as_str(), all[0].duration_ms), ("Running", 700));
    assert_eq!(list(&Query { limit: Some(1), running: true, ..of(root) }).len(), 1);
    let after = |time: Timestamp| list(&Query { after: Some(time.to_string()), ..of(root) }).len();
    assert_eq!((after(Timestamp::now()), after(Timestamp::now() + 48 * HOUR)), (1, 0));
    writer.append(800, [&What::Finished(Finished { status: RunStatus::Failed })]);
    drop(writer);
    assert_eq!(list(&of(root))[0].duration_ms, 800);
}

#[test]
fn a_run_of_the_future_is_resumed_in_a_chain_and_does_not_hide_other_runs() {
    let lab = Lab::chain();
    let first = was_ahead(&lab.dies_in("b"));
    let find =
        |wanted: Wanted| lookup::find(&Wanted { root: Some(lab.root()), ..wanted }).map(|found| found.run);
    let last = || find(Wanted::default());
    assert_eq!(last().unwrap(), id(&first));
    let (second, _, started) =
        lab.run(Some(lab.resume(&first)), |it| if it == "c" { Does::Badly } else { Does::Well }).unwrap();
    assert_eq!(started, ["b", "c"]);
    let by_name = || find(Wanted { name: Some("lab".to_owned()), ..Wanted::default() });
    assert_eq!(
        (last().unwrap(), by_name().unwrap()),
        (id(&second), id(&second)),
        "though it started earlier"
    );
    assert_eq!(lab.fault(lab.resume(&first)).0, Code::RunResumed);
    let (third, _, started) = lab.run(Some(lab.resume(&second)), well).unwrap();
    assert_eq!(started, ["c"]);
    assert_eq!(by_name().unwrap(), id(&third));
    assert_eq!(last().unwrap_err().code, Code::NothingToResume, "the chain has succeeded");
    let tree = list(&Query { tree: true, ..of(&lab.root()) });
    let ids: Vec<_> = tree.iter().map(|run| run.run.clone()).collect();
    assert_eq!(ids, [id(&first), id(&second), id(&third)]);
}

#[test]
fn retention_deletes_nothing_because_the_clock_went_back() {
    let lab = Lab::chain();
    let first = was_ahead(&lab.dies_in("b"));
    let day = Duration::from_secs(24 * 60 * 60);
    for now in [SystemTime::UNIX_EPOCH, SystemTime::now() - 400 * day, SystemTime::now()] {
        assert_eq!(retention::sweep(&lab.root(), Retention::of_days(1), now), 0);
    }
    assert_eq!(retention::sweep(&lab.root(), Retention::of_days(1), SystemTime::now() + 2 * day), 1);
    assert!(!first.exists(), "what counts is when it was written, as the file system says");
}
