//! Tar archives, read and written, as they are and compressed.

use super::end::Broken;
use super::item::{Item, stopped_or};
use super::unpacking::{Unpacking, Watch};
use super::write::{Attributes, CHUNK};
use crate::operation::ArchiveFormat;
use ::tar::{Archive, Builder, EntryType, Header, HeaderMode};
use bzip2::read::MultiBzDecoder;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use lzma_rust2::XzReader;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::time::{Duration, UNIX_EPOCH};

/// What a tar is made of.
const BLOCK: u64 = 512;

/// Memory that an xz may want to be unpacked in.
const XZ_MEMORY_KIB: u32 = 1024 * 1024;

/// Bytes of the headers of one entry: of long names, attributes and maps of holes.
const MOST_HEADERS: u64 = 4 << 20;

pub(super) fn unpack(file: File, format: ArchiveFormat, into: &mut Unpacking<'_>) -> Result<(), Broken> {
    let file = BufReader::with_capacity(128 * 1024, file);
    let meter = Meter::default();
    let mut reader = Metered { inner: decoder(file, format)?, meter: &meter };
    let mut archive = Archive::new(&mut reader);
    let (mut end, mut buffer) = (0, vec![0; CHUNK]);
    let mut entries = archive.entries().map_err(|error| damaged(&error))?;
    loop {
        // The library keeps them in memory, whatever their size.
        meter.left.set(MOST_HEADERS);
        let Some(entry) = entries.next() else { break };
        let mut entry = entry.map_err(|error| damaged(&error))?;
        meter.left.set(u64::MAX);
        let header = entry.header();
        let stored = match header.entry_type() {
            EntryType::GNUSparse => header.entry_size().map_err(|error| damaged(&error))?,
            _ => entry.size(),
        };
        end = entry.raw_file_position().saturating_add(stored.div_ceil(BLOCK).saturating_mul(BLOCK));
        one(&mut entry, &mut buffer, into)?;
        drain(&mut entry, &mut buffer, into)?;
    }
    meter.left.set(u64::MAX);
    if meter.read.get() < end.saturating_add(BLOCK) {
        return Err(Broken::Damaged(
            "it ends without the mark of its end, so it has been cut off".to_owned(),
        ));
    }
    // What checks the content of a compressed archive stands at its end.
    drain(&mut reader, &mut buffer, into)
}

/// Reads to the end, without making anything of it.
fn drain(content: &mut impl Read, buffer: &mut [u8], into: &Unpacking<'_>) -> Result<(), Broken> {
    let (mut passed, (_, bytes)) = (0, into.limits.counted());
    loop {
        into.watch.goes_on()?;
        match content.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                passed += read as u64;
                into.limits.promised(0, bytes.saturating_add(passed))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(damaged(&error)),
        }
    }
}

fn one<R: Read>(
    entry: &mut ::tar::Entry<'_, R>,
    buffer: &mut [u8],
    into: &mut Unpacking<'_>,
) -> Result<(), Broken> {
    let kind = entry.header().entry_type();
    if kind == EntryType::XGlobalHeader {
        return Ok(());
    }
    let raw = entry.path_bytes().into_owned();
    let Some(name) = into.next(&raw)? else { return Ok(()) };
    let header = entry.header();
    let seconds = header.mtime().map_err(|error| damaged(&error))?;
    let attributes = Attributes {
        mode: Some(header.mode().map_err(|error| damaged(&error))?),
        modified: UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
    };
    match kind {
        EntryType::Directory => into.tree.folder(&name, attributes),
        EntryType::Symlink => into.tree.link(&name, &target(entry)?),
        EntryType::Link => {
            // It is named as from the archive's root.
            let Some(to) = into.name(&target(entry)?)? else {
                return Err(Broken::Unsafe(format!("the hard link '{name}' leads out of the target")));
            };
            into.tree.hard_link(&name, &to)
        }
        // A name that ends with a slash is a folder's in the oldest tars.
        EntryType::Regular if raw.ends_with(b"/") && entry.size() == 0 => into.tree.folder(&name, attributes),
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            let path = into.tree.file(&name)?;
            into.write(&name, &path, entry, attributes, buffer, &mut |_| ())
        }
        _ => Err(Broken::Unsafe(format!("'{name}' is neither a file, a folder nor a link"))),
    }
}

fn target<R: Read>(entry: &::tar::Entry<'_, R>) -> Result<Vec<u8>, Broken> {
    let missing = || Broken::Damaged("a link leads to no name".to_owned());
    entry.link_name_bytes().map(std::borrow::Cow::into_owned).ok_or_else(missing)
}

fn decoder(file: BufReader<File>, format: ArchiveFormat) -> Result<Box<dyn Read>, Broken> {
    Ok(match format {
        ArchiveFormat::TarGz => Box::new(MultiGzDecoder::new(file)),
        ArchiveFormat::TarXz => Box::new(XzReader::new_mem_limit(file, true, XZ_MEMORY_KIB)),
        ArchiveFormat::TarZst => Box::new(zstd::Decoder::with_buffer(file).map_err(|error| damaged(&error))?),
        ArchiveFormat::TarBz2 => Box::new(MultiBzDecoder::new(file)),
        ArchiveFormat::Tar | ArchiveFormat::Zip | ArchiveFormat::SevenZip => Box::new(file),
    })
}

fn damaged(error: &io::Error) -> Broken {
    Broken::Damaged(error.to_string())
}

/// What has been read, and how much more may be.
struct Meter {
    read: Cell<u64>,
    left: Cell<u64>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { read: Cell::new(0), left: Cell::new(u64::MAX) }
    }
}

struct Metered<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.meter.left.get()).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 && !buffer.is_empty() {
            return Err(io::Error::other("the headers of an entry are larger than 4 MiB"));
        }
        let read = self.inner.read(&mut buffer[..most])?;
        self.meter.read.set(self.meter.read.get() + read as u64);
        self.meter.left.set(self.meter.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

/// Writes what there is into a tar.
pub(super) fn pack(
    items: &[Item],
    to: &mut File,
    format: ArchiveFormat,
    watch: &Watch,
) -> Result<(), Broken> {
    let to = BufWriter::with_capacity(128 * 1024, to);
    let failed = |error: io::Error| stopped_or(watch, error);
    let mut to = match format {
        ArchiveFormat::TarGz => {
            add(items, GzEncoder::new(to, Compression::default()), watch)?.finish().map_err(failed)?
        }
        ArchiveFormat::TarZst => {
            let encoder = zstd::Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL).map_err(failed)?;
            add(items, encoder, watch)?.finish().map_err(failed)?
        }
        _ => add(items, to, watch)?,
    };
    to.flush().map_err(failed)
}

fn add<W: Write>(items: &[Item], to: W, watch: &Watch) -> Result<W, Broken> {
    let failed = |error: io::Error| stopped_or(watch, error);
    let mut builder = Builder::new(to);
    for item in items {
        watch.goes_on()?;
        let mut header = Header::new_gnu();
        header.set_metadata_in_mode(&item.about, HeaderMode::Complete);
        header.set_mode(item.mode());
        match &item.link {
            Some(text) => {
                header.set_entry_type(EntryType::Symlink);
                header.set_size(0);
                builder.append_link(&mut header, &item.name, text).map_err(failed)?;
            }
            None if item.about.is_dir() => {
                header.set_entry_type(EntryType::Directory);
                header.set_size(0);
                builder.append_data(&mut header, format!("{}/", item.name), io::empty()).map_err(failed)?;
            }
            None => {
                header.set_size(item.about.len());
                let content = item.content(watch)?;
                builder.append_data(&mut header, &item.name, content).map_err(failed)?;
            }
        }
    }
    builder.into_inner().map_err(failed)
}
