//! How long the runs of a lab before one of them took, and each of their operations.
//!
//! A bounded number of records is read, the newest first. What cannot be read is passed over.

use crate::history::store;
use crate::record::disk::Disk;
use crate::record::{Header, Record};
use crate::scheduler::RunStatus;
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::Path;

/// Runs that are read, at most.
const MOST_RUNS: usize = 10;

/// Their operations, at most: reading must not take longer than what it is for.
const MOST_OPERATIONS: u64 = 25_000;

/// Folders that are looked at, at most.
const MOST_FOLDERS: usize = 100;

/// One earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// How long it took in milliseconds, if it succeeded, and did all of its work itself.
    pub duration_ms: Option<u64>,
    /// How long its operations took that succeeded in it, in milliseconds; by name in lower case.
    pub took: HashMap<String, u64>,
}

/// The runs of the same lab before one, the newest first. Runs without a name have none.
pub fn before(disk: &dyn Disk, root: &Path, header: &Header) -> Vec<Earlier> {
    let started = header.started_at.parse::<Timestamp>().ok();
    let mut earlier = Vec::new();
    let mut left = MOST_OPERATIONS;
    if header.is_unnamed() || started.is_none() {
        return earlier;
    }
    for folder in store::folders_of(root, &header.name).iter().take(MOST_FOLDERS) {
        let Ok(record) = Record::open(disk, &root.join(folder)) else { continue };
        let other = record.header();
        let is_of_lab = other.name.eq_ignore_ascii_case(&header.name) && other.run != header.run;
        if !is_of_lab || other.started_at.parse::<Timestamp>().ok() >= started {
            continue;
        }
        // One that is larger than what may be read is not read.
        let Some(rest) = left.checked_sub(u64::from(other.operations)) else { break };
        left = rest;
        let (state, _) = record.state();
        if state.status.is_none() {
            continue;
        }
        let is_whole = state.status == Some(RunStatus::Succeeded) && other.parent.is_none();
        let took = state.operations.iter().filter_map(|it| Some((it.name.to_lowercase(), it.took_ms()?)));
        earlier.push(Earlier { duration_ms: is_whole.then_some(state.at), took: took.collect() });
        if earlier.len() == MOST_RUNS {
            break;
        }
    }
    earlier
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::OpId;
    use crate::record::disk::Files;
    use crate::record::entry::{Ended, Finished, Started};
    use crate::record::{What, Writer};
    use crate::scheduler::Status;
    use std::sync::Arc;

    fn header(id: &str, minute: u32) -> Header {
        Header {
            format: crate::record::FORMAT,
            run: id.to_owned(),
            name: "Web".to_owned(),
            source: Some("/web.yaml".to_owned()),
            started_at: format!("2026-01-01T00:{minute:02}:00Z"),
            operations: 1,
            ..Header::default()
        }
    }

    #[test]
    fn only_ended_runs_before_it_count() {
        let root = tempfile::tempdir().unwrap();
        for minute in 0..5 {
            let header = header(&format!("{minute}0000000"), minute);
            let at = header.started_at.parse().unwrap();
            let folder = root.path().join(store::folder_name(at, &header.name, &header.run));
            let plan = br#"{"operations":[{"name":"Build"}]}"#;
            let mut writer = Writer::create(Arc::new(Files), &folder, &header, plan).unwrap();
            let (op, name) = (OpId(0), "Build".to_owned());
            writer.append(0, [&What::Started(Started { op, name: name.clone(), attempt: 1, worker: None })]);
            if minute == 1 {
                // Its process died.
                continue;
            }
            let duration_ms = u64::from(minute) * 10;
            let status = Status::Succeeded;
            let end = Ended {
                op,
                name,
                attempt: 1,
                status,
                worker: None,
                error: None,
                exit_code: None,
                duration_ms,
                test: None,
                stamp: None,
            };
            writer.append(duration_ms, [&What::Ended(end)]);
            writer.append(duration_ms, [&What::Finished(Finished { status: RunStatus::Succeeded })]);
        }
        let found = before(&Files, root.path(), &header("30000000", 3));
        let took: Vec<_> =
            found.iter().map(|run| (run.duration_ms, run.took.get("build").copied())).collect();
        assert_eq!(took, [(Some(20), Some(20)), (Some(0), Some(0))]);
        let unnamed = Header { name: "run".to_owned(), source: None, ..header("x", 4) };
        assert!(before(&Files, root.path(), &unnamed).is_empty());
    }
}
