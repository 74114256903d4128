//! Addresses of files: `https`, `http` and `file` URLs, with their credentials apart from what may be shown.

use fluent_uri::{Uri, UriRef};
use std::fmt;
use std::path::PathBuf;

/// The address of a file, checked. What is displayed has neither credentials nor the values of a query.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    uri: Uri<String>,
    /// User and password as written, percent-encoded.
    user: Option<String>,
    scheme: Scheme,
}

/// How a file is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// From a server, encrypted.
    Https,
    /// From a server.
    Http,
    /// From this machine's file system.
    File,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err("has a blank or a control character, which must be percent-encoded");
        }
        if !text.contains("://") && !text.to_ascii_lowercase().starts_with("file:/") {
            return Err("does not start with https://, http:// or file://");
        }
        let uri = Uri::parse(text).map_err(|_| "has a character that must be percent-encoded")?;
        Self::of(uri.to_owned())
    }

    /// Where a redirect leads.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub fn join(&self, location: &str) -> Result<Self, &'static str> {
        let reference = UriRef::parse(location.trim()).map_err(|_| "cannot be read as a URL")?;
        let base = self.uri.strip_fragment();
        Self::of(reference.resolve_against(&base).map_err(|_| "cannot be resolved")?)
    }

    fn of(uri: Uri<String>) -> Result<Self, &'static str> {
        let scheme = match uri.scheme().as_str().to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            "file" => Scheme::File,
            _ => return Err("is neither https, http nor file"),
        };
        let host = uri.authority().map(|authority| authority.host().to_owned()).unwrap_or_default();
        match scheme {
            Scheme::File if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") => {
                return Err("is a file of another machine; on this one it starts with file:///");
            }
            Scheme::File if uri.path().as_str().len() < 2 => return Err("does not name a file"),
            Scheme::Https | Scheme::Http if host.is_empty() => return Err("does not name a host"),
            _ => {}
        }
        if uri.authority().is_some_and(|authority| authority.port_to_u16().is_err()) {
            return Err("has a port above 65535");
        }
        let user =
            uri.authority().and_then(|authority| authority.userinfo()).map(|user| user.as_str().to_owned());
        Ok(Self { uri, user, scheme })
    }

    /// How it is fetched.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// User and password, decoded: `user:password`.
    pub fn credentials(&self) -> Option<Vec<u8>> {
        self.user.as_deref().map(decoded)
    }

    /// The URL to ask for: without credentials, and without what is after `#`.
    pub fn request(&self) -> String {
        let whole = self.uri.strip_fragment().as_str().to_owned();
        match &self.user {
            Some(user) => whole.replacen(&format!("{user}@"), "", 1),
            None => whole,
        }
    }

    /// Whether two addresses are of the same server, so that what one may know the other may.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.server() == other.server()
    }

    fn server(&self) -> (String, Option<u16>) {
        let default = if self.scheme == Scheme::Https { 443 } else { 80 };
        let authority = self.uri.authority();
        let host = authority.map(|authority| authority.host().to_ascii_lowercase()).unwrap_or_default();
        (host, authority.and_then(|authority| authority.port_to_u16().ok().flatten()).or(Some(default)))
    }

    /// The host's name, for messages.
    pub fn host(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.host())
    }

    /// The name of the file: the last part of the path, decoded.
    pub fn file_name(&self) -> String {
        let path = self.uri.path().as_str();
        String::from_utf8_lossy(&decoded(path.rsplit('/').next().unwrap_or_default())).into_owned()
    }

    /// The path of a file of this machine.
    pub fn path(&self) -> PathBuf {
        let path = String::from_utf8_lossy(&decoded(self.uri.path().as_str())).into_owned();
        // file:///C:/x
        let drive = path.as_bytes();
        if cfg!(windows) && drive.len() > 2 && drive[0] == b'/' && drive[2] == b':' {
            return PathBuf::from(&path[1..]);
        }
        PathBuf::from(path)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.request();
        match whole.split_once('?') {
            Some((before, _)) => write!(f, "{before}?…"),
            None => f.write_str(&whole),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// A text with its percent-encoded bytes.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| bytes[at] == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_neither_credentials_nor_values_of_a_query() {
        let address = Address::parse("https://ann:s%40fe@Example.org:8443/a%20b/t.zip?sig=abc#x").unwrap();
        assert_eq!(address.to_string(), "https://Example.org:8443/a%20b/t.zip?…");
        assert_eq!(format!("{address:?}"), "Address(https://Example.org:8443/a%20b/t.zip?…)");
        assert_eq!(address.request(), "https://Example.org:8443/a%20b/t.zip?sig=abc");
        assert_eq!(address.credentials().unwrap(), b"ann:s@fe");
        assert_eq!(address.file_name(), "t.zip");
    }

    #[test]
    fn a_redirect_leads_where_a_browser_would_go() {
        let from = Address::parse("https://ann:pw@example.org/a/b.zip?q#f").unwrap();
        for (location, to) in [
            ("c.zip", "https://example.org/a/c.zip"),
            ("/c.zip", "https://example.org/c.zip"),
            ("../../../c.zip", "https://example.org/c.zip"),
            ("//cdn.example.org/c", "https://cdn.example.org/c"),
            ("http://other/", "http://other/"),
            ("?x=1", "https://example.org/a/b.zip?x=1"),
        ] {
            assert_eq!(from.join(location).unwrap().request(), to, "{location}");
        }
        assert_eq!(from.join("ftp://x/").unwrap_err(), "is neither https, http nor file");
        assert!(from.join("https://a b/").is_err());
    }

    #[test]
    fn the_same_server_is_the_same_scheme_host_and_port() {
        let one = |text: &str| Address::parse(text).unwrap();
        assert!(one("https://A.org/x").is_same_origin(&one("https://a.org:443/y")));
        assert!(!one("https://a.org/x").is_same_origin(&one("http://a.org/x")));
        assert!(!one("https://a.org/x").is_same_origin(&one("https://a.org:444/x")));
        assert!(!one("https://a.org/x").is_same_origin(&one("https://a.org.evil/x")));
    }

    #[test]
    fn addresses_that_cannot_be_fetched_are_refused_with_the_reason() {
        for (text, why) in [
            ("example.org/x", "does not start with https://, http:// or file://"),
            ("ftp://example.org/x", "is neither https, http nor file"),
            ("https:///x", "does not name a host"),
            ("https://a/b c", "has a blank or a control character, which must be percent-encoded"),
            ("https://a/<b>", "has a character that must be percent-encoded"),
            ("https://a:99999/", "has a port above 65535"),
            ("file://server/x", "is a file of another machine; on this one it starts with file:///"),
            ("file:///", "does not name a file"),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), why, "{text}");
        }
        assert!(Address::parse("https://[::1]:8080/x").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_this_machine_is_a_path() {
        for text in ["file:///tmp/a%20b", "file:/tmp/a%20b", "file://localhost/tmp/a%20b"] {
            assert_eq!(Address::parse(text).unwrap().path(), PathBuf::from("/tmp/a b"), "{text}");
        }
    }
}
