//! The build of LabRunner: what `build.sh` and `build.ps1` call once cargo and dotnet are known to be there.

mod bench;
mod checkout;
mod command_line;
mod compiled_engine;
mod docs;
mod dotnet;
mod engine;
mod fault;
mod functions;
mod log;
mod managed;
mod native;
mod pack;
mod precompile;
mod restore;
mod run;
mod stage;
mod stamp;
mod suite;
mod suites;
mod test;
mod tool;
mod tree;
mod watch;

use std::process::ExitCode;

use checkout::{Checkout, Profile};
use command_line::{Command, CommandLine, HELP};
use fault::Outcome;

fn main() -> ExitCode {
    let line = match CommandLine::parse(std::env::args().skip(1)) {
        Ok(line) => line,
        Err(fault) => {
            eprintln!("error: {fault}");
            return ExitCode::from(2);
        }
    };
    match dispatch(&line) {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(line: &CommandLine) -> Outcome<ExitCode> {
    if line.command == Command::Help {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let checkout = Checkout::find()?;
    match line.command {
        Command::Help => {}
        Command::Build => {
            stage::build_all(&checkout)?;
            println!("LabRunner is staged: {}", checkout.module(Profile::Release)?.folder.display());
        }
        Command::Run => return run::run(&checkout, &line.rest),
        Command::Test => return test::test(&checkout, line.filter.as_deref(), line.engine_members),
        Command::Lint => return test::lint(&checkout),
        Command::Pack => return pack::pack(&checkout, &line.pack),
        Command::Bench => return bench::bench(&checkout, &line.rest),
        Command::Native => pack::build_library(&checkout, &line.pack)?,
        Command::Bindings => native::write_bindings(&checkout)?,
        Command::Docs => docs::write(&checkout)?,
    }
    Ok(ExitCode::SUCCESS)
}
