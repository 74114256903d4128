//! The part file of a download: what has come so far, beside the target, and the side-car that says what it is a part of.
//!
//! The side-car is on the disk before a byte of the part counts, and counts no byte that is not. So whatever remains of
//! a crash, a part is resumed from bytes that are right, or from the beginning.

use super::digest::Hasher;
use super::end::{End, Going};
use crate::error::{Code, Fault};
use crate::operation::{Algorithm, Digest};
use crate::work::target::{beside, remove, sync_folder, unwritable};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes that may be lost to a crash of the machine.
const CHECKPOINT: u64 = 64 << 20;

/// What a part is a part of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// The URL, without its secrets.
    pub(super) url: String,
    /// What the server calls this content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// When the content was last changed, in the server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
    /// Its whole size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    /// The bytes of the part that are safe on the disk.
    #[serde(default)]
    pub(super) bytes: u64,
}

impl About {
    /// The name of the content where it means the same bytes, and not only the same meaning.
    pub(super) fn strong_etag(&self) -> Option<&str> {
        self.etag.as_deref().filter(|etag| etag.starts_with('"'))
    }

    /// Whether a server can be asked for the rest of exactly this.
    fn is_resumable(&self) -> bool {
        self.strong_etag().is_some() || self.last_modified.is_some()
    }
}

/// A part file, which this process alone writes.
pub(super) struct Part {
    file: File,
    target: PathBuf,
    path: PathBuf,
    sidecar: PathBuf,
    about: About,
    written: u64,
    unsafe_bytes: u64,
    hasher: Hasher,
    /// Some of it has come with an earlier request.
    resumed: bool,
}

impl Part {
    /// Opens the part beside a target, with what an earlier attempt has left of it.
    pub(super) fn open(target: &Path, algorithm: Algorithm, going: &Going) -> Result<Self, End> {
        let (path, sidecar) = (beside(target, ".labrunner-part"), beside(target, ".labrunner-part.json"));
        let failed = |error: &io::Error| End::from(unwritable(target, error));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        }
        let mut file = locked(&path, target)?;
        let length = file.metadata().map_err(|error| failed(&error))?.len();
        let about = about(&sidecar).filter(About::is_resumable);
        let bytes = about.as_ref().map_or(0, |about| about.bytes.min(length));
        file.set_len(bytes).map_err(|error| failed(&error))?;
        let mut hasher = Hasher::new(algorithm);
        let hashed = hasher.add(&mut file, going)?.map_err(|error| failed(&error))?;
        Ok(Self {
            file,
            target: target.to_owned(),
            path,
            sidecar,
            about: about.unwrap_or_default(),
            written: hashed,
            unsafe_bytes: 0,
            hasher,
            resumed: false,
        })
    }

    /// What the rest can be asked for by, where it is a part of what is at this URL.
    pub(super) fn resume(&self, url: &str) -> Option<(u64, About)> {
        (self.written > 0 && self.about.url == url && self.about.is_resumable())
            .then(|| (self.written, self.about.clone()))
    }

    /// Bytes that are there.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Whether some of it has come with an earlier request.
    pub(super) fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// The rest follows what is there.
    pub(super) fn go_on(&mut self) {
        self.resumed = true;
    }

    /// Begins with the first byte, of this.
    pub(super) fn begin(&mut self, about: About) -> Result<(), Fault> {
        let begun = self.restart(about);
        begun.map_err(|error| unwritable(&self.target, &error))
    }

    fn restart(&mut self, about: About) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.hasher = Hasher::new(self.hasher.algorithm());
        (self.written, self.unsafe_bytes, self.resumed) = (0, 0, false);
        self.about = About { bytes: 0, ..about };
        if self.about.is_resumable() {
            return self.note();
        }
        remove(&self.sidecar)
    }

    /// Adds bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let appended = self.file.write_all(bytes).and_then(|()| {
            self.hasher.update(bytes);
            self.written += bytes.len() as u64;
            self.unsafe_bytes += bytes.len() as u64;
            if self.unsafe_bytes >= CHECKPOINT { self.checkpoint() } else { Ok(()) }
        });
        appended.map_err(|error| unwritable(&self.target, &error))
    }

    /// Brings what there is to the disk, and then counts it.
    pub(super) fn checkpoint(&mut self) -> io::Result<()> {
        if !self.about.is_resumable() || self.unsafe_bytes == 0 {
            return Ok(());
        }
        self.file.sync_data()?;
        self.unsafe_bytes = 0;
        self.about.bytes = self.written;
        self.note()
    }

    fn note(&self) -> io::Result<()> {
        let fresh = beside(&self.sidecar, ".new");
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(&self.about)?)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&fresh, &self.sidecar)?;
        sync_folder(&self.sidecar);
        Ok(())
    }

    /// The checksum of what there is.
    pub(super) fn digest(&self) -> Digest {
        self.hasher.digest()
    }

    /// Leaves it for another run, or removes it where no server could be asked for its rest.
    pub(super) fn leave(mut self) {
        if self.written == 0 || self.checkpoint().is_err() || !self.about.is_resumable() {
            let _ = self.remove();
        }
    }

    /// Removes it.
    pub(super) fn remove(self) -> io::Result<()> {
        let Self { file, path, sidecar, .. } = self;
        // While it is still locked: another process must not have begun with it.
        #[cfg(unix)]
        remove(&path)?;
        drop(file);
        #[cfg(not(unix))]
        remove(&path)?;
        remove(&sidecar)
    }

    /// Gives it the name of the target, at once and whole.
    pub(super) fn complete(self) -> Result<(), Fault> {
        let Self { file, path, sidecar, target, .. } = self;
        let renamed = file.sync_all().and_then(|()| {
            #[cfg(not(unix))]
            drop(file);
            fs::rename(&path, &target)?;
            let _ = remove(&sidecar);
            sync_folder(&target);
            Ok(())
        });
        renamed.map_err(|error| unwritable(&target, &error))
    }
}

/// Opens a part file that nobody else has open.
fn locked(path: &Path, target: &Path) -> Result<File, Fault> {
    let busy = || {
        Fault::new(
            Code::TargetUnwritable,
            format!("'{}' is being downloaded by another process", target.display()),
        )
        .with_advice("Wait for that one, or give each download a target of its own.")
        .with_target(target.display().to_string())
    };
    // Who had it until now may have renamed or removed what was opened here.
    for _ in 0..16 {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| unwritable(target, &error))?;
        match file.try_lock() {
            Ok(()) if is_at(&file, path) => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // A file system without locks: then nobody can tell.
            Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
    Err(busy())
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok((open, there)) = file.metadata().and_then(|open| Ok((open, fs::metadata(path)?))) else {
        return false;
    };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

fn about(sidecar: &Path) -> Option<About> {
    serde_json::from_slice(&fs::read(sidecar).ok()?).ok()
}
