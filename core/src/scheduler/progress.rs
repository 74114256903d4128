//! What is known of each operation on its way through the states, packed: a step touches all of it, and a run
//! of a million operations waits for memory more than for anything else.

use super::admission::Holding;
use super::state::{Change, State, StopReason};
use crate::graph::OpId;
use crate::plan::{Facts, Plan};

/// Half a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Progress {
    /// When the state last changed.
    since: u64,
    /// Dependencies that have neither ended nor become serving.
    pub(super) waiting_for: u32,
    /// Number of the current attempt; 0 before the first.
    pub(super) attempt: u32,
    /// Where it is.
    state: State,
    /// Why it was ordered to stop.
    pub(super) stop_reason: Option<StopReason>,
    pub(super) holding: Holding,
    pub(super) facts: Facts,
    pub(super) flags: Flags,
}

const _: () = assert!(size_of::<Progress>() == 32);

impl Progress {
    /// That of an operation or compensation before anything has happened.
    pub(super) fn new(plan: &Plan, op: OpId) -> Self {
        let is_compensation = op.index() >= plan.len();
        Self {
            since: 0,
            waiting_for: if is_compensation { 0 } else { plan.graph().dependencies.of(op).len() as u32 },
            attempt: 0,
            state: if is_compensation { State::Dormant } else { State::Waiting },
            stop_reason: None,
            holding: Holding::Nothing,
            facts: plan.facts(op),
            flags: Flags::default(),
        }
    }

    /// Where it is.
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// When it came to be there.
    pub(super) fn since(&self) -> u64 {
        self.since
    }

    /// Changes the state as the table says; gives where it was and where it is. None when the table does not
    /// allow it: nothing has happened then.
    pub(super) fn change(&mut self, change: Change, now: u64) -> Option<(State, State)> {
        let before = self.state;
        let next = before.after(change)?;
        (self.state, self.since) = (next, now);
        Some((before, next))
    }
}

/// What has happened to an operation, beside its state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// What depends on it has learned that it has ended, or serves.
    pub(super) settled: bool,
    /// It has failed, or was skipped because of a failure.
    pub(super) failure: bool,
    /// It was skipped because nothing called for it.
    pub(super) not_triggered: bool,
    /// Something it depends on has failed.
    pub(super) dependency_failed: bool,
    /// At least one attempt has failed, and was to be followed by another.
    pub(super) tried: bool,
    /// Its limit for all attempts has passed.
    pub(super) total_passed: bool,
}
