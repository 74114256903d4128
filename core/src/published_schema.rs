//! Schemas that are published in `schemas/`: made from types, committed, and compared with what the types give.
//!
//! `LABRUNNER_WRITE_SCHEMA=1 cargo test -p labrunner-core schema` writes them again.

use serde_json::{Value, json};
use std::path::PathBuf;

/// Gives a schema the address that its file is published at. `file` is its path in the repository.
pub(crate) fn with_address(mut schema: Value, file: &str) -> Value {
    schema["$id"] = json!(format!("https://raw.githubusercontent.com/wizzense/LabRunner/main/{file}"));
    schema
}

/// Compares a committed schema with the generated one, or writes it again.
pub(crate) fn check(file: &str, generated: &Value) {
    let generated = serde_json::to_string_pretty(generated).unwrap() + "\n";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("LABRUNNER_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == generated,
        "{file} differs from what the generator gives; \
         run: LABRUNNER_WRITE_SCHEMA=1 cargo test -p labrunner-core schema"
    );
}
