//! Decides how the operations of a lab run: what comes first, what may run beside what, what a
//! failure means, and what is written down. It knows nothing of PowerShell or of the C ABI.
//!
//! A reader who asks "what happens when …" starts at [`scheduler`]: one pure transition function.

#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
#[cfg(test)]
mod docs_table;
pub mod error;
pub mod forecast;
pub mod freshness;
pub mod graph;
pub mod health;
pub mod history;
pub mod machine;
pub mod near;
pub mod operation;
mod parallel;
pub mod plan;
pub mod preview;
#[cfg(test)]
mod published_schema;
pub mod random;
pub mod rank;
pub mod record;
pub mod report;
pub mod resume;
pub mod run;
pub mod scheduler;
#[cfg(all(test, unix))]
mod skipped;
pub mod usage;
pub mod wildcard;
pub mod work;
