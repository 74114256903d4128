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

impl Estimates {
    pub(super) fn compile(operations: &[Operation], past: &PastDurations) -> Self {
        let (mut count, mut sum) = (0u64, 0u64);
        let mut durations = Vec::with_capacity(operations.len());
        let mut sources = Vec::with_capacity(operations.len());
        for operation in operations {
            let remembered = || {
                if past.is_empty() { None } else { past.get(&operation.name.to_lowercase()).copied() }
            };
            let (ms, source) = match (operation.estimate_ms, remembered()) {
                (Some(ms), _) => (ms, EstimateSource::Declared),
                (None, Some(ms)) if !operation.is_monitor() => (ms, EstimateSource::History),
                (None, _) => (0, EstimateSource::Unit),
            };
            if source != EstimateSource::Unit && !operation.is_monitor() {
                (count, sum) = (count + 1, sum.saturating_add(ms));
            }
            durations.push(ms);
            sources.push(source);
        }
        let unit_ms = sum.checked_div(count).unwrap_or(UNIT_MS).max(1);
        for ((duration, source), operation) in durations.iter_mut().zip(&sources).zip(operations) {
            // A monitor lasts as long as the run: nothing waits for it.
            if *source == EstimateSource::Unit && !operation.is_monitor() {
                *duration = unit_ms;
            }
        }
        Self { durations: durations.into(), sources: sources.into(), unit_ms }
    }

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

    #[test]
    fn declared_comes_before_history_and_history_before_the_unit() {
        let operations = [named("Said", Some(10)), named("Seen", None), named("New", None)];
        let past = HashMap::from([("said".to_owned(), 99), ("seen".to_owned(), 30)]);
        let estimates = Estimates::compile(&operations, &past);
        assert_eq!(estimates.durations(), [10, 30, 20], "what is unknown counts as the mean of the known");
        let sources = [EstimateSource::Declared, EstimateSource::History, EstimateSource::Unit];
        assert_eq!(estimates.sources(), sources);
    }

    #[test]
    fn without_any_knowledge_all_are_equal() {
        let estimates = Estimates::compile(&[named("a", None), named("b", None)], &HashMap::new());
        assert_eq!(estimates.durations(), [UNIT_MS; 2]);
    }
}
