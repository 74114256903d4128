//! A service for tests: this very test program, which listens at an address until it is killed.

use crate::operation::{Probe, ProbeCheck, ProcessMode, ProcessSpec};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where it listens, and what it answers in turn, by HTTP.
const ADDRESS: &str = "LABRUNNER_TEST_ADDRESS";
const ANSWERS: &str = "LABRUNNER_TEST_ANSWERS";

/// An address that is free now, and is given to no other test of this process.
///
/// The system gives connections the ports from 32768 on, so that one of those may be taken again before a service listens.
pub(crate) fn free_address() -> String {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(97);
    loop {
        let port = 10_000 + first.wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed)) % 20_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

/// A service that listens after it has done what the script says. `answers` are status lines apart by `|`.
pub(crate) fn service(script: &str, address: &str, check: ProbeCheck, answers: &str) -> ProcessSpec {
    let this = std::env::current_exe().unwrap();
    let test = concat!(module_path!(), "::listens");
    let test = test.split_once("::").unwrap().1;
    let listen = format!("{script} exec '{}' --ignored --exact {test} >/dev/null 2>&1", this.display());
    let variable = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    ProcessSpec {
        command: "sh".to_owned(),
        arguments: vec!["-c".to_owned(), listen],
        working_directory: None,
        environment: BTreeMap::from([variable(ADDRESS, address), variable(ANSWERS, answers)]),
        mode: ProcessMode::Service,
        success_codes: Vec::new(),
        restart_codes: Vec::new(),
        ready: Some(Probe { check, interval_ms: 10, timeout_ms: 60_000, insecure: false }),
        stop_grace_ms: None,
        detached: false,
    }
}

/// A service that is ready when its port can be reached.
pub(crate) fn plain(script: &str) -> ProcessSpec {
    let address = free_address();
    service(script, &address, ProbeCheck::Tcp(address.clone()), "")
}

#[test]
#[ignore = "a program for other tests"]
fn listens() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let listener = TcpListener::bind(address).unwrap();
    let answers = std::env::var(ANSWERS).unwrap_or_default();
    for answer in answers.split('|').chain(std::iter::repeat("")) {
        let (mut stream, _) = listener.accept().unwrap();
        if !answer.is_empty() {
            _ = stream.read(&mut [0; 1024]);
            _ = stream.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes());
        }
    }
}
