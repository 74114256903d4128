//! What a watcher is told of a run that goes on, of one that has ended, and of one that is no more.

use super::super::testing;
use super::*;
use crate::error::Code;
use crate::graph::OpId;
use crate::health::Status;
use crate::record::Writer;
use crate::record::disk::Files;
use crate::record::entry::{Current, Started, Suspended};
use crate::record::health::Health;
use crate::record::stamp::Stamp;
use std::path::Path;
use std::sync::Arc;

fn begin(folder: &Path) -> Writer {
    let header = Header {
        format: FORMAT,
        run: "aaaaaaaa".to_owned(),
        name: "web".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        operations: 1,
        ..Header::default()
    };
    let plan = br#"{"operations":[{"name":"a"},{"name":"a (rollback)","compensates":0}]}"#;
    Writer::create(Arc::new(Files), folder, &header, plan).unwrap()
}

fn look(place: &Path, from: Option<Place>) -> WatchPage {
    page(&WatchQuery { place: place.to_owned(), from }).unwrap()
}

fn started() -> What {
    What::Started(Started { op: OpId(0), name: "a".to_owned(), attempt: 1, worker: Some(1) })
}

#[test]
fn a_watcher_is_told_of_the_health_of_operations_in_sentences() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path());
    let health = Health {
        op: Some(OpId(0)),
        name: "a".to_owned(),
        attempt: 1,
        check: "tcp db:5432".to_owned(),
        status: Status::Unhealthy,
        failures: 3,
        message: "connection refused".to_owned(),
        remedy: None,
        time: 0,
        budget: 0,
        refused: None,
    };
    writer.append(1, [&What::Health(Box::new(health))]);
    let page = look(folder.path(), None);
    let What::Health(health) = &page.entries.last().unwrap().what else { panic!("it is the last entry") };
    assert_eq!(
        health.message,
        "'a' is unhealthy: check 'tcp db:5432' failed 3 times in a row: connection refused."
    );
}

#[test]
fn a_watcher_is_told_what_has_happened_since() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path());
    writer.append(1, [&started()]);
    let first = look(folder.path(), None);
    let run = first.run.unwrap();
    assert_eq!((run.name.as_str(), run.operations), ("web", 1));
    assert_eq!(run.names, ["a", "a (rollback)"]);
    assert!(first.running && !first.more);
    assert_eq!(first.entries.last().unwrap().what, started());
    let nothing = look(folder.path(), Some(first.next));
    assert_eq!((nothing.entries.len(), nothing.running, nothing.run), (0, true, None));
    writer.append(2, [&What::Suspended(Suspended {})]);
    let second = look(folder.path(), Some(nothing.next));
    assert_eq!(second.entries.len(), 1);
    // The process dies.
    drop(writer);
    let last = look(folder.path(), Some(second.next));
    assert_eq!((last.entries.len(), last.running, last.warnings), (0, false, vec![]));
    std::fs::remove_dir_all(folder.path()).unwrap();
    let gone = WatchQuery { place: folder.path().to_owned(), from: Some(last.next) };
    assert_eq!(page(&gone).unwrap_err().code, Code::UnknownRun);
}

#[test]
fn pages_together_are_the_whole_journal_without_what_only_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path());
    let current = Current { op: OpId(0), name: "a".to_owned(), stamp: Some(Box::new(Stamp::default())) };
    let current = What::Current(current);
    writer.append(1, vec![&current; 2 * PAGE + 5]);
    drop(writer);
    let (mut from, mut sizes, mut next) = (None, Vec::new(), 0);
    loop {
        let page = look(folder.path(), from);
        for entry in &page.entries {
            assert_eq!(entry.seq, next);
            assert!(!matches!(&entry.what, What::Current(it) if it.stamp.is_some()));
            next += 1;
        }
        sizes.push(page.entries.len());
        from = Some(page.next);
        if !page.more {
            break;
        }
    }
    // The first entry says that the process has begun.
    assert_eq!(sizes, [PAGE, PAGE, 6]);
}

#[test]
fn damage_ends_a_watch_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    testing::failed(folder.path());
    let whole = look(folder.path(), None);
    let path = crate::record::segment_path(folder.path(), 1);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let page = look(folder.path(), None);
    assert!(page.entries.len() < whole.entries.len());
    assert!(page.warnings[0].starts_with("The record is damaged: "), "{:?}", page.warnings);
}
