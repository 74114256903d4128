//! The scheduler: a pure state machine. Inputs and the time go in, commands come out; there is no
//! clock, no file and no await in here.
//!
//! | question | file |
//! |--|--|
//! | what goes in and what comes out | [`messages`] |
//! | what states are there, and which may follow which | [`state`] |
//! | what happens on an input | [`step`](Scheduler::step) |
//! | what follows from that, and in which order | `consequence.rs` |
//! | what does a scheduler know, and how does that change | `machine.rs` |
//! | what is known of each operation | `progress.rs` |
//! | which operation is next | [`ready`] |
//! | may one more start | `dispatch.rs`, [`admission`] |
//! | how does none wait for ever | [`ageing`] |
//! | what if the machine itself is at its limit | [`guard`] |
//! | what does a run take over from an earlier one | `carried.rs` |
//! | when has an operation all it waits for | `trigger.rs` |
//! | need it run at all | `checking.rs` |
//! | what becomes of an attempt that has ended | `attempt.rs` |
//! | when is a failed attempt followed by another | `retry.rs` |
//! | what does a failure mean for the others | `failure.rs` |
//! | how long may it take | `limits.rs` |
//! | how are operations stopped | `stopping.rs` |
//! | how is undone what had succeeded | `undo.rs`, `rollback.rs` |
//! | when must something happen by itself | [`timers`] |
//! | why is an operation waiting | [`explain`] |
//! | why is a large run not slow | `prefetch.rs` |

pub mod admission;
pub mod ageing;
mod attempt;
mod carried;
mod checking;
mod consequence;
#[cfg(test)]
mod diagram;
mod dispatch;
pub mod explain;
mod failure;
pub mod guard;
mod limits;
mod machine;
pub mod messages;
mod prefetch;
mod progress;
pub mod ready;
mod retry;
mod rollback;
#[cfg(test)]
mod simulation;
pub mod state;
mod step;
mod stopping;
#[cfg(test)]
mod tests;
pub mod timers;
mod trigger;
mod undo;

pub use explain::Waiting;
pub use guard::{GuardLimits, GuardReason};
pub use machine::Scheduler;
pub use messages::{Carried, Command, Input, Settings, SkipReason, StopCause, Verdict};
pub use state::{Change, Defect, RunStatus, State, Status, StopReason};
