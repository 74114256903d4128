//! The checks of each operation of a plan: those that it declares, and where a run is watched, those that follow from it.

use crate::graph::OpId;
use crate::operation::{Get, HealthCheck, ProbeCheck, Question};
use crate::plan::Plan;
use std::collections::BTreeMap;

/// The name of the check that a service is alive, which every watched service has.
pub const PROCESS: &str = "process";

/// The checks of the operations that have any. Where the run is watched, a service that declares none is asked what it
/// was asked when it became ready.
pub fn of(plan: &Plan, watched: bool) -> BTreeMap<OpId, Vec<HealthCheck>> {
    let mut rules: BTreeMap<OpId, Vec<HealthCheck>> =
        plan.watched().iter().map(|op| (*op, plan.operation(*op).health.clone())).collect();
    if watched {
        for op in plan.ids().filter(|op| plan.facts(*op).service) {
            if let Some(check) = readiness(plan, op) {
                rules.entry(op).or_insert_with(|| vec![check]);
            }
        }
    }
    rules
}

/// What a service was asked when it became ready.
fn readiness(plan: &Plan, op: OpId) -> Option<HealthCheck> {
    let probe = plan.operation(op).work.program()?.ready.as_ref()?;
    let question = match &probe.check {
        ProbeCheck::Tcp(address) => Question::Tcp(address.clone()),
        ProbeCheck::Http(url) => {
            Question::Http(Get { url: url.clone(), status: Vec::new(), insecure: probe.insecure, body: None })
        }
    };
    Some(HealthCheck::new(question))
}
