//! Lab files: from bytes to a checked [`model::Lab`], with every finding at its line and column.
//!
//! ```text
//! bytes ─ text ─ yaml │ json │ psd1 ─ document ─ assemble, interpolate ─ lab, operations ─ model
//! ```
//! The steps up to interpolation know next to nothing of labs: they serve any configuration. A file that is well-formed
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

mod assemble;
#[cfg(test)]
mod assemble_tests;
#[cfg(test)]
mod bad_tests;
mod diagnostics;
pub mod document;
mod expand;
#[cfg(test)]
mod expand_tests;
mod explain;
mod export;
#[cfg(test)]
mod export_tests;
mod expression;
mod fields;
mod files;
mod hazards;
mod interpolate;
pub mod isolation;
mod json;
mod lab;
mod links;
mod merge;
pub mod model;
mod operations;
mod paths;
mod planned;
pub mod psd1;
pub mod quantity;
mod report;
mod resources;
mod retries;
mod rollback;
#[cfg(test)]
mod scheduling_tests;
#[cfg(test)]
mod schema;
mod secrets;
mod settings;
mod template;
#[cfg(test)]
mod tests;
pub mod text;
mod work;
mod yaml;

use crate::error::{Code, Diagnostic, Severity};
use crate::operation::ResourceLimits;
use assemble::Assembly;
use diagnostics::{Findings, Source};
use document::Node;
pub use explain::{Origin, OverriddenValue};
pub use export::{Export, ExportOptions, export};
use files::Budget;
use interpolate::Variables;
use model::{Lab, LabOperation};
pub use report::report;
pub use secrets::SecretUse;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Size of a file that is read; larger ones are refused.
pub const MAX_BYTES: usize = 64 << 20;

/// How a file is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The file's path, best in full: findings name it, and relative paths in it are resolved against its
    /// folder, where included files and those of environments are looked for.
    pub path: Option<String>,
    /// Reads the file at `path`; the bytes that are given are not looked at.
    pub open: bool,
    /// Its format; by its extension when absent, else by its first character.
    pub format: Option<Format>,
    /// Any configuration, not a lab: the document and whether it is well-formed, nothing more.
    pub document_only: bool,
    /// What the PowerShell parser has found in a psd1 file; the bytes are for the snippets then.
    pub tokens: Option<Vec<psd1::Token>>,
    /// The environment whose changes are merged over the file.
    pub environment: Option<String>,
    /// Variables for `${NAME}` beside the process's own; one without a value counts as absent.
    pub variables: BTreeMap<String, Option<String>>,
    /// How much the caller says there is of what operations need; it comes before what the lab says.
    pub limits: ResourceLimits,
    /// Whether to say where each value comes from.
    pub explain: bool,
    /// Whether every key that labs do not know is an error. Without it, one that is near to a known key (see
    /// [`crate::near`]) is an error, and others are warnings.
    pub strict: bool,
    /// The file alone and as it is written: nothing included, no environment, no variable filled in.
    pub raw: bool,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// JSON, with comments and trailing commas.
    Json,
    /// A PowerShell data file, as tokens: see [`psd1`].
    Psd1,
}

/// What was read, and everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The lab; absent when any finding is an error.
    pub lab: Option<Lab>,
    /// What could be read of the operations where there is no lab: enough to check their scripts in the same pass.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsound: Vec<LabOperation>,
    /// The whole file as data, with its order and spelling, with what it includes and what the environment
    /// changes, variables filled in; absent when it is not well-formed.
    pub document: Option<Node>,
    /// All findings, in the order of the checks.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read, the one that was asked for first.
    pub files: Vec<String>,
    /// Where each value comes from, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<Origin>>,
}

impl Reading {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Writes the reading as its serialisation says, and releases each part as soon as it is written: of a large
    /// lab, the reading and its text are not both held in full.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(self, writer: impl std::io::Write) -> serde_json::Result<()> {
        let Self { lab, unsound, document, diagnostics, files, origins } = self;
        let mut serializer = serde_json::Serializer::new(writer);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("lab", &lab)?;
        drop(lab);
        if !unsound.is_empty() {
            map.serialize_entry("unsound", &unsound)?;
            drop(unsound);
        }
        map.serialize_entry("document", &document)?;
        drop(document);
        map.serialize_entry("diagnostics", &diagnostics)?;
        map.serialize_entry("files", &files)?;
        if let Some(origins) = origins {
            map.serialize_entry("origins", &origins)?;
        }
        map.end()
    }

    fn refused(finding: Diagnostic) -> Self {
        Self {
            lab: None,
            unsound: Vec::new(),
            document: None,
            diagnostics: vec![finding],
            files: Vec::new(),
            origins: None,
        }
    }
}

/// Reads a lab file from its bytes, or from its path where the options say so.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Reading {
    let mut budget = Budget::default();
    if !options.open {
        return read_bytes(bytes, options, &mut budget);
    }
    let Some(path) = &options.path else {
        return Reading::refused(
            Diagnostic::error(Code::FileUnreadable, "there is no path to read from").with_advice("Give one."),
        );
    };
    match budget.read(path) {
        Ok(bytes) => read_bytes(&bytes, options, &mut budget),
        Err(finding) => Reading::refused(*finding),
    }
}

fn read_bytes(bytes: &[u8], options: &ReadOptions, budget: &mut Budget) -> Reading {
    let (text, format) = match decoded(bytes, options) {
        Ok(decoded) => decoded,
        Err(finding) => return Reading::refused(*finding),
    };
    let mut findings = Findings::new(Source::new(options.path.clone(), text.as_ref(), format));
    findings.strict = options.strict;
    let Some(root) = parse(&text, format, options, &mut findings) else {
        if !findings.has_errors() {
            lab::check_root(None, &mut findings);
        }
        return finish(None, Vec::new(), None, None, findings);
    };
    let variables = Variables::new(&options.variables);
    let mut root = root;
    let (mut overridden, mut filled) = (Vec::new(), Vec::new());
    if !options.raw {
        let mut assembly = Assembly::new(&variables, &mut findings, budget);
        root = assembly.assemble(root, options.environment.as_deref());
        overridden = std::mem::take(&mut assembly.overridden);
        let lenient = !lab::is_lab(&root);
        // Of a file that is asked for as a lab and is none, nothing else is said.
        findings.muted = lenient && !options.document_only;
        filled = interpolate::fill(&mut root, &variables, lenient, &mut findings);
        findings.muted = false;
    }
    let (mut lab, mut unsound) = (None, Vec::new());
    let sound = lab::check_root(Some(&root), &mut findings).is_some();
    if sound && !options.document_only {
        match lab::read(&root, options, &mut findings) {
            Ok(read) => lab = Some(read),
            Err(operations) => unsound = operations,
        }
    }
    if options.document_only || lab::is_lab(&root) {
        hazards::warn(&root, !options.document_only, &filled, &mut findings);
    }
    let origins = options.explain.then(|| explain::origins(&root, overridden, filled, &findings));
    finish(lab, unsound, Some(root), origins, findings)
}

/// The text of a file and what it is written in.
fn decoded<'b>(bytes: &'b [u8], options: &ReadOptions) -> Result<(Cow<'b, str>, Format), Box<Diagnostic>> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file has {} bytes", bytes.len());
        return Err(Box::new(
            Diagnostic::error(Code::DocumentTooLarge, in_file(options, &message))
                .with_advice(format!("A lab file may have {MAX_BYTES} bytes.")),
        ));
    }
    let text = text::decode(bytes).map_err(|finding| {
        let message = in_file(options, &finding.message);
        Box::new(Diagnostic { message, ..*finding })
    })?;
    let format = options.format.map_or_else(|| format_of(options.path.as_deref(), &text), Ok)?;
    Ok((text, format))
}

fn parse(text: &str, format: Format, options: &ReadOptions, findings: &mut Findings<'_>) -> Option<Node> {
    match (format, &options.tokens) {
        (Format::Yaml, _) => yaml::read(text, findings),
        (Format::Json, _) => json::read(text, findings),
        (Format::Psd1, Some(tokens)) => psd1::read(tokens, findings),
        (Format::Psd1, None) => {
            findings.add_whole(without_tokens(options.path.as_deref()));
            None
        }
    }
}

fn finish(
    lab: Option<Lab>,
    unsound: Vec<LabOperation>,
    document: Option<Node>,
    origins: Option<Vec<Origin>>,
    findings: Findings<'_>,
) -> Reading {
    let files = findings.paths().map(str::to_owned).collect();
    Reading { lab, unsound, document, diagnostics: findings.finish(), files, origins }
}

/// A message about a file as a whole, which has no line to carry the file's name.
fn in_file(options: &ReadOptions, message: &str) -> String {
    match &options.path {
        Some(path) => format!("{path}: {message}"),
        None => message.to_owned(),
    }
}

/// Only PowerShell can parse its own language; without it there is nothing to read.
fn without_tokens(path: Option<&str>) -> Diagnostic {
    let message = "a psd1 file can be read by the PowerShell module only, and not be included";
    let message = path.map_or(message.to_owned(), |path| format!("{path}: {message}"));
    Diagnostic::error(Code::NotAvailable, message)
        .with_advice("Read it with Get-LabConfig or Test-LabConfiguration, or write it in YAML or JSON.")
}

fn format_of(path: Option<&str>, text: &str) -> Result<Format, Box<Diagnostic>> {
    let name = path.unwrap_or_default();
    let name = &name[paths::folder_of(name).map_or(0, str::len)..];
    match name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("yaml" | "yml") => Ok(Format::Yaml),
        Some("json" | "jsonc") => Ok(Format::Json),
        Some("psd1") => Ok(Format::Psd1),
        _ if text.trim_start().starts_with('{') => Ok(Format::Json),
        _ => Ok(Format::Yaml),
    }
}
