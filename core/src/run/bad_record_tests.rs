//! Records that are asked of although they are not as they should be, and what comes of it. Rows whose test lies with the code it
//! is about name it.
//!
//! | record | what comes of it | test |
//! |--|--|--|
//! | damaged anywhere | what is true up to the damage, which is named; nothing is appended behind it | `record/damage_tests.rs`, `history/damaged_store_tests.rs`, `resume_tests.rs`: `only_what_can_be_believed_of_a_record_is_kept` |
//! | of a folder that is not a run's | it is in no list, and an error where it is asked for | `history/query_tests.rs`: `newer_formats_and_other_folders_are_left_out`, `resume_tests.rs`: `foreign_future_and_missing_records_are_clear_errors` |
//! | of a newer version | the same, and the error names the format | the same |
//! | of an older version | it is read; it cannot be resumed, and the error says why | `history/query_tests.rs`, [`the_first_format_is_not_resumed`] |
//! | of another machine | an error that names the machine, unless `-Force` is given | `foreign_future_and_missing_records_are_clear_errors` |
//! | with a line of any length | it is not believed, and no more of it is read than an entry may have | [`a_line_without_end_is_damage`] |
//! | half deleted | it is in no list; what is left can be resumed as far as it says anything | `history/retention.rs`, `foreign_future_and_missing_records_are_clear_errors` |
//! | deleted while it is listed | it is listed whole or not at all | `history/damaged_store_tests.rs`: `runs_that_are_deleted_meanwhile_are_listed_whole_or_not_at_all` |
//! | deleted while it is resumed | it is resumed, or gone | [`a_run_that_is_deleted_at_the_same_moment_is_resumed_or_gone`] |
//! | deleted while it is under way | the run goes on and says that its record is gone | `full_disk_tests.rs` |
//! | of a time that is still to come, or whose clock went back | in its place, and never shorter than nothing | `clock_tests.rs` |
//! | of a plan that has changed | what is new, changed and gone is named | `resume_tests.rs`: `a_plan_that_changed_says_what_is_new_and_what_is_gone` |
//! | of a lab that has changed or gone | the same, or the lab as it was | `lab_copy_tests.rs`, `history/recorded_lab_tests.rs` |
//! | asked for by a path in place of an id | an error before anything is opened | `resume_tests.rs`: `a_run_is_found_by_the_beginning_of_its_id_its_name_or_as_the_last_one` |

use super::Run;
use super::resume_tests::{Does, Lab, well};
use crate::error::Code;
use crate::history::query::{self, Query, list};
use crate::history::retention;
use crate::plan::tests::plan;
use crate::record::disk::Files;
use crate::record::{DamageKind, Record, result_path, segment_path};
use std::fs;
use std::io::Write;
use std::sync::Barrier;

#[test]
fn a_run_that_is_deleted_at_the_same_moment_is_resumed_or_gone() {
    let lab = Lab::chain();
    let (mut resumed, mut gone) = (0, 0);
    for round in 0..40 {
        let first = lab.dies_in("b");
        let start = Barrier::new(2);
        let (resume, removed) = std::thread::scope(|scope| {
            let removing = scope.spawn(|| {
                start.wait();
                (0..round * 50).for_each(|_| std::hint::spin_loop());
                retention::remove(&first)
            });
            start.wait();
            (lab.run(Some(lab.resume(&first)), well), removing.join().unwrap())
        });
        match resume {
            Ok((_, _, started)) => {
                assert!(
                    [&["b", "c"][..], &["a", "b", "c"]]
                        .contains(&&started.iter().map(String::as_str).collect::<Vec<_>>()[..]),
                    "{started:?}"
                );
                resumed += 1;
            }
            Err(fault) => {
                assert!([Code::UnknownRun, Code::RunUnderWay].contains(&fault.code), "{fault:?}");
                gone += 1;
            }
        }
        match removed {
            Ok(()) => assert!(!first.exists()),
            Err(fault) => assert!([Code::RunUnderWay, Code::UnknownRun].contains(&fault.code), "{fault:?}"),
        }
    }
    assert_eq!(resumed + gone, 40);
}

#[test]
fn the_first_format_is_not_resumed() {
    let lab = Lab::chain();
    let folder = lab.root().join("20250101T000000Z-lab-0f3c9a52");
    fs::create_dir_all(&folder).unwrap();
    let header = r#"{"format":1,"run":"0f3c9a52","started_at":"2025-01-01T00:00:00Z","pid":4294967294,"options":{"name":"lab"},"operations":["a","b","c"]}"#;
    fs::write(folder.join("journal.jsonl"), format!("{header}\n")).unwrap();
    assert_eq!(list(&Query { directory: Some(lab.root()), ..Query::default() }).len(), 1);
    let (code, message) = lab.fault(lab.resume(&folder));
    assert_eq!(code, Code::UnknownRun);
    assert!(message.contains("an older version of LabRunner wrote it, in format 1"), "{message}");
}

#[test]
fn a_line_without_end_is_damage() {
    let lab = Lab::chain();
    let first = lab.run(None, |it| if it == "b" { Does::Badly } else { Does::Well }).unwrap().0;
    fs::remove_file(result_path(&first)).unwrap();
    let mut journal = fs::File::options().append(true).open(segment_path(&first, 1)).unwrap();
    let line = vec![b'x'; 1 << 20];
    (0..40).for_each(|_| journal.write_all(&line).unwrap());
    let record = Record::open(&Files, &first).unwrap();
    let mut entries = record.entries();
    let told = entries.by_ref().count();
    assert!(told > 4, "what comes before it is told");
    assert_eq!(entries.damage().unwrap().kind, DamageKind::Torn);
    assert!(entries.bytes() < 1 << 20, "{}", entries.bytes());
    let detail = query::detail(&record).unwrap();
    assert_eq!((detail.run.status.as_str(), detail.damage.len()), ("Failed", 1));
    let report =
        Run::preview_resume(&plan(lab.operations.clone()), lab.options(Some(lab.resume(&first)))).unwrap();
    assert!(report.damage.unwrap().contains("'journal/0001.jsonl' has a line without an end"));
}
