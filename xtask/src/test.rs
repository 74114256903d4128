//! `test` and `lint`: every suite, whatever the others came to, and one summary.

use std::process::ExitCode;

use crate::checkout::Checkout;
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::managed::COMMANDS;
use crate::suite::{Suite, Summary, Tally, Verdict};
use crate::suites::members::Members;
use crate::{native, stage, suites};

/// Builds everything and runs every suite.
///
/// The suites in PowerShell run with the engine's members that are not public, and again without them where that may
/// make a difference; with `engine_members` off they run once, without them.
pub fn test(checkout: &Checkout, filter: Option<&str>, engine_members: bool) -> Outcome<ExitCode> {
    let mut summary = Summary::new(checkout);
    let built = |(): ()| Tally::PASSED.into();
    if filter.is_none() {
        summary.run("rustfmt", suites::rustfmt);
    }
    summary.run("native library", |checkout| native::build_native(checkout).map(built));
    summary.run("C#: LabRunner.Commands", |checkout| COMMANDS.build(checkout).map(built));
    let staged = summary.run("staged module", |checkout| stage::stage(checkout).map(built));
    if filter.is_none() {
        summary.run("C#: engine tests", suites::csharp);
        summary.run("clippy", suites::clippy);
    }
    summary.run("cargo test", |checkout| suites::rust::run(checkout, filter));
    if filter.is_none() {
        summary.run("report in a browser", suites::browser::run);
    }
    let mut found = None;
    summary.run("PowerShell", |checkout| {
        let engine = found.insert(Engine::find(checkout)?);
        suites::pester::pinned(checkout)?;
        Ok(Verdict::from(Tally::PASSED).noting(Some(engine.to_string())))
    });
    // What was not staged or not found has failed already.
    if let (true, Some(engine)) = (staged, &found) {
        let rounds: &[Members] = match (engine_members, filter) {
            (false, _) => &[Members::Off],
            (true, Some(_)) => &[Members::Used],
            (true, None) => &[Members::Used, Members::OffWhereTheyMatter],
        };
        for &members in rounds {
            let name = |suite: &str| format!("{suite}{}", members.label());
            let mut together: Vec<(String, Suite<'_>)> = vec![(
                name("engine tests"),
                Box::new(move |checkout| suites::engine::run(checkout, engine, filter, members)),
            )];
            for &part in suites::pester::parts(members) {
                together.push((
                    name(part.name()),
                    Box::new(move |checkout| suites::pester::run(checkout, engine, filter, members, part)),
                ));
            }
            summary.run_together(together);
        }
    }
    Ok(conclude(&summary))
}

/// The lints alone.
pub fn lint(checkout: &Checkout) -> Outcome<ExitCode> {
    let mut summary = Summary::new(checkout);
    summary.run("rustfmt", suites::rustfmt);
    summary.run("clippy", suites::clippy);
    summary.run("C#: LabRunner.Commands", |checkout| COMMANDS.build(checkout).map(|()| Tally::PASSED.into()));
    summary.run("C#: engine tests", suites::csharp);
    Ok(conclude(&summary))
}

fn conclude(summary: &Summary) -> ExitCode {
    println!("{}", summary.text());
    if summary.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
