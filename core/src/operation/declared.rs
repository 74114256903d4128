//! One operation as a user declares it.

use super::{HealthCheck, Needs, RetryPolicy, UpToDate, Work};
use crate::error::Place;
use serde::{Deserialize, Serialize};

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
    /// The state that its dependencies must reach.
    #[serde(default, skip_serializing_if = "is_default")]
    pub trigger: Trigger,
    /// Whether its failure counts: stops the run, or makes it a failed one.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub critical: bool,
    /// Whether it may be run again after an interruption, however far it came.
    #[serde(default, skip_serializing_if = "is_default")]
    pub idempotent: bool,
    /// The amounts that it books while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Box<Needs>>,
    /// When a failed attempt is followed by another one; the run's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<RetryPolicy>>,
    /// What says that it is up to date; it always runs when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_date: Option<Box<UpToDate>>,
    /// How it is checked that it is well while the run goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<HealthCheck>,
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

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
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
            idempotent: false,
            needs: None,
            retry: None,
            up_to_date: None,
            health: Vec::new(),
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

/// The state that its dependencies must reach for an operation to start.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::PlanRequest;

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
                    "memory_mib": 512, "cpu_percent": 50, "network_mbit_s": 10, "disk_mb_s": 20,
                    "pools": {"licences": 2}, "locks": {"db": "exclusive", "net": "shared"}
                },
                "retry": {
                    "count": 3, "delay_ms": 100, "backoff": "exponential", "max_delay_ms": 5000,
                    "jitter": true, "retry_on": ["busy"], "stop_on": ["fatal"]
                },
                "up_to_date": {
                    "test": true, "inputs": ["src/**"], "outputs": ["out"], "folder": "/lab",
                    "ignore_changes": ["block", "parameters", "dependencies"]
                },
                "compensation": {"kind": "script"}
            }],
            "order": {"mode": "parallel"},
            "limits": {
                "memory_mib": 4096, "cpu_percent": 80, "network_mbit_s": 100, "disk_mb_s": 200,
                "pools": {"licences": 5}
            },
            "conflicts": [["a", "b"]]
        });
        let request: PlanRequest = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), json);
        assert!(serde_json::from_str::<Needs>(r#"{"memory":1}"#).is_err(), "a misspelt key is found");
    }
}
