//! Running other programs: with our own output, collected, or both; bounded where they could hang.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::fault::{Fault, Outcome};

/// How often a bounded program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// One program to run.
pub struct Tool {
    command: Command,
    name: String,
    advice: &'static str,
}

/// What a program left behind.
pub struct Ended {
    /// Its exit code; a program killed by a signal has none of its own and gets 1.
    pub code: i32,
    /// What it wrote to its standard output, where that was collected.
    pub output: String,
    /// What it wrote to its standard error, where that was collected.
    pub errors: String,
}

impl Ended {
    /// Whether it ended with 0.
    pub fn good(&self) -> bool {
        self.code == 0
    }
}

impl Tool {
    /// A program by name or path; `advice` is what to do where it does not exist.
    pub fn new(program: impl AsRef<OsStr>, advice: &'static str) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        forget_cargo_run(&mut command);
        Self { command, name: program.to_string_lossy().into_owned(), advice }
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the working directory.
    pub fn within(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Runs it with our own input, output and errors.
    pub fn run(mut self) -> Outcome<Ended> {
        let status = self.command.status().map_err(|e| self.not_started(&e))?;
        Ok(Ended { code: status.code().unwrap_or(1), output: String::new(), errors: String::new() })
    }

    /// Runs it and makes an exit code other than 0 a fault.
    pub fn expect(self, doing: &str) -> Outcome {
        let name = self.name.clone();
        let ended = self.run()?;
        if ended.good() {
            return Ok(());
        }
        Err(Fault::new(format!(
            "{doing} failed ({name} ended with {}); its own messages are above",
            ended.code
        )))
    }

    /// Runs it without input; shows its standard output as it comes and returns it too.
    pub fn tee(mut self) -> Outcome<Ended> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = self.command.spawn().map_err(|e| self.not_started(&e))?;
        let mut output = String::new();
        if let Some(stdout) = child.stdout.take() {
            let mut reader = BufReader::new(stdout);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line);
                let mut screen = std::io::stdout().lock();
                // A closed screen must not end the suite that is running.
                let _ = screen.write_all(text.as_bytes()).and_then(|()| screen.flush());
                output.push_str(&text);
                line.clear();
            }
        }
        let status = child.wait().map_err(|e| Fault::new(format!("cannot wait for {}: {e}", self.name)))?;
        Ok(Ended { code: status.code().unwrap_or(1), output, errors: String::new() })
    }

    /// Runs it silently and collects what it writes; after `limit` it is killed and there is no result.
    pub fn bounded(mut self, limit: Duration) -> Outcome<Option<Ended>> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(|e| self.not_started(&e))?;
        let output = child.stdout.take().map(read_aside);
        let errors = child.stderr.take().map(read_aside);
        let started = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => {
                    let (output, errors) = (collected(output), collected(errors));
                    return Ok(Some(Ended { code: status.code().unwrap_or(1), output, errors }));
                }
                Ok(None) if started.elapsed() < limit => std::thread::sleep(POLL),
                Ok(None) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Ok(None);
                }
                Err(e) => return Err(Fault::new(format!("cannot wait for {}: {e}", self.name))),
            }
        }
    }

    fn not_started(&self, error: &std::io::Error) -> Fault {
        Fault::new(format!("cannot start {}: {error}; {}", self.name, self.advice))
    }
}

/// Reads on a thread of its own, so that a full pipe cannot keep the program from ending.
fn read_aside(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// What was read; a grandchild may hold the pipe open, and what it says is not ours to wait for.
fn collected(pipe: Option<Receiver<Vec<u8>>>) -> String {
    let bytes = pipe.and_then(|pipe| pipe.recv_timeout(Duration::from_secs(2)).ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Takes away what `cargo run` put into our environment, so that the programs we start see what the user's shell has.
fn forget_cargo_run(command: &mut Command) {
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own =
            text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME";
        if own {
            command.env_remove(&name);
        }
        if ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"].contains(&&*text) {
            // Cargo puts the target's folders first: a native library must never be found there by accident.
            let kept: Vec<_> = std::env::split_paths(&value).filter(|path| !is_cargo_folder(path)).collect();
            match std::env::join_paths(&kept) {
                Ok(joined) if !kept.is_empty() => command.env(&name, joined),
                _ => command.env_remove(&name),
            };
        }
    }
}

fn is_cargo_folder(path: &Path) -> bool {
    let target = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf));
    target.is_some_and(|target| path.starts_with(target))
        || path.components().any(|c| c.as_os_str() == "rustlib")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Tool {
        Tool::new("sh", "install a shell").arg("-c").arg(script)
    }

    #[test]
    fn a_bounded_program_returns_its_output_and_code() {
        let ended = shell("echo hello; echo no >&2; exit 3")
            .bounded(Duration::from_secs(30))
            .expect("starts")
            .expect("ends");
        assert_eq!((ended.code, ended.output.trim(), ended.errors.trim()), (3, "hello", "no"));
    }

    #[test]
    fn a_bounded_program_is_killed_after_its_limit() {
        assert!(shell("exec sleep 60").bounded(Duration::from_millis(50)).expect("starts").is_none());
    }

    #[test]
    fn a_missing_program_brings_its_advice() {
        let fault = Tool::new("no-such-program-here", "install it").run().err().expect("missing");
        assert!(fault.to_string().contains("install it"), "{fault}");
    }
}
