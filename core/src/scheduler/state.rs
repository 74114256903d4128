//! The states of an operation and of a run, and which may follow which.

use super::messages::StopReason;
use serde::Serialize;

/// How an operation ended. Every operation ends in exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

impl Status {
    /// Every status there is.
    pub const ALL: [Self; 6] =
        [Self::Succeeded, Self::Failed, Self::TimedOut, Self::Canceled, Self::Skipped, Self::Abandoned];

    /// Whether it went wrong by itself; neither what never started nor what was canceled did.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::Abandoned)
    }
}

/// How a run ended. Only a run whose every operation succeeded is `Succeeded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum RunStatus {
    /// Every operation succeeded.
    Succeeded,
    /// Some operations did not succeed, and either the run was told to go on or they are not critical.
    PartiallySucceeded,
    /// A failure ended the run, or nothing succeeded.
    Failed,
    /// Somebody canceled it.
    Canceled,
}

/// Where an operation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A compensation that is not needed so far.
    Dormant,
    /// It waits for dependencies.
    Waiting,
    /// It may start as soon as there is room.
    Ready,
    /// It has booked what it needs and waits to be taken by whoever runs it.
    Admitted,
    /// It runs.
    Running,
    /// A service that has become ready; for its dependents it has succeeded.
    Serving,
    /// It was told to stop and has not ended yet.
    Stopping(StopReason),
    /// Its last attempt failed, and it pauses before the next one. It holds nothing.
    Backoff,
    /// It has ended.
    Ended(Status),
}

/// What can happen to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The run is rolled back, and what this compensation undoes had succeeded.
    Need,
    /// All it waits for has ended as it should.
    Satisfy,
    /// It gets what it needs.
    Admit,
    /// Whoever runs it begins.
    Take,
    /// It passes its readiness probe.
    Serve,
    /// It is told to stop.
    Stop(StopReason),
    /// Its attempt failed and another one will follow.
    Delay,
    /// The pause before its next attempt is over.
    Resume,
    /// It ends.
    End(Status),
}

impl Change {
    /// Every change there is.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Need, Self::Satisfy, Self::Admit, Self::Take, Self::Serve, Self::Delay, Self::Resume]
            .into_iter()
            .chain(StopReason::ALL.into_iter().map(Self::Stop))
            .chain(Status::ALL.into_iter().map(Self::End))
    }
}

impl State {
    /// Every state there is.
    pub fn all() -> impl Iterator<Item = Self> {
        use State::*;
        [Dormant, Waiting, Ready, Admitted, Running, Serving, Backoff]
            .into_iter()
            .chain(StopReason::ALL.into_iter().map(Stopping))
            .chain(Status::ALL.into_iter().map(Ended))
    }

    /// The state that follows when `change` happens in this one; none when it may not. The one table
    /// of the life of an operation.
    pub fn after(self, change: Change) -> Option<State> {
        use Status::*;
        let legal = match self {
            State::Dormant => matches!(change, Change::Need),
            State::Waiting => matches!(change, Change::Satisfy | Change::End(Skipped)),
            // What has failed before and will not be tried again ends as that failure, or with its run.
            State::Ready => {
                matches!(change, Change::Admit | Change::End(Skipped | Failed | TimedOut | Canceled))
            }
            // A program that cannot be started fails before it was ever running.
            State::Admitted => matches!(
                change,
                Change::Take | Change::Delay | Change::End(Skipped | Failed | TimedOut | Canceled)
            ),
            State::Running => {
                matches!(change, Change::Serve | Change::Delay | Change::End(Succeeded | Failed))
                    || matches!(change, Change::Stop(reason) if reason != StopReason::StopOperation)
            }
            // A service that ends before it is told to has failed.
            State::Serving => {
                use StopReason::*;
                matches!(change, Change::End(Failed))
                    || matches!(change, Change::Stop(RunTimeout | Cancel | RunEnded | StopOperation))
            }
            State::Stopping(reason) => {
                use StopReason::*;
                let end = match reason {
                    Timeout | TotalTimeout | RunTimeout => TimedOut,
                    Cancel | RunStopped => Canceled,
                    RunEnded | StopOperation => Succeeded,
                };
                change == Change::End(end)
                    || change == Change::End(Abandoned)
                    || (reason == Timeout && change == Change::Delay)
            }
            State::Backoff => matches!(change, Change::Resume | Change::End(Failed | TimedOut | Canceled)),
            State::Ended(_) => false,
        };
        legal.then_some(match change {
            Change::Need => State::Waiting,
            Change::Satisfy | Change::Resume => State::Ready,
            Change::Admit => State::Admitted,
            Change::Take => State::Running,
            Change::Serve => State::Serving,
            Change::Stop(reason) => State::Stopping(reason),
            Change::Delay => State::Backoff,
            Change::End(status) => State::Ended(status),
        })
    }

    /// Whether the operation will not change any more.
    pub fn is_final(self) -> bool {
        matches!(self, State::Ended(_))
    }

    /// Whether dependents that ask for success may start.
    pub fn satisfies_dependents(self) -> bool {
        matches!(self, State::Serving | State::Ended(Status::Succeeded))
    }

    /// Whether something will come of it by itself: it is being run, or will be tried again.
    pub fn is_moving(self) -> bool {
        matches!(self, State::Admitted | State::Running | State::Stopping(_) | State::Backoff)
    }

    /// Whether the run must go on for it.
    pub(super) fn is_outstanding(self) -> bool {
        !matches!(self, State::Dormant | State::Serving | State::Ended(_))
    }

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            State::Dormant => "dormant",
            State::Waiting => "waiting",
            State::Ready => "ready",
            State::Admitted => "admitted",
            State::Running => "running",
            State::Serving => "serving",
            State::Stopping(_) => "stopping",
            State::Backoff => "backoff",
            State::Ended(_) => "ended",
        }
    }
}
