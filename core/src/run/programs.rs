//! How the programs of a run are started, stopped and reported.

use super::events::EventKind;
use super::record::{Outcome, OutcomeStatus};
use super::secrets::Secrets;
use super::shell::Run;
use crate::error::Fault;
use crate::graph::OpId;
use crate::operation::{ProcessSpec, StopMode};
use crate::record::entry::Spawned;
use crate::record::{ErrorReport, What};
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use crate::work::output::{OutputSink, Stream};
use crate::work::process::{self, ProcessControl, ProcessEnd, ProcessOutcome, StopSender};
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The programs of a run that can be told to stop.
#[derive(Default)]
pub(super) struct Programs {
    senders: HashMap<OpId, StopSender>,
}

impl Programs {
    /// Makes the control of a program that is about to be started.
    pub(super) fn open(&mut self, op: OpId) -> ProcessControl {
        let (sender, control) = ProcessControl::new();
        self.senders.insert(op, sender);
        control
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
}

/// Starts a program and stays with it until it has ended.
pub(super) fn spawn(run: Arc<Run>, op: OpId, attempt: u32, spec: ProcessSpec, control: ProcessControl) {
    let task = {
        let run = Arc::clone(&run);
        async move {
            if !run.program_started(op, attempt) {
                return;
            }
            let (spawned, ready) = (Arc::clone(&run), Arc::clone(&run));
            let control = control
                .with_grace(run.stop_grace())
                .with_mark(mark(&run, op, attempt, spec.detached))
                .on_started(move |identity| {
                    let (pid, start_time) = (identity.pid, identity.start_time);
                    let name = spawned.plan().operation(op).name.clone();
                    let spawning = Spawned { op, name, attempt, pid, start_time };
                    spawned.publish(EventKind::Happened(What::Spawned(spawning)));
                })
                .on_ready(move || ready.service_ready(op, attempt));
            let sink = Output { run: Arc::clone(&run), op, attempt, log: Log::open(&run, op) };
            let outcome = match with_secrets(spec, run.secrets()) {
                Ok(spec) => outcome(process::run(&spec, control, sink).await, run.secrets()),
                Err(fault) => Outcome::failed(&fault),
            };
            run.program_ended(op, attempt, outcome);
        }
    };
    match crate::work::runtime::handle() {
        Ok(runtime) => drop(runtime.spawn(task)),
        // The caller holds the run's lock, and a failed start is news for it like any other.
        Err(fault) => {
            std::thread::spawn(move || run.program_ended(op, attempt, Outcome::failed(&fault)));
        }
    }
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

/// Takes a program's lines: into its log, and to whoever reads the run's events.
struct Output {
    run: Arc<Run>,
    op: OpId,
    attempt: u32,
    log: Option<Log>,
}

impl OutputSink for Output {
    fn shown(&self, line: String) -> String {
        self.run.secrets().mask(line)
    }

    async fn line(&mut self, stream: Stream, line: String) {
        if let Some(log) = &mut self.log {
            log.write(stream, &line);
        }
        self.run.hub().reserve_output(line.len()).await;
        let (op, attempt) = (self.op, self.attempt);
        self.run.output(EventKind::Output { op, attempt, stream, line });
    }
}

/// The file with a program's output.
struct Log(File);

impl Log {
    /// Opens the log of a run that writes files. A log that cannot be made is no reason to fail.
    fn open(run: &Run, op: OpId) -> Option<Self> {
        let path = log_path(run.directory()?, op, &run.plan().operation(op).name);
        std::fs::create_dir_all(path.parent()?).ok()?;
        let file = File::options().create(true).append(true).open(&path).ok()?;
        run.set_log(op, path.display().to_string());
        Some(Self(file))
    }

    fn write(&mut self, stream: Stream, line: &str) {
        let mark = match stream {
            Stream::Stdout => "",
            Stream::Stderr => "! ",
        };
        let _ = self.0.write_all(format!("{mark}{line}\n").as_bytes());
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
