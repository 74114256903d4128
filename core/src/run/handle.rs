//! A run as all others hold it: how workers wait, take and complete, and how time and tasks reach its driver.
//!
//! Every message goes into the inbox before its sender takes the lock; the thread that has the lock takes all that
//! is in the inbox. So one step, and one write to the journal, serve all that is waiting, and no message waits for a
//! thread of its own to be scheduled.

use super::about::About;
use super::driver::{Driver, Message};
use super::explain::Explanation;
use super::inspection::Asker;
use super::options::RunOptions;
use super::outcome::Outcome;
use super::restart::RestartRequest;
use super::sync::{Condvar, Mutex, MutexGuard};
use super::tasks;
use super::workers::Ticket;
use crate::error::Fault;
use crate::freshness::listing::Problem;
use crate::freshness::{Answer, Made, check};
use crate::graph::OpId;
use crate::operation::StopMode;
use crate::plan::Plan;
use crate::record::RunResult;
use crate::record::output::Batch;
use crate::scheduler::{Input, State};
use crate::work::gate::Gate;
use crate::work::mark::Mark;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Whether an answer was for an open operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// It was.
    Accepted,
    /// The operation had ended before, or was never taken.
    Stale,
}

/// One run.
pub struct Run {
    about: Arc<About>,
    /// The way to it for threads of its own.
    this: Weak<Self>,
    inbox: Mutex<Vec<Message>>,
    pub(super) driver: Mutex<Driver>,
    /// Workers wait here for work, for a wake or for the end.
    bell: Arc<Condvar>,
    /// Rings when the next due time has changed.
    timer: Arc<Notify>,
    gate: Arc<Gate>,
}

impl Run {
    /// A run with its driver, which may keep the way back to it.
    pub(super) fn new(
        about: Arc<About>,
        bell: Arc<Condvar>,
        timer: Arc<Notify>,
        gate: Arc<Gate>,
        driver: impl FnOnce(Weak<Self>) -> Driver,
    ) -> Arc<Self> {
        Arc::new_cyclic(|run| Self {
            about,
            this: Weak::clone(run),
            inbox: Mutex::default(),
            driver: Mutex::new(driver(Weak::clone(run))),
            bell,
            timer,
            gate,
        })
    }

    /// The run's id.
    pub fn id(&self) -> &str {
        &self.about.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.about.options.name
    }

    /// What it was started with.
    pub(super) fn options(&self) -> &RunOptions {
        &self.about.options
    }

    /// What it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.about.plan
    }

    /// Gives a worker its next operation, waiting for one up to `wait`.
    pub fn take(&self, worker: u32, wait: Duration) -> Ticket {
        self.wait_for_work(self.driver.lock(), worker, wait)
    }

    /// Hands an outcome back. The worker asks for its next operation with [`take`](Self::take).
    pub fn complete(&self, op: OpId, attempt: u32, outcome: Outcome) -> Completion {
        let (completion, _, mut driver) = self.deliver(op, attempt, outcome, None);
        driver.demand();
        completion
    }

    /// Both in one call, so that the worker gets the operation that its own answer made ready: one step, one write to the
    /// record, and one message to who reads the run.
    pub fn complete_and_take(
        &self,
        op: OpId,
        attempt: u32,
        outcome: Outcome,
        worker: u32,
        wait: Duration,
    ) -> (Completion, Ticket) {
        let (completion, next, mut driver) = self.deliver(op, attempt, outcome, Some(worker));
        let Some((op, attempt)) = next else {
            return (completion, self.wait_for_work(driver, worker, wait));
        };
        driver.demand();
        (completion, Ticket::Work(op, attempt))
    }

    /// Makes a worker's waiting [`take`](Self::take) return, or its next one if none waits.
    pub fn wake(&self, worker: u32) {
        self.driver.lock().workers.wake(worker);
    }

    /// Stops everything. A grace bounds that of each operation.
    pub fn cancel(&self, mode: StopMode) {
        drop(self.send(Message::Input(Input::Cancel(mode))));
    }

    /// An attempt asks for a restart of the machine: nothing more is started, and once nothing runs any more the run is
    /// parked.
    ///
    /// # Errors
    /// [`Code::RestartRefused`], [`Code::RestartLimit`] or [`Code::RestartWithoutProgress`]; nothing has changed then.
    pub fn request_restart(&self, op: OpId, attempt: u32, request: RestartRequest) -> Result<(), Fault> {
        let mut driver = self.driver.lock();
        // What is on its way comes first: it may be what the operation did since the last restart.
        self.drive(&mut driver, None);
        driver.may_restart(op, attempt)?;
        self.drive(&mut driver, Some(Message::Restart { op, attempt, request }));
        Ok(())
    }

    /// By what everything that an attempt starts is found.
    pub fn mark(&self, op: OpId, attempt: u32) -> Mark {
        tasks::mark(&self.about.id, op, attempt)
    }

    /// Holds back the output of programs, or lets it go on: for a reader whose room is taken. What is on its way still
    /// comes. Never waits.
    pub fn hold_output(&self, held: bool) {
        self.gate.set(!held);
    }

    /// Lends up to `most` slots that nothing needs now to a run inside one of the operations, and
    /// says how many. Never waits.
    pub fn lend(&self, most: u32) -> u32 {
        let mut driver = self.driver.lock();
        // What is on its way may need them.
        self.drive(&mut driver, None);
        let lent = driver.scheduler.lend(most);
        driver.demand();
        lent
    }

    /// Takes lent slots back.
    pub fn take_back(&self, slots: u32) {
        drop(self.send(Message::Input(Input::SlotsReturned(slots))));
    }

    /// Changes the number of slots, because some were borrowed or given back.
    pub fn resize(&self, slots: u32) {
        drop(self.send(Message::Input(Input::Slots(slots))));
    }

    /// Ends a run that is not over as a defect of the scheduler would: to show that it does end, and says so.
    pub fn show_defect(&self) {
        let mut driver = self.driver.lock();
        if !driver.is_over() {
            driver.scheduler.show_defect();
            self.drive(&mut driver, Some(Message::Input(Input::Tick)));
        }
    }

    /// Whether the run is over.
    pub fn is_finished(&self) -> bool {
        self.driver.lock().is_over()
    }

    /// What is known so far; complete once the run is over.
    pub fn result(&self) -> RunResult {
        self.driver.lock().result()
    }

    /// Why an operation is not running, or that it is; none when the plan has no such operation.
    pub fn explain(&self, op: OpId) -> Option<Explanation> {
        let driver = self.driver.lock();
        (op.index() < self.about.plan.node_count()).then(|| driver.explain(op))
    }

    /// All operations that have not ended, with what they do or wait for; compensations only when
    /// they are needed.
    pub fn active(&self) -> Vec<Explanation> {
        let driver = self.driver.lock();
        let active = |op: &OpId| !matches!(driver.scheduler.state(*op), State::Dormant | State::Ended(_));
        self.about.plan.nodes().filter(active).map(|op| driver.explain(op)).collect()
    }

    /// Whether the run leaves a record, or will leave one when it goes on for a while.
    pub fn keeps_output(&self) -> bool {
        self.driver.lock().keeps_output()
    }

    /// Keeps what operations wrote, without secrets. Waits for the disk no longer than the store's patience.
    pub fn keep_output(&self, batch: Batch) {
        let put = self.driver.lock().keep(batch);
        if let Some((store, batch)) = put {
            store.put(batch);
        }
    }

    /// Says that nothing more comes from scripts, for a run whose options say that it is [fed](RunOptions::fed), and
    /// waits a moment until what came is written. Gives a warning when something is missing from the record.
    pub fn end_output(&self) -> Option<String> {
        let closing = self.driver.lock().end_output()?;
        let closed = closing.close();
        self.driver.lock().output_closed(&closed)
    }

    /// A sample of the machine. False when the run is over.
    pub(super) fn sampled(&self, memory_used_mib: Option<u64>, cpu_percent: Option<u32>) -> bool {
        !self.send(Message::Input(Input::Sample { memory_used_mib, cpu_percent })).is_over()
    }

    /// The folder of a run that has a record and is under way, and how long it has lasted in milliseconds.
    pub(super) fn records_usage(&self) -> Option<(PathBuf, u64)> {
        let driver = self.driver.lock();
        let folder = driver.folder().filter(|_| !driver.is_over())?;
        Some((folder.to_owned(), driver.clock.now()))
    }

    /// Something may be due.
    pub(super) fn tick(&self) {
        drop(self.send(Message::Input(Input::Tick)));
    }

    /// Gives the driver a message, and gives back the driver as it is then.
    pub(super) fn send(&self, message: Message) -> MutexGuard<'_, Driver> {
        self.inbox.lock().push(message);
        let mut driver = self.driver.lock();
        self.drive(&mut driver, None);
        driver.demand();
        driver
    }

    /// Takes all messages. What the caller knows first-hand comes first: it was decided under the lock, so nothing
    /// that is still in the inbox can have undone it.
    fn drive(&self, driver: &mut Driver, first: Option<Message>) {
        self.drive_for(driver, first, None);
    }

    /// The same for a worker that asks for its next script, which it has begun with if this gives one.
    fn drive_for(
        &self,
        driver: &mut Driver,
        first: Option<Message>,
        asking: Option<u32>,
    ) -> Option<(OpId, u32)> {
        let waiting = std::mem::take(&mut *self.inbox.lock());
        driver.drive(first.into_iter().chain(waiting), asking)
    }

    /// Whether a worker asks the test of an operation before it runs its script.
    pub fn asks(&self, op: OpId) -> bool {
        let driver = self.driver.lock();
        op.index() < self.about.plan.node_count() && driver.asks(op)
    }

    /// What an operation has made, if its success says that. It is read by the thread that reports the success, which
    /// has nothing else to do, and before anything that depends on it may change it.
    fn look_at_what_it_made(&self, op: OpId, attempt: u32, outcome: &Outcome) -> Option<Box<Made>> {
        if op.index() >= self.about.plan.len() || !self.about.plan.is_checked(op) {
            return None;
        }
        let declared = self.driver.lock().makes(op, attempt, outcome)?;
        let made = check::outputs(&declared, &|| !self.driver.lock().is_running(op, attempt));
        let name = self.about.name(op);
        let warning = match &made {
            Err(Problem::Missing(pattern)) => {
                format!(
                    "Operation '{name}' succeeded without making '{pattern}', and will run again the next time."
                )
            }
            Err(Problem::Unreadable(file)) => {
                format!(
                    "'{file}', made by operation '{name}', cannot be read. The operation will run again next time."
                )
            }
            Ok(_) | Err(Problem::Stopped) => return Some(Box::new(made)),
        };
        self.driver.lock().warn(warning);
        Some(Box::new(made))
    }

    /// Takes the end of a task.
    pub(super) fn complete_task(&self, op: OpId, attempt: u32, outcome: Outcome) {
        let makes = self.about.plan.up_to_date(op).is_some_and(|declared| !declared.outputs.is_empty());
        let Some(run) = self.this.upgrade().filter(|_| makes) else {
            drop(self.send(Message::Completed { op, attempt, outcome, made: None }));
            return;
        };
        // Other tasks have something to report too.
        let look = move || {
            let made = run.look_at_what_it_made(op, attempt, &outcome);
            drop(run.send(Message::Completed { op, attempt, outcome, made }));
        };
        let named = std::thread::Builder::new().name("labrunner-check".to_owned());
        let look = Arc::new(parking_lot::Mutex::new(Some(look)));
        let theirs = Arc::clone(&look);
        let once = move || {
            let look = theirs.lock().take();
            if let Some(look) = look {
                look();
            }
        };
        if named.spawn(once.clone()).is_err() {
            once();
        }
    }

    /// Takes an outcome; with what its worker goes on with, if it asks and something is there at once.
    fn deliver(
        &self,
        op: OpId,
        attempt: u32,
        outcome: Outcome,
        asking: Option<u32>,
    ) -> (Completion, Option<(OpId, u32)>, MutexGuard<'_, Driver>) {
        let made = self.look_at_what_it_made(op, attempt, &outcome);
        let mut driver = self.driver.lock();
        if !driver.awaits(op, attempt) {
            return (Completion::Stale, None, driver);
        }
        driver.workers.give_back();
        let completed = Message::Completed { op, attempt, outcome, made };
        let next = self.drive_for(&mut driver, Some(completed), asking);
        (Completion::Accepted, next, driver)
    }

    fn wait_for_work(&self, mut driver: MutexGuard<'_, Driver>, worker: u32, wait: Duration) -> Ticket {
        let deadline = Instant::now().checked_add(wait);
        loop {
            if driver.workers.was_woken(worker) {
                driver.demand();
                return Ticket::Woken;
            }
            if let Some((op, attempt)) = driver.workers.take() {
                self.drive(&mut driver, Some(Message::Taken { op, attempt, worker: Some(worker) }));
                if driver.has_given_up() {
                    return Ticket::Over;
                }
                driver.demand();
                return Ticket::Work(op, attempt);
            }
            if driver.is_over() || !driver.workers.are_needed() {
                return Ticket::Over;
            }
            driver.workers.waits(true);
            let timed_out = match deadline {
                Some(deadline) => self.bell.wait_until(&mut driver, deadline),
                None => {
                    self.bell.wait(&mut driver);
                    false
                }
            };
            driver.workers.waits(false);
            if timed_out && !driver.workers.is_due(worker) {
                return if driver.is_over() { Ticket::Over } else { Ticket::Idle };
            }
        }
    }
}

impl Asker for Run {
    fn answered(&self, op: OpId, answer: Answer) {
        drop(self.send(Message::Checked { op, answer: Box::new(answer) }));
    }

    fn is_over(&self) -> bool {
        self.is_finished()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // The timer waits for news of a run that is gone.
        self.timer.notify_one();
    }
}
