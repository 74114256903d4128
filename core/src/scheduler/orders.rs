//! Orders from outside: to start nothing more, to go on, and to skip or to restart one operation.
//!
//! * A **suspended** run starts nothing: what runs goes on to its end, and nothing else happens until the run goes on. Its
//!   own limit does not count meanwhile, and neither do the total limits of operations that wait. Whatever stops a run
//!   also ends its suspension, so that it can end.
//! * An operation that is **skipped** before it has begun never starts. One that has begun is stopped, or not tried again,
//!   and ends as canceled. Either way this is not a failure, and what depends on its success is skipped.
//! * An operation that is **restarted** is stopped and queues again, and one that pauses before its next attempt queues at
//!   once. That uses up none of its retries. One that does not stop in time is abandoned, as ever.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::state::{Change, Halt, State, Status, StopReason};
use super::steering::{OrderRefusal, Restarted, Suspension};
use super::timers::Timer;
use crate::graph::OpId;
use crate::operation::StopMode;

impl Scheduler {
    /// Whether nothing is started, because the run is suspended.
    pub fn is_suspended(&self) -> bool {
        self.suspension.is_some()
    }

    /// Whether the run may be suspended.
    ///
    /// # Errors
    /// Why not.
    pub fn may_suspend(&self) -> Result<(), OrderRefusal> {
        if self.is_suspended() {
            return Err(OrderRefusal::Suspended);
        }
        if self.finished || self.closing || self.halt > Halt::Failure {
            return Err(OrderRefusal::CalledOff);
        }
        Ok(())
    }

    /// Whether the run may be asked to go on.
    ///
    /// # Errors
    /// [`OrderRefusal::NotSuspended`].
    pub fn may_continue(&self) -> Result<(), OrderRefusal> {
        if self.is_suspended() { Ok(()) } else { Err(OrderRefusal::NotSuspended) }
    }

    /// Whether an operation may be skipped.
    ///
    /// # Errors
    /// Why not.
    pub fn may_skip(&self, op: OpId) -> Result<(), OrderRefusal> {
        if self.is_compensation(op) {
            return Err(OrderRefusal::Undoes);
        }
        match self.state(op) {
            State::Serving => Err(OrderRefusal::Serves),
            State::Stopping(_) => Err(OrderRefusal::Stops),
            State::Ended(status) => Err(OrderRefusal::Ended(status)),
            State::Dormant
            | State::Waiting
            | State::Checking
            | State::Ready
            | State::Admitted
            | State::Running
            | State::Backoff => Ok(()),
        }
    }

    /// Whether an operation may be stopped and started again.
    ///
    /// # Errors
    /// Why not.
    pub fn may_start_again(&self, op: OpId) -> Result<(), OrderRefusal> {
        self.may_skip(op)?;
        if !matches!(self.state(op), State::Running | State::Backoff) {
            return Err(OrderRefusal::NotBegun);
        }
        if !self.starts_again(op) || self.is_parking() {
            return Err(OrderRefusal::CalledOff);
        }
        Ok(())
    }

    /// Starts nothing more.
    pub(super) fn suspend(&mut self, out: &mut Vec<Command>) {
        // What is due by now is due before anything is suspended.
        self.expire(out);
        if self.may_suspend().is_ok() {
            self.suspension = Some(Suspension { since: self.now, held: Vec::new() });
            out.push(Command::Suspended);
        }
    }

    /// Ends a suspension, if there is one. The limits that did not count meanwhile have as much time as they had.
    pub(super) fn go_on(&mut self, out: &mut Vec<Command>) {
        let Some(Suspension { since, held }) = self.suspension.take() else { return };
        let pause = self.now - since;
        let mut timers = std::mem::take(&mut self.timers);
        timers.postpone(pause, |timer| self.pauses(timer));
        self.timers = timers;
        for (at, timer) in held {
            self.timers.arm(at.saturating_add(pause), timer);
        }
        out.push(Command::Continued);
    }

    /// Keeps a limit that does not count while the run is suspended. False when it counts.
    pub(super) fn hold(&mut self, at: u64, timer: Timer) -> bool {
        if self.suspension.is_none() || !self.pauses(timer) {
            return false;
        }
        if let Some(suspension) = &mut self.suspension {
            suspension.held.push((at, timer));
        }
        true
    }

    /// Whether a limit does not count while the run is suspended.
    fn pauses(&self, timer: Timer) -> bool {
        match timer {
            Timer::RunLimit => true,
            Timer::TotalLimit(op) => !self.state(op).is_at_work(),
            Timer::OperationLimit(..) | Timer::StopGrace(..) | Timer::Backoff(..) | Timer::SampleExpired => {
                false
            }
        }
    }

    /// From when on the limit of something that begins to wait counts: a suspension adds its own length at its end.
    pub(super) fn counts_from(&self) -> u64 {
        self.suspension.as_ref().map_or(self.now, |suspension| suspension.since)
    }

    /// Skips an operation, or stops it.
    pub(super) fn skip_by_order(&mut self, op: OpId, out: &mut Vec<Command>) {
        if op.index() >= self.progress.len() || self.may_skip(op).is_err() {
            return;
        }
        if self.state(op) == State::Running {
            self.stop(op, StopReason::SkipOrder, StopMode::OWN_GRACE, out);
        } else {
            self.skip(op, SkipReason::Ordered, out);
        }
    }

    /// Stops an operation to start it again, or ends its pause.
    pub(super) fn restart_by_order(&mut self, op: OpId, out: &mut Vec<Command>) {
        if op.index() >= self.progress.len() || self.may_start_again(op).is_err() {
            return;
        }
        if self.state(op) == State::Running {
            self.stop(op, StopReason::RestartOrder, StopMode::OWN_GRACE, out);
        } else {
            let attempt = self.progress[op.index()].attempt;
            self.backoff_over(op, attempt);
        }
    }

    /// Whether what is stopped to be started again would be.
    fn starts_again(&self, op: OpId) -> bool {
        self.survives(op) && !self.closing && !self.progress[op.index()].flags.total_passed
    }

    /// An attempt has ended that was stopped to be started again: it queues. False when the run was called off meanwhile.
    pub(super) fn start_again(&mut self, op: OpId, out: &mut Vec<Command>) -> bool {
        if !self.starts_again(op) {
            return false;
        }
        let attempt = self.progress[op.index()].attempt;
        let cause = self.cause(op);
        self.change(op, Change::BackOff);
        self.progress[op.index()].stop_reason = None;
        self.progress[op.index()].flags.tried = true;
        self.count_restart(op, StopReason::RestartOrder);
        out.push(Command::Retrying { op, attempt, status: Status::Canceled, cause, delay_ms: 0 });
        self.make_ready(op, Change::Resume);
        true
    }

    /// The attempts of an operation that count for its retries, the current one among them.
    pub(super) fn counted_attempts(&self, op: OpId) -> u32 {
        let times = self.restarted.get(&op).map_or(0, |restarted| restarted.times);
        self.progress[op.index()].attempt.saturating_sub(times)
    }

    /// Counts that the current attempt of an operation is followed by another one for this reason.
    pub(super) fn count_restart(&mut self, op: OpId, reason: StopReason) {
        let attempt = self.progress[op.index()].attempt;
        let times = self.restarted.get(&op).map_or(0, |restarted| restarted.times) + 1;
        self.restarted.insert(op, Restarted { times, attempt, reason });
    }

    /// Why an attempt ended, or was followed by another one, although it had not ended badly.
    pub(super) fn why_restarted(&self, op: OpId, attempt: u32) -> Option<StopReason> {
        self.restarted
            .get(&op)
            .filter(|restarted| restarted.attempt == attempt)
            .map(|restarted| restarted.reason)
    }
}
