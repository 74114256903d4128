//! Runs that wait for a restart of this machine: those that an operation has asked for one in, and that no other run goes
//! on for.

use super::{lookup, store};
use crate::machine::{self, Restarted};
use crate::record::disk::Files;
use crate::record::{OperationState, Record, Relation, RunState};
use crate::scheduler::RunStatus;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// One run that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pending {
    /// Its id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub directory: PathBuf,
    /// The lab file it came from.
    pub source: Option<String>,
    /// The operation that asked first.
    pub operation: String,
    /// What that said.
    pub reason: String,
    /// Whether the machine has been restarted since; absent where that cannot be found out.
    pub restarted: Option<bool>,
}

/// The runs of this machine that wait for a restart, the oldest first.
pub fn list(root: &Path) -> Vec<Pending> {
    let mut pending: Vec<Pending> = store::folders(root)
        .into_iter()
        .filter_map(|folder| look(root, &root.join(folder), machine::boot_id()))
        .collect();
    pending.reverse();
    pending
}

/// A run that waits: it was parked, or died on its way there, because its operation restarted the machine by itself, say.
fn look(root: &Path, folder: &Path, boot: Option<&str>) -> Option<Pending> {
    let record = Record::open(&Files, folder).ok()?;
    let header = record.header();
    if header.host != machine::host_name() || header.relation == Some(Relation::Undoes) {
        return None;
    }
    let is_parked = match record.ending() {
        Some(ending) => ending.status == Some(RunStatus::Parked),
        // In this order: a run that ends meanwhile has its end in the journal before it lets its lock go.
        None => !record.is_running(),
    };
    if !is_parked {
        return None;
    }
    let (state, _) = record.state();
    let (operation, reason) = waits(&state)?;
    if lookup::child_of(root, header).is_some() {
        return None;
    }
    Some(Pending {
        run: header.run.clone(),
        name: header.name.clone(),
        directory: folder.to_owned(),
        source: header.source.clone(),
        operation,
        reason,
        restarted: match Restarted::between(header.boot.as_deref(), boot) {
            Restarted::Yes => Some(true),
            Restarted::No => Some(false),
            Restarted::Unknown => None,
        },
    })
}

/// Who has asked first, and why; nothing of a run that has ended otherwise.
fn waits(state: &RunState) -> Option<(String, String)> {
    if !matches!(state.status, None | Some(RunStatus::Parked)) {
        return None;
    }
    let asked = |it: &OperationState| {
        let asked = it.restart.as_ref()?;
        Some((asked.at_ms, it.name.clone(), asked.reason.clone()))
    };
    let (_, operation, reason) = state.operations.iter().filter_map(asked).min()?;
    Some((operation, reason))
}
