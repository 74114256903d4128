//! Labs with conditions, repetitions and templates.

use super::assemble_tests::folder;
use super::lab::model::{Lab, Script};
use super::tests::{codes, lab, only, yaml};
use super::*;
use crate::error::Code;
use proptest::prelude::*;
use serde_json::json;

const NODES: &str = "nodes:
  - {name: web-01, role: web, cpu: 2, version: 1.10}
  - {name: sql-01, role: database, cpu: 4, version: 2.0}
  - {name: web-02, role: web, cpu: 1, version: 3}
infrastructure: {network: {subnets: [front, data]}, cost-center: P-1}
";

fn with(rest: &str) -> Reading {
    yaml(&format!("name: lab\nenvironment: dev\n{NODES}{rest}"))
}

fn names(reading: Reading) -> Vec<String> {
    lab(reading).operations.into_iter().map(|op| op.operation.name).collect()
}

fn parameters(lab: &Lab, at: usize) -> serde_json::Value {
    serde_json::to_value(&lab.operations[at].parameters).unwrap()
}

#[test]
fn an_operation_is_repeated_for_each() {
    let list = |each: &str, name: &str| {
        names(with(&format!("operations: [{{name: '{name}', for-each: {each}, script: x}}]")))
    };
    assert_eq!(list("nodes", "make-{{ item.name }}"), ["make-web-01", "make-sql-01", "make-web-02"]);
    assert_eq!(list("nodes", "make-{0}-{1}"), ["make-web-01-1", "make-sql-01-2", "make-web-02-3"]);
    assert_eq!(list("[a, b]", "{{ index0 }}{{ item }}"), ["0a", "1b"]);
    assert_eq!(list("1..3", "n{{ item }}"), ["n1", "n2", "n3"]);
    assert_eq!(list("'3..1'", "n{{ item }}"), ["n3", "n2", "n1"]);
    assert_eq!(list("{from: 2, to: 9, step: 3}", "n{{ item }}"), ["n2", "n5", "n8"]);
    assert_eq!(list("infrastructure.network.subnets", "{{ item }}"), ["front", "data"]);
    assert_eq!(list("'{{ infrastructure.network[\"subnets\"] }}'", "{{ item | upper }}"), ["FRONT", "DATA"]);
    assert_eq!(list("'nodes | selectattr(\"role\", \"eq\", \"web\")'", "{0}"), ["web-01", "web-02"]);
    assert_eq!(list("{a: {x: 1}, b: {x: 2}}", "{{ item.name }}-{{ item.x }}"), ["a-1", "b-2"]);
    assert_eq!(list("{a: 5}", "{{ item.key }}-{{ item.value }}"), ["a-5"]);
}

#[test]
fn values_keep_their_types_and_scripts_every_character() {
    let script = "'{{ item.name }} {0}' + \"${env:X}\" + '{{0}}' # {% if %}";
    let text = format!(
        "operations:
  - for-each: nodes
    name: 'n-{{0}}'
    priority: '{{{{ item.cpu }}}}'
    timeout: '{{{{ index }}}}m'
    parameters:
      Node: '{{{{ item }}}}'
      Version: '{{{{ item.version }}}}'
      Text: 'v{{{{ item.version }}}} of {{{{ item.name | upper }}}}'
      Twice: '{{{{ item.cpu * 2 }}}}'
      Format: '{{0}} stays'
      Raw: '{{% raw %}}{{{{0}}}}{{% endraw %}}'
      Block: |
        # {{{{ item.role }}}}
    script: |
      {script}
    rollback: '{{{{ item }}}}'
"
    );
    let lab = lab(with(&text));
    let first = &lab.operations[0];
    assert_eq!((first.operation.priority, first.operation.timeout_ms), (Some(2), Some(60_000)));
    assert_eq!(
        serde_json::to_string(&first.parameters).unwrap(),
        r##"{"Node":{"name":"web-01","role":"web","cpu":2,"version":1.10},"Version":1.10,"Text":"v1.1 of WEB-01","Twice":4,"Format":"{0} stays","Raw":"{{0}}","Block":"# web\n"}"##
    );
    assert_eq!(parameters(&lab, 2)["Twice"], json!(2));
    for op in &lab.operations {
        let Some(Script::Inline { text, at }) = &op.script else { panic!() };
        assert_eq!((text.as_str(), at.line), (format!("{script}\n").as_str(), 23));
        let Some(Script::Inline { text, .. }) = &op.rollback_script else { panic!() };
        assert_eq!(text, "{{ item }}");
    }
}

#[test]
fn plain_operations_are_never_rendered() {
    let lab =
        lab(with("operations: [{name: 'a{0}', script: x, parameters: {F: '{{0}}', G: '{{ nodes }}'}}]"));
    assert_eq!(lab.operations[0].operation.name, "a{0}");
    assert_eq!(parameters(&lab, 0), json!({"F": "{{0}}", "G": "{{ nodes }}"}));
}

#[test]
fn a_condition_leaves_operations_out() {
    let text = "operations:
  - {name: a, script: x, when: environment == 'dev'}
  - {name: b, script: x, when: nodes | length > 5, id: bee}
  - {name: c, script: x, when: false}
  - {name: 'd-{{ item.name }}', script: x, for-each: nodes, when: item.role == 'web'}
  - {name: last, script: x, dependencies: [a, BEE, c, d-sql-01, d-web-01], weak-dependencies: b}
dependencies:
  explicit: [{source: c, target: a}]
  resource-conflicts: [{operations: [a, b, last]}]
settings: {order: [last, b, a]}
";
    let lab = lab(with(text));
    let names: Vec<_> = lab.operations.iter().map(|op| op.operation.name.as_str()).collect();
    assert_eq!(names, ["a", "d-web-01", "d-web-02", "last"]);
    assert_eq!(lab.operations[3].operation.dependencies, ["a", "d-web-01"]);
    assert!(lab.operations[3].operation.weak_dependencies.is_empty());
    assert_eq!(lab.conflicts, [["a", "last"]]);
    assert_eq!(
        lab.settings.order,
        Some(crate::operation::Order::Custom { names: vec!["last".into(), "a".into()] })
    );
    let left: Vec<_> =
        lab.left_out.iter().map(|left| (left.name.as_str(), left.when.as_str(), left.at.line)).collect();
    assert_eq!(
        left,
        [
            ("b", "nodes | length > 5", 10),
            ("bee", "nodes | length > 5", 10),
            ("c", "false", 11),
            ("d-sql-01", "item.role == 'web'", 12),
        ]
    );
    let none = only(with("operations: [{name: a, script: x, when: false}]"), Code::EmptyPlan);
    assert_eq!(none.message, "Every operation of the lab is left out by its condition.");
}

#[test]
fn without_an_environment_its_name_is_empty() {
    let text = "name: x\nnodes: [{name: n, role: web}]\noperations:\n  - {id: c, name: 'c-{{ item.name }}', for-each: nodes, when: item.role == 'web' and environment != 'dev', script: y}\n  - {name: dev, when: environment == 'dev', script: y}\n  - {name: none, when: not environment, script: y}\n";
    let options = ReadOptions::default();
    let names = |reading: Reading| -> Vec<String> {
        lab(reading).operations.into_iter().map(|operation| operation.operation.name).collect()
    };
    assert_eq!(names(read(text.as_bytes(), &options)), ["c-n", "none"]);
    // Data of the lab's own under that name is not hidden.
    let own = text
        .replace("nodes:", "environment: {region: eu}\nnodes:")
        .replace("not environment", "environment.region == 'eu'");
    assert_eq!(names(read(own.as_bytes(), &options)), ["c-n", "none"]);
}

#[test]
fn conditions_see_the_environment_that_was_asked_for() {
    let text = "name: x\nenvironment: dev\nenvironments: {prod: {metadata: {size: 9}}}\nmetadata: {size: 1}\noperations:\n  - {name: a, script: x}\n  - {name: b, script: x, when: environment == 'prod' and metadata.size > 5}\n";
    let (_folder, options) = folder(&[("lab.yaml", text)]);
    assert_eq!(names(read(b"", &options)), ["a"]);
    let options = ReadOptions { environment: Some("prod".into()), ..options };
    assert_eq!(names(read(b"", &options)), ["a", "b"]);
}

#[test]
fn a_repetition_is_depended_on_as_a_whole() {
    let text = "operations:
  - {id: configure, name: 'configure-{0}', script: x, for-each: nodes}
  - {name: after, script: x, depends-on: Configure}
";
    let lab = lab(with(text));
    assert_eq!(lab.operations[0].operation.id, None);
    assert_eq!(
        lab.operations[3].operation.dependencies,
        ["configure-web-01", "configure-sql-01", "configure-web-02"]
    );
    assert_eq!(lab.operations.len(), 4);
}

const TEMPLATES: &str = "templates:
  web:
    description: one server
    parameters:
      node: {type: text}
      port: {type: integer, default: 80}
      tls: false
    operation:
      name: 'Deploy-WebServer-{0}'
      type: Deploy
      timeout: 20
      parameters: {Node: '{{ node }}', Port: '{{ port }}', Tls: '{{ tls }}'}
      script: |
        param($Node, $Port, $Tls) '{{ node }}'
  seed:
    name: 'Deploy-Database-{0}'
    type: Deploy
    parameters: {Server: none, Instance: main}
    script: param($Server, $Instance)
  pair:
    parameters: {node: }
    operations:
      - {name: 'make-{{ node }}', script: x}
      - {name: 'start-{{ node }}', script: x, dependencies: ['make-{{ node }}']}
  outer:
    parameters: {nodes: {type: list}}
    operation: {template: web, for-each: nodes, with: {node: '{{ item }}'}}
";

#[test]
fn templates_are_filled_and_changed() {
    let text = format!(
        "{TEMPLATES}operations:
  - {{template: web, with: {{node: a}}}}
  - {{template: Web, parameters: {{node: b, Port: 8080}}, timeout: 5, resources: {{memory-gb: 1}}}}
  - {{template: web, with: [c, 81, true], name: own}}
  - {{template: seed, with: {{Server: sql-01, Extra: 1}}}}
  - {{template: seed, with: [sql-02]}}
  - {{template: pair, with: {{node: '{{{{ item.name }}}}'}}, for-each: nodes, when: item.cpu > 1}}
  - {{template: outer, with: {{nodes: [x, y]}}}}
"
    );
    let lab = lab(with(&text));
    let names: Vec<_> = lab.operations.iter().map(|op| op.operation.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Deploy-WebServer-a",
            "Deploy-WebServer-b",
            "own",
            "Deploy-Database-sql-01",
            "Deploy-Database-sql-02",
            "make-web-01",
            "start-web-01",
            "make-sql-01",
            "start-sql-01",
            "Deploy-WebServer-x",
            "Deploy-WebServer-y",
        ]
    );
    assert_eq!(parameters(&lab, 0), json!({"Node": "a", "Port": 80, "Tls": false}));
    assert_eq!(parameters(&lab, 1), json!({"Node": "b", "Port": 8080, "Tls": false}));
    assert_eq!(lab.operations[1].operation.timeout_ms, Some(300_000));
    assert_eq!(lab.operations[1].operation.needs.as_ref().unwrap().memory_mib, Some(1_024));
    assert_eq!(parameters(&lab, 2), json!({"Node": "c", "Port": 81, "Tls": true}));
    assert_eq!(parameters(&lab, 3), json!({"Server": "sql-01", "Instance": "main", "Extra": 1}));
    assert_eq!(parameters(&lab, 4), json!({"Server": "sql-02", "Instance": "main"}));
    assert_eq!(lab.operations[6].operation.dependencies, ["make-web-01"]);
    assert_eq!(parameters(&lab, 10)["Node"], json!("y"));
    let Some(Script::Inline { text, .. }) = &lab.operations[0].script else { panic!() };
    assert_eq!(text, "param($Node, $Port, $Tls) '{{ node }}'\n");
}

#[test]
fn templates_may_stand_in_another_file() {
    let files = [
        (
            "lab.yaml",
            "name: x\ninclude: shared/templates.yaml\noperations:\n  - {template: one, with: {n: 1}}\n",
        ),
        (
            "shared/templates.yaml",
            "templates:\n  one: {parameters: {n: }, operation: {name: 'op-{{ n }}', path: run.ps1, timeout: soon}}\n",
        ),
    ];
    let (folder, options) = folder(&files);
    let odd = only(read(b"", &options), Code::InvalidQuantity);
    assert!(odd.at.as_ref().unwrap().file.as_ref().unwrap().ends_with("templates.yaml"));
    std::fs::write(folder.path().join(files[1].0), files[1].1.replace(", timeout: soon", "")).unwrap();
    let lab = lab(read(b"", &options));
    assert_eq!(
        lab.operations[0].script,
        Some(Script::File(folder.path().join("shared/run.ps1").to_str().unwrap().into()))
    );
}

#[test]
fn what_a_template_is_given_is_checked() {
    let given = |given: &str| with(&format!("{TEMPLATES}operations:\n  - {{template: web, {given}}}\n"));
    let missing = only(given("with: {port: 1}"), Code::TemplateParameter);
    assert_eq!(missing.message, "The template 'web' needs 'node'.");
    assert!(missing.snippet.unwrap().starts_with("  - {template: web"));
    let unknown = only(given("with: {node: a, prot: 1}"), Code::TemplateParameter);
    assert_eq!(unknown.advice.as_deref(), Some("Did you mean 'port'?"));
    let kind = only(given("with: {node: a, port: high}"), Code::TemplateParameter);
    assert_eq!(kind.message, "The template 'web' takes a whole number as 'port', but is given text.");
    only(given("with: [a, 1, true, 4]"), Code::TemplateParameter);
    only(given("with: a"), Code::WrongType);
    let lost =
        only(with(&format!("{TEMPLATES}operations: [{{template: wbe, with: [a]}}]")), Code::UnknownTemplate);
    assert_eq!(lost.advice.as_deref(), Some("Did you mean 'web'?"));
    only(with("operations: [{template: x}]"), Code::UnknownTemplate);
    only(with("operations: [{name: a, script: x, with: [a]}]"), Code::InvalidValue);
    let several = format!("{TEMPLATES}operations: [{{template: pair, with: [a], name: b}}]");
    only(with(&several), Code::InvalidValue);
    let odd = "templates: {a: {parameters: {p: {type: integer, default: x}}, operation: {name: b, script: c}}}\noperations: [{name: d, script: e}]";
    only(with(odd), Code::TemplateParameter);
    only(
        with(
            "templates: {a: {parameters: {p: {type: integr}}, operation: {}}}\noperations: [{name: d, script: e}]",
        ),
        Code::InvalidValue,
    );
    only(
        with("templates: {a: {opration: {}, operations: []}}\noperations: [{name: d, script: e}]"),
        Code::UnknownKey,
    );
    only(with("templates: [a]\noperations: [{name: d, script: e}]"), Code::WrongType);
}

#[test]
fn templates_in_a_circle_are_found() {
    let text = "templates:
  a: {parameters: {}, operation: {template: b}}
  b: {parameters: {}, operation: {template: A}}
operations: [{template: a}]
";
    let circle = only(with(text), Code::CyclicTemplate);
    assert_eq!(circle.message, "Circular templates: a -> b -> A.");
    assert_eq!(circle.at.unwrap().line, 10);
}

#[test]
fn rendering_errors_point_into_the_template() {
    let text = "templates:
  a:
    parameters: {node: }
    operation:
      name: 'op-{{ node }}'
      description: the {{ nod }} is new
      script: x
      parameters:
        Text: |
          first {{ node }}
          second {{ node.missing.deep }}
        Sum: '{{ node + }}'
operations:
  - {template: a, with: {node: x}}
  - {template: a, with: {node: y}}
";
    let reading = with(text);
    let found: Vec<_> = reading
        .diagnostics
        .iter()
        .map(|f| (f.code, f.at.as_ref().unwrap().line, f.snippet.clone().unwrap(), f.advice.clone().unwrap()))
        .collect();
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().all(|(code, ..)| *code == Code::InvalidExpression));
    assert_eq!(
        (found[0].1, found[0].2.as_str()),
        (13, "      description: the {{ nod }} is new\n                          ^^^")
    );
    assert!(found[0].3.starts_with("Did you mean 'node'?"), "{}", found[0].3);
    assert_eq!(found[1].1, 18);
    assert_eq!(found[2].1, 19);
}

#[test]
fn expressions_that_cannot_be_are_reported() {
    let op = |keys: &str| {
        with(&format!(
            "operations:\n  - {{name: 'a{{{{ index }}}}', script: x, {keys}}}\n  - {{name: b, script: x}}\n"
        ))
    };
    for keys in [
        "for-each: nods",
        "for-each: 'nodes |'",
        "when: ''",
        "when: nodes.x",
        "for-each: 'range(1000000)'",
        "when: '1/0 > x'",
    ] {
        let found = codes(&op(&format!("{keys}, priority: 1")));
        assert!(found.iter().any(|(code, ..)| *code == Code::InvalidExpression), "{keys}: {found:?}");
    }
    only(op("for-each: 5"), Code::WrongType);
    only(op("for-each: name"), Code::WrongType);
    only(op("for-each: [1], when: [1]"), Code::WrongType);
    only(op("for-each: 1..20000"), Code::DocumentTooLarge);
    only(op("for-each: {from: x, to: 2}"), Code::WrongType);
    only(with("operations: [{name: 'a{1}{2}', script: x, for-each: [1]}]"), Code::InvalidExpression);
    let spin = "operations: [{name: a, script: x, when: \"{% for a in range(99999) %}\"}]";
    assert!(with(spin).has_errors());
}

#[test]
fn expansion_is_bounded() {
    let text = "templates:
  a: {parameters: {}, operation: {template: b, for-each: 1..10000}}
  b: {parameters: {}, operation: {template: c, for-each: 1..10000}}
  c: {parameters: {}, operation: {name: x, script: y, for-each: 1..10000}}
operations: [{template: a}]
";
    let found = codes(&with(text));
    assert!(found.iter().any(|(code, ..)| *code == Code::DocumentTooLarge), "{found:?}");
    let long = format!(
        "templates: {{a: {{name: 'a{{0}}', script: '{}'}}}}\noperations: [{{template: a, for-each: 1..9999}}]",
        "x".repeat(20_000)
    );
    let found = codes(&with(&long));
    assert!(found.iter().any(|(code, ..)| *code == Code::DocumentTooLarge), "{found:?}");
    let text = "operations: [{name: a, script: x, for-each: [1], description: \"{% for a in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }}{% endfor %}\"}]";
    assert!(with(text).has_errors());
}

proptest! {
    #[test]
    fn any_template_is_expanded_or_refused(
        name in "([a-z]|\\{\\{|\\}\\}|\\{0\\}|\\{%|%\\}| item| index|\\||\\.|'|\\(){0,12}",
        each in "(nodes|1\\.\\.3|item|\\[|\\]|\\||range\\(3\\)|'|\\.){0,4}",
        when in "(nodes|==|1|and|not| |\\(|\\)|item|true){0,6}",
    ) {
        let op = json!({"name": name, "for-each": each, "when": when, "script": "{{ x }}", "template": "t", "with": {"p": name}});
        let lab = json!({
            "name": "x", "nodes": [{"name": "n"}],
            "templates": {"t": {"parameters": {"p": null}, "operation": {"name": name, "script": "{{ x }}", "when": when}}},
            "operations": [op, {"name": name, "for-each": each, "when": when, "script": "{{ x }}"}],
        });
        let reading = read(lab.to_string().as_bytes(), &ReadOptions::default());
        prop_assert!(reading.lab.is_some() != reading.has_errors());
        for op in reading.lab.iter().flat_map(|lab| &lab.operations) {
            let is_kept = matches!(&op.script, Some(Script::Inline { text, .. }) if text == "{{ x }}");
            prop_assert!(is_kept);
        }
    }
}
