//! A run whose process is killed at random moments is resumed: nothing that had ended runs again, nothing is lost, it
//! ends as an uninterrupted run does, and no process is left.
//!
//! `LABRUNNER_KILLS` sets how many moments are tried, `LABRUNNER_KILL_SEED` makes them the same again. The moment is an
//! entry of the journal that the process reports, never a time.

use super::testing::program;
use super::{EventHub, EventKind, Outcome, Run, RunOptions, Ticket};
use crate::error::Code;
use crate::history::query::{Query, list};
use crate::operation::{Operation, ProbeCheck, Work};
use crate::plan::tests::{plan, script};
use crate::random;
use crate::record::disk::Files;
use crate::record::state::Stage;
use crate::record::{Record, What};
use crate::resume::ResumeOptions;
use crate::scheduler::{RunStatus, Status};
use crate::work::process::listener_program;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const OPERATIONS: usize = 200;
const SERVICES: usize = 4;
const SOON: Duration = Duration::from_secs(120);

/// Where the process that is to be killed works, and the store of its run.
const FOLDER: &str = "LABRUNNER_TEST_KILL_FOLDER";
const STORE: &str = "LABRUNNER_TEST_KILL_STORE";

/// The store of a folder that shares it with no other.
fn own_store(folder: &Path) -> PathBuf {
    folder.join("runs")
}

/// The operations: services, programs and scripts, each of which writes its name to a file when it is done.
fn operations(folder: &Path) -> Vec<Operation> {
    let file = folder.join("done");
    let name = |at: usize| format!("op{at}");
    let addresses = addresses(folder);
    let mut addresses = addresses.iter();
    let mut operations = Vec::new();
    for at in 0..OPERATIONS {
        // A wide graph with long ways through it.
        let on: Vec<String> = [at / 3, at / 2].into_iter().filter(|&on| on < at).map(name).collect();
        let on: Vec<&str> = on.iter().map(String::as_str).collect();
        operations.push(match at % 50 {
            7 => {
                let ready = format!("echo {} >> '{}';", name(at), file.display());
                let address = addresses.next().unwrap();
                let check = ProbeCheck::Tcp(address.clone());
                let service = listener_program::service(&ready, address, check, "");
                Operation { work: Work::Process(Box::new(service)), ..script(&name(at), &on) }
            }
            it if it % 2 == 0 => {
                program(&name(at), &on, &format!("echo {} >> '{}'", name(at), file.display()))
            }
            _ => script(&name(at), &on),
        });
    }
    operations
}

/// Where the services listen: the same in each life, for another address is another service.
fn addresses(folder: &Path) -> Vec<String> {
    let file = folder.join("addresses");
    if !file.exists() {
        let free: Vec<String> = (0..SERVICES).map(|_| listener_program::free_address()).collect();
        std::fs::write(&file, free.join("\n")).unwrap();
    }
    std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect()
}

fn options(folder: &Path, store: &Path, resume: Option<ResumeOptions>) -> RunOptions {
    RunOptions {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        journal: true,
        root: Some(store.to_owned()),
        resume,
        ..RunOptions::new(6)
    }
}

/// Runs it to its end, with two workers, and reports each entry of the journal once it is there.
fn run(folder: &Path, store: &Path, resume: Option<ResumeOptions>, mut report: impl FnMut()) -> Arc<Run> {
    let hub = Arc::new(EventHub::default());
    let plan = Arc::new(plan(operations(folder)));
    let start = || Run::start(Arc::clone(&plan), options(folder, store, resume.clone()), Arc::clone(&hub), 1);
    let deadline = Instant::now() + SOON;
    let run = loop {
        match start() {
            // Of a process that ends, its files are closed before it is gone.
            Err(fault) if fault.code == Code::Survivors && Instant::now() < deadline => {
                std::thread::yield_now();
            }
            started => break started.unwrap(),
        }
    };
    let workers: Vec<_> = (1..3)
        .map(|worker| {
            let (run, plan, file) = (Arc::clone(&run), Arc::clone(&plan), folder.join("done"));
            std::thread::spawn(move || {
                let mut ticket = run.take(worker, SOON);
                while let Ticket::Work(op, attempt) = ticket {
                    let mut file = OpenOptions::new().create(true).append(true).open(&file).unwrap();
                    file.write_all(format!("{}\n", plan.operation(op).name).as_bytes()).unwrap();
                    ticket = run.complete_and_take(op, attempt, Outcome::default(), worker, SOON).1;
                }
            })
        })
        .collect();
    let mut over = false;
    while !over {
        for event in hub.take(SOON) {
            if let EventKind::Happened(what) = event.kind {
                over = matches!(what, What::Finished(_));
                report();
            }
        }
    }
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    run
}

#[test]
#[ignore = "the process that the test kills"]
fn is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let store = std::env::var_os(STORE).map_or_else(|| own_store(&folder), PathBuf::from);
    let mut out = std::io::stdout();
    let _ = run(&folder, &store, None, || out.write_all(b"entry\n").and_then(|()| out.flush()).unwrap());
}

/// Both ends of a pipe that programs inherit.
fn pipe() -> (OwnedFd, OwnedFd) {
    let mut ends = [0; 2];
    // SAFETY: the system writes two descriptors, which nothing else owns.
    let (read, write) = unsafe {
        assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
        (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1]))
    };
    // SAFETY: takes numbers.
    assert_eq!(unsafe { libc::fcntl(read.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) }, 0);
    (read, write)
}

/// Waits until nothing has the other end of a pipe any more.
fn wait_for_the_last(read: &OwnedFd) {
    let mut poll = libc::pollfd { fd: read.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure, which lives as long as the call.
    let ready = unsafe { libc::poll(&raw mut poll, 1, SOON.as_millis() as i32) };
    assert_eq!(
        (ready, poll.revents & libc::POLLHUP),
        (1, libc::POLLHUP),
        "processes of the run are still alive"
    );
}

/// A process of its own that does the run.
struct Other {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Closed on the other side once nothing of it is alive.
    alive: OwnedFd,
}

impl Other {
    fn start(folder: &Path, store: &Path) -> Self {
        let this = std::env::current_exe().unwrap();
        let test = module_path!().split_once("::").unwrap().1.to_owned() + "::is_killed";
        let (alive, write) = pipe();
        let mut command = Command::new(this);
        command.args(["--ignored", "--exact", &test, "--nocapture", "--test-threads=1"]);
        let mut child = command.env(FOLDER, folder).env(STORE, store).stdout(Stdio::piped()).spawn().unwrap();
        drop(write);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, alive }
    }

    /// Reads what it reports, until a number of entries have come or it has ended.
    fn read(&mut self, entries: usize) {
        let mut seen = 0;
        while seen < entries
            && let Some(line) = self.lines.next()
        {
            seen += usize::from(line.unwrap().ends_with("entry"));
        }
    }

    /// Kills it after a number of entries; says whether it had ended before.
    fn kill_after(mut self, entries: usize) -> bool {
        self.read(entries);
        self.child.kill().unwrap();
        let has_ended = self.child.wait().unwrap().success();
        wait_for_the_last(&self.alive);
        has_ended
    }
}

/// Waits until the lock of a run is free whose processes are all dead: a program that was killed before it was executed
/// had copies of all files, and of the pipe and the lock one is closed before the other.
fn wait_until_free(record: &Record<'_>) {
    let deadline = Instant::now() + SOON;
    while record.is_running() {
        assert!(Instant::now() < deadline, "somebody has the lock still");
        std::thread::yield_now();
    }
}

fn done(folder: &Path) -> BTreeMap<String, usize> {
    let mut done = BTreeMap::new();
    for name in std::fs::read_to_string(folder.join("done")).unwrap_or_default().lines() {
        *done.entry(name.to_owned()).or_insert(0) += 1;
    }
    done
}

/// One moment: the process is killed, and the run is resumed.
fn try_moment(entries: usize) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _ = addresses(folder);
    let store = own_store(folder);
    if Other::start(folder, &store).kill_after(entries) {
        return;
    }
    let runs: Vec<_> =
        std::fs::read_dir(&store).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    let Some(first) = runs.first() else {
        assert_eq!(entries, 0, "it was killed before it had begun");
        return;
    };
    let Ok(record) = Record::open(&Files, first) else {
        assert_eq!(entries, 0, "the first entry is there once the record is");
        return;
    };
    let (state, damage) = record.replay();
    wait_until_free(&record);
    let before = done(folder);
    let ended = |stage: Stage| stage == Stage::Ended(Status::Succeeded);
    let ready = |stage: Stage| stage == Stage::Serving;
    for operation in &state.operations {
        let times = before.get(&operation.name).copied().unwrap_or(0);
        // A service has written its line before it listens.
        let written = ended(operation.stage) || ready(operation.stage);
        assert!(!written || times == 1, "{} is said to have ended, and wrote {times} times", operation.name);
    }
    let resumed = run(folder, &store, Some(ResumeOptions::of(first.clone())), || ());
    let result = resumed.result();
    assert_eq!(result.status, Some(RunStatus::Succeeded), "killed after {entries}: {damage:?}");
    let after = done(folder);
    for (operation, earlier) in result.operations.iter().zip(&state.operations) {
        let name = &operation.name;
        let times = after.get(name).copied().unwrap_or(0);
        let is_service = operation.ready_after_ms.is_some() || ready(earlier.stage);
        assert_eq!(operation.status, Some(Status::Succeeded), "{name}");
        assert!(times >= 1, "{name} is lost");
        if ended(earlier.stage) && !is_service {
            assert_eq!(times, 1, "{name} had ended, and ran again");
            assert_eq!(operation.kept_from.as_deref(), Some(state_run(first).as_str()));
        }
        let unknown = matches!(earlier.stage, Stage::Running | Stage::Stopping) || is_service;
        assert!(times == 1 || unknown && times == 2, "{name} ran {times} times");
    }
}

fn state_run(folder: &Path) -> String {
    Record::open(&Files, folder).unwrap().header().run.clone()
}

#[test]
fn a_run_that_is_killed_at_any_moment_is_resumed_without_loss() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("LABRUNNER_KILL_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let kills = number("LABRUNNER_KILLS").unwrap_or(20);
    println!("LABRUNNER_KILL_SEED={seed}");
    let mut random = random::Random::new(seed);
    // Each operation has two entries, programs three; with the first and the last one.
    let most = (2 * OPERATIONS + OPERATIONS / 2 + SERVICES) as u64;
    for _ in 0..kills {
        let entries = random.below(most) as usize;
        println!("killed after {entries} entries");
        try_moment(entries);
    }
}

/// Four processes run labs on one store, and one of them is killed: all along each run is listed as what it is, the
/// others are not affected, and the one that died can be resumed.
#[test]
fn of_four_processes_on_one_store_one_is_killed() {
    let root = tempfile::tempdir().unwrap();
    let store = root.path().join("runs");
    let folders: Vec<PathBuf> =
        (0..4).map(|process| root.path().join(format!("process-{process}"))).collect();
    for folder in &folders {
        std::fs::create_dir(folder).unwrap();
        let _ = addresses(folder);
    }
    let listed = || list(&Query { directory: Some(store.clone()), ..Query::default() });
    std::thread::scope(|scope| {
        let others: Vec<_> = folders
            .iter()
            .enumerate()
            .map(|(process, folder)| {
                let mut other = Other::start(folder, &store);
                scope.spawn(move || {
                    // They wait for each other nowhere; the first is killed in the middle.
                    if process == 0 {
                        assert!(!other.kill_after(OPERATIONS));
                    } else {
                        other.read(usize::MAX);
                        assert!(other.child.wait().unwrap().success());
                    }
                })
            })
            .collect();
        while others.iter().any(|other| !other.is_finished()) {
            for run in listed() {
                let known: &[&str] =
                    if run.name == "process-0" { &["Running", "Unknown"] } else { &["Running", "Succeeded"] };
                assert!(known.contains(&run.status.as_str()), "{}: {}", run.name, run.status);
            }
        }
    });
    let status = |name: &str| {
        let named: Vec<_> = listed().into_iter().filter(|run| run.name == name).collect();
        assert_eq!(named.len(), 1, "{name}");
        (named[0].status.clone(), PathBuf::from(&named[0].directory))
    };
    for folder in &folders[1..] {
        assert_eq!(status(&folder.file_name().unwrap().to_string_lossy()).0, "Succeeded");
        assert!(done(folder).values().all(|times| *times == 1));
        assert_eq!(done(folder).len(), OPERATIONS);
    }
    wait_until_free(&Record::open(&Files, &status("process-0").1).unwrap());
    let (died, first) = status("process-0");
    assert_eq!(died, "Unknown");
    let resumed = run(&folders[0], &store, Some(ResumeOptions::of(first)), || ());
    assert_eq!(resumed.result().status, Some(RunStatus::Succeeded));
    assert_eq!(done(&folders[0]).len(), OPERATIONS);
}
