//! `test` and `lint`: every suite, whatever the others came to, and one summary.

use std::process::ExitCode;

use crate::checkout::{Checkout, Profile};
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::managed::COMMANDS;
use crate::suite::{Suite, Summary, Tally, Verdict};
use crate::suites::members::Members;
use crate::suites::pester::Part;
use crate::{pack, stage, suites};

/// Builds everything and runs every suite.
///
/// The suites in PowerShell run with the engine's members that are not public, and again without them where that may
/// make a difference; with `engine_members` off they run once, without them.
pub fn test(checkout: &Checkout, filter: Option<&str>, engine_members: bool) -> Outcome<ExitCode> {
    let module = checkout.module(Profile::Dev)?;
    let module = &module;
    let mut summary = Summary::new(checkout);
    let whole = filter.is_none();
    let (mut compiled, mut found) = (false, None);
    // One row compiles; the other mostly waits for what it downloads.
    let mut rust = vec![suite("Rust, with lints", |checkout| {
        let verdict = suites::rust::build(checkout)?;
        compiled = true;
        Ok(verdict)
    })];
    let mut managed = vec![built("C#: LabRunner.Commands", |checkout| COMMANDS.build(checkout))];
    if whole {
        rust.insert(0, suite("rustfmt", suites::rustfmt));
        managed.push(suite("C#: engine tests", suites::csharp));
    }
    managed.push(suite("PowerShell", |checkout| {
        let engine = found.insert(Engine::find(checkout)?.for_tests(checkout)?);
        suites::pester::pinned(checkout)?;
        Ok(Verdict::from(Tally::PASSED).noting(Some(engine.to_string())))
    }));
    summary.run_together(vec![rust, managed]);
    // What was not compiled or not found has failed already.
    let stage = |checkout: &_| stage::stage(checkout, Profile::Dev).map(passed);
    let staged = compiled && summary.run("staged module", stage);
    let mut in_rust = vec![suite("cargo test", move |checkout| suites::rust::run(checkout, filter))];
    if whole {
        in_rust.push(suite("report in a browser", suites::browser::run));
        in_rust.push(suite("spelling", suites::spelling::run));
    }
    let mut rows = if compiled { vec![in_rust] } else { Vec::new() };
    if let (true, Some(engine)) = (staged, &found) {
        let rounds: &[Members] = match (engine_members, filter) {
            (false, _) => &[Members::Off],
            (true, Some(_)) => &[Members::Used],
            (true, None) => &[Members::Used, Members::OffWhereTheyMatter],
        };
        // Each suite leaves a processor idle for much of its time. The rows take about as long as each other.
        let mut in_xunit = Vec::new();
        for &members in rounds {
            let name = |suite: &str| format!("{suite}{}", members.label());
            in_xunit.push(suite(&name("engine tests"), move |checkout| {
                suites::engine::run(checkout, engine, filter, members)
            }));
            for &part in suites::pester::parts(members) {
                let pester = suite(&name(part.name()), move |checkout| {
                    suites::pester::run(checkout, engine, module, filter, members, part)
                });
                match (part, members) {
                    (Part::DropIn, _) => in_xunit.push(pester),
                    (Part::Product(_), Members::OffWhereTheyMatter) => rows[0].push(pester),
                    (Part::Product(_), _) => rows.push(vec![pester]),
                }
            }
        }
        if whole {
            in_xunit.push(suite("package", move |checkout| pack::try_out(checkout, engine)));
        }
        rows.push(in_xunit);
    }
    summary.run_together(rows);
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
