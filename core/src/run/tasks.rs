//! The tasks of a run: its programs. Each runs on the threads of the runtime, knows nothing of the run, and reports by
//! message.
//!
//! A thread of the run's own takes the reports. What they lead to - a step, a write to the journal, a line in a log -
//! may wait for the disk, and the few threads that watch over all programs must not.

use super::events::{EventHub, EventKind};
use super::record::{Outcome, OutcomeStatus};
use super::secrets::Secrets;
use super::shell::Run;
use crate::error::Fault;
use crate::graph::OpId;
use crate::operation::{ProcessSpec, StopMode};
use crate::record::disk::Append;
use crate::record::entry::Spawned;
use crate::record::{ErrorReport, What};
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use crate::work::output::{OutputSink, Stream};
use crate::work::process::{self, ProcessControl, ProcessEnd, ProcessOutcome, StopSender};
use crate::work::runtime;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Reports that are taken at once.
const BATCH: usize = 256;

/// What a task has to say.
enum Report {
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
struct Message {
    op: OpId,
    attempt: u32,
    report: Report,
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

/// The tasks of a run: how they are told to stop, and how they report.
#[derive(Default)]
pub(super) struct Tasks {
    senders: HashMap<OpId, StopSender>,
    /// The way to the thread that takes reports, which lives as long as there is a task.
    reports: Option<mpsc::WeakUnboundedSender<Message>>,
}

impl Tasks {
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

    /// Starts a program. The caller holds the run's lock, so a failed start is news for it like any other.
    pub(super) fn start(&mut self, run: &Arc<Run>, op: OpId, attempt: u32, spec: ProcessSpec) {
        let (sender, control) = ProcessControl::new();
        self.senders.insert(op, sender);
        let reporter = Reporter { to: self.reports(run), op, attempt };
        let context = Context {
            secrets: run.secrets().clone(),
            hub: Arc::clone(run.hub()),
            grace: run.stop_grace(),
            mark: mark(run, op, attempt, spec.detached),
            reporter: reporter.clone(),
        };
        match runtime::handle() {
            Ok(runtime) => drop(runtime.spawn(runtime::shared(carry_out(spec, control, context)))),
            Err(fault) => reporter.send(Report::Ended(Outcome::failed(&fault))),
        }
    }

    /// The way to the thread that takes reports; starts it when there is none.
    fn reports(&mut self, run: &Arc<Run>) -> mpsc::UnboundedSender<Message> {
        if let Some(reports) = self.reports.as_ref().and_then(mpsc::WeakUnboundedSender::upgrade) {
            return reports;
        }
        let (to, from) = mpsc::unbounded_channel();
        self.reports = Some(to.downgrade());
        let (run, from) = (Arc::clone(run), Arc::new(Mutex::new(Some(from))));
        let listen = move || {
            let reports = from.lock().take();
            reports.into_iter().for_each(|reports| take_reports(&run, reports));
        };
        let named = std::thread::Builder::new().name("labrunner-reports".to_owned());
        if named.spawn(listen.clone()).is_err()
            && let Ok(runtime) = runtime::handle()
        {
            // Where the system refuses a thread, one of the runtime's may be free.
            drop(runtime.spawn_blocking(listen));
        }
        to
    }
}

/// Takes the reports of a run's tasks until there are no tasks.
fn take_reports(run: &Arc<Run>, mut reports: mpsc::UnboundedReceiver<Message>) {
    let mut logs: HashMap<OpId, Option<Log>> = HashMap::new();
    let mut batch = Vec::with_capacity(BATCH);
    while reports.blocking_recv_many(&mut batch, BATCH) > 0 {
        for Message { op, attempt, report } in batch.drain(..) {
            match report {
                Report::Begins(reply) => {
                    let begins = run.program_started(op, attempt);
                    if begins {
                        logs.insert(op, open_log(run, op));
                    }
                    // Who has gone meanwhile needs no answer.
                    let _ = reply.send(begins);
                }
                Report::Spawned(Identity { pid, start_time, .. }) => {
                    let name = run.plan().operation(op).name.clone();
                    let spawned = Spawned { op, name, attempt, pid, start_time };
                    run.publish(EventKind::Happened(What::Spawned(spawned)));
                }
                Report::Ready => run.service_ready(op, attempt),
                Report::Line(stream, line) => {
                    if let Some(Some(log)) = logs.get_mut(&op)
                        && let Err(error) = log.write(stream, &line)
                    {
                        run.lost_log(op, &error);
                        logs.remove(&op);
                    }
                    run.output(EventKind::Output { op, attempt, stream, line });
                }
                Report::Ended(outcome) => {
                    logs.remove(&op);
                    run.program_ended(op, attempt, outcome);
                }
            }
        }
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
fn mark(run: &Run, op: OpId, attempt: u32, detached: bool) -> Mark {
    static THIS: OnceLock<Identity> = OnceLock::new();
    let host = *THIS.get_or_init(|| Identity::of(std::process::id()));
    Mark { host, run: run.id().to_owned(), op, attempt, detached }
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

/// The file with a program's output. One that cannot be written is no reason to fail.
struct Log(Box<dyn Append>);

/// Opens the log of an operation, if its run writes files.
fn open_log(run: &Run, op: OpId) -> Option<Log> {
    let path = log_path(run.directory()?, op, &run.plan().operation(op).name);
    let disk = run.disk();
    let opened = disk.make_folder(path.parent().unwrap_or(&path)).and_then(|()| disk.append(&path));
    match opened {
        Ok(file) => {
            run.set_log(op, path.display().to_string());
            Some(Log(file))
        }
        Err(error) => {
            run.lost_log(op, &error);
            None
        }
    }
}

impl Log {
    fn write(&mut self, stream: Stream, line: &str) -> io::Result<()> {
        debug_assert!(!runtime::is_shared(), "this may wait for a disk");
        let mark = match stream {
            Stream::Stdout => "",
            Stream::Stderr => "! ",
        };
        self.0.write_all(format!("{mark}{line}\n").as_bytes())
    }
}

fn log_path(directory: &Path, op: OpId, name: &str) -> PathBuf {
    let safe: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .take(60)
        .collect();
    directory.join("logs").join(format!("{:03}-{safe}.log", op.0 + 1))
}
