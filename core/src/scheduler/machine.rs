//! The transition function: one step takes inputs and gives commands.

use super::admission::{Admission, Limits};
use super::failure::FailureStrategy;
use super::ready::ReadyQueue;
use super::state::{RunStatus, State, Status};
use super::timers::{Timer, Timers};
use crate::graph::OpId;
use crate::operation::{Order, ProcessMode, Work};
use crate::plan::Plan;
use serde::Serialize;
use std::sync::Arc;

/// Grace after a hard stop in milliseconds: long enough for a kill to be noticed.
const HARD_GRACE_MS: u64 = 1_000;

/// What a run is told once, at its start.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What limits the run.
    pub limits: Limits,
    /// What a failure means.
    pub failure: FailureStrategy,
    /// Limit of one attempt of operations that have none of their own, in milliseconds.
    pub default_timeout_ms: Option<u64>,
    /// Limit of the whole run in milliseconds.
    pub run_timeout_ms: Option<u64>,
    /// Time between an order to stop and giving up on the operation, in milliseconds.
    pub stop_grace_ms: u64,
}

/// Something that happened outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Only time has passed.
    Tick,
    /// Whoever runs the operation has begun. Its limit counts from here.
    Taken(OpId, u32),
    /// A service has passed its readiness probe.
    ServiceReady(OpId, u32),
    /// The operation has ended.
    Completed(OpId, u32, Verdict),
    /// Stop everything; `hard` leaves no grace.
    Cancel {
        /// Whether to kill at once.
        hard: bool,
    },
}

/// How whoever ran it says that an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Well.
    Succeeded,
    /// Badly.
    Failed,
    /// It ended because it was told to.
    Stopped,
}

/// Why an operation is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// Its limit has passed.
    Timeout,
    /// The run's limit has passed.
    RunTimeout,
    /// Somebody canceled the run.
    Cancel,
    /// Everything else has ended: a monitor or a service is no longer needed.
    RunEnded,
    /// A stop operation asks for it.
    StopOperation,
}

/// Why an operation never started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// Something it depends on did not end well.
    Dependency(OpId),
    /// The run stops at the first failure, and this one failed.
    RunStopped(OpId),
    /// Somebody canceled the run.
    RunCanceled,
    /// The run's limit has passed.
    RunTimeout,
    /// A monitor that had not started when everything else had ended.
    NothingToWatch,
}

/// What the shell must do or make known, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Hand the operation to whoever runs it.
    Start(OpId, u32),
    /// Take back what was handed out and not yet taken. A `Skipped` follows.
    Withdraw(OpId, u32),
    /// The operation runs.
    Started(OpId, u32),
    /// The service is ready.
    Serving(OpId, u32),
    /// Tell whoever runs it to stop, and to give up after the grace (milliseconds).
    Stop(OpId, u32, StopReason, u64),
    /// The operation ended.
    Ended(OpId, u32, Status),
    /// The operation will never start.
    Skipped(OpId, SkipReason),
    /// An abandoned operation has ended after all; its slot is free again.
    Released(OpId, u32),
    /// The run is over.
    Finished(RunStatus),
}

/// The scheduler of one run.
#[derive(Debug)]
pub struct Scheduler {
    plan: Arc<Plan>,
    settings: Settings,
    states: Box<[State]>,
    /// By operation: dependencies that have not ended well yet.
    waiting_for: Box<[u32]>,
    attempts: Box<[u32]>,
    monitors: Box<[bool]>,
    stop_reasons: Box<[Option<StopReason>]>,
    ready: ReadyQueue,
    ready_monitors: ReadyQueue,
    admission: Admission,
    timers: Timers,
    /// Operations other than monitors that have neither ended nor become serving.
    outstanding: usize,
    /// All operations that have not ended.
    unfinished: usize,
    /// Services and monitors have been told that the run is ending.
    closing: bool,
    /// Why nothing more may start.
    halted: Option<SkipReason>,
    succeeded: usize,
    unsuccessful: usize,
    canceled: bool,
    run_timed_out: bool,
    started: bool,
    finished: bool,
    transitions: u64,
}

impl Scheduler {
    /// A scheduler at time zero. The first [`step`](Self::step) admits the first operations.
    pub fn new(plan: Arc<Plan>, settings: Settings) -> Self {
        let count = plan.len();
        let mut settings = settings;
        if *plan.order() == Order::Sequential {
            settings.limits.max_concurrency = 1;
        }
        let monitors: Box<[bool]> = plan.ids().map(|op| plan.operation(op).is_monitor()).collect();
        let ordinary = monitors.iter().filter(|monitor| !**monitor).count();
        Self {
            states: vec![State::Waiting; count].into(),
            waiting_for: plan.ids().map(|op| plan.graph().dependencies.of(op).len() as u32).collect(),
            attempts: vec![0; count].into(),
            stop_reasons: vec![None; count].into(),
            ready: ReadyQueue::default(),
            ready_monitors: ReadyQueue::default(),
            admission: Admission::new(settings.limits, count),
            timers: Timers::default(),
            outstanding: ordinary,
            unfinished: count,
            closing: false,
            halted: None,
            succeeded: 0,
            unsuccessful: 0,
            canceled: false,
            run_timed_out: false,
            started: false,
            finished: false,
            transitions: 0,
            monitors,
            plan,
            settings,
        }
    }

    /// Takes everything that has happened up to `now` (milliseconds since the run's start) and
    /// appends what must be done. Inputs about operations that are past that point change nothing.
    pub fn step(&mut self, now: u64, inputs: &[Input], out: &mut Vec<Command>) {
        if !self.started {
            self.begin(now);
        }
        for &input in inputs {
            match input {
                Input::Tick => {}
                Input::Taken(op, attempt) => self.taken(now, op, attempt, out),
                Input::ServiceReady(op, attempt) => self.service_ready(op, attempt, out),
                Input::Completed(op, attempt, verdict) => self.completed(op, attempt, verdict, out),
                Input::Cancel { hard } => self.cancel(now, hard, out),
            }
        }
        while let Some(timer) = self.timers.pop_due(now) {
            self.due(now, timer, out);
        }
        self.admit(now, out);
        self.close_if_done(now, out);
    }

    /// When the next step is due even if nothing happens, in milliseconds since the run's start.
    pub fn next_due(&mut self) -> Option<u64> {
        let (states, attempts, finished) = (&self.states, &self.attempts, self.finished);
        self.timers.next_due(|timer| match timer {
            Timer::OperationLimit(op, attempt) => {
                attempts[op.index()] == attempt && states[op.index()] == State::Running
            }
            Timer::StopGrace(op, attempt) => {
                attempts[op.index()] == attempt && matches!(states[op.index()], State::Stopping(_))
            }
            Timer::RunLimit => !finished,
        })
    }

    /// Where an operation is.
    pub fn state(&self, op: OpId) -> State {
        self.states[op.index()]
    }

    /// The current attempt of an operation; 0 before the first.
    pub fn attempt(&self, op: OpId) -> u32 {
        self.attempts[op.index()]
    }

    /// Why an operation was told to stop, if it was.
    pub fn stopped_for(&self, op: OpId) -> Option<StopReason> {
        self.stop_reasons[op.index()]
    }

    /// Whether the run is over.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Changes of state so far, for benchmarks.
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    /// What is booked, for reports.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The plan it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn begin(&mut self, now: u64) {
        self.started = true;
        if let Some(limit) = self.settings.run_timeout_ms {
            self.timers.arm(now.saturating_add(limit), Timer::RunLimit);
        }
        for op in self.plan.ids() {
            if self.waiting_for[op.index()] == 0 {
                self.make_ready(op);
            }
        }
    }

    /// The only place a state changes.
    fn set(&mut self, op: OpId, next: State) {
        let current = &mut self.states[op.index()];
        debug_assert!(current.may_become(next), "{op:?} cannot go from {current:?} to {next:?}");
        let was_outstanding = !matches!(*current, State::Serving | State::Ended(_));
        let was_serving = matches!(*current, State::Serving);
        *current = next;
        self.transitions += 1;
        if !self.monitors[op.index()] {
            let is_outstanding = !matches!(next, State::Serving | State::Ended(_));
            // A service that is told to stop counts again until it has ended.
            if was_outstanding && !is_outstanding {
                self.outstanding -= 1;
            } else if was_serving && is_outstanding {
                self.outstanding += 1;
            }
        }
        if let State::Ended(status) = next {
            self.unfinished -= 1;
            if status == Status::Succeeded {
                self.succeeded += 1;
            } else {
                self.unsuccessful += 1;
            }
            if status != Status::Abandoned {
                self.admission.release(op.index());
            }
        }
        if next == State::Serving {
            self.admission.release(op.index());
        }
    }

    fn make_ready(&mut self, op: OpId) {
        self.set(op, State::Ready);
        // Monitors book nothing, so they never wait behind those that do.
        let queue = if self.monitors[op.index()] { &mut self.ready_monitors } else { &mut self.ready };
        queue.push(&self.plan, op);
    }

    /// Whether an input speaks of the attempt that is under way.
    fn is_current(&self, op: OpId, attempt: u32) -> bool {
        op.index() < self.states.len() && self.attempts[op.index()] == attempt
    }

    fn taken(&mut self, now: u64, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || self.state(op) != State::Admitted {
            return;
        }
        self.set(op, State::Running);
        out.push(Command::Started(op, attempt));
        if let Some(limit) = self.limit_of(op) {
            self.timers.arm(now.saturating_add(limit), Timer::OperationLimit(op, attempt));
        }
    }

    /// An operation's own limit, else the default; monitors have no default limit.
    fn limit_of(&self, op: OpId) -> Option<u64> {
        let own = self.plan.operation(op).timeout_ms;
        own.or_else(|| self.settings.default_timeout_ms.filter(|_| !self.monitors[op.index()]))
    }

    fn service_ready(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || self.state(op) != State::Running {
            return;
        }
        self.set(op, State::Serving);
        out.push(Command::Serving(op, attempt));
        self.release_dependents(op);
    }

    fn completed(&mut self, op: OpId, attempt: u32, verdict: Verdict, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) {
            return;
        }
        let status = match (self.state(op), verdict) {
            // A service that ends before it was ready has not done what it is there for.
            (State::Admitted | State::Running, Verdict::Succeeded) if self.is_service(op) => Status::Failed,
            (State::Admitted | State::Running, Verdict::Succeeded) => Status::Succeeded,
            (State::Admitted | State::Running, Verdict::Failed) => Status::Failed,
            // Stopped without an order of ours: somebody else did, and that is a failure.
            (State::Admitted | State::Running, Verdict::Stopped) => Status::Failed,
            (State::Serving, _) => Status::Failed,
            (State::Stopping(StopReason::Timeout | StopReason::RunTimeout), _) => Status::TimedOut,
            (State::Stopping(StopReason::Cancel), _) => Status::Canceled,
            // A monitor or a service that ends when it is no longer needed has done its part.
            (State::Stopping(StopReason::RunEnded | StopReason::StopOperation), _) => Status::Succeeded,
            (State::Ended(Status::Abandoned), _) => {
                self.admission.release(op.index());
                out.push(Command::Released(op, attempt));
                return;
            }
            (State::Waiting | State::Ready | State::Ended(_), _) => return,
        };
        let was_serving = self.state(op) == State::Serving;
        let stopped_for = self.state(op) == State::Stopping(StopReason::StopOperation);
        if self.state(op) == State::Admitted && status == Status::Succeeded {
            // Whoever ran it never said that it had begun.
            self.set(op, State::Running);
            out.push(Command::Started(op, attempt));
        }
        self.end(op, status, was_serving, out);
        if stopped_for {
            self.end_stop_operations(op, out);
        }
    }

    fn end(&mut self, op: OpId, status: Status, was_serving: bool, out: &mut Vec<Command>) {
        self.set(op, State::Ended(status));
        out.push(Command::Ended(op, self.attempts[op.index()], status));
        match status {
            Status::Succeeded => {
                // The dependents of a service went on when it became ready.
                if !was_serving && !self.is_service(op) {
                    self.release_dependents(op);
                }
            }
            Status::Failed | Status::TimedOut | Status::Abandoned => self.failed(op, out),
            Status::Canceled | Status::Skipped => self.skip_dependents(op, out),
        }
    }

    fn is_service(&self, op: OpId) -> bool {
        matches!(&self.plan.operation(op).work,
            Work::Process(spec) if spec.mode == ProcessMode::Service)
    }

    fn failed(&mut self, op: OpId, out: &mut Vec<Command>) {
        // What depends on it is skipped for that reason, even if the whole run stops as well.
        self.skip_dependents(op, out);
        if self.settings.failure == FailureStrategy::Stop {
            self.halt(SkipReason::RunStopped(op), out);
        }
    }

    fn release_dependents(&mut self, op: OpId) {
        let plan = Arc::clone(&self.plan);
        for &dependent in plan.graph().dependents.of(op) {
            let waiting = &mut self.waiting_for[dependent.index()];
            *waiting -= 1;
            if *waiting == 0 && self.states[dependent.index()] == State::Waiting {
                self.make_ready(dependent);
            }
        }
    }

    /// Skips everything that can no longer start because `op` did not end well. Iterative: chains are long.
    fn skip_dependents(&mut self, op: OpId, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        let mut stack: Vec<OpId> = vec![op];
        while let Some(culprit) = stack.pop() {
            for &dependent in plan.graph().dependents.of(culprit) {
                if self.skip(dependent, SkipReason::Dependency(culprit), out) {
                    stack.push(dependent);
                }
            }
        }
    }

    /// Skips one operation if it has not begun.
    fn skip(&mut self, op: OpId, reason: SkipReason, out: &mut Vec<Command>) -> bool {
        match self.state(op) {
            State::Waiting | State::Ready => {}
            State::Admitted => out.push(Command::Withdraw(op, self.attempts[op.index()])),
            _ => return false,
        }
        self.set(op, State::Ended(Status::Skipped));
        out.push(Command::Skipped(op, reason));
        true
    }

    /// Starts nothing more.
    fn halt(&mut self, reason: SkipReason, out: &mut Vec<Command>) {
        if self.halted.is_some() {
            return;
        }
        self.halted = Some(reason);
        for op in self.plan.ids() {
            self.skip(op, reason, out);
        }
    }

    fn cancel(&mut self, now: u64, hard: bool, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        self.canceled = true;
        self.halt(SkipReason::RunCanceled, out);
        self.stop_all(now, StopReason::Cancel, hard, out);
    }

    fn stop_all(&mut self, now: u64, reason: StopReason, hard: bool, out: &mut Vec<Command>) {
        for op in self.plan.ids() {
            if matches!(self.state(op), State::Running | State::Serving)
                || (hard && matches!(self.state(op), State::Stopping(_)))
            {
                self.stop(now, op, reason, hard, out);
            }
        }
    }

    fn stop(&mut self, now: u64, op: OpId, reason: StopReason, hard: bool, out: &mut Vec<Command>) {
        let attempt = self.attempts[op.index()];
        let grace = if hard { 0 } else { self.grace_of(op) };
        let reason = match self.state(op) {
            State::Stopping(first) => first,
            _ => {
                self.set(op, State::Stopping(reason));
                self.stop_reasons[op.index()] = Some(reason);
                reason
            }
        };
        // A stop operation is nothing but its service's stopping: there is nobody else to tell.
        if self.plan.stops(op).is_none() {
            out.push(Command::Stop(op, attempt, reason, grace));
        }
        // What is killed needs a moment to be noticed; the shell's own kill comes at the grace's end.
        self.timers
            .arm(now.saturating_add(grace).saturating_add(HARD_GRACE_MS), Timer::StopGrace(op, attempt));
    }

    fn grace_of(&self, op: OpId) -> u64 {
        match &self.plan.operation(op).work {
            Work::Process(spec) => spec.stop_grace_ms.unwrap_or(self.settings.stop_grace_ms),
            Work::Script | Work::Stop { .. } => self.settings.stop_grace_ms,
        }
    }

    fn due(&mut self, now: u64, timer: Timer, out: &mut Vec<Command>) {
        match timer {
            Timer::OperationLimit(op, attempt) => {
                if self.is_current(op, attempt) && self.state(op) == State::Running {
                    self.stop(now, op, StopReason::Timeout, false, out);
                }
            }
            Timer::StopGrace(op, attempt) => {
                if self.is_current(op, attempt) && matches!(self.state(op), State::Stopping(_)) {
                    let stopped_for = self.state(op) == State::Stopping(StopReason::StopOperation);
                    self.end(op, Status::Abandoned, false, out);
                    if stopped_for {
                        self.end_stop_operations(op, out);
                    }
                }
            }
            Timer::RunLimit => {
                if !self.finished {
                    self.run_timed_out = true;
                    self.halt(SkipReason::RunTimeout, out);
                    self.stop_all(now, StopReason::RunTimeout, false, out);
                }
            }
        }
    }

    fn admit(&mut self, now: u64, out: &mut Vec<Command>) {
        if self.halted.is_some() {
            return;
        }
        while let Some(op) = Self::next(&mut self.ready_monitors, &self.plan, &self.states) {
            self.start(now, op, out);
        }
        while self.admission.has_room() {
            let Some(op) = Self::next(&mut self.ready, &self.plan, &self.states) else { return };
            self.admission.book(op.index());
            self.start(now, op, out);
        }
    }

    fn next(queue: &mut ReadyQueue, plan: &Plan, states: &[State]) -> Option<OpId> {
        queue.pop(plan, |op| states[op.index()] == State::Ready)
    }

    fn start(&mut self, now: u64, op: OpId, out: &mut Vec<Command>) {
        self.attempts[op.index()] += 1;
        self.set(op, State::Admitted);
        match self.plan.stops(op) {
            Some(service) => self.run_stop_operation(now, op, service, out),
            None => out.push(Command::Start(op, self.attempts[op.index()])),
        }
    }

    /// A stop operation is a decision: it runs until its service has ended.
    fn run_stop_operation(&mut self, now: u64, op: OpId, service: OpId, out: &mut Vec<Command>) {
        let attempt = self.attempts[op.index()];
        self.set(op, State::Running);
        out.push(Command::Started(op, attempt));
        match self.state(service) {
            State::Serving => self.stop(now, service, StopReason::StopOperation, false, out),
            State::Stopping(_) => {}
            _ => self.end(op, Status::Succeeded, false, out),
        }
    }

    /// Ends the stop operations that waited for this service.
    fn end_stop_operations(&mut self, service: OpId, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        for &op in plan.graph().dependents.of(service) {
            if plan.stops(op) == Some(service) {
                match self.state(op) {
                    State::Running => self.end(op, Status::Succeeded, false, out),
                    State::Stopping(_) => {
                        self.completed(op, self.attempts[op.index()], Verdict::Stopped, out)
                    }
                    _ => {}
                }
            }
        }
    }

    fn close_if_done(&mut self, now: u64, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        if self.outstanding == 0 && self.unfinished > 0 && !self.closing && self.may_close() {
            self.closing = true;
            for op in self.plan.ids() {
                if self.skip(op, SkipReason::NothingToWatch, out) {
                    // A monitor that came too late is nobody's failure.
                    self.unsuccessful -= 1;
                }
            }
            self.stop_all(now, StopReason::RunEnded, false, out);
        }
        if self.unfinished == 0 {
            self.finished = true;
            out.push(Command::Finished(self.run_status()));
        }
    }

    /// A run of nothing but monitors goes on until it is told to end.
    fn may_close(&self) -> bool {
        self.halted.is_some() || self.monitors.iter().any(|monitor| !monitor)
    }

    fn run_status(&self) -> RunStatus {
        if self.canceled {
            RunStatus::Canceled
        } else if self.unsuccessful == 0 {
            RunStatus::Succeeded
        } else if self.run_timed_out
            || self.succeeded == 0
            || matches!(self.halted, Some(SkipReason::RunStopped(_)))
        {
            RunStatus::Failed
        } else {
            RunStatus::PartiallySucceeded
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
