//! The states of an operation and of a run, and which may follow which.

use crate::graph::OpId;
use serde::{Deserialize, Serialize};

/// How an operation ended. Every operation ends in exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// It was asked to stop and did not within its grace; it may still be running.
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

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunStatus {
    /// No operation that was due failed or was skipped. What was never called for is not due: a handler of
    /// failures where there were none, a monitor with nothing to watch.
    Succeeded,
    /// Some operations did not succeed, and either the run was asked to go on or they are not critical.
    PartiallySucceeded,
    /// A failure ended the run, or nothing succeeded.
    Failed,
    /// Somebody canceled it.
    Canceled,
    /// An operation asked for a restart of the machine, and another run goes on after that.
    Parked,
    /// It undid what another run had done, and every compensation succeeded.
    Undone,
    /// It undid what another run had done, and not every compensation succeeded.
    PartiallyUndone,
}

/// Why an operation is ordered to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The limit of its attempt has passed.
    Timeout,
    /// The limit of the operation with all its attempts has passed.
    TotalTimeout,
    /// The run's limit has passed.
    RunTimeout,
    /// The run was canceled.
    Cancel,
    /// Another operation failed, and the run stops all that is running.
    RunStopped,
    /// Everything else has ended: a monitor or a service is no longer needed.
    RunEnded,
    /// A stop operation asks for it.
    StopOperation,
    /// An order asks to skip it.
    SkipOrder,
    /// An order asks to start it again.
    RestartOrder,
    /// One of its health checks asks for it.
    Unhealthy,
}

impl StopReason {
    /// Every reason there is.
    pub const ALL: [Self; 10] = [
        Self::Timeout,
        Self::TotalTimeout,
        Self::RunTimeout,
        Self::Cancel,
        Self::RunStopped,
        Self::RunEnded,
        Self::StopOperation,
        Self::SkipOrder,
        Self::RestartOrder,
        Self::Unhealthy,
    ];
}

/// How much of a run has been called off. Ordered: a stronger one replaces a weaker one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Halt {
    /// Nothing.
    #[default]
    None,
    /// A failure: what is there for failures still runs.
    Failure,
    /// A restart of the machine was asked for: nothing runs before that.
    Parked,
    /// A cancel with grace, or the run's limit: only what always runs still does.
    Graceful,
    /// Everything.
    Hard,
}

/// Where an operation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A compensation that is not needed so far.
    Dormant,
    /// It waits for dependencies.
    Waiting,
    /// All it waits for has ended, and it is being found out whether it has to run.
    Checking,
    /// It may start as soon as there is room.
    Ready,
    /// It has booked what it needs and waits for a worker or a provider.
    Admitted,
    /// It runs.
    Running,
    /// A service that has become ready; for its dependents it has succeeded.
    Serving,
    /// It was asked to stop and has not ended yet.
    Stopping(StopReason),
    /// Its last attempt failed, and it pauses before the next one. It holds nothing.
    Backoff,
    /// It has ended.
    Ended(Status),
}

/// What can happen to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It had succeeded in an earlier run, and that counts.
    Keep,
    /// All it waits for has ended, and it may be up to date.
    Check,
    /// The run is rolled back, and what this compensation undoes had succeeded.
    Activate,
    /// All it waits for has ended as it should.
    Ready,
    /// It gets what it needs.
    Admit,
    /// Whoever runs it begins.
    Begin,
    /// It passes its readiness probe.
    Serve,
    /// It is asked to stop.
    Stop(StopReason),
    /// Its attempt failed and another one will follow.
    BackOff,
    /// The pause before its next attempt is over.
    Resume,
    /// A service is started again at once, with what it holds.
    Renew,
    /// It had succeeded, and runs again.
    Rerun,
    /// It had succeeded, and counts as failed from now on.
    Spoil,
    /// It ends.
    End(Status),
}

impl Change {
    /// Every change there is.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            Self::Keep,
            Self::Check,
            Self::Activate,
            Self::Ready,
            Self::Admit,
            Self::Begin,
            Self::Serve,
            Self::BackOff,
            Self::Resume,
            Self::Renew,
            Self::Rerun,
            Self::Spoil,
        ]
        .into_iter()
        .chain(StopReason::ALL.into_iter().map(Self::Stop))
        .chain(Status::ALL.into_iter().map(Self::End))
    }
}

impl State {
    /// Every state there is.
    pub fn all() -> impl Iterator<Item = Self> {
        use State::*;
        [Dormant, Waiting, Checking, Ready, Admitted, Running, Serving, Backoff]
            .into_iter()
            .chain(StopReason::ALL.into_iter().map(Stopping))
            .chain(Status::ALL.into_iter().map(Ended))
    }

    /// The state that follows when `change` happens in this one; none when it may not. The one table
    /// of the life of an operation.
    pub fn after(self, change: Change) -> Option<State> {
        use Status::*;
        let legal = match self {
            State::Dormant => matches!(change, Change::Activate),
            State::Waiting => {
                matches!(change, Change::Keep | Change::Check | Change::Ready | Change::End(Skipped))
            }
            State::Checking => {
                matches!(change, Change::Keep | Change::Ready | Change::End(Skipped | TimedOut))
            }
            // What has failed before and will not be tried again ends as that failure, or with its run.
            State::Ready => {
                matches!(change, Change::Admit | Change::End(Skipped | Failed | TimedOut | Canceled))
            }
            // A program that cannot be started fails before it was ever running.
            State::Admitted => matches!(
                change,
                Change::Begin | Change::BackOff | Change::End(Skipped | Failed | TimedOut | Canceled)
            ),
            State::Running => {
                matches!(
                    change,
                    Change::Serve | Change::BackOff | Change::Renew | Change::End(Succeeded | Failed)
                ) || matches!(change, Change::Stop(reason) if !matches!(reason, StopReason::StopOperation | StopReason::Unhealthy))
            }
            // A service that ends before it is asked to has failed.
            State::Serving => {
                use StopReason::*;
                matches!(change, Change::Renew | Change::End(Failed))
                    || matches!(
                        change,
                        Change::Stop(RunTimeout | Cancel | RunEnded | StopOperation | Unhealthy)
                    )
            }
            State::Stopping(reason) => {
                use StopReason::*;
                let end = match reason {
                    Timeout | TotalTimeout | RunTimeout => TimedOut,
                    Cancel | RunStopped | SkipOrder | RestartOrder => Canceled,
                    RunEnded | StopOperation => Succeeded,
                    Unhealthy => Failed,
                };
                change == Change::End(end)
                    || change == Change::End(Abandoned)
                    || (matches!(reason, Timeout | RestartOrder) && change == Change::BackOff)
                    || (reason == Unhealthy && change == Change::Renew)
            }
            State::Backoff => matches!(change, Change::Resume | Change::End(Failed | TimedOut | Canceled)),
            // What has succeeded may prove to be of no use while the run goes on.
            State::Ended(Succeeded) => matches!(change, Change::Rerun | Change::Spoil),
            State::Ended(_) => false,
        };
        legal.then_some(match change {
            Change::Keep => State::Ended(Succeeded),
            Change::Check => State::Checking,
            Change::Activate => State::Waiting,
            Change::Ready | Change::Resume | Change::Rerun => State::Ready,
            Change::Admit | Change::Renew => State::Admitted,
            Change::Spoil => State::Ended(Failed),
            Change::Begin => State::Running,
            Change::Serve => State::Serving,
            Change::Stop(reason) => State::Stopping(reason),
            Change::BackOff => State::Backoff,
            Change::End(status) => State::Ended(status),
        })
    }

    /// Whether the operation has ended. One that has succeeded may still be run again, or count as failed after all.
    pub fn is_final(self) -> bool {
        matches!(self, State::Ended(_))
    }

    /// Whether dependents that ask for success may start.
    pub fn satisfies_dependents(self) -> bool {
        matches!(self, State::Serving | State::Ended(Status::Succeeded))
    }

    /// Whether it will change state without a new admission: it is being checked or run, or will be tried again.
    pub fn is_in_flight(self) -> bool {
        matches!(
            self,
            State::Checking | State::Admitted | State::Running | State::Stopping(_) | State::Backoff
        )
    }

    /// Whether it is being run, or will be at once.
    pub(super) fn is_at_work(self) -> bool {
        matches!(self, State::Admitted | State::Running | State::Stopping(_))
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
            State::Checking => "checking",
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

/// A change that the table does not allow: a defect of the scheduler, never of its input. The state
/// stays what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Whose state was to change.
    pub op: OpId,
    /// Where it was.
    pub state: State,
    /// What was to happen.
    pub change: Change,
}

impl std::fmt::Display for Defect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "operation {} is {:?}, where {:?} must not happen", self.op.0, self.state, self.change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What may happen where, written down a second time and the other way round: by what happens, and
    /// what comes of it.
    fn expected(state: State, change: Change) -> Option<State> {
        use State::*;
        use Status::*;
        use StopReason::*;
        match change {
            Change::Keep => [Waiting, Checking].contains(&state).then_some(Ended(Succeeded)),
            Change::Check => (state == Waiting).then_some(Checking),
            Change::Activate => (state == Dormant).then_some(Waiting),
            Change::Ready => [Waiting, Checking].contains(&state).then_some(Ready),
            Change::Admit => (state == Ready).then_some(Admitted),
            Change::Begin => (state == Admitted).then_some(Running),
            Change::Serve => (state == Running).then_some(Serving),
            Change::BackOff => {
                let from = [Admitted, Running, Stopping(Timeout), Stopping(RestartOrder)];
                from.contains(&state).then_some(Backoff)
            }
            Change::Resume => (state == Backoff).then_some(Ready),
            Change::Renew => [Running, Serving, Stopping(Unhealthy)].contains(&state).then_some(Admitted),
            Change::Rerun => (state == Ended(Succeeded)).then_some(Ready),
            Change::Spoil => (state == Ended(Succeeded)).then_some(Ended(Failed)),
            Change::Stop(reason @ (StopOperation | Unhealthy)) => {
                (state == Serving).then_some(Stopping(reason))
            }
            Change::Stop(reason @ (RunTimeout | Cancel | RunEnded)) => {
                [Running, Serving].contains(&state).then_some(Stopping(reason))
            }
            Change::Stop(reason @ (Timeout | TotalTimeout | RunStopped | SkipOrder | RestartOrder)) => {
                (state == Running).then_some(Stopping(reason))
            }
            Change::End(status) => {
                let from: &[State] = match status {
                    Succeeded => &[Running, Stopping(RunEnded), Stopping(StopOperation)],
                    Failed => &[Ready, Admitted, Running, Serving, Backoff, Stopping(Unhealthy)],
                    TimedOut => &[
                        Checking,
                        Ready,
                        Admitted,
                        Backoff,
                        Stopping(Timeout),
                        Stopping(TotalTimeout),
                        Stopping(RunTimeout),
                    ],
                    Canceled => &[
                        Ready,
                        Admitted,
                        Backoff,
                        Stopping(Cancel),
                        Stopping(RunStopped),
                        Stopping(SkipOrder),
                        Stopping(RestartOrder),
                    ],
                    Skipped => &[Waiting, Checking, Ready, Admitted],
                    Abandoned => return matches!(state, Stopping(_)).then_some(Ended(Abandoned)),
                };
                from.contains(&state).then_some(Ended(status))
            }
        }
    }

    #[test]
    fn every_state_takes_every_change_or_refuses_it_as_the_table_says() {
        let (mut legal, mut refused) = (0, 0);
        for state in State::all() {
            for change in Change::all() {
                let after = state.after(change);
                assert_eq!(after, expected(state, change), "{state:?} and {change:?}");
                *if after.is_some() { &mut legal } else { &mut refused } += 1;
            }
        }
        // 8 plain states, 10 of stopping and 6 of ended; 12 plain changes, 10 stops and 6 ends.
        assert_eq!((State::all().count(), Change::all().count()), (24, 28));
        assert_eq!((legal, refused), (69, 603));
    }

    #[test]
    fn what_has_ended_takes_nothing() {
        for state in
            State::all().filter(|state| state.is_final() && *state != State::Ended(Status::Succeeded))
        {
            assert!(Change::all().all(|change| state.after(change).is_none()), "{state:?}");
        }
    }
}
