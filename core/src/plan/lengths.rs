//! How far each operation is from the start and from the end of the graph, in operations.

use crate::graph::Graph;

/// Longest paths in operations, by operation.
#[derive(Clone, Debug)]
pub(super) struct PathLengths {
    /// From a start to this one, itself excluded.
    pub(super) before: Box<[u32]>,
    /// From this one to an end, itself included.
    pub(super) after: Box<[u32]>,
}

impl PathLengths {
    pub(super) fn of(graph: &Graph) -> Self {
        let count = graph.topological.len();
        let mut levels = vec![0u32; count].into_boxed_slice();
        let mut remaining = vec![1u32; count].into_boxed_slice();
        for &op in &graph.topological {
            for &dependent in graph.dependents.of(op) {
                levels[dependent.index()] = levels[dependent.index()].max(levels[op.index()] + 1);
            }
        }
        for &op in graph.topological.iter().rev() {
            for &dependent in graph.dependents.of(op) {
                remaining[op.index()] = remaining[op.index()].max(remaining[dependent.index()] + 1);
            }
        }
        Self { before: levels, after: remaining }
    }
}
