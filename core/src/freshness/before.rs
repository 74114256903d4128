//! What an operation depends on, as far as it counts for whether it has to run.

use crate::graph::OpId;
use crate::plan::Plan;
use std::collections::BTreeSet;

/// An operation that another one depends on, as it stands when the question is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Its name.
    pub name: String,
    /// When it ran in this run: the operation that this leads back to, which is itself unless another one drew it along.
    pub ran: Option<String>,
}

/// What an operation depends on. An order alone does not count; behind a service, or the end of one, counts what that
/// depends on: both happen in every run, and make nothing.
pub fn before(plan: &Plan, op: OpId, ran: impl Fn(OpId) -> Option<String>) -> Vec<Before> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut stack = vec![op];
    while let Some(op) = stack.pop() {
        for &on in plan.graph().dependencies.of(op).iter().rev() {
            if plan.is_weak(on, op) || !seen.insert(on) {
                continue;
            }
            if is_passed_through(plan, on) {
                stack.push(on);
            } else {
                found.push(Before { name: plan.operation(on).name.clone(), ran: ran(on) });
            }
        }
    }
    // As they are declared, so that of several the first is named.
    found.reverse();
    found
}

/// Whether an operation makes nothing that others are built on.
pub fn is_passed_through(plan: &Plan, op: OpId) -> bool {
    plan.facts(op).service || plan.facts(op).monitor || plan.stops(op).is_some()
}

/// The names, in lower case, of the operations whose past counts: those that are checked, and what they depend on.
pub fn names(plan: &Plan) -> BTreeSet<String> {
    let with_before = |&op: &OpId| {
        let own = plan.operation(op).name.to_lowercase();
        let all = before(plan, op, |_| None).into_iter().map(|it| it.name.to_lowercase());
        all.chain([own]).collect::<Vec<_>>()
    };
    plan.checked().iter().flat_map(with_before).collect()
}
