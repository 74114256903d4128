//! A file to fetch from a URL, and what it must be once it is there.

use super::checksum::{Algorithm, Checksum};
use super::url::Address;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Headers that say how a file is transferred, which is the engine's business.
const OWN_HEADERS: [&str; 9] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "if-match",
    "if-none-match",
    "if-range",
    "range",
    "transfer-encoding",
];

/// A file to fetch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DownloadSpec {
    /// Where it is: `https`, `http` or `file` URLs of the same file, tried one after another.
    pub urls: Vec<String>,
    /// The path of the file once it is there; must be absolute.
    pub target: String,
    /// `sha256:` and its digits, or `sha256:` and the URL of a list of checksums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Headers of each request; they are sent to the hosts of the URLs only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The most bytes it may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// What is done about a file that is there already.
    #[serde(default)]
    pub if_exists: Option<IfExists>,
    /// Variables that name a proxy, in place of this process's own; a null removes one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Option<String>>,
}

/// What is done about a target that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IfExists {
    /// It stays, and nothing is done.
    Keep,
    /// Once the new one is complete, it takes the place of the old one.
    Replace,
    /// A folder gets what is new, file by file, and keeps the rest; of archives only.
    Merge,
    /// The operation fails.
    Fail,
}

impl DownloadSpec {
    /// Says what is wrong with it, each time with what to do.
    pub(super) fn check(&self, who: &str, invalid: &mut impl FnMut(String, &str)) {
        if self.urls.is_empty() {
            invalid(
                format!("{who} has no URL to download from"),
                "Add 'url:' with an https, http or file URL.",
            );
        }
        for url in &self.urls {
            if let Err(why) = Address::parse(url) {
                invalid(
                    format!("{who}: the URL '{}' {why}", shown(url)),
                    "Write a whole URL, such as https://example.org/tool.zip.",
                );
            }
        }
        if let Some(wrong) = wrong_path(&self.target) {
            invalid(
                format!("{who}: the target '{}' {wrong}", self.target),
                "Write the path of the file, name included: 'target: downloads/tool.zip'.",
            );
        }
        if let Some(Err(why)) = self.checksum.as_deref().map(Checksum::parse) {
            let names = Algorithm::NAMES.join(", ");
            let text = self.checksum.as_deref().unwrap_or_default();
            invalid(
                format!("{who}: the checksum '{}' {why}", shown(text)),
                &format!(
                    "Write its algorithm ({names}), a colon, and its digits or the URL of a list of checksums: 'sha256:9f86d0…'."
                ),
            );
        }
        if self.if_exists == Some(IfExists::Merge) {
            invalid(
                format!("{who} merges its target, which is a file and not a folder"),
                "Write 'keep', 'replace' or 'fail'.",
            );
        }
        if self.max_bytes == Some(0) {
            invalid(
                format!("{who} may not download a single byte"),
                "Give 'max-size' a size such as 500MB, or leave it out.",
            );
        }
        for (name, value) in &self.headers {
            if ureq::http::HeaderName::from_bytes(name.as_bytes()).is_err() {
                invalid(
                    format!("{who}: '{}' cannot be the name of a header", name.escape_debug()),
                    "Write a name such as Authorization.",
                );
            } else if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                invalid(
                    format!("{who} sets the header '{name}', which the download itself needs"),
                    "Remove it.",
                );
            }
            // The value is not shown: it may be a secret.
            if ureq::http::HeaderValue::from_str(value).is_err() {
                invalid(
                    format!(
                        "{who}: the value of the header '{name}' has a character that no header can have"
                    ),
                    "Write it in one line of printable characters.",
                );
            }
        }
    }
}

/// A URL as far as anybody may see it; what is not one as it is.
fn shown(url: &str) -> String {
    match url.find("://").zip(url.find('@')) {
        Some((scheme, at)) if at > scheme => format!("{}…{}", &url[..scheme + 3], &url[at..]),
        _ => url.to_owned(),
    }
}

/// Why a text cannot be the path of a file or folder on any system.
pub(super) fn wrong_path(path: &str) -> Option<&'static str> {
    match path {
        path if path.trim().is_empty() => Some("is empty"),
        path if path.contains('\0') => Some("has a null character"),
        path if !super::check::is_absolute(path) => Some("is not an absolute path"),
        _ => None,
    }
}
