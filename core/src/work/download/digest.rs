//! Makes checksums of bytes as they come, and of files.

use super::end::{Going, Stopped};
use crate::operation::{Algorithm, Digest};
use ring::digest::{Context, SHA256, SHA384, SHA512};
use std::fs::File;
use std::io::{self, Read};

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 256 * 1024;

/// A checksum in the making.
#[derive(Clone)]
pub(super) struct Hasher {
    algorithm: Algorithm,
    context: Context,
}

impl Hasher {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        let with = match algorithm {
            Algorithm::Sha256 => &SHA256,
            Algorithm::Sha384 => &SHA384,
            Algorithm::Sha512 => &SHA512,
        };
        Self { algorithm, context: Context::new(with) }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }

    pub(super) fn digest(&self) -> Digest {
        let digest = self.context.clone().finish();
        let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Digest { algorithm: self.algorithm, hex }
    }

    /// Adds the rest of a file, and says how much that was.
    pub(super) fn add(&mut self, file: &mut File, going: &Going) -> Result<io::Result<u64>, Stopped> {
        let mut buffer = vec![0; CHUNK];
        let mut added = 0;
        loop {
            going.goes_on()?;
            match file.read(&mut buffer) {
                Ok(0) => return Ok(Ok(added)),
                Ok(read) => {
                    self.update(&buffer[..read]);
                    added += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(error)),
            }
        }
    }
}
