//! The options of a run, as they are set at its start.

use super::beside::Beside;
use crate::error::{Code, Fault};
use crate::history::retention::Retention;
use crate::history::store;
use crate::operation::{DEFAULT_STOP_GRACE_MS, FailureStrategy, MAX_RESTARTS, Monitoring, RetryPolicy};
use crate::plan::{Plan, Retry};
use crate::record::header::UNNAMED;
#[cfg(doc)]
use crate::record::output::keep::DEFAULT_LIMIT;
use crate::record::{Durability, LeftOut};
use crate::resume::{Content, ResumeOptions};
use crate::scheduler::{GuardLimits, Settings};
use crate::work::secrets::{Masked, Secrets};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// The options of one run, as they cross from the managed side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunOptions {
    /// Name for people; also part of the folder's name.
    #[serde(default = "default_name")]
    pub name: String,
    /// Operations that may run at the same time; 1 or more.
    pub max_concurrency: u32,
    /// What a failure means for the others.
    #[serde(default)]
    pub failure: FailureStrategy,
    /// Whether a failure that stops the run also stops what runs.
    #[serde(default)]
    pub cancel_running: bool,
    /// How operations without a policy of their own are retried.
    #[serde(default)]
    pub retry: Option<RetryPolicy>,
    /// When the machine's own load holds admissions back; the plan's limits of memory and processors
    /// when absent, never when empty.
    #[serde(default)]
    pub guard: Option<GuardLimits>,
    /// Restarts of the machine that operations may ask for, with those of the runs that this one goes on for.
    #[serde(default = "default_restarts")]
    pub max_restarts: u32,
    /// Where the random part of pauses comes from; the run's id when absent.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Limit of operations without their own, in milliseconds.
    #[serde(default)]
    pub default_timeout_ms: Option<u64>,
    /// Limit of the whole run, in milliseconds.
    #[serde(default)]
    pub run_timeout_ms: Option<u64>,
    /// Time between an order to stop and giving up, in milliseconds.
    #[serde(default = "default_grace")]
    pub stop_grace_ms: u64,
    /// Whether the run leaves files behind: a journal, a result and the output of programs.
    #[serde(default)]
    pub journal: bool,
    /// Whether files are written only once the run has lasted a second or something in it has failed, and then from its
    /// beginning.
    #[serde(default, skip_serializing)]
    pub late: bool,
    /// Whether the host hands over what scripts write, and says when that was all
    /// ([`Run::end_output`](super::Run::end_output)).
    #[serde(default, skip_serializing)]
    pub fed: bool,
    /// Bytes that are kept of what one operation writes; [`DEFAULT_LIMIT`] when absent.
    #[serde(default, skip_serializing)]
    pub output_bytes: Option<u64>,
    /// What the record survives.
    #[serde(default)]
    pub durability: Durability,
    /// Folder of all runs; [`crate::history::root`] when absent. A host whose own idea of the environment is not the
    /// process's (.NET on Unix) says it here.
    #[serde(default)]
    pub root: Option<PathBuf>,
    /// Folder for the run's files; made below `root` when absent and `journal` is set.
    #[serde(default)]
    pub directory: Option<PathBuf>,
    /// Which of the runs below `root` are deleted; none when absent, or when the run has a folder of its own.
    #[serde(default, skip_serializing)]
    pub retention: Option<Retention>,
    /// How much of its own working a run that writes files tells in `log.txt`: `off`, `info`, `debug` or `trace`; as the
    /// variable `LABRUNNER_LOG` says when absent, and nothing without that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The lab file it came from.
    #[serde(default)]
    pub source: Option<String>,
    /// What was left out before the run began, in declared order: the plan says it.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// What is done when another run of the same lab file is under way; nothing is looked for when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// Whether everything runs, up to date or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run_all: bool,
    /// The run that this one resumes or undoes.
    #[serde(default, skip_serializing)]
    pub resume: Option<ResumeOptions>,
    /// What the caller started the run with, for one that resumes it: values that may be written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Value>,
    /// The scripts of operations and the values they get, compensations last, so that they are known again. Only
    /// hashes of it are ever written.
    #[serde(default, skip_serializing)]
    pub contents: Vec<Content>,
    /// What stands for `secret://name` in the environment of programs, by name. Never written.
    #[serde(default, skip_serializing)]
    pub secrets: Secrets,
    /// What else the host masks. Never written.
    #[serde(default, skip_serializing)]
    pub masked: Masked,
    /// What is watched of the run as a whole; also what makes known what its checks come to. Nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<Monitoring>,
    /// The program that runs the scripts of checks, with its first arguments; `pwsh` on PATH when empty.
    #[serde(default, skip_serializing)]
    pub shell: Vec<String>,
    /// The script files that the operations of a lab name, with their full paths: they are kept with the lab.
    #[serde(default, skip_serializing)]
    pub scripts: Vec<String>,
}

fn default_name() -> String {
    UNNAMED.to_owned()
}

fn default_restarts() -> u32 {
    MAX_RESTARTS
}

fn default_grace() -> u64 {
    DEFAULT_STOP_GRACE_MS
}

impl RunOptions {
    /// Options with everything at its default.
    pub fn new(max_concurrency: u32) -> Self {
        Self {
            name: default_name(),
            max_concurrency,
            failure: FailureStrategy::default(),
            cancel_running: false,
            retry: None,
            guard: None,
            max_restarts: MAX_RESTARTS,
            seed: None,
            default_timeout_ms: None,
            run_timeout_ms: None,
            stop_grace_ms: DEFAULT_STOP_GRACE_MS,
            journal: false,
            late: false,
            fed: false,
            output_bytes: None,
            durability: Durability::default(),
            root: None,
            directory: None,
            retention: None,
            log: None,
            source: None,
            left_out: Vec::new(),
            beside: None,
            run_all: false,
            resume: None,
            call: None,
            contents: Vec::new(),
            secrets: Secrets::default(),
            masked: Masked::default(),
            monitoring: None,
            shell: Vec::new(),
            scripts: Vec::new(),
        }
    }

    /// Reads options from JSON.
    ///
    /// # Errors
    /// [`Code::MalformedOptions`] when it is not JSON of this shape.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Fault> {
        let options: Self = serde_json::from_slice(bytes).map_err(|error| {
            Fault::new(Code::MalformedOptions, format!("the options of the run cannot be read: {error}"))
        })?;
        if options.max_concurrency == 0 {
            return Err(Fault::new(Code::MalformedOptions, "the run's concurrency is 0")
                .with_advice("Allow at least one operation at a time."));
        }
        Ok(options)
    }

    /// The run's own retry policy, checked.
    ///
    /// # Errors
    /// [`Code::InvalidValue`] or [`Code::InvalidPattern`] for what cannot be used.
    pub fn compile_retry(&self) -> Result<Option<Retry>, Fault> {
        let compiled = self.retry.as_ref().map(|policy| Retry::compile(policy, "the run"));
        compiled.transpose().map_err(Fault::from_diagnostics)
    }

    /// The scheduler's part of the options.
    pub fn settings(&self, plan: &Plan, retry: Option<&Retry>, seed: u64) -> Settings {
        let limits = plan.limits();
        let guard = self.guard.unwrap_or(GuardLimits {
            memory_mib: limits.memory_mib,
            cpu_percent: limits.cpu_percent.map(|percent| u32::try_from(percent).unwrap_or(u32::MAX)),
        });
        Settings {
            max_concurrency: self.max_concurrency,
            failure: self.failure,
            cancel_running: self.cancel_running,
            retry: retry.map(Retry::rule),
            guard,
            default_timeout_ms: self.default_timeout_ms,
            run_timeout_ms: self.run_timeout_ms,
            stop_grace_ms: self.stop_grace_ms,
            seed: self.seed.unwrap_or(seed),
            untimed: false,
            incomplete: self.left_out.iter().any(LeftOut::was_wanted),
            restarts_left: self.max_restarts,
        }
    }

    /// The folder of all runs.
    pub fn store(&self) -> PathBuf {
        self.root.clone().unwrap_or_else(store::root)
    }

    /// Whether the run undoes another one.
    pub fn undoes(&self) -> bool {
        self.resume.as_ref().is_some_and(|resume| resume.undo)
    }

    /// Whether the run writes files.
    pub fn writes_files(&self) -> bool {
        self.journal || self.directory.is_some()
    }
}
