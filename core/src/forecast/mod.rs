//! The forecast of a run: when each operation of a plan will start and end if the estimates hold, how
//! full every resource will be, what decides the length of the whole, and how much shorter it could be.
//!
//! Two schedules are made. The **expected** one is a rehearsal: the scheduler itself runs the plan on
//! a clock of its own, so it is what a run will do. The **shortest** one is searched for
//! ([`crate::preview`]); it respects dependencies and all limits, but neither priorities nor the order
//! that was asked for, and shows what they cost.
//!
//! ```
//! use labrunner_core::forecast::{Options, forecast};
//! use labrunner_core::operation::{Operation, PlanRequest};
//! use labrunner_core::plan::Plan;
//! use std::sync::Arc;
//!
//! let operation = |name: &str, after: &[&str], minutes: u64| Operation {
//!     name: name.to_owned(),
//!     dependencies: after.iter().map(|&name| name.to_owned()).collect(),
//!     estimate_ms: Some(minutes * 60_000),
//!     ..Operation::default()
//! };
//! let operations = vec![operation("image", &[], 3), operation("docs", &[], 1), operation("web", &["image"], 2)];
//! let plan = Plan::compile(PlanRequest { operations, ..PlanRequest::default() })?;
//! let seen = forecast(&Arc::new(plan), &Options::new(2), None)?;
//! assert_eq!(seen.makespan_ms, 5 * 60_000);
//! assert_eq!(seen.critical_path, ["image", "web"]);
//! assert_eq!(seen.operations[1].slack_ms, Some(4 * 60_000));
//! # Ok::<(), labrunner_core::error::Fault>(())
//! ```

mod course;
mod options;
mod rehearsal;
#[cfg(test)]
mod tests;

pub use course::{AsEstimated, CheckTurn, Course, Turn, TurnEnd};
pub use options::{Options, Which};
pub use rehearsal::{Interval, Rehearsal, rehearse, rehearse_estimates};

use crate::error::{Code, Fault};
use crate::graph::OpId;
use crate::operation::Order;
use crate::plan::{Estimate, EstimateSource, Plan};
use crate::preview::cutoff::Cutoff;
use crate::preview::problem::Project;
use crate::preview::schedule::Schedule;
use crate::preview::{self, Curve};
use crate::record::SkippedBecause;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// The largest table of needs, in entries, that is laid out: 256 MiB.
const LARGEST_TABLE: usize = 64 << 20;

/// What will happen if the estimates hold. All times are milliseconds from the start of the run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// Which schedule the operations and resources show.
    pub schedule: Which,
    /// When the last operation of that schedule has ended.
    pub makespan_ms: u64,
    /// The same of the run as the scheduler will do it.
    pub expected_makespan_ms: u64,
    /// The shortest that was found; absent when a service keeps resources beyond its own end, for then
    /// only the rehearsal is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortest_makespan_ms: Option<u64>,
    /// No schedule can be shorter: the longest path, or the work of the busiest resource.
    pub lower_bound_ms: u64,
    /// Whether the schedule shown reaches that bound.
    pub is_optimal: bool,
    /// Names along the longest path; dependencies only.
    pub critical_path: Vec<String>,
    /// What decides the makespan shown: each starts when the one before it ends, because it waits for it
    /// or for something that it held.
    pub critical_chain: Vec<String>,
    /// One entry for each operation, in declared order.
    pub operations: Vec<ForecastOperation>,
    /// The slots, and then every resource of the plan.
    pub resources: Vec<ForecastResource>,
    /// How many operations' estimates are known in which way.
    pub estimates: Knowledge,
    /// Schedules that were built in the search.
    pub schedules_tried: usize,
    /// Whether the search was ended by its budget or by the caller.
    pub is_halted: bool,
}

/// One operation of a [`Forecast`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastOperation {
    /// Place in the plan, from 0.
    pub index: OpId,
    /// Name as declared.
    pub name: String,
    /// When it starts; absent when it is skipped.
    pub start_ms: Option<u64>,
    /// When it ends; a service is ready then, a monitor ends with the run.
    pub end_ms: Option<u64>,
    /// How much later it may start without a later end of the whole, resources counted. It belongs to a
    /// whole path: an operation that uses it takes it from the later ones.
    pub slack_ms: Option<u64>,
    /// Whether it has no slack.
    pub critical: bool,
    /// Operations on the longest path before it.
    pub level: u32,
    /// How long it is expected to take, and how that is known.
    pub estimate: Estimate,
    /// Why it will not start although nothing fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_because: Option<SkippedBecause>,
}

/// The use of one resource in a [`Forecast`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastResource {
    /// `slots`, `memory`, `cpu`, `network`, `disk`, `pool`, `lock` or `conflict`.
    pub kind: &'static str,
    /// The name of the pool or lock, the members of a conflict; else as its kind.
    pub name: String,
    /// How much there is.
    pub capacity: u32,
    /// The most that is in use at once.
    pub peak: u32,
    /// `[from, used]`: from this moment until the next one so much is in use.
    pub steps: Vec<(u64, u32)>,
}

/// How the estimates of a [`Forecast`] are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Knowledge {
    /// Operations that say so themselves.
    pub declared: usize,
    /// Operations that took so long in earlier runs.
    pub history: usize,
    /// Operations of which nothing is known.
    pub unit: usize,
    /// What stands for those, in milliseconds.
    pub unit_ms: u64,
}

/// Predicts the run of a plan. `stop` ends the search at any time with the best schedule found.
///
/// # Errors
/// [`Code::InvalidValue`] when the estimates together exceed [`Project::LONGEST`], or when the plan has
/// too many operations and resources to be laid out in one table.
pub fn forecast(plan: &Arc<Plan>, options: &Options, stop: Option<&AtomicBool>) -> Result<Forecast, Fault> {
    let deadline = options.budget_ms.and_then(|ms| Instant::now().checked_add(Duration::from_millis(ms)));
    let slots = if *plan.order() == Order::Sequential { 1 } else { options.max_concurrency.max(1) };
    let rehearsal = rehearse_estimates(plan, slots);
    let project = project(plan, &rehearsal, slots)?;
    let lower_bound = project.critical_path_length().max(project.busiest_resource_time());
    let expected = Schedule {
        starts: rehearsal.intervals.iter().map(|interval| interval.start).collect(),
        makespan: rehearsal.makespan,
    };
    let keeps = plan.ids().any(|op| plan.facts(op).service && !plan.resources().demands(op).is_empty());
    let searched = (!keeps).then(|| {
        preview::predict(
            &project,
            &preview::Options {
                schedules: options.tries.max(1),
                seed: options.seed,
                threads: options.threads,
                cutoff: Cutoff { flag: stop, deadline },
            },
        )
    });
    let (schedules_tried, is_halted) =
        searched.as_ref().map_or((0, false), |found| (found.schedules_tried, found.is_halted));
    let shortest = searched.map(|found| match found.makespan < expected.makespan {
        true => Schedule { starts: found.starts, makespan: found.makespan },
        false => expected.clone(),
    });
    let shortest_makespan_ms = shortest.as_ref().map(|schedule| schedule.makespan);
    // What was found is a schedule of its own; the rehearsal is shown where there is none.
    let found = shortest.filter(|schedule| options.schedule == Which::Shortest && *schedule != expected);
    let is_expected = found.is_none();
    let shown = found.unwrap_or_else(|| expected.clone());
    let names = |ops: Vec<OpId>| ops.into_iter().map(|op| plan.operation(op).name.clone()).collect();
    let counted =
        |op: &OpId| rehearsal.intervals[op.index()].skipped.is_none() && !plan.operation(*op).is_monitor();
    let path = preview::critical_path(&project).into_iter().filter(counted).collect();
    let chain = preview::critical_chain(&project, &shown).into_iter().filter(counted).collect();
    Ok(Forecast {
        schedule: options.schedule,
        makespan_ms: shown.makespan,
        expected_makespan_ms: expected.makespan,
        shortest_makespan_ms,
        lower_bound_ms: lower_bound,
        is_optimal: shown.makespan <= lower_bound,
        critical_path: names(path),
        critical_chain: names(chain),
        operations: operations(plan, &rehearsal, &project, &shown),
        resources: resources(plan, &rehearsal, &project, &shown, is_expected, slots),
        estimates: knowledge(plan),
        schedules_tried,
        is_halted,
    })
}

/// The plan as the search sees it: what is skipped and what only watches takes no time and no room.
fn project(plan: &Plan, rehearsal: &Rehearsal, slots: u32) -> Result<Project, Fault> {
    let resources = plan.resources();
    let columns = 1 + resources.list().len();
    if plan.len().saturating_mul(columns) > LARGEST_TABLE {
        return Err(Fault::new(
            Code::InvalidValue,
            format!("{} operations that book {} resources are too many for a forecast", plan.len(), columns),
        )
        .with_advice("Join conflicts and locks that have the same members."));
    }
    let mut capacities = vec![slots];
    capacities.extend(resources.list().iter().map(|resource| resource.capacity.max(1)));
    let mut needs = vec![0u32; plan.len() * columns];
    let mut durations = vec![0u64; plan.len()];
    for op in plan.ids() {
        let interval = &rehearsal.intervals[op.index()];
        if interval.skipped.is_some() || plan.operation(op).is_monitor() {
            continue;
        }
        durations[op.index()] = interval.end - interval.start;
        let row = &mut needs[op.index() * columns..][..columns];
        row[0] = 1;
        for demand in resources.demands(op) {
            row[1 + demand.resource.index()] = demand.amount;
        }
    }
    Project::new(plan.graph().clone(), durations, capacities, needs).map_err(|error| {
        let culprit = error.activity().map_or("the plan", |op| plan.operation(op).name.as_str());
        error.into_fault(culprit)
    })
}

fn operations(
    plan: &Plan,
    rehearsal: &Rehearsal,
    project: &Project,
    shown: &Schedule,
) -> Vec<ForecastOperation> {
    let slack = preview::slack(project, shown);
    let describe = |op: OpId| {
        let declared = plan.operation(op);
        let interval = &rehearsal.intervals[op.index()];
        let runs = interval.skipped.is_none();
        let start = shown.starts[op.index()];
        let is_monitor = declared.is_monitor();
        let end = if is_monitor { shown.makespan } else { start + project.duration(op) };
        let slack = (runs && !is_monitor).then_some(slack[op.index()]);
        ForecastOperation {
            index: op,
            name: declared.name.clone(),
            start_ms: runs.then_some(start),
            end_ms: runs.then_some(end),
            slack_ms: slack,
            critical: slack == Some(0),
            level: plan.level(op),
            estimate: plan.estimate(op),
            skipped_because: interval.skipped.map(|reason| SkippedBecause::of(plan, reason)),
        }
    };
    plan.ids().map(describe).collect()
}

fn resources(
    plan: &Plan,
    rehearsal: &Rehearsal,
    project: &Project,
    shown: &Schedule,
    is_expected: bool,
    slots: u32,
) -> Vec<ForecastResource> {
    let amount = |op: OpId, column: usize| project.needs(op)[column];
    let describe = |column: usize, kind, name: &str, capacity| {
        let used = plan.ids().map(|op| {
            let start = shown.starts[op.index()];
            let Interval { gone, .. } = rehearsal.intervals[op.index()];
            // A service gives its slot back when it is ready, and keeps the rest.
            let end = if is_expected && column > 0 { gone } else { start + project.duration(op) };
            (start, end, amount(op, column))
        });
        let curve = Curve::of(capacity, used);
        ForecastResource { kind, name: name.to_owned(), capacity, peak: curve.peak(), steps: curve.steps }
    };
    let mut all = vec![describe(0, "slots", "slots", slots)];
    all.extend(plan.resources().list().iter().enumerate().map(|(index, resource)| {
        describe(index + 1, resource.kind.word(), &resource.name, resource.capacity)
    }));
    all
}

fn knowledge(plan: &Plan) -> Knowledge {
    let sources = plan.estimates().sources();
    let count = |wanted| sources.iter().filter(|&&source| source == wanted).count();
    Knowledge {
        declared: count(EstimateSource::Declared),
        history: count(EstimateSource::History),
        unit: count(EstimateSource::Unit),
        unit_ms: plan.estimates().unit_ms(),
    }
}
