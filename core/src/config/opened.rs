//! A lab file that was read, behind the handle that a host has of it. Plans are made from it, as many as are wanted,
//! without any part of the lab crossing the ABI.

use super::lab::model::{Lab, LabOperation};
use super::reading::{Reading, read_within};
use super::text::document::{Node, Value};
use super::text::files::Budget;
use super::text::options::ReadOptions;
use crate::error::{Diagnostic, Fault, Severity};
use crate::operation::{LabFiles, Order, PastRuns, PlanRequest, Programs, ResourceLimits, Selection};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A lab file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenLab {
    reading: Reading,
    name: Option<String>,
    /// What the caller says there is of what operations need.
    limits: ResourceLimits,
    files: Option<Arc<LabFiles>>,
}

/// What was read, for a host: scripts are its to run, and findings its to show.
#[derive(Debug, PartialEq, Serialize)]
pub struct LabDescription<'l> {
    /// The lab's name as its file has it, also where it is not sound.
    pub name: Option<&'l str>,
    /// The lab; absent when any finding is an error.
    pub lab: Option<&'l Lab>,
    /// What could be read of the operations where there is no lab.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub unsound: &'l [LabOperation],
    /// All findings, in the order of the checks.
    pub diagnostics: &'l [Diagnostic],
    /// The files that were read, the one that was asked for first.
    pub files: &'l [String],
}

/// What a plan of a lab is made with, over what the lab says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabPlanOptions {
    /// Which of its operations are wanted.
    pub selection: Selection,
    /// How ready operations are ranked; as the lab says when absent.
    pub order: Option<Order>,
    /// Past runs whose durations are used where no estimate is declared.
    pub history: Option<PastRuns>,
    /// What all programs have in common.
    pub programs: Option<Programs>,
}

impl OpenLab {
    /// Reads a lab file from its bytes, or from its path where the options say so.
    pub fn open(bytes: &[u8], options: &ReadOptions) -> Self {
        Self::open_among(bytes, options, None)
    }

    /// The same, with the files of a record in place of those of this machine.
    pub fn open_among(bytes: &[u8], options: &ReadOptions, recorded: Option<LabFiles>) -> Self {
        let mut budget = Budget::keeping(recorded.map(Arc::new));
        // What the document says is in the lab; of one that is not sound only the name is asked for.
        let reading = read_within(bytes, options, &mut budget);
        let name = reading.document.as_ref().and_then(name_of);
        let limits = options.limits.clone();
        Self { reading: Reading { document: None, ..reading }, name, limits, files: budget.into_kept() }
    }

    /// What was read.
    pub fn describe(&self) -> LabDescription<'_> {
        let Reading { lab, unsound, diagnostics, files, .. } = &self.reading;
        LabDescription { name: self.name.as_deref(), lab: lab.as_ref(), unsound, diagnostics, files }
    }

    /// What a plan of the lab is compiled from.
    ///
    /// # Errors
    /// All errors of the file, where it has any.
    pub fn request(&self, options: LabPlanOptions) -> Result<PlanRequest, Fault> {
        let Some(lab) = &self.reading.lab else {
            let findings = self.reading.diagnostics.iter();
            let errors = findings.filter(|finding| finding.severity == Severity::Error);
            return Err(Fault::from_diagnostics(errors.cloned().collect()));
        };
        let LabPlanOptions { selection, order, history, programs } = options;
        Ok(PlanRequest {
            operations: lab.operations.iter().map(|operation| operation.operation.clone()).collect(),
            order: order.or_else(|| lab.settings.order.clone()).unwrap_or_default(),
            limits: lab.settings.limits.overridden_by(&self.limits),
            conflicts: lab.conflicts.clone(),
            history,
            programs,
            selection,
            files: self.files.clone(),
        })
    }
}

fn name_of(document: &Node) -> Option<String> {
    match &document.as_mapping()?.get("name")?.value.value {
        Value::Text(name) => Some(name.text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Format;
    use crate::plan::{Plan, count};

    #[test]
    fn a_lab_is_compiled_once_while_it_is_read_and_once_for_each_plan_of_it() {
        let text = b"name: x\noperations: [{name: a, script: y}, {name: b, script: y, depends-on: [a]}]\n";
        let options = ReadOptions { format: Some(Format::Yaml), ..ReadOptions::default() };
        let (lab, compiled) = count::during(|| OpenLab::open(text, &options));
        assert_eq!(compiled, 1, "so that the faults of its plan have their places");
        let selection = Selection { only: vec!["a".to_owned()], ..Selection::default() };
        for (selection, operations) in [(Selection::default(), 2), (selection, 1)] {
            let wanted = LabPlanOptions { selection, ..LabPlanOptions::default() };
            let (plan, compiled) = count::during(|| Plan::compile(lab.request(wanted).unwrap()).unwrap());
            assert_eq!((plan.len(), compiled), (operations, 1));
        }
    }
}
