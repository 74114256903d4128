//! The scheduler by example and by property: a simulated world runs what it is told to.

use super::super::failure::FailureStrategy;
use super::*;
use crate::operation::{Operation, PlanRequest};
use crate::plan::tests::{plan, process, script};

fn settings(cap: u32, failure: FailureStrategy) -> Settings {
    Settings { failure, ..Settings::new(cap) }
}

/// A failure that any policy would retry.
const FAILED: Verdict = Verdict::Failed { retry: true };

struct Bench {
    scheduler: Scheduler,
    now: u64,
}

impl Bench {
    fn new(operations: Vec<Operation>, settings: Settings) -> Self {
        Self { scheduler: Scheduler::new(Arc::new(plan(operations)), settings), now: 0 }
    }

    /// Takes one step and returns what it commands, by name.
    fn step(&mut self, inputs: &[Input]) -> Vec<String> {
        let mut out = Vec::new();
        self.scheduler.step(self.now, inputs, &mut out);
        let name = |op: OpId| self.scheduler.plan().operation(op).name.clone();
        out.iter()
            .map(|command| match *command {
                Command::Start(op, _) => format!("start {}", name(op)),
                Command::Withdraw(op, _) => format!("withdraw {}", name(op)),
                Command::Started(op, _) => format!("started {}", name(op)),
                Command::Serving(op, _) => format!("serving {}", name(op)),
                Command::Stop(op, _, reason, grace) => format!("stop {} {reason:?} {grace}", name(op)),
                Command::Ended(op, _, status) => format!("{} {status:?}", name(op)),
                Command::Skipped(op, SkipReason::Dependency(on)) => {
                    format!("{} skipped because of {}", name(op), name(on))
                }
                Command::Skipped(op, reason) => format!("{} skipped {reason:?}", name(op)),
                Command::Retrying(op, attempt, status, delay) => {
                    format!("{} {status:?}, attempt {attempt}, again in {delay}", name(op))
                }
                Command::RollingBack(op) => format!("rolling back for {}", name(op)),
                Command::Released(op, _) => format!("released {}", name(op)),
                Command::Finished(status) => format!("finished {status:?}"),
            })
            .collect()
    }

    fn op(&self, name: &str) -> OpId {
        self.scheduler.plan().nodes().find(|&op| self.scheduler.plan().operation(op).name == name).unwrap()
    }

    fn take(&mut self, name: &str) -> Vec<String> {
        let op = self.op(name);
        self.step(&[Input::Taken(op, self.scheduler.attempt(op))])
    }

    fn end(&mut self, name: &str, verdict: Verdict) -> Vec<String> {
        let op = self.op(name);
        self.step(&[Input::Completed(op, self.scheduler.attempt(op), verdict)])
    }

    fn at(&mut self, now: u64) -> Vec<String> {
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
    assert_eq!(bench.at(5_000), [""; 0], "nobody has taken it yet");
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
    assert_eq!(bench.at(7_000), ["stuck Abandoned"], "'next' must not get a slot that is still in use");
    assert_eq!(bench.end("stuck", Verdict::Stopped), ["released stuck", "start next"]);
}

#[test]
fn cancel_skips_what_waits_and_stops_what_runs() {
    let operations = vec![script("a", &[]), script("b", &[]), script("c", &["a"])];
    let mut bench = Bench::new(operations, settings(2, FailureStrategy::Stop));
    bench.step(&[]);
    bench.take("a");
    let said = bench.step(&[Input::Cancel { hard: false }]);
    assert_eq!(said, ["withdraw b", "b skipped RunCanceled", "c skipped RunCanceled", "stop a Cancel 5000"]);
    assert_eq!(bench.step(&[Input::Cancel { hard: true }]), ["stop a Cancel 0"]);
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
    assert_eq!(bench.step(&[Input::Cancel { hard: false }]), ["stop watch Cancel 5000"]);
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
