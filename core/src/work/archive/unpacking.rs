//! What is done with the entries of an archive, whatever its format, and what stops it.

use super::end::Broken;
use super::limits::Limits;
use super::name::{Name, Rules, printable};
use super::tree::Tree;
use super::write::{Attributes, write_file};
use crate::operation::ArchiveSpec;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a thread that unpacks or packs shares with who watches it.
#[derive(Clone, Default)]
pub(super) struct Watch {
    pub(super) stopped: Arc<AtomicBool>,
    pub(super) bytes: Arc<AtomicU64>,
}

impl Watch {
    /// An error once it is to stop.
    pub(super) fn goes_on(&self) -> Result<(), Broken> {
        if self.stopped.load(Ordering::SeqCst) { Err(Broken::Stopped) } else { Ok(()) }
    }

    /// Bytes more have passed.
    pub(super) fn passed(&self, bytes: u64) -> Result<(), Broken> {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.goes_on()
    }
}

/// What is done with the entries of an archive, whatever its format.
pub(super) struct Unpacking<'s> {
    pub(super) tree: Tree,
    pub(super) limits: Limits,
    pub(super) watch: Watch,
    pub(super) spec: &'s ArchiveSpec,
    pub(super) rules: Rules,
}

impl Unpacking<'_> {
    /// One entry more: its name, unless nothing of it is left once its first folders are removed.
    pub(super) fn next(&mut self, raw: &[u8]) -> Result<Option<Name>, Broken> {
        self.watch.goes_on()?;
        self.limits.entry()?;
        self.name(raw)
    }

    /// A name, if it is safe and something of it is left.
    pub(super) fn name(&self, raw: &[u8]) -> Result<Option<Name>, Broken> {
        match Name::parse(raw, self.rules) {
            Ok(name) => Ok(name.stripped(self.spec.strip_components)),
            Err(why) => {
                let shown: String = String::from_utf8_lossy(raw).chars().take(200).collect();
                Err(Broken::Unsafe(format!("the name '{}' {why}", printable(&shown))))
            }
        }
    }

    /// Writes a file of an entry. `count` is told of each piece.
    pub(super) fn write(
        &self,
        name: &Name,
        path: &Path,
        content: &mut dyn Read,
        attributes: Attributes,
        buffer: &mut [u8],
        count: &mut dyn FnMut(u64),
    ) -> Result<(), Broken> {
        let written = write_file(path, content, attributes, buffer, &mut |bytes| {
            count(bytes);
            self.limits.bytes(bytes)?;
            self.watch.passed(bytes)
        });
        written.map_err(|broken| match broken {
            Broken::Damaged(why) => Broken::Damaged(format!("'{name}' cannot be read: {why}")),
            broken => broken,
        })
    }
}
