//! What goes into the scheduler and what comes out.

use super::guard::GuardLimits;
use super::state::{RunStatus, Status, StopReason};
use crate::graph::OpId;
use crate::operation::{DEFAULT_STOP_GRACE_MS, FailureStrategy, MAX_RESTARTS, Remedy, RetryRule, StopMode};

/// What is set once for a run, at its start.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Operations that may run at the same time; at least 1.
    pub max_concurrency: u32,
    /// What a failure means.
    pub failure: FailureStrategy,
    /// Whether a failure that stops the run also stops what runs.
    pub cancel_running: bool,
    /// How operations without a policy of their own are retried.
    pub retry: Option<RetryRule>,
    /// When the machine itself holds admissions back.
    pub guard: GuardLimits,
    /// Limit of one attempt of operations that have none of their own, in milliseconds.
    pub default_timeout_ms: Option<u64>,
    /// Limit of the whole run in milliseconds. What runs even then has as much time again.
    pub run_timeout_ms: Option<u64>,
    /// Time between an order to stop and giving up on the operation, in milliseconds.
    pub stop_grace_ms: u64,
    /// Where the random part of pauses comes from: equal seeds, equal pauses.
    pub seed: u64,
    /// Whether limits of time are left out: a forecast takes as long as the estimates say.
    pub untimed: bool,
    /// Whether something that was wanted is not part of the plan: then the run never succeeds altogether.
    pub incomplete: bool,
    /// How many more restarts of the machine operations may ask for.
    pub restarts_left: u32,
}

impl Settings {
    /// That many slots, and everything else at its default.
    pub fn new(max_concurrency: u32) -> Self {
        Self {
            max_concurrency,
            failure: FailureStrategy::Stop,
            cancel_running: false,
            retry: None,
            guard: GuardLimits::default(),
            default_timeout_ms: None,
            run_timeout_ms: None,
            stop_grace_ms: DEFAULT_STOP_GRACE_MS,
            seed: 0,
            untimed: false,
            incomplete: false,
            restarts_left: MAX_RESTARTS,
        }
    }
}

/// What a run takes over from an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Declared operations that had succeeded, and count as such.
    pub kept: Vec<OpId>,
    /// Declared operations that were running when the earlier run died, and are not to be run again.
    pub left_out: Vec<OpId>,
    /// Whether nothing is run but the compensations of what is kept.
    pub undo: bool,
    /// Declared operations that have had a restart of the machine, since when nothing else has succeeded.
    pub without_progress: Vec<OpId>,
}

/// Something that has happened outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Only time has passed.
    Tick,
    /// The operation has begun. Its limit counts from here.
    Taken(OpId, u32),
    /// Whether an operation that was to be checked is up to date.
    Checked(OpId, bool),
    /// A service has passed its readiness probe.
    ServiceReady(OpId, u32),
    /// The operation has ended.
    Completed(OpId, u32, Verdict),
    /// The operation asks for a restart of the machine, and to be run again after it or not.
    Restart {
        /// Which operation.
        op: OpId,
        /// Which attempt.
        attempt: u32,
        /// Whether it is to be run again.
        rerun: bool,
    },
    /// How much of the machine is in use; what could not be found out is absent.
    Sample {
        /// Memory in use in MiB.
        memory_used_mib: Option<u64>,
        /// Percent of all processors.
        cpu_percent: Option<u32>,
    },
    /// Another run gives back slots that it was lent.
    SlotsReturned(u32),
    /// From now on there are this many slots; never more than one where the plan is sequential.
    Slots(u32),
    /// Stop everything. A grace bounds that of each operation.
    Cancel(StopMode),
    /// Start nothing more.
    Suspend,
    /// Go on after that.
    Continue,
    /// Skip an operation, or stop it.
    Skip(OpId),
    /// Stop an operation and start it again, or end its pause.
    Again(OpId),
    /// Stop the run, and count it as failed: what is watched of it is unhealthy.
    Unhealthy,
    /// Do something about an attempt that is unhealthy.
    Remedy {
        /// Which operation.
        op: OpId,
        /// Which attempt.
        attempt: u32,
        /// What is done.
        remedy: Remedy,
        /// Whether it has ended by itself; how comes next.
        ended: bool,
    },
}

/// How an attempt ended, as reported from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Well.
    Succeeded,
    /// Well, and without doing anything: its own test says that its work is done.
    Current,
    /// Badly.
    Failed {
        /// Whether its error is one that its policy wants retried.
        retry: bool,
    },
    /// It ended because it was ordered to stop.
    Stopped,
}

/// Why an operation was stopped, with the limit behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopCause {
    /// Why.
    pub reason: StopReason,
    /// The limit that had passed, in milliseconds, if one had.
    pub limit_ms: Option<u64>,
}

/// Why an operation never started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// Something it depends on did not succeed.
    Dependency(OpId),
    /// It runs only after a failure, and nothing it depends on has failed.
    NotTriggered,
    /// The run stops at the first failure, and this one failed.
    RunStopped(OpId),
    /// The run was canceled.
    RunCanceled,
    /// The run is parked until the machine has been restarted.
    RunParked,
    /// The run's limit has passed.
    RunTimeout,
    /// A monitor that had not started when everything else had ended.
    NothingToWatch,
    /// A service keeps what it needs, and nothing that could end the service is left to run.
    HeldByService(OpId),
    /// An earlier run died while the operation was running, and it is not to be run again.
    OutcomeUnknown,
    /// The run undoes what another one has done, and this one had not succeeded there.
    NothingToUndo,
    /// An order asked for it.
    Ordered,
    /// The run is stopped because what is watched of it is unhealthy.
    RunUnhealthy,
}

/// What must be done or made known, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Find out whether the operation has to run. An `Input::Checked` is awaited.
    Check(OpId),
    /// Hand the operation out to be run.
    Start(OpId, u32),
    /// Take back what was handed out and not yet taken. A `Skipped` or an `Ended` follows.
    Withdraw(OpId, u32),
    /// The operation had succeeded in an earlier run and counts as succeeded.
    Kept(OpId),
    /// The operation is up to date, and counts as succeeded.
    Current(OpId),
    /// The operation was checked, and has to run.
    Due(OpId),
    /// The operation runs.
    Started(OpId, u32),
    /// The service is ready.
    Serving(OpId, u32),
    /// Stop what runs the operation.
    Stop {
        /// Which operation.
        op: OpId,
        /// Which attempt.
        attempt: u32,
        /// Why.
        cause: StopCause,
        /// How. A grace is the operation's own already.
        mode: StopMode,
    },
    /// The attempt ended badly; another one may start after a pause.
    Retrying {
        /// Which operation.
        op: OpId,
        /// The attempt that ended.
        attempt: u32,
        /// How it ended.
        status: Status,
        /// Why it was stopped, if it was.
        cause: Option<StopCause>,
        /// The pause in milliseconds.
        delay_ms: u64,
    },
    /// The operation ended.
    Ended {
        /// Which operation.
        op: OpId,
        /// Its last attempt; 0 when there was none.
        attempt: u32,
        /// How it ended.
        status: Status,
        /// Why it was stopped, or did not go on, if that is why it ended.
        cause: Option<StopCause>,
    },
    /// The operation will never start.
    Skipped(OpId, SkipReason),
    /// The operation asks for a restart of the machine: nothing more is admitted.
    RestartAsked {
        /// Which operation.
        op: OpId,
        /// Which attempt.
        attempt: u32,
        /// Whether it is to be run again after that.
        rerun: bool,
    },
    /// The operation had succeeded, and runs again because it is unhealthy. It is ready.
    Again(OpId, u32),
    /// The operation had succeeded, and counts as failed because it is unhealthy.
    Spoiled(OpId, u32),
    /// An abandoned operation has ended after all; what it held is free again.
    Released(OpId, u32),
    /// What had succeeded is being undone, because this operation failed.
    RollingBack(OpId),
    /// Nothing more is started until the run goes on.
    Suspended,
    /// The run goes on.
    Continued,
    /// The run is over.
    Finished(RunStatus),
}
