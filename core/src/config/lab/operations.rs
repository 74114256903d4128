//! Reads one operation of a lab: its names, what it waits for, how it is treated and what it does.

use super::files::FileKeys;
use super::http_check::CheckKeys;
use super::model::{LabOperation, Provider, Stage};
use super::retries::{self, RetryKeys};
use super::work::WorkKeys;
use super::{health, isolation, resources, rollback, up_to_date};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Node};
use crate::config::text::fields::{self, Fields};
use crate::config::text::quantity::Unit;
use crate::error::Code;
use crate::operation::{Operation, RetryPolicy, Trigger, Work};

/// What operations share: what their lab says about retries.
#[derive(Clone, Copy)]
pub(in crate::config) struct Context<'c> {
    /// What an operation does not say about retries.
    pub(in crate::config) retries: &'c RetryKeys,
}

/// An operation as read, and what linking it with the others needs to know.
pub(in crate::config) struct Declared {
    pub(in crate::config) operation: LabOperation,
    /// Whether it says itself what it depends on, be it nothing.
    pub(in crate::config) has_dependencies: bool,
}

/// Reads an operation. What is wrong with it is among the findings; then the result is not used.
pub(in crate::config) fn read(
    node: &Node,
    title: &str,
    stage: Stage,
    context: Context<'_>,
    findings: &mut Findings<'_>,
) -> Option<Declared> {
    let Some(mapping) = node.as_mapping() else {
        let message = format!("{title} must be a mapping, but is {}", node.value.kind());
        let advice = "Write '- name: …' and the other keys below it.";
        findings.error(Code::WrongType, node.at, &message, advice);
        return None;
    };
    let mut fields = Fields::new(mapping);
    let declared = read_fields(&mut fields, node, title, stage, context, findings);
    // Nobody has written such operations for an older version, whose keys had no effect.
    let strict = findings.strict;
    findings.strict |=
        matches!(declared.operation.provider, Provider::Download | Provider::Archive | Provider::HttpCheck);
    fields.finish("", findings);
    findings.strict = strict;
    findings.operation = None;
    Some(declared)
}

fn read_fields(
    fields: &mut Fields<'_>,
    node: &Node,
    title: &str,
    stage: Stage,
    context: Context<'_>,
    findings: &mut Findings<'_>,
) -> Declared {
    let name = fields::name(fields.take(&["name"], findings), findings);
    let id = fields::name(fields.take(&["id"], findings), findings);
    let name = match (name, &id) {
        (Some(name), _) => name,
        (None, Some(id)) => id.clone(),
        (None, None) => {
            let message = format!("{title} has no name");
            findings.error(Code::MissingName, node.at.first_line(), &message, "Give it one: 'name: …'.");
            title.to_owned()
        }
    };
    let id = id.filter(|id| id.to_lowercase() != name.to_lowercase());
    findings.operation = Some(name.clone());

    let kind = fields.take(&["type"], findings).and_then(|entry| fields::text(entry, findings));
    let dependencies = fields.take(&["dependencies", "depends-on"], findings);
    let weak = fields.take(&["weak-dependencies"], findings);
    let has_dependencies = dependencies.or(weak).is_some();
    let mut names =
        |entry: Option<&Entry>| entry.and_then(|entry| fields::texts(entry, findings)).unwrap_or_default();
    let (dependencies, weak_dependencies) = (names(dependencies), names(weak));
    let mut minutes = |name: &'static str| {
        let entry = fields.take(&[name], findings)?;
        fields::duration(entry, Unit::Minutes, findings)
    };
    let timeout_ms = minutes("timeout");
    let total_timeout_ms = minutes("total-timeout");
    let estimate_ms = minutes("estimate");
    let priority =
        fields.take(&["priority"], findings).and_then(|entry| fields::whole(entry, 1..=10, findings));
    let trigger = fields.take(&["trigger"], findings).and_then(|entry| trigger(entry, findings));
    let critical = fields.take(&["critical"], findings).and_then(|entry| fields::boolean(entry, findings));
    let idempotent =
        fields.take(&["idempotent"], findings).and_then(|entry| fields::boolean(entry, findings));
    let needs = resources::needs(fields, findings);
    let isolation = isolation::take(fields, findings);
    let retry = retry(fields, context.retries, findings);
    let (up_to_date, test_script) = up_to_date::take(fields, node.at, findings);
    // What expanding has used up is known too.
    for free in ["description", "metadata", "tags", "when", "for-each", "template", "with", "include"] {
        fields.take(&[free], findings);
    }
    let health = fields
        .take(&["health-checks", "health-check"], findings)
        .map_or_else(Vec::new, |entry| health::checks(entry, findings));
    let checks = fields.take(&["checks"], findings);

    let keys = WorkKeys::take(fields, findings);
    let files = FileKeys::take(fields, findings);
    let mut script = None;
    let mut parameters = None;
    let checklist = checks
        .filter(|_| !keys.has_work() && !files.has_url())
        .map(|entry| health::checklist(entry, findings));
    let is_checklist = checklist.is_some();
    if let (None, Some(entry)) = (&checklist, checks) {
        let message = "it has both 'checks' and something to run";
        let advice = "Write 'health-checks' for what is checked once it has run.";
        findings.error(Code::InvalidValue, entry.key_at, message, advice);
    }
    let (provider, work) =
        match if checklist.is_some() { None } else { keys.provider(files.has_url(), findings) } {
            None if checklist.is_some() => {
                (Provider::Process, checklist.map(|checks| Work::Checks { checks, within_ms: None }))
            }
            Some(Provider::Process) => {
                files.refuse("a program", findings);
                (Provider::Process, keys.process(node.at, findings))
            }
            Some(Provider::Download) => (Provider::Download, files.download(&keys, node.at, findings)),
            Some(Provider::Archive) => (Provider::Archive, files.archive(&keys, node.at, findings)),
            Some(Provider::HttpCheck) => {
                let url = files.url_alone("an http-check", findings);
                let answers = CheckKeys::take(fields, findings);
                (Provider::HttpCheck, answers.read(url, &keys, node.at, findings))
            }
            Some(Provider::PowerShell) => {
                files.refuse("a script", findings);
                script = keys.script(node.at, findings);
                parameters = keys.parameters(findings);
                (Provider::PowerShell, Some(Work::Script))
            }
            // What its other keys mean, only the provider could tell.
            Some(Provider::Missing) => {
                keys.warn_of_missing_provider(findings);
                parameters = keys.parameters(findings);
                (Provider::Missing, Some(Work::Script))
            }
            None => (Provider::PowerShell, None),
        };
    let (compensation, rollback_script) =
        fields.take(&["rollback"], findings).and_then(|entry| rollback::read(entry, findings)).unzip();
    let operation = Operation {
        name,
        id,
        kind,
        dependencies,
        priority,
        timeout_ms,
        total_timeout_ms,
        estimate_ms,
        weak_dependencies,
        trigger: trigger.unwrap_or_default(),
        critical: critical.unwrap_or(true),
        idempotent: idempotent.unwrap_or(false),
        needs: needs.map(Box::new),
        // Checks are tried several times by themselves.
        retry: retry.or_else(|| is_checklist.then(RetryPolicy::default)).map(Box::new),
        up_to_date: up_to_date.map(Box::new),
        health,
        compensation: compensation.map(Box::new),
        work: work.unwrap_or(Work::Script),
        at: Some(findings.place(node.at)),
    };
    let rollback_script = rollback_script.flatten();
    Declared {
        operation: LabOperation {
            operation,
            provider,
            script,
            parameters,
            rollback_script,
            test_script,
            isolation,
            stage,
        },
        has_dependencies,
    }
}

/// The state that its dependencies must reach.
fn trigger(entry: &Entry, findings: &mut Findings<'_>) -> Option<Trigger> {
    let known = [
        ("all-succeeded", Trigger::AllSucceeded),
        ("all-done", Trigger::AllDone),
        ("any-failed", Trigger::AnyFailed),
        ("always", Trigger::Always),
    ];
    fields::choice(entry, &known, &[], findings)
}

/// Its own retry policy; what it leaves open is as the lab says.
fn retry(fields: &mut Fields<'_>, lab: &RetryKeys, findings: &mut Findings<'_>) -> Option<RetryPolicy> {
    let (entry, keys) = retries::take(fields, findings)?;
    let policy = keys.over(lab).policy();
    if policy.is_none() {
        let message = format!("'{}' does not say how often it is retried", entry.key);
        let advice = "Add 'retry-count:' here or in the settings, or 'count:' below 'retry:'.";
        findings.error(Code::MissingKey, entry.key_at, &message, advice);
    }
    policy
}
