//! What a user declares: an operation, the work it does and the limits it has.
//!
//! These types are the wire format too: the managed side sends a [`PlanRequest`] as JSON.
//! Unknown fields are refused, so that a misspelt one is found instead of ignored.

use crate::error::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything a plan is compiled from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The operations, in the user's order.
    pub operations: Vec<Operation>,
    /// How ready operations are ranked.
    #[serde(default)]
    pub order: Order,
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
    /// What it does.
    pub work: Work,
    /// Where it was declared, for findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
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
    Process(ProcessSpec),
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
