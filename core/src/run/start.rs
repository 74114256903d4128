//! The start of a run: its record is opened, then its driver is made, then the first operations start.

use super::about::About;
use super::driver::{Driver, Parts};
use super::events::EventHub;
use super::feed::Feed;
use super::handle::Run;
use super::journal::Journal;
use super::options::RunOptions;
use super::survivors::Search;
use super::sync::{Condvar, is_model};
use super::tasks::{Surroundings, Tasks};
use super::trace::{self, Trace};
use super::workers::Workers;
use super::{sampling, timer};
use crate::error::Fault;
use crate::history::store;
use crate::operation::FailureStrategy;
use crate::plan::Plan;
use crate::record::disk::{Disk, Files};
use crate::scheduler::Scheduler;
use crate::work::gate::Gate;
use crate::work::runtime;
use jiff::Timestamp;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Notify;

impl Run {
    /// Opens the record and starts the first operations. Events carry `tag`.
    ///
    /// # Errors
    /// [`Code::JournalUnwritable`](crate::error::Code::JournalUnwritable) when files cannot be made in the folder
    /// that the options name, or a fault of their retry policy; nothing has started then. A store that cannot be
    /// written stops no run: that is a warning among the events.
    pub fn start(
        plan: Arc<Plan>,
        options: RunOptions,
        hub: Arc<EventHub>,
        tag: u64,
    ) -> Result<Arc<Self>, Fault> {
        Self::start_on(Arc::new(Files), plan, options, hub, tag)
    }

    /// The same with files of the caller's choice.
    pub(super) fn start_on(
        disk: Arc<dyn Disk>,
        plan: Arc<Plan>,
        options: RunOptions,
        hub: Arc<EventHub>,
        tag: u64,
    ) -> Result<Arc<Self>, Fault> {
        let retry = options.compile_retry()?;
        // Its beginning tells it from others, so that a few letters name it.
        let uuid = uuid::Uuid::new_v4();
        let about =
            Arc::new(About { id: uuid.to_string(), plan, options, retry, started_at: Timestamp::now() });
        let (journal, mut warning) = Journal::start(Arc::clone(&disk), Arc::clone(&about))?;
        let runtime = if is_model() { None } else { Some(runtime::handle()?) };
        let About { plan, options, .. } = &*about;
        let settings = options.settings(plan, about.retry.as_ref(), uuid.as_u64_pair().1);
        let gate = Arc::new(Gate::open());
        let trace = trace_of(&about, &*disk, journal.folder(), &mut warning);
        let (bell, bell_of_timer) = (Arc::new(Condvar::default()), Arc::new(Notify::new()));
        let surroundings = Surroundings {
            run: about.id.clone(),
            secrets: options.secrets.clone(),
            budget: Arc::clone(hub.budget()),
            gate: Arc::clone(&gate),
            grace: Duration::from_millis(options.stop_grace_ms),
        };
        let driver = |run: Weak<Self>| {
            let parts = Parts {
                scheduler: Scheduler::new(Arc::clone(plan), settings),
                workers: Workers::new(plan, options.failure == FailureStrategy::Rollback, Arc::clone(&bell)),
                tasks: Tasks::new(run, surroundings),
                journal,
                feed: Feed::new(tag, hub),
                trace,
                timer: Arc::clone(&bell_of_timer),
            };
            Driver::new(Arc::clone(&about), parts)
        };
        let run = Self::new(Arc::clone(&about), Arc::clone(&bell), Arc::clone(&bell_of_timer), gate, driver);
        if let Some(message) = warning {
            run.driver.lock().warn(message);
        }
        run.look_for_survivors();
        run.tick();
        if let Some(runtime) = runtime {
            runtime.spawn(timer::keep_time(Arc::downgrade(&run), bell_of_timer));
            if settings.guard.wants_samples() {
                runtime.spawn(sampling::keep_sampling(Arc::downgrade(&run)));
            }
        }
        Ok(run)
    }

    /// Looks for processes of dead runs, if this one has a record.
    fn look_for_survivors(self: &Arc<Self>) {
        let mut driver = self.driver.lock();
        if driver.folder().is_none() || is_model() {
            return;
        }
        let root = self.options().root.clone().unwrap_or_else(store::root);
        let run = Arc::downgrade(self);
        driver.survivors = Some(Search::start(root, move || {
            if let Some(run) = run.upgrade() {
                run.driver.lock().survivors_found();
            }
        }));
    }
}

/// What a run tells of its own working. A log that cannot be written stops no run.
fn trace_of(about: &About, disk: &dyn Disk, folder: Option<&Path>, warning: &mut Option<String>) -> Trace {
    let word = trace::wanted(&about.options);
    let level = word.as_deref().and_then(trace::level);
    if let (Some(word), None) = (&word, level) {
        warning.get_or_insert_with(|| trace::unknown(word));
    }
    let name = (about.id.as_str(), about.options.name.as_str());
    Trace::new(name, level, disk, folder).unwrap_or_else(|error| {
        warning.get_or_insert_with(|| trace::unwritten(&error));
        Trace::default()
    })
}
