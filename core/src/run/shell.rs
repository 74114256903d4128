//! How workers wait, take and complete, and how time reaches the scheduler.
//!
//! Whoever brings news puts it into the inbox and then takes the lock; whoever has the lock takes
//! everything that is in the inbox. So one step, and one write to the journal, serve all that is
//! waiting, and nobody waits for a thread of its own to be scheduled.

use super::clock::Clock;
use super::events::{Event, EventHub, EventKind};
use super::loss::{self, Loss};
use super::options::RunOptions;
use super::record::{Explanation, Outcome, OutcomeStatus, Record};
use super::secrets::Secrets;
use super::sync::{Condvar, Mutex, MutexGuard, is_model};
use super::tasks::Tasks;
use super::{explain, sampling};
use crate::error::{Code, Fault};
use crate::graph::OpId;
use crate::history::{retention, store};
use crate::machine;
use crate::operation::{FailureStrategy, StopMode, Work};
use crate::plan::{Plan, Retry};
use crate::record::disk::{Disk, Files};
use crate::record::entry::{
    Ended, Finished, Released, Retrying, RollingBack, Serving, Skipped, Started, Stop,
};
use crate::record::header::{self, Header};
use crate::record::result::{self, Metrics, OperationResult};
use crate::record::{ErrorReport, RunResult, SkipKind, SkippedBecause, What, Writer};
use crate::scheduler::{
    Command, Input, RunStatus, Scheduler, SkipReason, State, Status, StopCause, StopReason,
};
use crate::work::runtime;
use jiff::Timestamp;
use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What a worker gets when it asks for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// Nothing yet; the wait is over.
    Idle,
    /// Run this operation.
    Work(OpId, u32),
    /// Somebody woke this worker.
    Woken,
    /// The run needs this worker no more.
    Over,
}

/// Whether an answer was for an open operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// It was.
    Accepted,
    /// The operation had ended before, or was never taken.
    Stale,
}

/// News for the scheduler, with what only the records need.
struct News {
    input: Input,
    worker: Option<u32>,
    outcome: Option<Outcome>,
}

impl From<Input> for News {
    fn from(input: Input) -> Self {
        Self { input, worker: None, outcome: None }
    }
}

/// One run.
pub struct Run {
    tag: u64,
    id: String,
    plan: Arc<Plan>,
    options: RunOptions,
    /// The policy of operations that have none of their own.
    retry: Option<Retry>,
    directory: Option<PathBuf>,
    disk: Arc<dyn Disk>,
    started_at: Timestamp,
    pub(super) clock: Clock,
    inbox: Mutex<Vec<News>>,
    inner: Mutex<Inner>,
    /// Workers wait here for work, for a wake or for the end.
    work: Condvar,
    /// Tells the timer that the next due time has changed.
    timer: Arc<Notify>,
    hub: Arc<EventHub>,
}

struct Inner {
    scheduler: Scheduler,
    records: Vec<Record>,
    /// Scripts that are admitted and not taken.
    queue: VecDeque<(OpId, u32)>,
    /// Scripts that will still be taken, admitted or not.
    scripts_to_come: usize,
    waiting_workers: usize,
    busy_workers: usize,
    demanded: usize,
    woken: HashSet<u32>,
    tasks: Tasks,
    record: Option<Writer>,
    /// What is missing from it.
    loss: Loss,
    seq: u64,
    commands: Vec<Command>,
    order_started: Vec<OpId>,
    status: Option<RunStatus>,
    ended_at: Option<Timestamp>,
    duration_ms: u64,
    due: Option<u64>,
    /// The scheduler has shown a defect, and is not asked any more.
    given_up: bool,
}

impl Run {
    /// Opens the journal and starts the first operations. Events carry `tag`.
    ///
    /// # Errors
    /// [`Code::JournalUnwritable`] when files cannot be made in the folder that the options name, or a fault
    /// of their retry policy; nothing has started then. A store that cannot be written stops no run: that is
    /// a warning among the events.
    pub fn start(
        plan: Arc<Plan>,
        options: RunOptions,
        hub: Arc<EventHub>,
        tag: u64,
    ) -> Result<Arc<Self>, Fault> {
        Self::start_on(Arc::new(Files), plan, options, hub, tag)
    }

    /// The same with files of the caller's choice.
    pub(super) fn start_on(
        disk: Arc<dyn Disk>,
        plan: Arc<Plan>,
        options: RunOptions,
        hub: Arc<EventHub>,
        tag: u64,
    ) -> Result<Arc<Self>, Fault> {
        let retry = options.compile_retry()?;
        let uuid = uuid::Uuid::now_v7();
        let id = uuid.to_string();
        let started_at = Timestamp::now();
        let root = options.root.clone().unwrap_or_else(store::root);
        let directory = options.writes_files().then(|| {
            let named = || root.join(store::folder_name(started_at, &options.name, &id));
            options.directory.clone().unwrap_or_else(named)
        });
        let mut warning = None;
        let record = match &directory {
            Some(directory) => {
                let document = header::plan_document(&plan);
                let header = Header {
                    format: header::FORMAT,
                    run: id.clone(),
                    parent: None,
                    name: options.name.clone(),
                    source: options.source.clone(),
                    started_at: started_at.to_string(),
                    host: machine::host_name().to_owned(),
                    boot: machine::boot_id().map(str::to_owned),
                    pid: std::process::id(),
                    plan: header::fingerprint(&document),
                    operations: u32::try_from(plan.len()).unwrap_or(u32::MAX),
                    max_concurrency: options.max_concurrency,
                    options: serde_json::to_value(&options).unwrap_or_default(),
                };
                match Writer::create(Arc::clone(&disk), directory, &header, &document) {
                    Ok(record) => Some(record),
                    // Who names a folder is told at once that it is of no use.
                    Err(fault) if options.directory.is_some() => return Err(fault),
                    Err(fault) => {
                        warning = Some(loss::no_record(&fault));
                        None
                    }
                }
            }
            None => None,
        };
        let directory = directory.filter(|_| record.is_some());
        if let (Some(retention), Some(_), None) = (options.retention, &record, &options.directory) {
            retention::sweep_if_due(&root, retention);
        }
        let runtime = if is_model() { None } else { Some(crate::work::runtime::handle()?) };
        let settings = options.settings(&plan, retry.as_ref(), uuid.as_u64_pair().1);
        // Workers stay for a rollback that may come.
        let rollback = options.failure == FailureStrategy::Rollback;
        let last = if rollback { plan.node_count() } else { plan.len() };
        let is_script = |op: &OpId| plan.operation(*op).work == Work::Script;
        let scripts = plan.nodes().take(last).filter(is_script).count();
        let run = Arc::new(Self {
            tag,
            id,
            started_at,
            clock: Clock::start(),
            inbox: Mutex::default(),
            inner: Mutex::new(Inner {
                scheduler: Scheduler::new(Arc::clone(&plan), settings),
                records: vec![Record::default(); plan.node_count()],
                queue: VecDeque::new(),
                scripts_to_come: scripts,
                waiting_workers: 0,
                busy_workers: 0,
                demanded: 0,
                woken: HashSet::new(),
                tasks: Tasks::default(),
                record,
                loss: Loss::default(),
                seq: 0,
                commands: Vec::new(),
                order_started: Vec::with_capacity(plan.len()),
                status: None,
                ended_at: None,
                duration_ms: 0,
                due: None,
                given_up: false,
            }),
            work: Condvar::default(),
            timer: Arc::new(Notify::new()),
            plan,
            options,
            retry,
            directory,
            disk,
            hub,
        });
        if let Some(message) = warning {
            let mut inner = run.inner.lock();
            run.warn(&mut inner, message);
        }
        drop(run.send(Input::Tick.into()));
        if let Some(runtime) = runtime {
            runtime.spawn(keep_time(Arc::downgrade(&run), Arc::clone(&run.timer)));
            if settings.guard.wants_samples() {
                runtime.spawn(sampling::keep_sampling(Arc::downgrade(&run)));
            }
        }
        Ok(run)
    }

    /// The run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// What it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Gives a worker its next operation, waiting for one up to `wait`.
    pub fn take(self: &Arc<Self>, worker: u32, wait: Duration) -> Ticket {
        let inner = self.inner.lock();
        self.wait_for_work(inner, worker, wait)
    }

    /// Hands an outcome back. The worker asks for its next operation with [`take`](Self::take).
    pub fn complete(self: &Arc<Self>, op: OpId, attempt: u32, outcome: Outcome) -> Completion {
        let (completion, mut inner) = self.deliver(op, attempt, outcome);
        self.demand(&mut inner);
        completion
    }

    /// Both in one call, so that the worker gets the operation that its own answer made ready.
    pub fn complete_and_take(
        self: &Arc<Self>,
        op: OpId,
        attempt: u32,
        outcome: Outcome,
        worker: u32,
        wait: Duration,
    ) -> (Completion, Ticket) {
        let (completion, inner) = self.deliver(op, attempt, outcome);
        (completion, self.wait_for_work(inner, worker, wait))
    }

    /// Makes a worker's waiting [`take`](Self::take) return, or its next one if none waits.
    pub fn wake(&self, worker: u32) {
        self.inner.lock().woken.insert(worker);
        self.work.notify_all();
    }

    /// Stops everything. A grace bounds that of each operation.
    pub fn cancel(self: &Arc<Self>, mode: StopMode) {
        drop(self.send(Input::Cancel(mode).into()));
    }

    /// Lends up to `most` slots that nothing needs now to a run inside one of the operations, and
    /// says how many. Never waits.
    pub fn lend(self: &Arc<Self>, most: u32) -> u32 {
        let mut inner = self.inner.lock();
        // What is on its way may need them.
        self.digest(&mut inner, None);
        let lent = inner.scheduler.lend(most);
        self.demand(&mut inner);
        lent
    }

    /// Takes lent slots back.
    pub fn take_back(self: &Arc<Self>, slots: u32) {
        drop(self.send(Input::SlotsReturned(slots).into()));
    }

    /// Changes the number of slots, because some were borrowed or given back.
    pub fn resize(self: &Arc<Self>, slots: u32) {
        drop(self.send(Input::Slots(slots).into()));
    }

    /// Ends a run that is not over as a defect of the scheduler would: to show that it does end, and says so.
    pub fn show_defect(self: &Arc<Self>) {
        let mut inner = self.inner.lock();
        if inner.status.is_none() {
            inner.scheduler.show_defect();
            self.digest(&mut inner, Some(News { input: Input::Tick, worker: None, outcome: None }));
        }
    }

    /// Whether the run is over.
    pub fn is_finished(&self) -> bool {
        self.inner.lock().status.is_some()
    }

    /// What is known so far; complete once the run is over.
    pub fn result(&self) -> RunResult {
        let inner = self.inner.lock();
        self.result_of(&inner)
    }

    /// Why an operation is not running, or that it is; none when the plan has no such operation.
    pub fn explain(&self, op: OpId) -> Option<Explanation> {
        let inner = self.inner.lock();
        (op.index() < self.plan.node_count()).then(|| self.explain_one(&inner, op))
    }

    /// All operations that have not ended, with what they do or wait for; compensations only when
    /// they are needed.
    pub fn active(&self) -> Vec<Explanation> {
        let inner = self.inner.lock();
        let active = |op: &OpId| !matches!(inner.scheduler.state(*op), State::Dormant | State::Ended(_));
        self.plan.nodes().filter(active).map(|op| self.explain_one(&inner, op)).collect()
    }

    fn explain_one(&self, inner: &Inner, op: OpId) -> Explanation {
        let waiting = inner.scheduler.explain(op);
        let record = &inner.records[op.index()];
        let runs = matches!(inner.scheduler.state(op), State::Running | State::Serving | State::Stopping(_));
        let name = |op: &OpId| self.plan.operation(*op).name.clone();
        Explanation {
            index: op,
            name: name(&op),
            waits_for: waiting.dependencies.iter().map(name).collect(),
            attempt: inner.scheduler.attempt(op),
            worker: record.worker.filter(|_| runs),
            running_ms: record.started_ms.filter(|_| runs).map(|began| self.now().saturating_sub(began)),
            in_state_ms: self.now().saturating_sub(inner.scheduler.since(op)),
            reason: explain::sentence(&waiting, &self.plan),
            waiting,
        }
    }

    /// A sample of the machine. False when the run is over.
    pub(super) fn sampled(self: &Arc<Self>, memory_used_mb: Option<u64>, cpu_percent: Option<u32>) -> bool {
        let inner = self.send(Input::Sample { memory_used_mb, cpu_percent }.into());
        inner.status.is_none()
    }

    /// How an outcome is seen by the scheduler.
    fn verdict(&self, op: OpId, outcome: &Outcome) -> crate::scheduler::Verdict {
        outcome.verdict(self.plan.retry(op).or(self.retry.as_ref()))
    }

    pub(super) fn hub(&self) -> &Arc<EventHub> {
        &self.hub
    }

    pub(super) fn stop_grace(&self) -> Duration {
        Duration::from_millis(self.options.stop_grace_ms)
    }

    pub(super) fn directory(&self) -> Option<&std::path::Path> {
        self.directory.as_deref()
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.options.secrets
    }

    /// A program says that it runs. False when it must not start any more.
    pub(super) fn program_started(self: &Arc<Self>, op: OpId, attempt: u32) -> bool {
        let inner = self.send(Input::Taken(op, attempt).into());
        inner.scheduler.attempt(op) == attempt && inner.scheduler.state(op) == State::Running
    }

    /// A service says that it is ready.
    pub(super) fn service_ready(self: &Arc<Self>, op: OpId, attempt: u32) {
        drop(self.send(Input::ServiceReady(op, attempt).into()));
    }

    /// A program says that it has ended.
    pub(super) fn program_ended(self: &Arc<Self>, op: OpId, attempt: u32, outcome: Outcome) {
        let verdict = self.verdict(op, &outcome);
        // Before the news: another attempt may start with it.
        self.inner.lock().tasks.forget(op);
        let input = Input::Completed(op, attempt, verdict);
        drop(self.send(News { input, worker: None, outcome: Some(outcome) }));
    }

    /// Where a program's output is written.
    pub(super) fn set_log(&self, op: OpId, path: String) {
        self.inner.lock().records[op.index()].log = Some(path);
    }

    /// The output of a program cannot be written.
    pub(super) fn lost_log(&self, op: OpId, error: &io::Error) {
        self.inner.lock().loss.of_log(op, error);
    }

    /// Where its files are.
    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    /// Makes a line of a program known. It has no place in the journal.
    pub(super) fn output(&self, kind: EventKind) {
        let event = {
            let mut inner = self.inner.lock();
            let seq = inner.seq;
            inner.seq += 1;
            Event { run: self.tag, seq, at_ms: self.now(), kind }
        };
        self.hub.push([event]);
    }

    /// Writes something down that is no change of state, and makes it known.
    pub(super) fn publish(&self, kind: EventKind) {
        let mut inner = self.inner.lock();
        let event = Event { run: self.tag, seq: inner.seq, at_ms: self.now(), kind };
        inner.seq += 1;
        inner.record(event.at_ms, std::slice::from_ref(&event));
        self.hub.push([event]);
    }

    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn tick(self: &Arc<Self>) {
        drop(self.send(Input::Tick.into()));
    }

    /// When the timer must tick next, and whether the run is over.
    fn next_tick(&self) -> (Option<Duration>, bool) {
        let mut inner = self.inner.lock();
        if inner.given_up {
            return (None, true);
        }
        let due = inner.scheduler.next_due();
        inner.due = due;
        let wait = due.map(|due| Duration::from_millis(due.saturating_sub(self.now())));
        (wait, inner.status.is_some() && due.is_none())
    }

    fn send(self: &Arc<Self>, news: News) -> MutexGuard<'_, Inner> {
        self.inbox.lock().push(news);
        let mut inner = self.inner.lock();
        self.digest(&mut inner, None);
        self.demand(&mut inner);
        inner
    }

    fn deliver(
        self: &Arc<Self>,
        op: OpId,
        attempt: u32,
        outcome: Outcome,
    ) -> (Completion, MutexGuard<'_, Inner>) {
        let mut inner = self.inner.lock();
        let known = op.index() < self.plan.node_count()
            && self.plan.operation(op).work == Work::Script
            && inner.scheduler.attempt(op) == attempt;
        let open = known
            && matches!(
                inner.scheduler.state(op),
                State::Running | State::Stopping(_) | State::Ended(Status::Abandoned)
            );
        if !open {
            return (Completion::Stale, inner);
        }
        inner.busy_workers = inner.busy_workers.saturating_sub(1);
        let input = Input::Completed(op, attempt, self.verdict(op, &outcome));
        self.digest(&mut inner, Some(News { input, worker: None, outcome: Some(outcome) }));
        (Completion::Accepted, inner)
    }

    fn wait_for_work(
        self: &Arc<Self>,
        mut inner: MutexGuard<'_, Inner>,
        worker: u32,
        wait: Duration,
    ) -> Ticket {
        let deadline = Instant::now().checked_add(wait);
        loop {
            if inner.woken.remove(&worker) {
                self.demand(&mut inner);
                return Ticket::Woken;
            }
            if let Some((op, attempt)) = inner.queue.pop_front() {
                inner.busy_workers += 1;
                let input = Input::Taken(op, attempt);
                self.digest(&mut inner, Some(News { input, worker: Some(worker), outcome: None }));
                if inner.given_up {
                    return Ticket::Over;
                }
                self.demand(&mut inner);
                return Ticket::Work(op, attempt);
            }
            if inner.scripts_to_come == 0 || inner.status.is_some() {
                return Ticket::Over;
            }
            inner.waiting_workers += 1;
            let timed_out = match deadline {
                Some(deadline) => self.work.wait_until(&mut inner, deadline),
                None => {
                    self.work.wait(&mut inner);
                    false
                }
            };
            inner.waiting_workers -= 1;
            if timed_out && inner.queue.is_empty() && !inner.woken.contains(&worker) {
                return if inner.status.is_some() { Ticket::Over } else { Ticket::Idle };
            }
        }
    }

    /// Takes all news, lets the scheduler decide, writes it down, and only then lets it happen.
    ///
    /// What the caller knows first-hand comes first: it was decided under the lock, so nothing that
    /// is still in the inbox can have undone it.
    fn digest(self: &Arc<Self>, inner: &mut Inner, first: Option<News>) {
        let mut news: Vec<News> = first.into_iter().collect();
        news.append(&mut self.inbox.lock());
        if news.is_empty() || inner.given_up {
            return;
        }
        let inputs: Vec<Input> = news.iter().map(|news| news.input).collect();
        for item in news {
            self.note(inner, item);
        }
        let now = self.now();
        let mut commands = std::mem::take(&mut inner.commands);
        inner.scheduler.step(now, &inputs, &mut commands);
        if inner.scheduler.defect().is_some() {
            self.give_up(inner, now);
            return;
        }
        let mut events = Vec::with_capacity(commands.len());
        for &command in &commands {
            if let Some(kind) = self.write_down(inner, now, command).map(EventKind::Happened) {
                events.push(Event { run: self.tag, seq: inner.seq, at_ms: now, kind });
                inner.seq += 1;
            }
        }
        inner.record(now, &events);
        for &command in &commands {
            self.release(inner, command);
        }
        commands.clear();
        inner.commands = commands;
        if inner.status.is_some()
            && events.iter().any(|e| matches!(e.kind, EventKind::Happened(What::Finished(_))))
        {
            self.write_result(inner);
        }
        self.hub.push(events);
        let due = inner.scheduler.next_due();
        if due != inner.due || inner.status.is_some() {
            self.timer.notify_one();
        }
    }

    /// Ends a run whose scheduler is not to be trusted: nothing of its last step happens, whatever is at
    /// work is stopped, and nobody waits any longer.
    fn give_up(&self, inner: &mut Inner, now: u64) {
        inner.given_up = true;
        inner.queue.clear();
        inner.scripts_to_come = 0;
        inner.status = Some(RunStatus::Failed);
        inner.ended_at = Some(Timestamp::now());
        inner.duration_ms = now;
        let at_work = |op: &OpId| {
            let record = &inner.records[op.index()];
            record.started_ms.is_some() && record.status.is_none()
        };
        let mut changes: Vec<What> = Vec::new();
        for op in self.plan.nodes().filter(at_work) {
            inner.tasks.stop(op, StopMode::Kill);
            let (attempt, worker) = (inner.scheduler.attempt(op), inner.records[op.index()].worker);
            let (name, reason) = (self.name_of(op), StopReason::Cancel);
            changes.push(What::Stop(Stop { op, name, attempt, worker, reason, grace_ms: 0 }));
        }
        changes.push(What::Finished(Finished { status: RunStatus::Failed }));
        let mut events = Vec::with_capacity(changes.len());
        for what in changes {
            let kind = EventKind::Happened(what);
            events.push(Event { run: self.tag, seq: inner.seq, at_ms: now, kind });
            inner.seq += 1;
        }
        inner.record(now, &events);
        self.write_result(inner);
        self.hub.push(events);
        self.work.notify_all();
        self.timer.notify_one();
    }

    /// Keeps what the scheduler does not need to know, if it speaks of what is under way.
    fn note(&self, inner: &mut Inner, news: News) {
        let (op, attempt) = match news.input {
            Input::Taken(op, attempt) | Input::Completed(op, attempt, _) => (op, attempt),
            Input::Tick
            | Input::ServiceReady(..)
            | Input::Sample { .. }
            | Input::SlotsReturned(_)
            | Input::Slots(_)
            | Input::Cancel(_) => return,
        };
        if op.index() >= inner.records.len() || inner.scheduler.attempt(op) != attempt {
            return;
        }
        let record = &mut inner.records[op.index()];
        if std::mem::replace(&mut record.noted, attempt) != attempt {
            (record.worker, record.outcome) = (None, None);
        }
        if news.worker.is_some() {
            record.worker = news.worker;
        }
        // The first outcome counts: an abandoned operation that ends later has no say.
        if record.status.is_none() && record.outcome.is_none() {
            record.outcome = news.outcome;
        }
    }

    /// Writes one command into the records and says what has happened by it.
    fn write_down(&self, inner: &mut Inner, now: u64, command: Command) -> Option<What> {
        match command {
            Command::Start(..) | Command::Withdraw(..) => None,
            Command::Started(op, attempt) => {
                if inner.records[op.index()].started_ms.is_none() {
                    inner.order_started.push(op);
                }
                self.count_script(inner, op);
                let record = &mut inner.records[op.index()];
                record.taken = true;
                record.started_ms = Some(now);
                record.ready_after_ms = None;
                record.attempts = attempt;
                Some(What::Started(Started { op, name: self.name_of(op), attempt, worker: record.worker }))
            }
            Command::Serving(op, attempt) => {
                let record = &mut inner.records[op.index()];
                record.ready_after_ms = record.started_ms.map(|started| now - started);
                Some(What::Serving(Serving { op, name: self.name_of(op), attempt }))
            }
            Command::Stop { op, attempt, cause, mode } => {
                let (name, worker) = (self.name_of(op), inner.records[op.index()].worker);
                let grace_ms = u64::try_from(mode.grace().as_millis()).unwrap_or(u64::MAX);
                Some(What::Stop(Stop { op, name, attempt, worker, reason: cause.reason, grace_ms }))
            }
            Command::Retrying { op, attempt, status, cause, delay_ms } => {
                // It will be taken once more.
                let record = &mut inner.records[op.index()];
                if std::mem::take(&mut record.taken) && self.plan.operation(op).work == Work::Script {
                    inner.scripts_to_come += 1;
                }
                let end = self.end_attempt(inner, now, op, attempt, status, cause);
                Some(What::Retrying(Retrying { end, delay_ms }))
            }
            Command::RollingBack(op) => Some(What::RollingBack(RollingBack { op, name: self.name_of(op) })),
            Command::Ended { op, attempt, status, cause } => {
                self.count_script(inner, op);
                let end = self.end_attempt(inner, now, op, attempt, status, cause);
                let record = &mut inner.records[op.index()];
                record.status = Some(status);
                record.ended_ms = Some(now);
                Some(What::Ended(end))
            }
            Command::Skipped(op, reason) => {
                self.count_script(inner, op);
                let because = self.to_blame(inner, reason);
                let record = &mut inner.records[op.index()];
                record.status = Some(Status::Skipped);
                record.skipped_because = Some(because.clone());
                Some(What::Skipped(Skipped { op, name: self.name_of(op), because }))
            }
            Command::Released(op, attempt) => {
                Some(What::Released(Released { op, name: self.name_of(op), attempt }))
            }
            Command::Finished(status) => {
                inner.status = Some(status);
                inner.ended_at = Some(Timestamp::now());
                inner.duration_ms = now;
                Some(What::Finished(Finished { status }))
            }
        }
    }

    /// Why an operation is skipped. What depends on a skipped operation is told of the failure behind it, however far
    /// away, and not of its neighbour.
    fn to_blame(&self, inner: &Inner, reason: SkipReason) -> SkippedBecause {
        if let SkipReason::Dependency(on) = reason
            && let Some(because) = &inner.records[on.index()].skipped_because
            && because.kind == SkipKind::Dependency
        {
            return because.clone();
        }
        SkippedBecause::of(&self.plan, reason)
    }

    /// Writes the end of an attempt into the records.
    fn end_attempt(
        &self,
        inner: &mut Inner,
        now: u64,
        op: OpId,
        attempt: u32,
        status: Status,
        cause: Option<StopCause>,
    ) -> Ended {
        let error = self.error_of(inner, op, status, cause);
        let record = &mut inner.records[op.index()];
        let duration_ms = now - record.started_ms.unwrap_or(now);
        record.attempts = attempt;
        record.error = error.clone();
        record.busy_ms += duration_ms;
        let exit_code = record.outcome.as_ref().and_then(|outcome| outcome.exit_code);
        Ended {
            op,
            name: self.name_of(op),
            attempt,
            status,
            worker: record.worker,
            error,
            exit_code,
            duration_ms,
        }
    }

    fn name_of(&self, op: OpId) -> String {
        self.plan.operation(op).name.clone()
    }

    /// One script less that a worker will be needed for, unless that was counted when it was taken.
    fn count_script(&self, inner: &mut Inner, op: OpId) {
        if self.plan.operation(op).work == Work::Script && !inner.records[op.index()].taken {
            inner.scripts_to_come = inner.scripts_to_come.saturating_sub(1);
        }
    }

    /// Why an operation did not end well, in words.
    fn error_of(
        &self,
        inner: &Inner,
        op: OpId,
        status: Status,
        cause: Option<StopCause>,
    ) -> Option<ErrorReport> {
        let name = &self.plan.operation(op).name;
        let record = &inner.records[op.index()];
        let own = record.outcome.as_ref().and_then(|outcome| outcome.error.clone());
        match status {
            Status::Succeeded | Status::Skipped => None,
            Status::Failed => Some(own.unwrap_or_else(|| {
                let stopped = record.outcome.as_ref().is_some_and(|o| o.status == OutcomeStatus::Stopped);
                let how = if stopped { "was stopped from outside" } else { "failed" };
                ErrorReport::new(Code::OperationFailed, format!("operation '{name}' {how}"))
            })),
            Status::TimedOut => {
                let how = match cause.map(|cause| cause.reason) {
                    Some(StopReason::RunTimeout) => "was stopped because the run's limit had passed:",
                    Some(StopReason::TotalTimeout) => "did not end within its total limit of",
                    _ => "took longer than its limit of",
                };
                let message = match cause.and_then(|cause| cause.limit_ms) {
                    Some(limit) => format!("operation '{name}' {how} {}", duration(limit)),
                    None => format!("operation '{name}' took too long"),
                };
                Some(ErrorReport::new(Code::OperationTimeout, message))
            }
            Status::Canceled => {
                let why = match cause.map(|cause| cause.reason) {
                    Some(StopReason::RunStopped) => "another one failed, and the run stops what runs",
                    _ => "the run was canceled",
                };
                Some(ErrorReport::new(
                    Code::OperationCanceled,
                    format!("operation '{name}' was stopped because {why}"),
                ))
            }
            Status::Abandoned => Some(ErrorReport::new(
                Code::OperationAbandoned,
                format!("operation '{name}' did not stop when asked to; it may still be running"),
            )),
        }
    }

    /// Lets one command happen.
    fn release(self: &Arc<Self>, inner: &mut Inner, command: Command) {
        match command {
            Command::Start(op, attempt) => match &self.plan.operation(op).work {
                Work::Script => {
                    inner.queue.push_back((op, attempt));
                    self.work.notify_one();
                }
                Work::Process(spec) => inner.tasks.start(self, op, attempt, (**spec).clone()),
                Work::Stop { .. } => {}
            },
            Command::Withdraw(op, _) => inner.queue.retain(|(queued, _)| *queued != op),
            Command::Stop { op, mode, .. } => inner.tasks.stop(op, mode),
            Command::Started(..) | Command::Ended { .. } | Command::Skipped(..) | Command::Finished(_) => {
                self.let_workers_go(inner);
            }
            Command::Serving(..)
            | Command::Retrying { .. }
            | Command::Released(..)
            | Command::RollingBack(_) => {}
        }
    }

    /// Workers that nothing will ever come for need not wait.
    fn let_workers_go(&self, inner: &Inner) {
        if inner.scripts_to_come == 0 || inner.status.is_some() {
            self.work.notify_all();
        }
    }

    /// Asks for more workers when scripts wait and nobody is there to take them.
    fn demand(&self, inner: &mut Inner) {
        let missing = inner.queue.len().saturating_sub(inner.waiting_workers);
        if missing == 0 {
            inner.demanded = 0;
            return;
        }
        let workers = inner.busy_workers + inner.queue.len();
        if workers != inner.demanded {
            inner.demanded = workers;
            let event = Event {
                run: self.tag,
                seq: inner.seq,
                at_ms: self.now(),
                kind: EventKind::Demand { workers },
            };
            inner.seq += 1;
            self.hub.push([event]);
        }
    }

    fn write_result(&self, inner: &mut Inner) {
        let result = self.result_of(inner);
        let Some(record) = &mut inner.record else { return };
        if let Err(error) = record.finish(&result) {
            inner.loss.of_result(&error);
        }
        let name = |op| self.plan.operation(op).name.as_str();
        if let Some(message) = inner.loss.sentence(record.folder(), record.failure(), name) {
            self.warn(inner, message);
        }
    }

    /// Makes something known of the run itself.
    fn warn(&self, inner: &mut Inner, message: String) {
        let kind = EventKind::Warning { message };
        self.hub.push([Event { run: self.tag, seq: inner.seq, at_ms: self.now(), kind }]);
        inner.seq += 1;
    }

    fn result_of(&self, inner: &Inner) -> RunResult {
        let at = |ms: u64| {
            let offset = jiff::SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
            self.started_at.checked_add(offset).unwrap_or(self.started_at).to_string()
        };
        let result = |op: OpId| {
            let (declared, record) = (self.plan.operation(op), &inner.records[op.index()]);
            let outcome = record.outcome.as_ref();
            OperationResult {
                index: op,
                name: declared.name.clone(),
                id: declared.id.clone(),
                kind: declared.kind.clone(),
                compensates: self.plan.compensates(op).map(|of| self.plan.operation(of).name.clone()),
                status: record.status,
                had_errors: outcome.is_some_and(|outcome| outcome.had_errors),
                skipped_because: record.skipped_because.clone(),
                error: record.error.clone(),
                attempts: record.attempts,
                worker: record.worker,
                exit_code: outcome.and_then(|outcome| outcome.exit_code),
                started_at: record.started_ms.map(at),
                ended_at: record.ended_ms.map(at),
                duration_ms: record.started_ms.zip(record.ended_ms).map(|(start, end)| end - start),
                busy_ms: record.busy_ms,
                ready_after_ms: record.ready_after_ms,
                log: record.log.clone(),
            }
        };
        let operations: Vec<OperationResult> = self.plan.ids().map(result).collect();
        let needed = |op: &OpId| inner.scheduler.state(*op) != State::Dormant;
        let rollback: Vec<OperationResult> = self.plan.compensations().filter(needed).map(result).collect();
        RunResult {
            run: self.id.clone(),
            name: self.options.name.clone(),
            status: inner.status,
            started_at: self.started_at.to_string(),
            ended_at: inner.ended_at.map(|at| at.to_string()),
            duration_ms: if inner.status.is_some() { inner.duration_ms } else { self.now() },
            directory: self.directory.as_ref().map(|path| path.display().to_string()),
            source: self.options.source.clone(),
            left_out: self.options.left_out.clone(),
            metrics: Metrics {
                peak_concurrency: inner.scheduler.admission().peak(),
                busy_ms: operations
                    .iter()
                    .chain(&rollback)
                    .filter_map(|operation| operation.duration_ms)
                    .sum(),
            },
            order_started: inner
                .order_started
                .iter()
                .map(|&op| self.plan.operation(op).name.clone())
                .collect(),
            rollback,
            defect: inner.scheduler.defect().map(|defect| defect.to_string()),
            journal_error: inner.record.as_ref().and_then(|record| record.failure().map(str::to_owned)),
            counts: result::counts(
                operations.iter().filter_map(|operation| operation.status),
                self.options.left_out.iter(),
            ),
            operations,
        }
    }
}

impl Inner {
    /// Writes down what is to be remembered of what happened in one step.
    fn record(&mut self, now: u64, events: &[Event]) {
        debug_assert!(!runtime::is_shared(), "this may wait for a disk");
        let Some(record) = &mut self.record else { return };
        record.append(
            now,
            events.iter().filter_map(|event| match &event.kind {
                EventKind::Happened(what) => Some(what),
                EventKind::Demand { .. } | EventKind::Output { .. } | EventKind::Warning { .. } => None,
            }),
        );
    }
}

/// Milliseconds as people say them.
fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{} s", ms as f64 / 1_000.0),
        _ => format!("{} min", (ms as f64 / 6_000.0).round() / 10.0),
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // The timer waits for news of a run that is gone.
        self.timer.notify_one();
    }
}

/// Ticks when something is due; ends with the run. Holds no strong reference while it waits.
async fn keep_time(run: std::sync::Weak<Run>, changed: Arc<Notify>) {
    loop {
        let Some(alive) = run.upgrade() else { return };
        let (wait, over) = alive.next_tick();
        drop(alive);
        if over {
            return;
        }
        match wait {
            None => changed.notified().await,
            Some(wait) => {
                if tokio::time::timeout(wait, changed.notified()).await.is_err() {
                    let Some(alive) = run.upgrade() else { return };
                    // Scheduling is synchronous work that may write to the journal.
                    if tokio::task::spawn_blocking(move || alive.tick()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
