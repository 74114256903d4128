//! Looks after the health of a run: asks its checks when they are due, and reports what they amount to.
//!
//! One task for all checks of a run. When a check is asked, and when it is unhealthy, is decided by `health/`; what is
//! done about that by the driver ([`care`](super::care)), which also says what is to be watched.

use super::driver::Message;
use super::handle::Run;
use super::news::{Finding, Listener, News, Said};
use super::tasks;
use crate::graph::OpId;
use crate::health::thresholds::{Crossing, Levels, Thresholds};
use crate::health::watch::Order;
use crate::health::{Status, Watch};
use crate::operation::{Call, HealthCheck, Monitoring};
use crate::work::mark::Mark;
use crate::work::probe::{Notice, Surroundings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// Limit of what is run to make something known.
const NOTIFYING: Duration = Duration::from_secs(60);

/// What is watched of a run.
pub(super) struct Charge {
    pub run_id: String,
    pub run_name: String,
    /// The checks of operations.
    pub checks: Arc<BTreeMap<OpId, Vec<HealthCheck>>>,
    /// By the same numbers.
    pub names: BTreeMap<OpId, String>,
    /// What is watched of the run as a whole.
    pub monitoring: Option<Monitoring>,
    pub surroundings: Surroundings,
}

/// Which check of which operation.
type Key = (OpId, usize);

/// What a try has come to.
struct Answer {
    key: Key,
    attempt: u32,
    number: u64,
    outcome: Result<(), String>,
}

/// A check that is watched.
struct Watched {
    attempt: u32,
    watch: Watch,
    due: u64,
    asking: Option<AbortHandle>,
    last: String,
}

/// Watches until the run is over or gone. Holds no strong reference while it waits.
pub(super) async fn watch(run: Weak<Run>, charge: Charge, mut news: Listener) {
    let mut monitor = Monitor::new(run, charge);
    loop {
        let due = monitor.due();
        tokio::select! {
            biased;
            heard = news.hear() => match heard {
                Some(heard) => monitor.take(heard).await,
                None => return,
            },
            Some(answer) = monitor.tries.join_next() => {
                // One that was given up has no answer.
                if let Ok(answer) = answer {
                    monitor.answered(answer).await;
                }
            }
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => monitor.tick().await,
        }
    }
}

struct Monitor {
    run: Weak<Run>,
    charge: Charge,
    began: Instant,
    watched: BTreeMap<Key, Watched>,
    /// When each of them has something to do.
    agenda: BTreeSet<(u64, Key)>,
    tries: JoinSet<Answer>,
    thresholds: Option<Thresholds>,
}

impl Monitor {
    fn new(run: Weak<Run>, charge: Charge) -> Self {
        let thresholds = charge.monitoring.as_ref().map(|monitoring| Thresholds::new(monitoring, 0));
        Self {
            run,
            charge,
            began: Instant::now(),
            watched: BTreeMap::new(),
            agenda: BTreeSet::new(),
            tries: JoinSet::new(),
            thresholds,
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// When something is due.
    fn due(&self) -> Option<Instant> {
        let checks = self.agenda.first().map(|(due, _)| *due);
        let progress = self.thresholds.as_ref().and_then(Thresholds::due);
        let due = checks.into_iter().chain(progress).min()?;
        self.began.checked_add(Duration::from_millis(due))
    }

    async fn take(&mut self, news: News) {
        let now = self.now();
        match news {
            News::Watch(op, attempt) => {
                self.forget(op);
                let rules = self.charge.checks.get(&op).map_or(0, Vec::len);
                for place in 0..rules {
                    let watch = Watch::new((&self.charge.checks[&op][place]).into(), now);
                    let due = watch.due();
                    self.agenda.insert((due, (op, place)));
                    let watched = Watched { attempt, watch, due, asking: None, last: String::new() };
                    self.watched.insert((op, place), watched);
                }
            }
            News::Forget(op) => self.forget(op),
            News::Progress => {
                if let Some(crossing) =
                    self.thresholds.as_mut().and_then(|thresholds| thresholds.progressed(now))
                {
                    self.crossed(crossing).await;
                }
            }
            News::Levels(levels) => self.sampled(levels).await,
            News::Said(said) => self.notify(*said),
            News::Suspended(suspended) => {
                if let Some(thresholds) = &mut self.thresholds {
                    thresholds.suspend(now, suspended);
                }
            }
        }
    }

    fn forget(&mut self, op: OpId) {
        let keys: Vec<Key> = self.watched.range((op, 0)..=(op, usize::MAX)).map(|(key, _)| *key).collect();
        for key in keys {
            if let Some(watched) = self.watched.remove(&key) {
                self.agenda.remove(&(watched.due, key));
                if let Some(asking) = watched.asking {
                    asking.abort();
                }
            }
        }
    }

    async fn tick(&mut self) {
        let now = self.now();
        while let Some((_, key)) = self.agenda.first().copied().filter(|(due, _)| *due <= now) {
            let mut orders = Vec::new();
            if let Some(watched) = self.watched.get_mut(&key) {
                watched.watch.tick(now, &mut orders);
            }
            self.obey(key, orders).await;
        }
        if let Some(crossing) = self.thresholds.as_mut().and_then(|thresholds| thresholds.tick(now)) {
            self.crossed(crossing).await;
        }
    }

    async fn answered(&mut self, answer: Answer) {
        let now = self.now();
        let Some(watched) = self.watched.get_mut(&answer.key) else { return };
        if watched.attempt != answer.attempt {
            return;
        }
        let mut orders = Vec::new();
        watched.watch.answered(now, answer.number, answer.outcome.is_ok(), &mut orders);
        if let Err(why) = answer.outcome {
            watched.last = why;
        }
        self.obey(answer.key, orders).await;
    }

    async fn obey(&mut self, key: Key, orders: Vec<Order>) {
        let (op, place) = key;
        let Some(check) = self.charge.checks.get(&op).and_then(|checks| checks.get(place)) else { return };
        let mut report: Option<(Status, bool)> = None;
        let Some(watched) = self.watched.get_mut(&key) else { return };
        for order in orders {
            match order {
                Order::Ask(number) => {
                    let (surroundings, question) = (self.charge.surroundings.clone(), check.check.clone());
                    let limit = Duration::from_millis(check.timeout_ms);
                    let mark = tasks::mark(&self.charge.run_id, op, watched.attempt.max(1));
                    let notice = notice(&self.charge, Some(op), &check.title());
                    let attempt = watched.attempt;
                    watched.asking = Some(self.tries.spawn(async move {
                        let outcome = surroundings.ask(&question, limit, mark, &notice).await;
                        Answer { key, attempt, number, outcome }
                    }));
                }
                Order::GiveUp => {
                    if let Some(asking) = watched.asking.take() {
                        asking.abort();
                    }
                    watched.last = format!("no answer within {:?}", Duration::from_millis(check.timeout_ms));
                }
                Order::Healthy => report = Some((Status::Healthy, false)),
                Order::Unhealthy => report = Some((Status::Unhealthy, false)),
                Order::Act => report = Some((Status::Unhealthy, true)),
            }
        }
        self.agenda.remove(&(watched.due, key));
        watched.due = watched.watch.due();
        self.agenda.insert((watched.due, key));
        let Some((status, acts)) = report else { return };
        let finding = Finding {
            op: Some(op),
            attempt: watched.attempt,
            check: check.title(),
            place,
            status,
            acts,
            failures: watched.watch.failures(),
            message: if status == Status::Unhealthy { watched.last.clone() } else { String::new() },
        };
        self.report(finding).await;
    }

    async fn sampled(&mut self, levels: Levels) {
        let now = self.now();
        let crossings = self.thresholds.as_mut().map(|thresholds| thresholds.sample(now, levels));
        for crossing in crossings.into_iter().flatten() {
            self.crossed(crossing).await;
        }
    }

    async fn crossed(&mut self, Crossing { quantity, status, message }: Crossing) {
        let finding = Finding {
            op: None,
            attempt: 0,
            check: quantity.name().to_owned(),
            place: 0,
            status,
            acts: status == Status::Unhealthy,
            failures: u32::from(status == Status::Unhealthy),
            message,
        };
        self.report(finding).await;
    }

    /// Lets the run decide.
    async fn report(&self, finding: Finding) {
        let Some(run) = self.run.upgrade() else { return };
        // The step that follows may wait for the disk.
        let step = move || drop(run.send(Message::Health(Box::new(finding))));
        // Where no thread is left, the run is over soon.
        let _ = tokio::task::spawn_blocking(step).await;
    }

    /// Runs what makes a check known, beside the run.
    fn notify(&self, said: Said) {
        let own = said.op.and_then(|op| self.charge.checks.get(&op)?.get(said.place)?.notify.as_ref());
        let call = own.or_else(|| self.charge.monitoring.as_ref()?.notify.as_ref());
        let Some(call) = call.cloned() else { return };
        // Of no attempt: the stop of an attempt ends everything that has its mark.
        let mark = tasks::mark(&self.charge.run_id, said.op.unwrap_or(OpId(0)), 0);
        let notice = Notice {
            status: format!("{:?}", said.status),
            message: said.message,
            ..notice(&self.charge, said.op, &said.check)
        };
        tokio::spawn(notify(Weak::clone(&self.run), self.charge.surroundings.clone(), call, mark, notice));
    }
}

fn notice(charge: &Charge, op: Option<OpId>, check: &str) -> Notice {
    Notice {
        run_id: charge.run_id.clone(),
        run_name: charge.run_name.clone(),
        operation: op.and_then(|op| charge.names.get(&op).cloned()).unwrap_or_default(),
        check: check.to_owned(),
        ..Notice::default()
    }
}

/// Runs what makes something known, beside the run.
async fn notify(run: Weak<Run>, surroundings: Surroundings, call: Call, mark: Mark, notice: Notice) {
    let outcome = tokio::time::timeout(NOTIFYING, surroundings.call(&call, mark, &notice)).await;
    let why = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(why)) => why,
        Err(_) => format!("it did not end within {} s", NOTIFYING.as_secs()),
    };
    if let Some(run) = run.upgrade() {
        let message = format!("The notification of check '{}' failed: {why}.", notice.check);
        drop(tokio::task::spawn_blocking(move || run.driver.lock().warn(message)).await);
    }
}

#[cfg(all(test, unix))]
#[path = "health_tests.rs"]
mod tests;
