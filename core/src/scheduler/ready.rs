//! The ready queue: operations that have all they wait for, best rank first.
//!
//! Operations of one demand class may start under the same conditions, so only the best of each class
//! is ever looked at. A class that lacks something is parked at that resource and looked at again when
//! enough of it is free: an admission costs a few heap operations, however many are ready.

use crate::graph::OpId;
use crate::plan::{ClassId, Plan, ResourceId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Operations of one demand class by rank.
#[derive(Debug, Default)]
struct ClassQueue {
    ranks: BinaryHeap<Reverse<u32>>,
    parked_at: Option<ResourceId>,
}

/// Classes by a number, least first.
type ClassHeap = BinaryHeap<Reverse<(u32, ClassId)>>;

/// A priority queue over the plan's ranks. Operations that ended meanwhile stay in it and are passed
/// over: cheaper than searching for them.
#[derive(Debug)]
pub struct ReadyQueue {
    classes: Box<[ClassQueue]>,
    /// The best of every class that is not parked. May hold outdated entries, which are not the best of any class.
    best: ClassHeap,
    /// By resource: classes by the amount they wait for. May hold outdated entries too.
    parked: Box<[ClassHeap]>,
}

impl ReadyQueue {
    /// An empty queue for the demand classes and resources of a plan.
    pub fn new(plan: &Plan) -> Self {
        let resources = plan.resources();
        Self {
            classes: (0..resources.class_count()).map(|_| ClassQueue::default()).collect(),
            best: BinaryHeap::new(),
            parked: resources.list().iter().map(|_| BinaryHeap::new()).collect(),
        }
    }

    /// Adds an operation. True when it is the best of a class that was parked, which is not any more.
    pub fn push(&mut self, plan: &Plan, op: OpId) -> bool {
        let (class, rank) = (plan.resources().class_of(op), plan.rank(op));
        let queue = &mut self.classes[class.index()];
        let better = queue.ranks.peek().is_none_or(|Reverse(best)| rank < *best);
        queue.ranks.push(Reverse(rank));
        if better {
            self.best.push(Reverse((rank, class)));
            return queue.parked_at.take().is_some();
        }
        false
    }

    /// The best operation of all classes that are not parked.
    pub fn peek(&mut self, plan: &Plan, still_ready: impl Fn(OpId) -> bool) -> Option<(OpId, ClassId)> {
        while let Some(&Reverse((rank, class))) = self.best.peek() {
            let queue = &mut self.classes[class.index()];
            let is_best = queue.ranks.peek() == Some(&Reverse(rank)) && queue.parked_at.is_none();
            if is_best && still_ready(plan.at_rank(rank)) {
                return Some((plan.at_rank(rank), class));
            }
            self.best.pop();
            if is_best {
                queue.ranks.pop();
                if let Some(&Reverse(next)) = queue.ranks.peek() {
                    self.best.push(Reverse((next, class)));
                }
            }
        }
        None
    }

    /// Up to `most` operations that are likely to be among the best soon: those at the top of the
    /// best class's heap.
    pub fn likely_next(&self, plan: &Plan, most: usize) -> impl Iterator<Item = OpId> {
        let class = self.best.peek().map(|Reverse((_, class))| &self.classes[class.index()]);
        let ranks = class.map_or(&[][..], |class| class.ranks.as_slice());
        ranks.iter().take(most).map(|Reverse(rank)| plan.at_rank(*rank))
    }

    /// Takes the best operation of a class out.
    pub fn take(&mut self, class: ClassId) {
        let queue = &mut self.classes[class.index()];
        let taken = queue.ranks.pop();
        if queue.parked_at.is_none() {
            // Usually it is on top; otherwise it is recognised as outdated later.
            if let Some(Reverse(rank)) = taken
                && self.best.peek() == Some(&Reverse((rank, class)))
            {
                self.best.pop();
            }
            if let Some(&Reverse(next)) = queue.ranks.peek() {
                self.best.push(Reverse((next, class)));
            }
        }
    }

    /// Sets a class aside until so much of a resource is free.
    pub fn park(&mut self, class: ClassId, resource: ResourceId, amount: u32) {
        self.classes[class.index()].parked_at = Some(resource);
        self.parked[resource.index()].push(Reverse((amount, class)));
    }

    /// Takes up again one class that waits for no more than what is free of a resource.
    pub fn unpark(&mut self, resource: ResourceId, free: u32) -> Option<ClassId> {
        let parked = &mut self.parked[resource.index()];
        while let Some(&Reverse((amount, class))) = parked.peek() {
            if amount > free {
                return None;
            }
            parked.pop();
            let queue = &mut self.classes[class.index()];
            if queue.parked_at == Some(resource) {
                queue.parked_at = None;
                if let Some(&Reverse(best)) = queue.ranks.peek() {
                    self.best.push(Reverse((best, class)));
                }
                return Some(class);
            }
        }
        None
    }

    /// All parked classes.
    pub fn parked_classes(&self) -> impl Iterator<Item = ClassId> {
        let parked = |(index, class): (usize, &ClassQueue)| class.parked_at.map(|_| ClassId(index as u32));
        self.classes.iter().enumerate().filter_map(parked)
    }

    /// Looks at one class again, also when it is parked.
    pub fn revive(&mut self, class: ClassId) {
        let queue = &mut self.classes[class.index()];
        if queue.parked_at.take().is_some()
            && let Some(&Reverse(best)) = queue.ranks.peek()
        {
            self.best.push(Reverse((best, class)));
        }
    }

    /// Whether a class is parked.
    pub fn is_parked(&self, class: ClassId) -> bool {
        self.classes[class.index()].parked_at.is_some()
    }

    /// The best operation of one class, parked or not.
    pub fn best_of(
        &mut self,
        plan: &Plan,
        class: ClassId,
        still_ready: impl Fn(OpId) -> bool,
    ) -> Option<OpId> {
        let queue = &mut self.classes[class.index()];
        let mut dropped = false;
        while let Some(&Reverse(rank)) = queue.ranks.peek() {
            if still_ready(plan.at_rank(rank)) {
                if dropped && queue.parked_at.is_none() {
                    self.best.push(Reverse((rank, class)));
                }
                return Some(plan.at_rank(rank));
            }
            queue.ranks.pop();
            dropped = true;
        }
        None
    }
}
