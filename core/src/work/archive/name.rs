//! The names in an archive: which of them may become files, and which are refused.
//!
//! A name is refused where it leaves the target, where another system or program would read it as another name, and
//! where it would trick who reads a terminal. Nothing is mended: an archive with such a name is not trusted at all.

use std::path::{Path, PathBuf};

/// Folders in folders, at most.
const DEEPEST: usize = 256;

/// Names that Windows takes for devices, whatever follows a dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The systems whose rules count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// Those of Windows: names that it reads as others, and letter case that does not count.
    Windows,
    /// Those of macOS, where letter case does not count.
    Mac,
    /// What holds everywhere.
    Common,
}

impl Rules {
    /// Those of this machine.
    pub(super) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::Mac
    } else {
        Self::Common
    };
}

/// A name that is safe: parts below the target, joined by slashes, none of which leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name(String);

impl Name {
    /// Reads a name as it stands in an archive; empty for the target itself.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub(super) fn parse(raw: &[u8], rules: Rules) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(raw).map_err(|_| "is not UTF-8")?;
        if text.starts_with(['/', '\\']) {
            return Err("is absolute");
        }
        if text.contains('\\') {
            return Err("has a backslash, which is a separator on one system and none on another");
        }
        let mut name = String::with_capacity(text.len());
        let mut parts = 0;
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err("leads out of the target"),
                part => {
                    check(part, parts == 0, rules)?;
                    if parts > 0 {
                        name.push('/');
                    }
                    name.push_str(part);
                    parts += 1;
                }
            }
        }
        if parts > DEEPEST {
            return Err("has more than 256 folders in folders");
        }
        Ok(Self(name))
    }

    /// Whether it is the target itself.
    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Without its first folders; nothing where it has no more.
    pub(super) fn stripped(self, count: u32) -> Option<Self> {
        match count {
            0 => Some(self),
            count => {
                self.0.splitn(count as usize + 1, '/').nth(count as usize).map(|rest| Self(rest.to_owned()))
            }
        }
    }

    /// The folder that it is in.
    pub(super) fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or_else(String::new, |(parent, _)| parent.to_owned()))
    }

    /// A part more.
    pub(super) fn join(&self, part: &str) -> Self {
        Self(if self.is_root() { part.to_owned() } else { format!("{}/{part}", self.0) })
    }

    /// As a path below a folder.
    pub(super) fn below(&self, folder: &Path) -> PathBuf {
        match cfg!(windows) {
            true => folder.join(self.0.split('/').collect::<PathBuf>()),
            false => folder.join(&self.0),
        }
    }

    /// What tells it from others by the rules of a system.
    pub(super) fn key(&self, rules: Rules) -> String {
        match rules {
            Rules::Windows | Rules::Mac => self.0.to_lowercase(),
            Rules::Common => self.0.clone(),
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether it turns the direction of what is shown, so that "gpj.exe" reads "exe.jpg".
fn misleads(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text of which nothing moves the cursor of a terminal or turns the direction of what is shown.
pub(super) fn printable(text: &str) -> String {
    let one = |c: char| match misleads(c) || c.is_control() {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    text.chars().map(one).collect()
}

fn check(part: &str, first: bool, rules: Rules) -> Result<(), &'static str> {
    if part.chars().any(|c| c.is_control()) {
        return Err("has a control character");
    }
    if part.chars().any(misleads) {
        return Err("has a character that reverses how it is shown");
    }
    let bytes = part.as_bytes();
    if first && bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
        return Err("names a drive");
    }
    if rules != Rules::Windows {
        return Ok(());
    }
    if part.contains([':', '<', '>', '"', '|', '?', '*']) {
        return Err("has a character that no name has on Windows");
    }
    if part.ends_with(['.', ' ']) {
        return Err("ends with a dot or a blank, which Windows drops");
    }
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let port = |name: &str| {
        let number = stem.strip_prefix(name).map(|rest| rest.chars().collect::<Vec<_>>());
        matches!(number.as_deref(), Some(['1'..='9' | '¹' | '²' | '³']))
    };
    if DEVICES.contains(&stem.as_str()) || port("com") || port("lpt") {
        return Err("is the name of a device on Windows");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_lead_elsewhere_or_mislead_are_refused() {
        for (name, why) in [
            ("../x", "leads out of the target"),
            ("a/../../x", "leads out of the target"),
            ("a/..", "leads out of the target"),
            ("/etc/passwd", "is absolute"),
            ("\\\\server\\share\\x", "is absolute"),
            ("//server/share/x", "is absolute"),
            ("C:x", "names a drive"),
            ("c:/x", "names a drive"),
            ("a\\..\\..\\x", "has a backslash, which is a separator on one system and none on another"),
            ("a\u{1b}[2Jb", "has a control character"),
            ("a\0b", "has a control character"),
            ("a\u{85}b", "has a control character"),
            ("a\u{202e}gpj.exe", "has a character that reverses how it is shown"),
        ] {
            for rules in [Rules::Common, Rules::Windows] {
                assert_eq!(Name::parse(name.as_bytes(), rules), Err(why), "{name:?}");
            }
        }
        assert_eq!(Name::parse(b"a\xffb", Rules::Common), Err("is not UTF-8"));
        assert!(Name::parse("d/".repeat(257).as_bytes(), Rules::Common).is_err());
    }

    #[test]
    fn names_that_mean_something_else_on_windows_are_refused_there() {
        for name in
            ["aux.c", "x/CON", "nul .txt", "com1.log", "LPT²", "ab:stream", "x/a.", "b ", "what?", "CONIN$"]
        {
            assert!(Name::parse(name.as_bytes(), Rules::Windows).is_err(), "{name}");
            assert!(Name::parse(name.as_bytes(), Rules::Common).is_ok(), "{name}");
        }
        for name in ["com", "com10", "console", "auxiliary/x", ".gitignore", "a..b"] {
            assert!(Name::parse(name.as_bytes(), Rules::Windows).is_ok(), "{name}");
        }
    }

    #[test]
    fn parts_that_mean_nothing_are_dropped() {
        let name = |text: &str| Name::parse(text.as_bytes(), Rules::Windows).unwrap();
        assert_eq!(name("./a//b/./c/").to_string(), "a/b/c");
        assert!(name("./").is_root());
        assert_eq!(name("a/b/c").stripped(1).unwrap().to_string(), "b/c");
        assert_eq!(name("a/b").stripped(2), None);
        assert_eq!((name("a").parent(), name("a/b/c").parent()), (name("./"), name("a/b")));
        assert_eq!(name("Ä/b").key(Rules::Mac), name("ä/B").key(Rules::Windows));
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_stays_below_the_target(raw in proptest::collection::vec(prop_oneof![
            Just(".."), Just("."), Just("/"), Just("\\"), Just("C:"), Just("a"), Just(""), Just("\0"), Just("CON"), Just("…"), Just(" ")
        ], 0..12)) {
            if let Ok(name) = Name::parse(raw.concat().as_bytes(), Rules::Windows) {
                let path = name.below(Path::new(""));
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
                prop_assert_eq!(path.components().count(), name.to_string().split('/').filter(|part| !part.is_empty()).count());
            }
        }
    }
}
