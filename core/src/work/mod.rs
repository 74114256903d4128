//! What the core runs by itself, without a runspace: programs, the services among them, and downloads.
//!
//! | question | file |
//! |--|--|
//! | what does a run know of it, and how does it report | [`provider`] |
//! | how is a program run from its start to its end | [`process`] |
//! | how is a file downloaded | `download/` |
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

pub mod budget;
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
pub mod provider;
pub mod runtime;
pub mod secrets;
pub mod survivors;
#[cfg(test)]
mod trial;

use crate::operation::Work;
use provider::Provider;

/// What carries out some work; none where that needs a worker, or nothing at all.
pub fn provider_of(work: &Work) -> Option<Box<dyn Provider>> {
    match work {
        Work::Process(spec) => Some(Box::new(process::Program((**spec).clone()))),
        Work::Download(spec) => Some(Box::new(download::Download::new((**spec).clone()))),
        Work::Checks { checks } => Some(Box::new(checks::Checks(checks.clone()))),
        Work::Script | Work::Stop { .. } => None,
    }
}
