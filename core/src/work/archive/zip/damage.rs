//! What an error of the library says of a zip.

use super::super::end::{Broken, encrypted};
use std::io;
use zip::result::ZipError;

/// What is wrong with a zip.
pub(super) fn damaged(error: &ZipError) -> Broken {
    match error {
        ZipError::UnsupportedArchive(why) if why.contains("assword") => encrypted().into(),
        ZipError::InvalidArchive(why) if why.contains("overlapping") => {
            Broken::Unsafe("its entries overlap, as those of bombs do".to_owned())
        }
        ZipError::InvalidArchive(why) => {
            let why = why.replacen("header inconsistency detected", "it says two things of one entry", 1);
            Broken::Damaged(why)
        }
        ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Broken::Damaged("it ends too early".to_owned())
        }
        error => Broken::Damaged(error.to_string()),
    }
}
