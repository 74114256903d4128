//! Zip archives, read and written.
//!
//! A zip says twice what it has, before each entry and in its directory. Where the two differ, two programs see two
//! archives, and one of them has been checked and the other one not: such an archive is refused.

mod damage;
mod ending;
mod files;
mod pack;

pub(super) use pack::pack;

use super::end::{Broken, encrypted};
use super::name::Name;
use super::positioned::Positioned;
use super::times;
use super::tree::LONGEST_LINK;
use super::unpacking::Unpacking;
use super::write::Attributes;
use damage::damaged;
use files::Task;
use std::fs::File;
use std::io::Read;
use zip::read::ZipFileEntry;
use zip::{System, ZipArchive};

/// The kinds of files in the mode of an entry.
const KINDS: u32 = 0o170_000;
const PLAIN: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// What an entry becomes.
enum Becomes {
    Folder,
    Link,
    File,
}

/// Unpacks a zip: all of its names are judged before the first file is written.
pub(super) fn unpack(file: File, into: &mut Unpacking<'_>) -> Result<(), Broken> {
    let mut reader = Positioned::new(file).map_err(|error| Broken::Damaged(error.to_string()))?;
    let length = reader.length();
    let ending = ending::find(&mut reader, length)?;
    into.limits.promised(ending.entries, 0)?;
    let mut archive = ZipArchive::new(reader).map_err(|error| damaged(&error))?;
    if archive.has_duplicate_names() {
        return Err(Broken::Unsafe("a name is in it twice".to_owned()));
    }
    if archive.len() as u64 != ending.entries
        || archive.comment().len() != ending.comment
        || archive.central_directory_start() != ending.directory
    {
        return Err(Broken::Damaged("it has more than one directory".to_owned()));
    }
    for index in 0..archive.len() {
        if archive.by_index_data(index).map_err(|error| damaged(&error))?.encrypted() {
            return Err(encrypted().into());
        }
    }
    archive.validate_header_consistency().map_err(|error| damaged(&error))?;
    let (mut tasks, mut promised) = (Vec::new(), 0_u64);
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|error| damaged(&error))?;
        let Some(name) = name(&entry, into)? else { continue };
        let (becomes, mode, size) = (becomes(&entry, &name)?, entry.unix_mode(), entry.size());
        promised = promised.saturating_add(size);
        into.limits.promised(0, promised)?;
        match becomes {
            Becomes::Folder => {
                let entry = archive.by_index(index).map_err(|error| damaged(&error))?;
                into.tree.folder(&name, Attributes { mode, modified: times::of_zip(&entry) })?;
            }
            Becomes::Link => {
                let text = link_text(&mut archive, index)?;
                into.tree.link(&name, &text)?;
            }
            Becomes::File => tasks.push(Task { index, path: into.tree.file(&name)?, name, mode, size }),
        }
    }
    files::unpack(&archive, &tasks, into)
}

fn name(entry: &ZipFileEntry<'_>, into: &mut Unpacking<'_>) -> Result<Option<Name>, Broken> {
    let name = entry.name().map_err(|error| damaged(&error))?;
    // Windows has written its own separator for a long time.
    match entry.system() == System::Dos && name.contains('\\') {
        true => into.next(name.replace('\\', "/").as_bytes()),
        false => into.next(name.as_bytes()),
    }
}

fn becomes(entry: &ZipFileEntry<'_>, name: &Name) -> Result<Becomes, Broken> {
    // A name with a separator of Windows at its end is a folder's, too.
    let folder = entry.is_dir() || entry.name_raw().ends_with(b"\\");
    match (entry.unix_mode().unwrap_or(0) & KINDS, folder) {
        (0 | PLAIN | FOLDER, true) if entry.size() == 0 => Ok(Becomes::Folder),
        (0 | PLAIN, false) => Ok(Becomes::File),
        (LINK, false) => Ok(Becomes::Link),
        (FOLDER, false) if entry.size() == 0 => Ok(Becomes::Folder),
        (0 | PLAIN | FOLDER | LINK, _) => {
            Err(Broken::Unsafe(format!("'{name}' is a folder, and has a content as well")))
        }
        _ => Err(Broken::Unsafe(format!("'{name}' is neither a file, a folder nor a link"))),
    }
}

fn link_text(archive: &mut ZipArchive<Positioned>, index: usize) -> Result<Vec<u8>, Broken> {
    let entry = archive.by_index(index).map_err(|error| damaged(&error))?;
    let mut text = Vec::new();
    let read = entry.take(LONGEST_LINK + 1).read_to_end(&mut text);
    read.map_err(|error| Broken::Damaged(error.to_string()))?;
    Ok(text)
}
