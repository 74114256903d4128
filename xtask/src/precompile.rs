//! Machine code for the staged assemblies (ReadyToRun), so that the first call of a process need not compile a thousand
//! methods. An assembly with it is the same assembly still: where its machine code does not fit, the runtime compiles as ever.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::dotnet::dotnet;
use crate::house::{House, runtime_identifier};
use crate::restore::{Restore, pinned_version};
use crate::tool::Tool;

/// The project that pins the compiler.
const PROJECT: &str = "xtask/Crossgen.csproj";
/// How long one call of the compiler may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The assemblies with machine code in them; as they are, and a line that says why, where that cannot be had.
pub fn precompiled(house: &House, assemblies: Vec<PathBuf>) -> Vec<PathBuf> {
    let made = Compiler::find(house).and_then(|compiler| {
        assemblies.iter().map(|assembly| compiler.compile(house, assembly)).collect::<Result<Vec<_>, _>>()
    });
    made.unwrap_or_else(|reason| {
        eprintln!(
            "The assemblies are staged without machine code, which costs first calls some time: {reason}"
        );
        assemblies
    })
}

struct Compiler {
    program: PathBuf,
    /// Where what the assemblies refer to lies.
    references: Vec<PathBuf>,
}

impl Compiler {
    fn find(house: &House) -> Result<Self, String> {
        let project =
            fs::read_to_string(house.at(PROJECT)).map_err(|e| format!("{PROJECT} cannot be read: {e}"))?;
        let identifier = runtime_identifier().map_err(|fault| fault.to_string())?;
        let version =
            pinned_version(&project, "$(Identifier)").ok_or_else(|| format!("{PROJECT} pins no compiler"))?;
        let standard = pinned_version(&project, "PowerShellStandard.Library")
            .ok_or_else(|| format!("{PROJECT} pins no PowerShellStandard.Library"))?;
        let packages = house.notes().join("packages");
        let tools = packages
            .join(format!("microsoft.netcore.app.crossgen2.{identifier}"))
            .join(version)
            .join("tools");
        let program = tools.join(format!("crossgen2{}", std::env::consts::EXE_SUFFIX));
        let engine =
            packages.join("powershellstandard.library").join(standard).join("lib").join("netstandard2.0");
        let look = || {
            if program.is_file() && engine.is_dir() {
                return Ok(());
            }
            Err(format!("the restore of the compiler left no {}", program.display()))
        };
        if look().is_err() {
            let restore = Restore {
                what: "the ReadyToRun compiler",
                note: "crossgen-restore-failed",
                asked_for: project.as_bytes(),
                forced: false,
            };
            restore.run(
                house,
                || {
                    dotnet(house, "restore")
                        .arg(PROJECT)
                        .arg(format!("-p:Identifier={identifier}"))
                        .args(["--nologo", "-v", "quiet", "--packages"])
                        .arg(&packages)
                },
                look,
            )?;
        }
        let major = version.split('.').next().unwrap_or_default();
        let listed = output(dotnet(house, "--list-runtimes"))?;
        let runtime = runtime_folder(&listed, major)
            .ok_or_else(|| format!("there is no .NET runtime {major} beside the SDK"))?;
        Ok(Self { program, references: vec![runtime, engine] })
    }

    /// The assembly with machine code; what was made before serves while it is the younger one.
    fn compile(&self, house: &House, assembly: &Path) -> Result<PathBuf, String> {
        let made = house.notes().join("precompiled").join(assembly.file_name().unwrap_or_default());
        let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
        let is_younger = |source: &Path| changed(&made) > changed(source);
        if made.is_file() && is_younger(assembly) && is_younger(&house.at(PROJECT)) {
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
        fs::create_dir_all(house.notes().join("precompiled"))
            .map_err(|e| e.to_string())
            .and_then(|()| output(tool.arg("-o").arg(&made)))
            .map(|_| made)
            .map_err(|reason| format!("{} could not be compiled: {reason}", assembly.display()))
    }
}

/// What a program writes that must end well, and soon.
fn output(tool: Tool) -> Result<String, String> {
    match tool.bounded(LIMIT) {
        Ok(Some(ended)) if ended.good() => Ok(ended.output),
        Ok(Some(ended)) => Err(format!("it ended with {}: {}", ended.code, ended.output.trim())),
        Ok(None) => Err(format!("it was given up after {} s", LIMIT.as_secs())),
        Err(fault) => Err(fault.to_string()),
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
