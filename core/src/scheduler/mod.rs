//! The scheduler: a pure state machine. Inputs and the time go in, commands come out; there is no
//! clock, no file and no await in here.
//!
//! | question | file |
//! |--|--|
//! | what goes in and what comes out | [`messages`] |
//! | what states are there, and which may follow which | [`state`] |
//! | what happens on an input | [`machine`](Scheduler::step) |
//! | what is known of each operation | `life.rs` |
//! | which operation is next | [`ready`] |
//! | may one more start | [`admission`] |
//! | how does nobody wait for ever | [`ageing`] |
//! | what if the machine itself is at its limit | [`guard`] |
//! | when has an operation all it waits for | `trigger.rs` |
//! | when is a failed attempt followed by another | `retry.rs` |
//! | what does a failure mean for the others | `failure.rs` |
//! | how are operations stopped | `stopping.rs` |
//! | how is undone what had succeeded | `rollback.rs` |
//! | when must something happen by itself | [`timers`] |
//! | why is an operation waiting | [`explain`] |

pub mod admission;
pub mod ageing;
pub mod explain;
mod failure;
pub mod guard;
mod life;
mod machine;
pub mod messages;
pub mod ready;
mod retry;
mod rollback;
#[cfg(test)]
mod simulation;
pub mod state;
mod stopping;
pub mod timers;
mod trigger;

pub use admission::Limits;
pub use explain::Waiting;
pub use guard::{GuardLimits, GuardReason};
pub use machine::Scheduler;
pub use messages::{Command, Input, Settings, SkipReason, StopReason, Verdict};
pub use state::{Change, Defect, RunStatus, State, Status};
