//! Carries out one attempt of a provider for a test, without a run.

use super::gate::Gate;
use super::identity::Identity;
use super::mark::Mark;
use super::provider::{Conclusion, Context, Ending, Message, Provider, Report, Reporter, StopSender};
use super::secrets::Secrets;
use crate::error::Fault;
use crate::graph::OpId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// An attempt that goes on.
pub(super) struct Trial {
    pub(super) orders: StopSender,
    pub(super) reports: mpsc::UnboundedReceiver<Message>,
    task: JoinHandle<Conclusion>,
}

/// Starts an attempt.
pub(super) fn start(provider: impl Provider + 'static, secrets: Secrets) -> Trial {
    let (to, reports) = mpsc::unbounded_channel();
    let (orders, received) = mpsc::unbounded_channel();
    let context = Context {
        reporter: Reporter::new(to, Arc::default(), Arc::new(Gate::open()), OpId(0), 1),
        orders: received,
        grace: Duration::from_secs(10),
        mark: Mark {
            host: Identity::of(std::process::id()),
            run: "trial".to_owned(),
            op: OpId(0),
            attempt: 1,
            detached: false,
        },
        secrets,
        shell: Vec::new(),
        run_name: "trial".to_owned(),
        name: "trial".to_owned(),
    };
    let task = tokio::spawn(Box::new(provider).run(context));
    Trial { orders, reports, task }
}

impl Trial {
    /// How it ended, and its lines.
    pub(super) async fn end(mut self) -> (Conclusion, Vec<String>) {
        let conclusion = self.task.await.unwrap();
        let mut lines = Vec::new();
        while let Ok(message) = self.reports.try_recv() {
            if let Report::Line(_, line) = message.report {
                lines.push(line);
            }
        }
        (conclusion, lines)
    }
}

/// The fault of an attempt that failed.
#[track_caller]
pub(super) fn fault(conclusion: Conclusion) -> Fault {
    match conclusion.ending {
        Ending::Failed(fault) => fault,
        other => panic!("{other:?}"),
    }
}
