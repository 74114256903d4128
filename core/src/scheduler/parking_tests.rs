//! Parking, step by step: what an operation that asks for a restart of the machine means for the others.

use super::tests::{Bench, settings};
use super::{Input, Refusal, RunStatus, Settings, State, Status, Verdict};
use crate::graph::OpId;
use crate::operation::{FailureStrategy, Operation, ProcessMode, RetryPolicy, Trigger, Work};
use crate::plan::tests::{process, script};

/// The operation asks, with its attempt under way.
fn ask(bench: &mut Bench, name: &str) -> Vec<String> {
    let op = bench.op(name);
    let attempt = bench.scheduler.attempt(op);
    bench.step(&[Input::Restart { op, attempt, rerun: false }])
}

#[test]
fn what_runs_goes_on_to_its_end_and_nothing_more_is_started() {
    let operations = vec![
        script("rename", &[]),
        script("long", &[]),
        script("next", &["rename"]),
        Operation { trigger: Trigger::Always, ..script("clean", &["next"]) },
    ];
    let mut bench = Bench::new(operations, settings(4, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("rename");
    bench.take("long");
    assert_eq!(ask(&mut bench, "rename"), ["rename asks for a restart"]);
    assert_eq!(bench.end("rename", Verdict::Succeeded), ["rename Succeeded"]);
    assert_eq!(
        bench.end("long", Verdict::Succeeded),
        ["long Succeeded", "next skipped RunParked", "clean skipped RunParked", "finished Parked"]
    );
}

#[test]
fn the_last_operation_parks_the_run_as_well() {
    let mut bench = Bench::new(vec![script("rename", &[])], settings(4, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("rename");
    ask(&mut bench, "rename");
    assert_eq!(bench.end("rename", Verdict::Succeeded), ["rename Succeeded", "finished Parked"]);
}

#[test]
fn services_and_monitors_are_stopped_when_the_run_is_parked() {
    let operations = vec![
        process("server", ProcessMode::Service),
        Operation { kind: Some("Monitor".to_owned()), ..script("watch", &[]) },
        script("rename", &["server"]),
        Operation { work: Work::Stop { service: "server".to_owned() }, ..script("stop", &["rename"]) },
    ];
    let mut bench = Bench::new(operations, settings(4, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("server");
    bench.take("watch");
    let server = bench.op("server");
    bench.step(&[Input::ServiceReady(server, 1)]);
    bench.take("rename");
    ask(&mut bench, "rename");
    assert_eq!(
        bench.end("rename", Verdict::Succeeded),
        [
            "rename Succeeded",
            "stop skipped RunParked",
            "stop server RunEnded 5000",
            "stop watch RunEnded 5000"
        ]
    );
    bench.end("server", Verdict::Stopped);
    assert_eq!(bench.end("watch", Verdict::Stopped), ["watch Succeeded", "finished Parked"]);
}

#[test]
fn a_failure_beside_it_means_what_it_always_means() {
    let operations = vec![
        script("rename", &[]),
        script("breaks", &[]),
        script("next", &["rename"]),
        Operation { trigger: Trigger::Always, ..script("clean", &["next"]) },
    ];
    let mut bench = Bench::new(operations, settings(4, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("rename");
    bench.take("breaks");
    ask(&mut bench, "rename");
    bench.end("rename", Verdict::Succeeded);
    let ended = bench.end("breaks", Verdict::Failed { retry: false });
    assert_eq!(ended, ["breaks Failed", "next skipped RunStopped(OpId(1))", "start clean"]);
    bench.take("clean");
    assert_eq!(bench.end("clean", Verdict::Succeeded), ["clean Succeeded", "finished Failed"]);
}

#[test]
fn a_failure_that_the_run_goes_on_after_leaves_it_parked() {
    let operations = vec![script("rename", &[]), script("breaks", &[]), script("next", &["rename"])];
    let mut bench = Bench::new(operations, settings(4, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("rename");
    bench.take("breaks");
    ask(&mut bench, "rename");
    bench.end("rename", Verdict::Succeeded);
    let ended = bench.end("breaks", Verdict::Failed { retry: false });
    assert_eq!(ended, ["breaks Failed", "next skipped RunParked", "finished Parked"]);
}

#[test]
fn what_was_to_be_tried_again_waits_for_the_next_run() {
    let retry = RetryPolicy { count: 3, delay_ms: 1_000, ..RetryPolicy::default() };
    let operations =
        vec![script("rename", &[]), Operation { retry: Some(Box::new(retry)), ..script("flaky", &[]) }];
    let mut bench = Bench::new(operations, settings(4, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("rename");
    bench.take("flaky");
    ask(&mut bench, "rename");
    bench.end("flaky", Verdict::Failed { retry: true });
    assert_eq!(
        bench.end("rename", Verdict::Succeeded),
        ["rename Succeeded", "flaky Canceled", "finished Parked"]
    );
}

#[test]
fn a_cancel_ends_the_run_as_canceled() {
    let mut bench = Bench::new(vec![script("rename", &[])], settings(4, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("rename");
    ask(&mut bench, "rename");
    bench.step(&[Input::Cancel(crate::operation::StopMode::OWN_GRACE)]);
    assert_eq!(bench.end("rename", Verdict::Stopped), ["rename Canceled", "finished Canceled"]);
}

#[test]
fn only_an_operation_that_runs_may_ask() {
    let undone = Operation { compensation: Some(Box::new(Work::Script)), ..script("made", &[]) };
    let mut bench =
        Bench::new(vec![undone, script("breaks", &["made"])], settings(1, FailureStrategy::Rollback));
    let refusal = |bench: &Bench, op: OpId| bench.scheduler.may_restart(op, bench.scheduler.attempt(op));
    bench.step(&[]);
    let made = bench.op("made");
    assert_eq!(refusal(&bench, made), Err(Refusal::NotRunning), "it is only admitted");
    bench.take("made");
    assert_eq!(refusal(&bench, made), Ok(()));
    assert_eq!(bench.scheduler.may_restart(made, 7), Err(Refusal::NotRunning));
    assert_eq!(bench.scheduler.may_restart(OpId(99), 1), Err(Refusal::NotRunning));
    bench.end("made", Verdict::Succeeded);
    assert!(ask(&mut bench, "made").is_empty(), "it has ended");
    bench.take("breaks");
    bench.end("breaks", Verdict::Failed { retry: false });
    let undo = bench.scheduler.plan().compensation_of(made).unwrap();
    assert_eq!(bench.scheduler.state(undo), State::Admitted);
    bench.step(&[Input::Taken(undo, 1)]);
    assert_eq!(refusal(&bench, undo), Err(Refusal::Undoes));
}

#[test]
fn no_more_restarts_than_are_left_and_none_twice_without_progress() {
    let operations = || {
        vec![
            script("rename", &[]),
            script("other", &[]),
            Operation { trigger: Trigger::Always, ..script("always", &[]) },
        ]
    };
    let mut bench =
        Bench::new(operations(), Settings { restarts_left: 0, ..settings(4, FailureStrategy::Stop) });
    bench.step(&[]);
    bench.take("rename");
    assert_eq!(bench.scheduler.may_restart(OpId(0), 1), Err(Refusal::Limit));
    let carried = super::Carried { without_progress: vec![OpId(0)], ..super::Carried::default() };
    let mut bench = Bench::carrying(operations(), settings(4, FailureStrategy::Stop), carried);
    bench.step(&[]);
    for name in ["rename", "other", "always"] {
        bench.take(name);
    }
    assert_eq!(bench.scheduler.may_restart(OpId(0), 1), Err(Refusal::WithoutProgress));
    assert_eq!(bench.scheduler.may_restart(OpId(1), 1), Ok(()), "another one may");
    bench.end("always", Verdict::Succeeded);
    assert_eq!(bench.scheduler.may_restart(OpId(0), 1), Err(Refusal::WithoutProgress), "it always runs");
    bench.end("other", Verdict::Succeeded);
    assert_eq!(bench.scheduler.may_restart(OpId(0), 1), Ok(()));
}

#[test]
fn what_was_kept_is_not_progress() {
    let carried =
        super::Carried { kept: vec![OpId(1)], without_progress: vec![OpId(0)], ..super::Carried::default() };
    let operations = vec![script("rename", &[]), script("kept", &[])];
    let mut bench = Bench::carrying(operations, settings(4, FailureStrategy::Stop), carried);
    bench.step(&[]);
    bench.take("rename");
    assert_eq!(bench.scheduler.state(OpId(1)), State::Ended(Status::Succeeded));
    assert_eq!(bench.scheduler.may_restart(OpId(0), 1), Err(Refusal::WithoutProgress));
    assert!(ask(&mut bench, "rename").is_empty());
    assert_eq!(
        bench.end("rename", Verdict::Succeeded).last().map(String::as_str),
        Some(format!("finished {:?}", RunStatus::Succeeded).as_str())
    );
}
