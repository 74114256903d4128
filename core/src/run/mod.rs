//! One run: the shell round one [`Scheduler`](crate::scheduler::Scheduler). It has what the scheduler
//! must not have: a clock, threads that wait, a journal and programs.
//!
//! | question | file |
//! |--|--|
//! | what a run is told | [`options`] |
//! | what is written down about each operation | [`record`] |
//! | what is made known while it runs | [`events`] |
//! | how workers wait, take and complete | [`shell`] |
//! | how long it has been under way | [`clock`] |
//! | how programs are run, and how they report | [`tasks`] |
//! | how they get secrets, and nobody else does | [`secrets`] |
//! | how the machine's load becomes known | [`sampling`] |
//! | what they meet at, and how that is checked | [`sync`], `interleavings.rs` |
//! | how is said why an operation waits | [`explain`] |
//! | what is said when files cannot be written | [`loss`] |

mod clock;
pub mod events;
mod explain;
mod loss;
pub mod options;
pub mod record;
mod sampling;
pub mod secrets;
mod shell;
mod sync;
mod tasks;

#[cfg(test)]
mod fault_table;
#[cfg(all(test, unix))]
mod full_disk_tests;
#[cfg(test)]
mod interleavings;
#[cfg(all(test, unix))]
mod kept_tests;

pub use events::{Event, EventHub, EventKind};
pub use options::RunOptions;
pub use record::{Explanation, Outcome, OutcomeStatus};
pub use shell::{Completion, Run, Ticket};
