//! A server of files that does as it is told, over TCP or TLS: it writes whatever bytes the test wants.

use parking_lot::Mutex;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A request, as it came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// `GET /x HTTP/1.1`.
    pub(super) line: String,
    headers: Vec<(String, String)>,
    /// Counted from 0, over all connections.
    pub(super) number: usize,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// Where the rest begins that is asked for.
    pub(super) fn rest_from(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// What a connection is written to.
pub(super) trait Wire: Read + Write + Send {
    /// Ends it with a reset where it can.
    fn reset(&self);
}

impl Wire for TcpStream {
    fn reset(&self) {
        let linger = libc::linger { l_onoff: 1, l_linger: 0 };
        use std::os::fd::AsRawFd;
        // SAFETY: the descriptor is open, and the value is as large as is said.
        unsafe {
            libc::setsockopt(
                self.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_LINGER,
                (&raw const linger).cast(),
                size_of::<libc::linger>() as libc::socklen_t,
            );
        }
    }
}

impl Wire for StreamOwned<ServerConnection, TcpStream> {
    fn reset(&self) {}
}

/// A server on a port of this machine, for as long as the test.
pub(super) struct Server {
    pub(super) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// One connection a request: `answer` writes what it likes, and then the connection is closed.
    pub(super) fn start(answer: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static) -> Self {
        Self::with(None, answer)
    }

    /// The same over TLS.
    pub(super) fn with(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (noted, answer) = (Arc::clone(&requests), Arc::new(answer));
        // Both threads end with the test's process; a test that is over has nobody connect to them.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (noted, answer, tls) = (Arc::clone(&noted), Arc::clone(&answer), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &noted, &*answer),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, stream), &noted, &*answer);
                    }
                });
            }
        });
        Self { port, requests }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// All requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().clone()
    }
}

fn serve<W: Wire>(
    mut wire: W,
    noted: &Mutex<Vec<Request>>,
    answer: &(dyn Fn(&Request, &mut dyn Wire) + Send + Sync),
) {
    let Some((line, headers)) = read(&mut wire) else { return };
    let request = {
        let mut noted = noted.lock();
        let request = Request { line, headers, number: noted.len() };
        noted.push(request.clone());
        request
    };
    answer(&request, &mut wire);
    let _ = wire.flush();
}

fn read(wire: &mut impl Read) -> Option<(String, Vec<(String, String)>)> {
    let mut lines = BufReader::with_capacity(1, wire).lines().map_while(Result::ok);
    let line = lines.next()?;
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned())))
        .collect();
    Some((line, headers))
}

/// Writes an answer, as far as the other side still listens.
pub(super) fn send(wire: &mut dyn Wire, head: &str, body: &[u8]) {
    let head = format!("{}\r\nConnection: close\r\n\r\n", head.replace('\n', "\r\n"));
    let _ = wire.write_all(head.as_bytes()).and_then(|()| wire.write_all(body)).and_then(|()| wire.flush());
}

/// Answers as a good server does: with the rest where the name or the date of the content is right.
pub(super) fn serve_well(request: &Request, wire: &mut dyn Wire, content: &[u8], etag: &str) {
    let total = content.len();
    match request.rest_from().filter(|_| request.header("if-range") == Some(etag)) {
        Some(from) if from < total => {
            let head = format!(
                "HTTP/1.1 206 Partial Content\nETag: {etag}\nContent-Range: bytes {from}-{}/{total}\nContent-Length: {}",
                total - 1,
                total - from
            );
            send(wire, &head, &content[from..]);
        }
        Some(_) => send(wire, "HTTP/1.1 416 Range Not Satisfiable\nContent-Length: 0", b""),
        None => send(wire, &format!("HTTP/1.1 200 OK\nETag: {etag}\nContent-Length: {total}"), content),
    }
}
