//! What the native library is made of, for programs: a software bill of materials in CycloneDX 1.6.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::crates::Crate;
use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};

/// The document.
pub fn document(checkout: &Checkout, version: &str, crates: &[Crate]) -> Outcome<String> {
    let path = checkout.at("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
    let document = of(version, crates, &checksums(&lock));
    let text = serde_json::to_string_pretty(&document).map_err(|error| Fault::new(error.to_string()))?;
    Ok(text + "\n")
}

fn of(version: &str, crates: &[Crate], checksums: &BTreeMap<(String, String), String>) -> Value {
    let components: Vec<Value> = crates
        .iter()
        .map(|it| {
            let reference = format!("pkg:cargo/{}@{}", it.name, it.version);
            let mut component = json!({
                "type": "library",
                "bom-ref": reference,
                "name": it.name,
                "version": it.version,
                "purl": reference,
                "licenses": [{ "expression": it.license.replace('/', " OR ") }],
            });
            if let Some(checksum) = checksums.get(&(it.name.clone(), it.version.clone())) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
            }
            if !it.repository.is_empty() {
                component["externalReferences"] = json!([{ "type": "vcs", "url": it.repository }]);
            }
            component
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": format!("pkg:nuget/LabRunner@{version}"),
                "name": "LabRunner",
                "version": version,
                "purl": format!("pkg:nuget/LabRunner@{version}"),
                "licenses": [{ "expression": "MIT" }],
            },
        },
        "components": components,
    })
}

/// The checksums of a lock file, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    lock.split("[[package]]")
        .filter_map(|package| {
            let value = |key: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")))?;
                Some(line.trim_end_matches('"').to_owned())
            };
            Some(((value("name")?, value("version")?), value("checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_component_has_its_checksum_from_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"ab12\"\n\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";
        let it = Crate {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT/Apache-2.0".to_owned(),
            repository: "https://example.org/a".to_owned(),
            folder: PathBuf::new(),
            is_of_registry: true,
        };
        let document = of("0.1.0", &[it], &checksums(lock));
        let component = &document["components"][0];
        assert_eq!(component["purl"], "pkg:cargo/a@1.0.0");
        assert_eq!(component["hashes"][0]["content"], "ab12");
        assert_eq!(component["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(document["metadata"]["component"]["version"], "0.1.0");
    }
}
