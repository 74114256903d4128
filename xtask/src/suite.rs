//! What a suite gives, and the summary of all of them.

use std::time::{Duration, Instant};

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};

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
#[derive(Default)]
pub struct Verdict {
    /// Its numbers.
    pub tally: Tally,
    /// What is to be known of it, or what went wrong round it.
    note: Option<String>,
    /// What those that failed have said.
    failures: String,
}

impl From<Tally> for Verdict {
    fn from(tally: Tally) -> Self {
        Self { tally, ..Self::default() }
    }
}

impl Verdict {
    /// Something that failed as a whole, and why.
    pub fn failed(note: impl Into<String>) -> Self {
        Self { tally: Tally::FAILED, note: Some(note.into()), ..Self::default() }
    }

    /// With what those that failed have said.
    pub fn because(self, failures: String) -> Self {
        Self { failures, ..self }
    }

    /// With this note, if there is one.
    pub fn noting(self, note: Option<String>) -> Self {
        Self { note: note.or(self.note), ..self }
    }

    /// One line: the name, what passed, failed and was skipped, how long it took.
    fn line(&self, name: &str, time: Duration) -> String {
        let Tally { passed, failed, skipped } = self.tally;
        let counts = [(passed, "passed"), (failed, "failed"), (skipped, "skipped")];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let note = self.note.as_deref().map(|note| format!("  {note}")).unwrap_or_default();
        format!("{name:<24} {:<28} {:>7.1} s{note}", counts.join(", "), time.as_secs_f64())
            .trim_end()
            .to_owned()
    }
}

/// A suite that can run on a thread of its own.
pub type Suite<'a> = Box<dyn FnOnce(&Checkout) -> Outcome<Verdict> + Send + 'a>;

/// Runs a suite with a log of its own and prints its line. Gives its numbers, and what failed has said.
fn measured(
    checkout: &Checkout,
    name: &str,
    suite: impl FnOnce(&Checkout) -> Outcome<Verdict>,
) -> (Tally, Option<String>) {
    let started = Instant::now();
    let logging = checkout.logging(name);
    let verdict = logging.as_ref().map_err(|fault| Fault::new(fault.to_string())).and_then(suite);
    let verdict = verdict.unwrap_or_else(|fault| Verdict::failed("").because(fault.to_string()));
    println!("{}", verdict.line(name, started.elapsed()));
    let failure = (verdict.tally.failed > 0).then(|| match logging.as_ref().map(Checkout::log) {
        Ok(Some(log)) => {
            let said = if verdict.failures.trim().is_empty() { log.tail(60) } else { verdict.failures };
            let place = checkout.shown(log.path());
            format!("==> {name}; all of its output is in {place}\n{}", said.trim_end())
        }
        _ => format!("==> {name}\n{}", verdict.failures),
    });
    (verdict.tally, failure)
}

/// All suites of one call.
pub struct Summary<'a> {
    checkout: &'a Checkout,
    total: Tally,
    failures: Vec<String>,
}

impl<'a> Summary<'a> {
    /// Of no suite yet.
    pub fn new(checkout: &'a Checkout) -> Self {
        Self { checkout, total: Tally::default(), failures: Vec::new() }
    }

    /// Runs a suite and prints its line; a fault is its failure and stops no other. Gives whether it went well.
    pub fn run(&mut self, name: &str, suite: impl FnOnce(&Checkout) -> Outcome<Verdict>) -> bool {
        let (tally, failure) = measured(self.checkout, name, suite);
        self.note(tally, failure)
    }

    /// Runs rows of suites side by side, and those of a row one after another: each leaves a processor idle for much of
    /// its time, or waits for the network. Gives whether all of them went well.
    pub fn run_together(&mut self, rows: Vec<Vec<(String, Suite<'_>)>>) -> bool {
        let checkout = self.checkout;
        let run_row = |row: Vec<(String, Suite<'_>)>| -> Vec<_> {
            row.into_iter().map(|(name, suite)| measured(checkout, &name, suite)).collect()
        };
        let ended: Vec<Vec<_>> = std::thread::scope(|scope| {
            let running: Vec<_> = rows.into_iter().map(|row| scope.spawn(move || run_row(row))).collect();
            running.into_iter().map(|thread| thread.join().expect("a suite does not panic")).collect()
        });
        let mut well = true;
        for (tally, failure) in ended.into_iter().flatten() {
            well &= self.note(tally, failure);
        }
        well
    }

    fn note(&mut self, tally: Tally, failure: Option<String>) -> bool {
        self.total = self.total.and(tally);
        self.failures.extend(failure);
        tally.failed == 0
    }

    /// The sum of all suites.
    pub fn total(&self) -> Tally {
        self.total
    }

    /// What failed has said, where the rest is, and as the last line the sum.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for failure in &self.failures {
            text += &format!("\n{failure}\n");
        }
        let Tally { passed, failed, skipped } = self.total;
        text +=
            &format!("\nAll output of the suites is in {}.\n", self.checkout.shown(&self.checkout.logs()));
        text + &format!("{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering::SeqCst;

    #[test]
    fn a_fault_is_one_failure_and_the_last_line_is_the_sum() {
        let checkout = Checkout::find().expect("a checkout");
        let mut summary = Summary::new(&checkout);
        assert!(summary.run("xtask a", |_| Ok(Tally { passed: 3, failed: 0, skipped: 1 }.into())));
        assert!(!summary.run("xtask b", |_| Err(Fault::new("no such tool"))));
        let text = summary.text();
        assert_eq!(text.lines().last(), Some("3 passed, 1 failed, 1 skipped"));
        assert!(text.contains("no such tool") && text.contains("xtask-b.log"), "{text}");
        assert!(!text.contains("xtask-a.log"), "{text}");
    }

    #[test]
    fn suites_side_by_side_are_all_counted() {
        let checkout = Checkout::find().expect("a checkout");
        let mut summary = Summary::new(&checkout);
        let both = std::sync::Barrier::new(2);
        let meets = |tally: Tally| -> Suite<'_> {
            let both = &both;
            Box::new(move |_| {
                both.wait();
                Ok(tally.into())
            })
        };
        let first = std::sync::atomic::AtomicBool::new(true);
        let went_well = summary.run_together(vec![
            vec![("xtask c".to_owned(), meets(Tally::PASSED))],
            vec![
                ("xtask d".to_owned(), meets(Tally::FAILED)),
                (
                    "xtask e".to_owned(),
                    Box::new(|_| {
                        Ok(Tally { skipped: first.swap(false, SeqCst).into(), ..Tally::default() }.into())
                    }),
                ),
            ],
        ]);
        assert!(!went_well);
        assert_eq!(summary.total(), Tally { passed: 1, failed: 1, skipped: 1 });
        assert!(summary.text().contains("==> xtask d"), "{}", summary.text());
    }

    #[test]
    fn a_line_has_what_there_is() {
        let verdict =
            Verdict::from(Tally { passed: 12, failed: 0, skipped: 2 }).noting(Some("slowly".into()));
        assert_eq!(
            verdict.line("Pester", Duration::from_millis(61_240)),
            "Pester                   12 passed, 2 skipped            61.2 s  slowly"
        );
    }

    #[test]
    fn a_runner_that_crashed_has_failed_once() {
        assert_eq!(Tally::PASSED.judged_by(false), Tally { passed: 1, failed: 1, skipped: 0 });
        assert_eq!(Tally::FAILED.judged_by(false), Tally::FAILED);
    }
}
