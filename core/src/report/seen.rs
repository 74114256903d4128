//! What the record of one run says, put together: the one thing that everything in a report is computed from.

use super::timeline::{Moment, Timeline};
use crate::graph::OpId;
use crate::operation::Order;
use crate::record::header::{PlannedOperation, RecordedPlan};
use crate::record::usage::Used;
use crate::record::{Header, Record, RunState};

/// What is known of a run.
#[derive(Debug, Default)]
pub struct Seen {
    /// What was known before it began.
    pub header: Header,
    /// Its operations, compensations last, and what they take from.
    pub plan: RecordedPlan,
    /// How each operation stands.
    pub state: RunState,
    /// Every attempt.
    pub timeline: Timeline,
    /// What was in use of the machine meanwhile.
    pub used: Vec<Used>,
    /// Whether it is under way.
    pub running: bool,
    /// Milliseconds from the run's start to its end, or to now.
    pub end: u64,
    /// What is wrong with its files, in sentences.
    pub warnings: Vec<String>,
}

impl Seen {
    /// Reads a record. A run that is under way is seen as of now.
    pub fn read(record: &Record<'_>) -> Self {
        // In this order: what is written before the lock is free is read.
        let running = record.is_running();
        let header = record.header().clone();
        let mut replayed = record.before();
        let mut timeline = Timeline::default();
        let mut entries = record.entries();
        for entry in entries.by_ref() {
            replayed.apply(&entry);
            timeline.apply(&entry);
        }
        let damage = entries.damage().cloned();
        // The result has all operations even where the journal is damaged.
        let ended = record.ending().is_some();
        let state = if ended && damage.is_some() { record.state().0 } else { replayed };
        let running = running && !ended && state.status.is_none();
        timeline.complete(&state);
        let damage = damage.filter(|_| !running).into_iter().chain(record.result_damage());
        let warnings = damage.map(|damage| crate::history::query::sentence(&damage)).collect();
        let end = if running { since(&header.started_at).unwrap_or(0).max(timeline.at) } else { timeline.at };
        let mut plan = record.whole_plan();
        for (place, operation) in state.operations.iter().enumerate().skip(plan.operations.len()) {
            plan.operations.insert(place, PlannedOperation::named(&operation.name));
        }
        Self { header, plan, state, timeline, used: record.usage(), running, end, warnings }
    }

    /// How many operations could run at the same time: one after another where that was the order.
    pub fn slots(&self) -> u32 {
        if self.plan.order == Some(Order::Sequential) { 1 } else { self.header.max_concurrency }
    }

    /// Whether an operation only watches the others.
    pub fn is_monitor(&self, op: OpId) -> bool {
        self.planned(op).is_some_and(|planned| planned.monitor)
    }

    /// An operation as planned.
    pub fn planned(&self, op: OpId) -> Option<&PlannedOperation> {
        self.plan.operations.get(op.index())
    }

    /// The name of an operation.
    pub fn name(&self, op: OpId) -> String {
        self.planned(op).map_or_else(|| format!("#{}", op.0), |planned| planned.name.clone())
    }

    /// When an operation had come to what its dependents wait for.
    pub fn settled(&self, op: OpId) -> Option<Moment> {
        match self.timeline.last_of(op) {
            Some(place) => self.timeline.attempts[place].done(),
            None => self.timeline.settled.get(&op).copied(),
        }
    }
}

/// Milliseconds since a time.
fn since(started: &str) -> Option<u64> {
    let started: jiff::Timestamp = started.parse().ok()?;
    u64::try_from(jiff::Timestamp::now().duration_since(started).as_millis()).ok()
}
