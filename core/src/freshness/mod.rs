//! Whether an operation has to run, or is up to date.
//!
//! An operation that says so (`inputs`, `outputs`, `test`) is compared with what it was when it last succeeded, which the
//! records of earlier runs of the lab tell. Whatever is not known for certain means that it runs: a record that is gone
//! costs time, and never makes an old result pass for a new one.
//!
//! | question | file |
//! |--|--|
//! | which files do patterns mean, and what is in them | [`listing`] |
//! | what is known of earlier runs | [`past`] |
//! | which rule decides | [`table`] |
//! | what does an operation depend on | [`before`] |
//! | how does one operation stand, all in all | [`check`] |
//! | what would run, as far as that can be foreseen | [`outlook`] |

pub mod before;
pub mod check;
pub mod listing;
pub mod outlook;
pub mod past;
pub mod table;

#[cfg(test)]
mod table_tests;

pub use before::Before;
pub use check::{Answer, Question, Verdict};
pub use past::{Lab, Past};
