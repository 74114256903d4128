//! What a record has of the health of a run and of its operations: an entry for each change, and what these amount to.

use crate::error::{sentence, sentences};
use crate::graph::OpId;
use crate::health::Status;
use crate::health::rules::PROCESS;
use crate::operation::Remedy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A check has come to be healthy or unhealthy, or something is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The operation that is checked; absent for what is watched of the run as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OpId>,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its attempt; 0 for one that was not run.
    #[serde(default)]
    pub attempt: u32,
    /// What the check is called.
    pub check: String,
    /// How it stands from now on.
    #[serde(default)]
    pub status: Status,
    /// Failures in a row.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// How the last try went, in a few words; empty for one that passed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What is done about it; absent while nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// Which time that is of the operation's budget, from 1; absent where it has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub time: u32,
    /// The budget that there is for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub budget: u32,
    /// Why it is not done after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Health {
    /// What is really done.
    pub fn done(&self) -> Option<Remedy> {
        self.remedy.filter(|_| self.refused.is_none())
    }

    /// What has happened, for people: whole sentences.
    pub fn sentence(&self) -> String {
        let whose = match self.op {
            Some(_) => format!("'{}'", self.name),
            None => "The run".to_owned(),
        };
        match self.status {
            Status::Unhealthy => {}
            Status::Healthy => {
                return sentence(format!("{whose} is healthy again: check '{}' passes", self.check));
            }
            Status::Starting => {
                let what = format!(
                    "{whose} was not found to be healthy: the run ended before check '{}'",
                    self.check
                );
                return sentence(format!("{what} was answered"));
            }
        }
        let times = match self.failures {
            0 | 1 => String::new(),
            failures => format!(" {failures} times in a row"),
        };
        let why = if self.message.is_empty() { String::new() } else { format!(": {}", self.message) };
        let what = format!("{whose} is unhealthy: check '{}' failed{times}{why}", self.check);
        sentences(&sentence(what), self.consequence().as_deref())
    }

    fn consequence(&self) -> Option<String> {
        if let Some(refused) = &self.refused {
            return Some(format!("Nothing is done about it, because {refused}."));
        }
        let is_spent = self.budget > 0 && self.time >= self.budget;
        let time =
            if self.budget > 0 { format!(" ({} of {})", self.time, self.budget) } else { String::new() };
        Some(match self.remedy? {
            Remedy::Restart => format!("It is restarted{time}."),
            Remedy::Rerun => format!("It runs again{time}."),
            Remedy::Compensate => "Its rollback runs, and it counts as failed.".to_owned(),
            Remedy::Fail if self.op.is_none() => "The run is stopped, and counts as failed.".to_owned(),
            Remedy::Fail if is_spent => {
                format!("Its budget of {} is used up, and it counts as failed.", self.budget)
            }
            Remedy::Fail => "It counts as failed from now on.".to_owned(),
            Remedy::Notify => return None,
        })
    }
}

/// How a check stands, as far as its entries tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckState {
    /// What it is called.
    pub check: String,
    /// How it stands.
    #[serde(default)]
    pub status: Status,
    /// Since when, in milliseconds from the run's start.
    #[serde(default)]
    pub since_ms: u64,
    /// How often it has become unhealthy.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub times_unhealthy: u32,
    /// Why it was unhealthy last, in a few words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was done about it, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remedies: BTreeMap<Remedy, u32>,
}

/// Lets an entry happen to the checks that it is one of.
pub fn apply(checks: &mut Vec<CheckState>, at: u64, entry: &Health) {
    let place = checks.iter().position(|check| check.check == entry.check).unwrap_or_else(|| {
        checks.push(CheckState { check: entry.check.clone(), since_ms: at, ..CheckState::default() });
        checks.len() - 1
    });
    let check = &mut checks[place];
    if check.status != entry.status {
        (check.status, check.since_ms) = (entry.status, at);
        check.times_unhealthy += u32::from(entry.status == Status::Unhealthy);
    }
    if entry.status == Status::Unhealthy && !entry.message.is_empty() {
        entry.message.clone_into(&mut check.message);
    }
    if let Some(remedy) = entry.done() {
        *check.remedies.entry(remedy).or_default() += 1;
    }
}

/// Lets a service be ready: it is alive.
pub fn serves(checks: &mut [CheckState], at: u64) {
    let dead = |check: &&mut CheckState| check.check == PROCESS && check.status == Status::Unhealthy;
    if let Some(process) = checks.iter_mut().find(dead) {
        (process.status, process.since_ms) = (Status::Healthy, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhealthy(remedy: Option<Remedy>, time: u32) -> Health {
        Health {
            op: Some(OpId(0)),
            name: "web".to_owned(),
            attempt: 1,
            check: "http x".to_owned(),
            status: Status::Unhealthy,
            failures: 3,
            message: "connection refused".to_owned(),
            remedy,
            time,
            budget: if remedy.is_some_and(Remedy::is_limited) { 3 } else { 0 },
            refused: None,
        }
    }

    #[test]
    fn an_entry_says_what_is_wrong_and_what_is_done() {
        let begins = "'web' is unhealthy: check 'http x' failed 3 times in a row: connection refused.";
        for (entry, ends) in [
            (unhealthy(Some(Remedy::Restart), 2), " It is restarted (2 of 3)."),
            (unhealthy(Some(Remedy::Notify), 0), ""),
            (unhealthy(None, 0), ""),
            (
                Health { budget: 3, ..unhealthy(Some(Remedy::Fail), 3) },
                " Its budget of 3 is used up, and it counts as failed.",
            ),
            (
                Health {
                    refused: Some("its run is being stopped".to_owned()),
                    ..unhealthy(Some(Remedy::Rerun), 1)
                },
                " Nothing is done about it, because its run is being stopped.",
            ),
        ] {
            assert_eq!(entry.sentence(), format!("{begins}{ends}"));
        }
        let again = Health { status: Status::Healthy, ..unhealthy(None, 0) };
        assert_eq!(again.sentence(), "'web' is healthy again: check 'http x' passes.");
        let unanswered = Health { status: Status::Starting, ..unhealthy(None, 0) };
        assert_eq!(
            unanswered.sentence(),
            "'web' was not found to be healthy: the run ended before check 'http x' was answered."
        );
    }

    #[test]
    fn entries_amount_to_how_a_check_stands() {
        let mut checks = Vec::new();
        let healthy =
            Health { status: Status::Healthy, failures: 0, message: String::new(), ..unhealthy(None, 0) };
        for (at, entry) in [
            (1, healthy.clone()),
            (5, unhealthy(None, 0)),
            (6, unhealthy(Some(Remedy::Restart), 1)),
            (9, healthy),
            (12, Health { refused: Some("x".to_owned()), ..unhealthy(Some(Remedy::Restart), 2) }),
        ] {
            apply(&mut checks, at, &entry);
        }
        let [check] = &checks[..] else { panic!("one check") };
        assert_eq!((check.status, check.since_ms, check.times_unhealthy), (Status::Unhealthy, 12, 2));
        assert_eq!(check.remedies, BTreeMap::from([(Remedy::Restart, 1)]));
    }
}
