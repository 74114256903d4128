//! Why an operation waits, as one sentence.

use crate::plan::{Plan, ResourceKind};
use crate::scheduler::Waiting;
use crate::scheduler::explain::Lack;

/// The first thing that keeps an operation from running; its state when nothing does.
pub(super) fn sentence(waiting: &Waiting, plan: &Plan) -> String {
    let name = |op: &crate::graph::OpId| format!("'{}'", plan.operation(*op).name);
    let names = |ops: &[crate::graph::OpId]| ops.iter().map(name).collect::<Vec<_>>().join(", ");
    if !waiting.dependencies.is_empty() {
        return format!("it waits for {}", names(&waiting.dependencies));
    }
    if let Some(until) = waiting.backoff_until_ms {
        return format!("it will be tried again {until} ms after the run's start");
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
