//! What a user sees, in Pester: a pinned package, restored below the target directory.

use std::fs;
use std::path::PathBuf;

use super::for_tests;
use super::members::Members;
use crate::checkout::{Checkout, Module};
use crate::dotnet::dotnet;
use crate::engine::Engine;
use crate::fault::{Fault, Outcome};
use crate::restore::{pinned_version, restore};
use crate::suite::{Tally, Verdict};
use crate::watch::{Place, Watch};

/// The project that downloads Pester.
const PROJECT: &str = "tests/pester/Pester.csproj";
/// The files of Pester.
const FOLDER: &str = "tests/pester";
/// Those of [`Part::DropIn`].
const DROP_IN: &str = "tests/pester/dropin";
/// Runs the suite and prints its numbers.
const SCRIPT: &str = "tests/pester/Run-Pester.ps1";
/// The line that [`SCRIPT`] writes before it repeats what failed.
const FAILURES: &str = "PESTER FAILURES";

/// Files that run in one process; the parts run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What LabRunner does: every other file, from the first or from the second.
    Product(usize),
    /// What the module does whose place it takes.
    DropIn,
}

impl Part {
    /// What its suite is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product(0) => "Pester",
            Self::Product(_) => "Pester, other half",
            Self::DropIn => "Pester, drop-in",
        }
    }
}

/// The parts that have files to run.
pub fn parts(members: Members) -> &'static [Part] {
    if members.pester_files().is_some() {
        &[Part::Product(0)]
    } else {
        &[Part::Product(0), Part::Product(1), Part::DropIn]
    }
}

/// The files of a part below the checkout.
fn files(checkout: &Checkout, part: Part) -> Outcome<Vec<String>> {
    let Part::Product(first) = part else { return Ok(vec![DROP_IN.to_owned()]) };
    let folder = checkout.at(FOLDER);
    let entries = fs::read_dir(&folder).map_err(|error| Fault::file("read", &folder, &error))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".Tests.ps1")).map(|name| format!("{FOLDER}/{name}")).collect();
    files.sort();
    Ok(files.into_iter().skip(first).step_by(2).collect())
}

/// Runs a part against a module.
pub fn run(
    checkout: &Checkout,
    engine: &Engine,
    module: &Module,
    filter: Option<&str>,
    members: Members,
    part: Part,
) -> Outcome<Verdict> {
    if !checkout.at(SCRIPT).is_file() {
        return Err(Fault::new(format!("{SCRIPT} is missing: it runs the Pester suite")));
    }
    let mut tool = for_tests(engine.tool(checkout), checkout, module)
        .args(["-NoProfile", "-NonInteractive", "-File"])
        .arg(checkout.at(SCRIPT))
        .arg("-ModulePath")
        .arg(&module.folder)
        .arg("-PesterPath")
        .arg(pinned(checkout)?);
    if let Some(filter) = filter {
        tool = tool.args(["-Filter", filter]);
    }
    let files = match members.pester_files() {
        Some(files) => files.collect(),
        None => files(checkout, part)?,
    };
    tool = tool.arg("-Paths").arg(files.join(","));
    if let Some((name, value)) = members.environment() {
        tool = tool.env(name, value);
    }
    let mut watch = Watch::new(part.name(), read);
    let ended = tool.watched(&mut watch)?;
    let Some(tally) = tally(&ended.output) else {
        let verdict = Verdict::failed(format!("{SCRIPT} ended with {} and gave no numbers", ended.code));
        return Ok(verdict.noting(watch.complaint()));
    };
    let verdict = Verdict::from(tally.judged_by(ended.good()));
    Ok(verdict.because(failures(&ended.output)).noting(watch.complaint()))
}

/// The manifest of the pinned Pester, restored if it is not there yet. To be asked for once before the parts run.
pub fn pinned(checkout: &Checkout) -> Outcome<PathBuf> {
    let packages = checkout.notes().join("packages");
    let version = pinned_version(checkout, "PesterVersion")?;
    let manifest = packages.join("pester").join(version).join("tools").join("Pester.psd1");
    if !manifest.is_file() {
        let download =
            dotnet(checkout, "restore").arg(PROJECT).args(["--nologo", "-v", "quiet", "--packages"]);
        restore("Pester", || download.arg(&packages))?;
    }
    if manifest.is_file() {
        return Ok(manifest);
    }
    Err(Fault::new(format!("the restore of {PROJECT} left no {}", manifest.display())))
}

/// Learns from Pester's detailed output, which names a file and a block as they begin, and a test when it has ended.
fn read(place: &mut Place, line: &str) {
    let text = line.trim_start();
    if let Some(rest) = text.strip_prefix("Running tests from '") {
        let path = rest.trim_end_matches('\'');
        path.rsplit(['/', '\\']).next().unwrap_or_default().clone_into(&mut place.file);
        place.tests.clear();
    } else if text.starts_with("Describing ") || text.starts_with("Context ") {
        place.tests = vec![format!("below '{text}'")];
    } else if let Some(test) = ["[+] ", "[-] ", "[!] "].iter().find_map(|mark| text.strip_prefix(mark)) {
        place.ended += 1;
        place.tests = vec![format!("after '{}'", test.trim_end())];
    }
}

/// What failed tests have said, as [`SCRIPT`] repeats it at the end.
fn failures(output: &str) -> String {
    let after = output.split(&format!("{FAILURES}\n")).nth(1).unwrap_or_default();
    after.lines().take_while(|line| !line.starts_with("PESTER ")).collect::<Vec<_>>().join("\n")
}

/// Reads the line `PESTER <passed> <failed> <skipped>`.
fn tally(output: &str) -> Option<Tally> {
    let line = output.lines().rev().find_map(|line| line.trim().strip_prefix("PESTER "))?;
    let mut numbers = line.split_whitespace().map(|word| word.parse::<u64>().ok());
    let (passed, failed, skipped) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some(Tally { passed, failed, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_with_the_numbers_is_the_last_of_its_kind() {
        assert_eq!(
            tally("x\nPESTER 1 1 1\nPESTER 20 0 3\n"),
            Some(Tally { passed: 20, failed: 0, skipped: 3 })
        );
        assert_eq!(tally("PESTER many"), None);
    }

    #[test]
    fn what_failed_is_repeated_before_the_numbers() {
        assert_eq!(
            failures("[-] a\nPESTER FAILURES\na: no\n  at line 1\nPESTER 1 1 0\n"),
            "a: no\n  at line 1"
        );
        assert_eq!(failures("PESTER 1 0 0\n"), "");
    }

    #[test]
    fn the_place_is_the_file_and_the_last_test() {
        let mut place = Place::default();
        read(&mut place, "Running tests from '/x/tests/pester/Scripts.Tests.ps1'");
        read(&mut place, "Describing Invoke-ParallelLabRunner -SafeMode");
        assert_eq!(
            place.text(),
            " in Scripts.Tests.ps1, test below 'Describing Invoke-ParallelLabRunner -SafeMode'"
        );
        read(&mut place, "  [+] runs a script 12ms (9ms|3ms)");
        assert_eq!(place.text(), " in Scripts.Tests.ps1, test after 'runs a script 12ms (9ms|3ms)'");
    }
}
