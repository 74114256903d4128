//! Every Rust test: unit, property, documentation, the generated bindings, the C ABI.

use std::sync::OnceLock;
use std::time::Duration;

use super::{failures, for_tests};
use crate::checkout::{Checkout, Profile};
use crate::fault::{Fault, Outcome};
use crate::native::{self, cargo};
use crate::suite::{Tally, Verdict};
use crate::tool::Tool;
use crate::watch::{Place, Watch};

/// Clippy as a compiler.
const DRIVER: &str = "clippy-driver";
/// What a test says that cannot be tried where it runs (`core/src/skipped.rs`).
const SKIPPED: &str = "test skipped: ";
/// How long it may take to say its version.
const LIMIT: Duration = Duration::from_secs(60);

/// Compiles all there is, with the lints in the same pass: a check of its own would read all crates once more. The native
/// library is among it, with the same crates as its tests, none of which is compiled twice.
///
/// Lints are warnings here, so that the tests of a crate that has one can run.
///
/// # Errors
/// Where it cannot be compiled.
pub fn build(checkout: &Checkout) -> Outcome<Verdict> {
    let ended = linted(checkout, "build").args(["--workspace", "--all-targets"]).run()?;
    if !ended.good() {
        return Err(Fault::new(format!("the Rust code cannot be compiled\n{}", ended.output)));
    }
    native::expect_native(checkout, Profile::Dev)?;
    if !has_driver() {
        return Ok(Verdict::failed("there is no clippy; install it: rustup component add clippy"));
    }
    let findings = findings(&ended.output);
    if findings.is_empty() {
        return Ok(Tally::PASSED.into());
    }
    Ok(Verdict::failed("mend the findings").because(findings))
}

/// Cargo with clippy in the place of the compiler, which it contains.
pub fn linted(checkout: &Checkout, subcommand: &str) -> Tool {
    let tool = cargo(checkout, subcommand);
    if has_driver() { tool.env("RUSTC_WORKSPACE_WRAPPER", DRIVER) } else { tool }
}

fn has_driver() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let ask = || Tool::new(DRIVER, "install clippy").arg("--version").bounded(LIMIT);
    *FOUND.get_or_init(|| ask().ok().flatten().is_some_and(|ended| ended.good()))
}

/// What the compiler and clippy have warned of, if cargo counts any warnings of a crate.
fn findings(output: &str) -> String {
    let counted = output.lines().any(|line| line.starts_with("warning: `") && line.contains(" generated "));
    if counted { output.to_owned() } else { String::new() }
}

/// Runs them.
pub fn run(checkout: &Checkout, filter: Option<&str>) -> Outcome<Verdict> {
    let mut watch = Watch::new("cargo test", read);
    let module = checkout.module(Profile::Dev)?;
    let tool = for_tests(linted(checkout, "test"), checkout, &module)
        .args(["--workspace", "--no-fail-fast"])
        .args(filter);
    let ended = tool.watched(&mut watch)?;
    let verdict = Verdict::from(tally(&ended.output).judged_by(ended.good()));
    Ok(verdict.because(failures(&ended.output, of_failed)).noting(watch.complaint()))
}

/// Learns from the lines of cargo and of libtest, which names a test when it has ended or takes longer than a minute.
fn read(place: &mut Place, line: &str) {
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix("Running ").or_else(|| line.strip_prefix("Doc-tests ")) {
        rest.clone_into(&mut place.file);
        place.tests.clear();
    } else if let Some((name, _)) =
        line.strip_prefix("test ").and_then(|rest| rest.split_once(" has been running for"))
    {
        place.tests.push(name.to_owned());
    } else if let Some((name, _)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
        place.ended += 1;
        place.tests.retain(|test| test != name);
    }
}

/// Sums libtest's closing lines: `test result: ok. 12 passed; 0 failed; 1 ignored; …`. To libtest a test that finds that it
/// cannot be tried here has passed; it says so itself.
fn tally(output: &str) -> Tally {
    let mut sum = Tally::default();
    for line in output.lines().filter(|line| line.trim_start().starts_with("test result:")) {
        let count = |word: &str| {
            line.split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
                .unwrap_or_default()
        };
        sum = sum.and(Tally { passed: count("passed"), failed: count("failed"), skipped: count("ignored") });
    }
    let skipped = output.lines().filter(|line| line.contains(SKIPPED)).count() as u64;
    let skipped = skipped.min(sum.passed);
    Tally { passed: sum.passed - skipped, skipped: sum.skipped + skipped, ..sum }
}

/// Whether a line is of failed tests: from `failures:` to the closing line, for each program.
fn of_failed(line: &str, inside: bool) -> bool {
    (inside || line == "failures:") && !line.starts_with("test result:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_crates_are_findings_and_those_of_cargo_itself_are_not() {
        let lint = "warning: unused variable: `x`\n --> a.rs\nwarning: `core` (lib) generated 1 warning\n";
        assert_eq!(findings(lint), lint);
        assert_eq!(findings("warning: spurious network error\n   Compiling core\n"), "");
    }

    #[test]
    fn closing_lines_are_summed() {
        let output = "running 2 tests\n\
                      test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s\n\
                      test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s\n";
        assert_eq!(tally(output), Tally { passed: 15, failed: 2, skipped: 1 });
    }

    #[test]
    fn a_test_that_says_that_it_is_skipped_has_not_passed() {
        let output = "test skipped: run::a: only root can do that\n\
                      test run::b ... test skipped: run::b: only root can do that\nok\n\
                      test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s\n";
        assert_eq!(tally(output), Tally { passed: 1, failed: 0, skipped: 3 });
    }

    #[test]
    fn what_a_failed_test_has_said_is_found() {
        let output = "test a ... ok\nfailures:\n\n---- b stdout ----\nno\n\nfailures:\n    b\n\ntest result: FAILED. 1 passed\ntest c ... ok\n";
        let expected = "failures:\n\n---- b stdout ----\nno\n\nfailures:\n    b\n\n";
        assert_eq!(failures(output, of_failed), expected);
        assert_eq!(failures("test result: ok. 1 passed\n", of_failed), "");
    }

    #[test]
    fn a_test_that_takes_long_is_known_until_it_ends() {
        let mut place = Place::default();
        read(&mut place, "     Running unittests src/lib.rs (target/debug/deps/labrunner_core-1)");
        read(&mut place, "test run::slow has been running for over 60 seconds");
        read(&mut place, "test run::quick ... ok");
        assert_eq!(place.ended, 1);
        assert_eq!(
            place.text(),
            " in unittests src/lib.rs (target/debug/deps/labrunner_core-1), test run::slow"
        );
        read(&mut place, "test run::slow ... FAILED");
        assert_eq!((place.ended, place.tests.len()), (2, 0));
    }
}
