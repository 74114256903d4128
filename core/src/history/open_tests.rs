//! What is said of one run is the same whether its folder is asked or its archive, and damaged ones say what is wrong.

use super::super::testing::failed;
use super::*;
use crate::record::archive::export;
use crate::record::segment_path;

fn texts(query: &OutputQuery) -> Vec<(String, String)> {
    let page = output(query).unwrap();
    page.records.into_iter().map(|named| (named.operation, named.record.text.unwrap_or_default())).collect()
}

fn whole(place: &Path) -> Result<RunDetail, Fault> {
    detail(&DetailQuery::of(place.to_owned()))
}

#[test]
fn a_detail_has_the_operations_that_are_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("run");
    failed(&folder);
    let names = |patterns: &[&str]| {
        let operations = patterns.iter().map(|pattern| Wildcard::parse(pattern).unwrap()).collect();
        let found = detail(&DetailQuery { operations, ..DetailQuery::of(folder.clone()) }).unwrap();
        found.run.operations.unwrap().into_iter().map(|operation| operation.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["database", "web"]);
    assert_eq!(names(&["DATA*"]), ["database"]);
    assert_eq!(names(&["w[a-f]b", "nobody"]), ["web"]);
    assert!(names(&["nobody"]).is_empty());
}

#[test]
fn a_folder_and_its_archive_say_the_same() {
    let root = tempfile::tempdir().unwrap();
    let (folder, archive) = (root.path().join("run"), root.path().join("run.zip"));
    failed(&folder);
    export(&folder, &archive, false).unwrap();
    let place = |place: &Path| OutputQuery { place: place.to_owned(), ..OutputQuery::default() };
    for query in [
        place(&folder),
        OutputQuery { streams: vec!["Error".to_owned()], ..place(&folder) },
        OutputQuery { operations: vec![Wildcard::parse("data*").unwrap()], last: Some(2), ..place(&folder) },
    ] {
        let from_archive = OutputQuery { place: archive.clone(), ..query.clone() };
        assert_eq!(texts(&query), texts(&from_archive));
    }
    let of_folder = whole(&folder).unwrap();
    let of_archive = whole(&archive).unwrap();
    assert_eq!(of_folder.run.operations, of_archive.run.operations);
    assert_eq!((of_folder.run.status.as_str(), of_archive.damage), ("Failed", vec![]));
    assert_eq!(of_archive.run.directory, archive.display().to_string());
    let operations = of_folder.run.operations.unwrap();
    let database = &operations[0];
    assert_eq!((database.state.as_str(), database.attempt, database.exit_code), ("Failed", 2, Some(5)));
    let [earlier] = &database.failed_attempts[..] else { panic!("{database:?}") };
    assert_eq!((earlier.attempt, earlier.status.as_str(), earlier.exit_code), (1, "Failed", Some(5)));
    assert_eq!((earlier.duration_ms, earlier.error.as_ref()), (40, database.error.as_ref()));
    let error = database.error.as_ref().unwrap();
    assert_eq!(error.position.as_deref(), Some("At /labs/shop.ps1:3 char:5"));
    assert!(error.stack.as_ref().unwrap().contains("line 3"));
    assert_eq!(operations[1].skipped_because.as_ref().unwrap().operation.as_deref(), Some("database"));
    let all = texts(&place(&folder));
    assert_eq!(all.len(), 4);
    assert_eq!(all[3], ("database (rollback)".to_owned(), "undone".to_owned()));
    assert_eq!(texts(&OutputQuery { streams: vec!["error".to_owned()], ..place(&archive) })[0].1, "no disk");
}

#[test]
fn a_file_that_is_there_is_not_overwritten_and_what_is_no_archive_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let (folder, archive) = (root.path().join("run"), root.path().join("run.zip"));
    failed(&folder);
    std::fs::write(&archive, "mine").unwrap();
    let fault = export(&folder, &archive, false).unwrap_err();
    assert_eq!(
        (fault.code, std::fs::read_to_string(&archive).unwrap()),
        (Code::JournalUnwritable, "mine".to_owned())
    );
    assert_eq!(whole(&archive).unwrap_err().code, Code::UnknownRun);
    export(&folder, &archive, true).unwrap();
    assert!(whole(&archive).is_ok());
    assert_eq!(export(root.path(), &root.path().join("x.zip"), false).unwrap_err().code, Code::UnknownRun);
    assert_eq!(
        export(&folder, &root.path().join("none/x.zip"), false).unwrap_err().code,
        Code::JournalUnwritable
    );
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 2, "nothing half-written is left");
    assert_eq!(output(&OutputQuery::default()).unwrap_err().code, Code::UnknownRun);
    let stream = OutputQuery { place: folder, streams: vec!["noise".to_owned()], ..OutputQuery::default() };
    assert_eq!(output(&stream).unwrap_err().code, Code::InvalidValue);
}

#[test]
fn a_damaged_archive_gives_what_is_sound_and_names_the_rest() {
    let root = tempfile::tempdir().unwrap();
    let (folder, archive) = (root.path().join("run"), root.path().join("run.zip"));
    failed(&folder);
    let segment = segment_path(&folder, 1);
    let bytes = std::fs::read(&segment).unwrap();
    std::fs::write(&segment, &bytes[..bytes.len() - 3]).unwrap();
    std::fs::write(folder.join("result.json"), "{\"run\":\"x\"").unwrap();
    export(&folder, &archive, false).unwrap();
    let found = whole(&archive).unwrap();
    assert_eq!(found.run.status, "Unknown", "its end was not believed");
    let files: Vec<&str> = found.damage.iter().map(|damage| damage.file.as_str()).collect();
    assert_eq!(files, ["journal/0001.jsonl", "result.json"]);
    // Every byte of an archive that is damaged: an answer or a fault, never a panic.
    let sound = std::fs::read(&archive).unwrap();
    for at in (0..sound.len()).step_by(7) {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&archive, damaged).unwrap();
        let _ = whole(&archive);
        let _ = output(&OutputQuery { place: archive.clone(), ..OutputQuery::default() });
    }
}
