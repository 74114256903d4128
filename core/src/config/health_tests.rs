//! How the checks of a lab are read, and what is said of those that cannot be.

use super::Reading;
use super::tests::yaml;
use crate::operation::{Call, HealthCheck, Monitoring, Question, Remedy, Work};

fn read(operation: &str) -> Reading {
    yaml(&format!("name: x\noperations:\n  - name: a\n    script: y\n{operation}"))
}

fn checks(operation: &str) -> Vec<HealthCheck> {
    let reading = read(operation);
    let lab = reading.lab.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
    lab.operations[0].operation.health.clone()
}

fn messages(reading: &Reading) -> Vec<String> {
    reading.diagnostics.iter().map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_check_has_the_words_of_containers() {
    let read = checks(
        "    healthChecks:\n      - { name: own, http: 'http://x/', status: [200, 204], interval: 5, timeout: 500ms, retries: 2, start-period: 1m, grace: 10, on-failure: Rerun, budget: 0 }\n",
    );
    let [check] = &read[..] else { panic!("one check") };
    assert_eq!((check.name.as_str(), check.check.to_string()), ("own", "http http://x/".to_owned()));
    assert_eq!((check.interval_ms, check.timeout_ms, check.retries), (5_000, 500, 2));
    assert_eq!((check.start_period_ms, check.grace_ms, check.budget), (60_000, 10_000, 0));
    assert_eq!(check.on_failure, Some(Remedy::Rerun));
}

#[test]
fn there_are_many_ways_to_say_what_is_asked() {
    for (written, asked) in [
        ("http://x/health", "http http://x/health"),
        ("x:1", "tcp x:1"),
        ("{ tcp: '8080' }", "tcp 8080"),
        ("{ port: 443, host: x }", "tcp x:443"),
        ("{ port: 443, host: '::1' }", "tcp [::1]:443"),
        ("{ port: 443 }", "tcp 443"),
        ("{ ping: 10.0.0.1 }", "host 10.0.0.1"),
        ("{ ping: 'x:22' }", "tcp x:22"),
        ("{ dns: x.example }", "dns x.example"),
        ("{ endpoint: 'http://x/' }", "http http://x/"),
        ("{ type: network-connectivity, target: x }", "host x"),
        ("{ type: DNS_Resolution, target: x }", "dns x"),
        ("{ type: http, target: 'http://x/' }", "http http://x/"),
        ("{ command: curl, arguments: [x] }", "command curl"),
        ("{ script: 'Test-It' }", "script"),
    ] {
        for form in [format!("    health-checks: {written}\n"), format!("    health-checks: [{written}]\n")] {
            let read = checks(&form);
            assert_eq!(read.iter().map(|check| check.check.to_string()).collect::<Vec<_>>(), [asked]);
        }
    }
}

#[test]
fn a_check_that_nobody_understands_is_ignored_and_said() {
    let reading = read("    health-checks: [{ type: replication-status }, { tcp: 'x:1' }]\n");
    assert_eq!(
        messages(&reading),
        ["Operation 'a': the check 'replication-status' does not say what to ask, and is ignored."]
    );
    assert_eq!(reading.lab.unwrap().operations[0].operation.health.len(), 1);
}

#[test]
fn mistakes_have_a_place_and_say_what_to_do() {
    for (written, message) in [
        ("{ tcp: x }", "Operation 'a': the check 'x' has no port."),
        ("{ ping: '-x' }", "Operation 'a': '-x' is not the name or the address of a machine."),
        ("{ tcp: 'x:1', http: 'http://x/' }", "Operation 'a': a check has both 'http' and 'tcp'."),
        (
            "{ tcp: 'x:1', retries: 0 }",
            "Operation 'a': 'retries' must be a whole number from 1 to 1000, but is 0.",
        ),
        (
            "{ tcp: 'x:1', on-failure: restart }",
            "Operation 'a': health check 'tcp x:1' restarts the operation, which is not a service.",
        ),
        (
            "{ tcp: 'x:1', on-failure: compensate }",
            "Operation 'a': health check 'tcp x:1' compensates the operation, which has no rollback.",
        ),
        (
            "{ tcp: 'x:1', intervall: 3 }",
            "Operation 'a': a check of 'health-checks' has the unknown key 'intervall'.",
        ),
        (
            "[1]",
            "Operation 'a': each item of 'health-checks' must be a mapping or an address, but is a list.",
        ),
    ] {
        let reading = read(&format!("    health-checks: [{written}]\n"));
        assert!(reading.lab.is_none(), "{written}");
        assert_eq!(messages(&reading), [message], "{written}");
        assert!(reading.diagnostics[0].at.is_some(), "{written}");
    }
    let twice = read("    health-checks: [{ tcp: 'x:1' }, { tcp: 'x:1' }]\n");
    assert_eq!(messages(&twice), ["Operation 'a' has two health checks called 'tcp x:1'."]);
}

#[test]
fn checks_can_be_all_there_is_to_do() {
    let reading = yaml(
        "name: x\noperations: [{name: a, script: y}]\nvalidation:\n  - name: v\n    checks: [{ ping: x }, { script: 'Test-It', retries: 1 }]\n",
    );
    let lab = reading.lab.unwrap();
    let Work::Checks { checks, .. } = &lab.operations[1].operation.work else { panic!("checks") };
    assert_eq!((checks[0].interval_ms, checks[1].retries), (5_000, 1));
    assert_eq!(checks[1].check, Question::Call(Call::Script("Test-It".to_owned())));
    // They wait for all else, as any validation does.
    assert_eq!(
        lab.operations[1].operation.weak_dependencies.len() + lab.operations[1].operation.dependencies.len(),
        1
    );
    let both = yaml("name: x\noperations: [{name: a, script: y, checks: [{ ping: x }]}]\n");
    assert_eq!(messages(&both), ["Operation 'a': it has both 'checks' and something to run."]);
}

#[test]
fn a_run_is_monitored_as_the_settings_say() {
    let monitoring = |settings: &str| {
        let text = format!(
            "name: x\nsettings: {{ health-monitoring: {settings} }}\noperations: [{{name: a, script: y}}]\n"
        );
        let reading = yaml(&text);
        assert_eq!(messages(&reading), Vec::<String>::new());
        reading.lab.unwrap().settings.monitoring
    };
    assert_eq!(monitoring("true"), Some(Monitoring::default()));
    assert_eq!(monitoring("false"), None);
    assert_eq!(monitoring("{ enabled: false, memory: 80 }"), None);
    let own =
        monitoring("{ processors: 90, memory: 80, no-progress: 5, for: 10, on-failure: fail }").unwrap();
    let expected = Monitoring {
        processors: Some(90),
        memory: Some(80),
        no_progress_ms: Some(300_000),
        for_ms: 10_000,
        on_failure: Remedy::Fail,
        ..Monitoring::default()
    };
    assert_eq!(own, expected);
}
