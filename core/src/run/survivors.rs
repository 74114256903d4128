//! Looks, when a run with a record starts, for what runs that have died have left alive, on a thread of its own.
//!
//! What is found becomes a warning of the run. One that ends before the search waits for it for a moment, so that a
//! short run warns as well.

use crate::history::survivors;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

/// How long the end of a run waits for the search, at most. A test on a busy machine needs its finding for sure.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 60_000 } else { 250 });

/// A search whose finding has not been taken yet.
#[derive(Debug)]
pub(super) struct Search(Receiver<String>);

impl Search {
    /// Starts the search below a folder of runs, which calls back when there is a warning. Where the system refuses a
    /// thread, the next run searches.
    pub(super) fn start(root: PathBuf, on_found: impl FnOnce() + Send + 'static) -> Self {
        let (tell, told) = sync_channel(1);
        let _ = std::thread::Builder::new().name("labrunner-survivors".to_owned()).spawn(move || {
            let warning = survivors::warning(&root);
            if warning.is_some_and(|warning| tell.send(warning).is_ok()) {
                on_found();
            }
        });
        Self(told)
    }

    /// What was found, if it has not been taken before.
    pub(super) fn found(&self) -> Option<String> {
        self.0.try_recv().ok()
    }

    /// The same at the end of the run.
    pub(super) fn found_in_time(&self) -> Option<String> {
        self.0.recv_timeout(PATIENCE).ok()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::testing::{self, SOON, until, until_finished};
    use super::super::{EventHub, EventKind, Outcome, Run, RunOptions, Ticket};
    use crate::graph::OpId;
    use crate::history::survivors::tests::{Program, dead_run};
    use crate::plan::tests::script;
    use std::path::Path;
    use std::sync::Arc;

    fn start(root: &Path) -> (Arc<Run>, Arc<EventHub>) {
        let options = RunOptions { journal: true, root: Some(root.to_owned()), ..RunOptions::new(1) };
        testing::start(vec![script("script", &[])], options)
    }

    fn warnings(events: &[EventKind]) -> Vec<&str> {
        fn warning(event: &EventKind) -> Option<&str> {
            match event {
                EventKind::Warning { message } => Some(message),
                _ => None,
            }
        }
        events.iter().filter_map(warning).collect()
    }

    /// The warnings of a run of which nothing is waited for but its end.
    fn warnings_of_a_short_run(root: &Path) -> usize {
        let (run, hub) = start(root);
        assert_eq!(run.take(1, SOON), Ticket::Work(OpId(0), 1));
        run.complete(OpId(0), 1, Outcome::default());
        warnings(&until_finished(&hub)).len()
    }

    #[test]
    fn a_run_warns_while_it_is_under_way() {
        let (root, program) = (tempfile::tempdir().unwrap(), Program::start());
        dead_run(root.path(), &program);
        let (run, hub) = start(root.path());
        let events = until(&hub, |event| matches!(event, EventKind::Warning { .. }));
        assert!(!run.is_finished());
        assert!(warnings(&events)[0].contains("of operation 'web' in run 'lab' (r1) is still alive"));
    }

    #[test]
    fn each_run_warns_once_however_short_it_is_until_nothing_is_alive() {
        let (root, program) = (tempfile::tempdir().unwrap(), Program::start());
        dead_run(root.path(), &program);
        assert_eq!(warnings_of_a_short_run(root.path()), 1);
        assert_eq!(warnings_of_a_short_run(root.path()), 1);
        drop(program);
        assert_eq!(warnings_of_a_short_run(root.path()), 0);
    }
}
