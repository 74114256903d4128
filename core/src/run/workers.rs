//! Which scripts wait for a worker, which workers wait for a script, and how many more are needed.

use super::sync::Condvar;
use crate::graph::OpId;
use crate::operation::RunsOn;
use crate::plan::Plan;
use crate::scheduler::Command;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// What a worker gets when it asks for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// Nothing yet; the wait is over.
    Idle,
    /// Run this operation.
    Work(OpId, u32),
    /// Another thread woke this worker.
    Woken,
    /// The run does not need this worker any more.
    Over,
}

/// The workers of one run and the scripts that they take: those of operations, and the tests of programs.
pub(super) struct Workers {
    /// Whether the next attempt is for a worker, for each node of the plan. A program with a test is until it is known
    /// that the test is not asked, or what it has answered.
    serves: Vec<bool>,
    /// Rings for workers that wait: for a script, a wake or the end.
    bell: Arc<Condvar>,
    /// Scripts that are admitted and not taken.
    queue: VecDeque<(OpId, u32)>,
    /// Scripts that will still be taken, admitted or not.
    to_come: usize,
    /// Whether the attempt under way, or the last one, was taken; for each node of the plan.
    taken: Vec<bool>,
    waiting: usize,
    busy: usize,
    /// How many the run last asked for.
    demanded: usize,
    woken: HashSet<u32>,
}

impl Workers {
    /// Those of a plan; with its compensations they stay for a rollback that may come.
    pub(super) fn new(plan: &Plan, with_compensations: bool, bell: Arc<Condvar>) -> Self {
        let last = if with_compensations { plan.node_count() } else { plan.len() };
        let is_for_worker = |op| plan.facts(op).runs_on == RunsOn::Worker || plan.has_test(op);
        let serves: Vec<bool> = plan.nodes().map(is_for_worker).collect();
        Self {
            to_come: serves.iter().take(last).filter(|serves| **serves).count(),
            taken: vec![false; plan.node_count()],
            serves,
            bell,
            queue: VecDeque::new(),
            waiting: 0,
            busy: 0,
            demanded: 0,
            woken: HashSet::new(),
        }
    }

    /// Whether the next attempt of an operation, or the one under way, is for a worker.
    pub(super) fn serve(&self, op: OpId) -> bool {
        self.serves[op.index()]
    }

    /// A program needs no worker any more: its test is not asked, or has answered.
    pub(super) fn release(&mut self, op: OpId) {
        self.uncount(op);
        self.serves[op.index()] = false;
    }

    /// A script may be taken.
    pub(super) fn admit(&mut self, op: OpId, attempt: u32) {
        self.queue.push_back((op, attempt));
        self.bell.notify_one();
    }

    /// An admitted script may not be taken after all.
    pub(super) fn withdraw(&mut self, op: OpId) {
        self.queue.retain(|(queued, _)| *queued != op);
    }

    /// Takes the next script, for a worker that is busy with it from now on.
    pub(super) fn take(&mut self) -> Option<(OpId, u32)> {
        let next = self.queue.pop_front()?;
        self.busy += 1;
        Some(next)
    }

    /// The script that a worker would get that asks once these commands have taken effect; nothing when that is not
    /// certain.
    pub(super) fn next(&self, worker: u32, commands: &[Command]) -> Option<(OpId, u32)> {
        let withdraws = commands.iter().any(|command| matches!(command, Command::Withdraw(..)));
        if withdraws || self.woken.contains(&worker) {
            return None;
        }
        self.queue.front().copied().or_else(|| {
            commands.iter().find_map(|command| match *command {
                Command::Start(op, attempt) if self.serve(op) => Some((op, attempt)),
                _ => None,
            })
        })
    }

    /// A worker is busy from now on with the script that was [next](Self::next).
    pub(super) fn begin(&mut self, script: (OpId, u32)) {
        if self.queue.front() == Some(&script) {
            self.queue.pop_front();
        }
        self.busy += 1;
    }

    /// A worker has ended its script.
    pub(super) fn give_back(&mut self) {
        self.busy = self.busy.saturating_sub(1);
    }

    /// Whether a worker may have something to do yet.
    pub(super) fn are_needed(&self) -> bool {
        self.to_come > 0
    }

    /// Whether there is something to do for a worker at once.
    pub(super) fn is_due(&self, worker: u32) -> bool {
        !self.queue.is_empty() || self.woken.contains(&worker)
    }

    /// Wakes one worker, now or when it waits next.
    pub(super) fn wake(&mut self, worker: u32) {
        self.woken.insert(worker);
        self.bell.notify_all();
    }

    /// Whether a worker has been woken; it counts once.
    pub(super) fn was_woken(&mut self, worker: u32) -> bool {
        self.woken.remove(&worker)
    }

    /// A worker begins or ends to wait.
    pub(super) fn waits(&mut self, begins: bool) {
        self.waiting = if begins { self.waiting + 1 } else { self.waiting - 1 };
    }

    /// Counts the scripts that are still to come, by what a step has decided.
    pub(super) fn count(&mut self, command: &Command) {
        match *command {
            Command::Started(op, _) => {
                self.uncount(op);
                self.taken[op.index()] = true;
            }
            Command::Retrying { op, .. } | Command::Again(op, _) => {
                // It will be taken once more.
                let taken = std::mem::take(&mut self.taken[op.index()]);
                self.to_come += usize::from(taken && self.serve(op));
            }
            Command::Kept(op)
            | Command::Current(op)
            | Command::Ended { op, .. }
            | Command::Skipped(op, _) => self.uncount(op),
            _ => {}
        }
    }

    /// One script less that a worker will be needed for, unless that was counted when it was taken.
    fn uncount(&mut self, op: OpId) {
        if self.serve(op) && !self.taken[op.index()] {
            self.to_come = self.to_come.saturating_sub(1);
        }
    }

    /// Nothing is to be taken any more.
    pub(super) fn close(&mut self) {
        self.queue.clear();
        self.to_come = 0;
        self.bell.notify_all();
    }

    /// Wakes all workers when nothing will come for them any more.
    pub(super) fn dismiss(&self, run_is_over: bool) {
        if self.to_come == 0 || run_is_over {
            self.bell.notify_all();
        }
    }

    /// How many workers the run should have in all, when scripts wait that no worker is there to take and this was
    /// not asked for before.
    pub(super) fn demand(&mut self) -> Option<usize> {
        if self.queue.len() <= self.waiting {
            self.demanded = 0;
            return None;
        }
        let workers = self.busy + self.queue.len();
        (std::mem::replace(&mut self.demanded, workers) != workers).then_some(workers)
    }
}
