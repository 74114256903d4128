//! The table of states as a diagram for readers, made from [`State::after`] and compared with the one in the docs.
//!
//! `LABRUNNER_WRITE_STATES=1 cargo test -p labrunner-core diagram` writes it again.

use super::state::{Change, State, Status};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const COMMITTED: &str = "docs/states.md";

const HEAD: &str = "# The states of an operation

Every operation goes through these states, and every change of state is one of these arrows: the scheduler refuses any other. This page is
made from the scheduler's own table (`State::after` in `core/src/scheduler/state.rs`); a test compares the two.

Each end is a state of its own (Succeeded, Failed, TimedOut, Canceled, Skipped, Abandoned). Only compensations begin as Dormant; all others
begin as Waiting.

```mermaid
stateDiagram-v2
";

/// The state without what it was stopped for.
fn node(state: State) -> String {
    match state {
        State::Stopping(_) => "Stopping".to_owned(),
        State::Ended(status) => format!("{status:?}"),
        other => format!("{other:?}"),
    }
}

/// What happens, in a word or two.
fn label(change: Change) -> String {
    match change {
        Change::Keep => "kept from an earlier run, or up to date".to_owned(),
        Change::Check => "may be up to date".to_owned(),
        Change::Activate => "rollback begins".to_owned(),
        Change::Ready => "all it waits for has ended".to_owned(),
        Change::Admit => "admitted".to_owned(),
        Change::Begin => "taken".to_owned(),
        Change::Serve => "ready".to_owned(),
        Change::Stop(reason) => {
            let word = serde_json::to_string(&reason).unwrap();
            word.trim_matches('"').replace('-', " ")
        }
        Change::BackOff => "tried again later".to_owned(),
        Change::Resume => "pause over".to_owned(),
        Change::Renew => "started again because it is unhealthy".to_owned(),
        Change::Rerun => "run again because it is unhealthy".to_owned(),
        Change::Spoil => "unhealthy".to_owned(),
        Change::End(Status::Skipped) => "skipped".to_owned(),
        Change::End(_) => "ended".to_owned(),
    }
}

fn diagram() -> String {
    let mut arrows: BTreeMap<(usize, String, String), Vec<String>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for state in State::all() {
        let from = node(state);
        if !order.contains(&from) {
            order.push(from.clone());
        }
        let place = order.iter().position(|known| *known == from).unwrap();
        for change in Change::all() {
            let Some(after) = state.after(change) else { continue };
            let labels = arrows.entry((place, from.clone(), node(after))).or_default();
            let label = label(change);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    let mut text = HEAD.to_owned();
    for ((_, from, to), labels) in arrows {
        let what = if to == "Stopping" { "stop for " } else { "" };
        writeln!(text, "    {from} --> {to}: {what}{}", labels.join(", ")).unwrap();
    }
    text + "```\n"
}

#[test]
fn the_diagram_in_the_docs_is_the_table_of_the_scheduler() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(COMMITTED);
    if std::env::var_os("LABRUNNER_WRITE_STATES").is_some() {
        std::fs::write(&file, diagram()).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == diagram(),
        "{COMMITTED} is not the scheduler's table; run: \
         LABRUNNER_WRITE_STATES=1 cargo test -p labrunner-core diagram"
    );
}
