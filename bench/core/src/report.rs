//! Reports: what the page of a large run costs to make, and how large it is.

use labrunner_core::graph::OpId;
use labrunner_core::record::disk::Files;
use labrunner_core::record::entry::{Ended, Finished, Started};
use labrunner_core::record::{Header, What, Writer};
use labrunner_core::report::{Format, Order, write};
use labrunner_core::scheduler::{RunStatus, Status};
use serde_json::json;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const SIZES: [u32; 3] = [5_000, 20_000, 50_000];
const SLOTS: u32 = 16;
const ROUNDS: usize = 5;

/// Prints the table.
pub fn measure() {
    let root = std::env::temp_dir().join(format!("labrunner-bench-report-{}", std::process::id()));
    println!("Reports of runs, {SLOTS} slots, medians of {ROUNDS}");
    println!("  operations        page        size        json    markdown       trace       junit");
    for many in SIZES {
        let folder = root.join(many.to_string());
        record(&folder, many);
        let took = |format, name: &str| {
            let to = root.join(name);
            let order = Order {
                place: folder.clone(),
                compare: Vec::new(),
                format,
                to: to.clone(),
                replace: true,
                script_beside: false,
            };
            let mut times: Vec<_> = (0..ROUNDS)
                .map(|_| {
                    let begun = Instant::now();
                    write(&order).expect("a run that was just written can be reported on");
                    begun.elapsed()
                })
                .collect();
            times.sort_unstable();
            (times[ROUNDS / 2], std::fs::metadata(to).map_or(0, |file| file.len()))
        };
        let (page, bytes) = took(Format::Html, "report.html");
        let (json, markdown) = (took(Format::Json, "a.json").0, took(Format::Markdown, "a.md").0);
        let (trace, junit) = (took(Format::ChromeTrace, "a.trace.json").0, took(Format::JUnit, "a.xml").0);
        let size = bytes as f64 / f64::from(1 << 20);
        println!(
            "  {many:>10}  {page:>10.1?}  {size:>6.2} MiB  {json:>10.1?}  {markdown:>10.1?}  {trace:>10.1?}  {junit:>10.1?}"
        );
    }
    println!("  aim for 5,000: the page in 300 ms, 1 MiB at most");
    let _ = std::fs::remove_dir_all(root);
}

/// A run in which each operation depends on one or two of the hundred before it.
fn record(folder: &Path, many: u32) {
    let name = |op: u32| format!("Deploy-Server-{op:06}");
    let before = |op: u32| if op < 50 { vec![] } else { vec![op - 1 - op * 7 % 50, op - 50] };
    let planned: Vec<_> = (0..many).map(|op| json!({"name": name(op), "after": before(op)})).collect();
    let plan = serde_json::to_vec(&json!({ "operations": planned, "order": { "mode": "parallel" } }))
        .unwrap_or_default();
    let header = Header {
        run: "01a22691-50c7-7402-84d3-000000000001".to_owned(),
        name: "lab".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        operations: many,
        max_concurrency: SLOTS,
        ..Header::default()
    };
    let mut writer =
        Writer::create(Arc::new(Files), folder, &header, &plan).expect("a new folder can be written to");
    let mut running: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    let mut done = vec![None; many as usize];
    let mut now = 0;
    for op in 0..many {
        let is_free = |done: &[Option<u64>]| before(op).iter().all(|before| done[*before as usize].is_some());
        while running.len() as u32 >= SLOTS || !is_free(&done) {
            let Some(Reverse((end, ended))) = running.pop() else { break };
            now = end;
            done[ended as usize] = Some(now);
            writer.append(now, &[end_of(ended, name(ended))]);
        }
        let started = Started { op: OpId(op), name: name(op), attempt: 1, worker: Some(op % SLOTS) };
        writer.append(now, &[What::Started(started)]);
        running.push(Reverse((now + 200 + u64::from(op * 37 % 900), op)));
    }
    while let Some(Reverse((end, ended))) = running.pop() {
        now = end;
        writer.append(now, &[end_of(ended, name(ended))]);
    }
    writer.append(now, &[What::Finished(Finished { status: RunStatus::Succeeded })]);
}

fn end_of(op: u32, name: String) -> What {
    What::Ended(Ended {
        op: OpId(op),
        name,
        attempt: 1,
        status: Status::Succeeded,
        worker: Some(op % SLOTS),
        error: None,
        exit_code: None,
        duration_ms: 200 + u64::from(op * 37 % 900),
        test: None,
        stamp: None,
    })
}
