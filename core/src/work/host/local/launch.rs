//! Starts a program, and finds out why one could not be started.

use super::{os, spawner};
use crate::error::{Code, Fault};
use crate::operation::ProcessSpec;
use crate::operation::program::{Missing, Program};
use crate::work::mark::{self, Mark};
use std::io::{self, ErrorKind};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// A file that was just written may still be open in a child that another thread is forking.
const BUSY_TRIES: u32 = 5;
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Starts the program, with nothing to read and both outputs piped.
pub(super) async fn start(spec: &ProcessSpec, mark: Option<&Mark>) -> Result<Child, Fault> {
    let program = Program::of(spec);
    program.check_folder().map_err(|missing| missing_fault(spec, missing))?;
    let mut command = Command::new(program.file());
    command
        .args(&spec.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in &spec.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(folder) = &spec.working_directory {
        command.current_dir(folder);
    }
    if let Some(mark) = mark {
        command.env(mark::VARIABLE, mark.beside(std::env::var_os(mark::VARIABLE).as_deref()));
    }
    os::prepare(&mut command, spec.detached);

    let mut tries = 1;
    loop {
        let (again, started) = spawner::spawn(command).await;
        command = again;
        match started {
            Ok(child) => return Ok(child),
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && tries < BUSY_TRIES => {
                tokio::time::sleep(BUSY_PAUSE * tries).await;
                tries += 1;
            }
            Err(error) => return Err(explain(spec, &error)),
        }
    }
}

/// A fault for a program that was started but could not be kept hold of.
pub(super) fn not_held(spec: &ProcessSpec, error: &io::Error) -> Fault {
    fault(spec, format!("program '{}' was started but could not be watched: {error}", spec.command))
}

fn fault(spec: &ProcessSpec, message: String) -> Fault {
    Fault::new(Code::ProcessNotStarted, message).with_target(&spec.command)
}

/// Why starting failed, as far as a look at the files tells.
fn explain(spec: &ProcessSpec, error: &io::Error) -> Fault {
    let program = Program::of(spec);
    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied)
        && let Err(missing) = program.check()
    {
        return missing_fault(spec, missing);
    }
    match program.existing() {
        Some(path) if error.kind() == ErrorKind::NotFound => {
            fault(spec, format!("program '{}' exists, but what it needs to start does not", path.display()))
                .with_advice(
                    "Install the interpreter that its first line names, or the loader that it was built for.",
                )
        }
        None if error.kind() == ErrorKind::NotFound => missing_fault(spec, program.not_found()),
        _ => fault(spec, format!("program '{}' could not be started: {error}", spec.command))
            .with_advice("Check that it is a program for this system, and its arguments and environment."),
    }
}

fn missing_fault(spec: &ProcessSpec, missing: Missing) -> Fault {
    fault(spec, missing.message).with_advice(missing.advice)
}
