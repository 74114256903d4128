//! What operations write: what a million lines cost on their way to the disk, and what recording costs a run.

use crate::heap::peak;
use crate::scheduler::request;
use labrunner_core::graph::OpId;
use labrunner_core::plan::Plan;
use labrunner_core::record::disk::Files;
use labrunner_core::record::output::batch::{Kind, OutputRecord};
use labrunner_core::record::output::store::{Options, PIECE};
use labrunner_core::record::output::{Batch, Limits, Question, Store, output_path, reader};
use labrunner_core::run::{EventHub, Outcome, Run, RunOptions, Ticket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LINES: u32 = 1_000_000;
const OPERATIONS: u32 = 10_000;
const ROUNDS: usize = 5;

/// Prints the table.
pub fn measure() {
    let folder = Folder(std::env::temp_dir().join(format!("labrunner-bench-output-{}", std::process::id())));
    let mut wrote = Duration::ZERO;
    let memory = peak(|| wrote = million(&folder.0));
    let path = output_path(&folder.0, 1);
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    let rate = |took: Duration| bytes as f64 / 1e6 / took.as_secs_f64();
    let content = std::fs::read(&path).unwrap_or_default();
    let plain = once(|| {
        let copy = folder.0.join("plain");
        std::fs::write(&copy, &content).expect("a new file can be written");
        std::fs::File::open(copy).and_then(|file| file.sync_data()).expect("and synced");
    });
    let ask = |question: &Question| reader::read(&Files, &folder.0, "run", question);
    let (mut first, mut last) = (0, 0);
    let whole = once(|| {
        let mut question = Question::default();
        loop {
            let page = ask(&question);
            first += page.records.len();
            if !page.more {
                break;
            }
            question.from = Some(page.next);
        }
    });
    let tail = once(|| last = ask(&Question { last: Some(100), ..Question::default() }).records.len());
    println!("Output of {first} lines, {:.0} MB", bytes as f64 / 1e6);
    println!(
        "  through the store to the disk         {wrote:>10.1?}   {:.0} MB/s, {:.0} MiB at the peak; aim 200 MB/s",
        rate(wrote),
        memory as f64 / (1 << 20) as f64
    );
    println!("  the same bytes as a plain file        {plain:>10.1?}   {:.0} MB/s", rate(plain));
    println!("  read page by page                     {whole:>10.1?}   {:.0} MB/s", rate(whole));
    println!("  the last {last} lines                   {tail:>10.1?}");
    let without = run(None);
    let with = run(Some(&folder.0));
    let each = with.saturating_sub(without) / OPERATIONS;
    println!("A run of {OPERATIONS} operations that do nothing, medians of {ROUNDS}");
    println!("  without a record                      {without:>10.1?}");
    println!(
        "  with one                              {with:>10.1?}   {each:.1?} each, {:.0} %; aim 8 µs",
        100.0 * (with.as_secs_f64() / without.as_secs_f64() - 1.0)
    );
}

/// A folder that is gone in the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes a million lines of a hundred bytes of ten operations, and says how long it took until they were on the disk.
fn million(folder: &Path) -> Duration {
    // A store makes nothing outside of its run's folder.
    std::fs::create_dir_all(folder).expect("a folder for the run");
    let keeping = Options { limits: Limits::of(1 << 30), patience: Duration::MAX, ..Options::default() };
    let store = Store::new(Arc::new(Files), folder.to_owned(), "run", 1, keeping);
    let text = "x".repeat(93);
    once(|| {
        let mut batch = Batch::default();
        for number in 0..LINES {
            let text = format!("{number:07}{text}");
            let (op, at) = (OpId(number % 10), u64::from(number));
            batch.push(&OutputRecord { op, attempt: 1, at, kind: Kind::Stdout, text: &text });
            if batch.size() >= PIECE {
                store.put(std::mem::take(&mut batch));
            }
        }
        store.put(batch);
        let closed = store.close(0, None, Duration::from_secs(600));
        assert_eq!((closed.dropped, closed.failure), (0, None));
    })
}

/// Runs operations that do nothing.
fn run(root: Option<&Path>) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let plan = Plan::compile(request(OPERATIONS, 2, 50, false)).expect("the plan is sound");
            let options = RunOptions {
                journal: root.is_some(),
                root: root.map(|root| root.join("runs")),
                ..RunOptions::new(8)
            };
            let hub = Arc::new(EventHub::default());
            once(|| {
                let run = Run::start(Arc::new(plan), options, Arc::clone(&hub), 1).expect("it can start");
                let mut ticket = run.take(1, Duration::MAX);
                while let Ticket::Work(op, attempt) = ticket {
                    ticket = run.complete_and_take(op, attempt, Outcome::default(), 1, Duration::MAX).1;
                }
                assert!(run.is_finished());
            })
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn once(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
