//! Every attempt of a run, from the entries of its record: when it began, when it had what others wait for, when it ended.
//!
//! Times are milliseconds since the run's start and never go back, whatever the clock did. The numbers of the entries
//! say what came first within one millisecond.

use crate::graph::OpId;
use crate::operation::Remedy;
use crate::record::entry::Ended;
use crate::record::order::Ask;
use crate::record::state::Stage;
use crate::record::{Entry, ErrorReport, OperationState, RunState, What};
use crate::scheduler::Status;
use std::collections::HashMap;

/// A moment of a run: when, and the number of the entry that says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since the run's start.
    pub at: u64,
    /// The entry's number.
    pub seq: u64,
}

/// One attempt of one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Whose.
    pub op: OpId,
    /// Which, from 1.
    pub number: u32,
    /// The worker that ran it; absent for programs.
    pub worker: Option<u32>,
    /// When it began.
    pub begun: Moment,
    /// When a service was ready: from then on it holds no slot, and others may start.
    pub ready: Option<Moment>,
    /// When it ended; absent while it has not.
    pub ended: Option<Moment>,
    /// When an abandoned attempt really ended.
    pub released: Option<Moment>,
    /// How it ended.
    pub status: Option<Status>,
    /// Why not well.
    pub error: Option<ErrorReport>,
    /// The exit code of its program.
    pub exit_code: Option<i32>,
    /// The pause behind it in milliseconds, when another attempt was to follow.
    pub delay_ms: Option<u64>,
}

impl Attempt {
    /// Whether an order stopped it, so that the next one began.
    pub fn was_restarted(&self) -> bool {
        self.status == Some(Status::Canceled) && self.delay_ms.is_some()
    }

    /// When those that depend on it may go on.
    pub fn done(&self) -> Option<Moment> {
        self.ready.or(self.ended)
    }

    /// When its slot was free again.
    pub fn slot_free(&self) -> Option<Moment> {
        self.ready.or_else(|| self.all_free())
    }

    /// When all that it had taken was free again.
    pub fn all_free(&self) -> Option<Moment> {
        if self.status == Some(Status::Abandoned) { self.released } else { self.ended }
    }
}

/// The attempts of a run in the order in which they began, and when its operations were checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// When it was found that an operation has to run, for those that were checked.
    pub due: HashMap<OpId, Moment>,
    /// When operations were settled without being started: kept, up to date or skipped.
    pub settled: HashMap<OpId, Moment>,
    /// The operation for which all is undone, and since when.
    pub undone_for: Option<(OpId, Moment)>,
    /// When nothing was started because the run was suspended: from, and until when where that has ended.
    pub suspended: Vec<(u64, Option<u64>)>,
    /// Orders that the run obeyed to stop an operation, or to end its pause, and to start it again.
    pub restarted: usize,
    /// How often something was done about what was unhealthy, other than to say so.
    pub remedied: usize,
    /// The latest time of any entry.
    pub at: u64,
    /// The attempt under way, or the last one, of each operation.
    last: HashMap<OpId, usize>,
}

impl Timeline {
    /// Lets one entry happen.
    pub fn apply(&mut self, entry: &Entry) {
        self.at = self.at.max(entry.at);
        let moment = Moment { at: self.at, seq: entry.seq };
        match &entry.what {
            What::Started(it) => {
                self.last.insert(it.op, self.attempts.len());
                self.attempts.push(Attempt {
                    op: it.op,
                    number: it.attempt,
                    worker: it.worker,
                    begun: moment,
                    ready: None,
                    ended: None,
                    released: None,
                    status: None,
                    error: None,
                    exit_code: None,
                    delay_ms: None,
                });
            }
            What::Due(it) => drop(self.due.insert(it.op, moment)),
            What::Kept(it) => drop(self.settled.insert(it.op, moment)),
            What::Current(it) => drop(self.settled.insert(it.op, moment)),
            What::Skipped(it) => drop(self.settled.insert(it.op, moment)),
            What::RollingBack(it) => self.undone_for = Some((it.op, moment)),
            What::Serving(it) => self.change(it.op, |attempt| attempt.ready = Some(moment)),
            What::Released(it) => self.change(it.op, |attempt| attempt.released = Some(moment)),
            What::Retrying(it) => {
                self.end(&it.end, moment);
                self.change(it.end.op, |attempt| attempt.delay_ms = Some(it.delay_ms));
            }
            What::Ended(it) => self.end(it, moment),
            What::Suspended(_) => self.suspended.push((self.at, None)),
            What::Continued(_) | What::Opened(_) | What::Finished(_) => self.go_on(),
            What::Order(it) => {
                let restarts = matches!(it.order.ask, Ask::Restart { .. });
                self.restarted += usize::from(restarts && it.refused.is_none());
            }
            What::Health(it) => {
                self.remedied += usize::from(it.done().is_some_and(|remedy| remedy != Remedy::Notify));
            }
            _ => {}
        }
    }

    /// Nothing outlives its process, and whatever ends a run ends its suspension.
    fn go_on(&mut self) {
        if let Some((_, until @ None)) = self.suspended.last_mut() {
            *until = Some(self.at);
        }
    }

    /// Nothing happens to an operation that never began, or whose last attempt has ended: it may end in its pause.
    fn end(&mut self, end: &Ended, moment: Moment) {
        self.change(end.op, |attempt| {
            if attempt.ended.is_none() {
                attempt.ended = Some(moment);
                attempt.status = Some(end.status);
                (attempt.error, attempt.exit_code) = (end.error.clone(), end.exit_code);
                attempt.worker = end.worker.or(attempt.worker);
            }
        });
    }

    fn change(&mut self, op: OpId, change: impl FnOnce(&mut Attempt)) {
        if let Some(&place) = self.last.get(&op) {
            change(&mut self.attempts[place]);
        }
    }

    /// The last attempt of an operation.
    pub fn last_of(&self, op: OpId) -> Option<usize> {
        self.last.get(&op).copied()
    }

    /// Adds what only the result tells, because the journal is damaged: the last attempts of operations.
    pub fn complete(&mut self, state: &RunState) {
        self.at = self.at.max(state.at);
        let declared = (0..).map(OpId).zip(&state.operations);
        let undone = state.compensations.iter().map(|(op, state)| (*op, state));
        let mut seq =
            self.attempts.iter().flat_map(|it| [it.begun.seq, it.ended.map_or(0, |ended| ended.seq)]).max();
        let mut missing: Vec<(OpId, &OperationState)> = declared
            .chain(undone)
            .filter(|(op, state)| match self.last_of(*op) {
                None => state.started_ms.is_some(),
                Some(place) => self.attempts[place].ended.is_none() && matches!(state.stage, Stage::Ended(_)),
            })
            .collect();
        missing.sort_by_key(|(_, state)| state.started_ms);
        for (op, state) in missing {
            let Some(started) = state.started_ms else { continue };
            let mut next = |at| {
                let number = seq.map_or(0, |seq| seq + 1);
                seq = Some(number);
                Moment { at, seq: number }
            };
            let begun = next(started);
            let ready = state.ready_after_ms.map(|after| next(started.saturating_add(after)));
            let (ended, status) = match state.stage {
                Stage::Ended(status) => {
                    (Some(next(state.ended_ms.unwrap_or(started).max(started))), Some(status))
                }
                _ => (None, None),
            };
            let attempt = Attempt {
                op,
                number: state.attempt.max(1),
                worker: state.worker,
                begun,
                ready,
                ended,
                released: None,
                status,
                error: state.error.clone(),
                exit_code: state.exit_code,
                delay_ms: None,
            };
            match self.last_of(op) {
                Some(place) => {
                    self.attempts[place] = Attempt { begun: self.attempts[place].begun, ..attempt }
                }
                None => self.attempts.push(attempt),
            }
        }
        self.attempts.sort_by_key(|attempt| attempt.begun);
        self.last = self.attempts.iter().enumerate().map(|(place, attempt)| (attempt.op, place)).collect();
    }
}
