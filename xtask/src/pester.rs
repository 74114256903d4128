//! The pinned Pester: a package, restored below the target directory.

use std::path::PathBuf;

use crate::dotnet::dotnet;
use crate::fault::{Fault, Outcome};
use crate::house::House;
use crate::restore::{pinned_version, restore};

/// The project that downloads it.
const PROJECT: &str = "tests/pester/Pester.csproj";

/// The manifest of the pinned Pester, restored if it is not there yet.
pub fn pinned(house: &House) -> Outcome<PathBuf> {
    let packages = house.notes().join("packages");
    let version = pinned_version(house, "PesterVersion")?;
    let manifest = packages.join("pester").join(version).join("tools").join("Pester.psd1");
    if !manifest.is_file() {
        let download = dotnet(house, "restore").arg(PROJECT).args(["--nologo", "-v", "quiet", "--packages"]);
        restore("Pester", || download.arg(&packages))?;
    }
    if manifest.is_file() {
        return Ok(manifest);
    }
    Err(Fault::new(format!("the restore of {PROJECT} left no {}", manifest.display())))
}
