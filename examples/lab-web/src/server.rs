//! Accepts connections and answers one request on each.

use crate::request::Request;
use crate::site::Site;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Who says nothing for so long is hung up on. A stop waits for it too, and should not take long.
const PATIENCE: Duration = Duration::from_secs(2);

/// Accepts connections until `stopping`, then lets those that are open come to their end.
pub fn run(listener: &TcpListener, site: Site, stopping: &AtomicBool) {
    let site = Arc::new(site);
    let mut open: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            break;
        }
        open.retain(|connection| !connection.is_finished());
        // A connection that was gone before it was accepted is nobody's loss.
        let Ok(stream) = stream else { continue };
        let site = Arc::clone(&site);
        let connection = move || {
            match answer(stream, &site) {
                Ok(()) => {}
                // A client that has seen enough may leave: a probe reads no further than the status.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) => {
                }
                Err(error) => eprintln!("lab-web: a connection broke: {error}"),
            }
        };
        match thread::Builder::new().name("connection".to_owned()).spawn(connection) {
            Ok(connection) => open.push(connection),
            Err(error) => eprintln!("lab-web: a connection was refused: {error}"),
        }
    }
    for connection in open {
        _ = connection.join();
    }
}

/// What is sent back.
struct Answer {
    status: &'static str,
    media_type: &'static str,
    more: &'static str,
    length: u64,
    body: Box<dyn Read>,
}

impl Answer {
    fn text(status: &'static str, media_type: &'static str, text: &'static str) -> Self {
        let (length, body) = (text.len() as u64, Box::new(text.as_bytes()));
        Self { status, media_type, more: "", length, body }
    }

    fn plain(status: &'static str) -> Self {
        Self::text(status, "text/plain; charset=utf-8", status)
    }

    fn to(request: &Request, site: &Site) -> Self {
        match request {
            Request::Get { path, .. } if path == "/health" => {
                Self::text("200 OK", "application/json", r#"{"status":"ok"}"#)
            }
            Request::Get { path, .. } => match site.find(path) {
                Some((file, length, media_type)) => {
                    Self { status: "200 OK", media_type, more: "", length, body: Box::new(file.take(length)) }
                }
                None => Self::plain("404 Not Found"),
            },
            Request::OtherMethod => {
                Self { more: "Allow: GET, HEAD\r\n", ..Self::plain("405 Method Not Allowed") }
            }
            Request::Malformed => Self::plain("400 Bad Request"),
            Request::TooLong => Self::plain("431 Request Header Fields Too Large"),
        }
    }
}

fn answer(mut stream: TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = match Request::read(&stream) {
        Ok(Some(request)) => request,
        // A probe that only connects says nothing, and is not worth a word.
        Ok(None) => return Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let Answer { status, media_type, more, length, mut body } = Answer::to(&request, site);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n{more}\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )?;
    if !matches!(request, Request::Get { head_only: true, .. }) {
        io::copy(&mut body, &mut stream)?;
    }
    stream.shutdown(Shutdown::Write)?;
    // Closed with something unread, a socket is reset, and the answer may be lost on its way.
    _ = io::copy(&mut stream.take(1024 * 1024), &mut io::sink());
    Ok(())
}
