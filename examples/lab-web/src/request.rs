//! The first line of an HTTP request; nothing else of it matters here.

use std::io::{BufRead, Read};

/// A request's head may not be longer than this.
const LONGEST_HEAD: u64 = 16 * 1024;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// A path, decoded and without its query, and whether only the head of the answer is wanted.
    Get { path: String, head_only: bool },
    /// A method that this server does not have.
    OtherMethod,
    /// Not HTTP, or a path that cannot be decoded.
    Malformed,
    /// Longer than a head may be.
    TooLong,
}

impl Request {
    /// Reads a request to the empty line behind its head; nothing if the connection closes before.
    pub fn read(stream: impl Read) -> std::io::Result<Option<Self>> {
        let mut lines = std::io::BufReader::new(stream.take(LONGEST_HEAD));
        let mut first = None;
        loop {
            let mut line = Vec::new();
            lines.read_until(b'\n', &mut line)?;
            if !line.ends_with(b"\n") {
                let used_up = lines.get_ref().limit() == 0;
                return Ok(used_up.then_some(Self::TooLong));
            }
            let line = line.trim_ascii_end();
            match &first {
                None => first = Some(Self::parse(line)),
                Some(_) if line.is_empty() => return Ok(first),
                Some(_) => {}
            }
        }
    }

    fn parse(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let [method, target, version] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Self::Malformed;
        };
        if !version.starts_with("HTTP/1.") {
            return Self::Malformed;
        }
        let head_only = match method {
            "GET" => false,
            "HEAD" => true,
            _ => return Self::OtherMethod,
        };
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        match decode(path) {
            Some(path) if path.starts_with('/') => Self::Get { path, head_only },
            _ => Self::Malformed,
        }
    }
}

/// Replaces `%41` by `A`; nothing for half an escape or bytes that are not UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Request> {
        Request::read(text.as_bytes()).expect("reading from memory")
    }

    fn get(path: &str) -> Option<Request> {
        Some(Request::Get { path: path.to_owned(), head_only: false })
    }

    #[test]
    fn the_path_is_decoded_and_its_query_dropped() {
        assert_eq!(read("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), get("/"));
        assert_eq!(read("GET /a%20b/%C3%A4?c=%2F HTTP/1.0\n\n"), get("/a b/ä"));
        let head = Request::Get { path: "/x".to_owned(), head_only: true };
        assert_eq!(read("HEAD /x HTTP/1.1\r\n\r\n"), Some(head));
    }

    #[test]
    fn what_is_no_request_is_told_apart() {
        assert_eq!(read("POST / HTTP/1.1\r\n\r\n"), Some(Request::OtherMethod));
        for line in
            ["hello", "GET /", "GET / SSH-2.0", "GET x HTTP/1.1", "GET /%4 HTTP/1.1", "GET /%ff HTTP/1.1"]
        {
            assert_eq!(read(&format!("{line}\r\n\r\n")), Some(Request::Malformed), "{line}");
        }
        assert_eq!(
            read(&format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(20_000))),
            Some(Request::TooLong)
        );
        assert_eq!(read("GET / HTTP/1.1\r\nHost"), None);
        assert_eq!(read(""), None);
    }
}
