//! Lab files: from bytes to a checked [`model::Lab`], with every finding at its line and column.
//!
//! ```text
//! bytes ─ text ─ yaml │ json ─ document ─ lab, operations ─ model
//! ```
//! The steps up to [`document`] know nothing of labs: they serve any configuration. A file that is well-formed
//! gives its document even when it is no sound lab, and all that is wrong with it is found in one pass.
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

mod diagnostics;
pub mod document;
mod fields;
pub mod isolation;
mod json;
mod lab;
mod links;
pub mod model;
mod operations;
mod paths;
pub mod quantity;
mod resources;
mod retries;
mod rollback;
#[cfg(test)]
mod scheduling_tests;
mod settings;
#[cfg(test)]
mod tests;
pub mod text;
mod work;
mod yaml;

use crate::error::{Code, Diagnostic, Severity};
use diagnostics::{Findings, Source};
use document::Node;
use model::Lab;
use serde::{Deserialize, Serialize};

/// Size of a file that is read; larger ones are refused.
pub const MAX_BYTES: usize = 64 << 20;

/// How a file is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The file's path, best in full: findings name it, and relative paths in it are resolved against its
    /// folder. It is not opened.
    pub path: Option<String>,
    /// Its format; by its extension when absent, else by its first character.
    pub format: Option<Format>,
    /// Any configuration, not a lab: the document and whether it is well-formed, nothing more.
    pub document_only: bool,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// JSON, with comments and trailing commas.
    Json,
}

/// What was read, and everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The lab; absent when any finding is an error.
    pub lab: Option<Lab>,
    /// The whole file as data, with its order and spelling; absent when it is not well-formed.
    pub document: Option<Node>,
    /// All findings, in the order of the checks.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == Severity::Error)
    }

    fn refused(finding: Diagnostic) -> Self {
        Self { lab: None, document: None, diagnostics: vec![finding] }
    }
}

/// Reads a lab file from its bytes.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Reading {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file has {} bytes", bytes.len());
        return Reading::refused(
            Diagnostic::error(Code::DocumentTooLarge, in_file(options, &message))
                .with_advice(format!("A lab file may have {MAX_BYTES} bytes.")),
        );
    }
    let text = match text::decode(bytes) {
        Ok(text) => text,
        Err(finding) => {
            let message = in_file(options, &finding.message);
            return Reading::refused(Diagnostic { message, ..*finding });
        }
    };
    let source = Source::new(options.path.clone(), &text);
    let mut findings = Findings::new(&source);
    let root = match format(options, &text) {
        Ok(Format::Yaml) => yaml::read(&text, &mut findings),
        Ok(Format::Json) => json::read(&text, &mut findings),
        Err(finding) => return Reading::refused(*finding),
    };
    if root.is_none() && findings.has_errors() {
        return Reading { lab: None, document: None, diagnostics: findings.finish() };
    }
    let mut lab = None;
    let sound = lab::check_root(root.as_ref(), &mut findings).is_some();
    if let (Some(root), true, false) = (&root, sound, options.document_only) {
        lab = lab::read(root, options.path.as_deref(), &mut findings);
    }
    Reading { lab, document: root, diagnostics: findings.finish() }
}

/// A message about a file as a whole, which has no line to carry the file's name.
fn in_file(options: &ReadOptions, message: &str) -> String {
    match &options.path {
        Some(path) => format!("{path}: {message}"),
        None => message.to_owned(),
    }
}

fn format(options: &ReadOptions, text: &str) -> Result<Format, Box<Diagnostic>> {
    if let Some(format) = options.format {
        return Ok(format);
    }
    let name = options.path.as_deref().unwrap_or_default();
    let name = &name[paths::folder_of(name).map_or(0, str::len)..];
    match name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("yaml" | "yml") => Ok(Format::Yaml),
        Some("json" | "jsonc") => Ok(Format::Json),
        Some("psd1") => Err(Box::new(
            Diagnostic::error(Code::NotAvailable, in_file(options, "labs in psd1 are not available yet"))
                .with_advice("Write the lab in YAML or JSON."),
        )),
        _ if text.trim_start().starts_with('{') => Ok(Format::Json),
        _ => Ok(Format::Yaml),
    }
}
