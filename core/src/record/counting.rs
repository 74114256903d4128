//! The files of this machine, for tests that must know which of them were opened.

use super::disk::{Append, Disk, Files};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The files, and the names of the opened ones.
#[derive(Debug, Default)]
pub(crate) struct Counting(Mutex<Vec<PathBuf>>);

impl Counting {
    /// What was opened since this was asked last, in that order.
    pub(crate) fn opened(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Disk for Counting {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        Files.make_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Files.create(path)
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Files.append(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.0.lock().unwrap().push(path.to_owned());
        Files.open(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.0.lock().unwrap().push(folder.to_owned());
        Files.names(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Files.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Files.remove(path)
    }
}
