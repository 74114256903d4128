//! What is restored from the package registry, and the versions that are pinned.

use std::fs;
use std::time::Duration;

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::tool::Tool;

/// Where the versions of all packages stand.
const VERSIONS: &str = "Directory.Packages.props";
/// How long it may take, all downloads included.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs a restore; when it fails, the fault has the restore's own words and says what to do.
pub fn restore(what: &str, tool: impl FnOnce() -> Tool) -> Outcome {
    eprintln!("Restoring {what} ...");
    let why = match tool().bounded(LIMIT)? {
        Some(ended) if ended.good() => return Ok(()),
        Some(ended) => format!("{}\n{}", ended.output, ended.errors).trim().replace('\n', "\n    "),
        None => format!("it did not end within {} minutes", LIMIT.as_secs() / 60),
    };
    Err(failed(what, &why))
}

fn failed(what: &str, why: &str) -> Fault {
    Fault::new(format!(
        "{what} could not be restored from the package registry:\n    {why}\n\
         Make a registry reachable that `dotnet nuget list source` names (or add one there) and run the build again."
    ))
}

/// The version in the element of this name.
pub fn pinned_version(checkout: &Checkout, element: &str) -> Outcome<String> {
    let path = checkout.at(VERSIONS);
    let text = fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
    element_text(&text, element).ok_or_else(|| Fault::new(format!("{VERSIONS} has no {element}")))
}

fn element_text(xml: &str, element: &str) -> Option<String> {
    Some(xml.split(&format!("<{element}>")).nth(1)?.split('<').next()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> String {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        fs::read_to_string(format!("{root}/{path}")).expect(path)
    }

    #[test]
    fn a_version_is_the_text_of_its_element() {
        assert_eq!(
            element_text("<A><PesterVersion>5.7.1</PesterVersion></A>", "PesterVersion").as_deref(),
            Some("5.7.1")
        );
        assert_eq!(element_text("<A />", "PesterVersion"), None);
    }

    #[test]
    fn the_tool_is_the_powershell_that_the_engine_tests_run_in() {
        let version = element_text(&text(VERSIONS), "PowerShellVersion").expect("pinned");
        assert!(text(".config/dotnet-tools.json").contains(&format!("\"version\": \"{version}\"")));
        assert!(text(".github/workflows/ci.yml").contains(&version));
    }

    #[test]
    fn the_module_has_the_version_of_the_workspace() {
        let version = env!("CARGO_PKG_VERSION");
        assert!(text("powershell/module/LabRunner.psd1").contains(&format!("ModuleVersion = '{version}'")));
    }

    #[test]
    fn a_failed_restore_says_why_and_what_to_do() {
        let said = failed("Pester", "NU1101: no such package").to_string();
        assert!(said.contains("NU1101") && said.contains("dotnet nuget list source"), "{said}");
    }
}
