//! How long the attempts of a recorded run went from their admission to their begin.
//!
//! A record has when an attempt began, but not when it was admitted. Time in which nothing that is recorded was in its way
//! may have gone to a worker that was being opened, or to something that a scheduler does and does not tell: a resource
//! was kept for another operation that had waited long. A rehearsal keeps it by itself, and must not wait for it a second
//! time. So the run is rehearsed once with each attempt beginning when it did; that shows when it was admitted.

use crate::forecast::{CheckTurn, Course, Turn, rehearse};
use crate::graph::OpId;
use crate::plan::Plan;
use crate::scheduler::{Carried, Settings};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Milliseconds from admission to begin, by operation and attempt, as far as they can be known.
pub type Lags = HashMap<(OpId, u32), u64>;

/// The lags of a run whose attempts began at these moments.
pub fn lags(
    plan: &Arc<Plan>,
    settings: Settings,
    carried: Carried,
    course: &impl Course,
    begun: &[Vec<u64>],
) -> Lags {
    let course = AsBegun { course, begun, lags: RefCell::default() };
    // Where it comes to something unknown, all before that is known.
    let _ = rehearse(plan, settings, carried, &course);
    course.lags.into_inner()
}

/// Every attempt begins when it did.
struct AsBegun<'a, C> {
    course: &'a C,
    begun: &'a [Vec<u64>],
    lags: RefCell<Lags>,
}

impl<C: Course> Course for AsBegun<'_, C> {
    fn turn(&self, op: OpId, attempt: u32) -> Option<Turn> {
        self.course.turn(op, attempt)
    }

    fn lag(&self, op: OpId, attempt: u32, turn: &Turn, now: u64) -> u64 {
        let place = attempt.checked_sub(1).map(|place| place as usize);
        let begun = self.begun.get(op.index()).zip(place).and_then(|(begun, place)| begun.get(place));
        let lag = begun.map_or(turn.lag_ms, |begun| begun.saturating_sub(now));
        self.lags.borrow_mut().insert((op, attempt), lag);
        lag
    }

    fn check(&self, op: OpId) -> CheckTurn {
        self.course.check(op)
    }
}
