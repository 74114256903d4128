//! Asks a service whether it is ready: a TCP connection, or an HTTP GET over one.

use crate::error::{Code, Fault};
use crate::operation::{Probe, ProbeCheck};
use std::fmt;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// Limit of one try. A service that accepts a connection and then says nothing must not use up the
/// whole time in one.
const TRY_LIMIT: Duration = Duration::from_secs(5);

/// Without a pause a probe would be a load.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(5);

/// A status line is shorter than this.
const LONGEST_STATUS_LINE: u64 = 1024;

const HTTP_PORT: u16 = 80;

/// What a probe asks, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    get: Option<Get>,
}

/// The parts of a GET beside the address.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Get {
    /// Host and port as written, for the `Host` header.
    authority: String,
    /// Path and query.
    path: String,
}

impl Target {
    /// Reads `host:port` or an `http` URL.
    ///
    /// ```
    /// use labrunner_core::{operation::ProbeCheck, work::readiness::Target};
    ///
    /// let target = Target::parse(&ProbeCheck::Http("http://[::1]:8080/health".into())).unwrap();
    /// assert_eq!(target.to_string(), "GET http://[::1]:8080/health");
    /// assert!(Target::parse(&ProbeCheck::Http("https://localhost/".into())).is_err());
    /// ```
    pub fn parse(check: &ProbeCheck) -> Result<Self, Fault> {
        match check {
            ProbeCheck::Tcp(address) => {
                let advice = "Write it as host:port, such as localhost:5432 or [::1]:5432.";
                let refuse = |why: &str| refused("tcp", address, why).with_advice(advice);
                let (host, port) = split_authority(address).map_err(refuse)?;
                let port = port.ok_or_else(|| refuse("it has no port"))?;
                Ok(Self { host, port, get: None })
            }
            ProbeCheck::Http(url) => Self::parse_url(url),
        }
    }

    fn parse_url(url: &str) -> Result<Self, Fault> {
        let advice = "Write it as http://host:port/path, such as http://localhost:8080/health.";
        let refuse = |why: &str| refused("http", url, why).with_advice(advice);
        let (scheme, rest) = url.split_once("://").ok_or_else(|| refuse("it does not start with http://"))?;
        if scheme.eq_ignore_ascii_case("https") {
            let message = format!("the readiness probe '{url}' asks over https, which is not available yet");
            let advice = "Probe a plain http address of the service, or its port with a tcp probe.";
            return Err(Fault::new(Code::NotAvailable, message).with_advice(advice).with_target(url));
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(refuse("only http is spoken"));
        }
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse("it has a blank or another character that must be percent-encoded"));
        }
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(refuse("it has a user name"));
        }
        let (host, port) = split_authority(authority).map_err(refuse)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let get = Get { authority: authority.to_owned(), path };
        Ok(Self { host, port: port.unwrap_or(HTTP_PORT), get: Some(get) })
    }

    /// Asks once; an error says in a few words what was wrong.
    async fn ask(&self) -> Result<(), String> {
        let mut stream =
            TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|e| in_words(&e))?;
        if reaches_itself(&stream) {
            return Err(in_words(&io::ErrorKind::ConnectionRefused.into()));
        }
        let Some(get) = &self.get else { return Ok(()) };
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: LabRunner/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            get.path,
            get.authority,
            env!("CARGO_PKG_VERSION")
        );
        stream.write_all(request.as_bytes()).await.map_err(|e| in_words(&e))?;
        match read_status(stream).await.map_err(|e| in_words(&e))? {
            Some(200..=399) => Ok(()),
            Some(status) => Err(format!("answered {status}")),
            None => Err("answered with something that is not HTTP".to_owned()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.get {
            Some(get) => write!(f, "GET http://{}{}", get.authority, get.path),
            None if self.host.contains(':') => write!(f, "connection to [{}]:{}", self.host, self.port),
            None => write!(f, "connection to {}:{}", self.host, self.port),
        }
    }
}

fn refused(kind: &str, text: &str, why: &str) -> Fault {
    Fault::new(Code::InvalidValue, format!("the {kind} readiness probe '{text}' cannot be read: {why}"))
        .with_target(text)
}

/// Splits `host:port`, `host` or `[v6]:port`.
fn split_authority(text: &str) -> Result<(String, Option<u16>), &'static str> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']').ok_or("a bracket is not closed")?;
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Err("between the brackets stands no IPv6 address");
        }
        match behind {
            "" => (host, None),
            _ => (host, Some(behind.strip_prefix(':').ok_or("behind the bracket stands no port")?)),
        }
    } else {
        match text.split_once(':') {
            Some((_, port)) if port.contains(':') => return Err("an IPv6 address needs brackets"),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() {
        return Err("it has no host");
    }
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte)) {
        return Err("its host has a character that no host name has");
    }
    let port = match port {
        // Not parse alone: that takes a plus sign.
        Some(port) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse().ok().filter(|port| *port > 0).ok_or("its port is not from 1 to 65535")?)
        }
        Some(_) => return Err("its port is not a number"),
        None => None,
    };
    Ok((host.to_owned(), port))
}

/// Whether a try was given the very port it asks for as its own. On one machine that happens sooner
/// or later while nobody listens, and the connection then succeeds.
fn reaches_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

/// Reads the status of an HTTP answer; nothing if it does not begin like one.
async fn read_status(stream: TcpStream) -> io::Result<Option<u16>> {
    let mut line = Vec::new();
    let mut stream = stream.take(LONGEST_STATUS_LINE);
    while !line.contains(&b'\n') && stream.read_buf(&mut line).await? > 0 {}
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(parse_status(&line))
}

fn parse_status(line: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(line.split(|byte| *byte == b'\n').next()?).ok()?;
    let (version, rest) = line.trim_end().split_once(' ')?;
    let status = rest.split(' ').next()?;
    let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    (version.starts_with("HTTP/1.") && is_status).then(|| status.parse().ok())?
}

/// The system's words for the common cases hold error numbers and differ between systems.
fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::UnexpectedEof => "closed without an answer".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        _ => error.to_string(),
    }
}

/// Asks until the target is ready. An error says how the last try went, in time for the probe's limit.
pub(super) async fn wait(target: &Target, probe: &Probe) -> Result<(), String> {
    let interval = Duration::from_millis(probe.interval_ms).max(SHORTEST_INTERVAL);
    let mut last = "no answer".to_owned();
    let asking = async {
        loop {
            match timeout(TRY_LIMIT, target.ask()).await {
                Ok(Ok(())) => return,
                Ok(Err(why)) => last = why,
                Err(_) => last = format!("no answer within {} s", TRY_LIMIT.as_secs()),
            }
            sleep(interval).await;
        }
    };
    match timeout(Duration::from_millis(probe.timeout_ms), asking).await {
        Ok(()) => Ok(()),
        Err(_) => Err(format!("{target}: {last}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpSocket};

    const LIMIT: Duration = Duration::from_secs(20);

    fn tcp(text: &str) -> Result<Target, Fault> {
        Target::parse(&ProbeCheck::Tcp(text.into()))
    }

    fn http(text: &str) -> Result<Target, Fault> {
        Target::parse(&ProbeCheck::Http(text.into()))
    }

    fn target(host: &str, port: u16, get: Option<(&str, &str)>) -> Target {
        let get = get.map(|(authority, path)| Get { authority: authority.into(), path: path.into() });
        Target { host: host.into(), port, get }
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!(tcp("localhost:5432"), Ok(target("localhost", 5432, None)));
        assert_eq!(tcp("[::1]:80"), Ok(target("::1", 80, None)));
        assert_eq!(tcp("[::1]:80").unwrap().to_string(), "connection to [::1]:80");
        for (text, why) in [
            ("localhost", "it has no port"),
            ("localhost:", "its port is not a number"),
            ("localhost:+80", "its port is not a number"),
            ("localhost:65536", "its port is not from 1 to 65535"),
            ("localhost:0", "its port is not from 1 to 65535"),
            (":80", "it has no host"),
            ("::1:80", "an IPv6 address needs brackets"),
            ("[::1]80", "behind the bracket stands no port"),
            ("[::1", "a bracket is not closed"),
            ("[localhost]:80", "between the brackets stands no IPv6 address"),
            ("a b:80", "its host has a character that no host name has"),
        ] {
            let fault = tcp(text).unwrap_err();
            assert_eq!(fault.code, Code::InvalidValue, "{text}");
            assert_eq!(fault.message, format!("the tcp readiness probe '{text}' cannot be read: {why}"));
        }
    }

    #[test]
    fn urls_are_read() {
        for (url, expected) in [
            ("http://localhost", target("localhost", 80, Some(("localhost", "/")))),
            ("HTTP://Host:8080/a/b?c=d#e", target("Host", 8080, Some(("Host:8080", "/a/b?c=d")))),
            ("http://[::1]:8080/", target("::1", 8080, Some(("[::1]:8080", "/")))),
            ("http://127.0.0.1?x", target("127.0.0.1", 80, Some(("127.0.0.1", "/?x")))),
        ] {
            assert_eq!(http(url), Ok(expected), "{url}");
        }
        for url in
            ["localhost:80", "ftp://x/", "http://", "http://a b/", "http://x/\r\nEvil: 1", "http://u:p@x/"]
        {
            assert_eq!(http(url).unwrap_err().code, Code::InvalidValue, "{url}");
        }
        assert_eq!(http("https://localhost/").unwrap_err().code, Code::NotAvailable);
    }

    #[test]
    fn status_lines_are_read() {
        assert_eq!(parse_status(b"HTTP/1.1 200 OK\r\nX: y\r\n"), Some(200));
        assert_eq!(parse_status(b"HTTP/1.0 404\n"), Some(404));
        for line in
            [&b"SSH-2.0-OpenSSH_9.6\r\n"[..], b"HTTP/1.1 20 x", b"HTTP/1.1 +20 x", b"HTTP/1.1", b"\xff\n"]
        {
            assert_eq!(parse_status(line), None);
        }
    }

    /// Answers one connection with `answer` and gives back what was asked.
    async fn answer_once(listener: &TcpListener, answer: &str) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            assert!(stream.read_buf(&mut asked).await.unwrap() > 0);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(asked).unwrap()
    }

    fn probe(timeout_ms: u64) -> Probe {
        Probe { check: ProbeCheck::Tcp(String::new()), interval_ms: 1, timeout_ms }
    }

    #[tokio::test]
    async fn a_good_status_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = http(&format!("http://127.0.0.1:{port}/health?x=1")).unwrap();
        let (probe, server) = (probe(60_000), async {
            answer_once(&listener, "HTTP/1.1 503 Not yet\r\n\r\n").await;
            answer_once(&listener, "").await;
            answer_once(&listener, "what?\r\n").await;
            answer_once(&listener, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n").await
        });
        let (ready, asked) =
            timeout(LIMIT, async { tokio::join!(wait(&target, &probe), server) }).await.unwrap();
        assert_eq!(ready, Ok(()));
        let expected = format!("GET /health?x=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
        assert!(asked.starts_with(&expected), "{asked}");
    }

    #[tokio::test]
    async fn the_last_try_is_told_when_the_time_is_over() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = http(&format!("http://{address}/")).unwrap();
        let server = async {
            loop {
                answer_once(&listener, "HTTP/1.1 500 No\r\n\r\n").await;
            }
        };
        let probe = probe(200);
        let why = tokio::select! { ready = wait(&target, &probe) => ready.unwrap_err(), () = server => String::new() };
        assert_eq!(why, format!("GET http://{address}/: answered 500"));

        // Bound, so that nobody else gets the port, but not listening.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = silent.local_addr().unwrap();
        let target = tcp(&address.to_string()).unwrap();
        assert_eq!(wait(&target, &probe).await, Err(format!("connection to {address}: connection refused")));
    }

    #[tokio::test]
    async fn a_connection_to_itself_is_none() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let itself = socket.connect(address).await.unwrap();
        assert_eq!(itself.local_addr().unwrap(), itself.peer_addr().unwrap());
        assert!(reaches_itself(&itself));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let other = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        assert!(!reaches_itself(&other));
    }

    #[tokio::test]
    async fn an_ipv6_address_is_reached() {
        // A machine without IPv6 has nothing to show here.
        let Ok(listener) = TcpListener::bind("[::1]:0").await else { return };
        let target = tcp(&listener.local_addr().unwrap().to_string()).unwrap();
        assert_eq!(wait(&target, &probe(60_000)).await, Ok(()));
    }
}
