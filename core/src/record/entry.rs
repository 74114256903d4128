//! What can happen in a run, as its journal has it.
//!
//! An entry is a flat JSON document whose first members are `seq`, `at` and `event`, in this order, so that it is
//! read in one pass without being kept in between. Operations are known by their place in the plan and by name.

use crate::error::{Code, Fault, sentence, sentences};
use crate::graph::OpId;
use crate::plan::Plan;
use crate::record::damage::Damage;
use crate::record::health::Health;
use crate::record::order::Ordered;
use crate::record::stamp::Stamp;
use crate::record::why::Why;
use crate::scheduler::{RunStatus, SkipReason, Status, StopReason};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Place in the whole journal, from 0, over all segments.
    pub seq: u64,
    /// Milliseconds since the run's start.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// A process has begun to write: the first entry of every segment.
    Opened(Opened),
    /// An operation had succeeded in an earlier run, and counts as succeeded.
    Kept(Kept),
    /// An operation was running when earlier runs died.
    Crashed(Crashed),
    /// An operation is up to date, and counts as succeeded.
    Current(Current),
    /// An operation was checked, and has to run.
    Due(Due),
    /// An operation began.
    Started(Started),
    /// A program was started.
    Spawned(Spawned),
    /// A service is ready.
    Serving(Serving),
    /// An operation was asked to stop.
    Stop(Stop),
    /// An attempt ended badly; another one may start after a pause.
    Retrying(Retrying),
    /// An operation ended.
    Ended(Ended),
    /// An operation asks for a restart of the machine.
    Restart(Restart),
    /// An operation will never start.
    Skipped(Skipped),
    /// An abandoned operation has ended after all.
    Released(Released),
    /// What had succeeded is being undone. The compensations follow as operations of their own.
    RollingBack(RollingBack),
    /// A check has come to be healthy or unhealthy, or something is done about it.
    Health(Box<Health>),
    /// Somebody has given the run an order, which it obeyed or refused.
    Order(Box<Ordered>),
    /// Nothing more is started until the run goes on.
    Suspended(Suspended),
    /// The run goes on.
    Continued(Continued),
    /// The run is over.
    Finished(Finished),
}

/// See [`What::Opened`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Which process life of the run this is, from 1.
    pub life: u32,
    /// Earlier segments are believed up to the entry with this number; absent in the first life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub believes: Option<u64>,
    /// Why no further, if they have more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<Damage>,
    /// The process that writes.
    pub pid: u32,
}

/// See [`What::Kept`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The run that it succeeded in.
    pub from: String,
    /// Whether it was up to date there, so that the runs of this chain have done nothing for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub up_to_date: bool,
}

/// See [`What::Crashed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crashed {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// How many runs in a row, each resuming the one before it, have died while it was running.
    pub times: u32,
}

/// See [`What::Current`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Current {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it was when it last succeeded, once more: the newest record says all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Box<Stamp>>,
}

/// See [`What::Due`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Why.
    pub why: Why,
}

/// See [`What::Started`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The worker that took it; absent for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
}

/// See [`What::Spawned`]. With the start time a process can be told from a later one with the same number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spawned {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt.
    pub attempt: u32,
    /// The process id.
    pub pid: u32,
    /// Clock ticks since boot on Linux, seconds since 1970 elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<u64>,
    /// Whether it may outlive the process that runs the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detached: bool,
}

/// See [`What::Serving`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Serving {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt.
    pub attempt: u32,
}

/// See [`What::Stop`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt.
    pub attempt: u32,
    /// The worker that runs it; absent for programs, which the core stops by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// Why.
    pub reason: StopReason,
    /// After how many milliseconds it is given up.
    pub grace_ms: u64,
}

/// See [`What::Retrying`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retrying {
    /// How the attempt ended.
    #[serde(flatten)]
    pub end: Ended,
    /// The pause in milliseconds.
    pub delay_ms: u64,
}

/// See [`What::Ended`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt.
    #[serde(default)]
    pub attempt: u32,
    /// How.
    pub status: Status,
    /// The worker that ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// Why not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// The program's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Milliseconds from its start.
    #[serde(default)]
    pub duration_ms: u64,
    /// Whether its test said that its work is done; absent when it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<bool>,
    /// What it was, by which a later run finds out whether it has to run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Box<Stamp>>,
}

/// See [`What::Restart`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt.
    pub attempt: u32,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Whether it is to be run again after that.
    #[serde(default)]
    pub rerun: bool,
}

/// See [`What::Skipped`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Why.
    pub because: SkippedBecause,
}

/// See [`What::Released`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Released {
    /// Which operation.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which attempt.
    pub attempt: u32,
}

/// See [`What::RollingBack`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollingBack {
    /// The operation that failed.
    pub op: OpId,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// See [`What::Suspended`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {}

/// See [`What::Continued`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continued {}

/// See [`What::Finished`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// How.
    pub status: RunStatus,
}

/// Why an operation did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// Id that scripts match on.
    #[serde(default)]
    pub id: String,
    /// PowerShell's category.
    #[serde(default)]
    pub category: String,
    /// One sentence.
    pub message: String,
    /// The line of the script that failed, with a mark where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The calls that led there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
}

impl From<&Fault> for ErrorReport {
    fn from(fault: &Fault) -> Self {
        let message = sentences(&fault.message, fault.advice.as_deref());
        let (id, category) = (fault.id.to_owned(), fault.category.to_owned());
        Self { id, category, message, position: None, stack: None }
    }
}

impl ErrorReport {
    /// An error of the core's own.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            id: code.id().to_owned(),
            category: code.category().to_owned(),
            message: sentence(message.into()),
            position: None,
            stack: None,
        }
    }
}

/// Why an operation never started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkippedBecause {
    /// The rule that skipped it.
    pub kind: SkipKind,
    /// The operation that is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// One sentence.
    pub message: String,
}

/// Which rule skipped an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipKind {
    /// Something it depends on did not succeed.
    Dependency,
    /// It runs only after a failure, and there was none.
    NotTriggered,
    /// A failure stopped the run.
    RunStopped,
    /// The run was canceled.
    RunCanceled,
    /// The run was parked until the machine has been restarted.
    RunParked,
    /// The run's own limit had passed.
    RunTimeout,
    /// A monitor that had nothing left to watch.
    NothingToWatch,
    /// A service keeps what it needs.
    HeldByService,
    /// An earlier run died while it was running.
    OutcomeUnknown,
    /// It had not succeeded, so there is nothing to undo.
    NothingToUndo,
    /// An order asked for it.
    Ordered,
    /// The run was stopped because what is watched of it was unhealthy.
    RunUnhealthy,
}

impl SkippedBecause {
    /// A reason in words.
    pub fn of(plan: &Plan, reason: SkipReason) -> Self {
        let name = |op: OpId| plan.operation(op).name.clone();
        let plain = |kind, message: &str| Self { kind, operation: None, message: message.to_owned() };
        match reason {
            SkipReason::Dependency(on) if plan.compensates(on).is_some() => Self {
                kind: SkipKind::Dependency,
                message: format!("'{}' did not succeed, and this is undone after it", name(on)),
                operation: Some(name(on)),
            },
            SkipReason::Dependency(on) => Self {
                kind: SkipKind::Dependency,
                message: format!("it depends on '{}', which did not succeed", name(on)),
                operation: Some(name(on)),
            },
            SkipReason::RunStopped(on) => Self {
                kind: SkipKind::RunStopped,
                message: format!("the run stops at the first failure, and '{}' failed", name(on)),
                operation: Some(name(on)),
            },
            SkipReason::RunCanceled => plain(SkipKind::RunCanceled, "the run was canceled"),
            SkipReason::RunParked => {
                plain(SkipKind::RunParked, "the run was parked until this machine has been restarted")
            }
            SkipReason::RunTimeout => plain(SkipKind::RunTimeout, "the run's own limit had passed"),
            SkipReason::NothingToWatch => {
                plain(SkipKind::NothingToWatch, "everything else had ended before it started")
            }
            SkipReason::OutcomeUnknown => plain(
                SkipKind::OutcomeUnknown,
                "an earlier run died while it was running, and it was not to be run again",
            ),
            SkipReason::NothingToUndo => {
                plain(SkipKind::NothingToUndo, "it had not succeeded, so there is nothing to undo")
            }
            SkipReason::RunUnhealthy => {
                plain(SkipKind::RunUnhealthy, "the run was stopped because it was unhealthy")
            }
            SkipReason::Ordered => plain(SkipKind::Ordered, "it was skipped by order"),
            SkipReason::NotTriggered => plain(
                SkipKind::NotTriggered,
                "it runs only after a failure, and nothing it depends on failed",
            ),
            SkipReason::HeldByService(service) => Self {
                kind: SkipKind::HeldByService,
                message: format!(
                    "it needs what service '{}' keeps until it ends, and nothing ends it before",
                    name(service)
                ),
                operation: Some(name(service)),
            },
        }
    }
}

/// The word of an entry's `event`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Event {
    Opened,
    Kept,
    Crashed,
    Current,
    Due,
    Started,
    Spawned,
    Serving,
    Stop,
    Retrying,
    Ended,
    Restart,
    Skipped,
    Released,
    RollingBack,
    Health,
    Order,
    Suspended,
    Continued,
    Finished,
}

impl What {
    /// Drops what only a record is written for.
    pub fn forget_stamp(&mut self) {
        match self {
            Self::Current(it) => it.stamp = None,
            Self::Ended(it) => it.stamp = None,
            _ => {}
        }
    }

    /// What happened, by its word and the other members of its document; those it does not know are ignored.
    pub(super) fn read<'de, D: Deserializer<'de>>(event: &Event, members: D) -> Result<Self, D::Error> {
        Ok(match event {
            Event::Opened => Self::Opened(Deserialize::deserialize(members)?),
            Event::Kept => Self::Kept(Deserialize::deserialize(members)?),
            Event::Crashed => Self::Crashed(Deserialize::deserialize(members)?),
            Event::Current => Self::Current(Deserialize::deserialize(members)?),
            Event::Due => Self::Due(Deserialize::deserialize(members)?),
            Event::Started => Self::Started(Deserialize::deserialize(members)?),
            Event::Spawned => Self::Spawned(Deserialize::deserialize(members)?),
            Event::Serving => Self::Serving(Deserialize::deserialize(members)?),
            Event::Stop => Self::Stop(Deserialize::deserialize(members)?),
            Event::Retrying => Self::Retrying(Deserialize::deserialize(members)?),
            Event::Ended => Self::Ended(Deserialize::deserialize(members)?),
            Event::Restart => Self::Restart(Deserialize::deserialize(members)?),
            Event::Skipped => Self::Skipped(Deserialize::deserialize(members)?),
            Event::Released => Self::Released(Deserialize::deserialize(members)?),
            Event::RollingBack => Self::RollingBack(Deserialize::deserialize(members)?),
            Event::Health => Self::Health(Deserialize::deserialize(members)?),
            Event::Order => Self::Order(Deserialize::deserialize(members)?),
            Event::Suspended => Self::Suspended(Deserialize::deserialize(members)?),
            Event::Continued => Self::Continued(Deserialize::deserialize(members)?),
            Event::Finished => Self::Finished(Deserialize::deserialize(members)?),
        })
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an entry of a journal")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let seq = member(&mut map, "seq")?;
        let at = member(&mut map, "at")?;
        let event: Event = member(&mut map, "event")?;
        Ok(Entry { seq, at, what: What::read(&event, MapAccessDeserializer::new(map))? })
    }
}

/// The next member, which must be this one.
fn member<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    name: &'static str,
) -> Result<T, A::Error> {
    match map.next_key_seed(Key(name))? {
        Some(()) => map.next_value(),
        None => Err(A::Error::missing_field(name)),
    }
}

/// Reads a key that must be this one, without keeping it.
struct Key(&'static str);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the member '{}'", self.0)
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if key == self.0 { Ok(()) } else { Err(E::invalid_value(serde::de::Unexpected::Str(key), &self)) }
    }
}
