//! What a native library for Linux needs and shows, as `readelf` says it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::native::GENERATED;
use crate::tool::Tool;

/// Libraries that every system with glibc or musl has.
const NEEDED: [&str; 6] =
    ["libc.so.6", "libc.so", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"];
/// How long readelf may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Checks a library, and says which glibc it needs at least, if any.
pub fn check(checkout: &Checkout, library: &Path) -> Outcome<Option<String>> {
    let path = checkout.at(GENERATED);
    let bindings = fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
    let dynamic = readelf(library, "--dynamic")?;
    let symbols = readelf(library, "--dyn-syms")?;
    let faults = faults(&dynamic, &symbols, &entry_points(&bindings));
    if faults.is_empty() {
        return Ok(newest_glibc(&symbols));
    }
    Err(Fault::new(format!("{} is not what it should be:\n    {}", library.display(), faults.join("\n    "))))
}

fn readelf(library: &Path, what: &str) -> Outcome<String> {
    let tool = Tool::new("readelf", "install the package binutils").args(["--wide", what]).arg(library);
    match tool.env("LC_ALL", "C").bounded(LIMIT)? {
        Some(ended) if ended.good() => Ok(ended.output),
        Some(ended) => Err(Fault::new(format!("readelf {what} failed: {}", ended.errors.trim()))),
        None => Err(Fault::new("readelf did not end in time")),
    }
}

/// The functions that the generated bindings call.
fn entry_points(bindings: &str) -> BTreeSet<&str> {
    bindings.split("EntryPoint = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn faults(dynamic: &str, symbols: &str, entry_points: &BTreeSet<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    for line in dynamic.lines() {
        let value = line.split('[').nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        if line.contains("(NEEDED)") && !NEEDED.contains(&value) {
            faults.push(format!("it needs {value}, which not every system has"));
        }
        if line.contains("(RUNPATH)") || line.contains("(RPATH)") {
            faults.push(format!("it looks for libraries in {value}"));
        }
    }
    let shown: BTreeSet<&str> = symbols.lines().filter_map(exported).collect();
    for name in entry_points.difference(&shown) {
        faults.push(format!("it does not export {name}, which the bindings call"));
    }
    for name in shown.difference(entry_points) {
        faults.push(format!("it exports {name}, which the bindings do not know"));
    }
    faults
}

/// The name in `12: 000000000001a2b0 64 FUNC GLOBAL DEFAULT 14 lab_run_start`, unless it is defined elsewhere.
fn exported(line: &str) -> Option<&str> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let &[_, _, _, "FUNC", "GLOBAL", "DEFAULT", section, name, ..] = fields.as_slice() else { return None };
    (section != "UND").then(|| name.split('@').next().unwrap_or(name))
}

/// The newest version among `memcpy@GLIBC_2.14 (3)` and its like.
fn newest_glibc(symbols: &str) -> Option<String> {
    let versions = symbols.split("@GLIBC_").skip(1).filter_map(|rest| {
        let text: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        Some((parts?, text))
    });
    versions.max().map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMBOLS: &str = "\
     1: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND memcpy@GLIBC_2.14 (3)
     2: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND stat@GLIBC_2.33 (4)
     3: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND exp@GLIBC_2.9 (5)
     4: 00000000001a2b00    64 FUNC    GLOBAL DEFAULT   14 lab_run_start
     5: 00000000001a2c00    64 FUNC    GLOBAL DEFAULT   14 lab_stray
";

    #[test]
    fn the_exports_are_those_that_the_bindings_call() {
        let calls = entry_points(
            "[LibraryImport(NativeLib, EntryPoint = \"lab_run_start\")] x EntryPoint = \"lab_gone\")",
        );
        let faults = faults("", SYMBOLS, &calls);
        assert_eq!(
            faults,
            [
                "it does not export lab_gone, which the bindings call",
                "it exports lab_stray, which the bindings do not know"
            ]
        );
    }

    #[test]
    fn what_it_needs_must_be_there_everywhere() {
        let dynamic = " 0x01 (NEEDED)  Shared library: [libc.so.6]\n 0x01 (NEEDED)  Shared library: [libssl.so.3]\n 0x1d (RUNPATH)  Library runpath: [/opt/x]\n";
        let faults = faults(dynamic, "", &BTreeSet::new());
        assert_eq!(
            faults,
            ["it needs libssl.so.3, which not every system has", "it looks for libraries in /opt/x"]
        );
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(newest_glibc(SYMBOLS).as_deref(), Some("2.33"));
        assert_eq!(newest_glibc(""), None);
    }
}
