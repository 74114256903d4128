//! The tasks of a run: what runs without a worker. Each is a [provider](crate::work::provider) on the threads of the runtime, knows
//! nothing of the run, and reports by message.
//!
//! A thread of the run's own takes the [reports](super::reports). What they lead to - a step, a write to the journal,
//! a line in a log - may wait for the disk, and the few threads that watch over all programs must not.

use super::trace::Trace;
use crate::graph::OpId;
use crate::operation::{Operation, StopMode};
use crate::work::budget::OutputBudget;
use crate::work::gate::Gate;
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use crate::work::provider::{Conclusion, Context, Message, Report, Reporter, StopSender, carry_out};
use crate::work::secrets::Secrets;
use crate::work::{self, runtime};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use tokio::sync::mpsc;

/// The reports of a run's tasks, in the order in which they came.
pub(super) type Reports = mpsc::UnboundedReceiver<Message>;

/// Who takes the reports of tasks.
pub(super) trait Listener: Send + Sync {
    /// Takes reports until there are no tasks. It may wait for the disk.
    fn listen(&self, reports: Reports);
}

/// What all tasks of a run have in common.
pub(super) struct Surroundings {
    /// The run's id.
    pub run: String,
    pub secrets: Secrets,
    /// Room for output that waits to be read.
    pub budget: Arc<OutputBudget>,
    /// What holds the output back while the run's reader has no room.
    pub gate: Arc<Gate>,
    /// The grace where no order brings its own.
    pub grace: Duration,
    /// The program that runs scripts outside the host, with its first arguments.
    pub shell: Vec<String>,
    /// The run's name.
    pub name: String,
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

    /// Stops a task; does nothing for a script.
    pub(super) fn stop(&mut self, op: OpId, mode: StopMode) {
        if let Some(sender) = self.senders.get(&op) {
            // A task that has just ended needs no order.
            let _ = sender.send(mode);
        }
    }

    /// Forgets a task that has ended.
    pub(super) fn forget(&mut self, op: OpId) {
        self.senders.remove(&op);
    }

    /// Starts an attempt. One that cannot be started reports its end like any other.
    pub(super) fn start(&mut self, op: OpId, attempt: u32, operation: &Operation, trace: &Trace) {
        let (Some(provider), Some(to)) = (work::provider_of(&operation.work), self.reports()) else { return };
        let (sender, orders) = mpsc::unbounded_channel();
        self.senders.insert(op, sender);
        let Surroundings { run, secrets, budget, gate, grace, shell, name } = &self.surroundings;
        let reporter = Reporter::new(to, Arc::clone(budget), Arc::clone(gate), op, attempt);
        let context = Context {
            orders,
            secrets: secrets.clone(),
            grace: *grace,
            mark: mark(run, op, attempt),
            shell: shell.clone(),
            run_name: name.clone(),
            name: operation.name.clone(),
            reporter: reporter.clone(),
        };
        match runtime::handle() {
            Ok(runtime) => {
                let task = trace.around(op, carry_out(provider, context));
                drop(runtime.spawn(runtime::shared(task)));
            }
            Err(fault) => reporter.send(Report::Ended(Conclusion::failed(fault))),
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

/// By what everything that an attempt starts is found.
pub(super) fn mark(run: &str, op: OpId, attempt: u32) -> Mark {
    static THIS: OnceLock<Identity> = OnceLock::new();
    let host = *THIS.get_or_init(|| Identity::of(std::process::id()));
    Mark { host, run: run.to_owned(), op, attempt, detached: false }
}
