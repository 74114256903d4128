//! What operations wrote, for those parts of a report that show it.

use super::plain::visible;
use crate::graph::OpId;
use crate::record::Record;
use crate::record::disk::Disk;
use crate::record::output::batch::GapReason;
use crate::record::output::reader::{self, ReadRecord};
use crate::record::output::{Kind, Question};
use std::collections::HashMap;

/// One record of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which attempt wrote it.
    pub attempt: u32,
    /// When, in milliseconds since the run's start.
    pub at: u64,
    /// Where it was written to: `output`, `error`, `warning`, `verbose`, `debug`, `information`, `stdout`, `stderr`, or
    /// `missing` for a sentence about what is not there.
    pub stream: &'static str,
    /// What.
    pub text: String,
}

/// Reads what a run's operations wrote.
pub struct Outputs<'r> {
    record: &'r Record<'r>,
    disk: &'r dyn Disk,
}

impl<'r> Outputs<'r> {
    /// Those of a run.
    pub fn of(record: &'r Record<'r>, disk: &'r dyn Disk) -> Self {
        Self { record, disk }
    }

    /// The last records of one operation.
    pub fn last(&self, op: OpId, most: usize) -> Vec<Line> {
        let question = Question { operations: Some(vec![op]), last: Some(most), ..Question::default() };
        self.read(&question).records.into_iter().map(line).collect()
    }

    /// All records, by operation.
    pub fn all(&self) -> HashMap<OpId, Vec<Line>> {
        let mut all: HashMap<OpId, Vec<Line>> = HashMap::new();
        let mut question = Question::default();
        loop {
            let page = self.read(&question);
            for record in page.records {
                all.entry(record.op).or_default().push(line(record));
            }
            if !page.more {
                return all;
            }
            question.from = Some(page.next);
        }
    }

    fn read(&self, question: &Question) -> reader::Page {
        reader::read(self.disk, self.record.folder(), &self.record.header().run, question)
    }
}

fn line(record: ReadRecord) -> Line {
    let text = match (record.text, record.missing) {
        (Some(text), _) => visible(&text),
        (None, Some(gap)) if gap.why == GapReason::Slow => {
            format!("{} records with {} bytes are missing: the disk was too slow.", gap.records, gap.bytes)
        }
        (None, Some(gap)) => format!(
            "{} records with {} bytes are left out: more was written than is kept.",
            gap.records, gap.bytes
        ),
        (None, None) => String::new(),
    };
    Line { attempt: record.attempt, at: record.at, stream: stream(record.kind), text }
}

fn stream(kind: Kind) -> &'static str {
    match kind {
        Kind::Output => "output",
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Verbose => "verbose",
        Kind::Debug => "debug",
        Kind::Information => "information",
        Kind::Stdout => "stdout",
        Kind::Stderr => "stderr",
        Kind::Missing | Kind::End => "missing",
    }
}
