//! Which of the operations that are ready start now.

use super::admission::Holding;
use super::consequence::Consequence;
use super::machine::Scheduler;
use super::messages::{Command, SkipReason};
use super::state::{Change, State};
use crate::graph::OpId;
use crate::plan::{ClassId, Demand, ResourceId};
use std::sync::Arc;

impl Scheduler {
    /// Starts all that may start now.
    pub(super) fn admit(&mut self, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        loop {
            // Every time: a stop operation may end as it starts, and a monitor wait for it.
            self.follow(out);
            if self.is_parking() || self.is_suspended() {
                return;
            }
            let progress = &self.progress;
            let still_ready = |op: OpId| progress[op.index()].state() == State::Ready;
            if let Some((op, class)) = self.ready_monitors.peek(&plan, still_ready) {
                self.ready_monitors.take(class);
                self.start(op, out);
                continue;
            }
            if !self.admission.has_slot() || self.is_guarded() {
                return;
            }
            match self.ready.peek(&plan, still_ready) {
                Some((op, class)) => match self.hindrance(op, class) {
                    None => self.grant(op, class, out),
                    Some(lack) => {
                        self.ready.park(class, lack.resource, lack.amount);
                        self.ageing.parked(class);
                        self.review(class);
                    }
                },
                None if self.resolve_standstill(out) => {}
                None => return,
            }
        }
    }

    /// Whether the machine's own load holds admissions back. One operation is always admitted.
    pub(super) fn is_guarded(&self) -> bool {
        self.admission.slots_in_use() > 0 && self.guard.reason(self.now).is_some()
    }

    /// The demand that keeps an operation from starting although a slot is free.
    fn hindrance(&self, op: OpId, class: ClassId) -> Option<Demand> {
        let resources = self.plan.resources();
        self.admission.lacks(resources, class).or_else(|| {
            let rank = self.plan.rank(op);
            let held = |demand: &&Demand| self.ageing.held_for(demand.resource, rank).is_some();
            resources.demands_of(class).iter().filter(|_| self.tally.in_flight > 0).find(held).copied()
        })
    }

    fn grant(&mut self, op: OpId, class: ClassId, out: &mut Vec<Command>) {
        self.ready.take(class);
        self.ageing.admitted(op, class);
        let holding = &mut self.progress[op.index()].holding;
        self.admission.book(self.plan.resources(), op, holding);
        self.start(op, out);
        if self.ageing.is_reserved(class) {
            self.review(class);
        }
        while let Some(due) = self.ageing.pop_due() {
            if self.ready.is_parked(due) {
                self.review(due);
            }
        }
    }

    fn start(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.progress[op.index()].attempt += 1;
        self.change(op, Change::Admit);
        match self.plan.stops(op) {
            Some(service) => self.run_stop_operation(op, service, out),
            None => out.push(Command::Start(op, self.progress[op.index()].attempt)),
        }
    }

    /// When nothing is being run, waiting frees nothing: whatever fits may start, whatever is reserved. What does
    /// not fit even so waits for what a service keeps, and nothing that could end the service is left. True when
    /// something can go on.
    fn resolve_standstill(&mut self, out: &mut Vec<Command>) -> bool {
        if self.tally.in_flight > 0 {
            return false;
        }
        let plan = Arc::clone(&self.plan);
        let parked: Vec<ClassId> = self.ready.parked_classes().collect();
        let progress = &self.progress;
        let still_ready = |op: OpId| progress[op.index()].state() == State::Ready;
        let mut waiting = Vec::with_capacity(parked.len());
        for class in parked {
            if let Some(op) = self.ready.best_of(&plan, class, still_ready) {
                waiting.push((plan.rank(op), op, class));
            }
        }
        waiting.sort_unstable();
        let fits =
            |&&(_, _, class): &&(u32, OpId, ClassId)| self.admission.lacks(plan.resources(), class).is_none();
        if let Some(&(_, _, class)) = waiting.iter().find(fits) {
            self.ready.revive(class);
            self.ageing.unparked(class);
            return true;
        }
        let Some(&(_, op, class)) = waiting.first() else { return false };
        let Some(lack) = self.admission.lacks(plan.resources(), class) else { return false };
        let Some(service) = self.holders(lack.resource).next() else { return false };
        self.skip(op, SkipReason::HeldByService(service), out);
        if self.progress[op.index()].facts.critical {
            self.consequences.push(Consequence::Failed(op));
        }
        true
    }

    /// Operations that hold some of a resource.
    pub(super) fn holders(&self, resource: ResourceId) -> impl Iterator<Item = OpId> {
        self.plan.nodes().filter(move |&op| {
            let takes = |demand: &Demand| demand.resource == resource;
            let holds = self.progress[op.index()].holding != Holding::Nothing;
            holds && self.plan.resources().demands(op).iter().any(takes)
        })
    }
}
