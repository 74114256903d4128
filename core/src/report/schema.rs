//! The published schema of reports, generated from [`document`](super::document).

use super::document::Report;
use super::model;
use super::testing::shop;
use crate::published_schema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

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

/// The schema's place below the repository.
const COMMITTED: &str = "schemas/report-1.schema.json";

fn generated() -> Value {
    let schema = SchemaSettings::draft2020_12().for_serialize().into_generator();
    published_schema::with_address(schema.into_root_schema_for::<Report>().to_value(), COMMITTED)
}

#[test]
fn the_committed_schema_of_reports_is_the_generated_one() {
    published_schema::check(COMMITTED, &generated());
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
