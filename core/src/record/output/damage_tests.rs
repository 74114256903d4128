//! Whatever happens to an output file, a reader gives a prefix of what was written and names the damage.

use super::batch::{Kind, OutputRecord};
use super::store::Options;
use super::*;
use crate::graph::OpId;
use crate::record::disk::Disk;
use crate::record::model::Model;
use crate::record::{Damage, DamageKind};
use proptest::prelude::*;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

const RUN: &str = "run";
const FOLDER: &str = "/runs/one";
const SOON: Duration = Duration::from_secs(60);

fn folder() -> &'static Path {
    Path::new(FOLDER)
}

fn put(store: &Store, op: u32, text: &str) {
    let mut batch = Batch::default();
    batch.push(&OutputRecord { op: OpId(op), attempt: 1, at: 7, kind: Kind::Stdout, text });
    store.put(batch);
}

/// A file of frames, each in a life of its own store so that there are as many as there are texts.
fn frames(life: u32, texts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let mut frame = vec![0; frame::HEAD];
        OutputRecord { op: OpId(0), attempt: 1, at: 7, kind: Kind::Stdout, text }.write(&mut frame);
        frame::seal(&mut frame, frame::Salt::of(RUN, life), number as u64);
        bytes.extend(frame);
    }
    bytes
}

fn disk(files: &[(PathBuf, Vec<u8>)]) -> Model {
    let disk = Model::default();
    for (path, bytes) in files {
        disk.create(path).unwrap().write_all(bytes).unwrap();
    }
    disk
}

fn texts(page: &Page) -> Vec<&str> {
    page.records.iter().filter_map(|record| record.text.as_deref()).collect()
}

fn ask(disk: &dyn Disk, question: &Question) -> Page {
    reader::read(disk, folder(), RUN, question)
}

#[test]
fn a_damaged_frame_and_all_behind_it_are_not_believed() {
    let said = ["one", "two", "three"];
    let all = frames(1, &said);
    let ends: Vec<usize> = (0..=3).map(|count| frames(1, &said[..count]).len()).collect();
    let path = output_path(folder(), 1);
    for at in 0..all.len() {
        let (mut changed, mut less, mut more) = (all.clone(), all.clone(), all.clone());
        changed[at] ^= 0x20;
        less.remove(at);
        more.insert(at, 7);
        let frame = ends.iter().filter(|end| **end <= at).count() - 1;
        for bytes in [changed, less, more, [&all[..at], &[0; 64]].concat()] {
            // An insertion between two frames damages the next one, which begins there.
            let disk = disk(&[(path.clone(), bytes)]);
            let page = ask(&disk, &Question::default());
            assert_eq!(texts(&page), said[..frame], "byte {at}");
            let damage = page.damage.expect("it is named");
            assert_eq!((damage.file.as_str(), damage.offset), ("output/0001.log", ends[frame] as u64));
            assert_eq!(ask(&disk, &Question { last: Some(9), ..Question::default() }).records, page.records);
        }
        let cut = ask(&disk(&[(path.clone(), all[..at].to_vec())]), &Question::default());
        assert_eq!(texts(&cut), said[..frame], "cut at {at}");
        assert_eq!(cut.damage.map(|damage| damage.kind), (ends[frame] != at).then_some(DamageKind::Torn));
    }
}

#[test]
fn frames_of_another_run_or_place_are_damage() {
    let path = output_path(folder(), 1);
    let own = frames(1, &["one", "two"]);
    let begun = frames(1, &["one"]);
    for (tail, kind) in [
        (frames(2, &["x"]), DamageKind::Mismatch),
        (begun.clone(), DamageKind::OutOfSequence),
        (own[begun.len()..].repeat(2), DamageKind::OutOfSequence),
    ] {
        let page = ask(&disk(&[(path.clone(), [&begun[..], &tail].concat())]), &Question::default());
        assert_eq!(page.damage.map(|damage| damage.kind), Some(kind));
    }
    let other = reader::read(&disk(&[(path, own)]), folder(), "other", &Question::default());
    assert_eq!((texts(&other).len(), other.damage.unwrap().kind), (0, DamageKind::Mismatch));
}

#[test]
fn a_later_life_is_read_behind_an_earlier_one_however_that_ended() {
    let first = frames(1, &["one", "two"]);
    let files = [
        (output_path(folder(), 1), first[..first.len() - 1].to_vec()),
        (output_path(folder(), 3), frames(3, &["three"])),
        (output_folder(folder()).join("notes.log"), b"mine".to_vec()),
    ];
    let disk = disk(&files);
    let page = ask(&disk, &Question::default());
    assert_eq!(texts(&page), ["one", "three"]);
    assert_eq!(page.damage.unwrap().file, "output/0001.log");
    assert_eq!(page.next.life, 3);
    for (last, expected) in [(1, vec!["three"]), (2, vec!["one", "three"]), (9, vec!["one", "three"])] {
        let page = ask(&disk, &Question { last: Some(last), ..Question::default() });
        assert_eq!((texts(&page), page.next.life), (expected, 3));
    }
}

/// A closed store of so many lines of four operations, a frame each as far as the disk lets them.
fn closed(disk: &Model, lines: u32, width: usize) {
    let store = Store::new(Arc::new(disk.clone()), folder().to_owned(), RUN, 1, Options::default());
    for line in 0..lines {
        put(&store, line % 4, &format!("{line:06}{}", "x".repeat(width)));
    }
    assert_eq!(store.close(9, None, SOON), Closed::default());
}

#[test]
fn pages_follow_each_other_without_a_gap_and_the_index_changes_nothing() {
    let disk = Model::default();
    closed(&disk, 500, 3_000);
    let with = ask(&disk, &Question { page: Some(usize::MAX), ..Question::default() });
    assert_eq!(with.records.len(), 500);
    let questions = [
        Question { operations: Some(vec![OpId(2)]), ..Question::default() },
        Question { kinds: Some(Kind::Error.bit()), ..Question::default() },
        Question { last: Some(7), ..Question::default() },
        Question { last: Some(3), operations: Some(vec![OpId(1)]), ..Question::default() },
        Question { page: Some(10_000), ..Question::default() },
    ];
    let answers = |disk: &Model| -> Vec<Vec<reader::ReadRecord>> {
        questions
            .iter()
            .map(|question| {
                let mut question = question.clone();
                let mut records = Vec::new();
                loop {
                    let page = ask(disk, &question);
                    assert_eq!(page.damage, None);
                    records.extend(page.records);
                    if !page.more {
                        return records;
                    }
                    question.from = Some(page.next);
                }
            })
            .collect()
    };
    let indexed = answers(&disk);
    assert_eq!(indexed.iter().map(Vec::len).collect::<Vec<_>>(), [125, 0, 7, 3, 500]);
    assert_eq!(indexed[4], with.records);
    // An index that is damaged, or of another file, is not believed.
    let path = index_path(folder(), 1);
    let sound = disk.bytes(&path).unwrap();
    let mut damaged = sound.clone();
    damaged[20] ^= 1;
    for other in [Vec::new(), damaged, sound[..sound.len() - 1].to_vec(), b"{}\n".to_vec()] {
        disk.remove(&path).unwrap();
        disk.create(&path).unwrap().write_all(&other).unwrap();
        assert_eq!(answers(&disk), indexed);
    }
    disk.remove(&path).unwrap();
    assert_eq!(answers(&disk), indexed);
}

#[test]
fn the_last_lines_of_a_large_file_are_found_without_reading_it() {
    let disk = Model::default();
    closed(&disk, 2_000, 4_000);
    let size = disk.bytes(&output_path(folder(), 1)).unwrap().len() as u64;
    let page = ask(&disk, &Question { last: Some(5), ..Question::default() });
    assert_eq!(page.records.len(), 5);
    assert!(size > 8_000_000 && page.bytes < 600_000, "{} of {size} bytes", page.bytes);
    let nobody = Question { operations: Some(vec![OpId(9)]), ..Question::default() };
    assert_eq!(ask(&disk, &nobody).bytes, 0, "nothing that cannot have it is read");
}

#[test]
fn a_reader_goes_on_where_it_was_when_more_has_come() {
    let all = frames(1, &["one", "two", "three"]);
    let two = frames(1, &["one", "two"]).len();
    let path = output_path(folder(), 1);
    let torn = disk(&[(path.clone(), all[..two + 9].to_vec())]);
    let first = ask(&torn, &Question::default());
    assert_eq!((texts(&first), first.next.offset), (vec!["one", "two"], two as u64));
    assert_eq!(
        first.damage,
        Some(Damage { file: "output/0001.log".to_owned(), offset: two as u64, kind: DamageKind::Torn })
    );
    let whole = disk(&[(path, all)]);
    let then = ask(&whole, &Question { from: Some(first.next), ..Question::default() });
    assert_eq!((texts(&then), &then.damage), (vec!["three"], &None));
}

proptest! {
    #[test]
    fn what_is_read_is_always_a_prefix_of_the_truth(
        said in proptest::collection::vec("[a-z\n🦀]{0,12}", 0..8),
        blows in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..4, any::<u8>()), 0..4),
    ) {
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let mut bytes = frames(1, &said);
        let whole = bytes.len();
        for (place, kind, value) in blows {
            if bytes.is_empty() { break; }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes.truncate(at),
                1 => bytes[at] = value,
                2 => bytes[at..].fill(0),
                _ => { let again = bytes[at..].to_vec(); bytes.extend(again); }
            }
        }
        let length = bytes.len();
        let page = ask(&disk(&[(output_path(folder(), 1), bytes)]), &Question::default());
        prop_assert!(said.starts_with(&texts(&page)));
        let believed = frames(1, &said[..page.records.len()]).len();
        prop_assert_eq!(page.damage.is_some(), length > believed, "{} of {}", believed, whole);
    }
}
