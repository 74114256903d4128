//! Documents that only this interface has: what they say comes from more than one place of the core.

use labrunner_core::history::{self, lookup, pending};
use labrunner_core::machine::Machine;
use labrunner_core::run::{Explanation, Run};
use serde::Serialize;
use std::path::PathBuf;

/// The versions of this library.
#[derive(Serialize)]
pub(crate) struct Version {
    pub(crate) abi: u32,
    pub(crate) version: &'static str,
}

/// A run that is not over.
#[derive(Serialize)]
pub(crate) struct Active {
    run: u64,
    id: String,
    name: String,
    operations: Vec<Explanation>,
}

impl Active {
    pub(crate) fn of(handle: u64, run: &Run) -> Self {
        Self { run: handle, id: run.id().to_owned(), name: run.name().to_owned(), operations: run.active() }
    }
}

/// What became of the output of a run's scripts.
#[derive(Serialize)]
pub(crate) struct OutputEnd {
    pub(crate) warning: Option<String>,
}

/// What was found: one run, or all that wait.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Found {
    One(Box<lookup::Found>),
    Pending(Vec<pending::Pending>),
}

/// What this library says of itself.
#[derive(Serialize)]
pub(crate) struct State {
    runtime: &'static str,
    machine: Machine,
    runs: PathBuf,
}

impl State {
    /// That of a library that works.
    pub(crate) fn sound() -> Self {
        Self { runtime: "ok", machine: Machine::look(), runs: history::root() }
    }
}
