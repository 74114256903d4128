//! Where a service is asked whether it is ready: the one parser of probe addresses.

use super::{Probe, ProbeCheck};
use std::fmt;

const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// The machine that a port alone is meant of.
const THIS_MACHINE: &str = "127.0.0.1";

/// What a probe asks, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    host: String,
    port: u16,
    get: Option<Get>,
}

/// The parts of a GET beside the address.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Get {
    secure: bool,
    /// Host and port as written, for the `Host` header.
    authority: String,
    /// Path and query.
    path: String,
}

/// Why an address cannot be read: a sentence about it, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Names the address: `the readiness probe 'localhost' has no port`.
    pub message: String,
    /// How such an address is written.
    pub advice: &'static str,
}

impl Endpoint {
    /// Reads `host:port`, a port of this machine alone, or an `http` or `https` URL.
    ///
    /// ```
    /// use labrunner_core::operation::{ProbeCheck, endpoint::Endpoint};
    ///
    /// let endpoint = Endpoint::parse(&ProbeCheck::Http("http://[::1]:8080/health".into())).unwrap();
    /// assert_eq!(endpoint.to_string(), "GET http://[::1]:8080/health");
    /// let fault = Endpoint::parse(&ProbeCheck::Tcp("localhost".into())).unwrap_err();
    /// assert_eq!(fault.message, "the readiness probe 'localhost' has no port");
    /// ```
    ///
    /// # Errors
    /// [`Unreadable`] says what is wrong with the address.
    pub fn parse(check: &ProbeCheck) -> Result<Self, Unreadable> {
        let (text, advice, read) = match check {
            ProbeCheck::Tcp(address) => (
                address,
                "Write it as host:port, such as localhost:5432 or [::1]:5432.",
                Self::address(address.trim()),
            ),
            ProbeCheck::Http(url) => (
                url,
                "Write a whole URL, such as http://localhost:8080/health or https://localhost:8443/.",
                Self::url(url.trim()),
            ),
        };
        read.map_err(|why| Unreadable { message: format!("the readiness probe '{text}' {why}"), advice })
    }

    /// Reads the address of a probe, and refuses what the probe says beside an address that it cannot be meant for.
    ///
    /// # Errors
    /// [`Unreadable`] says what is wrong with the address, or that no certificate comes from there.
    pub fn of(probe: &Probe) -> Result<Self, Unreadable> {
        let endpoint = Self::parse(&probe.check)?;
        if probe.insecure && !endpoint.get.as_ref().is_some_and(|get| get.secure) {
            let (ProbeCheck::Tcp(text) | ProbeCheck::Http(text)) = &probe.check;
            return Err(Unreadable {
                message: format!(
                    "the readiness probe '{text}' does not use https, so 'insecure' has no effect on it"
                ),
                advice: "Remove 'insecure', or ask an address that starts with https://.",
            });
        }
        Ok(endpoint)
    }

    /// The machine that is asked.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port that is asked.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL to get; nothing when a connection is enough.
    pub fn get_url(&self) -> Option<String> {
        self.get.as_ref().map(ToString::to_string)
    }

    fn address(text: &str) -> Result<Self, &'static str> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self { host: THIS_MACHINE.to_owned(), port: port(text)?, get: None });
        }
        let (host, port) = split_authority(text)?;
        Ok(Self { host, port: port.ok_or("has no port")?, get: None })
    }

    fn url(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url.split_once("://").ok_or("does not start with http:// or https://")?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !secure && !scheme.eq_ignore_ascii_case("http") {
            return Err("is neither http nor https");
        }
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has a blank or another character that must be percent-encoded");
        }
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err("has a user name, which probes do not send");
        }
        let (host, port) = split_authority(authority)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let usual = if secure { HTTPS_PORT } else { HTTP_PORT };
        let get = Get { secure, authority: authority.to_owned(), path };
        Ok(Self { host, port: port.unwrap_or(usual), get: Some(get) })
    }
}

impl fmt::Display for Get {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.secure { "https" } else { "http" }, self.authority, self.path)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.get {
            Some(get) => write!(f, "GET {get}"),
            None if self.host.contains(':') => write!(f, "connection to [{}]:{}", self.host, self.port),
            None => write!(f, "connection to {}:{}", self.host, self.port),
        }
    }
}

/// Splits `host:port`, `host` or `[v6]:port`.
fn split_authority(text: &str) -> Result<(String, Option<u16>), &'static str> {
    let (host, behind) = if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']').ok_or("has a bracket that is not closed")?;
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Err("has something other than an IPv6 address between its brackets");
        }
        match behind {
            "" => (host, None),
            _ => (host, Some(behind.strip_prefix(':').ok_or("has no port behind its bracket")?)),
        }
    } else {
        match text.split_once(':') {
            Some((_, port)) if port.contains(':') => return Err("has an IPv6 address without brackets"),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() {
        return Err("has no host");
    }
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte)) {
        return Err("has a character in its host that host names cannot have");
    }
    Ok((host.to_owned(), behind.map(port).transpose()?))
}

fn port(text: &str) -> Result<u16, &'static str> {
    // Not parse alone: that takes a plus sign.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("has a port that is not a number");
    }
    text.parse().ok().filter(|port| *port > 0).ok_or("has a port that is not from 1 to 65535")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(text: &str) -> Result<Endpoint, Unreadable> {
        Endpoint::parse(&ProbeCheck::Tcp(text.into()))
    }

    fn http(text: &str) -> Result<Endpoint, Unreadable> {
        Endpoint::parse(&ProbeCheck::Http(text.into()))
    }

    #[test]
    fn a_certificate_is_asked_for_by_https_only() {
        let probe = |check, insecure| Probe { check, interval_ms: 1, timeout_ms: 1, insecure };
        let secure = || ProbeCheck::Http("HTTPS://x".into());
        for check in [ProbeCheck::Tcp("x:443".into()), ProbeCheck::Http("http://x:443".into())] {
            let why = Endpoint::of(&probe(check.clone(), true)).unwrap_err();
            assert!(why.message.ends_with("does not use https, so 'insecure' has no effect on it"));
            assert!(Endpoint::of(&probe(check, false)).is_ok());
        }
        assert!(
            Endpoint::of(&probe(secure(), true)).is_ok() && Endpoint::of(&probe(secure(), false)).is_ok()
        );
    }

    fn parts(endpoint: &Endpoint) -> (&str, u16, String) {
        (endpoint.host(), endpoint.port(), endpoint.to_string())
    }

    #[test]
    fn addresses_are_read() {
        for (text, host, port) in [
            ("localhost:5432", "localhost", 5432),
            (" localhost:5432 ", "localhost", 5432),
            ("[::1]:80", "::1", 80),
            ("8080", "127.0.0.1", 8080),
        ] {
            let endpoint = tcp(text).unwrap();
            assert_eq!((endpoint.host(), endpoint.port(), endpoint.get_url()), (host, port, None), "{text}");
        }
        assert_eq!(tcp("[::1]:80").unwrap().to_string(), "connection to [::1]:80");
    }

    #[test]
    fn an_address_that_cannot_be_read_says_why() {
        for (text, why) in [
            ("", "has no host"),
            ("localhost", "has no port"),
            ("localhost:", "has a port that is not a number"),
            ("localhost:+80", "has a port that is not a number"),
            ("localhost:65536", "has a port that is not from 1 to 65535"),
            ("localhost:0", "has a port that is not from 1 to 65535"),
            ("99999", "has a port that is not from 1 to 65535"),
            (":80", "has no host"),
            ("::1:80", "has an IPv6 address without brackets"),
            ("[::1]80", "has no port behind its bracket"),
            ("[::1", "has a bracket that is not closed"),
            ("[localhost]:80", "has something other than an IPv6 address between its brackets"),
            ("a b:80", "has a character in its host that host names cannot have"),
        ] {
            assert_eq!(tcp(text).unwrap_err().message, format!("the readiness probe '{text}' {why}"));
        }
    }

    #[test]
    fn urls_are_read() {
        for (url, host, port, shown) in [
            ("http://localhost", "localhost", 80, "GET http://localhost/"),
            ("https://localhost", "localhost", 443, "GET https://localhost/"),
            ("HTTP://Host:8080/a/b?c=d#e", "Host", 8080, "GET http://Host:8080/a/b?c=d"),
            ("https://[::1]:8443/", "::1", 8443, "GET https://[::1]:8443/"),
            ("http://127.0.0.1?x", "127.0.0.1", 80, "GET http://127.0.0.1/?x"),
        ] {
            let endpoint = http(url).unwrap();
            assert_eq!(parts(&endpoint), (host, port, shown.to_owned()), "{url}");
            assert_eq!(endpoint.get_url().unwrap(), shown.trim_start_matches("GET "));
        }
        for (url, why) in [
            ("localhost:80", "does not start with http:// or https://"),
            ("ftp://x/", "is neither http nor https"),
            ("http://", "has no host"),
            ("http://a b/", "has a blank or another character that must be percent-encoded"),
            ("http://x/\r\nEvil: 1", "has a blank or another character that must be percent-encoded"),
            ("http://u:p@x/", "has a user name, which probes do not send"),
            ("http://x:y/", "has a port that is not a number"),
        ] {
            assert_eq!(http(url).unwrap_err().message, format!("the readiness probe '{url}' {why}"));
        }
    }
}
