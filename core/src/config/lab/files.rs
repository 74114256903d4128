//! Reads the operations that work on files as such: downloads and archives.

use super::work::WorkKeys;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Span};
use crate::config::text::fields::{self, Fields};
use crate::config::text::{paths, quantity};
use crate::error::Code;
use crate::operation::{ArchiveFormat, ArchiveMode, ArchiveSpec, DownloadSpec, IfExists, Work};
use std::collections::BTreeMap;

/// The keys that say something of a file.
pub(in crate::config) struct FileKeys<'n> {
    url: Option<&'n Entry>,
    target: Option<&'n Entry>,
    checksum: Option<&'n Entry>,
    headers: Option<&'n Entry>,
    max_size: Option<&'n Entry>,
    if_exists: Option<&'n Entry>,
    source: Option<&'n Entry>,
    format: Option<&'n Entry>,
    strip_components: Option<&'n Entry>,
    max_entries: Option<&'n Entry>,
}

impl<'n> FileKeys<'n> {
    pub(in crate::config) fn take(fields: &mut Fields<'n>, findings: &mut Findings<'_>) -> Self {
        let mut take = |names: &[&'static str]| fields.take(names, findings);
        Self {
            url: take(&["url", "urls"]),
            target: take(&["target", "destination"]),
            checksum: take(&["checksum"]),
            headers: take(&["headers"]),
            max_size: take(&["max-size"]),
            if_exists: take(&["if-exists"]),
            source: take(&["source"]),
            format: take(&["format"]),
            strip_components: take(&["strip-components"]),
            max_entries: take(&["max-entries"]),
        }
    }

    /// The URL to ask, of an operation that works on no file.
    pub(in crate::config) fn url_alone(&self, is: &str, findings: &mut Findings<'_>) -> Option<&'n Entry> {
        Self { url: None, ..*self }.refuse(is, findings);
        self.url
    }

    /// Whether there is a URL, which says by itself that it is a download.
    pub(in crate::config) fn has_url(&self) -> bool {
        self.url.is_some()
    }

    /// Refuses all of them in an operation of another kind.
    pub(in crate::config) fn refuse(&self, is: &str, findings: &mut Findings<'_>) {
        let shared = [self.target, self.max_size, self.if_exists];
        for entry in self.of_a_download().chain(self.of_an_archive()).chain(shared.into_iter().flatten()) {
            let message =
                format!("'{}' belongs to downloads and archives, but this operation is {is}", entry.key);
            let advice = "Write 'provider: download' or 'provider: archive', or remove the key.";
            findings.error(Code::InvalidValue, entry.key_at, &message, advice);
        }
    }

    fn of_a_download(&self) -> impl Iterator<Item = &'n Entry> + use<'n> {
        [self.url, self.checksum, self.headers].into_iter().flatten()
    }

    fn of_an_archive(&self) -> impl Iterator<Item = &'n Entry> + use<'n> {
        [self.source, self.format, self.strip_components, self.max_entries].into_iter().flatten()
    }

    /// An archive to unpack or to make.
    pub(in crate::config) fn archive(
        &self,
        work: &WorkKeys<'n>,
        at: Span,
        findings: &mut Findings<'_>,
    ) -> Option<Work> {
        work.refuse("an archive operation", findings);
        for entry in self.of_a_download() {
            let message = format!("'{}' belongs to downloads, but this is an archive operation", entry.key);
            findings.error(
                Code::InvalidValue,
                entry.key_at,
                &message,
                "Download the archive by an operation that this one depends on.",
            );
        }
        let modes = [("extract", ArchiveMode::Extract), ("create", ArchiveMode::Create)];
        let mode =
            work.mode.and_then(|entry| fields::choice(entry, &modes, &[], findings)).unwrap_or_default();
        let source = match self.source {
            Some(entry) => path(entry, findings),
            None => {
                let advice = "Add 'source:' with the archive to unpack, or with the folder to pack.";
                findings.error(Code::MissingWork, at.first_line(), "it has no source", advice);
                None
            }
        };
        let advice = "Add 'target:' with the folder that the archive becomes, or with the archive to make.";
        let target = self.target(at, advice, findings);
        let spec = ArchiveSpec {
            mode,
            format: self.format.and_then(|entry| fields::choice(entry, &ArchiveFormat::NAMES, &[], findings)),
            strip_components: self
                .strip_components
                .and_then(|entry| fields::whole(entry, 0..=256, findings))
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or(0),
            if_exists: self.if_exists(findings),
            max_bytes: self.max_size.and_then(|entry| size(entry, findings)),
            max_entries: self
                .max_entries
                .and_then(|entry| fields::whole(entry, 1..=1_000_000_000, findings))
                .and_then(|count| u64::try_from(count).ok()),
            source: source?,
            target: target?,
        };
        Some(Work::Archive(Box::new(spec)))
    }

    /// A download.
    pub(in crate::config) fn download(
        &self,
        work: &WorkKeys<'n>,
        at: Span,
        findings: &mut Findings<'_>,
    ) -> Option<Work> {
        work.refuse("a download operation", findings);
        for entry in self.of_an_archive().chain(work.mode) {
            let message = format!("'{}' belongs to archives, but this is a download operation", entry.key);
            findings.error(
                Code::InvalidValue,
                entry.key_at,
                &message,
                "Unpack what it fetches by an operation that depends on it.",
            );
        }
        let urls = match self.url {
            Some(entry) => fields::texts(entry, findings).unwrap_or_default(),
            None => {
                let advice = "Add 'url:' with an https, http or file URL, or a list of them.";
                findings.error(Code::MissingWork, at.first_line(), "it has no URL to download from", advice);
                return None;
            }
        };
        let spec = DownloadSpec {
            urls,
            checksum: self.checksum.and_then(|entry| fields::text(entry, findings)),
            headers: self.headers(findings),
            max_bytes: self.max_size.and_then(|entry| size(entry, findings)),
            if_exists: self.if_exists(findings),
            environment: BTreeMap::new(),
            target: self.target(
                at,
                "Add 'target:' with the path of the file, its name included.",
                findings,
            )?,
        };
        Some(Work::Download(Box::new(spec)))
    }

    fn target(&self, at: Span, advice: &str, findings: &mut Findings<'_>) -> Option<String> {
        let Some(entry) = self.target else {
            findings.error(Code::MissingKey, at.first_line(), "it has no target", advice);
            return None;
        };
        path(entry, findings)
    }

    fn if_exists(&self, findings: &mut Findings<'_>) -> Option<IfExists> {
        let known = [
            ("keep", IfExists::Keep),
            ("replace", IfExists::Replace),
            ("merge", IfExists::Merge),
            ("fail", IfExists::Fail),
        ];
        fields::choice(self.if_exists?, &known, &[], findings)
    }

    fn headers(&self, findings: &mut Findings<'_>) -> BTreeMap<String, String> {
        let Some(mapping) = self.headers.and_then(|entry| fields::mapping(entry, findings)) else {
            return BTreeMap::new();
        };
        let one = |entry: &Entry| Some((entry.key.clone(), fields::text(entry, findings)?));
        mapping.iter().filter_map(one).collect()
    }
}

/// A path, relative to the lab file.
fn path(entry: &Entry, findings: &mut Findings<'_>) -> Option<String> {
    let text = fields::text(entry, findings)?;
    let resolved = findings.resolve(entry.value.at, text.trim());
    if paths::is_absolute(&resolved) && !resolved.starts_with('~') {
        return Some(resolved);
    }
    let message = format!("'{}: {text}' cannot be resolved", entry.key);
    let advice = "Write an absolute path, or read the lab by the full path of its file.";
    findings.error(Code::InvalidValue, entry.value.at, &message, advice);
    None
}

/// A size in bytes.
fn size(entry: &Entry, findings: &mut Findings<'_>) -> Option<u64> {
    let advice = "Write a size such as 500MB or 4GB.";
    let Some(text) = fields::text_of(&entry.value) else {
        fields::wrong_type(&entry.key, &entry.value, "a size", advice, findings);
        return None;
    };
    match quantity::size(&text) {
        Ok(bytes) => Some(bytes),
        Err(why) => {
            let message = format!("'{}': '{text}' {why}", entry.key);
            findings.error(Code::InvalidQuantity, entry.value.at, &message, advice);
            None
        }
    }
}
