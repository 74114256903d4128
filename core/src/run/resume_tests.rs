//! Runs that go on where others stopped, from their records on the disk.

use super::testing::{SOON, until_finished};
use super::{EventHub, Outcome, OutcomeStatus, RestartRequest, Run, RunOptions, Ticket};
use crate::error::{Code, Fault};
use crate::history::lookup::{self, Wanted};
use crate::operation::{MAX_RESTARTS, Operation, Work};
use crate::plan::tests::{plan, script};
use crate::record::disk::Files;
use crate::record::lock::Lock;
use crate::record::result::OperationResult;
use crate::record::took::assert_told_by_both;
use crate::record::{Record, Relation, RunResult, What, header_path, segment_path};
use crate::resume::{Content, OnUnknown, ResumeOptions};
use crate::scheduler::{RunStatus, Status};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder of runs, and the operations that run in it: each is a script and its block.
pub(super) struct Lab {
    home: tempfile::TempDir,
    pub(super) operations: Vec<Operation>,
    pub(super) max_restarts: u32,
    blocks: Vec<&'static str>,
}

/// What a worker does with an operation.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Does {
    Well,
    Badly,
    /// The process dies while it is running.
    Die,
    /// It asks for a restart of the machine, and to be run again or not; badly when that is refused.
    Asks(bool),
    /// It asks, and the process dies then.
    AsksAndDies,
}

impl Lab {
    pub(super) fn new(operations: Vec<Operation>) -> Self {
        let blocks = vec!["1"; operations.len()];
        Self { home: tempfile::tempdir().unwrap(), operations, blocks, max_restarts: MAX_RESTARTS }
    }

    /// Three operations, one after another.
    pub(super) fn chain() -> Self {
        Self::new(vec![script("a", &[]), script("b", &["a"]), script("c", &["b"])])
    }

    pub(super) fn root(&self) -> PathBuf {
        self.home.path().join("runs")
    }

    pub(super) fn options(&self, resume: Option<ResumeOptions>) -> RunOptions {
        RunOptions {
            name: "lab".to_owned(),
            journal: true,
            root: Some(self.root()),
            max_restarts: self.max_restarts,
            contents: self.blocks.iter().map(|block| Content::new(Some(block), Some("values"))).collect(),
            resume,
            ..RunOptions::new(2)
        }
    }

    /// Runs it, first or again; gives its folder, its result, and what was started in which order.
    pub(super) fn run(
        &self,
        resume: Option<ResumeOptions>,
        does: impl Fn(&str) -> Does,
    ) -> Result<(PathBuf, RunResult, Vec<String>), Fault> {
        let hub = Arc::new(EventHub::default());
        let plan = Arc::new(plan(self.operations.clone()));
        let run = Run::start(Arc::clone(&plan), self.options(resume), Arc::clone(&hub), 1)?;
        let folder = PathBuf::from(run.result().directory.unwrap());
        let mut started = Vec::new();
        let mut ticket = run.take(1, SOON);
        while let Ticket::Work(op, attempt) = ticket {
            let name = plan.operation(op).name.clone();
            started.push(name.clone());
            let outcome = match does(&name) {
                Does::Well => Outcome::default(),
                Does::Badly => Outcome { status: OutcomeStatus::Failed, ..Outcome::default() },
                Does::Asks(rerun) => {
                    let reason = format!("{name} has a new name.");
                    match run.request_restart(op, attempt, RestartRequest { reason, rerun }) {
                        Ok(()) => Outcome::default(),
                        Err(fault) => Outcome::default().failing(&fault),
                    }
                }
                Does::Die | Does::AsksAndDies => {
                    if does(&name) == Does::AsksAndDies {
                        run.request_restart(op, attempt, RestartRequest::default()).unwrap();
                    }
                    let result = run.result();
                    let_go(run, &folder);
                    return Ok((folder, result, started));
                }
            };
            ticket = run.complete_and_take(op, attempt, outcome, 1, SOON).1;
        }
        until_finished(&hub);
        Ok((folder, run.result(), started))
    }

    /// One that dies in an operation.
    pub(super) fn dies_in(&self, at: &str) -> PathBuf {
        self.run(None, |name| if name == at { Does::Die } else { Does::Well }).unwrap().0
    }

    pub(super) fn resume(&self, folder: &Path) -> ResumeOptions {
        assert!(folder.starts_with(self.root()));
        ResumeOptions::of(folder.to_owned())
    }

    pub(super) fn fault(&self, resume: ResumeOptions) -> (Code, String) {
        let before = std::fs::read_dir(self.root()).unwrap().count();
        let fault = self.run(Some(resume.clone()), |_| panic!("it starts")).unwrap_err();
        assert_eq!(std::fs::read_dir(self.root()).unwrap().count(), before, "nothing is left behind");
        (fault.code, fault.message)
    }
}

/// Lets a run go as the end of its process does. Its timer may hold it a moment longer.
fn let_go(run: Arc<Run>, folder: &Path) {
    drop(run);
    while Lock::is_held(folder) {
        std::thread::yield_now();
    }
}

pub(super) fn well(_: &str) -> Does {
    Does::Well
}

fn kept(result: &RunResult) -> Vec<(&str, Option<&str>)> {
    let kept = |it: &OperationResult| it.kept_from.is_some();
    let all = result.operations.iter().filter(|it| kept(it));
    all.map(|it| (it.name.as_str(), it.kept_from.as_deref())).collect()
}

pub(super) fn id(folder: &Path) -> String {
    Record::open(&Files, folder).unwrap().header().run.clone()
}

#[test]
fn what_succeeded_is_kept_and_the_rest_runs_through_any_number_of_deaths() {
    let lab = Lab::chain();
    let first = lab.dies_in("b");
    let die_in_c = |name: &str| if name == "c" { Does::Die } else { Does::Well };
    let (second, _, started) = lab.run(Some(lab.resume(&first)), die_in_c).unwrap();
    assert_eq!(started, ["b", "c"]);
    let record = Record::open(&Files, &second).unwrap();
    assert_eq!(record.header().parent.as_deref(), Some(id(&first).as_str()));
    assert_eq!(record.header().relation, Some(Relation::Resumes));
    let (third, result, started) = lab.run(Some(lab.resume(&second)), well).unwrap();
    assert_eq!(started, ["c"]);
    assert_eq!(result.status, Some(RunStatus::Succeeded));
    // Each names the run that it really succeeded in.
    assert_eq!(kept(&result), [("a", Some(id(&first).as_str())), ("b", Some(id(&second).as_str()))]);
    assert!(result.operations.iter().all(|it| it.status == Some(Status::Succeeded)));
    let (code, message) = lab.fault(lab.resume(&third));
    assert_eq!(code, Code::NothingToResume);
    assert!(message.contains(&id(&third)) && message.contains("'lab'"), "{message}");
    // The record of the run alone says the same as its result.
    let record = Record::open(&Files, &third).unwrap();
    assert_told_by_both(&record);
    let (replayed, damage) = record.replay();
    assert_eq!(damage, None);
    assert_eq!(replayed.operations[0].kept_from, Some(id(&first)));
}

#[test]
fn a_failed_run_is_resumed_and_a_run_is_resumed_once() {
    let lab = Lab::chain();
    let (first, result, _) =
        lab.run(None, |name| if name == "b" { Does::Badly } else { Does::Well }).unwrap();
    assert_eq!(result.status, Some(RunStatus::Failed));
    let (second, _, started) =
        lab.run(Some(lab.resume(&first)), |name| if name == "c" { Does::Badly } else { Does::Well }).unwrap();
    assert_eq!(started, ["b", "c"]);
    let (code, message) = lab.fault(lab.resume(&first));
    assert_eq!(code, Code::RunResumed);
    assert!(message.contains(&id(&second)), "it names who goes on: {message}");
    // Whoever asks for the first one gets the one that goes on for it.
    let wanted = Wanted { root: Some(lab.root()), id: Some(id(&first)), ..Wanted::default() };
    let found = lookup::find(&wanted).unwrap();
    assert_eq!((found.run, found.goes_on_for), (id(&second), Some(id(&first))));
    assert_eq!((found.status, found.operations.len()), (Some(RunStatus::Failed), 3));
    let force = ResumeOptions { force: true, ..lab.resume(&first) };
    assert_eq!(lab.run(Some(force), well).unwrap().2, ["b", "c"]);
}

#[test]
fn a_run_that_is_under_way_is_not_resumed() {
    let lab = Lab::chain();
    let hub = Arc::new(EventHub::default());
    let plan = Arc::new(plan(lab.operations.clone()));
    let run = Run::start(plan, lab.options(None), hub, 1).unwrap();
    let folder = PathBuf::from(run.result().directory.unwrap());
    let (code, message) = lab.fault(lab.resume(&folder));
    assert_eq!(code, Code::RunUnderWay);
    assert!(message.contains(&std::process::id().to_string()), "{message}");
    let_go(run, &folder);
    assert_eq!(lab.run(Some(lab.resume(&folder)), well).unwrap().2, ["a", "b", "c"]);
}

#[test]
fn of_several_that_resume_a_run_at_once_one_does() {
    let lab = Lab::chain();
    let first = lab.dies_in("c");
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let resume = || lab.run(Some(lab.resume(&first)), well).map(|(.., started)| started);
        let all: Vec<_> = (0..4).map(|_| scope.spawn(resume)).collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let (well, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(well.len(), 1);
    assert_eq!(well[0].as_ref().unwrap(), &["c"]);
    let codes = [Code::RunResumed, Code::RunUnderWay];
    assert!(refused.iter().all(|it| codes.contains(&it.as_ref().unwrap_err().code)));
}

#[test]
fn an_operation_that_was_at_work_in_too_many_deaths_is_not_started_again() {
    let lab = Lab::chain();
    let die_in_b = |name: &str| if name == "b" { Does::Die } else { Does::Well };
    let first = lab.dies_in("b");
    let second = lab.run(Some(lab.resume(&first)), die_in_b).unwrap().0;
    let (code, message) = lab.fault(lab.resume(&second));
    assert_eq!(code, Code::CrashLimit);
    assert!(message.starts_with("'b' was running in 2 runs in a row"), "{message}");
    let third = ResumeOptions { max_crash: 3, ..lab.resume(&second) };
    let third = lab.run(Some(third), die_in_b).unwrap().0;
    assert_eq!(lab.fault(ResumeOptions { max_crash: 3, ..lab.resume(&third) }).0, Code::CrashLimit);
    let force = ResumeOptions { force: true, ..lab.resume(&third) };
    assert_eq!(lab.run(Some(force), well).unwrap().1.status, Some(RunStatus::Succeeded));
}

#[test]
fn the_caller_decides_about_what_was_at_work() {
    let lab = Lab::chain();
    let first = lab.dies_in("b");
    let stop = ResumeOptions { on_unknown: OnUnknown::Stop, ..lab.resume(&first) };
    let (code, message) = lab.fault(stop);
    assert_eq!((code, message.starts_with("'b' was running")), (Code::OutcomeUnknown, true), "{message}");
    let skip = ResumeOptions { on_unknown: OnUnknown::Skip, ..lab.resume(&first) };
    let (second, result, started) = lab.run(Some(skip), well).unwrap();
    assert_eq!(started, [""; 0]);
    let statuses: Vec<_> = result.operations.iter().map(|it| it.status.unwrap()).collect();
    assert_eq!(statuses, [Status::Succeeded, Status::Skipped, Status::Skipped]);
    assert_eq!(result.status, Some(RunStatus::PartiallySucceeded));
    // It is as unknown as before.
    let stop = ResumeOptions { on_unknown: OnUnknown::Stop, ..lab.resume(&second) };
    assert_eq!(lab.fault(stop).0, Code::OutcomeUnknown);
    assert_eq!(lab.run(Some(lab.resume(&second)), well).unwrap().2, ["b", "c"]);
}

#[test]
fn nobody_is_asked_about_an_operation_that_may_run_twice() {
    let mut lab = Lab::chain();
    lab.operations[1].idempotent = true;
    let first = lab.dies_in("b");
    for on_unknown in [OnUnknown::Stop, OnUnknown::Skip] {
        let options = ResumeOptions { on_unknown, force: true, ..lab.resume(&first) };
        assert_eq!(lab.run(Some(options), well).unwrap().2, ["b", "c"], "{on_unknown:?}");
    }
}

#[test]
fn what_has_changed_runs_again_with_all_that_was_built_on_it() {
    let mut lab = Lab::chain();
    lab.operations.push(script("d", &[]));
    lab.blocks.push("1");
    let fail_in_c = |name: &str| if name == "c" { Does::Badly } else { Does::Well };
    let (first, ..) = lab.run(None, fail_in_c).unwrap();
    lab.blocks[0] = "2";
    let keep = ResumeOptions { keep_changed: true, ..lab.resume(&first) };
    let (second, _, started) = lab.run(Some(keep), fail_in_c).unwrap();
    assert_eq!(started, ["c"]);
    // Whoever keeps it has decided that it is right as it is.
    assert_eq!(lab.run(Some(lab.resume(&second)), fail_in_c).unwrap().2, ["c"]);
    let force = ResumeOptions { force: true, ..lab.resume(&first) };
    let report =
        Run::preview_resume(&plan(lab.operations.clone()), lab.options(Some(force.clone()))).unwrap();
    let said: Vec<_> = report.operations.iter().map(|it| (it.action, it.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("rerun", "It succeeded, but what it does has changed since."),
            ("rerun", "It depends on 'a', which is made again."),
            ("rerun", "It failed."),
            ("keep", "It succeeded."),
        ]
    );
    let mut started = lab.run(Some(force), well).unwrap().2;
    started.sort_unstable();
    assert_eq!(started, ["a", "b", "c"]);
}

#[test]
fn a_plan_that_changed_says_what_is_new_and_what_is_gone() {
    let mut lab = Lab::chain();
    let first = lab.dies_in("c");
    lab.operations = vec![script("A", &[]), script("new", &["A"]), script("c", &["new"])];
    let plan = plan(lab.operations.clone());
    let report = Run::preview_resume(&plan, lab.options(Some(lab.resume(&first)))).unwrap();
    let said: Vec<_> = report.operations.iter().map(|it| (it.name.as_str(), it.reason.as_str())).collect();
    assert_eq!(said, [("A", "succeeded"), ("new", "new"), ("c", "interrupted")]);
    assert_eq!(report.removed, ["b"]);
    assert_eq!(lab.run(Some(lab.resume(&first)), well).unwrap().2, ["new", "c"]);
}

#[test]
fn only_what_can_be_believed_of_a_record_is_kept() {
    let lab = Lab::chain();
    let first = lab.dies_in("c");
    let journal = segment_path(&first, 1);
    let text = std::fs::read_to_string(&journal).unwrap();
    // From the end of b on there are zeros, as a power cut leaves them.
    let at = text.lines().position(|line| line.contains("ended") && line.contains("\"b\"")).unwrap();
    let whole: usize = text.lines().take(at).map(|line| line.len() + 1).sum();
    let mut bytes = text.into_bytes();
    bytes[whole..].fill(0);
    std::fs::write(&journal, bytes).unwrap();
    let plan = plan(lab.operations.clone());
    let report = Run::preview_resume(&plan, lab.options(Some(lab.resume(&first)))).unwrap();
    assert!(report.damage.unwrap().contains("journal/0001.jsonl"));
    assert_eq!(lab.run(Some(lab.resume(&first)), well).unwrap().2, ["b", "c"]);
}

#[test]
fn foreign_future_and_missing_records_are_clear_errors() {
    let lab = Lab::chain();
    let first = lab.dies_in("b");
    let header = std::fs::read_to_string(header_path(&first)).unwrap();
    let put = |text: &str| std::fs::write(header_path(&first), text).unwrap();
    let mut elsewhere: serde_json::Value = serde_json::from_str(&header).unwrap();
    elsewhere["host"] = "elsewhere".into();
    put(&elsewhere.to_string());
    let (code, message) = lab.fault(lab.resume(&first));
    assert_eq!((code, message.contains("'elsewhere'")), (Code::RunElsewhere, true), "{message}");
    put(&header.replacen("\"format\": 2", "\"format\": 9", 1));
    let (code, message) = lab.fault(lab.resume(&first));
    assert_eq!((code, message.contains("format 9")), (Code::UnknownRun, true), "{message}");
    put("\0\0\0");
    assert_eq!(lab.fault(lab.resume(&first)).0, Code::UnknownRun);
    std::fs::remove_file(header_path(&first)).unwrap();
    assert_eq!(lab.fault(lab.resume(&first)).0, Code::UnknownRun);
    put(&header);
    // Half of it has been deleted.
    std::fs::remove_dir_all(first.join("journal")).unwrap();
    std::fs::remove_file(first.join("plan.json")).unwrap();
    assert_eq!(lab.run(Some(lab.resume(&first)), well).unwrap().2, ["a", "b", "c"]);
    assert_eq!(lab.fault(lab.resume(&lab.root().join("nowhere"))).0, Code::UnknownRun);
}

/// Three operations in a row beside a fourth one, all of which can be undone.
fn undoable() -> Lab {
    let mut lab = Lab::chain();
    lab.operations.push(script("d", &["a"]));
    lab.blocks.push("1");
    for operation in &mut lab.operations {
        operation.compensation = Some(Box::new(Work::Script));
    }
    lab
}

#[test]
fn an_undo_goes_in_reverse_and_a_second_one_does_what_is_left() {
    let lab = undoable();
    let (first, ..) = lab.run(None, |name| if name == "c" { Does::Badly } else { Does::Well }).unwrap();
    let undo = |folder: &Path| ResumeOptions { undo: true, ..lab.resume(folder) };
    let b_fails = |name: &str| if name == "b (rollback)" { Does::Badly } else { Does::Well };
    let (second, result, mut started) = lab.run(Some(undo(&first)), b_fails).unwrap();
    started.sort_unstable();
    assert_eq!(started, ["b (rollback)", "d (rollback)"], "a is what b was built on, and c never succeeded");
    assert_eq!(result.status, Some(RunStatus::PartiallyUndone));
    let left = result.rollback.iter().find(|it| it.name == "a (rollback)").unwrap();
    let because = left.skipped_because.as_ref().unwrap();
    assert_eq!(because.operation.as_deref(), Some("b (rollback)"));
    assert_eq!(Record::open(&Files, &second).unwrap().header().relation, Some(Relation::Undoes));
    assert_eq!(lab.fault(undo(&first)).0, Code::RunResumed);
    let (third, result, started) = lab.run(Some(undo(&second)), well).unwrap();
    assert_eq!(started, ["b (rollback)", "a (rollback)"]);
    assert_eq!(result.status, Some(RunStatus::Undone));
    assert_eq!(lab.fault(undo(&third)).0, Code::NothingToResume);
    // What was undone is made again.
    let (_, result, mut started) = lab.run(Some(lab.resume(&third)), well).unwrap();
    started.sort_unstable();
    assert_eq!((started.len(), result.status), (4, Some(RunStatus::Succeeded)), "{started:?}");
}

#[test]
fn an_undo_that_dies_goes_on_and_undoes_what_its_ancestors_did() {
    let lab = undoable();
    let first = lab.dies_in("b");
    let (second, ..) = lab.run(Some(lab.resume(&first)), well).unwrap();
    let undo = |folder: &Path| ResumeOptions { undo: true, ..lab.resume(folder) };
    let die = |name: &str| if name == "a (rollback)" { Does::Die } else { Does::Well };
    let (third, _, started) = lab.run(Some(undo(&second)), die).unwrap();
    assert_eq!((started.len(), started.last().map(String::as_str)), (4, Some("a (rollback)")));
    let report = Run::preview_resume(&plan(lab.operations.clone()), lab.options(Some(undo(&third)))).unwrap();
    let actions: Vec<_> = report.operations.iter().map(|it| it.action).collect();
    assert_eq!(actions, ["undo", "leave", "leave", "leave"]);
    let (_, result, started) = lab.run(Some(undo(&third)), well).unwrap();
    assert_eq!((started, result.status), (vec!["a (rollback)".to_owned()], Some(RunStatus::Undone)));
}

#[test]
fn a_run_is_found_by_the_beginning_of_its_id_its_name_or_as_the_last_one() {
    let lab = Lab::chain();
    let first = lab.dies_in("b");
    let wanted = |id: Option<&str>, name: Option<&str>| Wanted {
        root: Some(lab.root()),
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
        ..Wanted::default()
    };
    let find = |id, name| lookup::find(&wanted(id, name));
    let whole = id(&first);
    let plain = whole.replace('-', "").to_uppercase();
    for id in [&whole[..], &whole[..10], &plain] {
        assert_eq!(find(Some(id), None).unwrap().run, whole);
    }
    assert_eq!(find(None, Some("LAB")).unwrap().run, whole);
    assert_eq!(find(None, None).unwrap().run, whole);
    for bad in ["../../etc", "/", "", "x", "-", "0 1", "ＡＢ"] {
        assert_eq!(find(Some(bad), None).unwrap_err().code, Code::InvalidRunId, "{bad}");
    }
    assert_eq!(find(Some("ffffffff"), None).unwrap_err().code, Code::UnknownRun);
    assert_eq!(find(None, Some("other")).unwrap_err().code, Code::UnknownRun);
    let second = lab.run(None, well).unwrap().0;
    // The lab has been run well since, so there is nothing to resume; and something to undo.
    assert_eq!(find(None, None).unwrap_err().code, Code::NothingToResume);
    let undo = Wanted { undo: true, ..wanted(None, None) };
    assert_eq!(lookup::find(&undo).unwrap().run, id(&second));
    // A header that cannot be read does not keep the others from being found.
    std::fs::write(header_path(&second), "{").unwrap();
    assert_eq!(find(None, None).unwrap().run, whole);
}

#[test]
fn nothing_of_values_is_ever_written() {
    let lab = Lab::chain();
    let mut options = lab.options(None);
    options.contents = vec![Content::new(Some("Write-Output $p"), Some("hunter2")); 3];
    let run = Run::start(Arc::new(plan(lab.operations.clone())), options, Arc::default(), 1).unwrap();
    let folder = PathBuf::from(run.result().directory.unwrap());
    drop(run);
    for file in [folder.join("run.json"), folder.join("plan.json"), segment_path(&folder, 1)] {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(!text.contains("hunter2") && !text.contains("Write-Output"), "{text}");
    }
    let planned = Record::open(&Files, &folder).unwrap().plan();
    assert!(planned.iter().all(|it| it.fingerprint.block.is_some() && it.fingerprint.parameters.is_some()));
    let entries: Vec<_> = Record::open(&Files, &folder).unwrap().entries().collect();
    assert!(entries.iter().all(|entry| !matches!(entry.what, What::Crashed(_) | What::Kept(_))));
}

#[test]
fn a_lab_that_is_under_way_is_refused_or_started_with_a_warning() {
    use super::EventKind;
    use super::beside::Beside;
    let lab = Lab::chain();
    let start = |beside: Option<Beside>, source: &str| {
        let options = RunOptions { beside, source: Some(source.to_owned()), ..lab.options(None) };
        let hub = Arc::new(EventHub::default());
        let run = Run::start(Arc::new(plan(lab.operations.clone())), options, Arc::clone(&hub), 1);
        let warned = |kind: &EventKind| matches!(kind, EventKind::Warning { .. });
        (run, hub.take(SOON).iter().filter(|event| warned(&event.kind)).count())
    };
    let (first, warnings) = start(Some(Beside::Refuse), "/a.yaml");
    let first = first.unwrap();
    assert_eq!(warnings, 0);
    let refused = |source: &str| {
        let options =
            RunOptions { beside: Some(Beside::Refuse), source: Some(source.to_owned()), ..lab.options(None) };
        Run::start(Arc::new(plan(lab.operations.clone())), options, Arc::default(), 1)
            .map(|run| run.id().to_owned())
    };
    let fault = refused("/a.yaml").unwrap_err();
    assert_eq!((fault.code, fault.target.as_deref()), (Code::LabUnderWay, Some(first.id())));
    assert!(fault.message.contains(&std::process::id().to_string()), "{}", fault.message);
    refused("/b.yaml").expect("another lab of the same name");
    for (beside, expected) in [(Some(Beside::Warn), 1), (None, 0)] {
        let (run, warnings) = start(beside, "/a.yaml");
        assert_eq!((run.is_ok(), warnings), (true, expected));
    }
    // A run whose process died is not under way, whatever its process id is.
    let folder = PathBuf::from(first.result().directory.unwrap());
    let_go(first, &folder);
    refused("/a.yaml").expect("nothing is under way");
}

#[test]
fn of_several_that_start_a_lab_at_once_one_does() {
    use super::beside::Beside;
    let lab = Lab::chain();
    let start = || {
        let options = RunOptions {
            beside: Some(Beside::Refuse),
            source: Some("/a.yaml".to_owned()),
            ..lab.options(None)
        };
        Run::start(Arc::new(plan(lab.operations.clone())), options, Arc::default(), 1)
    };
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(all.iter().filter(|run| run.is_ok()).count(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_is_started_beside_a_program_that_is_still_alive() {
    use crate::graph::OpId;
    use crate::record::entry::{Spawned, Started};
    use crate::record::{Header, Writer};
    use crate::work::identity::Identity;
    let lab = Lab::chain();
    let mut program = std::process::Command::new("sleep").arg("600").spawn().unwrap();
    let Identity { pid, start_time } = Identity::of(program.id());
    let dead_run = |boot: Option<&str>, folder: &str| {
        let header = Header {
            run: uuid::Uuid::now_v7().to_string(),
            name: "lab".to_owned(),
            started_at: "2026-01-01T00:00:00Z".to_owned(),
            host: crate::machine::host_name().to_owned(),
            boot: boot.map(str::to_owned),
            operations: 3,
            ..Header::default()
        };
        let folder = lab.root().join(folder);
        let mut writer = Writer::create(Arc::new(Files), &folder, &header, b"{\"operations\":[]}").unwrap();
        let started = Started { op: OpId(0), name: "a".to_owned(), attempt: 1, worker: None };
        let spawned =
            serde_json::json!({ "op": 0, "name": "a", "attempt": 1, "pid": pid, "start_time": start_time });
        let spawned: Spawned = serde_json::from_value(spawned).unwrap();
        writer.append(1, &[What::Started(started), What::Spawned(spawned)]);
        folder
    };
    let folder = dead_run(crate::machine::boot_id(), "20260101T000000Z-lab-00000001");
    let (code, message) = lab.fault(lab.resume(&folder));
    assert_eq!(code, Code::Survivors);
    assert!(message.contains(&format!("{pid} of 'a'")), "{message}");
    // After a restart a process with that number is another one.
    let other = dead_run(Some("another boot"), "20260101T000000Z-lab-00000002");
    assert_eq!(lab.run(Some(lab.resume(&other)), well).unwrap().2, ["a", "b", "c"]);
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(lab.run(Some(lab.resume(&folder)), well).unwrap().2, ["a", "b", "c"]);
}
