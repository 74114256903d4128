//! What a user declares: an operation, the work it does and the limits it has.
//!
//! These types are the wire format too: the managed side sends a [`PlanRequest`] as JSON.
//! Unknown fields are refused, so that a misspelt one is found instead of ignored.
//!
//! | question | file |
//! |--|--|
//! | what is a plan compiled from | `request.rs` |
//! | which files were they read from | `lab_files.rs` |
//! | what is said of one operation | `declared.rs` |
//! | what does it do, and what is wrong with that | `work/` |
//! | where is a program looked for | `program.rs` |
//! | where is a service asked whether it is ready | `endpoint.rs` |
//! | what does it need, and how much of that is there | `needs.rs` |
//! | when is a failed attempt followed by another | `retry.rs` |
//! | how often may the machine be restarted for a run | `restart.rs` |
//! | how is something that runs stopped | `stop.rs` |
//! | what does a failure mean for the others | `failure.rs` |
//! | what says that it need not run | `up_to_date.rs` |
//! | which files does a pattern mean | `patterns.rs` |
//! | how is it checked that it is well, and what is done when it is not | `health.rs` |
//! | when is too little left of the machine, or no progress made | `monitoring.rs` |

mod declared;
pub mod endpoint;
mod failure;
mod health;
mod lab_files;
mod monitoring;
mod needs;
pub mod patterns;
pub mod program;
mod request;
mod restart;
mod retry;
mod stop;
mod up_to_date;
mod work;

pub use declared::{Operation, Trigger};
pub use failure::FailureStrategy;
pub use health::{Call, Get, HealthCheck, MAX_BUDGET, MAX_CHECK_RETRIES, Question, Remedy, is_host};
pub use lab_files::LabFiles;
pub use monitoring::Monitoring;
pub use needs::{LockMode, Needs, ResourceLimits};
pub use request::{Order, PastRuns, PlanRequest, Programs, Selection};
pub use restart::MAX_RESTARTS;
pub use retry::{Backoff, RetryPolicy, RetryRule};
pub use stop::{DEFAULT_STOP_GRACE_MS, LINGER, StopMode, TIME_AFTER_KILL};
pub use up_to_date::{Ignorable, UpToDate};
pub use work::{
    Address, Algorithm, ArchiveFormat, ArchiveMode, ArchiveSpec, Checksum, Digest, DownloadSpec, IfExists,
    MAX_BYTES, MAX_ENTRIES, Probe, ProbeCheck, ProcessMode, ProcessSpec, RunsOn, Scheme, Work, WorkFacts,
};
