//! What can go wrong in the build: one sentence that names the culprit and says what to do.

use std::fmt;
use std::path::Path;

/// One fault of the build.
#[derive(Debug)]
pub struct Fault(String);

/// A value or a [`Fault`].
pub type Outcome<T = ()> = Result<T, Fault>;

impl Fault {
    /// A fault told by this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A file or folder that could not be read or written.
    pub fn file(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
