//! Parking: an operation asks for a restart of the machine, and its run stops where another one can go on.
//!
//! From then on nothing is admitted, and what runs goes on to its end. Then what has not started is skipped, services and
//! monitors are stopped, and the run is over. A failure, a cancel or the run's limit means meanwhile what it always means:
//! the run ends by that, with all that is there for it, and is not parked; the request stays in its record.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::parking::Refusal;
use super::state::{Halt, State, Status};
use crate::graph::OpId;

impl Scheduler {
    /// Whether an attempt may ask for a restart.
    ///
    /// # Errors
    /// Why not.
    pub fn may_restart(&self, op: OpId, attempt: u32) -> Result<(), Refusal> {
        if !self.is_current(op, attempt) || !matches!(self.state(op), State::Running | State::Serving) {
            return Err(Refusal::NotRunning);
        }
        if self.is_compensation(op) {
            return Err(Refusal::Undoes);
        }
        if self.settings.restarts_left == 0 {
            return Err(Refusal::Limit);
        }
        if self.parking.without_progress.contains(&op) && !self.plan.ids().any(|it| self.is_progress(it, op))
        {
            return Err(Refusal::WithoutProgress);
        }
        Ok(())
    }

    /// Whether an operation has brought the run further, other than the one that asks.
    fn is_progress(&self, op: OpId, asks: OpId) -> bool {
        let of = &self.progress[op.index()];
        // What was kept was never tried in this run. Services and what stops them come and go with every run.
        op != asks
            && of.attempt > 0
            && of.state() == State::Ended(Status::Succeeded)
            && self.plan.brings_further(op)
    }

    /// An operation asks for a restart.
    pub(super) fn restart_asked(&mut self, op: OpId, attempt: u32, rerun: bool, out: &mut Vec<Command>) {
        if self.may_restart(op, attempt).is_ok() {
            self.parking.asked = true;
            out.push(Command::RestartAsked { op, attempt, rerun });
        }
    }

    /// Whether nothing is admitted, because the run will be parked.
    pub(super) fn is_parking(&self) -> bool {
        self.parking.asked && self.halt == Halt::None
    }

    /// Whether it was parked, whatever came then.
    pub(super) fn is_parked(&self) -> bool {
        self.halt_reason == Some(SkipReason::RunParked)
    }

    /// Skips what has not started, once nothing runs any more. True when it did.
    pub(super) fn park(&mut self, out: &mut Vec<Command>) -> bool {
        self.is_parking()
            && self.tally.at_work == 0
            && self.call_off(Halt::Parked, SkipReason::RunParked, out)
    }
}
