//! Answers that are not what was asked for: redirects, refusals, bodies that are too short, and no HTTP at all.

use super::server::{Server, send, serve_well};
use super::{Case, content, fault, giving};
use crate::error::Code;
use crate::work::provider::Ending;
use std::sync::Arc;
use std::time::Duration;
use ureq::Proxy;

#[tokio::test]
async fn redirects_are_followed_and_credentials_stay_with_their_server() {
    let bytes = content(5_000);
    let elsewhere = giving(&bytes);
    let to = elsewhere.url("/file");
    let first = Server::start(move |request, wire| match request.path() {
        "/a" => send(wire, "HTTP/1.1 302 Found\nLocation: b\nContent-Length: 0", b""),
        _ => send(wire, &format!("HTTP/1.1 307 Temporary Redirect\nLocation: {to}\nContent-Length: 0"), b""),
    });
    let url = first.url("/a").replace("http://", "http://ann:s3cret%21@");
    let mut case = Case::of(&[url]).checked(&bytes);
    case.spec.headers.insert("X-Api-Key".to_owned(), "secret://key".to_owned());
    case.secrets.insert("key".to_owned(), "hunter2".to_owned());
    case.brings(&case.run().await.0, &bytes);
    for request in first.requests() {
        assert_eq!(request.header("x-api-key"), Some("hunter2"));
        assert_eq!(request.header("authorization"), Some("Basic YW5uOnMzY3JldCE="));
    }
    let request = &elsewhere.requests()[0];
    assert_eq!((request.header("x-api-key"), request.header("authorization")), (None, None));
    assert_eq!(first.requests().len(), 2);
}

#[tokio::test]
async fn redirects_without_end_end() {
    let server = Server::start(|request, wire| {
        let head = format!("HTTP/1.1 302 Found\nLocation: /{}\nContent-Length: 0", request.number);
        send(wire, &head, b"");
    });
    let case = Case::of(&[server.url("/")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("it was redirected more than 10 times."), "{fault}");
    assert_eq!(server.requests().len(), 11);
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_redirect_leads_to_no_file_of_this_machine() {
    let server = Server::start(|_, wire| {
        send(wire, "HTTP/1.1 302 Found\nLocation: file:///etc/hostname\nContent-Length: 0", b"");
    });
    let case = Case::of(&[server.url("/")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("it redirects to a file of this machine."), "{fault}");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_refusal_is_final_and_names_url_status_and_remedy() {
    let server = Server::start(|_, wire| send(wire, "HTTP/1.1 403 Forbidden\nContent-Length: 4", b"no!!"));
    let url = server.url("/a?key=abc").replace("http://", "http://ann:pw@");
    let case = Case::of(&[url]);
    let fault = fault(case.run().await.0);
    let message =
        format!("'{}?…' could not be downloaded: the server answered 403 Forbidden.", server.url("/a"));
    assert_eq!((fault.code, fault.message), (Code::DownloadFailed, message));
    assert!(fault.advice.unwrap().contains("credentials"));
    assert_eq!(server.requests().len(), 1);
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_busy_server_is_asked_again_after_the_pause_that_it_wants() {
    let bytes = content(5_000);
    let all = bytes.clone();
    let server = Server::start(move |request, wire| match request.number {
        0 => send(wire, "HTTP/1.1 429 Too Many Requests\nRetry-After: 0\nContent-Length: 0", b""),
        1 => send(wire, "HTTP/1.1 503 Service Unavailable\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT", b""),
        _ => serve_well(request, wire, &all, "\"one\""),
    });
    let mut case = Case::of(&[server.url("/x")]).checked(&bytes);
    // The pause is the server's, not ours.
    case.settings.first_pause = Duration::from_secs(3_600);
    let (conclusion, lines) = case.run().await;
    case.brings(&conclusion, &bytes);
    assert!(lines[0].ends_with("429 Too Many Requests. Trying again in 0.0 s."), "{lines:?}");
}

#[tokio::test]
async fn a_pause_that_nobody_would_wait_for_is_a_failure() {
    let server = Server::start(|_, wire| {
        send(wire, "HTTP/1.1 429 Too Many Requests\nRetry-After: 86400\nContent-Length: 0", b"");
    });
    let case = Case::of(&[server.url("/x")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("429 Too Many Requests and asked for a pause of 86400 s."), "{fault}");
}

#[tokio::test]
async fn a_fault_that_stays_is_given_up() {
    let server =
        Server::start(|_, wire| send(wire, "HTTP/1.1 500 Internal Server Error\nContent-Length: 0", b""));
    let case = Case::of(&[server.url("/x")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("500 Internal Server Error, also at attempt 5."), "{fault}");
    assert_eq!(server.requests().len(), 5);
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_body_that_ends_too_early_is_no_file() {
    let bytes = content(5_000);
    for (head, complete) in [
        ("HTTP/1.1 200 OK\nContent-Length: 6000", false),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", false),
        ("HTTP/1.0 200 OK\nContent-Length: 6000", false),
        ("HTTP/1.0 200 OK", true),
    ] {
        let all = bytes.clone();
        let server = Server::start(move |_, wire| match head.contains("chunked") {
            true => send(wire, head, &[b"1388\r\n", all.as_slice(), b"\r\n"].concat()),
            false => send(wire, head, &all),
        });
        let case = Case::of(&[server.url("/x")]);
        let (conclusion, lines) = case.run().await;
        if complete {
            case.brings(&conclusion, &bytes);
            assert!(lines[0].contains("did not say how long"), "{lines:?}");
            continue;
        }
        let fault = fault(conclusion);
        assert_eq!(fault.code, Code::DownloadFailed);
        assert!(fault.message.contains(" after 5000"), "{head}: {fault}");
        assert!(case.names().is_empty(), "{head}: {:?}", case.names());
    }
}

#[tokio::test]
async fn chunks_come_together() {
    let server = Server::start(|_, wire| {
        send(wire, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
    });
    let case = Case::of(&[server.url("/x")]);
    let (conclusion, lines) = case.run().await;
    case.brings(&conclusion, b"abcde");
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[tokio::test]
async fn what_was_compressed_without_being_asked_is_refused_unless_it_is_meant() {
    let packed = content(3_000);
    let all = packed.clone();
    let server = Server::start(move |_, wire| {
        send(wire, "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 3000", &all);
    });
    let case = Case::of(&[server.url("/tool.txt")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.contains("sends it compressed (gzip)"), "{fault}");
    assert!(case.names().is_empty());
    let named = Case::of(&[server.url("/tool.tar.gz")]);
    named.brings(&named.run().await.0, &packed);
    let checked = Case::of(&[server.url("/tool.txt")]).checked(&packed);
    checked.brings(&checked.run().await.0, &packed);
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be_not_http() {
    let server = Server::start(|_, wire| send(wire, "SSH-2.0-OpenSSH_9.2", b""));
    let case = Case::of(&[server.url("/x")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.ends_with("the server answered with something that is not HTTP."), "{fault}");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_part_that_was_not_asked_for_is_refused() {
    let server = Server::start(|_, wire| {
        send(wire, "HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-2/9\nContent-Length: 3", b"abc");
    });
    let case = Case::of(&[server.url("/x")]);
    assert!(fault(case.run().await.0).message.ends_with("206 Partial Content."));
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_server_that_stays_silent_is_given_up() {
    let (held, wait) = std::sync::mpsc::channel::<()>();
    let wait = parking_lot::Mutex::new(wait);
    let server = Server::start(move |_, _| {
        let _ = wait.lock().recv();
    });
    let mut case = Case::of(&[server.url("/x")]);
    (case.settings.silence, case.settings.fruitless) = (Duration::from_millis(20), 1);
    let fault = fault(case.run().await.0);
    assert!(fault.message.contains("the server was silent for too long"), "{fault}");
    assert!(case.names().is_empty());
    drop(held);
}

#[tokio::test]
async fn nobody_there_is_said_plainly() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let case = Case::of(&[format!("http://127.0.0.1:{port}/x")]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.contains("the connection was refused, also at attempt 5"), "{fault}");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_proxy_is_asked_in_place_of_the_server() {
    let bytes = content(5_000);
    let server = giving(&bytes);
    let port = server.port;
    let proxy = Server::start(move |request, wire| {
        let expected = format!("CONNECT 127.0.0.1:{port} HTTP/1.1");
        assert_eq!(request.line, expected);
        let _ = wire.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        relay(wire, port);
    });
    let mut case = Case::of(&[server.url("/x")]).checked(&bytes);
    case.settings.proxies[0] = Some(Proxy::new(&format!("http://127.0.0.1:{}", proxy.port)).unwrap());
    case.brings(&case.run().await.0, &bytes);
    assert_eq!((proxy.requests().len(), server.requests().len()), (1, 1));
}

/// Passes one request on, and the answer back.
fn relay(wire: &mut dyn super::server::Wire, port: u16) {
    use std::io::{Read, Write};
    let mut to = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        wire.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    to.write_all(&request).unwrap();
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).unwrap();
    wire.write_all(&answer).unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let server = giving(b"x");
    let mut case = Case::of(&[server.url("/x"), server.url("/y")]);
    std::fs::write(case.folder.path().join("plain"), "").unwrap();
    case.spec.target = case.folder.path().join("plain/file.bin").to_string_lossy().into_owned();
    let (conclusion, _) = case.run().await;
    let fault = fault(conclusion);
    assert_eq!(fault.code, Code::TargetUnwritable);
    assert!(
        fault.message.contains("/plain/file.bin' cannot be written: a part of its path is a file"),
        "{fault}"
    );
    assert!(server.requests().is_empty(), "no URL can help");
}

#[tokio::test]
async fn many_downloads_at_once_end_all() {
    let bytes = Arc::new(content(50_000));
    let server = giving(&bytes);
    let cases: Vec<Case> = (0..32).map(|_| Case::of(&[server.url("/x")]).checked(&bytes)).collect();
    let trials: Vec<_> = cases.iter().map(Case::start).collect();
    for (case, trial) in cases.iter().zip(trials) {
        let (conclusion, _) = trial.end().await;
        assert_eq!(conclusion.ending, Ending::Succeeded);
        case.brings(&conclusion, &bytes);
    }
}
