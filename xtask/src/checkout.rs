//! Where things lie: the checkout, cargo's target directory, the staged module.

use std::path::{Path, PathBuf};

use crate::fault::{Fault, Outcome};
use crate::log::Log;

/// How cargo compiles what a module is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// As it is shipped.
    Release,
    /// As its own tests are compiled, so that all of it is compiled once; it checks arithmetic and its own assumptions, too.
    Dev,
}

/// A module that can be imported, and what is beside it.
#[derive(Debug, Clone)]
pub struct Module {
    /// Its folder.
    pub folder: PathBuf,
    /// Its native library for this system.
    pub native: PathBuf,
    /// The small web service of the example lab.
    pub lab_web: PathBuf,
}

/// The paths of one checkout.
pub struct Checkout {
    root: PathBuf,
    target: PathBuf,
    log: Option<Log>,
}

impl Checkout {
    /// Finds the checkout this program was built from, and the target directory it lies in.
    pub fn find() -> Outcome<Self> {
        // Cargo sets the variable for `cargo run`, so a moved checkout needs no rebuild.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let root = manifest
            .parent()
            .ok_or_else(|| Fault::new("the xtask folder has no parent; run ./build.sh in a checkout"))?
            .to_path_buf();
        // <target>/debug/xtask: true whatever CARGO_TARGET_DIR or a cargo configuration say.
        let exe =
            std::env::current_exe().map_err(|e| Fault::new(format!("cannot find this program: {e}")))?;
        let target = exe
            .parent()
            .and_then(Path::parent)
            .ok_or_else(|| Fault::new("this program does not lie in a cargo target directory"))?
            .to_path_buf();
        Ok(Self { root, target, log: None })
    }

    /// The same checkout, but the output of all programs goes to the log of a suite.
    pub fn logging(&self, suite: &str) -> Outcome<Self> {
        let log = Log::create(&self.logs(), suite)?;
        Ok(Self { root: self.root.clone(), target: self.target.clone(), log: Some(log) })
    }

    /// The log of the suite that runs.
    pub fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// A path as a person reads it: relative to the root where it lies below.
    pub fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// The logs of all suites.
    pub fn logs(&self) -> PathBuf {
        self.notes().join("logs")
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn at(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's target directory.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// What this program remembers and reports, below the target directory.
    pub fn notes(&self) -> PathBuf {
        self.target.join("labrunner")
    }

    /// The staged module: the user's, or one that only tests import. The native library lies below the name of its system,
    /// without a prefix.
    pub fn module(&self, profile: Profile) -> Outcome<Module> {
        let folder = match profile {
            Profile::Release => self.root.join("out").join("LabRunner"),
            Profile::Dev => self.notes().join("tested").join("LabRunner"),
        };
        let name = format!("labrunner_native{}", std::env::consts::DLL_SUFFIX);
        let native = folder.join(runtime_identifier()?).join(name);
        Ok(Module { folder, native, lab_web: self.lab_web(profile) })
    }

    /// The native library as cargo names it.
    pub fn built_native(&self, profile: Profile) -> PathBuf {
        self.built(
            profile,
            &format!("{}labrunner_native{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX),
        )
    }

    /// The small web service of the example lab.
    pub fn lab_web(&self, profile: Profile) -> PathBuf {
        self.built(profile, &format!("lab-web{}", std::env::consts::EXE_SUFFIX))
    }

    fn built(&self, profile: Profile, name: &str) -> PathBuf {
        let folder = match profile {
            Profile::Release => "release",
            Profile::Dev => "debug",
        };
        self.target.join(folder).join(name)
    }
}

/// The .NET name of this system and processor.
pub fn runtime_identifier() -> Outcome<&'static str> {
    identifier(std::env::consts::OS, std::env::consts::ARCH)
}

fn identifier(os: &str, arch: &str) -> Outcome<&'static str> {
    Ok(match (os, arch) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("windows", "x86_64") => "win-x64",
        ("windows", "aarch64") => "win-arm64",
        ("macos", "x86_64") => "osx-x64",
        ("macos", "aarch64") => "osx-arm64",
        _ => return Err(Fault::new(format!("LabRunner has no native library for {os} on {arch}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_have_their_dotnet_names() {
        assert_eq!(identifier("macos", "aarch64").expect("known"), "osx-arm64");
        assert_eq!(identifier("windows", "x86_64").expect("known"), "win-x64");
    }

    #[test]
    fn an_unknown_system_is_named() {
        assert!(identifier("plan9", "mips").expect_err("unknown").to_string().contains("plan9"));
    }
}
