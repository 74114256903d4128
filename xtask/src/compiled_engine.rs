//! A copy of the pinned PowerShell with machine code, as installed ones have it: the .NET tool comes without, so each of
//! the some hundred processes that tests start would compile PowerShell anew, which takes it longer than all else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::precompile::Compiler;
use crate::stamp::files_below;

/// What a process of PowerShell runs of its own. The rest is rarely needed, and left as it is.
const ASSEMBLIES: [&str; 6] = [
    "System.Management.Automation.dll",
    "Microsoft.PowerShell.Commands.Management.dll",
    "Microsoft.PowerShell.Commands.Utility.dll",
    "Microsoft.PowerShell.ConsoleHost.dll",
    "Microsoft.PowerShell.Security.dll",
    "pwsh.dll",
];

/// The copy of a PowerShell of this version, made if it is not there yet; `pwsh` is the tool's own `pwsh.dll`.
pub fn compiled(checkout: &Checkout, version: &str, pwsh: &Path) -> Outcome<PathBuf> {
    let folder = checkout.notes().join("powershell").join(version);
    let name = pwsh.file_name().unwrap_or_default();
    if !folder.is_dir() {
        let tool = pwsh.parent().unwrap_or(Path::new("."));
        // With its own name the copy is complete.
        let unfinished = folder.with_extension("unfinished");
        make(checkout, tool, &unfinished)?;
        fs::rename(&unfinished, &folder).map_err(|error| Fault::file("rename", &unfinished, &error))?;
    }
    Ok(folder.join(name))
}

fn make(checkout: &Checkout, tool: &Path, folder: &Path) -> Outcome {
    if folder.is_dir() {
        fs::remove_dir_all(folder).map_err(|error| Fault::file("remove", folder, &error))?;
    }
    let compiler = Compiler::find(checkout)?;
    let is_compiled =
        |file: &Path| file.parent() == Some(tool) && ASSEMBLIES.iter().any(|name| file.ends_with(name));
    for file in files_below(tool)? {
        if is_compiled(&file) {
            compiler.compile(&file, folder)?;
            continue;
        }
        let copy = folder.join(file.strip_prefix(tool).unwrap_or(&file));
        let parent = copy.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| Fault::file("create", parent, &error))?;
        fs::copy(&file, &copy).map_err(|error| Fault::file("copy", &file, &error))?;
    }
    Ok(())
}
