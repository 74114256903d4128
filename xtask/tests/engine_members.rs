//! What PowerShell's engine does not publish is used in one folder, where each use has its fallback and its row in a table.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn non_public_members_are_looked_up_in_engine_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../powershell/LabRunner.Commands");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 100, "the sources were found");
    let inside = root.join("Engine");
    let uses = |file: &PathBuf| {
        fs::read_to_string(file).expect("a source is readable").contains("BindingFlags.NonPublic")
    };
    let outside: Vec<&PathBuf> =
        files.iter().filter(|file| !file.starts_with(&inside) && uses(file)).collect();
    assert!(outside.is_empty(), "move them to Engine/ and into its table: {outside:?}");
    assert!(
        files.iter().any(|file| file.starts_with(&inside) && uses(file)),
        "the search finds those that are there"
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources is readable").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "obj" && name != "bin") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "cs") {
            files.push(path);
        }
    }
}
