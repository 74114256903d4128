//! Makes the report of a run: whatever needs thought is computed here, once, so that no format and no page has to.

use super::critical::{self, Step};
use super::document::{
    AttemptPart, CurvePart, Figures, OperationPart, PathPart, Relative, Report, RunPart, VERSION, WaitPart,
    WaitTotal,
};
use super::seen::Seen;
use super::timeline::Attempt;
use super::waits::{self, Cause, Wait, Waited};
use super::{health, layers, slots, usage};
use crate::graph::OpId;
use crate::history::lookup;
use crate::record::state::Stage;
use crate::record::{Header, LeftOut, OperationState, Relation, SkipKind, SkippedBecause};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Curves of resources that a report has, at most: those of which most was in use.
const MOST_CURVES: usize = 12;

/// Runs before or behind a run that a report names, at most.
const MOST_RELATIVES: usize = 20;

/// The report of what was seen of a run.
pub fn report(seen: &Seen) -> Report {
    let waited = waits::waits(seen);
    let path = critical::path(seen, &waited);
    let operations = operations(seen, &waited, &path);
    let attempts = attempts(seen, &waited);
    let figures = figures(seen, &operations, &path);
    let status = status(seen);
    Report {
        report: VERSION,
        made_at: jiff::Timestamp::now().to_string(),
        run: RunPart {
            id: seen.header.run.clone(),
            name: seen.header.name.clone(),
            status,
            running: seen.running,
            started_at: seen.header.started_at.clone(),
            duration_ms: seen.end,
            source: seen.header.source.clone(),
            host: seen.header.host.clone(),
            max_concurrency: seen.slots(),
        },
        figures,
        operations,
        attempts,
        critical_path: path.iter().map(|step| path_part(seen, step)).collect(),
        waits: totals(seen, &waited),
        curves: curves(seen),
        performance: None,
        health: health::parts(seen),
        family: Vec::new(),
        warnings: seen.warnings.clone(),
    }
}

fn status(seen: &Seen) -> String {
    match seen.state.status {
        Some(status) => format!("{status:?}"),
        None if seen.running => "Running".to_owned(),
        None => "Interrupted".to_owned(),
    }
}

fn operations(seen: &Seen, waited: &[Waited], path: &[Step]) -> Vec<OperationPart> {
    let places = layers::places(&seen.plan.operations);
    let attempts = &seen.timeline.attempts;
    let critical: HashSet<OpId> = path.iter().map(|step| attempts[step.attempt].op).collect();
    let mut of = vec![Of::default(); seen.plan.operations.len()];
    for (attempt, waited) in attempts.iter().zip(waited) {
        let Some(of) = of.get_mut(attempt.op.index()) else { continue };
        of.first.get_or_insert((waited.ready.at, attempt.begun.at));
        of.busy += busy(seen, attempt);
        of.waited += waited.ms();
    }
    let part = |op: OpId, state: &OperationState| {
        let planned = seen.planned(op);
        let of = of.get(op.index()).copied().unwrap_or_default();
        let (layer, row) = places.get(op.index()).copied().unwrap_or_default();
        let undone = planned.and_then(|planned| planned.compensates);
        OperationPart {
            name: planned.map_or_else(|| state.name.clone(), |planned| planned.name.clone()),
            id: planned.and_then(|planned| planned.id.clone()),
            kind: planned.and_then(|planned| planned.kind.clone()),
            status: stage(seen, state),
            after: planned.map(|planned| planned.after.iter().map(|op| op.0).collect()).unwrap_or_default(),
            layer,
            row,
            attempts: state.attempt,
            ready_ms: of.first.map(|first| first.0),
            started_ms: of.first.map(|first| first.1),
            ended_ms: state.ended_ms,
            busy_ms: of.busy,
            waited_ms: of.waited,
            critical: critical.contains(&op),
            monitor: planned.is_some_and(|planned| planned.monitor),
            up_to_date: state.up_to_date,
            kept_from: state.kept_from.clone(),
            why: state.why.as_ref().map(crate::record::Why::words),
            exit_code: state.exit_code,
            error: state.error.clone(),
            skipped_because: state.skipped_because.clone(),
            restart: state.restart.as_ref().map(|restart| restart.reason.clone()),
            compensates: undone.map(|op| seen.name(op)),
        }
    };
    let declared = (0..).map(OpId).zip(&seen.state.operations).map(|(op, state)| part(op, state));
    let mut all: Vec<OperationPart> = declared.collect();
    // Places of attempts and dependencies count over the plan, so that compensations keep theirs.
    let planned = seen.plan.operations.len().max(all.len());
    for place in all.len()..planned {
        let op = OpId(u32::try_from(place).unwrap_or(u32::MAX));
        let state = seen.state.compensations.get(&op);
        all.push(match state {
            Some(state) => part(op, state),
            None => OperationPart { status: UNUSED.to_owned(), ..part(op, &OperationState::default()) },
        });
    }
    let below = places.iter().filter(|(layer, _)| *layer == 0).map(|(_, row)| row + 1).max().unwrap_or(0);
    let left_out = seen.header.left_out().into_iter().filter(LeftOut::was_wanted);
    all.extend((below..).zip(left_out).map(|(row, left)| OperationPart {
        name: left.name,
        row,
        status: "Skipped".to_owned(),
        skipped_because: Some(SkippedBecause {
            kind: SkipKind::Dependency,
            operation: left.operation,
            message: left.message,
        }),
        ..OperationPart::default()
    }));
    all
}

/// The status of a compensation that was not needed.
pub const UNUSED: &str = "NotNeeded";

#[derive(Clone, Copy, Default)]
struct Of {
    /// When it was ready, and when it began.
    first: Option<(u64, u64)>,
    busy: u64,
    waited: u64,
}

/// How long an attempt has been at its work: a service until it is ready.
fn busy(seen: &Seen, attempt: &Attempt) -> u64 {
    attempt.done().map_or(seen.end, |done| done.at).saturating_sub(attempt.begun.at)
}

fn stage(seen: &Seen, state: &OperationState) -> String {
    match state.stage {
        Stage::Ended(status) => format!("{status:?}"),
        // Nothing of a run goes on without it.
        Stage::Running | Stage::Serving | Stage::Stopping | Stage::Backoff if !seen.running => {
            "Interrupted".to_owned()
        }
        Stage::Waiting if !seen.running => "NotStarted".to_owned(),
        stage => format!("{stage:?}"),
    }
}

fn attempts(seen: &Seen, waited: &[Waited]) -> Vec<AttemptPart> {
    let part = |((attempt, waited), slot): ((&Attempt, &Waited), Option<u32>)| AttemptPart {
        operation: attempt.op.0,
        number: attempt.number,
        slot,
        worker: attempt.worker,
        from_ms: attempt.begun.at,
        to_ms: attempt.ended.map(|ended| ended.at),
        ready_ms: attempt.ready.map(|ready| ready.at),
        status: match attempt.status {
            Some(status) => format!("{status:?}"),
            None if seen.running => "Running".to_owned(),
            None => "Interrupted".to_owned(),
        },
        waited: waited.parts.iter().map(|wait| wait_part(seen, wait)).collect(),
        exit_code: attempt.exit_code,
        error: attempt.error.as_ref().map(|error| error.message.clone()),
    };
    seen.timeline.attempts.iter().zip(waited).zip(slots::slots(seen)).map(part).collect()
}

fn resource_name(seen: &Seen, resource: Option<u32>) -> Option<String> {
    Some(seen.plan.resources.get(resource? as usize)?.name.clone())
}

fn wait_part(seen: &Seen, wait: &Wait) -> WaitPart {
    WaitPart { cause: wait.cause, on: resource_name(seen, wait.resource), ms: wait.ms }
}

fn path_part(seen: &Seen, step: &Step) -> PathPart {
    PathPart {
        attempt: u32::try_from(step.attempt).unwrap_or(u32::MAX),
        operation: seen.timeline.attempts[step.attempt].op.0,
        link: step.link,
        on: resource_name(seen, step.resource),
        gap_ms: step.gap_ms,
        from_ms: step.from,
        to_ms: step.to,
    }
}

fn totals(seen: &Seen, waited: &[Waited]) -> Vec<WaitTotal> {
    let mut sums: BTreeMap<(Cause, Option<u32>), (u64, usize)> = BTreeMap::new();
    for wait in waited.iter().flat_map(|waited| &waited.parts) {
        let sum = sums.entry((wait.cause, wait.resource)).or_default();
        *sum = (sum.0 + wait.ms, sum.1 + 1);
    }
    let mut totals: Vec<WaitTotal> = sums
        .into_iter()
        .map(|((cause, resource), (ms, attempts))| WaitTotal {
            cause,
            on: resource_name(seen, resource),
            ms,
            attempts,
        })
        .collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.ms));
    totals
}

fn figures(seen: &Seen, operations: &[OperationPart], path: &[Step]) -> Figures {
    let mut counts = BTreeMap::new();
    for operation in operations.iter().filter(|operation| operation.compensates.is_none()) {
        *counts.entry(operation.status.clone()).or_insert(0) += 1;
    }
    let curve = usage::slots(seen);
    let ends = curve.steps.iter().skip(1).map(|step| step.0).chain([seen.end]);
    let area: u64 = curve
        .steps
        .iter()
        .zip(ends)
        .map(|((from, used), to)| to.saturating_sub(*from) * u64::from(*used))
        .sum();
    let room = seen.end * u64::from(seen.slots());
    let percent = if room == 0 { 0.0 } else { area as f64 * 1000.0 / room as f64 };
    Figures {
        counts,
        up_to_date: operations.iter().filter(|operation| operation.up_to_date).count(),
        retries: seen.timeline.attempts.iter().filter(|attempt| attempt.number > 1).count(),
        restarts: operations.iter().filter(|operation| operation.restart.is_some()).count(),
        busy_ms: operations
            .iter()
            .filter(|operation| !operation.monitor)
            .map(|operation| operation.busy_ms)
            .sum(),
        peak_slots: curve.peak(),
        slots_used_percent: percent.round() / 10.0,
        critical_busy_ms: path.iter().map(|step| step.to.saturating_sub(step.from)).sum(),
        after_critical_ms: seen.end.saturating_sub(path.last().map_or(0, |last| last.to)),
    }
}

fn curves(seen: &Seen) -> Vec<CurvePart> {
    let part = |kind: &str, name: &str, curve: &crate::preview::Curve| CurvePart {
        kind: kind.to_owned(),
        name: name.to_owned(),
        capacity: curve.capacity,
        peak: curve.peak(),
        points: usage::thinned(curve, seen.end),
    };
    let mut booked: Vec<CurvePart> = Vec::new();
    if seen.plan.resources.len() <= MOST_RESOURCES {
        for (place, resource) in (0..).zip(&seen.plan.resources) {
            if let Some(curve) = usage::resource(seen, place) {
                booked.push(part(&resource.kind, &resource.name, &curve));
            }
        }
    }
    // Locks come last: a lock is taken or not.
    booked.sort_by_key(|curve| matches!(curve.kind.as_str(), "lock" | "conflict"));
    booked.truncate(MOST_CURVES);
    let mut all = vec![part("slots", "slots", &usage::slots(seen))];
    all.append(&mut booked);
    all.extend(usage::processors(seen).map(|curve| part("processors", "processors", &curve)));
    all.extend(usage::memory(seen).map(|curve| part("used-memory", "memory of the machine", &curve)));
    all
}

/// With more resources than this a report has the curve of the slots alone.
const MOST_RESOURCES: usize = 200;

/// The runs that belong to one, as far as their folders lie beside its own.
pub fn family(folder: &Path, header: &Header) -> Vec<Relative> {
    let Some(root) = folder.parent() else { return Vec::new() };
    let relative = |header: &Header, place: &str| Relative {
        id: header.run.clone(),
        started_at: header.started_at.clone(),
        place: place.to_owned(),
        relation: header.parent.is_some().then(|| relation(header).to_owned()),
    };
    let mut all = Vec::new();
    let mut known = HashSet::from([header.run.clone()]);
    let mut now = header.clone();
    while let Some(parent) = lookup::parent_of(root, &now)
        && known.insert(parent.run.clone())
        && all.len() < MOST_RELATIVES
    {
        all.insert(0, relative(&parent, "before"));
        now = parent;
    }
    now = header.clone();
    while let Some((_, child)) = lookup::child_of(root, &now)
        && known.insert(child.run.clone())
        && all.len() < 2 * MOST_RELATIVES
    {
        all.push(relative(&child, "after"));
        now = child;
    }
    all
}

fn relation(header: &Header) -> &'static str {
    if header.relation == Some(Relation::Undoes) { "undoes" } else { "resumes" }
}
