//! Staging: the importable module, written only where something has changed; at out/LabRunner, or where tests find theirs.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::checkout::{Checkout, Profile, runtime_identifier};
use crate::fault::{Fault, Outcome};
use crate::functions;
use crate::managed::COMMANDS;
use crate::native;
use crate::precompile::precompiled;
use crate::stamp::{files_below, write_file};

/// The module's own files.
const SOURCES: &str = "powershell/module";
/// Files that must be there for the module to be importable.
const REQUIRED: [&str; 2] = ["LabRunner.psd1", "LabRunner.psm1"];
/// The file of all functions in the staged module.
const FUNCTIONS: &str = "LabRunner.Functions.ps1";
/// Folders whose scripts become part of it, in this order: what a caller sees, and what only the module does.
const JOINED: [&str; 2] = ["Public", "Private"];
/// Files that can be dot-sourced without the module; they lie beside the manifest.
const STANDALONE: &str = "Standalone";

/// Builds everything the module is made of and stages it.
pub fn build_all(checkout: &Checkout) -> Outcome {
    native::build_native(checkout)?;
    COMMANDS.build(checkout)?;
    stage(checkout, Profile::Release)
}

/// Stages the module from what has been built.
pub fn stage(checkout: &Checkout, profile: Profile) -> Outcome {
    let mut plan = module_plan(checkout)?;
    let module = checkout.module(profile)?;
    let relative = module.native.strip_prefix(&module.folder).unwrap_or(&module.native).to_path_buf();
    plan.insert(relative, Content::Copy(checkout.built_native(profile)));
    write_plan(&module.folder, &plan)
}

/// All of the module but native libraries, by path in it.
pub fn module_plan(checkout: &Checkout) -> Outcome<BTreeMap<PathBuf, Content>> {
    let mut plan = module_files(&checkout.at(SOURCES))?;
    let name = |assembly: &Path| PathBuf::from(assembly.file_name().unwrap_or_default());
    // IL for every system, and machine code for this one beside its native library.
    let assemblies = COMMANDS.outputs(checkout);
    let here = Path::new(runtime_identifier()?);
    for assembly in precompiled(checkout, assemblies.clone())? {
        plan.insert(here.join(name(&assembly)), Content::Copy(assembly));
    }
    plan.extend(assemblies.into_iter().map(|assembly| (name(&assembly), Content::Copy(assembly))));
    Ok(plan)
}

/// What a staged file has in it.
pub enum Content {
    /// The bytes of another file.
    Copy(PathBuf),
    /// This text.
    Text(String),
}

/// What the module's source folder gives, by path in the staged module.
fn module_files(sources: &Path) -> Outcome<BTreeMap<PathBuf, Content>> {
    for name in REQUIRED {
        if !sources.join(name).is_file() {
            return Err(Fault::new(format!(
                "{} is missing: the module cannot be staged",
                sources.join(name).display()
            )));
        }
    }
    let mut plan = BTreeMap::new();
    for file in files_below(sources)? {
        let relative = file.strip_prefix(sources).unwrap_or(&file).to_path_buf();
        let folder = relative.components().next().map(|c| c.as_os_str().to_owned()).unwrap_or_default();
        if JOINED.iter().any(|name| folder == *name) {
            continue;
        }
        if folder == STANDALONE {
            let place = relative.strip_prefix(STANDALONE).unwrap_or(&relative).to_path_buf();
            plan.insert(place, Content::Text(with_includes(sources, &file)?));
        } else {
            plan.insert(relative, Content::Copy(file));
        }
    }
    plan.insert(FUNCTIONS.into(), Content::Text(joined_functions(sources)?));
    Ok(plan)
}

/// Each function's file in a region that names it. One file, because reading some sixty costs tens of milliseconds at every
/// import.
fn joined_functions(sources: &Path) -> Outcome<String> {
    let mut joined = String::from("# The functions of the module, which LabRunner.psm1 defines.\n");
    for folder in JOINED {
        for (name, text) in scripts(sources, folder)? {
            functions::check(&name, &text)?;
            joined += &format!("\n#region {name}\n{}\n#endregion\n", text.trim());
        }
    }
    Ok(joined)
}

/// The scripts of a folder, in order: name and text.
fn scripts(sources: &Path, folder: &str) -> Outcome<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for file in files_below(&sources.join(folder))? {
        if file.extension() == Some(OsStr::new("ps1")) {
            let name = file.strip_prefix(sources).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            texts.push((name, read_text(&file)?));
        }
    }
    Ok(texts)
}

/// The line of a stand-alone file that is replaced by a function of the module.
const INCLUDE: &str = "#include ";

/// A stand-alone file with the functions it shares with the module.
fn with_includes(sources: &Path, file: &Path) -> Outcome<String> {
    let mut text = String::new();
    for line in read_text(file)?.lines() {
        match line.strip_prefix(INCLUDE) {
            Some(name) => {
                let function = read_text(&sources.join(name.trim()))?;
                text.push_str(function.trim());
            }
            None => text.push_str(line),
        }
        text.push('\n');
    }
    Ok(text)
}

/// A script's text with plain line ends and without a byte order mark.
fn read_text(path: &Path) -> Outcome<String> {
    let text = fs::read_to_string(path).map_err(|e| Fault::file("read", path, &e))?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

/// Writes what has changed, and removes what does not belong there.
pub fn write_plan(module: &Path, plan: &BTreeMap<PathBuf, Content>) -> Outcome {
    for (relative, content) in plan {
        let bytes = match content {
            Content::Copy(source) => fs::read(source).map_err(|e| Fault::file("read", source, &e))?,
            Content::Text(text) => text.clone().into_bytes(),
        };
        let place = module.join(relative);
        if fs::read(&place).is_ok_and(|old| old == bytes) {
            continue;
        }
        replace(&place, &bytes)?;
    }
    if module.is_dir() {
        for file in files_below(module)? {
            let relative = file.strip_prefix(module).unwrap_or(&file);
            if !plan.contains_key(relative) {
                fs::remove_file(&file).map_err(|e| Fault::file("remove", &file, &e))?;
            }
        }
    }
    Ok(())
}

/// Puts a new file in the old one's place. Never written in place: a process that has a library mapped would crash,
/// and Windows would refuse.
fn replace(place: &Path, bytes: &[u8]) -> Outcome {
    let mut fresh = place.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    write_file(&fresh, bytes)?;
    fs::rename(&fresh, place).map_err(|e| {
        let _ = fs::remove_file(&fresh);
        Fault::new(format!(
            "cannot replace {}: {e}; end the PowerShell processes that have imported it",
            place.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own below the target directory, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn with(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("labrunner-stage-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            for (path, text) in files {
                write_file(&folder.join(path), text.as_bytes()).expect("writable");
            }
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn functions_are_joined_in_order_each_under_its_name() {
        let sources = Folder::with(
            "join",
            &[
                ("LabRunner.psd1", "@{}"),
                ("LabRunner.psm1", "\u{feff}# head\r\n"),
                ("Public/Get-B.ps1", "function Get-B {\n}\n"),
                ("Public/Get-A.ps1", "\u{feff}function Get-A {\r\n}\r\n"),
                ("Private/y.ps1", "function y {\n}\n"),
                ("Public/notes.txt", "no script"),
            ],
        );
        let joined = joined_functions(&sources.0).expect("readable");
        let expected = "# The functions of the module, which LabRunner.psm1 defines.\n\n\
                        #region Public/Get-A.ps1\nfunction Get-A {\n}\n#endregion\n\n\
                        #region Public/Get-B.ps1\nfunction Get-B {\n}\n#endregion\n\n\
                        #region Private/y.ps1\nfunction y {\n}\n#endregion\n";
        assert_eq!(joined, expected);
    }

    #[test]
    fn standalone_files_lie_beside_the_manifest_and_the_rest_keeps_its_place() {
        let sources = Folder::with(
            "places",
            &[
                ("LabRunner.psd1", "@{}"),
                ("LabRunner.psm1", ""),
                ("Standalone/Get-Platform.ps1", "x"),
                ("en-US/about_LabRunner.help.txt", "x"),
                ("Public/Get-A.ps1", "function Get-A {\n}\n"),
            ],
        );
        let plan = module_files(&sources.0).expect("complete");
        let places: Vec<_> = plan.keys().map(|p| p.to_string_lossy().replace('\\', "/")).collect();
        assert_eq!(
            places,
            [
                "Get-Platform.ps1",
                "LabRunner.Functions.ps1",
                "LabRunner.psd1",
                "LabRunner.psm1",
                "en-US/about_LabRunner.help.txt"
            ]
        );
    }

    #[test]
    fn a_standalone_file_has_the_functions_it_shares_with_the_module_in_it() {
        let sources = Folder::with(
            "include",
            &[
                ("LabRunner.psd1", "@{}"),
                ("LabRunner.psm1", ""),
                ("Public/Get-A.ps1", "function Get-A {}\r\n"),
                ("Standalone/A.ps1", "# alone\n#include Public/Get-A.ps1\nGet-A\n"),
                ("Standalone/B.ps1", "#include Public/Get-None.ps1\n"),
            ],
        );
        let text = with_includes(&sources.0, &sources.0.join("Standalone/A.ps1")).expect("readable");
        assert_eq!(text, "# alone\nfunction Get-A {}\nGet-A\n");
        let fault =
            with_includes(&sources.0, &sources.0.join("Standalone/B.ps1")).expect_err("nothing there");
        assert!(fault.to_string().contains("Get-None.ps1"), "{fault}");
    }

    #[test]
    fn what_no_longer_belongs_to_the_module_is_removed() {
        let module = Folder::with("stale", &[("old.dll", "x"), ("linux-x64/old.so", "x")]);
        let plan = BTreeMap::from([(PathBuf::from("a.txt"), Content::Text("a".into()))]);
        write_plan(&module.0, &plan).expect("writable");
        let left = files_below(&module.0).expect("readable");
        assert_eq!(left, [module.0.join("a.txt")]);
    }

    #[test]
    fn a_missing_manifest_is_named() {
        let sources = Folder::with("none", &[("LabRunner.psm1", "")]);
        let fault = module_files(&sources.0).err().expect("incomplete");
        assert!(fault.to_string().contains("LabRunner.psd1"), "{fault}");
    }
}
