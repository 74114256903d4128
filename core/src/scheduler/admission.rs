//! Admission: whether one more operation may start, and what it books.
//!
//! Monitors book nothing, so that watching never keeps work from starting. A service gives its slot
//! back when it is ready: slots count operations at work. Further resources will be booked here.

/// What limits a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Operations that may be at work at the same time; at least 1.
    pub max_concurrency: u32,
}

/// What is booked.
#[derive(Debug)]
pub struct Admission {
    limits: Limits,
    slots_in_use: u32,
    peak: u32,
    /// By operation: whether it has a slot.
    holds_slot: Box<[bool]>,
}

impl Admission {
    /// Nothing booked yet, for a plan of `count` operations.
    pub fn new(limits: Limits, count: usize) -> Self {
        let limits = Limits { max_concurrency: limits.max_concurrency.max(1) };
        Self { limits, slots_in_use: 0, peak: 0, holds_slot: vec![false; count].into() }
    }

    /// Whether a slot is free.
    pub fn has_room(&self) -> bool {
        self.slots_in_use < self.limits.max_concurrency
    }

    /// Books a slot.
    pub fn book(&mut self, index: usize) {
        debug_assert!(self.has_room() && !self.holds_slot[index]);
        self.holds_slot[index] = true;
        self.slots_in_use += 1;
        self.peak = self.peak.max(self.slots_in_use);
    }

    /// Gives a slot back, if the operation has one.
    pub fn release(&mut self, index: usize) {
        if std::mem::take(&mut self.holds_slot[index]) {
            self.slots_in_use -= 1;
        }
    }

    /// Slots booked now.
    pub fn slots_in_use(&self) -> u32 {
        self.slots_in_use
    }

    /// The most slots that were ever booked at once.
    pub fn peak(&self) -> u32 {
        self.peak
    }
}
