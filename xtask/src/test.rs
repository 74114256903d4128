//! `test` and `lint`: every suite, whatever the others came to, and one summary.

use std::process::ExitCode;

use crate::engine::Engine;
use crate::fault::Outcome;
use crate::house::House;
use crate::managed::COMMANDS;
use crate::suite::{Summary, Tally};
use crate::{native, stage, suites};

/// Builds everything and runs every suite.
pub fn test(house: &House, filter: Option<&str>) -> Outcome<ExitCode> {
    let mut summary = Summary::default();
    if filter.is_none() {
        summary.run("rustfmt", || suites::rustfmt(house));
    }
    summary.run("native library", || native::build_native(house).map(|()| Tally::PASSED.into()));
    summary.run("C#: LabRunner.Commands", || COMMANDS.build(house).map(|()| Tally::PASSED.into()));
    let staged = summary.run("staged module", || stage::stage(house).map(|()| Tally::PASSED.into()));
    if filter.is_none() {
        summary.run("C#: engine tests", || suites::csharp(house));
        summary.run("clippy", || suites::clippy(house));
    }
    summary.run("cargo test", || suites::rust(house, filter));
    let mut engine = None;
    let found = summary.run("PowerShell", || {
        engine = Some(Engine::find(house)?);
        Ok(Tally::PASSED.into())
    });
    match &engine {
        Some(engine) if staged => {
            summary.run("engine tests", || suites::engine(house, engine, filter));
            summary.run("Pester", || suites::pester(house, engine, filter));
            summary.note(format!("Pester ran in {engine}"));
        }
        _ if found => summary.note("engine tests and Pester: not run, there is no staged module".to_owned()),
        _ => summary.note("engine tests and Pester: not run, there is no PowerShell".to_owned()),
    }
    Ok(conclude(&summary))
}

/// The lints alone.
pub fn lint(house: &House) -> Outcome<ExitCode> {
    let mut summary = Summary::default();
    summary.run("rustfmt", || suites::rustfmt(house));
    summary.run("clippy", || suites::clippy(house));
    summary.run("C#: LabRunner.Commands", || COMMANDS.build(house).map(|()| Tally::PASSED.into()));
    summary.run("C#: engine tests", || suites::csharp(house));
    Ok(conclude(&summary))
}

fn conclude(summary: &Summary) -> ExitCode {
    println!("{}", summary.text());
    if summary.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
