//! The folder in which a run finds orders: how they are put there, taken out again, and claimed by the run.
//!
//! An order is a file that is there as a whole or not at all. The run claims it by giving it another name, and its
//! sender withdraws it by removing it: the file system lets one of the two succeed, so that no order is both obeyed and
//! given up. A claimed file is removed once the order has its entry in the journal.
//!
//! Only the user of a run may give it orders. The folder is that user's alone, and who can write to it all the same (an
//! administrator, say) is known by the owner of the file.

use super::disk::private;
use super::order::Order;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes of an order, at most.
const LARGEST: u64 = 64 << 10;

/// How the file of an order ends, and one that was claimed.
const SENT: &str = "json";
const CLAIMED: &str = "taken";

/// The folder with the orders to a run.
pub fn folder_of(run: &Path) -> PathBuf {
    run.join("orders")
}

/// A user, as the file system knows one; none where it does not say.
pub type Owner = Option<u32>;

/// An order that its run has claimed.
#[derive(Debug)]
pub struct Letter {
    /// What it says, as far as it can be read.
    pub order: Order,
    /// Why it is refused without regard to what it asks for.
    pub fault: Option<Untrusted>,
    /// Where it is.
    file: PathBuf,
}

/// Why an order is refused without regard to what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// It cannot be read.
    Unreadable,
    /// Another user wrote it.
    OtherUser,
    /// Other users may write to the folder that it is in.
    OpenFolder,
}

/// Puts an order where its run finds it.
///
/// # Errors
/// When it cannot be written there.
pub fn send(run: &Path, order: &Order) -> io::Result<()> {
    let folder = folder_of(run);
    let partial = folder.join(format!("{}.partial", order.id));
    let mut file = private().write(true).create_new(true).open(&partial)?;
    let written = file.write_all(&serde_json::to_vec(order)?);
    drop(file);
    let sent = written.and_then(|()| fs::rename(&partial, sent_path(&folder, &order.id)));
    if sent.is_err() {
        // What is left of it does no harm.
        let _ = fs::remove_file(&partial);
    }
    sent
}

/// Takes an order back that the run has not claimed. False when it has.
pub fn withdraw(run: &Path, id: &str) -> bool {
    fs::remove_file(sent_path(&folder_of(run), id)).is_ok()
}

fn sent_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.{SENT}"))
}

/// Claims all orders that are there, in the order in which they were sent.
pub fn claim(run: &Path) -> Vec<Letter> {
    let folder = folder_of(run);
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let is_sent = |path: &PathBuf| path.extension().is_some_and(|ending| ending == SENT);
    let mut sent: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_sent).collect();
    // Ids begin with the time.
    sent.sort();
    let mut letters = Vec::with_capacity(sent.len());
    for path in sent {
        let file = path.with_extension(CLAIMED);
        // One that was withdrawn is not there any more.
        if fs::rename(&path, &file).is_ok() {
            let (order, owner) = read(&file);
            let fault = judge(order.is_some(), owner, this_user(), is_open(&folder));
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let mut order = order.unwrap_or_else(|| Order::unreadable(String::new())).plain();
            order.id = id;
            if fault == Some(Untrusted::OtherUser) {
                // Who that is the file system knows better.
                order.by = owner.map_or_else(String::new, |owner| format!("user {owner}"));
            }
            letters.push(Letter { order, fault, file });
        }
    }
    letters
}

impl Letter {
    /// Removes its file: it has its entry in the journal.
    pub fn answered(self) {
        // One that stays is never claimed again.
        let _ = fs::remove_file(self.file);
    }
}

/// Whether an order may be obeyed, by who owns it and who runs the run.
fn judge(is_sound: bool, of_order: Owner, of_run: Owner, is_open: bool) -> Option<Untrusted> {
    if of_order != of_run {
        Some(Untrusted::OtherUser)
    } else if is_open {
        Some(Untrusted::OpenFolder)
    } else if !is_sound {
        Some(Untrusted::Unreadable)
    } else {
        None
    }
}

/// What a file says, and whose it is. Nothing is followed, and nothing is waited for.
fn read(path: &Path) -> (Option<Order>, Owner) {
    let mut options = private();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let Ok(file) = options.open(path) else { return (None, owner_of(path)) };
    let owner = file.metadata().ok().and_then(|metadata| owner(&metadata));
    (content(file), owner)
}

fn content(file: File) -> Option<Order> {
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The user whose process this is.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not say")]
fn this_user() -> Owner {
    // SAFETY: it has no arguments and cannot fail.
    Some(unsafe { libc::geteuid() })
}

#[cfg(not(unix))]
fn this_user() -> Owner {
    None
}

/// Who owns what is at a path; a link is not followed.
fn owner_of(path: &Path) -> Owner {
    fs::symlink_metadata(path).ok().and_then(|metadata| owner(&metadata))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not say")]
fn owner(metadata: &fs::Metadata) -> Owner {
    Some(std::os::unix::fs::MetadataExt::uid(metadata))
}

// The folder of runs is in the user's profile, which other users cannot write to.
#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> Owner {
    None
}

/// Whether other users may write to a folder.
#[cfg(unix)]
fn is_open(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

#[cfg(test)]
#[path = "mailbox_tests.rs"]
mod tests;
