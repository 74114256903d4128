//! Reads what undoes an operation: a script, or a program that ends.

use super::model::{Provider, Script};
use super::work::{self, Form, WorkKeys};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Value};
use crate::config::text::fields::{self, Fields};
use crate::error::Code;
use crate::operation::Work;

/// `rollback:` with a script as for `script`, or with `command`, `arguments` and the like below it.
/// Gives the work and, for a script, the script.
pub(in crate::config) fn read(entry: &Entry, findings: &mut Findings<'_>) -> Option<(Work, Option<Script>)> {
    match &entry.value.value {
        Value::Text(_) => Some((Work::Script, Some(work::script(entry, Form::Either, findings)?))),
        Value::Mapping(mapping) => {
            let mut fields = Fields::new(mapping);
            let keys = WorkKeys::take(&mut fields, findings);
            fields.finish(&format!("'{}'", entry.key), findings);
            Some((program(entry, &keys, findings)?, None))
        }
        _ => {
            let advice = format!("Write a script below '{}: |', or 'command' and 'arguments'.", entry.key);
            fields::wrong_type(&entry.key, &entry.value, "a script or a mapping", &advice, findings);
            None
        }
    }
}

fn program(entry: &Entry, keys: &WorkKeys<'_>, findings: &mut Findings<'_>) -> Option<Work> {
    let scripts = [keys.script, keys.script_block, keys.path, keys.parameters];
    let services = [keys.mode, keys.service, keys.ready];
    let provider = keys.provider.and_then(|_| keys.provider(false, findings));
    let own = keys.provider.filter(|_| provider.is_some_and(|provider| provider != Provider::Process));
    let mut sound = true;
    for odd in scripts.into_iter().chain(services).chain([own]).flatten() {
        let message = format!("'{}' has no meaning in '{}'", odd.key, entry.key);
        let advice = format!(
            "Write a script as the text of '{}' itself; it gets the operation's parameters. A program needs \
             'command' and must end by itself.",
            entry.key
        );
        findings.error(Code::InvalidValue, odd.key_at, &message, advice);
        sound = false;
    }
    if keys.command.is_none() && sound {
        let message = format!("its '{}' has nothing to run", entry.key);
        let advice = "Add 'command:' with a program below it, or write a script.";
        findings.error(Code::MissingWork, entry.key_at, &message, advice);
        sound = false;
    }
    if sound { keys.process(entry.value.at, findings) } else { None }
}
