//! A program that this machine runs, and everything it has started.

use super::tree::Tree;
use super::{launch, os};
use crate::error::Fault;
use crate::operation::ProcessSpec;
use crate::work::host::{Exit, StopSignal};
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use tokio::process::{Child, ChildStderr, ChildStdout};

/// A started program. Dropped while it is still held, all of it is killed.
pub(in crate::work) struct Running {
    child: Child,
    tree: Tree,
}

impl Running {
    /// Starts a program, with nothing to read and both outputs piped.
    pub(in crate::work) async fn start(spec: &ProcessSpec, mark: Option<Mark>) -> Result<Self, Fault> {
        let child = launch::start(spec, mark.as_ref()).await?;
        let tree =
            Tree::adopt(&child, mark, spec.detached).map_err(|error| launch::not_held(spec, &error))?;
        Ok(Self { child, tree })
    }

    /// The program itself.
    pub(in crate::work) fn root(&self) -> Identity {
        self.tree.root()
    }

    /// Its two outputs; they can be taken once.
    pub(in crate::work) fn outputs(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Waits for the program's own end. May be dropped and called again until it has ended.
    pub(in crate::work) async fn wait(&mut self) -> Exit {
        let status = self.child.wait().await;
        // From now on its pid may be given to another one.
        self.tree.root_has_ended();
        // An error means that other code has waited for our child: it has ended, and how is unknown.
        status.map(os::exit).unwrap_or_default()
    }

    /// Asks all of it to end.
    pub(in crate::work) fn terminate(&mut self, signal: StopSignal) {
        self.tree.terminate(signal);
    }

    /// Kills all of it.
    pub(in crate::work) fn kill(&mut self) {
        self.tree.kill();
    }

    /// Whether nothing of it lives any more.
    pub(in crate::work) fn is_gone(&mut self) -> bool {
        self.tree.is_gone()
    }

    /// Leaves alone what the program has left behind.
    pub(in crate::work) fn release(&mut self) {
        self.tree.release();
    }
}
