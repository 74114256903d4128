//! The pinned Pester, for a PowerShell that has none of its own: a package, restored into the target directory.

use std::fs;
use std::path::PathBuf;

use crate::dotnet::dotnet;
use crate::house::House;
use crate::restore::{Restore, pinned_version};

/// The project that pins the version.
const PROJECT: &str = "tests/pester/Pester.csproj";

/// The manifest of the pinned Pester, restored if it is not there yet; or why there is none.
pub fn pinned(house: &House) -> Result<PathBuf, String> {
    let project =
        fs::read_to_string(house.at(PROJECT)).map_err(|e| format!("{PROJECT} cannot be read: {e}"))?;
    let version =
        pinned_version(&project, "Pester").ok_or_else(|| format!("{PROJECT} pins no version of Pester"))?;
    let packages = house.notes().join("packages");
    let manifest = packages.join("pester").join(version).join("tools").join("Pester.psd1");
    if manifest.is_file() {
        return Ok(manifest);
    }
    let restore = Restore {
        what: "Pester",
        note: "pester-restore-failed",
        asked_for: project.as_bytes(),
        forced: false,
    };
    restore.run(
        house,
        || {
            dotnet(house, "restore")
                .arg(PROJECT)
                .args(["--nologo", "-v", "quiet", "--packages"])
                .arg(&packages)
        },
        || {
            if manifest.is_file() {
                return Ok(manifest.clone());
            }
            Err(format!("the restore of Pester left no {}", manifest.display()))
        },
    )
}
