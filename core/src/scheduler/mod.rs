//! The scheduler: a pure state machine. Inputs and the time go in, commands come out; there is no
//! clock, no file and no await in here.
//!
//! * **Ready** depends on the trigger: by default, all dependencies must have succeeded. Ready operations are ranked by
//!   priority, then by the rule of `preview/rank.rs` (the longest expected path after the operation, and its demand for
//!   what others need), then in declared order.
//! * **Admitted** means that a slot and everything else it needs is free. To the scheduler, memory, processors,
//!   network, disk, pools, locks and conflicts are all the same: a capacity and amounts taken from it. Operations with
//!   equal needs form a class, and only the best of each class is considered; a class that lacks something is parked at
//!   that resource. For an operation that has been passed over too often, resources are reserved: nothing of lower rank
//!   that competes with it starts before it. The live guard always admits at least one operation.
//! * A **run inside an operation** uses the operation's slot, which is only waiting for it. It borrows any further
//!   slots from the outer run: those that are free at that moment, without waiting for more, and it asks again whenever
//!   one of its operations has ended. A slot that it has no work for is returned at once. The outer limit therefore
//!   holds for everything that runs, and neither run can wait for the other. (A run that an operation starts in the
//!   background, and a run inside a monitor, have a first slot of their own.)
//! * An operation's **limit** counts from the moment a worker takes it and not from its admission: opening a worker
//!   takes time from the run, but not from the operation.
//! * **Backoff** releases everything; the operation queues again.
//! * A **service** releases its slot when it is ready, and keeps its other resources. Monitors take no slot, so they
//!   never keep work from starting.
//! * An operation that does not stop within its grace period is **Abandoned**; it keeps what it has booked until it
//!   really ends.
//! * **Compensations** are nodes of the plan behind the declared ones. They are dormant until a rollback needs them,
//!   and then follow the same rules.
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
//! | how is a run suspended, and one operation skipped or restarted by order | `orders.rs`, [`steering`] |
//! | what is done about an operation that is unhealthy | `health.rs` |
//! | how does a run stop for a restart of the machine | `restart.rs`, [`parking`] |
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
mod health;
mod limits;
mod machine;
pub mod messages;
mod orders;
pub mod parking;
#[cfg(test)]
mod parking_tests;
mod prefetch;
mod progress;
pub mod ready;
mod restart;
mod retry;
mod rollback;
#[cfg(test)]
mod simulation;
pub mod state;
pub mod steering;
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
pub use parking::Refusal;
pub use state::{Change, Defect, RunStatus, State, Status, StopReason};
pub use steering::OrderRefusal;
