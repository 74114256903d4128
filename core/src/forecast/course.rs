//! How the operations of a rehearsed run go: by estimates, or as a record has it.

use crate::graph::OpId;
use crate::plan::Plan;

/// How one attempt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Milliseconds from its admission to its begin: until a worker is there that takes it.
    pub lag_ms: u64,
    /// Milliseconds from there to its end, or until a service is ready.
    pub took_ms: u64,
    /// How that comes out.
    pub end: TurnEnd,
    /// Of what ends in the same millisecond the lowest comes first.
    pub place: u64,
}

/// How an attempt comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnEnd {
    /// Well.
    Well,
    /// Badly, and whether another attempt may follow.
    Badly {
        /// Whether one may.
        again: bool,
    },
    /// A service is ready, and goes on until it is stopped, or dies some milliseconds later.
    Serves {
        /// When it dies.
        dies_after_ms: Option<u64>,
    },
    /// An order stops it, and it is started again.
    Restarted,
    /// It goes on until the run ends.
    Never,
}

/// How a check whether an operation has to run goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckTurn {
    /// Milliseconds that it takes.
    pub took_ms: u64,
    /// Whether the operation is up to date.
    pub current: bool,
    /// Of what ends in the same millisecond the lowest comes first.
    pub place: u64,
}

/// How the operations of a run go.
pub trait Course {
    /// How an attempt of an operation goes, counted from 1; nothing when that is not known.
    fn turn(&self, op: OpId, attempt: u32) -> Option<Turn>;

    /// Milliseconds from the admission of an attempt, which is at this moment, to its begin.
    fn lag(&self, _op: OpId, _attempt: u32, turn: &Turn, _now: u64) -> u64 {
        turn.lag_ms
    }

    /// How the check of an operation goes.
    fn check(&self, _op: OpId) -> CheckTurn {
        // What is expected is that everything runs.
        CheckTurn::default()
    }
}

/// Every operation takes as long as its estimate says, and nothing fails.
pub struct AsEstimated<'p>(pub &'p Plan);

impl Course for AsEstimated<'_> {
    fn turn(&self, op: OpId, _attempt: u32) -> Option<Turn> {
        let end = match self.0.facts(op) {
            facts if facts.monitor => TurnEnd::Never,
            facts if facts.service => TurnEnd::Serves { dies_after_ms: None },
            _ => TurnEnd::Well,
        };
        Some(Turn { lag_ms: 0, took_ms: self.0.estimate(op).ms, end, place: 0 })
    }
}
