//! Broken files, each with exactly what is said about it: `tests/data/config/bad`, and those that no repository
//! can hold.

use super::assemble_tests::folder;
use super::tests::only;
use super::*;
use crate::error::Code;
use std::path::{Path, PathBuf};

fn bad() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/config/bad")
}

/// What is said about a file, with paths below the folder of broken files.
fn said(path: &Path) -> String {
    let folder = bad().canonicalize().unwrap();
    let options = ReadOptions {
        path: Some(path.to_str().unwrap().to_owned()),
        open: true,
        environment: path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("environment")
            .then(|| "dev".to_owned()),
        ..ReadOptions::default()
    };
    let reading = read(b"", &options);
    assert!(!reading.diagnostics.is_empty(), "nothing is wrong with {path:?}");
    assert_eq!(reading.lab.is_none(), reading.has_errors());
    report(&reading.diagnostics).replace(&format!("{}/", folder.display()), "")
}

/// `INSTA_UPDATE=always cargo test -p labrunner-core broken_files` rewrites what is expected; then read it.
#[test]
fn broken_files_get_exactly_these_findings() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(bad().canonicalize().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    assert!(files.len() >= 60, "there are only {} broken files", files.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(bad().join("expected"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for file in &files {
            let name = file.file_name().unwrap().to_str().unwrap();
            insta::assert_snapshot!(name, said(file));
        }
    });
    let expected = std::fs::read_dir(bad().join("expected")).unwrap().count();
    assert_eq!(expected, files.len(), "an expectation belongs to no file");
}

fn opened(path: &str) -> Reading {
    read(b"", &ReadOptions { path: Some(path.to_owned()), open: true, ..ReadOptions::default() })
}

#[test]
fn what_is_no_readable_file_is_refused_by_what_it_is() {
    let (folder, options) = folder(&[("lab.yaml", "name: x\noperations: [{name: a, script: y}]\n")]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    assert!(opened(&options.path.unwrap()).lab.is_some());
    let directory = only(opened(folder.path().to_str().unwrap()), Code::FileUnreadable);
    assert!(directory.message.ends_with("cannot be read: it is a folder."), "{}", directory.message);
    let missing = only(opened(&path("nowhere.yaml")), Code::FileUnreadable);
    assert!(missing.message.ends_with("cannot be read: it does not exist."), "{}", missing.message);
    only(opened(&path("lab.yaml/x.yaml")), Code::FileUnreadable);
    only(opened("\0"), Code::FileUnreadable);
    only(read(b"", &ReadOptions { open: true, ..ReadOptions::default() }), Code::FileUnreadable);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_unopened_and_a_forbidden_file_by_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = folder(&[("lab.yaml", "name: x\n")]);
    let pipe = folder.path().join("pipe.yaml");
    let name = std::ffi::CString::new(pipe.to_str().unwrap()).unwrap();
    // SAFETY: the name is a string that ends with a zero.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    // Nobody writes to it, so opening it would never return.
    let refused = only(opened(pipe.to_str().unwrap()), Code::FileUnreadable);
    assert!(refused.message.ends_with("it is not a regular file."), "{}", refused.message);
    let secret = folder.path().join("lab.yaml");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).unwrap();
    // SAFETY: no arguments, no memory.
    if unsafe { libc::geteuid() } != 0 {
        let refused = only(opened(secret.to_str().unwrap()), Code::FileUnreadable);
        assert!(refused.message.ends_with("its permissions do not allow it"), "{}", refused.message);
    }
}

#[test]
fn a_gigabyte_is_refused_by_its_size() {
    let (folder, _) = folder(&[("lab.yaml", "")]);
    let path = folder.path().join("lab.yaml");
    // Sparse: it takes no room on the disk, and its content is never read.
    std::fs::File::options().write(true).open(&path).unwrap().set_len(1 << 30).unwrap();
    let refused = only(opened(path.to_str().unwrap()), Code::DocumentTooLarge);
    assert!(refused.message.ends_with("the file has 1073741824 bytes."), "{}", refused.message);
}

#[test]
fn bombs_and_towers_are_refused() {
    // Each would take minutes, or the stack, without a limit.
    let mut bomb = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for n in 1..10 {
        let list = vec![format!("*a{}", n - 1); 9].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{list}]\n"));
    }
    let deep = [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect(),
    ];
    for text in std::iter::once(bomb).chain(deep) {
        let options = ReadOptions { format: Some(Format::Yaml), ..ReadOptions::default() };
        only(read(text.as_bytes(), &options), Code::DocumentTooLarge);
    }
    let json = "{\"a\":".repeat(100_000);
    only(read(json.as_bytes(), &ReadOptions::default()), Code::DocumentTooLarge);
}

#[test]
fn what_is_not_text_is_refused_with_its_offset() {
    for bytes in [&b"name: \xff\n"[..], b"name: x\0\n", b"\xff\xfen\0a\0m", b"\xef\xbb\xbfname: \xc3"] {
        only(read(bytes, &ReadOptions::default()), Code::NotText);
    }
}
