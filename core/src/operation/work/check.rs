//! What is wrong with some work, as far as it can be seen before anything starts.

use super::{ProcessMode, ProcessSpec, Work};
use crate::operation::endpoint::Endpoint;
use std::path::Path;

impl Work {
    /// Says what is wrong with the work of an operation, each time with what to do.
    pub fn check(&self, name: &str, invalid: &mut impl FnMut(String, &str)) {
        if let Self::Checks { checks, within_ms } = self {
            if *within_ms == Some(0) {
                invalid(
                    format!("operation '{name}' gives no time for an answer"),
                    "Give 'within' a time above zero.",
                );
            }
            if checks.is_empty() {
                invalid(format!("operation '{name}' has nothing to check"), "Give it checks, or remove it.");
            }
            for check in checks {
                check.check_alone(name, invalid);
            }
        }
        if let Self::Download(download) = self {
            download.check(&format!("operation '{name}'"), invalid);
        }
        if let Self::Archive(archive) = self {
            archive.check(&format!("operation '{name}'"), invalid);
        }
        let Self::Process(process) = self else { return };
        check_program(process, &format!("operation '{name}'"), invalid);
        if process.mode == ProcessMode::Service && process.ready.is_none() {
            invalid(
                format!("service '{name}' has no readiness probe"),
                "Say how it shows that it is ready: ready: { tcp: host:port } or ready: { http: url }.",
            );
        }
        if process.mode == ProcessMode::Task && process.ready.is_some() {
            invalid(
                format!("operation '{name}' has a readiness probe but is not a service"),
                "Set mode: service, or leave the probe out.",
            );
        }
        if let Some(Err(wrong)) = process.ready.as_ref().map(Endpoint::of) {
            invalid(format!("operation '{name}': {}", wrong.message), wrong.advice);
        }
    }

    /// The same of what undoes an operation.
    pub fn check_as_compensation(&self, of: &str, invalid: &mut impl FnMut(String, &str)) {
        if let Self::Download(download) = self {
            download.check(&format!("the compensation of operation '{of}'"), invalid);
        }
        if let Self::Archive(archive) = self {
            archive.check(&format!("the compensation of operation '{of}'"), invalid);
        }
        let Self::Process(process) = self else { return };
        check_program(process, &format!("the compensation of operation '{of}'"), invalid);
    }
}

/// What is wrong with a program before anybody looks for it.
fn check_program(program: &ProcessSpec, who: &str, invalid: &mut impl FnMut(String, &str)) {
    let command = &program.command;
    if command.trim().is_empty() {
        invalid(format!("{who} does not name a program"), "Give it a command.");
    }
    let texts = std::iter::once(command).chain(&program.working_directory).chain(&program.arguments);
    if texts.chain(program.environment.values().flatten()).any(|text| text.contains('\0')) {
        let advice = "Remove it from the command, its arguments, folder or environment.";
        invalid(format!("{who} has a null character, which no program can be given"), advice);
    }
    if let Some(folder) = program.working_directory.as_ref().filter(|folder| !is_absolute(folder)) {
        let message = format!("{who} starts '{command}' in '{folder}', which is not an absolute path");
        invalid(message, "Give the whole path of its working directory.");
    }
    for name in program.environment.keys().filter(|name| name.is_empty() || name.contains(['=', '\0'])) {
        let message = format!("{who} sets the variable '{}', which cannot be a name", name.escape_debug());
        invalid(message, "Give a name without '='.");
    }
}

/// Whether a path is a whole one on some system: a plan may be looked at elsewhere than where it will run.
pub(super) fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes();
    Path::new(path).is_absolute()
        || path.starts_with(['/', '\\'])
        || (drive.len() > 2 && drive[0].is_ascii_alphabetic() && drive[1] == b':')
}
