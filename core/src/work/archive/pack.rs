//! Makes an archive of a folder or a file: as a file beside the target that gets the target's name once it is whole.

use super::end::Broken;
use super::item::items;
use super::unpacking::Watch;
use super::{tar, zip};
use crate::operation::{ArchiveFormat, ArchiveSpec};
use crate::work::target::{Place, fresh_beside, put_in_place, remove, unwritable};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Packs what there is. Says how many entries and bytes that was.
pub(super) fn pack(
    spec: &ArchiveSpec,
    format: ArchiveFormat,
    place: Place,
    watch: &Watch,
) -> Result<(u64, u64), Broken> {
    let target = Path::new(&spec.target);
    let fresh = fresh_beside(target);
    let items = items(Path::new(&spec.source), target, watch)?;
    let failed = |error: &io::Error| unwritable(target, error);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let mut file = File::create_new(&fresh).map_err(|error| failed(&error))?;
    let packed = match format {
        ArchiveFormat::Zip => zip::pack(&items, &mut file, watch),
        of_tar => tar::pack(&items, &mut file, of_tar, watch),
    };
    let written = packed.and_then(|()| {
        file.sync_all().map_err(|error| failed(&error))?;
        drop(file);
        watch.goes_on()?;
        put_in_place(&fresh, target, place).map_err(Broken::from)
    });
    if let Err(broken) = written {
        let _ = remove(&fresh);
        return Err(match broken {
            Broken::Damaged(why) => unwritable(target, &io::Error::other(why)).into(),
            broken => broken,
        });
    }
    Ok((
        items.len() as u64,
        items.iter().filter(|item| item.about.is_file()).map(|item| item.about.len()).sum(),
    ))
}
