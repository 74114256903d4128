//! The record of a run: what it was, what happened and how it ended, in one folder of its own.
//!
//! ```text
//! run.json              the header: who ran what, where, and with which options
//! plan.json             the operations by name
//! lab.json              the lab's files as they were read, where there is a lab
//! journal/0001.jsonl    what happened, one entry a line, written before it took effect
//! journal/0002.jsonl    … and went on in another process; no run does that today, a resumed one has its own record
//! output/               what its operations wrote
//! usage.jsonl           what was in use of the machine, once the run has lasted a moment
//! orders/               what it is asked to do while it is under way
//! result.json           how it ended, written last
//! lock                  held while the run is under way
//! ```
//!
//! | question | file |
//! |--|--|
//! | what can happen in a run, and how is it written | [`entry`] |
//! | what is known of a run before anything happens | [`header`] |
//! | what did the scheduler go by | [`scheduling`] |
//! | what was in the lab's files | [`lab`] |
//! | how is a damaged line recognised | [`seal`] |
//! | who writes a journal, and what is never written | [`writer`] |
//! | how far can a journal be believed, and what is wrong with the rest | [`reader`], [`damage`] |
//! | what do its entries amount to | [`state`] |
//! | by what is an operation known again | [`fingerprint`] |
//! | what was an operation when it last succeeded | [`stamp`] |
//! | why does an operation run | [`why`] |
//! | how did it end, without reading the journal | [`result`] |
//! | how long did its operations take | [`took`] |
//! | what did its operations write | [`output`] |
//! | what was in use of the machine | [`usage`] |
//! | what did it have to do with restarts of the machine | [`restart`] |
//! | is it under way | [`lock`] |
//! | how healthy are its operations, and what fails by that | [`health`], `ailment.rs` |
//! | how is it given orders, and who may | [`order`], [`mailbox`] |
//! | what has been added to a journal since | [`follow`] |
//! | how are runs of older versions read | [`format1`] |
//! | where do the bytes go | [`disk`] |
//! | what does it survive: the process or the machine, and what keeps that | [`durability`], [`syncer`] |
//! | how does a record become one file, and how is that read | [`archive`] |
//!
//! Only this folder sees the bytes of a record. Everything that is asked about a run is a function of its
//! [`RunState`], which is read from `result.json` once that exists and from the journal until then.

mod ailment;
pub mod archive;
pub mod damage;
pub mod disk;
pub mod durability;
pub mod entry;
pub mod fingerprint;
pub mod follow;
pub mod format1;
pub mod header;
pub mod health;
pub mod lab;
pub mod lock;
pub mod mailbox;
pub mod order;
pub mod output;
pub mod reader;
pub mod restart;
pub mod result;
pub mod scheduling;
pub mod seal;
pub mod stamp;
pub mod state;
mod syncer;
pub mod took;
pub mod usage;
pub mod why;
pub mod writer;

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
pub(crate) mod counting;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
pub(crate) mod hooked;
#[cfg(test)]
pub(crate) mod model;

pub use crate::plan::LeftOut;
pub use damage::{Damage, DamageKind, Unreadable};
pub use durability::Durability;
pub use entry::{Entry, ErrorReport, SkipKind, SkippedBecause, What};
pub use fingerprint::Fingerprint;
pub use header::{FORMAT, Header, PlannedOperation, PlannedResource, RecordedPlan, Relation};
pub use reader::Record;
pub use result::RunResult;
pub use scheduling::Scheduling;
pub use stamp::{Listing, Stamp};
pub use state::{OperationState, RunState};
pub use why::{Cause, Why};
pub use writer::Writer;

use std::path::{Path, PathBuf};

/// The header in a run's folder.
pub fn header_path(folder: &Path) -> PathBuf {
    folder.join("run.json")
}

/// The operations in a run's folder.
pub fn plan_path(folder: &Path) -> PathBuf {
    folder.join("plan.json")
}

/// The lab's files in a run's folder.
pub fn lab_path(folder: &Path) -> PathBuf {
    folder.join("lab.json")
}

/// The folder with the segments of a run's journal.
pub fn journal_folder(folder: &Path) -> PathBuf {
    folder.join("journal")
}

/// What the process wrote that was the run's `life`, counted from 1.
pub fn segment_path(folder: &Path, life: u32) -> PathBuf {
    journal_folder(folder).join(format!("{life:04}.jsonl"))
}

/// The result in a run's folder.
pub fn result_path(folder: &Path) -> PathBuf {
    folder.join("result.json")
}

/// The lock in a run's folder.
pub fn lock_path(folder: &Path) -> PathBuf {
    folder.join("lock")
}
