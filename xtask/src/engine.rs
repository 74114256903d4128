//! Which PowerShell there is: `pwsh` from PATH if it is recent enough, else the .NET tool that this checkout pins.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::checkout::Checkout;
use crate::compiled_engine::compiled;
use crate::dotnet::dotnet;
use crate::fault::{Fault, Outcome};
use crate::restore::restore;
use crate::tool::Tool;

/// The oldest PowerShell that loads the module.
const OLDEST: (u32, u32) = (7, 4);
/// A first start may load everything from a cold disk, beside a build.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);
/// The manifest of the pinned .NET tool.
const MANIFEST: &str = ".config/dotnet-tools.json";
/// Asks a PowerShell for its version, its program, and its assembly should the program be `dotnet`.
const QUESTION: &str = "$PSVersionTable.PSVersion.ToString(), [Environment]::ProcessPath, [Reflection.Assembly]::GetEntryAssembly().Location";

/// A PowerShell that was asked who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Its version, as it says it.
    version: String,
    /// Whether it is the pinned .NET tool rather than the one on PATH.
    is_tool: bool,
    /// The program, and the arguments before PowerShell's own.
    command: Vec<PathBuf>,
    /// The version of one on PATH that is too old.
    passed_over: Option<String>,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PowerShell {} {}",
            self.version,
            if self.is_tool { "as a .NET tool" } else { "from PATH" }
        )?;
        let (major, minor) = OLDEST;
        match &self.passed_over {
            Some(old) => write!(f, ", for pwsh {old} on PATH is older than {major}.{minor}"),
            None => Ok(()),
        }
    }
}

impl Engine {
    /// Finds the PowerShell to use.
    pub fn find(checkout: &Checkout) -> Outcome<Self> {
        let on_path = ask(Tool::new("pwsh", "install PowerShell 7.4 or later").within(checkout), false);
        match on_path {
            Some(engine) if recent_enough(&engine.version) => Ok(engine),
            on_path => {
                Ok(Self { passed_over: on_path.map(|engine| engine.version), ..Self::pinned(checkout)? })
            }
        }
    }

    /// The pinned .NET tool, restored if it is not there yet.
    fn pinned(checkout: &Checkout) -> Outcome<Self> {
        let look = || ask(dotnet(checkout, "tool").args(["run", "pwsh", "--"]), true);
        if let Some(engine) = look() {
            return Ok(engine);
        }
        let tool = || dotnet(checkout, "tool").args(["restore", "--tool-manifest", MANIFEST]);
        restore("PowerShell, a .NET tool,", tool)
            .map_err(|fault| Fault::new(format!("{fault} Or put PowerShell 7.4 or later on PATH.")))?;
        look().ok_or_else(|| {
            Fault::new("the restored PowerShell does not start; `dotnet tool run pwsh -- -Version` says why")
        })
    }

    /// The one that tests start: a copy with machine code of the pinned tool, which has none.
    pub fn for_tests(self, checkout: &Checkout) -> Outcome<Self> {
        match &self.command[..] {
            [dotnet, pwsh] if self.is_tool => {
                let pwsh = compiled(checkout, &self.version, pwsh)?;
                Ok(Self { command: vec![dotnet.clone(), pwsh], ..self })
            }
            _ => Ok(self),
        }
    }

    /// The program to start, ready for PowerShell's own arguments.
    pub fn tool(&self, checkout: &Checkout) -> Tool {
        Tool::new(&self.command[0], "run the build again").args(&self.command[1..]).within(checkout)
    }

    /// The same for tests that start PowerShell themselves: one value for `LABRUNNER_POWERSHELL`.
    pub fn as_variable(&self) -> Outcome<std::ffi::OsString> {
        std::env::join_paths(&self.command)
            .map_err(|error| Fault::new(format!("PowerShell's path cannot be passed on: {error}")))
    }
}

/// Who a PowerShell is; nothing when it does not start or does not answer.
fn ask(tool: Tool, is_tool: bool) -> Option<Engine> {
    let ended =
        tool.args(["-NoProfile", "-NonInteractive", "-Command", QUESTION]).bounded(ANSWER_LIMIT).ok()??;
    if ended.good() { answer(&ended.output, is_tool) } else { None }
}

/// Reads the answer to [`QUESTION`].
fn answer(text: &str, is_tool: bool) -> Option<Engine> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (version, program, assembly) =
        (lines.next()?, PathBuf::from(lines.next()?), PathBuf::from(lines.next()?));
    let hosted = program.file_stem().is_some_and(|name| name.eq_ignore_ascii_case("dotnet"));
    let command = if hosted { vec![program, assembly] } else { vec![program] };
    Some(Engine { version: version.to_owned(), is_tool, command, passed_over: None })
}

/// Whether a PowerShell of this version can load the module.
fn recent_enough(version: &str) -> bool {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse::<u32>().ok());
    matches!((parts.next().flatten(), parts.next().flatten()), (Some(major), Some(minor)) if (major, minor) >= OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(recent_enough("7.4.0"));
        assert!(recent_enough("7.10.1"));
        assert!(recent_enough("7.6.0-preview.3"));
        assert!(!recent_enough("7.3.12"));
        assert!(!recent_enough("5.1.22621.1"));
        assert!(!recent_enough("not a version"));
    }

    #[test]
    fn a_program_of_its_own_is_started_by_itself() {
        let engine = answer("7.6.9\n/opt/pwsh/pwsh\n/opt/pwsh/pwsh.dll\n", false).expect("three lines");
        assert_eq!(engine.command, [PathBuf::from("/opt/pwsh/pwsh")]);
        assert_eq!(engine.to_string(), "PowerShell 7.6.9 from PATH");
    }

    #[test]
    fn a_dotnet_tool_is_started_by_dotnet() {
        let engine = answer("7.6.9\r\n/usr/bin/dotnet\r\n/t/unix/pwsh.dll\r\n", true).expect("three lines");
        assert_eq!(engine.command, [PathBuf::from("/usr/bin/dotnet"), PathBuf::from("/t/unix/pwsh.dll")]);
        assert!(answer("7.6.9\n", true).is_none());
    }

    #[test]
    fn one_that_is_too_old_is_named_with_its_version() {
        let tool = answer("7.6.9\n/usr/bin/dotnet\n/t/unix/pwsh.dll\n", true).expect("three lines");
        let said = Engine { passed_over: Some("7.2.24".to_owned()), ..tool }.to_string();
        assert_eq!(said, "PowerShell 7.6.9 as a .NET tool, for pwsh 7.2.24 on PATH is older than 7.4");
    }
}
