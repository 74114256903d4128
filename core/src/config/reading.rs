//! From a file to a lab: the rooms in their order, and everything that is found on the way.

use super::build::assemble::Assembly;
use super::build::explain::Origin;
use super::build::interpolate::{self, Variables};
use super::build::{explain, hazards};
use super::lab::model::{Lab, LabOperation};
use super::lab::reader;
use super::text::decode::decoded;
use super::text::diagnostics::{Findings, Source};
use super::text::document::Node;
use super::text::files::Budget;
use super::text::options::ReadOptions;
use super::text::parse;
use crate::error::{Code, Diagnostic, Severity};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

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
    read_within(bytes, options, &mut Budget::default())
}

/// The same with a budget of the caller's.
pub(super) fn read_within(bytes: &[u8], options: &ReadOptions, budget: &mut Budget) -> Reading {
    if !options.open {
        if let Some(path) = &options.path {
            budget.keep(path, bytes);
        }
        return read_bytes(bytes, options, budget);
    }
    let Some(path) = &options.path else {
        return Reading::refused(
            Diagnostic::error(Code::FileUnreadable, "the path to read from is missing")
                .with_advice("Give one."),
        );
    };
    match budget.read(path) {
        Ok(bytes) => read_bytes(&bytes, options, budget),
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
            reader::check_root(None, &mut findings);
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
        let lenient = !reader::is_lab(&root);
        // Of a file that is asked for as a lab and is none, nothing else is said.
        findings.muted = lenient && !options.document_only;
        filled = interpolate::fill(&mut root, &variables, lenient, &mut findings);
        findings.muted = false;
    }
    let (mut lab, mut unsound) = (None, Vec::new());
    let sound = reader::check_root(Some(&root), &mut findings).is_some();
    if sound && !options.document_only {
        match reader::read(&root, options, &mut findings) {
            Ok(read) => lab = Some(read),
            Err(operations) => unsound = operations,
        }
    }
    if options.document_only || reader::is_lab(&root) {
        hazards::warn(&root, !options.document_only, &filled, &mut findings);
    }
    let origins = options.explain.then(|| explain::origins(&root, overridden, filled, &findings));
    finish(lab, unsound, Some(root), origins, findings)
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
