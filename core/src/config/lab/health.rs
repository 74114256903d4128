//! Reads how it is found out whether something is well: `health-checks` and `checks`, and `health-monitoring` of a lab.

use super::model::Script;
use super::rollback;
use super::work::{self, Form, WorkKeys};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Node, Span, Value};
use crate::config::text::fields::{self, Fields};
use crate::config::text::quantity::Unit;
use crate::error::Code;
use crate::operation::endpoint::Endpoint;
use crate::operation::{
    Call, Get, HealthCheck, MAX_BUDGET, MAX_CHECK_RETRIES, Monitoring, ProbeCheck, Question, Remedy, is_host,
};

/// Pause between two tries of a check that is an operation of its own.
const CHECKLIST_INTERVAL_MS: u64 = 5_000;

/// The checks of an operation: a list, or one alone.
pub(in crate::config) fn checks(entry: &Entry, findings: &mut Findings<'_>) -> Vec<HealthCheck> {
    let nodes = match &entry.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    };
    nodes.iter().filter_map(|node| check(node, &entry.key, findings)).collect()
}

/// The checks that are an operation of their own: each is tried a few times, and then holds or does not.
pub(in crate::config) fn checklist(entry: &Entry, findings: &mut Findings<'_>) -> Vec<HealthCheck> {
    let mut checks = checks(entry, findings);
    for check in &mut checks {
        if check.interval_ms == HealthCheck::new(check.check.clone()).interval_ms {
            check.interval_ms = CHECKLIST_INTERVAL_MS;
        }
    }
    checks
}

/// One check: a mapping, or its address alone.
fn check(node: &Node, key: &str, findings: &mut Findings<'_>) -> Option<HealthCheck> {
    if let Some(text) = fields::text_of(node) {
        let question = match text.contains("://") {
            true => Question::Http(get(text.trim())),
            false => Question::Tcp(text.trim().to_owned()),
        };
        return address(question, node.at, findings).map(HealthCheck::new);
    }
    let Some(mapping) = node.as_mapping() else {
        let advice = "Write 'http: url', 'tcp: host:port', 'command: program' or 'script: |' below it.";
        let message =
            format!("each item of '{key}' must be a mapping or an address, but is {}", node.value.kind());
        findings.error(Code::WrongType, node.at, &message, advice);
        return None;
    };
    let mut fields = Fields::new(mapping);
    let name = fields.take(&["name"], findings).and_then(|entry| fields::text(entry, findings));
    let kind = fields.take(&["type"], findings);
    let question = question(&mut fields, kind, node.at, findings);
    let mut seconds = |names: &[&'static str]| {
        let entry = fields.take(names, findings)?;
        fields::duration(entry, Unit::Seconds, findings)
    };
    let (interval, limit) = (seconds(&["interval", "check-interval"]), seconds(&["timeout"]));
    let mut pause = |name: &'static str| {
        fields.take(&[name], findings).and_then(|entry| fields::pause(entry, findings)).unwrap_or(0)
    };
    let (start_period_ms, grace_ms) = (pause("start-period"), pause("grace"));
    let mut number = |name: &'static str, least: i64, most: u32| {
        let entry = fields.take(&[name], findings)?;
        u32::try_from(fields::whole(entry, least..=i64::from(most), findings)?).ok()
    };
    let (retries, budget) = (number("retries", 1, MAX_CHECK_RETRIES), number("budget", 0, MAX_BUDGET));
    let on_failure = fields
        .take(&["on-failure"], findings)
        .and_then(|entry| fields::choice(entry, &Remedy::WORDS, &[], findings));
    let notify = fields.take(&["notify"], findings).and_then(|entry| call(entry, findings));
    for free in ["description", "metadata"] {
        fields.take(&[free], findings);
    }
    fields.ignore_yet(&["allowed-ports"], findings);
    fields.finish(&format!("a check of '{key}'"), findings);
    let plain = HealthCheck::new(question?);
    Some(HealthCheck {
        name: name.or_else(|| fields::text_of(&kind?.value)).unwrap_or_default().trim().to_owned(),
        interval_ms: interval.unwrap_or(plain.interval_ms),
        timeout_ms: limit.unwrap_or(plain.timeout_ms),
        retries: retries.unwrap_or(plain.retries),
        start_period_ms,
        grace_ms,
        on_failure,
        budget: budget.unwrap_or(plain.budget),
        notify,
        ..plain
    })
}

/// What a check asks. Nothing when it does not say that in a way that is understood, which is reported.
fn question(
    fields: &mut Fields<'_>,
    kind: Option<&Entry>,
    at: Span,
    findings: &mut Findings<'_>,
) -> Option<Question> {
    let http = fields.take(&["http", "url", "endpoint"], findings);
    let tcp = fields.take(&["tcp"], findings);
    let ping = fields.take(&["ping"], findings);
    let dns = fields.take(&["dns"], findings);
    let target = fields.take(&["target"], findings);
    let (port, host) = (fields.take(&["port"], findings), fields.take(&["host"], findings));
    let status = fields.take(&["status", "expected-status"], findings);
    let insecure = fields.take(&["insecure"], findings);
    let body = fields.take(&["body"], findings).and_then(|entry| fields::text(entry, findings));
    let works = WorkKeys::take(fields, findings);
    let insecure = insecure.and_then(|entry| fields::boolean(entry, findings)).unwrap_or(false);
    let status = status.map_or_else(Vec::new, |entry| statuses(entry, findings));
    let text = |entry: &Entry, findings: &mut Findings<'_>| {
        fields::text(entry, findings).map(|text| (text.trim().to_owned(), entry.value.at))
    };
    let given: Vec<&Entry> =
        [http, tcp, ping, dns, works.command, works.script, works.script_block, works.path]
            .into_iter()
            .flatten()
            .collect();
    if let [first, second, ..] = given[..] {
        let message = format!("a check has both '{}' and '{}'", first.key, second.key);
        findings.error(Code::InvalidValue, second.key_at, &message, "Make two checks of it.");
        return None;
    }
    if works.command.or(works.script).or(works.script_block).or(works.path).is_some() {
        return call_of(&works, at, findings).map(Question::Call);
    }
    let (question, at) = match (http, tcp, ping, dns, port) {
        (Some(entry), ..) => {
            let (url, at) = text(entry, findings)?;
            (Question::Http(Get { status, insecure, body, ..get(&url) }), at)
        }
        (_, Some(entry), ..) => text(entry, findings).map(|(address, at)| (Question::Tcp(address), at))?,
        (_, _, Some(entry), ..) => text(entry, findings).map(|(name, at)| (reached(name), at))?,
        (_, _, _, Some(entry), _) => text(entry, findings).map(|(name, at)| (Question::Dns(name), at))?,
        (.., Some(entry)) => {
            let (port, at) = text(entry, findings)?;
            let machine = host.or(target).and_then(|entry| fields::text(entry, findings));
            let address = machine.map_or_else(|| port.clone(), |machine| on_port(machine.trim(), &port));
            (Question::Tcp(address), at)
        }
        _ => return by_kind(kind, target.or(host), (status, insecure, body), at, findings),
    };
    address(question, at, findings)
}

/// `type` and `target`, as older labs have them.
fn by_kind(
    kind: Option<&Entry>,
    target: Option<&Entry>,
    (status, insecure, body): (Vec<u16>, bool, Option<String>),
    at: Span,
    findings: &mut Findings<'_>,
) -> Option<Question> {
    #[derive(Clone, Copy)]
    enum Kind {
        Host,
        Name,
        Url,
        Port,
    }
    const KINDS: [(&str, Kind); 11] = [
        ("network-connectivity", Kind::Host),
        ("connectivity", Kind::Host),
        ("ping", Kind::Host),
        ("dns-resolution", Kind::Name),
        ("dns", Kind::Name),
        ("http", Kind::Url),
        ("https", Kind::Url),
        ("http-endpoint", Kind::Url),
        ("endpoint", Kind::Url),
        ("tcp", Kind::Port),
        ("port", Kind::Port),
    ];
    let word = kind.and_then(|entry| fields::text(entry, findings));
    let known = word.as_ref().and_then(|word| {
        let is_it = |(name, _): &&(&str, Kind)| crate::config::text::document::same_key(name, word.trim());
        KINDS.iter().find(is_it)
    });
    let advice = "Say what to ask: 'http: url', 'tcp: host:port', 'ping: host', 'dns: name', 'command: program' or 'script: |'.";
    let (Some((_, known)), Some(target)) = (known, target) else {
        let which = word.map_or_else(|| "a check".to_owned(), |word| format!("the check '{}'", word.trim()));
        // What checks it is known to nobody here, and that is no reason not to run the lab.
        let message = format!("{which} does not say what to ask, and is ignored");
        findings.warning(Code::NotAvailable, kind.map_or(at, |entry| entry.value.at), &message, advice);
        return None;
    };
    let text = fields::text(target, findings)?.trim().to_owned();
    let question = match known {
        Kind::Host => reached(text),
        Kind::Name => Question::Dns(text),
        Kind::Url => Question::Http(Get { status, insecure, body, ..get(&text) }),
        Kind::Port => Question::Tcp(text),
    };
    address(question, target.value.at, findings)
}

fn get(url: &str) -> Get {
    Get { url: url.to_owned(), status: Vec::new(), insecure: false, body: None }
}

/// A machine, or one of its ports where that is said too.
fn reached(text: String) -> Question {
    match Endpoint::parse(&ProbeCheck::Tcp(text.clone())) {
        Ok(_) if text.contains(':') => Question::Tcp(text),
        _ => Question::Host(text),
    }
}

fn on_port(machine: &str, port: &str) -> String {
    match machine.contains(':') && !machine.starts_with('[') {
        true => format!("[{machine}]:{port}"),
        false => format!("{machine}:{port}"),
    }
}

/// The same question, if its address can be asked.
pub(in crate::config) fn address(
    question: Question,
    at: Span,
    findings: &mut Findings<'_>,
) -> Option<Question> {
    if let Some(Err(wrong)) = question.probe().map(|probe| Endpoint::parse(&probe)) {
        let message = wrong.message.replacen("the readiness probe", "the check", 1);
        findings.error(Code::InvalidValue, at, &message, wrong.advice);
        return None;
    }
    if let Question::Dns(name) | Question::Host(name) = &question
        && !is_host(name)
    {
        let message = format!("'{}' is not the name or the address of a machine", name.escape_debug());
        let advice = "Write a name such as shop.example, or an address such as 10.0.0.1.";
        findings.error(Code::InvalidValue, at, &message, advice);
        return None;
    }
    Some(question)
}

/// One status, or a list of them.
pub(in crate::config) fn statuses(entry: &Entry, findings: &mut Findings<'_>) -> Vec<u16> {
    let nodes = match &entry.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    };
    let one = |node: &Node, findings: &mut Findings<'_>| {
        let entry = Entry { value: node.clone(), ..entry.clone() };
        u16::try_from(fields::whole(&entry, 100..=599, findings)?).ok()
    };
    nodes.iter().filter_map(|node| one(node, findings)).collect()
}

/// A script as text, or a mapping with a program.
fn call(entry: &Entry, findings: &mut Findings<'_>) -> Option<Call> {
    let (work, script) = rollback::read(entry, findings)?;
    match (work.program(), script) {
        (Some(program), _) => Some(Call::Command(Box::new(program.clone()))),
        (None, script) => script.map(|script| Call::Script(text_of(script))),
    }
}

/// The program or the script of a check.
fn call_of(works: &WorkKeys<'_>, at: Span, findings: &mut Findings<'_>) -> Option<Call> {
    let script = [(works.script, Form::Either), (works.script_block, Form::Text), (works.path, Form::Path)];
    if let Some((entry, form)) = script.into_iter().find_map(|(entry, form)| Some((entry?, form))) {
        return work::script(entry, form, findings).map(|script| Call::Script(text_of(script)));
    }
    let work = works.process(at, findings)?;
    work.program().map(|program| Call::Command(Box::new(program.clone())))
}

/// The text that runs a script.
fn text_of(script: Script) -> String {
    match script {
        Script::Inline { text, .. } => text,
        Script::File(path) => format!("& '{}'", path.replace('\'', "''")),
    }
}

/// `health-monitoring`: whether the run is watched, or what is watched of it.
pub(in crate::config) fn monitoring(entry: &Entry, findings: &mut Findings<'_>) -> Option<Monitoring> {
    if let Value::Bool(on) = entry.value.value {
        return on.then(Monitoring::default);
    }
    let Some(mapping) = entry.value.as_mapping() else {
        let advice = "Write true, or 'memory:', 'disk:', 'no-progress:' and the like below it.";
        fields::wrong_type(&entry.key, &entry.value, "true, false or a mapping", advice, findings);
        return None;
    };
    let plain = Monitoring::default();
    let mut fields = Fields::new(mapping);
    let enabled = fields.take(&["enabled"], findings).and_then(|entry| fields::boolean(entry, findings));
    let mut percent = |names: &[&'static str]| {
        let entry = fields.take(names, findings)?;
        fields::whole(entry, 1..=100, findings).and_then(|percent| u32::try_from(percent).ok())
    };
    let processors = percent(&["processors", "cpu-percent"]);
    let memory = percent(&["memory", "memory-percent"]).or(plain.memory);
    let disk = percent(&["disk", "disk-percent"]).or(plain.disk);
    let no_progress = fields
        .take(&["no-progress"], findings)
        .and_then(|entry| fields::duration(entry, Unit::Minutes, findings));
    let time = fields.take(&["for"], findings).and_then(|entry| fields::pause(entry, findings));
    let known = [("notify", Remedy::Notify), ("fail", Remedy::Fail)];
    let on_failure =
        fields.take(&["on-failure"], findings).and_then(|entry| fields::choice(entry, &known, &[], findings));
    let notify = fields.take(&["notify"], findings).and_then(|entry| call(entry, findings));
    fields.finish("'health-monitoring'", findings);
    (enabled != Some(false)).then(|| Monitoring {
        processors,
        memory,
        disk,
        no_progress_ms: no_progress.or(plain.no_progress_ms),
        for_ms: time.unwrap_or(plain.for_ms),
        on_failure: on_failure.unwrap_or(plain.on_failure),
        notify,
    })
}
