//! The service as its users see it: started, asked and stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running service; killed if a test forgets it.
struct Service {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
    address: String,
    root: PathBuf,
}

impl Service {
    fn start(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("lab-web-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a folder");
        std::fs::write(root.join("page.html"), "<p>hello</p>").expect("a file");
        let mut process = Command::new(env!("CARGO_BIN_EXE_lab-web"))
            .args(["--port", "0", "--root"])
            .arg(&root)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut lines = BufReader::new(process.stdout.take().expect("its output"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ").expect("an address").to_owned();
        Self { process, lines, address, root }
    }

    fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)
            .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_dir_all(&self.root);
    }
}

#[test]
fn it_says_that_it_is_well() {
    let service = Service::start("health");
    let answer = service.ask("GET", "/health");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"status\":\"ok\"}"), "{answer}");
}

#[test]
fn it_serves_files_and_refuses_the_rest() {
    let service = Service::start("files");
    let (page, head) = (service.ask("GET", "/page.html?x"), service.ask("HEAD", "/page.html"));
    assert!(page.ends_with("\r\n\r\n<p>hello</p>"), "{page}");
    assert_eq!(page.strip_suffix("<p>hello</p>"), Some(head.as_str()));
    assert!(head.contains("content-length: 12\r\n"));
    for (method, path, status) in [
        ("GET", "/none", "404 Not Found"),
        ("GET", "/../page.html", "404 Not Found"),
        ("GET", "/%2e%2e/page.html", "404 Not Found"),
        ("GET", "/%zz", "404 Not Found"),
        ("DELETE", "/page.html", "405 Method Not Allowed"),
    ] {
        let answer = service.ask(method, path);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{method} {path}: {answer}");
    }
    assert!(service.ask("POST", "/").contains("\r\nallow: GET,HEAD\r\n"));
}

#[test]
fn a_long_body_behind_a_refused_request_does_not_cost_the_answer() {
    let service = Service::start("body");
    let mut stream = TcpStream::connect(&service.address).expect("a connection");
    let body = "x".repeat(100_000);
    write!(stream, "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

#[cfg(unix)]
#[test]
fn it_ends_cleanly_when_it_is_asked_to() {
    let mut service = Service::start("stop");
    service.ask("GET", "/health");
    let kill = Command::new("sh").args(["-c", &format!("kill -TERM {}", service.process.id())]).status();
    assert!(kill.expect("a signal").success());
    assert_eq!(service.process.wait().expect("an end").code(), Some(0));
    let mut rest = String::new();
    service.lines.read_to_string(&mut rest).expect("the rest");
    assert_eq!(rest, "stopped\n");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let service = Service::start("taken");
    let (_, port) = service.address.rsplit_once(':').expect("a port");
    let second =
        Command::new(env!("CARGO_BIN_EXE_lab-web")).args(["--port", port]).output().expect("a process");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.starts_with(&format!("lab-web: cannot listen on {}", service.address)), "{said}");
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let ended =
        Command::new(env!("CARGO_BIN_EXE_lab-web")).args(["--root", "none"]).output().expect("a process");
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.stderr, b"lab-web: 'none' is not a folder that can be served\n");
}
