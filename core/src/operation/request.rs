//! What a plan is compiled from.

use super::{LabFiles, Operation, ResourceLimits, declared::is_default};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// Groups of operations, by name or id, of which only one may run at a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Vec<String>>,
    /// Past runs whose durations are used where no estimate is declared; see
    /// [`crate::history::estimate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<PastRuns>,
    /// What all programs have in common, and whether they are looked for on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<Programs>,
    /// Which of the operations are wanted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub selection: Selection,
    /// The files they were read from; absent where they come from elsewhere.
    #[serde(skip)]
    pub files: Option<Arc<LabFiles>>,
}

/// What the programs of a plan have in common: it stands for what one does not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// Programs are looked for on this machine, and one that is missing is an error (true), or a warning (false) for a
    /// plan that is only looked at. They are not looked for when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Variables that they get otherwise than this process has them; a null for one that they do not get.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Option<String>>,
    /// The folder that they start in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// The limit of one attempt, in milliseconds; services have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// Which operations are wanted: names and ids, wildcards allowed. All of them when it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// These and all they depend on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// Exactly these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Without these, and without what needs the success of one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The targets without what they depend on.
    #[serde(skip_serializing_if = "is_default")]
    pub skip_dependencies: bool,
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

/// How operations that are ready at the same time are ranked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
