//! How long operations took in earlier runs of the same lab, for those that declare no estimate.
//!
//! The results of the newest runs are read, or their journals where they have none: a bounded number of files and
//! bytes however many runs there are. Of each operation the last few attempts that ended well count, and their median:
//! one slow day changes nothing. Of one that took a moment the last attempt is enough: its place in the order hardly
//! matters, and reading must not take longer than what it is for. What cannot be read - a torn line, a file that is not a journal, a newer
//! format - is passed over, because a missing guess is not a fault.

use crate::error::Fault;
use crate::history::store;
use crate::operation::{Operation, PastRuns, PlanRequest};
use crate::plan::{PastDurations, Plan};
use crate::record::Record;
use crate::record::disk::{Disk, Files};
use std::collections::HashMap;
use std::path::Path;

/// Successful attempts of an operation that count.
const SAMPLES: usize = 5;

/// An operation that took less, the last time, counts with that time alone.
const MOMENT_MS: u64 = 100;

/// Runs that are read, at most.
const MOST_RUNS: usize = 20;

/// Bytes that are read, at most; about 50,000 operations of results.
const MOST_BYTES: u64 = 16 << 20;

/// Checks a request and compiles it, with what its operations took in the past runs that it names.
///
/// # Errors
/// As [`Plan::compile`]; never because of the past.
pub fn compile(request: PlanRequest) -> Result<Plan, Fault> {
    let past = match &request.history {
        Some(runs) => past_durations(runs, &request.operations),
        None => PastDurations::new(),
    };
    Plan::compile_with(request, &past)
}

/// What operations took in past runs.
pub fn past_durations(runs: &PastRuns, operations: &[Operation]) -> PastDurations {
    let root = runs.directory.clone().unwrap_or_else(store::root);
    let mut samples = Samples::new(operations);
    samples.collect(&Files, &root, &runs.name);
    samples.medians()
}

/// Durations by operation, those of the newest run first.
struct Samples {
    taken: HashMap<String, Vec<u64>>,
    /// Operations that have not got [enough](is_enough).
    open: usize,
    /// Bytes that may still be read.
    budget: u64,
}

impl Samples {
    fn new(operations: &[Operation]) -> Self {
        let wanted = operations.iter().filter(|op| op.estimate_ms.is_none() && !op.is_monitor());
        let taken: HashMap<String, Vec<u64>> =
            wanted.map(|op| (op.name.to_lowercase(), Vec::new())).collect();
        Self { open: taken.len(), taken, budget: MOST_BYTES }
    }

    fn collect(&mut self, disk: &dyn Disk, root: &Path, lab: &str) {
        for folder in store::folders_of(root, lab).iter().take(MOST_RUNS) {
            if self.open == 0 || self.budget == 0 {
                break;
            }
            let Ok(record) = Record::open(disk, &root.join(folder)) else { continue };
            if record.header().name.eq_ignore_ascii_case(lab) {
                self.add(&record);
            }
        }
    }

    /// Takes what one run tells, as far as the budget goes.
    fn add(&mut self, record: &Record<'_>) {
        let took = record.took(self.budget);
        self.budget = self.budget.saturating_sub(took.bytes);
        for (name, ms) in took.operations {
            let Some(samples) = self.taken.get_mut(&name.to_lowercase()) else { continue };
            if !is_enough(samples) {
                samples.push(ms);
                self.open -= usize::from(is_enough(samples));
            }
        }
    }

    fn medians(self) -> PastDurations {
        let median = |mut samples: Vec<u64>| {
            samples.sort_unstable();
            let (low, high) = (samples.get((samples.len().max(1) - 1) / 2)?, samples.get(samples.len() / 2)?);
            Some(low + (high - low) / 2)
        };
        self.taken.into_iter().filter_map(|(name, samples)| Some((name, median(samples)?))).collect()
    }
}

/// Whether an operation needs no more samples.
fn is_enough(samples: &[u64]) -> bool {
    samples.len() == SAMPLES || samples.first().is_some_and(|&last| last < MOMENT_MS)
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
