//! What is still alive of runs whose PowerShell has died: found when the next run starts, and named with the command
//! that ends it.
//!
//! A bounded number of folders, journals and bytes is read, the newest first. A run counts only if it ran on this
//! machine since it was switched on, has no result, and its lock is free.

use crate::error;
use crate::graph::OpId;
use crate::history::store;
use crate::machine;
use crate::record::disk::{Disk, Files};
use crate::record::state::{OperationState, Stage};
use crate::record::{Header, Record, RunState, What};
use crate::scheduler::Status;
use crate::work::identity::Identity;
use crate::work::survivors::{self, Orphan, Survivor, Survivors};
use std::collections::HashSet;
use std::path::Path;

/// Folders of runs that are looked at, at most.
const MOST_FOLDERS: usize = 200;

/// Journals that are read, at most.
const MOST_JOURNALS: usize = 20;

/// Bytes of journals that are read, at most.
const MOST_BYTES: u64 = 16 << 20;

/// Operations that a warning names, and processes of each, at most. Its command ends all of them.
const NAMED: usize = 5;

/// What is said of processes that are still alive of the runs below a folder; nothing when there are none.
pub fn warning(root: &Path) -> Option<String> {
    let interrupted = interrupted(&Files, root);
    let orphans: Vec<Orphan> = interrupted.iter().map(|operation| operation.orphan.clone()).collect();
    message(&interrupted, &survivors::find(&orphans))
}

/// An operation that was running when the process of its run died.
struct Interrupted {
    name: String,
    run: String,
    orphan: Orphan,
}

fn interrupted(disk: &dyn Disk, root: &Path) -> Vec<Interrupted> {
    let mut found = Vec::new();
    let (mut journals, mut budget) = (0, MOST_BYTES);
    for folder in store::folders(root).iter().take(MOST_FOLDERS) {
        if journals == MOST_JOURNALS || budget == 0 {
            break;
        }
        let Ok(record) = Record::open(disk, &root.join(folder)) else { continue };
        let header = record.header();
        let here = header.host == machine::host_name() && header.boot.as_deref() == machine::boot_id();
        if here && record.ending().is_none() && !record.is_running() {
            journals += 1;
            budget = budget.saturating_sub(read(&record, budget, &mut found));
        }
    }
    found
}

/// Takes the operations of one run that were running when it died; gives the number of bytes read.
fn read(record: &Record<'_>, budget: u64, found: &mut Vec<Interrupted>) -> u64 {
    let mut state = record.before();
    let mut detached = HashSet::new();
    let mut entries = record.entries();
    while entries.bytes() < budget
        && let Some(entry) = entries.next()
    {
        match &entry.what {
            What::Spawned(spawned) if spawned.detached => _ = detached.insert(spawned.op),
            What::Spawned(spawned) => _ = detached.remove(&spawned.op),
            _ => {}
        }
        state.apply(&entry);
    }
    let header = record.header();
    let attached = orphans(header, &state).into_iter().filter(|(_, orphan)| !detached.contains(&orphan.op));
    found.extend(attached.map(|(name, orphan)| Interrupted {
        name: name.to_owned(),
        run: header.name.clone(),
        orphan,
    }));
    entries.bytes()
}

/// The operations of a run, by name, that were running when it died.
pub fn orphans<'s>(header: &Header, state: &'s RunState) -> Vec<(&'s str, Orphan)> {
    let declared = (0..).map(OpId).zip(&state.operations);
    let all = declared.chain(state.compensations.iter().map(|(op, state)| (*op, state)));
    all.filter(|(_, state)| was_at_work(state))
        .map(|(op, state)| {
            let program = state.process.map(|(pid, start_time)| Identity { pid, start_time });
            let orphan = Orphan { run: header.run.clone(), op, attempt: state.attempt, program };
            (state.name.as_str(), orphan)
        })
        .collect()
}

/// Whether an operation is to have nothing alive any more. What a program that ended well has left running may go on.
fn was_at_work(state: &OperationState) -> bool {
    match state.stage {
        Stage::Running | Stage::Serving | Stage::Stopping | Stage::Interrupted => true,
        Stage::Ended(status) => status == Status::Abandoned,
        Stage::Waiting | Stage::Backoff => false,
    }
}

fn message(interrupted: &[Interrupted], survivors: &Survivors) -> Option<String> {
    let of_operation: Vec<&[Survivor]> = survivors.processes.chunk_by(|a, b| a.orphan == b.orphan).collect();
    let first = of_operation.first()?;
    let named: Vec<String> = of_operation.iter().take(NAMED).map(|all| named(interrupted, all)).collect();
    let more = match of_operation.len().saturating_sub(NAMED) {
        0 => String::new(),
        1 => "; those of 1 more operation".to_owned(),
        more => format!("; those of {more} more operations"),
    };
    let runs: HashSet<&str> = survivors
        .processes
        .iter()
        .filter_map(|survivor| Some(interrupted.get(survivor.orphan)?.orphan.run.as_str()))
        .collect();
    let of_run = if runs.len() == 1 { "that run" } else { "those runs" };
    let (are, them) =
        if of_operation.len() == 1 && first.len() == 1 { ("is", "it") } else { ("are", "them") };
    Some(error::sentence(format!(
        "{}{more} {are} still alive, although the PowerShell of {of_run} has died. End {them} with '{}'",
        named.join("; "),
        survivors.command
    )))
}

fn named(interrupted: &[Interrupted], processes: &[Survivor]) -> String {
    let each: Vec<String> = processes
        .iter()
        .take(NAMED)
        .map(|process| match &process.name {
            Some(name) => format!("{} ({})", process.pid, name.escape_debug()),
            None => process.pid.to_string(),
        })
        .collect();
    let more = match processes.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let word = if processes.len() == 1 { "process" } else { "processes" };
    let whose = processes.first().and_then(|process| interrupted.get(process.orphan));
    let whose = whose.map_or_else(String::new, |operation| {
        let Interrupted { name, run, orphan } = operation;
        format!(
            " of operation '{}' in run '{}' ({})",
            name.escape_debug(),
            run.escape_debug(),
            orphan.run.escape_debug()
        )
    });
    format!("{word} {}{more}{whose}", each.join(", "))
}

#[cfg(all(test, unix))]
#[path = "survivors_tests.rs"]
pub(crate) mod tests;
