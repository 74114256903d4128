//! What the scheduler does about operations that are unhealthy, by example.

use super::super::messages::{Input, Settings, Verdict};
use super::super::tests::{Bench, settings};
use super::*;
use crate::operation::{FailureStrategy, Operation, ProcessMode, Trigger, Work};
use crate::plan::tests::{process, script};

fn remedy(bench: &mut Bench, name: &str, remedy: Remedy, ended: bool) -> Vec<String> {
    let op = bench.op(name);
    let attempt = bench.scheduler.attempt(op);
    bench.step(&[Input::Remedy { op, attempt, remedy, ended }])
}

fn serve(bench: &mut Bench, name: &str) -> Vec<String> {
    let op = bench.op(name);
    bench.take(name);
    bench.step(&[Input::ServiceReady(op, bench.scheduler.attempt(op))])
}

/// A service, what uses it, and one slot, which that has.
fn served() -> Bench {
    let web = process("web", ProcessMode::Service);
    let mut bench = Bench::new(vec![web, script("use", &["web"])], settings(1, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start web"]);
    assert_eq!(serve(&mut bench, "web"), ["serving web", "start use"]);
    assert_eq!(bench.take("use"), ["started use"]);
    bench
}

#[test]
fn a_service_is_restarted_beside_what_has_the_only_slot() {
    let mut bench = served();
    assert_eq!(remedy(&mut bench, "web", Remedy::Restart, false), ["stop web Unhealthy 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Failed, attempt 1, again in 0", "start web"]);
    assert_eq!(serve(&mut bench, "web"), ["serving web"]);
    assert_eq!(bench.end("use", Verdict::Succeeded), ["use Succeeded", "stop web RunEnded 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "finished Succeeded"]);
}

#[test]
fn a_service_that_has_died_is_started_again_and_again_where_it_does_not_become_ready() {
    let mut bench = served();
    for attempt in 1..=2 {
        let again = format!("web Failed, attempt {attempt}, again in 0");
        assert_eq!(remedy(&mut bench, "web", Remedy::Restart, true), [again.as_str(), "start web"]);
        assert_eq!(bench.take("web"), ["started web"]);
    }
    // Without a remedy it fails by its end; what uses it goes on.
    assert_eq!(bench.end("web", Verdict::Failed { retry: true }), ["web Failed"]);
    assert_eq!(bench.end("use", Verdict::Succeeded), ["use Succeeded", "finished Failed"]);
}

#[test]
fn a_service_that_fails_is_stopped_and_what_has_not_begun_is_skipped() {
    let mut bench = Bench::new(
        vec![process("web", ProcessMode::Service), script("a", &["web"]), script("b", &["web", "a"])],
        settings(1, FailureStrategy::Continue),
    );
    bench.step(&[]);
    serve(&mut bench, "web");
    bench.take("a");
    assert_eq!(remedy(&mut bench, "web", Remedy::Fail, false), ["stop web Unhealthy 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Failed", "b skipped because of web"]);
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "finished PartiallySucceeded"]);
}

#[test]
fn what_stops_a_service_waits_until_that_has_been_started_again() {
    let stop = Operation { work: Work::Stop { service: "web".to_owned() }, ..script("stop", &["a"]) };
    let web = process("web", ProcessMode::Service);
    let mut bench = Bench::new(vec![web, script("a", &["web"]), stop], settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    serve(&mut bench, "web");
    bench.take("a");
    remedy(&mut bench, "web", Remedy::Restart, false);
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "started stop"]);
    bench.end("web", Verdict::Stopped);
    assert_eq!(serve(&mut bench, "web"), ["serving web", "stop web StopOperation 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "stop Succeeded", "finished Succeeded"]);
}

#[test]
fn what_had_succeeded_runs_again_and_its_dependents_are_left_alone() {
    let mut bench = Bench::new(
        vec![script("a", &[]), script("b", &["a"]), script("c", &["b"])],
        settings(2, FailureStrategy::Stop),
    );
    bench.step(&[]);
    bench.take("a");
    bench.end("a", Verdict::Succeeded);
    bench.take("b");
    assert_eq!(remedy(&mut bench, "a", Remedy::Rerun, false), ["a again", "start a"]);
    assert_eq!(bench.take("a"), ["started a"]);
    assert_eq!(bench.end("b", Verdict::Succeeded), ["b Succeeded", "start c"]);
    bench.take("c");
    assert_eq!(bench.end("c", Verdict::Succeeded), ["c Succeeded"]);
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "finished Succeeded"]);
}

#[test]
fn what_fails_the_second_time_is_a_failure_like_any_other() {
    let operations = vec![script("a", &[]), script("b", &["a"]), script("c", &["b", "a"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    bench.end("a", Verdict::Succeeded);
    bench.take("b");
    remedy(&mut bench, "a", Remedy::Rerun, false);
    bench.take("a");
    assert_eq!(bench.end("a", Verdict::Failed { retry: true }), ["a Failed", "c skipped because of a"]);
    assert_eq!(bench.end("b", Verdict::Succeeded), ["b Succeeded", "finished Failed"]);
}

#[test]
fn what_had_succeeded_can_fail_after_all_and_be_compensated() {
    let undone = |name: &str, after: &[&str]| Operation {
        compensation: Some(Box::new(Work::Script)),
        ..script(name, after)
    };
    for strategy in [FailureStrategy::Continue, FailureStrategy::Rollback] {
        let operations = vec![undone("a", &[]), undone("b", &["a"]), script("c", &["b"])];
        let mut bench = Bench::new(operations, settings(2, strategy));
        bench.step(&[]);
        for name in ["a", "b"] {
            bench.take(name);
            bench.end(name, Verdict::Succeeded);
        }
        bench.take("c");
        assert_eq!(remedy(&mut bench, "b", Remedy::Compensate, false), ["b spoiled", "start b (rollback)"]);
        bench.take("b (rollback)");
        assert_eq!(bench.end("b (rollback)", Verdict::Succeeded), ["b (rollback) Succeeded"]);
        let last = bench.end("c", Verdict::Succeeded);
        if strategy == FailureStrategy::Continue {
            assert_eq!(last, ["c Succeeded", "finished PartiallySucceeded"]);
            continue;
        }
        // What has been compensated is not undone twice.
        assert_eq!(last, ["c Succeeded", "rolling back for b", "start a (rollback)"]);
        bench.take("a (rollback)");
        assert_eq!(
            bench.end("a (rollback)", Verdict::Succeeded),
            ["a (rollback) Succeeded", "finished Failed"]
        );
    }
}

#[test]
fn a_service_is_compensated_once_it_has_been_stopped() {
    let web =
        Operation { compensation: Some(Box::new(Work::Script)), ..process("web", ProcessMode::Service) };
    for ended in [false, true] {
        let operations = vec![web.clone(), script("use", &["web"])];
        let mut bench = Bench::new(operations, settings(2, FailureStrategy::Continue));
        bench.step(&[]);
        serve(&mut bench, "web");
        bench.take("use");
        remedy(&mut bench, "web", Remedy::Compensate, ended);
        assert_eq!(bench.end("web", Verdict::Stopped), ["web Failed", "start web (rollback)"]);
    }
}

/// The rollback of what is unhealthy starts as little as anything else in a run that is killed, or that is late for the second time;
/// else it would wait for ever, and the run for it.
#[test]
fn what_is_compensated_is_not_undone_in_a_run_that_undoes_nothing_more() {
    let undone = |of: Operation| Operation { compensation: Some(Box::new(Work::Script)), ..of };
    for late in [false, true] {
        let operations =
            vec![undone(script("a", &[])), undone(process("web", ProcessMode::Service)), script("b", &["a"])];
        let limit = late.then_some(100);
        let settings = Settings { run_timeout_ms: limit, ..settings(2, FailureStrategy::Stop) };
        let mut bench = Bench::new(operations, settings);
        bench.step(&[]);
        bench.take("a");
        bench.end("a", Verdict::Succeeded);
        serve(&mut bench, "web");
        bench.take("b");
        // This one is being stopped for that when the run is.
        remedy(&mut bench, "web", Remedy::Compensate, false);
        let reason = if late {
            bench.at(100);
            bench.at(200);
            "RunTimeout"
        } else {
            bench.step(&[Input::Cancel(StopMode::Kill)]);
            "RunCanceled"
        };
        let skipped = |name: &str| format!("{name} (rollback) skipped {reason}");
        assert_eq!(bench.end("web", Verdict::Stopped), ["web Failed".to_owned(), skipped("web")]);
        assert_eq!(
            remedy(&mut bench, "a", Remedy::Compensate, false),
            ["a spoiled".to_owned(), skipped("a")]
        );
        let last = bench.end("b", Verdict::Stopped);
        assert!(last.last().is_some_and(|last| last.starts_with("finished")), "{last:?}");
    }
}

#[test]
fn nothing_is_restarted_in_a_run_that_is_suspended_or_being_stopped() {
    let mut bench = served();
    bench.step(&[Input::Suspend]);
    let web = bench.op("web");
    let may = |bench: &Bench, remedy| bench.scheduler.may_remedy(web, 1, remedy, false);
    assert_eq!(may(&bench, Remedy::Restart), Err(OrderRefusal::Suspended));
    assert_eq!(may(&bench, Remedy::Fail), Ok(()));
    bench.step(&[Input::Cancel(StopMode::OWN_GRACE)]);
    assert_eq!(may(&bench, Remedy::Restart), Err(OrderRefusal::CalledOff));
    assert_eq!(may(&bench, Remedy::Notify), Ok(()));
    assert_eq!(remedy(&mut bench, "use", Remedy::Rerun, false), Vec::<String>::new());
}

#[test]
fn a_run_that_is_unhealthy_starts_nothing_more_and_stops_what_runs() {
    let always = Operation { trigger: Trigger::Always, ..script("always", &["b"]) };
    let operations = vec![script("a", &[]), script("b", &["a"]), always];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("a");
    assert_eq!(
        bench.step(&[Input::Unhealthy]),
        ["b skipped RunUnhealthy", "stop a RunStopped 5000", "start always"]
    );
    bench.end("a", Verdict::Stopped);
    bench.take("always");
    assert_eq!(bench.end("always", Verdict::Succeeded), ["always Succeeded", "finished Failed"]);
}
