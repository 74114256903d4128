//! What follows from a change: the rules push it here, and the step takes it out.
//!
//! An end can skip what depends on it, stop a run, end a stop operation, and each of those ends something in its
//! turn. No rule calls another one for that: it says what follows, and [`Scheduler::follow`](super::Scheduler)
//! asks the rule for it when the rule at hand is done. So no rule ever runs inside another, and a chain of a
//! million operations needs no stack.

use super::state::StopReason;
use crate::graph::OpId;
use crate::operation::StopMode;
use std::collections::VecDeque;

/// Something that follows from a change and is not yet decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consequence {
    /// What depends on an operation learns that it has ended, or serves.
    Settle(OpId),
    /// It may be the turn of an operation to be undone, or that of what it depends on.
    Undo(OpId),
    /// The stop operations that waited for the end of a service end too.
    EndStops(OpId),
    /// A critical operation did not end well.
    Failed(OpId),
    /// An operation that is unhealthy is undone by itself.
    Compensate(OpId),
    /// What runs is stopped, except what is meant to run even so.
    StopRunning(StopReason, StopMode),
}

/// All that follows, in the order in which it is decided.
///
/// Dependents come first: what depends on a failure is skipped because of that failure, and not because of a run
/// that was called off for it a moment later. Everything else comes in the order in which it was pushed.
#[derive(Debug, Default)]
pub(super) struct Consequences {
    to_settle: Vec<OpId>,
    others: VecDeque<Consequence>,
}

impl Consequences {
    /// Adds one.
    pub(super) fn push(&mut self, consequence: Consequence) {
        match consequence {
            Consequence::Settle(op) => self.to_settle.push(op),
            other => self.others.push_back(other),
        }
    }

    /// Takes the next one out.
    pub(super) fn next(&mut self) -> Option<Consequence> {
        self.to_settle.pop().map(Consequence::Settle).or_else(|| self.others.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependents_come_before_all_else_and_the_rest_in_its_order() {
        let mut consequences = Consequences::default();
        let (failed, ends) = (Consequence::Failed(OpId(1)), Consequence::EndStops(OpId(1)));
        for consequence in [ends, failed, Consequence::Settle(OpId(1)), Consequence::Settle(OpId(2))] {
            consequences.push(consequence);
        }
        assert_eq!(consequences.next(), Some(Consequence::Settle(OpId(2))));
        consequences.push(Consequence::Settle(OpId(3)));
        let rest: Vec<Consequence> = std::iter::from_fn(|| consequences.next()).collect();
        assert_eq!(rest, [Consequence::Settle(OpId(3)), Consequence::Settle(OpId(1)), ends, failed]);
    }
}
