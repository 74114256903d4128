//! The tests on the engine, against the staged module.

use std::fs;

use super::for_tests;
use super::members::Members;
use crate::checkout::{Checkout, Profile};
use crate::dotnet::dotnet;
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::managed::ENGINE_TESTS;
use crate::suite::{Tally, Verdict};
use crate::watch::{Place, Watch};

/// Runs them.
pub fn run(checkout: &Checkout, engine: &Engine, filter: Option<&str>, members: Members) -> Outcome<Verdict> {
    ENGINE_TESTS.build(checkout)?;
    let results = checkout.notes().join("results");
    let report = results.join("engine.trx");
    // An old report must not speak for a run that crashed.
    let _ = fs::remove_file(&report);
    let mut tool = for_tests(dotnet(checkout, "test"), checkout, &checkout.module(Profile::Dev)?)
        .env("LABRUNNER_POWERSHELL", engine.as_variable()?)
        .arg(ENGINE_TESTS.file())
        .args(["-c", "Release", "--no-build", "--nologo"])
        .args(["--logger", "trx;LogFileName=engine.trx", "--logger", "console;verbosity=normal"])
        // The test host knows best which test it is that hangs.
        .args(["--blame-hang", "--blame-hang-timeout", "5m", "--blame-hang-dump-type", "none"])
        .arg("--results-directory")
        .arg(&results);
    if let Some(filter) = members.engine_filter(filter) {
        tool = tool.args(["--filter", &filter]);
    }
    if let Some((name, value)) = members.environment() {
        tool = tool.env(name, value);
    }
    let mut watch = Watch::new("engine tests", read);
    let ended = tool.watched(&mut watch)?;
    let text = fs::read_to_string(&report).unwrap_or_default();
    let Some(tally) = tally(&text) else {
        if ended.good() && filter.is_some() {
            return Ok(Tally::default().into());
        }
        let verdict = Verdict::failed("the test host left no report; it crashed or found no tests");
        return Ok(verdict.because(failures(&ended.output)).noting(watch.complaint()));
    };
    let verdict = Verdict::from(tally.judged_by(ended.good()));
    Ok(verdict.because(failures(&ended.output)).noting(watch.complaint()))
}

/// Learns from the lines of the test host: xunit names a test when it has ended or takes longer than a minute.
fn read(place: &mut Place, line: &str) {
    if let Some((_, rest)) = line.split_once("[Long Running Test] '") {
        place.tests = vec![rest.split('\'').next().unwrap_or_default().to_owned()];
    } else if is_ended_test(line) {
        place.ended += 1;
        place.tests.clear();
    }
}

/// `  Passed LabRunner.EngineTests.Some.Test [12 ms]` and its like.
fn is_ended_test(line: &str) -> bool {
    ["  Passed ", "  Failed ", "  Skipped "].iter().any(|start| line.starts_with(start))
}

/// What failed tests have said, and which test ran when the host went away.
fn failures(output: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in output.lines() {
        let is_over = is_ended_test(line) || line.starts_with('[') || line.starts_with("Test Run ");
        let is_start = line.starts_with("  Failed ") || line.starts_with("The test running when the crash");
        inside = is_start || (inside && !is_over);
        if inside {
            text += line;
            text.push('\n');
        }
    }
    text
}

/// Reads the counters of a trx report.
fn tally(report: &str) -> Option<Tally> {
    let counters = report.split("<Counters ").nth(1)?.split('>').next()?;
    let count = |name: &str| -> Option<u64> {
        counters.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.parse().ok()
    };
    let (total, passed, executed) = (count("total")?, count("passed")?, count("executed")?);
    Some(Tally { passed, failed: executed.saturating_sub(passed), skipped: total.saturating_sub(executed) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read() {
        let report = "<ResultSummary outcome=\"Failed\"><Counters total=\"9\" executed=\"7\" passed=\"5\" failed=\"1\" \
                      error=\"0\" timeout=\"1\" /></ResultSummary>";
        assert_eq!(tally(report), Some(Tally { passed: 5, failed: 2, skipped: 2 }));
        assert_eq!(tally(""), None);
    }

    #[test]
    fn what_a_failed_test_has_said_is_found() {
        let output =
            "  Passed A.b [1 ms]\n  Failed A.c [2 ms]\n  Error Message:\n   no\n  Passed A.d [1 ms]\n";
        assert_eq!(failures(output), "  Failed A.c [2 ms]\n  Error Message:\n   no\n");
    }

    #[test]
    fn a_test_that_takes_long_is_known_until_it_ends() {
        let mut place = Place::default();
        read(&mut place, "[xUnit.net 00:01:02.00]   [Long Running Test] 'A.b', Elapsed: 00:01:00");
        assert_eq!(place.tests, ["A.b"]);
        read(&mut place, "  Passed A.b [1 m 2 s]");
        assert_eq!(place, Place { ended: 1, ..Place::default() });
    }
}
