//! Why each operation of a run ran, or did not: one reason, and how many others it drew along.

use crate::record::state::Stage;
use crate::record::{Cause, OperationState, RunState, Why};
use serde::Serialize;
use std::collections::HashMap;

/// Why an operation ran, or did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Whether it ran.
    pub ran: bool,
    /// Why, in a few words.
    pub words: String,
    /// Which rule said that it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// How many operations it drew along, directly or not.
    pub drew: usize,
}

/// The reasons of the operations of a run, in their order.
pub fn reasons(state: &RunState) -> Vec<Reason> {
    let mut drawn: HashMap<&str, usize> = HashMap::new();
    for operation in state.operations.iter().filter(|it| has_run(it)) {
        if let Some(root) = operation.why.as_ref().and_then(|why| why.root.as_deref()) {
            *drawn.entry(root).or_default() += 1;
        }
    }
    let drew = |it: &OperationState| drawn.get(it.name.as_str()).copied().unwrap_or_default();
    state.operations.iter().map(|it| Reason { drew: drew(it), ..reason(it) }).collect()
}

fn has_run(state: &OperationState) -> bool {
    state.attempt > 0 && !state.up_to_date && !is_asked(state)
}

/// Whether its test was asked, and has not said no.
fn is_asked(state: &OperationState) -> bool {
    state.why.as_ref().is_some_and(|why| why.cause == Cause::Asked)
}

fn reason(state: &OperationState) -> Reason {
    if has_run(state) {
        let why = state.why.clone().unwrap_or_else(|| Why::of(Cause::Always));
        return Reason { ran: true, words: why.words(), why: Some(why), drew: 0 };
    }
    let words = match (&state.kept_from, &state.skipped_because, state.stage) {
        (Some(run), ..) => format!("kept from run {}", run.get(..8).unwrap_or(run)),
        (None, Some(because), _) => format!("skipped: {}", because.message),
        _ if state.up_to_date && state.attempt > 0 => "up to date (test)".to_owned(),
        _ if state.up_to_date => "up to date".to_owned(),
        _ if is_asked(state) && state.attempt > 0 => "its test did not answer".to_owned(),
        (None, None, Stage::Ended(status)) => format!("{status:?}").to_lowercase(),
        _ => "not reached".to_owned(),
    };
    Reason { words, ..Reason::default() }
}
