//! What the tests of runs share: plans, starts, and waiting for events.

use super::{EventHub, EventKind, Run, RunOptions};
use crate::operation::{Operation, PlanRequest, Selection};
#[cfg(unix)]
use crate::operation::{ProcessMode, ProcessSpec, Work};
use crate::plan::Plan;
#[cfg(unix)]
use crate::plan::tests::script;
use crate::record::What;
use std::sync::Arc;
use std::time::Duration;

/// Longer than anything takes that a test waits for.
pub(super) const SOON: Duration = Duration::from_secs(20);

/// Starts a run whose events carry the tag 7.
pub(super) fn start(operations: Vec<Operation>, options: RunOptions) -> (Arc<Run>, Arc<EventHub>) {
    start_without(&[], operations, options)
}

/// The same without some operations, and what needs them.
pub(super) fn start_without(
    excluded: &[&str],
    operations: Vec<Operation>,
    options: RunOptions,
) -> (Arc<Run>, Arc<EventHub>) {
    let hub = Arc::new(EventHub::default());
    let exclude = excluded.iter().map(|&name| name.to_owned()).collect();
    let selection = Selection { exclude, ..Selection::default() };
    let request = PlanRequest { operations, selection, ..PlanRequest::default() };
    let plan = Arc::new(Plan::compile(request).unwrap());
    (Run::start(plan, options, Arc::clone(&hub), 7).unwrap(), hub)
}

/// Reads events until one is as wanted; gives them all.
pub(super) fn until(hub: &EventHub, wanted: impl Fn(&EventKind) -> bool) -> Vec<EventKind> {
    let mut seen = Vec::new();
    loop {
        let events = hub.take(SOON);
        assert!(!events.is_empty(), "it did not happen in time: {seen:?}");
        for event in events {
            let is_wanted = wanted(&event.kind);
            seen.push(event.kind);
            if is_wanted {
                return seen;
            }
        }
    }
}

/// Reads events until the run is over; gives them all.
pub(super) fn until_finished(hub: &EventHub) -> Vec<EventKind> {
    until(hub, |event| matches!(event, EventKind::Happened(What::Finished(_))))
}

/// An operation that runs a command of the shell.
#[cfg(unix)]
pub(super) fn program(name: &str, dependencies: &[&str], command: &str) -> Operation {
    let spec = ProcessSpec {
        command: "sh".to_owned(),
        arguments: vec!["-c".to_owned(), command.to_owned()],
        working_directory: None,
        environment: Default::default(),
        mode: ProcessMode::Task,
        success_codes: vec![],
        restart_codes: vec![],
        ready: None,
        stop_grace_ms: None,
        detached: false,
    };
    Operation { work: Work::Process(Box::new(spec)), ..script(name, dependencies) }
}
