//! An archive to unpack or to make, and how large its content may be.

use super::IfExists;
use super::download::wrong_path;
use serde::{Deserialize, Serialize};

/// Entries that an archive may have where nothing else is said.
pub const MAX_ENTRIES: u64 = 1_000_000;

/// Bytes that the content of an archive may have where nothing else is said.
pub const MAX_BYTES: u64 = 100 << 30;

/// An archive to unpack into a folder, or to make of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveSpec {
    /// Which of the two.
    #[serde(default)]
    pub mode: ArchiveMode,
    /// The archive to unpack, or the folder or file to pack; must be absolute.
    pub source: String,
    /// The folder that is made of the archive, or the archive; must be absolute.
    pub target: String,
    /// The format of the archive; its name says it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ArchiveFormat>,
    /// Leading folders that are removed from the names in the archive.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub strip_components: u32,
    /// What is done about a target that is there already; it fails when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_exists: Option<IfExists>,
    /// The most bytes that its content may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// The most entries that it may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_entries: Option<u64>,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// What is done with an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveMode {
    /// It is unpacked.
    #[default]
    Extract,
    /// It is made.
    Create,
}

/// How an archive is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchiveFormat {
    /// Zip.
    #[serde(rename = "zip")]
    Zip,
    /// Tar as it is.
    #[serde(rename = "tar")]
    Tar,
    /// Tar in gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// Tar in xz.
    #[serde(rename = "tar.xz")]
    TarXz,
    /// Tar in Zstandard.
    #[serde(rename = "tar.zst")]
    TarZst,
    /// Tar in bzip2.
    #[serde(rename = "tar.bz2")]
    TarBz2,
    /// 7z.
    #[serde(rename = "7z")]
    SevenZip,
}

impl ArchiveFormat {
    /// The words for the formats.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("zip", Self::Zip),
        ("tar", Self::Tar),
        ("tar.gz", Self::TarGz),
        ("tar.xz", Self::TarXz),
        ("tar.zst", Self::TarZst),
        ("tar.bz2", Self::TarBz2),
        ("7z", Self::SevenZip),
    ];

    /// The format that a file's name ends with.
    pub fn of_name(name: &str) -> Option<Self> {
        const SHORT: [(&str, ArchiveFormat); 9] = [
            ("tgz", ArchiveFormat::TarGz),
            ("txz", ArchiveFormat::TarXz),
            ("tzst", ArchiveFormat::TarZst),
            ("tar.zstd", ArchiveFormat::TarZst),
            ("tbz2", ArchiveFormat::TarBz2),
            ("tbz", ArchiveFormat::TarBz2),
            ("nupkg", ArchiveFormat::Zip),
            ("jar", ArchiveFormat::Zip),
            ("whl", ArchiveFormat::Zip),
        ];
        let name = name.to_ascii_lowercase();
        let ends = |end: &str| name.strip_suffix(end).is_some_and(|stem| stem.ends_with('.'));
        Self::NAMES.into_iter().chain(SHORT).find(|(end, _)| ends(end)).map(|(_, format)| format)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::NAMES.iter().find(|(_, format)| *format == self).map_or("", |(word, _)| word)
    }
}

impl ArchiveSpec {
    /// The name that says the format.
    pub fn archive(&self) -> &str {
        if self.mode == ArchiveMode::Create { &self.target } else { &self.source }
    }

    /// The format, as said or as its name says.
    pub fn known_format(&self) -> Option<ArchiveFormat> {
        self.format.or_else(|| ArchiveFormat::of_name(self.archive()))
    }

    /// Says what is wrong with it, each time with what to do.
    pub(super) fn check(&self, who: &str, invalid: &mut impl FnMut(String, &str)) {
        for (key, path) in [("source", &self.source), ("target", &self.target)] {
            if let Some(wrong) = wrong_path(path) {
                invalid(
                    format!("{who}: the {key} '{path}' {wrong}"),
                    "Write the path of the archive, and that of the folder.",
                );
            }
        }
        match (self.mode, self.known_format()) {
            (_, None) => {
                invalid(
                    format!("{who}: the name '{}' does not say which kind of archive it is", self.archive()),
                    "Add 'format:' with zip, tar, tar.gz, tar.xz, tar.zst, tar.bz2 or 7z.",
                );
            }
            (
                ArchiveMode::Create,
                Some(format @ (ArchiveFormat::TarXz | ArchiveFormat::TarBz2 | ArchiveFormat::SevenZip)),
            ) => {
                invalid(
                    format!("{who} makes a {}, which can be unpacked only", format.word()),
                    "Make a zip, tar, tar.gz or tar.zst.",
                );
            }
            _ => {}
        }
        if self.mode == ArchiveMode::Create {
            if self.if_exists == Some(IfExists::Merge) {
                invalid(
                    format!("{who} merges its target, which is an archive and not a folder"),
                    "Write 'keep', 'replace' or 'fail'.",
                );
            }
            let given = [
                ("strip-components", self.strip_components > 0),
                ("max-size", self.max_bytes.is_some()),
                ("max-entries", self.max_entries.is_some()),
            ];
            for (key, _) in given.into_iter().filter(|(_, given)| *given) {
                invalid(
                    format!("{who} makes an archive, for which '{key}' has no meaning"),
                    "Remove it, or write 'mode: extract'.",
                );
            }
        }
        if self.max_bytes == Some(0) || self.max_entries == Some(0) {
            invalid(
                format!("{who} may not unpack anything"),
                "Give 'max-size' and 'max-entries' values above zero, or leave them out.",
            );
        }
    }
}
