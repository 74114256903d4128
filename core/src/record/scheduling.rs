//! What the scheduler goes by in a run, beside what operations come after and what they take: with it a recorded run can be
//! rehearsed with one thing changed.
//!
//! Only what differs from a plain operation is written, so that most operations write nothing.

use crate::graph::OpId;
use crate::operation::{Operation, Trigger};
use crate::plan::{EstimateSource, Plan};
use serde::{Deserialize, Serialize};
use std::ops::Not;

/// What is special of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduling {
    /// 1 (first) to 10 (last), as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// How long it was expected to take in milliseconds, as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate_ms: Option<u64>,
    /// The state that its dependencies must reach.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub trigger: Trigger,
    /// Those that it comes after without needing their success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<OpId>,
    /// Whether its failure does not count.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub optional: bool,
    /// Whether it is a service.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub service: bool,
    /// The service that it stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops: Option<OpId>,
    /// Whether it is checked before it runs.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub checked: bool,
}

fn is_plain(trigger: &Trigger) -> bool {
    *trigger == Trigger::default()
}

impl Scheduling {
    /// What is special of an operation of a plan; nothing of a plain one, nor of a compensation, whose order is that of
    /// the rollback.
    pub fn of(plan: &Plan, op: OpId) -> Option<Box<Self>> {
        if op.index() >= plan.len() {
            return None;
        }
        let (declared, facts) = (plan.operation(op), plan.facts(op));
        let Operation { priority, estimate_ms, .. } = declared;
        let weak = if declared.weak_dependencies.is_empty() {
            Vec::new()
        } else {
            let before = plan.graph().dependencies.of(op).iter();
            before.copied().filter(|before| plan.is_weak(*before, op)).collect()
        };
        let special = Self {
            priority: *priority,
            estimate_ms: *estimate_ms,
            trigger: facts.trigger,
            weak,
            optional: !facts.critical,
            service: facts.service,
            stops: plan.stops(op),
            checked: declared.up_to_date.is_some(),
        };
        (special != Self::default()).then(|| Box::new(special))
    }
}

/// How long operations took in earlier runs, for those whose place in the order was decided by that; empty where there
/// are none.
pub fn past(plan: &Plan) -> Vec<Option<u64>> {
    let took = |op: OpId| {
        let estimate = plan.estimate(op);
        (estimate.source == EstimateSource::History).then_some(estimate.ms)
    };
    let past: Vec<Option<u64>> = plan.ids().map(took).collect();
    if past.iter().any(Option::is_some) { past } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Order, PlanRequest, ProcessMode, Work};
    use crate::plan::PastDurations;
    use crate::plan::tests::{process, script};
    use crate::record::header::{RecordedPlan, plan_document};

    fn written(request: PlanRequest, past: &PastDurations) -> (String, RecordedPlan) {
        let plan = Plan::compile_with(request, past).unwrap();
        let document = plan_document(&plan, &[]);
        let read = serde_json::from_slice(&document).unwrap();
        (String::from_utf8(document).unwrap(), read)
    }

    #[test]
    fn what_differs_from_a_plain_operation_is_written() {
        let special = Operation {
            priority: Some(2),
            estimate_ms: Some(700),
            trigger: Trigger::AllDone,
            critical: false,
            weak_dependencies: vec!["known".to_owned()],
            ..script("special", &["web"])
        };
        let stop =
            Operation { work: Work::Stop { service: "web".to_owned() }, ..script("stop", &["special"]) };
        let operations = vec![script("known", &[]), process("web", ProcessMode::Service), special, stop];
        let order = Order::Custom { names: vec!["special".to_owned()] };
        let request = PlanRequest { operations, order: order.clone(), ..PlanRequest::default() };
        let (_, read) = written(request, &PastDurations::from([("known".to_owned(), 90)]));
        let scheduling: Vec<_> = read.operations.iter().map(|it| it.scheduling.as_deref().cloned()).collect();
        let expected = [
            None,
            Some(Scheduling { service: true, ..Scheduling::default() }),
            Some(Scheduling {
                priority: Some(2),
                estimate_ms: Some(700),
                trigger: Trigger::AllDone,
                weak: vec![OpId(0)],
                optional: true,
                ..Scheduling::default()
            }),
            Some(Scheduling { stops: Some(OpId(1)), ..Scheduling::default() }),
        ];
        assert_eq!(scheduling, expected);
        assert_eq!((read.order, read.past), (Some(order), vec![Some(90), None, None, None]));
    }

    #[test]
    fn a_plain_operation_writes_nothing_and_an_older_record_says_that_it_has_nothing() {
        let operations = vec![script("a", &[]), script("b", &["a"])];
        let request = PlanRequest { operations, ..PlanRequest::default() };
        let (text, read) = written(request, &PastDurations::new());
        assert!(!text.contains("scheduling") && !text.contains("past"), "{text}");
        assert_eq!(read.order, Some(Order::Intelligent));
        let old: RecordedPlan = serde_json::from_str(r#"{"operations":[{"name":"a"}]}"#).unwrap();
        assert_eq!((old.order, old.operations[0].scheduling.as_ref()), (None, None));
    }
}
