//! The files of this machine, for tests of disks that refuse: something is asked before each write and each sync.

use super::disk::{Append, Disk, Files};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

type Ask<T> = Arc<dyn Fn(T) -> io::Result<()> + Send + Sync>;

/// The files, and what may refuse.
#[derive(Clone)]
pub(crate) struct Hooked {
    write: Ask<usize>,
    sync: Ask<()>,
}

impl Hooked {
    /// Asks before bytes are written, with their number.
    pub(crate) fn writes(may: impl Fn(usize) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { write: Arc::new(may), sync: Arc::new(|()| Ok(())) }
    }

    /// Asks before a file is synced.
    pub(crate) fn syncs(may: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { write: Arc::new(|_| Ok(())), sync: Arc::new(move |()| may()) }
    }

    fn file(&self, file: Box<dyn Append>) -> Box<dyn Append> {
        Box::new(File(file, self.clone()))
    }
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}

#[derive(Debug)]
struct File(Box<dyn Append>, Hooked);

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.1.write)(bytes.len())?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Append for File {
    fn sync(&mut self) -> io::Result<()> {
        (self.1.sync)(())?;
        self.0.sync()
    }

    fn second(&self) -> io::Result<Box<dyn Append>> {
        Ok(self.1.file(self.0.second()?))
    }
}

impl Disk for Hooked {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        Files.make_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Ok(self.file(Files.create(path)?))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Ok(self.file(Files.append(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Files.open(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        Files.names(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Files.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Files.remove(path)
    }
}
