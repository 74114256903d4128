//! The transition function: one step takes inputs and gives commands.
//!
//! ```text
//! inputs ──► rules ──► changes ──► commands
//!              ▲          │
//!              └──────────┘ consequences, until there are none
//! ```
//!
//! Then the timers that are due go the same way, then what has room is admitted, and when nothing is left to do
//! the run is closed. Each of these leaves no consequence behind before the next one begins.

use super::consequence::Consequence;
use super::machine::Scheduler;
use super::messages::{Command, Input, SkipReason};
use super::state::{Change, RunStatus, State, StopReason};
use super::timers::{Timer, Timers};
use crate::graph::OpId;
use crate::operation::{Order, StopMode};

impl Scheduler {
    /// Takes everything that has happened up to `now` (milliseconds since the run's start) and
    /// appends what must be done. Inputs about operations that are past that point change nothing.
    pub fn step(&mut self, now: u64, inputs: &[Input], out: &mut Vec<Command>) {
        self.now = self.now.max(now);
        if !self.started {
            self.begin(out);
        }
        self.prefetch(inputs);
        for &input in inputs {
            self.take_in(input, out);
            self.follow(out);
        }
        self.expire(out);
        loop {
            self.admit(out);
            if !self.conclude(out) {
                return;
            }
        }
    }

    /// Lets everything happen that is due by now.
    pub(super) fn expire(&mut self, out: &mut Vec<Command>) {
        while let Some((at, timer)) = self.timers.pop_due(self.now) {
            if !self.hold(at, timer) {
                self.due(timer, out);
                self.follow(out);
            }
        }
    }

    /// When the next step is due even if nothing happens, in milliseconds since the run's start.
    pub fn next_due(&mut self) -> Option<u64> {
        self.look_at_timers(|timers, is_relevant| timers.next_due(is_relevant))
    }

    /// Decides what follows from what has happened, until nothing does.
    pub(super) fn follow(&mut self, out: &mut Vec<Command>) {
        while let Some(consequence) = self.consequences.next() {
            match consequence {
                Consequence::Settle(op) => self.settle(op, out),
                Consequence::Undo(op) => self.undo(op, out),
                Consequence::EndStops(service) => self.end_stop_operations(service, out),
                Consequence::Failed(op) => self.critical_failure(op, out),
                Consequence::Compensate(op) => self.compensate(op, out),
                Consequence::StopRunning(reason, mode) => self.stop_running(reason, mode, out),
            }
        }
    }

    fn begin(&mut self, out: &mut Vec<Command>) {
        self.started = true;
        self.arm_run_limit();
        self.take_over(out);
        for op in self.plan.ids() {
            if self.progress[op.index()].waiting_for == 0 && self.state(op) == State::Waiting {
                self.decide(op, out);
                self.follow(out);
            }
        }
    }

    fn take_in(&mut self, input: Input, out: &mut Vec<Command>) {
        match input {
            Input::Tick => {}
            Input::Taken(op, attempt) => self.taken(op, attempt, out),
            Input::Checked(op, is_current) => self.checked(op, is_current, out),
            Input::ServiceReady(op, attempt) => self.service_ready(op, attempt, out),
            Input::Completed(op, attempt, verdict) => self.completed(op, attempt, verdict, out),
            Input::Restart { op, attempt, rerun } => self.restart_asked(op, attempt, rerun, out),
            Input::Sample { memory_used_mib, cpu_percent } => {
                if let Some(until) = self.guard.sample(self.now, memory_used_mib, cpu_percent) {
                    self.timers.arm(until, Timer::SampleExpired);
                }
            }
            Input::SlotsReturned(slots) => self.admission.take_back(slots),
            Input::Slots(slots) => {
                let sequential = *self.plan.order() == Order::Sequential;
                self.admission.resize(if sequential { 1 } else { slots });
            }
            Input::Cancel(mode) => self.cancel(mode, out),
            Input::Suspend => self.suspend(out),
            Input::Continue => self.go_on(out),
            Input::Skip(op) => self.skip_by_order(op, out),
            Input::Again(op) => self.restart_by_order(op, out),
            Input::Unhealthy => self.run_is_unhealthy(out),
            Input::Remedy { op, attempt, remedy, ended } => self.remedy(op, attempt, remedy, ended, out),
        }
    }

    fn due(&mut self, timer: Timer, out: &mut Vec<Command>) {
        match timer {
            Timer::OperationLimit(op, attempt) => self.attempt_limit_passed(op, attempt, out),
            Timer::StopGrace(op, attempt) => self.grace_over(op, attempt, out),
            Timer::Backoff(op, attempt) => self.backoff_over(op, attempt),
            Timer::TotalLimit(op) => self.total_limit_passed(op, out),
            Timer::SampleExpired => {}
            Timer::RunLimit => self.run_limit_passed(out),
        }
    }

    /// An operation begins. Its limit counts from here.
    fn taken(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || self.state(op) != State::Admitted {
            return;
        }
        self.change(op, Change::Begin);
        out.push(Command::Started(op, attempt));
        if let Some(limit) = self.limit(op, StopReason::Timeout) {
            if self.timers.is_crowded() {
                self.look_at_timers(|timers, is_relevant| timers.keep(is_relevant));
            }
            self.timers.arm(self.now.saturating_add(limit), Timer::OperationLimit(op, attempt));
        }
    }

    fn service_ready(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if self.is_current(op, attempt) && self.state(op) == State::Running {
            self.change(op, Change::Serve);
            out.push(Command::Serving(op, attempt));
            self.consequences.push(Consequence::Settle(op));
            self.stop_if_asked(op, out);
        }
    }

    /// What `look` finds with the rule that says which timers will still change something.
    fn look_at_timers<R>(&mut self, look: impl FnOnce(&mut Timers, &dyn Fn(Timer) -> bool) -> R) -> R {
        let (progress, guard) = (&self.progress, &self.guard);
        let (now, finished) = (self.now, self.finished);
        let state = |op: OpId| progress[op.index()].state();
        let current = |op: OpId, attempt: u32| progress[op.index()].attempt == attempt;
        let is_relevant = |timer: Timer| match timer {
            Timer::OperationLimit(op, attempt) => current(op, attempt) && state(op) == State::Running,
            Timer::StopGrace(op, attempt) => current(op, attempt) && matches!(state(op), State::Stopping(_)),
            Timer::Backoff(op, attempt) => current(op, attempt) && state(op) == State::Backoff,
            Timer::TotalLimit(op) => !matches!(state(op), State::Serving | State::Ended(_)),
            Timer::SampleExpired => !finished && guard.reason(now).is_some(),
            Timer::RunLimit => !finished,
        };
        look(&mut self.timers, &is_relevant)
    }

    /// Rolls back, closes or finishes a run with nothing left to do. True when more may now start.
    fn conclude(&mut self, out: &mut Vec<Command>) -> bool {
        if self.finished {
            return false;
        }
        if self.park(out) {
            return true;
        }
        if self.tally.outstanding == 0 {
            if self.begin_rollback(out) {
                return true;
            }
            if self.tally.unfinished > 0 && !self.closing && self.may_close() {
                self.closing = true;
                for op in self.plan.ids() {
                    self.skip(op, SkipReason::NothingToWatch, out);
                }
                self.stop_running_later(StopReason::RunEnded, StopMode::OWN_GRACE);
                // The failure of a monitor that was to be tried again may ask for a rollback.
                return true;
            }
        }
        if self.tally.unfinished == 0 {
            self.finished = true;
            out.push(Command::Finished(self.run_status()));
        }
        false
    }

    /// A run of nothing but monitors goes on until it is canceled.
    fn may_close(&self) -> bool {
        self.halt_reason.is_some() || self.has_work
    }

    fn run_status(&self) -> RunStatus {
        let tally = &self.tally;
        if self.canceled {
            RunStatus::Canceled
        } else if self.rollback.is_undo() {
            self.undo_status()
        } else if self.is_parked() {
            RunStatus::Parked
        } else if tally.unsuccessful == 0 && self.settings.incomplete {
            RunStatus::PartiallySucceeded
        } else if tally.unsuccessful == 0 {
            RunStatus::Succeeded
        } else if self.run_timed_out
            || matches!(self.halt_reason, Some(SkipReason::RunStopped(_) | SkipReason::RunUnhealthy))
            || (tally.succeeded == 0 && tally.critical_failures > 0)
        {
            RunStatus::Failed
        } else {
            RunStatus::PartiallySucceeded
        }
    }
}
