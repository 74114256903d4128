//! Everything that happens by itself at some time: limits, graces and pauses, as a heap of due times.
//!
//! A timer that has become pointless stays in the heap and is recognised when it is due. Most become
//! pointless, for most operations end before their limit: when there may be too many such timers, they are
//! looked for and dropped, so that the heap stays as small as what is under way.

use crate::graph::OpId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What happens when a timer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The limit of one attempt.
    OperationLimit(OpId, u32),
    /// The end of the grace after an order to stop.
    StopGrace(OpId, u32),
    /// The end of the pause after an attempt.
    Backoff(OpId, u32),
    /// The limit of an operation with all its attempts.
    TotalLimit(OpId),
    /// The last sample of the machine counts no more.
    SampleExpired,
    /// The limit of the whole run.
    RunLimit,
}

/// So many timers are never too many.
const FEW: usize = 1_024;

/// Timers by due time, in milliseconds since the run's start.
#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(u64, Timer)>>,
    /// How many there were left when pointless ones were last dropped.
    left: usize,
}

impl Timers {
    /// Adds a timer.
    pub fn arm(&mut self, at: u64, timer: Timer) {
        self.heap.push(Reverse((at, timer)));
    }

    /// Whether it pays to [drop](Self::keep) the pointless ones: twice what was left
    /// the last time, so that each timer costs a bounded number of looks.
    pub fn is_crowded(&self) -> bool {
        self.heap.len() >= FEW.max(self.left * 2)
    }

    /// Drops the timers for which `relevant` says no.
    pub fn keep(&mut self, relevant: impl Fn(Timer) -> bool) {
        self.heap.retain(|&Reverse((_, timer))| relevant(timer));
        self.left = self.heap.len();
    }

    /// Makes timers due that number of milliseconds later.
    pub fn postpone(&mut self, by: u64, is_meant: impl Fn(Timer) -> bool) {
        let later = |Reverse((at, timer))| {
            Reverse((if is_meant(timer) { u64::saturating_add(at, by) } else { at }, timer))
        };
        self.heap = std::mem::take(&mut self.heap).into_iter().map(later).collect();
    }

    /// Takes one timer that is due, the earliest first, with the time at which it was.
    pub fn pop_due(&mut self, now: u64) -> Option<(u64, Timer)> {
        if self.heap.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            return self.heap.pop().map(|Reverse(due)| due);
        }
        None
    }

    /// When the next relevant timer is due; drops those for which `relevant` says no on the way.
    pub fn next_due(&mut self, relevant: impl Fn(Timer) -> bool) -> Option<u64> {
        while let Some(&Reverse((at, timer))) = self.heap.peek() {
            if relevant(timer) {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointless_timers_do_not_pile_up() {
        let mut timers = Timers::default();
        let counts = |timer| matches!(timer, Timer::TotalLimit(OpId(id)) if id % 1_000 == 0);
        for id in 0..100_000 {
            if timers.is_crowded() {
                timers.keep(counts);
            }
            timers.arm(u64::from(id), Timer::TotalLimit(OpId(id)));
        }
        assert!(timers.heap.len() <= FEW, "{}", timers.heap.len());
        let due = std::iter::from_fn(|| timers.pop_due(u64::MAX)).filter(|&(_, timer)| counts(timer));
        assert_eq!(due.count(), 100, "what counts is kept");
    }
}
