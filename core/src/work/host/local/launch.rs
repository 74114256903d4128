//! Starts a program, and finds out why one could not be started.

use super::{os, spawner};
use crate::error::{Code, Fault};
use crate::near::did_you_mean;
use crate::operation::ProcessSpec;
use crate::work::mark::{self, Mark};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// A file that was just written may still be open in a child that another thread is forking.
const BUSY_TRIES: u32 = 5;
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Folders of `PATH` that a message names, at most.
const FOLDERS_NAMED: usize = 12;

/// Starts the program, with nothing to read and both outputs piped.
pub(super) async fn start(spec: &ProcessSpec, mark: Option<&Mark>) -> Result<Child, Fault> {
    check_folder(spec)?;
    let mut command = Command::new(program(spec));
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

/// A relative path counts from the folder the program starts in. Left to the system it would count
/// from there on one system, and from the host's own folder on another.
fn program(spec: &ProcessSpec) -> PathBuf {
    let command = Path::new(&spec.command);
    match &spec.working_directory {
        Some(folder) if is_path(&spec.command) && command.is_relative() => Path::new(folder).join(command),
        _ => command.to_owned(),
    }
}

/// Whether a command names a file, and not something to look up on `PATH`.
fn is_path(command: &str) -> bool {
    command.contains(std::path::is_separator)
}

fn check_folder(spec: &ProcessSpec) -> Result<(), Fault> {
    let Some(folder) = &spec.working_directory else { return Ok(()) };
    let (path, command) = (Path::new(folder), &spec.command);
    if !path.is_absolute() {
        let message =
            format!("the working directory '{folder}' of program '{command}' is not an absolute path");
        return Err(fault(spec, message).with_advice("Give the full path."));
    }
    // The dot asks for the right to enter, which starting there needs.
    match path.join(".").metadata() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = format!("the working directory '{folder}' of program '{command}' does not exist");
            let advice = "Create it in an operation that this one depends on, or correct workingDirectory.";
            Err(fault(spec, message).with_advice(advice))
        }
        Err(error) => {
            let message = format!("program '{command}' cannot start in '{folder}': {error}");
            Err(fault(spec, message).with_advice("Give a folder that may be entered."))
        }
    }
}

/// Why starting failed, as far as a look at the files tells.
fn explain(spec: &ProcessSpec, error: &io::Error) -> Fault {
    let (command, path) = (&spec.command, program(spec));
    let found = if is_path(command) { Some(path).filter(|path| path.exists()) } else { find(spec) };
    match (error.kind(), found) {
        (ErrorKind::NotFound, None) if is_path(command) => {
            fault(spec, format!("program '{command}' does not exist")).with_advice(path_advice(spec))
        }
        (ErrorKind::NotFound, None) => {
            fault(spec, format!("program '{command}' was not found")).with_advice(search_advice(spec))
        }
        (ErrorKind::NotFound, Some(path)) => {
            fault(spec, format!("program '{}' exists, but what it needs to start does not", path.display()))
                .with_advice(
                    "Install the interpreter that its first line names, or the loader that it was built for.",
                )
        }
        (ErrorKind::PermissionDenied, Some(path)) if path.is_dir() => {
            fault(spec, format!("'{}' is a folder, not a program", path.display()))
                .with_advice("Name the program in it.")
        }
        (ErrorKind::PermissionDenied, Some(path)) => {
            let advice = format!(
                "Make it executable (chmod +x '{}'), or start its interpreter with it as an argument.",
                path.display()
            );
            fault(spec, format!("program '{}' is not executable", path.display())).with_advice(advice)
        }
        _ => fault(spec, format!("program '{command}' could not be started: {error}"))
            .with_advice("Check that it is a program for this system, and its arguments and environment."),
    }
}

fn path_advice(spec: &ProcessSpec) -> String {
    let path = program(spec);
    let near = path.parent().zip(path.file_name()).and_then(|(folder, name)| {
        let known = file_names(folder);
        Some(folder.join(did_you_mean(name.to_str()?, known.iter().map(String::as_str))?))
    });
    match near {
        Some(near) => format!("Did you mean '{}'?", near.display()),
        None if Path::new(&spec.command).is_relative() => {
            format!("It was looked for as '{}'; correct the path or give a whole one.", path.display())
        }
        None => {
            "Correct the path, or build or install it in an operation that this one depends on.".to_owned()
        }
    }
}

fn search_advice(spec: &ProcessSpec) -> String {
    let folders = search_path(spec);
    let mut advice = String::new();
    let here = spec.working_directory.as_ref().map(|folder| Path::new(folder).join(&spec.command));
    if let Some(file) = here.filter(|file| file.is_file()) {
        let dotted = Path::new(".").join(&spec.command);
        advice = format!("Did you mean the file '{}'? Write '{}'. ", file.display(), dotted.display());
    } else {
        let known: Vec<String> = folders.iter().flat_map(|folder| file_names(folder)).collect();
        if let Some(near) = did_you_mean(&spec.command, known.iter().map(String::as_str)) {
            advice = format!("Did you mean '{near}'? ");
        }
    }
    if folders.is_empty() {
        return advice + "PATH is not set; give the full path.";
    }
    let named: Vec<String> = folders.iter().take(FOLDERS_NAMED).map(|f| f.display().to_string()).collect();
    let more = match folders.len().saturating_sub(FOLDERS_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    advice + &format!("Install it, give its path, or correct PATH. Looked in {}{more}.", named.join(", "))
}

/// The first file of that name on the program's `PATH`.
fn find(spec: &ProcessSpec) -> Option<PathBuf> {
    search_path(spec).into_iter().map(|folder| folder.join(&spec.command)).find(|path| path.is_file())
}

/// The folders of the `PATH` that the program gets.
fn search_path(spec: &ProcessSpec) -> Vec<PathBuf> {
    let is_path = |name: &str| if cfg!(windows) { name.eq_ignore_ascii_case("PATH") } else { name == "PATH" };
    let value = match spec.environment.iter().find(|(name, _)| is_path(name)) {
        Some((_, value)) => value.as_ref().map(OsString::from),
        None => std::env::var_os("PATH"),
    };
    value.map_or_else(Vec::new, |value| {
        std::env::split_paths(&value).filter(|folder| !folder.as_os_str().is_empty()).collect()
    })
}

fn file_names(folder: &Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}
