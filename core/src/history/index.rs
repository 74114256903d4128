//! Past and running runs, as their folders tell them.

use crate::history::detail::{self, OperationRecord};
use crate::history::{journal_path, result_path};
use crate::run::left_out::LeftOut;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// Folder of all runs; [`crate::history::root`] when absent.
    pub directory: Option<PathBuf>,
    /// Only runs of this name, ignoring case.
    pub name: Option<String>,
    /// At most so many, the newest first; all when absent.
    pub limit: Option<usize>,
    /// Only runs under way.
    pub running: bool,
    /// Adds the operations of each run.
    pub operations: bool,
}

/// One run in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// The run's id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// `Succeeded`, `PartiallySucceeded`, `Failed`, `Canceled`, `Running`, or `Unknown` when the process
    /// that ran it has gone without an end.
    pub status: String,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Milliseconds from start to end, or to the last entry.
    pub duration_ms: u64,
    /// Folder of its files.
    pub directory: String,
    /// The lab file it came from.
    pub source: Option<String>,
    /// Number of operations by status; those without an end are `Unknown` or `Running`.
    pub counts: BTreeMap<String, usize>,
    /// The process that runs it, or ran it.
    pub pid: u32,
    /// How many operations could be at work at the same time.
    pub max_concurrency: u64,
    /// Its operations, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<OperationRecord>>,
}

/// Runs that match, the newest first. Folders that are no runs, and journals of a newer format, are left out.
pub fn list(query: &Query) -> Vec<RunSummary> {
    let root = query.directory.clone().unwrap_or_else(crate::history::root);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| journal_path(path).is_file())
        .collect();
    // Folder names begin with the time, to the second; runs of one second are told apart by their journals.
    folders.sort_unstable_by(|a, b| b.file_name().cmp(&a.file_name()));
    let limit = query.limit.unwrap_or(usize::MAX);
    let mut runs = Vec::new();
    for same_second in folders.chunk_by(|a, b| second(a) == second(b)) {
        if runs.len() >= limit {
            break;
        }
        let mut these: Vec<RunSummary> = same_second
            .iter()
            .filter_map(|folder| summarize(folder))
            .filter(|run| query.name.as_ref().is_none_or(|name| run.name.eq_ignore_ascii_case(name)))
            .filter(|run| !query.running || run.status == "Running")
            .collect();
        these.sort_by_cached_key(|run| std::cmp::Reverse(run.started_at.parse::<jiff::Timestamp>().ok()));
        runs.append(&mut these);
    }
    runs.truncate(limit);
    for run in runs.iter_mut().filter(|_| query.operations) {
        run.operations = Some(detail::operations(Path::new(&run.directory)));
    }
    runs
}

/// The part of a run folder's name that is its time.
fn second(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().chars().take(16).collect()
}

/// One run in short, or nothing if the folder holds none that can be read.
pub fn summarize(folder: &Path) -> Option<RunSummary> {
    let mut lines = BufReader::new(std::fs::File::open(journal_path(folder)).ok()?).split(b'\n');
    let header: Value = serde_json::from_slice(&lines.next()?.ok()?).ok()?;
    if header.get("format")?.as_u64()? > u64::from(super::journal::FORMAT) {
        return None;
    }
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let total = header.get("operations").and_then(Value::as_array).map_or(0, Vec::len);
    let mut ended: BTreeMap<u64, String> = BTreeMap::new();
    let mut status = None;
    let mut duration_ms = 0;
    // A torn last line does not parse and is passed over.
    for event in lines.filter_map(|line| serde_json::from_slice::<Value>(&line.ok()?).ok()) {
        duration_ms = event.get("at_ms").and_then(Value::as_u64).unwrap_or(duration_ms);
        // Compensations stand behind the declared operations and are none of them.
        let op = event.get("op").and_then(Value::as_u64).filter(|&op| op < total as u64);
        match (event.get("event").and_then(Value::as_str), op) {
            (Some("ended"), Some(op)) => {
                ended.insert(op, text(&event, "status").unwrap_or_default());
            }
            (Some("skipped"), Some(op)) => {
                ended.insert(op, "Skipped".to_owned());
            }
            (Some("finished"), _) => status = text(&event, "status"),
            _ => {}
        }
    }
    let pid = header.get("pid").and_then(Value::as_u64).unwrap_or(0) as u32;
    let status = status.unwrap_or_else(|| if is_alive(pid) { "Running" } else { "Unknown" }.to_owned());
    let mut counts = BTreeMap::new();
    for name in ended.values() {
        *counts.entry(name.clone()).or_insert(0) += 1;
    }
    if total > ended.len() {
        counts.insert(status.clone(), total - ended.len());
    }
    let started_at = text(&header, "started_at")?;
    let options = header.get("options")?;
    let left_out = options.get("left_out").and_then(Value::as_array).into_iter().flatten();
    let skipped = left_out.filter(|left| text(left, "kind").as_deref() == Some(LeftOut::WANTED)).count();
    if skipped > 0 {
        *counts.entry("Skipped".to_owned()).or_insert(0) += skipped;
    }
    let ended_at = std::fs::read(result_path(folder))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .and_then(|result| text(&result, "ended_at"));
    Some(RunSummary {
        run: text(&header, "run")?,
        name: text(options, "name").unwrap_or_default(),
        status,
        started_at,
        ended_at,
        duration_ms,
        directory: folder.display().to_string(),
        source: text(options, "source"),
        counts,
        pid,
        max_concurrency: options.get("max_concurrency").and_then(Value::as_u64).unwrap_or(1),
        operations: None,
    })
}

/// Whether a process of this id exists. An id that was given to another process since counts as alive.
fn is_alive(pid: u32) -> bool {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let Ok(mut system) = System::new() else { return false };
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, lines: &str) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(journal_path(folder), lines).unwrap();
    }

    const HEADER: &str = r#"{"format":1,"run":"r1","started_at":"2026-01-01T00:00:00Z","pid":4294967294,"options":{"name":"lab"},"operations":["a","b"]}"#;

    #[test]
    fn a_torn_journal_of_a_dead_process_is_unknown() {
        let root = tempfile::tempdir().unwrap();
        let torn = format!(
            "{HEADER}\n{{\"at_ms\":5,\"event\":\"ended\",\"op\":0,\"status\":\"Succeeded\"}}\n{{\"at_ms\":9,\"ev"
        );
        write(&root.path().join("20260101T000000Z-lab-1"), &torn);
        let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
        let runs = list(&query);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].status, "Unknown");
        assert_eq!(runs[0].counts, BTreeMap::from([("Succeeded".to_owned(), 1), ("Unknown".to_owned(), 1)]));
    }

    #[test]
    fn runs_of_one_second_are_in_the_order_of_their_journals() {
        let root = tempfile::tempdir().unwrap();
        for (tail, fraction) in [("a", "25"), ("b", "5"), ("c", "125")] {
            let header = HEADER
                .replace("00:00:00Z", &format!("00:00:00.{fraction}Z"))
                .replace("\"r1\"", &format!("\"{tail}\""));
            write(&root.path().join(format!("20260101T000000Z-lab-{tail}")), &header);
        }
        let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
        let order: Vec<_> = list(&query).into_iter().map(|run| run.run).collect();
        assert_eq!(order, ["b", "a", "c"]);
        let first: Vec<_> = list(&Query { limit: Some(1), ..query }).into_iter().map(|run| run.run).collect();
        assert_eq!(first, ["b"]);
    }

    #[test]
    fn runs_under_way_are_told_from_those_that_are_not_with_their_operations() {
        let root = tempfile::tempdir().unwrap();
        let alive = HEADER.replace("4294967294", &std::process::id().to_string());
        let started = r#"{"at_ms":5,"event":"started","op":1,"attempt":1}"#;
        write(&root.path().join("20260101T000000Z-lab-1"), HEADER);
        write(&root.path().join("20260102T000000Z-lab-2"), &format!("{alive}\n{started}\n"));
        write(
            &root.path().join("20260103T000000Z-lab-3"),
            &format!("{alive}\n{{\"at_ms\":9,\"event\":\"finished\",\"status\":\"Succeeded\"}}\n"),
        );
        let query = Query {
            directory: Some(root.path().to_owned()),
            running: true,
            operations: true,
            ..Query::default()
        };
        let runs = list(&query);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].pid, std::process::id());
        let states: Vec<_> =
            runs[0].operations.iter().flatten().map(|record| record.state.as_str()).collect();
        assert_eq!(states, ["Waiting", "Running"]);
        assert!(
            list(&Query { running: false, operations: false, ..query })
                .iter()
                .all(|run| run.operations.is_none())
        );
    }

    #[test]
    fn a_compensation_is_not_counted_as_an_operation() {
        let root = tempfile::tempdir().unwrap();
        let ended = |op: u32, status: &str| {
            format!("{{\"at_ms\":5,\"event\":\"ended\",\"op\":{op},\"status\":\"{status}\"}}\n")
        };
        let lines =
            format!("{HEADER}\n{}{}{}", ended(0, "Succeeded"), ended(1, "Failed"), ended(2, "Succeeded"));
        write(&root.path().join("20260101T000000Z-lab-1"), &lines);
        let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
        let counts = BTreeMap::from([("Succeeded".to_owned(), 1), ("Failed".to_owned(), 1)]);
        assert_eq!(list(&query)[0].counts, counts);
    }

    #[test]
    fn newer_formats_and_other_folders_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        write(&root.path().join("2-new"), &HEADER.replace("\"format\":1", "\"format\":99"));
        std::fs::create_dir_all(root.path().join("not-a-run")).unwrap();
        write(&root.path().join("1-old"), HEADER);
        let query = Query { directory: Some(root.path().to_owned()), ..Query::default() };
        assert_eq!(list(&query).len(), 1);
        assert_eq!(list(&Query { name: Some("other".to_owned()), ..query }), []);
    }
}
