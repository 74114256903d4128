//! What is known of each operation on its way through the states, packed: a step touches all of it, and a run
//! of a million operations waits for memory more than for anything else.

use super::admission::Holding;
use super::state::{Change, State, StopReason};
use crate::graph::OpId;
use crate::operation::Trigger;
use crate::plan::Plan;

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
    pub(super) flags: Flags,
}

const _: () = assert!(size_of::<Progress>() == 32);

impl Progress {
    /// That of an operation or compensation before anything has happened. `untimed` leaves its limits out.
    pub(super) fn new(plan: &Plan, op: OpId, untimed: bool) -> Self {
        let traits = plan.traits(op);
        let is_compensation = op.index() >= plan.len();
        let flags = Flags {
            monitor: traits.is_monitor(),
            service: traits.is_service(),
            critical: traits.is_critical(),
            limited: traits.is_limited() && !untimed,
            timed: traits.is_timed(),
            trigger: traits.trigger(),
            ..Flags::default()
        };
        Self {
            since: 0,
            waiting_for: if is_compensation { 0 } else { plan.graph().dependencies.of(op).len() as u32 },
            attempt: 0,
            state: if is_compensation { State::Dormant } else { State::Waiting },
            stop_reason: None,
            holding: Holding::Nothing,
            flags,
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

/// What else is known of an operation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// It watches the others.
    pub(super) monitor: bool,
    /// It is a service.
    pub(super) service: bool,
    /// Its failure counts.
    pub(super) critical: bool,
    /// It has a limit for all its attempts together.
    pub(super) limited: bool,
    /// It has a limit of its own for each attempt.
    pub(super) timed: bool,
    /// What its dependencies must have come to.
    pub(super) trigger: Trigger,
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
