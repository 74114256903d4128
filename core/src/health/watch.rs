//! One check as a state machine: when it is asked, and what its answers amount to.
//!
//! ```text
//! starting ──passes──► healthy ◄──passes── unhealthy ──grace over──► something is done
//!     └──fails `retries` times in a row──►────┘
//! ```

use crate::operation::HealthCheck;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a check stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It has neither passed, nor failed often enough.
    #[default]
    Starting,
    /// It passed when it was last asked, or has not failed often enough since.
    Healthy,
    /// It has failed as often in a row as it may.
    Unhealthy,
}

impl fmt::Display for Status {
    /// The word that records have, too.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(to)
    }
}

/// The times and numbers of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Pause between two tries.
    pub interval_ms: u64,
    /// Limit of one try.
    pub timeout_ms: u64,
    /// Failures in a row that count.
    pub retries: u32,
    /// Time from its beginning in which failures do not count.
    pub start_period_ms: u64,
    /// Time between being unhealthy and anything being done.
    pub grace_ms: u64,
}

impl From<&HealthCheck> for Rule {
    fn from(check: &HealthCheck) -> Self {
        let HealthCheck { interval_ms, timeout_ms, retries, start_period_ms, grace_ms, .. } = *check;
        Self { interval_ms, timeout_ms, retries, start_period_ms, grace_ms }
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ask: a try with this number begins.
    Ask(u64),
    /// Give up the try under way, which has taken too long.
    GiveUp,
    /// It is healthy, and was not before.
    Healthy,
    /// It is unhealthy, and was not before.
    Unhealthy,
    /// It has been unhealthy for its grace: something is done about it, once.
    Act,
}

/// One check while it is watched.
#[derive(Clone, Debug)]
pub struct Watch {
    rule: Rule,
    began: u64,
    status: Status,
    /// Failures in a row.
    failures: u32,
    /// When the try under way began.
    asked: Option<u64>,
    /// The number of the last try.
    tries: u64,
    /// When it is asked next.
    next: u64,
    /// When something is done, if it is unhealthy by then.
    act_at: Option<u64>,
}

impl Watch {
    /// A check that is watched from now on, and is asked at once.
    pub fn new(rule: Rule, now: u64) -> Self {
        let status = Status::Starting;
        Self { rule, began: now, status, failures: 0, asked: None, tries: 0, next: now, act_at: None }
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// When it has something to do by itself.
    pub fn due(&self) -> u64 {
        let next = self.asked.map_or(self.next, |asked| asked.saturating_add(self.rule.timeout_ms));
        self.act_at.map_or(next, |act| act.min(next))
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: u64, orders: &mut Vec<Order>) {
        match self.asked {
            Some(asked) if now >= asked.saturating_add(self.rule.timeout_ms) => {
                orders.push(Order::GiveUp);
                self.answer(now, false, orders);
            }
            Some(_) => {}
            None if now >= self.next => {
                self.tries += 1;
                self.asked = Some(now);
                orders.push(Order::Ask(self.tries));
            }
            None => {}
        }
        self.act_when_due(now, orders);
    }

    /// The answer of a try. One of a try that was given up changes nothing.
    pub fn answered(&mut self, now: u64, attempt: u64, well: bool, orders: &mut Vec<Order>) {
        if self.asked.is_some() && attempt == self.tries {
            self.answer(now, well, orders);
            self.act_when_due(now, orders);
        }
    }

    fn answer(&mut self, now: u64, well: bool, orders: &mut Vec<Order>) {
        self.asked = None;
        self.next = now.saturating_add(self.rule.interval_ms);
        if well {
            (self.failures, self.act_at) = (0, None);
            if self.status != Status::Healthy {
                self.status = Status::Healthy;
                orders.push(Order::Healthy);
            }
            return;
        }
        let starts = self.status == Status::Starting;
        if starts && now < self.began.saturating_add(self.rule.start_period_ms) {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.rule.retries && self.status != Status::Unhealthy {
            self.status = Status::Unhealthy;
            self.act_at = Some(now.saturating_add(self.rule.grace_ms));
            orders.push(Order::Unhealthy);
        }
    }

    fn act_when_due(&mut self, now: u64, orders: &mut Vec<Order>) {
        if self.act_at.is_some_and(|at| now >= at) {
            self.act_at = None;
            orders.push(Order::Act);
        }
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
