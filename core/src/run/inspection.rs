//! Finds out whether operations have to run, on threads of its own: reading files takes as long as it takes, and neither
//! a step of the driver nor a worker waits for it.

use super::about::About;
use super::options::RunOptions;
use crate::freshness::{Answer, Before, Lab, Past, Question, Verdict, before};
use crate::graph::OpId;
use crate::record::disk::Disk;
use crate::record::{Cause, Fingerprint, Why};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, Weak};

/// Who asks whether operations have to run.
pub(super) trait Asker: Send + Sync {
    /// Takes an answer.
    fn answered(&self, op: OpId, answer: Answer);

    /// Whether answers are of use.
    fn is_over(&self) -> bool;
}

/// Threads of a run that read files, at most.
const MOST_THREADS: usize = 4;

/// An operation that is to be checked.
struct Job {
    op: OpId,
    question: Question,
}

/// What waits to be checked, and how many threads are at it.
#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    threads: usize,
}

/// What the threads of a run share.
struct Shared {
    asker: Weak<dyn Asker>,
    about: Arc<About>,
    disk: Arc<dyn Disk>,
    /// What earlier runs tell; read when it is asked for first.
    past: OnceLock<Past>,
    queue: Mutex<Queue>,
}

/// Checks the operations of one run.
pub(super) struct Inspection {
    shared: Arc<Shared>,
    fingerprints: Vec<Fingerprint>,
}

impl Inspection {
    pub(super) fn new(
        asker: Weak<dyn Asker>,
        about: &Arc<About>,
        disk: Arc<dyn Disk>,
        fingerprints: Vec<Fingerprint>,
    ) -> Self {
        let (about, past) = (Arc::clone(about), OnceLock::new());
        Self { shared: Arc::new(Shared { asker, about, disk, past, queue: Mutex::default() }), fingerprints }
    }

    /// Checks an operation, and sends the answer to the driver. `ran` says of another one whether it ran in this run,
    /// and where that leads back to.
    pub(super) fn check(&self, op: OpId, ran: impl Fn(OpId) -> Option<String>) {
        let About { id, plan, options, .. } = &*self.shared.about;
        let question = Question {
            name: plan.operation(op).name.clone(),
            declared: plan.up_to_date(op).cloned().unwrap_or_default(),
            fingerprint: self.fingerprints.get(op.index()).cloned().unwrap_or_default(),
            before: self.before(op, ran),
            run: id.clone(),
            forced: options.run_all,
        };
        let mut queue = self.shared.queue.lock();
        queue.jobs.push_back(Job { op, question });
        let most = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        if queue.threads < most {
            queue.threads += 1;
            drop(queue);
            self.start_thread();
        }
    }

    fn before(&self, op: OpId, ran: impl Fn(OpId) -> Option<String>) -> Vec<Before> {
        before::before(&self.shared.about.plan, op, ran)
    }

    fn start_thread(&self) {
        let shared = Arc::clone(&self.shared);
        let named = std::thread::Builder::new().name("labrunner-check".to_owned());
        if named.spawn(move || shared.work()).is_err() {
            // Where the system refuses a thread, one of the runtime's may be free.
            let shared = Arc::clone(&self.shared);
            if let Ok(runtime) = crate::work::runtime::handle() {
                drop(runtime.spawn_blocking(move || shared.work()));
            }
        }
    }
}

impl Shared {
    /// Answers until nothing waits.
    fn work(&self) {
        loop {
            let mut queue = self.queue.lock();
            let Some(Job { op, question }) = queue.jobs.pop_front() else {
                queue.threads -= 1;
                return;
            };
            drop(queue);
            // An operation whose answer never comes would never end.
            let answered =
                catch_unwind(AssertUnwindSafe(|| question.answer(self.past(), &|| self.is_over())));
            let unknown =
                || Answer { verdict: Verdict::Run(Why::of(Cause::Unknown)), stamp: None, kept: None };
            let answer = answered.unwrap_or_else(|_| unknown());
            if let Some(asker) = self.asker.upgrade() {
                asker.answered(op, answer);
            }
        }
    }

    fn past(&self) -> &Past {
        self.past.get_or_init(|| {
            let lab = lab_of(&self.about.options, Some(&self.about.id));
            Past::read(&*self.disk, &lab, before::names(&self.about.plan))
        })
    }

    fn is_over(&self) -> bool {
        self.asker.upgrade().is_none_or(|asker| asker.is_over())
    }
}

/// Whose records tell what a run is compared with.
pub(super) fn lab_of(options: &RunOptions, own: Option<&str>) -> Lab {
    Lab {
        root: options.store(),
        name: options.name.clone(),
        source: options.source.clone(),
        resumed: options.resume.as_ref().map(|resume| resume.directory.clone()),
        own: own.map(str::to_owned),
    }
}
