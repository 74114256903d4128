//! What an operation was when it last succeeded: by this a later run finds out whether it has to run again.

use super::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an operation was when it succeeded. Nothing in it tells a value or the content of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The run in which it really ran; empty when none has, because its test said that its work was done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub made_in: String,
    /// A hash of its patterns and of the folder that they are relative to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub declared: String,
    /// Its script or program, and the values it got.
    #[serde(flatten)]
    pub fingerprint: Fingerprint,
    /// The files it read, as they were before it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Listing>,
    /// The files it made, as they were when it had ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Listing>,
    /// By name of an operation that it depends on: the run in which that one ran last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub built_on: BTreeMap<String, String>,
}

/// What patterns of files mean at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// A hash of all names and contents: this alone decides whether two are equal.
    pub digest: String,
    /// The number of files.
    pub files: u64,
    /// By name of a file: a hash of it, so that one that has changed can be named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, String>,
    /// Whether parts are folders, because there are too many files; their names end in `/`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub folded: bool,
}

/// How a file differs from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
    /// Its content has changed.
    Changed,
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
}

impl Listing {
    /// The first difference to what was before, with the file or folder where that is known.
    pub fn difference<'l>(&'l self, before: &'l Self) -> Option<(Differs, Option<&'l str>)> {
        if self.digest == before.digest {
            return None;
        }
        let unnamed = Some((Differs::Changed, None));
        if self.folded != before.folded {
            return unnamed;
        }
        let mut now = self.parts.iter();
        let found = now.find_map(|(name, hash)| match before.parts.get(name) {
            Some(then) if then == hash => None,
            Some(_) => Some((Differs::Changed, Some(name.as_str()))),
            None => Some((Differs::Added, Some(name.as_str()))),
        });
        let mut gone = before.parts.keys().filter(|name| !self.parts.contains_key(*name));
        found.or_else(|| gone.next().map(|name| (Differs::Removed, Some(name.as_str())))).or(unnamed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(digest: &str, parts: &[(&str, &str)]) -> Listing {
        let parts = parts.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned())).collect();
        Listing { digest: digest.to_owned(), parts, ..Listing::default() }
    }

    #[test]
    fn the_first_difference_is_named_as_far_as_it_is_known() {
        let before = listing("1", &[("a", "1"), ("b", "1")]);
        let named = |now: &Listing| now.difference(&before).map(|(how, name)| (how, name.map(str::to_owned)));
        assert_eq!(named(&listing("1", &[])), None, "the digest alone decides");
        let some = |how, name: &str| Some((how, Some(name.to_owned())));
        assert_eq!(named(&listing("2", &[("a", "1"), ("b", "2")])), some(Differs::Changed, "b"));
        assert_eq!(named(&listing("2", &[("a", "1"), ("aa", "1"), ("b", "1")])), some(Differs::Added, "aa"));
        assert_eq!(named(&listing("2", &[("b", "1")])), some(Differs::Removed, "a"));
        assert_eq!(
            named(&listing(
                "2",
                &before.parts.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>()
            )),
            Some((Differs::Changed, None))
        );
        let folded = Listing { folded: true, ..listing("2", &[("src/", "1")]) };
        assert_eq!(named(&folded), Some((Differs::Changed, None)), "folders are not compared with files");
    }
}
