//! 7z archives, read only.

use super::end::{Broken, encrypted};
use super::positioned::Positioned;
use super::times;
use super::tree::LONGEST_LINK;
use super::unpacking::Unpacking;
use super::write::{Attributes, CHUNK};
use sevenz_rust2::{ArchiveEntry, ArchiveReader, Error, Password};
use std::fs::File;
use std::io::Read;

/// Memory that its methods may want, in KiB.
const MEMORY_KIB: usize = 1024 * 1024;

/// The attribute of Windows that says that the upper half is a mode of Unix.
const HAS_MODE: u32 = 0x8000;
/// A file of Windows that stands for something else.
const REPARSE: u32 = 0x400;

/// The kinds of files in a mode.
const KINDS: u32 = 0o170_000;
const PLAIN: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

pub(super) fn unpack(file: File, into: &mut Unpacking<'_>) -> Result<(), Broken> {
    let source = Positioned::new(file).map_err(|error| Broken::Damaged(error.to_string()))?;
    let mut archive =
        ArchiveReader::new_with_memory_limit(source, Password::empty(), MEMORY_KIB).map_err(damaged)?;
    // Each thread would want as much memory again.
    archive.set_thread_count(1);
    let files = &archive.archive().files;
    into.limits
        .promised(files.len() as u64, files.iter().fold(0, |sum, file| file.size().saturating_add(sum)))?;
    if (0..files.len()).any(|index| archive.archive().is_file_encrypted(index)) {
        return Err(encrypted().into());
    }
    let (mut buffer, mut broken) = (vec![0; CHUNK], None);
    let read = archive.for_each_entries(|entry, content| match one(entry, content, &mut buffer, into) {
        Ok(()) => Ok(true),
        Err(why) => {
            broken = Some(why);
            Err(Error::Other("stopped".into()))
        }
    });
    match broken {
        Some(broken) => Err(broken),
        None => read.map_err(damaged),
    }
}

fn one(
    entry: &ArchiveEntry,
    content: &mut dyn Read,
    buffer: &mut [u8],
    into: &mut Unpacking<'_>,
) -> Result<(), Broken> {
    let Some(name) = into.next(entry.name().as_bytes())? else { return Ok(()) };
    let flags = entry.windows_attributes();
    let mode = (flags & HAS_MODE != 0).then_some(flags >> 16);
    let modified =
        entry.has_last_modified_date.then(|| times::of_windows(entry.last_modified_date().into())).flatten();
    let attributes = Attributes { mode, modified };
    let other = || Broken::Unsafe(format!("'{name}' is neither a file, a folder nor a link"));
    if entry.is_anti_item() || (mode.is_none() && flags & REPARSE != 0) {
        return Err(other());
    }
    match (mode.map_or(0, |mode| mode & KINDS), entry.is_directory()) {
        (0 | FOLDER, true) => into.tree.folder(&name, attributes),
        (0 | PLAIN, false) => {
            let path = into.tree.file(&name)?;
            into.write(&name, &path, content, attributes, buffer, &mut |_| ())
        }
        (LINK, false) => {
            let mut text = Vec::new();
            let read = content.take(LONGEST_LINK + 1).read_to_end(&mut text);
            read.map_err(|error| Broken::Damaged(format!("'{name}' cannot be read: {error}")))?;
            into.tree.link(&name, &text)
        }
        _ => Err(other()),
    }
}

fn damaged(error: Error) -> Broken {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => encrypted().into(),
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => encrypted().into(),
        Error::UnsupportedCompressionMethod(method) => {
            Broken::Damaged(format!("its method '{method}' is not known"))
        }
        Error::MaxMemLimited { .. } => {
            Broken::Unsafe("it wants more than a gigabyte of memory to be unpacked".to_owned())
        }
        error => Broken::Damaged(match error {
            Error::BadSignature(_) => "it does not begin as a 7z".to_owned(),
            Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => {
                "a checksum in it is wrong".to_owned()
            }
            Error::Io(error, _) => error.to_string(),
            Error::Other(why) | Error::Unsupported(why) => why.into_owned(),
            error => format!("it cannot be read ({error})"),
        }),
    }
}
