//! What is said of the performance of a run, as a document.

use super::super::waits::Cause;
use serde::Serialize;

/// The performance of one run. Shares are percent of the whole run's time, unless something else is said.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Performance {
    /// The figures in whole sentences.
    pub summary: String,
    /// Milliseconds from the run's start to its end, without the time in which it was suspended.
    pub duration_ms: u64,
    /// The number of operations that ran at the same time, on average: the time that attempts ran, by that of the run.
    pub average_concurrency: f64,
    /// The same in percent of all slots.
    pub parallel_efficiency_percent: f64,
    /// No order and no number of slots makes the run shorter: the longest chain of dependencies, as long as its operations
    /// ran, in milliseconds.
    pub longest_chain_ms: u64,
    /// With these slots no order makes the run shorter: the longest chain, or all work divided by the slots, in
    /// milliseconds.
    pub lower_bound_ms: u64,
    /// The part of the time in which an attempt of the critical path ran, in percent.
    pub critical_share_percent: f64,
    /// What operations waited for, all of it together, by cause; the longest first.
    pub waits: Vec<CausePart>,
    /// What attempts have cost that another one followed; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<RetryPart>,
    /// The operations that ran longest, the longest first.
    pub slowest: Vec<SlowPart>,
    /// How the run compares with earlier ones of its lab; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past: Option<PastPart>,
    /// How what was expected compares with what was; absent where nothing was expected, and in records of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<PredictionPart>,
    /// What would have made the run shorter, the greatest gain first. Each was tried: the run was rehearsed with that one
    /// change.
    pub recommendations: Vec<Recommendation>,
    /// Why there are no recommendations, where the run could not be rehearsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_rehearsed: Option<String>,
}

/// All waits of one cause.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CausePart {
    /// Why.
    pub cause: Cause,
    /// Milliseconds, of all attempts together.
    pub ms: u64,
    /// The number of attempts that waited.
    pub attempts: usize,
}

/// What attempts have cost that another one followed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RetryPart {
    /// Their number.
    pub attempts: usize,
    /// Milliseconds that they ran.
    pub ran_ms: u64,
    /// Milliseconds of the pauses after them.
    pub paused_ms: u64,
}

/// An operation that ran long.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SlowPart {
    /// Its name.
    pub name: String,
    /// Milliseconds that its attempts ran.
    pub busy_ms: u64,
    /// That in percent of the run's time.
    pub share_percent: f64,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether it is on the critical path.
    pub critical: bool,
}

/// How a run compares with earlier ones of its lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PastPart {
    /// Runs that were looked at, the newest first.
    pub runs: usize,
    /// The median of how long those took that succeeded from their start, in milliseconds; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_ms: Option<u64>,
    /// How much longer this run took, in percent of the median; below zero when it was shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// Operations that took longer than in every earlier run that was looked at, and by more than a quarter of their median;
    /// the greatest loss first.
    pub regressions: Vec<RegressionPart>,
    /// Operations whose durations vary much, the greatest variation first.
    pub unsteady: Vec<UnsteadyPart>,
}

/// An operation that took longer than ever before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RegressionPart {
    /// Its name.
    pub name: String,
    /// Milliseconds that its last attempt took, or that a service took to be ready.
    pub took_ms: u64,
    /// The median of the earlier runs.
    pub median_ms: u64,
    /// The longest of the earlier runs.
    pub longest_ms: u64,
    /// The earlier runs in which it succeeded.
    pub runs: usize,
    /// Whether it is on the critical path.
    pub critical: bool,
}

/// An operation whose durations vary much.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnsteadyPart {
    /// Its name.
    pub name: String,
    /// The shortest duration of all runs, this one included, in milliseconds.
    pub shortest_ms: u64,
    /// The longest one.
    pub longest_ms: u64,
    /// Their mean.
    pub mean_ms: u64,
    /// Their standard deviation, in percent of the mean.
    pub deviation_percent: f64,
    /// Runs in which it succeeded, this one included.
    pub runs: usize,
}

/// How what was expected compares with what was.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PredictionPart {
    /// How long the run takes when every estimate holds, in milliseconds.
    pub predicted_ms: u64,
    /// How much longer it took, in percent of that; below zero when it was shorter.
    pub change_percent: f64,
    /// Operations with an estimate, declared or of earlier runs, that succeeded.
    pub operations: usize,
    /// The median of how far these were from their estimate, in percent of the estimate.
    pub median_error_percent: f64,
    /// Those that were farthest from it, in milliseconds.
    pub farthest: Vec<FarPart>,
}

/// An operation that did not take as long as expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FarPart {
    /// Its name.
    pub name: String,
    /// Milliseconds that were expected.
    pub predicted_ms: u64,
    /// Milliseconds that it took.
    pub took_ms: u64,
}

/// Something that would have made the run shorter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Recommendation {
    /// What is to be changed.
    pub kind: Kind,
    /// The pool, lock or operation that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The number that it was; of the order, how many operations could run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// The number to make it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
    /// What to do and what it would have gained, with the figures that it follows from: whole sentences.
    pub message: String,
    /// Milliseconds that the run would have been shorter.
    pub gain_ms: u64,
    /// That in percent of the rehearsed run.
    pub gain_percent: f64,
    /// Milliseconds that the rehearsed run takes with the change.
    pub with_ms: u64,
    /// Milliseconds that the rehearsed run takes without it.
    pub without_ms: u64,
}

/// What is to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// How many operations may run at the same time.
    MaxConcurrency,
    /// How many units a pool has.
    Pool,
    /// The limit of memory, processors, network or disk.
    Limit,
    /// A lock, or operations that conflict.
    Lock,
    /// How ready operations are ranked.
    Order,
    /// The estimates, by which they are ranked.
    Estimates,
    /// The attempts that failed before one succeeded.
    Retries,
    /// The pauses between attempts.
    Backoff,
    /// How long one operation takes.
    Duration,
}
