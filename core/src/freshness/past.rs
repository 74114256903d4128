//! What the records of a lab tell of the last time that each of its operations ran.
//!
//! The records are read from the newest on, until each operation was found in one: in which it was started, whatever
//! became of it. So a run of some operations only says nothing of the others, and one that died is not passed over.

use super::table::Last;
use crate::graph::OpId;
use crate::history::lookup;
use crate::machine;
use crate::record::disk::Disk;
use crate::record::state::Stage;
use crate::record::{FORMAT, Header, OperationState, Record, Stamp};
use crate::scheduler::Status;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

/// Whose records count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lab {
    /// Folder of all runs.
    pub root: PathBuf,
    /// The name of the lab, or of the runs.
    pub name: String,
    /// The lab file; the name decides where there is none.
    pub source: Option<String>,
    /// A run that counts wherever its record lies, as the newest one: the one that is resumed.
    pub resumed: Option<PathBuf>,
    /// The run that asks, whose record says nothing.
    pub own: Option<String>,
}

impl Lab {
    fn has(&self, header: &Header) -> bool {
        let same = match (&self.source, &header.source) {
            (Some(own), Some(source)) => own == source,
            (None, None) => self.name.eq_ignore_ascii_case(&header.name),
            _ => false,
        };
        // What another machine has done is not known to be here.
        same && header.host == machine::host_name() && Some(&header.run) != self.own.as_ref()
    }
}

/// The last time that an operation ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastTime {
    /// What became of it.
    pub last: Last,
    /// In which run; empty for an operation that no run has ever run.
    pub run: String,
    /// What it was, if it succeeded and said so.
    pub stamp: Option<Box<Stamp>>,
}

/// The last time that each operation ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// By name in lower case.
    operations: HashMap<String, LastTime>,
}

impl Past {
    /// Reads what is known of these operations, whose names are in lower case.
    pub fn read(disk: &dyn Disk, lab: &Lab, names: impl IntoIterator<Item = String>) -> Self {
        let mut wanted: BTreeSet<String> = names.into_iter().collect();
        let mut past = Self::default();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let others =
            lookup::headers(&lab.root).filter(|(_, header)| lab.has(header)).map(|(folder, _)| folder);
        for folder in lab.resumed.iter().cloned().chain(others) {
            if wanted.is_empty() {
                break;
            }
            let Ok(record) = Record::open(disk, &folder) else { continue };
            if record.header().format == FORMAT && seen.insert(record.header().run.clone()) {
                past.add(&record, &mut wanted);
            }
        }
        past
    }

    /// The last time that an operation ran.
    pub fn of(&self, name: &str) -> Option<&LastTime> {
        self.operations.get(&name.to_lowercase())
    }

    /// Takes what one record tells of operations that no newer one speaks of.
    fn add(&mut self, record: &Record<'_>, wanted: &mut BTreeSet<String>) {
        let (state, damage) = record.replay();
        let plan = record.plan();
        // What came behind damage, or could not be written, is not known of any operation.
        let in_part = damage.is_some() || record.ending().is_some_and(|ending| ending.incomplete);
        let mut undone: HashMap<OpId, &OperationState> = HashMap::new();
        for (op, compensation) in &state.compensations {
            if let Some(of) = plan.get(op.index()).and_then(|planned| planned.compensates) {
                undone.insert(of, compensation);
            }
        }
        for (operation, op) in state.operations.iter().zip((0..).map(OpId)) {
            let name = operation.name.to_lowercase();
            if !wanted.contains(&name) {
                continue;
            }
            let run = &record.header().run;
            let found = match undone.get(&op) {
                _ if in_part => Some(LastTime { last: Last::Unfinished, run: run.clone(), stamp: None }),
                Some(compensation) if has_begun(compensation) => {
                    Some(LastTime { last: Last::Undone, run: run.clone(), stamp: None })
                }
                _ => last_time(operation, run),
            };
            if let Some(found) = found {
                wanted.remove(&name);
                self.operations.insert(name, found);
            }
        }
    }
}

fn has_begun(state: &OperationState) -> bool {
    !matches!(state.stage, Stage::Waiting | Stage::Ended(Status::Skipped))
}

/// What one run tells of an operation; nothing when it did not get as far.
fn last_time(state: &OperationState, run: &str) -> Option<LastTime> {
    if state.kept_from.is_some() {
        return None;
    }
    if state.up_to_date {
        let stamp = state.stamp.clone();
        let made_in = stamp.as_ref().map(|stamp| stamp.made_in.clone()).unwrap_or_default();
        let last = if stamp.is_some() { Last::Succeeded } else { Last::Never };
        return Some(LastTime { last, run: made_in, stamp });
    }
    if state.restart.as_ref().is_some_and(|asked| asked.rerun) {
        // It has ended, and is to run again.
        return Some(LastTime { last: Last::Unfinished, run: run.to_owned(), stamp: None });
    }
    match state.stage {
        Stage::Waiting | Stage::Ended(Status::Skipped) => None,
        // A service is not compared; what counts is that it ran.
        Stage::Ended(Status::Succeeded) | Stage::Serving => {
            Some(LastTime { last: Last::Succeeded, run: run.to_owned(), stamp: state.stamp.clone() })
        }
        _ => Some(LastTime { last: Last::Unfinished, run: run.to_owned(), stamp: None }),
    }
}
