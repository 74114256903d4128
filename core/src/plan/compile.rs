//! From a request to a plan: what is checked and worked out, in its order.

use super::edges::{Edges, PendingEdges};
use super::facts::Facts;
use super::key::Key;
use super::lengths::PathLengths;
use super::names::Names;
use super::recent_names::RecentNames;
use super::retries::Retry;
use super::survey::Survey;
use super::{PastDurations, Plan, order, programs, resources, selection};
use crate::error::{Code, Diagnostic, Fault, Severity, Subject};
use crate::graph::{Adjacency, Graph, OpId};
use crate::operation::{Operation, PlanRequest};
use crate::parallel;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// As [`Plan::compile_with`].
pub(super) fn compile(request: PlanRequest, past: &PastDurations) -> Result<Plan, Fault> {
    #[cfg(test)]
    count::one();
    compile_in(parallel::parts(request.operations.len()), request, past)
}

/// The same in `parts` parts at the same time. The result does not depend on their number.
fn compile_in(parts: usize, mut request: PlanRequest, past: &PastDurations) -> Result<Plan, Fault> {
    let selected = selection::apply(&mut request)?.map(Box::new);
    programs::complete(&mut request);
    if request.operations.is_empty() {
        let finding = Diagnostic::error(Code::EmptyPlan, "the plan has no operations")
            .with_advice("Give at least one operation.");
        return Err(Fault::from_diagnostics(vec![finding]));
    }
    let declared = request.operations.len();
    let Scan { survey, keys: name_keys, with_id, pending } = scan(&request.operations, past, parts);
    let Survey {
        priorities,
        mut facts,
        estimates,
        mut retries,
        compensated,
        checked,
        watched,
        has_monitors,
        has_needs,
        mut findings,
    } = survey;
    let mut twice = Vec::new();
    let names = index_names(&request.operations, name_keys, with_id, parts, &mut twice);
    let Edges { rows, weak, stops, findings: mut unconnected } =
        wire(&request.operations, pending, &names, (has_monitors, !twice.is_empty()));
    findings.append(&mut twice);
    findings.append(&mut unconnected);
    let positions = order::resolve_order(&request.order, &names, &mut findings);
    let resources = resources::compile(&request, has_needs, &names, &mut findings);
    programs::check(&request, &mut findings);
    let graph = match Graph::of_dependencies(rows) {
        Ok(graph) => graph,
        Err(cycles) => {
            findings.extend(cycles.iter().map(|path| describe_cycle(path, &request.operations, &names)));
            return Err(Fault::from_diagnostics(findings));
        }
    };
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Fault::from_diagnostics(findings));
    }
    drop(names);
    let estimates = estimates.finish();
    let keys = order::keys(&request.order, &estimates, &graph, &resources);
    let mut by_rank = order::rank(&request.order, &priorities, &keys, &positions);
    let mut operations = request.operations;
    append_compensations(&mut operations, &compensated, &mut by_rank, &mut retries, &graph);
    facts.extend(operations[declared..].iter().map(Facts::of));
    let mut ranks = vec![0u32; by_rank.len()].into_boxed_slice();
    for (rank, op) in by_rank.iter().enumerate() {
        ranks[op.index()] = rank as u32;
    }
    Ok(Plan {
        operations: operations.into(),
        facts: facts.into(),
        declared,
        weak: weak.map(|edges| Adjacency::from_edges(declared, edges.iter().copied())),
        limits: request.limits,
        resources,
        retries,
        compensated: compensated.into(),
        checked: checked.into(),
        watched: watched.into(),
        graph,
        order: request.order,
        estimates,
        ranks,
        by_rank: by_rank.into(),
        lengths: OnceLock::new(),
        stops,
        selected,
        files: request.files,
        warnings: findings,
    })
}

/// How many operations are looked at together: what they depend on is looked up at once.
const BLOCK: usize = 32;

/// What one look at each operation tells.
struct Scan<'a, 'p> {
    survey: Survey<'p>,
    /// By operation: the key of its name.
    keys: Vec<Key>,
    with_id: Vec<OpId>,
    /// In parts.
    pending: Vec<PendingEdges<'a>>,
}

/// Looks at every operation, at its name and at the names of its dependencies, and at no other memory:
/// looking at a million of them is what takes time.
fn scan<'a, 'p>(operations: &'a [Operation], past: &'p PastDurations, parts: usize) -> Scan<'a, 'p> {
    let ranges = parallel::ranges(operations.len(), parts);
    let scans = parallel::map(ranges, |range| {
        // The first one has room for all.
        let room = if range.start == 0 { operations.len() } else { range.len() };
        let first = OpId(range.start as u32);
        let mut names = RecentNames::new(first, range.len(), room);
        let (mut survey, mut pending) =
            (Survey::with_room(room, past), PendingEdges::new(first, range.len()));
        let firsts = range.clone().step_by(BLOCK).map(|first| OpId(first as u32));
        for (block, first) in operations[range].chunks(BLOCK).zip(firsts) {
            for (operation, id) in block.iter().zip((first.0..).map(OpId)) {
                let has_name = names.enter(id, operation);
                survey.take(id, operation, has_name);
            }
            pending.take(first, block, operations, &names);
        }
        (names, survey, pending)
    });
    let mut names = RecentNames::new(OpId(0), 0, 0);
    let mut survey = Survey::with_room(0, past);
    let mut all_pending = Vec::with_capacity(scans.len());
    for (place, (more, next, pending)) in scans.into_iter().enumerate() {
        if place == 0 {
            (names, survey) = (more, next);
        } else {
            names.append(more);
            survey.append(next);
        }
        all_pending.push(pending);
    }
    Scan { survey, keys: names.keys, with_id: names.with_id, pending: all_pending }
}

/// Turns names into edges, each part by itself.
fn wire(
    operations: &[Operation],
    pending: Vec<PendingEdges<'_>>,
    names: &Names<'_>,
    (has_monitors, has_twins): (bool, bool),
) -> Edges {
    let edges = pending.iter().map(PendingEdges::edges).sum();
    let parts = pending.into_iter().enumerate().collect();
    let wirings = parallel::map(parts, |(number, part): (usize, PendingEdges<'_>)| {
        // The first one has room for all.
        let room = if number == 0 { (operations.len(), edges) } else { (part.len(), part.edges()) };
        part.wire(operations, names, (has_monitors, has_twins), room)
    });
    let joined = wirings.into_iter().reduce(|mut all, next| {
        all.append(next);
        all
    });
    joined.unwrap_or_else(|| Edges::with_room(0, 0))
}

/// Names and ids of all operations.
fn index_names<'a>(
    operations: &'a [Operation],
    keys: Vec<Key>,
    with_id: Vec<OpId>,
    parts: usize,
    findings: &mut Vec<Diagnostic>,
) -> Names<'a> {
    Names::index(operations, keys, with_id, parts, |now, first, name| {
        findings.push(
            Diagnostic::error(
                Code::DuplicateName,
                format!("two operations are called '{name}' (numbers {} and {})", first.0 + 1, now.0 + 1),
            )
            .with_advice("Names and ids must be unique; letter case does not count.")
            .with_subject(Subject::Operation { name: name.to_owned() })
            .with_operation(name)
            .with_place(operations[now.index()].at.clone()),
        );
    })
}

/// Appends one operation for each compensation.
fn append_compensations(
    operations: &mut Vec<Operation>,
    compensated: &[OpId],
    by_rank: &mut Vec<OpId>,
    retries: &mut BTreeMap<OpId, Retry>,
    graph: &Graph,
) {
    if compensated.is_empty() {
        return;
    }
    let declared = operations.len();
    for (place, &owner) in compensated.iter().enumerate() {
        let mut operation = operations[owner.index()].clone();
        if let Some(work) = operation.compensation.take() {
            operation.work = *work;
        }
        operation.name = format!("{} (rollback)", operation.name);
        operation.id = None;
        operation.up_to_date = None;
        operation.health = Vec::new();
        operation.critical = false;
        operation.dependencies.clear();
        operation.weak_dependencies.clear();
        operations.push(operation);
        if let Some(retry) = retries.get(&owner).cloned() {
            retries.insert(OpId((declared + place) as u32), retry);
        }
    }
    // What is farthest from the start is undone first: most has to be undone after it. Of equals, the last.
    let distances = PathLengths::of(graph).before;
    let mut places: Vec<usize> = (0..compensated.len()).collect();
    places.sort_unstable_by_key(|&place| Reverse((distances[compensated[place].index()], place)));
    by_rank.extend(places.into_iter().map(|place| OpId((declared + place) as u32)));
}

fn describe_cycle(path: &[OpId], operations: &[Operation], names: &Names<'_>) -> Diagnostic {
    // The path runs from dependency to dependent; people read "A waits for B", so it is shown backwards.
    let circle: Vec<String> = path.iter().rev().map(|op| operations[op.index()].name.clone()).collect();
    let first = &operations[path[0].index()];
    let next = path[path.len().saturating_sub(2)];
    let mut declared = first.dependencies.iter().chain(&first.weak_dependencies);
    let dependency = declared.find(|name| names.get(name) == Some(next)).or(first.work.stops());
    let dependency = dependency.cloned().unwrap_or_default();
    Diagnostic::error(Code::CyclicDependency, format!("circular dependency: {}", circle.join(" -> ")))
        .with_advice("Remove one of these dependencies.")
        .with_subject(Subject::Cycle { names: circle, dependency })
        .with_operation(&first.name)
        .with_place(first.at.clone())
}

/// How often plans are compiled, for tests.
#[cfg(test)]
pub(crate) mod count {
    use std::cell::Cell;

    thread_local!(static COMPILED: Cell<usize> = const { Cell::new(0) });

    pub(super) fn one() {
        COMPILED.with(|compiled| compiled.set(compiled.get() + 1));
    }

    /// How often this thread compiles a plan while it does something.
    pub(crate) fn during<T>(body: impl FnOnce() -> T) -> (T, usize) {
        let before = COMPILED.with(Cell::get);
        let value = body();
        (value, COMPILED.with(Cell::get) - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{UpToDate, Work};
    use proptest::prelude::*;

    /// What is known of a plan, or everything that was found.
    fn outcome(parts: usize, request: &PlanRequest) -> String {
        match compile_in(parts, request.clone(), &PastDurations::from([("b".to_owned(), 7)])) {
            Ok(plan) => format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                plan.graph,
                plan.weak,
                plan.by_rank,
                plan.estimates,
                plan.stops,
                (plan.compensated, plan.checked),
                plan.warnings
            ),
            Err(fault) => format!("{fault:?}"),
        }
    }

    proptest! {
        #[test]
        fn the_number_of_parts_changes_nothing(
            names in proptest::collection::vec("[a-fA]{0,2}", 1..24),
            ids in proptest::collection::vec(proptest::option::of("[a-h]{1,2}"), 24),
            strong in proptest::collection::vec(proptest::collection::vec(0usize..30, 0..3), 24),
            weak in proptest::collection::vec(proptest::collection::vec(0usize..30, 0..2), 24),
            is_sound in any::<bool>(),
            parts in 2usize..9,
        ) {
            let name = |at: usize| match names.get(at) {
                Some(_) if is_sound => format!("n{at}"),
                Some(name) => name.clone(),
                None => "nobody".to_owned(),
            };
            let targets = |of: usize, list: &[usize]| -> Vec<String> {
                list.iter().filter(|&&to| !is_sound || to < of).map(|&to| name(to)).collect()
            };
            let operations = (0..names.len())
                .map(|at| Operation {
                    name: name(at),
                    id: ids[at].clone().filter(|_| !is_sound),
                    dependencies: targets(at, &strong[at]),
                    weak_dependencies: targets(at, &weak[at]),
                    estimate_ms: (at % 3 == 0).then_some(at as u64),
                    priority: is_sound.then_some(1 + at as i64 % 3).or(Some(at as i64)),
                    kind: (at % 7 == 6).then(|| "Monitor".to_owned()).filter(|_| !is_sound),
                    compensation: (at % 5 == 1).then(|| Box::new(Work::Script)),
                    up_to_date: (at % 4 == 1).then(|| Box::new(UpToDate { test: true, ..UpToDate::default() })),
                    ..Operation::default()
                })
                .collect();
            let request = PlanRequest { operations, ..PlanRequest::default() };
            prop_assert_eq!(outcome(1, &request), outcome(parts, &request));
        }
    }
}
