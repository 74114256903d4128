//! Whole files: what a lab means, and what is said about one that means nothing.

use super::lab::model::{Lab, Provider, Script, Stage};
use super::text::document::Value;
use super::*;
use crate::error::{Code, Diagnostic, Severity};
use crate::operation::{FailureStrategy, Get, HealthCheck, Order, ProbeCheck, ProcessMode, Question, Work};
use proptest::prelude::*;
use serde_json::json;
use std::collections::HashMap;

fn options(path: &str) -> ReadOptions {
    ReadOptions { path: Some(path.to_owned()), ..ReadOptions::default() }
}

pub(super) fn yaml(text: &str) -> Reading {
    read(text.as_bytes(), &options("/labs/lab.yaml"))
}

/// One operation with these lines, in a lab that is sound otherwise.
pub(super) fn with_operation(lines: &str) -> Reading {
    let body: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    yaml(&format!("name: lab\noperations:\n  - name: op\n{body}"))
}

pub(super) fn lab(reading: Reading) -> Lab {
    assert!(!reading.has_errors(), "{:#?}", reading.diagnostics);
    reading.lab.unwrap()
}

pub(super) fn codes(reading: &Reading) -> Vec<(Code, u32, u32)> {
    let place = |finding: &Diagnostic| finding.at.as_ref().map_or((0, 0), |at| (at.line, at.column));
    reading.diagnostics.iter().map(|f| (f.code, place(f).0, place(f).1)).collect()
}

/// The one finding, which must be of this code.
pub(super) fn only(reading: Reading, code: Code) -> Diagnostic {
    assert_eq!(reading.diagnostics.len(), 1, "{:#?}", reading.diagnostics);
    let finding = reading.diagnostics.into_iter().next().unwrap();
    assert_eq!(finding.code, code, "{finding:#?}");
    assert_eq!(reading.lab.is_some(), finding.severity == Severity::Warning);
    finding
}

fn work(reading: Reading) -> Work {
    lab(reading).operations.remove(0).operation.work
}

fn script(reading: Reading) -> Script {
    lab(reading).operations.remove(0).script.unwrap()
}

pub(super) fn fixture(name: &str) -> Reading {
    let path = format!("{}/../tests/data/labs/{name}", env!("CARGO_MANIFEST_DIR"));
    read(&std::fs::read(path).unwrap(), &options(&format!("/labs/{name}")))
}

pub(super) fn dependencies(lab: &Lab) -> HashMap<&str, Vec<&str>> {
    let names = |of: &[String]| -> Vec<&'static str> {
        of.iter().map(|name| &*Box::leak(name.clone().into_boxed_str())).collect()
    };
    lab.operations.iter().map(|op| (op.operation.name.as_str(), names(&op.operation.dependencies))).collect()
}

#[test]
fn the_json_lab_of_the_readme() {
    let reading = fixture("readme-lab.json");
    assert_eq!(reading.diagnostics, []);
    let json = serde_json::to_value(&reading).unwrap();
    assert_eq!(
        json["lab"],
        json!({
            "name": "Enterprise-Lab",
            "version": "1.0",
            "description": "Complete enterprise lab environment",
            "environment": "production",
            "settings": {
                "timeout_ms": null,
                "max_concurrency": null,
                "failure": null,
                "cancel_running": null,
                "order": null,
                "run_timeout_ms": null,
                "retry": null,
                "limits": {},
            },
            "conflicts": [],
            "left_out": [],
            "secrets": [],
            "operations": [{
                "operation": {
                    "name": "deploy-infrastructure",
                    "type": "deploy",
                    "priority": 1,
                    "timeout_ms": 1_800_000,
                    "work": {"kind": "script"},
                    "at": {"file": "/labs/readme-lab.json", "line": 36, "column": 5},
                },
                "provider": "powershell",
                "script": {"path": "/labs/Deploy-Infrastructure.ps1"},
                "parameters": {"network": "192.168.100.0/24"},
                "rollback_script": null,
                "stage": "operations",
            }],
        })
    );
    let document = json["document"].as_object().unwrap();
    let keys: Vec<_> = document.keys().collect();
    assert_eq!(keys[0..4], ["name", "version", "description", "environment"]);
    assert_eq!(document["nodes"][0]["memory"], "4GB");
}

#[test]
fn the_enterprise_lab_can_be_planned_and_says_what_is_not_there_yet() {
    let reading = fixture("enterprise.yaml");
    let summary: Vec<_> = reading
        .diagnostics
        .iter()
        .map(|f| (f.severity == Severity::Error, f.code.number(), f.message.as_str()))
        .collect();
    assert_eq!(
        summary,
        [
            (false, "LR0112", "'retain-logs' is not available yet and is ignored."),
            (false, "LR0112", "The operations of 'cleanup' are not run, because it is not automatic."),
            (
                false,
                "LR0214",
                "Operation 'Create Networks': the provider 'opentofu' is not available yet; the operation can be planned but not run.",
            ),
            (
                false,
                "LR0214",
                "Operation 'Open Ports': the provider 'opentofu' is not available yet; the operation can be planned but not run.",
            ),
            (
                false,
                "LR0112",
                "Operation 'Deploy Database': the check 'replication-status' does not say what to ask, and is ignored.",
            ),
            (false, "LR0112", "'allowed-ports' is not available yet and is ignored."),
            (false, "LR0112", "'rollback' is not available yet and is ignored."),
        ]
    );
    let operations = &reading.lab.as_ref().unwrap().operations;
    assert_eq!((operations[0].provider, &operations[0].script), (Provider::Missing, &None));
    assert!(operations[0].parameters.is_some() && operations[2].script.is_some());
    let provider = &reading.diagnostics[2];
    assert_eq!(provider.operation.as_deref(), Some("Create Networks"));
    assert_eq!(provider.snippet.as_deref(), Some("    provider: \"opentofu\"\n              ^^^^^^^^^^"));
}

#[test]
fn the_enterprise_lab_runs_with_its_own_provider() {
    let path = format!("{}/../tests/data/labs/enterprise.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap().replace("opentofu", "powershell");
    let lab = lab(yaml(&text));
    assert_eq!(lab.version.as_deref(), Some("2.0"));
    assert_eq!(lab.settings.timeout_ms, Some(3_600_000));
    assert_eq!(lab.settings.max_concurrency, Some(6));
    let ids: Vec<_> = lab.operations.iter().filter_map(|op| op.operation.id.as_deref()).collect();
    assert_eq!(ids, ["create-network", "open-ports", "deploy-database", "deploy-shop", "watch"]);
    let titles =
        |checks: &[HealthCheck]| checks.iter().map(|check| check.check.to_string()).collect::<Vec<_>>();
    assert_eq!(titles(&lab.operations[0].operation.health), ["host 10.20.1.1", "dns shop.lab.local"]);
    let validation = |place: usize| match &lab.operations[place].operation.work {
        Work::Checks { checks, .. } => checks.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(titles(&validation(5)), ["host 10.20.1.1", "tcp shop.lab.local:443"]);
    let get = Get {
        url: "http://shop.lab.local/health".to_owned(),
        status: vec![200],
        insecure: false,
        body: None,
    };
    assert_eq!(validation(6)[0].check, Question::Http(get));
    // The edge to open-ports is declared there already.
    assert_eq!(lab.operations[1].operation.dependencies, ["create-network"]);
    assert_eq!(lab.operations[4].operation.dependencies, ["Deploy Database"]);
    assert_eq!(lab.operations[4].operation.weak_dependencies, ["Deploy Shop"]);
    assert_eq!(lab.conflicts, [["Deploy Database", "Deploy Shop"]]);
    let json = serde_json::to_value(&lab).unwrap();
    let settings = &json["settings"];
    assert_eq!(settings["limits"], json!({"memory_mib": 16_384, "cpu_percent": 80, "network_mbit_s": 1_000}));
    let retry = |count| json!({"count": count, "delay_ms": 30_000, "backoff": "fixed", "jitter": false});
    assert_eq!(settings["retry"], retry(3));
    let network = &json["operations"][0]["operation"];
    assert_eq!(network["needs"], json!({"memory_mib": 1_024, "cpu_percent": 10, "network_mbit_s": 50}));
    // Its own number, and the pause of the settings.
    assert_eq!(network["retry"], retry(2));
    assert_eq!(json["operations"][1]["operation"]["needs"], json!({"memory_mib": 512, "cpu_percent": 5}));
    assert_eq!(json["operations"][1]["operation"].get("retry"), None);
    let Some(Script::Inline { text, at }) = &lab.operations[0].script else { panic!() };
    assert!(text.starts_with(
        "# Networks, routes and name service\nWrite-Host \"Creating networks in ${env:LAB_REGION} ...\"\n"
    ));
    assert_eq!((at.line, at.column), (45, 7));
    assert_eq!(
        serde_json::to_string(&lab.operations[2].parameters).unwrap(),
        r#"{"engine":"postgresql","version":"17.2","replicas":2,"multi-zone":true}"#
    );
}

#[test]
fn programs_services_and_stages() {
    let reading = fixture("services.yaml");
    let summary: Vec<_> = reading.diagnostics.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(summary, ["The lab has the unknown key 'defaults', which has no effect."]);
    let lab = lab(reading);
    assert_eq!(lab.version.as_deref(), Some("1.10"));
    assert_eq!(lab.settings.failure, Some(FailureStrategy::Continue));
    assert_eq!(lab.settings.timeout_ms, Some(300_000));
    assert_eq!(lab.settings.order, Some(Order::Custom { names: vec!["serve".into(), "check".into()] }));

    let build = &lab.operations[0];
    assert_eq!((build.provider, build.operation.timeout_ms), (Provider::Process, Some(90_000)));
    assert_eq!(build.operation.priority, Some(2));
    let Work::Process(spec) = &build.operation.work else { panic!() };
    assert_eq!(spec.command, "/labs/bin/build");
    assert_eq!(spec.arguments, ["--release", "--jobs", "2", ""]);
    assert_eq!(spec.working_directory.as_deref(), Some("/labs/src"));
    assert_eq!(spec.environment["JOBS"].as_deref(), Some("2"));
    assert_eq!(spec.environment["http_proxy"], None);
    assert_eq!(spec.success_codes, [0, 3]);

    let Work::Process(spec) = &lab.operations[1].operation.work else { panic!() };
    assert_eq!((spec.command.as_str(), spec.mode), ("lab-web", ProcessMode::Service));
    let ready = spec.ready.as_ref().unwrap();
    assert_eq!(ready.check, ProbeCheck::Http("http://127.0.0.1:8080/health".into()));
    assert_eq!((ready.interval_ms, ready.timeout_ms, spec.stop_grace_ms), (100, 10_000, Some(2_000)));

    let check = &lab.operations[2];
    let Some(Script::Inline { text, at }) = &check.script else { panic!() };
    assert_eq!(text, "param($Url)\nif (\"${Url}:\" -notmatch '{{0}}') { throw \"no\" }");
    assert_eq!((at.line, at.column), (40, 7));
    assert_eq!(
        serde_json::to_string(&check.parameters).unwrap(),
        r#"{"Url":"http://127.0.0.1:8080","Retries":3,"Ratio":0.50,"nested":{"b":1,"a":["x",true,null]}}"#
    );
    assert_eq!(lab.operations[3].script, Some(Script::File("/labs/scripts/watch.ps1".into())));
    assert_eq!(lab.operations[4].script, Some(Script::File("/labs/../shared/verify.ps1".into())));
    assert_eq!(lab.operations[6].operation.work, Work::Stop { service: "serve".into() });

    let stages: Vec<_> = lab.operations.iter().map(|op| op.stage).collect();
    use Stage::{Cleanup, Operations, Validation};
    assert_eq!(
        stages,
        [Operations, Operations, Operations, Operations, Validation, Validation, Cleanup, Cleanup]
    );
    let depends = dependencies(&lab);
    assert_eq!(depends["serve"], ["build"]);
    // Nothing waits for the monitor: it never ends.
    assert_eq!(depends["verify"], ["check"]);
    assert_eq!(depends["verify-more"], ["verify"]);
    assert_eq!(depends["stop"], ["verify", "verify-more", "check"]);
    assert_eq!(depends["tidy"], ["stop"]);
}

#[test]
fn every_finding_in_one_pass_at_its_place() {
    let reading = yaml(
        "name: [x]\nsettngs: {}\nsettings:\n  timeout: soon\n  max-concurrency: 0\noperations:\n  - script: x\n  - name: a\n    timout: 5\n    priority: 11\n  - 5\n  - name: b\n    script: [x]\n    parameters: x\n    dependencies: {}\n",
    );
    assert_eq!(
        codes(&reading),
        [
            (Code::WrongType, 1, 7),
            (Code::InvalidQuantity, 4, 12),
            (Code::InvalidValue, 5, 20),
            (Code::MissingName, 7, 5),
            (Code::InvalidValue, 10, 15),
            (Code::MissingWork, 8, 5),
            (Code::UnknownKey, 9, 5),
            (Code::WrongType, 11, 5),
            (Code::WrongType, 15, 19),
            (Code::WrongType, 13, 13),
            (Code::WrongType, 14, 17),
            (Code::UnknownKey, 2, 1),
        ]
    );
    let unknown = &reading.diagnostics[6];
    assert_eq!(unknown.message, "Operation 'a' has the unknown key 'timout'.");
    assert_eq!(
        unknown.advice.as_deref(),
        Some("Did you mean 'timeout'? Keys of your own go below 'metadata', or begin with 'x-'.")
    );
    assert_eq!(unknown.operation.as_deref(), Some("a"));
    assert_eq!(unknown.snippet.as_deref(), Some("    timout: 5\n    ^^^^^^"));
    assert_eq!(unknown.at.as_ref().unwrap().file.as_deref(), Some("/labs/lab.yaml"));
    assert!(reading.diagnostics.iter().all(|finding| finding.advice.is_some()));
}

#[test]
fn a_key_that_is_near_to_a_known_one_is_an_error_and_others_are_warnings() {
    let severity = |text: &str| only(with_operation(&format!("script: x\n{text}")), Code::UnknownKey);
    for (text, meant) in [
        ("dependancies: [b]", "dependencies"),
        ("Depends_Om: [b]", "depends-on"),
        ("timeot: 3", "timeout"),
        ("tag: [a]", "tags"),
    ] {
        let finding = severity(text);
        assert_eq!(finding.severity, Severity::Error, "{text}");
        assert!(finding.advice.unwrap().starts_with(&format!("Did you mean '{meant}'?")), "{text}");
        assert_eq!(finding.operation.as_deref(), Some("op"));
    }
    for (text, meant) in
        [("region: eu", None), ("ip: 10.0.0.1", None), ("timeoutMinutes: 3", Some("timeout"))]
    {
        let finding = severity(text);
        assert_eq!(finding.severity, Severity::Warning, "{text}");
        assert!(finding.message.ends_with(", which has no effect."), "{}", finding.message);
        assert_eq!(finding.operation.as_deref(), Some("op"));
        let said = finding.advice.unwrap();
        assert_eq!(said.contains("Did you mean"), meant.is_some(), "{said}");
    }
    let free = "x-timeot: 1\nX-Own: 2\nmetadata: {timeot: 1}\nparameters: {timeot: 1}";
    assert_eq!(with_operation(&format!("script: x\n{free}")).diagnostics, []);
}

#[test]
fn every_unknown_key_is_an_error_where_the_reading_is_strict() {
    let text = "name: x\nregion: eu\nx-own: 1\noperations:\n- {name: a, script: y, colour: red}\n- {name: b, command: z, mode: service, ready: {tcp: 80, banner: hello}}\n";
    let strict = ReadOptions { strict: true, ..options("/labs/lab.yaml") };
    let reading = read(text.as_bytes(), &strict);
    assert_eq!(reading.lab, None);
    let said: Vec<_> = reading.diagnostics.iter().map(|f| (f.severity, f.message.as_str())).collect();
    assert_eq!(
        said,
        [
            (Severity::Error, "Operation 'a' has the unknown key 'colour'."),
            (Severity::Error, "Operation 'b': 'ready' has the unknown key 'banner'."),
            (Severity::Error, "The lab has the unknown key 'region'."),
        ]
    );
    assert!(read(text.as_bytes(), &options("/labs/lab.yaml")).lab.is_some());
}

#[test]
fn known_keys_match_in_any_spelling_but_only_once() {
    let reading = with_operation("SCRIPT: x\nDependsOn: []\nTIME_OUT: 1\nPriority: 3");
    let lab = lab(reading);
    assert_eq!(lab.operations[0].operation.timeout_ms, Some(60_000));
    assert_eq!(lab.operations[0].operation.priority, Some(3));
    let twice = only(with_operation("script: x\nScript: y"), Code::DuplicateKey);
    assert!(twice.message.contains("'script' and 'Script'"), "{}", twice.message);
    only(with_operation("args: [a]\nArguments: [b]\ncommand: y"), Code::DuplicateKey);
}

#[test]
fn a_script_is_text_or_a_file() {
    let file = |path: &str| Script::File(path.to_owned());
    assert_eq!(script(with_operation("script: a.ps1")), file("/labs/a.ps1"));
    assert_eq!(script(with_operation("script: './sub dir/A.PS1'")), file("/labs/sub dir/A.PS1"));
    assert_eq!(script(with_operation("script: /x/a.ps1")), file("/x/a.ps1"));
    assert_eq!(script(with_operation("path: /x/tool")), file("/x/tool"));
    for inline in [
        "script: Get-Date",
        "script: '& ./a.ps1'",
        "script: './b.ps1; ./a.ps1'",
        "script-block: a.ps1",
        "script: |\n  a.ps1",
        "script: .ps1",
    ] {
        assert!(matches!(script(with_operation(inline)), Script::Inline { .. }), "{inline}");
    }
    only(with_operation("script: x\npath: y.ps1"), Code::InvalidValue);
    only(with_operation("script: '  '"), Code::MissingWork);
    only(with_operation("type: x"), Code::MissingWork);
    only(with_operation("script: 5"), Code::WrongType);
    let json = r#"{"name": "j", "operations": [{"name": "a", "script": "line 1\nline 2 ${x}"}]}"#;
    let reading = read(json.as_bytes(), &ReadOptions::default());
    let Script::Inline { text, at } = script(reading) else { panic!() };
    assert_eq!((text.as_str(), at.line, at.column), ("line 1\nline 2 ${x}", 1, 55));
}

#[test]
fn providers() {
    assert_eq!(work(with_operation("provider: PowerShell\nscript: x")), Work::Script);
    assert!(matches!(work(with_operation("command: x")), Work::Process(_)));
    let unknown = only(with_operation("provider: powershel\nscript: x"), Code::UnknownProvider);
    assert_eq!(unknown.severity, Severity::Error);
    assert!(unknown.advice.unwrap().starts_with("Did you mean 'powershell'?"));
    let missing = with_operation("provider: docker\nimage: nginx\nscript: x");
    assert_eq!(codes(&missing), [(Code::UnknownProvider, 4, 15), (Code::UnknownKey, 5, 5)]);
    assert_eq!(lab(missing).operations[0].provider, Provider::Missing);
    // What undoes an operation has no provider.
    only(with_operation("script: x\nrollback: {provider: docker, command: y}"), Code::InvalidValue);
    only(with_operation("provider: powershell\ncommand: x"), Code::InvalidValue);
    only(with_operation("provider: process\ncommand: x\nscript: y"), Code::InvalidValue);
    only(with_operation("command: x\nparameters: {a: 1}"), Code::InvalidValue);
}

#[test]
fn a_program_says_what_it_needs() {
    let split = only(with_operation("command: x\nargs: -a  'b'"), Code::WrongType);
    assert_eq!(split.advice.as_deref(), Some("No shell splits it. Perhaps: args: ['-a', ''b'']"));
    only(with_operation("provider: process"), Code::MissingWork);
    only(with_operation("command: ''"), Code::MissingWork);
    only(with_operation("command: [x]"), Code::WrongType);
    only(with_operation("command: x\nargs: [[y]]"), Code::WrongType);
    only(with_operation("command: x\nenvironment: {A=B: 1}"), Code::InvalidValue);
    only(with_operation("command: x\nenvironment: [A]"), Code::WrongType);
    only(with_operation("command: x\nsuccess-codes: [0, '3']"), Code::WrongType);
    only(with_operation("command: x\nmode: deamon"), Code::InvalidValue);
    only(with_operation("command: x\ncwd: ~/x"), Code::InvalidValue);
    let text = "name: x\noperations: [{name: a, command: x, working-directory: y}]";
    only(read(text.as_bytes(), &options("lab.yaml")), Code::InvalidValue);
    let Work::Process(spec) =
        work(with_operation("command: x\nsuccess-codes: 3\nrestart-exit-codes: [194]\nenv: {A: true}"))
    else {
        panic!()
    };
    assert_eq!((spec.success_codes, spec.restart_codes), (vec![3], vec![194]));
    assert_eq!(spec.environment["A"].as_deref(), Some("true"));
    only(with_operation("command: x\nrestart-codes: soon"), Code::WrongType);
    only(with_operation("script: x\nrestart-codes: 194"), Code::InvalidValue);
    only(with_operation("script: x\nidempotent: perhaps"), Code::WrongType);
}

#[test]
fn a_service_says_when_it_is_ready_and_a_stop_what_it_stops() {
    let ready = |ready: &str| with_operation(&format!("command: x\nmode: service\nready: {ready}"));
    let Work::Process(spec) = work(ready("{tcp: 8080}")) else { panic!() };
    let probe = spec.ready.unwrap();
    assert_eq!(probe.check, ProbeCheck::Tcp("8080".into()));
    assert_eq!((probe.interval_ms, probe.timeout_ms), (250, 60_000));
    assert!(matches!(work(ready("{tcp: 'db:5432'}")), Work::Process(_)));
    only(with_operation("command: x\nmode: service"), Code::MissingKey);
    only(with_operation("command: x\nready: {tcp: 80}"), Code::InvalidValue);
    only(ready("{}"), Code::MissingKey);
    only(ready("soon"), Code::WrongType);
    only(ready("{tcp: 80, http: 'http://x'}"), Code::InvalidValue);
    only(ready("{tcp: 'x:y'}"), Code::InvalidValue);
    only(ready("{tcp: 'x:0'}"), Code::InvalidValue);
    only(ready("{http: 'localhost:80'}"), Code::InvalidValue);
    let insecure = |text: &str| match work(ready(text)) {
        Work::Process(spec) => spec.ready.unwrap().insecure,
        other => panic!("{other:?}"),
    };
    assert!(!insecure("{http: 'https://x'}"));
    assert!(!insecure("{http: 'https://x', insecure: false}"));
    assert!(insecure("{http: 'https://x', insecure: true}"));
    only(ready("{http: 'https://x', insecure: maybe}"), Code::WrongType);
    for plain in ["{tcp: 80, insecure: true}", "{http: 'http://x', insecure: true}"] {
        let wrong = only(ready(plain), Code::InvalidValue);
        assert!(
            wrong.message.ends_with("does not use https, so 'insecure' has no effect on it."),
            "{wrong:?}"
        );
        assert!(wrong.snippet.unwrap().contains("insecure"));
    }
    assert!(!insecure("{http: 'http://x', insecure: false}"));
    let wrong = only(ready("{tcp: '::1:80'}"), Code::InvalidValue);
    assert!(wrong.message.ends_with("the readiness probe '::1:80' has an IPv6 address without brackets."));
    only(ready("{tcp: 80, interval: never}"), Code::InvalidQuantity);
    only(ready("{tcp: 80, intervall: 1}"), Code::UnknownKey);
    let stop = "name: x\noperations: [{name: t, service: s}, {name: s, command: x, mode: service, ready: {tcp: 80}}]";
    assert_eq!(work(yaml(stop)), Work::Stop { service: "s".into() });
    let unknown = only(with_operation("service: s"), Code::UnknownService);
    assert_eq!(unknown.snippet.as_deref(), Some("    service: s\n             ^"));
    only(with_operation("provider: process\nmode: stop"), Code::MissingKey);
    only(with_operation("mode: stop\nservice: s\nready: {tcp: 1}"), Code::InvalidValue);
    only(with_operation("command: x\nservice: s"), Code::InvalidValue);
}

#[test]
fn timeouts() {
    let timeout = |value: &str| with_operation(&format!("script: x\ntimeout: {value}"));
    for (value, ms) in
        [("0.5", 30_000), ("30", 1_800_000), ("'30'", 1_800_000), ("90s", 90_000), ("300m", 18_000_000)]
    {
        assert_eq!(lab(timeout(value)).operations[0].operation.timeout_ms, Some(ms), "{value}");
    }
    let warning = only(timeout("300"), Code::SuspiciousTimeout);
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(warning.advice.as_deref(), Some("Write 300m if minutes are meant, 300s if seconds are."));
    for value in ["0", "-5", "soon", "1h5"] {
        only(timeout(value), Code::InvalidQuantity);
    }
    only(timeout("[5]"), Code::WrongType);
    assert_eq!(lab(timeout("null")).operations[0].operation.timeout_ms, None);
}

#[test]
fn what_comes_later_is_ignored_aloud_or_refused() {
    let text = "name: x\noperations:\n  - {name: a, script: x, healthChecks: [{tcp: 'y:1', allowedPorts: 1}]}\n  - {name: b, script: x, health_checks: [{tcp: 'y:1', allowed-ports: 1}]}\n";
    let reading = yaml(text);
    assert_eq!(codes(&reading), [(Code::NotAvailable, 3, 54)]);
    assert_eq!(lab(reading).operations.len(), 2);
    assert!(with_operation("script: x\nwhen: null").diagnostics.is_empty());
    let operations = "operations: [{name: a, script: x}]";
    only(yaml(&format!("name: x\ncleanup: {{force: true}}\n{operations}")), Code::NotAvailable);
}

#[test]
fn settings() {
    let with = |settings: &str| {
        yaml(&format!("name: x\nsettings: {{{settings}}}\noperations: [{{name: a, script: x}}]"))
    };
    assert_eq!(lab(with("mode: sequential")).settings.order, Some(Order::Sequential));
    assert_eq!(lab(with("OrchestrationMode: Parallel")).settings.order, Some(Order::Parallel));
    assert_eq!(lab(with("order: [a]")).settings.order, Some(Order::Custom { names: vec!["a".into()] }));
    assert_eq!(lab(with("continue-on-error: true")).settings.failure, Some(FailureStrategy::Continue));
    assert_eq!(lab(with("ContinueOnError: false")).settings.failure, Some(FailureStrategy::Stop));
    only(with("mode: custom"), Code::MissingKey);
    only(with("mode: parallel, order: [a]"), Code::InvalidValue);
    only(with("mode: inteligent"), Code::InvalidValue);
    only(with("failure-strategy: yes"), Code::InvalidValue);
    only(with("continue-on-error: yes"), Code::WrongType);
    only(with("max-concurrency: '4'"), Code::WrongType);
    only(with("max-concurrency: 99999999999999999999"), Code::InvalidValue);
    let top = "name: x\nMaxParallelism: 3\noperations: [{name: a, script: x}]";
    assert_eq!(lab(yaml(top)).settings.max_concurrency, Some(3));
}

#[test]
fn names_environments_and_empty_labs() {
    let operations = "operations: [{id: 7, script: x}]";
    let unnamed = yaml(operations);
    assert_eq!(codes(&unnamed), [(Code::MissingKey, 1, 1)]);
    let unnamed = lab(unnamed);
    assert_eq!((unnamed.name.as_str(), unnamed.operations[0].operation.name.as_str()), ("lab", "7"));
    only(read(operations.as_bytes(), &ReadOptions::default()), Code::MissingKey);
    let object = lab(yaml(&format!("name: x\nenvironment: {{name: dev, platform: linux}}\n{operations}")));
    assert_eq!(object.environment.as_deref(), Some("dev"));
    only(yaml("name: x"), Code::MissingKey);
    only(yaml("name: x\noperations: []"), Code::EmptyPlan);
    only(yaml("name: x\noperations: [5]"), Code::WrongType);
    assert_eq!(codes(&yaml("name: x\nnodes: 5\noperations: []")).len(), 2);
    assert_eq!(lab(yaml("name: x\nvalidation: [{name: a, script: x}]")).operations.len(), 1);
    only(yaml("name: x\noperations: {a: {script: x}}"), Code::WrongType);
    only(yaml("name: true\noperations: [{name: a, script: x}]"), Code::WrongType);
    assert_eq!(lab(yaml("name: ' '\noperations: [{name: a, script: x}]")).name, "lab");
}

#[test]
fn edges_link_operations_by_name_or_id() {
    let with = |edges: &str| {
        yaml(&format!(
            "name: x\noperations:\n  - {{name: First Step, id: a, script: x}}\n  - {{name: b, script: x}}\n  - {{name: c, script: x}}\ndependencies:\n  explicit: {edges}\n"
        ))
    };
    let linked = lab(with(
        "[{source: A, target: B}, {source: first step, target: b, type: Strong}, {source: b, target: c}]",
    ));
    let depends = dependencies(&linked);
    assert_eq!((&depends["b"], &depends["c"]), (&vec!["First Step"], &vec!["b"]));
    let unknown = only(with("[{source: firststep, target: b}]"), Code::UnknownDependency);
    assert_eq!(unknown.advice.as_deref(), Some("Did you mean 'First Step'?"));
    assert_eq!(
        unknown.snippet.as_deref(),
        Some("  explicit: [{source: firststep, target: b}]\n                      ^^^^^^^^^")
    );
    only(with("[{source: a, target: first step}]"), Code::SelfDependency);
    only(with("[{source: a}]"), Code::MissingKey);
    only(with("[{source: a, target: b, type: medium}]"), Code::InvalidValue);
    only(with("[a]"), Code::WrongType);
    only(with("a"), Code::WrongType);
    let weak = lab(with("[{source: a, target: b, type: weak}, {source: A, target: b, type: Weak}]"));
    assert_eq!(weak.operations[1].operation.weak_dependencies, ["First Step"]);
    assert_eq!(dependencies(&weak)["b"], [""; 0]);
}

#[test]
fn parameters_that_powershell_cannot_tell_apart_are_refused() {
    let twins = only(with_operation("script: x\nparameters:\n  Port: 1\n  port: 2"), Code::DuplicateKey);
    assert!(twins.message.contains("'port' differs from 'Port' (line 6, column 7)"), "{}", twins.message);
    only(with_operation("script: x\nparameters: {a: [{B: 1, b: 2}]}"), Code::DuplicateKey);
    only(with_operation("script: x\nparameters: [a]"), Code::WrongType);
    assert!(matches!(
        work(with_operation("command: x\nenvironment: {http_proxy: a, HTTP_PROXY: b}")),
        Work::Process(_)
    ));
}

#[test]
fn a_configuration_that_is_not_a_lab_is_told_so_once() {
    let text = "ComputerName: x\nsettings: [1]\nname: y\nenvironment: {a: [no, '${LR_NONE}'], A: 1}\n";
    let finding = only(yaml(text), Code::MissingKey);
    assert_eq!(finding.message, "'lab.yaml' is not a lab configuration: it has no 'operations'.");
    assert!(finding.advice.unwrap().starts_with("Get-LabConfig reads it."));
    // A list that was meant is a slip of the pen.
    let slip = yaml("name: x\noperatons: [{name: a, script: y}]\n");
    assert!(codes(&slip).contains(&(Code::UnknownKey, 2, 1)), "{:#?}", slip.diagnostics);
}

#[test]
fn files_that_are_no_labs() {
    only(yaml(""), Code::NotAMapping);
    only(yaml("# nothing\n"), Code::NotAMapping);
    let list = only(yaml("\n- a\n- b\n"), Code::NotAMapping);
    assert_eq!(list.message, "The file must be a mapping, but is a list.");
    only(read(b"", &options("x.json")), Code::NotAMapping);
    only(read(b"n\0a\0", &ReadOptions::default()), Code::NotText);
    only(read(b"@{ Name = 'x' }", &options("x.psd1")), Code::NotAvailable);
    only(read(&vec![b' '; MAX_BYTES + 1], &ReadOptions::default()), Code::DocumentTooLarge);
    let broken = read(b"{\"a\": }", &options("/l/x.json"));
    assert_eq!(broken.document, None);
    assert_eq!(only(broken, Code::MalformedJson).at.unwrap().file.as_deref(), Some("/l/x.json"));
    let twice = yaml("name: a\nname: b\noperations: [{name: a, script: x}]\n");
    assert!(twice.document.is_some());
    only(twice, Code::DuplicateKey);
}

#[test]
fn formats_are_told_apart() {
    let json = b"  {\"name\": \"x\", \"operations\": [{\"name\": \"a\", \"script\": \"y\"}]}";
    let yaml = b"name: x\noperations:\n- name: a\n  script: y\n";
    for (bytes, path) in [
        (&json[..], None),
        (json, Some("a.json")),
        (json, Some("a.yml")),
        (yaml, None),
        (yaml, Some("a.YAML")),
        (yaml, Some("/dir.json/a")),
    ] {
        let options = ReadOptions { path: path.map(str::to_owned), ..ReadOptions::default() };
        assert_eq!(lab(read(bytes, &options)).name, "x", "{path:?}");
    }
    let options = ReadOptions { format: Some(Format::Yaml), ..options("a.json") };
    assert_eq!(lab(read(yaml, &options)).name, "x");
    let options: ReadOptions = serde_json::from_str(r#"{"path": null, "format": "json"}"#).unwrap();
    assert_eq!(options.format, Some(Format::Json));
    assert_eq!(serde_json::from_str::<ReadOptions>("{}").unwrap(), ReadOptions::default());
}

#[test]
fn any_configuration_gives_its_document() {
    let options = ReadOptions { document_only: true, ..options("config.json") };
    let reading = read(b"{\"ComputerName\": \"x\", \"FirewallPorts\": [3389, \"49152-65535\"]}", &options);
    assert_eq!((reading.lab, reading.diagnostics), (None, vec![]));
    assert_eq!(reading.document.unwrap().to_json()["FirewallPorts"], json!([3389, "49152-65535"]));
}

#[test]
fn utf16_and_line_ends_of_windows() {
    let text = "name: x\r\noperations:\r\n- name: a\r\n  script: |\r\n    one\r\n    two\r\n  colour: 5\r\n";
    let bytes: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let reading = read(&bytes, &ReadOptions::default());
    assert_eq!(codes(&reading), [(Code::UnknownKey, 7, 3)]);
    assert_eq!(reading.diagnostics[0].snippet.as_deref(), Some("  colour: 5\n  ^^^^^^"));
    let Script::Inline { text, at } = script(reading) else { panic!() };
    assert_eq!((text.as_str(), at.line), ("one\ntwo\n", 5));
}

/// JSON of any shape, with the characters and numbers that readers stumble over.
pub(super) fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        (-1e15..1e15_f64).prop_map(serde_json::Value::from),
        "[^\0\u{FEFF}]*".prop_map(|text| text.replace("${", "$").into()),
        "(no|yes|true|null|~|0x1F|1e5|0755|<<|-|:|#|'|\"|\\{\\{x\\}\\}| a|a )"
            .prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::vec(("[^\0\u{FEFF}]{0,9}", inner), 0..6)
                .prop_map(|entries| { serde_json::Value::Object(entries.into_iter().collect()) }),
        ]
    })
}

/// A writer of block YAML that is unlike any reader: keys and text always in double quotes.
pub(super) fn to_yaml(value: &serde_json::Value, depth: usize, out: &mut String) {
    let quoted = |text: &str| {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                ' '..='~' => quoted.push(c),
                _ => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            }
        }
        quoted + "\""
    };
    match value {
        serde_json::Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("\n{}? {}\n{}:", " ".repeat(depth), quoted(key), " ".repeat(depth)));
                to_yaml(value, depth + 2, out);
            }
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n{}-", " ".repeat(depth)));
                to_yaml(item, depth + 2, out);
            }
        }
        serde_json::Value::String(text) => out.push_str(&format!(" {}", quoted(text))),
        other => out.push_str(&format!(" {other}")),
    }
}

fn document(bytes: &[u8], format: Format) -> Reading {
    // Nothing is filled in: text may look like a variable.
    let options =
        ReadOptions { format: Some(format), document_only: true, raw: true, ..ReadOptions::default() };
    read(bytes, &options)
}

proptest! {
    #[test]
    fn json_survives_reading_and_writing(value in any_json()) {
        let root = json!({"root": value});
        for text in [root.to_string(), serde_json::to_string_pretty(&root).unwrap()] {
            let reading = document(text.as_bytes(), Format::Json);
            prop_assert_eq!(&reading.diagnostics, &[]);
            let node = reading.document.unwrap();
            prop_assert_eq!(serde_json::to_string(&node).unwrap(), root.to_string());
            prop_assert_eq!(node.to_json(), root.clone());
        }
    }

    #[test]
    fn yaml_reads_to_the_tree_that_was_written(value in any_json()) {
        let root = json!({"root": value});
        let mut text = String::new();
        to_yaml(&root, 0, &mut text);
        let reading = document(text.as_bytes(), Format::Yaml);
        prop_assert_eq!(&reading.diagnostics, &[], "{}", text);
        prop_assert_eq!(reading.document.unwrap().to_json(), root);
    }

    #[test]
    fn block_literals_keep_every_character(lines in prop::collection::vec("[ -~äß漢\t]{0,20}", 1..12)) {
        // A block takes its indentation from its first line, so that line must begin with text.
        let script = format!("#{}\n", lines.join("\n"));
        let mut text = String::from("name: x\noperations:\n  - name: a\n    script: |+\n");
        for line in script.split_inclusive('\n') {
            text.push_str("      ");
            text.push_str(line);
        }
        let reading = yaml(&text);
        prop_assert_eq!(&reading.diagnostics, &[]);
        let lab = reading.lab.unwrap();
        let Some(Script::Inline { text: read, at }) = &lab.operations[0].script else { panic!() };
        prop_assert_eq!(read, &script);
        prop_assert_eq!((at.line, at.column), (5, 7));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        for format in [None, Some(Format::Yaml), Some(Format::Json)] {
            let reading = read(&bytes, &ReadOptions { format, ..ReadOptions::default() });
            prop_assert!(reading.lab.is_some() != reading.has_errors());
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(
        text in "([a-z]{1,3}|[-:,?&*!|>'\"%@`#{}\\[\\]~<]|\n|  |\t|name: |operations:|script: |<<: \\*a|&a |timeout: 5|- |é|\r\n){0,40}",
    ) {
        let lines = u32::try_from(text.split(['\n', '\r']).count()).unwrap() + 1;
        for format in [Format::Yaml, Format::Json] {
            let reading = read(text.as_bytes(), &ReadOptions { format: Some(format), ..ReadOptions::default() });
            prop_assert!(reading.lab.is_some() != reading.has_errors());
            for finding in &reading.diagnostics {
                let at = finding.at.as_ref().unwrap();
                prop_assert!(at.line >= 1 && at.line <= lines && at.column >= 1, "{:?} in {:?}", finding, text);
            }
            prop_assert!(serde_json::to_string(&reading).is_ok());
        }
    }

    #[test]
    fn any_operation_is_read_or_refused(value in any_json(), key in 0_usize..49) {
        const KEYS: [&str; 49] = [
            "name", "id", "type", "provider", "script", "path", "parameters", "dependencies", "timeout", "priority",
            "command", "arguments", "working-directory", "environment", "mode", "service", "ready", "success-codes",
            "stop-grace", "retry-count", "when", "settings", "operations", "validation", "cleanup", "nodes",
            "metadata", "version", "rollback", "include", "retry-delay", "retry", "resources", "pools", "locks", "trigger",
            "critical", "estimate", "total-timeout", "weak-dependencies", "resource-limits", "failure-strategy",
            "run-timeout", "resource-conflicts", "detached", "restart-codes", "idempotent", "max-restarts", "resume-after-restart",
        ];
        let mut lab = json!({"name": "x", "operations": [{"name": "a", "script": "b"}]});
        let mut operation = lab.clone();
        lab[KEYS[key]] = value.clone();
        operation["operations"][0][KEYS[key]] = value.clone();
        let mut settings = json!({"name": "x", "operations": [{"name": "a", "script": "b"}]});
        settings["settings"] = json!({KEYS[key]: value.clone()});
        settings["dependencies"] = json!({KEYS[key]: [{"operations": value}]});
        for lab in [lab, operation, settings] {
            let reading = read(lab.to_string().as_bytes(), &ReadOptions::default());
            prop_assert!(reading.lab.is_some() != reading.has_errors());
            prop_assert!(matches!(reading.document.unwrap().value, Value::Mapping(_)));
        }
    }
}

#[test]
fn operations_of_an_unsound_lab_keep_their_names_and_scripts() {
    let reading = yaml(
        "operations:\n  - { name: a, script: b, dependencies: [none] }\n  - { name: c, script: d, timeout: soon }\n",
    );
    assert!(reading.lab.is_none());
    let found: Vec<_> =
        reading.unsound.iter().map(|one| (one.operation.name.as_str(), one.script.is_some())).collect();
    assert_eq!(found, [("a", true), ("c", true)]);
}
