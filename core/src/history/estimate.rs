//! How long operations took in earlier runs of the same lab, for those that declare no estimate.
//!
//! The journals of the newest runs are read, a bounded number of files and bytes however many runs
//! there are. Of each operation the last few attempts that ended well count, and of those the median:
//! one slow day changes nothing. What cannot be read - a torn line, a file that is no journal, a newer
//! format - is passed over, because a guess less is no fault.

use crate::error::Fault;
use crate::history::{self, journal, journal_path};
use crate::operation::{Operation, PastRuns, PlanRequest};
use crate::plan::{PastDurations, Plan};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Successful attempts of an operation that count.
const SAMPLES: usize = 5;

/// Journals that are opened, at most.
const MOST_JOURNALS: usize = 20;

/// Bytes of journals that are read, at most; about 100,000 ended operations.
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
    let mut reader = Reader::new(operations);
    let root = runs.directory.clone().unwrap_or_else(history::root);
    for folder in newest(&root, &runs.name).iter().take(MOST_JOURNALS) {
        if reader.is_satisfied() || reader.budget == 0 {
            break;
        }
        reader.read(folder, &runs.name);
    }
    reader.medians()
}

/// The folders of a lab's runs, the newest first. Nothing is opened: their names tell.
fn newest(root: &Path, name: &str) -> Vec<PathBuf> {
    let safe = history::safe_name(name);
    // Time, dash, name, dash, eight characters of the run's id; see `history::folder_name`.
    let is_of_lab = |folder: &str| {
        let middle = folder.get(history::TIME_LENGTH + 1..folder.len().saturating_sub(9));
        middle.is_some_and(|middle| middle.eq_ignore_ascii_case(&safe))
    };
    let mut names: Vec<String> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|folder| is_of_lab(folder))
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.iter().map(|name| root.join(name)).collect()
}

/// What is looked at of a journal's first line.
#[derive(Deserialize)]
struct Header {
    format: u32,
    options: HeaderOptions,
    operations: Vec<String>,
}

#[derive(Deserialize)]
struct HeaderOptions {
    name: String,
}

/// What is looked at of the other lines.
#[derive(Deserialize)]
struct Entry<'a> {
    event: &'a str,
    #[serde(default)]
    at_ms: u64,
    op: Option<usize>,
    #[serde(default)]
    status: Option<&'a str>,
    #[serde(default)]
    duration_ms: Option<u64>,
}

/// Collects samples, the newest run first.
struct Reader {
    samples: HashMap<String, Vec<u64>>,
    /// Operations that have fewer than [`SAMPLES`].
    open: usize,
    budget: u64,
    opened: usize,
}

impl Reader {
    fn new(operations: &[Operation]) -> Self {
        let wanted = operations.iter().filter(|op| op.estimate_ms.is_none() && !op.is_monitor());
        let samples: HashMap<String, Vec<u64>> =
            wanted.map(|op| (op.name.to_lowercase(), Vec::new())).collect();
        Self { open: samples.len(), samples, budget: MOST_BYTES, opened: 0 }
    }

    fn is_satisfied(&self) -> bool {
        self.open == 0
    }

    /// Reads one journal as far as the budget goes. Within a run the last attempt comes last, and each
    /// operation ends well at most once.
    fn read(&mut self, folder: &Path, lab: &str) {
        let Ok(file) = File::open(journal_path(folder)) else { return };
        self.opened += 1;
        let mut lines = BufReader::new(file.take(self.budget));
        let mut line = Vec::new();
        let mut next = |budget: &mut u64| -> Option<Vec<u8>> {
            line.clear();
            let read = lines.read_until(b'\n', &mut line).ok()?;
            *budget -= read as u64;
            (read > 0).then(|| std::mem::take(&mut line))
        };
        let Some(first) = next(&mut self.budget) else { return };
        let Ok(header) = serde_json::from_slice::<Header>(&first) else { return };
        if header.format > journal::FORMAT || !header.options.name.eq_ignore_ascii_case(lab) {
            return;
        }
        let mut started = vec![None; header.operations.len()];
        let mut served = vec![false; header.operations.len()];
        while let Some(line) = next(&mut self.budget) {
            let Ok(entry) = serde_json::from_slice::<Entry<'_>>(&line) else { continue };
            // Compensations stand behind the declared operations.
            let Some(op) = entry.op.filter(|&op| op < started.len()) else { continue };
            let took = match entry.event {
                "started" => {
                    started[op] = Some(entry.at_ms);
                    None
                }
                // A service has taken as long as it needed to become ready, not as long as it lived.
                "serving" => {
                    served[op] = true;
                    started[op].and_then(|begun| entry.at_ms.checked_sub(begun))
                }
                "ended" if entry.status == Some("Succeeded") && !served[op] => entry.duration_ms,
                _ => None,
            };
            if let Some(took) = took {
                self.note(&header.operations[op], took);
            }
        }
    }

    fn note(&mut self, operation: &str, took: u64) {
        let Some(samples) = self.samples.get_mut(&operation.to_lowercase()) else { return };
        if samples.len() < SAMPLES {
            samples.push(took);
            self.open -= usize::from(samples.len() == SAMPLES);
        }
    }

    fn medians(self) -> PastDurations {
        let median = |mut samples: Vec<u64>| {
            samples.sort_unstable();
            let (low, high) = (samples.get((samples.len().max(1) - 1) / 2)?, samples.get(samples.len() / 2)?);
            Some(low + (high - low) / 2)
        };
        self.samples.into_iter().filter_map(|(name, samples)| Some((name, median(samples)?))).collect()
    }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
