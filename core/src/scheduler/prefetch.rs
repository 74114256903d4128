//! Touches the memory that a large step will need, before it needs it.
//!
//! In a run of a million operations a step waits for memory more than for anything else, once for each operation
//! that its inputs lead to. Touching all of it first lets the processor ask for many at once. It changes nothing.

use super::machine::Scheduler;
use super::messages::Input;

/// Fewer inputs than this are not worth it.
const FEW: usize = 8;

impl Scheduler {
    /// Touches the cache lines that this step will need: the dependents of what has ended, and what is likely to
    /// be admitted then.
    pub(super) fn prefetch(&self, inputs: &[Input]) {
        if inputs.len() < FEW {
            return;
        }
        let graph = self.plan.graph();
        let rows = || {
            inputs.iter().filter_map(|input| match input {
                Input::Completed(op, ..) if op.index() < self.plan.len() => Some(graph.dependents.of(*op)),
                _ => None,
            })
        };
        let next = || self.ready.likely_next(&self.plan, 2 * inputs.len());
        let mut touched = rows().fold(0, |all, row| all ^ row.first().map_or(0, |op| op.0));
        touched = next().fold(touched, |all, op| all ^ op.0);
        for &op in rows().flatten() {
            touched ^= self.progress[op.index()].waiting_for ^ self.plan.rank(op);
        }
        touched = next().fold(touched, |all, op| all ^ self.progress[op.index()].attempt);
        std::hint::black_box(touched);
    }
}
