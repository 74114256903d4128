//! The scheduler by example: what a step commands, in words.

use super::*;
use crate::graph::OpId;
use crate::operation::Order;
use crate::operation::{
    FailureStrategy, LINGER, LockMode, Needs, Operation, PlanRequest, ProcessMode, ResourceLimits,
    RetryPolicy, StopMode, Trigger, Work,
};
use crate::plan::Plan;
use crate::plan::tests::{plan, process, script};
use std::sync::Arc;
use std::time::Duration;

pub(super) fn settings(cap: u32, failure: FailureStrategy) -> Settings {
    Settings { failure, ..Settings::new(cap) }
}

/// A failure that any policy would retry.
const FAILED: Verdict = Verdict::Failed { retry: true };

pub(super) struct Bench {
    pub(super) scheduler: Scheduler,
    now: u64,
}

impl Bench {
    pub(super) fn new(operations: Vec<Operation>, settings: Settings) -> Self {
        Self::carrying(operations, settings, Carried::default())
    }

    pub(super) fn carrying(operations: Vec<Operation>, settings: Settings, carried: Carried) -> Self {
        Self { scheduler: Scheduler::carrying(Arc::new(plan(operations)), settings, carried), now: 0 }
    }

    /// Takes one step and returns what it commands, by name.
    pub(super) fn step(&mut self, inputs: &[Input]) -> Vec<String> {
        let mut out = Vec::new();
        self.scheduler.step(self.now, inputs, &mut out);
        let name = |op: OpId| self.scheduler.plan().operation(op).name.clone();
        out.iter()
            .map(|command| match *command {
                Command::Start(op, _) => format!("start {}", name(op)),
                Command::Check(op) => format!("check {}", name(op)),
                Command::Current(op) => format!("current {}", name(op)),
                Command::Due(op) => format!("due {}", name(op)),
                Command::Kept(op) => format!("kept {}", name(op)),
                Command::Withdraw(op, _) => format!("withdraw {}", name(op)),
                Command::Started(op, _) => format!("started {}", name(op)),
                Command::Serving(op, _) => format!("serving {}", name(op)),
                Command::Stop { op, cause, mode, .. } => {
                    format!("stop {} {:?} {}", name(op), cause.reason, mode.grace().as_millis())
                }
                Command::Ended { op, status, .. } => format!("{} {status:?}", name(op)),
                Command::Skipped(op, SkipReason::Dependency(on)) => {
                    format!("{} skipped because of {}", name(op), name(on))
                }
                Command::Skipped(op, reason) => format!("{} skipped {reason:?}", name(op)),
                Command::Retrying { op, attempt, status, delay_ms, .. } => {
                    format!("{} {status:?}, attempt {attempt}, again in {delay_ms}", name(op))
                }
                Command::RestartAsked { op, .. } => format!("{} asks for a restart", name(op)),
                Command::RollingBack(op) => format!("rolling back for {}", name(op)),
                Command::Released(op, _) => format!("released {}", name(op)),
                Command::Again(op, _) => format!("{} again", name(op)),
                Command::Spoiled(op, _) => format!("{} spoiled", name(op)),
                Command::Suspended => "suspended".to_owned(),
                Command::Continued => "continued".to_owned(),
                Command::Finished(status) => format!("finished {status:?}"),
            })
            .collect()
    }

    pub(super) fn op(&self, name: &str) -> OpId {
        self.scheduler.plan().nodes().find(|&op| self.scheduler.plan().operation(op).name == name).unwrap()
    }

    pub(super) fn take(&mut self, name: &str) -> Vec<String> {
        let op = self.op(name);
        self.step(&[Input::Taken(op, self.scheduler.attempt(op))])
    }

    pub(super) fn end(&mut self, name: &str, verdict: Verdict) -> Vec<String> {
        let op = self.op(name);
        self.step(&[Input::Completed(op, self.scheduler.attempt(op), verdict)])
    }

    pub(super) fn at(&mut self, now: u64) -> Vec<String> {
        self.now = now;
        self.step(&[Input::Tick])
    }
}

#[test]
fn a_dependent_starts_when_its_dependency_has_ended_well() {
    let mut bench =
        Bench::new(vec![script("a", &[]), script("b", &["a"])], settings(4, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a"]);
    assert_eq!(bench.take("a"), ["started a"]);
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "start b"]);
    bench.take("b");
    assert_eq!(bench.end("b", Verdict::Succeeded), ["b Succeeded", "finished Succeeded"]);
}

#[test]
fn stop_starts_nothing_more_and_lets_the_others_end() {
    let operations = vec![script("a", &[]), script("b", &[]), script("c", &[]), script("d", &["a"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a", "start b"]);
    bench.take("a");
    bench.take("b");
    let said = bench.end("a", FAILED);
    assert_eq!(said, ["a Failed", "d skipped because of a", "c skipped RunStopped(OpId(0))"]);
    assert_eq!(bench.end("b", Verdict::Succeeded), ["b Succeeded", "finished Failed"]);
}

#[test]
fn continue_skips_only_what_depends_on_the_failure() {
    let operations = vec![script("a", &[]), script("b", &["a"]), script("c", &["b"]), script("d", &[])];
    let mut bench = Bench::new(operations, settings(1, FailureStrategy::Continue));
    assert_eq!(bench.step(&[]), ["start a"]);
    bench.take("a");
    let said = bench.end("a", FAILED);
    assert_eq!(said, ["a Failed", "b skipped because of a", "c skipped because of b", "start d"]);
    bench.take("d");
    assert_eq!(bench.end("d", Verdict::Succeeded), ["d Succeeded", "finished PartiallySucceeded"]);
}

#[test]
fn a_limit_counts_from_the_moment_the_operation_is_taken() {
    let mut slow = script("slow", &[]);
    slow.timeout_ms = Some(1_000);
    let mut bench = Bench::new(vec![slow], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    assert_eq!(bench.at(5_000), [""; 0], "it has not been taken yet");
    bench.take("slow");
    assert_eq!(bench.scheduler.next_due(), Some(6_000));
    assert_eq!(bench.at(6_000), ["stop slow Timeout 5000"]);
    assert_eq!(bench.end("slow", Verdict::Succeeded), ["slow TimedOut", "finished Failed"]);
}

#[test]
fn what_does_not_stop_is_abandoned_and_keeps_its_slot_until_it_ends() {
    let mut stuck = script("stuck", &[]);
    stuck.timeout_ms = Some(1_000);
    let mut bench = Bench::new(vec![stuck, script("next", &[])], settings(1, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("stuck");
    bench.at(1_000);
    assert_eq!(bench.at(8_999), [""; 0], "it may be killed, if it runs in a process of its own");
    assert_eq!(bench.at(9_000), ["stuck Abandoned"], "'next' must not get a slot that is still in use");
    assert_eq!(bench.end("stuck", Verdict::Stopped), ["released stuck", "start next"]);
}

#[test]
fn a_program_that_is_killed_properly_is_not_given_up() {
    let lingers = u64::try_from((LINGER + LINGER).as_millis()).unwrap();
    for (took, expected) in [(5_000 + lingers, "slow TimedOut"), (5_000 + lingers + 1_000, "slow Abandoned")]
    {
        let mut slow = process("slow", ProcessMode::Task);
        slow.timeout_ms = Some(1_000);
        let mut bench = Bench::new(vec![slow], settings(1, FailureStrategy::Continue));
        bench.step(&[]);
        bench.take("slow");
        assert_eq!(bench.at(1_000), ["stop slow Timeout 5000"]);
        let mut said = bench.at(1_000 + took);
        if said.is_empty() {
            said = bench.end("slow", Verdict::Stopped);
        }
        assert_eq!(said[0], expected, "it took {took} ms");
    }
}

#[test]
fn cancel_skips_what_waits_and_stops_what_runs() {
    let operations = vec![script("a", &[]), script("b", &[]), script("c", &["a"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let said = bench.step(&[Input::Cancel(StopMode::OWN_GRACE)]);
    assert_eq!(said, ["withdraw b", "b skipped RunCanceled", "c skipped RunCanceled", "stop a Cancel 5000"]);
    assert_eq!(bench.step(&[Input::Cancel(StopMode::Kill)]), ["stop a Cancel 0"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a Canceled", "finished Canceled"]);
}

#[test]
fn the_runs_own_limit_ends_it() {
    let mut limited = settings(1, FailureStrategy::Continue);
    limited.run_timeout_ms = Some(60_000);
    let mut bench = Bench::new(vec![script("a", &[]), script("b", &[])], limited);
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.at(60_000), ["b skipped RunTimeout", "stop a RunTimeout 5000"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a TimedOut", "finished Failed"]);
}

#[test]
fn a_monitor_ends_with_the_run_and_has_no_default_limit() {
    let monitor = Operation { kind: Some("Monitor".to_owned()), ..script("watch", &[]) };
    let mut limited = settings(1, FailureStrategy::Stop);
    limited.default_timeout_ms = Some(10);
    let mut bench = Bench::new(vec![monitor, script("a", &[])], limited);
    assert_eq!(bench.step(&[]), ["start watch", "start a"], "a monitor takes no slot");
    bench.take("watch");
    bench.take("a");
    assert_eq!(bench.scheduler.next_due(), Some(10));
    assert_eq!(bench.end("a", Verdict::Succeeded), ["a Succeeded", "stop watch RunEnded 5000"]);
    assert_eq!(bench.end("watch", Verdict::Stopped), ["watch Succeeded", "finished Succeeded"]);
}

#[test]
fn a_run_of_monitors_goes_on_until_it_is_canceled() {
    let monitor = Operation { kind: Some("Monitor".to_owned()), ..script("watch", &[]) };
    let mut bench = Bench::new(vec![monitor], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("watch");
    assert_eq!(bench.at(1_000_000_000), [""; 0]);
    assert_eq!(bench.step(&[Input::Cancel(StopMode::OWN_GRACE)]), ["stop watch Cancel 5000"]);
    assert_eq!(bench.end("watch", Verdict::Stopped), ["watch Canceled", "finished Canceled"]);
}

fn service_lab() -> Vec<Operation> {
    let stop = Operation {
        work: Work::Stop { service: "web".to_owned() },
        dependencies: vec!["probe".to_owned()],
        ..script("stop-web", &[])
    };
    vec![
        process("web", ProcessMode::Service),
        script("probe", &["web"]),
        stop,
        script("after", &["stop-web"]),
    ]
}

#[test]
fn a_service_has_succeeded_for_its_dependents_once_it_is_ready() {
    let mut bench = Bench::new(service_lab(), settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("web");
    let web = bench.op("web");
    let ready = bench.step(&[Input::ServiceReady(web, 1)]);
    assert_eq!(ready, ["serving web", "start probe"], "a ready service gives its slot back");
    bench.take("probe");
    let said = bench.end("probe", Verdict::Succeeded);
    assert_eq!(said, ["probe Succeeded", "started stop-web", "stop web StopOperation 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "stop-web Succeeded", "start after"]);
}

#[test]
fn a_service_nobody_stops_is_stopped_at_the_end() {
    let operations = vec![process("web", ProcessMode::Service), script("probe", &["web"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("web");
    bench.step(&[Input::ServiceReady(OpId(0), 1)]);
    bench.take("probe");
    assert_eq!(bench.end("probe", Verdict::Succeeded), ["probe Succeeded", "stop web RunEnded 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "finished Succeeded"]);
}

#[test]
fn the_early_death_of_a_service_is_its_failure() {
    let mut bench = Bench::new(service_lab(), settings(2, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("web");
    bench.step(&[Input::ServiceReady(OpId(0), 1)]);
    bench.take("probe");
    let said = bench.end("web", FAILED);
    assert_eq!(said, ["web Failed", "stop-web skipped because of web", "after skipped because of stop-web"]);
    assert_eq!(bench.end("probe", Verdict::Succeeded), ["probe Succeeded", "finished PartiallySucceeded"]);
}

#[test]
fn a_service_that_ends_before_it_is_ready_has_failed_even_with_exit_code_zero() {
    let operations = vec![process("web", ProcessMode::Service), script("probe", &["web"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Continue));
    bench.step(&[]);
    bench.take("web");
    let said = bench.end("web", Verdict::Succeeded);
    assert_eq!(said, ["web Failed", "probe skipped because of web", "finished Failed"]);
}

#[test]
fn late_or_foreign_answers_change_nothing() {
    let mut bench = Bench::new(vec![script("a", &[])], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let strays = [
        Input::Completed(OpId(0), 7, FAILED),
        Input::Completed(OpId(99), 1, FAILED),
        Input::Taken(OpId(0), 1),
        Input::ServiceReady(OpId(99), 1),
    ];
    assert_eq!(bench.step(&strays), [""; 0]);
    bench.end("a", Verdict::Succeeded);
    assert_eq!(bench.end("a", FAILED), [""; 0]);
}

#[test]
fn sequential_runs_one_at_a_time_as_declared() {
    let request = PlanRequest {
        operations: vec![script("a", &[]), script("b", &[])],
        order: Order::Sequential,
        ..PlanRequest::default()
    };
    let plan = Arc::new(Plan::compile(request).unwrap());
    let mut scheduler = Scheduler::new(plan, settings(8, FailureStrategy::Stop));
    let mut out = Vec::new();
    scheduler.step(0, &[], &mut out);
    assert_eq!(out, [Command::Start(OpId(0), 1)]);
}

fn at_most(memory_mib: u64) -> ResourceLimits {
    ResourceLimits { memory_mib: Some(memory_mib), ..ResourceLimits::default() }
}

fn needing(name: &str, memory_mib: u64, priority: i64) -> Operation {
    let needs = Needs { memory_mib: Some(memory_mib), ..Needs::default() };
    Operation { needs: Some(Box::new(needs)), priority: Some(priority), ..script(name, &[]) }
}

fn limited(operations: Vec<Operation>, limits: ResourceLimits, settings: Settings) -> Bench {
    let plan = Plan::compile(PlanRequest { operations, limits, ..PlanRequest::default() }).unwrap();
    Bench { scheduler: Scheduler::new(Arc::new(plan), settings), now: 0 }
}

#[test]
fn what_does_not_fit_waits_and_what_does_goes_first() {
    let operations = vec![needing("large", 80, 1), needing("huge", 90, 2), needing("small", 20, 3)];
    let mut bench = limited(operations, at_most(100), settings(4, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start large", "start small"]);
    let waiting = bench.scheduler.explain(bench.op("huge"));
    let lack = &waiting.resources[0];
    assert_eq!((lack.name.as_str(), lack.need, lack.used, lack.limit), ("memory", 90, 100, 100));
    assert_eq!(lack.held_by, [bench.op("large"), bench.op("small")]);
    bench.end("large", Verdict::Succeeded);
    assert_eq!(bench.end("small", Verdict::Succeeded), ["started small", "small Succeeded", "start huge"]);
}

#[test]
fn a_lock_is_shared_or_held_alone() {
    let locked = |name: &str, mode, priority| {
        let needs = Needs { locks: [("db".to_owned(), mode)].into(), ..Needs::default() };
        Operation { needs: Some(Box::new(needs)), priority: Some(priority), ..script(name, &[]) }
    };
    let operations = vec![
        locked("a", LockMode::Shared, 1),
        locked("b", LockMode::Exclusive, 2),
        locked("c", LockMode::Shared, 3),
    ];
    let mut bench = limited(operations, ResourceLimits::default(), settings(4, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a", "start c"]);
    bench.end("a", Verdict::Succeeded);
    assert_eq!(bench.scheduler.explain(bench.op("b")).resources[0].held_by, [bench.op("c")]);
    assert_eq!(bench.end("c", Verdict::Succeeded), ["started c", "c Succeeded", "start b"]);
}

#[test]
fn what_is_passed_over_too_often_is_reserved() {
    // 'large' needs all; two of the small ones always run, so it never fits by itself.
    let mut operations = vec![needing("first", 50, 1), needing("large", 100, 2)];
    operations.extend((0..40).map(|i| needing(&format!("small{i}"), 50, 3)));
    let mut bench = limited(operations, at_most(100), settings(2, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start first", "start small0"]);
    bench.end("first", Verdict::Succeeded);
    let mut started = 1;
    loop {
        let said = bench.end(&format!("small{}", started - 1), Verdict::Succeeded);
        if said.last().is_some_and(|line| line == "start large") {
            break;
        }
        let waiting = bench.scheduler.explain(bench.op("small30"));
        if waiting.slots.is_none() {
            assert_eq!(waiting.reserved_for, Some(bench.op("large")));
        }
        started += 1;
        assert!(started <= 8, "passed over more than four times the slots");
    }
}

#[test]
fn nothing_starts_while_the_machine_is_over_its_limit_except_one() {
    let mut guarded = settings(3, FailureStrategy::Stop);
    guarded.guard.memory_mib = Some(1_000);
    let over = Input::Sample { memory_used_mib: Some(1_001), cpu_percent: None };
    let operations = vec![script("a", &[]), script("b", &[]), script("c", &[])];
    let mut bench = Bench::new(operations, guarded);
    assert_eq!(bench.step(&[over]), ["start a"], "one is always admitted");
    let reason = bench.scheduler.explain(OpId(1)).guard.unwrap();
    assert_eq!((reason.what, reason.used, reason.limit), ("memory", 1_001, 1_000));
    let missing = Input::Sample { memory_used_mib: None, cpu_percent: None };
    assert_eq!(bench.step(&[missing]), ["start b", "start c"], "without samples there is no guard");

    let mut bench = Bench::new(vec![script("a", &[]), script("b", &[])], guarded);
    bench.step(&[over]);
    assert_eq!(bench.scheduler.next_due(), Some(10_000));
    assert_eq!(bench.at(10_000), ["start b"], "an old sample counts no more");
}

fn retried(name: &str, count: u32) -> Operation {
    let policy = RetryPolicy { count, delay_ms: 100, ..RetryPolicy::default() };
    Operation { retry: Some(Box::new(policy)), ..script(name, &[]) }
}

#[test]
fn a_failed_attempt_gives_everything_back_and_queues_anew_after_its_pause() {
    let mut bench = Bench::new(vec![retried("a", 1), script("b", &[])], settings(1, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a"]);
    bench.take("a");
    assert_eq!(bench.end("a", FAILED), ["a Failed, attempt 1, again in 100", "start b"]);
    assert_eq!(bench.scheduler.explain(OpId(0)).backoff_until_ms, Some(100));
    assert_eq!(bench.at(100), [""; 0]);
    assert_eq!(bench.end("b", Verdict::Succeeded), ["started b", "b Succeeded", "start a"]);
    bench.take("a");
    assert_eq!(bench.end("a", FAILED), ["a Failed", "finished Failed"]);
}

#[test]
fn an_error_its_policy_does_not_want_is_not_retried() {
    let mut bench = Bench::new(vec![retried("a", 5)], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.end("a", Verdict::Failed { retry: false }), ["a Failed", "finished Failed"]);
}

#[test]
fn the_total_limit_counts_waiting_attempts_and_pauses() {
    let mut slow = retried("a", 9);
    (slow.timeout_ms, slow.total_timeout_ms) = (Some(300), Some(1_000));
    let mut bench = Bench::new(vec![slow], settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.at(300), ["stop a Timeout 5000"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a TimedOut, attempt 1, again in 100"]);
    assert_eq!(bench.at(400), ["start a"]);
    assert_eq!(bench.at(1_000), ["withdraw a", "a TimedOut", "finished Failed"]);
}

#[test]
fn a_run_that_is_called_off_does_not_wait_for_further_attempts() {
    let mut bench = Bench::new(vec![retried("a", 5), script("b", &[])], settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("b");
    bench.end("a", FAILED);
    assert_eq!(bench.end("b", FAILED), ["b Failed", "a Failed", "finished Failed"]);
}

fn triggered(name: &str, trigger: Trigger, dependencies: &[&str]) -> Operation {
    Operation { trigger, ..script(name, dependencies) }
}

#[test]
fn triggers_say_what_must_have_become_of_the_dependencies() {
    let operations = || {
        vec![
            script("a", &[]),
            script("then", &["a"]),
            triggered("done", Trigger::AllDone, &["a"]),
            triggered("failed", Trigger::AnyFailed, &["then"]),
            triggered("always", Trigger::Always, &["then"]),
        ]
    };
    let run = |strategy, verdict| {
        let mut bench = Bench::new(operations(), settings(9, strategy));
        bench.step(&[]);
        bench.take("a");
        bench.end("a", verdict)
    };
    assert_eq!(
        run(FailureStrategy::Continue, FAILED),
        ["a Failed", "then skipped because of a", "start done", "start failed", "start always"]
    );
    assert_eq!(
        run(FailureStrategy::Stop, FAILED),
        [
            "a Failed",
            "then skipped because of a",
            "done skipped RunStopped(OpId(0))",
            "start failed",
            "start always"
        ]
    );
    assert_eq!(run(FailureStrategy::Stop, Verdict::Succeeded), ["a Succeeded", "start then", "start done"]);
}

#[test]
fn what_is_there_for_failures_is_not_missed_when_there_is_none() {
    let operations = vec![script("a", &[]), triggered("rescue", Trigger::AnyFailed, &["a"])];
    let mut bench = Bench::new(operations, settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let said = bench.end("a", Verdict::Succeeded);
    assert_eq!(said, ["a Succeeded", "rescue skipped NotTriggered", "finished Succeeded"]);
}

#[test]
fn always_means_even_after_a_cancel_but_not_after_a_hard_one() {
    let operations = || vec![script("a", &[]), triggered("clean", Trigger::Always, &["a"])];
    let mut bench = Bench::new(operations(), settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.step(&[Input::Cancel(StopMode::OWN_GRACE)]), ["stop a Cancel 5000"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a Canceled", "start clean"]);
    bench.take("clean");
    assert_eq!(bench.step(&[Input::Cancel(StopMode::OWN_GRACE)]), [""; 0]);
    assert_eq!(bench.step(&[Input::Cancel(StopMode::Kill)]), ["stop clean Cancel 0"]);

    let mut bench = Bench::new(operations(), settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let said = bench.step(&[Input::Cancel(StopMode::Kill)]);
    assert_eq!(said, ["clean skipped RunCanceled", "stop a Cancel 0"]);
}

#[test]
fn what_runs_after_the_runs_limit_has_as_much_time_again() {
    let mut limited = settings(1, FailureStrategy::Stop);
    limited.run_timeout_ms = Some(1_000);
    let operations = vec![script("a", &[]), triggered("clean", Trigger::Always, &["a"])];
    let mut bench = Bench::new(operations, limited);
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.at(1_000), ["stop a RunTimeout 5000"]);
    assert_eq!(bench.end("a", Verdict::Stopped), ["a TimedOut", "start clean"]);
    bench.take("clean");
    assert_eq!(bench.at(2_000), ["stop clean RunTimeout 5000"]);
}

#[test]
fn a_weak_dependency_only_orders() {
    let weak = Operation { weak_dependencies: vec!["a".to_owned()], ..script("b", &[]) };
    let mut bench = Bench::new(vec![script("a", &[]), weak], settings(2, FailureStrategy::Continue));
    assert_eq!(bench.step(&[]), ["start a"]);
    assert_eq!(bench.scheduler.explain(OpId(1)).dependencies, [OpId(0)]);
    bench.take("a");
    assert_eq!(bench.end("a", FAILED), ["a Failed", "start b"]);
}

#[test]
fn the_failure_of_what_is_not_critical_stops_nothing() {
    let optional = Operation { critical: false, ..script("a", &[]) };
    let operations = vec![optional, script("b", &["a"]), script("c", &[])];
    let mut bench = Bench::new(operations, settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    assert_eq!(bench.end("a", FAILED), ["a Failed", "b skipped because of a", "start c"]);
    bench.take("c");
    assert_eq!(bench.end("c", Verdict::Succeeded), ["c Succeeded", "finished PartiallySucceeded"]);
}

#[test]
fn a_stop_may_cancel_what_runs() {
    let mut strict = settings(2, FailureStrategy::Stop);
    strict.cancel_running = true;
    let mut bench = Bench::new(vec![script("a", &[]), script("b", &[])], strict);
    bench.step(&[]);
    bench.take("a");
    bench.take("b");
    assert_eq!(bench.end("a", FAILED), ["a Failed", "stop b RunStopped 5000"]);
    assert_eq!(bench.end("b", Verdict::Stopped), ["b Canceled", "finished Failed"]);
}

fn undoable(name: &str, dependencies: &[&str]) -> Operation {
    Operation { compensation: Some(Box::new(Work::Script)), ..script(name, dependencies) }
}

#[test]
fn a_rollback_undoes_what_had_succeeded_in_reverse_order() {
    let operations = vec![
        undoable("a", &[]),
        script("b", &["a"]),
        undoable("c", &["b"]),
        undoable("d", &["a"]),
        undoable("e", &["c", "d"]),
    ];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Rollback));
    bench.step(&[]);
    for name in ["a", "b", "d", "c"] {
        bench.take(name);
        bench.end(name, Verdict::Succeeded);
    }
    bench.take("e");
    let said = bench.end("e", FAILED);
    assert_eq!(said, ["e Failed", "rolling back for e", "start c (rollback)", "start d (rollback)"]);
    let first = bench.op("a (rollback)");
    assert_eq!(bench.scheduler.explain(first).dependencies, [OpId(6), OpId(7)]);
    bench.take("c (rollback)");
    assert_eq!(bench.end("c (rollback)", FAILED), ["c (rollback) Failed"], "the others go on");
    bench.take("d (rollback)");
    let said = bench.end("d (rollback)", Verdict::Succeeded);
    assert_eq!(said, ["d (rollback) Succeeded", "start a (rollback)"]);
    bench.take("a (rollback)");
    let said = bench.end("a (rollback)", Verdict::Succeeded);
    assert_eq!(said, ["a (rollback) Succeeded", "finished Failed"]);
    assert_eq!(bench.scheduler.state(bench.op("e (rollback)")), State::Dormant);
}

#[test]
fn what_a_service_keeps_for_ever_is_not_waited_for() {
    let all = Needs { memory_mib: Some(100), ..Needs::default() };
    let service = Operation { needs: Some(Box::new(all.clone())), ..process("web", ProcessMode::Service) };
    let after = Operation { needs: Some(Box::new(all)), ..script("after", &["web"]) };
    let mut bench = limited(vec![service, after], at_most(100), settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("web");
    let said = bench.step(&[Input::ServiceReady(OpId(0), 1)]);
    assert_eq!(said, ["serving web", "after skipped HeldByService(OpId(0))", "stop web RunEnded 5000"]);
    assert_eq!(bench.end("web", Verdict::Stopped), ["web Succeeded", "finished Failed"]);
}

#[test]
fn a_clock_that_is_set_back_ends_no_limit_twice_and_one_set_forward_ends_all() {
    let mut slow = script("a", &[]);
    slow.timeout_ms = Some(1_000);
    let mut bench = Bench::new(vec![slow], settings(1, FailureStrategy::Stop));
    bench.at(5_000);
    bench.now = 0;
    bench.take("a");
    assert_eq!(bench.scheduler.next_due(), Some(6_000));
    assert_eq!(bench.at(86_400_000), ["stop a Timeout 5000"]);
    assert_eq!(bench.at(u64::MAX), ["a Abandoned", "finished Failed"]);
}

#[test]
fn lent_slots_are_missing_until_they_come_back() {
    let mut bench = Bench::new(
        vec![script("a", &[]), script("b", &["a"]), script("c", &["a"]), script("d", &["a"])],
        settings(3, FailureStrategy::Stop),
    );
    assert_eq!(bench.step(&[]), ["start a"]);
    assert_eq!(bench.scheduler.lend(5), 2, "only what is free");
    assert_eq!(bench.scheduler.lend(1), 0);
    bench.take("a");
    let a = bench.op("a");
    let out = bench.step(&[Input::Completed(a, 1, Verdict::Succeeded)]);
    assert_eq!(out, ["a Succeeded", "start b"]);
    let waiting = bench.scheduler.explain(bench.op("c"));
    assert_eq!(waiting.slots.map(|slots| (slots.used, slots.limit)), Some((3, 3)));
    assert_eq!(bench.step(&[Input::SlotsReturned(1)]), ["start c"]);
    assert_eq!(bench.step(&[Input::SlotsReturned(1)]), ["start d"]);
}

#[test]
fn slots_can_be_added_and_taken_away() {
    let ops = || vec![script("a", &[]), script("b", &[]), script("c", &[])];
    let mut bench = Bench::new(ops(), settings(1, FailureStrategy::Stop));
    assert_eq!(bench.step(&[]), ["start a"]);
    assert_eq!(bench.step(&[Input::Slots(2)]), ["start b"]);
    assert_eq!(bench.step(&[Input::Slots(1)]), [""; 0]);
    bench.take("a");
    let a = bench.op("a");
    assert_eq!(bench.step(&[Input::Completed(a, 1, Verdict::Succeeded)]), ["a Succeeded"]);
    assert_eq!(bench.step(&[Input::Slots(0)]), [""; 0], "one slot there always is, and b has it");
    bench.take("b");
    let b = bench.op("b");
    assert_eq!(bench.step(&[Input::Completed(b, 1, Verdict::Succeeded)]), ["b Succeeded", "start c"]);
}

#[test]
fn the_grace_of_a_cancel_bounds_that_of_each_operation_and_a_grace_of_zero_is_not_a_kill() {
    let stop_of = |own: Option<u64>, mode: StopMode| {
        let mut program = process("a", ProcessMode::Task);
        if let Work::Process(spec) = &mut program.work {
            spec.stop_grace_ms = own;
        }
        let mut bench = Bench::new(vec![program], settings(1, FailureStrategy::Stop));
        bench.step(&[]);
        bench.take("a");
        let mut out = Vec::new();
        bench.scheduler.step(0, &[Input::Cancel(mode)], &mut out);
        out.iter().find_map(|command| match *command {
            Command::Stop { mode, .. } => Some(mode),
            _ => None,
        })
    };
    let seconds = |seconds| StopMode::Grace(Duration::from_secs(seconds));
    assert_eq!(stop_of(None, StopMode::OWN_GRACE), Some(seconds(5)));
    assert_eq!(stop_of(Some(60_000), StopMode::OWN_GRACE), Some(seconds(60)));
    assert_eq!(stop_of(Some(60_000), seconds(2)), Some(seconds(2)));
    assert_eq!(stop_of(Some(0), StopMode::OWN_GRACE), Some(seconds(0)));
    assert_eq!(stop_of(Some(60_000), StopMode::Kill), Some(StopMode::Kill));
}

#[test]
fn what_was_stopped_says_which_limit_had_passed() {
    let cause_of = |operation: Operation, limited: Settings, at: u64, verdict: Verdict| {
        let mut bench = Bench::new(vec![operation, script("b", &[])], limited);
        bench.step(&[]);
        bench.take("a");
        let mut out = Vec::new();
        bench.scheduler.step(10, &[Input::Completed(OpId(0), 1, verdict)], &mut out);
        bench.scheduler.step(at, &[], &mut out);
        bench.scheduler.step(at, &[Input::Completed(OpId(0), 1, Verdict::Stopped)], &mut out);
        out.into_iter().find_map(|command| match command {
            Command::Ended { op: OpId(0), cause, .. } => Some(cause),
            _ => None,
        })
    };
    let tried = Operation { timeout_ms: Some(700), ..retried("a", 5) };
    let mut limited = settings(2, FailureStrategy::Continue);
    limited.run_timeout_ms = Some(60);
    let cause = |reason, limit_ms| Some(Some(StopCause { reason, limit_ms: Some(limit_ms) }));
    // It pauses between two attempts: its own limit has nothing to do with its end.
    assert_eq!(cause_of(tried, limited, 60, FAILED), cause(StopReason::RunTimeout, 60));
    let never = Verdict::Failed { retry: false };
    let plain = settings(2, FailureStrategy::Continue);
    assert_eq!(cause_of(script("a", &[]), plain, 60, never), Some(None));
    let total = Operation { total_timeout_ms: Some(80), ..retried("a", 5) };
    assert_eq!(cause_of(total, plain, 80, FAILED), cause(StopReason::TotalTimeout, 80));
}

#[test]
fn what_depends_on_a_failure_is_skipped_because_of_it_however_far_away() {
    let operations = vec![script("a", &[]), script("b", &["a"]), script("c", &["b"]), script("d", &[])];
    let mut bench = Bench::new(operations, settings(1, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let said = bench.end("a", FAILED);
    let expected = [
        "a Failed",
        "b skipped because of a",
        "c skipped because of b",
        "d skipped RunStopped(OpId(0))",
        "finished Failed",
    ];
    assert_eq!(said, expected, "the run is called off after that");
}
