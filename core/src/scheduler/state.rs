//! The states of an operation and of a run, and which may follow which.

use super::machine::StopReason;
use serde::Serialize;

/// How an operation ended. Every operation ends in exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Status {
    /// It did what it should.
    Succeeded,
    /// It ended badly.
    Failed,
    /// It was stopped because its limit, or the run's, had passed.
    TimedOut,
    /// It was stopped with its run.
    Canceled,
    /// It never started.
    Skipped,
    /// It was told to stop and did not within its grace; it may still be running.
    Abandoned,
}

/// How a run ended. Only a run whose every operation succeeded is `Succeeded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum RunStatus {
    /// Every operation succeeded.
    Succeeded,
    /// Some operations succeeded and others did not, and the run was told to go on.
    PartiallySucceeded,
    /// A failure ended the run, or nothing succeeded.
    Failed,
    /// Somebody canceled it.
    Canceled,
}

/// Where an operation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for dependencies.
    Waiting,
    /// It may start as soon as a slot is free.
    Ready,
    /// It has its slot and waits to be taken by whoever runs it.
    Admitted,
    /// It runs.
    Running,
    /// A service that has become ready; for its dependents it has succeeded.
    Serving,
    /// It was told to stop and has not ended yet.
    Stopping(StopReason),
    /// It has ended.
    Ended(Status),
}

impl State {
    /// Whether `next` may follow this state. The one table of the life of an operation.
    pub fn may_become(self, next: State) -> bool {
        use State::*;
        match (self, next) {
            (Waiting, Ready) | (Ready, Admitted) | (Admitted, Running) | (Running, Serving) => true,
            (Running | Serving, Stopping(_)) => true,
            // A never-started operation is skipped; one that waits for a worker can be withdrawn.
            (Waiting | Ready | Admitted, Ended(Status::Skipped)) => true,
            // A program that cannot be started fails before it was ever running.
            (Admitted, Ended(Status::Failed)) => true,
            (Running, Ended(Status::Succeeded | Status::Failed)) => true,
            // A service that ends before it is told to has failed.
            (Serving, Ended(Status::Failed)) => true,
            (
                Stopping(_),
                Ended(
                    Status::Succeeded
                    | Status::Failed
                    | Status::TimedOut
                    | Status::Canceled
                    | Status::Abandoned,
                ),
            ) => true,
            _ => false,
        }
    }

    /// Whether the operation will not change any more.
    pub fn is_final(self) -> bool {
        matches!(self, State::Ended(_))
    }

    /// Whether dependents may start.
    pub fn satisfies_dependents(self) -> bool {
        matches!(self, State::Serving | State::Ended(Status::Succeeded))
    }
}
