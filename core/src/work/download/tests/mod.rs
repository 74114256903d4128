//! Downloads from servers that do what servers should not: the file is right, or there is a clear error and no file.
#![cfg(unix)]

mod answers;
mod resume;
mod server;
mod tls;

use super::{Download, Settings};
use crate::error::Code;
use crate::operation::{DownloadSpec, IfExists};
use crate::work::provider::{Conclusion, Ending};
use crate::work::trial::{Trial, fault, start};
use server::{Server, send};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// What most of the tests download.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251) as u8).collect()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A download into a folder of its own, with little patience.
struct Case {
    folder: TempDir,
    spec: DownloadSpec,
    settings: Settings,
    secrets: BTreeMap<String, String>,
}

impl Case {
    fn of(urls: &[String]) -> Self {
        let folder = TempDir::new().unwrap();
        let target = folder.path().join("file.bin").to_string_lossy().into_owned();
        let mut settings = Settings::with_proxies_of(&BTreeMap::new());
        (settings.first_pause, settings.proxies) = (Duration::ZERO, [None, None]);
        let spec = DownloadSpec { urls: urls.to_vec(), target, ..DownloadSpec::default() };
        Self { folder, spec, settings, secrets: BTreeMap::new() }
    }

    fn checked(mut self, bytes: &[u8]) -> Self {
        self.spec.checksum = Some(sha256(bytes));
        self
    }

    fn target(&self) -> PathBuf {
        PathBuf::from(&self.spec.target)
    }

    fn start(&self) -> Trial {
        start(
            Download { spec: self.spec.clone(), settings: self.settings.clone() },
            self.secrets.clone().into(),
        )
    }

    async fn run(&self) -> (Conclusion, Vec<String>) {
        self.start().end().await
    }

    /// It ends well, with this content and nothing beside it.
    #[track_caller]
    fn brings(&self, conclusion: &Conclusion, bytes: &[u8]) {
        assert_eq!(conclusion.ending, Ending::Succeeded);
        assert!(std::fs::read(self.target()).unwrap() == bytes, "the file is not what was served");
        assert_eq!(self.names(), ["file.bin"]);
    }

    /// What there is in the folder.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A server that gives this to everybody.
fn giving(bytes: &[u8]) -> Server {
    let bytes = bytes.to_vec();
    Server::start(move |request, wire| server::serve_well(request, wire, &bytes, "\"one\""))
}

#[tokio::test]
async fn a_file_comes_whole_and_its_checksum_is_shown() {
    let bytes = content(700_001);
    let server = giving(&bytes);
    let mut case = Case::of(&[server.url("/file.bin")]).checked(&bytes);
    case.spec.target = case.folder.path().join("deep/er/file.bin").to_string_lossy().into_owned();
    let (conclusion, lines) = case.run().await;
    assert_eq!(conclusion.ending, Ending::Succeeded);
    assert_eq!(std::fs::read(case.target()).unwrap(), bytes);
    assert_eq!(lines, [format!("saved '{}': 683.6 KiB, {}", case.spec.target, sha256(&bytes))]);
    let request = &server.requests()[0];
    assert_eq!((request.header("accept-encoding"), request.header("range")), (Some("identity"), None));
}

#[tokio::test]
async fn a_target_with_the_right_checksum_means_nothing_to_do() {
    let bytes = content(5_000);
    let server = giving(&bytes);
    let case = Case::of(&[server.url("/x")]).checked(&bytes);
    std::fs::write(case.target(), &bytes).unwrap();
    let (conclusion, lines) = case.run().await;
    case.brings(&conclusion, &bytes);
    assert!(lines[0].contains("is there already and has the checksum"), "{lines:?}");
    assert!(server.requests().is_empty());
    std::fs::write(case.target(), "an older version").unwrap();
    case.brings(&case.run().await.0, &bytes);
}

#[tokio::test]
async fn without_a_checksum_the_operation_says_what_is_done_about_an_old_target() {
    let bytes = content(5_000);
    let server = giving(&bytes);
    let mut case = Case::of(&[server.url("/x")]);
    std::fs::write(case.target(), "old").unwrap();
    case.brings(&case.run().await.0, b"old");
    case.spec.if_exists = Some(IfExists::Fail);
    assert_eq!(fault(case.run().await.0).code, Code::TargetExists);
    case.spec.if_exists = Some(IfExists::Replace);
    case.brings(&case.run().await.0, &bytes);
}

#[tokio::test]
async fn another_content_than_promised_is_never_saved() {
    let server = giving(&content(5_000));
    let case = Case::of(&[server.url("/x?token=abc")]).checked(b"other");
    std::fs::write(case.target(), "old").unwrap();
    let fault = fault(case.run().await.0);
    assert_eq!(fault.code, Code::ChecksumMismatch);
    assert!(fault.message.contains(&sha256(b"other")) && !fault.message.contains("abc"), "{fault}");
    assert_eq!(case.names(), ["file.bin"]);
    assert_eq!(std::fs::read(case.target()).unwrap(), b"old");
    assert_eq!(server.requests().len(), 1, "it would be the same again");
}

#[tokio::test]
async fn a_checksum_is_found_in_a_list() {
    let bytes = content(5_000);
    let list = format!("{}  other.bin\n{} *tool.bin\n", "0".repeat(64), &sha256(&bytes)[7..]);
    let all = bytes.clone();
    let server = Server::start(move |request, wire| match request.path() {
        "/SHA256SUMS" => send(wire, "HTTP/1.1 200 OK", list.as_bytes()),
        _ => send(wire, &format!("HTTP/1.1 200 OK\nContent-Length: {}", all.len()), &all),
    });
    let mut case = Case::of(&[server.url("/tool.bin")]);
    case.spec.checksum = Some(format!("sha256:{}", server.url("/SHA256SUMS")));
    case.brings(&case.run().await.0, &bytes);
    let mut case = Case::of(&[server.url("/another.bin")]);
    case.spec.checksum = Some(format!("sha256:{}", server.url("/SHA256SUMS")));
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("has no sha256 checksum of 'another.bin'."), "{fault}");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn mirrors_are_tried_in_turn() {
    let bytes = content(5_000);
    let gone = Server::start(|_, wire| send(wire, "HTTP/1.1 404 Not Found\nContent-Length: 0", b""));
    let wrong = giving(b"something else");
    let right = giving(&bytes);
    let case = Case::of(&[gone.url("/a"), wrong.url("/b"), right.url("/c")]).checked(&bytes);
    let (conclusion, lines) = case.run().await;
    case.brings(&conclusion, &bytes);
    assert!(lines[0].ends_with("the server answered 404 Not Found. Trying the next URL."), "{lines:?}");
    let case = Case::of(&[gone.url("/a"), wrong.url("/b")]).checked(&bytes);
    let fault = fault(case.run().await.0);
    assert!(fault.message.contains("404 Not Found; nor from elsewhere: "), "{fault}");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_file_of_this_machine_is_copied() {
    let bytes = content(300_000);
    let source = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(source.path(), &bytes).unwrap();
    let case = Case::of(&[format!("file://{}", source.path().display())]).checked(&bytes);
    case.brings(&case.run().await.0, &bytes);
    let case = Case::of(&["file:///does/not/exist".to_owned()]);
    let fault = fault(case.run().await.0);
    assert_eq!(fault.message, "'/does/not/exist' could not be read: it does not exist.");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn nothing_larger_than_allowed_is_saved() {
    let bytes = content(5_000);
    let announced = giving(&bytes);
    let silent = Server::start(move |_, wire| send(wire, "HTTP/1.1 200 OK", &bytes));
    for server in [announced, silent] {
        let mut case = Case::of(&[server.url("/x")]);
        case.spec.max_bytes = Some(4_999);
        let fault = fault(case.run().await.0);
        assert_eq!(fault.code, Code::DownloadTooLarge);
        assert!(case.names().is_empty(), "{:?}", case.names());
        case.spec.max_bytes = Some(5_000);
        assert_eq!(case.run().await.0.ending, Ending::Succeeded);
    }
}

#[tokio::test]
async fn a_stop_is_obeyed_while_the_server_is_silent_and_what_came_is_kept_for_the_next_run() {
    let bytes = content(400_000);
    let (half, held) = std::sync::mpsc::channel::<()>();
    let held = parking_lot::Mutex::new(held);
    let all = bytes.clone();
    let server = Server::start(move |request, wire| {
        if request.rest_from().is_some() {
            return server::serve_well(request, wire, &all, "\"one\"");
        }
        send(wire, "HTTP/1.1 200 OK\nETag: \"one\"\nContent-Length: 400000", &all[..300_000]);
        // Until the test is over.
        let _ = held.lock().recv();
    });
    let case = Case::of(&[server.url("/x")]).checked(&bytes);
    let trial = case.start();
    let part = case.folder.path().join("file.bin.labrunner-part");
    // Nothing else tells what has come.
    while std::fs::metadata(&part).map_or(0, |about| about.len()) < 300_000 {
        tokio::task::yield_now().await;
    }
    trial.orders.send(crate::operation::StopMode::Kill).unwrap();
    assert_eq!(trial.end().await.0.ending, Ending::Stopped);
    assert_eq!(case.names(), ["file.bin.labrunner-part", "file.bin.labrunner-part.json"]);
    case.brings(&case.run().await.0, &bytes);
    assert_eq!(server.requests()[1].rest_from(), Some(300_000));
    drop(half);
}

#[tokio::test]
async fn two_downloads_of_one_target_do_not_mix() {
    let (go, held) = std::sync::mpsc::channel::<()>();
    let held = parking_lot::Mutex::new(held);
    let server = Server::start(move |_, wire| {
        send(wire, "HTTP/1.1 200 OK\nContent-Length: 4", b"ab");
        let _ = held.lock().recv();
        let _ = wire.write_all(b"cd");
    });
    let case = Case::of(&[server.url("/x")]);
    let first = case.start();
    let part = case.folder.path().join("file.bin.labrunner-part");
    while std::fs::metadata(&part).map_or(0, |about| about.len()) < 2 {
        tokio::task::yield_now().await;
    }
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("is being downloaded by another process."), "{fault}");
    go.send(()).unwrap();
    case.brings(&first.end().await.0, b"abcd");
}
