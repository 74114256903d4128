//! What a sender learns of a run that answers, of one that does not, and of one that is no more.

use super::*;
use crate::record::entry::Finished;
use crate::record::order::Ordered;
use crate::record::{Header, RunResult, Writer};
use crate::scheduler::RunStatus;
use std::sync::Arc;

/// Longer than anything takes that a test waits for.
const SOON: Duration = Duration::from_secs(20);

fn begin(folder: &Path) -> Writer {
    let header = Header {
        run: "aaaaaaaa".to_owned(),
        name: "web".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        ..Header::default()
    };
    Writer::create(Arc::new(Files), folder, &header, br#"{"operations":[]}"#).unwrap()
}

fn request(place: &Path) -> Request {
    Request { place: place.to_owned(), by: "ann".to_owned(), ask: Ask::Suspend }
}

/// Answers all orders as their run would.
fn reply(folder: &Path, writer: &mut Writer, refused: Option<&Fault>) -> usize {
    let letters = mailbox::claim(folder);
    for letter in &letters {
        let ordered = Ordered { order: letter.order.clone(), refused: refused.map(Refused::from) };
        writer.append(1, [&What::Order(Box::new(ordered))]);
    }
    letters.into_iter().map(mailbox::Letter::answered).count()
}

#[test]
fn a_sender_learns_that_the_run_has_obeyed_or_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path());
    let sent = send(&request(folder.path())).unwrap();
    let not_yet = answer(sent.clone(), Duration::ZERO).unwrap();
    assert_eq!((not_yet.done, not_yet.sent.id), (None, sent.id.clone()));
    assert_eq!(reply(folder.path(), &mut writer, None), 1);
    let done = answer(sent, SOON).unwrap().done.unwrap();
    let process = std::process::id();
    assert_eq!(
        done,
        format!("The run was suspended by ann (process {process}). Resume-LabRun lets it go on.")
    );
    let sent = send(&request(folder.path())).unwrap();
    let why =
        Fault::new(Code::UnknownOperation, "the run has no operation 'x'").with_advice("Did you mean 'y'?");
    reply(folder.path(), &mut writer, Some(&why));
    let fault = answer(sent, SOON).unwrap_err();
    assert_eq!(fault.code, Code::UnknownOperation);
    assert_eq!(fault.message, "The run has no operation 'x'. Did you mean 'y'?");
}

#[test]
fn an_order_that_is_not_taken_is_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path());
    let sent = send(&request(folder.path())).unwrap();
    let fault = answer(sent, SOON).unwrap_err();
    assert_eq!(fault.code, Code::OrderUnanswered);
    assert!(fault.message.ends_with("does not take orders; this one was withdrawn."), "{}", fault.message);
    assert_eq!(reply(folder.path(), &mut writer, None), 0, "nothing is left to obey");
}

#[test]
fn a_run_that_has_taken_an_order_and_hangs_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let _writer = begin(folder.path());
    let sent = send(&request(folder.path())).unwrap();
    assert_eq!(mailbox::claim(folder.path()).len(), 1);
    let fault = answer(sent, SOON).unwrap_err();
    assert!(fault.message.ends_with("has taken the order and does not answer."), "{}", fault.message);
}

#[test]
fn a_run_that_has_gone_takes_no_orders() {
    let folder = tempfile::tempdir().unwrap();
    let writer = begin(folder.path());
    let sent = send(&request(folder.path())).unwrap();
    drop(writer);
    let fault = answer(sent, SOON).unwrap_err();
    assert_eq!(fault.code, Code::RunNotUnderWay);
    assert!(fault.message.contains("its process has gone"), "{}", fault.message);
    assert_eq!(send(&request(folder.path())).unwrap_err().code, Code::RunNotUnderWay);
    assert!(mailbox::claim(folder.path()).is_empty(), "nothing is left behind");
    assert!(wait_for_end(folder.path(), SOON).unwrap());
}

#[test]
fn the_end_of_a_run_is_awaited() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path());
    assert!(!wait_for_end(folder.path(), Duration::ZERO).unwrap());
    let waiting = std::thread::spawn({
        let folder = folder.path().to_owned();
        move || wait_for_end(&folder, SOON).unwrap()
    });
    writer.append(1, [&What::Finished(Finished { status: RunStatus::Succeeded })]);
    let result: RunResult = serde_json::from_value(serde_json::json!({
        "run": "aaaaaaaa", "name": "web", "status": "Succeeded", "started_at": "2026-01-01T00:00:00Z", "ended_at": null,
        "duration_ms": 1, "directory": null, "source": null, "metrics": {"peak_concurrency": 0, "busy_ms": 0},
        "operations": [], "order_started": []
    }))
    .unwrap();
    writer.finish(&result).unwrap();
    drop(writer);
    assert!(waiting.join().unwrap());
    let fault = send(&request(folder.path())).unwrap_err();
    assert_eq!(fault.message, "Run 'web' (aaaaaaaa) has ended.");
}
