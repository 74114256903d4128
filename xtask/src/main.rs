//! The build of LabRunner: what `build.sh` and `build.ps1` call once cargo and dotnet are known to be there.

mod bench;
mod command_line;
mod dotnet;
mod engine;
mod fault;
mod house;
mod later;
mod log;
mod managed;
mod native;
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

use command_line::{Command, CommandLine, HELP};
use fault::Outcome;
use house::House;

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
    let house = House::find()?;
    match line.command {
        Command::Help => {}
        Command::Build => {
            stage::build_all(&house)?;
            println!("LabRunner is staged: {}", house.module().display());
        }
        Command::Run => return run::run(&house, &line.rest),
        Command::Test => return test::test(&house, line.filter.as_deref()),
        Command::Lint => return test::lint(&house),
        Command::Bench => return bench::bench(&house, &line.rest),
        Command::Bindings => native::write_bindings(&house)?,
    }
    Ok(ExitCode::SUCCESS)
}
