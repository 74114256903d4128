//! Orders to a run of another process, or of this one: how they are sent, what came of them, and how its end is awaited.
//!
//! A sender learns from the run's journal whether it was obeyed. A run that has ended, or whose process has died, answers
//! nothing any more: then the sender takes the order back, or finds its entry after all.

use crate::error::{Code, Fault};
use crate::history::open;
use crate::record::disk::Files;
use crate::record::entry::{Entry, What};
use crate::record::follow::{self, Place};
use crate::record::mailbox;
use crate::record::order::{Ask, Order, Refused};
use crate::record::{FORMAT, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Time between two looks for an answer.
const LOOK: Duration = Duration::from_millis(20);

/// Time between two looks at a run whose end is awaited.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a run may take to claim an order before its sender takes it back.
const PATIENCE: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(15) };

/// How long a run may take from there to its answer.
const LONGEST_STEP: Duration = if cfg!(test) { Duration::from_secs(1) } else { Duration::from_secs(60) };

/// Entries that are read at once.
const PAGE: usize = 1_000;

/// An order that is to be sent.
#[derive(Clone, Debug, Deserialize)]
pub struct Request {
    /// The run's folder.
    pub place: PathBuf,
    /// The user who sends it.
    #[serde(default)]
    pub by: String,
    /// What is to be done.
    #[serde(flatten)]
    pub ask: Ask,
}

/// An order that was sent, as its sender asks for the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The run's folder.
    pub place: PathBuf,
    /// The order's id.
    pub id: String,
    /// Up to where the run's journal was read.
    pub from: Place,
    /// How long ago it was sent, in milliseconds.
    #[serde(default)]
    pub waited_ms: u64,
}

/// What has come of an order so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What came of it, as a sentence; absent while that is not known.
    pub done: Option<String>,
    /// How to ask again.
    pub sent: Sent,
}

/// Sends an order to a run that is under way.
///
/// # Errors
/// [`Code::UnknownRun`], [`Code::RunNotUnderWay`] when the run has ended or died, or [`Code::OrderNotSent`].
pub fn send(request: &Request) -> Result<Sent, Fault> {
    let place = &request.place;
    let from = open::with(place, |record, _| {
        check_under_way(record)?;
        follow::end(place).map_err(|error| not_sent(record, &error.to_string()))
    })??;
    let order = Order {
        // Ids begin with the time, so that orders are obeyed in the order in which they were sent.
        id: uuid::Uuid::now_v7().to_string(),
        by: request.by.clone(),
        pid: std::process::id(),
        sent_at: Timestamp::now().to_string(),
        ask: request.ask.clone(),
    };
    let order = order.plain();
    open::with(place, |record, _| {
        mailbox::send(place, &order).map_err(|error| not_sent(record, &error.to_string()))
    })??;
    Ok(Sent { place: place.clone(), id: order.id, from, waited_ms: 0 })
}

/// Waits for the answer to an order, up to `wait`.
///
/// # Errors
/// Why the run refused it; [`Code::RunNotUnderWay`] when the run has ended or died without it, and
/// [`Code::OrderUnanswered`] when the run does not answer. The run never obeys it then, unless the fault says so.
pub fn answer(sent: Sent, wait: Duration) -> Result<Answer, Fault> {
    let mut sent = sent;
    let begin = Instant::now();
    let before = Duration::from_millis(sent.waited_ms);
    loop {
        // In this order: a run that ends has written its answer before it lets its lock go.
        let is_running = open::with(&sent.place, |record, _| record.is_running())?;
        if let Some(done) = look(&mut sent)? {
            return Ok(Answer { done: Some(done), sent });
        }
        let waited = before + begin.elapsed();
        if !is_running || waited >= PATIENCE {
            let is_withdrawn = mailbox::withdraw(&sent.place, &sent.id);
            // It may have been claimed and answered at the last moment.
            if let Some(done) = look(&mut sent)? {
                return Ok(Answer { done: Some(done), sent });
            }
            if !is_running || is_withdrawn || waited >= PATIENCE + LONGEST_STEP {
                return Err(unanswered(&sent, is_running, is_withdrawn));
            }
        }
        sent.waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        if begin.elapsed() >= wait {
            return Ok(Answer { done: None, sent });
        }
        std::thread::sleep(LOOK);
    }
}

/// Looks for the entry of an order.
fn look(sent: &mut Sent) -> Result<Option<String>, Fault> {
    loop {
        let followed = follow::read(&Files, &sent.place, sent.from, PAGE);
        sent.from = followed.place;
        let mine = |entry: &Entry| match &entry.what {
            What::Order(ordered) if ordered.order.id == sent.id => Some((**ordered).clone()),
            _ => None,
        };
        if let Some(ordered) = followed.entries.iter().find_map(mine) {
            let sentence = ordered.sentence();
            return match ordered.refused {
                None => Ok(Some(sentence)),
                Some(refused) => Err(as_fault(&refused)),
            };
        }
        if !followed.more {
            return Ok(None);
        }
    }
}

/// The fault that a run gave as its reason. One of a newer version is a refusal all the same.
fn as_fault(refused: &Refused) -> Fault {
    let code = Code::ALL.iter().copied().find(|code| code.id() == refused.id).unwrap_or(Code::OrderRefused);
    Fault::new(code, refused.message.clone())
}

fn check_under_way(record: &Record<'_>) -> Result<(), Fault> {
    let (run, name) = (&record.header().run, &record.header().name);
    if record.ending().is_some() || record.header().format != FORMAT {
        return Err(over(name, run, "has ended"));
    }
    if !record.is_running() {
        return Err(over(name, run, "is not under way: its process has gone"));
    }
    Ok(())
}

fn over(name: &str, run: &str, what: &str) -> Fault {
    let advice = if what == "has ended" { "Get-LabRun shows how." } else { "Resume-LabRun continues it." };
    Fault::new(Code::RunNotUnderWay, format!("run '{name}' ({run}) {what}"))
        .with_advice(advice)
        .with_target(run)
}

fn not_sent(record: &Record<'_>, why: &str) -> Fault {
    let (run, name) = (&record.header().run, &record.header().name);
    let message = format!("the order cannot be sent to run '{name}' ({run}): {why}");
    Fault::new(Code::OrderNotSent, message)
        .with_advice(
            "Only the user who started a run, with the same version of LabRunner, may give it orders.",
        )
        .with_target(run)
}

fn unanswered(sent: &Sent, is_running: bool, is_withdrawn: bool) -> Fault {
    let (name, run, ended) = open::with(&sent.place, |record, _| {
        (record.header().name.clone(), record.header().run.clone(), record.ending().is_some())
    })
    .unwrap_or_default();
    if !is_running {
        let what = if ended { "has ended" } else { "is not under way: its process has gone" };
        return over(&name, &run, what);
    }
    let process = "Its process may be stopped or too busy.";
    let fault = if is_withdrawn {
        Fault::new(
            Code::OrderUnanswered,
            format!("run '{name}' ({run}) does not take orders; this one was withdrawn"),
        )
    } else {
        Fault::new(
            Code::OrderUnanswered,
            format!("run '{name}' ({run}) has taken the order and does not answer"),
        )
    };
    fault.with_advice(process).with_target(run)
}

/// Waits until a run is over, up to `wait`. True once it is: it has ended, or its process has gone.
///
/// # Errors
/// [`Code::UnknownRun`] when there is none that can be read.
pub fn wait_for_end(place: &Path, wait: Duration) -> Result<bool, Fault> {
    let begin = Instant::now();
    loop {
        if !open::with(place, |record, _| record.is_running())? {
            return Ok(true);
        }
        let left = wait.saturating_sub(begin.elapsed());
        if left.is_zero() {
            return Ok(false);
        }
        std::thread::sleep(PAUSE.min(left));
    }
}

#[cfg(test)]
#[path = "steer_tests.rs"]
mod tests;
