//! Which operation waits for which: names become edges.

use super::key::Key;
use super::names::{Names, UNKNOWN};
use super::recent_names::RecentNames;
use crate::error::{Code, Diagnostic, Subject};
use crate::graph::{OpId, Rows};
use crate::near::did_you_mean;
use crate::operation::Operation;
use std::collections::{BTreeMap, HashSet};

/// Which operation waits for which.
pub(super) struct Edges {
    pub(super) rows: Rows,
    /// `(dependent, dependency)` of the edges that only order; absent when there are none.
    pub(super) weak: Option<Vec<(OpId, OpId)>>,
    pub(super) stops: BTreeMap<OpId, OpId>,
    pub(super) findings: Vec<Diagnostic>,
}

impl Edges {
    /// Empty, with capacity for `operations` and `edges`.
    pub(super) fn with_room(operations: usize, edges: usize) -> Self {
        let rows = Rows::with_capacity(operations, edges);
        Self { rows, weak: None, stops: BTreeMap::new(), findings: Vec::new() }
    }

    /// Appends the next range.
    pub(super) fn append(&mut self, mut next: Self) {
        self.rows.append(&next.rows);
        if let Some(mut weak) = next.weak {
            self.weak.get_or_insert_default().append(&mut weak);
        }
        self.stops.append(&mut next.stops);
        self.findings.append(&mut next.findings);
    }
}

/// Dependencies of one range of operations; targets that are not yet resolved are kept by name.
pub(super) struct PendingEdges<'a> {
    first: OpId,
    /// By operation: where those end that it depends on.
    ends: Vec<u32>,
    /// The operations they name; [`UNKNOWN`] so far where it was none of the last ones.
    found: Vec<OpId>,
    /// Those: where they are, who calls, and for whom.
    open: Vec<(u32, OpId, &'a str)>,
    /// Those that are to be looked at more closely, in their order.
    special: Vec<OpId>,
    /// What one block of operations asks for, with the key: memory that is used again.
    asked: Vec<(OpId, &'a str)>,
    keys: Vec<Key>,
}

impl<'a> PendingEdges<'a> {
    /// For `count` operations from the first one on.
    pub(super) fn new(first: OpId, count: usize) -> Self {
        let (found, open, special) = (Vec::with_capacity(count * 2), Vec::new(), Vec::new());
        let (asked, keys) = (Vec::new(), Vec::new());
        Self { first, ends: Vec::with_capacity(count), found, open, special, asked, keys }
    }

    /// How many operations there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many dependencies are declared.
    pub(super) fn edges(&self) -> usize {
        self.found.len()
    }

    /// Takes the next operations, the first of which has this id. Their names must have been entered.
    pub(super) fn take(
        &mut self,
        first: OpId,
        block: &'a [Operation],
        operations: &[Operation],
        recent: &RecentNames,
    ) {
        self.asked.clear();
        let before = self.found.len();
        for (operation, id) in block.iter().zip((first.0..).map(OpId)) {
            self.asked.extend(operation.dependencies.iter().map(|name| (id, name.as_str())));
            self.ends.push((before + self.asked.len()) as u32);
            if !operation.weak_dependencies.is_empty() || operation.work.stops().is_some() {
                self.special.push(id);
            }
        }
        self.keys.clear();
        self.keys.extend(self.asked.iter().map(|&(_, name)| Key::of(name)));
        for (&(id, name), &key) in self.asked.iter().zip(&self.keys) {
            let found = recent.recall(operations, key, name).unwrap_or(UNKNOWN);
            if found == UNKNOWN {
                self.open.push((self.found.len() as u32, id, name));
            } else if found == id {
                self.special.push(id);
            }
            self.found.push(found);
        }
    }

    /// Turns all into edges. Where `has_twins` there are names that several operations have: what was found so
    /// far may be another one than the first. A dependency that is declared both ways is a strong one.
    pub(super) fn wire(
        mut self,
        operations: &[Operation],
        names: &Names<'_>,
        (has_monitors, has_twins): (bool, bool),
        room: (usize, usize),
    ) -> Edges {
        self.close(names);
        let mut edges = Edges::with_room(room.0, room.1);
        let mut connector = Connector { operations, has_monitors, findings: &mut edges.findings };
        let (mut asked, mut again, mut row) = (Vec::new(), Vec::new(), Vec::new());
        let mut special = self.special.iter().copied().peekable();
        let mut start = 0;
        for (&end, id) in self.ends.iter().zip((self.first.0..).map(OpId)) {
            let mut strong = &self.found[start..end as usize];
            start = end as usize;
            let is_special = special.next_if_eq(&id).is_some();
            if !(is_special || has_monitors || has_twins) {
                edges.rows.push(strong);
                continue;
            }
            let operation = &operations[id.index()];
            if has_twins {
                asked.clear();
                asked.extend(operation.dependencies.iter().map(String::as_str));
                names.resolve(&asked, &mut again);
                strong = &again;
            }
            row.clear();
            connector.connect((id, operation, &operation.dependencies), strong, &mut row);
            if let Some(service) = resolve_stop(operation, operations, names, connector.findings) {
                edges.stops.insert(id, service);
                row.push(service);
            }
            if !operation.weak_dependencies.is_empty() {
                asked.clear();
                asked.extend(operation.weak_dependencies.iter().map(String::as_str));
                names.resolve(&asked, &mut again);
                let by: HashSet<OpId> = row.iter().copied().collect();
                let from = row.len();
                connector.connect((id, operation, &operation.weak_dependencies), &again, &mut row);
                let only = row[from..].iter().filter(|dependency| !by.contains(dependency));
                edges.weak.get_or_insert_default().extend(only.map(|&dependency| (id, dependency)));
            }
            edges.rows.push(&row);
        }
        edges
    }

    /// Finds those who are not known so far, now that all names are.
    fn close(&mut self, names: &Names<'_>) {
        let (mut asked, mut resolved) = (Vec::new(), Vec::new());
        for block in self.open.chunks(LOOK_UPS) {
            asked.clear();
            asked.extend(block.iter().map(|&(_, _, name)| name));
            names.resolve(&asked, &mut resolved);
            for (&(at, id, _), &found) in block.iter().zip(&resolved) {
                self.found[at as usize] = found;
                if found == UNKNOWN || found == id {
                    self.special.push(id);
                }
            }
        }
        self.special.sort_unstable();
        self.special.dedup();
    }
}

/// So many names are looked up together.
const LOOK_UPS: usize = 1_024;

/// What is wrong with a dependency.
enum Flaw {
    Unknown,
    Itself,
    Monitor(OpId),
}

struct Connector<'a> {
    operations: &'a [Operation],
    has_monitors: bool,
    findings: &'a mut Vec<Diagnostic>,
}

impl Connector<'_> {
    /// Takes what was found of the dependencies of one operation, and reports what is wrong with them.
    fn connect(
        &mut self,
        (id, operation, dependencies): (OpId, &Operation, &[String]),
        found: &[OpId],
        row: &mut Vec<OpId>,
    ) {
        for (dependency, &target) in dependencies.iter().zip(found) {
            let is_monitor = || self.has_monitors && self.operations[target.index()].is_monitor();
            let flaw = match target {
                UNKNOWN => Flaw::Unknown,
                _ if target == id => Flaw::Itself,
                _ if is_monitor() => Flaw::Monitor(target),
                _ => {
                    row.push(target);
                    continue;
                }
            };
            self.refuse(operation, dependency, flaw);
        }
    }

    #[cold]
    fn refuse(&mut self, operation: &Operation, dependency: &str, flaw: Flaw) {
        let finding = match flaw {
            Flaw::Monitor(monitor) => Diagnostic::error(
                Code::DependsOnMonitor,
                format!(
                    "operation '{}' depends on '{}', a monitor, which never ends by itself",
                    operation.name,
                    self.operations[monitor.index()].name
                ),
            )
            .with_advice("Depend on what the monitor watches, or give that operation another type."),
            Flaw::Itself => Diagnostic::error(
                Code::SelfDependency,
                format!("operation '{}' depends on itself", operation.name),
            )
            .with_advice("Remove that dependency."),
            Flaw::Unknown => {
                let known = self
                    .operations
                    .iter()
                    .flat_map(|o| std::iter::once(o.name.as_str()).chain(o.id.as_deref()));
                let advice = match did_you_mean(dependency, known) {
                    Some(near) => format!("Did you mean '{near}'?"),
                    None => "A dependency names another operation of the same run, or its id.".to_owned(),
                };
                Diagnostic::error(
                    Code::UnknownDependency,
                    format!("operation '{}' depends on '{dependency}', which does not exist", operation.name),
                )
                .with_advice(advice)
            }
        };
        let subject = Subject::Dependency { name: dependency.to_owned() };
        self.findings.push(
            finding.with_subject(subject).with_operation(&operation.name).with_place(operation.at.clone()),
        );
    }
}

/// A stop operation waits for its service although that is not among its dependencies.
fn resolve_stop(
    operation: &Operation,
    operations: &[Operation],
    names: &Names<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Option<OpId> {
    let service = operation.work.stops()?;
    let is_service = |op: &Operation| op.work.facts().service;
    match names.get(service) {
        Some(target) if is_service(&operations[target.index()]) => Some(target),
        _ => {
            let services = operations.iter().filter(|op| is_service(op)).map(|op| op.name.as_str());
            let advice = match did_you_mean(service, services) {
                Some(near) => format!("Did you mean '{near}'?"),
                None => "Name an operation of this run that has mode: service.".to_owned(),
            };
            findings.push(
                Diagnostic::error(
                    Code::UnknownService,
                    format!(
                        "operation '{}' stops '{service}', which is not a service of this run",
                        operation.name
                    ),
                )
                .with_advice(advice)
                .with_subject(Subject::Service { name: service.clone() })
                .with_operation(&operation.name)
                .with_place(operation.at.clone()),
            );
            None
        }
    }
}
