//! Archives that are sound: what is packed comes out again, by this and by the programs that everybody has.

use super::{Case, Tar, tree, zip};
use crate::error::Code;
use crate::operation::{ArchiveMode, IfExists, StopMode};
use crate::work::archive::ArchiveWork;
use crate::work::provider::Ending;
use crate::work::trial::start;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

/// A folder with something of everything.
fn fill(folder: &Path) {
    fs::create_dir_all(folder.join("deep/er")).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    fs::write(folder.join("deep/er/plain.txt"), "content\n").unwrap();
    fs::write(folder.join("größe.bin"), vec![7; 300_000]).unwrap();
    fs::write(folder.join("none"), "").unwrap();
    fs::write(folder.join("run.sh"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(folder.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("er/plain.txt", folder.join("deep/link")).unwrap();
    fs::write(folder.join("x".repeat(150)), "a long name").unwrap();
    let modified = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_234_567_890);
    for name in ["run.sh", "deep/er/plain.txt", "deep/er"] {
        fs::File::open(folder.join(name)).unwrap().set_modified(modified).unwrap();
    }
}

#[tokio::test]
async fn what_is_packed_comes_out_again() {
    for format in ["zip", "tar", "tar.gz", "tar.zst"] {
        let mut case = Case::of(&format!("a.{format}"), b"");
        fs::remove_file(&case.spec.source).unwrap();
        let data = case.folder.path().join("data");
        fill(&data);
        let archive = case.spec.source.clone();
        (case.spec.source, case.spec.target, case.spec.mode) =
            (data.to_string_lossy().into_owned(), archive.clone(), ArchiveMode::Create);
        let (ending, lines) = case.run().await;
        assert_eq!(ending, Ending::Succeeded, "{format}");
        assert!(lines[0].ends_with("9 entries, 293.0 KiB"), "{lines:?}");
        (case.spec.source, case.spec.target, case.spec.mode) =
            (archive, case.folder.path().join("out").to_string_lossy().into_owned(), ArchiveMode::Extract);
        assert_eq!(case.run().await.0, Ending::Succeeded, "{format}");
        assert_eq!(tree(&case.out()), tree(&data), "{format}");
        let mode = |name: &str| fs::metadata(case.out().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("run.sh"), mode("none")), (0o755, 0o644), "{format}");
        for name in ["run.sh", "deep/er", "deep/er/plain.txt"] {
            let seconds = |folder: &Path| {
                let modified = fs::metadata(folder.join(name)).unwrap().modified().unwrap();
                modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
            };
            assert_eq!(seconds(&case.out()), 1_234_567_890, "{format}: {name}");
            assert_eq!(seconds(&data), 1_234_567_890, "{format}: {name}");
        }
    }
}

#[tokio::test]
async fn archives_of_other_programs_are_unpacked() {
    for (name, program) in [
        ("a.zip", "zip -qry a.zip data"),
        ("a.tar", "tar -cf a.tar data"),
        ("a.tar.gz", "tar -czf a.tar.gz data"),
        ("a.tar.xz", "tar -cJf a.tar.xz data"),
        ("a.tar.zst", "tar --zstd -cf a.tar.zst data"),
        ("a.tar.bz2", "tar -cjf a.tar.bz2 data"),
        ("pax.tar", "tar --format=pax -cf pax.tar data"),
        ("sparse.tar", "truncate -s 1M data/holes && tar -Scf sparse.tar data"),
    ] {
        let mut case = Case::of(name, b"");
        fs::remove_file(&case.spec.source).unwrap();
        fill(&case.folder.path().join("data"));
        let done = Command::new("sh").args(["-c", program]).current_dir(case.folder.path()).output().unwrap();
        if !done.status.success() {
            // The program is not on this machine.
            eprintln!("{program}: {}", String::from_utf8_lossy(&done.stderr));
            continue;
        }
        case.spec.strip_components = 1;
        let (ending, _) = case.run().await;
        assert_eq!(ending, Ending::Succeeded, "{name}");
        assert_eq!(tree(&case.out()), tree(&case.folder.path().join("data")), "{name}");
    }
}

#[tokio::test]
async fn many_files_are_unpacked_by_several_threads_and_fail_as_one() {
    let names: Vec<String> = (0..600).map(|number| format!("d{}/f{number}", number / 50)).collect();
    let content: Vec<u8> = (0..8_000_u32).flat_map(u32::to_le_bytes).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), &content[..])).collect();
    let sound = zip(&entries);
    let case = Case::of("a.zip", &sound);
    let (ending, lines) = case.run().await;
    assert_eq!(ending, Ending::Succeeded);
    assert!(lines[0].ends_with("600 entries, 18.3 MiB"), "{lines:?}");
    for name in &names {
        assert!(fs::read(case.out().join(name)).unwrap() == content, "{name}");
    }
    // One of them is damaged: what its sum is of has changed, and its size has not.
    let mut damaged = sound;
    let at = (0..damaged.len()).find(|at| damaged[*at..].starts_with(b"d7/f377")).unwrap();
    damaged[at + 2_000] ^= 0xff;
    let case = Case::of("a.zip", &damaged);
    let Ending::Failed(fault) = case.run().await.0 else { panic!("it was unpacked") };
    assert!(
        fault.code == Code::ArchiveDamaged && fault.message.contains("'d7/f377' cannot be read"),
        "{fault}"
    );
    assert_eq!(case.names(), [""; 0]);
}

#[tokio::test]
async fn a_target_that_is_there_is_left_alone_unless_it_may_be_replaced() {
    let mut case = Case::of("a.zip", &zip(&[("new", b"1")]));
    fs::create_dir(case.out()).unwrap();
    assert_eq!(case.run().await.0, Ending::Succeeded, "an empty folder is replaced");
    fs::write(case.out().join("mine"), "2").unwrap();
    let Ending::Failed(fault) = case.run().await.0 else { panic!("it was replaced") };
    assert_eq!(fault.code, Code::TargetExists);
    case.spec.if_exists = Some(IfExists::Keep);
    assert_eq!(case.run().await.0, Ending::Succeeded);
    assert!(tree(&case.out()).contains_key("mine"));
    case.spec.if_exists = Some(IfExists::Replace);
    assert_eq!(case.run().await.0, Ending::Succeeded);
    assert_eq!(tree(&case.out()), BTreeMap::from([("new".to_owned(), "1".to_owned())]));
    assert_eq!(case.names(), ["out"]);
}

#[tokio::test]
async fn what_is_merged_leaves_the_rest_as_it_was() {
    let mut case =
        Case::of("a.zip", &zip(&[("d/new", b"1"), ("d/both", b"2"), ("e/x", b"3"), ("link", b"4")]));
    fs::create_dir_all(case.out().join("d")).unwrap();
    for name in ["mine", "d/both", "d/mine"] {
        fs::write(case.out().join(name), "old").unwrap();
    }
    let outside = case.folder.path().join("outside");
    fs::write(&outside, "safe").unwrap();
    symlink(&outside, case.out().join("link")).unwrap();
    case.spec.if_exists = Some(IfExists::Merge);
    assert_eq!(case.run().await.0, Ending::Succeeded);
    let have = [
        ("d", "(folder)"),
        ("d/both", "2"),
        ("d/mine", "old"),
        ("d/new", "1"),
        ("e", "(folder)"),
        ("e/x", "3"),
        ("link", "4"),
        ("mine", "old"),
    ];
    assert_eq!(tree(&case.out()), have.map(|(name, what)| (name.to_owned(), what.to_owned())).into());
    assert_eq!(fs::read_to_string(&outside).unwrap(), "safe");
    // All of it can be, or nothing is.
    fs::remove_file(case.out().join("d/new")).unwrap();
    fs::remove_file(case.out().join("link")).unwrap();
    fs::create_dir(case.out().join("link")).unwrap();
    let Ending::Failed(fault) = case.run().await.0 else { panic!("it was merged") };
    assert!(fault.code == Code::TargetExists && fault.message.contains("link' is a folder"), "{fault}");
    assert!(!case.out().join("d/new").exists());
    let mut names = case.names();
    names.sort();
    assert_eq!(names, ["out", "outside"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let mut case = Case::of("a.zip", b"");
    case.spec.source = case.folder.path().join("none.zip").to_string_lossy().into_owned();
    let Ending::Failed(fault) = case.run().await.0 else { panic!("it was read") };
    assert!(fault.message.ends_with("none.zip' cannot be read: it does not exist."), "{fault}");
    assert_eq!(fault.code, Code::SourceUnreadable);
}

#[tokio::test]
async fn a_stop_leaves_nothing() {
    // A source that never ends: the stop is what ends it.
    let mut case = Case::of("a.tar.gz", b"");
    fs::remove_file(&case.spec.source).unwrap();
    let pipe = std::ffi::CString::new(case.spec.source.clone()).unwrap();
    // SAFETY: the path is a text that ends with a zero.
    assert_eq!(unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) }, 0);
    case.spec.max_bytes = Some(u64::MAX);
    let source = case.spec.source.clone();
    std::thread::spawn(move || {
        let pipe = fs::OpenOptions::new().write(true).open(source).unwrap();
        let mut packed = flate2::write::GzEncoder::new(pipe, flate2::Compression::fast());
        let head = Tar::default().file("big", "").0;
        // A header that promises more than will ever come.
        let head = super::replaced(head, b"00000000000", b"77777777777", 0..1);
        let sum: u32 = head[..512]
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        let mut head = head;
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        use std::io::Write;
        while packed.write_all(&head).is_ok() {
            head = vec![0; 64 * 1024];
        }
    });
    let trial = start(ArchiveWork(case.spec.clone()), BTreeMap::new().into());
    let written = || {
        walkdir::WalkDir::new(case.folder.path())
            .into_iter()
            .flatten()
            .any(|entry| entry.file_name() == "big" && entry.metadata().is_ok_and(|about| about.len() > 0))
    };
    while !written() {
        tokio::task::yield_now().await;
    }
    trial.orders.send(StopMode::Kill).unwrap();
    assert_eq!(trial.end().await.0.ending, Ending::Stopped);
    assert_eq!(case.names(), [""; 0]);
}

#[tokio::test]
async fn a_folder_can_hold_its_own_archive() {
    let mut case = Case::of("seed", b"");
    let data = case.folder.path().join("data");
    fill(&data);
    (case.spec.source, case.spec.mode) = (data.to_string_lossy().into_owned(), ArchiveMode::Create);
    case.spec.target = data.join("all.zip").to_string_lossy().into_owned();
    assert_eq!(case.run().await.0, Ending::Succeeded);
    case.spec.if_exists = Some(IfExists::Replace);
    let (ending, lines) = case.run().await;
    assert_eq!(ending, Ending::Succeeded);
    assert!(lines[0].ends_with("9 entries, 293.0 KiB"), "{lines:?}");
}
