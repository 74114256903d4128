//! Orders from outside: each has an entry with its answer, and what it asks for happens or does not.

use super::super::testing::{SOON, start, until, until_finished};
use super::super::{EventKind, Outcome, OutcomeStatus, Run, RunOptions, Ticket};
use super::*;
use crate::error::{Code, Fault};
use crate::graph::OpId;
use crate::plan::tests::script;
use crate::record::order::{Ask, Order, Ordered};
use crate::record::{SkipKind, What};
use crate::scheduler::{RunStatus, Status};
use std::path::Path;

fn recorded(root: &Path, slots: u32) -> RunOptions {
    RunOptions { directory: Some(root.join("run")), name: "web".to_owned(), ..RunOptions::new(slots) }
}

/// Sends an order as another process would.
fn send(root: &Path, id: &str, ask: Ask) {
    let order = Order { by: "ann".to_owned(), pid: 9, ask, ..Order::unreadable(id.to_owned()) };
    mailbox::send(&root.join("run"), &order).unwrap();
}

/// Sends an order and gives its entry.
fn ask(run: &Run, hub: &super::super::EventHub, root: &Path, ask: Ask) -> Ordered {
    send(root, "one", ask);
    run.take_orders();
    let mut seen = until(hub, |event| matches!(event, EventKind::Happened(What::Order(_))));
    match seen.pop() {
        Some(EventKind::Happened(What::Order(ordered))) => *ordered,
        other => panic!("{other:?}"),
    }
}

fn skip(operation: &str) -> Ask {
    Ask::Skip { operation: operation.to_owned() }
}

fn restart(operation: &str) -> Ask {
    Ask::Restart { operation: operation.to_owned() }
}

fn stopped() -> Outcome {
    Outcome { status: OutcomeStatus::Stopped, ..Outcome::default() }
}

#[test]
fn an_order_to_stop_ends_the_run_and_comes_first_in_its_journal() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], recorded(root.path(), 1));
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    send(root.path(), "one", Ask::Stop { kill: false });
    run.take_orders();
    run.complete(OpId(0), 1, stopped());
    let seen = until_finished(&hub);
    let place = |wanted: fn(&EventKind) -> bool| seen.iter().position(wanted).unwrap();
    let order = place(|event| matches!(event, EventKind::Happened(What::Order(_))));
    let warning = place(
        |event| matches!(event, EventKind::Warning { message } if message == "The run was stopped by ann (process 9)."),
    );
    let stop = place(|event| matches!(event, EventKind::Happened(What::Stop(_))));
    assert!(order < warning && warning < stop, "{seen:?}");
    assert_eq!(run.result().status, Some(RunStatus::Canceled));
    assert_eq!(std::fs::read_dir(mailbox::folder_of(&root.path().join("run"))).unwrap().count(), 0);
}

#[test]
fn a_suspended_run_starts_nothing_until_it_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], recorded(root.path(), 1));
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    assert_eq!(ask(&run, &hub, root.path(), Ask::Suspend).refused, None);
    let again = ask(&run, &hub, root.path(), Ask::Suspend).refused.unwrap();
    assert_eq!(
        (again.id.as_str(), again.message.as_str()),
        ("LabRunner.OrderRefused", "Run 'web' is suspended already. Resume-LabRun lets it go on.")
    );
    assert_eq!(run.complete_and_take(OpId(0), 1, Outcome::default(), 1, Duration::ZERO).1, Ticket::Idle);
    let waits = run.explain(OpId(1)).unwrap();
    assert_eq!(waits.reason, "the run is suspended, and starts nothing until Resume-LabRun");
    let summary = crate::history::query::summarize(&root.path().join("run")).unwrap();
    assert_eq!(summary.status, "Suspended");
    assert_eq!(ask(&run, &hub, root.path(), Ask::Resume).refused, None);
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(1), 1));
    assert!(
        ask(&run, &hub, root.path(), Ask::Resume)
            .refused
            .unwrap()
            .message
            .starts_with("Run 'web' is under way")
    );
    run.complete(OpId(1), 1, Outcome::default());
    until_finished(&hub);
    assert_eq!(run.result().status, Some(RunStatus::Succeeded));
}

#[test]
fn a_suspended_run_can_be_stopped() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[])], recorded(root.path(), 1));
    // Not taken yet: the run has admitted it.
    assert_eq!(ask(&run, &hub, root.path(), Ask::Suspend).refused, None);
    send(root.path(), "two", Ask::Stop { kill: true });
    run.take_orders();
    let seen = until_finished(&hub);
    assert!(seen.iter().any(|event| matches!(event, EventKind::Happened(What::Continued(_)))), "{seen:?}");
    assert_eq!(run.result().status, Some(RunStatus::Canceled));
}

#[test]
fn what_is_skipped_never_starts_and_draws_along_what_needs_it() {
    let root = tempfile::tempdir().unwrap();
    let plan = vec![script("a", &[]), script("b", &["a"]), script("c", &["b"]), script("d", &["a"])];
    let (run, hub) = start(plan, recorded(root.path(), 1));
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    let unknown = ask(&run, &hub, root.path(), skip("bb")).refused;
    assert_eq!(unknown.unwrap().id, "LabRunner.UnknownOperation");
    let ordered = ask(&run, &hub, root.path(), skip("B"));
    assert_eq!(ordered.refused, None);
    assert_eq!(run.complete_and_take(OpId(0), 1, Outcome::default(), 1, SOON).1, Ticket::Work(OpId(3), 1));
    let ended = ask(&run, &hub, root.path(), skip("a")).refused.unwrap();
    assert!(ended.message.starts_with("Operation 'a' has ended (Succeeded)."), "{ended:?}");
    run.complete(OpId(3), 1, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::PartiallySucceeded));
    let because = result.operations[1].skipped_because.as_ref().unwrap();
    assert_eq!((because.kind, because.message.as_str()), (SkipKind::Ordered, "it was skipped by order"));
    assert_eq!(result.operations[2].skipped_because.as_ref().unwrap().operation.as_deref(), Some("b"));
}

#[test]
fn what_runs_is_stopped_when_it_is_skipped_and_that_is_no_failure() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[]), script("b", &[])], recorded(root.path(), 1));
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    assert_eq!(ask(&run, &hub, root.path(), skip("a")).refused, None);
    assert_eq!(run.complete_and_take(OpId(0), 1, stopped(), 1, SOON).1, Ticket::Work(OpId(1), 1));
    run.complete(OpId(1), 1, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    assert_eq!(result.status, Some(RunStatus::PartiallySucceeded));
    assert_eq!(result.operations[0].status, Some(Status::Canceled));
    let error = result.operations[0].error.as_ref().unwrap();
    assert_eq!(error.message, "Operation 'a' was stopped because an order asked to skip it.");
}

#[test]
fn what_is_restarted_is_stopped_and_starts_again_without_using_up_its_retries() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], recorded(root.path(), 1));
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    let early = ask(&run, &hub, root.path(), restart("b")).refused.unwrap();
    assert!(early.message.starts_with("Operation 'b' has not begun"), "{early:?}");
    assert_eq!(ask(&run, &hub, root.path(), restart("a")).refused, None);
    assert_eq!(run.complete_and_take(OpId(0), 1, stopped(), 1, SOON).1, Ticket::Work(OpId(0), 2));
    assert_eq!(run.complete_and_take(OpId(0), 2, Outcome::default(), 1, SOON).1, Ticket::Work(OpId(1), 1));
    run.complete(OpId(1), 1, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    assert_eq!((result.status, result.operations[0].attempts), (Some(RunStatus::Succeeded), 2));
}

#[test]
fn an_order_that_comes_too_late_is_refused_in_the_record() {
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[])], recorded(root.path(), 1));
    run.take(1, SOON);
    run.complete(OpId(0), 1, Outcome::default());
    until_finished(&hub);
    let late = ask(&run, &hub, root.path(), Ask::Stop { kill: false }).refused.unwrap();
    assert_eq!(
        (late.id.as_str(), late.message.as_str()),
        ("LabRunner.RunNotUnderWay", "Run 'web' has ended.")
    );
}

#[cfg(unix)]
#[test]
fn an_order_of_another_user_is_refused_and_the_run_says_so() {
    if crate::skipped::unless_root() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let (run, hub) = start(vec![script("a", &[])], recorded(root.path(), 1));
    send(root.path(), "one", Ask::Stop { kill: true });
    let folder = mailbox::folder_of(&root.path().join("run"));
    std::os::unix::fs::chown(folder.join("one.json"), Some(4_242), None).unwrap();
    // The run may have found it before it was another user's.
    if !folder.join("one.json").exists() {
        return;
    }
    run.take_orders();
    let seen = until(&hub, |event| matches!(event, EventKind::Warning { .. }));
    let Some(EventKind::Warning { message }) = seen.last() else { panic!("{seen:?}") };
    assert_eq!(
        message,
        "An order from user 4242 (process 9) was refused: It comes from another user. Only the user who started a run may give it orders."
    );
    assert!(!run.is_finished());
}

/// As another process does it: by files alone.
#[test]
fn a_run_finds_orders_by_itself_and_their_senders_learn_what_came_of_them() {
    use crate::history::steer::{self, Request};
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("run");
    let (run, hub) = start(vec![script("a", &[])], recorded(root.path(), 1));
    run.take(1, SOON);
    let order = |ask| {
        let sent = steer::send(&Request { place: place.clone(), by: "ann".to_owned(), ask })?;
        // A test on a busy machine waits as long as it takes.
        let mut answer = steer::answer(sent, Duration::ZERO)?;
        while answer.done.is_none() {
            answer = steer::answer(steer::Sent { waited_ms: 0, ..answer.sent }, SOON)?;
        }
        Ok::<String, Fault>(answer.done.unwrap_or_default())
    };
    assert!(order(Ask::Suspend).unwrap().starts_with("The run was suspended by ann"));
    assert_eq!(order(skip("b")).unwrap_err().code, Code::UnknownOperation);
    assert!(order(Ask::Stop { kill: true }).unwrap().starts_with("The run was killed by ann"));
    run.complete(OpId(0), 1, stopped());
    until_finished(&hub);
    drop(run);
    assert_eq!(order(Ask::Suspend).unwrap_err().code, Code::RunNotUnderWay);
}
