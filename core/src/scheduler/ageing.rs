//! Ageing: how an operation that needs much gets it, though others that need little keep coming.
//!
//! While a demand class is parked, every admission passes its operations over. When the longest
//! waiting of them has been passed over [`PASSES_PER_SLOT`] times the number of slots, the class is
//! *reserved*: nothing of worse rank that needs any of the same resources is admitted until that
//! operation is. So an operation is passed over by a bounded number of admissions that compete with it
//! and rank behind it. An operation that is retried keeps the age it had.
//!
//! A reservation holds only while something is being run. When nothing is, waiting frees nothing, and
//! whatever fits may start.

use crate::graph::OpId;
use crate::plan::{ClassId, Plan, ResourceId, Resources};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// How many times the number of slots an operation may be passed over.
pub const PASSES_PER_SLOT: u64 = 4;

#[derive(Debug, Default)]
struct ClassAge {
    /// Admissions that passed it over while it was parked before.
    passed: u64,
    /// The count of admissions when it was parked, while it is.
    parked_since: Option<u64>,
    /// Its operations by what `passed` was when they came, less the age they came with.
    members: BinaryHeap<Reverse<(u64, OpId)>>,
    /// The rank its reservation holds for.
    reserved: Option<u32>,
}

/// How long everybody has waited, and who is reserved.
#[derive(Debug)]
pub struct Ageing {
    most: u64,
    admissions: u64,
    classes: Box<[ClassAge]>,
    /// By operation: what `passed` was when it came, or its age while it is not ready.
    since: Box<[u64]>,
    /// Parked classes by the count of admissions at which they are looked at again.
    due: BinaryHeap<Reverse<(u64, ClassId)>>,
    /// By resource: the reserved classes that need it, by rank.
    reservations: Box<[BTreeSet<(u32, ClassId)>]>,
}

impl Ageing {
    /// Nobody waits yet. For a plan that needs no resources nothing is kept: all have one class.
    pub fn new(plan: &Plan, slots: u32) -> Self {
        let resources = plan.resources();
        let count = resources.class_count();
        let members = if count > 1 { plan.node_count() } else { 0 };
        Self {
            most: u64::from(slots).saturating_mul(PASSES_PER_SLOT),
            admissions: 0,
            classes: (0..count).map(|_| ClassAge::default()).collect(),
            since: vec![0; members].into(),
            due: BinaryHeap::new(),
            reservations: resources.list().iter().map(|_| BTreeSet::new()).collect(),
        }
    }

    fn passed(&self, class: ClassId) -> u64 {
        let class = &self.classes[class.index()];
        class.passed + class.parked_since.map_or(0, |since| self.admissions - since)
    }

    /// An operation has become ready, perhaps again.
    pub fn joined(&mut self, op: OpId, class: ClassId) {
        if class == ClassId::NOTHING {
            return;
        }
        let since = self.passed(class) - self.since[op.index()];
        self.since[op.index()] = since;
        self.classes[class.index()].members.push(Reverse((since, op)));
    }

    /// An operation of this class was admitted. Its age is kept, should it come again.
    pub fn admitted(&mut self, op: OpId, class: ClassId) {
        self.admissions += 1;
        if class != ClassId::NOTHING {
            self.since[op.index()] = self.passed(class) - self.since[op.index()];
        }
    }

    /// A class has been parked.
    pub fn parked(&mut self, class: ClassId) {
        self.classes[class.index()].parked_since = Some(self.admissions);
    }

    /// A class is looked at again.
    pub fn unparked(&mut self, class: ClassId) {
        let passed = self.passed(class);
        let class = &mut self.classes[class.index()];
        (class.passed, class.parked_since) = (passed, None);
    }

    /// Whether the longest waiting operation of a class has been passed over too often. When not,
    /// the class will be [due](Self::pop_due) once it may have been.
    pub fn is_overdue(&mut self, class: ClassId, still_ready: impl Fn(OpId) -> bool) -> bool {
        let passed = self.passed(class);
        let queue = &mut self.classes[class.index()];
        while let Some(&Reverse((since, op))) = queue.members.peek() {
            if !still_ready(op) || self.since[op.index()] != since {
                queue.members.pop();
                continue;
            }
            let age = passed - since;
            if age >= self.most {
                return true;
            }
            if queue.parked_since.is_some() {
                self.due.push(Reverse((self.admissions + (self.most - age), class)));
            }
            return false;
        }
        false
    }

    /// Takes one class that is due to be looked at.
    pub fn pop_due(&mut self) -> Option<ClassId> {
        let &Reverse((at, class)) = self.due.peek()?;
        if at > self.admissions {
            return None;
        }
        self.due.pop();
        Some(class)
    }

    /// Reserves a class at a rank, or lifts its reservation. True when something may now be admitted
    /// that was held back for it.
    pub fn reserve(&mut self, resources: &Resources, class: ClassId, rank: Option<u32>) -> bool {
        let before = std::mem::replace(&mut self.classes[class.index()].reserved, rank);
        if before == rank {
            return false;
        }
        for demand in resources.demands_of(class) {
            let reservations = &mut self.reservations[demand.resource.index()];
            if let Some(old) = before {
                reservations.remove(&(old, class));
            }
            if let Some(new) = rank {
                reservations.insert((new, class));
            }
        }
        before.is_some_and(|old| rank.is_none_or(|new| new > old))
    }

    /// Whether a class is reserved.
    pub fn is_reserved(&self, class: ClassId) -> bool {
        self.classes[class.index()].reserved.is_some()
    }

    /// The best-ranked reservation of a resource that an operation of this rank must wait behind.
    pub fn held_for(&self, resource: ResourceId, rank: u32) -> Option<(u32, ClassId)> {
        self.reservations[resource.index()].first().copied().filter(|(first, _)| *first < rank)
    }
}
