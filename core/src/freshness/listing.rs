//! Which files patterns mean at this moment, and what is in them.
//!
//! Every file is read, for neither size nor time of change say for certain that its content is the same. Files come one
//! after another, in the order of their names: only hashes are kept, and of very many files one for each folder.
//!
//! * A link to a file counts as that file. A link to a folder counts by where it leads and is not entered, so that links
//!   cannot lead in a circle; a link that is named by a pattern itself is entered.
//! * What is neither file nor folder (a socket, a pipe) counts by its name, and is never opened.
//! * A file that vanishes before it is read was not there.

use crate::operation::patterns::Patterns;
use crate::record::Listing;
use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Files that have a part of their own, at most, and the bytes of their names.
const MOST_PARTS: usize = 500;
const MOST_NAMES: usize = 32 << 10;

/// Digits of a hash that are written down.
const DIGITS: usize = 32;
const PART_DIGITS: usize = 16;

/// Bytes that are read at once.
const BUFFER: usize = 128 << 10;

/// Why files cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A pattern means no file.
    Missing(String),
    /// A file or folder cannot be read.
    Unreadable(String),
    /// The run that asked has ended.
    Stopped,
}

/// Lists the files that patterns mean, except those that others mean.
///
/// # Errors
/// Why that cannot be done; [`Problem::Missing`] when a pattern means no file.
pub fn list(
    folder: &Path,
    patterns: &Patterns,
    except: Option<&Patterns>,
    stopped: &dyn Fn() -> bool,
) -> Result<Listing, Problem> {
    let mut lister = Lister {
        folder,
        patterns,
        except,
        stopped,
        met: vec![false; patterns.list().len()],
        whole: blake3::Hasher::new(),
        files: 0,
        parts: Parts::default(),
        buffer: vec![0; BUFFER],
    };
    for place in patterns.places() {
        lister.look(&place)?;
    }
    // A pattern that later ones take all files from has met some all the same.
    let unmet = patterns.list().iter().zip(&lister.met).find(|(pattern, met)| !pattern.excludes && !**met);
    if let Some((pattern, _)) = unmet {
        return Err(Problem::Missing(pattern.text.clone()));
    }
    Ok(Listing {
        digest: lister.whole.finalize().to_hex()[..DIGITS].to_owned(),
        files: lister.files,
        folded: lister.parts.depth.is_some(),
        parts: lister.parts.finish(),
    })
}

struct Lister<'l> {
    folder: &'l Path,
    patterns: &'l Patterns,
    except: Option<&'l Patterns>,
    stopped: &'l dyn Fn() -> bool,
    /// By pattern: whether it means a file.
    met: Vec<bool>,
    whole: blake3::Hasher,
    files: u64,
    parts: Parts,
    buffer: Vec<u8>,
}

impl Lister<'_> {
    /// Looks at a place: a file, or a folder with all that is in it.
    fn look(&mut self, place: &Path) -> Result<(), Problem> {
        match std::fs::metadata(place) {
            Ok(data) if data.is_dir() => {}
            Ok(_) => return self.take(place),
            // A link that leads nowhere is something that counts.
            Err(_) if std::fs::symlink_metadata(place).is_ok() => return self.take(place),
            Err(error) if is_absent(&error) => return Ok(()),
            Err(_) => return Err(self.unreadable(place)),
        }
        let patterns = self.patterns;
        let wanted = |entry: &DirEntry| !(entry.file_type().is_dir() && patterns.leaves_out(entry.path()));
        for entry in WalkDir::new(place).sort_by_file_name().into_iter().filter_entry(wanted) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.depth() == 0 => {}
                Ok(entry) => self.take(entry.path())?,
                Err(error) if error.io_error().is_some_and(is_absent) => {}
                Err(error) => return Err(self.unreadable(error.path().unwrap_or(place))),
            }
        }
        Ok(())
    }

    /// Takes a file, if it is meant.
    fn take(&mut self, path: &Path) -> Result<(), Problem> {
        if (self.stopped)() {
            return Err(Problem::Stopped);
        }
        let about = self.patterns.about(path);
        if !self.patterns.mean(&about) || self.except.is_some_and(|except| except.mean(&except.about(path))) {
            about.into_iter().for_each(|at| self.met[at] = true);
            return Ok(());
        }
        let content = match self.content(path) {
            Ok(Some(content)) => content,
            Ok(None) => return Err(Problem::Stopped),
            Err(error) if is_absent(&error) => return Ok(()),
            Err(_) => return Err(self.unreadable(path)),
        };
        about.into_iter().for_each(|at| self.met[at] = true);
        let name = name_of(self.folder, path);
        let mut one = blake3::Hasher::new();
        one.update(&(path.as_os_str().len() as u64).to_le_bytes());
        one.update(relative(self.folder, path).as_os_str().as_encoded_bytes());
        one.update(content.as_bytes());
        let hash = one.finalize();
        self.whole.update(hash.as_bytes());
        self.files += 1;
        self.parts.add(name, hash);
        Ok(())
    }

    /// A hash of what is in a file; none when the run has ended meanwhile.
    fn content(&mut self, path: &Path) -> io::Result<Option<blake3::Hash>> {
        let mut hasher = blake3::Hasher::new();
        let target = match std::fs::metadata(path) {
            Ok(data) => data,
            Err(error) => match std::fs::read_link(path) {
                Ok(target) => return Ok(Some(link(&target))),
                Err(_) => return Err(error),
            },
        };
        if target.is_dir() {
            return std::fs::read_link(path).map(|target| Some(link(&target)));
        }
        if !target.is_file() {
            return Ok(Some(special(&mut hasher)));
        }
        let mut file = open(path)?;
        // It may have become something else meanwhile.
        if !file.metadata().as_ref().is_ok_and(Metadata::is_file) {
            return Ok(Some(special(&mut hasher)));
        }
        loop {
            match file.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) => {
                    hasher.update(&self.buffer[..count]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if (self.stopped)() {
                return Ok(None);
            }
        }
        Ok(Some(hasher.finalize()))
    }

    fn unreadable(&self, path: &Path) -> Problem {
        Problem::Unreadable(name_of(self.folder, path))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn link(target: &Path) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"link\0").update(target.as_os_str().as_encoded_bytes());
    hasher.finalize()
}

fn special(hasher: &mut blake3::Hasher) -> blake3::Hash {
    hasher.update(b"special\0").finalize()
}

/// Opens a file without waiting, should it have become a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

/// A path as seen from a folder, when it lies in there.
fn relative<'p>(folder: &Path, path: &'p Path) -> &'p Path {
    path.strip_prefix(folder).unwrap_or(path)
}

/// A name for people.
fn name_of(folder: &Path, path: &Path) -> String {
    relative(folder, path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// Hashes by name, for files or, when there are too many, for folders.
#[derive(Default)]
struct Parts {
    parts: BTreeMap<String, u128>,
    names: usize,
    /// The number of folders in the name of a part, when they are folders.
    depth: Option<usize>,
}

impl Parts {
    fn add(&mut self, name: String, hash: blake3::Hash) {
        let mut half = [0; 16];
        half.copy_from_slice(&hash.as_bytes()[..16]);
        self.put(name, u128::from_le_bytes(half));
        while self.parts.len() > MOST_PARTS || self.names > MOST_NAMES {
            if self.depth == Some(0) {
                return;
            }
            self.fold();
        }
    }

    /// The order in which files are put together changes nothing.
    fn put(&mut self, name: String, hash: u128) {
        let name = match self.depth {
            Some(depth) => folder_of(&name, depth),
            None => name,
        };
        let length = name.len();
        match self.parts.entry(name) {
            std::collections::btree_map::Entry::Occupied(mut part) => {
                *part.get_mut() = part.get().wrapping_add(hash);
            }
            std::collections::btree_map::Entry::Vacant(part) => {
                part.insert(hash);
                self.names += length;
            }
        }
    }

    /// Puts the files, or the deepest folders, together in their folders.
    fn fold(&mut self) {
        let deepest = self.parts.keys().map(|name| name.matches('/').count()).max().unwrap_or(0);
        self.depth = Some(self.depth.map_or(deepest, |depth| depth.min(deepest).saturating_sub(1)));
        self.names = 0;
        for (name, hash) in std::mem::take(&mut self.parts) {
            self.put(name, hash);
        }
    }

    fn finish(self) -> BTreeMap<String, String> {
        let digits = |hash: u128| format!("{hash:032x}")[..PART_DIGITS].to_owned();
        self.parts.into_iter().map(|(name, hash)| (name, digits(hash))).collect()
    }
}

/// The first folders of a name; `./` for none.
fn folder_of(name: &str, depth: usize) -> String {
    let end = name.match_indices('/').take(depth).last().map(|(at, _)| at + 1);
    end.map_or_else(|| "./".to_owned(), |end| name[..end].to_owned())
}

/// Where a list of files is relative to, and the patterns: a change of either is a change of the operation.
pub fn declared(folder: &Path, inputs: &[String], outputs: &[String]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut text = |text: &[u8]| {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text);
    };
    text(PathBuf::from(folder).as_os_str().as_encoded_bytes());
    for pattern in inputs {
        text(pattern.trim().as_bytes());
    }
    text(b"outputs");
    for pattern in outputs {
        text(pattern.trim().as_bytes());
    }
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}

#[cfg(all(test, unix))]
#[path = "listing_tests.rs"]
mod tests;
