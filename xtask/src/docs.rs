//! `docs`: the command reference, made from the help of the commands.

use crate::checkout::{Checkout, Profile};
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::stage;

/// Writes the pages of a module's commands.
const SCRIPT: &str = "xtask/Docs.ps1";
/// The pages, as committed.
const PAGES: &str = "docs/commands";

/// Builds the module and writes the pages again.
pub fn write(checkout: &Checkout) -> Outcome {
    stage::build_all(checkout)?;
    let module = checkout.module(Profile::Release)?;
    Engine::find(checkout)?
        .tool(checkout)
        .args(["-NoProfile", "-NonInteractive", "-File"])
        .arg(checkout.at(SCRIPT))
        .arg("-Module")
        .arg(&module.folder)
        .arg("-To")
        .arg(checkout.at(PAGES))
        .expect("writing the command reference")?;
    println!("{PAGES} is up to date.");
    Ok(())
}
