//! A plan as a document: levels, order, critical path.

use super::Plan;
use super::estimates::Estimate;
use super::survey::priority;
use crate::error::Diagnostic;
use crate::graph::OpId;
use crate::operation::Operation;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::HashSet;

impl Plan {
    /// The plan as a document: levels, order, critical path.
    pub fn describe(&self) -> PlanDescription<'_> {
        let critical = self.critical_path();
        let on_path: HashSet<OpId> = critical.iter().copied().collect();
        let mut levels: Vec<Vec<&str>> = Vec::new();
        for op in self.ids() {
            let level = self.level(op) as usize;
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(&self.operation(op).name);
        }
        PlanDescription {
            operations: self.ids().map(|op| self.describe_operation(op, on_path.contains(&op))).collect(),
            levels,
            critical_path: critical.iter().map(|&op| self.operation(op).name.as_str()).collect(),
            order: self.predicted_order(),
            compensations: self
                .compensations()
                .filter_map(|op| {
                    let owner = self.compensates(op)?;
                    let (name, of) = (self.operation(op).name.as_str(), self.operation(owner).name.as_str());
                    Some(CompensationDescription { index: op, name, of })
                })
                .collect(),
            warnings: &self.warnings,
        }
    }

    fn describe_operation(&self, op: OpId, critical: bool) -> OperationDescription<'_> {
        let declared = self.operation(op);
        OperationDescription {
            index: op,
            name: &declared.name,
            id: declared.id.as_deref(),
            kind: declared.kind.as_deref(),
            priority: priority(declared),
            dependencies: self
                .graph
                .dependencies
                .of(op)
                .iter()
                .map(|&dependency| self.operation(dependency).name.as_str())
                .collect(),
            level: self.level(op),
            remaining: self.remaining(op),
            critical,
            work: declared.work.word(),
            timeout_ms: declared.timeout_ms,
            estimate: self.estimate(op),
            definition: declared,
        }
    }

    /// One longest path, from a start to an end; the first declared of equals.
    fn critical_path(&self) -> Vec<OpId> {
        let mut path = Vec::new();
        let mut candidates: Vec<OpId> = self.ids().filter(|&op| self.level(op) == 0).collect();
        while let Some(&next) = candidates.iter().max_by_key(|&&op| (self.remaining(op), Reverse(op.0))) {
            path.push(next);
            candidates = self.graph.dependents.of(next).to_vec();
        }
        path
    }

    /// The order of starts if every operation took equally long and one slot were free.
    pub(super) fn predicted_order(&self) -> Vec<&str> {
        let mut waiting: Vec<usize> = self.ids().map(|op| self.graph.dependencies.of(op).len()).collect();
        let mut ready: std::collections::BinaryHeap<Reverse<u32>> =
            self.ids().filter(|op| waiting[op.index()] == 0).map(|op| Reverse(self.rank(op))).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(Reverse(rank)) = ready.pop() {
            let op = self.at_rank(rank);
            order.push(self.operation(op).name.as_str());
            for &dependent in self.graph.dependents.of(op) {
                waiting[dependent.index()] -= 1;
                if waiting[dependent.index()] == 0 {
                    ready.push(Reverse(self.rank(dependent)));
                }
            }
        }
        order
    }
}

/// A plan for people and programs to read.
#[derive(Debug, Serialize)]
pub struct PlanDescription<'a> {
    /// One entry for each operation, in declared order.
    pub operations: Vec<OperationDescription<'a>>,
    /// Names by distance from the start.
    pub levels: Vec<Vec<&'a str>>,
    /// Names along one longest path.
    pub critical_path: Vec<&'a str>,
    /// Names in the order they would start, one at a time.
    pub order: Vec<&'a str>,
    /// What runs only if the run is rolled back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compensations: Vec<CompensationDescription<'a>>,
    /// Findings that do not prevent a run.
    pub warnings: &'a [Diagnostic],
}

/// One compensation of a [`PlanDescription`].
#[derive(Debug, Serialize)]
pub struct CompensationDescription<'a> {
    /// Its id in events and tickets.
    pub index: OpId,
    /// Name for people.
    pub name: &'a str,
    /// The operation it undoes.
    pub of: &'a str,
}

/// One operation of a [`PlanDescription`].
#[derive(Debug, Serialize)]
pub struct OperationDescription<'a> {
    /// Place in the plan, from 0.
    pub index: OpId,
    /// Name as declared.
    pub name: &'a str,
    /// Second name.
    pub id: Option<&'a str>,
    /// Declared type.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// 1 (first) to 10 (last).
    pub priority: u8,
    /// Names of what it waits for.
    pub dependencies: Vec<&'a str>,
    /// Operations on the longest path before it.
    pub level: u32,
    /// Operations on the longest path from it to an end, itself included.
    pub remaining: u32,
    /// Whether it is on the critical path shown.
    pub critical: bool,
    /// `script`, `process` or `stop`.
    pub work: &'static str,
    /// Its own limit, if any.
    pub timeout_ms: Option<u64>,
    /// How long it is expected to take, and how that is known.
    pub estimate: Estimate,
    /// All that is known of it, as it will be run.
    pub definition: &'a Operation,
}
