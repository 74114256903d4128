//! Whether a run obeys an order, and what is said when it does not.

use crate::error::{Code, Fault};
use crate::graph::OpId;
use crate::near::did_you_mean;
use crate::operation::StopMode;
use crate::plan::Plan;
use crate::record::mailbox::Untrusted;
use crate::record::order::{Ask, Order};
use crate::scheduler::{Input, OrderRefusal, Scheduler};

/// What an order is to the scheduler.
///
/// # Errors
/// Why it is refused.
pub(super) fn judge(
    order: &Order,
    fault: Option<Untrusted>,
    (run, plan, scheduler): (&str, &Plan, &Scheduler),
) -> Result<Input, Fault> {
    if let Some(fault) = fault {
        return Err(untrusted(fault));
    }
    if scheduler.is_finished() {
        return Err(Fault::new(Code::RunNotUnderWay, format!("run '{run}' has ended")).with_target(run));
    }
    let input = match &order.ask {
        Ask::Unreadable => return Err(untrusted(Untrusted::Unreadable)),
        Ask::Stop { kill } => Input::Cancel(if *kill { StopMode::Kill } else { StopMode::OWN_GRACE }),
        Ask::Suspend => {
            scheduler.may_suspend().map_err(|why| refused_to_run(run, why))?;
            Input::Suspend
        }
        Ask::Resume => {
            scheduler.may_continue().map_err(|why| refused_to_run(run, why))?;
            Input::Continue
        }
        Ask::Skip { operation } => {
            let op = find(plan, operation)?;
            scheduler.may_skip(op).map_err(|why| refused_to_operation(&plan.operation(op).name, why))?;
            Input::Skip(op)
        }
        Ask::Restart { operation } => {
            let op = find(plan, operation)?;
            scheduler
                .may_start_again(op)
                .map_err(|why| refused_to_operation(&plan.operation(op).name, why))?;
            Input::Again(op)
        }
    };
    Ok(input)
}

/// The operation with a name or an id, ignoring case.
fn find(plan: &Plan, wanted: &str) -> Result<OpId, Fault> {
    let is_id = |op: &OpId| plan.operation(*op).id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(wanted));
    let is_name = |op: &OpId| plan.operation(*op).name.to_lowercase() == wanted.to_lowercase();
    plan.ids().find(is_name).or_else(|| plan.ids().find(is_id)).ok_or_else(|| {
        let near = did_you_mean(wanted, plan.ids().map(|op| plan.operation(op).name.as_str()));
        let message = format!("the run has no operation '{wanted}'");
        let fault = Fault::new(Code::UnknownOperation, message).with_target(wanted);
        match near {
            Some(near) => fault.with_advice(format!("Did you mean '{near}'?")),
            None => fault.with_advice("Get-LabRunOperation lists the operations of a run."),
        }
    })
}

fn untrusted(fault: Untrusted) -> Fault {
    match fault {
        Untrusted::OtherUser => Fault::new(Code::OrderRefused, "it comes from another user")
            .with_advice("Only the user who started a run may give it orders."),
        Untrusted::OpenFolder => {
            Fault::new(Code::OrderRefused, "other users may write to the folder 'orders' of the run")
                .with_advice("Remove that right: the folder's mode must be 0700.")
        }
        Untrusted::Unreadable => Fault::new(Code::OrderRefused, "it cannot be read")
            .with_advice("Send orders with the same version of LabRunner as the run's."),
    }
}

fn refused_to_run(run: &str, why: OrderRefusal) -> Fault {
    let (what, advice) = match why {
        OrderRefusal::Suspended => ("is suspended already", "Resume-LabRun lets it go on."),
        OrderRefusal::NotSuspended => ("is under way and not suspended", "It needs no order to go on."),
        _ => ("is being stopped, and starts nothing more", "Wait-LabRun waits for its end."),
    };
    Fault::new(Code::OrderRefused, format!("run '{run}' {what}")).with_advice(advice).with_target(run)
}

fn refused_to_operation(name: &str, why: OrderRefusal) -> Fault {
    let resume = "Resume-LabRun runs it again once the run has ended.";
    let (what, advice) = match why {
        OrderRefusal::NotBegun => {
            ("has not begun, so it cannot be restarted".to_owned(), "It starts when its turn comes.")
        }
        OrderRefusal::Serves => (
            "is a service that is ready, and other operations rely on it".to_owned(),
            "Stop-LabRun stops it with its run.",
        ),
        OrderRefusal::Stops => ("is being stopped".to_owned(), resume),
        OrderRefusal::Ended(status) => (format!("has ended ({status:?})"), resume),
        OrderRefusal::Undoes => ("undoes another operation".to_owned(), "A rollback goes on to its end."),
        OrderRefusal::CalledOff | OrderRefusal::Suspended | OrderRefusal::NotSuspended => {
            ("would not be started again, because its run is being stopped".to_owned(), resume)
        }
    };
    Fault::new(Code::OrderRefused, format!("operation '{name}' {what}")).with_advice(advice).with_target(name)
}
