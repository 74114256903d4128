//! How long each operation is expected to take, and how that is known.
//!
//! What an operation declares comes first, then what it took in earlier runs, and else one unit: the
//! mean of all that is known, so that an unknown operation counts as an average one.

use crate::operation::Operation;
use serde::Serialize;
use std::collections::HashMap;

/// One unit in milliseconds when nothing at all is known.
pub const UNIT_MS: u64 = 1_000;

/// What operations took before, in milliseconds, by name in lower case.
pub type PastDurations = HashMap<String, u64>;

/// How an estimate is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EstimateSource {
    /// The operation says so.
    Declared,
    /// It took that long in earlier runs.
    History,
    /// Nothing is known of it.
    Unit,
}

/// How long an operation is expected to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Milliseconds. A service takes so long to become ready.
    pub ms: u64,
    /// How that is known.
    pub source: EstimateSource,
}

/// The estimates of all declared operations.
#[derive(Clone, Debug)]
pub struct Estimates {
    durations: Box<[u64]>,
    sources: Box<[EstimateSource]>,
    unit_ms: u64,
}

/// Takes the estimates of operations one after another.
pub(super) struct EstimatesBuilder<'a> {
    past: &'a PastDurations,
    durations: Vec<u64>,
    sources: Vec<EstimateSource>,
    /// A monitor lasts as long as the run, and nothing waits for it: it counts nothing.
    monitors: Vec<usize>,
    count: u64,
    sum: u64,
}

impl<'a> EstimatesBuilder<'a> {
    pub(super) fn new(count: usize, past: &'a PastDurations) -> Self {
        Self {
            past,
            durations: Vec::with_capacity(count),
            sources: Vec::with_capacity(count),
            monitors: Vec::new(),
            count: 0,
            sum: 0,
        }
    }

    pub(super) fn push(&mut self, operation: &Operation, is_monitor: bool) {
        let remembered = || {
            let asked = !self.past.is_empty() && !is_monitor;
            if asked { self.past.get(&operation.name.to_lowercase()).copied() } else { None }
        };
        let (ms, source) = match operation.estimate_ms {
            Some(ms) => (ms, EstimateSource::Declared),
            None => match remembered() {
                Some(ms) => (ms, EstimateSource::History),
                None => (0, EstimateSource::Unit),
            },
        };
        if is_monitor {
            self.monitors.push(self.durations.len());
        } else if source != EstimateSource::Unit {
            (self.count, self.sum) = (self.count + 1, self.sum.saturating_add(ms));
        }
        self.durations.push(ms);
        self.sources.push(source);
    }

    /// Appends the next range.
    pub(super) fn append(&mut self, next: Self) {
        self.monitors.extend(next.monitors.iter().map(|monitor| monitor + self.durations.len()));
        self.durations.extend_from_slice(&next.durations);
        self.sources.extend_from_slice(&next.sources);
        (self.count, self.sum) = (self.count + next.count, self.sum.saturating_add(next.sum));
    }

    pub(super) fn finish(mut self) -> Estimates {
        let unit_ms = self.sum.checked_div(self.count).unwrap_or(UNIT_MS).max(1);
        let known: Vec<u64> = self.monitors.iter().map(|&monitor| self.durations[monitor]).collect();
        for (duration, source) in self.durations.iter_mut().zip(&self.sources) {
            if *source == EstimateSource::Unit {
                *duration = unit_ms;
            }
        }
        for (&monitor, duration) in self.monitors.iter().zip(known) {
            self.durations[monitor] = duration;
        }
        Estimates { durations: self.durations.into(), sources: self.sources.into(), unit_ms }
    }
}

impl Estimates {
    /// All durations in milliseconds, by operation.
    pub fn durations(&self) -> &[u64] {
        &self.durations
    }

    /// How all of them are known, by operation.
    pub fn sources(&self) -> &[EstimateSource] {
        &self.sources
    }

    /// What stands for an operation of which nothing is known, in milliseconds.
    pub fn unit_ms(&self) -> u64 {
        self.unit_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::script;

    fn named(name: &str, estimate_ms: Option<u64>) -> Operation {
        Operation { estimate_ms, ..script(name, &[]) }
    }

    fn compile(operations: &[Operation], past: &PastDurations) -> Estimates {
        let mut builder = EstimatesBuilder::new(operations.len(), past);
        operations.iter().for_each(|operation| builder.push(operation, operation.is_monitor()));
        builder.finish()
    }

    #[test]
    fn a_monitor_counts_nothing() {
        let monitor = Operation { kind: Some("Monitor".to_owned()), ..named("Watch", None) };
        let past = HashMap::from([("watch".to_owned(), 9_000), ("a".to_owned(), 10)]);
        let estimates = compile(&[named("a", None), monitor, named("b", None)], &past);
        assert_eq!(estimates.durations(), [10, 0, 10]);
    }

    #[test]
    fn declared_comes_before_history_and_history_before_the_unit() {
        let operations = [named("Said", Some(10)), named("Seen", None), named("New", None)];
        let past = HashMap::from([("said".to_owned(), 99), ("seen".to_owned(), 30)]);
        let estimates = compile(&operations, &past);
        assert_eq!(estimates.durations(), [10, 30, 20], "what is unknown counts as the mean of the known");
        let sources = [EstimateSource::Declared, EstimateSource::History, EstimateSource::Unit];
        assert_eq!(estimates.sources(), sources);
    }

    #[test]
    fn without_any_knowledge_all_are_equal() {
        let estimates = compile(&[named("a", None), named("b", None)], &HashMap::new());
        assert_eq!(estimates.durations(), [UNIT_MS; 2]);
    }
}
