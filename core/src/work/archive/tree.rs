//! What comes out of an archive, in a folder beside the target that gets the target's name once all of it is there.
//!
//! Links are made last, when no file is written any more, so that nothing is ever written through one. Where each leads
//! is found in what the archive itself has: there is nothing else in the folder.

use super::end::Broken;
use super::name::{Name, Rules, printable};
use super::write::{Attributes, make_folder, make_link, settle_folder};
use crate::error::Fault;
use crate::work::target::{Place, fresh_beside, put_in_place, remove_all, unwritable};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Links that are followed one after another.
const MOST_HOPS: usize = 40;

/// Bytes of the text of a link.
pub(super) const LONGEST_LINK: u64 = 4096;

/// A folder in the making. It is removed with all that is in it, unless it is completed.
pub(super) struct Tree {
    folder: PathBuf,
    rules: Rules,
    /// By what tells names apart.
    made: HashMap<String, Made>,
    links: Vec<(Name, String)>,
    folders: Vec<(PathBuf, Attributes)>,
    complete: bool,
}

/// Something that has been made.
struct Made {
    kind: Kind,
    /// As the archive spells it, where that may be another way than the key.
    name: Option<Name>,
}

enum Kind {
    Folder,
    File,
    /// With its text.
    Link(String),
}

impl Tree {
    /// An empty one beside a target.
    pub(super) fn beside(target: &Path, rules: Rules) -> Result<Self, Fault> {
        let folder = fresh_beside(target);
        let make = || {
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            make_folder(&folder)
        };
        make().map_err(|error| unwritable(target, &error))?;
        let (made, links, folders) = (HashMap::new(), Vec::new(), Vec::new());
        Ok(Self { folder, rules, made, links, folders, complete: false })
    }

    /// Makes a folder.
    pub(super) fn folder(&mut self, name: &Name, attributes: Attributes) -> Result<(), Broken> {
        self.make_folders(name)?;
        self.folders.push((name.below(&self.folder), attributes));
        Ok(())
    }

    /// Takes the name of a file, and says where it is to be written.
    pub(super) fn file(&mut self, name: &Name) -> Result<PathBuf, Broken> {
        self.claim(name, Kind::File)?;
        Ok(name.below(&self.folder))
    }

    /// Notes a symbolic link, to be made at the end.
    pub(super) fn link(&mut self, name: &Name, text: &[u8]) -> Result<(), Broken> {
        let unsafe_link = |why: &str| Broken::Unsafe(format!("the link '{name}' {why}"));
        let text = std::str::from_utf8(text).map_err(|_| unsafe_link("leads to a name that is not UTF-8"))?;
        if text.is_empty() || text.len() as u64 > LONGEST_LINK {
            return Err(unsafe_link("leads to a name that is empty or too long"));
        }
        self.claim(name, Kind::Link(text.to_owned()))?;
        self.links.push((name.clone(), text.to_owned()));
        Ok(())
    }

    /// Gives a file that is there another name.
    pub(super) fn hard_link(&mut self, name: &Name, to: &Name) -> Result<(), Broken> {
        let known = self.made.get(&to.key(self.rules)).filter(|made| made.spelled(to));
        if !matches!(known, Some(Made { kind: Kind::File, .. })) {
            return Err(Broken::Unsafe(format!(
                "the hard link '{name}' leads to '{to}', which is not a file before it in the archive"
            )));
        }
        let path = self.file(name)?;
        fs::hard_link(to.below(&self.folder), path).map_err(|error| self.unwritable(name, &error))
    }

    /// Makes the links and gives the folder the name of the target. What the target was before is removed.
    pub(super) fn complete(mut self, target: &Path, place: Place) -> Result<(), Broken> {
        for (name, text) in std::mem::take(&mut self.links) {
            self.stays_inside(&name, &text)?;
            make_link(&text, &name.below(&self.folder), self.is_folder(&name, &text))
                .map_err(|error| self.unwritable(&name, &error))?;
        }
        for (path, attributes) in &self.folders {
            settle_folder(path, *attributes).map_err(|error| Broken::Fault(unwritable(target, &error)))?;
        }
        put_in_place(&self.folder, target, place)?;
        // What is merged leaves empty folders behind.
        self.complete = place != Place::Merge;
        Ok(())
    }

    /// Makes a folder, with those that it is in.
    fn make_folders(&mut self, name: &Name) -> Result<(), Broken> {
        if name.is_root() {
            return Ok(());
        }
        match self.made.get(&name.key(self.rules)) {
            Some(made) if !made.spelled(name) => return Err(twins(name, made)),
            Some(Made { kind: Kind::Folder, .. }) => return Ok(()),
            Some(_) => {
                return Err(Broken::Unsafe(format!("'{name}' is a folder, and a file or link as well")));
            }
            None => {}
        }
        self.make_folders(&name.parent())?;
        make_folder(&name.below(&self.folder)).map_err(|error| self.unwritable(name, &error))?;
        self.note(name, Kind::Folder);
        Ok(())
    }

    fn claim(&mut self, name: &Name, kind: Kind) -> Result<(), Broken> {
        if name.is_root() {
            return Err(Broken::Unsafe(
                "an entry that is not a folder has the name of the target itself".to_owned(),
            ));
        }
        if let Some(made) = self.made.get(&name.key(self.rules)) {
            return Err(twins(name, made));
        }
        self.make_folders(&name.parent())?;
        self.note(name, kind);
        Ok(())
    }

    fn note(&mut self, name: &Name, kind: Kind) {
        let spelled = (self.rules != Rules::Common).then(|| name.clone());
        self.made.insert(name.key(self.rules), Made { kind, name: spelled });
    }

    /// Follows a link through what the archive has, step by step, as the system will.
    fn stays_inside(&self, link: &Name, text: &str) -> Result<(), Broken> {
        let outside =
            || Broken::Unsafe(format!("the link '{link}' leads out of the target: '{}'", printable(text)));
        let mut at = link.parent();
        let mut ahead: Vec<&str> = Vec::new();
        let mut hops = 0;
        push(text, &mut ahead).ok_or_else(outside)?;
        while let Some(part) = ahead.pop() {
            match part {
                "" | "." => continue,
                ".." if at.is_root() => return Err(outside()),
                ".." => {
                    at = at.parent();
                    continue;
                }
                _ => {}
            }
            if self.rules == Rules::Windows && Name::parse(part.as_bytes(), self.rules).is_err() {
                return Err(outside());
            }
            at = at.join(part);
            if let Some(Made { kind: Kind::Link(next), .. }) = self.made.get(&at.key(self.rules)) {
                hops += 1;
                if hops > MOST_HOPS {
                    return Err(Broken::Unsafe(format!("the link '{link}' leads in a circle")));
                }
                at = at.parent();
                push(next, &mut ahead).ok_or_else(outside)?;
            }
        }
        Ok(())
    }

    /// Whether a link leads to a folder, as far as one step tells.
    fn is_folder(&self, link: &Name, text: &str) -> bool {
        link.parent().below(&self.folder).join(text).is_dir()
    }

    fn unwritable(&self, name: &Name, error: &io::Error) -> Broken {
        Broken::Fault(unwritable(&name.below(Path::new("")), error))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if !self.complete {
            remove_all(&self.folder);
        }
    }
}

impl Made {
    fn spelled(&self, name: &Name) -> bool {
        self.name.as_ref().is_none_or(|own| own == name)
    }
}

/// Puts the parts of the text of a link ahead of what is still to be followed; nothing where it cannot stay inside.
fn push<'t>(text: &'t str, ahead: &mut Vec<&'t str>) -> Option<()> {
    let drive = text.as_bytes().get(1) == Some(&b':');
    if text.starts_with('/') || drive || text.contains('\\') || text.chars().any(char::is_control) {
        return None;
    }
    ahead.extend(text.split('/').rev());
    Some(())
}

fn twins(name: &Name, made: &Made) -> Broken {
    Broken::Unsafe(match &made.name {
        Some(other) if other != name => {
            format!("'{name}' and '{other}' differ in letter case only, and are one name on this system")
        }
        _ => format!("'{name}' is in it twice"),
    })
}
