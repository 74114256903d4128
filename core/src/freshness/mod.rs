//! Whether an operation has to run, or is up to date.
//!
//! An operation that says so (`inputs`, `outputs`, `test`) is compared with what it was when it last succeeded, which the
//! records of earlier runs of the lab tell. Whatever is not known for certain means that it runs: a record that is gone
//! costs time, and never makes an old result pass for a new one.
//!
//! * An operation is checked when everything that it waits for has ended, for that may make what it reads
//!   (`scheduler/checking.rs`). The files are read on threads of the run's own (`run/inspection.rs`); the check takes no
//!   slot. What decides is one table, whose rows are also the table in `docs/up-to-date.md`.
//! * It is compared with its stamp (`record/stamp.rs`), which is part of the entry that says that it has succeeded, and
//!   which every run that finds it up to date writes again. So the newest record in which it was started says all.
//! * A stamp says in which run everything that the operation depends on ran last. So dependents are drawn along after a
//!   crash, or a run of some operations only, as they are within a run.
//! * A test is asked by the worker that has taken the operation; its outcome says what the test has answered. What is up to
//!   date is not undone, neither by a rollback nor by an undo.
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
pub use check::{Answer, Made, Question, Verdict};
pub use past::{Lab, Past};
