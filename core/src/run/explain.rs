//! Why an operation is not running, as a document and as one sentence.

use crate::graph::OpId;
use crate::plan::{Plan, ResourceKind};
use crate::scheduler::Waiting;
use crate::scheduler::explain::Lack;
use serde::Serialize;

/// Why an operation is not running, or that it is, as a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Place in the plan, from 0.
    pub index: OpId,
    /// Name as declared.
    pub name: String,
    /// Where it is and what it waits for.
    #[serde(flatten)]
    pub waiting: Waiting,
    /// Names of the dependencies that have not ended, in the order of `dependencies`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// The attempt under way, or the last one; 0 before the first.
    pub attempt: u32,
    /// The worker that runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// Milliseconds since its last attempt began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_ms: Option<u64>,
    /// Milliseconds since it came to be where it is: since it waits, is ready, pauses or runs.
    pub in_state_ms: u64,
    /// One sentence for people.
    pub reason: String,
}

/// The first thing that keeps an operation from running; its state when nothing does.
pub(super) fn sentence(waiting: &Waiting, plan: &Plan) -> String {
    let name = |op: &OpId| format!("'{}'", plan.operation(*op).name);
    let names = |ops: &[OpId]| ops.iter().map(name).collect::<Vec<_>>().join(", ");
    if !waiting.dependencies.is_empty() {
        return format!("it waits for {}", names(&waiting.dependencies));
    }
    if let Some(until) = waiting.backoff_until_ms {
        return format!("it will be tried again {until} ms after the run's start");
    }
    if waiting.restart {
        return "a restart of the machine was asked for, and nothing more is started before it".to_owned();
    }
    if waiting.suspended {
        return "the run is suspended, and starts nothing until Resume-LabRun".to_owned();
    }
    if let Some(slots) = waiting.slots {
        return format!("all slots are in use ({} of {})", slots.used, slots.limit);
    }
    if let Some(guard) = waiting.guard {
        return format!("the machine's {} is over its limit ({} of {})", guard.what, guard.used, guard.limit);
    }
    if let Some(lack) = waiting.resources.first() {
        let holders = if lack.held_by.is_empty() {
            String::new()
        } else {
            format!(", held by {}", names(&lack.held_by))
        };
        return format!("{}{holders}", shortage(lack));
    }
    if let Some(first) = &waiting.reserved_for {
        return format!("what it needs is kept for {}, which has waited longer", name(first));
    }
    match waiting.state {
        "checking" => "it is being checked whether it is up to date".to_owned(),
        "admitted" => "waiting for a free worker".to_owned(),
        state => format!("it is {state}"),
    }
}

fn shortage(lack: &Lack) -> String {
    let Lack { name, need, used, limit, .. } = lack;
    match lack.kind {
        ResourceKind::Lock => format!("lock '{name}' is held"),
        ResourceKind::Conflict => format!("it may not run beside another of {name}"),
        ResourceKind::Pool => format!("it needs {need} of pool '{name}', and {used} of {limit} are in use"),
        ResourceKind::Memory | ResourceKind::Cpu | ResourceKind::Network | ResourceKind::Disk => {
            format!("it needs {need} of {name}, and {used} of {limit} are booked")
        }
    }
}
