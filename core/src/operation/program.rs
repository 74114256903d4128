//! Where a program is looked for, and why it cannot be started from there: the one reader of program paths.
//!
//! What is said here is said of this machine at this moment. In doubt - a folder that may not be read, a path that
//! counts from a folder that is not known yet - a program counts as found.

use super::ProcessSpec;
use crate::near::did_you_mean;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folders of `PATH` that a message names, at most.
const FOLDERS_NAMED: usize = 12;

/// Why a program cannot be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Names the program: `program 'git' was not found`.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// A program, and where it is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    spec: &'a ProcessSpec,
    /// The `PATH` that it inherits, where that is not this process's own.
    inherited: Option<&'a Option<String>>,
}

enum Found {
    /// A file that can be started, or something that nothing can be said of.
    File,
    Folder(PathBuf),
    NotExecutable(PathBuf),
    Nothing,
}

impl<'a> Program<'a> {
    /// A program with the `PATH` of this process, unless it has one of its own.
    pub fn of(spec: &'a ProcessSpec) -> Self {
        Self { spec, inherited: None }
    }

    /// With another `PATH`, or none.
    pub fn inheriting(self, path: Option<&'a Option<String>>) -> Self {
        Self { inherited: path, ..self }
    }

    /// The file as it is started. A relative path counts from the folder that the program starts in: left to the
    /// system it would count from there on one system, and from the host's own folder on another.
    pub fn file(&self) -> PathBuf {
        let command = Path::new(&self.spec.command);
        match &self.spec.working_directory {
            Some(folder) if self.is_path() && command.is_relative() => Path::new(folder).join(command),
            _ => command.to_owned(),
        }
    }

    /// Whether it can be started, as far as a look at the files tells.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), Missing> {
        let missing = |message: String, advice: String| Err(Missing { message, advice });
        match self.look() {
            Found::File => Ok(()),
            Found::Nothing => Err(self.not_found()),
            Found::Folder(path) => missing(
                format!("'{}' is a folder, not a program", path.display()),
                "Name the program in it.".to_owned(),
            ),
            Found::NotExecutable(path) => missing(
                format!("program '{}' is not executable", path.display()),
                format!(
                    "Make it executable (chmod +x '{}'), or start its interpreter with it as an argument.",
                    path.display()
                ),
            ),
        }
    }

    /// What is said where such a file does not exist.
    pub fn not_found(&self) -> Missing {
        let command = &self.spec.command;
        if self.is_path() {
            Missing { message: format!("program '{command}' does not exist"), advice: self.path_advice() }
        } else {
            Missing { message: format!("program '{command}' was not found"), advice: self.search_advice() }
        }
    }

    /// Whether there is the folder that it starts in, and may be entered.
    ///
    /// # Errors
    /// Why not.
    pub fn check_folder(&self) -> Result<(), Missing> {
        let (Some(folder), command) = (&self.spec.working_directory, &self.spec.command) else {
            return Ok(());
        };
        let missing = |message: String, advice: &str| Err(Missing { message, advice: advice.to_owned() });
        let path = Path::new(folder);
        if !path.is_absolute() {
            let message =
                format!("the working directory '{folder}' of program '{command}' is not an absolute path");
            return missing(message, "Give the full path.");
        }
        // The dot asks for the right to enter, which starting there needs.
        match path.join(".").metadata() {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => missing(
                format!("the working directory '{folder}' of program '{command}' does not exist"),
                "Create it in an operation that this one depends on, or correct workingDirectory.",
            ),
            Err(error) => missing(
                format!("program '{command}' cannot start in '{folder}': {error}"),
                "Give a folder that may be entered.",
            ),
        }
    }

    /// The file, where there is one: also one that cannot be started.
    pub fn existing(&self) -> Option<PathBuf> {
        if self.is_path() {
            return Some(self.file()).filter(|path| path.exists());
        }
        self.folders().into_iter().map(|folder| folder.join(&self.spec.command)).find(|path| path.is_file())
    }

    /// Whether it is named as a file, and not as something to look up on `PATH`.
    fn is_path(&self) -> bool {
        self.spec.command.contains(std::path::is_separator)
    }

    fn look(&self) -> Found {
        if self.is_path() {
            let file = self.file();
            return if file.is_relative() { Found::File } else { look_at(&file) };
        }
        let folders = self.folders();
        if folders.is_empty()
            || (self.spec.working_directory.is_none() && !folders.iter().all(|f| f.is_absolute()))
        {
            return Found::File;
        }
        let mut best = Found::Nothing;
        for folder in folders.into_iter().chain(system_folders()) {
            match look_at(&folder.join(&self.spec.command)) {
                Found::File => return Found::File,
                found @ Found::NotExecutable(_) if matches!(best, Found::Nothing) => best = found,
                _ => {}
            }
        }
        best
    }

    /// The folders of the `PATH` that the program gets, as they count from where it starts.
    fn folders(&self) -> Vec<PathBuf> {
        let is_path =
            |name: &str| if cfg!(windows) { name.eq_ignore_ascii_case("PATH") } else { name == "PATH" };
        let own = self.spec.environment.iter().find(|(name, _)| is_path(name)).map(|(_, value)| value);
        let value = match own.or(self.inherited) {
            Some(value) => value.as_ref().map(OsString::from),
            None => std::env::var_os("PATH"),
        };
        let start = self.spec.working_directory.as_ref().map(Path::new);
        let whole = |folder: PathBuf| start.map_or_else(|| folder.clone(), |start| start.join(&folder));
        value.map_or_else(Vec::new, |value| {
            std::env::split_paths(&value).filter(|folder| !folder.as_os_str().is_empty()).map(whole).collect()
        })
    }

    fn path_advice(&self) -> String {
        let path = self.file();
        let near = path.parent().zip(path.file_name()).and_then(|(folder, name)| {
            let known = file_names(folder);
            Some(folder.join(did_you_mean(name.to_str()?, known.iter().map(String::as_str))?))
        });
        match near {
            Some(near) => format!("Did you mean '{}'?", near.display()),
            None if Path::new(&self.spec.command).is_relative() => {
                format!("It was looked for as '{}'; correct the path or give a full one.", path.display())
            }
            None => "Correct the path, or build or install it in an operation that this one depends on."
                .to_owned(),
        }
    }

    fn search_advice(&self) -> String {
        let (spec, folders) = (self.spec, self.folders());
        let mut advice = String::new();
        let here = spec.working_directory.as_ref().map(|folder| Path::new(folder).join(&spec.command));
        if let Some(file) = here.filter(|file| file.is_file()) {
            let dotted = Path::new(".").join(&spec.command);
            advice = format!("Did you mean the file '{}'? Write '{}'. ", file.display(), dotted.display());
        } else {
            let mut known: Vec<String> = folders.iter().flat_map(|folder| file_names(folder)).collect();
            // A folder of that name is not what was meant.
            known.retain(|name| *name != spec.command);
            if let Some(near) = did_you_mean(&spec.command, known.iter().map(String::as_str)) {
                advice = format!("Did you mean '{near}'? ");
            }
        }
        if folders.is_empty() {
            return advice + "PATH is not set; give the full path.";
        }
        let named: Vec<String> =
            folders.iter().take(FOLDERS_NAMED).map(|f| f.display().to_string()).collect();
        let more = match folders.len().saturating_sub(FOLDERS_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        advice + &format!("Install it, give its path, or correct PATH. Looked in {}{more}.", named.join(", "))
    }
}

/// What is at a path, or at the same with the extension that Windows adds.
fn look_at(path: &Path) -> Found {
    let found = look_at_file(path);
    if cfg!(windows) && matches!(found, Found::Nothing) && path.extension().is_none() {
        return look_at_file(&path.with_extension("exe"));
    }
    found
}

fn look_at_file(path: &Path) -> Found {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => Found::Folder(path.to_owned()),
        Ok(metadata) if !is_executable(&metadata) => Found::NotExecutable(path.to_owned()),
        Ok(_) => Found::File,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Found::Nothing
        }
        Err(_) => Found::File,
    }
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &std::fs::Metadata) -> bool {
    true
}

/// Where Windows looks beside `PATH`: beside this program, and in its own folders.
fn system_folders() -> Vec<PathBuf> {
    if !cfg!(windows) {
        return Vec::new();
    }
    let own = std::env::current_exe().ok().and_then(|file| file.parent().map(Path::to_owned));
    let root = std::env::var_os("SystemRoot").map(PathBuf::from);
    own.into_iter().chain(root.iter().map(|root| root.join("System32"))).chain(root.clone()).collect()
}

fn file_names(folder: &Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}
