//! Runs with and without a log beside each other, in a process of their own: `tracing` remembers for the whole process
//! what the first thread that reached a line had to say of it, so no other test may come before.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use labrunner_core::graph::OpId;
use labrunner_core::operation::{Operation, PlanRequest, ProcessMode, ProcessSpec, Work};
use labrunner_core::plan::Plan;
use labrunner_core::record::What;
use labrunner_core::run::{EventHub, EventKind, Outcome, Run, RunOptions, Ticket};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// Longer than anything takes that the test waits for.
const SOON: Duration = Duration::from_secs(60);

/// A run of the script `gate`, which a test ends when it likes, and the program `after`, which starts then.
struct Beside {
    run: Arc<Run>,
    hub: Arc<EventHub>,
    directory: PathBuf,
}

impl Beside {
    fn start(folder: &Path, name: &str, log: Option<&str>) -> Self {
        let spec = ProcessSpec {
            command: "true".to_owned(),
            arguments: vec![],
            working_directory: None,
            environment: Default::default(),
            mode: ProcessMode::Task,
            success_codes: vec![],
            restart_codes: Vec::new(),
            ready: None,
            stop_grace_ms: None,
            detached: false,
        };
        let gate = Operation { name: "gate".to_owned(), ..Operation::default() };
        let after = Operation {
            name: "after".to_owned(),
            dependencies: vec!["gate".to_owned()],
            work: Work::Process(Box::new(spec)),
            ..Operation::default()
        };
        let request = PlanRequest { operations: vec![gate, after], ..PlanRequest::default() };
        let directory = folder.join(name);
        let options = RunOptions {
            name: name.to_owned(),
            directory: Some(directory.clone()),
            log: log.map(str::to_owned),
            ..RunOptions::new(1)
        };
        let hub = Arc::new(EventHub::default());
        let plan = Arc::new(Plan::compile(request).unwrap());
        Self { run: Run::start(plan, options, Arc::clone(&hub), 1).unwrap(), hub, directory }
    }

    /// Ends the script and waits for the end of the run; gives its log.
    fn end(self) -> Option<String> {
        assert!(matches!(self.run.take(1, SOON), Ticket::Work(OpId(0), 1)));
        self.run.complete(OpId(0), 1, Outcome::default());
        let mut finished = false;
        while !finished {
            let events = self.hub.take(SOON);
            assert!(!events.is_empty(), "the run does not end");
            finished =
                events.iter().any(|event| matches!(event.kind, EventKind::Happened(What::Finished(_))));
        }
        std::fs::read_to_string(self.directory.join("log.txt")).ok()
    }
}

/// Whether the log has the line that the program's own task writes, in the spans of its attempt.
fn has_the_program(log: &str) -> bool {
    let parts = ["operation{name=\"after\"}", "attempt{number=1}", "DEBUG", "started pid="];
    log.lines().any(|line| parts.iter().all(|part| line.contains(part)))
}

#[test]
fn a_log_loses_no_line_because_of_the_runs_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    // A run without a log is the first of the process whose program starts, while another run has one.
    let told = Beside::start(folder.path(), "told", Some("debug"));
    assert_eq!(Beside::start(folder.path(), "silent", None).end(), None);
    let log = told.end().unwrap();
    assert!(has_the_program(&log), "{log}");

    // Logs of all levels come and go beside each other.
    let levels = [None, Some("debug"), None, Some("info"), Some("trace"), None, Some("debug")];
    let together = Barrier::new(levels.len());
    std::thread::scope(|scope| {
        for (number, level) in levels.into_iter().enumerate() {
            let (folder, together) = (folder.path(), &together);
            scope.spawn(move || {
                for turn in 0..5 {
                    together.wait();
                    let log = Beside::start(folder, &format!("{number}-{turn}"), level).end();
                    let log = log.as_deref();
                    assert_eq!(log.is_some(), level.is_some());
                    let wants = matches!(level, Some("debug" | "trace"));
                    assert_eq!(log.is_some_and(has_the_program), wants, "{level:?}: {log:?}");
                }
            });
        }
    });
}
