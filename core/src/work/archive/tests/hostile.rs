//! Archives that want what no archive should: each is refused or harmless, the target stays as it was, and nothing is
//! made outside of it.

use super::{Case, Tar, replaced, seven, tree, zip};
use crate::error::Code;
use crate::operation::{ArchiveFormat, IfExists};
use crate::work::archive::Rules;
use crate::work::target::Place;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// It is refused with this code and these words, and nothing is left.
#[track_caller]
fn refused(case: &Case, rules: Rules, code: Code, words: &str) {
    let fault = case.unpack(rules).unwrap_err();
    assert!(fault.code == code && fault.message.contains(words), "{words}: {fault}");
    assert_eq!(case.names(), [""; 0], "{words}");
}

#[test]
fn names_that_lead_out_of_the_target() {
    for (name, words) in [
        ("../evil", "leads out of the target"),
        ("a/../../evil", "leads out of the target"),
        ("/tmp/evil", "is absolute"),
        ("C:evil", "names a drive"),
        ("C:/evil", "names a drive"),
        ("//server/share/evil", "is absolute"),
        ("a\u{1b}[31m", "has a control character"),
        ("a\u{202e}txt.exe", "has a character that reverses how it is shown"),
    ] {
        let tar = Tar::default().file("good", "1").file(name, "2").end();
        refused(&Case::of("a.tar", &tar), Rules::Common, Code::ArchiveUnsafe, words);
        refused(
            &Case::of("a.zip", &zip(&[("good", b"1"), (name, b"2")])),
            Rules::Common,
            Code::ArchiveUnsafe,
            words,
        );
        let seven = seven(&[("good", 0o100_644, b"1"), (name, 0o100_644, b"2")]);
        refused(&Case::of("a.7z", &seven), Rules::Common, Code::ArchiveUnsafe, words);
    }
    for name in ["a\\..\\..\\evil", "\\\\server\\share\\evil", "\\evil"] {
        let tar = Tar::default().file(name, "2").end();
        assert_eq!(
            Case::of("a.tar", &tar).unpack(Rules::Common).unwrap_err().code,
            Code::ArchiveUnsafe,
            "{name}"
        );
    }
}

#[test]
fn names_that_windows_takes_for_something_else() {
    for name in ["nul", "x/con.txt", "file:stream", "dot.", "blank ", "com1"] {
        let bytes = Tar::default().file(name, "2").end();
        assert_eq!(
            Case::of("a.tar", &bytes).unpack(Rules::Windows).unwrap_err().code,
            Code::ArchiveUnsafe,
            "{name}"
        );
        assert!(Case::of("a.tar", &bytes).unpack(Rules::Common).is_ok(), "{name}");
    }
}

#[test]
fn links_that_lead_out_of_the_target_in_one_step_or_several() {
    let tar =
        |links: &[(&str, &str)]| links.iter().fold(Tar::default(), |tar, (name, to)| tar.link(name, to));
    for (links, words) in [
        (vec![("a", "/etc")], "leads out of the target"),
        (vec![("a", "..")], "leads out of the target"),
        (vec![("a", "b/../..")], "leads out of the target"),
        (vec![("a", "C:..\\..")], "leads out of the target"),
        (vec![("a", "\\\\server\\x")], "leads out of the target"),
        // Each looks well by its text alone: d/e is the target itself, and above that it goes on.
        (vec![("d/e", ".."), ("y", "d/e/../x")], "leads out of the target"),
        (vec![("y", "d/e/../x"), ("d/e", "..")], "leads out of the target"),
        (vec![("a", "b"), ("b", "a")], "leads in a circle"),
    ] {
        refused(&Case::of("a.tar", &tar(&links).end()), Rules::Common, Code::ArchiveUnsafe, words);
    }
    // Through a link that the archive has made itself.
    let through = Tar::default().link("a", ".").file("a/evil", "x").end();
    refused(
        &Case::of("a.tar", &through),
        Rules::Common,
        Code::ArchiveUnsafe,
        "'a' is a folder, and a file or link as well",
    );
    let by_case = Tar::default().link("a", ".").file("A/evil", "x").end();
    refused(&Case::of("a.tar", &by_case), Rules::Mac, Code::ArchiveUnsafe, "differ in letter case only");
    let inside =
        Case::of("a.tar", &Tar::default().file("d/f", "1").link("d/up", "../d/f").link("gone", "none").end());
    inside.unpack(Rules::Common).unwrap();
    assert_eq!(fs::read_to_string(inside.out().join("d/up")).unwrap(), "1");
}

#[test]
fn a_link_that_an_earlier_archive_left_is_not_followed() {
    let outside = tempfile::TempDir::new().unwrap();
    let mut case = Case::of("a.tar", &Tar::default().file("dir/evil", "x").end());
    fs::create_dir(case.out()).unwrap();
    std::os::unix::fs::symlink(outside.path(), case.out().join("dir")).unwrap();
    assert_eq!(case.unpack(Rules::Common).unwrap_err().code, Code::TargetExists);
    case.spec.if_exists = Some(IfExists::Replace);
    super::unpack::unpack(
        &case.spec,
        ArchiveFormat::Tar,
        Place::Replace,
        &super::Watch::default(),
        Rules::Common,
    )
    .unwrap();
    assert!(fs::read_dir(outside.path()).unwrap().next().is_none());
    assert_eq!(tree(&case.out())["dir/evil"], "x");
    fs::remove_dir_all(case.out()).unwrap();
    // Nor where the archive is merged into what is there.
    fs::create_dir(case.out()).unwrap();
    std::os::unix::fs::symlink(outside.path(), case.out().join("dir")).unwrap();
    case.spec.if_exists = Some(IfExists::Merge);
    let merged = super::unpack::unpack(
        &case.spec,
        ArchiveFormat::Tar,
        Place::Merge,
        &super::Watch::default(),
        Rules::Common,
    );
    let fault = merged.unwrap_err().of("x").unwrap();
    assert!(fault.message.ends_with("dir' is not a folder, and the new one is."), "{fault}");
    assert!(fs::read_dir(outside.path()).unwrap().next().is_none());
    assert_eq!(case.names(), ["out"]);
    // The target may itself be a link: it is what is replaced, not what it leads to.
    fs::remove_dir_all(case.out()).unwrap();
    std::os::unix::fs::symlink(outside.path(), case.out()).unwrap();
    super::unpack::unpack(
        &case.spec,
        ArchiveFormat::Tar,
        Place::Replace,
        &super::Watch::default(),
        Rules::Common,
    )
    .unwrap();
    assert!(fs::read_dir(outside.path()).unwrap().next().is_none() && !case.out().is_symlink());
}

#[test]
fn hard_links_lead_to_files_of_the_archive_only() {
    for (to, words) in [
        ("/etc/passwd", "is absolute"),
        ("../../etc/passwd", "leads out of the target"),
        ("later", "is not a file before it"),
        ("dir", "is not a file before it"),
        ("link", "is not a file before it"),
    ] {
        let tar =
            Tar::default().file("dir/x", "1").link("link", "dir/x").entry(b"hard", b'1', to.as_bytes(), b"");
        let bytes = tar.file("later", "2").end();
        refused(&Case::of("a.tar", &bytes), Rules::Common, Code::ArchiveUnsafe, words);
    }
    let sound = Case::of("a.tar", &Tar::default().file("x", "1").entry(b"hard", b'1', b"x", b"").end());
    sound.unpack(Rules::Common).unwrap();
    assert_eq!(tree(&sound.out())["hard"], "1");
}

#[test]
fn devices_pipes_and_setuid_do_not_come_out() {
    for kind in [b'3', b'4', b'6', b'7' + 40] {
        let bytes = Tar::default().entry(b"dev", kind, b"", b"").end();
        refused(
            &Case::of("a.tar", &bytes),
            Rules::Common,
            Code::ArchiveUnsafe,
            "neither a file, a folder nor a link",
        );
    }
    // Each entry of these tars has the mode 4755.
    let case = Case::of("a.tar", &Tar::default().file("su", "1").entry(b"d/", b'5', b"", b"").end());
    case.unpack(Rules::Common).unwrap();
    for name in ["su", "d"] {
        assert_eq!(
            fs::metadata(case.out().join(name)).unwrap().permissions().mode() & 0o7777,
            0o755,
            "{name}"
        );
    }
}

#[test]
fn names_that_are_there_twice_or_differ_in_case() {
    for (one, other, words) in [
        ("a", "a", "twice"),
        ("a", "A", "differ in letter case only"),
        ("dir/x", "DIR/y", "differ in letter case only"),
        ("ä", "Ä", "differ in letter case only"),
        ("a", "a/b", "is a folder, and a file or link as well"),
        ("a/b", "a", "is in it twice"),
    ] {
        let tar = Tar::default().file(one, "1").file(other, "2").end();
        refused(&Case::of("a.tar", &tar), Rules::Windows, Code::ArchiveUnsafe, words);
        if one != other {
            let zip = zip(&[(one, b"1"), (other, b"2")]);
            refused(&Case::of("a.zip", &zip), Rules::Mac, Code::ArchiveUnsafe, words);
        }
    }
    // Where letter case counts, as it does on the systems that such archives come from, both are there.
    let case = Case::of("a.tar", &Tar::default().file("x_mark.h", "1").file("x_MARK.h", "2").end());
    case.unpack(Rules::Common).unwrap();
    assert_eq!((&*tree(&case.out())["x_mark.h"], &*tree(&case.out())["x_MARK.h"]), ("1", "2"));
    let twice = replaced(zip(&[("aa", b"1"), ("ab", b"2")]), b"ab", b"aa", 0..2);
    refused(&Case::of("a.zip", &twice), Rules::Common, Code::ArchiveUnsafe, "twice");
}

#[test]
fn zips_that_say_two_things() {
    let sound = zip(&[("name-one", b"content")]);
    Case::of("a.zip", &sound).unpack(Rules::Common).unwrap();
    let local = replaced(sound.clone(), b"name-one", b"name-two", 0..1);
    refused(&Case::of("a.zip", &local), Rules::Common, Code::ArchiveDamaged, "");
    let central = replaced(sound.clone(), b"name-one", b"name-two", 1..2);
    refused(&Case::of("a.zip", &central), Rules::Common, Code::ArchiveDamaged, "");
    // The sum of the content, in both places.
    let sum = crc32fast::hash(b"content").to_le_bytes();
    let wrong = replaced(sound.clone(), &sum, &[1, 2, 3, 4], 0..2);
    refused(&Case::of("a.zip", &wrong), Rules::Common, Code::ArchiveDamaged, "");
    for cut in [1, 10, 22, 30, sound.len() / 2, sound.len() - 1] {
        refused(&Case::of("a.zip", &sound[..sound.len() - cut]), Rules::Common, Code::ArchiveDamaged, "");
    }
}

#[test]
fn zips_in_which_programs_find_different_things() {
    let sound = zip(&[("one", b"content")]);
    let refuse = |bytes: &[u8], code, words| refused(&Case::of("a.zip", bytes), Rules::Common, code, words);
    // Something after its end, and a second archive there or before it.
    refuse(&[&sound[..], b"x"].concat(), Code::ArchiveDamaged, "something follows it");
    let other = zip(&[("two", b"other")]);
    refuse(&[&other[..], &sound].concat(), Code::ArchiveDamaged, "");
    // A header that the directory does not list: that of the second file, whose line in it is taken out.
    let mut two = zip(&[("one", b"1"), ("two", b"2")]);
    let lines: Vec<usize> = places(&two, b"PK\x01\x02");
    let end = places(&two, b"PK\x05\x06")[0];
    let size = (lines[1] - lines[0]) as u32;
    two.drain(lines[1]..end);
    let end = lines[1];
    two[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    two[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    refuse(&two, Code::ArchiveDamaged, "missing from central directory");
    // Numbers of the end that do not fit: of entries, of the size of the directory, and of its place.
    for (at, by) in [(8, 1), (10, 1), (12, 1), (16, 1), (20, 1), (4, 1)] {
        let mut bytes = sound.clone();
        let end = places(&bytes, b"PK\x05\x06")[0];
        bytes[end + at] = bytes[end + at].wrapping_add(by);
        refuse(&bytes, Code::ArchiveDamaged, "");
    }
    // Two lines for one header.
    let mut twice = sound.clone();
    let (line, end) = (places(&twice, b"PK\x01\x02")[0], places(&twice, b"PK\x05\x06")[0]);
    let mut copy = twice[line..end].to_vec();
    let name = copy.len() - 3;
    copy[name..].copy_from_slice(b"two");
    let size = (2 * copy.len()) as u32;
    twice.splice(end..end, copy.iter().copied());
    let end = end + copy.len();
    twice[end + 8..end + 12].copy_from_slice(&[2, 0, 2, 0]);
    twice[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    refuse(&twice, Code::ArchiveDamaged, "");
    // What stands before a zip, as in one that unpacks itself, is not part of it.
    let case = Case::of("a.zip", &[b"#!/bin/sh\nexit\n", &sound[..]].concat());
    case.unpack(Rules::Common).unwrap();
    assert_eq!(tree(&case.out())["one"], "content");
}

/// With the records of large zips, which say what the old ones have no room for.
fn large(mut bytes: Vec<u8>, entries: u64) -> Vec<u8> {
    let (line, end) = (places(&bytes, b"PK\x01\x02")[0] as u64, places(&bytes, b"PK\x05\x06")[0]);
    let mut records = b"PK\x06\x06".to_vec();
    records.extend(44_u64.to_le_bytes());
    records.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [entries, entries, end as u64 - line, line] {
        records.extend(number.to_le_bytes());
    }
    records.extend(b"PK\x06\x07\0\0\0\0");
    records.extend((end as u64).to_le_bytes());
    records.extend([1, 0, 0, 0]);
    let old = &mut bytes[end + 8..end + 20];
    old.fill(0xff);
    bytes.splice(end..end, records);
    bytes
}

#[test]
fn large_zips_are_unpacked_where_all_their_numbers_fit() {
    let sound = zip(&[("one", b"content")]);
    let case = Case::of("a.zip", &large(sound.clone(), 1));
    assert_eq!(case.unpack(Rules::Common).unwrap(), (1, 7));
    assert_eq!(tree(&case.out())["one"], "content");
    refused(&Case::of("a.zip", &large(sound.clone(), 2)), Rules::Common, Code::ArchiveDamaged, "");
    // Nobody has to read a million lines to see that they are too many.
    let crowd = large(sound.clone(), 1_000_001);
    refused(
        &Case::of("a.zip", &crowd),
        Rules::Common,
        Code::ArchiveTooLarge,
        "has more than 1000000 entries",
    );
    for at in [0, 4, 24, 32, 40, 48, 56, 64] {
        let mut bytes = large(sound.clone(), 1);
        let record = places(&bytes, b"PK\x06\x06")[0];
        bytes[record + at] ^= 1;
        refused(&Case::of("a.zip", &bytes), Rules::Common, Code::ArchiveDamaged, "");
    }
}

#[test]
fn sevens_that_want_what_no_archive_should() {
    let refuse = |entries: &[(&str, u32, &[u8])], words| {
        refused(&Case::of("a.7z", &seven(entries)), Rules::Common, Code::ArchiveUnsafe, words);
    };
    refuse(&[("l", 0o120_777, b"../x")], "leads out of the target");
    refuse(&[("l", 0o120_777, b"."), ("l/x", 0o100_644, b"1")], "and a file or link as well");
    refuse(&[("p", 0o010_644, b"")], "neither a file, a folder nor a link");
    let bytes = seven(&[("d/", 0o040_755, b""), ("d/su", 0o104_755, b"1"), ("l", 0o120_777, b"d/su")]);
    let case = Case::of("a.7z", &bytes);
    case.unpack(Rules::Common).unwrap();
    assert_eq!(tree(&case.out())["l"], "-> d/su");
    assert_eq!(fs::metadata(case.out().join("d/su")).unwrap().permissions().mode() & 0o7777, 0o755);
    for at in (0..bytes.len()).step_by(3) {
        refused(&Case::of("a.7z", &bytes[..at]), Rules::Common, Code::ArchiveDamaged, "");
    }
    let mut limited = Case::of("a.7z", &bytes);
    limited.spec.max_bytes = Some(1);
    refused(&limited, Rules::Common, Code::ArchiveTooLarge, "has a content of more than 1 bytes");
    // A directory that is itself encrypted: nothing of it can be read.
    let mut header = vec![0x17, 6, 0, 1, 9, 16, 0, 7, 0x0b, 1, 0, 1, 0x24, 6, 0xf1, 7, 1, 2, 0x13, 0];
    header.extend([0x0c, 16, 0x0a, 1, 0, 0, 0, 0, 0, 0]);
    let mut start = 16_u64.to_le_bytes().to_vec();
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(crc32fast::hash(&header).to_le_bytes());
    let mut locked = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
    locked.extend(crc32fast::hash(&start).to_le_bytes());
    locked.extend(start);
    locked.extend([7; 16]);
    locked.extend(header);
    refused(&Case::of("a.7z", &locked), Rules::Common, Code::ArchiveEncrypted, "is encrypted");
}

fn places(bytes: &[u8], of: &[u8]) -> Vec<usize> {
    (0..=bytes.len() - of.len()).filter(|at| bytes[*at..].starts_with(of)).collect()
}

#[test]
fn encrypted_zips_are_refused_plainly() {
    // The flag of both headers.
    let sound = zip(&[("x", b"content")]);
    let mut bytes = sound.clone();
    bytes[6] |= 1;
    let central = (0..bytes.len()).find(|at| bytes[*at..].starts_with(b"PK\x01\x02")).unwrap();
    bytes[central + 8] |= 1;
    refused(&Case::of("a.zip", &bytes), Rules::Common, Code::ArchiveEncrypted, "is encrypted");
}

#[test]
fn bombs_and_crowds() {
    let zeros = vec![0; 70 << 20];
    let bomb = zip(&[("zeros", &zeros)]);
    let mut flat = Case::of("a.zip", &bomb);
    flat.spec.max_bytes = Some(1 << 20);
    refused(&flat, Rules::Common, Code::ArchiveTooLarge, "has a content of more than 1.0 MiB");
    // Better packed than any deflated entry can be.
    let dense = zstd::encode_all(&*Tar::default().entry(b"zeros", b'0', b"", &zeros).end(), 3).unwrap();
    let mut case = Case::of("a.tar.zst", &dense);
    refused(&case, Rules::Common, Code::ArchiveTooLarge, "times its own size");
    case.spec.max_bytes = Some(100 << 20);
    assert_eq!(case.unpack(Rules::Common).unwrap(), (1, 70 << 20));
    let crowd = (0..101).fold(Tar::default(), |tar, number| tar.file(&format!("f{number}"), "")).end();
    let mut case = Case::of("a.tar", &crowd);
    case.spec.max_entries = Some(100);
    refused(&case, Rules::Common, Code::ArchiveTooLarge, "has more than 100 entries");
    // A bomb in an archive is a file like any other, for nothing unpacks what it has unpacked.
    let case = Case::of("a.zip", &zip(&[("inner.zip", &bomb)]));
    assert_eq!(case.unpack(Rules::Common).unwrap(), (1, bomb.len() as u64));
    // One that says itself how large it is writes nothing.
    let mut flat = Case::of("a.zip", &bomb);
    flat.spec.max_bytes = Some(70 << 20);
    assert_eq!(flat.unpack(Rules::Common).unwrap(), (1, 70 << 20));
    let deep = zip(&[("d/".repeat(300).as_str(), b"")]);
    refused(&Case::of("a.zip", &deep), Rules::Common, Code::ArchiveUnsafe, "more than 256 folders");
}

#[test]
fn tars_whose_headers_disagree_with_each_other() {
    // The header of a file's attributes is for the next file, not for the long name before it (GHSA-3cv2-h65g-fgmm).
    let hidden = Tar::default().file("hidden", "evil").0;
    let bytes = Tar::default()
        .pax(&[("size", b"1024")])
        .entry(b"././@LongLink", b'L', b"", b"visible\0")
        .entry(b"short", b'0', b"", &hidden)
        .end();
    let case = Case::of("a.tar", &bytes);
    match case.unpack(Rules::Common) {
        Ok(_) => assert_eq!(tree(&case.out()).into_keys().collect::<Vec<_>>(), ["visible"]),
        Err(fault) => assert_eq!(fault.code, Code::ArchiveDamaged),
    }
    let nul = Tar::default().pax(&[("path", b"good\0../../evil")]).file("x", "1").end();
    let case = Case::of("a.tar", &nul);
    assert!(case.unpack(Rules::Common).is_err());
    let path = Tar::default().pax(&[("path", b"../evil")]).file("x", "1").end();
    refused(&Case::of("a.tar", &path), Rules::Common, Code::ArchiveUnsafe, "leads out of the target");
    let link = Tar::default().pax(&[("linkpath", "x/".repeat(3_000).as_bytes())]).link("l", "y").end();
    refused(&Case::of("a.tar", &link), Rules::Common, Code::ArchiveUnsafe, "empty or too long");
    // Attributes that would fill the memory.
    let name = vec![b'x'; 5 << 20];
    let long = zstd::encode_all(&*Tar::default().pax(&[("path", &name)]).file("x", "1").end(), 1).unwrap();
    refused(&Case::of("a.tar.zst", &long), Rules::Common, Code::ArchiveDamaged, "larger than 4 MiB");
    let huge = Tar::default().pax(&[("size", b"99999999999999")]).file("x", "1").end();
    assert_eq!(Case::of("a.tar", &huge).unpack(Rules::Common).unwrap_err().code, Code::ArchiveDamaged);
}

#[test]
fn what_is_cut_off_is_never_taken_for_whole() {
    use std::io::Write;
    let tar = Tar::default().file("one", &"1".repeat(5_000)).file("two", "2").end();
    for length in [0, 511, 512, 1_000, 5_632, 6_144, tar.len() - 1_024] {
        refused(&Case::of("a.tar", &tar[..length]), Rules::Common, Code::ArchiveDamaged, "");
    }
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&tar).unwrap();
    let gz = gz.finish().unwrap();
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bz.write_all(&tar).unwrap();
    let bz = bz.finish().unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(3)).unwrap();
    xz.write_all(&tar).unwrap();
    let xz = xz.finish().unwrap();
    let zst = zstd::encode_all(&*tar, 3).unwrap();
    for (name, packed) in [("a.tar.gz", gz), ("a.tar.bz2", bz), ("a.tar.xz", xz), ("a.tar.zst", zst)] {
        Case::of(name, &packed).unpack(Rules::Common).unwrap();
        for cut in [1, 3, packed.len() / 2] {
            refused(&Case::of(name, &packed[..packed.len() - cut]), Rules::Common, Code::ArchiveDamaged, "");
        }
        let mut flipped = packed.clone();
        let middle = packed.len() / 2;
        flipped[middle] ^= 0x55;
        assert!(Case::of(name, &flipped).unpack(Rules::Common).is_err(), "{name}");
        assert!(Case::of(name, b"something else").unpack(Rules::Common).is_err(), "{name}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_is_damaged_nothing_is_made_outside_of_the_target(
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..8),
        kind in 0..3,
    ) {
        let mut bytes = match kind {
            0 => zip(&[("dir/one", b"content"), ("two", b"more content")]),
            1 => Tar::default().file("dir/one", "1").link("dir/l", "../two").file("two", "2").end(),
            _ => seven(&[("dir/one", 0o100_644, b"1"), ("dir/l", 0o120_777, b"../two"), ("two", 0o100_644, b"2")]),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let case = Case::of(["a.zip", "a.tar", "a.7z"][kind as usize], &bytes);
        let unpacked = case.unpack(Rules::Common).is_ok();
        assert_eq!(case.names(), if unpacked { vec!["out"] } else { Vec::new() });
    }
}
