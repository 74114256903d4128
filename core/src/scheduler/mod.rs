//! The scheduler: a pure state machine. Inputs and the time go in, commands come out; there is no
//! clock, no file and no await in here.
//!
//! | question | file |
//! |--|--|
//! | what states are there, and which may follow which | [`state`] |
//! | which operation is next | [`ready`] |
//! | may one more start | [`admission`] |
//! | when must something happen by itself | [`timers`] |
//! | what does a failure mean for the others | [`failure`] |
//! | what happens on an input | [`machine`](Scheduler::step) |

pub mod admission;
pub mod failure;
mod machine;
pub mod ready;
pub mod state;
pub mod timers;

pub use admission::Limits;
pub use failure::FailureStrategy;
pub use machine::{Command, Input, Scheduler, Settings, SkipReason, StopReason, Verdict};
pub use state::{RunStatus, State, Status};
