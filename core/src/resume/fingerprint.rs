//! By what an operation is known again: hashes of what it does and of the values it gets.
//!
//! What it does may be read by anybody who reads the record, so its hash is a plain one, and equal on all machines. Values
//! may be secrets, and short: their hash has a key that only this user has, so they cannot be guessed.

use crate::graph::OpId;
use crate::plan::Plan;
use crate::record::Fingerprint;
use crate::record::disk::{self, Disk};
use serde::Deserialize;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;

/// Digits of a hash that are written down.
const DIGITS: usize = 32;

/// What the managed side knows of an operation and the core does not: its script and the values it is given.
#[derive(Clone, Default, PartialEq, Deserialize)]
pub struct Content(Option<String>, Option<String>);

/// Neither the script nor the values, which may be secrets.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

impl Content {
    /// A script, and its values as text.
    pub fn new(block: Option<&str>, parameters: Option<&str>) -> Self {
        Self(block.map(str::to_owned), parameters.map(str::to_owned))
    }
}

/// The key of this user's hashes.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Reads the key beside a folder of runs, and makes one where there is none.
    ///
    /// # Errors
    /// When there is none that can be read, and none can be made.
    pub fn beside(root: &Path) -> io::Result<Self> {
        let path = root.parent().unwrap_or(root).join("key");
        match std::fs::File::open(&path) {
            Ok(file) => Self::read(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                disk::Files.make_folder(root)?;
                Self::make(&path)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the key beside a folder of runs.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn of(root: &Path) -> io::Result<Self> {
        Self::read(std::fs::File::open(root.parent().unwrap_or(root).join("key"))?)
    }

    fn read(file: std::fs::File) -> io::Result<Self> {
        let mut key = [0; 32];
        let mut file = file.take(33);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if bytes.len() != key.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a key of 32 bytes"));
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// Another process may make one at the same moment: the one that gets the name first counts.
    fn make(path: &Path) -> io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        let unnamed = path.with_extension(uuid::Uuid::now_v7().simple().to_string());
        let mut file = disk::private().write(true).create_new(true).open(&unnamed)?;
        let named = file.write_all(&key).and_then(|()| std::fs::hard_link(&unnamed, path));
        // Some file systems have no second names.
        let named = named.or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Ok(()),
            _ if path.exists() => Ok(()),
            _ => std::fs::rename(&unnamed, path),
        });
        let _ = std::fs::remove_file(&unnamed);
        named?;
        Self::read(std::fs::File::open(path)?)
    }
}

/// The fingerprints of all nodes of a plan, as far as their content is known. Without a key nothing is said of values.
pub fn all(plan: &Plan, contents: &[Content], key: Option<&Key>) -> Vec<Fingerprint> {
    plan.nodes().map(|op| one(plan, op, contents.get(op.index()), key)).collect()
}

fn one(plan: &Plan, op: OpId, content: Option<&Content>, key: Option<&Key>) -> Fingerprint {
    let keyed = |bytes: &[u8]| key.map(|key| blake3::keyed_hash(&key.0, bytes).to_hex()[..DIGITS].to_owned());
    if let Some((program, values)) = plan.operation(op).work.content() {
        return Fingerprint { block: Some(plain(&program)), parameters: keyed(&values) };
    }
    let Some(Content(block, parameters)) = content else { return Fingerprint::default() };
    Fingerprint {
        block: block.as_ref().map(|block| plain(block.as_bytes())),
        parameters: parameters.as_ref().and_then(|values| keyed(values.as_bytes())),
    }
}

fn plain(bytes: &[u8]) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Operation, PlanRequest, ProcessMode, Work};
    use crate::plan::tests::{process, script};
    use std::sync::Arc;

    fn plan(operations: Vec<Operation>) -> Plan {
        Plan::compile(PlanRequest { operations, ..PlanRequest::default() }).unwrap()
    }

    #[test]
    fn a_key_is_made_once_and_belongs_to_the_user_alone() {
        let home = tempfile::tempdir().unwrap();
        let root = Arc::new(home.path().join("runs"));
        let makers: Vec<_> = (0..8)
            .map(|_| {
                let root = Arc::clone(&root);
                std::thread::spawn(move || Key::beside(&root).unwrap().0)
            })
            .collect();
        let keys: Vec<[u8; 32]> = makers.into_iter().map(|maker| maker.join().unwrap()).collect();
        assert!(keys.iter().all(|key| key == &keys[0] && key != &[0; 32]));
        assert_eq!(
            std::fs::read_dir(home.path()).unwrap().count(),
            2,
            "nothing is left but the key and the runs"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(home.path().join("key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(home.path().join("key"), "short").unwrap();
        assert_eq!(Key::beside(&root).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn values_are_in_the_keyed_hash_alone_and_nothing_of_them_without_a_key() {
        let mut program = process("p", ProcessMode::Task);
        if let Work::Process(spec) = &mut program.work {
            spec.arguments = vec!["--user=ann".to_owned()];
        }
        let mut other = program.clone();
        if let Work::Process(spec) = &mut other.work {
            spec.arguments = vec!["--user=bob".to_owned()];
        }
        let content = [Content::new(Some("1"), Some("hunter2"))];
        let hash = |program: &Operation, content: &[Content], key: Option<&Key>| {
            all(&plan(vec![script("s", &[]), program.clone()]), content, key)
        };
        let (one, two) = (Key([1; 32]), Key([2; 32]));
        let first = hash(&program, &content, Some(&one));
        assert_eq!(first, hash(&program, &content, Some(&one)));
        let second = hash(&other, &[Content::new(Some("1"), Some("hunter3"))], Some(&one));
        for (a, b) in first.iter().zip(&second) {
            assert_eq!(a.block, b.block, "what it does has not changed");
            assert_ne!(a.parameters, b.parameters);
        }
        for (a, b) in first.iter().zip(&hash(&program, &content, Some(&two))) {
            assert_eq!(a.block, b.block);
            assert_ne!(a.parameters, b.parameters, "another user's hash is another one");
        }
        assert!(hash(&program, &content, None).iter().all(|it| it.parameters.is_none()));
        assert_ne!(hash(&program, &[Content::new(Some("2"), None)], None)[0].block, first[0].block);
        assert_eq!(hash(&program, &[], None)[0], Fingerprint::default(), "what is not known is not compared");
        assert!(!format!("{content:?}{one:?}").contains("hunter2"));
    }
}
