//! One run: the shell round one [`Scheduler`](crate::scheduler::Scheduler). It has what the scheduler
//! must not have: a clock, threads that wait, a journal and programs.
//!
//! ```text
//!  workers, callers ─► handle ─► driver ─► scheduler
//!  timer, samples   ─┘    ▲        ├─► ledger ─► journal, feed
//!                      reports     ├─► workers
//!                         ▲        └─► tasks ─┐
//!                         └───────────────────┘
//! ```
//!
//! | question | file |
//! |--|--|
//! | what is set at a run's start | [`options`] |
//! | how a run starts, how its record is opened, and what it takes over from an earlier one | [`start`] |
//! | whether a lab runs beside itself | [`beside`] |
//! | how workers wait, take and complete | [`handle`] |
//! | what one step is, and who owns a run's state | [`driver`] |
//! | what is known of each operation, and what its entries and results say | [`ledger`], [`ending`] |
//! | which scripts and workers wait for each other | [`workers`] |
//! | how programs are run, and how they report | [`tasks`], [`reports`] |
//! | how an attempt came out | [`outcome`] |
//! | how a run hears of orders from other processes, and whether it obeys | [`orders`], [`judge`] |
//! | how time and the machine's load reach a run | [`clock`], [`timer`], [`sampling`] |
//! | what is done about operations that are unhealthy, and how that is found out | [`care`], [`health`], [`news`] |
//! | what is made known while it runs, and how | [`events`], [`feed`] |
//! | what is written, since when, and what is said when that fails | [`journal`], [`loss`] |
//! | what is kept of its lab | [`lab_copy`] |
//! | why an operation waits | [`explain`] |
//! | what threads meet at, and how that is checked | [`sync`], `interleavings.rs` |
//! | has an operation to run | [`inspection`] |
//! | which processes of dead runs are alive | [`survivors`] |

mod about;
pub mod beside;
mod care;
mod clock;
mod driver;
mod ending;
pub mod events;
pub mod explain;
mod feed;
mod handle;
mod health;
mod inspection;
mod journal;
mod judge;
mod lab_copy;
mod ledger;
mod loss;
mod news;
pub mod options;
mod orders;
pub mod outcome;
mod reports;
mod restart;
mod sampling;
mod start;
mod survivors;
mod sync;
mod tasks;
mod timer;
mod trace;
mod workers;

#[cfg(test)]
mod bad_record_tests;
#[cfg(test)]
mod clock_tests;
#[cfg(all(test, unix))]
mod durability_tests;
#[cfg(test)]
mod fault_table;
#[cfg(test)]
mod freshness_tests;
#[cfg(all(test, unix))]
mod full_disk_tests;
#[cfg(all(test, unix))]
mod handover_tests;
#[cfg(test)]
mod interleavings;
#[cfg(all(test, unix))]
mod kept_tests;
#[cfg(all(test, unix))]
mod killed_tests;
#[cfg(all(test, unix))]
mod other_user_tests;
#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod restart_tests;
#[cfg(test)]
mod resume_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use events::{Event, EventHub, EventKind};
pub use explain::Explanation;
pub use handle::{Completion, Run};
pub use options::RunOptions;
pub use outcome::{Outcome, OutcomeStatus};
pub use restart::RestartRequest;
pub use workers::Ticket;
