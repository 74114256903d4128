//! What becomes of an attempt that has ended: success, another attempt, or a bad end.

use super::admission::Holding;
use super::machine::Scheduler;
use super::messages::{Command, Verdict};
use super::state::{Change, State, Status, StopReason};
use crate::graph::OpId;

impl Scheduler {
    /// An attempt has ended.
    pub(super) fn completed(&mut self, op: OpId, attempt: u32, verdict: Verdict, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) {
            return;
        }
        let (status, retry) = match (self.state(op), verdict) {
            // A service that ends before it was ready has not done what it is there for.
            (State::Admitted | State::Running, Verdict::Succeeded | Verdict::Current)
                if self.progress[op.index()].facts.service =>
            {
                (Status::Failed, true)
            }
            (State::Admitted | State::Running, Verdict::Succeeded) => (Status::Succeeded, false),
            (State::Admitted | State::Running, Verdict::Current) => {
                self.current.insert(op);
                (Status::Succeeded, false)
            }
            (State::Admitted | State::Running, Verdict::Failed { retry }) => (Status::Failed, retry),
            // Stopped without an order of ours: it was stopped from outside, and that is a failure.
            (State::Admitted | State::Running, Verdict::Stopped) => (Status::Failed, true),
            (State::Serving, _) => (Status::Failed, false),
            (State::Stopping(reason), _) => match reason {
                StopReason::Timeout => (Status::TimedOut, true),
                StopReason::TotalTimeout | StopReason::RunTimeout => (Status::TimedOut, false),
                StopReason::Cancel
                | StopReason::RunStopped
                | StopReason::SkipOrder
                | StopReason::RestartOrder => (Status::Canceled, false),
                StopReason::Unhealthy => (Status::Failed, false),
                // A monitor or a service that ends when it is no longer needed has done its part.
                StopReason::RunEnded | StopReason::StopOperation => (Status::Succeeded, false),
            },
            (State::Ended(Status::Abandoned), _) => return self.abandoned_ended(op, attempt, out),
            (
                State::Dormant
                | State::Waiting
                | State::Checking
                | State::Ready
                | State::Backoff
                | State::Ended(_),
                _,
            ) => return,
        };
        if self.state(op) == State::Admitted && status == Status::Succeeded {
            // Its beginning was never reported.
            self.change(op, Change::Begin);
            out.push(Command::Started(op, attempt));
        }
        let again = match self.state(op) {
            State::Stopping(StopReason::RestartOrder) => self.start_again(op, out),
            State::Stopping(StopReason::Unhealthy) | State::Serving => self.unhealthy_service_ended(op, out),
            _ => retry && self.retry(op, status, out),
        };
        if !again {
            self.end(op, attempt, status, out);
        }
    }

    /// An abandoned operation has ended after all. Its outcome does not count any more, but what it holds is free.
    fn abandoned_ended(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if self.progress[op.index()].holding != Holding::Nothing {
            self.tally.in_flight -= 1;
            self.release(op);
        }
        out.push(Command::Released(op, attempt));
        // Its number is used up, so that a second answer is a stale one.
        self.progress[op.index()].attempt += 1;
    }
}
