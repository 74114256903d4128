//! Handles: numbers with a generation, for labs, plans, runs and documents.

use crate::document::Document;
use labrunner_core::config::OpenLab;
use labrunner_core::error::{Code, Fault};
use labrunner_core::plan::Plan;
use labrunner_core::run::{EventHub, Run};
use parking_lot::RwLock;
use slotmap::{DefaultKey, Key, KeyData, SlotMap};
use std::sync::{Arc, LazyLock};

/// What a handle can stand for.
#[derive(Clone)]
pub(crate) enum Held {
    Lab(Arc<OpenLab>),
    Plan(Arc<Plan>),
    Run(Arc<Run>),
    Document(Arc<Document>),
    /// A run that is just being started and has its number already.
    Pending,
}

static HANDLES: LazyLock<RwLock<SlotMap<DefaultKey, Held>>> = LazyLock::new(RwLock::default);

/// The one queue of events of this process.
pub(crate) static HUB: LazyLock<Arc<EventHub>> = LazyLock::new(Arc::default);

fn key(handle: u64) -> DefaultKey {
    KeyData::from_ffi(handle).into()
}

pub(crate) fn keep(held: Held) -> u64 {
    HANDLES.write().insert(held).data().as_ffi()
}

pub(crate) fn replace(handle: u64, held: Held) {
    if let Some(slot) = HANDLES.write().get_mut(key(handle)) {
        *slot = held;
    }
}

/// Releases a handle. What it refers to goes with its last user.
pub(crate) fn release(handle: u64) -> Result<Held, Fault> {
    HANDLES.write().remove(key(handle)).ok_or_else(|| unknown(handle))
}

fn find(handle: u64) -> Result<Held, Fault> {
    HANDLES.read().get(key(handle)).cloned().ok_or_else(|| unknown(handle))
}

pub(crate) fn lab(handle: u64) -> Result<Arc<OpenLab>, Fault> {
    match find(handle)? {
        Held::Lab(lab) => Ok(lab),
        _ => Err(wrong_kind(handle, "lab")),
    }
}

pub(crate) fn plan(handle: u64) -> Result<Arc<Plan>, Fault> {
    match find(handle)? {
        Held::Plan(plan) => Ok(plan),
        _ => Err(wrong_kind(handle, "plan")),
    }
}

pub(crate) fn run(handle: u64) -> Result<Arc<Run>, Fault> {
    match find(handle)? {
        Held::Run(run) => Ok(run),
        _ => Err(wrong_kind(handle, "run")),
    }
}

/// All runs that have a handle, in the order of their handles.
pub(crate) fn runs() -> Vec<(u64, Arc<Run>)> {
    let handles = HANDLES.read();
    let mut runs: Vec<(u64, Arc<Run>)> = handles
        .iter()
        .filter_map(|(key, held)| match held {
            Held::Run(run) => Some((key.data().as_ffi(), Arc::clone(run))),
            _ => None,
        })
        .collect();
    runs.sort_unstable_by_key(|(handle, _)| *handle);
    runs
}

pub(crate) fn document(handle: u64) -> Result<Arc<Document>, Fault> {
    match find(handle)? {
        Held::Document(document) => Ok(document),
        _ => Err(wrong_kind(handle, "document")),
    }
}

fn unknown(handle: u64) -> Fault {
    Fault::new(Code::InvalidHandle, format!("handle {handle:#x} does not exist or was released"))
}

fn wrong_kind(handle: u64, kind: &str) -> Fault {
    Fault::new(Code::InvalidHandle, format!("handle {handle:#x} is not a {kind}"))
}
