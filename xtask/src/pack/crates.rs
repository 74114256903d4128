//! The crates that are compiled into the native library, as cargo resolves them for a system.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::system::System;
use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::native::cargo;

/// The crate that becomes the library.
const LIBRARY: &str = "labrunner-ffi";
/// How long cargo may take to resolve them.
const LIMIT: Duration = Duration::from_secs(300);

/// One crate of somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// An SPDX expression; empty where it states none.
    pub license: String,
    /// Where its sources are developed; empty where it does not say.
    pub repository: String,
    /// Where its sources lie on this machine.
    pub folder: PathBuf,
    /// Whether it comes from a registry, which `Cargo.lock` has a checksum for.
    pub is_of_registry: bool,
}

/// The crates inside the library, by name and version.
pub fn inside(checkout: &Checkout, system: &System) -> Outcome<Vec<Crate>> {
    let asked = cargo(checkout, "metadata")
        .args(["--format-version", "1", "--filter-platform", system.triple])
        .bounded(LIMIT)?;
    match asked {
        Some(ended) if ended.good() => of_metadata(&ended.output),
        Some(ended) => Err(Fault::new(format!("cargo metadata failed: {}", ended.errors.trim()))),
        None => Err(Fault::new(format!("cargo metadata did not end within {} s", LIMIT.as_secs()))),
    }
}

/// Those that the library is linked from: what only builds or tests need is not in it, and neither are macros.
fn of_metadata(metadata: &str) -> Outcome<Vec<Crate>> {
    let odd = |what: &str| Fault::new(format!("cargo metadata gave no {what}"));
    let metadata: Value =
        serde_json::from_str(metadata).map_err(|error| Fault::new(format!("cargo metadata: {error}")))?;
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let packages: BTreeMap<String, Value> = list(&metadata, "packages")
        .into_iter()
        .filter_map(|package| Some((package["id"].as_str()?.to_owned(), package)))
        .collect();
    let nodes: BTreeMap<String, Value> = list(&metadata["resolve"], "nodes")
        .into_iter()
        .filter_map(|node| Some((node["id"].as_str()?.to_owned(), node)))
        .collect();
    let is_macro = |package: &Value| {
        let kinds = list(package, "targets").into_iter().flat_map(|target| list(&target, "kind"));
        kinds.into_iter().any(|kind| kind == "proc-macro")
    };
    let (root, _) = packages
        .iter()
        .find(|(_, package)| package["name"] == LIBRARY)
        .ok_or_else(|| odd(&format!("package {LIBRARY}")))?;
    let (mut seen, mut open) = (BTreeSet::new(), vec![root.clone()]);
    while let Some(id) = open.pop() {
        let package = packages.get(&id).ok_or_else(|| odd(&id))?;
        if is_macro(package) || !seen.insert(id.clone()) {
            continue;
        }
        for dependency in nodes.get(&id).map(|node| list(node, "deps")).unwrap_or_default() {
            let is_linked = list(&dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
            if let (true, Some(id)) = (is_linked, dependency["pkg"].as_str()) {
                open.push(id.to_owned());
            }
        }
    }
    let mut crates: Vec<Crate> = seen
        .iter()
        .map(|id| &packages[id])
        // What has no source is part of this checkout.
        .filter(|package| !package["source"].is_null())
        .map(|package| {
            let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
            let manifest = PathBuf::from(text("manifest_path"));
            Crate {
                name: text("name"),
                version: text("version"),
                license: text("license"),
                repository: text("repository"),
                folder: manifest.parent().map(PathBuf::from).unwrap_or_default(),
                is_of_registry: text("source").starts_with("registry+"),
            }
        })
        .collect();
    crates.sort();
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_inside_and_nothing_else() {
        let package = |name: &str, kind: &str, source: &str| {
            format!(
                r#"{{"id":"{name}","name":"{name}","version":"1.0.0","license":"MIT","source":{source},"manifest_path":"/r/{name}/Cargo.toml","targets":[{{"kind":["{kind}"]}}]}}"#
            )
        };
        let registry = r#""registry+https://x""#;
        let packages = [
            package("labrunner-ffi", "cdylib", "null"),
            package("labrunner-core", "lib", "null"),
            package("linked", "lib", registry),
            package("deeper", "lib", registry),
            package("macros", "proc-macro", registry),
            package("syn", "lib", registry),
            package("only-tests", "lib", registry),
            package("only-builds", "lib", registry),
        ];
        let node = |name: &str, deps: &[(&str, &str)]| {
            let deps: Vec<String> = deps
                .iter()
                .map(|(name, kind)| format!(r#"{{"pkg":"{name}","dep_kinds":[{{"kind":{kind}}}]}}"#))
                .collect();
            format!(r#"{{"id":"{name}","deps":[{}]}}"#, deps.join(","))
        };
        let nodes = [
            node("labrunner-ffi", &[("labrunner-core", "null"), ("only-tests", r#""dev""#)]),
            node("labrunner-core", &[("linked", "null"), ("macros", "null"), ("only-builds", r#""build""#)]),
            node("linked", &[("deeper", "null")]),
            node("macros", &[("syn", "null")]),
        ];
        let metadata =
            format!(r#"{{"packages":[{}],"resolve":{{"nodes":[{}]}}}}"#, packages.join(","), nodes.join(","));
        let crates = of_metadata(&metadata).expect("valid");
        let names: Vec<&str> = crates.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["deeper", "linked"]);
        assert_eq!(crates[0].folder, PathBuf::from("/r/deeper"));
        assert!(of_metadata("{}").is_err() && of_metadata("no").is_err());
    }
}
