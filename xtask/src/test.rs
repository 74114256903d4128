//! `test` and `lint`: every suite, whatever the others came to, and one summary.

use std::process::ExitCode;

use crate::engine::Engine;
use crate::fault::Outcome;
use crate::house::House;
use crate::managed::COMMANDS;
use crate::suite::{Summary, Tally, Verdict};
use crate::{native, stage, suites};

/// Builds everything and runs every suite.
pub fn test(house: &House, filter: Option<&str>) -> Outcome<ExitCode> {
    let mut summary = Summary::new(house);
    let built = |(): ()| Tally::PASSED.into();
    if filter.is_none() {
        summary.run("rustfmt", suites::rustfmt);
    }
    summary.run("native library", |house| native::build_native(house).map(built));
    summary.run("C#: LabRunner.Commands", |house| COMMANDS.build(house).map(built));
    let staged = summary.run("staged module", |house| stage::stage(house).map(built));
    if filter.is_none() {
        summary.run("C#: engine tests", suites::csharp);
        summary.run("clippy", suites::clippy);
    }
    summary.run("cargo test", |house| suites::rust::run(house, filter));
    let mut found = None;
    summary.run("PowerShell", |house| {
        let engine = found.insert(Engine::find(house)?);
        Ok(Verdict::from(Tally::PASSED).noting(Some(engine.to_string())))
    });
    // What was not staged or not found has failed already.
    if let (true, Some(engine)) = (staged, &found) {
        summary.run("engine tests", |house| suites::engine::run(house, engine, filter));
        summary.run("Pester", |house| suites::pester::run(house, engine, filter));
    }
    Ok(conclude(&summary))
}

/// The lints alone.
pub fn lint(house: &House) -> Outcome<ExitCode> {
    let mut summary = Summary::new(house);
    summary.run("rustfmt", suites::rustfmt);
    summary.run("clippy", suites::clippy);
    summary.run("C#: LabRunner.Commands", |house| COMMANDS.build(house).map(|()| Tally::PASSED.into()));
    summary.run("C#: engine tests", suites::csharp);
    Ok(conclude(&summary))
}

fn conclude(summary: &Summary) -> ExitCode {
    println!("{}", summary.text());
    if summary.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
