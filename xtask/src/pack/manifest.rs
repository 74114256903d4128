//! What the manifest of the package says beyond that of the checkout: the systems that are in it, and what is new.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::system::{self, System};
use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::stage::Content;

/// The manifest.
const MANIFEST: &str = "LabRunner.psd1";

/// Puts the adapted manifest into the plan, and gives the version that it states.
pub fn adapt(
    checkout: &Checkout,
    plan: &mut BTreeMap<PathBuf, Content>,
    systems: &[&System],
) -> Outcome<String> {
    let read = |path: PathBuf| fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error));
    let manifest = read(checkout.at("powershell/module").join(MANIFEST))?;
    let changes = read(checkout.at("CHANGELOG.md"))?;
    let odd = |what: &str| Fault::new(format!("powershell/module/{MANIFEST} has no {what}"));
    let version = value(&manifest, "ModuleVersion").ok_or_else(|| odd("ModuleVersion"))?.to_owned();
    let tagged = with_tags(&manifest, systems).ok_or_else(|| odd("Tags"))?;
    let noted = with_notes(&tagged, newest(&changes)).ok_or_else(|| odd("ReleaseNotes"))?;
    plan.insert(MANIFEST.into(), Content::Text(noted));
    Ok(version)
}

/// The text of `Key = 'text'`.
fn value<'m>(manifest: &'m str, key: &str) -> Option<&'m str> {
    manifest.split(&format!("{key} = '")).nth(1)?.split('\'').next()
}

/// Without the tags of systems that are not in the package.
fn with_tags(manifest: &str, systems: &[&System]) -> Option<String> {
    let line = manifest.lines().find(|line| line.trim_start().starts_with("Tags = @("))?;
    let mut adapted = line.to_owned();
    for absent in system::ALL.iter().filter(|it| systems.iter().all(|system| system.tag != it.tag)) {
        adapted = adapted.replace(&format!(", '{}'", absent.tag), "");
    }
    Some(manifest.replace(line, &adapted))
}

/// With the newest section of the changelog in the place of its address.
fn with_notes(manifest: &str, notes: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.trim_start().starts_with("ReleaseNotes = '"))?;
    let start = &line[..line.find('\'')?];
    let address = value(line.trim_start(), "ReleaseNotes")?;
    let text = format!("{}\n\n{address}", notes.trim()).replace('\'', "''");
    Some(manifest.replace(line, &format!("{start}'{}'", text.trim_start())))
}

/// The first section of a changelog, without its heading.
fn newest(changes: &str) -> &str {
    let Some((_, rest)) = changes.split_once("\n## ") else { return "" };
    let body = rest.split_once('\n').map_or("", |(_, body)| body);
    body.split("\n## ").next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "@{\n    ModuleVersion = '1.2.3'\n    Tags = @('Lab', 'Windows', 'Linux', 'MacOS')\n    ReleaseNotes = 'https://x'\n}\n";

    #[test]
    fn only_systems_that_are_there_are_tags() {
        let linux = System::named("linux-arm64").expect("known");
        let tagged = with_tags(TEXT, &[linux]).expect("it has tags");
        assert!(tagged.contains("Tags = @('Lab', 'Linux')\n"), "{tagged}");
        assert_eq!(value(TEXT, "ModuleVersion"), Some("1.2.3"));
        assert_eq!(with_tags("@{}", &[linux]), None);
    }

    #[test]
    fn the_notes_are_what_is_new() {
        let changes = "# Changelog\n\n## Unreleased\n\n* It's new.\n* More.\n\n## 0.1.0\n\n* Old.\n";
        let noted = with_notes(TEXT, newest(changes)).expect("it has notes");
        assert!(noted.contains("ReleaseNotes = '* It''s new.\n* More.\n\nhttps://x'\n}"), "{noted}");
    }
}
