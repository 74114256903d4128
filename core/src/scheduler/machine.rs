//! What a scheduler knows, and the few verbs by which anything in it changes.
//!
//! [`Scheduler::change`] is the only place where a state changes. The rules (`trigger.rs`, `failure.rs`,
//! `retry.rs`, `stopping.rs`, `undo.rs`) and the verbs beside it push what follows as a [`Consequence`] and never
//! call each other for it; `step.rs` puts all of it in order.

use super::admission::Admission;
use super::ageing::Ageing;
use super::consequence::{Consequence, Consequences};
use super::guard::Guard;
use super::messages::{Carried, Command, Settings, SkipReason};
use super::parking::Parking;
use super::progress::Progress;
use super::ready::ReadyQueue;
use super::rollback::Rollback;
use super::state::{Change, Defect, Halt, State, Status, StopReason};
use super::steering::{Restarted, Suspension};
use super::timers::Timers;
use crate::graph::OpId;
use crate::operation::{Order, Remedy};
use crate::plan::{ClassId, Plan, ResourceId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The scheduler of one run.
#[derive(Debug)]
pub struct Scheduler {
    pub(super) plan: Arc<Plan>,
    pub(super) settings: Settings,
    /// The latest time that was given; never goes back, whatever the clock does.
    pub(super) now: u64,
    /// By operation and compensation.
    pub(super) progress: Box<[Progress]>,
    /// The first change that the table did not allow.
    defect: Option<Defect>,
    pub(super) backoff_until: BTreeMap<OpId, u64>,
    pub(super) ready: ReadyQueue,
    pub(super) ready_monitors: ReadyQueue,
    pub(super) admission: Admission,
    pub(super) ageing: Ageing,
    pub(super) guard: Guard,
    pub(super) timers: Timers,
    pub(super) consequences: Consequences,
    pub(super) rollback: Rollback,
    /// What it takes over from an earlier run, until it begins.
    pub(super) carried: Carried,
    /// Operations that were up to date, so that this run has done nothing for them.
    pub(super) current: BTreeSet<OpId>,
    pub(super) tally: Tally,
    pub(super) parking: Parking,
    /// Present while nothing is started by order.
    pub(super) suspension: Option<Suspension>,
    /// Operations that were restarted without having failed.
    pub(super) restarted: BTreeMap<OpId, Restarted>,
    /// Services that are being stopped because they are unhealthy, and what follows.
    pub(super) ailing: BTreeMap<OpId, Remedy>,
    /// Whether there is anything but monitors.
    pub(super) has_work: bool,
    /// Services and monitors have been ordered to stop because the run is ending.
    pub(super) closing: bool,
    pub(super) halt: Halt,
    /// Why the run was first called off.
    pub(super) halt_reason: Option<SkipReason>,
    pub(super) canceled: bool,
    pub(super) run_timed_out: bool,
    pub(super) started: bool,
    pub(super) finished: bool,
    transitions: u64,
    /// Every change that was made, for the test of the table.
    #[cfg(test)]
    pub(super) seen: std::collections::BTreeSet<(State, Change)>,
}

/// How many operations are where.
#[derive(Debug)]
pub(super) struct Tally {
    /// Operations other than monitors that have neither ended nor become serving.
    pub(super) outstanding: usize,
    /// All operations that have not ended.
    pub(super) unfinished: usize,
    /// Operations other than monitors that will change state without a new admission.
    pub(super) in_flight: usize,
    /// Operations other than monitors that are being run, or will be at once.
    pub(super) at_work: usize,
    /// Declared operations that succeeded.
    pub(super) succeeded: usize,
    /// Declared operations that were due and did not succeed.
    pub(super) unsuccessful: usize,
    /// Critical operations that failed.
    pub(super) critical_failures: usize,
}

impl Tally {
    /// Keeps the books for one change of state.
    fn count(&mut self, before: State, next: State, of: &Progress, is_compensation: bool) {
        if !of.facts.monitor {
            self.outstanding += usize::from(next.is_outstanding());
            self.outstanding -= usize::from(before.is_outstanding());
            // What was abandoned may still end, and gives back what it holds then.
            self.in_flight += usize::from(next.is_in_flight() || next == State::Ended(Status::Abandoned));
            self.in_flight -= usize::from(before.is_in_flight());
            self.at_work += usize::from(next.is_at_work());
            self.at_work -= usize::from(before.is_at_work());
        }
        if let State::Ended(status) = before {
            self.unfinished += 1;
            if !is_compensation {
                self.succeeded -= usize::from(status == Status::Succeeded);
            }
        }
        match next {
            State::Waiting => self.unfinished += 1,
            State::Ended(status) => {
                self.unfinished -= 1;
                if !is_compensation {
                    self.succeeded += usize::from(status == Status::Succeeded);
                    self.unsuccessful += usize::from(status != Status::Succeeded && !of.flags.not_triggered);
                }
            }
            _ => {}
        }
    }
}

impl Scheduler {
    /// A scheduler at time zero. The first [`step`](Self::step) admits the first operations.
    pub fn new(plan: Arc<Plan>, settings: Settings) -> Self {
        let mut settings = settings;
        if *plan.order() == Order::Sequential {
            settings.max_concurrency = 1;
        }
        let progress: Box<[Progress]> = plan.nodes().map(|op| Progress::new(&plan, op)).collect();
        let ordinary = progress[..plan.len()].iter().filter(|of| !of.facts.monitor).count();
        let admission = Admission::new(settings.max_concurrency, plan.resources());
        Self {
            now: 0,
            progress,
            defect: None,
            backoff_until: BTreeMap::new(),
            ready: ReadyQueue::new(&plan),
            ready_monitors: ReadyQueue::new(&plan),
            ageing: Ageing::new(&plan, admission.slots()),
            admission,
            guard: Guard::new(settings.guard),
            timers: Timers::default(),
            consequences: Consequences::default(),
            rollback: Rollback::default(),
            carried: Carried::default(),
            current: BTreeSet::new(),
            tally: Tally {
                outstanding: ordinary,
                unfinished: plan.len(),
                in_flight: 0,
                at_work: 0,
                succeeded: 0,
                unsuccessful: 0,
                critical_failures: 0,
            },
            parking: Parking::default(),
            suspension: None,
            restarted: BTreeMap::new(),
            ailing: BTreeMap::new(),
            has_work: ordinary > 0,
            closing: false,
            halt: Halt::None,
            halt_reason: None,
            canceled: false,
            run_timed_out: false,
            started: false,
            finished: false,
            transitions: 0,
            #[cfg(test)]
            seen: std::collections::BTreeSet::new(),
            plan,
            settings,
        }
    }

    /// The same, with what an earlier run of these operations has left.
    pub fn carrying(plan: Arc<Plan>, settings: Settings, carried: Carried) -> Self {
        Self { carried, ..Self::new(plan, settings) }
    }

    /// Where an operation is.
    pub fn state(&self, op: OpId) -> State {
        self.progress[op.index()].state()
    }

    /// The current attempt of an operation; 0 before the first.
    pub fn attempt(&self, op: OpId) -> u32 {
        self.progress[op.index()].attempt
    }

    /// When an operation came to be where it is, in milliseconds since the run's start.
    pub fn since(&self, op: OpId) -> u64 {
        self.progress[op.index()].since()
    }

    /// The first change that the table did not allow, if there was one. The run must not be trusted then, and
    /// must be ended by what drives the scheduler.
    pub fn defect(&self) -> Option<Defect> {
        self.defect
    }

    /// Whether the run is over.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Changes of state so far, for benchmarks.
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    /// What is booked, for reports.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// Gives up to `most` slots that nothing needs now to another run, and says how many. They come
    /// back with [`Input::SlotsReturned`](super::Input::SlotsReturned).
    pub fn lend(&mut self, most: u32) -> u32 {
        if self.finished { 0 } else { self.admission.lend(most) }
    }

    /// The plan it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Makes a change happen, legal or not.
    #[cfg(test)]
    pub(crate) fn force(&mut self, op: OpId, change: Change) {
        self.change(op, change);
    }

    /// Makes a change happen that no declared operation can make, to show what becomes of a defect.
    pub fn show_defect(&mut self) {
        self.change(OpId(0), Change::Activate);
    }

    pub(super) fn is_compensation(&self, op: OpId) -> bool {
        op.index() >= self.plan.len()
    }

    /// Whether an input speaks of the attempt that is under way.
    pub(super) fn is_current(&self, op: OpId, attempt: u32) -> bool {
        op.index() < self.progress.len() && self.progress[op.index()].attempt == attempt
    }

    /// The only place where a state changes.
    pub(super) fn change(&mut self, op: OpId, change: Change) {
        let progress = &mut self.progress[op.index()];
        let Some((before, next)) = progress.change(change, self.now) else {
            self.defect.get_or_insert(Defect { op, state: progress.state(), change });
            return;
        };
        #[cfg(test)]
        self.seen.insert((before, change));
        self.transitions += 1;
        self.tally.count(before, next, progress, op.index() >= self.plan.len());
        match next {
            State::Serving => self.admission.release_slot(&mut self.progress[op.index()].holding),
            State::Backoff => self.release(op),
            State::Ended(status) => match before {
                State::Backoff => {
                    self.backoff_until.remove(&op);
                }
                State::Ready => self.left_queue(op),
                _ if status != Status::Abandoned => self.release(op),
                _ => {}
            },
            _ => {}
        }
    }

    /// Ends an operation that was started.
    pub(super) fn end(&mut self, op: OpId, attempt: u32, status: Status, out: &mut Vec<Command>) {
        let progress = &mut self.progress[op.index()];
        progress.flags.failure = status.is_failure();
        let facts = progress.facts;
        self.change(op, Change::End(status));
        let cause = if status == Status::Succeeded { None } else { self.cause(op) };
        out.push(Command::Ended { op, attempt, status, cause });
        self.has_ended(op);
        if facts.service {
            self.consequences.push(Consequence::EndStops(op));
        }
        if status.is_failure() && facts.critical {
            self.consequences.push(Consequence::Failed(op));
        }
    }

    /// Ends an operation that is not being run. One that was tried before has failed; any other has
    /// never started. False when it is being run, or has ended.
    pub(super) fn skip(&mut self, op: OpId, reason: SkipReason, out: &mut Vec<Command>) -> bool {
        let mut attempt = self.progress[op.index()].attempt;
        match self.state(op) {
            State::Waiting | State::Checking | State::Ready | State::Backoff => {}
            State::Admitted => {
                out.push(Command::Withdraw(op, attempt));
                attempt -= 1;
            }
            _ => return false,
        }
        if self.progress[op.index()].flags.tried {
            let (status, cause) = match reason {
                SkipReason::RunCanceled => (Status::Canceled, Some(StopReason::Cancel)),
                SkipReason::RunTimeout => (Status::TimedOut, Some(StopReason::RunTimeout)),
                SkipReason::RunParked => (Status::Canceled, Some(StopReason::RunEnded)),
                SkipReason::Ordered => (Status::Canceled, Some(StopReason::SkipOrder)),
                _ => match self.why_restarted(op, attempt) {
                    // Its last attempt did not fail.
                    Some(StopReason::RestartOrder) => (Status::Canceled, Some(StopReason::RestartOrder)),
                    cause => (Status::Failed, cause),
                },
            };
            self.progress[op.index()].stop_reason = cause;
            self.end(op, attempt, status, out);
            return true;
        }
        let (failure, not_triggered) = match reason {
            SkipReason::Dependency(on) => {
                let on = self.progress[on.index()].flags;
                (on.failure, on.not_triggered)
            }
            SkipReason::HeldByService(_) => (true, false),
            SkipReason::NotTriggered | SkipReason::NothingToWatch | SkipReason::NothingToUndo => {
                (false, true)
            }
            SkipReason::RunStopped(_)
            | SkipReason::RunCanceled
            | SkipReason::RunParked
            | SkipReason::RunTimeout
            | SkipReason::OutcomeUnknown
            | SkipReason::RunUnhealthy
            | SkipReason::Ordered => (false, false),
        };
        let flags = &mut self.progress[op.index()].flags;
        (flags.failure, flags.not_triggered) = (failure, not_triggered);
        self.change(op, Change::End(Status::Skipped));
        out.push(Command::Skipped(op, reason));
        self.has_ended(op);
        true
    }

    /// What follows from every end, however it came.
    pub(super) fn has_ended(&mut self, op: OpId) {
        if !self.is_compensation(op) {
            self.consequences.push(Consequence::Settle(op));
        }
        if self.rollback.is_under_way() {
            self.consequences.push(Consequence::Undo(op));
        }
    }

    /// Queues an operation that has all it waits for.
    pub(super) fn make_ready(&mut self, op: OpId, change: Change) {
        self.change(op, change);
        let Progress { facts, flags, .. } = self.progress[op.index()];
        // That of one that was checked counts from its check.
        if !flags.tried && !self.plan.is_checked(op) {
            self.arm_total_limit(op);
        }
        // Monitors book nothing, so they never wait behind those that do.
        if facts.monitor {
            self.ready_monitors.push(&self.plan, op);
            return;
        }
        let class = self.plan.resources().class_of(op);
        if self.ready.push(&self.plan, op) {
            self.ageing.unparked(class);
        }
        self.ageing.joined(op, class);
        if self.ageing.is_reserved(class) {
            self.review(class);
        }
    }

    /// An operation has left the queue without being admitted.
    fn left_queue(&mut self, op: OpId) {
        let class = self.plan.resources().class_of(op);
        if self.ageing.is_reserved(class) {
            self.review(class);
        }
    }

    /// Gives back all that an operation holds.
    pub(super) fn release(&mut self, op: OpId) {
        let holding = &mut self.progress[op.index()].holding;
        if self.admission.release(self.plan.resources(), op, holding) {
            let plan = Arc::clone(&self.plan);
            for demand in plan.resources().demands(op) {
                self.look_again(demand.resource);
            }
        }
    }

    /// Takes up again the classes that waited for no more than is free now.
    fn look_again(&mut self, resource: ResourceId) {
        while let Some(class) = self.ready.unpark(resource, self.admission.free(resource)) {
            self.ageing.unparked(class);
        }
    }

    /// Reserves a class whose operations were passed over too often, or lifts its reservation.
    pub(super) fn review(&mut self, class: ClassId) {
        let plan = Arc::clone(&self.plan);
        let progress = &self.progress;
        let still_ready = |op: OpId| progress[op.index()].state() == State::Ready;
        let overdue = self.ageing.is_overdue(class, still_ready);
        let best = if overdue { self.ready.best_of(&plan, class, still_ready) } else { None };
        if self.ageing.reserve(plan.resources(), class, best.map(|op| plan.rank(op))) {
            for demand in plan.resources().demands_of(class) {
                self.look_again(demand.resource);
            }
        }
    }
}
