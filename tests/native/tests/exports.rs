//! Calls every export of the built library the way a foreign host does, with good and with bad
//! input. Bad input gives a fault each time; a crash would end this process and fail the suite.

// The macro that looks an export up is unsafe inside and often used inside `unsafe`.
#![allow(clippy::unwrap_used, unused_unsafe)]

#[macro_use]
mod library;

use labrunner_native::reply::{LabReply, LabTicket};
use libloading::Symbol;
use library::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::ptr;

#[test]
fn the_interface_has_a_version_that_needs_no_document() {
    let version = unsafe { export!("lab_abi_version", fn() -> u32)() };
    assert_eq!(version, labrunner_native::ABI_VERSION);
    let document = document(unsafe { export!("lab_version", fn() -> LabReply)() }).unwrap();
    assert_eq!(document["abi"], version);
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
}

fn preview(plan: u64, options: &str) -> Result<Value, Value> {
    let call = export!("lab_plan_preview", fn(u64, *const u8, u64) -> LabReply);
    document(unsafe { call(plan, options.as_ptr(), options.len() as u64) })
}

#[test]
fn a_preview_tells_when_everything_starts() {
    let mut request = scripts(&[("a", &[]), ("b", &["a"]), ("c", &[])]);
    for (index, ms) in [200, 300, 100].into_iter().enumerate() {
        request["operations"][index]["estimate_ms"] = json!(ms);
    }
    let plan = compile(&request).unwrap();
    let seen = preview(plan, r#"{"max_concurrency":2}"#).unwrap();
    assert_eq!((&seen["makespan_ms"], &seen["shortest_makespan_ms"]), (&json!(500), &json!(500)));
    assert_eq!(seen["critical_path"], json!(["a", "b"]));
    assert_eq!(seen["operations"][1]["start_ms"], 200);
    assert_eq!(seen["operations"][2]["slack_ms"], 400);
    assert_eq!(seen["operations"][2]["estimate"], json!({ "ms": 100, "source": "declared" }));
    assert_eq!(seen["resources"][0]["steps"], json!([[0, 2], [100, 1], [500, 0]]));
    let refused = preview(plan, r#"{"max_concurrency":0}"#).unwrap_err();
    assert_eq!(refused["code"], "LR0303");
    assert_eq!(preview(plan + 77, r#"{"max_concurrency":2}"#).unwrap_err()["code"], "LR0901");
    release(plan).unwrap();
}

#[test]
fn a_run_goes_from_plan_to_result() {
    let run = run_of(&[("a", &[]), ("b", &["a"])]);
    let ticket = take(run, 1, WAIT);
    assert_eq!((ticket.state, ticket.operation, ticket.attempt), (LabTicket::WORK, 0, 1));
    let next = {
        let call =
            export!("lab_run_complete_and_take", fn(u64, u32, u32, *const u8, u64, u32, u32) -> LabTicket);
        unsafe { call(run, 0, 1, ptr::null(), 0, 1, WAIT) }
    };
    assert_eq!((next.state, next.operation, next.stale), (LabTicket::WORK, 1, 0));
    let outcome = br#"{"status":"failed","error":{"id":"x","category":"NotSpecified","message":"no"}}"#;
    assert_eq!(complete(run, 1, 1, outcome), Ok(0));
    assert_eq!(take(run, 1, WAIT).state, LabTicket::OVER);
    let result = result(run).unwrap();
    assert_eq!(result["status"], "Failed");
    assert_eq!(result["operations"][1]["error"]["message"], "no");
    assert_eq!(complete(run, 1, 1, b""), Ok(1), "a second answer is stale");
    release(run).unwrap();
}

#[test]
fn free_slots_can_be_lent_to_another_run_and_come_back() {
    let lend = |run, most| number(unsafe { export!("lab_run_lend", fn(u64, u32) -> LabReply)(run, most) });
    let take_back =
        |run, slots| number(unsafe { export!("lab_run_take_back", fn(u64, u32) -> LabReply)(run, slots) });
    let resize =
        |run, slots| number(unsafe { export!("lab_run_resize", fn(u64, u32) -> LabReply)(run, slots) });
    let run = run_of(&[("a", &[]), ("b", &["a"]), ("c", &["a"])]);
    assert_eq!(take(run, 1, WAIT).operation, 0);
    assert_eq!(lend(run, 5), Ok(1), "of two slots one is free");
    assert_eq!(complete(run, 0, 1, b""), Ok(0));
    assert_eq!(take(run, 1, WAIT).operation, 1);
    assert_eq!(take(run, 2, 0).state, LabTicket::IDLE);
    assert_eq!(take_back(run, 1), Ok(0));
    assert_eq!(take(run, 2, WAIT).operation, 2);
    let hold =
        |run, held| number(unsafe { export!("lab_run_hold_output", fn(u64, u32) -> LabReply)(run, held) });
    assert_eq!((hold(run, 1), hold(run, 0)), (Ok(0), Ok(0)));
    assert_eq!(hold(0, 1).unwrap_err()["id"], "LabRunner.InvalidHandle");
    assert_eq!(resize(run, 0), Ok(0));
    assert_eq!(lend(run, 1), Ok(0));
    for refused in [lend(0, 1), take_back(0, 1), resize(0, 1)] {
        assert_eq!(refused.unwrap_err()["id"], "LabRunner.InvalidHandle");
    }
    release(run).unwrap();
}

#[test]
fn a_plan_describes_itself() {
    let plan = compile(&scripts(&[("a", &[]), ("b", &["a"])])).unwrap();
    let description = document(unsafe { export!("lab_plan_describe", fn(u64) -> LabReply)(plan) }).unwrap();
    assert_eq!(description["critical_path"], json!(["a", "b"]));
    release(plan).unwrap();
}

#[test]
fn what_waits_says_why() {
    let run = run_of(&[("first", &[]), ("second", &["first"])]);
    let explain = export!("lab_run_explain", fn(u64, u32) -> LabReply);
    let why = document(unsafe { explain(run, 1) }).unwrap();
    assert_eq!(why["reason"], "it waits for 'first'");
    assert_eq!(document(unsafe { explain(run, 9) }).unwrap_err()["id"], "LabRunner.InvalidValue");
    let active = document(unsafe { export!("lab_active", fn() -> LabReply)() }).unwrap();
    let this = active.as_array().unwrap().iter().find(|entry| entry["run"] == run).unwrap();
    assert_eq!(this["operations"].as_array().unwrap().len(), 2);
    cancel(run, 1).unwrap();
    release(run).unwrap();
}

#[test]
fn events_of_a_run_arrive_and_a_wake_ends_the_wait() {
    let run = run_of(&[("a", &[])]);
    cancel(run, 0).unwrap();
    let events = export!("lab_events", fn(u32) -> LabReply);
    let wake = export!("lab_events_wake", fn() -> LabReply);
    // Other tests read the same queue: what must arrive is an answer, to every call.
    let waiting = std::thread::spawn(move || document(unsafe { events(u32::MAX) }).unwrap());
    number(unsafe { wake() }).unwrap();
    assert!(waiting.join().unwrap().is_array());
    release(run).unwrap();
}

#[test]
fn a_worker_that_waits_can_be_woken() {
    let run = run_of(&[("a", &[]), ("b", &["a"])]);
    assert_eq!(take(run, 1, WAIT).state, LabTicket::WORK);
    let waiting = std::thread::spawn(move || take(run, 2, u32::MAX).state);
    number(unsafe { export!("lab_run_wake", fn(u64, u32) -> LabReply)(run, 2) }).unwrap();
    assert_eq!(waiting.join().unwrap(), LabTicket::WOKEN);
    assert_eq!(take(run, 3, 0).state, LabTicket::IDLE);
    cancel(run, 1).unwrap();
    release(run).unwrap();
}

#[test]
fn every_call_with_a_handle_refuses_none_a_released_one_and_one_of_another_kind() {
    let plan = compile(&scripts(&[("a", &[])])).unwrap();
    let run = run_of(&[("a", &[])]);
    let released = compile(&scripts(&[("a", &[])])).unwrap();
    release(released).unwrap();
    let describe = export!("lab_plan_describe", fn(u64) -> LabReply);
    for bad in [0, u64::MAX, released, run] {
        assert_eq!(document(unsafe { describe(bad) }).unwrap_err()["id"], "LabRunner.InvalidHandle");
        assert_eq!(
            start(bad, &json!({ "max_concurrency": 1 })).unwrap_err()["id"],
            "LabRunner.InvalidHandle"
        );
    }
    for bad in [0, u64::MAX, released, plan] {
        assert_eq!(fault_of(take(bad, 1, WAIT))["id"], "LabRunner.InvalidHandle");
        assert_eq!(complete(bad, 0, 1, b"").unwrap_err()["id"], "LabRunner.InvalidHandle");
        assert_eq!(cancel(bad, 0).unwrap_err()["id"], "LabRunner.InvalidHandle");
        assert_eq!(result(bad).unwrap_err()["id"], "LabRunner.InvalidHandle");
        let explain = export!("lab_run_explain", fn(u64, u32) -> LabReply);
        assert_eq!(document(unsafe { explain(bad, 0) }).unwrap_err()["id"], "LabRunner.InvalidHandle");
        let wake = export!("lab_run_wake", fn(u64, u32) -> LabReply);
        assert_eq!(number(unsafe { wake(bad, 1) }).unwrap_err()["id"], "LabRunner.InvalidHandle");
        let both =
            export!("lab_run_complete_and_take", fn(u64, u32, u32, *const u8, u64, u32, u32) -> LabTicket);
        assert_eq!(
            fault_of(unsafe { both(bad, 0, 1, ptr::null(), 0, 1, 0) })["id"],
            "LabRunner.InvalidHandle"
        );
        let fetch = export!("lab_document", fn(u64, *mut u8, u64) -> LabReply);
        assert_eq!(
            number(unsafe { fetch(bad, ptr::null_mut(), 0) }).unwrap_err()["id"],
            "LabRunner.InvalidHandle"
        );
    }
    cancel(run, 1).unwrap();
    release(run).unwrap();
    release(plan).unwrap();
}

#[test]
fn a_second_release_is_a_fault() {
    let plan = compile(&scripts(&[("a", &[])])).unwrap();
    release(plan).unwrap();
    assert_eq!(release(plan).unwrap_err()["id"], "LabRunner.InvalidHandle");
}

#[test]
fn releasing_a_run_in_use_ends_it_for_its_waiting_workers() {
    let run = run_of(&[("a", &[]), ("b", &["a"])]);
    assert_eq!(take(run, 1, WAIT).state, LabTicket::WORK);
    let waiting = std::thread::spawn(move || take(run, 2, WAIT).state);
    // The other worker either waits inside by now, and is released, or finds the handle gone.
    release(run).unwrap();
    assert!([LabTicket::OVER, LabTicket::FAULT].contains(&waiting.join().unwrap()));
}

#[test]
fn a_null_pointer_with_a_length_and_an_impossible_length_are_faults() {
    for name in ["lab_plan_compile", "lab_history", "lab_run_find"] {
        let null = with_bytes(name, b"", |call, _, _| unsafe { call(ptr::null(), 10) });
        assert_eq!(number(null).unwrap_err()["id"], "LabRunner.NullArgument");
        let huge = with_bytes(name, b"{}", |call, data, _| unsafe { call(data, u64::MAX) });
        assert_eq!(number(huge).unwrap_err()["id"], "LabRunner.DocumentTooLarge");
    }
    let read = export!("lab_read", fn(*const u8, u64, *const u8, u64) -> LabReply);
    assert_eq!(
        number(unsafe { read(ptr::null(), 1, b"{}".as_ptr(), 2) }).unwrap_err()["id"],
        "LabRunner.NullArgument"
    );
    assert_eq!(
        number(unsafe { read(b"{}".as_ptr(), 2, ptr::null(), 1) }).unwrap_err()["id"],
        "LabRunner.NullArgument"
    );
}

#[test]
fn a_lab_is_read_by_its_path_for_an_environment_and_written_again() {
    let call = |name: &str, data: &[u8], options: &Value| {
        // SAFETY: both functions have this signature.
        let symbol: Symbol<'_, unsafe extern "C-unwind" fn(*const u8, u64, *const u8, u64) -> LabReply> =
            unsafe { library().get(name.as_bytes()) }.unwrap();
        let options = options.to_string();
        document(unsafe { symbol(data.as_ptr(), data.len() as u64, options.as_ptr(), options.len() as u64) })
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lab.yaml");
    let text = "name: ${LAB}  # its name\noperations:\n  - name: a\n    script: x\n    parameters:\n      P: secret://p\nenvironments:\n  dev:\n    version: 2\n";
    std::fs::write(&path, text).unwrap();
    let options = json!({ "path": path, "open": true, "environment": "dev", "variables": {"LAB": "mine"}, "explain": true });
    let reading = call("lab_read", b"", &options).unwrap();
    assert_eq!(reading["lab"]["name"], "mine");
    assert_eq!(reading["lab"]["environment"], "dev");
    assert_eq!(reading["lab"]["secrets"][0]["path"], "parameters.P");
    assert_eq!(reading["document"]["version"], 2);
    assert_eq!(reading["files"], json!([path]));
    let origins = reading["origins"].as_array().unwrap();
    let name = origins.iter().find(|origin| origin["path"] == "name").unwrap();
    assert_eq!((&name["at"]["line"], &name["written"]), (&json!(1), &json!("${LAB}")));
    let written =
        call("lab_export", b"", &json!({ "to": "yaml", "source": { "path": path, "open": true } })).unwrap();
    assert_eq!(written["text"], text);
    let missing = folder.path().join("nowhere.yaml");
    let reading = call("lab_read", b"", &json!({ "path": missing, "open": true })).unwrap();
    assert_eq!(reading["diagnostics"][0]["id"], "LabRunner.FileUnreadable");
    let wrong = |name, options| call(name, b"{}", &options).unwrap_err()["id"].clone();
    assert_eq!(wrong("lab_export", json!({ "to": "toml" })), "LabRunner.MalformedExportOptions");
    assert_eq!(wrong("lab_read", json!({ "paht": "x" })), "LabRunner.MalformedReadOptions");
}

#[test]
fn a_strict_reading_refuses_every_unknown_key() {
    let read = |strict: bool| {
        let text = b"name: x\nregion: eu\noperations: [{name: a, script: y}]";
        let options = json!({ "strict": strict }).to_string();
        let read = export!("lab_read", fn(*const u8, u64, *const u8, u64) -> LabReply);
        let reply = unsafe { read(text.as_ptr(), text.len() as u64, options.as_ptr(), options.len() as u64) };
        document(reply).unwrap()["diagnostics"].clone()
    };
    assert_eq!(
        (&read(false)[0]["id"], &read(false)[0]["severity"]),
        (&json!("LabRunner.UnknownKey"), &json!("warning"))
    );
    assert_eq!(read(true)[0]["severity"], "error");
}

#[test]
fn near_words_are_found_by_the_rule_of_files() {
    let nearest = |query: &str| {
        let call = export!("lab_nearest", fn(*const u8, u64) -> LabReply);
        document(unsafe { call(query.as_ptr(), query.len() as u64) })
    };
    let near =
        nearest(r#"{"kind":"key","unknown":["Dependancies","Region"],"known":["Name","Dependencies"]}"#)
            .unwrap();
    assert_eq!(near, json!({ "near": ["Dependencies", null] }));
    let near = nearest(r#"{"kind":"name","unknown":["dev"],"known":["Devel","prod"]}"#).unwrap();
    assert_eq!(near, json!({ "near": ["Devel"] }));
    assert_eq!(nearest("{}").unwrap_err()["id"], "LabRunner.MalformedNearQuery");
}

#[test]
fn what_is_not_utf8_or_not_json_or_not_the_shape_is_a_fault() {
    assert_eq!(compile_bytes(b"\xff\xfe{").unwrap_err()["id"], "LabRunner.NotUtf8");
    for bytes in [&b"{"[..], b"", b"[]", b"null", br#"{"operations":[{"nam":"x"}]}"#] {
        assert_eq!(compile_bytes(bytes).unwrap_err()["id"], "LabRunner.MalformedPlan", "{bytes:?}");
    }
    let plan = compile(&scripts(&[("a", &[])])).unwrap();
    for options in [json!({}), json!({ "max_concurrency": 0 }), json!({ "max_concurrency": 1, "oops": 1 })] {
        assert_eq!(start(plan, &options).unwrap_err()["id"], "LabRunner.MalformedOptions", "{options}");
    }
    for name in ["lab_history", "lab_run_find"] {
        let query = with_bytes(name, br#"{"nmae":"x"}"#, |call, data, length| unsafe { call(data, length) });
        assert_eq!(document(query).unwrap_err()["id"], "LabRunner.MalformedQuery");
    }
    let run = start(plan, &json!({ "max_concurrency": 1 })).unwrap();
    assert_eq!(complete(run, 0, 1, b"{\xff").unwrap_err()["id"], "LabRunner.MalformedOptions");
    assert_eq!(cancel(run, 9).unwrap_err()["id"], "LabRunner.InvalidValue");
    cancel(run, 0).unwrap();
    release(run).unwrap();
    release(plan).unwrap();
}

#[test]
fn a_run_is_found_previewed_and_resumed() {
    let root = tempfile::tempdir().unwrap();
    let plan = compile(&scripts(&[("a", &[]), ("b", &["a"])])).unwrap();
    let options = json!({ "name": "lab", "max_concurrency": 1, "journal": true, "root": root.path() });
    let run = start(plan, &options).unwrap();
    assert_eq!(take(run, 1, WAIT).state, LabTicket::WORK);
    complete(run, 0, 1, b"").unwrap();
    assert_eq!(take(run, 1, WAIT).state, LabTicket::WORK);
    complete(run, 1, 1, br#"{"status":"failed"}"#).unwrap();
    let first = result(run).unwrap();
    release(run).unwrap();
    let query = json!({ "root": root.path(), "id": first["run"] }).to_string();
    let found =
        with_bytes("lab_run_find", query.as_bytes(), |call, data, length| unsafe { call(data, length) });
    let found = document(found).unwrap();
    assert_eq!((&found["run"], &found["status"]), (&first["run"], &json!("Failed")));
    assert_eq!(found["operations"], json!(["a", "b"]));
    let mut resume = options.clone();
    let preview = |options: &serde_json::Value| {
        let call = export!("lab_resume_preview", fn(u64, *const u8, u64) -> LabReply);
        let bytes = options.to_string().into_bytes();
        document(unsafe { call(plan, bytes.as_ptr(), bytes.len() as u64) })
    };
    assert_eq!(preview(&resume).unwrap_err()["id"], "LabRunner.MalformedOptions", "it names no run");
    resume["resume"] = json!({ "directory": found["directory"] });
    let said = preview(&resume).unwrap();
    let actions: Vec<_> =
        said["operations"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert_eq!(actions, ["keep", "rerun"]);
    let run = start(plan, &resume).unwrap();
    assert_eq!(take(run, 1, WAIT).operation, 1, "a is kept");
    complete(run, 1, 1, b"").unwrap();
    let second = result(run).unwrap();
    assert_eq!(
        (&second["status"], &second["operations"][0]["kept_from"]),
        (&json!("Succeeded"), &first["run"])
    );
    release(run).unwrap();
    assert_eq!(start(plan, &resume).unwrap_err()["id"], "LabRunner.RunResumed");
    release(plan).unwrap();
}

#[test]
fn faults_of_a_plan_come_with_all_findings() {
    let fault = compile(&scripts(&[("a", &["b"]), ("b", &["a"]), ("a", &[])])).unwrap_err();
    let ids: Vec<&str> =
        fault["diagnostics"].as_array().unwrap().iter().map(|found| found["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["LabRunner.DuplicateName", "LabRunner.CyclicDependency"]);
}

#[test]
fn a_document_that_does_not_fit_is_kept() {
    let reply = unsafe { export!("lab_machine", fn() -> LabReply)() };
    let mut small = [0u8; 1];
    let fetch = export!("lab_document", fn(u64, *mut u8, u64) -> LabReply);
    let refused = unsafe { fetch(reply.content, small.as_mut_ptr(), 1) };
    assert_eq!(number(refused).unwrap_err()["id"], "LabRunner.InvalidValue");
    assert!(document(reply).unwrap()["logical_cpus"].as_u64().unwrap() >= 1);
}

#[test]
fn a_panic_inside_is_a_fault_outside() {
    let check = export!("lab_selfcheck", fn(u32) -> LabReply);
    let fault = document(unsafe { check(1) }).unwrap_err();
    assert_eq!(fault["id"], "LabRunner.InternalError");
    assert!(fault["message"].as_str().unwrap().contains("a panic that was asked for"));
    assert_eq!(document(unsafe { check(0) }).unwrap()["runtime"], "ok");
}

#[test]
fn a_defect_of_the_scheduler_ends_the_run_and_is_named() {
    let run = run_of(&[("a", &[]), ("b", &["a"])]);
    let show = export!("lab_selfcheck_defect", fn(u64) -> LabReply);
    let ticket = take(run, 1, 1_000);
    assert_eq!(ticket.operation, 0);
    let waiting = std::thread::spawn(move || take(run, 2, 60_000).state);
    number(unsafe { show(run) }).unwrap();
    assert_eq!(waiting.join().unwrap(), LabTicket::OVER, "no worker waits any longer");
    let result = document(unsafe { export!("lab_run_result", fn(u64) -> LabReply)(run) }).unwrap();
    assert_eq!(result["status"], "Failed");
    assert_eq!(result["defect"], "operation 0 is Running, where Activate must not happen");
    assert_eq!(complete(run, 0, ticket.attempt, b""), Ok(0), "and changes nothing");
    release(run).unwrap();
    assert_eq!(number(unsafe { show(run) }).unwrap_err()["id"], "LabRunner.InvalidHandle");
}

#[test]
fn a_large_plan_crosses() {
    let operations: Vec<Value> = (0..50_000)
        .map(|i| json!({ "name": format!("operation-{i}"), "work": { "kind": "script" } }))
        .collect();
    let plan = compile(&json!({ "operations": operations })).unwrap();
    release(plan).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn no_bytes_crash_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = compile_bytes(&bytes).map(release);
        let read = export!("lab_read", fn(*const u8, u64, *const u8, u64) -> LabReply);
        let reading = document(unsafe { read(bytes.as_ptr(), bytes.len() as u64, b"{}".as_ptr(), 2) });
        prop_assert!(reading.is_ok());
    }
}
