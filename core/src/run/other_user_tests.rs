//! A run of one user, as another one sees it who may read its record: it can be watched, and takes no orders.
//!
//! Only root has two users to do that with; for others it is skipped.

use super::testing::{SOON, start, until_finished};
use super::{Outcome, RunOptions, Ticket};
use crate::error::Code;
use crate::graph::OpId;
use crate::history::steer::{self, Request};
use crate::history::watch::{self, WatchPage, WatchQuery};
use crate::plan::tests::script;
use crate::record::What;
use crate::record::follow::Place;
use crate::record::order::Ask;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the other user's process works.
const FOLDER: &str = "LABRUNNER_TEST_OTHER_USER_FOLDER";

/// A user without any rights.
const OTHER: u32 = 65_534;

#[test]
#[ignore = "the process of the other user"]
fn runs_for_another_user() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let options = RunOptions {
        root: Some(folder.join("runs")),
        directory: Some(folder.join("run")),
        ..RunOptions::new(1)
    };
    let (run, hub) = start(vec![script("a", &[])], options);
    assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
    let mut out = std::io::stdout();
    out.write_all(b"it runs\n").and_then(|()| out.flush()).unwrap();
    // Until nobody watches any more.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    run.complete(OpId(0), 1, Outcome::default());
    until_finished(&hub);
}

fn page(place: &Path, from: Option<Place>) -> WatchPage {
    watch::page(&WatchQuery { place: place.to_owned(), from }).unwrap()
}

#[test]
fn a_run_of_another_user_is_watched_and_takes_no_orders_from_anybody_else() {
    if crate::skipped::unless_root() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    chown(root.path(), Some(OTHER), Some(OTHER)).unwrap();
    // The other user must reach the program of this test, wherever it was built.
    let program = root.path().join("test");
    // By another process: a program that is open here for writing, or in what another test is just starting, cannot be started.
    let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&program).status().unwrap();
    assert!(copied.success());
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let name = format!("{}::runs_for_another_user", module_path!().split_once("::").unwrap().1);
    let mut child = Command::new(&program)
        .args(["--ignored", "--exact", "--nocapture", &name])
        .env(FOLDER, root.path())
        .current_dir(root.path())
        .uid(OTHER)
        .gid(OTHER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("it runs")), "the other user's run did not start");

    let place = root.path().join("run");
    let seen = page(&place, None);
    assert!(seen.running && seen.run.is_some());
    assert!(seen.entries.iter().any(|entry| matches!(entry.what, What::Started(_))), "{seen:?}");
    for ask in [Ask::Suspend, Ask::Stop { kill: true }, Ask::Skip { operation: "a".to_owned() }] {
        let sent = steer::send(&Request { place: place.clone(), by: "root".to_owned(), ask }).unwrap();
        let fault = steer::answer(sent, SOON).unwrap_err();
        assert_eq!(fault.code, Code::OrderRefused);
        assert!(fault.message.contains("comes from another user"), "{}", fault.message);
    }
    let refused = page(&place, Some(seen.next));
    let orders = refused.entries.iter().filter(|entry| matches!(entry.what, What::Order(_)));
    assert_eq!(orders.count(), 3, "each of them is in the record: {refused:?}");

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let end = page(&place, Some(refused.next));
    assert!(!end.running && matches!(end.entries.last().unwrap().what, What::Finished(_)), "{end:?}");
    let late = steer::send(&Request { place, by: "root".to_owned(), ask: Ask::Suspend }).unwrap_err();
    assert_eq!(late.code, Code::RunNotUnderWay);
}
