//! What is put into an archive: the files, folders and links below a folder, or one file.

use super::end::{Broken, unreadable};
use super::unpacking::Watch;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Something to put into an archive.
pub(super) struct Item {
    path: PathBuf,
    /// Its name there, with slashes.
    pub(super) name: String,
    pub(super) about: Metadata,
    /// Where it leads, if it is a link.
    pub(super) link: Option<String>,
}

/// All that is in a folder, in the order of the names: the same folder makes the same archive.
pub(super) fn items(source: &Path, target: &Path, watch: &Watch) -> Result<Vec<Item>, Broken> {
    let unreadable = |path: &Path, why: &str| unreadable(&path.display().to_string(), why);
    let about = fs::metadata(source).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unreadable(source, "it does not exist"),
        _ => unreadable(source, &error.to_string()),
    })?;
    if !about.is_dir() {
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![Item { path: source.to_owned(), name, about, link: None }]);
    }
    let mut items = Vec::new();
    for entry in WalkDir::new(source).min_depth(1).sort_by_file_name() {
        watch.goes_on()?;
        let entry = entry.map_err(|error| unreadable(error.path().unwrap_or(source), &error.to_string()))?;
        // The archive of a folder in the folder itself.
        if entry.path() == target {
            continue;
        }
        let failed = |why: &str| Broken::from(unreadable(entry.path(), why));
        let about = entry.path().symlink_metadata().map_err(|error| failed(&error.to_string()))?;
        let parts = entry.path().strip_prefix(source).unwrap_or(entry.path()).iter();
        let parts: Option<Vec<&str>> = parts.map(std::ffi::OsStr::to_str).collect();
        let name = parts.ok_or_else(|| failed("its name is not Unicode"))?.join("/");
        let link = match about.is_symlink() {
            true => {
                let to = fs::read_link(entry.path()).map_err(|error| failed(&error.to_string()))?;
                let to = to.to_str().ok_or_else(|| failed("it leads to a name that is not Unicode"))?;
                Some(if cfg!(windows) { to.replace('\\', "/") } else { to.to_owned() })
            }
            false => None,
        };
        if !about.is_dir() && !about.is_file() && link.is_none() {
            return Err(failed("it is neither a file, a folder nor a link"));
        }
        items.push(Item { path: entry.path().to_owned(), name, about, link });
    }
    Ok(items)
}

impl Item {
    /// Who may do what with it.
    pub(super) fn mode(&self) -> u32 {
        #[cfg(unix)]
        {
            std::os::unix::fs::PermissionsExt::mode(&self.about.permissions()) & 0o777
        }
        #[cfg(not(unix))]
        if self.about.is_dir() { 0o755 } else { 0o644 }
    }

    /// Its content, as long as it goes on, and exactly as much as it had when it was looked at.
    pub(super) fn content(&self, watch: &Watch) -> Result<impl Read + use<>, Broken> {
        let path = self.path.display().to_string();
        let file = File::open(&self.path).map_err(|error| unreadable(&path, &error.to_string()))?;
        Ok(Watched { file, left: self.about.len(), watch: watch.clone(), path })
    }

    /// Copies its content.
    pub(super) fn copy(&self, to: &mut impl Write, watch: &Watch) -> Result<(), Broken> {
        let mut content = self.content(watch)?;
        io::copy(&mut content, to).map_err(|error| stopped_or(watch, error))?;
        Ok(())
    }
}

struct Watched {
    file: File,
    left: u64,
    watch: Watch,
    path: String,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.goes_on().map_err(|_| io::Error::other("stopped"))?;
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(io::Error::other(format!("'{}' became shorter while it was read", self.path)));
        }
        self.left -= read as u64;
        let _ = self.watch.passed(read as u64);
        Ok(read)
    }
}

/// What an error means: a stop reaches a library as an error of what it reads.
pub(super) fn stopped_or(watch: &Watch, error: io::Error) -> Broken {
    match watch.goes_on() {
        Err(stopped) => stopped,
        Ok(()) => Broken::Damaged(error.to_string()),
    }
}
