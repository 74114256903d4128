//! Runs side by side: what is compared with what, and what each format says.

use super::document::Comparison;
use super::{compare, html, markdown};
use crate::error::Code;
use crate::published_schema;
use crate::report::model;
use crate::report::order::{Format, Order, write};
use crate::report::testing::{Lab, Task, evil, shop};
use proptest::prelude::*;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// A run on some day of a month.
fn on(day: u32, lab: &Lab) -> crate::report::Report {
    let mut report = model::report(&lab.seen());
    report.run.started_at = format!("2026-01-{day:02}T08:00:00Z");
    report.run.id = format!("{day:08}-7d1e-4b6a-9c00-1234567890ab");
    report
}

fn lab(tasks: Vec<Task>) -> Lab {
    Lab { name: "web".to_owned(), slots: 4, tasks, ..Lab::default() }
}

fn failing(name: &str, took: u64) -> Task {
    Task { fails: true, ..Task::new(name, &[], took) }
}

#[test]
fn the_last_run_is_compared_with_the_median_of_the_others_and_the_biggest_loss_comes_first() {
    let run = |a, b| lab(vec![Task::new("a", &[], a), Task::new("b", &[], b), Task::new("same", &[], 100)]);
    // Given in no order; the times decide.
    let found = compare(vec![on(3, &run(900, 2_500)), on(1, &run(1_000, 1_000)), on(2, &run(3_000, 2_000))]);
    let ids: Vec<&str> = found.runs.iter().map(|run| &run.id[..8]).collect();
    assert_eq!(ids, ["00000001", "00000002", "00000003"]);
    let told: Vec<_> =
        found.operations.iter().map(|it| (it.name.as_str(), it.change_ms, it.change_percent)).collect();
    let expected =
        [("b", Some(1_000), Some(66.7)), ("same", Some(0), Some(0.0)), ("a", Some(-1_100), Some(-55.0))];
    assert_eq!(told, expected);
    assert_eq!((found.change_ms, found.change_percent), (500, Some(25.0)));
}

#[test]
fn what_failed_in_one_run_and_not_in_another_is_named_and_not_timed() {
    let found = compare(vec![
        on(1, &lab(vec![Task::new("disk", &[], 100), Task::new("gone", &[], 5)])),
        on(2, &lab(vec![failing("DISK", 900), Task::new("new", &[], 5)])),
    ]);
    let disk = found.operations.iter().find(|it| it.name == "DISK").unwrap();
    assert_eq!((disk.differs, disk.change_ms), (true, None));
    let there: Vec<_> =
        found.operations.iter().map(|it| it.runs.iter().map(Option::is_some).collect::<Vec<_>>()).collect();
    assert_eq!(there.iter().filter(|runs| runs.contains(&false)).count(), 2, "one is gone and one is new");
    let text = String::from_utf8(markdown::write(&found)).unwrap();
    assert!(text.contains("1 operation ended well in one run and not in another."), "{text}");
    assert!(text.contains("| **DISK** | Succeeded | Failed: no disk |  |"), "{text}");
    let page = String::from_utf8(html::write(&found, "x.files", true).page).unwrap();
    assert!(page.contains("Ended well in one run and not in another: 1 operation"), "{page}");
    assert!(page.contains("Only in some of the runs: 2 operations"));
}

#[test]
fn names_break_nothing_and_the_page_needs_no_script() {
    let mut other = evil();
    other.tasks.iter_mut().for_each(|task| task.fails = false);
    let found = compare(vec![on(1, &other), on(2, &evil())]);
    let page = String::from_utf8(html::write(&found, "a & b.files", false).page).unwrap();
    assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("data:,"));
    assert!(page.contains("href=\"a%20%26%20b.files/report.css\""));
    assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{7}', '\0']));
    let text = String::from_utf8(markdown::write(&found)).unwrap();
    assert!(!text.contains("<script") && !text.contains(['\u{202e}', '\u{1b}', '\r']), "{text}");
    let rows = text.lines().filter(|line| line.starts_with("| **"));
    assert!(rows.clone().count() > 0 && rows.clone().all(|row| row.matches(" | ").count() == 3), "{text}");
}

#[test]
fn records_become_a_comparison_and_other_formats_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let places = ["one", "two"].map(|name| folder.path().join(name));
    places.iter().for_each(|place| shop().record(place, usize::MAX));
    let order = |format, to: &str| Order {
        place: places[0].clone(),
        compare: vec![places[1].clone()],
        format,
        to: folder.path().join(to),
        replace: false,
        script_beside: false,
    };
    write(&order(Format::Json, "c.json")).unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(folder.path().join("c.json")).unwrap()).unwrap();
    assert_eq!((&json["comparison"], json["runs"].as_array().unwrap().len()), (&Value::from(1), 2));
    write(&order(Format::Html, "c.html")).unwrap();
    write(&order(Format::Markdown, "c.md")).unwrap();
    for format in [Format::JUnit, Format::ChromeTrace, Format::Mermaid] {
        let fault = write(&order(format, "c.x")).unwrap_err();
        assert_eq!(fault.code, Code::InvalidValue);
        assert!(!folder.path().join("c.x").exists());
    }
    let missing = Order { compare: vec![folder.path().join("three")], ..order(Format::Json, "d.json") };
    assert_eq!(write(&missing).unwrap_err().code, Code::UnknownRun);
}

#[test]
fn a_page_of_large_runs_is_not_large() {
    let many = |took: u64| {
        lab((0..5_000).map(|place| Task::new(&format!("operation {place}"), &[], took + place)).collect())
    };
    let found = compare(vec![on(1, &many(100)), on(2, &many(200))]);
    let page = html::write(&found, "x.files", true).page;
    assert!(page.len() <= 512 << 10, "{} bytes", page.len());
    assert!(String::from_utf8(page).unwrap().contains("… and 4500 more"));
}

proptest! {
    #[test]
    fn every_operation_is_in_it_once_and_the_order_is_that_of_the_losses(
        runs in proptest::collection::vec(proptest::collection::btree_map("[a-f]", (1u64..5_000, any::<bool>()), 1..6), 2..5)
    ) {
        let reports = runs.iter().zip(1..).map(|(run, day)| {
            let task = |(name, (took, fails)): (&String, &(u64, bool))| Task { fails: *fails, ..Task::new(name, &[], *took) };
            on(day, &lab(run.iter().map(task).collect()))
        });
        let found: Comparison = compare(reports.collect());
        let names: std::collections::BTreeSet<&String> = runs.iter().flat_map(|run| run.keys()).collect();
        prop_assert_eq!(names.len(), found.operations.len());
        let losses: Vec<i64> = found.operations.iter().map(|it| it.change_ms.unwrap_or(0)).collect();
        prop_assert!(losses.windows(2).all(|pair| pair[0] >= pair[1]));
        for operation in &found.operations {
            for (turn, run) in operation.runs.iter().zip(&runs) {
                prop_assert_eq!(turn.is_some(), run.contains_key(&operation.name));
            }
            let good = |it: &&super::document::ComparedTurn| it.status == "Succeeded";
            let well = operation.runs.iter().flatten().filter(good).count();
            prop_assert_eq!(operation.differs, well > 0 && well < operation.runs.iter().flatten().count());
        }
    }
}

const COMMITTED: &str = "schemas/comparison-1.schema.json";

#[test]
fn the_committed_schema_of_comparisons_is_the_generated_one_and_fits() {
    let schema = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema =
        published_schema::with_address(schema.into_root_schema_for::<Comparison>().to_value(), COMMITTED);
    published_schema::check(COMMITTED, &schema);
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let found = serde_json::to_value(compare(vec![on(1, &shop()), on(2, &evil())])).unwrap();
    let faults: Vec<String> = validator.iter_errors(&found).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, [""; 0]);
}
