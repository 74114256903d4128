//! What the operations of a run wrote: one file a process life, in checksummed frames, with an index once it is closed.
//!
//! ```text
//! output/0001.log       what was written, in the order in which it arrived
//! output/0001.index     where each record is; written when the file is closed, so only beside a complete one
//! ```
//!
//! | question | file |
//! |--|--|
//! | what is one record, and how are many handed over | [`batch`] |
//! | how is a damaged piece of the file recognised | [`frame`] |
//! | which records of an operation that writes without end are kept | [`keep`] |
//! | who writes the file, and what happens when the disk is slow or full | [`store`] |
//! | where does what an operation wrote stand | [`index`] |
//! | how is it read, and how far can it be believed | [`reader`] |
//!
//! Text comes here without secrets: its sender has masked it.

pub mod batch;
pub mod frame;
pub mod index;
pub mod keep;
pub mod reader;
pub mod store;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod store_tests;

pub use batch::{Batch, Kind, OutputRecord};
pub use keep::Limits;
pub use reader::{Page, Position, Question};
pub use store::{Closed, Store};

use std::path::{Path, PathBuf};

/// The folder with what the operations of a run wrote.
pub fn output_folder(folder: &Path) -> PathBuf {
    folder.join("output")
}

/// What operations wrote in the run's `life`, counted from 1.
pub fn output_path(folder: &Path, life: u32) -> PathBuf {
    output_folder(folder).join(format!("{life:04}.log"))
}

/// The index of [`output_path`].
pub fn index_path(folder: &Path, life: u32) -> PathBuf {
    output_folder(folder).join(format!("{life:04}.index"))
}

/// The life that a file's name in the output folder speaks of.
fn life_of(name: &str) -> Option<u32> {
    let life = name.strip_suffix(".log")?.parse().ok()?;
    (name == format!("{life:04}.log")).then_some(life)
}
