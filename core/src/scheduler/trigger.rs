//! When an operation has all it waits for: what an end means for those that depend on it.

use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::state::{Change, State, Status};
use crate::graph::OpId;
use crate::operation::Trigger;
use std::sync::Arc;

impl Scheduler {
    /// Tells everybody who depends on it that an operation has ended, or serves.
    pub(super) fn settle(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.unsettled.push(op);
        self.settle_all(out);
    }

    /// Iterative, because chains are long: what is skipped on the way is told on in turn.
    pub(super) fn settle_all(&mut self, out: &mut Vec<Command>) {
        if std::mem::replace(&mut self.settling, true) {
            return;
        }
        let plan = Arc::clone(&self.plan);
        while let Some(op) = self.unsettled.pop() {
            let well = self.state(op).satisfies_dependents();
            let first = !std::mem::replace(&mut self.lives[op.index()].flags.settled, true);
            if well && !first {
                // A service: its dependents went on when it became ready.
                continue;
            }
            for &dependent in plan.graph().dependents.of(op) {
                if !well && !plan.is_weak(op, dependent) {
                    self.dependency_ended_badly(dependent, op, out);
                }
                if first {
                    let waiting = &mut self.lives[dependent.index()].waiting_for;
                    *waiting -= 1;
                    if *waiting == 0 && self.state(dependent) == State::Waiting {
                        self.decide(dependent, out);
                    }
                }
            }
        }
        self.settling = false;
    }

    fn dependency_ended_badly(&mut self, op: OpId, on: OpId, out: &mut Vec<Command>) {
        let failure = self.lives[on.index()].flags.failure;
        let flags = &mut self.lives[op.index()].flags;
        flags.dependency_failed |= failure;
        // What has been tried before had all it waits for; a service that dies later changes nothing.
        if flags.trigger == Trigger::AllSucceeded && !flags.tried {
            self.skip(op, SkipReason::Dependency(on), out);
        }
    }

    /// All it waits for has ended: it is ready, or was not called for.
    pub(super) fn decide(&mut self, op: OpId, out: &mut Vec<Command>) {
        let flags = self.lives[op.index()].flags;
        if flags.trigger == Trigger::AnyFailed && !flags.dependency_failed {
            self.skip(op, SkipReason::NotTriggered, out);
        } else {
            self.make_ready(op, Change::Satisfy);
        }
    }

    /// Ends an operation that is not being run. One that was tried before has failed; any other has
    /// never started. False when it is being run, or has ended.
    pub(super) fn skip(&mut self, op: OpId, reason: SkipReason, out: &mut Vec<Command>) -> bool {
        let mut attempt = self.lives[op.index()].attempt;
        match self.state(op) {
            State::Waiting | State::Ready | State::Backoff => {}
            State::Admitted => {
                out.push(Command::Withdraw(op, attempt));
                attempt -= 1;
            }
            _ => return false,
        }
        if self.lives[op.index()].flags.tried {
            let status = match reason {
                SkipReason::RunCanceled => Status::Canceled,
                SkipReason::RunTimeout => Status::TimedOut,
                _ => Status::Failed,
            };
            self.end(op, attempt, status, out);
            return true;
        }
        let (failure, needless) = match reason {
            SkipReason::Dependency(on) => {
                let on = self.lives[on.index()].flags;
                (on.failure, on.needless)
            }
            SkipReason::HeldByService(_) => (true, false),
            SkipReason::NotTriggered | SkipReason::NothingToWatch => (false, true),
            SkipReason::RunStopped(_) | SkipReason::RunCanceled | SkipReason::RunTimeout => (false, false),
        };
        let flags = &mut self.lives[op.index()].flags;
        (flags.failure, flags.needless) = (failure, needless);
        self.change(op, Change::End(Status::Skipped));
        out.push(Command::Skipped(op, reason));
        self.tell(op, out);
        true
    }
}
