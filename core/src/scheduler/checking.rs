//! Operations that may be up to date: before one is ready, somebody outside is asked whether it has to run.
//!
//! The check comes when all that the operation waits for has ended, for that may have made what it reads. It takes
//! no slot. What is up to date counts as succeeded, and is left alone by a rollback, which undoes what this run did.

use super::machine::Scheduler;
use super::messages::Command;
use super::state::{Change, State};
use crate::graph::OpId;

impl Scheduler {
    /// Asks whether an operation has to run.
    pub(super) fn check(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.change(op, Change::Check);
        self.arm_total_limit(op);
        out.push(Command::Check(op));
    }

    /// Whether an operation has to run is known.
    pub(super) fn checked(&mut self, op: OpId, is_current: bool, out: &mut Vec<Command>) {
        if op.index() >= self.progress.len() || self.state(op) != State::Checking {
            return;
        }
        if is_current {
            self.change(op, Change::Keep);
            self.current.insert(op);
            out.push(Command::Current(op));
            self.has_ended(op);
        } else {
            out.push(Command::Due(op));
            self.make_ready(op, Change::Ready);
        }
    }
}
