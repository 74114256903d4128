//! How operations are told to stop, given up, and how a run closes.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason, StopReason, Verdict};
use super::state::{Change, RunStatus, State, Status};
use super::timers::Timer;
use crate::graph::OpId;
use crate::operation::Work;
use std::sync::Arc;

/// Grace after a hard stop in milliseconds: long enough for a kill to be noticed.
const HARD_GRACE_MS: u64 = 1_000;

impl Scheduler {
    /// Stops everything that runs, except what is meant to run even so.
    pub(super) fn stop_all(&mut self, reason: StopReason, hard: bool, out: &mut Vec<Command>) {
        for op in self.plan.nodes() {
            let runs = matches!(self.state(op), State::Running | State::Serving);
            let spared = reason != StopReason::RunEnded && self.survives(op);
            if (runs && !spared) || (hard && matches!(self.state(op), State::Stopping(_))) {
                self.stop(op, reason, hard, out);
            }
        }
    }

    /// Tells one operation to stop.
    pub(super) fn stop(&mut self, op: OpId, reason: StopReason, hard: bool, out: &mut Vec<Command>) {
        let attempt = self.lives[op.index()].attempt;
        let grace = if hard { 0 } else { self.grace_of(op) };
        let reason = match self.state(op) {
            State::Stopping(first) => first,
            _ => {
                self.change(op, Change::Stop(reason));
                self.lives[op.index()].stop_reason = Some(reason);
                reason
            }
        };
        // A stop operation is nothing but its service's stopping: there is nobody else to tell.
        if self.plan.stops(op).is_none() {
            out.push(Command::Stop(op, attempt, reason, grace));
        }
        // What is killed needs a moment to be noticed; the shell's own kill comes at the grace's end.
        let due = self.now.saturating_add(grace).saturating_add(HARD_GRACE_MS);
        self.timers.arm(due, Timer::StopGrace(op, attempt));
    }

    fn grace_of(&self, op: OpId) -> u64 {
        match &self.plan.operation(op).work {
            Work::Process(spec) => spec.stop_grace_ms.unwrap_or(self.settings.stop_grace_ms),
            Work::Script | Work::Stop { .. } => self.settings.stop_grace_ms,
        }
    }

    /// The limit of an attempt has passed.
    pub(super) fn attempt_limit_passed(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if self.is_current(op, attempt) && self.state(op) == State::Running {
            self.stop(op, StopReason::Timeout, false, out);
        }
    }

    /// The limit of an operation with all its attempts has passed. A service that serves has kept it.
    pub(super) fn total_limit_passed(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.lives[op.index()].flags.total_passed = true;
        let mut attempt = self.lives[op.index()].attempt;
        match self.state(op) {
            State::Running => return self.stop(op, StopReason::TotalTimeout, false, out),
            State::Ready | State::Backoff => {}
            State::Admitted => {
                out.push(Command::Withdraw(op, attempt));
                attempt -= 1;
            }
            _ => return,
        }
        self.lives[op.index()].stop_reason = Some(StopReason::TotalTimeout);
        self.end(op, attempt, Status::TimedOut, out);
    }

    /// The grace after an order to stop is over.
    pub(super) fn grace_over(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || !matches!(self.state(op), State::Stopping(_)) {
            return;
        }
        if self.plan.stops(op).is_some() {
            // Nobody runs a stop operation, so nobody would ever say that it has ended after all.
            self.completed(op, attempt, Verdict::Stopped, out);
        } else {
            self.end(op, attempt, Status::Abandoned, out);
        }
    }

    /// A stop operation is a decision: it runs until its service has ended.
    pub(super) fn run_stop_operation(&mut self, op: OpId, service: OpId, out: &mut Vec<Command>) {
        let attempt = self.lives[op.index()].attempt;
        self.change(op, Change::Take);
        out.push(Command::Started(op, attempt));
        match self.state(service) {
            State::Serving => self.stop(service, StopReason::StopOperation, false, out),
            State::Stopping(_) => {}
            _ => self.end(op, attempt, Status::Succeeded, out),
        }
    }

    /// Ends the stop operations that waited for this service.
    pub(super) fn end_stop_operations(&mut self, service: OpId, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        for &op in plan.graph().dependents.of(service) {
            if plan.stops(op) == Some(service) {
                let attempt = self.lives[op.index()].attempt;
                match self.state(op) {
                    State::Running => self.end(op, attempt, Status::Succeeded, out),
                    State::Stopping(_) => self.completed(op, attempt, Verdict::Stopped, out),
                    _ => {}
                }
            }
        }
    }

    /// Rolls back, closes or finishes a run with nothing left to do. True when more may now start.
    pub(super) fn conclude(&mut self, out: &mut Vec<Command>) -> bool {
        if self.finished {
            return false;
        }
        if self.outstanding == 0 {
            if self.begin_rollback(out) {
                return true;
            }
            if self.unfinished > 0 && !self.closing && self.may_close() {
                self.closing = true;
                for op in self.plan.ids() {
                    self.skip(op, SkipReason::NothingToWatch, out);
                }
                self.stop_all(StopReason::RunEnded, false, out);
                // The failure of a monitor that was to be tried again may ask for a rollback.
                return true;
            }
        }
        if self.unfinished == 0 {
            self.finished = true;
            out.push(Command::Finished(self.run_status()));
        }
        false
    }

    /// A run of nothing but monitors goes on until it is told to end.
    fn may_close(&self) -> bool {
        self.halt_reason.is_some() || self.has_work
    }

    fn run_status(&self) -> RunStatus {
        if self.canceled {
            RunStatus::Canceled
        } else if self.unsuccessful == 0 && self.settings.incomplete {
            RunStatus::PartiallySucceeded
        } else if self.unsuccessful == 0 {
            RunStatus::Succeeded
        } else if self.run_timed_out
            || matches!(self.halt_reason, Some(SkipReason::RunStopped(_)))
            || (self.succeeded == 0 && self.critical_failures > 0)
        {
            RunStatus::Failed
        } else {
            RunStatus::PartiallySucceeded
        }
    }
}
