//! The operations of one run, as its journal tells them: while it is under way, and for good afterwards.

use crate::history::journal_path;
use serde::Serialize;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// One operation of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OperationRecord {
    /// Its name.
    pub name: String,
    /// Where it is: `Waiting`, `Running`, `Serving`, `Stopping` or `Backoff`; how it ended once it has.
    pub state: String,
    /// The attempt under way, or the last one; 0 before the first.
    pub attempt: u64,
    /// The worker that has it; absent for programs and before it starts.
    pub worker: Option<u64>,
    /// When its last attempt began, in milliseconds from the run's start.
    pub started_ms: Option<u64>,
    /// When it ended, in milliseconds from the run's start.
    pub ended_ms: Option<u64>,
    /// Milliseconds that its attempts were at work, all of them together, as far as they have ended.
    pub busy_ms: u64,
}

/// The operations of the run in a folder, as declared; none if it holds no run that can be read. A torn last line is
/// passed over.
pub fn operations(folder: &Path) -> Vec<OperationRecord> {
    let Ok(file) = std::fs::File::open(journal_path(folder)) else { return Vec::new() };
    let mut lines = BufReader::new(file)
        .split(b'\n')
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_slice::<Value>(&line).ok());
    let Some(header) = lines.next() else { return Vec::new() };
    let names = header.get("operations").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut records: Vec<OperationRecord> = names
        .iter()
        .map(|name| OperationRecord {
            name: name.as_str().unwrap_or_default().to_owned(),
            state: "Waiting".to_owned(),
            ..OperationRecord::default()
        })
        .collect();
    for event in lines {
        let number = |key: &str| event.get(key).and_then(Value::as_u64);
        // Compensations stand behind the declared operations and are none of them.
        let record = number("op").and_then(|op| usize::try_from(op).ok()).and_then(|op| records.get_mut(op));
        let (Some(record), Some(kind)) = (record, event.get("event").and_then(Value::as_str)) else {
            continue;
        };
        record.attempt = number("attempt").unwrap_or(record.attempt);
        record.worker = number("worker").or(record.worker);
        match kind {
            "started" => {
                record.started_ms = number("at_ms");
                "Running".clone_into(&mut record.state);
            }
            "serving" => "Serving".clone_into(&mut record.state),
            "stop" => "Stopping".clone_into(&mut record.state),
            "retrying" => {
                record.busy_ms += number("duration_ms").unwrap_or(0);
                "Backoff".clone_into(&mut record.state);
            }
            "ended" => {
                record.busy_ms += number("duration_ms").unwrap_or(0);
                record.ended_ms = number("at_ms");
                event
                    .get("status")
                    .and_then(Value::as_str)
                    .unwrap_or("Unknown")
                    .clone_into(&mut record.state);
            }
            "skipped" => {
                record.ended_ms = number("at_ms");
                "Skipped".clone_into(&mut record.state);
            }
            _ => {}
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"format":1,"run":"r","started_at":"2026-01-01T00:00:00Z","pid":1,"options":{},"operations":["a","b","c","d"]}"#;

    fn read(lines: &[&str]) -> Vec<OperationRecord> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(journal_path(folder.path()), format!("{HEADER}\n{}", lines.join("\n"))).unwrap();
        operations(folder.path())
    }

    #[test]
    fn each_operation_is_where_its_last_event_left_it() {
        let records = read(&[
            r#"{"at_ms":0,"event":"started","op":0,"attempt":1,"worker":3}"#,
            r#"{"at_ms":1,"event":"started","op":1,"attempt":1,"worker":4}"#,
            r#"{"at_ms":5,"event":"retrying","op":1,"attempt":1,"status":"Failed","duration_ms":4,"delay_ms":9}"#,
            r#"{"at_ms":14,"event":"started","op":1,"attempt":2,"worker":4}"#,
            r#"{"at_ms":20,"event":"ended","op":1,"attempt":2,"status":"Succeeded","duration_ms":6}"#,
            r#"{"at_ms":20,"event":"skipped","op":2,"because":{}}"#,
            r#"{"at_ms":21,"event":"ended","op":9,"attempt":1,"status":"Succeeded","duration_ms":1}"#,
            r#"{"at_ms":22,"event":"end"#,
        ]);
        let seen: Vec<_> = records
            .iter()
            .map(|r| (r.state.as_str(), r.attempt, r.started_ms, r.ended_ms, r.busy_ms))
            .collect();
        assert_eq!(
            seen,
            [
                ("Running", 1, Some(0), None, 0),
                ("Succeeded", 2, Some(14), Some(20), 10),
                ("Skipped", 0, None, Some(20), 0),
                ("Waiting", 0, None, None, 0),
            ]
        );
        assert_eq!(records[0].worker, Some(3));
    }

    #[test]
    fn what_is_no_journal_has_no_operations() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(operations(folder.path()), []);
        std::fs::write(journal_path(folder.path()), b"\xff\x00 not json").unwrap();
        assert_eq!(operations(folder.path()), []);
    }
}
