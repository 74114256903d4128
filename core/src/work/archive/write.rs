//! Writes what comes out of an archive: files, folders and links, with what is harmless of their attributes.

use super::end::Broken;
use crate::work::target::unwritable;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::SystemTime;

/// Bytes that are written at once.
pub(super) const CHUNK: usize = 128 * 1024;

/// What an archive says of an entry.
#[derive(Clone, Copy, Default)]
pub(super) struct Attributes {
    /// Who may do what, of which only what is harmless is taken.
    pub(super) mode: Option<u32>,
    pub(super) modified: Option<SystemTime>,
}

/// Makes a file, which nobody may read before or after who may not read it by its mode. `each` is asked before each
/// piece of it is written.
pub(super) fn write_file(
    path: &Path,
    content: &mut dyn Read,
    attributes: Attributes,
    buffer: &mut [u8],
    each: &mut dyn FnMut(u64) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let failed = |error: io::Error| Broken::Fault(unwritable(path, &error));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, harmless(attributes.mode.unwrap_or(0o644)) | 0o400);
    let mut file = options.open(path).map_err(failed)?;
    loop {
        let read = match content.read(buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Broken::Damaged(error.to_string())),
        };
        each(read as u64)?;
        file.write_all(&buffer[..read]).map_err(failed)?;
    }
    set_modified(&file, attributes).map_err(failed)
}

/// Makes a folder that its owner can fill.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o755).create(path);
    #[cfg(not(unix))]
    fs::create_dir(path)
}

/// Gives a folder its attributes, once nothing is put into it any more.
pub(super) fn settle_folder(path: &Path, attributes: Attributes) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = File::open(path)?;
        if let Some(mode) = attributes.mode {
            // It has what the session grants to new folders, of which the archive can take away only.
            let granted = folder.metadata()?.permissions().mode();
            folder.set_permissions(fs::Permissions::from_mode((harmless(mode) | 0o700) & granted))?;
        }
        set_modified(&folder, attributes)?;
    }
    #[cfg(not(unix))]
    let _ = (path, attributes);
    Ok(())
}

fn set_modified(file: &File, attributes: Attributes) -> io::Result<()> {
    match attributes.modified {
        // A time that the file system cannot hold is no reason to be without the file.
        Some(modified) => match file.set_modified(modified) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            set => set,
        },
        None => Ok(()),
    }
}

/// Without the bits that give another user's rights, and without those that let anybody write.
#[cfg(unix)]
fn harmless(mode: u32) -> u32 {
    mode & 0o755
}

#[cfg(unix)]
pub(super) fn make_link(text: &str, at: &Path, _: bool) -> io::Result<()> {
    std::os::unix::fs::symlink(text, at)
}

#[cfg(windows)]
pub(super) fn make_link(text: &str, at: &Path, folder: bool) -> io::Result<()> {
    let text = text.replace('/', "\\");
    match folder {
        true => std::os::windows::fs::symlink_dir(text, at),
        false => std::os::windows::fs::symlink_file(text, at),
    }
}
