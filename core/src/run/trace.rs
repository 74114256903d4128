//! What a run tells of its own working, by [`tracing`]: spans for the run, each operation and each attempt, and what
//! every step of the driver takes and decides.
//!
//! A subscriber of the process gets all of it. A run that is asked for a log has one of its own besides, which writes
//! `log.txt` in the run's folder, each line before what it tells of goes on, so that a crash loses none. Without
//! either nothing is put together: a step asks once whether a subscriber listens.

use super::events::{Event, EventKind};
use super::options::RunOptions;
use crate::graph::OpId;
use crate::plan::Plan;
use crate::record::What;
use crate::record::disk::Disk;
use crate::scheduler::{Command, Input};
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{LazyLock, Mutex};
use tracing::instrument::WithSubscriber;
use tracing::level_filters::LevelFilter;
use tracing::span::Id;
use tracing::{Dispatch, Instrument, Level, Span, dispatcher};

/// The variable that asks for a log where the options of a run do not.
const VARIABLE: &str = "LABRUNNER_LOG";

/// The word for no log, whatever the variable says.
const OFF: &str = "off";

/// The file in the run's folder.
pub(super) const FILE: &str = "log.txt";

/// Subscribers that take nothing, registered before the first log and kept for good, so that tracing never takes a
/// log for the only subscriber of the process.
///
/// With a single subscriber registered, tracing asks the thread that reaches a line of code for the first time, and
/// remembers its answer for all threads. Where that thread works for a run without a log the answer is "never", and the
/// run with the log loses the line. With more than one registered it asks all of them. There are two, because the
/// count is only known to be above one after the second has been added, and the first log must not be that second.
static OTHERS: LazyLock<[Dispatch; 2]> = LazyLock::new(|| [silent(), silent()]);

/// One that takes nothing, and says so: without a level of its own every line would be enabled from then on.
fn silent() -> Dispatch {
    Dispatch::new(tracing_subscriber::fmt().with_max_level(LevelFilter::OFF).finish())
}

/// The spans of one run, and where they go.
#[derive(Default)]
pub(super) struct Trace {
    /// The run's own log; none where the caller's subscriber is the only one.
    log: Option<Dispatch>,
    run: Option<Span>,
    /// By operation: the span of its attempt under way.
    attempts: HashMap<OpId, Span>,
}

impl Trace {
    /// That of a run which begins now, with a log of its own in `folder` when it has a level.
    ///
    /// # Errors
    /// When the log cannot be made.
    pub(super) fn new(
        (run, name): (&str, &str),
        level: Option<Level>,
        disk: &dyn Disk,
        folder: Option<&Path>,
    ) -> io::Result<Self> {
        let mut trace = Self::default();
        if let (Some(level), Some(folder)) = (level, folder) {
            let file = Mutex::new(disk.append(&folder.join(FILE))?);
            LazyLock::force(&OTHERS);
            let log = tracing_subscriber::fmt().with_ansi(false).with_target(false).with_max_level(level);
            trace.log = Some(Dispatch::new(log.with_writer(file).finish()));
        }
        trace.run = trace.scope(|| tracing::info_span!("run", id = run, name));
        Ok(trace)
    }

    /// Does something where a subscriber listens, and nothing where none does.
    fn scope<T>(&self, tell: impl FnOnce() -> T) -> Option<T> {
        match &self.log {
            Some(log) => Some(dispatcher::with_default(log, tell)),
            None => tracing::enabled!(Level::INFO).then(tell),
        }
    }

    /// Tells of one step: what was taken, what was decided, and what has happened by it.
    pub(super) fn step(&mut self, plan: &Plan, inputs: &[Input], commands: &[Command], events: &[Event]) {
        let mut attempts = std::mem::take(&mut self.attempts);
        self.scope(|| {
            let run = self.run.as_ref().and_then(Span::id);
            tracing::debug!(parent: run.clone(), inputs = inputs.len(), commands = commands.len(), "step");
            inputs.iter().for_each(|input| tracing::trace!(parent: run.clone(), input = ?input));
            for command in commands {
                tracing::trace!(parent: run.clone(), command = ?command);
                if let Command::Start(op, attempt) = *command {
                    let name = plan.operation(op).name.as_str();
                    let operation = tracing::info_span!(parent: run.clone(), "operation", name);
                    let span = tracing::info_span!(parent: operation.id(), "attempt", number = attempt);
                    attempts.insert(op, span);
                }
            }
            for event in events {
                if let EventKind::Happened(what) = &event.kind {
                    tell(what, &mut attempts, run.clone());
                }
            }
        });
        self.attempts = attempts;
    }

    /// A task as part of its attempt, on whatever thread it runs.
    pub(super) fn around<F: Future>(&self, op: OpId, task: F) -> impl Future<Output = F::Output> + use<F> {
        let span = self.attempts.get(&op).cloned().unwrap_or_else(Span::none);
        let log = self.log.clone();
        async move {
            match log {
                Some(log) => task.instrument(span).with_subscriber(log).await,
                None => task.instrument(span).await,
            }
        }
    }
}

/// Tells of a change as the record has it, in the span of its attempt, which may end with it.
fn tell(what: &What, attempts: &mut HashMap<OpId, Span>, run: Option<Id>) {
    let (op, is_end) = match what {
        What::Started(started) => (Some(started.op), false),
        What::Serving(serving) => (Some(serving.op), false),
        What::Stop(stop) => (Some(stop.op), false),
        What::Retrying(retrying) => (Some(retrying.end.op), true),
        What::Ended(ended) => (Some(ended.op), true),
        _ => (None, false),
    };
    let span = op.and_then(|op| attempts.get(&op)?.id()).or(run);
    tracing::info!(parent: span, "{}", serde_json::to_string(what).unwrap_or_default());
    if is_end {
        op.map(|op| attempts.remove(&op));
    }
}

/// The level that the options or the environment name for a run; none when neither asks for a log.
pub(super) fn wanted(options: &RunOptions) -> Option<String> {
    let word = options.log.clone().or_else(|| std::env::var(VARIABLE).ok());
    word.filter(|word| !matches!(word.trim().to_ascii_lowercase().as_str(), "" | OFF))
}

/// The level that a word stands for.
pub(super) fn level(word: &str) -> Option<Level> {
    match word.trim().to_ascii_lowercase().as_str() {
        "info" => Some(Level::INFO),
        "debug" => Some(Level::DEBUG),
        "trace" => Some(Level::TRACE),
        _ => None,
    }
}

/// What is said of a word that stands for no level.
pub(super) fn unknown(word: &str) -> String {
    let word = word.escape_debug();
    format!(
        "'{word}' is not a level of the log, so this run writes none. The levels are off, info, debug and trace."
    )
}

/// What is said of a log that cannot be written.
pub(super) fn unwritten(why: &io::Error) -> String {
    format!("The log of this run cannot be written ({why}). The run itself is not affected.")
}
