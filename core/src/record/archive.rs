//! A run's record as one zip file, which can be read wherever a run's folder can.
//!
//! It has the header, the plan, the journal, what operations wrote, what was in use of the machine, and the result: what is masked there is masked here.

use crate::error::{Code, Fault};
use crate::record::disk::{Append, Disk, Files, private};
use crate::record::{self, Record};
use parking_lot::Mutex;
use serde::Deserialize;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use zip::read::ZipArchive;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Bytes of one file of an archive, at most: what is larger was not made here.
const LARGEST: u64 = 2 << 30;

/// Files of an archive, at most.
const MOST_FILES: usize = 10_000;

/// What is to be written, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The run's folder.
    pub folder: PathBuf,
    /// The file to write.
    pub to: PathBuf,
    /// Whether it may take the place of one that has the name.
    #[serde(default)]
    pub replace: bool,
}

/// Writes the run in a folder as one file, in place of one that has the name when `replace` says so.
///
/// # Errors
/// [`Code::UnknownRun`] when the folder is not a run's, [`Code::JournalUnwritable`] when the file cannot be written, or
/// is there already.
pub fn export(folder: &Path, to: &Path, replace: bool) -> Result<(), Fault> {
    Record::open(&Files, folder).map_err(|error| unknown(folder, &error.to_string()))?;
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let unwritable = |error: &io::Error| {
        Fault::new(
            Code::JournalUnwritable,
            format!("The archive '{}' cannot be written: {error}.", to.display()),
        )
        .with_target(to.display().to_string())
    };
    if !replace && to.exists() {
        return Err(unwritable(&io::Error::new(ErrorKind::AlreadyExists, "it exists")));
    }
    let written = write(folder, &partial).and_then(|()| std::fs::rename(&partial, to));
    written.map_err(|error| {
        // What is left of it is of no use to anybody.
        let _ = std::fs::remove_file(&partial);
        unwritable(&error)
    })
}

fn write(folder: &Path, to: &Path) -> io::Result<()> {
    let file = private().write(true).create(true).truncate(true).open(to)?;
    let mut archive = ZipWriter::new(file);
    let options = SimpleFileOptions::default().large_file(true);
    for name in files(folder)? {
        let mut source = match File::open(folder.join(&name)) {
            Ok(source) => source,
            // A run that goes on may replace files.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        archive.start_file(&name, options).map_err(io_error)?;
        io::copy(&mut source, &mut archive)?;
    }
    archive.finish().map_err(io_error)?.sync_data()
}

/// The names of the files of a record, with `/` between their parts.
fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut all = Vec::new();
    for (below, within) in [
        (folder.to_owned(), ""),
        (record::journal_folder(folder), "journal/"),
        (record::output::output_folder(folder), "output/"),
    ] {
        let entries = match std::fs::read_dir(&below) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if entry.file_type()?.is_file() && is_of_record(within, &name) {
                all.push(format!("{within}{name}"));
            }
        }
    }
    all.sort_unstable();
    Ok(all)
}

fn is_of_record(within: &str, name: &str) -> bool {
    let ends = |ending: &str| Path::new(name).extension().is_some_and(|extension| extension == ending);
    match within {
        "journal/" => ends("jsonl"),
        "output/" => ends("log") || ends("index"),
        _ => ends("json") || matches!(name, "journal.jsonl" | "usage.jsonl"),
    }
}

/// What is read of an archive. Nothing is unpacked to the disk.
pub struct Archive {
    files: Mutex<ZipArchive<File>>,
    /// The file that was read last: its pages are asked for one after another.
    last: Mutex<Option<(String, Cursor<bytes::Shared>)>>,
}

/// Memory that several readers share.
mod bytes {
    use std::sync::Arc;

    /// The content of a file.
    #[derive(Clone)]
    pub(super) struct Shared(pub(super) Arc<Vec<u8>>);

    impl AsRef<[u8]> for Shared {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("files", &self.files.lock().len()).finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens an archive.
    ///
    /// # Errors
    /// [`Code::UnknownRun`] when it is not one.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let opened = File::open(path).and_then(|file| ZipArchive::new(file).map_err(io_error));
        let files = opened.map_err(|error| unknown(path, &error.to_string()))?;
        if files.len() > MOST_FILES {
            return Err(unknown(path, &format!("it has {} files", files.len())));
        }
        Ok(Self { files: Mutex::new(files), last: Mutex::default() })
    }

    fn content(&self, name: String) -> io::Result<Cursor<bytes::Shared>> {
        let mut last = self.last.lock();
        if let Some((known, content)) = &*last
            && *known == name
        {
            return Ok(content.clone());
        }
        let mut files = self.files.lock();
        let file = files.by_name(&name).map_err(io_error)?;
        let mut content = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut content)?;
        if content.len() as u64 > LARGEST {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("'{name}' is too large")));
        }
        let content = Cursor::new(bytes::Shared(std::sync::Arc::new(content)));
        *last = Some((name, content.clone()));
        Ok(content)
    }
}

/// A path as archives write it.
fn name_of(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

impl Disk for Archive {
    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn create(&self, _: &Path) -> io::Result<Box<dyn Append>> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn append(&self, _: &Path) -> io::Result<Box<dyn Append>> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(self.content(name_of(path))?))
    }

    fn open_at(&self, path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let mut content = self.content(name_of(path))?;
        content.set_position(offset);
        Ok(Box::new(content))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let within = name_of(folder) + "/";
        let files = self.files.lock();
        let inside = files.file_names().filter_map(|name| Some(name.ok()?.strip_prefix(&within)?.to_owned()));
        Ok(inside.filter(|name: &String| !name.contains('/')).collect())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        ZipError::FileNotFound => ErrorKind::NotFound.into(),
        other => io::Error::new(ErrorKind::InvalidData, other.to_string()),
    }
}

fn unknown(path: &Path, why: &str) -> Fault {
    Fault::new(Code::UnknownRun, format!("'{}' has no run that can be read: {why}.", path.display()))
        .with_target(path.display().to_string())
}
