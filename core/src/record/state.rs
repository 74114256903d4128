//! What the entries of a journal amount to: where each operation is, and how the run stands.
//!
//! This is the one fold. History, estimates, reports and a resumed run ask it, or the same state as it was written
//! into the result at the end.

use crate::graph::OpId;
use crate::operation::Remedy;
use crate::record::entry::{Ended, Entry, ErrorReport, SkippedBecause, What};
use crate::record::header::Header;
use crate::record::health::{self, CheckState, Health};
use crate::record::restart::RestartAsked;
use crate::record::result::{OperationResult, RunResult};
use crate::record::stamp::Stamp;
use crate::record::why::{Cause, Why};
use crate::scheduler::{RunStatus, Status};
use std::collections::BTreeMap;

/// A run, as far as its entries tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunState {
    /// The operations, as declared.
    pub operations: Vec<OperationState>,
    /// The compensations that were ever spoken of.
    pub compensations: BTreeMap<OpId, OperationState>,
    /// How the run ended; absent while it has not.
    pub status: Option<RunStatus>,
    /// Milliseconds from the run's start to the latest entry.
    pub at: u64,
    /// The number of the last entry.
    pub last: Option<u64>,
    /// The process life that wrote it, from 1; 0 before any.
    pub life: u32,
    /// Whether nothing more is started until the run is asked to go on.
    pub suspended: bool,
    /// How what is watched of the run as a whole stands.
    pub health: Vec<CheckState>,
}

/// Where an operation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It was never started.
    #[default]
    Waiting,
    /// It runs.
    Running,
    /// A service that is ready.
    Serving,
    /// It was asked to stop.
    Stopping,
    /// Its last attempt failed, and it pauses before the next one.
    Backoff,
    /// It was running when its process died.
    Interrupted,
    /// It has ended.
    Ended(Status),
}

/// One operation, as far as the entries tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperationState {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub stage: Stage,
    /// The attempt under way, or the last one; 0 before the first.
    pub attempt: u32,
    /// The worker that has it, or had it last; absent for programs.
    pub worker: Option<u32>,
    /// When its last attempt began, in milliseconds from the run's start.
    pub started_ms: Option<u64>,
    /// Milliseconds that a service needed to become ready.
    pub ready_after_ms: Option<u64>,
    /// When it ended or was skipped, in milliseconds from the run's start.
    pub ended_ms: Option<u64>,
    /// Milliseconds that its last attempt took, once it has ended.
    pub duration_ms: Option<u64>,
    /// Milliseconds that its ended attempts ran, all of them together.
    pub busy_ms: u64,
    /// The exit code of its program.
    pub exit_code: Option<i32>,
    /// Why it, or its last attempt, did not end well.
    pub error: Option<ErrorReport>,
    /// Why it never started.
    pub skipped_because: Option<SkippedBecause>,
    /// The run that it succeeded in, when it was kept from there.
    pub kept_from: Option<String>,
    /// Whether it was up to date, so that its work was done by an earlier run or by others.
    pub up_to_date: bool,
    /// Why it was to run; absent for one that was not checked.
    pub why: Option<Why>,
    /// What it was when it last succeeded; known from entries only.
    pub stamp: Option<Box<Stamp>>,
    /// That it asked for a restart of the machine.
    pub restart: Option<RestartAsked>,
    /// How many runs before this one have died in a row while it was running.
    pub crashes: u32,
    /// How its health checks stand.
    pub health: Vec<CheckState>,
    /// Its program, as process id and start time, while that may be alive.
    pub process: Option<(u32, Option<u64>)>,
}

impl RunState {
    /// The state before anything has happened. Names that are not known come with the entries.
    pub fn new(header: &Header, names: Vec<String>) -> Self {
        let mut names = names.into_iter();
        let operation = |_| OperationState { name: names.next().unwrap_or_default(), ..Default::default() };
        Self { operations: (0..header.operations).map(operation).collect(), ..Self::default() }
    }

    /// Lets one entry happen.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        (self.at, self.last) = (self.at.max(at), Some(entry.seq));
        match &entry.what {
            What::Opened(opened) => self.begin_life(opened.life),
            What::Kept(it) => {
                let state = self.of(it.op, &it.name, 0);
                (state.stage, state.ended_ms) = (Stage::Ended(Status::Succeeded), Some(at));
                (state.kept_from, state.up_to_date) = (Some(it.from.clone()), it.up_to_date);
            }
            What::Current(it) => {
                let state = self.of(it.op, &it.name, 0);
                (state.stage, state.ended_ms) = (Stage::Ended(Status::Succeeded), Some(at));
                (state.up_to_date, state.stamp) = (true, it.stamp.clone());
            }
            What::Due(it) => self.of(it.op, &it.name, 0).why = Some(it.why.clone()),
            What::Crashed(it) => self.of(it.op, &it.name, 0).crashes = it.times,
            What::Started(it) => {
                let worker = it.worker;
                let state = self.of(it.op, &it.name, it.attempt);
                (state.stage, state.worker, state.started_ms) = (Stage::Running, worker, Some(at));
                (state.ready_after_ms, state.duration_ms, state.exit_code) = (None, None, None);
                // One that is unhealthy may run again although it had ended.
                state.ended_ms = None;
            }
            What::Spawned(it) => {
                self.of(it.op, &it.name, it.attempt).process = Some((it.pid, it.start_time));
            }
            What::Serving(it) => {
                let state = self.of(it.op, &it.name, it.attempt);
                state.stage = Stage::Serving;
                state.ready_after_ms = state.started_ms.and_then(|started| at.checked_sub(started));
                health::serves(&mut state.health, at);
            }
            What::Stop(it) => self.of(it.op, &it.name, it.attempt).stage = Stage::Stopping,
            What::Retrying(it) => {
                self.end_attempt(&it.end).stage = Stage::Backoff;
            }
            What::Ended(it) => {
                let state = self.end_attempt(it);
                (state.stage, state.ended_ms) = (Stage::Ended(it.status), Some(at));
                // What was abandoned may be alive.
                if it.status != Status::Abandoned {
                    state.process = None;
                }
            }
            What::Restart(it) => {
                let asked = RestartAsked { at_ms: at, reason: it.reason.clone(), rerun: it.rerun };
                self.of(it.op, &it.name, it.attempt).restart = Some(asked);
            }
            What::Skipped(it) => {
                let state = self.of(it.op, &it.name, 0);
                (state.stage, state.ended_ms) = (Stage::Ended(Status::Skipped), Some(at));
                state.skipped_because = Some(it.because.clone());
            }
            What::Released(it) => self.of(it.op, &it.name, it.attempt).process = None,
            What::Health(it) => self.look(at, it),
            What::RollingBack(_) | What::Order(_) => {}
            What::Suspended(_) => self.suspended = true,
            What::Continued(_) => self.suspended = false,
            What::Finished(finished) => self.status = Some(finished.status),
        }
    }

    /// A check has changed, or something is done about it.
    fn look(&mut self, at: u64, it: &Health) {
        let Some(op) = it.op else { return health::apply(&mut self.health, at, it) };
        let state = self.of(op, &it.name, it.attempt);
        health::apply(&mut state.health, at, it);
        let fails = matches!(it.done(), Some(Remedy::Fail | Remedy::Compensate));
        if fails && state.stage == Stage::Ended(Status::Succeeded) {
            (state.stage, state.ended_ms) = (Stage::Ended(Status::Failed), Some(at));
            (state.error, state.stamp, state.up_to_date) = (Some(ErrorReport::from(it)), None, false);
        }
        if it.done() == Some(Remedy::Rerun) && state.stage == Stage::Ended(Status::Succeeded) {
            (state.stage, state.ended_ms) = (Stage::Backoff, None);
        }
    }

    /// Nothing that was running outlives its process, except what [`OperationState::process`] may still find.
    fn begin_life(&mut self, life: u32) {
        self.life = life;
        self.suspended = false;
        for state in self.operations.iter_mut().chain(self.compensations.values_mut()) {
            if matches!(state.stage, Stage::Running | Stage::Serving | Stage::Stopping) {
                state.stage = Stage::Interrupted;
            }
        }
    }

    fn end_attempt(&mut self, end: &Ended) -> &mut OperationState {
        let state = self.of(end.op, &end.name, end.attempt);
        state.busy_ms += end.duration_ms;
        state.duration_ms = Some(end.duration_ms);
        (state.error, state.exit_code) = (end.error.clone(), end.exit_code);
        state.worker = end.worker.or(state.worker);
        state.up_to_date = end.test == Some(true);
        match end.test {
            Some(true) => state.why = None,
            Some(false) => state.why = Some(Why::of(Cause::Test)),
            None => {}
        }
        state.stamp = end.stamp.clone();
        state
    }

    /// An operation, whether declared or a compensation. Entries speak of an attempt, or of none with 0.
    fn of(&mut self, op: OpId, name: &str, attempt: u32) -> &mut OperationState {
        let state = match self.operations.get_mut(op.index()) {
            Some(state) => state,
            None => self.compensations.entry(op).or_default(),
        };
        if state.name.is_empty() {
            name.clone_into(&mut state.name);
        }
        if attempt > 0 {
            state.attempt = attempt;
        }
        state
    }

    /// The same state as its result has it.
    pub fn of_result(header: &Header, result: &RunResult) -> Self {
        let start = header.started_at.parse().ok();
        let state = |operation: &OperationResult| OperationState::of_result(start, operation);
        Self {
            operations: result.operations.iter().map(state).collect(),
            compensations: result.rollback.iter().map(|undo| (undo.index, state(undo))).collect(),
            status: result.status,
            health: result.health.clone(),
            at: result.duration_ms,
            ..Self::default()
        }
    }
}

/// How long an operation took, as [`OperationState::took_ms`] means it; whether it ran itself and ended well, and its times.
pub(super) fn took_ms(ran_well: bool, ready_after_ms: Option<u64>, duration_ms: Option<u64>) -> Option<u64> {
    ready_after_ms.or(duration_ms.filter(|_| ran_well))
}

impl OperationState {
    /// How long it took, as far as that says how long it will take: a service until it was ready, whatever came then,
    /// anything else if it ended well.
    pub fn took_ms(&self) -> Option<u64> {
        let ran =
            self.stage == Stage::Ended(Status::Succeeded) && !self.up_to_date && self.kept_from.is_none();
        took_ms(ran, self.ready_after_ms, self.duration_ms)
    }

    fn of_result(start: Option<jiff::Timestamp>, result: &OperationResult) -> Self {
        let since = |time: &Option<String>| {
            let time: jiff::Timestamp = time.as_ref()?.parse().ok()?;
            u64::try_from(time.duration_since(start?).as_millis()).ok()
        };
        Self {
            name: result.name.clone(),
            stage: result.status.map_or(Stage::Waiting, Stage::Ended),
            attempt: result.attempts,
            worker: result.worker,
            started_ms: since(&result.started_at),
            ready_after_ms: result.ready_after_ms,
            ended_ms: since(&result.ended_at),
            duration_ms: result.duration_ms,
            busy_ms: result.busy_ms,
            exit_code: result.exit_code,
            error: result.error.clone(),
            skipped_because: result.skipped_because.clone(),
            kept_from: result.kept_from.clone(),
            up_to_date: result.up_to_date,
            why: result.why.clone(),
            stamp: None,
            restart: result.restart.clone(),
            crashes: 0,
            health: result.health.clone(),
            process: None,
        }
    }
}
