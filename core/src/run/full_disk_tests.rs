//! A disk that is full, was never writable, or has gone: runs go on, and say once what is missing.

use super::testing::{SOON, program};
use super::{EventHub, EventKind, Outcome, Run, RunOptions, Ticket};
use crate::graph::OpId;
use crate::history::query::{Query, list};
use crate::plan::tests::{plan, script};
use crate::record::What;
use crate::record::hooked::Hooked;
use crate::scheduler::RunStatus;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes so many bytes from the room that is left.
fn take(left: &AtomicUsize, bytes: usize) -> io::Result<()> {
    let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(bytes));
    taken.map(drop).map_err(|_| io::Error::new(io::ErrorKind::StorageFull, "no space left"))
}

/// Runs a program and a script on a disk that gets full by `room` bytes after the run's start, and gives how it
/// ended and the warnings.
fn run_with(room: impl FnOnce(&AtomicUsize), at_start: usize, root: &Path) -> (RunStatus, Vec<String>) {
    let left = Arc::new(AtomicUsize::new(at_start));
    let options = RunOptions { journal: true, root: Some(root.to_owned()), ..RunOptions::new(1) };
    let hub = Arc::new(EventHub::default());
    let room_left = Arc::clone(&left);
    let disk = Arc::new(Hooked::writes(move |bytes| take(&room_left, bytes)));
    let plan = Arc::new(plan(vec![script("script", &[]), program("program", &["script"], "echo said")]));
    let run = Run::start_on(disk, plan, options, Arc::clone(&hub), 1).unwrap();
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    room(&left);
    run.complete(OpId(0), 1, Outcome::default());
    let mut warnings = Vec::new();
    loop {
        for event in hub.take(SOON) {
            match event.kind {
                EventKind::Warning { message } => warnings.push(message),
                EventKind::Happened(What::Finished(_)) => {
                    return (run.result().status.unwrap(), warnings);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_disk_with_room_gives_no_warning() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(run_with(|_| {}, usize::MAX, root.path()), (RunStatus::Succeeded, vec![]));
}

/// Output of programs may hold what other users must not read.
#[test]
fn the_files_of_a_run_are_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    run_with(|_| {}, usize::MAX, &root.path().join("runs"));
    let mut folders = vec![root.path().join("runs")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{folder:?}");
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
            }
        }
    }
    assert!(files >= 5, "header, plan, journal, result, lock and log: {files}");
}

#[test]
fn a_disk_that_gets_full_costs_the_record_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let (status, warnings) = run_with(|left| left.store(0, Ordering::Relaxed), usize::MAX, root.path());
    assert_eq!(status, RunStatus::Succeeded);
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    let missing = "what happened after its journal broke off, its result and output of 'program'";
    assert!(warning.contains(missing) && warning.contains("no space left"), "{warning}");
}

#[test]
fn a_disk_that_is_full_does_not_keep_a_run_from_starting() {
    let root = tempfile::tempdir().unwrap();
    let (status, warnings) = run_with(|_| {}, 0, root.path());
    assert_eq!(status, RunStatus::Succeeded);
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.starts_with("This run leaves no record, but is not affected. "), "{warning}");
    assert!(warning.contains("no space left"), "{warning}");
}

#[test]
fn a_store_that_was_removed_costs_the_record_though_files_can_be_written_again() {
    let root = tempfile::tempdir().unwrap();
    let gone = root.path().join("runs");
    let (status, warnings) = run_with(|_| std::fs::remove_dir_all(&gone).unwrap(), usize::MAX, &gone);
    assert_eq!(status, RunStatus::Succeeded);
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.contains("its files were removed while it was under way"), "{warning}");
}

/// Where the run of the test below has its files, in the process that sees the small disk.
const SMALL: &str = "LABRUNNER_TEST_SMALL_DISK";

#[test]
#[ignore = "the process that sees the small disk"]
fn runs_on_a_small_disk() {
    let Some(root) = std::env::var_os(SMALL).map(std::path::PathBuf::from) else { return };
    let hub = Arc::new(EventHub::default());
    let options = RunOptions { journal: true, root: Some(root.clone()), ..RunOptions::new(1) };
    // Two megabytes of lines on a disk of one.
    let lines = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo \"$i 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123\"; done";
    let plan =
        Arc::new(plan(vec![program("writes", &[], lines), program("after", &["writes"], "echo said")]));
    let run = Run::start(plan, options, Arc::clone(&hub), 1).unwrap();
    let mut warnings = Vec::new();
    'run: loop {
        for event in hub.take(SOON) {
            match event.kind {
                EventKind::Warning { message } => warnings.push(message),
                EventKind::Happened(What::Finished(_)) => break 'run,
                _ => {}
            }
        }
    }
    assert_eq!(run.result().status, Some(RunStatus::Succeeded));
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.contains("is not complete") && warning.contains("No space left"), "{warning}");
    let listed = list(&Query { directory: Some(root), ..Query::default() });
    assert_eq!(listed.len(), 1, "and what is there of it is told");
    println!("it ran on the small disk");
}

/// A real one, where a process may have a disk of its own: Linux with user namespaces.
#[cfg(target_os = "linux")]
#[test]
fn a_real_disk_that_gets_full_costs_the_record_and_nothing_else() {
    let mount = tempfile::tempdir().unwrap();
    let disk = mount.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let with_disk = |then: &str| {
        let script = format!("mount -t tmpfs -o size=1m none '{}' && {then}", disk.display());
        let mut command = std::process::Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
        command
    };
    if !with_disk("true").status().is_ok_and(|status| status.success()) {
        println!("a process cannot have a disk of its own here");
        return;
    }
    let test = module_path!().split_once("::").unwrap().1.to_owned() + "::runs_on_a_small_disk";
    let this = std::env::current_exe().unwrap();
    let then = format!("exec '{}' --ignored --exact {test} --nocapture", this.display());
    let output = with_disk(&then).env(SMALL, disk.join("runs")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("it ran on the small disk"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
