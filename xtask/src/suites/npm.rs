//! Packages of npm that tests need: restored below the target directory, by a lock file; nothing of them is shipped.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::checkout::Checkout;
use crate::suite::{Tally, Verdict};
use crate::tool::Tool;

/// How long the packages may take, and the question for the version of Node.js.
const LIMIT: Duration = Duration::from_secs(180);
/// The oldest Node.js that has what the tests use.
const OLDEST_NODE: u32 = 20;

/// A suite that this machine lacks something for.
pub fn skipped(why: &str) -> Verdict {
    Verdict::from(Tally { passed: 0, failed: 0, skipped: 1 }).noting(Some(format!("skipped, because {why}")))
}

/// Why the tests cannot be run by the Node.js of this machine, if they cannot.
pub fn node() -> Result<(), String> {
    let asked = Tool::new("node", "install Node.js").arg("--version").bounded(LIMIT);
    let version = asked.ok().flatten().map(|ended| ended.output).unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(OLDEST_NODE..) => Ok(()),
        Some(older) => Err(format!("Node.js {older} is too old; version {OLDEST_NODE} is needed")),
        None => Err("there is no Node.js".to_owned()),
    }
}

/// Puts the packages of a folder of tests below the target directory, unless those of its lock file are there.
pub fn restore(checkout: &Checkout, folder: &str, to: &Path) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let lock = fs::read(checkout.at(folder).join("package-lock.json")).map_err(said)?;
    let stamp = to.join("node_modules").join(".restored");
    if fs::read(&stamp).is_ok_and(|restored| restored == lock) {
        return Ok(());
    }
    fs::create_dir_all(to).map_err(said)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(checkout.at(folder).join(name), to.join(name)).map_err(said)?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let tool = Tool::new(npm, "install Node.js")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
        .arg(to);
    match tool.bounded(LIMIT).map_err(|fault| fault.to_string())? {
        Some(ended) if ended.good() => fs::write(stamp, lock).map_err(said),
        Some(ended) => Err(ended.errors.lines().next().unwrap_or("npm said nothing").to_owned()),
        None => Err("npm did not end in time".to_owned()),
    }
}
