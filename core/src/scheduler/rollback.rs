//! How far a rollback is: whose turn it is to be undone.
//!
//! An operation's turn comes when everything that depends on it has been undone or needs no undoing; so what is
//! independent is undone in parallel, within the same limits.

use crate::graph::{Graph, OpId};

/// Why what had succeeded is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// This operation failed.
    Failure(OpId),
    /// That is what the run is for.
    Undo,
}

/// How far a rollback is.
#[derive(Debug, Default)]
pub(super) struct Rollback {
    cause: Option<Cause>,
    begun: bool,
    /// By declared operation: dependents that have not been undone. Empty before it begins.
    dependents_left: Box<[u32]>,
}

impl Rollback {
    /// The run is to be rolled back; the first cause counts.
    pub(super) fn decide(&mut self, cause: Cause) {
        self.cause.get_or_insert(cause);
    }

    /// Why a rollback that has not begun is asked for. Answers once.
    pub(super) fn take_decision(&mut self) -> Option<Cause> {
        let cause = self.cause.filter(|_| !self.begun)?;
        self.begun = true;
        Some(cause)
    }

    /// Whether undoing is what the run is for.
    pub(super) fn is_undo(&self) -> bool {
        self.cause == Some(Cause::Undo)
    }

    /// Whether it has begun, and there is something to undo.
    pub(super) fn is_under_way(&self) -> bool {
        !self.dependents_left.is_empty()
    }

    /// Begins; gives those whose turn is first, because nothing depends on them.
    pub(super) fn begin(&mut self, graph: &Graph) -> Vec<OpId> {
        self.dependents_left = graph.dependents.row_lengths().collect();
        let ids = (0..self.dependents_left.len() as u32).map(OpId);
        ids.filter(|op| self.is_turn_of(*op)).collect()
    }

    /// Whether the turn of a declared operation has come.
    pub(super) fn is_turn_of(&self, op: OpId) -> bool {
        self.dependents_left.get(op.index()) == Some(&0)
    }

    /// A declared operation has been undone, or needs no undoing; adds those whose turn comes by that.
    pub(super) fn undone(&mut self, graph: &Graph, op: OpId, turns: &mut Vec<OpId>) {
        for &dependency in graph.dependencies.of(op) {
            let left = &mut self.dependents_left[dependency.index()];
            *left -= 1;
            if *left == 0 {
                turns.push(dependency);
            }
        }
    }
}
