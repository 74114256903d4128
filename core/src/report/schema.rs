//! The published schema of reports: generated from [`document`](super::document), committed, and compared.
//!
//! `LABRUNNER_WRITE_SCHEMA=1 cargo test -p labrunner-core schema` regenerates it.

use super::document::Report;
use super::model;
use super::testing::shop;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use std::path::PathBuf;

/// An error, as records have it.
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
pub(super) struct ErrorShape {
    /// The id that scripts match on.
    id: String,
    /// PowerShell's category.
    category: String,
    /// One sentence.
    message: String,
    /// The line of the script that failed, with a mark where it did.
    position: Option<String>,
    /// The calls that led there.
    stack: Option<String>,
}

/// Why an operation never started, as records have it.
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
pub(super) struct SkipShape {
    /// The rule that skipped it.
    kind: String,
    /// The operation that is to blame.
    operation: Option<String>,
    /// One sentence.
    message: String,
}

const COMMITTED: &str = "schemas/report-1.schema.json";

fn generated() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
        .to_value();
    schema["$id"] =
        json!("https://raw.githubusercontent.com/wizzense/LabRunner/main/schemas/report-1.schema.json");
    schema
}

#[test]
fn the_committed_schema_of_reports_is_the_generated_one() {
    let generated = serde_json::to_string_pretty(&generated()).unwrap() + "\n";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(COMMITTED);
    if std::env::var_os("LABRUNNER_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == generated,
        "{COMMITTED} differs from what the generator gives; \
         run: LABRUNNER_WRITE_SCHEMA=1 cargo test -p labrunner-core schema"
    );
}

#[test]
fn a_report_is_what_its_schema_says() {
    let validator = jsonschema::draft202012::new(&generated()).unwrap();
    let report = serde_json::to_value(model::report(&shop().seen())).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&report).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, [""; 0]);
    assert!(!validator.is_valid(&json!({"report": 1})), "the schema refuses what is not a report");
}
