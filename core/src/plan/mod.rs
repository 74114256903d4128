//! A checked, immutable plan: what every entry point compiles to and the only thing a run accepts.
//!
//! Compiling finds all faults of the input in one pass, before anything starts.
//!
//! | question | file |
//! |--|--|
//! | in which order is a request checked and compiled | `compile.rs` |
//! | which operations are wanted | `selection.rs` |
//! | what is wrong with the values of one operation | `survey.rs` |
//! | which operation has a name | `names.rs`, `key.rs`, `recent_names.rs` |
//! | which operation waits for which | `edges.rs` |
//! | what does a run ask of every operation at its start | `facts.rs` |
//! | what do operations need, and how much is there | `resources.rs` |
//! | which programs are missing on this machine | `programs.rs` |
//! | how long are they expected to take | `estimates.rs` |
//! | when is a failed attempt tried again | `retries.rs` |
//! | which ready operation comes first | `order.rs` |
//! | how far is an operation from the start and the end | `lengths.rs` |
//! | how is a plan shown | `describe.rs` |

mod compile;
mod describe;
mod edges;
mod estimates;
mod facts;
mod key;
mod lengths;
mod names;
mod order;
mod programs;
mod recent_names;
mod resources;
mod retries;
mod selection;
mod survey;
#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
pub(crate) use compile::count;
pub use describe::{CompensationDescription, OperationDescription, PlanDescription};
pub use estimates::{Estimate, EstimateSource, Estimates, PastDurations, UNIT_MS};
pub use facts::Facts;
pub use programs::missing_programs;
pub use resources::{ClassId, Demand, MAX_AMOUNT, Resource, ResourceId, ResourceKind, Resources};
pub use retries::{MAX_DELAY_MS, MAX_RETRIES, Retry};
pub use selection::{LeftOut, Selected};

use crate::error::{Diagnostic, Fault};
use crate::graph::{Adjacency, Graph, OpId};
use crate::operation::{LabFiles, Operation, Order, PlanRequest, ResourceLimits, Trigger, UpToDate};
use lengths::PathLengths;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A checked plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The declared operations, and after them one for each compensation.
    operations: Box<[Operation]>,
    /// Of all of these.
    facts: Box<[Facts]>,
    declared: usize,
    /// Of the declared operations.
    graph: Graph,
    /// By operation: the dependencies that only order it. Absent when there are none.
    weak: Option<Adjacency>,
    limits: ResourceLimits,
    resources: Resources,
    retries: BTreeMap<OpId, Retry>,
    /// The operations that have a compensation, in declared order; the compensations follow in the same order
    /// behind the declared ones.
    compensated: Box<[OpId]>,
    /// The operations that say when they are up to date, in declared order.
    checked: Box<[OpId]>,
    /// The operations that are checked while the run goes on, in declared order.
    watched: Box<[OpId]>,
    order: Order,
    estimates: Estimates,
    /// Position of each operation in the order ready operations are admitted in; unique.
    ranks: Box<[u32]>,
    by_rank: Box<[OpId]>,
    /// Worked out when it is asked for; a run does not.
    lengths: OnceLock<PathLengths>,
    /// By stop operation: the service it stops.
    stops: BTreeMap<OpId, OpId>,
    /// What a selection has left of the request; nothing where all of it was wanted.
    selected: Option<Box<Selected>>,
    files: Option<Arc<LabFiles>>,
    /// Findings that do not prevent a run.
    warnings: Vec<Diagnostic>,
}

impl Plan {
    /// Checks a request and compiles it.
    ///
    /// # Errors
    /// One [`Fault`] that carries every finding: empty plan, missing or duplicate names, unknown
    /// dependencies, values out of range, cycles with their path.
    pub fn compile(request: PlanRequest) -> Result<Self, Fault> {
        Self::compile_with(request, &PastDurations::new())
    }

    /// As [`Plan::compile`], with what operations took before. See [`crate::history::estimate`] for
    /// where that comes from.
    ///
    /// # Errors
    /// As [`Plan::compile`].
    pub fn compile_with(request: PlanRequest, past: &PastDurations) -> Result<Self, Fault> {
        compile::compile(request, past)
    }

    /// The declared operations, as they were.
    pub(crate) fn into_declared(self) -> Vec<Operation> {
        let mut operations = self.operations.into_vec();
        operations.truncate(self.declared);
        operations
    }

    /// Number of declared operations.
    pub fn len(&self) -> usize {
        self.declared
    }

    /// Number of declared operations and compensations: every id of a run is below it.
    pub fn node_count(&self) -> usize {
        self.operations.len()
    }

    /// Never: a plan has at least one operation.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The ids of all declared operations, in their order.
    pub fn ids(&self) -> impl Iterator<Item = OpId> + use<> {
        (0..self.declared as u32).map(OpId)
    }

    /// The ids of all declared operations and, after them, of all compensations.
    pub fn nodes(&self) -> impl Iterator<Item = OpId> + use<> {
        (0..self.operations.len() as u32).map(OpId)
    }

    /// The ids of all compensations.
    pub fn compensations(&self) -> impl Iterator<Item = OpId> + use<> {
        (self.declared as u32..self.operations.len() as u32).map(OpId)
    }

    /// The operation that a compensation undoes; none for a declared operation.
    pub fn compensates(&self, op: OpId) -> Option<OpId> {
        self.compensated.get(op.index().checked_sub(self.declared)?).copied()
    }

    /// The compensation of an operation.
    pub fn compensation_of(&self, op: OpId) -> Option<OpId> {
        let place = self.compensated.binary_search(&op).ok()?;
        Some(OpId((self.declared + place) as u32))
    }

    /// The operations that say when they are up to date, in declared order.
    pub fn checked(&self) -> &[OpId] {
        &self.checked
    }

    /// Whether an operation says when it is up to date, so that it is checked before it runs.
    pub fn is_checked(&self, op: OpId) -> bool {
        self.checked.binary_search(&op).is_ok()
    }

    /// Whether an operation has a script that says whether its work is done.
    pub fn has_test(&self, op: OpId) -> bool {
        self.is_checked(op) && self.up_to_date(op).is_some_and(|declared| declared.test)
    }

    /// The operations that are checked while the run goes on, in declared order.
    pub fn watched(&self) -> &[OpId] {
        &self.watched
    }

    /// What an operation says about being up to date.
    pub fn up_to_date(&self, op: OpId) -> Option<&UpToDate> {
        self.operation(op).up_to_date.as_deref()
    }

    /// Whether `dependent` waits for `dependency` only to come after it.
    pub fn is_weak(&self, dependency: OpId, dependent: OpId) -> bool {
        self.weak.as_ref().is_some_and(|weak| weak.of(dependent).contains(&dependency))
    }

    /// How much there is of what operations need, as declared.
    pub fn limits(&self) -> &ResourceLimits {
        &self.limits
    }

    /// What operations need, compiled.
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// An operation's own retry policy.
    pub fn retry(&self, op: OpId) -> Option<&Retry> {
        self.retries.get(&op)
    }

    /// What was declared. A compensation looks like its operation with the compensation for its work.
    pub fn operation(&self, op: OpId) -> &Operation {
        &self.operations[op.index()]
    }

    /// What a run asks of every operation or compensation.
    pub fn facts(&self, op: OpId) -> Facts {
        self.facts[op.index()]
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How ready operations are ranked.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// How long a declared operation is expected to take.
    pub fn estimate(&self, op: OpId) -> Estimate {
        let index = op.index();
        Estimate { ms: self.estimates.durations()[index], source: self.estimates.sources()[index] }
    }

    /// How long all declared operations are expected to take.
    pub fn estimates(&self) -> &Estimates {
        &self.estimates
    }

    /// Operations on the longest path from a start to a declared operation, itself excluded.
    pub fn level(&self, op: OpId) -> u32 {
        self.lengths().before[op.index()]
    }

    /// Operations on the longest path from a declared operation to an end, itself included.
    pub fn remaining(&self, op: OpId) -> u32 {
        self.lengths().after[op.index()]
    }

    fn lengths(&self) -> &PathLengths {
        self.lengths.get_or_init(|| PathLengths::of(&self.graph))
    }

    /// Position in the order of admission; lower first, unique.
    pub fn rank(&self, op: OpId) -> u32 {
        self.ranks[op.index()]
    }

    /// The operation at a position in the order of admission.
    pub fn at_rank(&self, rank: u32) -> OpId {
        self.by_rank[rank as usize]
    }

    /// The service that a stop operation stops.
    pub fn stops(&self, op: OpId) -> Option<OpId> {
        self.stops.get(&op).copied()
    }

    /// What a selection has left of the request; nothing where all of it was wanted.
    pub fn selected(&self) -> Option<&Selected> {
        self.selected.as_deref()
    }

    /// The operations of the request that are not part of the plan, in declared order.
    pub fn left_out(&self) -> &[LeftOut] {
        self.selected.as_ref().map_or(&[], |selected| &selected.left_out)
    }

    /// Whether its success brings a run further: services, monitors and what always runs come with every run.
    pub fn brings_further(&self, op: OpId) -> bool {
        let facts = self.facts(op);
        !facts.monitor && !facts.service && facts.trigger != Trigger::Always && self.stops(op).is_none()
    }

    /// The files of the lab it was made of, as they were read; nothing for one of another source.
    pub fn files(&self) -> Option<&LabFiles> {
        self.files.as_deref()
    }

    /// Findings that did not prevent the plan.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}
