//! What a run does about operations that are unhealthy: which remedy, how often, and what is written down of it.

use super::news::{Finding, News, Said, Watcher};
use crate::graph::OpId;
use crate::health::thresholds::Levels;
use crate::health::{Budgets, Status};
use crate::operation::{HealthCheck, Monitoring};
use crate::plan::Plan;
use crate::record::health::Health;
use crate::scheduler::{Command, OrderRefusal, Scheduler, State, Status as Ending};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who looks after the operations of a run.
#[derive(Default)]
pub(super) struct Care {
    checks: Arc<BTreeMap<OpId, Vec<HealthCheck>>>,
    monitoring: Option<Monitoring>,
    budgets: Budgets,
    watcher: Watcher,
}

impl Care {
    pub(super) fn new(
        checks: Arc<BTreeMap<OpId, Vec<HealthCheck>>>,
        monitoring: Option<Monitoring>,
        watcher: Watcher,
    ) -> Self {
        Self { checks, monitoring, budgets: Budgets::default(), watcher }
    }

    /// Whether an operation has checks.
    pub(super) fn looks_after(&self, op: OpId) -> bool {
        self.checks.contains_key(&op)
    }

    /// Lets the watch know what has been decided.
    pub(super) fn hear(&self, command: &Command) {
        let news = match *command {
            Command::Serving(op, attempt) => {
                self.watcher.tell(News::Progress);
                self.looks_after(op).then_some(News::Watch(op, attempt))
            }
            Command::Ended { op, attempt, status, .. } => {
                self.watcher.tell(News::Progress);
                let well = status == Ending::Succeeded;
                self.looks_after(op).then_some(if well { News::Watch(op, attempt) } else { News::Forget(op) })
            }
            // They stand as an earlier run has left them.
            Command::Kept(op) | Command::Current(op) => self.looks_after(op).then_some(News::Watch(op, 0)),
            Command::Stop { op, .. }
            | Command::Retrying { op, .. }
            | Command::Again(op, _)
            | Command::Spoiled(op, _) => self.looks_after(op).then_some(News::Forget(op)),
            Command::Suspended => Some(News::Suspended(true)),
            Command::Continued => Some(News::Suspended(false)),
            _ => None,
        };
        if let Some(news) = news {
            self.watcher.tell(news);
        }
    }

    /// The checks that have come to nothing when the run ends, as entries: of operations that stand, and that would be taken for
    /// well otherwise. `known` says which of an operation have.
    pub(super) fn unanswered(
        &self,
        (plan, scheduler): (&Plan, &Scheduler),
        known: impl Fn(OpId, &str) -> bool,
    ) -> Vec<Health> {
        let stands = |op: OpId| matches!(scheduler.state(op), State::Ended(Ending::Succeeded));
        let checks = self.checks.iter().filter(|(op, _)| stands(**op));
        let titles = checks.flat_map(|(op, checks)| checks.iter().map(|check| (*op, check.title())));
        let entry = |(op, check)| Health {
            op: Some(op),
            name: plan.operation(op).name.clone(),
            attempt: scheduler.attempt(op),
            check,
            status: Status::Starting,
            failures: 0,
            message: String::new(),
            remedy: None,
            time: 0,
            budget: 0,
            refused: None,
        };
        titles.filter(|(op, check)| !known(*op, check)).map(entry).collect()
    }

    /// Lets the watch know how much of the machine is in use.
    pub(super) fn sampled(&self, levels: Levels) {
        self.watcher.tell(News::Levels(levels));
    }

    /// Nothing is watched any more.
    pub(super) fn end(&mut self) {
        self.watcher.end();
    }

    /// What is done about a finding, as its entry; nothing when it is of an attempt that is past. `ended` says that it is of
    /// one that has just ended.
    pub(super) fn decide(
        &self,
        finding: &Finding,
        (plan, scheduler): (&Plan, &Scheduler),
        ended: bool,
    ) -> Option<Health> {
        let mut entry = Health {
            op: finding.op,
            name: finding.op.map(|op| plan.operation(op).name.clone()).unwrap_or_default(),
            attempt: finding.attempt,
            check: finding.check.clone(),
            status: finding.status,
            failures: finding.failures,
            message: finding.message.clone(),
            remedy: None,
            time: 0,
            budget: 0,
            refused: None,
        };
        let Some(op) = finding.op else {
            entry.remedy = self.monitoring.as_ref().filter(|_| finding.acts).map(|it| it.on_failure);
            return (!scheduler.is_finished()).then_some(entry);
        };
        let stands = ended || matches!(scheduler.state(op), State::Serving | State::Ended(Ending::Succeeded));
        if !stands || scheduler.attempt(op) != finding.attempt {
            return None;
        }
        let check = self.checks.get(&op)?.get(finding.place)?;
        if finding.acts {
            let wanted = check.remedy(plan.facts(op).service);
            let (remedy, time) = self.budgets.choose(op, wanted, check.budget);
            (entry.remedy, entry.time) = (Some(remedy), time);
            entry.budget = if wanted.is_limited() { check.budget } else { 0 };
            let refusal = scheduler.may_remedy(op, finding.attempt, remedy, ended).err();
            entry.refused = refusal.map(|refusal| because(refusal).to_owned());
        }
        Some(entry)
    }

    /// It is done, and made known where that is wanted.
    pub(super) fn done(&mut self, entry: &Health, place: usize, is_news: bool) {
        if let (Some(op), Some(remedy)) = (entry.op, entry.done()) {
            self.budgets.spend(op, remedy);
        }
        if is_news {
            self.watcher.tell(News::Said(Box::new(Said {
                op: entry.op,
                attempt: entry.attempt,
                place,
                check: entry.check.clone(),
                status: entry.status,
                message: entry.sentence(),
            })));
        }
    }
}

/// Why something is not done.
fn because(refusal: OrderRefusal) -> &'static str {
    match refusal {
        OrderRefusal::Suspended => "the run is suspended",
        OrderRefusal::Undoes => "it undoes another operation",
        OrderRefusal::Stops => "it is being stopped",
        OrderRefusal::NotBegun | OrderRefusal::Ended(_) => "it has ended",
        OrderRefusal::CalledOff | OrderRefusal::NotSuspended | OrderRefusal::Serves => {
            "its run is being stopped"
        }
    }
}
