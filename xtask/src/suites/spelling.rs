//! The spelling of what people read: documents, help, examples. cspell, with the words of the field in a list.

use super::npm;
use crate::checkout::Checkout;
use crate::fault::Outcome;
use crate::suite::{Tally, Verdict};
use crate::tool::Tool;
use crate::watch::{Watch, no_tests};

/// The configuration, the list of words, and the packages.
const FOLDER: &str = "tests/spelling";

/// Runs it; what is missing on this machine is said, and then the suite counts as skipped.
pub fn run(checkout: &Checkout) -> Outcome<Verdict> {
    if let Err(why) = npm::node() {
        return Ok(npm::skipped(&why));
    }
    let packages = checkout.notes().join("spelling");
    if let Err(why) = npm::restore(checkout, FOLDER, &packages) {
        return Ok(npm::skipped(&format!("its packages could not be restored: {why}")));
    }
    let mut watch = Watch::new("cspell", no_tests);
    let ended = Tool::new("node", "install Node.js")
        .within(checkout)
        .arg(packages.join("node_modules/cspell/bin.mjs"))
        .args(["lint", "--no-progress", "--no-color", "--show-suggestions", "--config"])
        .arg(checkout.at(FOLDER).join("cspell.json"))
        .watched(&mut watch)?;
    let verdict = Verdict::from(Tally::PASSED);
    if ended.good() {
        return Ok(verdict.noting(watch.complaint()));
    }
    let advice = "correct the words, or add them to tests/spelling/words.txt";
    Ok(Verdict::failed(advice).because(ended.output).noting(watch.complaint()))
}
