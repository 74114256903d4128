//! The one owner of a run's state: takes what has happened, makes one step, writes it down, and only then lets it
//! take effect.
//!
//! ```text
//! messages ─► ledger (who, and how it came out) ─► scheduler: one step ─► commands
//! commands ─► ledger ─► entries ─► journal: one write
//!          └► workers, tasks: start, stop, withdraw
//! entries  ─► feed
//! ```
//!
//! It never waits and never calls back: scripts are put where workers find them, tasks are started and report by
//! message. Who has the lock around it is the business of [`handle`](super::handle).
//! Long because everything that may change the state of a run is in one place.

use super::about::{self, About};
use super::care::Care;
use super::clock::Clock;
use super::events::{Event, EventKind};
use super::explain::{self, Explanation};
use super::feed::Feed;
use super::inspection::Inspection;
use super::journal::{Closing, Journal};
use super::judge;
use super::ledger::Ledger;
use super::loss;
use super::news::Finding;
use super::outcome::{Outcome, OutcomeStatus};
use super::restart::{self, RestartRequest};
use super::survivors::Search;
use super::tasks::Tasks;
use super::trace::Trace;
use super::workers::Workers;
use crate::error::{Code, Fault};
use crate::freshness::{self, Answer, Made};
use crate::graph::OpId;
use crate::health;
use crate::operation::{Remedy, RunsOn, StopMode, UpToDate};
use crate::record::entry::{Finished, Spawned, Stop};
use crate::record::mailbox::Untrusted;
use crate::record::order::{Order, Ordered, Refused};
use crate::record::output::{Batch, Closed, Store};
use crate::record::result::{self, Metrics, OperationResult};
use crate::record::{Durability, RunResult, What};
use crate::resume::KeptFrom;
use crate::scheduler::{Command, Input, RunStatus, Scheduler, State, Status, StopReason, Verdict};
use crate::work::identity::Identity;
use crate::work::output::Stream;
use crate::work::provider::Handle;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What a driver drives. All of it is new.
pub(super) struct Parts {
    pub scheduler: Scheduler,
    pub workers: Workers,
    pub tasks: Tasks,
    pub journal: Journal,
    pub feed: Feed,
    pub trace: Trace,
    pub inspection: Inspection,
    pub care: Care,
    /// The runs that operations succeeded in that are not run again.
    pub kept_from: BTreeMap<OpId, KeptFrom>,
    /// Rings when the next due time has changed.
    pub timer: Arc<Notify>,
}

/// Something that has happened.
pub(super) enum Message {
    /// Something that only the scheduler needs to know.
    Input(Input),
    /// An attempt has begun: a worker has taken the script, or a task has begun.
    Taken { op: OpId, attempt: u32, worker: Option<u32> },
    /// Whether an operation has to run is known.
    Checked { op: OpId, answer: Box<Answer> },
    /// An attempt has ended; with what it made, if it succeeded.
    Completed { op: OpId, attempt: u32, outcome: Outcome, made: Option<Box<Made>> },
    /// A check has come to something.
    Health(Box<Finding>),
    /// Another process has given an order, which may not be trusted.
    Order { order: Box<Order>, fault: Option<Untrusted> },
    /// An attempt asks for a restart of the machine, and may.
    Restart { op: OpId, attempt: u32, request: RestartRequest },
}

/// How a run ended.
#[derive(Clone, Copy)]
struct End {
    status: RunStatus,
    at: Timestamp,
    after_ms: u64,
}

/// The state of one run.
pub(super) struct Driver {
    about: Arc<About>,
    pub(super) clock: Clock,
    pub(super) scheduler: Scheduler,
    ledger: Ledger,
    pub(super) workers: Workers,
    tasks: Tasks,
    journal: Journal,
    /// Looks for processes of dead runs, in a run that has a record.
    pub(super) survivors: Option<Search>,
    feed: Feed,
    trace: Trace,
    inspection: Inspection,
    pub(super) care: Care,
    timer: Arc<Notify>,
    /// When the timer will tick next.
    due: Option<u64>,
    end: Option<End>,
    /// The scheduler has shown a defect, and is not asked any more.
    given_up: bool,
    /// The record may not survive a power cut though it was to, and that has been said.
    is_undurable: bool,
    /// Kept from step to step for their memory alone.
    inputs: Vec<Input>,
    commands: Vec<Command>,
}

impl Driver {
    /// The driver of a run that starts now.
    pub(super) fn new(about: Arc<About>, parts: Parts) -> Self {
        let Parts { scheduler, workers, tasks, journal, feed, trace, inspection, care, kept_from, timer } =
            parts;
        Self {
            clock: Clock::start(),
            ledger: Ledger::new(&about.plan, kept_from),
            about,
            scheduler,
            workers,
            tasks,
            journal,
            survivors: None,
            feed,
            trace,
            inspection,
            care,
            timer,
            due: None,
            end: None,
            given_up: false,
            is_undurable: false,
            inputs: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Whether the run is over.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Whether the scheduler is not asked any more.
    pub(super) fn has_given_up(&self) -> bool {
        self.given_up
    }

    /// Whether an attempt is under way, and may begin or go on.
    pub(super) fn is_running(&self, op: OpId, attempt: u32) -> bool {
        self.scheduler.attempt(op) == attempt && self.scheduler.state(op) == State::Running
    }

    /// Whether an answer of a worker is awaited.
    pub(super) fn awaits(&self, op: OpId, attempt: u32) -> bool {
        op.index() < self.about.plan.node_count()
            && self.workers.serve(op)
            && self.scheduler.attempt(op) == attempt
            && matches!(
                self.scheduler.state(op),
                State::Running | State::Stopping(_) | State::Ended(Status::Abandoned)
            )
    }

    /// Takes all of this, lets the scheduler decide, writes it down, and only then lets it take effect. For a worker
    /// that asks for its next script: if there is one then, it has begun with that, in the same write.
    pub(super) fn drive(
        &mut self,
        messages: impl IntoIterator<Item = Message>,
        asking: Option<u32>,
    ) -> Option<(OpId, u32)> {
        if self.given_up {
            return None;
        }
        let mut inputs = std::mem::take(&mut self.inputs);
        for message in messages {
            // Whether it may depends on all that has happened before.
            let asks = match &message {
                Message::Completed { op, outcome, .. } => {
                    outcome.restart.is_some() || self.care.looks_after(*op)
                }
                Message::Order { .. } | Message::Health(_) => true,
                _ => false,
            };
            if asks && !inputs.is_empty() {
                self.step_after([], &inputs, None);
                inputs.clear();
            }
            match message {
                Message::Order { order, fault } => self.take_order(*order, fault),
                Message::Health(finding) => self.take_finding(&finding, false),
                message => {
                    if let Message::Completed { op, attempt, outcome, .. } = &message {
                        self.take_death(*op, *attempt, outcome);
                    }
                    self.note(message, &mut inputs);
                }
            }
        }
        if self.is_undurable && self.about.options.durability == Durability::Required && !self.is_over() {
            // Ordering it once more changes nothing.
            inputs.push(Input::Cancel(StopMode::OWN_GRACE));
        }
        let next = if inputs.is_empty() { None } else { self.step_after([], &inputs, asking) };
        inputs.clear();
        self.inputs = inputs;
        next
    }

    /// Whether an attempt may ask for a restart of the machine.
    pub(super) fn may_restart(&self, op: OpId, attempt: u32) -> Result<(), Fault> {
        let About { plan, options, .. } = &*self.about;
        if op.index() >= plan.node_count() {
            let message = format!("the run has no operation numbered {}", op.0);
            return Err(Fault::new(Code::InvalidValue, message));
        }
        let refused = |refusal| restart::refused(self.about.name(op), refusal, options.max_restarts);
        self.scheduler.may_restart(op, attempt).map_err(refused)
    }

    /// Keeps what the scheduler does not need to know, if it is about the attempt under way.
    fn note(&mut self, message: Message, inputs: &mut Vec<Input>) {
        let is_current = |driver: &Self, op: OpId, attempt: u32| {
            op.index() < driver.about.plan.node_count() && driver.scheduler.attempt(op) == attempt
        };
        match message {
            Message::Input(input) => inputs.push(input),
            Message::Taken { op, attempt, worker } => {
                if is_current(self, op, attempt) {
                    self.ledger.note(op, attempt, worker, None);
                }
                inputs.push(Input::Taken(op, attempt));
            }
            Message::Checked { op, answer } => {
                let is_current = answer.verdict == freshness::Verdict::Current;
                if self.scheduler.state(op) == State::Checking {
                    self.ledger.note_check(op, *answer);
                    if self.is_task(op) && !self.ledger.asks(op) {
                        self.workers.release(op);
                    }
                }
                inputs.push(Input::Checked(op, is_current));
            }
            // These are steps of their own.
            Message::Order { .. } | Message::Health(_) => {}
            Message::Restart { op, attempt, request } => {
                inputs.push(Input::Restart { op, attempt, rerun: request.rerun });
                self.ledger.note_restart(op, request);
            }
            Message::Completed { op, attempt, mut outcome, made } => {
                if self.answers_test(op, &outcome) {
                    if self.is_running(op, attempt) {
                        self.begin_after_test(op, attempt);
                        return;
                    }
                    outcome.status = OutcomeStatus::Stopped;
                }
                let mut refused = false;
                if let Some(request) = outcome.restart.take() {
                    match self.may_restart(op, attempt) {
                        // A rollback goes on to its end.
                        _ if op.index() >= self.about.plan.len() => {
                            let name = self.about.name(op);
                            self.warn(format!(
                                "'{name}': {} Restart the machine when the run has ended.",
                                request.reason
                            ));
                        }
                        Ok(()) => self.note(Message::Restart { op, attempt, request }, inputs),
                        Err(fault) => (outcome, refused) = (outcome.failing(&fault), true),
                    }
                }
                let policy = self.about.plan.retry(op).or(self.about.retry.as_ref());
                // What may not ask for a restart is not helped by another attempt.
                let verdict =
                    if refused { Verdict::Failed { retry: false } } else { outcome.verdict(policy) };
                if is_current(self, op, attempt) {
                    self.ledger.note(op, attempt, None, Some(outcome));
                    self.ledger.note_made(op, made);
                }
                inputs.push(Input::Completed(op, attempt, verdict));
            }
        }
    }

    fn end(&self, status: RunStatus, now: u64) -> End {
        End { status, at: about::end_time(self.about.started_at, now, Timestamp::now()), after_ms: now }
    }

    /// Obeys an order or refuses it, and writes that down before anything follows from it.
    fn take_order(&mut self, order: Order, fault: Option<Untrusted>) {
        if self.given_up {
            return;
        }
        let About { plan, options, .. } = &*self.about;
        let judged = judge::judge(&order, fault, (&options.name, plan, &self.scheduler));
        let ordered = Ordered { order, refused: judged.as_ref().err().map(Refused::from) };
        // What its sender did wrong is for the sender to know.
        let is_for_run = judged.is_ok() || fault.is_some();
        let warning = is_for_run.then(|| EventKind::Warning { message: ordered.sentence() });
        let entry = EventKind::Happened(What::Order(Box::new(ordered)));
        self.step_after([Some(entry), warning].into_iter().flatten(), judged.ok().as_slice(), None);
    }

    /// Does something about what a check has come to, and writes that down before anything follows from it.
    fn take_finding(&mut self, finding: &Finding, ended: bool) {
        // The result of a run that is over has been written, and its journal must not say more.
        if self.given_up || self.is_over() {
            return;
        }
        let decided = self.care.decide(finding, (&self.about.plan, &self.scheduler), ended);
        let Some(entry) = decided else { return };
        let now = self.clock.now();
        let was_unhealthy = self.ledger.note_health(now, &entry);
        // That it is well is news only for what was not.
        let is_news = was_unhealthy || entry.status == health::Status::Unhealthy;
        self.care.done(&entry, finding.place, is_news);
        let remedy = entry.done().filter(|remedy| *remedy != Remedy::Notify);
        let input = remedy.map(|remedy| match entry.op {
            Some(op) => Input::Remedy { op, attempt: entry.attempt, remedy, ended },
            None => Input::Unhealthy,
        });
        let warning = is_news.then(|| EventKind::Warning { message: entry.sentence() });
        let entry = EventKind::Happened(What::Health(Box::new(entry)));
        self.step_at(now, [Some(entry), warning].into_iter().flatten(), input.as_slice(), None);
    }

    /// A service that has checks may be started again when it dies.
    fn take_death(&mut self, op: OpId, attempt: u32, outcome: &Outcome) {
        let is_current = self.care.looks_after(op) && self.scheduler.attempt(op) == attempt;
        let dies = is_current
            && self.about.plan.facts(op).service
            && match self.scheduler.state(op) {
                State::Serving => true,
                State::Running => self.scheduler.was_renewed(op),
                _ => false,
            };
        if dies {
            let why = outcome.error.as_ref().map_or("", |error| error.message.as_str());
            let finding = Finding::died(op, attempt, why);
            self.ledger.note(op, attempt, None, Some(outcome.clone()));
            self.take_finding(&finding, true);
        }
    }

    /// A step whose first entries have been decided, and what the worker that asks goes on with.
    fn step_after(
        &mut self,
        first: impl IntoIterator<Item = EventKind>,
        inputs: &[Input],
        asking: Option<u32>,
    ) -> Option<(OpId, u32)> {
        self.step_at(self.clock.now(), first, inputs, asking)
    }

    /// The same at a time that is known already.
    fn step_at(
        &mut self,
        now: u64,
        first: impl IntoIterator<Item = EventKind>,
        inputs: &[Input],
        asking: Option<u32>,
    ) -> Option<(OpId, u32)> {
        let mut commands = std::mem::take(&mut self.commands);
        self.scheduler.step(now, inputs, &mut commands);
        if self.scheduler.defect().is_some() {
            self.give_up(now);
            return None;
        }
        let mut events: Vec<Event> = first.into_iter().map(|kind| self.feed.event(now, kind)).collect();
        self.enter(now, &commands, &mut events);
        // Nothing has taken effect yet, so what its worker goes on with is decided, written and made known with it.
        let next = asking.and_then(|worker| {
            let next = self.workers.next(worker, &commands)?;
            let decided = commands.len();
            self.scheduler.step(now, &[Input::Taken(next.0, next.1)], &mut commands);
            if self.scheduler.defect().is_some() {
                commands.truncate(decided);
                return None;
            }
            self.ledger.note(next.0, next.1, Some(worker), None);
            self.enter(now, &commands[decided..], &mut events);
            Some(next)
        });
        self.write(now, &events);
        self.trace.step(&self.about.plan, inputs, &commands, &events);
        if let Some(next) = next {
            self.workers.begin(next);
        }
        for &command in &commands {
            self.care.hear(&command);
            if !matches!(command, Command::Start(op, attempt) if next == Some((op, attempt))) {
                self.execute(command);
            }
        }
        if !commands.is_empty() {
            self.workers.dismiss(self.is_over());
        }
        if matches!(commands.last(), Some(Command::Finished(_))) {
            self.finish();
        }
        commands.clear();
        self.commands = commands;
        self.feed.send(events.into_iter().map(Event::without_stamp));
        if self.next_due() != self.due || self.is_over() {
            self.timer.notify_one();
        }
        if self.scheduler.defect().is_some() && !self.given_up {
            self.give_up(now);
        }
        next
    }

    /// Notes what has been decided, and what has happened by it.
    fn enter(&mut self, now: u64, commands: &[Command], events: &mut Vec<Event>) {
        events.reserve(commands.len());
        for &command in commands {
            self.workers.count(&command);
            if let Command::Finished(status) = command {
                self.end = Some(self.end(status, now));
                let ledger = &self.ledger;
                let known = |op, check: &str| ledger.knows_of(op, check);
                for entry in self.care.unanswered((&self.about.plan, &self.scheduler), known) {
                    self.ledger.note_health(now, &entry);
                    events.push(self.feed.event(now, EventKind::Happened(What::Health(Box::new(entry)))));
                }
            }
            if let Some(what) = self.ledger.enter(now, command) {
                events.push(self.feed.event(now, EventKind::Happened(what)));
            }
        }
    }

    /// Writes into the record what has happened.
    fn write(&mut self, now: u64, events: &[Event]) {
        if let Some(warning) = self.journal.append(now, events) {
            self.warn(warning);
        }
        self.check_durability();
    }

    /// Says once that the record may not survive a power cut, when it was to.
    fn check_durability(&mut self) {
        if let Some(why) = self.journal.not_durable().filter(|_| !self.is_undurable) {
            let message = loss::not_durable(why, self.about.options.durability);
            self.is_undurable = true;
            self.warn(message);
        }
    }

    /// Whether the record has the durability that was asked for, as far as is known.
    #[cfg(test)]
    pub(super) fn is_durable(&self) -> bool {
        self.journal.not_durable().is_none()
    }

    /// When something is due: for the scheduler, or because a record is only begun after a while.
    fn next_due(&mut self) -> Option<u64> {
        [self.scheduler.next_due(), self.journal.due()].into_iter().flatten().min()
    }

    /// Lets one command take effect.
    fn execute(&mut self, command: Command) {
        match command {
            Command::Check(op) => self.inspection.check(op, |on| self.ledger.root_of(on)),
            Command::Start(op, attempt) if self.workers.serve(op) => self.workers.admit(op, attempt),
            Command::Start(op, attempt) => self.start_task(op, attempt),
            Command::Withdraw(op, _) => self.workers.withdraw(op),
            Command::Stop { op, mode, .. } => self.tasks.stop(op, mode),
            _ => {}
        }
    }

    fn start_task(&mut self, op: OpId, attempt: u32) {
        self.tasks.start(op, attempt, self.about.plan.operation(op), &self.trace);
    }

    /// The test of a program has said that its work is not done, so the attempt goes on with the program.
    fn begin_after_test(&mut self, op: OpId, attempt: u32) {
        self.ledger.note_test(op, attempt);
        self.workers.release(op);
        self.start_task(op, attempt);
    }

    /// Ends a run whose scheduler is not to be trusted: nothing of its last step takes effect, what runs is
    /// stopped, and all who wait are woken.
    fn give_up(&mut self, now: u64) {
        let status = RunStatus::Failed;
        self.given_up = true;
        self.end = Some(self.end(status, now));
        self.workers.close();
        let plan = Arc::clone(&self.about.plan);
        let mut changes: Vec<What> = Vec::new();
        for op in plan.nodes().filter(|op| self.ledger.is_at_work(*op)) {
            self.tasks.stop(op, StopMode::Kill);
            let (attempt, worker) = (self.scheduler.attempt(op), self.ledger.worker(op));
            let (name, reason) = (plan.operation(op).name.clone(), StopReason::Cancel);
            changes.push(What::Stop(Stop { op, name, attempt, worker, reason, grace_ms: 0 }));
        }
        changes.push(What::Finished(Finished { status }));
        let events: Vec<_> =
            changes.into_iter().map(|what| self.feed.event(now, EventKind::Happened(what))).collect();
        self.write(now, &events);
        self.finish();
        self.feed.send(events);
        self.timer.notify_one();
    }

    /// Writes the result, and says what is missing from the record.
    fn finish(&mut self) {
        self.care.end();
        if let Some(message) = self.survivors.take().and_then(|search| search.found_in_time()) {
            self.warn(message);
        }
        let result = self.result();
        if let Some(message) = self.journal.finish(&result) {
            self.warn(message);
        }
        self.check_durability();
    }

    /// Asks for more workers when scripts wait and no worker is free to take them.
    pub(super) fn demand(&mut self) {
        if let Some(workers) = self.workers.demand() {
            self.feed.publish(self.clock.now(), EventKind::Demand { workers });
        }
    }

    /// Makes something known of the run itself.
    pub(super) fn warn(&mut self, message: String) {
        self.feed.publish(self.clock.now(), EventKind::Warning { message });
    }

    /// The search for processes of dead runs has found some.
    pub(super) fn survivors_found(&mut self) {
        if let Some(message) = self.survivors.as_ref().and_then(Search::found) {
            self.warn(message);
        }
    }

    /// Folder of the run's files.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.journal.folder()
    }

    /// What an operation may have made, if its attempt has ended well and is the one under way.
    pub(super) fn makes(&self, op: OpId, attempt: u32, outcome: &Outcome) -> Option<UpToDate> {
        let declared = self.about.plan.up_to_date(op).filter(|declared| !declared.outputs.is_empty())?;
        let well = outcome.status == OutcomeStatus::Succeeded && outcome.test != Some(true);
        let well = well && !self.answers_test(op, outcome);
        (well && self.is_running(op, attempt)).then(|| declared.clone())
    }

    /// Whether a provider runs it, and not a worker.
    fn is_task(&self, op: OpId) -> bool {
        self.about.plan.facts(op).runs_on == RunsOn::Core
    }

    /// Whether this is how a worker says that the work of a program is not done.
    fn answers_test(&self, op: OpId, outcome: &Outcome) -> bool {
        outcome.status == OutcomeStatus::Succeeded
            && outcome.test == Some(false)
            && self.is_task(op)
            && self.workers.serve(op)
    }

    /// Whether the script or program of an attempt is only run if its test says that its work is not done.
    pub(super) fn asks(&self, op: OpId) -> bool {
        self.ledger.asks(op)
    }

    /// Makes a line of a program known.
    pub(super) fn output(&mut self, op: OpId, attempt: u32, stream: Stream, line: String) {
        self.feed.publish(self.clock.now(), EventKind::Output { op, attempt, stream, line });
    }

    /// Whether anything that operations write is kept.
    pub(super) fn keeps_output(&self) -> bool {
        self.journal.keeps_output()
    }

    /// Keeps what operations wrote. What this gives is put into the store by the caller, which may wait for the disk,
    /// and so not while it has the run.
    pub(super) fn keep(&mut self, batch: Batch) -> Option<(Arc<Store>, Batch)> {
        self.journal.keep(batch)
    }

    /// Nothing more comes from the host's operations. What this gives is to be closed.
    pub(super) fn end_output(&mut self) -> Option<Closing> {
        self.journal.end_output(self.clock.now(), self.end.is_some())
    }

    /// The output has been closed. Gives a warning when something is missing from the record.
    pub(super) fn output_closed(&mut self, closed: &Closed) -> Option<String> {
        self.journal.output_closed(closed)
    }

    /// What an attempt runs has been started.
    pub(super) fn bound(&mut self, op: OpId, attempt: u32, handle: Handle) {
        let (now, operation) = (self.clock.now(), self.about.plan.operation(op));
        let (name, detached) = (operation.name.clone(), operation.work.is_detached());
        let Handle::Process(Identity { pid, start_time, .. }) = handle;
        let what = What::Spawned(Spawned { op, name, attempt, pid, start_time, detached });
        let event = self.feed.event(now, EventKind::Happened(what));
        self.write(now, std::slice::from_ref(&event));
        self.feed.send([event]);
    }

    /// A task has ended, and needs no orders any more.
    pub(super) fn forget_task(&mut self, op: OpId) {
        self.tasks.forget(op);
    }

    /// When the timer must tick next, and whether it will never have to again.
    pub(super) fn next_tick(&mut self) -> (Option<Duration>, bool) {
        if self.given_up {
            return (None, true);
        }
        self.due = self.next_due();
        let wait = self.due.map(|due| Duration::from_millis(due.saturating_sub(self.clock.now())));
        (wait, self.is_over() && self.due.is_none())
    }

    /// Why an operation is not running, or that it is.
    pub(super) fn explain(&self, op: OpId) -> Explanation {
        let (plan, now) = (&self.about.plan, self.clock.now());
        let waiting = self.scheduler.explain(op);
        let runs = matches!(self.scheduler.state(op), State::Running | State::Serving | State::Stopping(_));
        let name = |op: &OpId| plan.operation(*op).name.clone();
        Explanation {
            index: op,
            name: name(&op),
            waits_for: waiting.dependencies.iter().map(name).collect(),
            attempt: self.scheduler.attempt(op),
            worker: self.ledger.worker(op).filter(|_| runs),
            running_ms: self.ledger.started_ms(op).filter(|_| runs).map(|began| now.saturating_sub(began)),
            in_state_ms: now.saturating_sub(self.scheduler.since(op)),
            reason: explain::sentence(&waiting, plan),
            waiting,
        }
    }

    /// The result so far; complete once the run is over.
    pub(super) fn result(&self) -> RunResult {
        let About { id, plan, options, started_at, .. } = &*self.about;
        let result = |op: OpId| self.ledger.result(op, *started_at);
        let operations: Vec<OperationResult> = plan.ids().map(result).collect();
        let needed = |op: &OpId| self.scheduler.state(*op) != State::Dormant;
        let rollback: Vec<OperationResult> = plan.compensations().filter(needed).map(result).collect();
        let durations = operations.iter().chain(&rollback).filter_map(|operation| operation.duration_ms);
        RunResult {
            run: id.clone(),
            name: options.name.clone(),
            status: self.end.map(|end| end.status),
            started_at: started_at.to_string(),
            ended_at: self.end.map(|end| end.at.to_string()),
            duration_ms: self.end.map_or_else(|| self.clock.now(), |end| end.after_ms),
            directory: self.journal.folder().map(|path| path.display().to_string()),
            source: options.source.clone(),
            left_out: options.left_out.clone(),
            metrics: Metrics {
                peak_concurrency: self.scheduler.admission().peak(),
                busy_ms: durations.sum(),
            },
            order_started: self.ledger.order_started(),
            health: self.ledger.health().to_vec(),
            rollback,
            defect: self.scheduler.defect().map(|defect| defect.to_string()),
            journal_error: self.journal.failure().map(str::to_owned),
            counts: result::counts(
                operations.iter().filter_map(|operation| operation.status),
                options.left_out.iter(),
            ),
            up_to_date: operations.iter().filter(|operation| operation.up_to_date).count(),
            operations,
        }
    }
}
