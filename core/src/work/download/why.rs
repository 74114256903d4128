//! Says in a few words why a server gave no answer, and whether it may give one in a moment.

use crate::work::certificate::{Refused, refused};
use std::io;
use ureq::{Error, Timeout};

/// The reason, and whether another attempt may help.
pub(super) fn of(error: &Error) -> (String, bool) {
    match error {
        Error::Rustls(error) => of_tls(error),
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(inner) => of_tls(inner),
            None => of_a_connection(error),
        },
        Error::HostNotFound => ("its host was not found".to_owned(), true),
        Error::Timeout(Timeout::Connect) => ("no connection was made in time".to_owned(), true),
        Error::Timeout(_) => ("the server was silent for too long".to_owned(), true),
        Error::ConnectionFailed => ("no connection could be made".to_owned(), true),
        Error::ConnectProxyFailed(why) => (format!("the proxy refused it: {why}"), false),
        Error::InvalidProxyUrl => ("the URL of the proxy is not valid".to_owned(), false),
        Error::Protocol(_) | Error::Http(_) | Error::LargeResponseHeader(..) => {
            ("the server answered with something that is not HTTP".to_owned(), false)
        }
        error => (error.to_string(), false),
    }
}

/// The same of an error while the file was read.
pub(super) fn of_reading(error: &io::Error) -> (String, bool) {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(inner) => of(inner),
        None => of_a_connection(error),
    }
}

/// The system's words for the common cases hold error numbers and differ between systems.
fn of_a_connection(error: &io::Error) -> (String, bool) {
    let why = match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "the connection was reset"
        }
        io::ErrorKind::UnexpectedEof => "the connection was closed too early",
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "the server was silent for too long",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            "the network does not reach its host"
        }
        // What does not speak the protocol will not speak it in a moment.
        io::ErrorKind::InvalidData => return (error.to_string(), false),
        _ => return (error.to_string(), true),
    };
    (why.to_owned(), true)
}

fn of_tls(error: &rustls::Error) -> (String, bool) {
    match refused(error) {
        Refused::Untrusted(why) => (why, false),
        Refused::NotTls(what) => {
            (format!("the server answered with something that is not TLS ({what})"), false)
        }
    }
}
