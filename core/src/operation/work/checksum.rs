//! Checksums as people write them: `sha256:9f86d0…`, or `sha256:` and the URL of a list of them.

use super::url::Address;
use std::fmt;

/// How a checksum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256, which most projects publish.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// What the content of a file must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// This.
    Digest(Digest),
    /// What a list at this address says of the file.
    Listed(Algorithm, Box<Address>),
}

/// A checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How it is made.
    pub algorithm: Algorithm,
    /// In lower case.
    pub hex: String,
}

impl Algorithm {
    /// The names that a checksum may begin with.
    pub const NAMES: [&str; 3] = ["sha256", "sha384", "sha512"];

    /// Hexadecimal digits of a checksum.
    pub fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }

    fn named(name: &str) -> Option<Self> {
        let known = [Self::Sha256, Self::Sha384, Self::Sha512];
        known
            .into_iter()
            .zip(Self::NAMES)
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(one, _)| one)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES[*self as usize])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

impl Digest {
    /// A checksum of this kind, if the text has the right number of hexadecimal digits.
    pub fn of_hex(algorithm: Algorithm, text: &str) -> Option<Self> {
        let sound = text.len() == algorithm.digits() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        sound.then(|| Self { algorithm, hex: text.to_ascii_lowercase() })
    }
}

impl Checksum {
    /// Reads a checksum.
    ///
    /// ```
    /// use labrunner_core::operation::Checksum;
    ///
    /// assert!(Checksum::parse(&format!("sha256:{}", "0a".repeat(32))).is_ok());
    /// assert!(Checksum::parse("sha256:https://example.org/SHA256SUMS").is_ok());
    /// assert_eq!(Checksum::parse("sha256:12").unwrap_err(), "has 2 digits, and a sha256 has 64");
    /// assert_eq!(Checksum::parse("md5:12").unwrap_err(), "is of a kind that does not protect against forgery");
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once(':') else {
            return Err("does not name its algorithm".to_owned());
        };
        let rest = rest.trim();
        let Some(algorithm) = Algorithm::named(name.trim()) else {
            let weak =
                ["md5", "sha1", "sha-1", "crc32"].iter().any(|weak| weak.eq_ignore_ascii_case(name.trim()));
            return Err(if weak {
                "is of a kind that does not protect against forgery"
            } else {
                "does not begin with the name of an algorithm"
            }
            .to_owned());
        };
        if rest.contains("://") {
            let address = Address::parse(rest).map_err(|why| format!("names a list, but its URL {why}"))?;
            return Ok(Self::Listed(algorithm, Box::new(address)));
        }
        if let Some(digest) = Digest::of_hex(algorithm, rest) {
            return Ok(Self::Digest(digest));
        }
        Err(match rest.chars().find(|c| !c.is_ascii_hexdigit()) {
            Some(wrong) => format!("has '{}', which is not a hexadecimal digit", wrong.escape_debug()),
            None => format!("has {} digits, and a {algorithm} has {}", rest.len(), algorithm.digits()),
        })
    }
}
