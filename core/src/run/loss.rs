//! What is missing from a run's record, told once and in one sentence: a store that cannot be written stops no run.

use crate::error::{Fault, sentences};
use crate::graph::OpId;
use crate::record::Durability;
use crate::record::output::Closed;
use std::io;
use std::path::Path;

/// Operations that are named, at most.
const NAMED: usize = 5;

/// What could not be written.
#[derive(Debug, Default)]
pub(super) struct Loss {
    /// Why there is no result.
    result: Option<String>,
    /// What operations wrote and is not in the store.
    output: Closed,
}

impl Loss {
    /// The output store has been closed.
    pub(super) fn of_output(&mut self, closed: &Closed) {
        self.output = closed.clone();
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
        let lost = &self.output.lost;
        if !lost.is_empty() {
            let names: Vec<String> = lost.keys().take(NAMED).map(|op| format!("'{}'", name(*op))).collect();
            let more = match lost.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            missing.push(format!("output of {}{more}", names.join(", ")));
        } else if self.output.failure.is_some() {
            missing.push("output".to_owned());
        }
        let slow = self.output.dropped > 0 || self.output.unfinished;
        match self.output.dropped {
            0 if self.output.unfinished => missing.push("the end of its output".to_owned()),
            0 => {}
            1 => missing.push("a line of output".to_owned()),
            lines => missing.push(format!("{lines} lines of output")),
        }
        let slow = slow.then_some("the disk was too slow");
        let why = journal.or(self.result.as_deref()).or(self.output.failure.as_deref()).or(slow)?;
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

/// What is said of a record that was to survive a power cut, and may not.
pub(super) fn not_durable(why: &str, wanted: Durability) -> String {
    let outcome = if wanted == Durability::Required {
        "Its durability is required, so the run is stopped."
    } else {
        "The run itself is not affected."
    };
    format!("The record of this run may not survive a power cut: {why}. {outcome}")
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
        let closed = |operations: std::ops::Range<u32>| Closed {
            failure: Some("disk full".to_owned()),
            lost: operations.map(|op| (OpId(op), 3)).collect(),
            ..Closed::default()
        };
        loss.of_output(&closed(1..2));
        let start = "The record of this run in '/runs/1' is not complete: ";
        let end = " could not be written (disk full). The run itself is not affected.";
        assert_eq!(said(&loss, None).unwrap(), format!("{start}output of 'b'{end}"));
        loss.of_result(&full);
        let all = "what happened after its journal broke off, its result and output of 'b'";
        assert_eq!(said(&loss, Some("disk full")).unwrap(), format!("{start}{all}{end}"));
        loss.of_output(&closed(0..9));
        assert!(said(&loss, None).unwrap().contains("output of 'a', 'b', 'a', 'b', 'a' and 4 more could"));
    }

    #[test]
    fn what_a_slow_disk_costs_is_said_with_its_number() {
        for (dropped, unfinished, missing) in [
            (1, false, "a line of output"),
            (7, true, "7 lines of output"),
            (0, true, "the end of its output"),
        ] {
            let mut loss = Loss::default();
            loss.of_output(&Closed { dropped, unfinished, ..Closed::default() });
            let expected = format!("{missing} could not be written (the disk was too slow).");
            assert!(said(&loss, None).unwrap().contains(&expected), "{:?}", said(&loss, None));
        }
    }
}
