//! What a run of a lab leaves of that lab, whatever happens to its files afterwards.

use crate::config::{LabPlanOptions, OpenLab, ReadOptions};
use crate::error::Code;
use crate::history::recorded_lab;
use crate::operation::{LabFiles, Selection};
use crate::plan::Plan;
use crate::record::disk::Files;
use crate::record::{Record, archive};
use crate::run::testing::{SOON, until_finished};
use crate::run::{EventHub, Outcome, Run, RunOptions, Ticket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A folder with a lab that is put together from several files, and the runs of it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write(
            "shop.yaml",
            "name: shop\ninclude: base.yaml\noperations:\n  - { name: web, script: ./web.ps1 }\n",
        );
        place.write("base.yaml", "operations:\n  - { name: image, script: '1' }\n");
        place.write("shop.dev.yaml", "settings: { max-concurrency: 3 }\n");
        place.write("configs/environments/dev-overrides.json", r#"{"version": "2"}"#);
        place.write("web.ps1", "'web'\n");
        place
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn read_options(&self, recorded: Option<&Path>) -> ReadOptions {
        ReadOptions {
            path: Some(self.path("shop.yaml")),
            open: true,
            environment: Some("Dev".to_owned()),
            recorded: recorded.map(Path::to_owned),
            ..ReadOptions::default()
        }
    }

    /// A run of the lab as it is, or as another run had it, from start to end; gives its folder.
    fn run(&self, name: &str, recorded: Option<&Path>, options: &str) -> PathBuf {
        let lab = recorded_lab::open_lab(&[], &self.read_options(recorded)).unwrap();
        let plan = lab.request(LabPlanOptions::default()).and_then(Plan::compile).unwrap();
        let folder = self.0.path().join(name);
        let options = RunOptions {
            source: Some(self.path("shop.yaml")),
            directory: Some(folder.clone()),
            scripts: vec![self.path("web.ps1"), self.path("written-later.ps1"), self.path(".")],
            ..RunOptions::from_json(options.as_bytes()).unwrap()
        };
        finish(plan, options);
        folder
    }

    fn kept(&self, folder: &Path) -> LabFiles {
        Record::open(&Files, folder).unwrap().lab().unwrap()
    }
}

fn finish(plan: Plan, options: RunOptions) {
    let hub = Arc::new(EventHub::default());
    let run = Run::start(Arc::new(plan), options, Arc::clone(&hub), 7).unwrap();
    let mut ticket = run.take(1, SOON);
    while let Ticket::Work(op, attempt) = ticket {
        ticket = run.complete_and_take(op, attempt, Outcome::default(), 1, SOON).1;
    }
    until_finished(&hub);
}

const PLAIN: &str = r#"{"max_concurrency": 2, "journal": true}"#;

#[test]
fn a_lab_goes_on_as_it_was_though_all_its_files_have_gone() {
    let place = Place::new();
    let first = place.run("first", None, PLAIN);
    let now = OpenLab::open(&[], &place.read_options(None));
    let (was, wanted) = (now.describe().lab.unwrap(), now.request(LabPlanOptions::default()).unwrap());
    assert_eq!(
        (was.version.as_deref(), was.settings.max_concurrency),
        (Some("2"), Some(3)),
        "from all files"
    );
    let mut names: Vec<_> = place.kept(&first).iter().map(|(path, _)| path.to_owned()).collect();
    names.sort_unstable();
    let all =
        ["base.yaml", "configs/environments/dev-overrides.json", "shop.dev.yaml", "shop.yaml", "web.ps1"];
    assert_eq!(names, all.map(|name| place.path(name)), "what is not there, and a folder, is left out");

    for name in all {
        std::fs::remove_file(place.path(name)).unwrap();
    }
    place.write("shop.yml", "name: another\noperations: [{ name: x, script: '2' }]\n");
    let then = recorded_lab::open_lab(&[], &place.read_options(Some(&first))).unwrap();
    assert_eq!(then.describe().lab.unwrap(), was);
    assert_eq!(then.request(LabPlanOptions::default()).unwrap().operations, wanted.operations);

    // A run that has gone on with it can be gone on from in the same way.
    let second = place.run("second", Some(&first), PLAIN);
    assert_eq!(place.kept(&second), place.kept(&first));
}

#[test]
fn what_has_changed_since_is_not_seen_and_new_files_are_not_read() {
    let place = Place::new();
    place.write("shop.dev.yaml", "settings: { max-concurrency: 4 }\n");
    std::fs::remove_file(place.path("configs/environments/dev-overrides.json")).unwrap();
    let first = place.run("first", None, PLAIN);
    place.write("base.yaml", "operations: [{ name: other, script: '2' }]\n");
    place.write("shop.dev.yaml", "settings: { max-concurrency: 5 }\n");
    place.write("shop.dev.json", r#"{"settings": {"max-concurrency": 6}}"#);
    place.write("configs/environments/dev-overrides.json", r#"{"version": "3"}"#);
    let lab = recorded_lab::open_lab(&[], &place.read_options(Some(&first))).unwrap();
    assert!(lab.describe().diagnostics.is_empty(), "{:?}", lab.describe().diagnostics);
    let lab = lab.describe().lab.unwrap();
    assert_eq!((lab.version.as_deref(), lab.settings.max_concurrency), (None, Some(4)));
    assert_eq!(lab.operations[0].operation.name, "image");
}

#[test]
fn a_file_that_the_run_had_not_read_is_named() {
    let place = Place::new();
    place.write(
        "shop.yaml",
        "name: shop\ninclude: ${PART:-base}.yaml\noperations:\n  - { name: web, script: '1' }\n",
    );
    place.write("more.yaml", "operations: [{ name: more, script: '1' }]\n");
    let first = place.run("first", None, PLAIN);
    let mut options = place.read_options(Some(&first));
    options.variables.insert("PART".to_owned(), Some("more".to_owned()));
    let lab = recorded_lab::open_lab(&[], &options).unwrap();
    let finding = &lab.describe().diagnostics[0];
    assert_eq!(finding.code, Code::FileUnreadable);
    assert!(finding.message.contains("more.yaml' cannot be read: the run did not read it"), "{finding:?}");
}

#[test]
fn only_what_is_selected_is_run_and_all_of_the_lab_is_kept() {
    let place = Place::new();
    let lab = OpenLab::open(&[], &place.read_options(None));
    let selection = Selection { target: vec!["image".to_owned()], ..Selection::default() };
    let plan = lab.request(LabPlanOptions { selection, ..LabPlanOptions::default() }).and_then(Plan::compile);
    let folder = place.0.path().join("part");
    let options =
        RunOptions { directory: Some(folder.clone()), ..RunOptions::from_json(PLAIN.as_bytes()).unwrap() };
    finish(plan.unwrap(), options);
    assert!(place.kept(&folder).has(&place.path("shop.yaml")));
    assert!(!place.kept(&folder).has(&place.path("web.ps1")), "nobody names its script");
}

#[test]
fn a_lab_with_the_value_of_a_secret_is_not_kept() {
    let options = [
        r#"{"max_concurrency": 2, "journal": true, "secrets": {"db": "hunter2"}}"#,
        r#"{"max_concurrency": 2, "journal": true, "masked": ["hunter2"]}"#,
    ];
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("'hunter2'".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for options in options {
        for (name, content) in [
            (
                "base.yaml",
                &b"metadata: { login: hunter2 }\noperations:\n  - { name: image, script: '1' }\n"[..],
            ),
            ("web.ps1", b"Connect-Shop -Password hunter2\n"),
            ("web.ps1", &utf16),
        ] {
            let place = Place::new();
            place.write(name, content);
            let folder = place.run("run", None, options);
            let fault = recorded_lab::look(&folder).unwrap_err();
            assert_eq!(fault.code, Code::LabNotRecorded);
            assert!(
                fault.message.contains(&format!("'{}' has the value of a secret", place.path(name))),
                "{fault:?}"
            );
            for file in walkdir::WalkDir::new(&folder)
                .into_iter()
                .map(Result::unwrap)
                .filter(|it| it.file_type().is_file())
            {
                let content = std::fs::read(file.path()).unwrap();
                assert!(!content.windows(7).any(|part| part == b"hunter2"), "{}", file.path().display());
            }
        }
    }
}

#[test]
fn a_lab_with_too_large_a_script_is_not_kept_in_part() {
    let place = Place::new();
    place.write("web.ps1", vec![b'#'; LabFiles::MOST_BYTES]);
    let folder = place.run("run", None, PLAIN);
    let fault = recorded_lab::look(&folder).unwrap_err();
    assert!(fault.message.contains("more than 32 MiB"), "{fault:?}");
    assert!(std::fs::metadata(folder.join("lab.json")).unwrap().len() < 1_000);
}

#[test]
fn an_archive_has_the_lab_and_nobody_else_may_read_it() {
    let place = Place::new();
    let folder = place.run("run", None, PLAIN);
    let to = place.0.path().join("run.zip");
    archive::export(&folder, &to, false).unwrap();
    assert_eq!(recorded_lab::look(&to).unwrap(), recorded_lab::look(&folder).unwrap());
    #[cfg(unix)]
    for (path, mode) in [(folder.clone(), 0o700), (folder.join("lab.json"), 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
}
