//! `bench`: the benchmarks of the core, and those of the commands in PowerShell.

use std::process::ExitCode;

use crate::checkout::{Checkout, Profile};
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::native::cargo;
use crate::run::with_module;
use crate::stage;
use crate::stamp::files_below;

/// What the scripts have in common; no benchmark itself.
const SHARED: &str = "Measure.ps1";

/// Runs every benchmark; gives a failure if one failed.
pub fn bench(checkout: &Checkout, arguments: &[String]) -> Outcome<ExitCode> {
    stage::build_all(checkout)?;
    let module = checkout.module(Profile::Release)?;
    let core = with_module(cargo(checkout, "run"), &module)
        .args(["-q", "--release", "-p", "labrunner-bench", "--"])
        .args(arguments)
        .run()?;
    let mut good = core.good();
    let scripts: Vec<_> = files_below(&checkout.at("bench"))?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "ps1"))
        .filter(|file| file.file_name().is_none_or(|name| name != SHARED))
        .collect();
    if !scripts.is_empty() {
        let engine = Engine::find(checkout)?;
        println!("Engine: {engine}");
        for script in scripts {
            let ended = with_module(engine.tool(checkout), &module)
                .args(["-NoProfile", "-NonInteractive", "-File"])
                .arg(&script)
                .run()?;
            good &= ended.good();
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
