//! The lab of a run as it was read: `lab.json`, with the lab's files and the script files that it names.
//!
//! These files are kept unchanged, because a lab with masked values would be another lab. A lab that contains a value
//! known to be a secret is therefore not kept at all, and the document says so. References to secrets are
//! references there too. The header has the document's hash, so that what was changed or cut off is not taken for the lab.

use crate::operation::LabFiles;
use crate::record::disk::Disk;
use crate::record::header::{self, Header};
use crate::record::lab_path;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

/// Version of the document.
const FORMAT: u32 = 1;

/// Bytes of a document that is read, at most: those of the files as JSON, all of them escaped.
const LARGEST: u64 = 8 * LabFiles::MOST_BYTES as u64;

/// Why the record of a run has no lab that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoLab {
    /// An older version wrote the record, or the run was not started from a lab file.
    Absent,
    /// The lab was not kept.
    NotKept(NotKept),
    /// It is not what was written.
    Damaged(String),
    /// A newer version wrote it, in this format.
    Newer(u32),
}

/// Why a lab was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum NotKept {
    /// The run was resumed with objects in place of its lab.
    Objects,
    /// Its files are too large.
    TooLarge,
    /// One of them contains a value that is known to be a secret.
    Secret {
        /// That file.
        file: String,
    },
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Objects => f.write_str("its operations were given as objects"),
            Self::TooLarge => {
                write!(f, "its files have more than {} MiB together", LabFiles::MOST_BYTES >> 20)
            }
            Self::Secret { file } => write!(f, "'{file}' has the value of a secret"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_kept: Option<NotKept>,
    #[serde(default)]
    files: Vec<KeptFile>,
}

/// What every version of the document has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// One file as the document has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Its path.
    pub path: String,
    /// Its content where that is UTF-8, a byte order mark included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its bytes where it is not, as hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

/// The files of a lab as a document has them.
pub fn kept_files(files: &LabFiles) -> impl Iterator<Item = KeptFile> {
    files.iter().map(|(path, bytes)| KeptFile::of(path, bytes))
}

/// The content of `lab.json`, a line for each file.
pub fn document(files: &Result<LabFiles, NotKept>) -> Vec<u8> {
    // Documents of texts can always be written.
    let line = |file: &KeptFile| serde_json::to_string(file).unwrap_or_default();
    let text = match files {
        Ok(files) => {
            let lines: Vec<String> = kept_files(files).map(|file| line(&file)).collect();
            format!("{{\"format\":{FORMAT},\"files\":[\n{}\n]}}\n", lines.join(",\n"))
        }
        Err(why) => {
            let document = Document { format: FORMAT, not_kept: Some(why.clone()), files: Vec::new() };
            serde_json::to_string(&document).unwrap_or_default() + "\n"
        }
    };
    text.into_bytes()
}

impl KeptFile {
    fn of(path: &str, bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).ok().map(str::to_owned);
        let hex = text.is_none().then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        Self { path: path.to_owned(), text, hex }
    }

    fn bytes(self) -> Option<Vec<u8>> {
        let Some(hex) = self.hex else { return self.text.map(String::into_bytes) };
        let digits = hex.as_bytes().chunks(2);
        digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect()
    }
}

/// The lab of the run in a folder.
pub(super) fn read(disk: &dyn Disk, folder: &Path, header: &Header) -> Result<LabFiles, NoLab> {
    let Some(hash) = &header.lab else { return Err(NoLab::Absent) };
    let damaged = |why: &str| NoLab::Damaged(why.to_owned());
    let file = disk.open(&lab_path(folder)).map_err(|error| match error.kind() {
        ErrorKind::NotFound => damaged("the file is missing"),
        _ => damaged(&error.to_string()),
    })?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| damaged(&error.to_string()))?;
    if header::fingerprint(&bytes) != *hash {
        return Err(damaged("it does not match its checksum"));
    }
    let broken = |error: serde_json::Error| damaged(&error.to_string());
    let Format { format } = serde_json::from_slice(&bytes).map_err(broken)?;
    if format > FORMAT {
        return Err(NoLab::Newer(format));
    }
    let document: Document = serde_json::from_slice(&bytes).map_err(broken)?;
    if let Some(why) = document.not_kept {
        return Err(NoLab::NotKept(why));
    }
    let mut files = LabFiles::default();
    for file in document.files {
        let path = file.path.clone();
        let bytes = file.bytes().ok_or_else(|| damaged("a file in it is not readable"))?;
        files.add(&path, &Arc::new(bytes));
    }
    Ok(files)
}
