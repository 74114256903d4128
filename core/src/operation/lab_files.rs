//! The files that a lab was read from, as they were then: a run keeps them, so that it can be resumed by them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Bytes of all files of a lab together that are kept. A larger lab can be run, but not be resumed as it was.
const MOST_BYTES: usize = 32 << 20;

/// The content of files by their paths, as the lab was asked for and as it names them.
#[derive(Clone, Default, PartialEq)]
pub struct LabFiles {
    contents: BTreeMap<String, Arc<Vec<u8>>>,
    bytes: usize,
    too_large: bool,
}

/// Neither names nor contents, which may be anything.
impl fmt::Debug for LabFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabFiles").field("files", &self.contents.len()).field("bytes", &self.bytes).finish()
    }
}

impl LabFiles {
    /// The greatest number of bytes that are kept of a lab.
    pub const MOST_BYTES: usize = MOST_BYTES;

    /// Adds a file; one that is there already stays as it was read first. Once there is too much, nothing is kept.
    pub fn add(&mut self, path: &str, content: &Arc<Vec<u8>>) {
        if self.too_large || self.contents.contains_key(path) {
            return;
        }
        self.bytes += content.len();
        if self.bytes > MOST_BYTES {
            *self = Self { too_large: true, ..Self::default() };
            return;
        }
        self.contents.insert(path.to_owned(), Arc::clone(content));
    }

    /// The content of a file.
    pub fn get(&self, path: &str) -> Option<&Arc<Vec<u8>>> {
        self.contents.get(path)
    }

    /// Whether there is a file of this path.
    pub fn has(&self, path: &str) -> bool {
        self.contents.contains_key(path)
    }

    /// How many bytes may still be added.
    pub fn room(&self) -> usize {
        if self.too_large { 0 } else { MOST_BYTES - self.bytes }
    }

    /// Whether the files were too large to be kept.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.contents.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_first_stays() {
        let mut files = LabFiles::default();
        files.add("/labs/a.yaml", &Arc::new(b"first".to_vec()));
        files.add("/labs/a.yaml", &Arc::new(b"second".to_vec()));
        assert_eq!(files.iter().collect::<Vec<_>>(), [("/labs/a.yaml", &b"first"[..])]);
    }

    #[test]
    fn a_lab_that_is_too_large_is_not_kept_in_part() {
        let mut files = LabFiles::default();
        files.add("/labs/a.yaml", &Arc::new(b"name: A".to_vec()));
        assert_eq!(files.room(), MOST_BYTES - 7);
        files.add("/labs/b.yaml", &Arc::new(vec![b' '; MOST_BYTES]));
        assert!(files.is_too_large());
        assert_eq!((files.iter().count(), files.room()), (0, 0));
        files.add("/labs/c.yaml", &Arc::new(b"small".to_vec()));
        assert_eq!(files.iter().count(), 0, "the rest would not be the lab");
    }
}
