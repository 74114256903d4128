//! What an operation does when it runs.
//!
//! Only this folder and the providers in [`work`](crate::work) look at which work it is. All others ask its
//! [`WorkFacts`], which a plan has of each of its operations, or one of the questions here.

mod archive;
mod check;
mod checksum;
mod download;
mod process;
mod url;

pub use archive::{ArchiveFormat, ArchiveMode, ArchiveSpec, MAX_BYTES, MAX_ENTRIES};
pub use checksum::{Algorithm, Checksum, Digest};
pub use download::{DownloadSpec, IfExists};
pub use process::{Probe, ProbeCheck, ProcessMode, ProcessSpec};
pub use url::{Address, Scheme};

use super::HealthCheck;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What an operation does when it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", deny_unknown_fields)]
pub enum Work {
    /// A script: handed to the worker that takes it. The core never sees its text.
    Script,
    /// A program that the core starts by itself.
    Process(Box<ProcessSpec>),
    /// A file that the core fetches.
    Download(Box<DownloadSpec>),
    /// An archive that the core unpacks or makes.
    Archive(Box<ArchiveSpec>),
    /// Asks checks until each has passed, or has failed as often or as long as it may.
    Checks {
        /// The checks.
        checks: Vec<HealthCheck>,
        /// Milliseconds within which each has to pass, however often it fails until then; their `retries` count when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_ms: Option<u64>,
    },
    /// Stops a service that another operation started.
    Stop {
        /// Name or id of the operation that started the service.
        service: String,
    },
}

/// What runs some work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunsOn {
    /// A worker, which takes it.
    #[default]
    Worker,
    /// A provider of the core.
    Core,
    /// Nothing: it is done by what it means for other operations.
    Nothing,
}

/// What a plan keeps of some work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkFacts {
    /// What runs it.
    pub runs_on: RunsOn,
    /// It is a service: it has succeeded when it is ready, and goes on.
    pub service: bool,
    /// It ends by itself, so that it can undo something.
    pub must_end: bool,
}

impl Work {
    /// What a plan keeps of it.
    pub fn facts(&self) -> WorkFacts {
        match self {
            Self::Script => WorkFacts { runs_on: RunsOn::Worker, service: false, must_end: true },
            Self::Process(spec) => {
                let service = spec.mode == ProcessMode::Service;
                WorkFacts { runs_on: RunsOn::Core, service, must_end: !service }
            }
            Self::Download(_) | Self::Archive(_) | Self::Checks { .. } => {
                WorkFacts { runs_on: RunsOn::Core, service: false, must_end: true }
            }
            Self::Stop { .. } => WorkFacts { runs_on: RunsOn::Nothing, service: false, must_end: false },
        }
    }

    /// The word for it where a plan is shown.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Process(_) => "process",
            Self::Download(_) => "download",
            Self::Archive(_) => "archive",
            Self::Checks { .. } => "checks",
            Self::Stop { .. } => "stop",
        }
    }

    /// What it does, and the values that it gets, as far as they make it the same work again; nothing of a script. The
    /// folder and the environment of a program come from the session that declares it, and are not among it.
    pub fn content(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self {
            Self::Script => None,
            Self::Process(spec) => {
                let program = ProcessSpec {
                    arguments: Vec::new(),
                    environment: BTreeMap::new(),
                    working_directory: None,
                    ..(**spec).clone()
                };
                let program = serde_json::to_vec(&program).unwrap_or_default();
                Some((program, serde_json::to_vec(&spec.arguments).unwrap_or_default()))
            }
            Self::Download(spec) => {
                let file = DownloadSpec {
                    headers: BTreeMap::new(),
                    environment: BTreeMap::new(),
                    ..(**spec).clone()
                };
                let file = serde_json::to_vec(&file).unwrap_or_default();
                Some((file, serde_json::to_vec(&spec.headers).unwrap_or_default()))
            }
            Self::Archive(spec) => Some((serde_json::to_vec(spec).unwrap_or_default(), Vec::new())),
            Self::Checks { checks, .. } => Some((serde_json::to_vec(checks).unwrap_or_default(), Vec::new())),
            Self::Stop { service } => Some((service.clone().into_bytes(), Vec::new())),
        }
    }

    /// The service that it stops, by name or id.
    pub fn stops(&self) -> Option<&String> {
        match self {
            Self::Stop { service } => Some(service),
            Self::Script | Self::Process(_) | Self::Download(_) | Self::Archive(_) | Self::Checks { .. } => {
                None
            }
        }
    }

    /// The program that it starts.
    pub fn program(&self) -> Option<&ProcessSpec> {
        match self {
            Self::Process(spec) => Some(spec),
            Self::Script | Self::Download(_) | Self::Archive(_) | Self::Checks { .. } | Self::Stop { .. } => {
                None
            }
        }
    }

    /// All that it starts, to be completed.
    pub fn programs_mut(&mut self) -> Vec<&mut ProcessSpec> {
        match self {
            Self::Process(spec) => vec![spec],
            Self::Checks { checks, .. } => checks.iter_mut().flat_map(HealthCheck::programs_mut).collect(),
            Self::Script | Self::Download(_) | Self::Archive(_) | Self::Stop { .. } => Vec::new(),
        }
    }

    /// What is handed to it and may stand for a secret: each value with its place.
    pub fn handed(&self) -> Vec<(String, &str)> {
        match self {
            Self::Download(spec) => {
                spec.headers.iter().map(|(name, value)| (format!("headers.{name}"), value.as_str())).collect()
            }
            Self::Script | Self::Process(_) | Self::Archive(_) | Self::Checks { .. } | Self::Stop { .. } => {
                let variables = self.programs().into_iter().flat_map(|program| &program.environment);
                variables
                    .map(|(name, value)| {
                        (format!("environment.{name}"), value.as_deref().unwrap_or_default())
                    })
                    .collect()
            }
        }
    }

    /// The variables in which it looks for proxies, where it does.
    pub fn proxies_mut(&mut self) -> Option<&mut BTreeMap<String, Option<String>>> {
        match self {
            Self::Download(spec) => Some(&mut spec.environment),
            Self::Script | Self::Process(_) | Self::Archive(_) | Self::Checks { .. } | Self::Stop { .. } => {
                None
            }
        }
    }

    /// All that it starts.
    fn programs(&self) -> Vec<&ProcessSpec> {
        match self {
            Self::Process(spec) => vec![spec],
            Self::Checks { checks, .. } => checks.iter().flat_map(HealthCheck::programs).collect(),
            Self::Script | Self::Download(_) | Self::Archive(_) | Self::Stop { .. } => Vec::new(),
        }
    }

    /// Whether it goes on when the process that runs the operation dies.
    pub fn is_detached(&self) -> bool {
        match self {
            Self::Process(spec) => spec.detached,
            Self::Script | Self::Download(_) | Self::Archive(_) | Self::Checks { .. } | Self::Stop { .. } => {
                false
            }
        }
    }

    /// The time between the request to end and the kill: the work's own, else the run's.
    pub fn stop_grace(&self, of_run: Duration) -> Duration {
        match self {
            Self::Process(spec) => spec.stop_grace(of_run),
            Self::Script | Self::Download(_) | Self::Archive(_) | Self::Checks { .. } | Self::Stop { .. } => {
                of_run
            }
        }
    }
}
