//! Why an operation is not running: what it waits for, now.

use super::guard::GuardReason;
use super::machine::Scheduler;
use super::state::State;
use crate::graph::OpId;
use crate::plan::{ResourceId, ResourceKind};
use serde::Serialize;

/// Everything an operation waits for at the moment. Nothing of it is set once it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Where it is: `waiting`, `checking`, `ready`, `admitted`, `running`, `serving`, `stopping`, `backoff`,
    /// `ended`, or `dormant` for a compensation that is not needed.
    pub state: &'static str,
    /// What it depends on that has not ended; for a compensation, those that come before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<OpId>,
    /// Present when no slot is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<Slots>,
    /// Resources of which too little is free.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Lack>,
    /// When the pause before its next attempt ends, in milliseconds since the run's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_until_ms: Option<u64>,
    /// The operation of better rank that has waited too long, for which what both need is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_for: Option<OpId>,
    /// Whether nothing more is started, because a restart of the machine was asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restart: bool,
    /// Whether nothing more is started, because the run is suspended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// How the machine itself is over its limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardReason>,
}

/// How many slots are booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Slots {
    /// Slots booked.
    pub used: u32,
    /// Slots there are.
    pub limit: u32,
}

/// A resource of which too little is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// What kind of thing.
    pub kind: ResourceKind,
    /// Which.
    pub name: String,
    /// How much it needs.
    pub need: u32,
    /// How much is booked.
    pub used: u32,
    /// How much there is.
    pub limit: u32,
    /// Who holds it.
    pub held_by: Vec<OpId>,
}

impl Scheduler {
    /// Why an operation is not running. For people: it looks at the whole run.
    pub fn explain(&self, op: OpId) -> Waiting {
        let state = self.state(op);
        let mut waiting = Waiting {
            state: state.name(),
            dependencies: Vec::new(),
            slots: None,
            resources: Vec::new(),
            backoff_until_ms: None,
            reserved_for: None,
            restart: false,
            suspended: false,
            guard: None,
        };
        match state {
            State::Waiting if self.is_compensation(op) => waiting.dependencies = self.undone_before(op),
            State::Waiting => {
                let pending = |on: &OpId| !self.progress[on.index()].flags.settled;
                let dependencies = self.plan.graph().dependencies.of(op);
                waiting.dependencies = dependencies.iter().copied().filter(pending).collect();
            }
            State::Backoff => waiting.backoff_until_ms = self.backoff_until.get(&op).copied(),
            State::Ready => self.explain_ready(op, &mut waiting),
            State::Dormant
            | State::Checking
            | State::Admitted
            | State::Running
            | State::Serving
            | State::Stopping(_)
            | State::Ended(_) => {}
        }
        waiting
    }

    fn explain_ready(&self, op: OpId, waiting: &mut Waiting) {
        waiting.restart = self.is_parking();
        waiting.suspended = self.is_suspended();
        if !self.admission.has_slot() {
            waiting.slots = Some(Slots {
                used: self.admission.slots_in_use() + self.admission.slots_lent(),
                limit: self.admission.slots(),
            });
        }
        if self.is_guarded() {
            waiting.guard = self.guard.reason(self.now);
        }
        let resources = self.plan.resources();
        for demand in resources.demands(op) {
            let resource = resources.get(demand.resource);
            let free = self.admission.free(demand.resource);
            if demand.amount > free {
                waiting.resources.push(Lack {
                    kind: resource.kind,
                    name: resource.name.clone(),
                    need: demand.amount,
                    used: resource.capacity - free,
                    limit: resource.capacity,
                    held_by: self.holders(demand.resource).collect(),
                });
            }
            waiting.reserved_for = waiting.reserved_for.or_else(|| self.kept_for(demand.resource, op));
        }
    }

    fn kept_for(&self, resource: ResourceId, op: OpId) -> Option<OpId> {
        let (rank, _) = self.ageing.held_for(resource, self.plan.rank(op))?;
        Some(self.plan.at_rank(rank))
    }
}
