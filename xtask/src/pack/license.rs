//! Which licenses a crate inside the library may have, and the texts that they ask to be passed on.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::crates::Crate;
use crate::fault::{Fault, Outcome};

/// Licenses that let a program under the MIT license contain such code.
const TAKEN: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
    "bzip2-1.0.6",
];

/// How the names of files begin that have such texts.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// Checks that every crate may be inside, and comes from where its checksum is known.
pub fn check(crates: &[Crate]) -> Outcome {
    let mut faults = Vec::new();
    for it in crates {
        if !may_be_taken(&it.license) {
            faults.push(format!("{} {} has the license '{}'", it.name, it.version, it.license));
        }
        if !it.is_of_registry {
            faults.push(format!("{} {} does not come from a registry", it.name, it.version));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Fault::new(format!(
        "these crates may not be in the package:\n    {}\nReplace them, or add the license to {} if it may be taken.",
        faults.join("\n    "),
        file!()
    )))
}

/// Whether one of the choices of an SPDX expression is taken as a whole. Old crates write `/` for `OR`.
fn may_be_taken(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let Some(terms) = split(&expression, "OR") else { return false };
    terms.iter().any(|term| {
        let term = inner(term);
        if split(term, "OR").is_some_and(|terms| terms.len() > 1) {
            return may_be_taken(term);
        }
        match split(term, "AND") {
            Some(parts) if parts.len() > 1 => parts.iter().all(|part| may_be_taken(inner(part))),
            _ => TAKEN.contains(&term),
        }
    })
}

/// The parts between the words of an operator that are not in parentheses; nothing where parentheses do not match.
fn split<'e>(expression: &'e str, operator: &str) -> Option<Vec<&'e str>> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    let operator = format!(" {operator} ");
    for (place, character) in expression.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 && place >= start && expression[place..].starts_with(&operator) => {
                parts.push(expression[start..place].trim());
                start = place + operator.len();
            }
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    parts.push(expression.get(start..)?.trim());
    (depth == 0).then_some(parts)
}

/// An expression without the parentheses round all of it.
fn inner(expression: &str) -> &str {
    let bare = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match bare {
        Some(bare) if split(bare, "OR").is_some() => bare.trim(),
        _ => expression,
    }
}

/// The notices of all crates: which there are, and each text once with the crates that have it.
pub fn notices(crates: &[Crate]) -> Outcome<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut notices = String::from(
        "The native library of LabRunner contains the crates below. Each is under the license that stands behind it;\n\
         the texts of these licenses follow.\n\n",
    );
    for it in crates {
        let named = format!("{} {}", it.name, it.version);
        let license = it.license.replace('/', " OR ");
        notices += &format!(
            "{named}: {license}{}{}\n",
            if it.repository.is_empty() { "" } else { ", " },
            it.repository
        );
        for text in texts_in(&it.folder)? {
            texts.entry(text).or_default().push(named.clone());
        }
    }
    for (text, of) in texts {
        notices += &format!("\n{}\n{}\n\n{}\n", "-".repeat(80), of.join(", "), text.trim_end());
    }
    Ok(notices)
}

/// The texts that lie beside a crate's manifest, in the order of their names.
fn texts_in(folder: &Path) -> Outcome<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(|error| Fault::file("read", folder, &error))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let is_text = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && NAMES.iter().any(|start| name.starts_with(start))
    };
    let texts = paths.iter().filter(|path| is_text(path));
    texts
        .map(|path| {
            let bytes = fs::read(path).map_err(|error| Fault::file("read", path, &error))?;
            Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned())
        })
        .filter(|text| text.as_ref().map_or(true, |text| !text.is_empty()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn with(license: &str) -> Crate {
        Crate {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            license: license.to_owned(),
            repository: String::new(),
            folder: PathBuf::new(),
            is_of_registry: true,
        }
    }

    #[test]
    fn one_choice_that_may_be_taken_is_enough_and_all_of_it_must_be() {
        for taken in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "MIT OR (GPL-3.0 AND ISC)",
        ] {
            assert!(may_be_taken(taken), "{taken}");
        }
        for refused in
            ["", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-2.0 OR AGPL-3.0) AND MIT", "(MIT", "MIT) OR (ISC"]
        {
            assert!(!may_be_taken(refused), "{refused}");
        }
    }

    #[test]
    fn a_crate_that_may_not_be_inside_is_named_with_its_license() {
        check(&[with("MIT")]).expect("it may");
        let fault =
            check(&[with("GPL-3.0"), Crate { is_of_registry: false, ..with("MIT") }]).expect_err("not");
        let said = fault.to_string();
        assert!(said.contains("a 1.0.0 has the license 'GPL-3.0'"), "{said}");
        assert!(said.contains("a 1.0.0 does not come from a registry"), "{said}");
    }

    #[test]
    fn a_text_that_several_crates_have_stands_once() {
        let root = std::env::temp_dir().join(format!("labrunner-notices-{}", std::process::id()));
        let of = |name: &str, text: &str| {
            let folder = root.join(name);
            fs::create_dir_all(&folder).expect("writable");
            fs::write(folder.join("LICENSE-MIT"), text).expect("writable");
            fs::write(folder.join("README.md"), "no license").expect("writable");
            Crate { name: name.to_owned(), folder, ..with("MIT") }
        };
        let crates = [of("a", "Do what you like.\r\n"), of("b", "Do what you like.\n"), of("c", "Do not.\n")];
        let notices = notices(&crates);
        let _ = fs::remove_dir_all(&root);
        let notices = notices.expect("readable");
        assert_eq!(notices.matches("Do what you like.").count(), 1, "{notices}");
        assert!(notices.contains("a 1.0.0, b 1.0.0\n\nDo what"), "{notices}");
        assert!(notices.contains("c 1.0.0: MIT\n") && !notices.contains("no license"), "{notices}");
    }
}
