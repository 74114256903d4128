//! What the core runs by itself, without a runspace: programs, the services among them, downloads and archives.
//!
//! | question | file |
//! |--|--|
//! | what does a run know of it, and how does it report | [`provider`] |
//! | how is a program run from its start to its end | [`process`] |
//! | how is a file downloaded, and an archive unpacked or made | `download/`, `archive/` |
//! | how do files and folders get their names, at once and whole | `target.rs` |
//! | where do programs live, and how is all that they start ended | [`host`] |
//! | how is it asked whether something is well | [`probe`], `checks.rs` |
//! | by what is something that was started found again | [`identity`], [`mark`] |
//! | how is what a script has started ended | [`marked`] |
//! | what is still alive of operations whose PowerShell has died | [`survivors`] |
//! | how does its output come, and how much of it may wait | [`output`], [`budget`], [`gate`] |
//! | how does it get secrets, which are shown nowhere | [`secrets`] |
//! | on which threads does all of it happen | [`runtime`] |
//!
//! Nothing here holds a run. *What* runs is a provider; *where* it lives is a host.

mod archive;
pub mod budget;
mod certificate;
mod checks;
mod download;
pub mod gate;
pub mod host;
pub mod identity;
pub mod mark;
pub mod marked;
pub mod output;
pub mod probe;
pub mod process;
mod progress;
pub mod provider;
pub mod runtime;
pub mod secrets;
pub mod survivors;
mod target;
#[cfg(test)]
mod trial;

use crate::operation::Work;
use provider::Provider;

/// What carries out some work; none where that needs a worker, or nothing at all.
pub fn provider_of(work: &Work) -> Option<Box<dyn Provider>> {
    match work {
        Work::Process(spec) => Some(Box::new(process::Program((**spec).clone()))),
        Work::Download(spec) => Some(Box::new(download::Download::new((**spec).clone()))),
        Work::Archive(spec) => Some(Box::new(archive::ArchiveWork((**spec).clone()))),
        Work::Checks { checks, within_ms } => {
            Some(Box::new(checks::Checks { checks: checks.clone(), within_ms: *within_ms }))
        }
        Work::Script | Work::Stop { .. } => None,
    }
}
