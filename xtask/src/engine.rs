//! Which PowerShell there is: `pwsh` from PATH, the pinned .NET tool, or the project's own fallback host.

use std::fmt;
use std::fs;
use std::time::Duration;

use crate::dotnet::dotnet;
use crate::fault::{Fault, Outcome};
use crate::house::House;
use crate::managed::HOST;
use crate::restore::Restore;
use crate::tool::Tool;

/// The oldest PowerShell that LabRunner supports.
const OLDEST: (u32, u32) = (7, 4);
/// A first start may load everything from a cold disk.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// The pinned .NET tool.
const MANIFEST: &str = ".config/dotnet-tools.json";
/// Asks an engine for its version and the newest Pester it can import.
const QUESTION: &str = "$pester = Get-Module -ListAvailable -Name Pester | Sort-Object -Property Version -Descending | \
                        Select-Object -First 1; \"$($PSVersionTable.PSVersion) $($pester.Version)\"";

/// An engine that can run scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// A real PowerShell.
    PowerShell {
        /// Whether it is the pinned .NET tool rather than the one on PATH.
        tool: bool,
        /// Its version, as it says it.
        version: String,
        /// The newest Pester it can import.
        pester: Option<String>,
    },
    /// The project's own console host over the engine package.
    Host,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Engine::PowerShell { tool: false, version, .. } => write!(f, "pwsh {version} from PATH"),
            Engine::PowerShell { tool: true, version, .. } => write!(f, "pwsh {version} as a .NET tool"),
            Engine::Host => f.write_str("LabRunner.Host, the fallback over System.Management.Automation"),
        }
    }
}

impl Engine {
    /// Finds the first engine that works; says on the way why a better one was passed over.
    pub fn find(house: &House) -> Outcome<Self> {
        match std::env::var("LABRUNNER_ENGINE").unwrap_or_default().as_str() {
            "" => {}
            "pwsh" => return on_path(house).map_err(Fault::new),
            "tool" => return as_tool(house).map_err(Fault::new),
            "host" => return Ok(Engine::Host),
            other => {
                return Err(Fault::new(format!(
                    "LABRUNNER_ENGINE is `{other}`; it may be pwsh, tool or host"
                )));
            }
        }
        let path = match on_path(house) {
            Ok(engine) => return Ok(engine),
            Err(reason) => reason,
        };
        let tool = match as_tool(house) {
            Ok(engine) => return Ok(engine),
            Err(reason) => reason,
        };
        eprintln!(
            "No PowerShell {}.{} or later: {path}; {tool}. The fallback host is used.",
            OLDEST.0, OLDEST.1
        );
        Ok(Engine::Host)
    }

    /// The program to start, ready for PowerShell's own arguments.
    pub fn tool(&self, house: &House) -> Outcome<Tool> {
        Ok(match self {
            Engine::PowerShell { tool: false, .. } => pwsh(house),
            Engine::PowerShell { tool: true, .. } => dotnet_pwsh(house),
            Engine::Host => {
                HOST.build(house)?;
                let program = HOST.outputs(house).remove(0);
                Tool::new("dotnet", "install the .NET SDK 10 or later from https://dot.net").arg(program)
            }
        }
        .within(house.root()))
    }
}

fn pwsh(house: &House) -> Tool {
    Tool::new("pwsh", "install PowerShell 7.4 or later").within(house.root())
}

fn dotnet_pwsh(house: &House) -> Tool {
    dotnet(house, "tool").args(["run", "pwsh", "--"])
}

fn on_path(house: &House) -> Result<Engine, String> {
    let (version, pester) = ask(pwsh(house)).ok_or("pwsh is not on PATH, or does not answer")?;
    if recent_enough(&version) {
        return Ok(Engine::PowerShell { tool: false, version, pester });
    }
    Err(format!("pwsh {version} on PATH is too old"))
}

fn as_tool(house: &House) -> Result<Engine, String> {
    let manifest = fs::read(house.at(MANIFEST)).map_err(|e| format!("{MANIFEST} cannot be read: {e}"))?;
    let forced = std::env::var("LABRUNNER_ENGINE").is_ok_and(|value| value == "tool");
    let restore =
        Restore { what: "the .NET tool `pwsh`", note: "tool-restore-failed", asked_for: &manifest, forced };
    restore.run(
        house,
        || dotnet(house, "tool").args(["restore", "--tool-manifest", MANIFEST]),
        || {
            let (version, pester) = ask(dotnet_pwsh(house)).ok_or("the restored .NET tool does not start")?;
            Ok(Engine::PowerShell { tool: true, version, pester })
        },
    )
}

/// The version of an engine and of its newest Pester.
fn ask(engine: Tool) -> Option<(String, Option<String>)> {
    let ended =
        engine.args(["-NoProfile", "-NonInteractive", "-Command", QUESTION]).bounded(ANSWER_LIMIT).ok()??;
    if !ended.good() {
        return None;
    }
    let mut words = ended.output.split_whitespace().map(str::to_owned);
    let version = words.next()?;
    Some((version, words.next()))
}

/// Whether a PowerShell of this version can load the module.
fn recent_enough(version: &str) -> bool {
    leading_numbers(version).is_some_and(|numbers| numbers >= OLDEST)
}

/// Whether this is a Pester the suite is written for.
pub fn is_pester_5(version: &str) -> bool {
    leading_numbers(version).is_some_and(|(major, _)| major >= 5)
}

fn leading_numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse::<u32>().ok());
    Some((parts.next()??, parts.next()??))
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
    fn pester_4_is_too_old() {
        assert!(is_pester_5("5.7.1"));
        assert!(!is_pester_5("4.10.1"));
    }
}
