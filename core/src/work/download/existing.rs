//! What is to be done about a target that is there already.

use super::digest::Hasher;
use super::end::End;
use super::hold::Hold;
use crate::operation::{Digest, IfExists};
use crate::work::target::{exists, unwritable};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Says why there is nothing to do, if there is not.
pub(super) fn settled(
    target: &Path,
    wanted: Option<&Digest>,
    if_exists: Option<IfExists>,
    hold: &Hold,
) -> Result<Option<String>, End> {
    match fs::metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unwritable(target, &error).into()),
        Ok(about) if about.is_dir() => {
            return Err(unwritable(target, &io::ErrorKind::IsADirectory.into()).into());
        }
        Ok(_) => {}
    }
    let shown = target.display();
    if let Some(wanted) = wanted
        && has(target, wanted, hold)?
    {
        return Ok(Some(format!("'{shown}' is there already and has the checksum {wanted}")));
    }
    match (if_exists, wanted) {
        (Some(IfExists::Fail), _) => Err(exists(target).into()),
        (Some(IfExists::Keep), _) | (None, None) => Ok(Some(format!(
            "'{shown}' is there already and is kept; 'if-exists: replace' downloads it again"
        ))),
        (Some(IfExists::Replace | IfExists::Merge), _) | (None, Some(_)) => Ok(None),
    }
}

fn has(target: &Path, wanted: &Digest, hold: &Hold) -> Result<bool, End> {
    let mut hasher = Hasher::new(wanted.algorithm);
    // What cannot be read is replaced.
    let Ok(mut file) = File::open(target) else { return Ok(false) };
    Ok(hasher.add(&mut file, hold.going())?.is_ok() && hasher.digest() == *wanted)
}
