//! Running other programs: with our own output, for a log, or silently; never without a limit where they could hang.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::log::Log;
use crate::tree;
use crate::watch::{Watch, no_tests};

/// How often a bounded program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(20);
/// How often a watched program is looked at that says nothing.
const TICK: Duration = Duration::from_millis(100);

/// How long after a program's end its output is read on: what it left behind may hold it open.
const DRAIN: Duration = Duration::from_secs(2);

/// One program to run.
pub struct Tool {
    command: Command,
    name: String,
    advice: &'static str,
    log: Option<Log>,
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
    fn new(status: ExitStatus, output: String, errors: String) -> Self {
        Self { code: status.code().unwrap_or(1), output, errors }
    }

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
        Self { command, name: program.to_string_lossy().into_owned(), advice, log: None }
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

    /// Runs it in the checkout, and writes its output where that of the suite goes.
    pub fn within(mut self, checkout: &Checkout) -> Self {
        self.command.current_dir(checkout.root());
        self.log = checkout.log().cloned();
        self
    }

    /// Runs it with our own input, output and errors, or for the log.
    pub fn run(mut self) -> Outcome<Ended> {
        if self.log.is_some() {
            let name = Path::new(&self.name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return self.watched(&mut Watch::new(&name, no_tests));
        }
        let status = self.command.status().map_err(|e| self.not_started(&e))?;
        Ok(Ended::new(status, String::new(), String::new()))
    }

    /// Runs it and makes an exit code other than 0 a fault.
    pub fn expect(self, doing: &str) -> Outcome {
        let name = self.name.clone();
        let log = self.log.clone();
        let ended = self.run()?;
        if ended.good() {
            return Ok(());
        }
        let said = match log {
            Some(log) => format!("it said:\n{}", log.tail(60)),
            None => "its own messages are above".to_owned(),
        };
        Err(Fault::new(format!("{doing} failed ({name} ended with {}); {said}", ended.code)))
    }

    /// Runs it without input and reads along, line by line; one that is silent for too long is ended with all it has started.
    pub fn watched(mut self, watch: &mut Watch) -> Outcome<Ended> {
        let mut log = self.log.as_ref().map(Log::open).transpose()?;
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(|e| self.not_started(&e))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            send_lines(stdout, sender.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            send_lines(stderr, sender);
        }
        let mut output = String::new();
        let mut heard = Instant::now();
        let mut over: Option<Instant> = None;
        loop {
            match lines.recv_timeout(TICK) {
                Ok(line) => {
                    heard = Instant::now();
                    if let Some(log) = &mut log {
                        // A full disk must not end the suite that is running.
                        let _ = writeln!(log, "{line}");
                    }
                    watch.line(&line);
                    output.push_str(&line);
                    output.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let has_ended = child.try_wait().map_err(|e| self.not_waited_for(&e))?.is_some();
                    if has_ended && over.get_or_insert_with(Instant::now).elapsed() >= DRAIN {
                        break;
                    }
                }
            }
            if watch.tick(heard.elapsed()) {
                tree::end(&mut child);
                break;
            }
        }
        let status = child.wait().map_err(|e| self.not_waited_for(&e))?;
        Ok(Ended::new(status, output, String::new()))
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
                    return Ok(Some(Ended::new(status, collected(output), collected(errors))));
                }
                Ok(None) if started.elapsed() < limit => std::thread::sleep(POLL),
                Ok(None) => {
                    tree::end(&mut child);
                    let _ = child.wait();
                    return Ok(None);
                }
                Err(e) => return Err(self.not_waited_for(&e)),
            }
        }
    }

    fn not_waited_for(&self, error: &std::io::Error) -> Fault {
        Fault::new(format!("cannot wait for {}: {error}", self.name))
    }

    fn not_started(&self, error: &std::io::Error) -> Fault {
        Fault::new(format!("cannot start {}: {error}; {}", self.name, self.advice))
    }
}

/// Sends every line, on a thread of its own.
fn send_lines(pipe: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end_matches(['\n', '\r']).to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
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
    let bytes = pipe.and_then(|pipe| pipe.recv_timeout(DRAIN).ok()).unwrap_or_default();
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
    fn a_watched_program_is_read_to_its_end() {
        let mut watch = Watch::new("sh", |place, _| place.ended += 1);
        let ended = shell("echo a; echo b >&2; exit 3").watched(&mut watch).expect("starts");
        assert_eq!(ended.code, 3);
        let mut lines: Vec<&str> = ended.output.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["a", "b"]);
        assert_eq!(watch.complaint(), None);
    }

    #[test]
    fn a_program_that_says_nothing_more_is_ended_with_what_it_has_started() {
        // Silent for too long: as soon as it has said who its child is.
        let mut watch = Watch::new("sh", |place, line| line.clone_into(&mut place.file))
            .with_limit(|place, _| !place.file.is_empty());
        let ended = shell("sleep 600 & echo $!; wait").watched(&mut watch).expect("starts");
        assert!(!ended.good());
        assert!(watch.complaint().is_some_and(|complaint| complaint.contains(ended.output.trim())));
        // Its child has ended, or is about to: `kill` does not wait.
        let gone = shell(&format!("while kill -0 {} 2>/dev/null; do sleep 0.05; done", ended.output.trim()));
        assert!(gone.bounded(Duration::from_secs(60)).expect("starts").is_some(), "it is still there");
    }

    #[test]
    fn a_missing_program_brings_its_advice() {
        let fault = Tool::new("no-such-program-here", "install it").run().err().expect("missing");
        assert!(fault.to_string().contains("install it"), "{fault}");
    }
}
