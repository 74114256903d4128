//! The dependency graph: dense typed ids, a topological order, and cycles named by their path.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};

/// An operation's place in its plan, from 0. Dense, so that per-operation state lives in plain vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(pub u32);

impl OpId {
    /// The id as an index into a vector.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Neighbours of every operation in one allocation (compressed sparse rows).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adjacency {
    offsets: Box<[u32]>,
    targets: Box<[OpId]>,
}

impl Adjacency {
    /// Builds the rows of `count` operations from `(from, to)` pairs; neighbours keep the order of the pairs.
    pub fn from_edges(count: usize, edges: impl Iterator<Item = (OpId, OpId)> + Clone) -> Self {
        let mut offsets = vec![0u32; count + 1];
        for (from, _) in edges.clone() {
            offsets[from.index() + 1] += 1;
        }
        for i in 0..count {
            offsets[i + 1] += offsets[i];
        }
        let mut next = offsets.clone();
        let mut targets = vec![OpId(0); offsets[count] as usize];
        for (from, to) in edges {
            let slot = &mut next[from.index()];
            targets[*slot as usize] = to;
            *slot += 1;
        }
        Self { offsets: offsets.into(), targets: targets.into() }
    }

    /// How many neighbours each operation has.
    pub fn row_lengths(&self) -> impl ExactSizeIterator<Item = u32> {
        self.offsets.windows(2).map(|pair| pair[1] - pair[0])
    }

    /// The same edges the other way round; neighbours in order.
    fn transposed(&self) -> Self {
        let count = self.offsets.len().saturating_sub(1);
        // Where each row begins is kept one place behind, moves on as the row is filled, and ends where the
        // next one begins: no second array is needed.
        let mut offsets = vec![0u32; count + 2];
        for target in &self.targets {
            offsets[target.index() + 2] += 1;
        }
        let mut sum = 0;
        for offset in &mut offsets[2..] {
            sum += *offset;
            *offset = sum;
        }
        let mut targets = vec![OpId(0); self.targets.len()];
        for op in (0..count as u32).map(OpId) {
            for other in self.of(op) {
                let slot = &mut offsets[other.index() + 1];
                targets[*slot as usize] = op;
                *slot += 1;
            }
        }
        offsets.truncate(count + 1);
        Self { offsets: offsets.into(), targets: targets.into() }
    }

    /// The neighbours of one operation.
    pub fn of(&self, op: OpId) -> &[OpId] {
        let (start, end) = (self.offsets[op.index()], self.offsets[op.index() + 1]);
        &self.targets[start as usize..end as usize]
    }
}

/// Rows that are written one operation after another.
#[derive(Clone, Debug)]
pub struct Rows {
    offsets: Vec<u32>,
    targets: Vec<OpId>,
}

impl Rows {
    /// No rows yet, with capacity for `count` rows and `edges` edges.
    pub fn with_capacity(count: usize, edges: usize) -> Self {
        let mut offsets = Vec::with_capacity(count + 1);
        offsets.push(0);
        Self { offsets, targets: Vec::with_capacity(edges) }
    }

    /// The neighbours of the next operation; they are put in order, and every one counts once.
    pub fn push(&mut self, neighbours: &[OpId]) {
        let start = self.targets.len();
        // Most have few, and a branch that is guessed wrongly costs more than anything else here.
        match *neighbours {
            [] => {}
            [one] => self.targets.push(one),
            [one, other] => {
                self.targets.extend([one.min(other), one.max(other)]);
                self.targets.truncate(start + 1 + usize::from(one != other));
            }
            _ => {
                self.targets.extend_from_slice(neighbours);
                let row = &mut self.targets[start..];
                row.sort_unstable();
                let mut kept = 1;
                for at in 1..row.len() {
                    row[kept] = row[at];
                    kept += usize::from(row[at] != row[kept - 1]);
                }
                self.targets.truncate(start + kept);
            }
        }
        self.offsets.push(self.targets.len() as u32);
    }

    /// The rows of the operations that come after all so far.
    pub fn append(&mut self, next: &Self) {
        let before = self.targets.len() as u32;
        self.targets.extend_from_slice(&next.targets);
        self.offsets.extend(next.offsets.iter().skip(1).map(|end| before + end));
    }

    /// The rows as they are.
    pub fn finish(self) -> Adjacency {
        Adjacency { offsets: self.offsets.into(), targets: self.targets.into() }
    }
}

/// The graph of a plan. Edges point from a dependency to its dependents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Operations that wait for this one.
    pub dependents: Adjacency,
    /// Operations that this one waits for.
    pub dependencies: Adjacency,
    /// Every operation after all it depends on.
    pub topological: Box<[OpId]>,
}

impl Graph {
    /// Builds the graph, or names every cycle. An edge is `(dependency, dependent)`; repeated edges count once.
    ///
    /// # Errors
    /// One path for each strongly connected part that has a cycle: the shortest cycle through its
    /// first operation, that operation at both ends.
    pub fn build(count: usize, edges: Vec<(OpId, OpId)>) -> Result<Self, Vec<Vec<OpId>>> {
        let rows = Adjacency::from_edges(count, edges.iter().map(|&(from, to)| (to, from)));
        drop(edges);
        let mut dependencies = Rows::with_capacity(count, rows.targets.len());
        for op in (0..count as u32).map(OpId) {
            dependencies.push(rows.of(op));
        }
        Self::of_dependencies(dependencies)
    }

    /// Builds the graph from what each operation waits for, or names every cycle.
    ///
    /// # Errors
    /// As [`Graph::build`].
    pub fn of_dependencies(rows: Rows) -> Result<Self, Vec<Vec<OpId>>> {
        let dependencies = rows.finish();
        let dependents = dependencies.transposed();
        match topological_order(&dependencies, &dependents) {
            Some(topological) => Ok(Self { dependents, dependencies, topological }),
            None => Err(cycles(&dependents)),
        }
    }
}

/// The direction in which a graph is gone through. Backward is forward in the graph that has every edge turned
/// round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the operations that wait for nothing.
    Forward,
    /// From the operations that nothing waits for.
    Backward,
}

impl Direction {
    /// What comes before each operation.
    pub fn before(self, graph: &Graph) -> &Adjacency {
        match self {
            Self::Forward => &graph.dependencies,
            Self::Backward => &graph.dependents,
        }
    }

    /// What comes after each operation.
    pub fn after(self, graph: &Graph) -> &Adjacency {
        match self {
            Self::Forward => &graph.dependents,
            Self::Backward => &graph.dependencies,
        }
    }

    /// The other direction.
    pub fn turned(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// Every operation after all it depends on (A. B. Kahn, 1962); none when there is a cycle. Operations come as
/// they are declared, except that one that waits for later ones comes right after the last of them: so the
/// memory is gone through from its start to its end, which is what a large graph's time goes to.
fn topological_order(dependencies: &Adjacency, dependents: &Adjacency) -> Option<Box<[OpId]>> {
    let ids = || (0..dependencies.row_lengths().len() as u32).map(OpId);
    if ids().all(|op| dependencies.of(op).last() < Some(&op)) {
        // Nobody waits for a later one.
        return Some(ids().collect());
    }
    let mut waits_for: Vec<u32> = dependencies.row_lengths().collect();
    let mut order = Vec::with_capacity(waits_for.len());
    for op in ids() {
        if waits_for[op.index()] > 0 {
            continue;
        }
        let mut next = order.len();
        order.push(op);
        while let Some(&ended) = order.get(next) {
            next += 1;
            for &dependent in dependents.of(ended) {
                let left = &mut waits_for[dependent.index()];
                *left -= 1;
                // Whoever is declared after `op` has its turn yet.
                if *left == 0 && dependent < op {
                    order.push(dependent);
                }
            }
        }
    }
    (order.len() == waits_for.len()).then_some(order.into())
}

/// The shortest cycle of every cyclic part. Kosaraju's algorithm, because it does not recurse: a
/// chain of a hundred thousand operations must not overflow the stack.
fn cycles(dependents: &Adjacency) -> Vec<Vec<OpId>> {
    let count = dependents.row_lengths().len();
    let mut petgraph: DiGraph<(), (), u32> = DiGraph::new();
    for _ in 0..count {
        petgraph.add_node(());
    }
    for op in (0..count as u32).map(OpId) {
        for dependent in dependents.of(op) {
            petgraph.add_edge(NodeIndex::new(op.index()), NodeIndex::new(dependent.index()), ());
        }
    }
    let mut found: Vec<Vec<OpId>> = kosaraju_scc(&petgraph)
        .into_iter()
        .filter_map(|part| {
            let start = OpId(part.iter().map(|node| node.index()).min()? as u32);
            shortest_cycle(dependents, start)
        })
        .collect();
    found.sort_unstable();
    found
}

/// The shortest way from an operation back to itself, if there is one (breadth first).
fn shortest_cycle(dependents: &Adjacency, start: OpId) -> Option<Vec<OpId>> {
    let mut came_from: HashMap<OpId, OpId> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(op) = queue.pop_front() {
        for &next in dependents.of(op) {
            if next == start {
                let mut path = vec![start];
                let mut at = op;
                while at != start {
                    path.push(at);
                    at = came_from[&at];
                }
                path.push(start);
                path.reverse();
                return Some(path);
            }
            came_from.entry(next).or_insert_with(|| {
                queue.push_back(next);
                op
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(edges: &[(u32, u32)]) -> Vec<(OpId, OpId)> {
        edges.iter().map(|&(a, b)| (OpId(a), OpId(b))).collect()
    }

    #[test]
    fn a_cycle_is_named_by_its_shortest_path() {
        let cycles = Graph::build(5, ids(&[(0, 1), (1, 2), (2, 3), (3, 1), (2, 1), (4, 0)])).unwrap_err();
        assert_eq!(cycles, vec![vec![OpId(1), OpId(2), OpId(1)]]);
    }

    #[test]
    fn every_cyclic_part_is_reported() {
        let cycles = Graph::build(4, ids(&[(0, 1), (1, 0), (2, 3), (3, 2)])).unwrap_err();
        assert_eq!(cycles.len(), 2);
    }

    #[test]
    fn a_very_long_chain_and_a_very_long_cycle_do_not_overflow_the_stack() {
        let count = 100_000u32;
        let mut edges: Vec<_> = (1..count).map(|i| (OpId(i - 1), OpId(i))).collect();
        assert!(Graph::build(count as usize, edges.clone()).is_ok());
        edges.push((OpId(count - 1), OpId(0)));
        let cycles = Graph::build(count as usize, edges).unwrap_err();
        assert_eq!(cycles[0].len(), count as usize + 1);
    }

    proptest! {
        #[test]
        fn the_order_puts_every_dependency_first(
            edges in proptest::collection::vec((0u32..40, 0u32..40), 0..120),
            numbers in Just((0u32..40).collect::<Vec<_>>()).prop_shuffle(),
            is_shuffled in any::<bool>(),
        ) {
            // Edges that point upwards can never form a cycle, however operations are numbered then.
            let number = |op: u32| OpId(if is_shuffled { numbers[op as usize] } else { op });
            let upwards = edges.into_iter().filter(|(a, b)| a < b);
            let edges: Vec<_> = upwards.map(|(a, b)| (number(a), number(b))).collect();
            let graph = Graph::build(40, edges.clone()).unwrap();
            let mut position = [usize::MAX; 40];
            for (at, op) in graph.topological.iter().enumerate() {
                position[op.index()] = at;
            }
            prop_assert_eq!(graph.topological.len(), 40);
            prop_assert!(position.iter().all(|&at| at < 40));
            for (from, to) in edges {
                prop_assert!(position[from.index()] < position[to.index()]);
                prop_assert!(graph.dependents.of(from).contains(&to));
                prop_assert!(graph.dependencies.of(to).contains(&from));
            }
            for op in (0..40).map(OpId) {
                prop_assert!(graph.dependents.of(op).is_sorted_by(|a, b| a < b));
                prop_assert!(graph.dependencies.of(op).is_sorted_by(|a, b| a < b));
            }
        }

        #[test]
        fn a_reported_cycle_is_a_cycle(edges in proptest::collection::vec((0u32..12, 0u32..12), 0..40)) {
            let edges = ids(&edges);
            if let Err(cycles) = Graph::build(12, edges.clone()) {
                prop_assert!(!cycles.is_empty());
                for path in cycles {
                    prop_assert_eq!(path.first(), path.last());
                    for pair in path.windows(2) {
                        prop_assert!(edges.contains(&(pair[0], pair[1])));
                    }
                }
            }
        }
    }
}
