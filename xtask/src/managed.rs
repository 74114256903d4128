//! What dotnet builds: the module's assemblies and the engine tests.

use std::path::PathBuf;

use crate::checkout::Checkout;
use crate::dotnet;
use crate::fault::{Fault, Outcome};
use crate::stamp::Stamp;

/// What every C# project reads.
const SHARED: [&str; 5] =
    ["Directory.Build.props", "Directory.Packages.props", "global.json", "Cargo.toml", ".editorconfig"];

/// One C# project, the folders it is made of and what it leaves behind.
pub struct Project {
    name: &'static str,
    file: &'static str,
    sources: &'static [&'static str],
    outputs: &'static [&'static str],
}

/// The module's assemblies: the cmdlets and, by reference, the safe facade over the native library.
pub const COMMANDS: Project = Project {
    name: "commands",
    file: "powershell/LabRunner.Commands/LabRunner.Commands.csproj",
    sources: &["bindings", "powershell/LabRunner.Commands"],
    outputs: &[
        "powershell/LabRunner.Commands/bin/Release/net8.0/LabRunner.Commands.dll",
        "powershell/LabRunner.Commands/bin/Release/net8.0/LabRunner.Interop.dll",
    ],
};

/// The tests in the real engine.
pub const ENGINE_TESTS: Project = Project {
    name: "engine-tests",
    file: "tests/engine/LabRunner.EngineTests.csproj",
    sources: &["tests/engine"],
    outputs: &["tests/engine/bin/Release/net10.0/LabRunner.EngineTests.dll"],
};

impl Project {
    /// The project file, relative to the root.
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// What a build leaves behind.
    pub fn outputs(&self, checkout: &Checkout) -> Vec<PathBuf> {
        self.outputs.iter().map(|output| checkout.at(output)).collect()
    }

    /// Builds it unless its inputs are those of the last good build.
    pub fn build(&self, checkout: &Checkout) -> Outcome {
        if !checkout.at(self.file).is_file() {
            return Err(Fault::new(format!("{} is missing: nothing to build", self.file)));
        }
        let inputs: Vec<&str> = self.sources.iter().copied().chain(SHARED).collect();
        let stamp = Stamp::over(checkout, self.name, &inputs, &[])?;
        let outputs = self.outputs(checkout);
        if stamp.holds() && outputs.iter().all(|output| output.is_file()) {
            return Ok(());
        }
        dotnet::build(checkout, self.file).expect(&format!("dotnet build {}", self.file))?;
        if let Some(missing) = outputs.iter().find(|output| !output.is_file()) {
            return Err(Fault::new(format!("{} was built but gave no {}", self.file, missing.display())));
        }
        stamp.set()
    }
}
