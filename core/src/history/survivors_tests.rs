//! Runs that died with something alive: real processes, in records without an end.

use super::*;
use crate::record::entry::{Ended, Spawned, Started};
use crate::record::{Header, Writer};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// A program that is killed at the end of its test.
pub(crate) struct Program(Child);

impl Program {
    pub(crate) fn start() -> Self {
        // Alone in its group, as the programs of operations are.
        let mut command = Command::new("sleep");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Self(command.arg("600").stdin(Stdio::null()).spawn().unwrap())
    }

    fn identity(&self) -> Identity {
        Identity::of(self.0.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn header(run: &str) -> Header {
    Header {
        run: run.to_owned(),
        name: "lab".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        host: machine::host_name().to_owned(),
        boot: machine::boot_id().map(str::to_owned),
        operations: 2,
        options: serde_json::Value::Null,
        ..Header::default()
    }
}

fn spawned(program: &Program) -> [What; 2] {
    let (op, name, attempt) = (OpId(1), "web".to_owned(), 1);
    let Identity { pid, start_time } = program.identity();
    [
        What::Started(Started { op, name: name.clone(), attempt, worker: None }),
        What::Spawned(Spawned { op, name, attempt, pid, start_time, detached: false }),
    ]
}

/// A run of which this was written before it died, or until the writer is dropped.
fn begin(root: &Path, header: &Header, entries: &[What]) -> Writer {
    let plan = br#"{"operations":[{"name":"a"},{"name":"web"}]}"#;
    let mut writer = Writer::create(
        Arc::new(Files),
        &root.join(format!("20260101T000000Z-lab-{}", header.run)),
        header,
        plan,
    )
    .unwrap();
    writer.append(1, entries);
    writer
}

/// The record of a run that has died, and left a program alive.
pub(crate) fn dead_run(root: &Path, program: &Program) {
    drop(begin(root, &header("r1"), &spawned(program)));
}

#[test]
fn what_lives_is_named_with_the_command_that_ends_it_as_long_as_it_lives() {
    let root = tempfile::tempdir().unwrap();
    let mut program = Program::start();
    let writer = begin(root.path(), &header("r1"), &spawned(&program));
    assert_eq!(warning(root.path()), None, "its run is under way");
    drop(writer);
    let pid = program.0.id();
    let name = if cfg!(target_os = "linux") { " (sleep)" } else { "" };
    let expected = format!(
        "Process {pid}{name} of operation 'web' in run 'lab' (r1) is still alive, although the PowerShell of that run \
         has died. End it with '/bin/kill -KILL -- -{pid}'."
    );
    assert_eq!(warning(root.path()), Some(expected.clone()));
    assert_eq!(warning(root.path()), Some(expected), "and again");
    program.0.kill().unwrap();
    program.0.wait().unwrap();
    assert_eq!(warning(root.path()), None);
}

#[test]
fn several_are_named_in_one_sentence() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (Program::start(), Program::start());
    drop(begin(root.path(), &header("r1"), &spawned(&a)));
    drop(begin(root.path(), &header("r2"), &spawned(&b)));
    let said = warning(root.path()).unwrap();
    let (a, b) = (a.0.id(), b.0.id());
    assert!(said.contains("(r2); process ") && said.contains("in run 'lab' (r1) are still alive"), "{said}");
    assert!(said.contains("of those runs has died. End them with '/bin/kill -KILL -- -"), "{said}");
    assert!(said.contains(&format!("-{a}")) && said.contains(&format!("-{b}")), "{said}");
}

#[test]
fn what_may_live_on_is_not_named() {
    let root = tempfile::tempdir().unwrap();
    let program = Program::start();
    let [started, spawned_plainly] = spawned(&program);
    let What::Spawned(spawned) = spawned_plainly.clone() else { unreachable!() };
    let detached = What::Spawned(Spawned { detached: true, ..spawned });
    drop(begin(root.path(), &header("detached"), &[started.clone(), detached]));
    let ended = What::Ended(Ended {
        op: OpId(1),
        name: "web".to_owned(),
        attempt: 1,
        status: Status::Succeeded,
        worker: None,
        error: None,
        exit_code: Some(0),
        duration_ms: 5,
        test: None,
        stamp: None,
    });
    drop(begin(root.path(), &header("ended"), &[started, spawned_plainly, ended]));
    assert_eq!(warning(root.path()), None);
}

#[test]
fn runs_of_another_machine_or_boot_tell_nothing_of_the_processes_here() {
    let root = tempfile::tempdir().unwrap();
    let program = Program::start();
    let elsewhere = Header { host: "elsewhere".to_owned(), ..header("r1") };
    drop(begin(root.path(), &elsewhere, &spawned(&program)));
    let earlier = Header { boot: Some("an earlier one".to_owned()), ..header("r2") };
    drop(begin(root.path(), &earlier, &spawned(&program)));
    assert_eq!(warning(root.path()), None);
}

#[test]
fn what_is_read_has_a_bound() {
    let root = tempfile::tempdir().unwrap();
    let program = Program::start();
    drop(begin(root.path(), &header("0-the-oldest"), &spawned(&program)));
    for run in 0..MOST_JOURNALS - 1 {
        drop(begin(root.path(), &header(&format!("1-{run}")), &[]));
    }
    assert!(warning(root.path()).is_some());
    drop(begin(root.path(), &header("2"), &[]));
    assert_eq!(warning(root.path()), None);
}
