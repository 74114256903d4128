//! What goes wrong outside, and what comes of it. One test a row; rows whose test lies with the code it
//! is about name it.
//!
//! | fault | what comes of it | test |
//! |--|--|--|
//! | a worker dies with its operation | the operation is abandoned after its limit, the run goes on and ends | [`a_worker_that_dies_costs_its_operation_and_not_the_run`] |
//! | a worker dies while it waits | the others get the work | [`a_worker_that_is_gone_leaves_its_work_to_others`] |
//! | a worker answers twice, late, or for another | the answer is stale and changes nothing | `tests.rs`: `an_answer_for_what_is_not_open_is_stale` |
//! | the runspace of a worker is closed | the operation fails with `LabRunner.WorkerLost` | engine tests: `ParallelFailureTests` |
//! | a program is killed from outside | it has failed, and says by which signal | [`a_program_that_is_killed_from_outside_has_failed`] |
//! | a service is killed from outside | that is its failure, and what needs it is skipped | [`a_service_that_is_killed_from_outside_has_failed`] |
//! | the clock goes backward | nothing ends twice, limits count on | [`a_clock_that_goes_backward_ends_nothing_early`] |
//! | the machine's clock is set back, or was ahead when a run started | no time or duration of it is less than nothing, and its resumes are found | `clock_tests.rs` |
//! | the clock goes forward | every limit that has passed ends | [`a_clock_that_goes_forward_ends_what_is_due_once`] |
//! | samples of the machine stop | what held back is forgotten after a while | [`samples_that_stop_hold_nothing_back_for_ever`] |
//! | samples say nothing | nothing is held back | [`samples_that_say_nothing_hold_nothing_back`] |
//! | cgroup files absent or garbled | use of processors is unknown, or the system's | `machine.rs`: `files_of_a_control_group_are_read_and_garbled_ones_are_not_believed` |
//! | cgroup files vanish, counters go back | that sample is unknown, the next one counts again | `machine.rs`: `a_control_group_that_vanishes_or_counts_back_gives_no_sample` |
//! | limits of zero | an error before anything starts, or an end at once | [`limits_of_zero_are_refused_or_end_at_once`] |
//! | absurd limits | they do not limit; nothing overflows | [`absurd_limits_are_no_limits`] |
//! | absurd needs and capacities | an error of the plan | `plan/resources.rs`: `zero_and_absurd_limits_are_refused` |
//! | a journal that cannot be written | an error before anything starts | `tests.rs`: `files_that_cannot_be_written_are_an_error_before_anything_starts` |
//! | a journal torn, damaged or with zeros at its end | a prefix of the truth is read, and the damage is named | `record/damage_tests.rs` |
//! | journals of the past torn or foreign | they are passed over | `history/estimate.rs`: `torn_foreign_and_newer_files_are_passed_over` |
//! | a defect of the scheduler | the run ends and says so | `tests.rs`: `a_defect_of_the_scheduler_ends_the_run_and_says_so`; through the ABI `a_defect_of_the_scheduler_ends_the_run_and_is_named`, what a user sees `tests/pester/Defect.Tests.ps1` |

use super::events::{EventHub, EventKind};
use super::handle::Completion;
use super::options::RunOptions;
use super::outcome::Outcome;
use super::testing::{SOON, start, until, until_finished};
use super::workers::Ticket;
use crate::error::Code;
use crate::graph::OpId;
use crate::operation::{FailureStrategy, Operation, PlanRequest};
use crate::plan::Plan;
use crate::plan::tests::{plan, script};
use crate::record::What;
use crate::record::entry::{Ended, Spawned};
use crate::scheduler::{Command, GuardLimits, Input, RunStatus, Scheduler, Settings, State, Status};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_worker_that_dies_costs_its_operation_and_not_the_run() {
    let mut lost = script("lost", &[]);
    lost.timeout_ms = Some(30);
    let options = RunOptions { failure: FailureStrategy::Continue, stop_grace_ms: 20, ..RunOptions::new(2) };
    let (run, hub) = start(vec![lost, script("after", &["lost"]), script("other", &[])], options);
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1), "and is never heard of again");
    assert_eq!(run.take(2, SOON), Ticket::Work(OpId(2), 1));
    run.complete(OpId(2), 1, Outcome::default());
    until_finished(&hub);
    let result = run.result();
    let status = |index: usize| result.operations[index].status;
    assert_eq!(status(0), Some(Status::Abandoned));
    assert_eq!(status(1), Some(Status::Skipped));
    assert_eq!(status(2), Some(Status::Succeeded));
    assert_eq!(run.take(2, SOON), Ticket::Over);
}

#[test]
fn a_worker_that_is_gone_leaves_its_work_to_others() {
    let (run, hub) = start(vec![script("a", &[]), script("b", &["a"])], RunOptions::new(2));
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    let gone = std::thread::spawn({
        let run = Arc::clone(&run);
        move || run.take(2, Duration::from_millis(10))
    });
    assert_eq!(gone.join().unwrap(), Ticket::Idle);
    hub.take(Duration::ZERO);
    // No worker waits any more: the run asks for one and gives the work to the first that comes.
    run.complete(OpId(0), 1, Outcome::default());
    until(&hub, |event| matches!(event, EventKind::Demand { workers: 1 }));
    assert_eq!(run.take(3, SOON), Ticket::Work(OpId(1), 1));
    assert_eq!(run.complete(OpId(1), 1, Outcome::default()), Completion::Accepted);
    assert!(run.is_finished());
}

#[cfg(unix)]
mod programs {
    use super::*;
    use crate::operation::Work;
    use crate::run::testing::program;
    use crate::work::process::listener_program;

    fn sleeper(name: &str) -> Operation {
        program(name, &[], "exec sleep 600")
    }

    fn kill(hub: &EventHub) {
        let spawned = until(hub, |event| matches!(event, EventKind::Happened(What::Spawned(_))));
        let Some(EventKind::Happened(What::Spawned(Spawned { pid, .. }))) = spawned.last() else {
            unreachable!()
        };
        // SAFETY: a signal to a child that this test has just started.
        assert_eq!(unsafe { libc::kill(*pid as i32, libc::SIGKILL) }, 0);
    }

    #[test]
    fn a_program_that_is_killed_from_outside_has_failed() {
        let operations = vec![sleeper("victim"), script("after", &["victim"])];
        let (run, hub) = start(operations, RunOptions::new(2));
        kill(&hub);
        until_finished(&hub);
        let result = run.result();
        assert_eq!(result.operations[0].status, Some(Status::Failed));
        assert_eq!(result.operations[0].error.as_ref().unwrap().id, Code::ProcessSignaled.id());
        assert_eq!(result.operations[1].status, Some(Status::Skipped));
    }

    #[test]
    fn a_service_that_is_killed_from_outside_has_failed() {
        let service =
            Operation { work: Work::Process(Box::new(listener_program::plain(""))), ..script("web", &[]) };
        let (run, hub) = start(vec![service, script("uses", &["web"])], RunOptions::new(2));
        let Ticket::Work(op, attempt) = run.take(1, SOON) else { panic!("it never became ready") };
        kill(&hub);
        until(&hub, |event| matches!(event, EventKind::Happened(What::Ended(Ended { op: OpId(0), .. }))));
        run.complete(op, attempt, Outcome::default());
        assert!(run.is_finished());
        let result = run.result();
        assert_eq!(result.status, Some(RunStatus::Failed));
        assert_eq!(result.operations[0].error.as_ref().unwrap().id, Code::ServiceDied.id());
    }
}

/// A scheduler on a clock of the test's own.
fn scheduler(operations: Vec<Operation>, settings: Settings) -> Scheduler {
    Scheduler::new(Arc::new(plan(operations)), settings)
}

fn step(scheduler: &mut Scheduler, now: u64, inputs: &[Input]) -> Vec<Command> {
    let mut commands = Vec::new();
    scheduler.step(now, inputs, &mut commands);
    commands
}

fn stops(commands: &[Command]) -> usize {
    commands.iter().filter(|command| matches!(command, Command::Stop { .. })).count()
}

#[test]
fn a_clock_that_goes_backward_ends_nothing_early() {
    let limited = Settings { default_timeout_ms: Some(1_000), ..Settings::new(1) };
    let mut scheduler = scheduler(vec![script("a", &[])], limited);
    step(&mut scheduler, 10_000, &[]);
    step(&mut scheduler, 10_000, &[Input::Taken(OpId(0), 1)]);
    for now in [9_000, 0, 10_999, 5] {
        assert_eq!(stops(&step(&mut scheduler, now, &[Input::Tick])), 0, "at {now}");
    }
    assert_eq!(stops(&step(&mut scheduler, 11_000, &[Input::Tick])), 1);
    assert_eq!(stops(&step(&mut scheduler, 3, &[Input::Tick])), 0, "not a second time");
}

#[test]
fn a_clock_that_goes_forward_ends_what_is_due_once() {
    let limited = Settings { default_timeout_ms: Some(1_000), ..Settings::new(3) };
    let operations = (0..3).map(|index| script(&format!("o{index}"), &[])).collect();
    let mut scheduler = scheduler(operations, limited);
    step(&mut scheduler, 0, &[]);
    let taken: Vec<Input> = (0..3).map(|index| Input::Taken(OpId(index), 1)).collect();
    step(&mut scheduler, 0, &taken);
    assert_eq!(stops(&step(&mut scheduler, u64::MAX - 1, &[Input::Tick])), 3);
    let ended = step(&mut scheduler, u64::MAX, &[Input::Tick]);
    assert!(scheduler.is_finished(), "{ended:?}");
    assert_eq!(scheduler.state(OpId(2)), State::Ended(Status::Abandoned));
}

fn guarded() -> Scheduler {
    let guard = GuardLimits { memory_mib: Some(100), cpu_percent: Some(50) };
    let mut scheduler =
        scheduler(vec![script("a", &[]), script("b", &[])], Settings { guard, ..Settings::new(1) });
    step(&mut scheduler, 0, &[]);
    step(&mut scheduler, 0, &[Input::Taken(OpId(0), 1)]);
    scheduler
}

#[test]
fn samples_that_stop_hold_nothing_back_for_ever() {
    let guard = GuardLimits { memory_mib: Some(100), cpu_percent: None };
    let operations = (0..2).map(|index| script(&format!("o{index}"), &[])).collect();
    let mut scheduler = scheduler(operations, Settings { guard, ..Settings::new(2) });
    let full = Input::Sample { memory_used_mib: Some(500), cpu_percent: None };
    let first = step(&mut scheduler, 0, &[full]);
    assert_eq!(first, [Command::Start(OpId(0), 1)], "one is always let through");
    let due = scheduler.next_due().expect("the sample is believed for a while only");
    assert_eq!(step(&mut scheduler, due - 1, &[Input::Tick]), []);
    assert_eq!(step(&mut scheduler, due, &[Input::Tick]), [Command::Start(OpId(1), 1)]);
}

#[test]
fn samples_that_say_nothing_hold_nothing_back() {
    let mut scheduler = guarded();
    let nothing = Input::Sample { memory_used_mib: None, cpu_percent: None };
    step(&mut scheduler, 1, &[nothing]);
    let done = Input::Completed(OpId(0), 1, crate::scheduler::Verdict::Succeeded);
    let said = step(&mut scheduler, 2, &[done, nothing]);
    assert!(said.contains(&Command::Start(OpId(1), 1)), "{said:?}");
}

#[test]
fn limits_of_zero_are_refused_or_end_at_once() {
    let refused = RunOptions::from_json(br#"{"max_concurrency":0}"#).unwrap_err();
    assert_eq!(refused.code, Code::MalformedOptions);
    for (timeout_ms, total_timeout_ms) in [(Some(0), None), (None, Some(0))] {
        let operation = Operation { timeout_ms, total_timeout_ms, ..script("a", &[]) };
        let request = PlanRequest { operations: vec![operation], ..PlanRequest::default() };
        assert_eq!(Plan::compile(request).unwrap_err().code, Code::InvalidValue);
    }
    let options = RunOptions { run_timeout_ms: Some(0), stop_grace_ms: 0, ..RunOptions::new(1) };
    let (run, hub) = start(vec![script("a", &[])], options);
    until_finished(&hub);
    assert_eq!(run.result().operations[0].status, Some(Status::Skipped));
    assert_eq!(run.take(1, SOON), Ticket::Over);
}

#[test]
fn absurd_limits_are_no_limits() {
    let options = RunOptions {
        default_timeout_ms: Some(u64::MAX),
        run_timeout_ms: Some(u64::MAX),
        stop_grace_ms: u64::MAX,
        ..RunOptions::new(u32::MAX)
    };
    let endless = Operation {
        timeout_ms: Some(u64::MAX),
        total_timeout_ms: Some(u64::MAX),
        estimate_ms: Some(u64::MAX),
        ..script("a", &[])
    };
    let (run, hub) = start(vec![endless, script("b", &["a"])], options);
    for op in 0..2 {
        assert_eq!(run.take(1, Duration::MAX), Ticket::Work(OpId(op), 1));
        run.complete(OpId(op), 1, Outcome::default());
    }
    until_finished(&hub);
    assert_eq!(run.result().status, Some(RunStatus::Succeeded));
}
