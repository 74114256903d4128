//! How operations are stopped, given up.

use super::machine::Scheduler;
use super::messages::{Command, Verdict};
use super::state::{Change, State, Status, StopReason};
use super::timers::Timer;
use crate::graph::OpId;
use crate::operation::{StopMode, TIME_AFTER_KILL};
use std::sync::Arc;
use std::time::Duration;

impl Scheduler {
    /// Stops everything that runs, except what is spared. A kill reaches what is stopping already.
    pub(super) fn stop_running(&mut self, reason: StopReason, mode: StopMode, out: &mut Vec<Command>) {
        for op in self.plan.nodes() {
            let runs = matches!(self.state(op), State::Running | State::Serving);
            let hurries = mode == StopMode::Kill && matches!(self.state(op), State::Stopping(_));
            if (runs && !self.is_spared(op, reason)) || hurries {
                self.stop(op, reason, mode, out);
            }
        }
    }

    /// Whether an operation goes on although what runs is stopped for this reason.
    fn is_spared(&self, op: OpId, reason: StopReason) -> bool {
        match reason {
            StopReason::RunEnded => false,
            // A stop operation only waits for what is stopping already; services and monitors go on for what
            // survives the failure, and are stopped when the run ends.
            StopReason::RunStopped => {
                self.survives(op)
                    || self.progress[op.index()].facts.monitor
                    || self.plan.stops(op).is_some()
                    || self.state(op) == State::Serving
            }
            _ => self.survives(op),
        }
    }

    /// Orders one operation to stop.
    pub(super) fn stop(&mut self, op: OpId, reason: StopReason, mode: StopMode, out: &mut Vec<Command>) {
        let attempt = self.progress[op.index()].attempt;
        let work = &self.plan.operation(op).work;
        let mode = mode.within(work.stop_grace(Duration::from_millis(self.settings.stop_grace_ms)));
        let limit = mode.grace().saturating_add(TIME_AFTER_KILL);
        // The first order says why; a later one can only hurry.
        if !matches!(self.state(op), State::Stopping(_)) {
            self.change(op, Change::Stop(reason));
            self.progress[op.index()].stop_reason = Some(reason);
        }
        // A stop operation is nothing but its service's stopping: nothing else needs an order.
        if self.plan.stops(op).is_none()
            && let Some(cause) = self.cause(op)
        {
            out.push(Command::Stop { op, attempt, cause, mode });
        }
        let due = self.now.saturating_add(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        self.timers.arm(due, Timer::StopGrace(op, attempt));
    }

    /// The grace after an order to stop is over.
    pub(super) fn grace_over(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || !matches!(self.state(op), State::Stopping(_)) {
            return;
        }
        if self.plan.stops(op).is_some() {
            // No worker runs a stop operation, so its end would never be reported.
            self.completed(op, attempt, Verdict::Stopped, out);
        } else {
            self.end(op, attempt, Status::Abandoned, out);
        }
    }

    /// A stop operation is a decision: it runs until its service has ended.
    pub(super) fn run_stop_operation(&mut self, op: OpId, service: OpId, out: &mut Vec<Command>) {
        let attempt = self.progress[op.index()].attempt;
        self.change(op, Change::Begin);
        out.push(Command::Started(op, attempt));
        match self.state(service) {
            State::Serving => self.stop(service, StopReason::StopOperation, StopMode::OWN_GRACE, out),
            state if state.is_final() => self.end(op, attempt, Status::Succeeded, out),
            // It ends, or is started again because it was unhealthy.
            _ => {}
        }
    }

    /// Stops a service that has become ready again, if that was asked for while it was not.
    pub(super) fn stop_if_asked(&mut self, service: OpId, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        let dependents = plan.graph().dependents.of(service);
        let asks = |op: &&OpId| plan.stops(**op) == Some(service) && self.state(**op) == State::Running;
        if dependents.iter().any(|op| asks(&op)) {
            self.stop(service, StopReason::StopOperation, StopMode::OWN_GRACE, out);
        }
    }

    /// Ends the stop operations that waited for this service.
    pub(super) fn end_stop_operations(&mut self, service: OpId, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        for &op in plan.graph().dependents.of(service) {
            if plan.stops(op) == Some(service) {
                let attempt = self.progress[op.index()].attempt;
                match self.state(op) {
                    State::Running => self.end(op, attempt, Status::Succeeded, out),
                    State::Stopping(_) => self.completed(op, attempt, Verdict::Stopped, out),
                    _ => {}
                }
            }
        }
    }
}
