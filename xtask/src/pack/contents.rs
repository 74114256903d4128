//! What the package may hold, and how large it may be: a list of all its files, so that nothing comes in by accident.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::system::{self, System};
use crate::fault::{Fault, Outcome};
use crate::stamp::files_below;

/// The files of the checkout that every package has, by the same names.
pub const COPIED: [&str; 32] = [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "docs/PERFORMANCE-OPTIMIZATION-GUIDE.md",
    "examples/cookbook/certificates.yaml",
    "examples/cookbook/fetch-agent.yaml",
    "examples/cookbook/import-orders.yaml",
    "examples/cookbook/machine-report.yaml",
    "examples/cookbook/mirror/SHA256SUMS",
    "examples/cookbook/mirror/backup-agent.json",
    "examples/cookbook/mirror/backup-agent.ps1",
    "examples/cookbook/nightly-backup.yaml",
    "examples/cookbook/orders/orders-1.csv",
    "examples/cookbook/orders/orders-2.csv",
    "examples/cookbook/orders/orders-3.csv",
    "examples/cookbook/patch-machine.yaml",
    "examples/cookbook/release.yaml",
    "examples/cookbook/rotate-credentials.yaml",
    "examples/cookbook/shop.dev.yaml",
    "examples/cookbook/shop.prod.yaml",
    "examples/cookbook/shop.yaml",
    "examples/cookbook/shop/templates.yaml",
    "examples/cookbook/static-site.yaml",
    "examples/cookbook/static-site/index.md",
    "examples/cookbook/static-site/layout.html",
    "examples/cookbook/static-site/setup.md",
    "examples/cookbook/static-site/site.css",
    "examples/cookbook/watched-service.yaml",
    "examples/cookbook/web-farm.yaml",
    "examples/enterprise-lab-config.yaml",
    "examples/integration-examples.ps1",
    "schemas/lab-1.schema.json",
];

/// The other files that every package has, whatever the systems.
const FILES: [&str; 29] = [
    "Download-Archive.ps1",
    "Expand-All.ps1",
    "Format-Config.ps1",
    "Functions/ImportFailure.ps1",
    "Get-LabConfig.ps1",
    "Get-Platform.ps1",
    "InvokeOpenTofuInstaller.ps1",
    "LabRunner.Commands.dll",
    "LabRunner.Format.ps1xml",
    "LabRunner.Functions.ps1",
    "LabRunner.Interop.dll",
    "LabRunner.psd1",
    "LabRunner.psm1",
    "Logger.ps1",
    "Menu.ps1",
    "Network.ps1",
    "Resolve-ProjectPath.psm1",
    "ScriptTemplate.ps1",
    "THIRD-PARTY-NOTICES.txt",
    "en-US/about_LabRunner.help.txt",
    "en-US/about_LabRunner_Failures.help.txt",
    "en-US/about_LabRunner_Isolation.help.txt",
    "en-US/about_LabRunner_Operations.help.txt",
    "en-US/about_LabRunner_Providers.help.txt",
    "en-US/about_LabRunner_Reports.help.txt",
    "en-US/about_LabRunner_Resuming.help.txt",
    "en-US/about_LabRunner_Runs.help.txt",
    "en-US/about_LabRunner_Security.help.txt",
    "sbom.cdx.json",
];

/// What may lie beside the native library: the assemblies with machine code for its system.
const MACHINE_CODE: [&str; 2] = ["LabRunner.Commands.dll", "LabRunner.Interop.dll"];

/// The bytes that a system's folder may have, and those of all else.
const MOST_OF_SYSTEM: u64 = 24 << 20;
const MOST_OF_REST: u64 = 4 << 20;

/// Checks which files a staged package for these systems has.
pub fn check(package: &Path, systems: &[&System]) -> Outcome {
    let mut faults = Vec::new();
    let mut missing: BTreeSet<String> = FILES.iter().chain(&COPIED).map(|&file| file.to_owned()).collect();
    missing.extend(systems.iter().map(|system| format!("{}/{}", system.identifier, system.library)));
    let mut allowed = missing.clone();
    for system in systems {
        allowed.extend(MACHINE_CODE.iter().map(|file| format!("{}/{file}", system.identifier)));
    }
    for (name, size) in sizes(package)? {
        if !allowed.contains(&name) {
            faults.push(format!("{name} does not belong there"));
        }
        // An empty file is lost when the package is installed.
        if size == 0 {
            faults.push(format!("{name} is empty"));
        }
        missing.remove(&name);
    }
    faults.extend(missing.iter().map(|name| format!("{name} is missing")));
    concluded(&faults)
}

/// Checks how large a staged package is.
pub fn check_sizes(package: &Path, systems: &[&System]) -> Outcome {
    let mut of_rest = 0;
    let mut of_systems = vec![0; systems.len()];
    for (name, size) in sizes(package)? {
        let is_of = |system: &&System| name.starts_with(&format!("{}/", system.identifier));
        match systems.iter().position(is_of) {
            Some(place) => of_systems[place] += size,
            None => of_rest += size,
        }
    }
    let named =
        systems.iter().zip(of_systems).map(|(system, size)| (system.identifier, size, MOST_OF_SYSTEM));
    let over =
        named.chain([("all but the systems", of_rest, MOST_OF_REST)]).filter(|(_, size, most)| size > most);
    concluded(
        &over.map(|(what, size, most)| format!("{what}: {size} bytes, more than {most}")).collect::<Vec<_>>(),
    )
}

/// The files of a package by their names in it, with their bytes.
fn sizes(package: &Path) -> Outcome<Vec<(String, u64)>> {
    let size = |file: &Path| {
        fs::metadata(file).map(|it| it.len()).map_err(|error| Fault::file("read", file, &error))
    };
    let name = |file: &Path| file.strip_prefix(package).unwrap_or(file).to_string_lossy().replace('\\', "/");
    files_below(package)?.iter().map(|file| Ok((name(file), size(file)?))).collect()
}

fn concluded(faults: &[String]) -> Outcome {
    if faults.is_empty() {
        return Ok(());
    }
    let place = file!();
    Err(Fault::new(format!(
        "the package is not what it should be:\n    {}\nMend the staging, or the list in {place}.",
        faults.join("\n    ")
    )))
}

/// The systems that a folder has native libraries for, as `<system>/<library>`.
pub fn systems_in(folder: &Path) -> Outcome<Vec<&'static System>> {
    let is_there = |system: &&System| folder.join(system.identifier).join(system.library).is_file();
    let found: Vec<&System> = system::ALL.iter().filter(is_there).collect();
    if found.is_empty() {
        return Err(Fault::new(format!(
            "{} has no native library; it must lie there as linux-arm64/labrunner_native.so, for example",
            folder.display()
        )));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::write_file;
    use std::path::PathBuf;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("labrunner-pack-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }

        fn with(self, files: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
            for file in files {
                write_file(&self.0.join(file.as_ref()), b"x").expect("writable");
            }
            self
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_package_has_the_files_of_the_list_and_no_others() {
        let systems =
            [System::named("linux-x64").expect("known"), System::named("osx-arm64").expect("known")];
        let package = Folder::new("list").with(FILES).with(COPIED).with([
            "linux-x64/labrunner_native.so",
            "linux-x64/LabRunner.Commands.dll",
            "osx-arm64/labrunner_native.dylib",
        ]);
        check(&package.0, &systems).expect("complete");
        let package = package.with(["linux-x64/core.pdb", "notes.txt"]);
        fs::remove_file(package.0.join("LICENSE")).expect("there");
        fs::write(package.0.join("Menu.ps1"), b"").expect("writable");
        let said = check(&package.0, &systems).expect_err("wrong").to_string();
        for fault in [
            "linux-x64/core.pdb does not belong there",
            "notes.txt does not belong there",
            "LICENSE is missing",
            "Menu.ps1 is empty",
        ] {
            assert!(said.contains(fault), "{said}");
        }
    }

    #[test]
    fn a_package_that_has_grown_too_large_is_refused() {
        let linux = System::named("linux-x64").expect("known");
        let package = Folder::new("large").with(FILES).with(COPIED).with(["linux-x64/labrunner_native.so"]);
        let library = package.0.join("linux-x64/labrunner_native.so");
        fs::File::options()
            .write(true)
            .open(library)
            .expect("there")
            .set_len(MOST_OF_SYSTEM + 1)
            .expect("sparse");
        let said = check_sizes(&package.0, &[linux]).expect_err("too large").to_string();
        assert!(said.contains("linux-x64: "), "{said}");
    }

    #[test]
    fn the_cookbook_is_in_it_as_a_whole() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root");
        let found: Vec<String> = sizes(&root.join("examples/cookbook"))
            .expect("readable")
            .into_iter()
            .map(|(name, _)| format!("examples/cookbook/{name}"))
            .filter(|name| !name.starts_with("examples/cookbook/work/"))
            .collect();
        let listed = COPIED.iter().filter(|name| name.starts_with("examples/cookbook/"));
        assert!(found.len() > 12);
        assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed.copied().collect());
    }

    #[test]
    fn libraries_that_were_built_elsewhere_are_found_by_their_systems() {
        let folder = Folder::new("native").with([
            "win-arm64/labrunner_native.dll",
            "osx-x64/labrunner_native.so",
            "x/y",
        ]);
        let found: Vec<&str> = systems_in(&folder.0).expect("one").iter().map(|it| it.identifier).collect();
        assert_eq!(found, ["win-arm64"], "the library of osx-x64 has another name");
        assert!(systems_in(&folder.0.join("x")).is_err());
    }
}
