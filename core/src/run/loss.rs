//! What is missing from a run's record, told once and in one sentence: a store that cannot be written stops no run.

use crate::error::{Fault, sentences};
use crate::graph::OpId;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Operations that are named, at most.
const NAMED: usize = 5;

/// What could not be written.
#[derive(Debug, Default)]
pub(super) struct Loss {
    /// Why there is no result.
    result: Option<String>,
    /// The operations whose output is not complete, and why.
    logs: BTreeMap<OpId, String>,
}

impl Loss {
    /// The output of an operation could not be written; the first reason counts.
    pub(super) fn of_log(&mut self, op: OpId, error: &io::Error) {
        self.logs.entry(op).or_insert_with(|| error.to_string());
    }

    /// The result could not be written.
    pub(super) fn of_result(&mut self, error: &io::Error) {
        self.result = Some(error.to_string());
    }

    /// What is missing from the record in a folder; nothing when it is complete.
    pub(super) fn sentence<'n>(
        &self,
        folder: &Path,
        journal: Option<&str>,
        name: impl Fn(OpId) -> &'n str,
    ) -> Option<String> {
        let mut missing = Vec::new();
        if journal.is_some() {
            missing.push("what happened after its journal broke off".to_owned());
        }
        if self.result.is_some() {
            missing.push("its result".to_owned());
        }
        if !self.logs.is_empty() {
            let names: Vec<String> =
                self.logs.keys().take(NAMED).map(|op| format!("'{}'", name(*op))).collect();
            let more = match self.logs.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            missing.push(format!("output of {}{more}", names.join(", ")));
        }
        let why = journal.or(self.result.as_deref()).or(self.logs.values().next().map(String::as_str))?;
        let missing = match missing.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => return None,
        };
        Some(format!(
            "The record of this run in '{}' is not complete: {missing} could not be written ({why}). \
             The run itself is not affected.",
            folder.display()
        ))
    }
}

/// What is said of a run whose record could not even be begun.
pub(super) fn no_record(why: &Fault) -> String {
    let why = sentences(&why.message, why.advice.as_deref());
    format!("This run leaves no record, but is not affected. {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(loss: &Loss, journal: Option<&str>) -> Option<String> {
        loss.sentence(Path::new("/runs/1"), journal, |op| ["a", "b"][op.index() % 2])
    }

    #[test]
    fn all_that_is_missing_is_said_at_once_and_nothing_when_nothing_is() {
        let full = io::Error::other("disk full");
        let mut loss = Loss::default();
        assert_eq!(said(&loss, None), None);
        loss.of_log(OpId(1), &full);
        let start = "The record of this run in '/runs/1' is not complete: ";
        let end = " could not be written (disk full). The run itself is not affected.";
        assert_eq!(said(&loss, None).unwrap(), format!("{start}output of 'b'{end}"));
        loss.of_result(&full);
        let all = "what happened after its journal broke off, its result and output of 'b'";
        assert_eq!(said(&loss, Some("disk full")).unwrap(), format!("{start}{all}{end}"));
        (0..9).for_each(|op| loss.of_log(OpId(op), &full));
        assert!(said(&loss, None).unwrap().contains("output of 'a', 'b', 'a', 'b', 'a' and 4 more could"));
    }
}
