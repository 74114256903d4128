//! The transition function: one step takes inputs and gives commands.

use super::admission::Admission;
use super::ageing::Ageing;
use super::failure::Halt;
use super::guard::Guard;
use super::life::{Holding, Life};
use super::messages::{Command, Input, Settings, SkipReason, StopReason, Verdict};
use super::ready::ReadyQueue;
use super::rollback::Rollback;
use super::state::{Change, Defect, State, Status};
use super::timers::{Timer, Timers};
use crate::graph::OpId;
use crate::operation::Order;
use crate::plan::{ClassId, Demand, Plan, ResourceId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Fewer inputs than this are not worth a look ahead.
const FEW: usize = 8;

/// The scheduler of one run.
#[derive(Debug)]
pub struct Scheduler {
    pub(super) plan: Arc<Plan>,
    pub(super) settings: Settings,
    /// The latest time it was told; never goes back, whatever the clock does.
    pub(super) now: u64,
    pub(super) lives: Box<[Life]>,
    /// The first change that the table did not allow.
    defect: Option<Defect>,
    pub(super) backoff_until: BTreeMap<OpId, u64>,
    ready: ReadyQueue,
    ready_monitors: ReadyQueue,
    pub(super) admission: Admission,
    pub(super) ageing: Ageing,
    pub(super) guard: Guard,
    pub(super) timers: Timers,
    /// Operations that have ended and whose dependents have not been told yet.
    pub(super) unsettled: Vec<OpId>,
    pub(super) settling: bool,
    pub(super) rollback: Rollback,
    /// Operations other than monitors that have neither ended nor become serving.
    pub(super) outstanding: usize,
    /// All operations that have not ended.
    pub(super) unfinished: usize,
    /// Operations other than monitors that something will come of by itself.
    moving: usize,
    /// Whether there is anything but monitors.
    pub(super) has_work: bool,
    /// Services and monitors have been told that the run is ending.
    pub(super) closing: bool,
    pub(super) halt: Halt,
    /// Why the run was first called off.
    pub(super) halt_reason: Option<SkipReason>,
    pub(super) succeeded: usize,
    pub(super) unsuccessful: usize,
    pub(super) critical_failures: usize,
    pub(super) canceled: bool,
    pub(super) run_timed_out: bool,
    started: bool,
    pub(super) finished: bool,
    transitions: u64,
    /// Every change that was made and every one that was refused, for the test of the table.
    #[cfg(test)]
    pub(super) seen: std::collections::BTreeSet<(State, Change)>,
}

impl Scheduler {
    /// A scheduler at time zero. The first [`step`](Self::step) admits the first operations.
    pub fn new(plan: Arc<Plan>, settings: Settings) -> Self {
        let mut settings = settings;
        if *plan.order() == Order::Sequential {
            settings.limits.max_concurrency = 1;
        }
        let untimed = settings.untimed;
        let lives: Box<[Life]> = plan.nodes().map(|op| Life::of(&plan, op, untimed)).collect();
        let ordinary = lives[..plan.len()].iter().filter(|life| !life.flags.monitor).count();
        let admission = Admission::new(settings.limits, plan.resources());
        Self {
            now: 0,
            lives,
            defect: None,
            backoff_until: BTreeMap::new(),
            ready: ReadyQueue::new(&plan),
            ready_monitors: ReadyQueue::new(&plan),
            ageing: Ageing::new(&plan, admission.slots()),
            admission,
            guard: Guard::new(settings.guard),
            timers: Timers::default(),
            unsettled: Vec::new(),
            settling: false,
            rollback: Rollback::default(),
            outstanding: ordinary,
            unfinished: plan.len(),
            moving: 0,
            has_work: ordinary > 0,
            closing: false,
            halt: Halt::None,
            halt_reason: None,
            succeeded: 0,
            unsuccessful: 0,
            critical_failures: 0,
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

    /// Takes everything that has happened up to `now` (milliseconds since the run's start) and
    /// appends what must be done. Inputs about operations that are past that point change nothing.
    pub fn step(&mut self, now: u64, inputs: &[Input], out: &mut Vec<Command>) {
        self.now = self.now.max(now);
        if !self.started {
            self.begin(out);
        }
        self.warm_up(inputs);
        for &input in inputs {
            match input {
                Input::Tick => {}
                Input::Taken(op, attempt) => self.taken(op, attempt, out),
                Input::ServiceReady(op, attempt) => self.service_ready(op, attempt, out),
                Input::Completed(op, attempt, verdict) => self.completed(op, attempt, verdict, out),
                Input::Sample { memory_used_mb, cpu_percent } => {
                    if let Some(until) = self.guard.sample(self.now, memory_used_mb, cpu_percent) {
                        self.timers.arm(until, Timer::SampleExpired);
                    }
                }
                Input::SlotsReturned(slots) => self.admission.take_back(slots),
                Input::Slots(slots) => {
                    let sequential = *self.plan.order() == Order::Sequential;
                    self.admission.resize(if sequential { 1 } else { slots });
                }
                Input::Cancel { hard } => self.cancel(hard, out),
            }
        }
        while let Some(timer) = self.timers.pop_due(self.now) {
            self.due(timer, out);
        }
        loop {
            self.admit(out);
            if !self.conclude(out) {
                return;
            }
        }
    }

    /// Asks the memory at once for all that the ends of operations lead to, and for those that are likely to
    /// be admitted then: in a large run it is waited for once and not for each of them.
    fn warm_up(&self, inputs: &[Input]) {
        if inputs.len() < FEW {
            return;
        }
        let graph = self.plan.graph();
        let rows = || {
            inputs.iter().filter_map(|input| match input {
                Input::Completed(op, ..) if op.index() < self.plan.len() => Some(graph.dependents.of(*op)),
                _ => None,
            })
        };
        let next = || self.ready.likely_next(&self.plan, 2 * inputs.len());
        let mut touched = rows().fold(0, |all, row| all ^ row.first().map_or(0, |op| op.0));
        touched = next().fold(touched, |all, op| all ^ op.0);
        for &op in rows().flatten() {
            touched ^= self.lives[op.index()].waiting_for ^ self.plan.rank(op);
        }
        touched = next().fold(touched, |all, op| all ^ self.lives[op.index()].attempt);
        std::hint::black_box(touched);
    }

    /// When the next step is due even if nothing happens, in milliseconds since the run's start.
    pub fn next_due(&mut self) -> Option<u64> {
        self.look_at_timers(|timers, is_relevant| timers.next_due(is_relevant))
    }

    /// What `look` finds with the rule that says which timers will still change something.
    fn look_at_timers<R>(&mut self, look: impl FnOnce(&mut Timers, &dyn Fn(Timer) -> bool) -> R) -> R {
        let (lives, guard) = (&self.lives, &self.guard);
        let (now, finished) = (self.now, self.finished);
        let state = |op: OpId| lives[op.index()].state();
        let current = |op: OpId, attempt: u32| lives[op.index()].attempt == attempt;
        let is_relevant = |timer: Timer| match timer {
            Timer::OperationLimit(op, attempt) => current(op, attempt) && state(op) == State::Running,
            Timer::StopGrace(op, attempt) => current(op, attempt) && matches!(state(op), State::Stopping(_)),
            Timer::Backoff(op, attempt) => current(op, attempt) && state(op) == State::Backoff,
            Timer::TotalLimit(op) => !matches!(state(op), State::Serving | State::Ended(_)),
            Timer::SampleExpired => !finished && guard.reason(now).is_some(),
            Timer::RunLimit => !finished,
        };
        look(&mut self.timers, &is_relevant)
    }

    /// Where an operation is.
    pub fn state(&self, op: OpId) -> State {
        self.lives[op.index()].state()
    }

    /// The current attempt of an operation; 0 before the first.
    pub fn attempt(&self, op: OpId) -> u32 {
        self.lives[op.index()].attempt
    }

    /// Why an operation was told to stop, if it was.
    pub fn stopped_for(&self, op: OpId) -> Option<StopReason> {
        self.lives[op.index()].stop_reason
    }

    /// When an operation came to be where it is, in milliseconds since the run's start.
    pub fn since(&self, op: OpId) -> u64 {
        self.lives[op.index()].since()
    }

    /// The first change that the table did not allow, if there was one. The run is not to be trusted
    /// then: whoever drives the scheduler must end it.
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
    /// back with [`Input::SlotsReturned`].
    pub fn lend(&mut self, most: u32) -> u32 {
        if self.finished { 0 } else { self.admission.lend(most) }
    }

    /// The plan it runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn begin(&mut self, out: &mut Vec<Command>) {
        self.started = true;
        self.arm_run_limit();
        for op in self.plan.ids() {
            if self.lives[op.index()].waiting_for == 0 && self.state(op) == State::Waiting {
                self.decide(op, out);
            }
        }
    }

    pub(super) fn arm_run_limit(&mut self) {
        if let Some(limit) = self.settings.run_timeout_ms {
            self.timers.arm(self.now.saturating_add(limit), Timer::RunLimit);
        }
    }

    /// The only place a state changes.
    pub(super) fn change(&mut self, op: OpId, change: Change) {
        let life = &mut self.lives[op.index()];
        let Some((before, next)) = life.change(change, self.now) else {
            self.defect.get_or_insert(Defect { op, state: life.state(), change });
            return;
        };
        #[cfg(test)]
        self.seen.insert((before, change));
        let flags = life.flags;
        self.transitions += 1;
        if !flags.monitor {
            self.outstanding += usize::from(next.is_outstanding());
            self.outstanding -= usize::from(before.is_outstanding());
            // What was abandoned may still end, and gives back what it holds then.
            self.moving += usize::from(next.is_moving() || next == State::Ended(Status::Abandoned));
            self.moving -= usize::from(before.is_moving());
        }
        match next {
            State::Waiting => self.unfinished += 1,
            State::Serving => self.admission.release_slot(&mut self.lives[op.index()].holding),
            State::Backoff => self.release(op),
            State::Ended(status) => {
                self.unfinished -= 1;
                if !self.is_compensation(op) {
                    self.succeeded += usize::from(status == Status::Succeeded);
                    self.unsuccessful += usize::from(status != Status::Succeeded && !flags.needless);
                }
                match before {
                    State::Backoff => {
                        self.backoff_until.remove(&op);
                    }
                    State::Ready => self.left_queue(op),
                    _ if status != Status::Abandoned => self.release(op),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Makes a change happen, legal or not.
    #[cfg(test)]
    pub(crate) fn force(&mut self, op: OpId, change: Change) {
        self.change(op, change);
    }

    /// Makes a change happen that no declared operation can make, to show what becomes of a defect.
    pub fn show_defect(&mut self) {
        self.change(OpId(0), Change::Need);
    }

    pub(super) fn is_compensation(&self, op: OpId) -> bool {
        op.index() >= self.plan.len()
    }

    /// Whether an input speaks of the attempt that is under way.
    pub(super) fn is_current(&self, op: OpId, attempt: u32) -> bool {
        op.index() < self.lives.len() && self.lives[op.index()].attempt == attempt
    }

    fn taken(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || self.state(op) != State::Admitted {
            return;
        }
        self.change(op, Change::Take);
        out.push(Command::Started(op, attempt));
        if let Some(limit) = self.limit_of(op) {
            if self.timers.is_crowded() {
                self.look_at_timers(|timers, is_relevant| timers.keep(is_relevant));
            }
            self.timers.arm(self.now.saturating_add(limit), Timer::OperationLimit(op, attempt));
        }
    }

    /// An operation's own limit, else the default; monitors have no default limit.
    fn limit_of(&self, op: OpId) -> Option<u64> {
        if self.settings.untimed {
            return None;
        }
        let flags = self.lives[op.index()].flags;
        // What is declared lies far away in memory: it is looked up only where there is something.
        let own = if flags.timed { self.plan.operation(op).timeout_ms } else { None };
        own.or_else(|| self.settings.default_timeout_ms.filter(|_| !flags.monitor))
    }

    fn service_ready(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) || self.state(op) != State::Running {
            return;
        }
        self.change(op, Change::Serve);
        out.push(Command::Serving(op, attempt));
        self.settle(op, out);
    }

    pub(super) fn completed(&mut self, op: OpId, attempt: u32, verdict: Verdict, out: &mut Vec<Command>) {
        if !self.is_current(op, attempt) {
            return;
        }
        let (status, retry) = match (self.state(op), verdict) {
            // A service that ends before it was ready has not done what it is there for.
            (State::Admitted | State::Running, Verdict::Succeeded)
                if self.lives[op.index()].flags.service =>
            {
                (Status::Failed, true)
            }
            (State::Admitted | State::Running, Verdict::Succeeded) => (Status::Succeeded, false),
            (State::Admitted | State::Running, Verdict::Failed { retry }) => (Status::Failed, retry),
            // Stopped without an order of ours: somebody else did, and that is a failure.
            (State::Admitted | State::Running, Verdict::Stopped) => (Status::Failed, true),
            (State::Serving, _) => (Status::Failed, false),
            (State::Stopping(reason), _) => match reason {
                StopReason::Timeout => (Status::TimedOut, true),
                StopReason::TotalTimeout | StopReason::RunTimeout => (Status::TimedOut, false),
                StopReason::Cancel | StopReason::RunStopped => (Status::Canceled, false),
                // A monitor or a service that ends when it is no longer needed has done its part.
                StopReason::RunEnded | StopReason::StopOperation => (Status::Succeeded, false),
            },
            (State::Ended(Status::Abandoned), _) => return self.abandoned_ended(op, attempt, out),
            (State::Dormant | State::Waiting | State::Ready | State::Backoff | State::Ended(_), _) => return,
        };
        if self.state(op) == State::Admitted && status == Status::Succeeded {
            // Whoever ran it never said that it had begun.
            self.change(op, Change::Take);
            out.push(Command::Started(op, attempt));
        }
        if !(retry && self.retry(op, status, out)) {
            self.end(op, attempt, status, out);
        }
    }

    /// An abandoned operation has ended after all. It has no say any more, but what it holds is free.
    fn abandoned_ended(&mut self, op: OpId, attempt: u32, out: &mut Vec<Command>) {
        if self.lives[op.index()].holding != Holding::Nothing {
            self.moving -= 1;
            self.release(op);
        }
        out.push(Command::Released(op, attempt));
        // Its number is used up, so that a second answer is a stale one.
        self.lives[op.index()].attempt += 1;
    }

    /// Ends an operation that was started.
    pub(super) fn end(&mut self, op: OpId, attempt: u32, status: Status, out: &mut Vec<Command>) {
        self.lives[op.index()].flags.failure = status.is_failure();
        self.change(op, Change::End(status));
        out.push(Command::Ended(op, attempt, status));
        self.tell(op, out);
        if self.lives[op.index()].flags.service {
            self.end_stop_operations(op, out);
        }
        if status.is_failure() && self.lives[op.index()].flags.critical {
            self.critical_failure(op, out);
        }
    }

    /// Tells everybody who waits for it that an operation has ended.
    pub(super) fn tell(&mut self, op: OpId, out: &mut Vec<Command>) {
        if self.is_compensation(op) {
            self.compensation_ended(op, out);
        } else {
            self.settle(op, out);
            self.continue_rollback(op, out);
        }
    }

    fn due(&mut self, timer: Timer, out: &mut Vec<Command>) {
        match timer {
            Timer::OperationLimit(op, attempt) => self.attempt_limit_passed(op, attempt, out),
            Timer::StopGrace(op, attempt) => self.grace_over(op, attempt, out),
            Timer::Backoff(op, attempt) => self.backoff_over(op, attempt),
            Timer::TotalLimit(op) => self.total_limit_passed(op, out),
            Timer::SampleExpired => {}
            Timer::RunLimit => self.run_limit_passed(out),
        }
    }

    /// Queues an operation that has all it waits for.
    pub(super) fn make_ready(&mut self, op: OpId, change: Change) {
        self.change(op, change);
        let flags = self.lives[op.index()].flags;
        if flags.limited && !flags.tried {
            let limit = self.plan.operation(op).total_timeout_ms.unwrap_or(u64::MAX);
            self.timers.arm(self.now.saturating_add(limit), Timer::TotalLimit(op));
        }
        // Monitors book nothing, so they never wait behind those that do.
        if flags.monitor {
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
    fn release(&mut self, op: OpId) {
        let holding = &mut self.lives[op.index()].holding;
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
    fn review(&mut self, class: ClassId) {
        let plan = Arc::clone(&self.plan);
        let lives = &self.lives;
        let still_ready = |op: OpId| lives[op.index()].state() == State::Ready;
        let overdue = self.ageing.is_overdue(class, still_ready);
        let best = if overdue { self.ready.best_of(&plan, class, still_ready) } else { None };
        if self.ageing.reserve(plan.resources(), class, best.map(|op| plan.rank(op))) {
            for demand in plan.resources().demands_of(class) {
                self.look_again(demand.resource);
            }
        }
    }

    fn admit(&mut self, out: &mut Vec<Command>) {
        let plan = Arc::clone(&self.plan);
        loop {
            // Every time: a stop operation may end as it starts, and a monitor wait for it.
            self.admit_monitors(&plan, out);
            if !self.admission.has_slot() || self.is_guarded() {
                return;
            }
            let lives = &self.lives;
            let still_ready = |op: OpId| lives[op.index()].state() == State::Ready;
            match self.ready.peek(&plan, still_ready) {
                Some((op, class)) => match self.hindrance(op, class) {
                    None => self.grant(op, class, out),
                    Some(lack) => {
                        self.ready.park(class, lack.resource, lack.amount);
                        self.ageing.parked(class);
                        self.review(class);
                    }
                },
                None if self.resolve_standstill(out) => {}
                None => return,
            }
        }
    }

    fn admit_monitors(&mut self, plan: &Plan, out: &mut Vec<Command>) {
        loop {
            let lives = &self.lives;
            let still_ready = |op: OpId| lives[op.index()].state() == State::Ready;
            let Some((op, class)) = self.ready_monitors.peek(plan, still_ready) else { return };
            self.ready_monitors.take(class);
            self.start(op, out);
        }
    }

    /// Whether the machine's own load holds admissions back. One operation is always admitted.
    pub(super) fn is_guarded(&self) -> bool {
        self.admission.slots_in_use() > 0 && self.guard.reason(self.now).is_some()
    }

    /// The demand that keeps an operation from starting although a slot is free.
    pub(super) fn hindrance(&self, op: OpId, class: ClassId) -> Option<Demand> {
        let resources = self.plan.resources();
        self.admission.lacks(resources, class).or_else(|| {
            let rank = self.plan.rank(op);
            let held = |demand: &&Demand| self.ageing.held_for(demand.resource, rank).is_some();
            resources.demands_of(class).iter().filter(|_| self.moving > 0).find(held).copied()
        })
    }

    fn grant(&mut self, op: OpId, class: ClassId, out: &mut Vec<Command>) {
        self.ready.take(class);
        self.ageing.admitted(op, class);
        let holding = &mut self.lives[op.index()].holding;
        self.admission.book(self.plan.resources(), op, holding);
        self.start(op, out);
        if self.ageing.is_reserved(class) {
            self.review(class);
        }
        while let Some(due) = self.ageing.pop_due() {
            if self.ready.is_parked(due) {
                self.review(due);
            }
        }
    }

    fn start(&mut self, op: OpId, out: &mut Vec<Command>) {
        self.lives[op.index()].attempt += 1;
        self.change(op, Change::Admit);
        match self.plan.stops(op) {
            Some(service) => self.run_stop_operation(op, service, out),
            None => out.push(Command::Start(op, self.lives[op.index()].attempt)),
        }
    }

    /// When nothing is being run, waiting frees nothing: whatever fits may start, whoever it is
    /// reserved for. What does not fit even so waits for what a service keeps, and nothing that could
    /// end the service is left. True when something can go on.
    fn resolve_standstill(&mut self, out: &mut Vec<Command>) -> bool {
        if self.moving > 0 {
            return false;
        }
        let plan = Arc::clone(&self.plan);
        let parked: Vec<ClassId> = self.ready.parked_classes().collect();
        let lives = &self.lives;
        let still_ready = |op: OpId| lives[op.index()].state() == State::Ready;
        let mut waiting = Vec::with_capacity(parked.len());
        for class in parked {
            if let Some(op) = self.ready.best_of(&plan, class, still_ready) {
                waiting.push((plan.rank(op), op, class));
            }
        }
        waiting.sort_unstable();
        let fits =
            |&&(_, _, class): &&(u32, OpId, ClassId)| self.admission.lacks(plan.resources(), class).is_none();
        if let Some(&(_, _, class)) = waiting.iter().find(fits) {
            self.ready.revive(class);
            self.ageing.unparked(class);
            return true;
        }
        let Some(&(_, op, class)) = waiting.first() else { return false };
        let Some(lack) = self.admission.lacks(plan.resources(), class) else { return false };
        let Some(service) = self.holders(lack.resource).next() else { return false };
        self.skip(op, SkipReason::HeldByService(service), out);
        if self.lives[op.index()].flags.critical {
            self.critical_failure(op, out);
        }
        true
    }

    /// Operations that hold some of a resource.
    pub(super) fn holders(&self, resource: ResourceId) -> impl Iterator<Item = OpId> {
        self.plan.nodes().filter(move |&op| {
            let takes = |demand: &Demand| demand.resource == resource;
            let holds = self.lives[op.index()].holding != Holding::Nothing;
            holds && self.plan.resources().demands(op).iter().any(takes)
        })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
