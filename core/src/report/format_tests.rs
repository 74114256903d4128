//! Each format of the same run, and of one whose names and texts are made to break formats.

use super::document::Report;
use super::order::{Format, Order, write};
use super::testing::{Lab, Task, evil, shop};
use super::{chrome_trace, junit, markdown, mermaid, model};
use crate::error::Code;
use serde_json::Value;
use std::path::Path;

fn steady(mut report: Report) -> Report {
    report.made_at = "2026-01-01T09:00:00Z".to_owned();
    report
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A run in a folder, and its report in a format.
fn written(lab: &Lab, format: Format) -> String {
    let folder = tempfile::tempdir().unwrap();
    lab.record(&folder.path().join("run"), usize::MAX);
    let to = folder.path().join("report");
    let order = Order {
        place: folder.path().join("run"),
        compare: Vec::new(),
        format,
        to: to.clone(),
        replace: false,
        script_beside: false,
    };
    assert_eq!(write(&order).unwrap().files, std::slice::from_ref(&to));
    let again = write(&order).unwrap_err();
    assert_eq!(again.code, Code::ReportUnwritable);
    write(&Order { replace: true, ..order }).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
    std::fs::read_to_string(to).unwrap()
}

#[test]
fn markdown_says_what_failed_first() {
    let lab = shop();
    let report = steady(model::report(&lab.seen()));
    let lines = super::outputs::Line { attempt: 1, at: 70, stream: "error", text: "no disk".to_owned() };
    insta::assert_snapshot!(text(markdown::write(&report, |_, _| vec![lines.clone()])));
}

#[test]
fn junit_has_a_case_for_each_operation() {
    let report = steady(model::report(&shop().seen()));
    insta::assert_snapshot!(text(junit::write(&report, |_, _| Vec::new()).unwrap()));
}

#[test]
fn mermaid_draws_the_graph() {
    let report = steady(model::report(&shop().seen()));
    insta::assert_snapshot!(text(mermaid::write(&report).unwrap()));
}

#[test]
fn a_graph_that_no_viewer_draws_is_refused() {
    let tasks = (0..40u32).map(|place| Task::new(&format!("t{place}"), &(0..place).collect::<Vec<_>>(), 1));
    let lab = Lab { name: "wide".to_owned(), tasks: tasks.collect(), slots: 2, ..Lab::default() };
    let fault = mermaid::write(&model::report(&lab.seen())).unwrap_err();
    assert_eq!(fault.code, Code::ReportTooLarge);
    assert!(fault.message.contains("780 dependencies"), "{}", fault.message);
}

#[test]
fn slices_of_a_row_never_overlap() {
    for lab in [shop(), evil()] {
        let trace: Value = serde_json::from_slice(&chrome_trace::write(&model::report(&lab.seen()))).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        let mut slices: Vec<(u64, u64, u64)> = events
            .iter()
            .filter(|event| event["ph"] == "X")
            .map(|event| {
                let number = |key: &str| event[key].as_u64().unwrap();
                (number("tid"), number("ts"), number("ts") + number("dur"))
            })
            .collect();
        slices.sort_unstable();
        assert!(slices.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1), "{slices:?}");
        let rows = events.iter().filter(|event| event["name"] == "thread_name");
        assert!(rows.clone().any(|row| row["args"]["name"] == "slot 1"));
        assert!(events.iter().any(|event| event["ph"] == "C"));
    }
}

#[test]
fn a_record_becomes_every_format() {
    let lab = shop();
    let json: Value = serde_json::from_str(&written(&lab, Format::Json)).unwrap();
    assert_eq!((&json["report"], &json["run"]["status"]), (&Value::from(1), &Value::from("Failed")));
    assert_eq!(json["figures"]["counts"]["Succeeded"], 5);
    let markdown = written(&lab, Format::Markdown);
    assert!(markdown.contains("creating tables\nno disk"), "{markdown}");
    let junit = written(&lab, Format::JUnit);
    assert!(junit.contains("<system-err>no disk</system-err>"), "{junit}");
    assert!(written(&lab, Format::Mermaid).starts_with("flowchart LR"));
    let trace: Value = serde_json::from_str(&written(&lab, Format::ChromeTrace)).unwrap();
    assert!(trace["traceEvents"].as_array().unwrap().len() > 10);
}

#[test]
fn names_break_no_format() {
    let lab = evil();
    let markdown = written(&lab, Format::Markdown);
    let mut fence = None;
    for line in markdown.lines() {
        match &fence {
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("text").to_owned()),
            None => assert!(!line.contains("<script"), "{line}"),
            Some(end) if line == end => fence = None,
            Some(_) => {}
        }
    }
    assert!(fence.is_none() && !markdown.contains(['\u{202e}', '\u{1b}', '\r']), "{markdown}");
    assert!(markdown.contains("````text"), "the fence is longer than what it holds:\n{markdown}");
    let rows = markdown.lines().filter(|line| line.starts_with("| **"));
    assert!(
        rows.clone().count() == 5 && rows.clone().all(|row| row.matches(" | ").count() == 3),
        "{markdown}"
    );
    let junit = written(&lab, Format::JUnit);
    let read = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    assert_eq!(read.test_suites[0].test_cases.len(), lab.tasks.len());
    let chart = written(&lab, Format::Mermaid);
    let boxes = chart.lines().filter(|line| line.contains(":::"));
    for line in boxes {
        let label = line.split('"').nth(1).unwrap();
        assert!(label.replace("<br/>", "").chars().all(|letter| !"<>\"`{}[]\\|&".contains(letter)), "{line}");
    }
    for format in [Format::Json, Format::ChromeTrace] {
        serde_json::from_str::<Value>(&written(&lab, format)).unwrap();
    }
}

#[test]
fn a_run_whose_process_died_and_a_run_that_is_not_there_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let lab = shop();
    lab.record(&folder.path().join("run"), 4);
    let to = folder.path().join("report.json");
    let order = Order {
        place: folder.path().join("run"),
        compare: Vec::new(),
        format: Format::Json,
        to: to.clone(),
        replace: false,
        script_beside: false,
    };
    write(&order).unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(&to).unwrap()).unwrap();
    assert_eq!(json["run"]["status"], "Interrupted");
    let statuses: Vec<&str> = json["operations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|operation| operation["status"].as_str())
        .collect();
    assert!(statuses.contains(&"Interrupted") && statuses.contains(&"NotStarted"), "{statuses:?}");
    let missing = write(&Order { place: folder.path().join("other"), to: folder.path().join("x"), ..order });
    assert_eq!(missing.unwrap_err().code, Code::UnknownRun);
    let nowhere = Order {
        to: Path::new("/no/such/folder/report").to_owned(),
        ..Order {
            place: folder.path().join("run"),
            compare: Vec::new(),
            format: Format::Json,
            to,
            replace: false,
            script_beside: false,
        }
    };
    assert_eq!(write(&nowhere).unwrap_err().code, Code::ReportUnwritable);
}
