//! Where records are written to and read from: the files of this machine, or a model of them in tests.
//!
//! What is made here is the user's alone: output of programs may hold what other users must not read.

use super::durability::Durability;
use std::fmt::Debug;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The few things that records need of a file system.
pub trait Disk: Debug + Send + Sync {
    /// Makes a folder and those above it; one that is there is left as it is.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a file to append to; one that is there is an error.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Append>>;
    /// Opens a file to append to, which is made if it is not there.
    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>>;
    /// Opens a file to read it from its beginning.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;
    /// Opens a file to read it from a place on, which may lie behind its end.
    fn open_at(&self, path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let mut file = self.open(path)?;
        io::copy(&mut file.by_ref().take(offset), &mut io::sink())?;
        Ok(file)
    }
    /// The names in a folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Gives a file another name in the same folder, in place of what had that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in a folder would survive a power cut; a disk that is only read has none to wait for.
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Makes a file that is there as a whole or not at all; with a durability that is waited for, also after a power
    /// cut.
    fn put(&self, path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        // One that a dead process left behind.
        let _ = self.remove(partial.as_ref());
        let mut file = self.create(partial.as_ref())?;
        file.write_all(bytes)?;
        if durability.is_synced() {
            file.sync()?;
        }
        self.rename(partial.as_ref(), path)?;
        match path.parent() {
            Some(folder) if durability.is_synced() => self.sync_folder(folder),
            _ => Ok(()),
        }
    }
}

/// A file that is written from its beginning to its end.
pub trait Append: Debug + Send + Write {
    /// Waits until all that was written would survive a power cut.
    fn sync(&mut self) -> io::Result<()>;
    /// A second handle to the same file, for another thread.
    fn second(&self) -> io::Result<Box<dyn Append>>;
}

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files;

impl Disk for Files {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(private().create_new(true).append(true).open(path)?))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(private().create(true).append(true).open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path)?))
    }

    fn open_at(&self, path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(file))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let names = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    // Windows writes names through the log of its file system, and has no way to wait for that.
    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

/// How a file is made that other users cannot read.
pub(crate) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are a matter of Unix"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Append for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn second(&self) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(self.try_clone()?))
    }
}
