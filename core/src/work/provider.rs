//! The seam between a run and what it runs without a runspace: a provider carries out one attempt, and reports.
//!
//! A provider knows nothing of the run. What it needs is its [`Context`]; all that it has to say is a [`Report`], and
//! sending one never waits. A new kind of work is a new provider here and a new arm of [`provider_of`](super::provider_of).

use super::budget::OutputBudget;
use super::gate::Gate;
use super::identity::Identity;
use super::mark::Mark;
use super::output::Stream;
use super::secrets::Secrets;
use crate::error::Fault;
use crate::graph::OpId;
use crate::operation::StopMode;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Gives stop orders to an attempt, from any thread; sending never waits.
pub type StopSender = mpsc::UnboundedSender<StopMode>;

/// Where an attempt gets its stop orders. Once every sender is dropped no order can come any more.
pub type StopReceiver = mpsc::UnboundedReceiver<StopMode>;

/// Carries out one attempt of an operation.
pub trait Provider: Send {
    /// Runs from the attempt's start to its end. When the future is dropped, everything is ended at once.
    fn run(self: Box<Self>, context: Context) -> Pin<Box<dyn Future<Output = Conclusion> + Send>>;
}

/// What an attempt knows.
pub struct Context {
    /// The way back.
    pub reporter: Reporter,
    /// How it is asked to stop.
    pub orders: StopReceiver,
    /// The grace where no order brings its own.
    pub grace: Duration,
    /// By what everything that it starts is found.
    pub mark: Mark,
    /// What stands for `secret://name`, and is shown nowhere.
    pub secrets: Secrets,
    /// The program that runs scripts outside the host, with its first arguments.
    pub shell: Vec<String>,
    /// The run's name.
    pub run_name: String,
    /// The operation's name.
    pub name: String,
}

/// What an attempt has to say.
pub enum Report {
    /// It wants to begin, and waits to hear whether it still may.
    Begins(oneshot::Sender<bool>),
    /// What it runs has been started, and is found again by this.
    Bound(Handle),
    /// Its service is ready.
    Ready,
    /// A line of output, for which there is room.
    Line(Stream, String),
    /// It has ended.
    Ended(Conclusion),
}

/// By what something that was started is found again, also by a later process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A process of this machine.
    Process(Identity),
}

/// How an attempt came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Conclusion {
    /// Well, badly or stopped.
    pub ending: Ending,
    /// The exit code of a program that ended by itself.
    pub exit_code: Option<i32>,
    /// Why the machine is to be restarted before anything else, if it is.
    pub restart: Option<String>,
}

impl Conclusion {
    /// A bad end before anything was started.
    pub fn failed(fault: Fault) -> Self {
        Self { ending: Ending::Failed(fault), exit_code: None, restart: None }
    }
}

/// Well, badly, or ended because it was asked to.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It did what it should: a program ended with an exit code that counts as success.
    Succeeded,
    /// It was not started, failed, died or was not ready.
    Failed(Fault),
    /// It ended because it was asked to; what it ended with does not matter.
    Stopped,
}

/// A report, and whose it is.
pub struct Message {
    /// The operation.
    pub op: OpId,
    /// Counted from 1.
    pub attempt: u32,
    /// What it has to say.
    pub report: Report,
}

/// How an attempt reports.
#[derive(Clone)]
pub struct Reporter {
    to: mpsc::UnboundedSender<Message>,
    budget: Arc<OutputBudget>,
    gate: Arc<Gate>,
    op: OpId,
    attempt: u32,
}

impl Reporter {
    /// Reports of an attempt go there, and lines of output only when the gate is open and the budget has room for them.
    pub fn new(
        to: mpsc::UnboundedSender<Message>,
        budget: Arc<OutputBudget>,
        gate: Arc<Gate>,
        op: OpId,
        attempt: u32,
    ) -> Self {
        Self { to, budget, gate, op, attempt }
    }

    /// Sends a report.
    pub fn send(&self, report: Report) {
        // The other end is gone only when the run's thread could not be started, and then nothing has begun.
        let _ = self.to.send(Message { op: self.op, attempt: self.attempt, report });
    }

    /// Sends a line of output as soon as there is room for it.
    pub async fn line(&self, stream: Stream, line: String) {
        self.gate.passed().await;
        self.budget.reserve(&line).await;
        self.send(Report::Line(stream, line));
    }

    /// Whether the attempt still may begin.
    async fn begins(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.send(Report::Begins(reply));
        answer.await.unwrap_or(false)
    }
}

/// Carries out one attempt, if it still may begin, and reports its end without any secret in it.
pub async fn carry_out(provider: Box<dyn Provider>, context: Context) {
    let (reporter, secrets) = (context.reporter.clone(), context.secrets.clone());
    if !reporter.begins().await {
        return;
    }
    let mut conclusion = provider.run(context).await;
    if let Ending::Failed(fault) = conclusion.ending {
        conclusion.ending = Ending::Failed(secrets.mask_fault(fault));
    }
    reporter.send(Report::Ended(conclusion));
}
