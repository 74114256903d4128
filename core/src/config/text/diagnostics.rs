//! Findings about a file: each at its place, with the line it stands on and carets under it.

use super::document::{FileId, Position, Span};
use super::format::Format;
use super::paths;
use crate::error::{Code, Diagnostic, Place, Severity};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

/// Findings of one severity that are listed; the rest are counted.
const LISTED: usize = 500;

/// Characters of a long line that a snippet shows.
const SHOWN: usize = 120;

/// The text of a file, by lines.
#[derive(Debug)]
pub(in crate::config) struct Source<'t> {
    file: Option<String>,
    text: Cow<'t, str>,
    format: Format,
    starts: OnceCell<Vec<usize>>,
}

impl<'t> Source<'t> {
    pub(in crate::config) fn new(
        file: Option<String>,
        text: impl Into<Cow<'t, str>>,
        format: Format,
    ) -> Self {
        Self { file, text: text.into(), format, starts: OnceCell::new() }
    }

    /// The path, as far as it is known.
    pub(in crate::config) fn path(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The whole text.
    pub(in crate::config) fn text(&self) -> &str {
        &self.text
    }

    /// What the text is written in.
    pub(in crate::config) fn format(&self) -> Format {
        self.format
    }

    /// The text of a line without its line break; empty past the end.
    pub(in crate::config) fn line(&self, line: u32) -> &str {
        let starts = self.starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(at, byte)| {
                *byte == b'\n' || (*byte == b'\r' && self.text.as_bytes().get(at + 1) != Some(&b'\n'))
            });
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        });
        let index = line.saturating_sub(1) as usize;
        let Some(start) = starts.get(index) else { return "" };
        let end = starts.get(index + 1).copied().unwrap_or(self.text.len());
        self.text[*start..end].trim_end_matches(['\r', '\n'])
    }

    /// The line `at` starts on, and carets under what it covers of that line.
    fn snippet(&self, at: Span) -> String {
        let line = self.line(at.start.line);
        let before = at.start.column.saturating_sub(1) as usize;
        let length = line.chars().count();
        let until =
            if at.end.line == at.start.line { at.end.column.saturating_sub(1) as usize } else { length };
        let carets = until.min(length).saturating_sub(before).clamp(1, SHOWN);
        if length <= SHOWN {
            return lay_out(line, "", "", before, carets);
        }
        // A line of minified JSON can be the whole file: show a window round the place.
        let first = before.saturating_sub(SHOWN / 3);
        let window: String = line.chars().skip(first).take(SHOWN).collect();
        let (head, tail) = (if first > 0 { "…" } else { "" }, if first + SHOWN < length { "…" } else { "" });
        lay_out(&window, head, tail, before - first, carets.min(SHOWN - (before - first).min(SHOWN - 1)))
    }
}

fn lay_out(line: &str, head: &str, tail: &str, before: usize, carets: usize) -> String {
    // Tabs are repeated so that the carets stand under the right character at any tab width.
    let indent: String = line.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let missing = before.saturating_sub(line.chars().count());
    let head_indent = if head.is_empty() { "" } else { " " };
    format!("{head}{line}{tail}\n{head_indent}{indent}{}{}", " ".repeat(missing), "^".repeat(carets))
}

/// All findings about a file and those it is put together from, in the order they were made.
#[derive(Debug)]
pub(in crate::config) struct Findings<'t> {
    /// By [`FileId`]; never empty.
    sources: Vec<Rc<Source<'t>>>,
    /// The file that is being parsed.
    file: FileId,
    list: Vec<Diagnostic>,
    errors: Unlisted,
    warnings: Unlisted,
    said: HashSet<String>,
    /// The operation that is being read; findings are about it.
    pub(in crate::config) operation: Option<String>,
    /// A file that may have sections which labs do not know.
    pub(in crate::config) foreign: Option<FileId>,
    /// Whether every unknown key is an error, not only one that is near to a known one.
    pub(in crate::config) strict: bool,
    /// Whether findings are dropped, because what they are about is not used.
    pub(in crate::config) muted: bool,
    /// Whether what is read was made from something that is in the file once: then each finding is
    /// told once for each place.
    pub(in crate::config) repeated: bool,
    places: HashSet<(Code, FileId, Position)>,
}

#[derive(Debug, Default)]
struct Unlisted {
    listed: usize,
    dropped: usize,
    code: Option<Code>,
}

impl<'t> Findings<'t> {
    /// Begins with the file that was asked for.
    pub(in crate::config) fn new(source: Source<'t>) -> Self {
        Self {
            sources: vec![Rc::new(source)],
            file: FileId::default(),
            list: Vec::new(),
            errors: Unlisted::default(),
            warnings: Unlisted::default(),
            said: HashSet::new(),
            operation: None,
            foreign: None,
            strict: false,
            muted: false,
            repeated: false,
            places: HashSet::new(),
        }
    }

    /// Begins with another file; what is parsed from now on belongs to it. None when there are too many.
    pub(in crate::config) fn open(&mut self, source: Source<'t>) -> Option<FileId> {
        let file = FileId(u16::try_from(self.sources.len()).ok()?);
        self.sources.push(Rc::new(source));
        self.file = file;
        Some(file)
    }

    /// The file that is being parsed.
    pub(in crate::config) fn file(&self) -> FileId {
        self.file
    }

    /// A file that was begun with.
    pub(in crate::config) fn source(&self, file: FileId) -> &Rc<Source<'t>> {
        self.sources.get(usize::from(file.0)).unwrap_or(&self.sources[0])
    }

    /// All files that were begun with, the one that was asked for first.
    pub(in crate::config) fn paths(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().filter_map(|source| source.path())
    }

    /// A path, relative ones being resolved against the folder of the file that `at` is in.
    pub(in crate::config) fn resolve(&self, at: Span, path: &str) -> String {
        paths::resolve(self.source(at.file).path().and_then(paths::folder_of), path)
    }

    /// The folder of the file in which something was written, if that is known.
    pub(in crate::config) fn folder(&self, at: Span) -> Option<&str> {
        self.source(at.file).path().and_then(paths::folder_of)
    }

    /// Where something begins, as findings and operations carry it.
    pub(in crate::config) fn place(&self, at: Span) -> Place {
        let (line, column) = (at.start.line.max(1), at.start.column.max(1));
        Place { file: self.source(at.file).file.clone(), line, column }
    }

    /// Adds a finding about what is at `at`.
    pub(in crate::config) fn add(&mut self, finding: Diagnostic, at: Span) {
        if self.muted || (self.repeated && !self.places.insert((finding.code, at.file, at.start))) {
            return;
        }
        let unlisted =
            if finding.severity == Severity::Error { &mut self.errors } else { &mut self.warnings };
        if unlisted.listed == LISTED {
            unlisted.dropped += 1;
            unlisted.code.get_or_insert(finding.code);
            return;
        }
        unlisted.listed += 1;
        self.list.push(Diagnostic {
            operation: finding.operation.or_else(|| self.operation.clone()),
            at: Some(self.place(at)),
            snippet: Some(self.source(at.file).snippet(at)),
            ..finding
        });
    }

    /// Adds an error about a file as a whole, or about what was asked for: it stands nowhere in the text.
    pub(in crate::config) fn add_whole(&mut self, finding: Diagnostic) {
        self.errors.listed += 1;
        self.list.push(finding);
    }

    /// Where something was found so far.
    pub(in crate::config) fn places(&self) -> HashSet<(FileId, Position)> {
        self.list
            .iter()
            .filter_map(|finding| finding.at.as_ref())
            .filter_map(|at| {
                let file = self.sources.iter().position(|source| source.file == at.file)?;
                let position = Position { line: at.line, column: at.column };
                Some((FileId(u16::try_from(file).ok()?), position))
            })
            .collect()
    }

    /// How many errors were found so far.
    pub(in crate::config) fn error_count(&self) -> usize {
        self.errors.listed + self.errors.dropped
    }

    /// Adds a finding that a file needs to be told only once; `topic` says which one it is.
    pub(in crate::config) fn add_once(&mut self, topic: &str, finding: Diagnostic, at: Span) {
        if self.said.insert(topic.to_owned()) {
            self.add(finding, at);
        }
    }

    /// Adds an error about what is being read; the message is put after the operation's name.
    pub(in crate::config) fn error(
        &mut self,
        code: Code,
        at: Span,
        message: &str,
        advice: impl Into<String>,
    ) {
        let finding = Diagnostic::error(code, self.subject(message)).with_advice(advice);
        self.add(finding, at);
    }

    /// Adds a warning about what is being read; the message is put after the operation's name.
    pub(in crate::config) fn warning(
        &mut self,
        code: Code,
        at: Span,
        message: &str,
        advice: impl Into<String>,
    ) {
        let finding = Diagnostic::warning(code, self.subject(message)).with_advice(advice);
        self.add(finding, at);
    }

    /// Warns, once a file, that something is read but not used yet.
    pub(in crate::config) fn not_yet(&mut self, what: &str, at: Span) {
        let operation = self.operation.take();
        let message = format!("{what} is not available yet and is ignored");
        let finding = Diagnostic::warning(Code::NotAvailable, message)
            .with_advice("It stays in the document. Everything else in the file is used.");
        self.add_once(what, finding, at);
        self.operation = operation;
    }

    fn subject(&self, message: &str) -> String {
        match &self.operation {
            Some(name) => format!("operation '{name}': {message}"),
            None => message.to_owned(),
        }
    }

    /// Whether another finding of this severity would be listed, not only counted.
    pub(in crate::config) fn has_room(&self, severity: Severity) -> bool {
        let unlisted = if severity == Severity::Error { &self.errors } else { &self.warnings };
        unlisted.listed < LISTED
    }

    /// Whether anything was found that prevents a run.
    pub(in crate::config) fn has_errors(&self) -> bool {
        self.errors.listed > 0
    }

    /// The list, with one last entry for each severity that had too many.
    pub(in crate::config) fn finish(mut self) -> Vec<Diagnostic> {
        for (unlisted, severity, what) in
            [(self.errors, Severity::Error, "errors"), (self.warnings, Severity::Warning, "warnings")]
        {
            if let Some(code) = unlisted.code {
                let message = format!("{} more {what} are not listed", unlisted.dropped);
                self.list.push(Diagnostic { severity, ..Diagnostic::error(code, message) });
            }
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(line: u32, from: u32, to: u32) -> Span {
        let (start, end) = (Position { line, column: from }, Position { line, column: to });
        Span { start, end, ..Span::default() }
    }

    #[test]
    fn carets_stand_under_what_is_meant() {
        let source = Source::new(None, "a: 1\r\n\ttimout: 5\nlast", Format::Yaml);
        assert_eq!(source.snippet(span(2, 2, 8)), "\ttimout: 5\n\t^^^^^^");
        assert_eq!(source.snippet(span(3, 1, 99)), "last\n^^^^");
        assert_eq!(source.snippet(span(3, 5, 5)), "last\n    ^");
        assert_eq!(source.snippet(span(9, 1, 2)), "\n^");
        let several = Span { end: Position { line: 3, column: 1 }, ..span(1, 4, 0) };
        assert_eq!(source.snippet(several), "a: 1\n   ^");
    }

    #[test]
    fn a_long_line_is_cropped_round_the_place() {
        let text = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let source = Source::new(None, &text, Format::Yaml);
        let snippet = source.snippet(span(1, 5001, 5005));
        let (line, carets) = snippet.split_once('\n').unwrap();
        assert_eq!(line.chars().count(), SHOWN + 2);
        let at = carets.find('^').unwrap();
        assert_eq!(line.chars().skip(at).take(4).collect::<String>(), "HERE");
        assert_eq!(carets.trim_start(), "^^^^");
    }

    #[test]
    fn too_many_findings_are_counted() {
        let mut findings = Findings::new(Source::new(Some("lab.yaml".into()), "x", Format::Yaml));
        for _ in 0..LISTED + 7 {
            findings.add(Diagnostic::warning(Code::UnknownKey, "odd"), span(1, 1, 2));
        }
        findings.add(Diagnostic::error(Code::WrongType, "bad"), span(1, 1, 2));
        let list = findings.finish();
        assert_eq!(list.len(), LISTED + 2);
        assert_eq!(list[LISTED].severity, Severity::Error);
        assert_eq!(list[LISTED + 1].message, "7 more warnings are not listed.");
    }
}
