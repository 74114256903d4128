//! Downloads over TLS: from servers with good, foreign and expired certificates, and from what does not speak TLS.

use super::server::{Request, Server, Wire, send, serve_well};
use super::{Case, content, fault, giving};
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use ureq::tls::Certificate;

/// A server that gives this, with a certificate for a name that is good until a year, and the authority behind it.
fn server(name: &str, until: i32, bytes: &[u8]) -> (Server, Certificate<'static>) {
    let bytes = bytes.to_vec();
    answering(name, until, move |request, wire| serve_well(request, wire, &bytes, "\"one\""))
}

fn answering(
    name: &str,
    until: i32,
    answer: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static,
) -> (Server, Certificate<'static>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    // Each authority has a name of its own, as in the world.
    authority
        .distinguished_name
        .push(DnType::CommonName, format!("Authority {:?}", &key.public_key_raw()[1..9]));
    let root = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (leaf.not_before, leaf.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
    let key = KeyPair::generate().unwrap();
    let certificate = leaf.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let server = Server::with(Some(Arc::new(config)), answer);
    (server, Certificate::from_der(root.der()).to_owned())
}

#[tokio::test]
async fn a_file_comes_from_a_server_that_is_trusted() {
    let bytes = content(300_000);
    let (server, root) = server("localhost", 2099, &bytes);
    let mut case = Case::of(&[format!("https://localhost:{}/x", server.port)]).checked(&bytes);
    case.settings.roots = Some(vec![root]);
    case.brings(&case.run().await.0, &bytes);
}

#[tokio::test]
async fn no_file_comes_from_a_server_that_is_not() {
    let bytes = content(3_000);
    for (name, until, trusted, why) in [
        ("localhost", 2021, true, "its certificate is not trusted (it has expired)"),
        ("example.org", 2099, true, "its certificate is not trusted (it is for another host name)"),
        ("localhost", 2099, false, "its certificate is not trusted (this machine does not know its issuer)"),
    ] {
        let (server, root) = server(name, until, &bytes);
        let other = self::server("localhost", 2099, &bytes).1;
        let mut case = Case::of(&[format!("https://localhost:{}/x", server.port)]).checked(&bytes);
        case.settings.roots = Some(vec![if trusted { root } else { other }]);
        let fault = fault(case.run().await.0);
        assert!(fault.message.ends_with(&format!("{why}.")), "{fault}");
        assert!(case.names().is_empty() && server.requests().is_empty());
    }
}

#[tokio::test]
async fn what_does_not_speak_tls_is_said_not_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let case = Case::of(&[format!("https://127.0.0.1:{}/x", listener.local_addr().unwrap().port())]);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let fault = fault(case.run().await.0);
    assert!(fault.message.contains("something that is not TLS"), "{fault}");
    assert!(case.names().is_empty());
}

#[tokio::test]
async fn a_redirect_to_clear_text_needs_a_checksum() {
    let bytes = content(3_000);
    let clear = giving(&bytes);
    let to = clear.url("/x");
    let (server, root) = answering("localhost", 2099, move |_, wire| {
        send(wire, &format!("HTTP/1.1 302 Found\nLocation: {to}\nContent-Length: 0"), b"");
    });
    let mut case = Case::of(&[format!("https://localhost:{}/x", server.port)]);
    case.settings.roots = Some(vec![root]);
    let fault = fault(case.run().await.0);
    assert!(fault.message.contains("it redirects from https to 'http://127.0.0.1"), "{fault}");
    assert!(clear.requests().is_empty() && case.names().is_empty());
    let case = case.checked(&bytes);
    case.brings(&case.run().await.0, &bytes);
}
