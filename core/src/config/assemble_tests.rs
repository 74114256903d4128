//! Labs of several files: includes, environments, variables, secrets and where values come from.

use super::lab::model::Script;
use super::tests::{codes, lab, only};
use super::*;
use crate::error::{Code, Severity};
use proptest::prelude::*;
use serde_json::json;
use std::path::Path;

/// A folder with these files; the first one is the lab.
pub(super) fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, ReadOptions) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let path = folder.path().join(files[0].0).to_str().unwrap().to_owned();
    (folder, ReadOptions { path: Some(path), open: true, ..ReadOptions::default() })
}

fn reading(files: &[(&str, &str)], environment: Option<&str>, variables: &[(&str, &str)]) -> Reading {
    let (_folder, options) = folder(files);
    let variables =
        variables.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
    read(
        b"",
        &ReadOptions { environment: environment.map(str::to_owned), variables, explain: true, ..options },
    )
}

fn document(reading: &Reading) -> serde_json::Value {
    reading.document.as_ref().unwrap().to_json()
}

fn file_of(place: &crate::error::Place) -> String {
    Path::new(place.file.as_deref().unwrap()).file_name().unwrap().to_str().unwrap().to_owned()
}

fn origin<'r>(reading: &'r Reading, path: &str) -> &'r Origin {
    let origins = reading.origins.as_ref().unwrap();
    origins
        .iter()
        .find(|origin| origin.path == path)
        .unwrap_or_else(|| panic!("{path} is not in {origins:#?}"))
}

const BASE: &str = "name: shop
settings: {timeout: 30, max-concurrency: 4}
x-dns: [a, b]
operations:
  - name: Deploy
    timeout: 20
    parameters: {Size: small, Zones: [1, 2]}
    script: |
      param($Size) \"${env:HOME} ${x}: {{0}}\"
  - {name: check, script: y}
environments:
  Dev:
    settings: {maxConcurrency: 2}
    x-dns: [c]
    operations:
      - name: deploy
        parameters: {Size: tiny}
      - {name: extra, script: z}
  prod:
";

#[test]
fn an_environment_is_merged_over_the_file() {
    let reading = reading(&[("lab.yaml", BASE)], Some("dev"), &[]);
    assert_eq!(reading.diagnostics, []);
    let read = document(&reading);
    assert_eq!(read["x-dns"], json!(["c"]));
    assert_eq!(read["settings"], json!({"timeout": 30, "maxConcurrency": 2}));
    assert_eq!(read["operations"][0]["parameters"], json!({"Size": "tiny", "Zones": [1, 2]}));
    let names: Vec<_> =
        read["operations"].as_array().unwrap().iter().map(|op| op["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["deploy", "check", "extra"]);
    let lab = reading.lab.unwrap();
    assert_eq!((lab.environment.as_deref(), lab.settings.max_concurrency), (Some("dev"), Some(2)));
    assert_eq!(lab.operations[0].operation.timeout_ms, Some(1_200_000));
    let Some(Script::Inline { text, .. }) = &lab.operations[0].script else { panic!() };
    assert_eq!(text, "param($Size) \"${env:HOME} ${x}: {{0}}\"\n");
}

#[test]
fn without_an_environment_nothing_is_changed() {
    let plain = reading(&[("lab.yaml", BASE)], None, &[]);
    assert_eq!(document(&plain)["x-dns"], json!(["a", "b"]));
    let empty = reading(&[("lab.yaml", BASE)], Some("PROD"), &[]);
    assert_eq!(empty.diagnostics, []);
    assert_eq!(document(&empty), document(&plain));
}

#[test]
fn files_of_an_environment_are_found_and_the_nearest_wins() {
    let project = r#"{"system": {"x": 1}, "settings": {"timeout": 1, "run-timeout": 11}, "x-dns": ["p"]}"#;
    let beside = "settings: {timeout: 3}\n";
    let files = [
        ("labs/a/lab.yaml", BASE),
        ("configs/environments/dev-overrides.json", project),
        ("labs/a/lab.dev.yml", beside),
    ];
    let reading = reading(&files, Some("Dev"), &[]);
    // Sections of the project that labs do not know are not misspelt.
    assert_eq!(reading.diagnostics, []);
    assert_eq!(document(&reading)["settings"], json!({"timeout": 3, "maxConcurrency": 2, "run-timeout": 11}));
    assert_eq!(document(&reading)["x-dns"], json!(["c"]));
    assert_eq!(reading.files.len(), 3);
    let timeout = origin(&reading, "settings.timeout");
    assert_eq!((file_of(&timeout.at), timeout.at.line, timeout.at.column), ("lab.dev.yml".into(), 1, 21));
    let before: Vec<_> =
        timeout.overridden.iter().map(|o| (o.value.to_json(), file_of(&o.at), o.at.line)).collect();
    assert_eq!(
        before,
        [(json!(30), "lab.yaml".to_owned(), 2), (json!(1), "dev-overrides.json".to_owned(), 1)]
    );
    assert_eq!(origin(&reading, "x-dns[0]").overridden.len(), 2);
    assert_eq!(
        origin(&reading, "operations[deploy].parameters.Size").overridden[0].value.to_json(),
        json!("small")
    );
    assert_eq!(origin(&reading, "operations[check].script").overridden, []);
    assert_eq!(reading.lab.unwrap().settings.run_timeout_ms, Some(660_000));
}

#[test]
fn an_environment_that_nobody_knows_is_an_error() {
    let near = only(reading(&[("lab.yaml", BASE)], Some("prd"), &[]), Code::UnknownEnvironment);
    assert_eq!(near.advice.as_deref(), Some("Did you mean 'prod'?"));
    let far = only(reading(&[("lab.yaml", BASE)], Some("qa"), &[]), Code::UnknownEnvironment);
    assert_eq!(far.advice.as_deref(), Some("The lab knows 'Dev', 'prod'."));
    let none = "name: x\noperations: [{name: a, script: y}]";
    only(reading(&[("lab.yaml", none)], Some("qa"), &[]), Code::UnknownEnvironment);
    let labelled = "name: x\nenvironment: QA\noperations: [{name: a, script: y}]";
    assert_eq!(reading(&[("lab.yaml", labelled)], Some("qa"), &[]).diagnostics, []);
    for escape in ["../secret", "a/b", "..", " ", "a\\b"] {
        only(reading(&[("lab.yaml", none)], Some(escape), &[]), Code::UnknownEnvironment);
    }
    let list = "name: x\noperations: [{name: a, script: y}]\nenvironments: {dev: [1]}";
    only(reading(&[("lab.yaml", list)], Some("dev"), &[]), Code::WrongType);
    let twice = [("lab.yaml", none), ("lab.dev.yaml", "dns: 1"), ("lab.dev.json", "{}")];
    assert!(codes(&reading(&twice, Some("dev"), &[])).iter().any(|(code, ..)| *code == Code::DuplicateName));
}

#[test]
fn what_is_no_configuration_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let secret = write("shadow", "root:*:19000:hunter2\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&secret, folder.path().join("link.yaml")).unwrap();
    let names = if cfg!(unix) { vec!["shadow", "link.yaml"] } else { vec!["shadow"] };
    for name in names {
        for text in [
            format!("name: x\ninclude: {name}\noperations: [{{name: a, script: y}}]\n"),
            format!("name: x\noperations: [{{include: {name}}}, {{name: a, script: y}}]\n"),
        ] {
            let lab = write("lab.yaml", &text);
            let options = ReadOptions {
                path: Some(lab.to_str().unwrap().to_owned()),
                open: true,
                ..ReadOptions::default()
            };
            let reading = read(b"", &options);
            assert!(!serde_json::to_string(&reading).unwrap().contains("hunter2"), "{text}");
            only(reading, Code::InvalidInclude);
        }
    }
}

#[test]
fn variables_of_other_programs_stay_as_they_are_in_what_is_no_lab() {
    let text = "folder: ${workspaceFolder}/src\nhome: ${HOMELY:-none}\nkey: '${LR_TOKEN}'\n";
    let options = |document_only| ReadOptions { document_only, ..ReadOptions::default() };
    let reading = read(text.as_bytes(), &options(true));
    let document = reading.document.as_ref().unwrap().to_json();
    assert_eq!(document["folder"], "${workspaceFolder}/src");
    assert_eq!((&document["home"], &document["key"]), (&json!("none"), &json!("${LR_TOKEN}")));
    assert!(!reading.has_errors());
    assert_eq!(
        codes(&reading).iter().map(|(code, ..)| *code).collect::<Vec<_>>(),
        [Code::UnknownVariable; 2]
    );
    // In a lab it is an error, also where only the document is asked for.
    let lab = format!("{text}name: x\noperations: [{{name: a, script: y}}]\n");
    assert_eq!(
        read(lab.as_bytes(), &options(true))
            .diagnostics
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .count(),
        2
    );
}

#[test]
fn faults_in_another_file_are_reported_there() {
    let files = [("lab.yaml", BASE), ("lab.dev.yaml", "settings:\n  timout: 3\n  timeout: soon\n")];
    let reading = reading(&files, Some("dev"), &[]);
    let found: Vec<_> = reading
        .diagnostics
        .iter()
        .map(|f| {
            (
                f.code,
                file_of(f.at.as_ref().unwrap()),
                f.at.as_ref().unwrap().line,
                f.snippet.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Code::InvalidQuantity, "lab.dev.yaml".to_owned(), 3, "  timeout: soon\n           ^^^^"),
            (Code::UnknownKey, "lab.dev.yaml".to_owned(), 2, "  timout: 3\n  ^^^^^^"),
        ]
    );
}

#[test]
fn included_files_lie_below_the_file() {
    let files = [
        (
            "lab.yaml",
            "name: top\ninclude: [parts/base.yaml, parts/more.json]\nsettings: {timeout: 5}\noperations:\n  - {name: a, timeout: 9}\n  - include: parts/list.yaml\n",
        ),
        (
            "parts/base.yaml",
            "name: base\nsettings: {timeout: 1, max-concurrency: 3}\noperations:\n  - {name: a, script: a.ps1}\n  - {name: b, script: 'inline'}\n",
        ),
        ("parts/more.json", r#"{"settings": {"max-concurrency": 7}, "version": "2"}"#),
        ("parts/list.yaml", "- {name: c, script: scripts/c.ps1}\n- include: deeper/d.yaml\n"),
        ("parts/deeper/d.yaml", "operations:\n  - {name: d, command: ./d}\n"),
    ];
    let (folder, options) = folder(&files);
    let lab = lab(read(b"", &options));
    assert_eq!((lab.name.as_str(), lab.version.as_deref()), ("top", Some("2")));
    assert_eq!((lab.settings.timeout_ms, lab.settings.max_concurrency), (Some(300_000), Some(7)));
    let names: Vec<_> = lab.operations.iter().map(|op| op.operation.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(lab.operations[0].operation.timeout_ms, Some(540_000));
    let at = |path: &str| Some(Script::File(folder.path().join(path).to_str().unwrap().to_owned()));
    assert_eq!(lab.operations[0].script, at("parts/a.ps1"));
    assert_eq!(lab.operations[2].script, at("parts/scripts/c.ps1"));
    let Some(Script::Inline { at, .. }) = &lab.operations[1].script else { panic!() };
    assert_eq!((file_of(at), at.line), ("base.yaml".to_owned(), 5));
    assert!(
        lab.operations[3].operation.at.as_ref().unwrap().file.as_ref().unwrap().ends_with("deeper/d.yaml")
    );
}

#[test]
fn includes_that_cannot_be_are_reported_where_they_stand() {
    let operations = "operations: [{name: a, script: y}]\n";
    let lab = |include: &str| format!("name: x\ninclude: {include}\n{operations}");
    let one =
        |include: &str, other: &str| reading(&[("lab.yaml", &lab(include)), ("b.yaml", other)], None, &[]);
    let missing = only(one("nowhere.yaml", ""), Code::FileUnreadable);
    assert_eq!(missing.snippet.as_deref(), Some("include: nowhere.yaml\n         ^^^^^^^^^^^^"));
    let own = only(one("lab.yaml", ""), Code::CyclicInclude);
    assert!(own.message.contains("lab.yaml -> "), "{}", own.message);
    let circle = only(one("b.yaml", "include: ./lab.yaml\n"), Code::CyclicInclude);
    assert_eq!((file_of(circle.at.as_ref().unwrap()), circle.at.unwrap().line), ("b.yaml".to_owned(), 1));
    only(one("b.yaml", "- a\n"), Code::NotAMapping);
    only(one("b.yaml", ""), Code::NotAMapping);
    only(one(".", ""), Code::FileUnreadable);
    only(one("[5.5, b.yaml]", "x-a: b\n").clone(), Code::InvalidInclude);
    only(one("{a: b}", ""), Code::WrongType);
    only(one("''", ""), Code::InvalidValue);
    assert_eq!(one("${B:-b}.yaml", "version: 3\n").lab.unwrap().version.as_deref(), Some("3"));
    let beside = "name: x\noperations:\n  - {include: b.yaml, when: 'true'}\n";
    only(
        reading(&[("lab.yaml", beside), ("b.yaml", "- {name: a, script: y}\n")], None, &[]),
        Code::InvalidValue,
    );
    let scalar = "name: x\noperations:\n  - {name: a, script: y}\n  - include: b.yaml\n";
    only(reading(&[("lab.yaml", scalar), ("b.yaml", "5")], None, &[]), Code::WrongType);
    let memory = read(lab("b.yaml").as_bytes(), &ReadOptions::default());
    only(memory, Code::FileUnreadable);
    // Twenty files, one below the other.
    let texts: Vec<_> =
        (0..20).map(|n| (format!("{n}.yaml"), format!("name: x\ninclude: {}.yaml\n", n + 1))).collect();
    let mut files: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files[19].1 = operations;
    assert!(codes(&reading(&files, None, &[])).iter().any(|(code, ..)| *code == Code::DocumentTooLarge));
}

#[test]
fn variables_are_filled_into_values_and_never_into_scripts() {
    let text = "name: lab-${NAME}
version: ${VERSION:-1.10}
settings: {max-concurrency: 2}
limits:
  plain: ${COUNT}
  quoted: '${COUNT}'
  part: ${COUNT}x
  none: ${EMPTY:-fallback}
  nested: ${NOWHERE_A:-${COUNT}-${NOWHERE_B:-y}}
  escaped: $${COUNT} $$5 $x
  foreign: '$${env:X}'
  flag: ${FLAG}
  block: |
    ${COUNT}
operations:
  - name: op
    timeout: ${MINUTES:-5}
    parameters: {Count: '${COUNT}', script: '${COUNT}'}
    script: |
      \"${env:X}\" + \"${x}:\" -f '{{0}}', @{ a = @{ b = '${COUNT}' } }
    rollback: \"${x}\"
  - name: program
    command: ./${NAME}
    rollback: {command: '${NAME}'}
";
    let reading = reading(
        &[("lab.yaml", text)],
        None,
        &[("NAME", "n"), ("COUNT", "3"), ("EMPTY", ""), ("FLAG", "true")],
    );
    let summary: Vec<_> = reading.diagnostics.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(summary, ["The lab has the unknown key 'limits', which has no effect."]);
    let read = document(&reading);
    assert_eq!((&read["name"], &read["version"]), (&json!("lab-n"), &json!(1.10)));
    assert_eq!(
        read["limits"],
        json!({"plain": 3, "quoted": "3", "part": "3x", "none": "fallback", "nested": "3-y",
               "escaped": "${COUNT} $$5 $x", "foreign": "${env:X}", "flag": true, "block": "${COUNT}\n"})
    );
    assert_eq!(origin(&reading, "limits.plain").written.as_deref(), Some("${COUNT}"));
    assert_eq!(read["operations"][0]["parameters"], json!({"Count": "3", "script": "3"}));
    assert_eq!(reading.lab.as_ref().unwrap().version.as_deref(), Some("1.10"));
    let op = &reading.lab.as_ref().unwrap().operations[0];
    let Some(Script::Inline { text, .. }) = &op.script else { panic!() };
    assert_eq!(text, "\"${env:X}\" + \"${x}:\" -f '{{0}}', @{ a = @{ b = '${COUNT}' } }\n");
    let Some(Script::Inline { text, .. }) = &op.rollback_script else { panic!() };
    assert_eq!(text, "${x}");
    let crate::operation::Work::Process(spec) = &reading.lab.as_ref().unwrap().operations[1].operation.work
    else {
        panic!()
    };
    assert!(spec.command.ends_with("/./n") || spec.command.ends_with("/n"), "{}", spec.command);
}

#[test]
fn json_has_no_other_way_to_write_a_number() {
    let text = r#"{"name": "x", "operations": [{"name": "a", "script": "y", "priority": "${P:-2}", "type": "v${P:-2}"}]}"#;
    let lab = lab(reading(&[("lab.json", text)], None, &[]));
    assert_eq!(lab.operations[0].operation.priority, Some(2));
    assert_eq!(lab.operations[0].operation.kind.as_deref(), Some("v2"));
}

#[test]
fn a_variable_that_does_not_exist_is_found_where_it_stands() {
    let text = "name: x\nnodes: [{name: \"web-${LAB_INDX}\"}]\noperations: [{name: a, script: y}]\n";
    let unknown = only(reading(&[("lab.yaml", text)], None, &[("LAB_INDEX", "1")]), Code::UnknownVariable);
    assert_eq!(
        unknown.snippet.as_deref(),
        Some("nodes: [{name: \"web-${LAB_INDX}\"}]\n                    ^^^^^^^^^^^")
    );
    assert!(unknown.advice.unwrap().starts_with("Did you mean 'LAB_INDEX'?"));
    let text = "name: x\ntype: ${env:HOME}\noperations: [{name: a, script: y}]\n".replace("type", "version");
    let foreign = only(reading(&[("lab.yaml", &text)], None, &[]), Code::UnknownVariable);
    assert_eq!(foreign.severity, Severity::Warning);
    assert!(foreign.advice.unwrap().starts_with("Write ${HOME}"));
    // One that was removed counts as absent, whatever the process itself has.
    let options = ReadOptions { variables: [("PATH".to_owned(), None)].into(), ..ReadOptions::default() };
    let text = b"name: ${PATH}\noperations: [{name: a, script: y}]\n";
    only(read(text, &options), Code::UnknownVariable);
    assert!(!read(text, &ReadOptions::default()).has_errors());
}

#[test]
fn secrets_of_checks_and_of_what_makes_them_known_are_listed_too() {
    let text = "name: x
settings: {health-monitoring: {notify: {command: m, env: {A: 'secret://run'}}}}
operations:
  - name: a
    script: y
    health-checks: [{command: c, env: {B: 'secret://asked'}, notify: {command: n, env: {C: 'secret://known'}}}]
  - {name: b, checks: [{command: d, env: {D: 'secret://alone'}}]}
";
    let found = lab(reading(&[("lab.yaml", text)], None, &[]));
    let uses: Vec<_> = found
        .secrets
        .iter()
        .map(|s| (s.name.as_str(), s.operation.as_deref(), s.path.as_str(), s.at.line))
        .collect();
    assert_eq!(
        uses,
        [
            ("asked", Some("a"), "environment.B", 4),
            ("known", Some("a"), "environment.C", 4),
            ("alone", Some("b"), "environment.D", 7),
            ("run", None, "environment.A", 2),
        ]
    );
}

#[test]
fn secrets_are_listed_and_kept_as_they_are() {
    let text = "name: x
infrastructure: {login: {key: 'secret://deploy key'}}
operations:
  - {name: a, script: y, parameters: {Password: 'secret://sql', List: [1, secret://sql]}}
  - {name: b, command: z, environment: {T: 'secret://token'}}
";
    let found = lab(reading(&[("lab.yaml", text)], None, &[]));
    let uses: Vec<_> = found
        .secrets
        .iter()
        .map(|s| (s.name.as_str(), s.operation.as_deref(), s.path.as_str(), s.at.line))
        .collect();
    assert_eq!(
        uses,
        [
            ("sql", Some("a"), "parameters.Password", 4),
            ("sql", Some("a"), "parameters.List[1]", 4),
            ("token", Some("b"), "environment.T", 5),
            ("deploy key", None, "infrastructure.login.key", 2),
        ]
    );
    assert_eq!(
        serde_json::to_value(&found.operations[0].parameters).unwrap(),
        json!({"Password": "secret://sql", "List": [1, "secret://sql"]})
    );
    let nameless =
        only(super::tests::with_operation("script: x\nparameters: {P: 'secret://'}"), Code::InvalidSecret);
    assert_eq!(nameless.operation.as_deref(), Some("op"));
    let shown = only(
        super::tests::with_operation("command: x\narguments: [-p, 'secret://p']"),
        Code::SecretOnCommandLine,
    );
    assert_eq!(shown.operation.as_deref(), Some("op"));
}

proptest! {
    #[test]
    fn scripts_stay_byte_for_byte(lines in prop::collection::vec("[ -~äß漢\t]{0,20}|\\$\\{env:X\\}|\\$\\{x\\}:|\\{\\{0\\}\\}|@\\{a=@\\{b=1\\}\\}", 1..8)) {
        let script = format!("#{}\n", lines.join("\n"));
        let body: String = script.split_inclusive('\n').map(|line| format!("      {line}")).collect();
        let text = format!("name: x\noperations:\n  - name: a\n    script: |+\n{body}");
        let reading = read(text.as_bytes(), &ReadOptions { path: Some("/labs/lab.yaml".into()), ..ReadOptions::default() });
        prop_assert_eq!(&reading.diagnostics, &[]);
        let Some(Script::Inline { text: read, .. }) = &reading.lab.as_ref().unwrap().operations[0].script else { panic!() };
        prop_assert_eq!(read, &script);
    }

    #[test]
    fn any_text_is_filled_in_or_refused(text in "(\\$|\\{|\\}|:-|[a-zA-Z]|é| ){0,30}") {
        let json = json!({"name": "x", "metadata": {"a": text.clone()}, "operations": [{"name": "a", "script": text.clone() + "y"}]});
        let reading = read(json.to_string().as_bytes(), &ReadOptions::default());
        prop_assert!(reading.lab.is_some() != reading.has_errors());
        if !text.contains("${") {
            prop_assert_eq!(reading.document.unwrap().to_json(), json);
        }
    }
}
