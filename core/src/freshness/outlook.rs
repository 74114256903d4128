//! What a run would do, as far as that can be foreseen: nothing is run, no test is asked.

use super::before::{before, is_passed_through};
use super::check::{Question, Verdict};
use super::past::Past;
use crate::graph::OpId;
use crate::plan::Plan;
use crate::record::{Cause, Fingerprint, Why};
use serde::Serialize;

/// What a run would do with one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// Its name.
    pub name: String,
    /// `run`, `test` (its test decides) or `current` (it is up to date).
    pub action: &'static str,
    /// Why, in a few words.
    pub reason: String,
    /// Which rule says that it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// What a run would do with the declared operations of a plan, in their order.
pub fn outlook(plan: &Plan, fingerprints: &[Fingerprint], past: &Past, forced: bool) -> Vec<Outlook> {
    // By operation that is to run: where that leads back to.
    let mut roots: Vec<Option<String>> = vec![None; plan.len()];
    let mut found: Vec<Option<Outlook>> = vec![None; plan.len()];
    for &op in &plan.graph().topological {
        let name = plan.operation(op).name.clone();
        let verdict = match plan.up_to_date(op) {
            None => Verdict::Run(Why::of(Cause::Always)),
            Some(declared) => {
                let question = Question {
                    name: name.clone(),
                    declared: declared.clone(),
                    fingerprint: fingerprints.get(op.index()).cloned().unwrap_or_default(),
                    before: before(plan, op, |on: OpId| roots[on.index()].clone()),
                    run: String::new(),
                    forced,
                };
                question.answer(past, &|| false).verdict
            }
        };
        let (action, reason, why) = match verdict {
            Verdict::Run(why) => ("run", why.words(), Some(why)),
            Verdict::Ask => ("test", Why::of(Cause::Asked).words(), None),
            Verdict::Current => ("current", "up to date".to_owned(), None),
        };
        if let Some(why) = why.as_ref().filter(|_| !is_passed_through(plan, op)) {
            roots[op.index()] = Some(why.root.clone().unwrap_or_else(|| name.clone()));
        }
        found[op.index()] = Some(Outlook { name, action, reason, why });
    }
    found.into_iter().flatten().collect()
}
