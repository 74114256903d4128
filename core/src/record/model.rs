//! A disk that remembers every step, and shows what it may hold after a crash at any of them.
//!
//! What was written survives the death of the process. A power cut keeps what was synced; of the rest it may keep any
//! beginning, may show zeros in its place, and may have forgotten the last names.

use super::disk::{Append, Disk};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

/// One thing that was done to the disk. Files keep their number when their name changes.
#[derive(Clone, Debug)]
enum Step {
    Create(PathBuf, usize),
    Write(usize, Vec<u8>),
    Sync(usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncFolder(PathBuf),
}

#[derive(Clone, Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    synced: usize,
    /// Where each write that is not synced ends.
    ends: Vec<usize>,
}

#[derive(Clone, Debug, Default)]
struct Content {
    files: Vec<Held>,
    names: BTreeMap<PathBuf, usize>,
    /// The names that a power cut leaves for sure.
    synced_names: BTreeMap<PathBuf, usize>,
}

impl Content {
    fn apply(&mut self, step: &Step) {
        match step {
            Step::Create(path, number) => {
                self.files.resize_with(self.files.len().max(number + 1), Held::default);
                self.names.insert(path.clone(), *number);
            }
            Step::Write(number, bytes) => {
                let file = &mut self.files[*number];
                file.bytes.extend_from_slice(bytes);
                file.ends.push(file.bytes.len());
            }
            Step::Sync(number) => {
                let file = &mut self.files[*number];
                (file.synced, file.ends) = (file.bytes.len(), Vec::new());
            }
            Step::Rename(from, to) => {
                if let Some(number) = self.names.remove(from) {
                    self.names.insert(to.clone(), number);
                }
            }
            Step::Remove(path) => {
                self.names.remove(path);
            }
            Step::SyncFolder(folder) => {
                let inside = |path: &Path| path.parent() == Some(folder.as_path());
                self.synced_names.retain(|path, _| !inside(path));
                let now = self.names.iter().filter(|(path, _)| inside(path));
                self.synced_names.extend(now.map(|(path, number)| (path.clone(), *number)));
            }
        }
    }

    /// The same with only the names that a power cut leaves for sure.
    fn with_synced_names(&self) -> Self {
        Self { names: self.synced_names.clone(), ..self.clone() }
    }

    /// What a reader finds, with each file's bytes as `shown` gives them.
    fn shown(&self, shown: impl Fn(&Held) -> Vec<u8>) -> Model {
        let content = Content {
            files: self.files.iter().map(|file| Held { bytes: shown(file), ..Held::default() }).collect(),
            names: self.names.clone(),
            synced_names: BTreeMap::new(),
        };
        Model(Arc::new(Mutex::new(Log { steps: Vec::new(), content })))
    }
}

#[derive(Debug, Default)]
struct Log {
    steps: Vec<Step>,
    content: Content,
}

impl Log {
    fn step(&mut self, step: Step) {
        self.content.apply(&step);
        self.steps.push(step);
    }
}

/// The disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model(Arc<Mutex<Log>>);

/// What the disk may hold after a crash.
pub(crate) struct Crash {
    /// After how many steps, and what became of what was not synced.
    pub(crate) when: String,
    /// After how many steps.
    pub(crate) after: usize,
    /// Whether only the process died.
    pub(crate) power_stayed: bool,
    /// How many writes to one file were not synced yet, at most.
    pub(crate) unsynced_writes: usize,
    /// The disk as a reader finds it.
    pub(crate) disk: Model,
}

impl Model {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap()
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let log = self.log();
        log.content.names.get(path).map(|number| log.content.files[*number].bytes.clone())
    }

    /// How many steps there were.
    pub(crate) fn steps(&self) -> usize {
        self.log().steps.len()
    }

    /// All that a crash may leave, at any step.
    pub(crate) fn crashes(&self) -> Vec<Crash> {
        let steps = self.log().steps.clone();
        let mut all = Vec::new();
        let mut content = Content::default();
        for at in 0..=steps.len() {
            let most = content.files.iter().map(|file| file.ends.len()).max().unwrap_or(0);
            let mut add = |what: &str, power_stayed, disk| {
                all.push(Crash {
                    when: format!("after {at} of {} steps, {what}", steps.len()),
                    after: at,
                    power_stayed,
                    unsynced_writes: most,
                    disk,
                });
            };
            add("the process killed", true, content.shown(|file| file.bytes.clone()));
            add("what was not synced lost", false, content.shown(|file| file.bytes[..file.synced].to_vec()));
            let zeroed =
                |from: usize, file: &Held| [&file.bytes[..from], &vec![0; file.bytes.len() - from]].concat();
            add("what was not synced zero", false, content.shown(|file| zeroed(file.synced, file)));
            let named = content.with_synced_names();
            add("names that were not synced lost", false, named.shown(|file| file.bytes.clone()));
            let least = named.shown(|file| file.bytes[..file.synced].to_vec());
            add("all that was not synced lost", false, least);
            // At the end of each write, and in its middle.
            for write in 0..most {
                for half in [false, true] {
                    let cut = |file: &Held| match file.ends.get(write) {
                        None => file.bytes.len(),
                        Some(end) if half => {
                            let begin = if write == 0 { file.synced } else { file.ends[write - 1] };
                            begin + (end - begin) / 2
                        }
                        Some(end) => *end,
                    };
                    add("cut in a write", false, content.shown(|file| file.bytes[..cut(file)].to_vec()));
                    add("zero from a write on", false, content.shown(|file| zeroed(cut(file), file)));
                }
            }
            let Some(step) = steps.get(at) else { break };
            if let Step::Write(number, bytes) = step {
                // The process killed in the middle of a write.
                let mut torn = content.clone();
                torn.apply(&Step::Write(*number, bytes[..bytes.len() / 2].to_vec()));
                add("in the middle of the next", true, torn.shown(|file| file.bytes.clone()));
            }
            let mut without = content.clone();
            content.apply(step);
            if let Step::Rename(..) = step
                && let Some(after) = steps.get(at + 1)
            {
                // The new name was not yet on the disk when later data was.
                without.apply(after);
                add("without the last name", false, without.shown(|file| file.bytes.clone()));
            }
        }
        all
    }
}

#[derive(Debug)]
struct Open(Model, usize);

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.log().step(Step::Write(self.1, bytes.to_vec()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Append for Open {
    fn sync(&mut self) -> io::Result<()> {
        self.0.log().step(Step::Sync(self.1));
        Ok(())
    }

    fn second(&self) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(Self(self.0.clone(), self.1)))
    }
}

impl Disk for Model {
    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let mut log = self.log();
        if log.content.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let number = log.content.files.len();
        log.step(Step::Create(path.to_owned(), number));
        Ok(Box::new(Open(self.clone(), number)))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let known = self.log().content.names.get(path).copied();
        known.map_or_else(|| self.create(path), |number| Ok(Box::new(Open(self.clone(), number))))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.bytes(path).ok_or(io::ErrorKind::NotFound)?)))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let log = self.log();
        let inside = log.content.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut log = self.log();
        if !log.content.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        log.step(Step::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut log = self.log();
        if !log.content.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        log.step(Step::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.log().step(Step::SyncFolder(folder.to_owned()));
        Ok(())
    }
}
