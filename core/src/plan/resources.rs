//! What operations need while they run, compiled into one vector of renewable resources.
//!
//! Memory, processors, network, disk, pools, locks and conflicts are all the same to the scheduler:
//! a capacity, and amounts taken from it. A lock is a resource of which sharing takes one unit and
//! holding it alone takes all; a group of conflicting operations is a lock that each member holds
//! alone. Operations with equal needs form one demand class, so that whether they may start is asked
//! once for all of them.

use crate::error::{Code, Diagnostic, Subject};
use crate::graph::OpId;
use crate::near::did_you_mean;
use crate::operation::{LockMode, Needs, Operation, PlanRequest};
use crate::plan::names::Names;
use serde::Serialize;
use std::collections::BTreeMap;

/// The largest limit or need that can be meant.
pub const MAX_AMOUNT: u64 = 1_000_000_000;

/// A resource's place in its plan, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

impl ResourceId {
    /// The id as an index into a vector.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A demand class's place in its plan, from 0. Class 0 needs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

impl ClassId {
    /// The class of operations that need nothing but a slot.
    pub const NOTHING: Self = Self(0);

    /// The id as an index into a vector.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An amount taken from a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Demand {
    /// From which.
    pub resource: ResourceId,
    /// How much; above zero and at most the capacity.
    pub amount: u32,
}

/// What kind of thing is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// Memory in MiB.
    Memory,
    /// Percent of all processors.
    Cpu,
    /// Network in Mbit/s.
    Network,
    /// Disk in MB/s.
    Disk,
    /// A named pool.
    Pool,
    /// A named lock.
    Lock,
    /// A group of operations of which one may run at a time.
    Conflict,
}

impl ResourceKind {
    /// Its word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Network => "network",
            Self::Disk => "disk",
            Self::Pool => "pool",
            Self::Lock => "lock",
            Self::Conflict => "conflict",
        }
    }
}

/// One renewable resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What kind of thing.
    pub kind: ResourceKind,
    /// The name of the pool or lock, the members of a conflict; else as its kind.
    pub name: String,
    /// How much there is.
    pub capacity: u32,
}

/// All resources of a plan and who needs how much of them.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    list: Box<[Resource]>,
    /// By operation; empty when no operation needs anything.
    classes: Box<[ClassId]>,
    /// By class: where its demands begin.
    offsets: Box<[u32]>,
    demands: Box<[Demand]>,
}

impl Resources {
    /// All resources.
    pub fn list(&self) -> &[Resource] {
        &self.list
    }

    /// One resource.
    pub fn get(&self, resource: ResourceId) -> &Resource {
        &self.list[resource.index()]
    }

    /// Number of demand classes, the one that needs nothing included.
    pub fn class_count(&self) -> usize {
        self.offsets.len().saturating_sub(1).max(1)
    }

    /// The demand class of an operation.
    pub fn class_of(&self, op: OpId) -> ClassId {
        self.classes.get(op.index()).copied().unwrap_or(ClassId::NOTHING)
    }

    /// What every operation of a class needs, by resource.
    pub fn demands_of(&self, class: ClassId) -> &[Demand] {
        if class == ClassId::NOTHING {
            return &[];
        }
        let (start, end) = (self.offsets[class.index()], self.offsets[class.index() + 1]);
        &self.demands[start as usize..end as usize]
    }

    /// What an operation needs, by resource.
    pub fn demands(&self, op: OpId) -> &[Demand] {
        self.demands_of(self.class_of(op))
    }
}

/// Checks limits and needs and compiles them. `names` are the declared operations by folded name.
pub(super) fn compile(
    request: &PlanRequest,
    has_needs: bool,
    names: &Names<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Resources {
    let mut compiler = Compiler::default();
    compiler.declare_limits(request, findings);
    if request.conflicts.is_empty() && !has_needs {
        return Resources { list: compiler.list.into(), ..Resources::default() };
    }
    let mut rows: Vec<Vec<Demand>> = vec![Vec::new(); request.operations.len()];
    for (index, operation) in request.operations.iter().enumerate() {
        let Some(needs) = &operation.needs else { continue };
        if operation.is_monitor() {
            findings.push(
                Diagnostic::warning(
                    Code::WithoutEffect,
                    format!("the needs of '{}' have no effect: a monitor books nothing", operation.name),
                )
                .with_operation(&operation.name)
                .with_place(operation.at.clone()),
            );
            continue;
        }
        rows[index] = compiler.demands(operation, needs, findings);
    }
    compiler.declare_conflicts(request, names, &mut rows, findings);
    // Undoing an operation books what the operation books.
    for (index, operation) in request.operations.iter().enumerate() {
        if operation.compensation.is_some() {
            rows.push(rows[index].clone());
        }
    }
    compiler.close_locks(&mut rows);
    compiler.group(rows)
}

#[derive(Default)]
struct Compiler {
    list: Vec<Resource>,
    /// Memory, processors, network and disk, where they are limited.
    measures: [Option<ResourceId>; 4],
    pools: BTreeMap<String, ResourceId>,
    locks: BTreeMap<String, ResourceId>,
}

/// Stands for "all of it" until the capacities of locks are known.
const ALL: u32 = u32::MAX;

impl Compiler {
    fn add(&mut self, kind: ResourceKind, name: &str, capacity: u32) -> ResourceId {
        self.list.push(Resource { kind, name: name.to_owned(), capacity });
        ResourceId(self.list.len() as u32 - 1)
    }

    fn declare_limits(&mut self, request: &PlanRequest, findings: &mut Vec<Diagnostic>) {
        let limits = &request.limits;
        let measures = [
            (ResourceKind::Memory, "memory", "MiB", limits.memory_mib, MAX_AMOUNT),
            (ResourceKind::Cpu, "cpu", "percent", limits.cpu_percent, 100),
            (ResourceKind::Network, "network", "Mbit/s", limits.network_mbit_s, MAX_AMOUNT),
            (ResourceKind::Disk, "disk", "MB/s", limits.disk_mb_s, MAX_AMOUNT),
        ];
        for (at, (kind, name, unit, limit, highest)) in measures.into_iter().enumerate() {
            let Some(limit) = limit else { continue };
            match check_limit(&format!("limit of {name}"), limit, unit, highest) {
                Ok(capacity) => self.measures[at] = Some(self.add(kind, name, capacity)),
                Err(finding) => {
                    findings.push(finding.with_subject(Subject::Measure { name: name.to_owned() }))
                }
            }
        }
        for (name, &limit) in &limits.pools {
            let subject = Subject::Pool { name: name.clone() };
            match check_limit(&format!("size of pool '{name}'"), limit, "units", MAX_AMOUNT) {
                Ok(capacity) => {
                    let id = self.add(ResourceKind::Pool, name, capacity);
                    if self.pools.insert(name.to_lowercase(), id).is_some() {
                        findings.push(
                            Diagnostic::error(Code::InvalidLimit, format!("two pools are called '{name}'"))
                                .with_advice("Names of pools must be unique; letter case does not count.")
                                .with_subject(subject),
                        );
                    }
                }
                Err(finding) => findings.push(finding.with_subject(subject)),
            }
        }
    }

    fn demands(
        &mut self,
        operation: &Operation,
        needs: &Needs,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<Demand> {
        let mut row = Vec::new();
        let name = &operation.name;
        let mut refuse = |finding: Diagnostic| {
            findings.push(finding.with_operation(name).with_place(operation.at.clone()));
        };
        let measures = [
            ("memory", "MiB", needs.memory_mib, MAX_AMOUNT),
            ("cpu", "percent", needs.cpu_percent, 100),
            ("network", "Mbit/s", needs.network_mbit_s, MAX_AMOUNT),
            ("disk", "MB/s", needs.disk_mb_s, MAX_AMOUNT),
        ];
        for (at, (what, unit, need, highest)) in measures.into_iter().enumerate() {
            let Some(need) = need.filter(|need| *need > 0) else { continue };
            if need > highest {
                refuse(
                    Diagnostic::error(
                        Code::InvalidValue,
                        format!("operation '{name}' needs {need} {unit} of {what}"),
                    )
                    .with_advice(format!("The most that can be asked for is {highest} {unit}."))
                    .with_subject(Subject::Measure { name: what.to_owned() }),
                );
            } else if let Some(id) = self.measures[at] {
                match self.check_need(name, id, need, unit) {
                    Ok(demand) => row.push(demand),
                    Err(finding) => refuse(finding),
                }
            }
        }
        for (pool, &need) in &needs.pools {
            let Some(&id) = self.pools.get(&pool.to_lowercase()) else {
                let known = self.pools.values().map(|id| self.list[id.index()].name.as_str());
                let advice = match did_you_mean(pool, known) {
                    Some(near) => format!("Did you mean '{near}'?"),
                    None => define(pool),
                };
                refuse(
                    Diagnostic::error(
                        Code::UnknownPool,
                        format!("operation '{name}' takes from pool '{pool}', which does not exist"),
                    )
                    .with_advice(advice)
                    .with_subject(Subject::Pool { name: pool.clone() }),
                );
                continue;
            };
            if need == 0 {
                refuse(
                    Diagnostic::error(
                        Code::InvalidValue,
                        format!("operation '{name}' takes nothing from pool '{pool}'"),
                    )
                    .with_advice("Take at least one unit, or leave the pool out.")
                    .with_subject(Subject::Pool { name: pool.clone() }),
                );
                continue;
            }
            match self.check_need(name, id, need, "units") {
                Ok(demand) => row.push(demand),
                Err(finding) => refuse(finding),
            }
        }
        for (lock, &mode) in &needs.locks {
            let folded = lock.to_lowercase();
            let resource = match self.locks.get(&folded) {
                Some(&id) => id,
                None => {
                    let id = self.add(ResourceKind::Lock, lock, 0);
                    self.locks.insert(folded, id);
                    id
                }
            };
            let amount = match mode {
                LockMode::Shared => 1,
                LockMode::Exclusive => ALL,
            };
            row.push(Demand { resource, amount });
        }
        row
    }

    fn check_need(&self, name: &str, id: ResourceId, need: u64, unit: &str) -> Result<Demand, Diagnostic> {
        let resource = &self.list[id.index()];
        let called = resource.name.clone();
        let (what, subject) = match resource.kind {
            ResourceKind::Pool => (format!("pool '{called}'"), Subject::Pool { name: called }),
            _ => (called.clone(), Subject::Measure { name: called }),
        };
        if need > u64::from(resource.capacity) {
            return Err(Diagnostic::error(
                Code::NeedAboveLimit,
                format!(
                    "operation '{name}' needs {need} {unit} of {what}, but there are {} in all",
                    resource.capacity
                ),
            )
            .with_advice("It could never start: lower its need or raise the limit.")
            .with_subject(subject));
        }
        Ok(Demand { resource: id, amount: need as u32 })
    }

    fn declare_conflicts(
        &mut self,
        request: &PlanRequest,
        names: &Names<'_>,
        rows: &mut [Vec<Demand>],
        findings: &mut Vec<Diagnostic>,
    ) {
        for group in &request.conflicts {
            let mut members = Vec::new();
            for name in group {
                match names.get(name) {
                    Some(op) if request.operations[op.index()].is_monitor() => {}
                    Some(op) => members.push(op),
                    None => {
                        let known = request.operations.iter().map(|operation| operation.name.as_str());
                        let advice = match did_you_mean(name, known) {
                            Some(near) => format!("Did you mean '{near}'?"),
                            None => "List names or ids of operations of this run.".to_owned(),
                        };
                        findings.push(
                            Diagnostic::error(
                                Code::UnknownInConflict,
                                format!("a conflict names '{name}', which does not exist"),
                            )
                            .with_advice(advice)
                            .with_subject(Subject::Operation { name: name.clone() }),
                        );
                    }
                }
            }
            members.sort_unstable();
            members.dedup();
            if members.len() < 2 {
                continue;
            }
            let title: Vec<&str> =
                members.iter().map(|op| request.operations[op.index()].name.as_str()).collect();
            let resource = self.add(ResourceKind::Conflict, &title.join(", "), 1);
            for op in members {
                rows[op.index()].push(Demand { resource, amount: 1 });
            }
        }
    }

    /// A lock has room for everybody who shares it; holding it alone takes all of that.
    fn close_locks(&mut self, rows: &mut [Vec<Demand>]) {
        for row in rows.iter_mut() {
            row.sort_unstable();
            // The same lock twice, in other letters: the larger demand counts.
            row.dedup_by(|later, earlier| {
                let same = later.resource == earlier.resource;
                if same {
                    earlier.amount = later.amount;
                }
                same
            });
        }
        for demand in rows.iter().flatten() {
            let resource = &mut self.list[demand.resource.index()];
            if resource.kind == ResourceKind::Lock {
                resource.capacity += 1;
            }
        }
        for demand in rows.iter_mut().flatten() {
            if demand.amount == ALL {
                demand.amount = self.list[demand.resource.index()].capacity;
            }
        }
    }

    fn group(self, rows: Vec<Vec<Demand>>) -> Resources {
        let mut known: BTreeMap<Vec<Demand>, ClassId> = BTreeMap::from([(Vec::new(), ClassId::NOTHING)]);
        let mut offsets = vec![0u32, 0];
        let mut demands = Vec::new();
        let mut classes = Vec::with_capacity(rows.len());
        for row in rows {
            let next = ClassId(known.len() as u32);
            let class = *known.entry(row).or_insert_with_key(|row| {
                demands.extend_from_slice(row);
                offsets.push(demands.len() as u32);
                next
            });
            classes.push(class);
        }
        Resources {
            list: self.list.into(),
            classes: classes.into(),
            offsets: offsets.into(),
            demands: demands.into(),
        }
    }
}

/// How a pool is defined, in a lab file and for a command. Quotes of PowerShell are good YAML.
fn define(pool: &str) -> String {
    let plain = pool.starts_with(|c: char| c.is_ascii_alphabetic())
        && pool.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let name = if plain { pool.to_owned() } else { format!("'{}'", pool.replace('\'', "''")) };
    format!(
        "Define the pool: 'pools: {{ {name}: 1 }}' in the lab, or -ResourceLimits @{{ Pools = @{{ {name} = 1 }} }}."
    )
}

fn check_limit(what: &str, limit: u64, unit: &str, highest: u64) -> Result<u32, Diagnostic> {
    if limit == 0 || limit > highest {
        return Err(Diagnostic::error(Code::InvalidLimit, format!("the {what} is {limit} {unit}"))
            .with_advice(format!("Give 1 to {highest} {unit}, or leave it out for no limit.")));
    }
    Ok(limit as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::ResourceLimits;
    use crate::plan::Plan;
    use crate::plan::tests::script;

    fn needing(name: &str, needs: Needs) -> Operation {
        Operation { needs: Some(Box::new(needs)), ..script(name, &[]) }
    }

    fn compile(operations: Vec<Operation>, limits: ResourceLimits) -> Result<Plan, Vec<Code>> {
        Plan::compile(PlanRequest { operations, limits, ..PlanRequest::default() })
            .map_err(|fault| fault.diagnostics.iter().map(|finding| finding.code).collect())
    }

    fn pools(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|&(name, size)| (name.to_owned(), size)).collect()
    }

    #[test]
    fn equal_needs_form_one_class_and_unlimited_ones_cost_nothing() {
        let memory = |mb| Needs { memory_mib: Some(mb), network_mbit_s: Some(5), ..Needs::default() };
        let plan = compile(
            vec![
                needing("a", memory(10)),
                script("b", &[]),
                needing("c", memory(10)),
                needing("d", memory(20)),
            ],
            ResourceLimits { memory_mib: Some(100), ..ResourceLimits::default() },
        )
        .unwrap();
        let resources = plan.resources();
        let classes: Vec<u32> = plan.ids().map(|op| resources.class_of(op).0).collect();
        assert_eq!(classes, [1, 0, 1, 2]);
        assert_eq!(resources.demands(OpId(3)), [Demand { resource: ResourceId(0), amount: 20 }]);
    }

    #[test]
    fn a_need_above_its_limit_and_an_unknown_pool_are_faults_of_the_plan() {
        let hungry = needing("a", Needs { memory_mib: Some(200), ..Needs::default() });
        let lost = needing("b", Needs { pools: pools(&[("licences", 1), ("Db", 3)]), ..Needs::default() });
        let limits = ResourceLimits {
            memory_mib: Some(100),
            pools: pools(&[("licenses", 2), ("db", 2)]),
            ..ResourceLimits::default()
        };
        let codes = compile(vec![hungry, lost], limits).unwrap_err();
        assert_eq!(codes, [Code::NeedAboveLimit, Code::NeedAboveLimit, Code::UnknownPool]);
    }

    #[test]
    fn zero_and_absurd_limits_are_refused() {
        let limits = ResourceLimits {
            memory_mib: Some(0),
            cpu_percent: Some(101),
            network_mbit_s: Some(u64::MAX),
            pools: pools(&[("p", 0)]),
            ..ResourceLimits::default()
        };
        assert_eq!(compile(vec![script("a", &[])], limits).unwrap_err(), [Code::InvalidLimit; 4]);
        let absurd = needing("a", Needs { cpu_percent: Some(101), ..Needs::default() });
        assert_eq!(compile(vec![absurd], ResourceLimits::default()).unwrap_err(), [Code::InvalidValue]);
    }

    #[test]
    fn a_lock_has_room_for_all_that_share_it_and_conflicts_for_one() {
        let lock = |mode| Needs { locks: BTreeMap::from([("Db".to_owned(), mode)]), ..Needs::default() };
        let operations = vec![
            needing("a", lock(LockMode::Shared)),
            needing("b", lock(LockMode::Shared)),
            needing("c", lock(LockMode::Exclusive)),
        ];
        let conflicts = vec![vec!["A".to_owned(), "b".to_owned()]];
        let plan = Plan::compile(PlanRequest { operations, conflicts, ..PlanRequest::default() }).unwrap();
        let amounts = |op| -> Vec<(u32, u32)> {
            plan.resources().demands(OpId(op)).iter().map(|d| (d.resource.0, d.amount)).collect()
        };
        assert_eq!(amounts(0), [(0, 1), (1, 1)]);
        assert_eq!(amounts(2), [(0, 3)]);
        assert_eq!(plan.resources().get(ResourceId(1)).name, "a, b");
    }

    #[test]
    fn a_conflict_names_only_what_exists() {
        let conflicts = vec![vec!["a".to_owned(), "ghost".to_owned()]];
        let request = PlanRequest { operations: vec![script("a", &[])], conflicts, ..PlanRequest::default() };
        assert_eq!(Plan::compile(request).unwrap_err().code, Code::UnknownInConflict);
    }
}
