//! Asks a service whether it is ready: a TCP connection, or a GET over http or https.

use super::answerer::{self, Service, Stranger};
use crate::operation::Probe;
use crate::operation::endpoint::Endpoint;
use crate::work::certificate::{Refused, refused};
use std::io::{self, Read};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Timeout};

/// Limit of one try. A service that accepts a connection and then says nothing must not use up the
/// whole time in one.
const TRY_LIMIT: Duration = Duration::from_secs(5);

/// Limit of the look before the service starts: who answers then is there and answers at once.
const FIRST_LIMIT: Duration = Duration::from_secs(1);

/// Without a pause a probe would be a load.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(5);

/// What every GET of a probe is sent by.
///
/// A redirect is an answer, and no proxy is asked. The system's trust store decides about certificates,
/// unless the probe takes any.
fn agent(trust: Trust) -> &'static Agent {
    static SYSTEM: OnceLock<Agent> = OnceLock::new();
    static ANY: OnceLock<Agent> = OnceLock::new();
    let (agent, tls) = match trust {
        Trust::System => (&SYSTEM, TlsConfig::builder().root_certs(RootCerts::PlatformVerifier)),
        Trust::Any => (&ANY, TlsConfig::builder().disable_verification(true)),
    };
    agent.get_or_init(|| {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .proxy(None)
            .timeout_global(Some(TRY_LIMIT))
            .tls_config(tls.build())
            .user_agent(concat!("LabRunner/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent()
    })
}

/// Whose certificates are taken.
#[derive(Clone, Copy)]
pub(in crate::work) enum Trust {
    /// Those that the system trusts.
    System,
    /// All of them.
    Any,
}

/// Bytes of an answer in which a text is looked for.
const MOST_BODY: u64 = 1 << 20;

/// What an answer has to be.
#[derive(Clone, Copy, Default)]
pub(in crate::work) struct Expected<'e> {
    /// Statuses that count; those from 200 to 399 where none are given.
    pub(in crate::work) status: &'e [u16],
    /// A text that is in it.
    pub(in crate::work) body: Option<&'e str>,
}

/// Asks once, for no longer than `limit`; an error says in a few words what was wrong.
pub(in crate::work) async fn ask(
    endpoint: &Endpoint,
    trust: Trust,
    expected: Expected<'_>,
    limit: Duration,
) -> Result<(), String> {
    let Some(url) = endpoint.get_url() else { return connect(endpoint).await };
    // A try that is given up goes on until its limit, on a thread that is made for such waiting.
    let answer = tokio::task::spawn_blocking(move || {
        let get = agent(trust).get(url).header("Connection", "close");
        get.config().timeout_global(Some(limit)).build().call()
    });
    match answer.await {
        Ok(Ok(answer)) => {
            match answer.status().as_u16() {
                status if expected.status.contains(&status) => {}
                200..=399 if expected.status.is_empty() => {}
                status => return Err(format!("answered {status}")),
            }
            let Some(wanted) = expected.body.map(str::to_owned) else { return Ok(()) };
            let found = tokio::task::spawn_blocking(move || contains(answer, &wanted));
            found.await.unwrap_or_else(|_| Err("the probe itself failed".to_owned()))
        }
        Ok(Err(Error::Timeout(Timeout::Global))) => Err(no_answer(limit)),
        Ok(Err(error)) => Err(of_a_get(&error)),
        Err(_) => Err("the probe itself failed".to_owned()),
    }
}

/// Whether a text is in an answer.
fn contains(answer: ureq::http::Response<ureq::Body>, wanted: &str) -> Result<(), String> {
    let mut body = Vec::new();
    let read = answer.into_body().into_reader().take(MOST_BODY).read_to_end(&mut body);
    if body.windows(wanted.len().max(1)).any(|part| part == wanted.as_bytes()) {
        return Ok(());
    }
    match read {
        Ok(_) => Err(format!("its answer does not have '{}' in it", wanted.escape_debug())),
        Err(_) => Err("its answer ended too early".to_owned()),
    }
}

async fn connect(endpoint: &Endpoint) -> Result<(), String> {
    let connected = TcpStream::connect((endpoint.host(), endpoint.port())).await;
    let stream = connected.map_err(|error| of_a_connection(&error))?;
    if reaches_itself(&stream) {
        return Err(of_a_connection(&io::ErrorKind::ConnectionRefused.into()));
    }
    Ok(())
}

/// Whether a try was given the very port it asks for as its own. On one machine that happens sooner
/// or later without a listener, and the connection then succeeds.
fn reaches_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

fn of_a_get(error: &Error) -> String {
    match error {
        Error::Rustls(error) => of_tls(error),
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(inner) => of_tls(inner),
            None => of_a_connection(error),
        },
        Error::HostNotFound => "its host was not found".to_owned(),
        Error::Protocol(_) | Error::Http(_) => "answered with something that is not HTTP".to_owned(),
        error => error.to_string(),
    }
}

fn of_tls(error: &rustls::Error) -> String {
    match refused(error) {
        Refused::Untrusted(why) => format!("{why}; with 'insecure: true' the probe takes any certificate"),
        Refused::NotTls(what) => format!("answered with something that is not TLS ({what})"),
    }
}

/// The system's words for the common cases hold error numbers and differ between systems.
fn of_a_connection(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::UnexpectedEof => "closed without an answer".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        _ => error.to_string(),
    }
}

fn no_answer(limit: Duration) -> String {
    format!("no answer within {limit:?}")
}

/// An answer that came before there was a service to give it.
pub(super) struct Taken {
    /// Who listens there, where the system tells.
    pub(super) by: Option<Stranger>,
}

/// Asks once before the service is started. An answer would not be the service's, neither now nor later,
/// whatever its certificate.
pub(super) async fn answers_already(endpoint: &Endpoint) -> Option<Taken> {
    if !matches!(
        timeout(FIRST_LIMIT, ask(endpoint, Trust::Any, Expected::default(), FIRST_LIMIT)).await,
        Ok(Ok(()))
    ) {
        return None;
    }
    let endpoint = endpoint.clone();
    let by = tokio::task::spawn_blocking(move || answerer::who(&endpoint)).await;
    Some(Taken { by: by.ok().flatten() })
}

/// What a started service is asked.
pub(super) struct Question<'p> {
    pub(super) probe: &'p Probe,
    pub(super) endpoint: Endpoint,
    pub(super) service: Service,
}

/// Asks once, and counts only what the service answers itself.
async fn ask_the_service(question: &Question<'_>) -> Result<(), String> {
    let trust = if question.probe.insecure { Trust::Any } else { Trust::System };
    ask(&question.endpoint, trust, Expected::default(), TRY_LIMIT).await?;
    let (asked, service) = (question.endpoint.clone(), question.service.clone());
    let other = tokio::task::spawn_blocking(move || answerer::other_than(&asked, &service)).await;
    match other {
        Ok(Some(stranger)) => Err(format!("answered by {stranger}, which is not the service's")),
        _ => Ok(()),
    }
}

/// Asks until the service is ready. An error says how the last try went, in time for the probe's limit.
pub(super) async fn wait(question: &Question<'_>) -> Result<(), String> {
    let Question { probe, endpoint, .. } = question;
    let interval = Duration::from_millis(probe.interval_ms).max(SHORTEST_INTERVAL);
    let mut last = "no answer".to_owned();
    let asking = async {
        loop {
            match timeout(TRY_LIMIT, ask_the_service(question)).await {
                Ok(Ok(())) => return,
                Ok(Err(why)) => last = why,
                Err(_) => last = no_answer(TRY_LIMIT),
            }
            sleep(interval).await;
        }
    };
    match timeout(Duration::from_millis(probe.timeout_ms), asking).await {
        Ok(()) => Ok(()),
        Err(_) => Err(format!("{endpoint}: {last}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::ProbeCheck;
    use crate::work::identity::Identity;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket};

    const LIMIT: Duration = Duration::from_secs(20);

    fn tcp(text: &str) -> Endpoint {
        Endpoint::parse(&ProbeCheck::Tcp(text.into())).unwrap()
    }

    fn http(text: &str) -> Endpoint {
        Endpoint::parse(&ProbeCheck::Http(text.into())).unwrap()
    }

    /// Here the tests are the service.
    async fn waited(endpoint: &Endpoint, timeout_ms: u64) -> Result<(), String> {
        waited_trusting(endpoint, timeout_ms, false).await
    }

    async fn waited_trusting(endpoint: &Endpoint, timeout_ms: u64, insecure: bool) -> Result<(), String> {
        let probe = Probe { check: ProbeCheck::Tcp(String::new()), interval_ms: 1, timeout_ms, insecure };
        let service = Service { root: Identity::of(std::process::id()), mark: None };
        wait(&Question { probe: &probe, endpoint: endpoint.clone(), service }).await
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

    #[tokio::test]
    async fn a_good_status_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let endpoint = http(&format!("http://127.0.0.1:{port}/health?x=1"));
        let server = async {
            answer_once(&listener, "HTTP/1.1 503 Not yet\r\n\r\n").await;
            answer_once(&listener, "").await;
            answer_once(&listener, "what?\r\n").await;
            answer_once(&listener, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n").await
        };
        let (ready, asked) =
            timeout(LIMIT, async { tokio::join!(waited(&endpoint, 60_000), server) }).await.unwrap();
        assert_eq!(ready, Ok(()));
        assert!(asked.starts_with("GET /health?x=1 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains(&format!("\r\nhost: 127.0.0.1:{port}\r\n")), "{asked}");
    }

    /// The server's side of a connection over TLS, with a certificate that is self-signed and out of date.
    fn self_signed() -> rustls::ServerConnection {
        use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
        let certificate = include_bytes!("../../../../tests/data/tls/self-signed.der");
        let key = include_bytes!("../../../../tests/data/tls/self-signed.key.der");
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(&certificate[..])],
                PrivatePkcs8KeyDer::from(&key[..]).into(),
            )
            .unwrap();
        rustls::ServerConnection::new(config.into()).unwrap()
    }

    /// Answers one connection over TLS.
    fn answer_securely(listener: &std::net::TcpListener, answer: &[u8]) {
        use std::io::{Read, Write};
        let (stream, _) = listener.accept().unwrap();
        let mut stream = rustls::StreamOwned::new(self_signed(), stream);
        let mut asked = Vec::new();
        let mut byte = [0];
        while !asked.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            asked.push(byte[0]);
        }
        stream.write_all(answer).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    }

    #[tokio::test]
    async fn an_answer_over_https_counts_whatever_its_certificate_when_that_was_asked_for() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = http(&format!("https://localhost:{}/health", listener.local_addr().unwrap().port()));
        // A thread of its own: the test does not wait for one that is never asked.
        let server = std::thread::spawn(move || {
            // What is not TLS is not an answer.
            let (mut stream, _) = listener.accept().unwrap();
            std::io::Write::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.6\r\n").unwrap();
            drop(stream);
            answer_securely(&listener, b"HTTP/1.1 204 No Content\r\n\r\n");
        });
        let first = ask(&endpoint, Trust::Any, Expected::default(), LIMIT).await.unwrap_err();
        assert!(first.starts_with("answered with something that is not TLS"), "{first}");
        assert_eq!(timeout(LIMIT, waited_trusting(&endpoint, 60_000, true)).await.unwrap(), Ok(()));
        server.join().unwrap();
    }

    #[tokio::test]
    async fn a_certificate_that_the_system_does_not_trust_is_not_an_answer() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = http(&format!("https://localhost:{}/health", listener.local_addr().unwrap().port()));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            self_signed().complete_io(&mut stream)
        });
        let why = ask(&endpoint, Trust::System, Expected::default(), LIMIT).await.unwrap_err();
        assert!(why.starts_with("its certificate is not trusted ("), "{why}");
        assert!(why.ends_with("); with 'insecure: true' the probe takes any certificate"), "{why}");
        assert!(server.join().unwrap().is_err(), "the handshake is broken off, and nothing was asked");
    }

    #[tokio::test]
    async fn the_last_try_is_told_when_the_time_is_over() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let endpoint = http(&format!("http://{address}/"));
        let server = async {
            loop {
                answer_once(&listener, "HTTP/1.1 500 No\r\n\r\n").await;
            }
        };
        let why = tokio::select! { ready = waited(&endpoint, 200) => ready.unwrap_err(), () = server => String::new() };
        assert_eq!(why, format!("GET http://{address}/: answered 500"));

        // Bound, so that no other socket gets the port, but not listening.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = silent.local_addr().unwrap();
        let endpoint = tcp(&address.to_string());
        assert_eq!(waited(&endpoint, 200).await, Err(format!("connection to {address}: connection refused")));
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
        let endpoint = tcp(&listener.local_addr().unwrap().to_string());
        assert_eq!(waited(&endpoint, 60_000).await, Ok(()));
    }
}
