//! Which slot each attempt had, as far as the record tells: the lowest one that was free when it began.
//!
//! The scheduler counts slots and does not number them. With these numbers no two attempts share a row of a chart.

use super::seen::Seen;
use super::timeline::Moment;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The slot of each attempt, from 0; none for monitors, which take none.
pub fn slots(seen: &Seen) -> Vec<Option<u32>> {
    let mut busy: BinaryHeap<Reverse<(Moment, u32)>> = BinaryHeap::new();
    let mut free: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
    let mut rows = 0;
    let attempts = seen.timeline.attempts.iter();
    attempts
        .map(|attempt| {
            if seen.is_monitor(attempt.op) {
                return None;
            }
            while let Some(&Reverse((until, row))) = busy.peek()
                && until <= attempt.begun
            {
                busy.pop();
                free.push(Reverse(row));
            }
            let row = free.pop().map_or_else(
                || {
                    rows += 1;
                    rows - 1
                },
                |Reverse(row)| row,
            );
            if let Some(until) = attempt.slot_free() {
                busy.push(Reverse((until, row)));
            }
            Some(row)
        })
        .collect()
}
