//! Several processes on one store: whatever they do and whichever of them dies, each sees all runs as they are.
//!
//! A process is stood for by a writer here: its lock is freed when it is dropped, as the system does with that of a
//! process. `run/killed_tests.rs` has real processes.

use super::lookup::{self, Wanted};
use super::query::{Query, list};
use super::retention::{self, Retention};
use super::store;
use crate::error::Code;
use crate::graph::OpId;
use crate::record::disk::Files;
use crate::record::entry::{Finished, Started};
use crate::record::result::{Metrics, RunResult};
use crate::record::{FORMAT, Header, What, Writer};
use crate::scheduler::RunStatus;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const PROCESSES: usize = 4;
const NAMES: [&str; 3] = ["web", "Shop floor", "run"];

/// Runs that one second may have.
const A_SECOND: usize = 3;

fn started_at(run: usize) -> String {
    let (second, part) = (run / A_SECOND, run % A_SECOND);
    format!("2026-01-01T00:{:02}:{:02}.{part}Z", second / 60, second % 60)
}

fn id(run: usize) -> String {
    // Ids do not tell which run is the newer one.
    format!("{:08x}-0000-4000-8000-000000000000", (run as u32).wrapping_mul(0x9e37_79b1))
}

fn folder(root: &Path, run: &Run) -> PathBuf {
    root.join(store::folder_name(started_at(run.number).parse().unwrap(), run.name, &id(run.number)))
}

#[derive(Clone, Debug)]
struct Run {
    number: usize,
    name: &'static str,
    /// The process that runs it.
    by: Option<usize>,
    ended: Option<RunStatus>,
    /// When it was written to last.
    written: u64,
}

impl Run {
    fn status(&self) -> &'static str {
        match (self.by, self.ended) {
            (Some(_), _) => "Running",
            (None, None) => "Unknown",
            (None, Some(RunStatus::Succeeded)) => "Succeeded",
            (None, Some(_)) => "Failed",
        }
    }
}

/// What the store should hold.
#[derive(Clone, Debug, Default)]
struct Reference {
    runs: Vec<Run>,
    begun: usize,
    now: u64,
}

#[derive(Clone, Debug)]
enum Transition {
    Begin { process: usize, name: &'static str },
    Write { process: usize },
    Finish { process: usize, status: RunStatus },
    Die { process: usize },
    Remove { run: usize },
    Sweep { runs: usize },
}

impl Reference {
    fn of(&mut self, process: usize) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.by == Some(process))
    }
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Transition> {
        let process = || 0..PROCESSES;
        let name = prop::sample::select(&NAMES[..]);
        let status = prop::sample::select(&[RunStatus::Succeeded, RunStatus::Failed][..]);
        prop_oneof![
            4 => (process(), name).prop_map(|(process, name)| Transition::Begin { process, name }),
            2 => process().prop_map(|process| Transition::Write { process }),
            2 => (process(), status).prop_map(|(process, status)| Transition::Finish { process, status }),
            2 => process().prop_map(|process| Transition::Die { process }),
            1 => (0usize..20).prop_map(|run| Transition::Remove { run }),
            1 => (0usize..6).prop_map(|runs| Transition::Sweep { runs }),
        ]
        .boxed()
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        state.now += 1;
        let (now, number) = (state.now, state.begun);
        match *transition {
            Transition::Begin { process, name } => {
                state.begun += 1;
                state.runs.push(Run { number, name, by: Some(process), ended: None, written: now });
            }
            Transition::Write { process } => {
                state.of(process).into_iter().for_each(|run| run.written = now);
            }
            Transition::Finish { process, status } => {
                if let Some(run) = state.of(process) {
                    (run.by, run.ended, run.written) = (None, Some(status), now);
                }
            }
            Transition::Die { process } => {
                state.of(process).into_iter().for_each(|run| run.by = None);
            }
            Transition::Remove { run } => {
                if state.runs.get(run).is_some_and(|run| run.by.is_none()) {
                    state.runs.remove(run);
                }
            }
            Transition::Sweep { runs } => {
                // Unnamed ones go first, then those that were written to longest ago; none that is under way.
                let mut order: Vec<&Run> = state.runs.iter().collect();
                order.sort_by_key(|run| (run.name == "run", Reverse(run.written)));
                let idle = order.iter().rev().filter(|run| run.by.is_none());
                let going: Vec<usize> =
                    idle.take(state.runs.len().saturating_sub(runs)).map(|run| run.number).collect();
                state.runs.retain(|run| !going.contains(&run.number));
            }
        }
        state
    }

    fn preconditions(state: &Self, transition: &Transition) -> bool {
        match *transition {
            Transition::Begin { process, .. } => state.runs.iter().all(|run| run.by != Some(process)),
            Transition::Write { process }
            | Transition::Finish { process, .. }
            | Transition::Die { process } => state.runs.iter().any(|run| run.by == Some(process)),
            Transition::Remove { run } => run < state.runs.len(),
            Transition::Sweep { .. } => true,
        }
    }
}

/// The store, and what its processes hold.
struct Shared {
    root: TempDir,
    /// Of each process the run that it writes.
    open: BTreeMap<usize, (Run, Writer)>,
    /// All runs, as they were before the last transition.
    before: Vec<Run>,
}

fn result(run: &Run, status: RunStatus) -> RunResult {
    RunResult {
        run: id(run.number),
        name: run.name.to_owned(),
        status: Some(status),
        started_at: started_at(run.number),
        ended_at: Some(started_at(run.number)),
        duration_ms: 0,
        up_to_date: 0,
        counts: BTreeMap::new(),
        directory: None,
        source: None,
        metrics: Metrics::default(),
        defect: None,
        journal_error: None,
        operations: vec![],
        left_out: vec![],
        rollback: vec![],
        health: vec![],
        order_started: vec![],
    }
}

/// Gives all files of a run the time of the model: the clock of a file system is too coarse to tell two steps apart.
fn stamp(folder: &Path, now: u64) {
    let time = SystemTime::now() - Duration::from_secs(1_000_000) + Duration::from_secs(now);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
            }
        }
    }
}

impl Shared {
    fn begin(&mut self, run: &Run) -> Writer {
        let header = Header {
            format: FORMAT,
            run: id(run.number),
            name: run.name.to_owned(),
            started_at: started_at(run.number),
            operations: 1,
            ..Header::default()
        };
        let plan = b"{\"operations\":[{\"name\":\"a\"}]}";
        Writer::create(Arc::new(Files), &folder(self.root.path(), run), &header, plan).unwrap()
    }

    /// Everybody is told the same, and it is the truth.
    fn check(&self, reference: &Reference) {
        let root = self.root.path();
        let mut expected: Vec<&Run> = reference.runs.iter().collect();
        expected.sort_by_key(|run| Reverse(run.number));
        let listed = list(&Query { directory: Some(root.to_owned()), ..Query::default() });
        let seen: Vec<_> = listed.iter().map(|run| (run.run.clone(), run.status.as_str())).collect();
        let truth: Vec<_> = expected.iter().map(|run| (id(run.number), run.status())).collect();
        assert_eq!(seen, truth);
        for name in NAMES {
            let wanted =
                Wanted { root: Some(root.to_owned()), name: Some(name.to_owned()), ..Wanted::default() };
            let found = lookup::find(&wanted).map(|found| found.run).map_err(|fault| fault.code);
            let newest = expected.iter().find(|run| run.name == name).map(|run| id(run.number));
            assert_eq!(found, newest.ok_or(Code::UnknownRun), "the newest '{name}'");
        }
        // The last run of each lab that is over can be gone on from.
        let last = lookup::find(&Wanted { root: Some(root.to_owned()), ..Wanted::default() });
        let is_last =
            |run: &&&Run| expected.iter().find(|other| other.name == run.name).unwrap().number == run.number;
        let resumable =
            expected.iter().filter(is_last).find(|run| matches!(run.status(), "Unknown" | "Failed"));
        assert_eq!(
            last.map(|found| found.run).map_err(|fault| fault.code),
            resumable.map(|run| id(run.number)).ok_or(Code::NothingToResume)
        );
    }
}

impl StateMachineTest for Shared {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Self {
        Self { root: tempfile::tempdir().unwrap(), open: BTreeMap::new(), before: Vec::new() }
    }

    fn apply(mut store: Self, reference: &Reference, transition: Transition) -> Self {
        let now = reference.now;
        let written: Option<PathBuf> = match transition {
            Transition::Begin { process, .. } => {
                let run = reference.runs.last().unwrap().clone();
                let writer = store.begin(&run);
                let path = writer.folder().to_owned();
                store.open.insert(process, (run, writer));
                Some(path)
            }
            Transition::Write { process } => {
                let (_, writer) = store.open.get_mut(&process).unwrap();
                let started = Started { op: OpId(0), name: "a".to_owned(), attempt: 1, worker: Some(1) };
                writer.append(now, &[What::Started(started)]);
                Some(writer.folder().to_owned())
            }
            Transition::Finish { process, status } => {
                let (run, mut writer) = store.open.remove(&process).unwrap();
                writer.append(now, &[What::Finished(Finished { status })]);
                writer.finish(&result(&run, status)).unwrap();
                Some(writer.folder().to_owned())
            }
            Transition::Die { process } => {
                store.open.remove(&process);
                None
            }
            Transition::Remove { run } => {
                let run = &store.before[run];
                let removed = retention::remove(&folder(store.root.path(), run)).map_err(|fault| fault.code);
                assert_eq!(removed, if run.by.is_some() { Err(Code::RunUnderWay) } else { Ok(()) });
                None
            }
            Transition::Sweep { runs } => {
                let limits = Retention { days: 10_000, runs, bytes: u64::MAX };
                let gone = retention::sweep(store.root.path(), limits, SystemTime::now());
                assert_eq!(gone, store.before.len() - reference.runs.len());
                None
            }
        };
        if let Some(folder) = written {
            stamp(&folder, now);
        }
        store.before.clone_from(&reference.runs);
        store
    }

    fn check_invariants(store: &Self, reference: &Reference) {
        store.check(reference);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_processes_see_the_runs_of_a_store_as_they_are(sequential 1..40 => Shared);
}
