//! Everything that happens by itself at some time: limits, graces and pauses, as a heap of due times.
//!
//! A timer that has become pointless stays in the heap and is recognised when it is due.

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

/// Timers by due time, in milliseconds since the run's start.
#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(u64, Timer)>>,
}

impl Timers {
    /// Adds a timer.
    pub fn arm(&mut self, at: u64, timer: Timer) {
        self.heap.push(Reverse((at, timer)));
    }

    /// Takes one timer that is due, the earliest first.
    pub fn pop_due(&mut self, now: u64) -> Option<Timer> {
        if self.heap.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            return self.heap.pop().map(|Reverse((_, timer))| timer);
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
