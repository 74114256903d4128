//! A program to start, and how a service shows that it is ready.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A program to start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// Exit codes that count as success and ask for a restart of the machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restart_codes: Vec<i32>,
    /// How a service shows that it is ready; required for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Probe>,
    /// Time between the request to end and the kill, in milliseconds; the run's grace when absent. With 0 the
    /// program is asked and killed right after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_grace_ms: Option<u64>,
    /// Whether it goes on when the process that runs the operation dies; otherwise the system asks it to end
    /// then. An order to stop, a limit and the end of the run reach it all the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub detached: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl ProcessSpec {
    /// The time between the request to end and the kill: the program's own, else the run's.
    pub fn stop_grace(&self, of_run: Duration) -> Duration {
        self.stop_grace_ms.map_or(of_run, Duration::from_millis)
    }
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
    /// Whether an https probe takes any certificate; without it one that the system does not trust is not an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
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
    /// A TCP connection to `host:port`, or to a port of this machine, succeeds.
    Tcp(String),
    /// An HTTP GET answers with a status from 200 to 399.
    Http(String),
}
