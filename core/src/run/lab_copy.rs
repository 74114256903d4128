//! What a run keeps of its lab: the files it was read from and the script files that its operations name.

use super::options::RunOptions;
use crate::config;
use crate::operation::LabFiles;
use crate::plan::Plan;
use crate::record::lab::{NotKept, document};
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The document with the lab of a run; nothing for a run of something else.
pub(super) fn of(plan: &Plan, options: &RunOptions) -> Option<Vec<u8>> {
    let files = match plan.files() {
        Some(files) => with_scripts(files.clone(), options),
        None => Err(options.source.as_ref().map(|_| NotKept::Objects)?),
    };
    Some(document(&files))
}

fn with_scripts(mut files: LabFiles, options: &RunOptions) -> Result<LabFiles, NotKept> {
    for path in &options.scripts {
        // Of a lab that comes from the record of an earlier run, the script may be there as it was.
        if !files.has(path)
            && let Some(content) = script(path, files.room())
        {
            files.add(path, &Arc::new(content));
        }
    }
    if files.is_too_large() {
        return Err(NotKept::TooLarge);
    }
    let with_secret = files.iter().find(|(_, content)| has_secret(content, options));
    match with_secret.map(|(file, _)| file.to_owned()) {
        Some(file) => Err(NotKept::Secret { file }),
        None => Ok(files),
    }
}

/// The content of a script file, cut to the room that is left; none for a file that does not exist, because an operation has yet to write it.
fn script(path: &str, room: usize) -> Option<Vec<u8>> {
    // Opening a pipe would wait for its other end.
    if !std::fs::metadata(Path::new(path)).ok()?.is_file() {
        return None;
    }
    let mut content = Vec::new();
    File::open(path).ok()?.take(room as u64 + 1).read_to_end(&mut content).ok()?;
    Some(content)
}

fn has_secret(content: &[u8], options: &RunOptions) -> bool {
    if options.secrets.masks_nothing() && options.masked.is_empty() {
        return false;
    }
    let text =
        config::decode(content).unwrap_or_else(|_| Cow::Owned(String::from_utf8_lossy(content).into_owned()));
    options.secrets.are_in(&text) || options.masked.are_in(&text)
}

#[cfg(test)]
#[path = "lab_copy_tests.rs"]
mod tests;
