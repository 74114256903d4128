//! The ready queue: operations whose dependencies have ended well, best rank first.

use crate::graph::OpId;
use crate::plan::Plan;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A priority queue over the plan's ranks. Operations that were skipped meanwhile stay in it and are
/// passed over when popped: cheaper than searching for them.
#[derive(Debug, Default)]
pub struct ReadyQueue {
    ranks: BinaryHeap<Reverse<u32>>,
}

impl ReadyQueue {
    /// Adds an operation.
    pub fn push(&mut self, plan: &Plan, op: OpId) {
        self.ranks.push(Reverse(plan.rank(op)));
    }

    /// Takes the best one for which `still_ready` holds.
    pub fn pop(&mut self, plan: &Plan, still_ready: impl Fn(OpId) -> bool) -> Option<OpId> {
        while let Some(Reverse(rank)) = self.ranks.pop() {
            let op = plan.at_rank(rank);
            if still_ready(op) {
                return Some(op);
            }
        }
        None
    }
}
