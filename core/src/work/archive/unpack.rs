//! Unpacks an archive: entry by entry, each of which is checked before anything is made of it.

use super::end::{Broken, unreadable};
use super::limits::Limits;
use super::name::Rules;
use super::tree::Tree;
use super::unpacking::{Unpacking, Watch};
use super::{seven, tar, zip};
use crate::operation::{ArchiveFormat, ArchiveSpec};
use crate::work::target::Place;
use std::fs::File;
use std::path::Path;

/// Unpacks an archive into a target that is not there, or may be replaced. Says how many entries and bytes it had.
pub(super) fn unpack(
    spec: &ArchiveSpec,
    format: ArchiveFormat,
    place: Place,
    watch: &Watch,
    rules: Rules,
) -> Result<(u64, u64), Broken> {
    let failed = |error: &std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
            std::io::ErrorKind::PermissionDenied => "access is denied".to_owned(),
            _ => error.to_string(),
        };
        unreadable(&spec.source, &why)
    };
    let file = File::open(&spec.source).map_err(|error| failed(&error))?;
    let about = file.metadata().map_err(|error| failed(&error))?;
    if about.is_dir() {
        return Err(unreadable(&spec.source, "it is a folder").into());
    }
    let target = match place {
        // Who names a link to a folder means the folder.
        Place::Merge => Path::new(&spec.target).canonicalize().unwrap_or_else(|_| spec.target.clone().into()),
        _ => spec.target.clone().into(),
    };
    let mut unpacking = Unpacking {
        tree: Tree::beside(&target, rules)?,
        limits: Limits::new(spec, about.len()),
        watch: watch.clone(),
        spec,
        rules,
    };
    match format {
        ArchiveFormat::Zip | ArchiveFormat::SevenZip if !about.is_file() => {
            return Err(unreadable(&spec.source, "it is not a file").into());
        }
        ArchiveFormat::Zip => zip::unpack(file, &mut unpacking)?,
        ArchiveFormat::SevenZip => seven::unpack(file, &mut unpacking)?,
        of_tar => tar::unpack(file, of_tar, &mut unpacking)?,
    }
    watch.goes_on()?;
    let counted = unpacking.limits.counted();
    unpacking.tree.complete(&target, place)?;
    Ok(counted)
}
