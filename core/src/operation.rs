//! What a user declares: an operation, the work it does and the limits it has.
//!
//! These types are the wire format too: the managed side sends a [`PlanRequest`] as JSON.
//! Unknown fields are refused, so that a misspelt one is found instead of ignored.

use crate::error::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything a plan is compiled from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The operations, in the user's order.
    pub operations: Vec<Operation>,
    /// How ready operations are ranked.
    #[serde(default)]
    pub order: Order,
    /// How much there is of what operations need.
    #[serde(default, skip_serializing_if = "ResourceLimits::is_empty")]
    pub limits: ResourceLimits,
    /// Groups of operations, by name or id, of which only one may be at work at a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Vec<String>>,
    /// Past runs whose durations stand in for estimates that are not declared; see
    /// [`crate::history::estimate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<PastRuns>,
}

/// Which past runs tell how long operations take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastRuns {
    /// Folder of all runs; [`crate::history::root`] when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// Name of the lab or run, ignoring case.
    pub name: String,
}

/// How much there is of what operations need. What is absent is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceLimits {
    /// Memory in MiB: the sum of what operations book, and the most the machine may have in use
    /// while more are started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u64>,
    /// Percent of all processors, 1 to 100; booked and watched like memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<u64>,
    /// Network in Mbit/s; booked only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_mbps: Option<u64>,
    /// Disk in MB/s; booked only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_mbps: Option<u64>,
    /// Named pools and how many units each has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<String, u64>,
}

impl ResourceLimits {
    /// These limits, except where others say something.
    #[must_use]
    pub fn overridden_by(&self, over: &Self) -> Self {
        let mut limits = self.clone();
        limits.memory_mb = over.memory_mb.or(limits.memory_mb);
        limits.cpu_percent = over.cpu_percent.or(limits.cpu_percent);
        limits.network_mbps = over.network_mbps.or(limits.network_mbps);
        limits.disk_mbps = over.disk_mbps.or(limits.disk_mbps);
        for (name, units) in &over.pools {
            limits.pools.retain(|known, _| known.to_lowercase() != name.to_lowercase());
            limits.pools.insert(name.clone(), *units);
        }
        limits
    }

    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What an operation books while it is at work; a service keeps it until it has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Memory in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u64>,
    /// Percent of all processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<u64>,
    /// Network in Mbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_mbps: Option<u64>,
    /// Disk in MB/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_mbps: Option<u64>,
    /// Units of named pools; each pool must be among the plan's limits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<String, u64>,
    /// Named locks; a lock exists because somebody names it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locks: BTreeMap<String, LockMode>,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// Beside others that share it.
    Shared,
    /// Alone.
    Exclusive,
}

/// When a failed attempt is followed by another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    /// Attempts after the first one, at most.
    pub count: u32,
    /// Pause before the second attempt in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// How the pause grows.
    #[serde(default)]
    pub backoff: Backoff,
    /// The longest pause in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_delay_ms: Option<u64>,
    /// Whether each pause is shortened by a random part, at most half, so that what failed together
    /// does not come back together.
    #[serde(default)]
    pub jitter: bool,
    /// Regular expressions, letter case ignored: only errors whose text or id matches one are
    /// retried. Every error is when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry_on: Vec<String>,
    /// Regular expressions: errors that match one are never retried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_on: Vec<String>,
}

/// How the pause between attempts grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backoff {
    /// Not at all.
    #[default]
    Fixed,
    /// It doubles with every attempt.
    Exponential,
}

/// What must have become of its dependencies for an operation to start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// All have succeeded; otherwise it is skipped.
    #[default]
    AllSucceeded,
    /// All have ended, however.
    AllDone,
    /// All have ended and at least one has failed; otherwise it is skipped. It also runs when that
    /// failure stops the run.
    AnyFailed,
    /// All have ended, however; even when the run was stopped, timed out or was canceled with grace.
    Always,
}

/// How operations that are ready at the same time are ranked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "mode", deny_unknown_fields)]
pub enum Order {
    /// One after another, in the declared order as far as dependencies allow.
    Sequential,
    /// In parallel by priority, then as declared; no look-ahead.
    Parallel,
    /// In parallel by priority, then by the longest remaining path.
    #[default]
    Intelligent,
    /// In parallel by the caller's list; operations that are not on it come last, as declared.
    Custom {
        /// Names or ids, first one first.
        names: Vec<String>,
    },
}

/// One operation as declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Unique among names and ids, ignoring case.
    pub name: String,
    /// A second name that dependencies may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Free text (`Deploy`, `Validate` …); only `Monitor` has a meaning of its own.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Names or ids of operations that must end well before this one starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// 1 (first) to 10 (last); 5 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// Limit of one attempt in milliseconds; the run's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Limit of the whole operation in milliseconds, from its becoming ready to its end: waiting,
    /// all attempts and the pauses between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_timeout_ms: Option<u64>,
    /// How long it is expected to take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate_ms: Option<u64>,
    /// Names or ids of operations that must have ended, however, before this one starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak_dependencies: Vec<String>,
    /// What must have become of its dependencies.
    #[serde(default, skip_serializing_if = "is_default")]
    pub trigger: Trigger,
    /// Whether its failure counts: stops the run, or makes it a failed one.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub critical: bool,
    /// What it books while it is at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Box<Needs>>,
    /// When a failed attempt is followed by another one; the run's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<RetryPolicy>>,
    /// What undoes it once it has succeeded, should the run be rolled back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Box<Work>>,
    /// What it does.
    pub work: Work,
    /// Where it was declared, for findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Operation {
    /// A script without a name, everything else as if absent.
    fn default() -> Self {
        Self {
            name: String::new(),
            id: None,
            kind: None,
            dependencies: Vec::new(),
            priority: None,
            timeout_ms: None,
            total_timeout_ms: None,
            estimate_ms: None,
            weak_dependencies: Vec::new(),
            trigger: Trigger::AllSucceeded,
            critical: true,
            needs: None,
            retry: None,
            compensation: None,
            work: Work::Script,
            at: None,
        }
    }
}

impl Operation {
    /// Whether this operation watches the others: it has no default limit and does not keep a run alive.
    pub fn is_monitor(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("monitor"))
    }
}

/// What an operation does when it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", deny_unknown_fields)]
pub enum Work {
    /// A script: handed to whoever takes work for the run. The core never sees its text.
    Script,
    /// A program that the core starts by itself.
    Process(Box<ProcessSpec>),
    /// Stops a service that another operation started.
    Stop {
        /// Name or id of the operation that started the service.
        service: String,
    },
}

/// A program to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessSpec {
    /// A path, or a name that is looked up on `PATH`.
    pub command: String,
    /// Arguments, one by one; never passed through a shell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Folder to start in; must be absolute when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Variables that are added to the inherited environment; a null removes one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Option<String>>,
    /// Whether the operation ends with the program or when the program is ready.
    #[serde(default)]
    pub mode: ProcessMode,
    /// Exit codes that count as success; 0 alone when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success_codes: Vec<i32>,
    /// How a service shows that it is ready; required for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Probe>,
    /// Time between the polite stop and the kill, in milliseconds; the run's grace when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_grace_ms: Option<u64>,
}

/// When a process operation has succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProcessMode {
    /// When the program has ended with a good exit code.
    #[default]
    Task,
    /// When its readiness probe passes; the program goes on until its stop operation or the run's end.
    Service,
}

/// How a service is asked whether it is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// What is asked.
    pub check: ProbeCheck,
    /// Pause between two tries in milliseconds; 250 when absent.
    #[serde(default = "default_probe_interval")]
    pub interval_ms: u64,
    /// Limit for becoming ready in milliseconds; 60,000 when absent.
    #[serde(default = "default_probe_timeout")]
    pub timeout_ms: u64,
}

fn default_probe_interval() -> u64 {
    250
}

fn default_probe_timeout() -> u64 {
    60_000
}

/// What a readiness probe asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum ProbeCheck {
    /// A TCP connection to `host:port` succeeds.
    Tcp(String),
    /// An HTTP GET answers with a status from 200 to 399.
    Http(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_operation_needs_no_more_than_a_name_and_its_work() {
        let json = r#"{"operations":[{"name":"a","work":{"kind":"script"}}]}"#;
        let request: PlanRequest = serde_json::from_str(json).unwrap();
        let plain = Operation { name: "a".to_owned(), ..Operation::default() };
        assert_eq!(request, PlanRequest { operations: vec![plain], ..PlanRequest::default() });
        let written = serde_json::to_string(&request).unwrap();
        assert_eq!(
            written,
            r#"{"operations":[{"name":"a","work":{"kind":"script"}}],"order":{"mode":"intelligent"}}"#
        );
    }

    #[test]
    fn everything_that_can_be_said_of_an_operation_comes_back_as_it_was() {
        let json = serde_json::json!({
            "operations": [{
                "name": "a", "work": {"kind": "script"},
                "timeout_ms": 1000, "total_timeout_ms": 9000, "estimate_ms": 500, "priority": 1,
                "dependencies": ["b"], "weak_dependencies": ["c"], "trigger": "any-failed", "critical": false,
                "needs": {
                    "memory_mb": 512, "cpu_percent": 50, "network_mbps": 10, "disk_mbps": 20,
                    "pools": {"licences": 2}, "locks": {"db": "exclusive", "net": "shared"}
                },
                "retry": {
                    "count": 3, "delay_ms": 100, "backoff": "exponential", "max_delay_ms": 5000,
                    "jitter": true, "retry_on": ["busy"], "stop_on": ["fatal"]
                },
                "compensation": {"kind": "script"}
            }],
            "order": {"mode": "parallel"},
            "limits": {
                "memory_mb": 4096, "cpu_percent": 80, "network_mbps": 100, "disk_mbps": 200,
                "pools": {"licences": 5}
            },
            "conflicts": [["a", "b"]]
        });
        let request: PlanRequest = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), json);
        assert!(serde_json::from_str::<Needs>(r#"{"memory":1}"#).is_err(), "a misspelt key is found");
    }
}
