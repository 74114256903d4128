//! What becomes of an operation whose health checks have failed, or of a service that has died.
//!
//! * A **service** that is restarted is stopped and started again at once: it keeps what it holds and takes no slot, so
//!   that it does not wait behind those that wait for it. What depends on it goes on meanwhile. One that has died is
//!   started again the same way.
//! * An operation that had **succeeded** and runs again queues like any other. What depends on it, and has begun, is left
//!   alone. If it fails this time, that is a failure like any other.
//! * One that **fails** had succeeded, and counts as failed from now on: what depends on its success and has not begun is
//!   skipped, and the run does what it does about a failure. A service is stopped for that.
//! * One that is **compensated** fails, and its rollback runs at once.
//!
//! Whether there is a budget left for any of it was decided before.

use super::consequence::Consequence;
use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::state::{Change, Halt, State, Status, StopReason};
use super::steering::OrderRefusal;
use crate::graph::OpId;
use crate::operation::{Remedy, StopMode};

impl Scheduler {
    /// Whether something may be done about an attempt that is unhealthy, or has `ended` just now.
    ///
    /// # Errors
    /// Why not.
    pub fn may_remedy(
        &self,
        op: OpId,
        attempt: u32,
        remedy: Remedy,
        ended: bool,
    ) -> Result<(), OrderRefusal> {
        if remedy == Remedy::Notify {
            return Ok(());
        }
        if self.finished || self.closing || self.rollback.is_under_way() || !self.is_current(op, attempt) {
            return Err(OrderRefusal::CalledOff);
        }
        if self.is_compensation(op) {
            return Err(OrderRefusal::Undoes);
        }
        let starts = matches!(remedy, Remedy::Restart | Remedy::Rerun);
        if starts && !self.may_renew(op) {
            return Err(if self.is_suspended() { OrderRefusal::Suspended } else { OrderRefusal::CalledOff });
        }
        match self.state(op) {
            State::Serving => Ok(()),
            State::Running if ended && starts && self.was_renewed(op) => Ok(()),
            State::Ended(Status::Succeeded) if remedy != Remedy::Restart => Ok(()),
            State::Stopping(_) => Err(OrderRefusal::Stops),
            State::Ended(status) => Err(OrderRefusal::Ended(status)),
            _ => Err(OrderRefusal::NotBegun),
        }
    }

    /// Whether something that is started again now would be.
    fn may_renew(&self, op: OpId) -> bool {
        self.survives(op) && !self.closing && !self.is_parking() && !self.is_suspended()
    }

    /// Whether the attempt under way was started because the one before it was unhealthy.
    pub fn was_renewed(&self, op: OpId) -> bool {
        let attempt = self.attempt(op);
        attempt > 0 && self.why_restarted(op, attempt - 1) == Some(StopReason::Unhealthy)
    }

    /// Something is done about an attempt that is unhealthy, or has ended just now.
    pub(super) fn remedy(
        &mut self,
        op: OpId,
        attempt: u32,
        remedy: Remedy,
        ended: bool,
        out: &mut Vec<Command>,
    ) {
        if op.index() >= self.progress.len() || self.may_remedy(op, attempt, remedy, ended).is_err() {
            return;
        }
        match (self.state(op), remedy) {
            (_, Remedy::Notify) => {}
            (State::Serving | State::Running, Remedy::Restart | Remedy::Rerun) if ended => {
                self.renew(op, out)
            }
            // How it ended comes next, and it fails by that.
            (State::Serving, remedy) if ended => drop(self.ailing.insert(op, remedy)),
            (State::Serving, remedy) => {
                self.ailing.insert(op, remedy);
                self.stop(op, StopReason::Unhealthy, StopMode::OWN_GRACE, out);
            }
            (State::Ended(_), Remedy::Rerun) => {
                self.current.remove(&op);
                self.progress[op.index()].flags.tried = true;
                self.count_restart(op, StopReason::Unhealthy);
                out.push(Command::Again(op, attempt));
                self.make_ready(op, Change::Rerun);
            }
            (State::Ended(_), _) => {
                self.spoil(op, out);
                if remedy == Remedy::Compensate {
                    self.consequences.push(Consequence::Compensate(op));
                }
            }
            _ => {}
        }
    }

    /// A service that was stopped because it is unhealthy has ended. True when it is started again.
    pub(super) fn unhealthy_service_ended(&mut self, op: OpId, out: &mut Vec<Command>) -> bool {
        match self.ailing.remove(&op) {
            Some(Remedy::Restart | Remedy::Rerun) if self.may_renew(op) => {
                self.renew(op, out);
                return true;
            }
            Some(Remedy::Compensate) => self.consequences.push(Consequence::Compensate(op)),
            _ => {}
        }
        false
    }

    /// Starts a service again, with what it holds.
    fn renew(&mut self, op: OpId, out: &mut Vec<Command>) {
        let attempt = self.progress[op.index()].attempt;
        let cause = self.cause(op);
        out.push(Command::Retrying { op, attempt, status: Status::Failed, cause, delay_ms: 0 });
        self.count_restart(op, StopReason::Unhealthy);
        let progress = &mut self.progress[op.index()];
        (progress.stop_reason, progress.flags.tried) = (None, true);
        progress.attempt += 1;
        self.change(op, Change::Renew);
        out.push(Command::Start(op, attempt + 1));
    }

    /// What had succeeded counts as failed from now on.
    fn spoil(&mut self, op: OpId, out: &mut Vec<Command>) {
        let progress = &mut self.progress[op.index()];
        progress.flags.failure = true;
        progress.stop_reason = Some(StopReason::Unhealthy);
        let (attempt, is_critical) = (progress.attempt, progress.facts.critical);
        self.current.remove(&op);
        self.change(op, Change::Spoil);
        out.push(Command::Spoiled(op, attempt));
        self.has_ended(op);
        if is_critical {
            self.consequences.push(Consequence::Failed(op));
        }
    }

    /// What is watched of the run is unhealthy: nothing more is started, and what runs is stopped.
    pub(super) fn run_is_unhealthy(&mut self, out: &mut Vec<Command>) {
        if self.finished {
            return;
        }
        self.go_on(out);
        if self.call_off(Halt::Failure, SkipReason::RunUnhealthy, out) {
            self.stop_running_later(StopReason::RunStopped, StopMode::OWN_GRACE);
        }
    }

    /// The rollback of an operation that is unhealthy runs, although the run is not rolled back; in a run that was called
    /// off so that nothing is undone, it is skipped.
    pub(super) fn compensate(&mut self, op: OpId, out: &mut Vec<Command>) {
        let Some(compensation) = self.plan.compensation_of(op) else { return };
        if !self.state(op).is_final() || self.state(compensation) != State::Dormant {
            return;
        }
        self.change(compensation, Change::Activate);
        if self.survives(compensation) {
            return self.make_ready(compensation, Change::Ready);
        }
        let reason = match self.halt {
            Halt::Parked => SkipReason::RunParked,
            _ if self.canceled => SkipReason::RunCanceled,
            _ => SkipReason::RunTimeout,
        };
        self.skip(compensation, reason, out);
    }
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
