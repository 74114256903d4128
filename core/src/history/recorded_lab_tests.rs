//! What a lab's record gives back, and what it says when it cannot. That a run writes it is tested where it does.

use super::*;
use crate::record::disk::Files;
use crate::record::lab::{NotKept, document};
use crate::record::{Durability, FORMAT, Writer, header, lab_path};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

const LAB: &str = "name: shop\ninclude: base.yaml\noperations:\n  - { name: web, script: ./web.ps1 }\n";

fn files() -> LabFiles {
    let mut files = LabFiles::default();
    for (path, content) in [
        ("/labs/shop.yaml", LAB.as_bytes()),
        ("/labs/base.yaml", b"operations:\n  - { name: image, script: '1' }\n"),
        ("/labs/web.ps1", b"\xff\xfe1\0"),
    ] {
        files.add(path, &Arc::new(content.to_vec()));
    }
    files
}

/// The folder of a run whose record has this lab.
fn run_with(lab: Option<&[u8]>, source: Option<&str>) -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    let header = Header {
        format: FORMAT,
        run: "abc".to_owned(),
        name: "shop".to_owned(),
        source: source.map(str::to_owned),
        lab: lab.map(header::fingerprint),
        ..Header::default()
    };
    let documents = (&b"{\"operations\":[]}"[..], lab);
    drop(Writer::create_durable(Arc::new(Files), &folder, &header, documents, Durability::Process).unwrap());
    (root, folder)
}

fn refused(folder: &Path) -> (Code, String) {
    let fault = look(folder).unwrap_err();
    assert_eq!(fault.target.as_deref(), Some("abc"));
    assert!(fault.advice.is_some());
    let options = ReadOptions {
        path: Some("/labs/shop.yaml".to_owned()),
        open: true,
        recorded: Some(folder.to_owned()),
        ..ReadOptions::default()
    };
    assert_eq!(open_lab(&[], &options).unwrap_err(), fault, "both say the same");
    (fault.code, fault.message)
}

#[test]
fn files_come_back_as_they_were_whatever_bytes_they_have() {
    let (_root, folder) = run_with(Some(&document(&Ok(files()))), Some("/labs/shop.yaml"));
    let found = look(&folder).unwrap();
    let paths: Vec<_> = found.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["/labs/base.yaml", "/labs/shop.yaml", "/labs/web.ps1"]);
    assert_eq!(found.files[1].text.as_deref(), Some(LAB));
    assert_eq!(found.files[2].hex.as_deref(), Some("fffe3100"));
    let record = Record::open(&Files, &folder).unwrap();
    assert_eq!(record.lab().unwrap(), files());
}

#[test]
fn a_lab_is_put_together_from_the_record_alone() {
    let (_root, folder) = run_with(Some(&document(&Ok(files()))), Some("/labs/shop.yaml"));
    let options = ReadOptions {
        path: Some("/labs/shop.yaml".to_owned()),
        open: true,
        recorded: Some(folder),
        ..ReadOptions::default()
    };
    let lab = open_lab(&[], &options).unwrap();
    let names: Vec<_> =
        lab.describe().lab.unwrap().operations.iter().map(|op| op.operation.name.as_str()).collect();
    assert_eq!(names, ["image", "web"]);
    let request = lab.request(crate::config::LabPlanOptions::default()).unwrap();
    assert_eq!(*request.files.unwrap(), files(), "the next run keeps them too");
}

#[test]
fn what_a_damaged_copy_says_is_not_believed() {
    let whole = document(&Ok(files()));
    for (case, damaged) in [
        ("cut off", whole[..whole.len() - 3].to_vec()),
        ("empty", Vec::new()),
        ("another word", String::from_utf8(whole.clone()).unwrap().replace("image", "other").into_bytes()),
        ("one file less", document(&Ok(LabFiles::default()))),
    ] {
        let (_root, folder) = run_with(Some(&whole), Some("/labs/shop.yaml"));
        std::fs::write(lab_path(&folder), damaged).unwrap();
        let (code, message) = refused(&folder);
        assert_eq!(code, Code::RecordedLabDamaged, "{case}");
        assert!(message.contains("'shop' (abc)") && message.contains("checksum"), "{case}: {message}");
    }
    let (_root, folder) = run_with(Some(&whole), Some("/labs/shop.yaml"));
    std::fs::remove_file(lab_path(&folder)).unwrap();
    let (code, message) = refused(&folder);
    assert_eq!(code, Code::RecordedLabDamaged);
    assert!(message.contains("'lab.json': the file is missing"), "{message}");
}

#[test]
fn a_record_without_a_copy_says_why() {
    let older = run_with(None, Some("/labs/shop.yaml"));
    let objects = run_with(None, None);
    let of = |why| run_with(Some(&document(&Err(why))), Some("/labs/shop.yaml"));
    let newer = run_with(Some(b"{\"format\":2,\"files\":[]}"), Some("/labs/shop.yaml"));
    for ((_root, folder), says) in [
        (older, "because an older version of LabRunner wrote it"),
        (objects, "because the run was not started from a lab file"),
        (of(NotKept::Objects), "because its operations were given as objects"),
        (of(NotKept::TooLarge), "because its files have more than 32 MiB together"),
        (
            of(NotKept::Secret { file: "/labs/a.yaml".into() }),
            "because '/labs/a.yaml' has the value of a secret",
        ),
        (newer, "A newer version of LabRunner recorded the lab"),
    ] {
        let (code, message) = refused(&folder);
        assert_eq!(code, Code::LabNotRecorded, "{says}");
        assert!(message.contains(says), "{message}");
    }
    let nowhere = look(Path::new("/no/such/run")).unwrap_err();
    assert_eq!(nowhere.code, Code::UnknownRun);
}

#[test]
fn the_first_format_has_no_lab() {
    let root = tempfile::tempdir().unwrap();
    let line = r#"{"format":1,"run":"abc","started_at":"2025-01-01T00:00:00Z","pid":1,"options":{"name":"shop","source":"/labs/shop.yaml"},"operations":["web"]}"#;
    std::fs::write(root.path().join("journal.jsonl"), format!("{line}\n")).unwrap();
    let (code, message) = refused(root.path());
    assert_eq!(code, Code::LabNotRecorded);
    assert!(message.contains("older version"), "{message}");
}
