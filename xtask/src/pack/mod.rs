//! `pack`: the package that a gallery takes, tried as a user gets it.
//!
//! | question | file |
//! |--|--|
//! | which systems are there | `system.rs` |
//! | which files may be in it | `contents.rs` |
//! | which crates are in the native library | `crates.rs` |
//! | may they be, and what do their licenses ask for | `license.rs` |
//! | what is it made of, for programs | `sbom.rs` |
//! | what does the native library need and show | `library.rs` |
//! | what does its manifest say | `manifest.rs` |
//! | how does it become a file, and is installed | `Pack.ps1` |

mod contents;
mod crates;
mod library;
mod license;
mod manifest;
mod sbom;
mod system;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::checkout::{Checkout, Module, Profile};
use crate::engine::Engine;
use crate::fault::{Fault, Outcome};
use crate::managed::COMMANDS;
use crate::native;
use crate::stage::{Content, module_plan, write_plan};
use crate::stamp::write_file;
use crate::suite::{Suite, Summary, Tally, Verdict};
use crate::suites::members::Members;
use crate::suites::pester;
use system::System;

/// Publishes and installs.
const SCRIPT: &str = "xtask/Pack.ps1";

/// What is asked of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A folder of native libraries that were built elsewhere; of `native`, where it puts the one that it builds.
    pub native: Option<PathBuf>,
    /// The systems to build for here, where the tools for that are.
    pub identifiers: Vec<String>,
    /// The tag of a release.
    pub tag: Option<String>,
    /// A folder with a package that is there already.
    pub package: Option<PathBuf>,
}

/// Builds, packs, installs the package into an empty folder, and runs the Pester suite against what was installed.
pub fn pack(checkout: &Checkout, options: &Options) -> Outcome<ExitCode> {
    if let Some(folder) = &options.package {
        return try_package(checkout, folder);
    }
    let here = System::here()?;
    let mut libraries = Vec::new();
    if let Some(folder) = &options.native {
        for system in contents::systems_in(folder)? {
            libraries.push((system, folder.join(system.identifier).join(system.library)));
        }
    }
    // One that was built elsewhere, and maybe signed there, is not built again.
    if libraries.iter().any(|(system, _)| *system == here) {
        native::build_lab_web(checkout)?;
    } else {
        native::build_native(checkout)?;
        libraries.insert(0, (here, checkout.built_native(Profile::Release)));
    }
    COMMANDS.build(checkout)?;
    for identifier in &options.identifiers {
        let system = System::named(identifier)?;
        if libraries.iter().all(|(there, _)| *there != system) {
            libraries.push((system, native::build_for(checkout, system.triple, system.library)?));
        }
    }
    let package = Package::stage(checkout, libraries)?;
    contents::check_sizes(&package.folder, &package.systems())?;
    if let Some(tag) = options.tag.as_ref().filter(|tag| **tag != format!("v{}", package.version)) {
        return Err(Fault::new(format!(
            "`{tag}` is not the tag of version {}; raise the version in Cargo.toml and in the manifest, or correct the tag",
            package.version
        )));
    }
    for (system, library) in package.libraries.iter().filter(|(system, _)| system.tag == "Linux") {
        let glibc = library::check(checkout, library)?;
        let needs =
            glibc.map_or_else(|| "no glibc".to_owned(), |version| format!("glibc {version} or later"));
        println!("{} needs {needs}.", system.identifier);
    }
    let engine = Engine::find(checkout)?.for_tests(checkout)?;
    let module = package.publish(checkout, &engine)?;
    let systems: Vec<&str> = package.systems().iter().map(|system| system.identifier).collect();
    let file = packages(checkout).join(format!("LabRunner.{}.nupkg", package.version));
    println!("{} is for {}.", checkout.shown(&file), systems.join(", "));
    test(checkout, &engine, &module)
}

/// Builds the native library for one system, and puts it where `--native` of a later call finds it.
pub fn build_library(checkout: &Checkout, options: &Options) -> Outcome {
    let (Some(folder), [identifier]) = (&options.native, options.identifiers.as_slice()) else {
        return Err(Fault::new("native needs one --rid <system> and --to <folder>"));
    };
    let system = System::named(identifier)?;
    let built = native::build_for(checkout, system.triple, system.library)?;
    let place = folder.join(system.identifier).join(system.library);
    let bytes = fs::read(&built).map_err(|error| Fault::file("read", &built, &error))?;
    write_file(&place, &bytes)?;
    println!("{}", place.display());
    Ok(())
}

/// Installs a package that is there already, and runs the Pester suite against it.
fn try_package(checkout: &Checkout, folder: &Path) -> Outcome<ExitCode> {
    let folder = folder.canonicalize().map_err(|error| Fault::file("find", folder, &error))?;
    native::build_lab_web(checkout)?;
    let engine = Engine::find(checkout)?.for_tests(checkout)?;
    let module = install(checkout, &engine, &folder, None)?;
    test(checkout, &engine, &module)
}

/// Packs what the tests have built, with stand-ins for the libraries of other systems, and tries it as a user does.
pub fn try_out(checkout: &Checkout, engine: &Engine) -> Outcome<Verdict> {
    let here = System::here()?;
    let stand_ins = checkout.notes().join("stand-ins");
    let mut libraries = vec![(here, checkout.built_native(Profile::Dev))];
    for other in system::ALL.iter().filter(|system| *system != here) {
        let library = stand_ins.join(other.identifier).join(other.library);
        write_file(&library, b"It stands in for a library that is built elsewhere.")?;
        libraries.push((other, library));
    }
    Package::stage(checkout, libraries)?.publish(checkout, engine)?;
    Ok(Tally::PASSED.into())
}

/// A package whose files lie in a folder.
struct Package {
    folder: PathBuf,
    version: String,
    libraries: Vec<(&'static System, PathBuf)>,
}

impl Package {
    /// Puts its files there, and checks which they are.
    fn stage(checkout: &Checkout, libraries: Vec<(&'static System, PathBuf)>) -> Outcome<Self> {
        let mut package = Self {
            folder: checkout.notes().join("package").join("LabRunner"),
            version: String::new(),
            libraries,
        };
        let systems = package.systems();
        let mut plan = module_plan(checkout)?;
        for (system, library) in &package.libraries {
            plan.insert(Path::new(system.identifier).join(system.library), Content::Copy(library.clone()));
        }
        for name in contents::COPIED {
            plan.insert(PathBuf::from(name), Content::Copy(checkout.at(name)));
        }
        package.version = manifest::adapt(checkout, &mut plan, &systems)?;
        let crates = all_crates(checkout, &systems)?;
        license::check(&crates)?;
        plan.insert("THIRD-PARTY-NOTICES.txt".into(), Content::Text(license::notices(&crates)?));
        let materials = sbom::document(checkout, &package.version, &crates)?;
        plan.insert("sbom.cdx.json".into(), Content::Text(materials));
        write_plan(&package.folder, &plan)?;
        contents::check(&package.folder, &systems)?;
        Ok(package)
    }

    fn systems(&self) -> Vec<&'static System> {
        self.libraries.iter().map(|(system, _)| *system).collect()
    }

    /// Makes the file, installs it for a user that has nothing yet, tries it there, and gives what was installed.
    fn publish(&self, checkout: &Checkout, engine: &Engine) -> Outcome<Module> {
        let packages = packages(checkout);
        empty(&packages)?;
        install(checkout, engine, &packages, Some(&self.folder))
    }
}

/// Installs the package of a folder, made of a staged module if there is one, for a user that has nothing yet.
fn install(checkout: &Checkout, engine: &Engine, packages: &Path, staged: Option<&Path>) -> Outcome<Module> {
    let home = checkout.notes().join("installed");
    empty(&home)?;
    let mut tool =
        engine.tool(checkout).args(["-NoProfile", "-NonInteractive", "-File"]).arg(checkout.at(SCRIPT));
    for (name, folder) in [("-Packages", packages), ("-Target", &home)] {
        tool = tool.arg(name).arg(folder);
    }
    if let Some(staged) = staged {
        tool = tool.arg("-Module").arg(staged);
    }
    // Repositories and modules of the user stay as they are: PowerShell finds none here but those of this call.
    tool.env("HOME", &home).expect("packing, installing and trying the module")?;
    let folder = home.join("LabRunner");
    let system = System::here()?;
    let native = folder.join(system.identifier).join(system.library);
    if native.is_file() {
        return Ok(Module { native, folder, lab_web: checkout.lab_web(Profile::Release) });
    }
    Err(Fault::new(format!("the installed module has no {}", native.display())))
}

fn empty(folder: &Path) -> Outcome {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))
}

/// Those of all systems together.
fn all_crates(checkout: &Checkout, systems: &[&System]) -> Outcome<Vec<crates::Crate>> {
    let mut all = Vec::new();
    for system in systems {
        all.extend(crates::inside(checkout, system)?);
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn packages(checkout: &Checkout) -> PathBuf {
    checkout.notes().join("packed")
}

/// Runs what a user does against the installed module.
fn test(checkout: &Checkout, engine: &Engine, module: &Module) -> Outcome<ExitCode> {
    pester::pinned(checkout)?;
    let mut summary = Summary::new(checkout);
    let rows = pester::parts(Members::Used).iter().map(|&part| {
        let run: Suite<'_> =
            Box::new(move |checkout| pester::run(checkout, engine, module, None, Members::Used, part));
        vec![(format!("{}, installed", part.name()), run)]
    });
    summary.run_together(rows.collect());
    println!("{}", summary.text());
    Ok(if summary.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
