//! Reads what an operation does: a PowerShell script, a program, or the end of a service.

use super::model::{Provider, Script};
use super::probe::probe;
use crate::config::build::hazards::{place_of, twins};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Span, Style, Text, Value};
use crate::config::text::fields::{self, Fields};
use crate::config::text::paths;
use crate::config::text::quantity::Unit;
use crate::error::Code;
use crate::near::did_you_mean;
use crate::operation::{ProcessMode, ProcessSpec, Work};
use crate::work::secrets::name_of;
use std::collections::BTreeMap;

/// What a message says of the providers that there are.
const AVAILABLE: &str = "Available are 'powershell', 'process', 'download', 'archive' and 'http-check'.";

/// The keys that say what an operation does.
pub(in crate::config) struct WorkKeys<'n> {
    pub(in crate::config) provider: Option<&'n Entry>,
    pub(in crate::config) script: Option<&'n Entry>,
    pub(in crate::config) script_block: Option<&'n Entry>,
    pub(in crate::config) path: Option<&'n Entry>,
    pub(in crate::config) parameters: Option<&'n Entry>,
    pub(in crate::config) command: Option<&'n Entry>,
    pub(in crate::config) arguments: Option<&'n Entry>,
    pub(in crate::config) working_directory: Option<&'n Entry>,
    pub(in crate::config) environment: Option<&'n Entry>,
    pub(in crate::config) mode: Option<&'n Entry>,
    pub(in crate::config) service: Option<&'n Entry>,
    pub(in crate::config) ready: Option<&'n Entry>,
    pub(in crate::config) success_codes: Option<&'n Entry>,
    pub(in crate::config) restart_codes: Option<&'n Entry>,
    pub(in crate::config) stop_grace: Option<&'n Entry>,
    pub(in crate::config) detached: Option<&'n Entry>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Task,
    Service,
    Stop,
}

impl<'n> WorkKeys<'n> {
    pub(in crate::config) fn take(fields: &mut Fields<'n>, findings: &mut Findings<'_>) -> Self {
        let mut take = |names: &[&'static str]| fields.take(names, findings);
        Self {
            provider: take(&["provider"]),
            script: take(&["script"]),
            script_block: take(&["script-block"]),
            path: take(&["path"]),
            parameters: take(&["parameters"]),
            command: take(&["command"]),
            arguments: take(&["arguments", "args"]),
            working_directory: take(&["working-directory", "cwd"]),
            environment: take(&["environment", "env"]),
            mode: take(&["mode"]),
            service: take(&["service"]),
            ready: take(&["ready"]),
            success_codes: take(&["success-codes"]),
            restart_codes: take(&["restart-codes", "restart-exit-codes"]),
            stop_grace: take(&["stop-grace"]),
            detached: take(&["detached"]),
        }
    }

    /// Whether there is anything to run.
    pub(in crate::config) fn has_work(&self) -> bool {
        let keys = [self.provider, self.script, self.script_block, self.path, self.command, self.service];
        keys.iter().any(Option::is_some)
    }

    /// Who runs it, which a URL says by itself; nothing when that is misspelt, which is reported.
    pub(in crate::config) fn provider(&self, has_url: bool, findings: &mut Findings<'_>) -> Option<Provider> {
        const KNOWN: [(&str, Provider); 7] = [
            ("powershell", Provider::PowerShell),
            ("pwsh", Provider::PowerShell),
            ("process", Provider::Process),
            ("program", Provider::Process),
            ("download", Provider::Download),
            ("archive", Provider::Archive),
            ("http-check", Provider::HttpCheck),
        ];
        let Some(entry) = self.provider else {
            // A command says by itself that it is a program.
            let script = self.script.or(self.script_block).or(self.path).is_some();
            let program = self.command.or(self.service).is_some();
            return Some(match (script, program, has_url) {
                (true, ..) | (_, false, false) => Provider::PowerShell,
                (_, true, _) => Provider::Process,
                (.., true) => Provider::Download,
            });
        };
        let name = fields::text(entry, findings)?;
        if let Some((_, provider)) = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())) {
            return Some(*provider);
        }
        let Some(meant) = did_you_mean(&name, KNOWN.map(|(known, _)| known)) else {
            return Some(Provider::Missing);
        };
        let message = format!("the provider '{name}' does not exist");
        let advice = format!("Did you mean '{meant}'? {AVAILABLE}");
        findings.error(Code::UnknownProvider, entry.value.at, &message, advice);
        None
    }

    /// Says that the provider is not there: a fault only where the operation is run.
    pub(in crate::config) fn warn_of_missing_provider(&self, findings: &mut Findings<'_>) {
        let Some(entry) = self.provider else { return };
        let name = fields::text_of(&entry.value).unwrap_or_default();
        let message =
            format!("the provider '{name}' is not available yet; the operation can be planned but not run");
        findings.warning(Code::UnknownProvider, entry.value.at, &message, AVAILABLE);
    }

    pub(in crate::config) fn script(&self, at: Span, findings: &mut Findings<'_>) -> Option<Script> {
        for entry in self.of_a_program().chain([self.mode, self.service].into_iter().flatten()) {
            let message = format!("'{}' belongs to process operations, but this one is a script", entry.key);
            let advice = "Write 'provider: process' for a program, or remove the key.";
            findings.error(Code::InvalidValue, entry.key_at, &message, advice);
        }
        let given: Vec<_> = [self.script, self.script_block, self.path].into_iter().flatten().collect();
        if let [first, second, ..] = given[..] {
            let message = format!("it has both '{}' and '{}'", first.key, second.key);
            findings.error(Code::InvalidValue, second.key_at, &message, "Keep the one to run.");
        }
        let Some(entry) = given.first() else {
            if self.command.is_none() {
                let advice = "Add 'script:' with its text or a .ps1 file, or 'command:' for a program.";
                findings.error(Code::MissingWork, at.first_line(), "it has nothing to run", advice);
            }
            return None;
        };
        let form = if self.script_block.is_some_and(|block| std::ptr::eq(block, *entry)) {
            Form::Text
        } else if self.path.is_some_and(|path| std::ptr::eq(path, *entry)) {
            Form::Path
        } else {
            Form::Either
        };
        script(entry, form, findings)
    }

    /// The keys that say something of a program.
    fn of_a_program(&self) -> impl Iterator<Item = &'n Entry> + use<'n> {
        let keys = [
            self.command,
            self.arguments,
            self.working_directory,
            self.environment,
            self.ready,
            self.success_codes,
            self.restart_codes,
            self.stop_grace,
            self.detached,
        ];
        keys.into_iter().flatten()
    }

    /// Refuses all of them in an operation that is neither, but for the mode, which others have too.
    pub(in crate::config) fn refuse(&self, is: &str, findings: &mut Findings<'_>) {
        let others = [self.script, self.script_block, self.path, self.parameters, self.service];
        for entry in self.of_a_program().chain(others.into_iter().flatten()) {
            let message = format!("'{}' belongs to scripts and programs, but this is {is}", entry.key);
            findings.error(
                Code::InvalidValue,
                entry.key_at,
                &message,
                "Remove the key, or make another operation of it.",
            );
        }
    }

    pub(in crate::config) fn parameters(&self, findings: &mut Findings<'_>) -> Option<Mapping> {
        let mapping = fields::mapping(self.parameters?, findings)?;
        refuse_case_twins(mapping, findings);
        Some(mapping.clone())
    }

    pub(in crate::config) fn process(&self, at: Span, findings: &mut Findings<'_>) -> Option<Work> {
        for entry in [self.script, self.script_block, self.path, self.parameters].into_iter().flatten() {
            let message = format!("'{}' belongs to scripts, but this is a process operation", entry.key);
            let advice = "Write 'provider: powershell' for a script, or use 'command' and 'arguments'.";
            findings.error(Code::InvalidValue, entry.key_at, &message, advice);
        }
        let modes = [("task", Mode::Task), ("service", Mode::Service), ("stop", Mode::Stop)];
        let mode =
            match self.mode {
                // What is wrong with the mode must not hide what is wrong with the rest.
                Some(entry) => fields::choice(entry, &modes, &[], findings)
                    .unwrap_or(if self.ready.is_some() { Mode::Service } else { Mode::Task }),
                None if self.service.is_some() && self.command.is_none() => Mode::Stop,
                None => Mode::Task,
            };
        if mode == Mode::Stop {
            return self.stop(at, findings);
        }
        if let Some(entry) = self.service {
            let advice = "Write 'mode: stop' to stop that service, without a command.";
            findings.error(Code::InvalidValue, entry.key_at, "'service' belongs to 'mode: stop'", advice);
        }
        let command = match self.command {
            Some(entry) => self.command_path(entry, findings),
            None => {
                let advice = "Add 'command:' with a program, or 'mode: stop' and 'service:'.";
                findings.error(Code::MissingWork, at.first_line(), "it has no command to run", advice);
                None
            }
        };
        if mode == Mode::Service && self.ready.is_none() {
            let place = self.mode.map_or(at, |entry| entry.value.at);
            let advice = "Add 'ready:' with 'tcp: host:port' or 'http: url'.";
            findings.error(Code::MissingKey, place, "a service must say when it is ready", advice);
        }
        if let (Mode::Task, Some(entry)) = (mode, self.ready) {
            let advice = "Write 'mode: service' for a program that goes on running.";
            findings.error(Code::InvalidValue, entry.key_at, "'ready' belongs to 'mode: service'", advice);
        }
        let spec = ProcessSpec {
            arguments: self.arguments(findings),
            working_directory: self.working_directory(findings),
            environment: self.environment(findings),
            mode: if mode == Mode::Service { ProcessMode::Service } else { ProcessMode::Task },
            success_codes: exit_codes(self.success_codes, findings),
            restart_codes: exit_codes(self.restart_codes, findings),
            ready: self.ready.and_then(|entry| probe(entry, findings)),
            stop_grace_ms: self.stop_grace.and_then(|entry| fields::duration(entry, Unit::Seconds, findings)),
            detached: self.detached.is_some_and(|entry| fields::boolean(entry, findings) == Some(true)),
            command: command?,
        };
        Some(Work::Process(Box::new(spec)))
    }

    fn stop(&self, at: Span, findings: &mut Findings<'_>) -> Option<Work> {
        for entry in self.of_a_program() {
            let message = format!("'{}' has no meaning for 'mode: stop'", entry.key);
            let advice = "It belongs to the operation that starts the service.";
            findings.error(Code::InvalidValue, entry.key_at, &message, advice);
        }
        let Some(entry) = self.service else {
            let advice = "Add 'service:' with the name or id of the operation that started it.";
            findings.error(
                Code::MissingKey,
                at.first_line(),
                "it does not say which service to stop",
                advice,
            );
            return None;
        };
        Some(Work::Stop { service: fields::name(Some(entry), findings)? })
    }

    fn command_path(&self, entry: &Entry, findings: &mut Findings<'_>) -> Option<String> {
        let Some(command) = entry.value.as_text() else {
            let advice = "Name the program here and put its arguments in 'arguments'.";
            fields::wrong_type(&entry.key, &entry.value, "the name or path of a program", advice, findings);
            return None;
        };
        let command = command.trim();
        if command.is_empty() {
            findings.error(Code::MissingWork, entry.key_at, "its command is empty", "Name a program.");
            return None;
        }
        if command.contains('\n') {
            let advice = "Name one program, or write a script: 'provider: powershell' and 'script: |'.";
            findings.error(Code::InvalidValue, entry.key_at, "its command has several lines", advice);
            return None;
        }
        // A bare name is looked up on PATH; anything with a separator is a path, relative to the lab.
        let path = command.contains(['/', '\\']);
        Some(if path { findings.resolve(entry.value.at, command) } else { command.to_owned() })
    }

    fn arguments(&self, findings: &mut Findings<'_>) -> Vec<String> {
        let Some(entry) = self.arguments else { return Vec::new() };
        match &entry.value.value {
            Value::Sequence(items) => {
                for item in items {
                    refuse_secret(item, findings);
                }
                items.iter().filter_map(|item| argument(item, &entry.key, findings)).collect()
            }
            value => {
                let advice = match value {
                    Value::Text(text) => {
                        let words: Vec<String> =
                            text.text.split_whitespace().map(|word| format!("'{word}'")).collect();
                        format!("No shell splits it. Perhaps: {}: [{}]", entry.key, words.join(", "))
                    }
                    _ => "Write one item for each argument.".to_owned(),
                };
                fields::wrong_type(&entry.key, &entry.value, "a list", &advice, findings);
                Vec::new()
            }
        }
    }

    fn working_directory(&self, findings: &mut Findings<'_>) -> Option<String> {
        let entry = self.working_directory?;
        let path = fields::text(entry, findings)?;
        let resolved = findings.resolve(entry.value.at, path.trim());
        if paths::is_absolute(&resolved) && !resolved.starts_with('~') {
            return Some(resolved);
        }
        let message = format!("'{}: {path}' cannot be resolved", entry.key);
        let advice = "Write an absolute path, or read the lab by the full path of its file.";
        findings.error(Code::InvalidValue, entry.value.at, &message, advice);
        None
    }

    fn environment(&self, findings: &mut Findings<'_>) -> BTreeMap<String, Option<String>> {
        let Some(mapping) = self.environment.and_then(|entry| fields::mapping(entry, findings)) else {
            return BTreeMap::new();
        };
        mapping
            .iter()
            .filter_map(|variable| {
                if variable.key.is_empty() || variable.key.contains('=') {
                    let message = format!("'{}' cannot be the name of a variable", variable.key);
                    findings.error(Code::InvalidValue, variable.key_at, &message, "Remove the '='.");
                    return None;
                }
                let value = match &variable.value.value {
                    Value::Null => None,
                    _ => Some(argument(&variable.value, &variable.key, findings)?),
                };
                Some((variable.key.clone(), value))
            })
            .collect()
    }
}

/// Exit codes: one, or a list.
fn exit_codes(entry: Option<&Entry>, findings: &mut Findings<'_>) -> Vec<i32> {
    let Some(entry) = entry else { return Vec::new() };
    let items = match &entry.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    };
    let code = |item: &Node| {
        let code = match &item.value {
            Value::Integer(digits) => digits.parse().ok(),
            _ => None,
        };
        if code.is_none() {
            let message = format!("'{}' must be a list of exit codes", entry.key);
            let advice = "Write whole numbers: [0, 3010].";
            findings.error(Code::WrongType, item.at, &message, advice);
        }
        code
    };
    items.iter().filter_map(code).collect()
}

/// What the text of a script key can be.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::config) enum Form {
    /// The script itself.
    Text,
    /// The path of its file.
    Path,
    /// A path when it looks like one.
    Either,
}

/// Reads a script: its text, or the name of its file.
pub(in crate::config) fn script(entry: &Entry, form: Form, findings: &mut Findings<'_>) -> Option<Script> {
    let Value::Text(Text { text, style }) = &entry.value.value else {
        let advice = format!("Write the script below '{}: |', indented, or name a .ps1 file.", entry.key);
        fields::wrong_type(&entry.key, &entry.value, "text", &advice, findings);
        return None;
    };
    if text.trim().is_empty() {
        let advice = format!("Write the script below '{}: |', indented.", entry.key);
        findings.error(Code::MissingWork, entry.key_at, &format!("its '{}' is empty", entry.key), advice);
        return None;
    }
    let is_path = form == Form::Path || (form == Form::Either && names_a_file(text, *style));
    Some(if is_path {
        Script::File(findings.resolve(entry.value.at, text.trim()))
    } else {
        let at = Span { start: entry.value.text_start(), ..entry.value.at };
        Script::Inline { text: text.clone(), at: findings.place(at) }
    })
}

/// Whether a script's text is the name of a file: one line that ends in `.ps1` and is not a command.
fn names_a_file(text: &str, style: Style) -> bool {
    let line = text.trim();
    let command = line.starts_with('&') || line.starts_with(". ") || line.contains([';', '|']);
    let file = line.len() > 4 && line.is_char_boundary(line.len() - 4);
    style != Style::Block
        && !line.contains('\n')
        && !command
        && file
        && line[line.len() - 4..].eq_ignore_ascii_case(".ps1")
}

/// What a program gets for a scalar: its text, or the digits of a number.
fn argument(node: &Node, key: &str, findings: &mut Findings<'_>) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.text.clone()),
        Value::Integer(digits) | Value::Float(digits) => Some(digits.clone()),
        Value::Bool(value) => Some(value.to_string()),
        value => {
            let message = format!("a value of '{key}' must be text, but is {}", value.kind());
            let advice = "Programs get text only. Quote it, or write \"\" for an empty text.";
            findings.error(Code::WrongType, node.at, &message, advice);
            None
        }
    }
}

/// Programs get secrets in their environment: their arguments are shown in the list of processes.
fn refuse_secret(argument: &Node, findings: &mut Findings<'_>) {
    let Some(name) = argument.as_text().and_then(name_of) else { return };
    let message = format!(
        "the secret '{name}' is among the arguments of a program, where every user of the machine can read it in the list of processes"
    );
    let advice = format!("Use env: 'environment: {{ NAME: secret://{name} }}'. The program finds it there.");
    findings.error(Code::SecretOnCommandLine, argument.at, &message, advice);
}

/// Parameters end in PowerShell tables, which cannot hold keys that differ in case only.
fn refuse_case_twins(mapping: &Mapping, findings: &mut Findings<'_>) {
    for (first, second) in twins(mapping) {
        let place = place_of(first, second, findings);
        let message =
            format!("the parameter '{}' differs from '{}' ({place}) in case only", second.key, first.key);
        let advice = "PowerShell takes them for one. Rename or remove one of them.";
        findings.error(Code::DuplicateKey, second.key_at, &message, advice);
    }
    for entry in mapping {
        refuse_twins_below(&entry.value, findings);
    }
}

fn refuse_twins_below(node: &Node, findings: &mut Findings<'_>) {
    match &node.value {
        Value::Mapping(mapping) => refuse_case_twins(mapping, findings),
        Value::Sequence(items) => items.iter().for_each(|item| refuse_twins_below(item, findings)),
        _ => {}
    }
}
