//! What a forecast is asked with.

use crate::error::{Code, Fault};
use serde::{Deserialize, Serialize};

/// Which schedule is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// The run as the scheduler will do it.
    #[default]
    Expected,
    /// The shortest that was found.
    Shortest,
}

/// The options of a forecast, as they cross from the managed side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Operations that may run at the same time; 1 or more. One at a time where the plan's order says so.
    pub max_concurrency: u32,
    /// Which schedule is shown.
    #[serde(default)]
    pub schedule: Which,
    /// The most schedules that the search builds.
    #[serde(default = "default_tries")]
    pub tries: usize,
    /// How long to search, in milliseconds; no limit but `tries` when null.
    #[serde(default = "default_budget")]
    pub budget_ms: Option<u64>,
    /// The same seed gives the same schedule, whatever the number of threads; unless the budget ends
    /// the search before.
    #[serde(default)]
    pub seed: u64,
    /// Threads to search with; 0 for as many as the machine has.
    #[serde(default)]
    pub threads: usize,
}

/// Threads above this number are a mistake.
const MOST_THREADS: usize = 1_024;

fn default_tries() -> usize {
    1_000
}

fn default_budget() -> Option<u64> {
    Some(1_000)
}

impl Options {
    /// So wide, and everything else at its default: 1,000 tries, at most a second.
    pub fn new(max_concurrency: u32) -> Self {
        Self {
            max_concurrency,
            schedule: Which::default(),
            tries: default_tries(),
            budget_ms: default_budget(),
            seed: 0,
            threads: 0,
        }
    }

    /// Reads options from JSON.
    ///
    /// # Errors
    /// [`Code::MalformedOptions`] when it is not JSON of this shape, or a number is absurd.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Fault> {
        let options: Self = serde_json::from_slice(bytes).map_err(|error| {
            Fault::new(Code::MalformedOptions, format!("the options of the forecast cannot be read: {error}"))
        })?;
        if options.max_concurrency == 0 {
            return Err(Fault::new(Code::MalformedOptions, "the forecast's concurrency is 0")
                .with_advice("Allow at least one operation at a time."));
        }
        if options.threads > MOST_THREADS {
            return Err(Fault::new(
                Code::MalformedOptions,
                format!("the forecast asks for {} threads", options.threads),
            )
            .with_advice(format!("Give up to {MOST_THREADS}, or 0 for as many as the machine has.")));
        }
        Ok(options)
    }
}
