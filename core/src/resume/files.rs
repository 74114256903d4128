//! Whether the files of an operation have changed since it succeeded in the run that is resumed.

use super::facts::Found;
use super::table::Difference;
use crate::freshness::{Lab, Past, Question, Verdict, before};
use crate::graph::OpId;
use crate::plan::Plan;
use crate::record::disk::Disk;
use crate::record::state::Stage;
use crate::record::{Cause, Fingerprint};
use crate::scheduler::Status;

/// What has changed of the files of each operation that succeeded; what cannot be compared has not.
pub fn changed(
    disk: &dyn Disk,
    plan: &Plan,
    lab: &Lab,
    found: &[Option<Found<'_>>],
    fingerprints: &[Fingerprint],
) -> Vec<Option<Difference>> {
    let mut changed = vec![None; plan.len()];
    let succeeded = |op: &OpId| {
        found[op.index()].as_ref().is_some_and(|it| it.state.stage == Stage::Ended(Status::Succeeded))
    };
    let compared = |op: &OpId| plan.up_to_date(*op).is_some_and(|it| it.has_files()) && succeeded(op);
    let ops: Vec<OpId> = plan.checked().iter().copied().filter(compared).collect();
    if ops.is_empty() {
        return changed;
    }
    let past = Past::read(disk, lab, before::names(plan));
    for op in ops {
        let question = Question {
            name: plan.operation(op).name.clone(),
            declared: plan.up_to_date(op).cloned().unwrap_or_default(),
            fingerprint: fingerprints.get(op.index()).cloned().unwrap_or_default(),
            // What its neighbours mean for it is the business of the table.
            before: Vec::new(),
            run: String::new(),
            forced: false,
        };
        if let Verdict::Run(why) = question.answer(&past, &|| false).verdict {
            changed[op.index()] = difference(why.cause);
        }
    }
    changed
}

fn difference(cause: Cause) -> Option<Difference> {
    match cause {
        Cause::InputChanged
        | Cause::InputAdded
        | Cause::InputRemoved
        | Cause::InputMissing
        | Cause::InputUnreadable
        | Cause::Declaration => Some(Difference::Inputs),
        Cause::OutputChanged | Cause::OutputAdded | Cause::OutputMissing | Cause::OutputUnreadable => {
            Some(Difference::Outputs)
        }
        _ => None,
    }
}
