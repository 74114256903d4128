//! The tasks of a run: its programs. Each runs on the threads of the runtime, knows nothing of the run, and reports by
//! message.
//!
//! A thread of the run's own takes the [reports](super::reports). What they lead to - a step, a write to the journal,
//! a line in a log - may wait for the disk, and the few threads that watch over all programs must not.

use super::events::EventHub;
use super::outcome::{Outcome, OutcomeStatus};
use super::secrets::Secrets;
use crate::error::Fault;
use crate::graph::OpId;
use crate::operation::{ProcessSpec, StopMode};
use crate::record::ErrorReport;
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use crate::work::output::{OutputSink, Stream};
use crate::work::process::{self, ProcessControl, ProcessEnd, ProcessOutcome, StopSender};
use crate::work::runtime;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What a task has to say.
pub(super) enum Report {
    /// It wants to begin, and waits to hear whether it still may.
    Begins(oneshot::Sender<bool>),
    /// Its program has been started.
    Spawned(Identity),
    /// Its service is ready.
    Ready,
    /// Its program has written a line, for which there is room.
    Line(Stream, String),
    /// It has ended.
    Ended(Outcome),
}

/// A report, and whose it is.
pub(super) struct Message {
    pub op: OpId,
    pub attempt: u32,
    pub report: Report,
}

/// The reports of a run's tasks, in the order in which they came.
pub(super) type Reports = mpsc::UnboundedReceiver<Message>;

/// Who takes the reports of tasks.
pub(super) trait Listener: Send + Sync {
    /// Takes reports until there are no tasks. It may wait for the disk.
    fn listen(&self, reports: Reports);
}

/// How a task reports; sending never waits.
#[derive(Clone)]
struct Reporter {
    to: mpsc::UnboundedSender<Message>,
    op: OpId,
    attempt: u32,
}

impl Reporter {
    fn send(&self, report: Report) {
        // Nobody listens only when the run's thread could not be started, and then nothing has begun.
        let _ = self.to.send(Message { op: self.op, attempt: self.attempt, report });
    }

    /// Whether the task still may begin.
    async fn begins(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.send(Report::Begins(reply));
        answer.await.unwrap_or(false)
    }
}

/// What a task knows.
struct Context {
    reporter: Reporter,
    secrets: Secrets,
    hub: Arc<EventHub>,
    grace: Duration,
    mark: Mark,
}

/// What all tasks of a run have in common.
pub(super) struct Surroundings {
    /// The run's id.
    pub run: String,
    pub secrets: Secrets,
    /// What bounds the output that waits to be read.
    pub hub: Arc<EventHub>,
    /// The grace where no order brings its own.
    pub grace: Duration,
}

/// The tasks of a run: how they are asked to stop, and how they report.
pub(super) struct Tasks {
    listener: Weak<dyn Listener>,
    surroundings: Surroundings,
    senders: HashMap<OpId, StopSender>,
    /// The way to the thread that takes reports, which lives as long as there is a task.
    reports: Option<mpsc::WeakUnboundedSender<Message>>,
}

impl Tasks {
    /// None yet.
    pub(super) fn new(listener: Weak<dyn Listener>, surroundings: Surroundings) -> Self {
        Self { listener, surroundings, senders: HashMap::new(), reports: None }
    }

    /// Stops a program; does nothing for a script.
    pub(super) fn stop(&mut self, op: OpId, mode: StopMode) {
        if let Some(sender) = self.senders.get(&op) {
            // A program that has just ended needs no order.
            let _ = sender.send(mode);
        }
    }

    /// Forgets a program that has ended.
    pub(super) fn forget(&mut self, op: OpId) {
        self.senders.remove(&op);
    }

    /// Starts a program. One that cannot be started reports its end like any other.
    pub(super) fn start(&mut self, op: OpId, attempt: u32, spec: ProcessSpec) {
        let Some(to) = self.reports() else { return };
        let (sender, control) = ProcessControl::new();
        self.senders.insert(op, sender);
        let reporter = Reporter { to, op, attempt };
        let Surroundings { run, secrets, hub, grace } = &self.surroundings;
        let context = Context {
            secrets: secrets.clone(),
            hub: Arc::clone(hub),
            grace: *grace,
            mark: mark(run, op, attempt, spec.detached),
            reporter: reporter.clone(),
        };
        match runtime::handle() {
            Ok(runtime) => drop(runtime.spawn(runtime::shared(carry_out(spec, control, context)))),
            Err(fault) => reporter.send(Report::Ended(Outcome::failed(&fault))),
        }
    }

    /// The way to the thread that takes reports; starts it when there is none. None when the run has gone.
    fn reports(&mut self) -> Option<mpsc::UnboundedSender<Message>> {
        if let Some(reports) = self.reports.as_ref().and_then(mpsc::WeakUnboundedSender::upgrade) {
            return Some(reports);
        }
        // The run lives as long as its tasks.
        let listener = self.listener.upgrade()?;
        let (to, from) = mpsc::unbounded_channel();
        self.reports = Some(to.downgrade());
        let from = Arc::new(Mutex::new(Some(from)));
        let listen = move || {
            let reports = from.lock().take();
            reports.into_iter().for_each(|reports| listener.listen(reports));
        };
        let named = std::thread::Builder::new().name("labrunner-reports".to_owned());
        if named.spawn(listen.clone()).is_err()
            && let Ok(runtime) = runtime::handle()
        {
            // Where the system refuses a thread, one of the runtime's may be free.
            drop(runtime.spawn_blocking(listen));
        }
        Some(to)
    }
}

/// Runs a program from its start to its end.
async fn carry_out(spec: ProcessSpec, control: ProcessControl, context: Context) {
    let Context { reporter, secrets, hub, grace, mark } = context;
    if !reporter.begins().await {
        return;
    }
    let (spawned, ready) = (reporter.clone(), reporter.clone());
    let control = control
        .with_grace(grace)
        .with_mark(mark)
        .on_started(move |identity| spawned.send(Report::Spawned(identity)))
        .on_ready(move || ready.send(Report::Ready));
    let outcome = match with_secrets(spec, &secrets) {
        Ok(spec) => {
            let lines = Lines { reporter: reporter.clone(), secrets: secrets.clone(), hub };
            outcome(process::run(&spec, control, lines).await, &secrets)
        }
        Err(fault) => Outcome::failed(&fault),
    };
    reporter.send(Report::Ended(outcome));
}

/// By what everything that the program starts is found.
fn mark(run: &str, op: OpId, attempt: u32, detached: bool) -> Mark {
    static THIS: OnceLock<Identity> = OnceLock::new();
    let host = *THIS.get_or_init(|| Identity::of(std::process::id()));
    Mark { host, run: run.to_owned(), op, attempt, detached }
}

/// What is started: the environment as declared, with values in place of references to secrets.
fn with_secrets(mut spec: ProcessSpec, secrets: &Secrets) -> Result<ProcessSpec, Fault> {
    for value in spec.environment.values_mut().flatten() {
        *value = secrets.reveal(value)?.to_owned();
    }
    Ok(spec)
}

fn outcome(end: ProcessEnd, secrets: &Secrets) -> Outcome {
    let (status, fault) = match end.outcome {
        ProcessOutcome::Succeeded => (OutcomeStatus::Succeeded, None),
        ProcessOutcome::Failed(fault) => (OutcomeStatus::Failed, Some(fault)),
        ProcessOutcome::Stopped => (OutcomeStatus::Stopped, None),
    };
    let error = fault.map(|fault| ErrorReport::from(&secrets.mask_fault(fault)));
    Outcome { status, error, exit_code: end.exit_code, ..Outcome::default() }
}

/// Takes a program's lines, and reports each when there is room for it.
struct Lines {
    reporter: Reporter,
    secrets: Secrets,
    hub: Arc<EventHub>,
}

impl OutputSink for Lines {
    fn shown(&self, line: String) -> String {
        self.secrets.mask(line)
    }

    async fn line(&mut self, stream: Stream, line: String) {
        self.hub.reserve_output(&line).await;
        self.reporter.send(Report::Line(stream, line));
    }
}
