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
    let whole = filter.is_none();
    // One row compiles; the other mostly waits for what it downloads.
    let mut native = vec![built("native library", native::build_native)];
    let mut found = None;
    let mut managed = vec![built("C#: LabRunner.Commands", |checkout| COMMANDS.build(checkout))];
    if whole {
        native.insert(0, suite("rustfmt", suites::rustfmt));
        managed.push(suite("C#: engine tests", suites::csharp));
    }
    managed.push(suite("PowerShell", |checkout| {
        let engine = found.insert(Engine::find(checkout)?);
        suites::pester::pinned(checkout)?;
        Ok(Verdict::from(Tally::PASSED).noting(Some(engine.to_string())))
    }));
    summary.run_together(vec![native, managed]);
    let staged = summary.run("staged module", |checkout| stage::stage(checkout).map(passed));
    let mut rust = vec![vec![suite("cargo test", move |checkout| suites::rust::run(checkout, filter))]];
    if whole {
        summary.run("clippy", suites::rust::build);
        rust.push(vec![suite("report in a browser", suites::browser::run)]);
    }
    summary.run_together(rust);
    // What was not staged or not found has failed already.
    if let (true, Some(engine)) = (staged, &found) {
        let rounds: &[Members] = match (engine_members, filter) {
            (false, _) => &[Members::Off],
            (true, Some(_)) => &[Members::Used],
            (true, None) => &[Members::Used, Members::OffWhereTheyMatter],
        };
        for &members in rounds {
            let name = |suite: &str| format!("{suite}{}", members.label());
            let engine_tests = move |checkout: &_| suites::engine::run(checkout, engine, filter, members);
            let mut rows = vec![vec![suite(&name("engine tests"), engine_tests)]];
            for &part in suites::pester::parts(members) {
                let pester = move |checkout: &_| suites::pester::run(checkout, engine, filter, members, part);
                rows.push(vec![suite(&name(part.name()), pester)]);
            }
            summary.run_together(rows);
        }
    }
    Ok(conclude(&summary))
}

fn suite<'a>(name: &str, run: impl FnOnce(&Checkout) -> Outcome<Verdict> + Send + 'a) -> (String, Suite<'a>) {
    (name.to_owned(), Box::new(run))
}

fn built<'a>(name: &str, build: impl FnOnce(&Checkout) -> Outcome + Send + 'a) -> (String, Suite<'a>) {
    suite(name, |checkout| build(checkout).map(passed))
}

fn passed((): ()) -> Verdict {
    Tally::PASSED.into()
}

/// The lints alone.
pub fn lint(checkout: &Checkout) -> Outcome<ExitCode> {
    let mut summary = Summary::new(checkout);
    summary.run("rustfmt", suites::rustfmt);
    summary.run("clippy", suites::clippy);
    summary.run("C#: LabRunner.Commands", |checkout| COMMANDS.build(checkout).map(passed));
    summary.run("C#: engine tests", suites::csharp);
    Ok(conclude(&summary))
}

fn conclude(summary: &Summary) -> ExitCode {
    println!("{}", summary.text());
    if summary.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
