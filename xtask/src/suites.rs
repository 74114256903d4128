//! The suites: how each is started and how its numbers are read.

use std::fs;

use crate::dotnet::dotnet;
use crate::engine::Engine;
use crate::fault::{Fault, Outcome};
use crate::house::House;
use crate::managed::ENGINE_TESTS;
use crate::native::cargo;
use crate::pester;
use crate::run::with_module;
use crate::suite::{Tally, Verdict};
use crate::tool::Tool;

/// Runs the Pester suite and prints its numbers.
const PESTER_SCRIPT: &str = "tests/pester/Run-Pester.ps1";

/// Whether the Rust code is formatted.
pub fn rustfmt(house: &House) -> Outcome<Verdict> {
    // Not through cargo(): fmt takes neither --locked nor a registry.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ended = Tool::new(program, "install Rust from https://rustup.rs")
        .within(house.root())
        .args(["fmt", "--all", "--check"])
        .run()?;
    Ok(one(ended.good(), "run `cargo fmt --all`"))
}

/// The lints of the Rust code.
pub fn clippy(house: &House) -> Outcome<Verdict> {
    let ended =
        cargo(house, "clippy").args(["--workspace", "--all-targets", "-q", "--", "-D", "warnings"]).run()?;
    Ok(one(ended.good(), "see the findings above"))
}

/// The C# project that is not part of the module. Formatting and analyzers are part of every build.
pub fn csharp(house: &House) -> Outcome<Verdict> {
    ENGINE_TESTS.build(house)?;
    Ok(Tally::PASSED.into())
}

fn one(good: bool, advice: &str) -> Verdict {
    if good { Tally::PASSED.into() } else { Verdict::failed(advice) }
}

/// Tells a program what the module's users are told, and keeps the runs of tests out of the user's own.
fn for_tests(tool: Tool, house: &House) -> Outcome<Tool> {
    Ok(with_module(tool, house)?.env("LABRUNNER_HOME", house.notes().join("home")))
}

/// Every Rust test: unit, property, documentation, the generated bindings, the C ABI.
pub fn rust(house: &House, filter: Option<&str>) -> Outcome<Verdict> {
    let ended =
        for_tests(cargo(house, "test"), house)?.args(["--workspace", "--no-fail-fast"]).args(filter).tee()?;
    Ok(libtest(&ended.output).judged_by(ended.good()).into())
}

/// Sums libtest's closing lines: `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn libtest(output: &str) -> Tally {
    let mut sum = Tally::default();
    for line in output.lines().filter(|line| line.trim_start().starts_with("test result:")) {
        let count = |word: &str| {
            line.split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
                .unwrap_or_default()
        };
        sum = sum.and(Tally { passed: count("passed"), failed: count("failed"), skipped: count("ignored") });
    }
    sum
}

/// The tests in the real engine, against the staged module.
pub fn engine(house: &House, engine: &Engine, filter: Option<&str>) -> Outcome<Verdict> {
    ENGINE_TESTS.build(house)?;
    // No Rust target links it, so that no other build makes it.
    cargo(house, "build").args(["-q", "-p", "labrunner-other-version"]).run()?;
    let results = house.notes().join("results");
    let report = results.join("engine.trx");
    // An old report must not speak for a run that crashed.
    let _ = fs::remove_file(&report);
    let mut tool = for_tests(dotnet(house, "test"), house)?
        .env("LABRUNNER_POWERSHELL", engine.as_variable()?)
        .arg(ENGINE_TESTS.file())
        .args(["-c", "Release", "--no-build", "--nologo"])
        .args(["--logger", "trx;LogFileName=engine.trx", "--logger", "console;verbosity=normal"])
        // A test that hangs ends the suite instead of the patience of a machine.
        .args(["--blame-hang", "--blame-hang-timeout", "5m", "--blame-hang-dump-type", "none"])
        .arg("--results-directory")
        .arg(&results);
    if let Some(filter) = filter {
        tool = tool.args(["--filter", &format!("FullyQualifiedName~{filter}")]);
    }
    let ended = tool.tee()?;
    let text = fs::read_to_string(&report).unwrap_or_default();
    let Some(tally) = trx(&text) else {
        if ended.good() && filter.is_some() {
            return Ok(Tally::default().into());
        }
        return Ok(Verdict::failed("the test host left no report; it crashed or found no tests"));
    };
    Ok(tally.judged_by(ended.good()).into())
}

/// Reads the counters of a trx report.
fn trx(report: &str) -> Option<Tally> {
    let counters = report.split("<Counters ").nth(1)?.split('>').next()?;
    let count = |name: &str| -> Option<u64> {
        counters.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.parse().ok()
    };
    let (total, passed, executed) = (count("total")?, count("passed")?, count("executed")?);
    Some(Tally { passed, failed: executed.saturating_sub(passed), skipped: total.saturating_sub(executed) })
}

/// What a user sees, in Pester.
pub fn pester(house: &House, engine: &Engine, filter: Option<&str>) -> Outcome<Verdict> {
    if !house.at(PESTER_SCRIPT).is_file() {
        return Err(Fault::new(format!("{PESTER_SCRIPT} is missing: it runs the Pester suite")));
    }
    let mut tool = for_tests(engine.tool(house), house)?
        .args(["-NoProfile", "-NonInteractive", "-File"])
        .arg(house.at(PESTER_SCRIPT))
        .arg("-ModulePath")
        .arg(house.module())
        .arg("-PesterPath")
        .arg(pester::pinned(house)?);
    if let Some(filter) = filter {
        tool = tool.args(["-Filter", filter]);
    }
    let ended = tool.tee()?;
    let Some(tally) = pester_line(&ended.output) else {
        return Ok(Verdict::failed(format!("{PESTER_SCRIPT} ended with {} and gave no numbers", ended.code)));
    };
    Ok(tally.judged_by(ended.good()).into())
}

/// Reads the line `PESTER <passed> <failed> <skipped>`.
fn pester_line(output: &str) -> Option<Tally> {
    let line = output.lines().rev().find_map(|line| line.trim().strip_prefix("PESTER "))?;
    let mut numbers = line.split_whitespace().map(|word| word.parse::<u64>().ok());
    let (passed, failed, skipped) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some(Tally { passed, failed, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtest_lines_are_summed() {
        let output = "running 2 tests\n\
                      test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s\n\
                      test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s\n";
        assert_eq!(libtest(output), Tally { passed: 15, failed: 2, skipped: 1 });
    }

    #[test]
    fn trx_counters_are_read() {
        let report = "<ResultSummary outcome=\"Failed\"><Counters total=\"9\" executed=\"7\" passed=\"5\" failed=\"1\" \
                      error=\"0\" timeout=\"1\" /></ResultSummary>";
        assert_eq!(trx(report), Some(Tally { passed: 5, failed: 2, skipped: 2 }));
        assert_eq!(trx(""), None);
    }

    #[test]
    fn the_pester_line_is_the_last_of_its_kind() {
        assert_eq!(
            pester_line("x\nPESTER 1 1 1\nPESTER 20 0 3\n"),
            Some(Tally { passed: 20, failed: 0, skipped: 3 })
        );
        assert_eq!(pester_line("PESTER many"), None);
    }
}
