//! What a lab file can say about when, how often and beside what its operations run.

use super::lab::model::Script;
use super::tests::{codes, dependencies, fixture, lab, only, with_operation, yaml};
use super::*;
use crate::error::Code;
use crate::operation::{
    Backoff, FailureStrategy, LockMode, Needs, Operation, PlanRequest, ProcessMode, RetryPolicy, Trigger,
    Work,
};
use crate::plan::Plan;
use model::LabOperation;
use std::collections::BTreeMap;

/// A script operation with this line, beside two others and in a lab with some pools.
fn line(line: &str) -> Reading {
    let body: String = line.lines().map(|line| format!("    {line}\n")).collect();
    yaml(&format!(
        "name: lab\noperations:\n  - name: op\n    script: x\n{body}  - {{name: a, script: x}}\n  - {{name: b, script: x}}\npools: {{licenses: 9, ports: 9, a: 9, b: 9}}\n"
    ))
}

fn read_one(text: &str) -> LabOperation {
    let reading = line(text);
    assert_eq!(reading.diagnostics, [], "{text}");
    lab(reading).operations.remove(0)
}

fn operation(text: &str) -> Operation {
    read_one(text).operation
}

fn needs(text: &str) -> Needs {
    *operation(text).needs.unwrap()
}

fn with_settings(settings: &str, operation: &str) -> Reading {
    yaml(&format!("name: x\nsettings: {{{settings}}}\noperations: [{{name: a, script: x{operation}}}]"))
}

fn units(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|&(name, units)| (name.to_owned(), units)).collect()
}

#[test]
fn retries_in_short() {
    for text in [
        "retry-count: 2\nretry-delay: 30",
        "RetryCount: 2\nRetryDelay: 30s",
        "retryCount: 2\nretry_delay: 0.5m",
    ] {
        let policy = RetryPolicy { count: 2, delay_ms: 30_000, ..RetryPolicy::default() };
        assert_eq!(operation(text).retry.as_deref(), Some(&policy), "{text}");
    }
    assert_eq!(*operation("retry-count: 0").retry.unwrap(), RetryPolicy::default());
    assert_eq!(operation("retry-count: 1\nretry-delay: 0s").retry.unwrap().delay_ms, 0);
    assert_eq!(operation("priority: 1").retry, None);
    let alone = only(line("retry-delay: 5"), Code::MissingKey);
    assert_eq!(alone.message, "Operation 'op': 'retry-delay' does not say how often it is retried.");
    assert_eq!(alone.snippet.as_deref(), Some("    retry-delay: 5\n    ^^^^^^^^^^^"));
    only(line("retry-count: '2'"), Code::WrongType);
    only(line("retry-count: -1"), Code::InvalidValue);
    only(line("retry-count: 1001"), Code::InvalidValue);
    only(line("retry-count: 2\nretry-delay: soon"), Code::InvalidQuantity);
    only(line("retry-count: 2\nretry-delay: 25h"), Code::InvalidQuantity);
    only(line("retry-count: 2\nretry-delay: [5]"), Code::WrongType);
}

#[test]
fn retries_in_full() {
    let text = "retry: {count: 4, delay: 2s, backoff: Exponential, max-delay: 1m, jitter: true, retry-on: [timed out, 503], stop-on: fatal}";
    let policy = RetryPolicy {
        count: 4,
        delay_ms: 2_000,
        backoff: Backoff::Exponential,
        max_delay_ms: Some(60_000),
        jitter: true,
        retry_on: vec!["timed out".into(), "503".into()],
        stop_on: vec!["fatal".into()],
    };
    assert_eq!(*operation(text).retry.unwrap(), policy);
    let pascal =
        text.replace("max-delay", "MaxDelay").replace("retry-on", "RetryOn").replace("stop-on", "stop_on");
    assert_eq!(*operation(&pascal).retry.unwrap(), policy);
    let both = only(line("retry: {count: 2}\nretry-delay: 5"), Code::InvalidValue);
    assert_eq!(both.message, "Operation 'op': both 'retry-delay' and 'retry' say how it is retried.");
    assert_eq!(both.at.unwrap().line, 6);
    only(line("retry: 3"), Code::WrongType);
    only(line("retry: {delay: 3}"), Code::MissingKey);
    only(line("retry: {count: x}"), Code::WrongType);
    only(line("retry: {count: 1, backoff: linear}"), Code::InvalidValue);
    only(line("retry: {count: 1, jitter: 5}"), Code::WrongType);
    only(line("retry: {count: 1, attempts: 5}"), Code::UnknownKey);
    only(line("retry: {count: 1, retry-on: {a: b}}"), Code::WrongType);
    let pattern = only(line("retry: {count: 1, retry-on: [ok, '(']}"), Code::InvalidPattern);
    assert_eq!(pattern.at.unwrap().column, 38);
    only(line("retry: {count: 1, stop-on: ' '}"), Code::InvalidPattern);
}

#[test]
fn what_an_operation_leaves_open_about_retries_is_as_in_the_settings() {
    let settings = "retry: {count: 3, delay: 30, backoff: exponential}";
    let lab = lab(with_settings(settings, ", retry-count: 1"));
    let own = lab.operations[0].operation.retry.as_deref();
    let policy = |count| RetryPolicy {
        count,
        delay_ms: 30_000,
        backoff: Backoff::Exponential,
        ..RetryPolicy::default()
    };
    assert_eq!((own, lab.settings.retry), (Some(&policy(1)), Some(policy(3))));
}

#[test]
fn settings_for_retries() {
    let retry = |settings: &str| lab(with_settings(settings, "")).settings.retry;
    let policy = |count, delay_ms| Some(RetryPolicy { count, delay_ms, ..RetryPolicy::default() });
    assert_eq!(retry("retry-count: 3, RetryDelay: 30"), policy(3, 30_000));
    assert_eq!(retry("timeout: 5"), None);
    // A pause alone is for the operations that say how often.
    assert_eq!(retry("retry-delay: 30"), None);
    let lab = lab(with_settings("retry-delay: 30", ", retry-count: 2"));
    assert_eq!(lab.operations[0].operation.retry.as_deref(), policy(2, 30_000).as_ref());
    assert_eq!(retry("retry-delay: 30, failure-strategy: retry"), policy(3, 30_000));
    assert_eq!(retry("failure-strategy: retry"), None);
    only(with_settings("retry-count: many", ""), Code::WrongType);
    only(with_settings("retry-count: 1, retry: {count: 1}", ""), Code::InvalidValue);
}

#[test]
fn resources() {
    let kebab = needs("resources: {memory-gb: 1.5, cpu-percent: 25, network-mbps: 100, disk-mbps: 50}");
    let all = Needs {
        memory_mib: Some(1_536),
        cpu_percent: Some(25),
        network_mbit_s: Some(100),
        disk_mb_s: Some(50),
        ..Needs::default()
    };
    assert_eq!(kebab, all);
    assert_eq!(needs("Resources: {MemoryGB: 1.5, CPUPercent: 25, NetworkMbps: 100, DiskMbps: 50}"), all);
    let memory = |text: &str| needs(&format!("resources: {{{text}}}")).memory_mib.unwrap();
    assert_eq!(memory("memory: 4GB"), 4_096);
    assert_eq!(memory("memory: 4294967296"), 4_096);
    assert_eq!(memory("memory-mb: 300"), 300);
    assert_eq!(memory("memory-gb: 0.0001"), 1);
    assert_eq!(operation("resources: {memory-gb: 0, cpu-percent: 0}").needs, None);
    only(line("resources: {memory-gb: 1, memory: 1GB}"), Code::InvalidValue);
    only(line("resources: {memory-gb: 4GB}"), Code::WrongType);
    only(line("resources: {memory: 4}"), Code::InvalidQuantity);
    only(line("resources: {memory: lots}"), Code::InvalidQuantity);
    only(line("resources: {memory: [1]}"), Code::WrongType);
    only(line("resources: {memory-gb: -1}"), Code::InvalidValue);
    only(line("resources: {memory-gb: -0.0001}"), Code::InvalidValue);
    only(line("resources: {cpu-percent: 101}"), Code::InvalidValue);
    only(line("resources: {network-mbps: 1e12}"), Code::InvalidValue);
    only(line("resources: 4GB"), Code::WrongType);
    let unknown = only(line("resources: {memroy-gb: 1}"), Code::UnknownKey);
    assert_eq!(unknown.message, "Operation 'op': 'resources' has the unknown key 'memroy-gb'.");
}

#[test]
fn pools_and_locks() {
    assert_eq!(needs("pool: licenses").pools, units(&[("licenses", 1)]));
    assert_eq!(needs("Pool: {licenses: 2, Ports: 1}").pools, units(&[("licenses", 2), ("Ports", 1)]));
    assert_eq!(needs("pools: [licenses, {ports: 3}]").pools, units(&[("licenses", 1), ("ports", 3)]));
    only(line("pool: {licenses: 0}"), Code::InvalidValue);
    only(line("pool: {licenses: some}"), Code::WrongType);
    only(line("pool: true"), Code::WrongType);
    only(line("pools: [a, [b]]"), Code::WrongType);
    only(line("pools: [a, ' ']"), Code::MissingName);
    only(line("pools: [a, A]"), Code::DuplicateKey);
    only(line("pool: a\npools: [b]"), Code::DuplicateKey);

    let locks = |text: &str| -> Vec<(String, LockMode)> { needs(text).locks.into_iter().collect() };
    assert_eq!(locks("lock: db"), [("db".into(), LockMode::Exclusive)]);
    assert_eq!(locks("LOCK: {db: Shared}"), [("db".into(), LockMode::Shared)]);
    assert_eq!(
        locks("locks: [db, {disk: shared, net: exclusive}]"),
        [
            ("db".into(), LockMode::Exclusive),
            ("disk".into(), LockMode::Shared),
            ("net".into(), LockMode::Exclusive)
        ]
    );
    let odd = only(line("lock: {db: sharde}"), Code::InvalidValue);
    assert!(odd.advice.unwrap().starts_with("Did you mean 'shared'?"));
    only(line("lock: {db: 1.5}"), Code::InvalidValue);
    only(line("lock: {db: null}"), Code::WrongType);
    only(line("locks: [{db: shared}, db]"), Code::DuplicateKey);
}

#[test]
fn limits() {
    let limits = |settings: &str| lab(with_settings(settings, "")).settings.limits;
    let all = limits(
        "resource-limits: {max-memory-gb: 0.5, max-cpu-percent: 80, max-network-mbps: 1000, max-disk-mbps: 200}, pools: {a: 2}",
    );
    assert_eq!((all.memory_mib, all.cpu_percent), (Some(512), Some(80)));
    assert_eq!((all.network_mbit_s, all.disk_mb_s), (Some(1_000), Some(200)));
    assert_eq!(all.pools, units(&[("a", 2)]));
    assert_eq!(
        limits(
            "ResourceLimits: {MaxMemoryGB: 0.5, MaxCPUPercent: 80, MaxNetworkMbps: 1000, maxDiskMbps: 200}, Pools: {a: 2}"
        ),
        all
    );
    assert_eq!(limits("resource-limits: {max-memory: 2GB}").memory_mib, Some(2_048));
    assert!(limits("timeout: 5").is_empty());
    only(with_settings("resource-limits: {max-memory-gb: 0}", ""), Code::InvalidValue);
    only(with_settings("resource-limits: {max-cpu-percent: 400}", ""), Code::InvalidValue);
    only(with_settings("resource-limits: {max-cpu-percent: '80'}", ""), Code::WrongType);
    only(with_settings("resource-limits: [8]", ""), Code::WrongType);
    only(with_settings("resource-limits: {max-nodes: 8}", ""), Code::UnknownKey);
    only(with_settings("pools: {a: 0}", ""), Code::InvalidValue);
    only(with_settings("pools: [a]", ""), Code::WrongType);
    let top = |text: &str| yaml(&format!("name: x\n{text}\noperations: [{{name: a, script: x}}]"));
    let both = lab(top("pools: {a: 2}\nsettings: {pools: {b: 3}}"));
    assert_eq!(both.settings.limits.pools, units(&[("a", 2), ("b", 3)]));
    only(top("pools: {a: 2}\nsettings: {pools: {A: 2}}"), Code::DuplicateKey);
}

#[test]
fn triggers() {
    for (word, trigger) in [
        ("all-succeeded", Trigger::AllSucceeded),
        ("AllDone", Trigger::AllDone),
        ("any_failed", Trigger::AnyFailed),
        ("Always", Trigger::Always),
    ] {
        assert_eq!(operation(&format!("trigger: {word}")).trigger, trigger);
    }
    let odd = only(line("Trigger: allways"), Code::InvalidValue);
    assert!(odd.advice.unwrap().starts_with("Did you mean 'always'?"));
    only(line("trigger: [always]"), Code::WrongType);
}

#[test]
fn times_and_weight() {
    let read = operation("estimate: 90s\ntotal-timeout: 10\ncritical: false\nweak-dependencies: [a, b]");
    assert_eq!(
        (read.estimate_ms, read.total_timeout_ms, read.critical),
        (Some(90_000), Some(600_000), false)
    );
    assert_eq!(read.weak_dependencies, ["a", "b"]);
    assert!(operation("Critical: true").critical);
    let read = operation("Estimate: 2\nTotalTimeout: 1h\nweakDependencies: a");
    assert_eq!((read.estimate_ms, read.total_timeout_ms), (Some(120_000), Some(3_600_000)));
    assert_eq!(read.weak_dependencies, ["a"]);
    only(line("estimate: soon"), Code::InvalidQuantity);
    only(line("estimate: 300"), Code::SuspiciousTimeout);
    only(line("total-timeout: 0"), Code::InvalidQuantity);
    only(line("critical: no"), Code::WrongType);
    only(line("weak-dependencies: {a: b}"), Code::WrongType);
}

#[test]
fn isolation_of_operations_and_of_the_lab() {
    use crate::config::lab::isolation::Isolation;
    for (word, isolation) in
        [("shared", Isolation::Shared), ("Runspace", Isolation::Runspace), ("process", Isolation::Process)]
    {
        assert_eq!(read_one(&format!("isolation: {word}")).isolation, Some(isolation));
    }
    assert_eq!(read_one("priority: 1").isolation, None);
    let odd = only(line("isolation: proces"), Code::InvalidValue);
    assert!(odd.advice.unwrap().starts_with("Did you mean 'process'?"));
    let text = "name: x\nsettings: {isolation: runspace}\noperations: [{name: a, script: b}]";
    let reading = read(text.as_bytes(), &ReadOptions::default());
    assert_eq!(reading.diagnostics, []);
    assert_eq!(reading.lab.unwrap().settings.isolation, Some(Isolation::Runspace));
}

#[test]
fn a_rollback_is_a_script_or_a_program() {
    let read = read_one("parameters: {A: 1}\nrollback: |\n  # undo\n  Remove-Item x");
    assert_eq!(read.operation.compensation.as_deref(), Some(&Work::Script));
    let Some(Script::Inline { text, at }) = &read.rollback_script else { panic!() };
    assert_eq!((text.as_str(), at.line, at.column), ("# undo\nRemove-Item x\n", 7, 7));
    let read = read_one("Rollback: undo/Remove.ps1");
    assert_eq!(read.rollback_script, Some(Script::File("/labs/undo/Remove.ps1".into())));

    let read = read_one(
        "rollback: {command: ./undo, arguments: [-f, 1], environment: {A: b}, success-codes: [0, 2]}",
    );
    assert_eq!(read.rollback_script, None);
    let Some(Work::Process(spec)) = read.operation.compensation.as_deref() else { panic!() };
    assert_eq!((spec.command.as_str(), spec.mode), ("/labs/undo", ProcessMode::Task));
    assert_eq!((&spec.arguments[..], &spec.success_codes[..]), (&["-f".into(), "1".into()][..], &[0, 2][..]));
    // A program may be undone by a script, and the other way round.
    let mixed = lab(with_operation("command: make\nrollback: Remove-Item x"));
    assert_eq!(mixed.operations[0].operation.compensation.as_deref(), Some(&Work::Script));

    only(line("rollback: 5"), Code::WrongType);
    only(line("rollback: [a]"), Code::WrongType);
    only(line("rollback: ' '"), Code::MissingWork);
    only(line("rollback: {arguments: [x]}"), Code::MissingWork);
    only(line("rollback: {command: ''}"), Code::MissingWork);
    only(line("rollback: {command: x, args: y}"), Code::WrongType);
    only(line("rollback: {script: x}"), Code::InvalidValue);
    only(line("rollback: {command: x, parameters: {a: 1}}"), Code::InvalidValue);
    only(line("rollback: {command: x, mode: service}"), Code::InvalidValue);
    only(line("rollback: {provider: powershell, command: x}"), Code::InvalidValue);
    only(line("rollback: {command: x, timeout: 5}"), Code::UnknownKey);
    assert!(line("rollback: {provider: process, command: x}").lab.is_some());
}

#[test]
fn settings_for_failures_and_runs() {
    let settings = |text: &str| lab(with_settings(text, "")).settings;
    for (word, strategy) in [
        ("stop", FailureStrategy::Stop),
        ("Continue", FailureStrategy::Continue),
        ("retry", FailureStrategy::Retry),
        ("Rollback", FailureStrategy::Rollback),
    ] {
        assert_eq!(settings(&format!("failure-strategy: {word}")).failure, Some(strategy));
    }
    let run = settings("cancel-running: true, run-timeout: 90");
    assert_eq!((run.cancel_running, run.run_timeout_ms), (Some(true), Some(5_400_000)));
    let run = settings("CancelRunning: false, runTimeout: 45s");
    assert_eq!((run.cancel_running, run.run_timeout_ms), (Some(false), Some(45_000)));
    only(with_settings("cancel-running: yes", ""), Code::WrongType);
    only(with_settings("run-timeout: later", ""), Code::InvalidQuantity);
    only(with_settings("failure-strategy: rolback", ""), Code::InvalidValue);
}

#[test]
fn conflicts() {
    let with = |conflicts: &str| {
        yaml(&format!(
            "name: x\noperations:\n  - {{name: First Step, id: a, script: x}}\n  - {{name: b, script: x}}\ndependencies:\n  resource-conflicts: {conflicts}\n"
        ))
    };
    let read = lab(with("[{operations: [A, B], reason: disks, resolution: Sequential}]"));
    assert_eq!(read.conflicts, [["First Step", "b"]]);
    let pascal = "name: x\noperations: [{name: a, script: x}, {name: b, script: x}]\ndependencies: {ResourceConflicts: [{Operations: [a, b]}]}";
    assert_eq!(lab(yaml(pascal)).conflicts, [["a", "b"]]);
    let unknown = only(with("[{operations: [a, bb]}]"), Code::UnknownInConflict);
    assert_eq!(
        unknown.snippet.as_deref(),
        Some("  resource-conflicts: [{operations: [a, bb]}]\n                                        ^^")
    );
    only(with("[{operations: [a, First Step]}]"), Code::InvalidValue);
    only(with("[{operations: [a, b], resolution: random}]"), Code::InvalidValue);
    only(with("[{operations: a}]"), Code::WrongType);
    only(with("[{operations: [a, [b]]}]"), Code::WrongType);
    only(with("[{reason: x}]"), Code::MissingKey);
    only(with("[a]"), Code::WrongType);
    only(with("a"), Code::WrongType);
}

#[test]
fn stages_wait_for_success_only_where_it_counts() {
    let read = lab(yaml(
        "name: x\noperations:
  - {name: deploy, script: x}
  - {name: report, script: x, dependencies: deploy, trigger: any-failed}
  - {name: notes, script: x, dependencies: deploy, critical: false}
  - {name: tail, script: x, dependencies: deploy, trigger: always}
validation:
  - {name: check, script: x}
  - {name: alone, script: x, weak-dependencies: [deploy]}
cleanup:
  - {name: tidy, script: x}
",
    ));
    let depends = dependencies(&read);
    assert_eq!(depends["check"], ["deploy", "tail"]);
    assert_eq!(read.operations[4].operation.weak_dependencies, ["report", "notes"]);
    assert_eq!(depends["alone"], [""; 0]);
    assert_eq!(depends["tidy"], ["check", "alone", "deploy", "tail"]);
}

#[test]
fn mistakes_of_one_file_come_together() {
    let reading = line(
        "retry-count: x\nresources: {cpu-percent: 200}\nlock: {a: b}\ntrigger: c\nestimate: d\nrollback: []",
    );
    let places: Vec<_> = codes(&reading).into_iter().map(|(code, line, _)| (code, line)).collect();
    assert_eq!(
        places,
        [
            (Code::InvalidQuantity, 9),
            (Code::InvalidValue, 8),
            (Code::InvalidValue, 6),
            (Code::InvalidValue, 7),
            (Code::WrongType, 5),
            (Code::WrongType, 10),
        ]
    );
    assert!(reading.diagnostics.iter().all(|finding| finding.advice.is_some() && finding.snippet.is_some()));
}

#[test]
fn a_lab_with_all_of_it_makes_a_plan() {
    let reading = fixture("scheduling.yaml");
    assert_eq!(reading.diagnostics, []);
    let lab = lab(reading);
    let plan = Plan::compile(PlanRequest {
        operations: lab.operations.iter().map(|declared| declared.operation.clone()).collect(),
        limits: lab.settings.limits.clone(),
        conflicts: lab.conflicts.clone(),
        ..PlanRequest::default()
    })
    .unwrap();
    assert_eq!(plan.warnings(), []);
    assert_eq!(plan.compensations().count(), 2);
    let names: Vec<&str> = plan.resources().list().iter().map(|resource| resource.name.as_str()).collect();
    assert_eq!(names, ["memory", "cpu", "uplinks", "catalog", "build-images, fill-store"]);
}

#[test]
fn a_pool_that_nobody_declares_is_reported() {
    let ghosts = only(line("pool: ghosts"), Code::UnknownPool);
    assert_eq!(ghosts.snippet.as_deref(), Some("    pool: ghosts\n          ^^^^^^"));
    assert_eq!(
        ghosts.advice.as_deref(),
        Some(
            "Define the pool: 'pools: { ghosts: 1 }' in the lab, or -ResourceLimits @{ Pools = @{ ghosts = 1 } }."
        )
    );
    let near = only(line("pool: license"), Code::UnknownPool);
    assert_eq!(near.advice.as_deref(), Some("Did you mean 'licenses'?"));
}
