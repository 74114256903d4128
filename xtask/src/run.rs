//! `run`: the example lab, in PowerShell.

use std::path::Path;
use std::process::ExitCode;

use crate::checkout::{Checkout, Module, Profile};
use crate::engine::Engine;
use crate::fault::{Fault, Outcome};
use crate::stage;
use crate::tool::Tool;

/// Starts the example lab.
const SCRIPT: &str = "examples/run-local-lab.ps1";

/// Builds, stages, and runs the example lab with these arguments; gives its exit code.
pub fn run(checkout: &Checkout, arguments: &[String]) -> Outcome<ExitCode> {
    let script = checkout.at(SCRIPT);
    if !script.is_file() {
        return Err(Fault::new(format!("{} is missing: there is no example lab to run", script.display())));
    }
    stage::build_all(checkout)?;
    let engine = Engine::find(checkout)?;
    eprintln!("Engine: {engine}");
    let module = checkout.module(Profile::Release)?;
    let ended = with_module(engine.tool(checkout), &module)
        .args(["-NoProfile", "-Command"])
        .arg(command(&module.folder, &script, arguments))
        .run()?;
    Ok(ExitCode::from(u8::try_from(ended.code).unwrap_or(1)))
}

/// Tells a program where the staged module and the example's web service are.
pub fn with_module(tool: Tool, module: &Module) -> Tool {
    tool.env("LABRUNNER_MODULE", &module.folder)
        .env("LABRUNNER_NATIVE", &module.native)
        .env("LABRUNNER_LAB_WEB", &module.lab_web)
}

/// Imports the staged module by path, so that an installed LabRunner is never taken for it, and calls the script.
fn command(module: &Path, script: &Path, arguments: &[String]) -> String {
    let mut command = format!(
        "$global:LASTEXITCODE = 0; Import-Module -Name {} -ErrorAction Stop; & {}",
        quoted(&module.to_string_lossy()),
        quoted(&script.to_string_lossy())
    );
    for argument in arguments {
        command.push(' ');
        command.push_str(&word(argument));
    }
    command.push_str("; exit $LASTEXITCODE");
    command
}

/// A parameter name stays one; all else is a literal.
fn word(argument: &str) -> String {
    let name = argument.strip_prefix('-').and_then(|rest| rest.split(':').next()).unwrap_or_default();
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(char::is_alphanumeric);
    match argument.split_once(':') {
        Some((_, value)) if is_name && value.eq_ignore_ascii_case("$true") => argument.to_owned(),
        Some((_, value)) if is_name && value.eq_ignore_ascii_case("$false") => argument.to_owned(),
        Some((_, value)) if is_name => format!("-{name}:{}", quoted(value)),
        None if is_name => argument.to_owned(),
        _ => quoted(argument),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stay_names_or_become_literals() {
        assert_eq!(word("-DryRun"), "-DryRun");
        assert_eq!(word("-DryRun:$false"), "-DryRun:$false");
        assert_eq!(word("-Path:it's"), "-Path:'it''s'");
        assert_eq!(word("$(danger)"), "'$(danger)'");
        assert_eq!(word("-4"), "'-4'");
        assert_eq!(word("C:\\x"), "'C:\\x'");
    }

    #[test]
    fn paths_are_literals() {
        let text = command(Path::new("/a b/LabRunner"), Path::new("/x'y/run.ps1"), &["-DryRun".to_owned()]);
        assert!(text.contains("-Name '/a b/LabRunner'"), "{text}");
        assert!(text.contains("& '/x''y/run.ps1' -DryRun; exit"), "{text}");
    }
}
