//! What a lab file means once it has been read without error: the lab and its operations.

use super::isolation::Isolation;
use crate::config::build::expand::FalseCondition;
use crate::config::text::document::Mapping;
use crate::error::Place;
use crate::operation::{FailureStrategy, Monitoring, Operation, Order, ResourceLimits, RetryPolicy};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A lab: what is to be done, and how.
///
/// Metadata, infrastructure and nodes are data for the scripts; they are read from the document itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lab {
    /// Its name; the file's when the lab has none.
    pub name: String,
    /// Its version, as written.
    pub version: Option<String>,
    /// One sentence about it.
    pub description: Option<String>,
    /// The environment it is for, such as `production`.
    pub environment: Option<String>,
    /// How its operations are run.
    pub settings: Settings,
    /// Groups of operations, by name, of which only one may run at a time.
    pub conflicts: Vec<Vec<String>>,
    /// Its operations: first the main ones, then those of validation, then those of the clean-up.
    pub operations: Vec<LabOperation>,
    /// Names and ids of operations that their condition leaves out.
    pub left_out: Vec<FalseCondition>,
    /// The secrets it refers to, at each place where it does.
    pub secrets: Vec<SecretUse>,
}

/// How a lab wants its operations to be run. What is absent is the caller's to choose.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Settings {
    /// Limit of an operation that has none of its own, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Operations that may run at the same time.
    pub max_concurrency: Option<u32>,
    /// What the failure of one operation means for the others.
    pub failure: Option<FailureStrategy>,
    /// Whether a failure that stops the run also stops what runs.
    pub cancel_running: Option<bool>,
    /// How ready operations are ranked.
    pub order: Option<Order>,
    /// Limit of the whole run, in milliseconds.
    pub run_timeout_ms: Option<u64>,
    /// How operations without a policy of their own are retried.
    pub retry: Option<RetryPolicy>,
    /// How much there is of what operations need.
    pub limits: ResourceLimits,
    /// Whether the lab is refused while another run of it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single: Option<bool>,
    /// Restarts of the machine that its operations may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_restarts: Option<u32>,
    /// Whether the run goes on by itself after a restart of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_after_restart: Option<bool>,
    /// How far scripts that do not say so themselves are kept apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation: Option<Isolation>,
    /// What is watched of its runs as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<Monitoring>,
}

/// The part of a lab that an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// `operations`.
    Operations,
    /// `validation`: after all operations, unless it declares dependencies.
    Validation,
    /// `cleanup`: after operations and validation, unless it declares dependencies.
    Cleanup,
}

/// One operation of a lab, and what its provider needs to run it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabOperation {
    /// What the plan needs to know.
    pub operation: Operation,
    /// Who runs it.
    pub provider: Provider,
    /// The script of a PowerShell operation.
    pub script: Option<Script>,
    /// The script's parameters in the order, the spelling and the types of the file.
    pub parameters: Option<Mapping>,
    /// The script that undoes the operation, when it is one; it gets the same parameters.
    pub rollback_script: Option<Script>,
    /// The script that says whether its work is done; it gets the same parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_script: Option<Script>,
    /// How far its script is kept apart from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation: Option<Isolation>,
    /// The part of the lab it belongs to.
    pub stage: Stage,
}

/// Who runs an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// A PowerShell script in a worker's runspace.
    PowerShell,
    /// A program that the core starts by itself.
    Process,
    /// A file that the core downloads.
    Download,
    /// An archive that the core unpacks or makes.
    Archive,
    /// A URL that the core asks until it is answered as it should be.
    HttpCheck,
    /// One that this version does not have: the operation can be planned, and not run.
    Missing,
}

/// A script: its text or where it is. It is never rendered or interpolated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Script {
    /// Written in the lab file.
    Inline {
        /// The text, byte for byte.
        text: String,
        /// Where its first line begins, in the lab file or one that it includes.
        at: Place,
    },
    /// A script file; relative paths have been resolved against the lab file's folder.
    File(String),
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Inline { text, at } => {
                map.serialize_entry("text", text)?;
                map.serialize_entry("at", at)?;
            }
            Self::File(path) => map.serialize_entry("path", path)?,
        }
        map.end()
    }
}

/// One reference to a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretUse {
    /// The secret's name.
    pub name: String,
    /// The operation that gets it; none for the lab's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Where in the operation, or in the lab: `parameters.Password`, `environment.TOKEN`, `infrastructure.login.key`.
    pub path: String,
    /// Where it was written.
    pub at: Place,
}
