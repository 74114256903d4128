//! The run in the trace format of Chrome, which Perfetto opens: a row for each slot, and counters for what was in use.
//!
//! Slices of one row never overlap: a service leaves its slot's row when it is ready and goes on in one of its own, and
//! so has a monitor.

use super::document::{AttemptPart, Report};
use super::plain::one_line;
use serde_json::{Value, json};

/// Rows below this one are slots, from 1.
const FIRST_OWN_ROW: u64 = 100_000;

/// The trace.
pub fn write(report: &Report) -> Vec<u8> {
    let mut events = vec![
        json!({"ph": "M", "pid": 1, "tid": 0, "name": "process_name", "args": {"name": one_line(&report.run.name)}}),
    ];
    let mut named = std::collections::BTreeSet::new();
    let mut row = |events: &mut Vec<Value>, tid: u64, name: String| {
        if named.insert(tid) {
            events.push(
                json!({"ph": "M", "pid": 1, "tid": tid, "name": "thread_name", "args": {"name": name}}),
            );
            events.push(json!({"ph": "M", "pid": 1, "tid": tid, "name": "thread_sort_index", "args": {"sort_index": tid}}));
        }
    };
    let critical: std::collections::HashSet<u32> =
        report.critical_path.iter().map(|step| step.attempt).collect();
    for (place, attempt) in (0..).zip(&report.attempts) {
        let name =
            report.operations.get(attempt.operation as usize).map_or("", |operation| operation.name.as_str());
        let name = one_line(name);
        let end = attempt.to_ms.unwrap_or(report.run.duration_ms);
        let own = FIRST_OWN_ROW + u64::from(attempt.operation);
        let is_critical = critical.contains(&place);
        match attempt.slot {
            Some(slot) => {
                let tid = u64::from(slot) + 1;
                row(&mut events, tid, format!("slot {tid}"));
                let until = attempt.ready_ms.unwrap_or(end);
                events.push(slice(attempt, &name, tid, attempt.from_ms, until, is_critical));
                if let Some(ready) = attempt.ready_ms {
                    row(&mut events, own, format!("service {name}"));
                    events.push(slice(attempt, &name, own, ready, end, false));
                }
            }
            None => {
                row(&mut events, own, format!("monitor {name}"));
                events.push(slice(attempt, &name, own, attempt.from_ms, end, false));
            }
        }
    }
    for curve in &report.curves {
        let name = format!("{} in use", one_line(&curve.name));
        for (at, used) in &curve.points {
            events.push(
                json!({"ph": "C", "pid": 1, "tid": 0, "name": name, "ts": at * 1000, "args": {"used": used}}),
            );
        }
    }
    let trace = json!({
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {"run": report.run.id, "started_at": report.run.started_at, "status": report.run.status},
    });
    // A document of text and numbers can always be written.
    serde_json::to_vec(&trace).unwrap_or_default()
}

fn slice(attempt: &AttemptPart, name: &str, tid: u64, from: u64, to: u64, critical: bool) -> Value {
    let waited: u64 = attempt.waited.iter().map(|wait| wait.ms).sum();
    json!({
        "ph": "X",
        "pid": 1,
        "tid": tid,
        "name": name,
        "cat": attempt.status,
        "ts": from * 1000,
        "dur": to.saturating_sub(from) * 1000,
        "args": {
            "status": attempt.status,
            "attempt": attempt.number,
            "waited_ms": waited,
            "critical": critical,
            "error": attempt.error,
        },
    })
}
