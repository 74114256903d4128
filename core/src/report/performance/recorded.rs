//! A recorded run as something that can be rehearsed: its plan as it was, and operations that take as long as they took.
//!
//! Every resource becomes a pool: to the scheduler memory, processors, pools, locks and conflicts are all the same. Limits of
//! time are left out, because an attempt that was stopped by one ended when it did. Pauses are those that a rule gives; where
//! they were shortened at random, each is the mean of the pauses of its operation, so that together they last as long as they did.

use super::super::seen::Seen;
use super::super::timeline::Attempt;
use super::super::waits::Waited;
use super::change::Change;
use super::lags::lags;
use crate::forecast::{CheckTurn, Course, Rehearsal, Turn, TurnEnd, rehearse};
use crate::graph::OpId;
use crate::operation::{
    Backoff, FailureStrategy, Needs, Operation, Order, PlanRequest, Probe, ProbeCheck, ProcessMode,
    ProcessSpec, ResourceLimits, RetryPolicy, UpToDate, Work,
};
use crate::plan::{MAX_DELAY_MS, MAX_RETRIES, Plan};
use crate::record::scheduling::Scheduling;
use crate::record::state::Stage;
use crate::record::{LeftOut, SkipKind};
use crate::scheduler::{Carried, RunStatus, Settings, Status};
use serde::Deserialize;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A run that can be rehearsed.
pub struct Recorded {
    request: PlanRequest,
    settings: Settings,
    carried: Carried,
    seems: Went,
    went: OnceCell<Went>,
    estimates: Vec<Option<u64>>,
    plan: OnceCell<Option<Arc<Plan>>>,
}

/// How its operations went.
#[derive(Clone, Default)]
struct Went {
    turns: Vec<Vec<Turn>>,
    /// When the attempts began.
    begun: Vec<Vec<u64>>,
    checks: HashMap<OpId, CheckTurn>,
}

impl Course for Went {
    fn turn(&self, op: OpId, attempt: u32) -> Option<Turn> {
        self.turns.get(op.index())?.get(attempt.checked_sub(1)? as usize).copied()
    }

    fn check(&self, op: OpId) -> CheckTurn {
        self.checks.get(&op).copied().unwrap_or_default()
    }
}

/// The options of a run that say what a failure means.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    failure: FailureStrategy,
    cancel_running: bool,
}

impl Recorded {
    /// What the record says of a run that is over.
    ///
    /// # Errors
    /// Why it cannot be rehearsed, as a whole sentence.
    pub fn of(seen: &Seen, waited: &[Waited]) -> Result<Self, String> {
        let Some(order) = &seen.plan.order else {
            return Err("This record has no scheduling data, because an older version of LabRunner has written it, so \
                        nothing can be recommended."
                .to_owned());
        };
        if seen.running {
            return Err("Recommendations are made when the run has ended.".to_owned());
        }
        if !seen.warnings.is_empty() {
            return Err("The record is damaged, so the run cannot be rehearsed and nothing is recommended."
                .to_owned());
        }
        // What a failure has kept from starting is kept from it in the rehearsal, too.
        let has_ended = matches!(
            seen.state.status,
            Some(RunStatus::Succeeded | RunStatus::PartiallySucceeded | RunStatus::Failed)
        );
        if !has_ended || seen.timeline.undone_for.is_some() {
            return Err("The run did not come to its end, so nothing is recommended.".to_owned());
        }
        if seen.timeline.remedied > 0 {
            return Err("Operations of the run were restarted, run again or failed because they were unhealthy, which a rehearsal \
                        does not have, so nothing is recommended."
                .to_owned());
        }
        // An order may also have ended a pause, and then it is not known how long that was to be.
        let stopped = seen.timeline.attempts.iter().filter(|attempt| attempt.was_restarted()).count();
        if stopped != seen.timeline.restarted {
            return Err("Orders ended pauses between attempts of the run, which no other run will have, so it is not rehearsed \
                        and nothing is recommended."
                .to_owned());
        }
        let unusual = || {
            "Operations of the run were stopped, so it cannot be rehearsed and nothing is recommended."
                .to_owned()
        };
        let seems = Went::of(seen, waited).ok_or_else(unusual)?;
        let count = seen.state.operations.len();
        let options = Options::deserialize(&seen.header.options).unwrap_or_default();
        let failed = seen
            .state
            .operations
            .iter()
            .filter(|it| matches!(it.stage, Stage::Ended(status) if status.is_failure()));
        if options.failure != FailureStrategy::Continue
            && seen.state.status == Some(RunStatus::Failed)
            && failed.count() > 1
        {
            return Err("Operations failed when the run had been stopped already: whether they would have been tried again is \
                        not known, so it cannot be rehearsed and nothing is recommended."
                .to_owned());
        }
        let state = || (0..).map(OpId).zip(&seen.state.operations);
        // Orders skip what has not begun, like what an earlier run left in an unknown state.
        let unknown = |kind| matches!(kind, SkipKind::OutcomeUnknown | SkipKind::Ordered);
        let settings = Settings {
            failure: options.failure,
            cancel_running: options.cancel_running,
            untimed: true,
            incomplete: seen.header.left_out().iter().any(LeftOut::was_wanted),
            ..Settings::new(seen.header.max_concurrency.max(1))
        };
        let carried = Carried {
            kept: state().filter(|(_, it)| it.kept_from.is_some()).map(|(op, _)| op).collect(),
            left_out: state()
                .filter(|(_, it)| it.skipped_because.as_ref().is_some_and(|because| unknown(because.kind)))
                .map(|(op, _)| op)
                .collect(),
            ..Carried::default()
        };
        let estimate = |place: usize| {
            let special = seen.plan.operations.get(place).and_then(|planned| planned.scheduling.as_ref());
            let declared = special.and_then(|special| special.estimate_ms);
            declared.or_else(|| seen.plan.past.get(place).copied().flatten())
        };
        let estimates: Vec<_> = (0..count).map(estimate).collect();
        let request = request(seen, order, &estimates);
        Ok(Self {
            request,
            settings,
            carried,
            seems,
            went: OnceCell::new(),
            estimates,
            plan: OnceCell::new(),
        })
    }

    /// How long an operation was expected to take in milliseconds, if that was known.
    pub fn estimate(&self, op: OpId) -> Option<u64> {
        self.estimates.get(op.index()).copied().flatten()
    }

    /// What the run was started with.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// What it took over from earlier runs.
    pub fn carried(&self) -> Carried {
        self.carried.clone()
    }

    /// How ready operations were ranked.
    pub fn order(&self) -> &Order {
        &self.request.order
    }

    /// Its number of operations.
    pub fn count(&self) -> usize {
        self.request.operations.len()
    }

    /// How much all operations together take from a resource; the most that can be in use.
    pub fn demand(&self, resource: u32) -> u64 {
        let name = pool(resource);
        let needs = self.request.operations.iter().filter_map(|operation| operation.needs.as_ref());
        needs.filter_map(|needs| needs.pools.get(&name)).sum()
    }

    /// Its plan as it was; nothing where the record does not make one.
    pub fn plan(&self) -> Option<Arc<Plan>> {
        let compiled = self.plan.get_or_init(|| Plan::compile(self.request.clone()).ok().map(Arc::new));
        compiled.clone()
    }

    /// The run with something changed; nothing where the record does not say how that goes on.
    pub fn rehearse(&self, change: &Change) -> Option<Rehearsal> {
        let mut settings = self.settings;
        if let Change::Slots(slots) | Change::Wide(slots) = change {
            settings.max_concurrency = (*slots).max(1);
        }
        let plan = match self.request_with(change) {
            Some(request) => Arc::new(Plan::compile(request).ok()?),
            None => self.plan()?,
        };
        let went = self.went_with(change)?;
        rehearse(&plan, settings, self.carried.clone(), went.as_ref())
    }

    /// What is planned with something changed; nothing where that stays as it is.
    fn request_with(&self, change: &Change) -> Option<PlanRequest> {
        if matches!(change, Change::Nothing | Change::Slots(_) | Change::FirstTry | Change::Halved(_)) {
            return None;
        }
        let mut request = self.request.clone();
        match change {
            Change::Nothing | Change::Slots(_) | Change::FirstTry | Change::Halved(_) => {}
            Change::Capacity(resource, capacity) => {
                request.limits.pools.insert(pool(*resource), u64::from((*capacity).max(1)));
            }
            Change::Without(resource) => {
                let name = pool(*resource);
                for needs in request.operations.iter_mut().filter_map(|operation| operation.needs.as_mut()) {
                    needs.pools.remove(&name);
                }
            }
            Change::Order(order) => request.order = order.clone(),
            Change::Wide(_) => request.order = Order::Intelligent,
            Change::Estimates => {
                for (operation, turns) in request.operations.iter_mut().zip(&self.seems.turns) {
                    operation.estimate_ms = turns.last().map(|turn| turn.took_ms).or(operation.estimate_ms);
                }
            }
            Change::NoPauses => {
                for retry in request.operations.iter_mut().filter_map(|operation| operation.retry.as_mut()) {
                    retry.delay_ms = 0;
                }
            }
        }
        Some(request)
    }

    /// How its operations go with something changed.
    fn went_with(&self, change: &Change) -> Option<Cow<'_, Went>> {
        let mut went = Cow::Borrowed(self.went()?);
        match change {
            Change::FirstTry => went.to_mut().turns.iter_mut().for_each(|turns| {
                if turns.last().is_some_and(|last| !matches!(last.end, TurnEnd::Badly { .. })) {
                    turns.retain(|turn| !matches!(turn.end, TurnEnd::Badly { .. }));
                }
            }),
            Change::Halved(op) => {
                let turns = went.to_mut().turns.get_mut(op.index()).into_iter().flatten();
                // An order comes when it comes.
                for turn in turns.filter(|turn| turn.end != TurnEnd::Restarted) {
                    turn.took_ms /= 2;
                }
            }
            _ => {}
        }
        Some(went)
    }

    /// How its operations went, without what the scheduler itself had them wait for.
    fn went(&self) -> Option<&Went> {
        let plan = self.plan()?;
        Some(self.went.get_or_init(|| {
            let mut went = self.seems.clone();
            if went.turns.iter().flatten().all(|turn| turn.lag_ms == 0) {
                return went;
            }
            let lags = lags(&plan, self.settings, self.carried.clone(), &self.seems, &self.seems.begun);
            for (op, turns) in (0..).map(OpId).zip(&mut went.turns) {
                for (attempt, turn) in (1..).zip(turns) {
                    // What was in its way for another reason is no lag.
                    turn.lag_ms = lags.get(&(op, attempt)).map_or(turn.lag_ms, |lag| turn.lag_ms.min(*lag));
                }
            }
            went
        }))
    }
}

impl Went {
    /// Nothing where an attempt ended in a way that a rehearsal does not have.
    fn of(seen: &Seen, waited: &[Waited]) -> Option<Self> {
        let count = seen.state.operations.len();
        let mut went =
            Self { turns: vec![Vec::new(); count], begun: vec![Vec::new(); count], checks: HashMap::new() };
        for (attempt, waited) in seen.timeline.attempts.iter().zip(waited) {
            let turns = went.turns.get_mut(attempt.op.index())?;
            let end = match (attempt.status?, seen.is_monitor(attempt.op)) {
                (Status::Succeeded, true) => TurnEnd::Never,
                _ if attempt.was_restarted() => TurnEnd::Restarted,
                (Status::Canceled | Status::Abandoned | Status::Skipped, _) => return None,
                (status, _) => end(attempt, status)?,
            };
            let done = attempt.done()?;
            let took_ms = done.at - attempt.begun.at;
            turns.push(Turn { lag_ms: waited.idle_ms, took_ms, end, place: done.seq });
            went.begun[attempt.op.index()].push(attempt.begun.at);
        }
        for (place, planned) in seen.plan.operations.iter().take(count).enumerate() {
            let op = OpId(u32::try_from(place).ok()?);
            if !planned.scheduling.as_ref().is_some_and(|special| special.checked) {
                continue;
            }
            let ready = planned.after.iter().filter_map(|before| seen.settled(*before)).map(|it| it.at).max();
            let due = seen.timeline.due.get(&op).copied();
            let current = seen.state.operations[place].up_to_date && due.is_none();
            let known = due.or_else(|| seen.timeline.settled.get(&op).copied()).unwrap_or_default();
            let took_ms = known.at.saturating_sub(ready.unwrap_or(0));
            went.checks.insert(op, CheckTurn { took_ms, current, place: known.seq });
        }
        Some(went)
    }
}

/// How an attempt came out.
fn end(attempt: &Attempt, status: Status) -> Option<TurnEnd> {
    let is_good = status == Status::Succeeded;
    Some(match attempt.ready {
        Some(ready) => {
            let dies = attempt.ended.filter(|_| !is_good).map(|ended| ended.at.saturating_sub(ready.at));
            TurnEnd::Serves { dies_after_ms: dies }
        }
        None if is_good => TurnEnd::Well,
        None => TurnEnd::Badly { again: attempt.delay_ms.is_some() },
    })
}

/// The name of a resource among pools; in the order of resources.
fn pool(resource: u32) -> String {
    format!("{resource:08}")
}

/// The name of an operation: names of the record may be damaged, and are not needed.
fn called(op: OpId) -> String {
    op.0.to_string()
}

fn request(seen: &Seen, order: &Order, estimates: &[Option<u64>]) -> PlanRequest {
    let plain = Scheduling::default();
    let retries = retries(seen);
    let declared = seen.plan.operations.iter().take(estimates.len()).enumerate();
    let operations = declared.map(|(place, planned)| {
        let special = planned.scheduling.as_deref().unwrap_or(&plain);
        let (weak, strong): (Vec<OpId>, Vec<OpId>) =
            planned.after.iter().partition(|before| special.weak.contains(before));
        let names = |ops: Vec<OpId>| ops.into_iter().map(called).collect();
        let needs: BTreeMap<String, u64> =
            planned.needs.iter().map(|(resource, amount)| (pool(*resource), u64::from(*amount))).collect();
        let work = match special.stops {
            Some(service) => Work::Stop { service: called(service) },
            None if special.service => service(),
            None => Work::Script,
        };
        Operation {
            name: place.to_string(),
            kind: planned.monitor.then(|| "Monitor".to_owned()),
            dependencies: names(strong),
            weak_dependencies: names(weak),
            priority: special.priority,
            estimate_ms: estimates[place],
            trigger: special.trigger,
            critical: !special.optional,
            needs: (!needs.is_empty()).then(|| Box::new(Needs { pools: needs, ..Needs::default() })),
            retry: retries.get(place).cloned().flatten().map(Box::new),
            up_to_date: special.checked.then(|| Box::new(UpToDate { test: true, ..UpToDate::default() })),
            work,
            ..Operation::default()
        }
    });
    let pools =
        (0..).zip(&seen.plan.resources).map(|(resource, it)| (pool(resource), u64::from(it.capacity.max(1))));
    PlanRequest {
        operations: operations.collect(),
        order: by_place(seen, order),
        limits: ResourceLimits { pools: pools.collect(), ..ResourceLimits::default() },
        ..PlanRequest::default()
    }
}

/// The caller's own order, with operations as they are called here.
fn by_place(seen: &Seen, order: &Order) -> Order {
    let Order::Custom { names } = order else { return order.clone() };
    let mut places = HashMap::new();
    for (place, planned) in seen.plan.operations.iter().enumerate() {
        for name in [Some(&planned.name), planned.id.as_ref()].into_iter().flatten() {
            places.entry(name.to_lowercase()).or_insert(place);
        }
    }
    let known = names.iter().filter_map(|name| places.get(&name.to_lowercase()));
    Order::Custom { names: known.map(usize::to_string).collect() }
}

/// For each operation how it was retried.
fn retries(seen: &Seen) -> Vec<Option<RetryPolicy>> {
    let mut pauses: Vec<Vec<u64>> = vec![Vec::new(); seen.plan.operations.len()];
    for attempt in &seen.timeline.attempts {
        if let (Some(delay), Some(pauses)) = (attempt.delay_ms, pauses.get_mut(attempt.op.index()))
            && !attempt.was_restarted()
        {
            pauses.push(delay);
        }
    }
    pauses.into_iter().map(|pauses| policy(&pauses)).collect()
}

/// The rule that gives these pauses.
fn policy(pauses: &[u64]) -> Option<RetryPolicy> {
    let (first, longest) = (*pauses.first()?, *pauses.iter().max()?);
    let doubled = (0..).zip(pauses).all(|(place, pause)| {
        let grown = first.saturating_mul(1 << place.min(63));
        grown.min(longest) == *pause
    });
    let count = u32::try_from(pauses.len()).unwrap_or(u32::MAX).min(MAX_RETRIES);
    let (backoff, delay) = if doubled {
        (Backoff::Exponential, first)
    } else {
        (Backoff::Fixed, pauses.iter().sum::<u64>() / pauses.len() as u64)
    };
    let max_delay_ms = doubled.then_some(longest.min(MAX_DELAY_MS));
    Some(RetryPolicy {
        count,
        delay_ms: delay.min(MAX_DELAY_MS),
        backoff,
        max_delay_ms,
        ..RetryPolicy::default()
    })
}

/// A service that is never started.
fn service() -> Work {
    Work::Process(Box::new(ProcessSpec {
        command: "service".to_owned(),
        arguments: Vec::new(),
        working_directory: None,
        environment: BTreeMap::new(),
        mode: ProcessMode::Service,
        success_codes: Vec::new(),
        restart_codes: Vec::new(),
        ready: Some(Probe {
            check: ProbeCheck::Tcp("localhost:1".to_owned()),
            interval_ms: 250,
            timeout_ms: 60_000,
            insecure: false,
        }),
        stop_grace_ms: None,
        detached: false,
    }))
}
