//! How it is found out while a run goes on whether something is well, and what is done when it is not.

use super::endpoint::Endpoint;
use super::{ProbeCheck, ProcessSpec};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Pause between two tries of a check, in milliseconds, unless it has its own.
pub const DEFAULT_INTERVAL_MS: u64 = 30_000;

/// Limit of one try in milliseconds, unless a check has its own.
pub const DEFAULT_TIMEOUT_MS: u64 = 10_000;

/// Failures in a row that make a check a failed one, unless it has its own number.
pub const DEFAULT_RETRIES: u32 = 3;

/// How often something is restarted or run again because it is not well, unless a check has its own number.
pub const DEFAULT_BUDGET: u32 = 3;

/// The most failures in a row that a check can wait for.
pub const MAX_CHECK_RETRIES: u32 = 1_000;

/// The most often that something can be done about an operation.
pub const MAX_BUDGET: u32 = 1_000;

/// One check of an operation: of a service while it serves, of any other one once it has succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// What it is called where it is shown; made of what is asked when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is asked.
    pub check: Question,
    /// Pause between two tries in milliseconds, from the end of one to the beginning of the next; above 0.
    #[serde(default = "interval")]
    pub interval_ms: u64,
    /// Limit of one try in milliseconds; above 0. A try that takes longer has failed.
    #[serde(default = "timeout")]
    pub timeout_ms: u64,
    /// Failures in a row, from 1, after which it is unhealthy.
    #[serde(default = "retries")]
    pub retries: u32,
    /// Milliseconds from its beginning in which failures do not count, until it has passed for the first time.
    #[serde(default)]
    pub start_period_ms: u64,
    /// Milliseconds that it may be unhealthy before anything is done about that; what is well again by then is left alone.
    #[serde(default)]
    pub grace_ms: u64,
    /// What is done when it is unhealthy; by the kind of operation when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<Remedy>,
    /// How often that is done, for all checks of the operation together, before the operation fails instead.
    #[serde(default = "budget")]
    pub budget: u32,
    /// What is run whenever it becomes unhealthy, or healthy again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Call>,
}

fn interval() -> u64 {
    DEFAULT_INTERVAL_MS
}

fn timeout() -> u64 {
    DEFAULT_TIMEOUT_MS
}

fn retries() -> u32 {
    DEFAULT_RETRIES
}

fn budget() -> u32 {
    DEFAULT_BUDGET
}

impl HealthCheck {
    /// A check with everything at its default.
    pub fn new(check: Question) -> Self {
        Self {
            name: String::new(),
            check,
            interval_ms: DEFAULT_INTERVAL_MS,
            timeout_ms: DEFAULT_TIMEOUT_MS,
            retries: DEFAULT_RETRIES,
            start_period_ms: 0,
            grace_ms: 0,
            on_failure: None,
            budget: DEFAULT_BUDGET,
            notify: None,
        }
    }

    /// What it is called.
    pub fn title(&self) -> String {
        if self.name.is_empty() { self.check.to_string() } else { self.name.clone() }
    }

    /// What is done when it is unhealthy: a service is restarted, anything else is only reported, unless it says so.
    pub fn remedy(&self, is_service: bool) -> Remedy {
        self.on_failure.unwrap_or(if is_service { Remedy::Restart } else { Remedy::Notify })
    }

    /// The programs that it starts.
    pub fn programs(&self) -> impl Iterator<Item = &ProcessSpec> {
        let asked = if let Question::Call(call) = &self.check { Some(call) } else { None };
        asked.into_iter().chain(&self.notify).filter_map(Call::program)
    }

    /// The same, to be completed.
    pub fn programs_mut(&mut self) -> impl Iterator<Item = &mut ProcessSpec> {
        let asked = if let Question::Call(call) = &mut self.check { Some(call) } else { None };
        asked.into_iter().chain(&mut self.notify).filter_map(Call::program_mut)
    }

    /// Says what is wrong with it, each time with what to do.
    pub(crate) fn check(
        &self,
        name: &str,
        is_service: bool,
        undone: bool,
        invalid: &mut impl FnMut(String, &str),
    ) {
        let who = format!("operation '{name}': health check '{}'", self.title());
        self.check_times(&who, invalid);
        match self.on_failure {
            Some(Remedy::Restart) if !is_service => invalid(
                format!("{who} restarts the operation, which is not a service"),
                "Write 'rerun' to run the operation again, or 'notify', 'compensate' or 'fail'.",
            ),
            Some(Remedy::Compensate) if !undone => invalid(
                format!("{who} compensates the operation, which has no rollback"),
                "Give the operation a rollback, or choose 'restart', 'rerun', 'notify' or 'fail'.",
            ),
            _ => {}
        }
        self.check.check(&who, invalid);
    }

    /// The same of a check that is all there is to an operation: nothing is done about it but that the operation fails.
    pub(crate) fn check_alone(&self, name: &str, invalid: &mut impl FnMut(String, &str)) {
        let who = format!("operation '{name}': check '{}'", self.title());
        self.check_times(&who, invalid);
        if self.on_failure.is_some_and(|remedy| remedy != Remedy::Fail) {
            invalid(
                format!("{who} says what is done when it fails, but the operation fails by that"),
                "Remove 'on-failure'. 'retry' runs the checks again.",
            );
        }
        self.check.check(&who, invalid);
    }

    fn check_times(&self, who: &str, invalid: &mut impl FnMut(String, &str)) {
        if self.interval_ms == 0 || self.timeout_ms == 0 {
            invalid(format!("{who} has an interval or a timeout of zero"), "Give times above zero.");
        }
        if self.retries == 0 {
            invalid(format!("{who} has 0 retries"), "Write 1 for a check that fails at its first failure.");
        }
    }
}

/// What a check asks, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Question {
    /// Whether `host:port`, or a port of this machine, accepts a connection.
    Tcp(String),
    /// Whether a URL is answered as it should be.
    Http(Get),
    /// Whether a name stands for an address.
    Dns(String),
    /// Whether a machine can be reached.
    Host(String),
    /// Whether a program or a script ends well.
    #[serde(untagged)]
    Call(Call),
}

/// A GET, and the answer that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// An http or https URL.
    pub url: String,
    /// The statuses that count as well; those from 200 to 399 when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// Whether any certificate is taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
    /// A text that the answer has in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// A program or a script that is run beside the operations of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Call {
    /// A program, which ends with an exit code that counts as success.
    Command(Box<ProcessSpec>),
    /// PowerShell, in a process of its own: it is well unless it throws, ends with another exit code than 0, or gives
    /// `$false` last.
    Script(String),
}

/// What is done when a check is unhealthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Remedy {
    /// The process of a service is stopped and started again.
    Restart,
    /// The operation runs again. What depends on it is left as it is.
    Rerun,
    /// Its rollback runs, and it counts as failed.
    Compensate,
    /// It counts as failed from now on.
    Fail,
    /// It is made known, and nothing else.
    Notify,
}

impl Remedy {
    /// Every remedy there is, by its word.
    pub const WORDS: [(&str, Self); 5] = [
        ("restart", Self::Restart),
        ("rerun", Self::Rerun),
        ("compensate", Self::Compensate),
        ("fail", Self::Fail),
        ("notify", Self::Notify),
    ];

    /// Whether it is done a limited number of times.
    pub fn is_limited(self) -> bool {
        matches!(self, Self::Restart | Self::Rerun)
    }
}

impl Question {
    /// The address that is asked; nothing for what is not asked at an address.
    pub fn probe(&self) -> Option<ProbeCheck> {
        match self {
            Self::Tcp(address) => Some(ProbeCheck::Tcp(address.clone())),
            Self::Http(get) => Some(ProbeCheck::Http(get.url.clone())),
            Self::Dns(_) | Self::Host(_) | Self::Call(_) => None,
        }
    }

    fn check(&self, who: &str, invalid: &mut impl FnMut(String, &str)) {
        if let Some(Err(wrong)) = self.probe().map(|probe| Endpoint::parse(&probe)) {
            invalid(format!("{who}: {}", wrong.message), wrong.advice);
        }
        match self {
            Self::Dns(name) | Self::Host(name) if !is_host(name) => invalid(
                format!(
                    "{who} asks for '{}', which is not the name or the address of a machine",
                    name.escape_debug()
                ),
                "Write a name such as shop.example, or an address such as 10.0.0.1.",
            ),
            Self::Http(get) if get.status.iter().any(|status| !(100..=599).contains(status)) => {
                invalid(
                    format!("{who} expects a status that HTTP does not have"),
                    "Statuses go from 100 to 599.",
                );
            }
            Self::Http(get) if get.body.as_deref() == Some("") => {
                invalid(format!("{who} looks for an empty text"), "Write the text, or leave 'body' out.");
            }
            Self::Call(call) => call.check(who, invalid),
            _ => {}
        }
    }
}

impl Call {
    pub(crate) fn program(&self) -> Option<&ProcessSpec> {
        match self {
            Self::Command(program) => Some(program),
            Self::Script(_) => None,
        }
    }

    fn program_mut(&mut self) -> Option<&mut ProcessSpec> {
        match self {
            Self::Command(program) => Some(program),
            Self::Script(_) => None,
        }
    }

    /// Says what is wrong with it, each time with what to do.
    pub(crate) fn check(&self, who: &str, invalid: &mut impl FnMut(String, &str)) {
        match self {
            Self::Script(text) if text.trim().is_empty() => {
                invalid(format!("{who} has an empty script"), "Write the script, or remove the key.");
            }
            Self::Command(program) if program.command.trim().is_empty() => {
                invalid(format!("{who} names no program"), "Give it a command.");
            }
            _ => {}
        }
    }
}

/// Whether a text can be the name or the address of a machine, and no option of a program.
pub fn is_host(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:%".contains(&byte))
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp {address}"),
            Self::Http(get) => write!(f, "http {}", get.url),
            Self::Dns(name) => write!(f, "dns {name}"),
            Self::Host(name) => write!(f, "host {name}"),
            Self::Call(Call::Command(program)) => write!(f, "command {}", program.command),
            Self::Call(Call::Script(_)) => write!(f, "script"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_check_needs_no_more_than_what_is_asked() {
        for question in [
            json!({"tcp": "localhost:1"}),
            json!({"http": {"url": "http://x/", "status": [200]}}),
            json!({"dns": "x.example"}),
            json!({"host": "10.0.0.1"}),
            json!({"command": {"command": "true", "mode": "task"}}),
            json!({"script": "$true"}),
        ] {
            let check: HealthCheck = serde_json::from_value(json!({"check": question})).unwrap();
            assert_eq!((check.interval_ms, check.retries, check.budget), (30_000, 3, 3));
            assert_eq!(serde_json::to_value(&check).unwrap()["check"], question);
        }
        assert!(serde_json::from_value::<HealthCheck>(json!({"check": {"tcp": "x:1"}, "retry": 1})).is_err());
    }

    #[test]
    fn faults_name_the_check_and_say_what_to_do() {
        let found = |check: HealthCheck| {
            let mut found = Vec::new();
            check.check("web", false, false, &mut |message, _| found.push(message));
            found
        };
        let tcp = |address: &str| HealthCheck::new(Question::Tcp(address.to_owned()));
        assert_eq!(found(tcp("x:1")), Vec::<String>::new());
        let odd = HealthCheck { retries: 0, interval_ms: 0, ..tcp("x") };
        assert_eq!(found(odd).len(), 3);
        let restarts = HealthCheck { on_failure: Some(Remedy::Restart), ..tcp("x:1") };
        assert_eq!(
            found(restarts),
            ["operation 'web': health check 'tcp x:1' restarts the operation, which is not a service"]
        );
        let compensates = HealthCheck { on_failure: Some(Remedy::Compensate), ..tcp("x:1") };
        assert_eq!(found(compensates).len(), 1);
        let hosts = ["-c", "", "a b", "10.0.0.1", "fe80::1%eth0", "a.b"].map(is_host);
        assert_eq!(hosts, [false, false, false, true, true, true]);
    }
}
