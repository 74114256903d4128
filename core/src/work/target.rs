//! The files and folders that operations make: how they get their names, at once and whole, and why they cannot.

use crate::error::{Code, Fault};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file or folder that cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Fault {
    let (why, advice) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ("the disk is full".to_owned(), "Free some space, or choose another target.")
        }
        io::ErrorKind::PermissionDenied => (
            "access is denied".to_owned(),
            "Run the lab as a user who may write there, or choose another target.",
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            ("its file system is read-only".to_owned(), "Choose a target that can be written.")
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            ("a part of its path is a file".to_owned(), "Choose a target below folders.")
        }
        io::ErrorKind::IsADirectory => {
            ("it is a folder".to_owned(), "Name the file: the target ends with its name.")
        }
        _ => (error.to_string(), "Look at the path, its permissions and the disk."),
    };
    Fault::new(Code::TargetUnwritable, format!("'{}' cannot be written: {why}", path.display()))
        .with_advice(advice)
        .with_target(path.display().to_string())
}

/// A target that is there already, and may not be replaced.
pub(super) fn exists(path: &Path) -> Fault {
    let shown = path.display().to_string();
    Fault::new(Code::TargetExists, format!("'{shown}' is there already, and it may not be replaced"))
        .with_advice("Remove it, or write 'if-exists: replace' or 'if-exists: keep'.")
        .with_target(shown)
}

/// A path with something after its last name.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.components().collect::<PathBuf>().into_os_string();
    name.push(end);
    PathBuf::from(name)
}

/// A name beside a target that nothing has yet.
pub(super) fn fresh_beside(target: &Path) -> PathBuf {
    let mut random = [0; 6];
    let _ = getrandom::fill(&mut random);
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    beside(target, &format!(".labrunner-{random}"))
}

/// What is done about a target that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// There may be nothing, or an empty folder.
    New,
    /// What was there is removed once the new one has its name.
    Replace,
    /// What is new goes into the folder that is there.
    Merge,
}

/// Gives something the name of a target.
pub(super) fn put_in_place(made: &Path, target: &Path, place: Place) -> Result<(), Fault> {
    let failed = |error: io::Error| unwritable(target, &error);
    let about = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::rename(made, target).map_err(failed)?;
            sync_folder(target);
            return Ok(());
        }
        about => about.map_err(failed)?,
    };
    let empty = is_empty(target);
    match place {
        Place::New if !empty => return Err(exists(target)),
        Place::Merge if !empty => return merge(made, target),
        _ => {}
    }
    if !about.is_dir() && !made.is_dir() {
        // There is no moment without one of the two.
        fs::rename(made, target).map_err(failed)?;
        sync_folder(target);
        return Ok(());
    }
    let old = fresh_beside(target);
    fs::rename(target, &old).map_err(failed)?;
    if let Err(error) = fs::rename(made, target) {
        let _ = fs::rename(&old, target);
        return Err(failed(error));
    }
    sync_folder(target);
    if about.is_dir() {
        remove_all(&old)
    } else {
        drop(remove(&old))
    }
    Ok(())
}

/// Moves what is in a folder into another one: a file takes the place of a file or a link of its name, and nothing is moved
/// through a link. It is found out before anything is moved whether all of it can be.
fn merge(made: &Path, target: &Path) -> Result<(), Fault> {
    let mut moves = Vec::new();
    plan_merge(made, target, &mut moves)?;
    for (from, to) in moves {
        fs::rename(&from, &to).map_err(|error| unwritable(&to, &error))?;
    }
    sync_folder(&target.join("."));
    Ok(())
}

fn plan_merge(made: &Path, target: &Path, moves: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), Fault> {
    let failed = |error: io::Error| unwritable(target, &error);
    for entry in fs::read_dir(made).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let to = target.join(entry.file_name());
        let kind = |path: &Path| fs::symlink_metadata(path).map(|about| about.is_dir());
        match (entry.file_type().map_err(failed)?.is_dir(), kind(&to)) {
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => moves.push((entry.path(), to)),
            (_, Err(error)) => return Err(unwritable(&to, &error)),
            (true, Ok(true)) => plan_merge(&entry.path(), &to, moves)?,
            (false, Ok(false)) => moves.push((entry.path(), to)),
            (true, Ok(false)) => return Err(of_another_kind(&to, "is not a folder, and the new one is")),
            (false, Ok(true)) => return Err(of_another_kind(&to, "is a folder, and the new one is not")),
        }
    }
    Ok(())
}

fn of_another_kind(path: &Path, how: &str) -> Fault {
    let shown = path.display().to_string();
    Fault::new(Code::TargetExists, format!("'{shown}' {how}"))
        .with_advice("Remove it, or write 'if-exists: replace' to replace the target as a whole.")
        .with_target(shown)
}

/// Whether a path is a folder with nothing in it.
pub(super) fn is_empty(path: &Path) -> bool {
    !path.is_symlink() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a folder with all that is in it, as far as that can be.
pub(super) fn remove_all(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
}

/// Makes a new name in a folder last, where a folder can be asked for that.
pub(super) fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = (path, File::open::<&Path>);
}
