//! Records of runs: what an entry costs to write, and what is asked of a store of a thousand runs costs to answer, one
//! of which has a journal of a million entries.

use crate::heap::peak;
use labrunner_core::graph::OpId;
use labrunner_core::history::query::{Query, list, summarize};
use labrunner_core::record::disk::Files;
use labrunner_core::record::entry::{Ended, Finished, Started};
use labrunner_core::record::result::{Metrics, OperationResult};
use labrunner_core::record::{Header, Record, RunResult, What, Writer, result_path};
use labrunner_core::scheduler::{RunStatus, Status};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const RUNS: u32 = 1_000;
const SMALL: u32 = 10;
const LARGE: u32 = 10_000;
const HUGE: u32 = 500_000;
const ROUNDS: usize = 9;

/// Prints the table.
pub fn measure() {
    let store = Store(std::env::temp_dir().join(format!("labrunner-bench-runs-{}", std::process::id())));
    for number in 2..RUNS {
        write(&store.0, number, SMALL, true);
    }
    write(&store.0, 1, HUGE, true);
    let large = write(&store.0, RUNS, LARGE, true).0;
    let (cut, step) = write(&store.0, RUNS + 1, LARGE, false);
    let query = Query { directory: Some(store.0.clone()), ..Query::default() };
    let with_operations = Query { operations: true, ..query.clone() };
    let mut counted = 0;
    let listed = median(|| counted = list(&query).len());
    let detailed = median(|| drop(list(&with_operations)));
    let memory = peak(|| drop(list(&with_operations)));
    let running = median(|| drop(list(&Query { running: true, ..query.clone() })));
    let ended = median(|| drop(Record::open(&Files, &large).map(|record| record.state())));
    let interrupted = median(|| drop(Record::open(&Files, &cut).map(|record| record.replay())));
    let huge = folder(&store.0, 1);
    let entries = f64::from(2 * HUGE + 2);
    let replayed = once(|| drop(Record::open(&Files, &huge).map(|record| record.replay())));
    std::fs::remove_file(result_path(&huge)).expect("a file that was just written can be removed");
    let unknown = once(|| drop(summarize(&huge)));
    println!(
        "Records of {counted} runs, one of them with a journal of {:.0} entries, medians of {ROUNDS}",
        entries
    );
    println!("  a step of two entries, written        {step:>10.1?}   aim 5 µs");
    println!("  list of all runs                      {listed:>10.1?}   aim 50 ms");
    println!("  those under way                       {running:>10.1?}");
    println!(
        "  with all operations                   {detailed:>10.1?}   {:.0} MiB at the peak",
        memory as f64 / (1 << 20) as f64
    );
    println!("  10,000 operations, from the result    {ended:>10.1?}   aim 100 ms");
    println!("  the same, from the journal            {interrupted:>10.1?}   aim 100 ms");
    println!(
        "  a million entries, replayed once      {replayed:>10.1?}   {:.2} µs each",
        replayed.as_secs_f64() * 1e6 / entries
    );
    println!("  a summary of it without its result    {unknown:>10.1?}   aim 1 s");
}

/// A folder that is gone in the end.
struct Store(PathBuf);

impl Drop for Store {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn folder(root: &Path, number: u32) -> PathBuf {
    root.join(format!("20260101T{number:06}Z-lab-{number:08}"))
}

/// Writes a run, and says where and how long a step of two entries took.
fn write(root: &Path, number: u32, operations: u32, ends: bool) -> (PathBuf, Duration) {
    let folder = folder(root, number);
    let name = |op: u32| format!("Deploy-Server-{op:06}");
    let header = Header {
        run: format!("01a22691-50c7-7402-84d3-{number:012}"),
        name: "lab".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        operations,
        max_concurrency: 8,
        options: serde_json::json!({"name": "lab", "max_concurrency": 8, "failure": "stop", "stop_grace_ms": 5000}),
        ..Header::default()
    };
    let planned: Vec<_> = (0..operations).map(|op| serde_json::json!({ "name": name(op) })).collect();
    let plan = serde_json::to_vec(&serde_json::json!({ "operations": planned })).unwrap_or_default();
    let mut writer =
        Writer::create(Arc::new(Files), &folder, &header, &plan).expect("a new folder can be written to");
    let steps: Vec<[What; 2]> = (0..operations)
        .map(|op| {
            let worker = Some(op % 8);
            let started = Started { op: OpId(op), name: name(op), attempt: 1, worker };
            let (error, exit_code) = (None, None);
            let (op, name, status) = (OpId(op), name(op), Status::Succeeded);
            let ended = Ended {
                op,
                name,
                attempt: 1,
                status,
                worker,
                error,
                exit_code,
                duration_ms: 12,
                test: None,
                stamp: None,
            };
            [What::Started(started), What::Ended(ended)]
        })
        .collect();
    let begun = Instant::now();
    for (at, step) in steps.iter().enumerate() {
        writer.append(at as u64, step);
    }
    let took = begun.elapsed() / operations;
    if ends {
        let status = RunStatus::Succeeded;
        writer.append(u64::from(operations), [&What::Finished(Finished { status })]);
        writer.finish(&result(&header, operations, name)).expect("the result can be written");
    }
    (folder, took)
}

fn result(header: &Header, operations: u32, name: impl Fn(u32) -> String) -> RunResult {
    let operation = |op| OperationResult {
        index: OpId(op),
        name: name(op),
        id: None,
        kind: None,
        compensates: None,
        status: Some(Status::Succeeded),
        had_errors: false,
        skipped_because: None,
        error: None,
        attempts: 1,
        worker: Some(op % 8),
        exit_code: None,
        started_at: Some("2026-01-01T00:00:01.012Z".to_owned()),
        ended_at: Some("2026-01-01T00:00:01.024Z".to_owned()),
        duration_ms: Some(12),
        busy_ms: 12,
        ready_after_ms: None,
        kept_from: None,
        up_to_date: false,
        why: None,
        restart: None,
        health: Vec::new(),
    };
    RunResult {
        run: header.run.clone(),
        name: header.name.clone(),
        status: Some(RunStatus::Succeeded),
        started_at: header.started_at.clone(),
        ended_at: Some("2026-01-01T00:01:00Z".to_owned()),
        duration_ms: 60_000,
        up_to_date: 0,
        counts: BTreeMap::from([(Status::Succeeded, operations as usize)]),
        directory: None,
        source: None,
        metrics: Metrics::default(),
        defect: None,
        journal_error: None,
        operations: (0..operations).map(operation).collect(),
        left_out: Vec::new(),
        rollback: Vec::new(),
        health: Vec::new(),
        order_started: (0..operations).map(name).collect(),
    }
}

fn once(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| once(&mut work)).collect();
    times.sort_unstable();
    times[times.len() / 2]
}
