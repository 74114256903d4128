//! Archives that are unpacked and made, and those that no program should unpack.
#![cfg(unix)]

mod hostile;
mod made;

use super::{ArchiveWork, Broken, Rules, Watch, unpack};
use crate::error::Fault;
use crate::operation::{ArchiveFormat, ArchiveMode, ArchiveSpec};
use crate::work::provider::Ending;
use crate::work::target::Place;
use crate::work::trial::start;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder for one archive and what comes out of it.
struct Case {
    folder: TempDir,
    spec: ArchiveSpec,
}

impl Case {
    /// To unpack these bytes.
    fn of(name: &str, bytes: &[u8]) -> Self {
        let folder = TempDir::new().unwrap();
        let source = folder.path().join(name);
        std::fs::write(&source, bytes).unwrap();
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let spec = ArchiveSpec {
            mode: ArchiveMode::Extract,
            source: text(source),
            target: text(folder.path().join("out")),
            format: None,
            strip_components: 0,
            if_exists: None,
            max_bytes: None,
            max_entries: None,
        };
        Self { folder, spec }
    }

    fn out(&self) -> PathBuf {
        PathBuf::from(&self.spec.target)
    }

    /// By the rules of both kinds of systems.
    fn unpack(&self, rules: Rules) -> Result<(u64, u64), Fault> {
        let format = self.spec.known_format().unwrap();
        let unpacked = unpack::unpack(&self.spec, format, Place::New, &Watch::default(), rules);
        unpacked.map_err(|broken: Broken| broken.of("x").unwrap())
    }

    /// What there is, beside the archive.
    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !self.spec.source.ends_with(name.as_str())).collect()
    }

    async fn run(&self) -> (Ending, Vec<String>) {
        let (conclusion, lines) = start(ArchiveWork(self.spec.clone()), BTreeMap::new().into()).end().await;
        (conclusion.ending, lines)
    }
}

/// The files below a folder with their content, and the links with where they lead.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(folder).min_depth(1);
    let one = |entry: walkdir::DirEntry| {
        let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        let kind = entry.file_type();
        let what = match (kind.is_dir(), kind.is_symlink()) {
            (true, _) => "(folder)".to_owned(),
            (_, true) => format!("-> {}", std::fs::read_link(entry.path()).unwrap().display()),
            _ => String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned(),
        };
        (name, what)
    };
    entries.into_iter().map(|entry| one(entry.unwrap())).collect()
}

/// A tar whose headers are written as they are given.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(mut self, name: &[u8], kind: u8, link: &[u8], content: &[u8]) -> Self {
        let mut block = [0_u8; 512];
        block[..name.len()].copy_from_slice(name);
        block[100..107].copy_from_slice(b"0004755");
        block[108..115].copy_from_slice(b"0000000");
        block[116..123].copy_from_slice(b"0000000");
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[136..147].copy_from_slice(b"14000000000");
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link);
        block[257..265].copy_from_slice(b"ustar\x0000");
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(block);
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &str) -> Self {
        self.entry(name.as_bytes(), b'0', b"", content.as_bytes())
    }

    fn link(self, name: &str, to: &str) -> Self {
        self.entry(name.as_bytes(), b'2', to.as_bytes(), b"")
    }

    fn pax(self, records: &[(&str, &[u8])]) -> Self {
        let mut content = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let length = (rest + 1..).find(|length| length.to_string().len() + rest == *length).unwrap();
            content.extend(format!("{length} {key}=").into_bytes());
            content.extend(*value);
            content.push(b'\n');
        }
        self.entry(b"pax", b'x', b"", &content)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// A zip of files, of which some may be stored as they are.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options =
            ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A 7z of files, folders (which end with a slash) and links.
fn seven(entries: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    for (name, mode, content) in entries {
        let mut entry = match name.strip_suffix('/') {
            Some(name) => sevenz_rust2::ArchiveEntry::new_directory(name),
            None => sevenz_rust2::ArchiveEntry::new_file(name),
        };
        entry.has_windows_attributes = true;
        entry.windows_attributes = 0x8000 | mode << 16;
        let content = (!name.ends_with('/')).then_some(*content);
        writer.push_archive_entry(entry, content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The bytes with each place of one text in the place of another of the same length.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8], which: std::ops::Range<usize>) -> Vec<u8> {
    let places: Vec<usize> =
        (0..=bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(places.len() >= which.end, "{places:?}");
    for at in &places[which] {
        bytes[*at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn formats_are_known_by_their_names() {
    for (name, format) in [
        ("a.zip", Some(ArchiveFormat::Zip)),
        ("A.TAR.GZ", Some(ArchiveFormat::TarGz)),
        ("a-1.2.tgz", Some(ArchiveFormat::TarGz)),
        ("a.tar.zst", Some(ArchiveFormat::TarZst)),
        ("a.tar", Some(ArchiveFormat::Tar)),
        ("a.nupkg", Some(ArchiveFormat::Zip)),
        ("a.7z", Some(ArchiveFormat::SevenZip)),
        ("a.gz", None),
        ("zip", None),
        ("tarzip", None),
    ] {
        assert_eq!(ArchiveFormat::of_name(name), format, "{name}");
    }
}
