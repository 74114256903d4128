//! Runs that tests of this folder report on: a small scheduler that starts what it can as soon as it can, so that it is
//! known what every attempt waited for.

use super::seen::Seen;
use super::timeline::Timeline;
use crate::graph::OpId;
use crate::operation::Order;
use crate::record::disk::Files;
use crate::record::entry::{Ended, Finished, Retrying, Serving, Skipped, Started};
use crate::record::header::{PlannedOperation, PlannedResource, RecordedPlan};
use crate::record::output::batch::{Kind, OutputRecord};
use crate::record::output::store::Options;
use crate::record::output::{Batch, Store};
use crate::record::{Entry, ErrorReport, Header, RunState, SkipKind, SkippedBecause, What, Writer};
use crate::scheduler::{RunStatus, Status};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// An operation, and how it goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Task {
    pub name: String,
    pub kind: Option<String>,
    pub after: Vec<u32>,
    /// How long each attempt takes.
    pub attempts: Vec<u64>,
    /// The pause between two of them.
    pub pause: u64,
    /// Whether the last one fails.
    pub fails: bool,
    pub needs: Vec<(u32, u32)>,
    /// Whether it goes on until all others have ended, once its only attempt has made it ready.
    pub service: bool,
}

impl Task {
    pub(crate) fn new(name: &str, after: &[u32], took: u64) -> Self {
        Self { name: name.to_owned(), after: after.to_vec(), attempts: vec![took], ..Self::default() }
    }
}

/// A run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lab {
    pub name: String,
    pub tasks: Vec<Task>,
    pub slots: u32,
    pub resources: Vec<PlannedResource>,
    /// How the record says that they were ranked; nothing where it is one of an older version.
    pub order: Option<Order>,
    /// What operations write: which one, where to and what.
    pub output: Vec<(u32, Kind, String)>,
}

pub(crate) fn error(message: &str) -> ErrorReport {
    ErrorReport {
        id: "LabRunner.OperationFailed".to_owned(),
        category: "NotSpecified".to_owned(),
        message: message.to_owned(),
        position: Some(
            "At /labs/shop.ps1:12 char:5\n+     throw 'no disk'\n+     ~~~~~~~~~~~~~~~".to_owned(),
        ),
        stack: Some("at <ScriptBlock>, /labs/shop.ps1: line 12".to_owned()),
    }
}

/// Where an operation of the small scheduler is.
struct Going<'l> {
    lab: &'l Lab,
    entries: Vec<(u64, What)>,
    now: u64,
    free: u32,
    left: Vec<u32>,
    attempt: Vec<u32>,
    /// When it may start again.
    not_before: Vec<u64>,
    /// Those of which all they depend on has come to its end.
    waiting: BTreeSet<usize>,
    /// How much each still depends on.
    open: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    /// When each ends, and its place.
    running: BTreeSet<(u64, usize)>,
    serving: Vec<usize>,
    done: Vec<Option<bool>>,
}

impl Lab {
    /// What happens, and when.
    pub(crate) fn entries(&self) -> Vec<(u64, What)> {
        let count = self.tasks.len();
        let mut going = Going {
            lab: self,
            entries: Vec::new(),
            now: 0,
            free: self.slots,
            left: self.resources.iter().map(|it| it.capacity).collect(),
            attempt: vec![0; count],
            not_before: vec![0; count],
            waiting: (0..count).filter(|op| self.tasks[*op].after.is_empty()).collect(),
            open: self.tasks.iter().map(|task| task.after.len()).collect(),
            dependents: vec![Vec::new(); count],
            running: BTreeSet::new(),
            serving: Vec::new(),
            done: vec![None; count],
        };
        for (op, task) in self.tasks.iter().enumerate() {
            task.after.iter().for_each(|before| going.dependents[*before as usize].push(op));
        }
        going.go();
        going.entries
    }

    pub(crate) fn header(&self) -> Header {
        Header {
            run: "0f3c9a52-7d1e-4b6a-9c00-1234567890ab".to_owned(),
            name: self.name.clone(),
            source: Some("/labs/shop.yaml".to_owned()),
            started_at: "2026-01-01T08:00:00Z".to_owned(),
            host: "build-7".to_owned(),
            operations: u32::try_from(self.tasks.len()).unwrap(),
            max_concurrency: self.slots,
            ..Header::default()
        }
    }

    fn plan(&self) -> RecordedPlan {
        let operations = self.tasks.iter().map(|task| PlannedOperation {
            kind: task.kind.clone(),
            after: task.after.iter().map(|op| OpId(*op)).collect(),
            needs: task.needs.clone(),
            ..PlannedOperation::named(&task.name)
        });
        RecordedPlan {
            operations: operations.collect(),
            resources: self.resources.clone(),
            order: self.order.clone(),
            past: Vec::new(),
        }
    }

    /// What is seen of it without a file.
    pub(crate) fn seen(&self) -> Seen {
        let header = self.header();
        let names = self.tasks.iter().map(|task| task.name.clone()).collect();
        let (mut state, mut timeline) = (RunState::new(&header, names), Timeline::default());
        for (seq, (at, what)) in (0..).zip(self.entries()) {
            let entry = Entry { seq, at, what };
            state.apply(&entry);
            timeline.apply(&entry);
        }
        let end = timeline.at;
        Seen { header, plan: self.plan(), state, timeline, end, ..Seen::default() }
    }

    /// Writes it as a record, as far as `until` says.
    pub(crate) fn record(&self, folder: &Path, until: usize) {
        let mut writer = self.record_under_way(folder, until);
        let store = Store::new(Arc::new(Files), folder.to_owned(), &self.header().run, 1, Options::default());
        for (op, kind, text) in &self.output {
            let mut batch = Batch::default();
            batch.push(&OutputRecord { op: OpId(*op), attempt: 1, at: 70, kind: *kind, text });
            store.put(batch);
        }
        store.close(0, writer.take_lock(), Duration::from_secs(60));
    }

    /// The same without what operations write; the run is under way until the writer is dropped.
    pub(crate) fn record_under_way(&self, folder: &Path, until: usize) -> Writer {
        let RecordedPlan { operations, resources, order, .. } = self.plan();
        let plan = serde_json::json!({ "operations": operations, "resources": resources, "order": order });
        let plan = serde_json::to_vec(&plan).unwrap();
        let mut writer = Writer::create(Arc::new(Files), folder, &self.header(), &plan).unwrap();
        for (at, what) in self.entries().iter().take(until) {
            writer.append(*at, [what]);
        }
        writer
    }
}

impl Going<'_> {
    fn go(&mut self) {
        loop {
            self.start_what_can();
            let pause = self.waiting.iter().map(|op| self.not_before[*op]).filter(|at| *at > self.now).min();
            let next = self.running.first().map(|first| first.0);
            match (next, pause) {
                (Some(end), pause) if pause.is_none_or(|pause| end <= pause) => {
                    self.now = end;
                    // One after another: each may let others go on in the same millisecond.
                    if let Some((_, op)) = self.running.pop_first() {
                        self.end(op);
                    }
                }
                (_, Some(pause)) => self.now = pause,
                _ => break,
            }
        }
        for op in std::mem::take(&mut self.serving) {
            let end = self.ended(op, Status::Succeeded, None);
            self.entries.push((self.now, What::Ended(end)));
        }
        let good = self.done.iter().all(|done| *done == Some(true));
        let status = if good { RunStatus::Succeeded } else { RunStatus::Failed };
        self.entries.push((self.now, What::Finished(Finished { status })));
    }

    fn task(&self, op: usize) -> &Task {
        &self.lab.tasks[op]
    }

    fn start_what_can(&mut self) {
        for op in self.waiting.clone() {
            if self.free == 0 {
                break;
            }
            let needs = self.task(op).needs.clone();
            let has_room = needs.iter().all(|(of, amount)| self.left[*of as usize] >= *amount);
            if self.not_before[op] > self.now || !has_room {
                continue;
            }
            self.free -= 1;
            needs.iter().for_each(|(of, amount)| self.left[*of as usize] -= amount);
            self.waiting.remove(&op);
            self.attempt[op] += 1;
            let attempt = self.attempt[op];
            let name = self.task(op).name.clone();
            let worker = Some(attempt);
            self.entries.push((self.now, What::Started(Started { op: id(op), name, attempt, worker })));
            let took = self.task(op).attempts[attempt as usize - 1];
            self.running.insert((self.now + took, op));
        }
    }

    /// Something has come to its end: what depends on it may start, or never will.
    fn come_to(&mut self, op: usize, good: bool) {
        let mut to_tell = vec![(op, good)];
        while let Some((op, good)) = to_tell.pop() {
            self.done[op] = Some(good);
            for next in self.dependents[op].clone() {
                self.open[next] -= 1;
                if self.open[next] > 0 {
                    continue;
                }
                let after = self.task(next).after.clone();
                let Some(to_blame) = after.iter().find(|before| self.done[**before as usize] == Some(false))
                else {
                    self.waiting.insert(next);
                    continue;
                };
                let blamed = self.task(*to_blame as usize).name.clone();
                let because = SkippedBecause {
                    kind: SkipKind::Dependency,
                    message: format!("it depends on '{blamed}', which did not succeed"),
                    operation: Some(blamed),
                };
                let skipped = Skipped { op: id(next), name: self.task(next).name.clone(), because };
                self.entries.push((self.now, What::Skipped(skipped)));
                to_tell.push((next, false));
            }
        }
    }

    fn ended(&self, op: usize, status: Status, error: Option<ErrorReport>) -> Ended {
        Ended {
            op: id(op),
            name: self.task(op).name.clone(),
            attempt: self.attempt[op],
            status,
            worker: Some(1),
            error,
            exit_code: None,
            duration_ms: self.task(op).attempts[self.attempt[op] as usize - 1],
            test: None,
            stamp: None,
        }
    }

    fn end(&mut self, op: usize) {
        self.free += 1;
        if self.task(op).service {
            let (name, attempt) = (self.task(op).name.clone(), self.attempt[op]);
            self.entries.push((self.now, What::Serving(Serving { op: id(op), name, attempt })));
            self.come_to(op, true);
            self.serving.push(op);
            return;
        }
        for (of, amount) in self.task(op).needs.clone() {
            self.left[of as usize] += amount;
        }
        let is_last = self.attempt[op] as usize == self.task(op).attempts.len();
        let failed = !is_last || self.task(op).fails;
        let error = failed.then(|| error("no disk"));
        let status = if failed { Status::Failed } else { Status::Succeeded };
        let end = self.ended(op, status, error);
        if is_last {
            self.entries.push((self.now, What::Ended(end)));
            self.come_to(op, !failed);
        } else {
            let delay_ms = self.task(op).pause;
            self.not_before[op] = self.now + delay_ms;
            self.waiting.insert(op);
            self.entries.push((self.now, What::Retrying(Retrying { end, delay_ms })));
        }
    }
}

fn id(op: usize) -> OpId {
    OpId(u32::try_from(op).unwrap())
}

pub(crate) fn resource(kind: &str, name: &str, capacity: u32) -> PlannedResource {
    PlannedResource { kind: kind.to_owned(), name: name.to_owned(), capacity }
}

/// A shop with a database that fails, an image that takes two attempts, and a lock.
pub(crate) fn shop() -> Lab {
    let image = Task {
        attempts: vec![1_500, 4_000],
        pause: 2_000,
        kind: Some("build".to_owned()),
        ..Task::new("image", &[], 0)
    };
    let lock = |name: &str, after: &[u32], took| Task { needs: vec![(0, 1)], ..Task::new(name, after, took) };
    Lab {
        name: "shop".to_owned(),
        slots: 2,
        resources: vec![resource("lock", "dns", 1), resource("memory", "memory", 4096)],
        tasks: vec![
            image,
            Task { needs: vec![(1, 2048)], service: true, ..Task::new("database", &[], 3_000) },
            lock("zone", &[], 2_500),
            lock("records", &[1], 1_200),
            Task { fails: true, ..Task::new("schema", &[1], 800) },
            Task::new("seed", &[4], 500),
            Task::new("web", &[0, 3], 2_200),
        ],
        output: vec![
            (4, Kind::Output, "creating tables".to_owned()),
            (4, Kind::Error, "no disk".to_owned()),
            (0, Kind::Stdout, "layer 1 of 3".to_owned()),
        ],
        order: None,
    }
}

/// A run whose names and texts are made to break formats.
pub(crate) fn evil() -> Lab {
    let names = [
        "</script><script>alert(1)</script>",
        "a|b`c*d_e[f](g)<h>&i\\j#k@all",
        "\u{202e}txt.exe\u{2066}",
        "bell\u{7}\u{1b}[31m\0 \"quoted\" 'single'\r\n::error::x",
        "]]>&amp;<![CDATA[",
    ];
    let mut tasks: Vec<Task> = names
        .iter()
        .map(|name| Task { fails: true, kind: Some((*name).to_owned()), ..Task::new(name, &[], 10) })
        .collect();
    tasks.push(Task::new(&"long ".repeat(40), &[0], 5));
    tasks.push(Task::new(&"ß".repeat(200), &[], 5));
    let output = names.iter().map(|name| (1, Kind::Stderr, format!("```\n{name}"))).collect();
    Lab { name: names[0].to_owned(), tasks, slots: 3, output, ..Lab::default() }
}

/// A build that would be shorter with more slots, and without a lock.
pub(crate) fn narrow() -> Lab {
    let lock = |name: &str, after: &[u32], took| Task { needs: vec![(0, 1)], ..Task::new(name, after, took) };
    let mut tasks: Vec<Task> =
        (0..6).map(|place| Task::new(&format!("compile {place}"), &[], 4_000)).collect();
    tasks.extend((0..3).map(|place| lock(&format!("publish {place}"), &[place], 3_000)));
    Lab {
        name: "narrow".to_owned(),
        slots: 2,
        resources: vec![resource("lock", "registry", 1)],
        order: Some(Order::Parallel),
        tasks,
        ..Lab::default()
    }
}
