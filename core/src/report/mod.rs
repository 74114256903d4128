//! Reports of runs: what failed and why, what decided the time, what was waited for, in the formats that people and other
//! programs read. Everything here is a function of a run's record.
//!
//! | question | file |
//! |--|--|
//! | what does a record say, put together | [`seen`] |
//! | which attempts were there, and when | [`timeline`] |
//! | which slot had each | [`slots`] |
//! | what was in use when | [`usage`] |
//! | what did attempts wait for | [`waits`] |
//! | what decided how long the run took | [`critical`] |
//! | how well did it go, and what would have made it shorter | [`performance`] |
//! | how do its health checks stand | [`health`] |
//! | where does an operation stand in a drawing | [`layers`] |
//! | how do several runs differ | [`compare`] |
//! | what does a report say | [`model`], and its shape [`document`] |
//! | what did operations write | [`outputs`] |
//! | how are names and times shown | [`plain`] |
//! | which formats are there, and who asks for one | [`order`] |
//! | the page | [`html`] |
//! | JUnit, Markdown, Chrome's trace, Mermaid | [`junit`], [`markdown`], [`chrome_trace`], [`mermaid`] |
//!
//! Secrets are masked before anything is recorded, so no report has one. A name may hold anything: each format makes it
//! harmless in its own way.

pub mod chrome_trace;
pub mod compare;
pub mod critical;
pub mod document;
pub mod health;
pub mod html;
pub mod junit;
pub mod layers;
pub mod markdown;
pub mod mermaid;
pub mod model;
pub mod order;
pub mod outputs;
pub mod performance;
pub mod plain;
pub mod seen;
pub mod slots;
pub mod timeline;
pub mod usage;
pub mod waits;

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod schema;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod timing_tests;

pub use document::Report;
pub use order::{Format, Order, Written, write};
