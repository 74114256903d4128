//! A lab as a handle of the built library: it is opened once, described, and plans are compiled of it.

#![allow(clippy::unwrap_used, unused_unsafe)]

#[macro_use]
mod library;

use labrunner_native::reply::LabReply;
use library::*;
use serde_json::{Value, json};

const LAB: &[u8] = b"name: Web
settings: { orchestration-mode: custom, custom-order: [docs, web, image] }
operations:
  - { id: img, name: image, script: x }
  - { name: docs, script: x }
  - { name: web, dependencies: [img], provider: process, command: lab-web, environment: { OWN: file } }
dependencies:
  resource-conflicts: [{ operations: [image, docs], reason: shared }]
";

fn open(data: &[u8], options: &Value) -> Result<u64, Value> {
    let options = options.to_string();
    let call = export!("lab_open", fn(*const u8, u64, *const u8, u64) -> LabReply);
    number(unsafe { call(data.as_ptr(), data.len() as u64, options.as_ptr(), options.len() as u64) })
}

fn describe_lab(lab: u64) -> Result<Value, Value> {
    document(unsafe { export!("lab_describe", fn(u64) -> LabReply)(lab) })
}

fn plan_of(lab: u64, options: &Value) -> Result<u64, Value> {
    let options = options.to_string();
    let call = export!("lab_plan_compile_lab", fn(u64, *const u8, u64) -> LabReply);
    number(unsafe { call(lab, options.as_ptr(), options.len() as u64) })
}

fn selected(plan: u64) -> Result<Value, Value> {
    document(unsafe { export!("lab_plan_selected", fn(u64) -> LabReply)(plan) })
}

fn describe(plan: u64) -> Result<Value, Value> {
    document(unsafe { export!("lab_plan_describe", fn(u64) -> LabReply)(plan) })
}

#[test]
fn a_lab_is_opened_once_and_plans_are_made_of_it() {
    let lab = open(LAB, &json!({ "path": "/labs/web.yaml" })).unwrap();
    let described = describe_lab(lab).unwrap();
    assert_eq!((&described["name"], &described["lab"]["name"]), (&json!("Web"), &json!("Web")));
    assert_eq!(described["diagnostics"], json!([]));
    let all = plan_of(lab, &json!({})).unwrap();
    assert_eq!(selected(all).unwrap(), Value::Null);
    let order = &describe(all).unwrap()["order"];
    assert_eq!(*order, json!(["docs", "image", "web"]), "the lab's own order");

    let options = json!({
        "selection": { "target": ["we?"] },
        "programs": { "environment": { "OWN": "session", "NEW": null }, "working_directory": "/labs", "timeout_ms": 5000 },
    });
    let part = plan_of(lab, &options).unwrap();
    let left = selected(part).unwrap();
    assert_eq!(left["operations"], json!([0, 2]));
    assert_eq!(
        left["left_out"],
        json!([{ "name": "docs", "kind": "not-selected", "message": "it is not selected" }])
    );
    let web = &describe(part).unwrap()["operations"][1];
    assert_eq!((&web["name"], &web["timeout_ms"]), (&json!("web"), &json!(5000)));
    let work = &web["definition"]["work"];
    assert_eq!(work["environment"], json!({ "NEW": null, "OWN": "file" }));
    assert_eq!(work["working_directory"], "/labs");
    // What one plan was completed with is not in the lab.
    let again = describe(plan_of(lab, &json!({})).unwrap()).unwrap();
    assert_eq!(again["operations"][2]["definition"]["work"]["environment"], json!({ "OWN": "file" }));

    // Plans stay when the lab goes, and each is released by itself.
    release(lab).unwrap();
    assert_eq!(describe(part).unwrap()["operations"].as_array().unwrap().len(), 2);
    assert_eq!(plan_of(lab, &json!({})).unwrap_err()["id"], "LabRunner.InvalidHandle");
    release(all).unwrap();
    release(part).unwrap();
}

#[test]
fn a_run_of_a_part_of_a_lab_writes_down_what_was_left_out() {
    let root = tempfile::tempdir().unwrap();
    let lab = open(b"name: x\noperations: [{name: a, script: s}, {name: b, dependencies: [a], script: s}, {name: c, script: s}]", &json!({})).unwrap();
    let plan = plan_of(lab, &json!({ "selection": { "exclude": ["a"] } })).unwrap();
    let options = json!({ "name": "x", "max_concurrency": 1, "journal": true, "root": root.path() });
    let run = start(plan, &options).unwrap();
    let ticket = take(run, 1, WAIT);
    assert_eq!(complete(run, ticket.operation, ticket.attempt, b""), Ok(0));
    assert_eq!(take(run, 1, WAIT).state, labrunner_native::reply::LabTicket::OVER);
    let result = result(run).unwrap();
    assert_eq!(result["status"], "PartiallySucceeded");
    let left: Vec<_> =
        result["left_out"].as_array().unwrap().iter().map(|left| left["kind"].as_str().unwrap()).collect();
    assert_eq!(left, ["excluded", "dependency"]);
    release(run).unwrap();
    // It is the plan's to say.
    let told = json!({ "max_concurrency": 1, "left_out": [] });
    assert_eq!(start(plan, &told).unwrap_err()["id"], "LabRunner.MalformedOptions");
}

#[test]
fn a_lab_with_faults_has_a_handle_and_no_plan() {
    let lab = open(
        b"name: odd\noperations: [{name: a, script: x, dependencies: [b]}]",
        &json!({ "path": "odd.yaml" }),
    )
    .unwrap();
    let described = describe_lab(lab).unwrap();
    assert_eq!((&described["name"], &described["lab"]), (&json!("odd"), &Value::Null));
    assert_eq!(described["unsound"].as_array().unwrap().len(), 1);
    let fault = plan_of(lab, &json!({})).unwrap_err();
    assert_eq!(fault["id"], "LabRunner.UnknownDependency");
    assert!(fault["message"].as_str().unwrap().starts_with("odd.yaml:2:"), "{fault}");
    release(lab).unwrap();
}

#[test]
fn what_cannot_be_selected_is_a_fault_of_labs_and_of_requests() {
    let lab = open(LAB, &json!({})).unwrap();
    for (selection, id) in [
        (json!({ "target": ["wbe"] }), "LabRunner.UnknownOperation"),
        (json!({ "only": ["x*"] }), "LabRunner.UnknownOperation"),
        (json!({ "only": ["web["] }), "LabRunner.InvalidPattern"),
        (json!({ "exclude": ["*"] }), "LabRunner.EmptyPlan"),
        (json!({ "target": ["web"], "only": ["web"] }), "LabRunner.InvalidValue"),
        (json!({ "skip_dependencies": true }), "LabRunner.InvalidValue"),
        (json!({ "tarjet": ["web"] }), "LabRunner.MalformedPlan"),
    ] {
        let fault = plan_of(lab, &json!({ "selection": selection })).unwrap_err();
        assert_eq!(fault["id"], id, "{selection}");
        let mut request = scripts(&[("web", &[]), ("docs", &[])]);
        request["selection"] = selection.clone();
        assert_eq!(compile(&request).unwrap_err()["id"], id, "{selection}");
    }
    let mut request = scripts(&[("web", &["docs"]), ("docs", &[]), ("other", &[])]);
    request["selection"] = json!({ "target": ["web"] });
    let plan = compile(&request).unwrap();
    assert_eq!(selected(plan).unwrap()["operations"], json!([0, 1]));
    release(plan).unwrap();
    release(lab).unwrap();
}

#[test]
fn handles_of_another_kind_are_not_labs_and_labs_are_nothing_else() {
    let lab = open(LAB, &json!({})).unwrap();
    let plan = plan_of(lab, &json!({})).unwrap();
    let released = open(LAB, &json!({})).unwrap();
    release(released).unwrap();
    for bad in [0, u64::MAX, released, plan] {
        assert_eq!(describe_lab(bad).unwrap_err()["id"], "LabRunner.InvalidHandle");
        assert_eq!(plan_of(bad, &json!({})).unwrap_err()["id"], "LabRunner.InvalidHandle");
    }
    for bad in [0, u64::MAX, released, lab] {
        assert_eq!(selected(bad).unwrap_err()["id"], "LabRunner.InvalidHandle");
        assert_eq!(describe(bad).unwrap_err()["id"], "LabRunner.InvalidHandle");
    }
    assert_eq!(open(LAB, &json!({ "paht": "x" })).unwrap_err()["id"], "LabRunner.MalformedReadOptions");
    release(plan).unwrap();
    release(lab).unwrap();
}
