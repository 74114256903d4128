//! An observer of the simulation: it keeps books of its own, by rules written down a second time, and compares.
//!
//! Long because it is a second scheduler: split up, its rules could no longer be read against those of the first one.

use super::super::guard::SAMPLE_LIFETIME_MS;
use super::super::{
    Carried, Command, Input, RunStatus, Scheduler, SkipReason, State, Status, StopCause, StopReason,
};
use super::world::{Actor, Kind, MEMORY, World};
use crate::graph::OpId;
use crate::operation::{FailureStrategy, LockMode, StopMode, Trigger};
use crate::plan::Plan;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Whether a promise was kept.
type Verdict = Result<(), TestCaseError>;

/// What was seen of a run so far.
pub(super) struct Observer<'a> {
    world: &'a World,
    plan: Arc<Plan>,
    cap: usize,
    now: u64,
    endings: BTreeMap<OpId, Status>,
    serving: BTreeSet<OpId>,
    /// Those whose check is awaited, and since when.
    checking: BTreeMap<OpId, u64>,
    /// Those that were up to date.
    current: BTreeSet<OpId>,
    /// Those that failed, or were skipped because something before them had.
    failures: BTreeSet<OpId>,
    /// Critical operations that failed.
    critical_failures: BTreeSet<OpId>,
    /// Those that were skipped because nothing called for them.
    not_due: BTreeSet<OpId>,
    slots: BTreeSet<OpId>,
    /// Operations that hold what they need.
    holding: BTreeSet<OpId>,
    backoff: BTreeMap<OpId, u64>,
    ready_since: BTreeMap<OpId, u64>,
    /// How often each operation has been passed over by competitors of worse rank.
    passed: HashMap<OpId, u32>,
    attempts: HashMap<OpId, u32>,
    /// What may still start: 3 everything, 2 what survives a failure, 1 what survives a cancel, 0 nothing.
    open: u8,
    canceled: bool,
    /// The run's own limit has passed.
    late: bool,
    rolling_back: bool,
    /// An operation has asked for a restart of the machine.
    asked: bool,
    /// Nothing was under way any more when the run was stopped for that.
    parked: bool,
    /// Since when the run is suspended, if it is.
    suspended: Option<u64>,
    /// Milliseconds that it was suspended before.
    paused: u64,
    /// How many of these had passed when an operation became ready.
    paused_before: BTreeMap<OpId, u64>,
    /// Operations that orders ask to skip, or to start again.
    skips: BTreeSet<OpId>,
    restarts: BTreeSet<OpId>,
    /// Those of this step.
    restarts_now: BTreeSet<OpId>,
    /// How often each has been started again by order.
    restarted: HashMap<OpId, u32>,
    /// What the run takes over from an earlier one.
    carried: Carried,
    sample: Option<(u64, u64)>,
    finished: Option<RunStatus>,
}

impl<'a> Observer<'a> {
    pub(super) fn new(world: &'a World, plan: &Arc<Plan>, carried: Carried) -> Self {
        Self {
            world,
            plan: Arc::clone(plan),
            cap: if world.order == 2 { 1 } else { world.cap as usize },
            now: 0,
            endings: BTreeMap::new(),
            serving: BTreeSet::new(),
            checking: BTreeMap::new(),
            current: BTreeSet::new(),
            failures: BTreeSet::new(),
            critical_failures: BTreeSet::new(),
            not_due: BTreeSet::new(),
            slots: BTreeSet::new(),
            holding: BTreeSet::new(),
            backoff: BTreeMap::new(),
            ready_since: BTreeMap::new(),
            passed: HashMap::new(),
            attempts: HashMap::new(),
            open: 3,
            canceled: false,
            late: false,
            rolling_back: carried.undo,
            asked: false,
            parked: false,
            suspended: None,
            paused: 0,
            paused_before: BTreeMap::new(),
            skips: BTreeSet::new(),
            restarts: BTreeSet::new(),
            restarts_now: BTreeSet::new(),
            restarted: HashMap::new(),
            carried,
            sample: None,
            finished: None,
        }
    }

    /// How the run ended, once it has.
    pub(super) fn finished(&self) -> Option<RunStatus> {
        self.finished
    }

    /// What is ready and takes slots; to be asked for before a step.
    pub(super) fn ready(&self, scheduler: &Scheduler) -> BTreeSet<OpId> {
        let is_ready = |&op: &OpId| scheduler.state(op) == State::Ready && !self.is_monitor(op);
        self.plan.nodes().filter(is_ready).collect()
    }

    fn actor(&self, op: OpId) -> &Actor {
        &self.world.actors[self.plan.compensates(op).unwrap_or(op).index()]
    }

    fn is_current(&self, op: OpId) -> bool {
        self.world.check(op.index()).is_some_and(|(_, current)| current)
    }

    fn is_monitor(&self, op: OpId) -> bool {
        self.actor(op).kind == Kind::Monitor
    }

    /// Sees what goes into a step, and the time that was given with it.
    pub(super) fn see_inputs(&mut self, now: u64, inputs: &[Input]) {
        self.now = self.now.max(now);
        // A suspended run is never late: that time does not count.
        self.late |= self.suspended.is_none()
            && self.world.run_timeout.is_some_and(|limit| self.now - self.paused >= limit)
            && self.finished.is_none();
        self.restarts_now.clear();
        for input in inputs {
            match *input {
                Input::Cancel(mode) => {
                    self.canceled = true;
                    self.open = self.open.min(u8::from(mode != StopMode::Kill));
                }
                Input::Skip(op) => drop(self.skips.insert(op)),
                Input::Again(op) => {
                    self.restarts.insert(op);
                    self.restarts_now.insert(op);
                    // It ends the pause.
                    self.backoff.entry(op).and_modify(|due| *due = self.now);
                }
                Input::Sample { memory_used_mib, .. } => {
                    self.sample = memory_used_mib.map(|used| (self.now + SAMPLE_LIFETIME_MS, used));
                }
                _ => {}
            }
        }
    }

    /// Sees one command of a step; `ready` is what was ready before it.
    pub(super) fn see_command(&mut self, command: Command, ready: &BTreeSet<OpId>) -> Verdict {
        let is_late = matches!(command, Command::Released(..));
        prop_assert!(self.finished.is_none() || is_late, "{command:?} after the end");
        self.see_parking(command);
        match command {
            Command::Start(op, attempt) => {
                self.check_start(op, attempt)?;
                self.check_ageing(op, ready)?;
            }
            Command::Kept(op) => {
                prop_assert!(self.carried.kept.contains(&op) && self.attempts.is_empty());
                self.end(op, Status::Succeeded)?;
            }
            Command::Check(op) => {
                prop_assert!(self.world.check(op.index()).is_some(), "{op:?} has nothing to check");
                prop_assert!(self.checking.insert(op, self.now).is_none(), "{op:?} is checked twice");
                self.attempts.insert(op, 0);
                self.check_dependencies(op)?;
                self.attempts.remove(&op);
            }
            Command::Current(op) => {
                prop_assert!(self.checking.remove(&op).is_some() && self.is_current(op));
                self.current.insert(op);
                self.end(op, Status::Succeeded)?;
            }
            Command::Due(op) => {
                prop_assert!(self.checking.remove(&op).is_some() && !self.is_current(op));
            }
            Command::Withdraw(op, _) => {
                self.slots.remove(&op);
                self.holding.remove(&op);
                *self.attempts.entry(op).or_default() -= 1;
            }
            Command::Started(op, attempt) => {
                if self.plan.stops(op).is_some() {
                    // The one kind that is never handed out.
                    self.check_start(op, attempt)?;
                }
            }
            Command::Serving(op, _) => {
                self.serving.insert(op);
                self.slots.remove(&op);
            }
            Command::Stop { cause, .. } => self.check_cause(cause)?,
            Command::Retrying { op, attempt, status, delay_ms, cause } => {
                let by_order = cause.is_some_and(|cause| cause.reason == StopReason::RestartOrder);
                prop_assert!(matches!(status, Status::Failed | Status::TimedOut) != by_order);
                prop_assert!(!by_order || status == Status::Canceled && delay_ms == 0);
                *self.restarted.entry(op).or_default() += u32::from(by_order);
                let allowed = match &self.actor(op).retry {
                    Some(policy) => policy.count,
                    None if self.world.default_retry => 1,
                    None => 3,
                };
                prop_assert!(attempt <= allowed + self.restarted[&op], "{op:?} is retried too often");
                let pause = if self.restarts_now.contains(&op) { 0 } else { delay_ms };
                self.backoff.insert(op, self.now + pause);
                self.slots.remove(&op);
                self.holding.remove(&op);
            }
            Command::RollingBack(op) => {
                prop_assert!(self.failures.contains(&op) && self.world.strategy == FailureStrategy::Rollback);
                prop_assert!(!std::mem::replace(&mut self.rolling_back, true));
            }
            Command::Ended { op, status, cause, .. } => {
                if let Some(cause) = cause {
                    self.check_cause(cause)?;
                }
                let reason = cause.map(|cause| cause.reason);
                use StopReason::{
                    Cancel, RestartOrder, RunStopped, RunTimeout, SkipOrder, Timeout, TotalTimeout,
                };
                match status {
                    Status::TimedOut => {
                        prop_assert!(matches!(reason, Some(Timeout | TotalTimeout | RunTimeout)));
                    }
                    Status::Canceled => prop_assert!(
                        matches!(reason, Some(Cancel | RunStopped | SkipOrder | RestartOrder))
                            || self.parked && reason == Some(StopReason::RunEnded)
                    ),
                    Status::Abandoned => prop_assert!(reason.is_some()),
                    Status::Succeeded | Status::Failed | Status::Skipped => {}
                }
                self.end(op, status)?;
            }
            Command::Skipped(op, reason) => {
                self.check_skip(op, reason)?;
                self.end(op, Status::Skipped)?;
                match reason {
                    SkipReason::Dependency(on) if self.failures.contains(&on) => {
                        self.failures.insert(op);
                    }
                    SkipReason::Dependency(on) if self.not_due.contains(&on) => {
                        self.not_due.insert(op);
                    }
                    SkipReason::NotTriggered | SkipReason::NothingToWatch | SkipReason::NothingToUndo => {
                        self.not_due.insert(op);
                    }
                    SkipReason::HeldByService(_) => self.fail(op),
                    _ => {}
                }
            }
            Command::Released(op, _) => {
                self.slots.remove(&op);
                self.holding.remove(&op);
            }
            Command::RestartAsked { op, attempt, .. } => {
                prop_assert_eq!(self.attempts.get(&op), Some(&attempt));
                prop_assert!(!self.endings.contains_key(&op) && self.plan.compensates(op).is_none());
                self.asked = true;
            }
            Command::Suspended => {
                prop_assert!(self.suspended.replace(self.now).is_none() && !self.late);
            }
            Command::Continued => {
                let since = self.suspended.take();
                prop_assert!(since.is_some());
                self.paused += self.now - since.unwrap_or(self.now);
            }
            Command::Again(op, _) | Command::Spoiled(op, _) => {
                return Err(TestCaseError::fail(format!("{op:?} is unhealthy although no input says so")));
            }
            Command::Finished(status) => prop_assert!(self.finished.replace(status).is_none()),
        }
        Ok(())
    }

    /// The first sign that a run is stopped for a restart: it is parked if nothing else has called it off.
    fn see_parking(&mut self, command: Command) {
        let ends = match command {
            Command::Skipped(_, reason) => reason == SkipReason::RunParked,
            Command::Stop { cause, .. } => cause.reason == StopReason::RunEnded,
            Command::Ended { status, cause, .. } => {
                status == Status::Canceled && cause.is_some_and(|cause| cause.reason == StopReason::RunEnded)
            }
            Command::Finished(_) => true,
            _ => false,
        };
        self.parked |= ends && self.may_be_parked();
    }

    /// Whether a restart was asked for, and nothing else has called the run off.
    fn may_be_parked(&self) -> bool {
        self.asked && self.open == 3 && !self.late && !self.rolling_back
    }

    /// Whether anything but monitors is being run.
    fn is_at_work(&self) -> bool {
        self.slots.iter().any(|op| !self.endings.contains_key(op))
    }

    /// A limit that is said to have passed is there, and has.
    fn check_cause(&self, cause: StopCause) -> Verdict {
        let (expects_limit, holds) = match cause.reason {
            StopReason::Timeout | StopReason::TotalTimeout => (true, true),
            StopReason::RunTimeout => (true, self.late && cause.limit_ms == self.world.run_timeout),
            StopReason::Cancel => (false, self.canceled),
            StopReason::RunStopped => {
                (false, self.world.cancel_running && !self.critical_failures.is_empty())
            }
            StopReason::RunEnded | StopReason::StopOperation => (false, true),
            StopReason::SkipOrder => (false, !self.skips.is_empty()),
            StopReason::RestartOrder => (false, !self.restarts.is_empty()),
            StopReason::Unhealthy => (false, false),
        };
        prop_assert_eq!(cause.limit_ms.is_some(), expects_limit, "{:?}", cause);
        prop_assert!(holds, "{cause:?}");
        Ok(())
    }

    fn check_start(&mut self, op: OpId, attempt: u32) -> Verdict {
        prop_assert!(!self.endings.contains_key(&op), "{op:?} starts after its end");
        prop_assert_eq!(attempt, self.attempts.get(&op).map_or(1, |last| last + 1));
        self.attempts.insert(op, attempt);
        if let Some(due) = self.backoff.remove(&op) {
            prop_assert!(self.now >= due, "{op:?} starts before its pause is over");
        }
        match self.plan.compensates(op) {
            Some(of) => self.check_compensation(of)?,
            None => self.check_dependencies(op)?,
        }
        let needed = match (self.plan.compensates(op).is_some(), self.actor(op).trigger) {
            (true, _) if self.carried.undo => 2,
            (true, _) | (_, Trigger::Always) => 1,
            (_, Trigger::AnyFailed) => 2,
            _ => 3,
        };
        prop_assert!(
            !self.asked || self.open < 3 || self.late,
            "{op:?} starts though a restart was asked for"
        );
        prop_assert!(self.suspended.is_none(), "{op:?} starts in a run that is suspended");
        prop_assert!(self.open >= needed, "{op:?} starts in a run that was called off");
        if self.is_monitor(op) {
            return Ok(());
        }
        if let Some((until, used)) = self.sample {
            let guarded = used > MEMORY && self.now < until && !self.slots.is_empty();
            prop_assert!(!guarded, "{op:?} starts though the machine is over its limit");
        }
        self.slots.insert(op);
        self.holding.insert(op);
        prop_assert!(self.slots.len() <= self.cap, "more operations run than there are slots");
        self.check_resources()
    }

    fn is_done(&self, op: OpId) -> bool {
        self.endings.contains_key(&op) || self.serving.contains(&op)
    }

    fn check_dependencies(&self, op: OpId) -> Verdict {
        let trigger = self.actor(op).trigger;
        let mut failed = false;
        for &on in self.plan.graph().dependencies.of(op) {
            prop_assert!(self.is_done(on), "{op:?} starts before {on:?} has ended");
            if self.plan.is_weak(on, op) {
                continue;
            }
            failed |= self.failures.contains(&on);
            let well = self.serving.contains(&on) || self.endings.get(&on) == Some(&Status::Succeeded);
            prop_assert!(
                trigger != Trigger::AllSucceeded || well || self.attempts[&op] > 1,
                "{op:?} starts though {on:?} did not succeed"
            );
        }
        prop_assert!(trigger != Trigger::AnyFailed || failed, "{op:?} starts though nothing failed");
        Ok(())
    }

    /// Nothing is skipped without need: the reason that is given holds.
    fn check_skip(&self, op: OpId, reason: SkipReason) -> Verdict {
        let graph = self.plan.graph();
        let holds = match reason {
            SkipReason::Dependency(on) if self.plan.compensates(op).is_some() => {
                self.carried.undo
                    && self.endings.get(&on).is_some_and(|&status| status != Status::Succeeded)
                    && self
                        .plan
                        .compensates(on)
                        .zip(self.plan.compensates(op))
                        .is_some_and(|(on, op)| self.comes_before(op, on))
            }
            SkipReason::OutcomeUnknown => self.carried.left_out.contains(&op),
            SkipReason::NothingToUndo => self.carried.undo && !self.carried.kept.contains(&op),
            SkipReason::Dependency(on) => {
                graph.dependencies.of(op).contains(&on)
                    && !self.plan.is_weak(on, op)
                    && self.endings.get(&on).is_some_and(|&status| status != Status::Succeeded)
                    && self.actor(op).trigger == Trigger::AllSucceeded
            }
            SkipReason::NotTriggered => {
                let strong = graph.dependencies.of(op).iter().filter(|&&on| !self.plan.is_weak(on, op));
                self.actor(op).trigger == Trigger::AnyFailed
                    && graph.dependencies.of(op).iter().all(|&on| self.is_done(on))
                    && strong.into_iter().all(|on| !self.failures.contains(on))
            }
            SkipReason::RunStopped(culprit) => {
                self.critical_failures.contains(&culprit) && self.world.strategy != FailureStrategy::Continue
            }
            SkipReason::RunCanceled => self.canceled,
            SkipReason::Ordered => {
                self.skips.contains(&op) && self.attempts.get(&op).is_none_or(|attempts| *attempts == 0)
            }
            SkipReason::RunUnhealthy => false,
            SkipReason::RunTimeout => self.late,
            SkipReason::RunParked => self.parked && !self.is_at_work(),
            SkipReason::NothingToWatch => {
                self.is_monitor(op)
                    && self.plan.ids().all(|other| self.is_monitor(other) || self.is_done(other))
            }
            SkipReason::HeldByService(service) => {
                self.actor(service).kind == Kind::Service && self.holding.contains(&service)
            }
        };
        prop_assert!(holds, "{op:?} is skipped, and {reason:?} does not hold");
        Ok(())
    }

    /// Whether one operation must end before another one starts, directly or not.
    fn comes_before(&self, first: OpId, then: OpId) -> bool {
        let on = self.plan.graph().dependencies.of(then);
        on.iter().any(|&on| on == first || self.comes_before(first, on))
    }

    /// Everything that depends on it, directly or not, has been undone before.
    fn check_compensation(&self, of: OpId) -> Verdict {
        prop_assert!(self.rolling_back);
        let mut stack = vec![of];
        while let Some(op) = stack.pop() {
            for &dependent in self.plan.graph().dependents.of(op) {
                if let Some(compensation) = self.plan.compensation_of(dependent)
                    && self.had_succeeded(dependent)
                    && !self.current.contains(&dependent)
                {
                    let undone = match self.endings.get(&compensation) {
                        Some(&status) => !self.carried.undo || status == Status::Succeeded,
                        None => false,
                    };
                    prop_assert!(undone, "{of:?} is undone before {dependent:?}");
                }
                stack.push(dependent);
            }
        }
        prop_assert!(self.had_succeeded(of), "{of:?} is undone and had not succeeded");
        prop_assert!(!self.current.contains(&of), "{of:?} is undone, and this run has not done it");
        Ok(())
    }

    /// A service that serves while the rollback begins counts, whatever becomes of it.
    fn had_succeeded(&self, op: OpId) -> bool {
        self.serving.contains(&op)
            || self.endings.get(&op) == Some(&Status::Succeeded)
            || (self.actor(op).kind == Kind::Service
                && self.plan.compensation_of(op).is_some_and(|undo| self.attempts.contains_key(&undo)))
    }

    fn check_resources(&self) -> Verdict {
        let (mut memory, mut pool) = (0, 0);
        let mut locks: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for &op in &self.holding {
            let Some(needs) = &self.actor(op).needs else { continue };
            memory += needs.memory_mib.unwrap_or(0);
            pool += needs.pools.get("pool").copied().unwrap_or(0);
            for (lock, mode) in &needs.locks {
                let (shared, exclusive) = locks.entry(lock).or_default();
                match mode {
                    LockMode::Shared => *shared += 1,
                    LockMode::Exclusive => *exclusive += 1,
                }
            }
        }
        prop_assert!(memory <= MEMORY, "{memory} MiB booked");
        prop_assert!(pool <= 2, "{pool} units of the pool booked");
        for (lock, (shared, exclusive)) in locks {
            let legal = exclusive == 0 || (exclusive == 1 && shared == 0);
            prop_assert!(legal, "lock {lock} is held {shared} times shared, {exclusive} times alone");
        }
        for group in &self.world.conflicts {
            let members: BTreeSet<usize> = group.iter().copied().collect();
            let at_work = self
                .holding
                .iter()
                .filter(|&&op| members.contains(&self.plan.compensates(op).unwrap_or(op).index()))
                .count();
            let real = members.iter().filter(|&&op| self.world.actors[op].kind != Kind::Monitor).count();
            prop_assert!(at_work <= 1 || real < 2, "conflicting operations run side by side");
        }
        Ok(())
    }

    /// None is passed over for ever: `op` starts, and those that were ready before it are not.
    fn check_ageing(&mut self, op: OpId, ready: &BTreeSet<OpId>) -> Verdict {
        // When nothing else is being run, reservations do not hold.
        let alone = self.slots.len() == 1
            && self.backoff.iter().all(|(&other, &due)| due <= self.now || self.is_monitor(other))
            && self.holding.iter().all(|other| *other == op || self.serving.contains(other));
        if self.is_monitor(op) || alone {
            return Ok(());
        }
        let resources = self.plan.resources();
        for &other in ready {
            let compete = resources
                .demands(other)
                .iter()
                .any(|a| resources.demands(op).iter().any(|b| a.resource == b.resource));
            if compete && self.plan.rank(other) < self.plan.rank(op) && !self.slots.contains(&other) {
                let passed = self.passed.entry(other).or_default();
                *passed += 1;
                prop_assert!(*passed as usize <= 4 * self.cap, "{other:?} is passed over for ever");
            }
        }
        Ok(())
    }

    fn end(&mut self, op: OpId, status: Status) -> Verdict {
        prop_assert!(self.endings.insert(op, status).is_none(), "{op:?} ends twice");
        self.serving.remove(&op);
        self.backoff.remove(&op);
        if status != Status::Abandoned {
            self.slots.remove(&op);
            self.holding.remove(&op);
        }
        if status.is_failure() {
            self.fail(op);
        }
        Ok(())
    }

    /// An operation has failed.
    fn fail(&mut self, op: OpId) {
        self.failures.insert(op);
        if self.plan.compensates(op).is_none() && self.actor(op).critical {
            self.critical_failures.insert(op);
            if self.world.strategy != FailureStrategy::Continue {
                self.open = self.open.min(2);
            }
        }
    }

    /// Compares the states after a step with what was seen.
    pub(super) fn check_states(&mut self, scheduler: &Scheduler) -> Verdict {
        // There may be nothing that shows it: nothing to skip, and nothing to stop that is not stopping already.
        self.parked |= self.may_be_parked() && !self.is_at_work();
        let paused = self.paused + self.suspended.map_or(0, |since| self.now - since);
        prop_assert_eq!(scheduler.is_suspended(), self.suspended.is_some());
        for op in self.plan.nodes() {
            let state = scheduler.state(op);
            prop_assert_eq!(
                state == State::Checking,
                self.checking.contains_key(&op) && !self.endings.contains_key(&op)
            );
            if matches!(state, State::Checking | State::Ready) {
                self.ready_since.entry(op).or_insert(self.now);
                self.paused_before.entry(op).or_insert(paused);
            }
            if let Some(total) = self.actor(op).total_timeout
                && let Some(since) = self.ready_since.get(&op)
                && matches!(
                    state,
                    State::Checking | State::Ready | State::Backoff | State::Admitted | State::Running
                )
            {
                let paused = paused - self.paused_before[&op];
                prop_assert!(self.now < since + total + paused, "{op:?} is {state:?} after its total limit");
            }
            if !state.is_final() && state != State::Dormant {
                self.check_explanation(scheduler, op)?;
            }
        }
        Ok(())
    }

    /// What is ready and not admitted has a reason.
    fn check_explanation(&self, scheduler: &Scheduler, op: OpId) -> Verdict {
        let waiting = scheduler.explain(op);
        match scheduler.state(op) {
            State::Waiting => prop_assert!(!waiting.dependencies.is_empty(), "{op:?} waits for nothing"),
            State::Backoff => prop_assert!(waiting.backoff_until_ms.is_some()),
            State::Ready => {
                let slots = self.slots.len();
                prop_assert_eq!(waiting.slots.map_or(slots, |s| s.used as usize), slots);
                let reason = waiting.slots.is_some()
                    || waiting.restart
                    || waiting.suspended
                    || waiting.guard.is_some()
                    || waiting.reserved_for.is_some()
                    || waiting.resources.iter().any(|lack| !lack.held_by.is_empty());
                prop_assert!(reason, "{op:?} is ready and nothing keeps it: {waiting:?}");
            }
            _ => {}
        }
        Ok(())
    }

    /// How the run must have ended, by what was seen of its operations.
    fn status(&self) -> RunStatus {
        let due = |op: &OpId| !self.not_due.contains(op);
        let succeeded = |op: OpId| self.endings.get(&op) == Some(&Status::Succeeded);
        if self.canceled {
            return RunStatus::Canceled;
        }
        if self.carried.undo {
            let left = |op: OpId| {
                self.plan.compensates(op).is_some_and(|of| self.carried.kept.contains(&of))
                    && self.endings.get(&op) != Some(&Status::Succeeded)
            };
            let some_left = self.plan.compensations().any(left);
            return if some_left { RunStatus::PartiallyUndone } else { RunStatus::Undone };
        }
        if self.parked {
            return RunStatus::Parked;
        }
        if self.plan.ids().filter(due).all(succeeded) {
            let all = !self.world.incomplete;
            return if all { RunStatus::Succeeded } else { RunStatus::PartiallySucceeded };
        }
        let stops = self.world.strategy != FailureStrategy::Continue;
        let none_succeeded = !self.plan.ids().any(succeeded);
        if self.late || (!self.critical_failures.is_empty() && (stops || none_succeeded)) {
            RunStatus::Failed
        } else {
            RunStatus::PartiallySucceeded
        }
    }

    /// Compares the end of a run with what was seen of it.
    pub(super) fn check_end(&self, status: RunStatus) -> Verdict {
        for op in self.plan.ids() {
            prop_assert!(self.endings.contains_key(&op), "{op:?} never ended");
        }
        for op in self.plan.compensations() {
            let is_to_be_undone = self.carried.undo
                && self.open > 1
                && self.plan.compensates(op).is_some_and(|of| self.had_succeeded(of));
            let owed = self.rolling_back && self.attempts.contains_key(&op) || is_to_be_undone;
            prop_assert!(!owed || self.endings.contains_key(&op), "{op:?} never ended");
            prop_assert!(self.rolling_back || !self.endings.contains_key(&op));
        }
        prop_assert_eq!(status, self.status());
        Ok(())
    }
}
