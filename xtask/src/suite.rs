//! What a suite gives, and the summary of all of them.

use std::time::{Duration, Instant};

use crate::fault::Outcome;

/// How many tests passed, failed and were skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were not run.
    pub skipped: u64,
}

impl Tally {
    /// One thing that passed.
    pub const PASSED: Self = Self { passed: 1, failed: 0, skipped: 0 };
    /// One thing that failed.
    pub const FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };

    /// The sum of both.
    pub fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// A runner that ended badly without a failed test has failed as a whole (it could not build, or crashed).
    pub fn judged_by(self, good: bool) -> Self {
        if good || self.failed > 0 { self } else { self.and(Self::FAILED) }
    }
}

/// What one suite came to.
pub struct Verdict {
    /// Its numbers.
    pub tally: Tally,
    /// What went wrong round it.
    pub note: Option<String>,
}

impl From<Tally> for Verdict {
    fn from(tally: Tally) -> Self {
        Self { tally, note: None }
    }
}

impl Verdict {
    /// Something that failed as a whole, and why.
    pub fn failed(note: impl Into<String>) -> Self {
        Self { tally: Tally::FAILED, note: Some(note.into()) }
    }
}

struct Entry {
    name: &'static str,
    verdict: Verdict,
    time: Duration,
}

/// All suites of one call.
#[derive(Default)]
pub struct Summary {
    entries: Vec<Entry>,
    notes: Vec<String>,
}

impl Summary {
    /// Runs a suite; a fault is its failure and stops no other. Gives whether it went well.
    pub fn run(&mut self, name: &'static str, suite: impl FnOnce() -> Outcome<Verdict>) -> bool {
        println!("==> {name}");
        let started = Instant::now();
        let verdict = suite().unwrap_or_else(|fault| Verdict::failed(fault.to_string()));
        if let Some(note) = &verdict.note {
            println!("{note}");
        }
        let good = verdict.tally.failed == 0;
        self.entries.push(Entry { name, verdict, time: started.elapsed() });
        good
    }

    /// Adds a line to the summary.
    pub fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// The sum of all suites.
    pub fn total(&self) -> Tally {
        self.entries.iter().fold(Tally::default(), |sum, entry| sum.and(entry.verdict.tally))
    }

    /// The summary: one line a suite, the notes, and as its last line the sum.
    pub fn text(&self) -> String {
        let width = self.entries.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
        let mut text = String::from("\nSummary\n");
        for entry in &self.entries {
            let Tally { passed, failed, skipped } = entry.verdict.tally;
            let seconds = entry.time.as_secs_f64();
            text += &format!("  {:width$}  {passed:>5} ok {failed:>4} bad {skipped:>4} left out", entry.name);
            text += &format!("  {seconds:>6.1} s");
            if let Some(note) = &entry.verdict.note {
                text += &format!("  {note}");
            }
            text.push('\n');
        }
        for note in &self.notes {
            text += &format!("  {note}\n");
        }
        let Tally { passed, failed, skipped } = self.total();
        text + &format!("{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    #[test]
    fn a_fault_is_one_failure_and_the_last_line_is_the_sum() {
        let mut summary = Summary::default();
        assert!(summary.run("a", || Ok(Tally { passed: 3, failed: 0, skipped: 1 }.into())));
        assert!(!summary.run("b", || Err(Fault::new("no such tool"))));
        summary.note("Engine: none".into());
        let text = summary.text();
        assert_eq!(text.lines().last(), Some("3 passed, 1 failed, 1 skipped"));
        assert!(text.contains("no such tool") && text.contains("Engine: none"), "{text}");
    }

    #[test]
    fn a_runner_that_crashed_has_failed_once() {
        assert_eq!(Tally::PASSED.judged_by(false), Tally { passed: 1, failed: 1, skipped: 0 });
        assert_eq!(Tally::FAILED.judged_by(false), Tally::FAILED);
    }
}
