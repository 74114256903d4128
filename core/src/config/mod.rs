//! Lab files: from bytes to a checked [`model::Lab`], with every finding at its line and column.
//!
//! ```text
//! text/  bytes ─ yaml │ json │ psd1 ─ document      the content of files
//! build/ assemble ─ interpolate ─ expand            how it is put together
//! lab/   reader ─ operations ─ model                what it means
//! ```
//! Each room knows the ones above it in this picture only, so that the first two serve any configuration. A file that is well-formed
//! gives its document even when it is not a sound lab, and all that is wrong with it is found in one pass.
//!
//! * One tree (`text/document.rs`) carries the file, line and column of every key and value through all steps, so each
//!   finding points at its place, and `explain` can say which file a value comes from.
//! * Only `text/files.rs` opens files: regular files of a known size, within one budget per reading.
//! * Every expansion (aliases, includes, templates, variables, expressions) has a limit; exceeding it is a finding.
//! * The text of scripts passes through unchanged: `interpolate::is_script` is the only rule for that, and templates
//!   follow it too.
//! * A lab is compiled to a plan while it is read, so that faults of both are reported together, each at its place. The
//!   plan of a run is compiled from what the selection leaves, with past durations and what all programs have in
//!   common, so it is another one; to compile it takes a few hundredths of the time of reading (`bench/core`).
//! * A test compares the schema's types (`schema/`) with the reader, key for key.
//!
//! ```
//! use labrunner_core::config::{ReadOptions, read};
//!
//! let text = b"name: demo\noperations:\n  - name: greet\n    script: Write-Output 'hello'\n";
//! let reading = read(text, &ReadOptions::default());
//! let lab = reading.lab.expect("a sound lab");
//! assert_eq!(lab.operations[0].operation.name, "greet");
//!
//! let reading = read(b"name: demo\noperations:\n  - name: greet\n    scrpt: x\n", &ReadOptions::default());
//! assert!(reading.lab.is_none());
//! assert_eq!(reading.diagnostics.len(), 2); // nothing to run, and a key that is misspelt
//! ```

mod build;
mod lab;
mod opened;
mod reading;
mod text;

#[cfg(test)]
mod assemble_tests;
#[cfg(test)]
mod bad_tests;
#[cfg(test)]
mod expand_tests;
#[cfg(test)]
mod export_tests;
#[cfg(test)]
mod health_tests;
#[cfg(test)]
mod scheduling_tests;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

pub use build::explain::{Origin, OverriddenValue};
pub use lab::model::{self, SecretUse};
pub use opened::{LabDescription, LabPlanOptions, OpenLab};
pub use reading::{Reading, read};
pub(crate) use text::bytes::decode;
pub use text::document;
pub use text::export::{Export, ExportOptions, export};
pub use text::files::MAX_BYTES;
pub use text::format::Format;
pub use text::options::ReadOptions;
pub use text::report::report;
