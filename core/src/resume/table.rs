//! What a resume does with an operation: one table, of which the first row that holds decides.
//!
//! The same rows are the table in `docs/resume.md`, which a test compares with them.

use serde::{Deserialize, Serialize};

/// What became of an operation in the run that is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Past {
    /// That run did not have it.
    Absent,
    /// It was never started.
    NotReached,
    /// It failed, timed out, was canceled or abandoned, or paused before another attempt.
    Failed,
    /// It was running when the run died.
    Interrupted,
    /// A service that was ready when the run died.
    Serving,
    /// It succeeded.
    Succeeded,
    /// It asked for a restart of the machine, and to be run again after that.
    AsksAgain,
    /// It succeeded, and was undone since, or is half undone.
    Undone,
}

/// What kind of operation one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Any other.
    Work,
    /// A service.
    Service,
    /// It stops a service.
    Stop,
    /// It watches the others.
    Monitor,
    /// It always runs, however the others end.
    Always,
}

/// What has changed of an operation since it succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Its script block, its script, or its program.
    Block,
    /// The values it gets.
    Parameters,
    /// A file that it reads.
    Inputs,
    /// A file that it made.
    Outputs,
}

/// All that counts for what is done with one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What became of it.
    pub past: Past,
    /// What kind of operation it is now.
    pub role: Role,
    /// What has changed of it.
    pub changed: Option<Difference>,
    /// How many runs in a row have died while it was running.
    pub crashes: u32,
    /// It ran only because something before it had not ended well.
    pub consequence: bool,
    /// What it was built on is made again.
    pub rebuilt: bool,
    /// Of a service: something that runs needs it. Of a stop operation: its service runs again.
    pub needed: bool,
    /// Nothing depends on it.
    pub last: bool,
    /// Its test alone says whether it is done: it has neither inputs nor outputs.
    pub test: bool,
    /// Running it twice does no harm.
    pub idempotent: bool,
}

/// What the caller chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// What is done with operations that were running.
    pub on_unknown: OnUnknown,
    /// After how many deaths in a row an operation is not started again.
    pub max_crash: u32,
    /// Whether it is started even then.
    pub force: bool,
    /// Whether what succeeded is kept although it has changed since.
    pub keep_changed: bool,
}

/// What is done with an operation that was running when the run died: how far it came is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUnknown {
    /// It is run again.
    #[default]
    Rerun,
    /// It is skipped, and what depends on it with it.
    Skip,
    /// Nothing is started.
    Stop,
}

/// What is done with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It counts as succeeded.
    Keep,
    /// It is run as in any run, when its turn comes.
    Rerun,
    /// It is skipped.
    Skip,
    /// Nothing is started before the caller has decided.
    Ask,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The earlier run did not have it.
    New,
    /// It was undone.
    Undone,
    /// It watches the others.
    Watches,
    /// It always runs.
    AlwaysRuns,
    /// It was never started.
    NotReached,
    /// It did not succeed.
    Failed,
    /// It was running in too many runs that died.
    CrashLimit,
    /// It was running when the run died.
    Interrupted,
    /// It was running when the run died, and its test says whether it is done.
    Tested,
    /// It has changed.
    Changed,
    /// It ran only because something had not ended well.
    Consequence,
    /// What it was built on is made again.
    Rebuilt,
    /// Something that runs needs it, or it ends a service that runs.
    Needed,
    /// It was serving, and nothing comes after it.
    WasServing,
    /// It was serving, and what needs it has succeeded.
    NotNeeded,
    /// It asked to be run again after a restart of the machine.
    AsksAgain,
    /// It succeeded.
    Succeeded,
}

/// What is done with an operation, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// What.
    pub action: Action,
    /// Why.
    pub reason: Reason,
}

/// One row of the table.
pub(super) struct Row {
    /// When it decides, in words.
    #[cfg_attr(not(test), expect(dead_code, reason = "the page in the docs is made of it"))]
    pub(super) when: &'static str,
    holds: fn(&Facts, &Choices) -> bool,
    pub(super) action: Action,
    pub(super) reason: Reason,
}

/// A row.
macro_rules! rows {
    ($( $when:literal => $action:ident, $reason:ident: |$facts:ident, $choices:ident| $holds:expr; )*) => {
        &[$( Row {
            when: $when,
            holds: |$facts, $choices| $holds,
            action: Action::$action,
            reason: Reason::$reason,
        }, )*]
    };
}

/// The table. The last row holds always.
pub(super) const ROWS: &[Row] = rows! {
    "The earlier run did not have it." => Rerun, New: |it, _c| it.past == Past::Absent;
    "It was undone since, as a whole or in part." => Rerun, Undone: |it, _c| it.past == Past::Undone;
    "It is a monitor." => Rerun, Watches: |it, _c| it.role == Role::Monitor;
    "It was running in `-MaxCrash` runs in a row that died, and `-Force` is absent." => Ask, CrashLimit:
        |it, c| it.past == Past::Interrupted && it.crashes >= c.max_crash && !c.force;
    "It was running when the run died, and it has a `test`, and neither inputs nor outputs: it is run unless its test says that it is done." => Rerun, Tested:
        |it, _c| it.past == Past::Interrupted && it.role == Role::Work && it.test;
    "It was running when the run died, it is not a service, not `idempotent` and does not always run, and `-OnUnknown` is `Skip`." => Skip, Interrupted:
        |it, c| it.past == Past::Interrupted && it.role == Role::Work && !it.idempotent && c.on_unknown == OnUnknown::Skip;
    "The same, and `-OnUnknown` is `Stop`." => Ask, Interrupted:
        |it, c| it.past == Past::Interrupted && it.role == Role::Work && !it.idempotent && c.on_unknown == OnUnknown::Stop;
    "It was running when the run died." => Rerun, Interrupted: |it, _c| it.past == Past::Interrupted;
    "Its trigger is `always`." => Rerun, AlwaysRuns: |it, _c| it.role == Role::Always;
    "It was never started." => Rerun, NotReached: |it, _c| it.past == Past::NotReached;
    "It failed, timed out, was canceled or abandoned." => Rerun, Failed: |it, _c| it.past == Past::Failed;
    "It asked for a restart of the machine with `Request-LabRestart -Rerun`." => Rerun, AsksAgain: |it, _c| it.past == Past::AsksAgain;
    "It succeeded or was serving, it or its inputs or outputs have changed since, and `-KeepChanged` is absent." => Rerun, Changed:
        |it, c| it.changed.is_some() && !c.keep_changed;
    "It succeeded, but ran only because something before it had not ended well." => Rerun, Consequence:
        |it, _c| it.consequence;
    "It succeeded or was serving, and something it depends on is made again: because that was undone, has changed, ran only because of a failure, or was built on such an operation itself." => Rerun, Rebuilt:
        |it, _c| it.rebuilt;
    "It is a service that something needs which runs; or it stops a service that runs again." => Rerun, Needed:
        |it, _c| it.needed && matches!(it.role, Role::Service | Role::Stop);
    "It is a service that was ready when the run died, and nothing depends on it." => Rerun, WasServing:
        |it, _c| it.past == Past::Serving && it.last;
    "It is a service that was ready when the run died, and nothing that runs needs it." => Keep, NotNeeded:
        |it, _c| it.past == Past::Serving;
    "It succeeded." => Keep, Succeeded: |_it, _c| true;
};

/// What is done with an operation.
pub fn decide(facts: &Facts, choices: &Choices) -> Decision {
    let row = ROWS.iter().find(|row| (row.holds)(facts, choices));
    // The last row always holds.
    let (action, reason) = row.map_or((Action::Keep, Reason::Succeeded), |row| (row.action, row.reason));
    Decision { action, reason }
}
