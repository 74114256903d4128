//! The suites: how each is started, how its output is read.
//!
//! | what | where |
//! |--|--|
//! | formatters and analyzers | here |
//! | every Rust test | `rust` |
//! | xunit, on the engine | `engine` |
//! | Pester, in PowerShell | `pester` |
//! | the page of reports, in a browser | `browser` |
//! | the spelling of documents | `spelling` |
//! | packages of npm, for these two | `npm` |
//! | xunit and Pester, without the engine's members that are not public | `members` |

pub mod browser;
pub mod engine;
pub mod members;
mod npm;
pub mod pester;
pub mod rust;
pub mod spelling;

use crate::checkout::{Checkout, Module};
use crate::fault::Outcome;
use crate::managed::ENGINE_TESTS;
use crate::native::cargo;
use crate::run::with_module;
use crate::suite::{Tally, Verdict};
use crate::tool::{Ended, Tool};

/// Whether the Rust code is formatted.
pub fn rustfmt(checkout: &Checkout) -> Outcome<Verdict> {
    // Not through cargo(): fmt takes neither --locked nor a registry.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tool = Tool::new(program, "install Rust from https://rustup.rs").within(checkout);
    let ended = tool.args(["fmt", "--all", "--check"]).run()?;
    Ok(lint(ended, "run `cargo fmt --all`"))
}

/// The lints of the Rust code.
pub fn clippy(checkout: &Checkout) -> Outcome<Verdict> {
    let ended =
        cargo(checkout, "clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    Ok(lint(ended, "mend the findings"))
}

/// The C# project that is not part of the module. Formatting and analyzers are part of every build.
pub fn csharp(checkout: &Checkout) -> Outcome<Verdict> {
    ENGINE_TESTS.build(checkout)?;
    Ok(Tally::PASSED.into())
}

fn lint(ended: Ended, advice: &str) -> Verdict {
    if ended.good() {
        return Tally::PASSED.into();
    }
    Verdict::failed(advice).because(ended.output)
}

/// The lines of an output that have been written by tests that failed. `of_failed` says of a line whether it has, given whether the
/// line before has.
fn failures(output: &str, of_failed: impl Fn(&str, bool) -> bool) -> String {
    let mut inside = false;
    let lines = output.lines().filter(|line| {
        inside = of_failed(line, inside);
        inside
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Says to a program what the module's users say to it, and keeps the runs of tests out of the user's own.
fn for_tests(tool: Tool, checkout: &Checkout, module: &Module) -> Tool {
    // Each suite has a store of its own: suites run side by side, and none may see what another one records.
    let suite = checkout.log().and_then(|log| log.path().file_stem());
    let home = checkout.notes().join("home").join(suite.unwrap_or_default());
    // No process of a test lives long enough to gain by code that is instrumented first.
    with_module(tool, module).env("LABRUNNER_HOME", home).env("DOTNET_TieredPGO", "0")
}
