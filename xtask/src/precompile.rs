//! Machine code for assemblies (ReadyToRun): for those of the module, so that the first call of a process need not compile
//! a thousand methods, and for the PowerShell that tests start some hundred times. Another version of the runtime ignores the machine code and compiles; another system or processor cannot load such
//! an assembly at all, so it lies in the folder of its system, and the module's root has the same assembly in IL.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::checkout::{Checkout, runtime_identifier};
use crate::dotnet::dotnet;
use crate::fault::{Fault, Outcome};
use crate::restore::{pinned_version, restore};
use crate::tool::Tool;

/// The project that downloads the compiler and what it needs.
const PROJECT: &str = "xtask/Crossgen.csproj";
/// How long one call of the compiler may take.
const LIMIT: Duration = Duration::from_secs(300);

/// The assemblies with machine code in them.
pub fn precompiled(checkout: &Checkout, assemblies: Vec<PathBuf>) -> Outcome<Vec<PathBuf>> {
    let compiler = Compiler::find(checkout)?;
    let folder = checkout.notes().join("precompiled");
    assemblies.iter().map(|assembly| compiler.compile(assembly, &folder)).collect()
}

/// The compiler, and what it must know of the runtime.
pub struct Compiler {
    program: PathBuf,
    /// Where what the assemblies refer to lies.
    references: Vec<PathBuf>,
}

impl Compiler {
    /// Finds it, and restores it where it is missing.
    pub fn find(checkout: &Checkout) -> Outcome<Self> {
        let identifier = runtime_identifier()?;
        let version = pinned_version(checkout, "CrossgenVersion")?;
        let standard = pinned_version(checkout, "PowerShellStandardVersion")?;
        let packages = checkout.notes().join("packages");
        let tools = packages
            .join(format!("microsoft.netcore.app.crossgen2.{identifier}"))
            .join(&version)
            .join("tools");
        let program = tools.join(format!("crossgen2{}", std::env::consts::EXE_SUFFIX));
        let engine =
            packages.join("powershellstandard.library").join(standard).join("lib").join("netstandard2.0");
        let is_there = || program.is_file() && engine.is_dir();
        if !is_there() {
            let download = dotnet(checkout, "restore")
                .arg(PROJECT)
                .arg(format!("-p:Identifier={identifier}"))
                .args(["--nologo", "-v", "quiet", "--packages"]);
            restore("the ReadyToRun compiler", || download.arg(&packages))?;
        }
        if !is_there() {
            return Err(Fault::new(format!("the restore of {PROJECT} left no {}", program.display())));
        }
        let major = version.split('.').next().unwrap_or_default();
        let listed = output(dotnet(checkout, "--list-runtimes"))?;
        let runtime = runtime_folder(&listed, major).ok_or_else(|| {
            Fault::new(format!(
                "there is no .NET runtime {major} beside the SDK; install it from https://dot.net"
            ))
        })?;
        Ok(Self { program, references: vec![runtime, engine] })
    }

    /// The assembly with machine code, in this folder; what was made before serves while it is the younger one. What it
    /// refers to lies beside it, or belongs to the runtime.
    pub fn compile(&self, assembly: &Path, folder: &Path) -> Outcome<PathBuf> {
        let made = folder.join(assembly.file_name().unwrap_or_default());
        let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
        let is_younger = |source: &Path| changed(&made) > changed(source);
        if made.is_file() && is_younger(assembly) && is_younger(&self.program) {
            return Ok(made);
        }
        let mut tool =
            Tool::new(&self.program, "remove the folder target/labrunner/packages and build again")
                .arg(assembly)
                .arg("-O");
        let beside = assembly.parent().map(Path::to_path_buf);
        for folder in self.references.iter().chain(beside.as_ref()) {
            tool = tool.arg("-r").arg(folder.join("*.dll"));
        }
        fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
        output(tool.arg("-o").arg(&made)).map_err(|why| {
            Fault::new(format!("{} could not be compiled to machine code: {why}", assembly.display()))
        })?;
        Ok(made)
    }
}

/// What a program writes that must end well, and soon.
fn output(tool: Tool) -> Outcome<String> {
    match tool.bounded(LIMIT)? {
        Some(ended) if ended.good() => Ok(ended.output),
        Some(ended) => Err(Fault::new(format!("it ended with {}: {}", ended.code, ended.output.trim()))),
        None => Err(Fault::new(format!("it did not end within {} s", LIMIT.as_secs()))),
    }
}

/// The folder of the newest runtime of a major version, of lines `Microsoft.NETCore.App 10.0.12 [/usr/share/dotnet/shared/Microsoft.NETCore.App]`.
fn runtime_folder(listed: &str, major: &str) -> Option<PathBuf> {
    let runtimes = listed.lines().filter_map(|line| {
        let (version, folder) = line.strip_prefix("Microsoft.NETCore.App ")?.split_once(" [")?;
        let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
        (version.split('.').next() == Some(major))
            .then(|| (parts, Path::new(folder.trim_end().trim_end_matches(']')).join(version)))
    });
    runtimes.max().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_runtime_of_the_major_version_is_taken() {
        let listed = "Microsoft.AspNetCore.App 10.0.12 [/d/shared/Microsoft.AspNetCore.App]\n\
                      Microsoft.NETCore.App 8.0.31 [/d/shared/Microsoft.NETCore.App]\n\
                      Microsoft.NETCore.App 10.0.9 [/d/shared/Microsoft.NETCore.App]\n\
                      Microsoft.NETCore.App 10.0.12 [/d/shared/Microsoft.NETCore.App]\n";
        assert_eq!(
            runtime_folder(listed, "10"),
            Some(PathBuf::from("/d/shared/Microsoft.NETCore.App").join("10.0.12"))
        );
        assert_eq!(runtime_folder(listed, "9"), None);
    }
}
