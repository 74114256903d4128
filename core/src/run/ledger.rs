//! What is known of each operation of a run so far, and what is made of it: entries of the record, and results.

use super::about;
use super::ending;
use super::outcome::Outcome;
use super::restart::RestartRequest;
use crate::freshness::before::is_passed_through;
use crate::freshness::listing::Problem;
use crate::freshness::{Answer, Made, Verdict};
use crate::graph::OpId;
use crate::health;
use crate::plan::Plan;
use crate::record::entry::{
    Continued, Current, Due, Ended, Finished, Kept, Released, Restart, Retrying, RollingBack, Serving,
    Skipped, Started, Stop, Suspended,
};
use crate::record::health::{self as record, CheckState, Health};
use crate::record::restart::RestartAsked;
use crate::record::result::OperationResult;
use crate::record::{Cause, ErrorReport, SkipKind, SkippedBecause, Stamp, What, Why};
use crate::resume::KeptFrom;
use crate::scheduler::{Command, SkipReason, Status, StopCause, StopReason};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of one operation so far.
#[derive(Clone, Debug, Default)]
struct Row {
    status: Option<Status>,
    outcome: Option<Outcome>,
    error: Option<ErrorReport>,
    skipped_because: Option<SkippedBecause>,
    worker: Option<u32>,
    attempts: u32,
    /// The attempt that `outcome` and `worker` speak of.
    noted: u32,
    /// The attempt before which the test of a program has said that its work is not done.
    tested: Option<u32>,
    started_ms: Option<u64>,
    ended_ms: Option<u64>,
    /// Milliseconds that its ended attempts ran.
    busy_ms: u64,
    ready_after_ms: Option<u64>,
    /// How it stands, for one that was checked.
    check: Option<Box<Check>>,
    up_to_date: bool,
    /// What it said when it asked for a restart of the machine.
    request: Option<RestartRequest>,
    restart: Option<RestartAsked>,
    /// How its health checks stand.
    health: Vec<CheckState>,
    /// Why it counts as failed, if one of them makes it fail.
    ailment: Option<ErrorReport>,
}

/// How an operation stands that was checked.
#[derive(Clone, Debug)]
struct Check {
    answer: Answer,
    made: Made,
    why: Option<Why>,
}

/// One row for each node of the plan.
pub(super) struct Ledger {
    plan: Arc<Plan>,
    rows: Vec<Row>,
    order_started: Vec<OpId>,
    /// The runs that operations succeeded in that are not run again.
    kept_from: BTreeMap<OpId, KeptFrom>,
    /// How what is watched of the run stands.
    health: Vec<CheckState>,
}

impl Ledger {
    pub(super) fn new(plan: &Arc<Plan>, kept_from: BTreeMap<OpId, KeptFrom>) -> Self {
        Self {
            rows: vec![Row::default(); plan.node_count()],
            order_started: Vec::with_capacity(plan.len()),
            kept_from,
            health: Vec::new(),
            plan: Arc::clone(plan),
        }
    }

    /// Keeps who runs the current attempt of an operation, or how it came out.
    pub(super) fn note(&mut self, op: OpId, attempt: u32, worker: Option<u32>, outcome: Option<Outcome>) {
        let row = &mut self.rows[op.index()];
        if std::mem::replace(&mut row.noted, attempt) != attempt {
            (row.worker, row.outcome) = (None, None);
        }
        if worker.is_some() {
            row.worker = worker;
        }
        // The first outcome counts: that of an abandoned operation which ends later changes nothing.
        if row.status.is_none() && row.outcome.is_none() {
            row.outcome = outcome;
        }
    }

    /// Keeps how an operation stands that was checked.
    pub(super) fn note_check(&mut self, op: OpId, answer: Answer) {
        let why = match &answer.verdict {
            Verdict::Run(why) => Some(why.clone()),
            Verdict::Ask => Some(Why::of(Cause::Asked)),
            Verdict::Current => None,
        };
        self.rows[op.index()].check = Some(Box::new(Check { answer, made: Ok(None), why }));
    }

    /// Keeps what an operation has made, which has succeeded.
    pub(super) fn note_made(&mut self, op: OpId, made: Option<Box<Made>>) {
        let row = &mut self.rows[op.index()];
        let answered = row.outcome.as_ref().and_then(|outcome| outcome.test);
        if let Some(check) = &mut row.check {
            check.made = made.map_or(Ok(None), |made| *made);
            if answered == Some(false) {
                check.why = Some(Why::of(Cause::Test));
            }
        }
    }

    /// Keeps that the test of a program has said that its work is not done. No worker has to do with the attempt from
    /// here on.
    pub(super) fn note_test(&mut self, op: OpId, attempt: u32) {
        let row = &mut self.rows[op.index()];
        (row.worker, row.tested) = (None, Some(attempt));
        if let Some(check) = &mut row.check {
            check.why = Some(Why::of(Cause::Test));
        }
    }

    /// Whether the test of an operation is asked before its script or program is run. It is not, once that has begun.
    pub(super) fn asks(&self, op: OpId) -> bool {
        let why = self.rows[op.index()].check.as_ref().and_then(|check| check.why.as_ref());
        why.is_some_and(|why| why.cause == Cause::Asked)
    }

    /// Where it leads back to that an operation ran in this run; nothing when it did not.
    pub(super) fn root_of(&self, op: OpId) -> Option<String> {
        let row = &self.rows[op.index()];
        if row.started_ms.is_none() || row.up_to_date || is_passed_through(&self.plan, op) {
            return None;
        }
        let root = row.check.as_ref().and_then(|check| check.why.as_ref()?.root.clone());
        Some(root.unwrap_or_else(|| self.name(op)))
    }

    /// What an operation is that has just succeeded, by which a later run knows it.
    fn stamp(&self, op: OpId) -> Option<Box<Stamp>> {
        let row = &self.rows[op.index()];
        let check = row.check.as_ref()?;
        if row.up_to_date {
            return check.answer.kept.clone().map(Box::new);
        }
        let outputs = match &check.made {
            Ok(made) => made.clone(),
            // That there is nothing is what a later run says.
            Err(Problem::Missing(_) | Problem::Unreadable(_)) => None,
            Err(Problem::Stopped) => return None,
        };
        check.answer.stamp.clone().map(|stamp| Box::new(Stamp { outputs, ..stamp }))
    }

    /// Keeps what an operation says that asks for a restart of the machine.
    pub(super) fn note_restart(&mut self, op: OpId, request: RestartRequest) {
        self.rows[op.index()].request = Some(request.on_one_line());
    }

    /// Keeps how a check stands; says whether it was unhealthy before.
    pub(super) fn note_health(&mut self, now: u64, entry: &Health) -> bool {
        let checks = match entry.op {
            Some(op) => {
                let row = &mut self.rows[op.index()];
                row.ailment = Some(ErrorReport::from(entry));
                &mut row.health
            }
            None => &mut self.health,
        };
        let is_it = |check: &&CheckState| check.check == entry.check;
        let was_unhealthy =
            checks.iter().find(is_it).is_some_and(|check| check.status == health::Status::Unhealthy);
        record::apply(checks, now, entry);
        was_unhealthy
    }

    /// Whether a check of an operation has come to anything.
    pub(super) fn knows_of(&self, op: OpId, check: &str) -> bool {
        self.rows[op.index()].health.iter().any(|known| known.check == check)
    }

    /// How what is watched of the run stands.
    pub(super) fn health(&self) -> &[CheckState] {
        &self.health
    }

    /// The worker that runs an operation, or ran it last.
    pub(super) fn worker(&self, op: OpId) -> Option<u32> {
        self.rows[op.index()].worker
    }

    /// When the last attempt of an operation began.
    pub(super) fn started_ms(&self, op: OpId) -> Option<u64> {
        self.rows[op.index()].started_ms
    }

    /// Whether an operation has begun and not ended.
    pub(super) fn is_at_work(&self, op: OpId) -> bool {
        let row = &self.rows[op.index()];
        row.started_ms.is_some() && row.status.is_none()
    }

    /// Names in the order in which the operations began.
    pub(super) fn order_started(&self) -> Vec<String> {
        self.order_started.iter().map(|&op| self.name(op)).collect()
    }

    fn name(&self, op: OpId) -> String {
        self.plan.operation(op).name.clone()
    }

    /// Enters what a step has decided, and says what has happened by it.
    pub(super) fn enter(&mut self, now: u64, command: Command) -> Option<What> {
        Some(match command {
            Command::Check(_) | Command::Start(..) | Command::Withdraw(..) => return None,
            // Their entry is that of the check.
            Command::Again(op, _) => {
                let row = &mut self.rows[op.index()];
                (row.status, row.error, row.ended_ms, row.up_to_date) = (None, None, None, false);
                return None;
            }
            Command::Spoiled(op, _) => {
                let row = &mut self.rows[op.index()];
                (row.status, row.ended_ms, row.up_to_date) = (Some(Status::Failed), Some(now), false);
                row.error = row.ailment.clone();
                return None;
            }
            Command::Kept(op) => {
                self.rows[op.index()].status = Some(Status::Succeeded);
                let KeptFrom { run, up_to_date } = self.kept_from.get(&op).cloned().unwrap_or_default();
                What::Kept(Kept { op, name: self.name(op), from: run, up_to_date })
            }
            Command::Current(op) => {
                let row = &mut self.rows[op.index()];
                (row.status, row.ended_ms, row.up_to_date) = (Some(Status::Succeeded), Some(now), true);
                What::Current(Current { op, name: self.name(op), stamp: self.stamp(op) })
            }
            Command::Due(op) => {
                let why = self.rows[op.index()].check.as_ref().and_then(|check| check.why.clone());
                let why = why.unwrap_or_else(|| Why::of(Cause::Unknown));
                What::Due(Due { op, name: self.name(op), why })
            }
            Command::Started(op, attempt) => {
                let row = &mut self.rows[op.index()];
                if row.started_ms.is_none() {
                    self.order_started.push(op);
                }
                (row.started_ms, row.ready_after_ms, row.attempts) = (Some(now), None, attempt);
                let worker = row.worker;
                What::Started(Started { op, name: self.name(op), attempt, worker })
            }
            Command::Serving(op, attempt) => {
                let row = &mut self.rows[op.index()];
                row.ready_after_ms = row.started_ms.map(|started| now.saturating_sub(started));
                record::serves(&mut row.health, now);
                What::Serving(Serving { op, name: self.name(op), attempt })
            }
            Command::Stop { op, attempt, cause, mode } => {
                let grace_ms = u64::try_from(mode.grace().as_millis()).unwrap_or(u64::MAX);
                let (name, worker) = (self.name(op), self.worker(op));
                What::Stop(Stop { op, name, attempt, worker, reason: cause.reason, grace_ms })
            }
            Command::Retrying { op, attempt, status, cause, delay_ms } => {
                What::Retrying(Retrying { end: self.end(now, op, attempt, status, cause), delay_ms })
            }
            Command::RollingBack(op) => What::RollingBack(RollingBack { op, name: self.name(op) }),
            Command::Ended { op, attempt, status, cause } => {
                let end = self.end(now, op, attempt, status, cause);
                let row = &mut self.rows[op.index()];
                (row.status, row.ended_ms) = (Some(status), Some(now));
                What::Ended(end)
            }
            Command::Skipped(op, reason) => {
                let because = self.to_blame(reason);
                let row = &mut self.rows[op.index()];
                (row.status, row.skipped_because) = (Some(Status::Skipped), Some(because.clone()));
                What::Skipped(Skipped { op, name: self.name(op), because })
            }
            Command::RestartAsked { op, attempt, rerun } => {
                let name = self.name(op);
                let row = &mut self.rows[op.index()];
                let reason = row.request.take().unwrap_or_default().reason;
                row.restart = Some(RestartAsked { at_ms: now, reason: reason.clone(), rerun });
                What::Restart(Restart { op, name, attempt, reason, rerun })
            }
            Command::Suspended => What::Suspended(Suspended {}),
            Command::Continued => What::Continued(Continued {}),
            Command::Released(op, attempt) => What::Released(Released { op, name: self.name(op), attempt }),
            Command::Finished(status) => What::Finished(Finished { status }),
        })
    }

    /// Why an operation is skipped. What depends on a skipped operation names the failure behind it, however far
    /// away, and not its neighbour.
    fn to_blame(&self, reason: SkipReason) -> SkippedBecause {
        if let SkipReason::Dependency(on) = reason
            && let Some(because) = &self.rows[on.index()].skipped_because
            && because.kind == SkipKind::Dependency
        {
            return because.clone();
        }
        SkippedBecause::of(&self.plan, reason)
    }

    /// Enters the end of an attempt.
    fn end(&mut self, now: u64, op: OpId, attempt: u32, status: Status, cause: Option<StopCause>) -> Ended {
        let name = self.name(op);
        let row = &mut self.rows[op.index()];
        let is_unhealthy = cause.is_some_and(|cause| cause.reason == StopReason::Unhealthy);
        let error = match row.ailment.clone().filter(|_| is_unhealthy && status == Status::Failed) {
            Some(ailment) => Some(ailment),
            None => ending::error(&name, status, cause, row.outcome.as_ref()),
        };
        let duration_ms = now.saturating_sub(row.started_ms.unwrap_or(now));
        row.attempts = attempt;
        row.error = error.clone();
        row.busy_ms += duration_ms;
        let exit_code = row.outcome.as_ref().and_then(|outcome| outcome.exit_code);
        let asked = row.outcome.as_ref().and_then(|outcome| outcome.test);
        let test = asked.or((row.tested == Some(attempt)).then_some(false));
        row.up_to_date = status == Status::Succeeded && test == Some(true);
        let worker = row.worker;
        let stamp = if status == Status::Succeeded { self.stamp(op) } else { None };
        Ended { op, name, attempt, status, worker, error, exit_code, duration_ms, test, stamp }
    }

    /// The result of an operation so far, in a run that started at some time.
    pub(super) fn result(&self, op: OpId, run_started_at: Timestamp) -> OperationResult {
        let at = |ms: u64| about::time_after(run_started_at, ms).to_string();
        let (declared, row) = (self.plan.operation(op), &self.rows[op.index()]);
        let outcome = row.outcome.as_ref();
        OperationResult {
            index: op,
            name: declared.name.clone(),
            id: declared.id.clone(),
            kind: declared.kind.clone(),
            compensates: self.plan.compensates(op).map(|of| self.name(of)),
            status: row.status,
            kept_from: self.kept_from.get(&op).map(|kept| kept.run.clone()),
            up_to_date: row.up_to_date || self.kept_from.get(&op).is_some_and(|kept| kept.up_to_date),
            why: row.check.as_ref().and_then(|check| check.why.clone()).filter(|_| !row.up_to_date),
            had_errors: outcome.is_some_and(|outcome| outcome.had_errors),
            skipped_because: row.skipped_because.clone(),
            restart: row.restart.clone(),
            error: row.error.clone(),
            attempts: row.attempts,
            worker: row.worker,
            exit_code: outcome.and_then(|outcome| outcome.exit_code),
            started_at: row.started_ms.map(at),
            ended_at: row.ended_ms.map(at),
            duration_ms: row.started_ms.zip(row.ended_ms).map(|(start, end)| end.saturating_sub(start)),
            busy_ms: row.busy_ms,
            ready_after_ms: row.ready_after_ms,
            health: row.health.clone(),
        }
    }
}
