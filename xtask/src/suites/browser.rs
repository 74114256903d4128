//! The page of a report in a real browser, where there is one.

use std::env;
use std::fs;
use std::path::PathBuf;

use super::rust::linted;
use super::{failures, npm};
use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::suite::{Tally, Verdict};
use crate::tool::Tool;
use crate::watch::{Watch, no_tests};

/// The tests, and the packages they need.
const FOLDER: &str = "tests/browser";
/// Browsers that are looked for, by name.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Runs it; what is missing on this machine is said, and then the suite counts as skipped.
pub fn run(checkout: &Checkout) -> Outcome<Verdict> {
    let Some(browser) = browser() else {
        return Ok(npm::skipped(
            "there is no Chromium; install the package chromium or set LABRUNNER_CHROMIUM",
        ));
    };
    if let Err(why) = npm::node() {
        return Ok(npm::skipped(&why));
    }
    let notes = checkout.notes().join("browser");
    if let Err(why) = npm::restore(checkout, FOLDER, &notes) {
        return Ok(npm::skipped(&format!("its packages could not be restored: {why}")));
    }
    let (pages, shots) = (notes.join("pages"), notes.join("shots"));
    for folder in [&pages, &shots] {
        // Nothing of an earlier run is tested or looked at.
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| Fault::file("make", folder, &error))?;
    }
    // The whole workspace, as the suite of cargo's tests builds it: of one crate alone all would be compiled again.
    linted(checkout, "test")
        .args(["--workspace", "--lib", "--", "--exact", "report::html::tests::pages_for_the_browser"])
        .env("LABRUNNER_PAGES", &pages)
        .expect("writing the pages")?;
    let mut watch = Watch::new("node --test", no_tests);
    let ended = Tool::new("node", "install Node.js")
        .within(checkout)
        .args(["--test", "--test-reporter=tap"])
        .arg(checkout.at(FOLDER).join("report.test.mjs"))
        .env("LABRUNNER_NODE_MODULES", &notes)
        .env("LABRUNNER_PAGES", &pages)
        .env("LABRUNNER_SHOTS", &shots)
        .env("LABRUNNER_CHROMIUM", browser)
        .watched(&mut watch)?;
    let verdict = Verdict::from(tally(&ended.output).judged_by(ended.good()));
    Ok(verdict.because(failures(&ended.output, of_failed)).noting(watch.complaint()))
}

fn browser() -> Option<PathBuf> {
    if let Some(named) = env::var_os("LABRUNNER_CHROMIUM").filter(|value| !value.is_empty()) {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// Reads the closing lines of TAP: `# pass 12`, `# fail 0`, `# skipped 0`.
fn tally(output: &str) -> Tally {
    let count = |word: &str| {
        let line = output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(' '));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
    };
    Tally { passed: count("pass"), failed: count("fail"), skipped: count("skipped") }
}

/// Whether a line is of a failed test: from `not ok` to the next test.
fn of_failed(line: &str, inside: bool) -> bool {
    line.starts_with("not ok ") || (inside && !line.starts_with("ok ") && !line.starts_with("1.."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_read_and_what_failed_is_repeated() {
        let output = "TAP version 13\nok 1 - a\nnot ok 2 - b\n  error: 'no'\nok 3 - c\n1..3\n# tests 3\n# pass 2\n# fail 1\n# skipped 0\n";
        assert_eq!(tally(output), Tally { passed: 2, failed: 1, skipped: 0 });
        assert_eq!(failures(output, of_failed), "not ok 2 - b\n  error: 'no'\n");
    }
}
