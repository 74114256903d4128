//! Runs of operations that say when they are up to date: what runs again, why, and what no death of a run may pass for done.

use super::testing::{SOON, until_finished};
use super::{EventHub, Outcome, OutcomeStatus, Run, RunOptions, Ticket};
use crate::freshness::outlook::Outlook;
use crate::history::why;
use crate::operation::{Ignorable, Operation, ProcessMode, UpToDate, Work};
use crate::plan::tests::{plan, process, script};
use crate::record::disk::Files;
use crate::record::lock::Lock;
use crate::record::took::assert_told_by_both;
use crate::record::{Record, RunResult, segment_path};
use crate::resume::{Content, OnUnknown, ResumeOptions};
use crate::scheduler::{RunStatus, Status};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder with a lab, its files and its runs.
struct Lab {
    home: tempfile::TempDir,
    operations: Vec<Operation>,
    blocks: Vec<String>,
    values: Vec<String>,
    run_all: bool,
}

/// What a worker does with an operation.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    /// It does its work.
    Well,
    /// It does nothing, and says that it has succeeded.
    Nothing,
    Badly,
    /// The process dies while it is running, having done its work or not.
    Die(bool),
}

/// A run that has ended, or died.
struct Ran {
    folder: PathBuf,
    result: RunResult,
    /// The scripts that were run.
    run: Vec<String>,
    /// The tests that were asked.
    asked: Vec<String>,
}

fn declare(operation: Operation, inputs: &[&str], outputs: &[&str], test: bool) -> Operation {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let up_to_date = UpToDate { test, inputs: texts(inputs), outputs: texts(outputs), ..UpToDate::default() };
    Operation { up_to_date: Some(Box::new(up_to_date)), ..operation }
}

impl Lab {
    fn new(operations: Vec<Operation>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("lab");
        fs::create_dir(&folder).unwrap();
        let mut operations = operations;
        for operation in &mut operations {
            if let Some(up_to_date) = &mut operation.up_to_date {
                up_to_date.folder = Some(folder.clone());
            }
        }
        let count = operations.len();
        let lab = Self {
            home,
            operations,
            blocks: vec!["1".to_owned(); count],
            values: vec!["values".to_owned(); count],
            run_all: false,
        };
        lab.write("in", "1");
        lab
    }

    /// An image of a file, a website on it that has a test, and a database that stands alone.
    fn web() -> Self {
        let image = declare(script("image", &[]), &["in"], &["image.out"], false);
        let website = declare(script("website", &["image"]), &[], &[], true);
        let db = declare(script("db", &[]), &[], &[], true);
        Self::new(vec![image, website, db])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join("lab").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("runs")
    }

    fn declared(&mut self, name: &str) -> &mut UpToDate {
        let operation = self.operations.iter_mut().find(|it| it.name == name).unwrap();
        operation.up_to_date.as_mut().unwrap()
    }

    fn options(&self) -> RunOptions {
        let contents = self.blocks.iter().zip(&self.values);
        RunOptions {
            name: "lab".to_owned(),
            source: Some("lab.yaml".to_owned()),
            journal: true,
            root: Some(self.root()),
            contents: contents.map(|(block, values)| Content::new(Some(block), Some(values))).collect(),
            run_all: self.run_all,
            ..RunOptions::new(2)
        }
    }

    /// What its operations do: each makes its output and its mark.
    fn work(&self, name: &str) {
        self.write(&format!("{name}.out"), &format!("made of {:?}", fs::read(self.path("in")).ok()));
        self.write(&format!("{name}.done"), "");
    }

    fn run(&self, does: impl Fn(&str) -> Does) -> Ran {
        self.run_with(self.options(), |operations| operations, does)
    }

    fn well(&self) -> Ran {
        self.run(|_| Does::Well)
    }

    fn resume(&self, folder: &Path, on_unknown: OnUnknown) -> Ran {
        let resume = ResumeOptions { on_unknown, ..ResumeOptions::of(folder.to_owned()) };
        let options = RunOptions { resume: Some(resume), ..self.options() };
        self.run_with(options, |operations| operations, |_| Does::Well)
    }

    /// Runs some of its operations. Their tests say whether their marks are there.
    fn run_with(
        &self,
        options: RunOptions,
        select: impl Fn(Vec<Operation>) -> Vec<Operation>,
        does: impl Fn(&str) -> Does,
    ) -> Ran {
        let hub = Arc::new(EventHub::default());
        let plan = Arc::new(plan(select(self.operations.clone())));
        let run = Run::start(Arc::clone(&plan), options, Arc::clone(&hub), 1).unwrap();
        let folder = run.result().directory.map(PathBuf::from).unwrap_or_default();
        let (mut started, mut asked) = (Vec::new(), Vec::new());
        let mut ticket = run.take(1, SOON);
        while let Ticket::Work(op, attempt) = ticket {
            let name = plan.operation(op).name.clone();
            let mut outcome = Outcome::default();
            if run.asks(op) {
                asked.push(name.clone());
                outcome.test = Some(self.path(&format!("{name}.done")).exists());
            }
            // A program runs without its worker.
            if outcome.test != Some(true) && plan.operation(op).work.program().is_none() {
                started.push(name.clone());
                match does(&name) {
                    Does::Well => self.work(&name),
                    Does::Nothing => {}
                    Does::Badly => outcome.status = OutcomeStatus::Failed,
                    Does::Die(done) => {
                        if done {
                            self.work(&name);
                        }
                        let result = run.result();
                        drop(run);
                        while Lock::is_held(&folder) {
                            std::thread::yield_now();
                        }
                        return Ran { folder, result, run: started, asked };
                    }
                }
            }
            ticket = run.complete_and_take(op, attempt, outcome, 1, SOON).1;
        }
        until_finished(&hub);
        Ran { folder, result: run.result(), run: started, asked }
    }

    fn outlook(&self) -> Vec<String> {
        let plan = plan(self.operations.clone());
        let said = |it: Outlook| format!("{} {}: {}", it.name, it.action, it.reason);
        Run::outlook(&plan, self.options()).into_iter().map(said).collect()
    }
}

impl Ran {
    /// As `Get-LabRun -Why` shows it.
    fn why(&self) -> Vec<String> {
        let record = Record::open(&Files, &self.folder).unwrap();
        assert_told_by_both(&record);
        let (state, damage) = record.state();
        assert_eq!(damage, None);
        let reasons = why::reasons(&state);
        let row = |(operation, reason): (&crate::record::OperationState, why::Reason)| {
            format!(
                "{} {} {} ({})",
                operation.name,
                if reason.ran { "yes" } else { "no" },
                reason.words,
                reason.drew
            )
        };
        state.operations.iter().zip(reasons).map(row).collect()
    }

    fn status(&self) -> RunStatus {
        self.result.status.unwrap()
    }
}

#[test]
fn an_unchanged_lab_does_nothing_the_second_time_and_says_so() {
    let lab = Lab::web();
    let first = lab.well();
    assert_eq!(first.status(), RunStatus::Succeeded);
    assert_eq!(first.run.len(), 3);
    let second = lab.well();
    assert_eq!((second.status(), second.result.up_to_date), (RunStatus::Succeeded, 3));
    assert_eq!(second.run, [""; 0]);
    assert_eq!(second.result.operations[0].attempts, 0, "files alone need no worker");
    assert_eq!(second.result.counts[&Status::Succeeded], 3);
    assert_eq!(
        second.why(),
        ["image no up to date (0)", "website no up to date (test) (0)", "db no up to date (test) (0)"]
    );
    assert_eq!(lab.well().run, [""; 0], "nor the third time, from what the second has written");
}

#[test]
fn a_changed_input_runs_its_operation_and_what_it_draws_along() {
    let lab = Lab::web();
    lab.well();
    lab.write("in", "2");
    assert_eq!(
        lab.outlook(),
        ["image run: input in has changed", "website run: 'image' ran", "db test: its test is asked"]
    );
    let third = lab.well();
    assert_eq!(third.run, ["image", "website"]);
    assert_eq!(
        third.why(),
        ["image yes input in has changed (1)", "website yes 'image' ran (0)", "db no up to date (test) (0)"]
    );
    assert_eq!(lab.well().run, [""; 0]);
}

#[test]
fn each_kind_of_change_is_named() {
    let mut lab = Lab::web();
    lab.well();
    fs::remove_file(lab.path("db.done")).unwrap();
    assert_eq!(lab.well().why()[2], "db yes its test says that it is not done (0)");
    fs::remove_file(lab.path("image.out")).unwrap();
    assert_eq!(lab.well().why()[0], "image yes output image.out is missing (1)");
    lab.write("image.out", "changed by others");
    assert_eq!(lab.well().why()[0], "image yes output image.out has changed (1)");
    lab.blocks[0] = "2".to_owned();
    assert_eq!(lab.well().why()[0], "image yes its script or program has changed (1)");
    lab.values[0] = "others".to_owned();
    assert_eq!(lab.well().why()[0], "image yes its parameters have changed (1)");
    lab.declared("image").inputs = vec!["i*".to_owned()];
    assert_eq!(lab.well().why()[0], "image yes inputs or outputs are declared differently (1)");
    assert_eq!(lab.well().run, [""; 0], "the image is made by the operation itself, and no input");
    lab.write("i2", "1");
    assert_eq!(lab.well().why()[0], "image yes input i2 is new (1)");
    fs::remove_file(lab.path("i2")).unwrap();
    assert_eq!(lab.well().why()[0], "image yes input i2 is gone (1)");
    lab.run_all = true;
    let all = lab.well();
    assert_eq!(all.why()[0], "image yes everything was to run (0)");
    assert_eq!((all.run.len(), all.asked), (3, vec![]), "no test is asked");
    lab.run_all = false;
    lab.values = vec!["others".to_owned(); 3];
    lab.blocks = vec!["3".to_owned(); 3];
    lab.declared("image").ignore_changes = vec![Ignorable::Block, Ignorable::Parameters];
    assert_eq!(lab.well().run, [""; 0], "what is to be ignored is");
    lab.write("in", "9");
    lab.declared("website").ignore_changes = vec![Ignorable::Dependencies];
    assert_eq!(lab.well().run, ["image"], "a website that does not mind");
}

/// A program that leaves a mark and ends with a code, and has a test.
#[cfg(unix)]
fn install(lab: &tempfile::TempDir, code: u32) -> Operation {
    let mut install = declare(process("install", ProcessMode::Task), &[], &[], true);
    let mark = lab.path().join("lab").join("install.done");
    let program = install.work.programs_mut().pop().unwrap();
    program.command = "sh".to_owned();
    program.arguments = vec!["-c".to_owned(), format!("echo x >> '{}'; exit {code}", mark.display())];
    install
}

#[cfg(unix)]
impl Lab {
    /// A program with a test, and what depends on it.
    fn with_program(code: u32) -> Self {
        let mut lab = Self::new(vec![script("after", &["install"])]);
        let install = install(&lab.home, code);
        lab.operations.insert(0, install);
        lab.blocks.push("1".to_owned());
        lab.values.push("values".to_owned());
        lab
    }

    /// How often its program has run.
    fn installs(&self) -> usize {
        fs::read_to_string(self.path("install.done")).map_or(0, |text| text.lines().count())
    }
}

#[cfg(unix)]
#[test]
fn a_program_runs_only_if_its_test_says_that_its_work_is_not_done() {
    let lab = Lab::with_program(0);
    let first = lab.well();
    assert_eq!((first.status(), lab.installs()), (RunStatus::Succeeded, 1));
    assert_eq!(
        (first.asked.as_slice(), first.run.as_slice()),
        (["install".to_owned()].as_slice(), ["after".to_owned()].as_slice())
    );
    assert_eq!(first.why()[0], "install yes its test says that it is not done (0)");
    assert_eq!(first.result.operations[0].exit_code, Some(0));
    assert_eq!(first.result.operations[0].worker, None, "no worker has to do with the program");
    let second = lab.well();
    assert_eq!((second.asked.len(), lab.installs(), second.result.up_to_date), (1, 1, 1));
    assert_eq!(second.why()[0], "install no up to date (test) (0)");
    let all = Lab { run_all: true, ..lab };
    assert_eq!((all.well().asked.len(), all.installs()), (0, 2), "without its test being asked");
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_after_its_test_is_tried_again_without_it() {
    let mut lab = Lab::with_program(1);
    let retry = serde_json::from_str(r#"{ "count": 2, "delay_ms": 1 }"#).unwrap();
    lab.operations[0].retry = Some(Box::new(retry));
    let ran = lab.well();
    assert_eq!((ran.status(), lab.installs()), (RunStatus::Failed, 3));
    assert_eq!((ran.asked.len(), ran.result.operations[0].attempts), (1, 3));
}

#[cfg(unix)]
#[test]
fn a_test_that_is_stopped_or_fails_keeps_its_program_from_running() {
    let lab = Lab::with_program(0);
    let plan = Arc::new(plan(lab.operations.clone()));
    for fails in [false, true] {
        let hub = Arc::new(EventHub::default());
        let run = Run::start(Arc::clone(&plan), lab.options(), Arc::clone(&hub), 1).unwrap();
        let Ticket::Work(op, attempt) = run.take(1, SOON) else { panic!("its test is asked") };
        let outcome = if fails {
            Outcome { status: OutcomeStatus::Failed, ..Outcome::default() }
        } else {
            run.cancel(crate::operation::StopMode::OWN_GRACE);
            Outcome { test: Some(false), ..Outcome::default() }
        };
        run.complete_and_take(op, attempt, outcome, 1, SOON);
        until_finished(&hub);
        let expected = if fails { Status::Failed } else { Status::Canceled };
        assert_eq!(run.result().operations[0].status, Some(expected));
        assert_eq!(lab.installs(), 0);
        let late = Outcome { test: Some(false), ..Outcome::default() };
        assert_eq!(run.complete(op, attempt, late), super::Completion::Stale, "it has answered");
    }
}

#[test]
fn a_pattern_that_means_nothing_is_never_up_to_date() {
    let mut lab = Lab::web();
    lab.declared("image").inputs = vec!["nothing/**".to_owned()];
    lab.well();
    assert_eq!(lab.well().why()[0], "image yes input nothing/** is missing (1)");
    lab.declared("image").inputs = vec!["in".to_owned()];
    lab.well();
    let lazy = lab.run(|name| if name == "image" { Does::Nothing } else { Does::Well });
    assert_eq!(lazy.run, [""; 0]);
    lab.write("in", "2");
    fs::remove_file(lab.path("image.out")).unwrap();
    assert_eq!(lab.run(|_| Does::Nothing).status(), RunStatus::Succeeded);
    assert_eq!(lab.well().why()[0], "image yes output image.out is missing (1)", "it had made none");
}

#[test]
fn what_changes_while_an_operation_runs_has_changed_the_next_time() {
    let lab = Lab::web();
    let during = lab.run(|name| {
        if name == "image" {
            lab.write("in", "changed meanwhile");
        }
        Does::Well
    });
    assert_eq!(during.status(), RunStatus::Succeeded);
    assert_eq!(lab.well().why()[0], "image yes input in has changed (1)");
}

#[test]
fn what_runs_each_time_draws_along_what_depends_on_it_and_a_service_does_not() {
    let mut service = process("service", ProcessMode::Service);
    service.dependencies = vec!["login".to_owned()];
    let lab = Lab::new(vec![
        script("login", &[]),
        declare(script("site", &["login"]), &["in"], &[], false),
        declare(
            Operation { weak_dependencies: vec!["login".to_owned()], ..script("page", &[]) },
            &["in"],
            &[],
            false,
        ),
    ]);
    lab.well();
    let second = lab.well();
    assert_eq!(second.run, ["login", "site"]);
    assert_eq!(
        second.why(),
        ["login yes always runs (1)", "site yes 'login' ran (0)", "page no up to date (0)"]
    );
    let behind = crate::freshness::before::before(
        &plan(vec![script("login", &[]), service, script("site", &["service"])]),
        crate::graph::OpId(2),
        |_| None,
    );
    assert_eq!(behind.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["login"]);
}

#[test]
fn some_operations_only_leave_what_is_known_of_the_others_and_still_draw_along_later() {
    let lab = Lab::web();
    lab.well();
    let only = |name: &'static str| {
        move |operations: Vec<Operation>| {
            let wanted = operations.into_iter().filter(|it| it.name == name);
            wanted.map(|it| Operation { dependencies: vec![], ..it }).collect::<Vec<_>>()
        }
    };
    let options = || RunOptions { contents: vec![Content::new(Some("1"), Some("values"))], ..lab.options() };
    assert_eq!(lab.run_with(options(), only("db"), |_| Does::Well).run, [""; 0]);
    assert_eq!(lab.well().run, [""; 0], "the others are known from the run before");
    lab.write("in", "2");
    assert_eq!(lab.run_with(options(), only("image"), |_| Does::Well).run, ["image"]);
    let rest = lab.well();
    assert_eq!(rest.run, ["website"], "it was built on the image before");
    assert_eq!(rest.why()[0], "image no up to date (1)");
}

#[test]
fn what_failed_or_died_is_not_up_to_date_whatever_it_left() {
    for how in [Does::Badly, Does::Die(true), Does::Die(false)] {
        let lab = Lab::web();
        lab.well();
        lab.write("in", "2");
        lab.run(|name| if name == "image" { how } else { Does::Well });
        lab.write("in", "1");
        let next = lab.well();
        assert!(next.why()[0].starts_with("image yes did not end well the last time"), "{:?}", next.why());
        assert!(next.run.contains(&"website".to_owned()), "what it left may be half done");
    }
}

#[test]
fn a_resume_runs_what_is_left_and_keeps_what_its_test_says_is_done() {
    let lab = Lab::web();
    let died = lab.run(|name| if name == "db" { Does::Die(true) } else { Does::Well });
    let resumed = lab.resume(&died.folder, OnUnknown::Stop);
    assert_eq!(resumed.status(), RunStatus::Succeeded);
    assert!(resumed.asked.contains(&"db".to_owned()) && !resumed.run.contains(&"db".to_owned()));
    assert!(resumed.result.operations[2].up_to_date);
    let lab = Lab::web();
    let died = lab.run(|name| if name == "db" { Does::Die(false) } else { Does::Well });
    assert!(lab.resume(&died.folder, OnUnknown::Skip).run.contains(&"db".to_owned()));
    assert_eq!(lab.well().run, [""; 0]);
}

#[test]
fn a_resume_runs_again_what_has_succeeded_when_its_files_have_changed() {
    let lab = Lab::new(vec![
        declare(script("image", &[]), &["in"], &["image.out"], false),
        script("copy", &["image"]),
        script("last", &["copy"]),
    ]);
    let dies = |name: &str| if name == "last" { Does::Die(false) } else { Does::Well };
    let died = lab.run(dies);
    assert_eq!(lab.resume(&died.folder, OnUnknown::Rerun).run, ["last"]);
    let died = lab.run(dies);
    lab.write("in", "2");
    assert_eq!(lab.resume(&died.folder, OnUnknown::Rerun).run, ["image", "copy", "last"]);
}

#[test]
fn an_undo_leaves_alone_what_was_up_to_date() {
    let mut lab = Lab::web();
    for operation in &mut lab.operations {
        operation.compensation = Some(Box::new(Work::Script));
    }
    lab.blocks = vec!["1".to_owned(); 6];
    lab.values = vec!["values".to_owned(); 6];
    lab.well();
    lab.write("in", "2");
    let second = lab.well();
    assert_eq!(second.run, ["image", "website"]);
    let resume = ResumeOptions { undo: true, ..ResumeOptions::of(second.folder) };
    let undone = lab.run_with(
        RunOptions { resume: Some(resume), ..lab.options() },
        |operations| operations,
        |_| Does::Nothing,
    );
    assert_eq!(undone.run, ["website (rollback)", "image (rollback)"]);
    let next = lab.well();
    assert_eq!(next.why()[0], "image yes was undone (1)");
}

#[test]
fn a_failed_run_rolls_back_only_what_it_has_done() {
    use crate::operation::FailureStrategy;
    let mut lab = Lab::web();
    lab.operations.push(script("last", &["website", "db"]));
    for operation in &mut lab.operations[..3] {
        operation.compensation = Some(Box::new(Work::Script));
    }
    lab.blocks = vec!["1".to_owned(); 7];
    lab.values = vec!["values".to_owned(); 7];
    lab.well();
    lab.write("in", "2");
    let fails = lab.run_with(
        RunOptions { failure: FailureStrategy::Rollback, ..lab.options() },
        |operations| operations,
        |name| if name == "last" { Does::Badly } else { Does::Nothing },
    );
    assert_eq!(fails.run, ["image", "website", "last", "website (rollback)", "image (rollback)"]);
}

#[test]
fn a_record_that_is_gone_or_damaged_costs_a_run_and_no_more() {
    let lab = Lab::web();
    let first = lab.well();
    fs::remove_dir_all(&first.folder).unwrap();
    assert!(lab.well().run.contains(&"image".to_owned()));
    lab.write("in", "2");
    let changed = lab.well();
    lab.write("in", "1");
    let journal = segment_path(&changed.folder, 1);
    let text = fs::read(&journal).unwrap();
    fs::write(&journal, &text[..text.len() / 2]).unwrap();
    assert!(lab.well().run.contains(&"image".to_owned()), "what the damaged run did is not known");
}

#[test]
fn a_run_that_leaves_no_record_says_that_others_will_not_know_of_it() {
    let lab = Lab::web();
    let hub = Arc::new(EventHub::default());
    let options = RunOptions { journal: false, ..lab.options() };
    let run = Run::start(Arc::new(plan(lab.operations.clone())), options, Arc::clone(&hub), 1).unwrap();
    run.cancel(crate::operation::StopMode::Kill);
    let events = until_finished(&hub);
    let warned = events.iter().any(|event| match event {
        super::EventKind::Warning { message } => message.contains("it leaves no record"),
        _ => false,
    });
    assert!(warned, "{events:?}");
}

/// Every beginning of a record is what a crash may leave of it. An operation that had begun then is run again, though the
/// file that it reads is as it was when it last succeeded; one that had not is up to date.
#[test]
fn a_crash_at_any_entry_passes_nothing_for_done() {
    let lab = Lab::new(vec![
        declare(script("a", &[]), &["in"], &[], false),
        declare(script("b", &["a"]), &["in"], &[], false),
    ]);
    lab.well();
    lab.write("in", "2");
    let second = lab.well();
    assert_eq!(second.run, ["a", "b"]);
    lab.write("in", "1");
    fs::remove_file(crate::record::result_path(&second.folder)).unwrap();
    let journal = segment_path(&second.folder, 1);
    let text = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for count in 0..=lines.len() {
        let left = lines[..count].concat();
        fs::write(&journal, &left).unwrap();
        let had_begun = |op: u32| {
            left.lines().any(|line| line.contains("\"started\"") && line.contains(&format!("\"op\":{op},")))
        };
        let runs = |at: usize| lab.outlook()[at].contains(" run: ");
        assert_eq!(runs(0), had_begun(0), "{count}: {:?}", lab.outlook());
        assert_eq!(runs(1), had_begun(0), "{count}: what b was built on has changed: {:?}", lab.outlook());
    }
}

/// What can happen between two runs, and in them.
#[derive(Clone, Debug)]
enum Step {
    /// A file gets another content.
    Change(usize, u8),
    /// A run, which dies in an operation or in which one fails.
    Run(Option<(usize, bool)>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0usize..4, 0u8..3).prop_map(|(file, content)| Step::Change(file, content)),
        proptest::option::weighted(0.6, (0usize..4, any::<bool>())).prop_map(Step::Run),
    ];
    proptest::collection::vec(step, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Each operation makes its output of its own input and of what is before it. Whatever dies, fails and changes in
    /// which order: after a run that succeeds everything is as if it had been made from the start.
    #[test]
    fn nothing_old_ever_passes_for_new(steps in steps(), edges in proptest::collection::vec(any::<bool>(), 6)) {
        let pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)];
        let depends = |on: usize, it: usize| pairs.iter().zip(&edges).any(|(pair, edge)| *edge && *pair == (on, it));
        let operations = (0..4).map(|at| {
            let before: Vec<String> = (0..at).filter(|on| depends(*on, at)).map(|on| format!("o{on}")).collect();
            let before: Vec<&str> = before.iter().map(String::as_str).collect();
            declare(script(&format!("o{at}"), &before), &[&format!("in{at}")], &[&format!("o{at}.out")], false)
        });
        let lab = Lab::new(operations.collect());
        (0..4).for_each(|at| lab.write(&format!("in{at}"), "0"));
        let read = |name: String| fs::read_to_string(lab.path(&name)).unwrap_or_default();
        let made = |at: usize, of: &dyn Fn(usize) -> String| {
            let before: Vec<String> = (0..at).filter(|on| depends(*on, at)).map(of).collect();
            format!("({} {})", read(format!("in{at}")), before.concat())
        };
        let work = |at: usize| lab.write(&format!("o{at}.out"), &made(at, &|on| read(format!("o{on}.out"))));
        let number = |name: &str| name[1..].parse::<usize>().unwrap();
        for step in steps.into_iter().chain([Step::Run(None)]) {
            match step {
                Step::Change(at, content) => lab.write(&format!("in{at}"), &content.to_string()),
                Step::Run(ends) => {
                    let ran = lab.run(|name| {
                        match ends {
                            Some((at, true)) if at == number(name) => return Does::Die(false),
                            Some((at, false)) if at == number(name) => return Does::Badly,
                            _ => work(number(name)),
                        }
                        Does::Nothing
                    });
                    if ran.result.status == Some(RunStatus::Succeeded) {
                        let mut all: Vec<String> = Vec::new();
                        for at in 0..4 {
                            let fresh = made(at, &|on| all[on].clone());
                            prop_assert_eq!(&read(format!("o{at}.out")), &fresh, "o{} after {:?}", at, ran.why());
                            all.push(fresh);
                        }
                    }
                }
            }
        }
        prop_assert_eq!(lab.run(|_| Does::Nothing).run, Vec::<String>::new(), "and then nothing is left to do");
    }
}
