//! The record of a run while it is under way, and what is missing from it: a store that cannot be written stops no run.

use super::events::{Event, EventKind};
use super::loss::Loss;
use crate::graph::OpId;
use crate::record::disk::Disk;
use crate::record::{RunResult, Writer};
use crate::work::runtime;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The open record of a run, if it has one.
#[derive(Debug)]
pub(super) struct Journal {
    disk: Arc<dyn Disk>,
    writer: Option<Writer>,
    loss: Loss,
}

impl Journal {
    pub(super) fn new(disk: Arc<dyn Disk>, writer: Option<Writer>) -> Self {
        Self { disk, writer, loss: Loss::default() }
    }

    /// Folder of the run's files.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.writer.as_ref().map(Writer::folder)
    }

    /// Why it is not complete, if it is not.
    pub(super) fn failure(&self) -> Option<&str> {
        self.writer.as_ref().and_then(Writer::failure)
    }

    /// Writes what of these events belongs into the record, in one go.
    pub(super) fn append(&mut self, now: u64, events: &[Event]) {
        debug_assert!(!runtime::is_shared(), "this may wait for a disk");
        let Some(writer) = &mut self.writer else { return };
        writer.append(
            now,
            events.iter().filter_map(|event| match &event.kind {
                EventKind::Happened(what) => Some(what),
                EventKind::Demand { .. } | EventKind::Output { .. } | EventKind::Warning { .. } => None,
            }),
        );
    }

    /// Where the output of an operation is to be written, and with what; nowhere without a record.
    pub(super) fn log_of(&self, op: OpId, name: &str) -> Option<(Arc<dyn Disk>, PathBuf)> {
        let safe =
            |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' };
        let name: String = name.chars().map(safe).take(60).collect();
        let file = format!("{:03}-{name}.log", op.0 + 1);
        Some((Arc::clone(&self.disk), self.folder()?.join("logs").join(file)))
    }

    /// The output of a program cannot be written.
    pub(super) fn lost_log(&mut self, op: OpId, error: &io::Error) {
        self.loss.of_log(op, error);
    }

    /// Writes the result and ends the record. Gives a warning when something is missing from it.
    pub(super) fn finish<'n>(
        &mut self,
        result: &RunResult,
        name: impl Fn(OpId) -> &'n str,
    ) -> Option<String> {
        let writer = self.writer.as_mut()?;
        if let Err(error) = writer.finish(result) {
            self.loss.of_result(&error);
        }
        self.loss.sentence(writer.folder(), writer.failure(), name)
    }
}
