//! Admission: whether one more operation may start, and what it books.
//!
//! Every running operation has a slot and what its demand class needs. A service gives its slot back
//! when it is ready, because slots count running operations, and keeps the rest until it has ended.
//! Monitors book nothing, so that watching never keeps work from starting.

use crate::graph::OpId;
use crate::plan::{ClassId, Demand, ResourceId, Resources};

/// What one operation has booked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holding {
    #[default]
    Nothing,
    /// What its demand class needs, without a slot.
    Resources,
    /// Both.
    SlotAndResources,
}

/// What is booked.
#[derive(Debug)]
pub struct Admission {
    slots: u32,
    slots_in_use: u32,
    /// Slots that another run has.
    lent: u32,
    peak: u32,
    /// By resource: what is left.
    free: Box<[u32]>,
}

impl Admission {
    /// Nothing booked yet.
    pub fn new(slots: u32, resources: &Resources) -> Self {
        Self {
            slots: slots.max(1),
            slots_in_use: 0,
            lent: 0,
            peak: 0,
            free: resources.list().iter().map(|resource| resource.capacity).collect(),
        }
    }

    /// Whether a slot is free.
    pub fn has_slot(&self) -> bool {
        self.free_slots() > 0
    }

    fn free_slots(&self) -> u32 {
        self.slots.saturating_sub(self.slots_in_use + self.lent)
    }

    /// Gives up to `most` free slots to another run, and says how many.
    pub fn lend(&mut self, most: u32) -> u32 {
        let lent = most.min(self.free_slots());
        self.lent += lent;
        lent
    }

    /// Takes back slots that were lent.
    pub fn take_back(&mut self, slots: u32) {
        self.lent = self.lent.saturating_sub(slots);
    }

    /// Changes the number of slots, at least 1. What is booked beyond stays booked.
    pub fn resize(&mut self, slots: u32) {
        self.slots = slots.max(1);
    }

    /// The first of a class's demands that cannot be met now.
    pub fn lacks(&self, resources: &Resources, class: ClassId) -> Option<Demand> {
        let demands = resources.demands_of(class);
        demands.iter().find(|demand| demand.amount > self.free[demand.resource.index()]).copied()
    }

    /// Books a slot and what the operation needs.
    pub(super) fn book(&mut self, resources: &Resources, op: OpId, holding: &mut Holding) {
        debug_assert!(*holding == Holding::Nothing, "{op:?} books twice");
        *holding = Holding::SlotAndResources;
        self.slots_in_use += 1;
        self.peak = self.peak.max(self.slots_in_use);
        for demand in resources.demands(op) {
            self.free[demand.resource.index()] -= demand.amount;
        }
    }

    /// Gives the slot back, if the operation has one.
    pub(super) fn release_slot(&mut self, holding: &mut Holding) {
        if *holding == Holding::SlotAndResources {
            *holding = Holding::Resources;
            self.slots_in_use -= 1;
        }
    }

    /// Gives everything back; says whether that was more than a slot.
    pub(super) fn release(&mut self, resources: &Resources, op: OpId, holding: &mut Holding) -> bool {
        self.release_slot(holding);
        if std::mem::take(holding) == Holding::Nothing {
            return false;
        }
        let demands = resources.demands(op);
        for demand in demands {
            self.free[demand.resource.index()] += demand.amount;
        }
        !demands.is_empty()
    }

    /// What is left of a resource.
    pub fn free(&self, resource: ResourceId) -> u32 {
        self.free[resource.index()]
    }

    /// Slots booked now.
    pub fn slots_in_use(&self) -> u32 {
        self.slots_in_use
    }

    /// Slots that another run has now.
    pub fn slots_lent(&self) -> u32 {
        self.lent
    }

    /// Slots there are.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// The most slots that were ever booked at once.
    pub fn peak(&self) -> u32 {
        self.peak
    }
}
