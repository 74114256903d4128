//! What is done with all operations of a plan: the table for each of them, and what one means for its neighbours.
//!
//! Two things spread along the graph. Forward: what was built on something that is made again is made again itself.
//! Backward: what runs needs the services before it, also those behind operations that are kept, for in a run without
//! an interruption they would be serving too. Whatever is run again only adds to both, so each is decided once.

use super::table::{Action, Choices, Decision, Difference, Facts, Past, Reason, Role, decide};
use crate::graph::OpId;
use crate::operation::Trigger;
use crate::plan::Plan;

/// What is known of an operation beside its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// What became of it in the run that is resumed.
    pub past: Past,
    /// What has changed of it since.
    pub changed: Option<Difference>,
    /// How many runs in a row have died while it was running.
    pub crashes: u32,
}

/// What is done with one operation of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What, and why.
    pub decision: Decision,
    /// What has changed of it.
    pub changed: Option<Difference>,
    /// The operation that is to blame, where one is.
    pub because_of: Option<OpId>,
}

/// The kind of an operation.
fn role(plan: &Plan, op: OpId) -> Role {
    let facts = plan.facts(op);
    match () {
        () if facts.monitor => Role::Monitor,
        () if plan.stops(op).is_some() => Role::Stop,
        () if facts.service => Role::Service,
        () if facts.trigger == Trigger::Always => Role::Always,
        () => Role::Work,
    }
}

/// Decides for every declared operation of a plan, of which `known` has all in their order.
pub fn decide_all(plan: &Plan, known: &[Known], choices: &Choices) -> Vec<Verdict> {
    let graph = plan.graph();
    let mut facts: Vec<Facts> = plan.ids().map(|op| alone(plan, op, known[op.index()])).collect();
    let mut because_of: Vec<Option<OpId>> = vec![None; facts.len()];
    let strong =
        |op: OpId| graph.dependencies.of(op).iter().copied().filter(move |&on| !plan.is_weak(on, op));
    let made_again = |facts: &Facts| {
        let Decision { action, reason } = decide(facts, choices);
        action == Action::Rerun
            && matches!(reason, Reason::Undone | Reason::Changed | Reason::Consequence | Reason::Rebuilt)
    };
    for &op in &graph.topological {
        let consequence = if facts[op.index()].past == Past::Succeeded {
            strong(op).find(|on| ran_because_of(plan, op, &facts[on.index()]))
        } else {
            None
        };
        let rebuilt = strong(op).find(|&on| made_again(&facts[on.index()]));
        let it = &mut facts[op.index()];
        it.consequence = consequence.is_some()
            || it.past == Past::Succeeded && plan.facts(op).trigger == Trigger::AnyFailed;
        it.rebuilt = rebuilt.is_some();
        because_of[op.index()] = consequence.or(rebuilt);
    }
    spread_needs(plan, &mut facts, &mut because_of, choices);
    let verdict = |(facts, because_of): (&Facts, Option<OpId>)| {
        let decision = decide(facts, choices);
        let blames = matches!(decision.reason, Reason::Consequence | Reason::Rebuilt | Reason::Needed);
        Verdict { decision, changed: facts.changed, because_of: because_of.filter(|_| blames) }
    };
    facts.iter().zip(because_of).map(verdict).collect()
}

/// What counts for an operation whose neighbours are all kept.
fn alone(plan: &Plan, op: OpId, known: Known) -> Facts {
    let has_succeeded = matches!(known.past, Past::Succeeded | Past::Serving);
    let is_followed =
        plan.graph().dependents.of(op).iter().any(|&dependent| plan.stops(dependent) != Some(op));
    Facts {
        past: known.past,
        role: role(plan, op),
        changed: known.changed.filter(|_| has_succeeded),
        crashes: known.crashes,
        consequence: false,
        rebuilt: false,
        needed: false,
        last: !is_followed,
        test: plan.up_to_date(op).is_some_and(|it| it.test && !it.has_files()),
        idempotent: plan.operation(op).idempotent,
    }
}

/// Whether an operation that succeeded ran because of how this one before it had ended.
fn ran_because_of(plan: &Plan, op: OpId, before: &Facts) -> bool {
    let ended_badly = !matches!(before.past, Past::Succeeded | Past::Serving | Past::Absent);
    // Who waits for success has had it: a service was ready, and died later.
    before.consequence || ended_badly && plan.facts(op).trigger != Trigger::AllSucceeded
}

/// Services that something needs, and then what stops those that run again.
fn spread_needs(plan: &Plan, facts: &mut [Facts], because_of: &mut [Option<OpId>], choices: &Choices) {
    let graph = plan.graph();
    let runs = |facts: &Facts| decide(facts, choices).action == Action::Rerun;
    // A service that was stopped as planned is not needed any more, unless it is made again.
    let was_stopped = |facts: &[Facts], service: OpId| {
        facts[service.index()].past == Past::Succeeded
            && graph.dependents.of(service).iter().any(|&dependent| {
                plan.stops(dependent) == Some(service) && facts[dependent.index()].past == Past::Succeeded
            })
    };
    // By operation: one behind it that runs.
    let mut behind: Vec<Option<OpId>> = vec![None; facts.len()];
    for &op in graph.topological.iter().rev() {
        for &dependent in graph.dependents.of(op) {
            // What comes after a stop operation does without the service, and so does stopping it.
            if plan.is_weak(op, dependent) || facts[dependent.index()].role == Role::Stop {
                continue;
            }
            let found = Some(dependent).filter(|it| runs(&facts[it.index()])).or(behind[dependent.index()]);
            behind[op.index()] = behind[op.index()].or(found);
        }
        let is_needed = behind[op.index()].is_some() && !was_stopped(facts, op);
        if facts[op.index()].role == Role::Service && is_needed {
            facts[op.index()].needed = true;
            because_of[op.index()] = because_of[op.index()].or(behind[op.index()]);
        }
    }
    for op in plan.ids() {
        if let Some(service) = plan.stops(op)
            && runs(&facts[service.index()])
        {
            facts[op.index()].needed = true;
            because_of[op.index()] = because_of[op.index()].or(Some(service));
        }
    }
}
