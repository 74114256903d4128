//! The start of a run: its record is opened, then its driver is made, then the first operations start.

use super::driver::{About, Driver, Parts};
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
use super::{loss, sampling, timer};
use crate::error::Fault;
use crate::history::{retention, store};
use crate::machine;
use crate::operation::FailureStrategy;
use crate::plan::Plan;
use crate::record::Writer;
use crate::record::disk::{Disk, Files};
use crate::record::header::{self, Header};
use crate::scheduler::Scheduler;
use crate::work::gate::Gate;
use crate::work::runtime;
use jiff::Timestamp;
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
        let uuid = uuid::Uuid::now_v7();
        let about =
            Arc::new(About { id: uuid.to_string(), plan, options, retry, started_at: Timestamp::now() });
        let (record, mut warning) = open_record(&disk, &about)?;
        let runtime = if is_model() { None } else { Some(runtime::handle()?) };
        let About { plan, options, .. } = &*about;
        let settings = options.settings(plan, about.retry.as_ref(), uuid.as_u64_pair().1);
        let gate = Arc::new(Gate::open());
        let trace = trace_of(&about, &*disk, record.as_ref(), &mut warning);
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
                journal: Journal::new(disk, record),
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

/// Opens the record of a run that writes files, after which older ones may go. Without a record there is a warning,
/// or a fault when the options name its folder: a folder that cannot be used is reported at once.
fn open_record(disk: &Arc<dyn Disk>, about: &About) -> Result<(Option<Writer>, Option<String>), Fault> {
    let About { id, plan, options, started_at, .. } = about;
    if !options.writes_files() {
        return Ok((None, None));
    }
    let root = options.root.clone().unwrap_or_else(store::root);
    let folder = match &options.directory {
        Some(directory) => directory.clone(),
        None => root.join(store::folder_name(*started_at, &options.name, id)),
    };
    let document = header::plan_document(plan);
    let header = Header {
        format: header::FORMAT,
        run: id.clone(),
        parent: None,
        name: options.name.clone(),
        source: options.source.clone(),
        started_at: started_at.to_string(),
        host: machine::host_name().to_owned(),
        boot: machine::boot_id().map(str::to_owned),
        pid: std::process::id(),
        plan: header::fingerprint(&document),
        operations: u32::try_from(plan.len()).unwrap_or(u32::MAX),
        max_concurrency: options.max_concurrency,
        options: serde_json::to_value(options).unwrap_or_default(),
    };
    match Writer::create(Arc::clone(disk), &folder, &header, &document) {
        Ok(record) => {
            if let (Some(retention), None) = (options.retention, &options.directory) {
                retention::sweep_if_due(&root, retention);
            }
            Ok((Some(record), None))
        }
        Err(fault) if options.directory.is_some() => Err(fault),
        Err(fault) => Ok((None, Some(loss::no_record(&fault)))),
    }
}

/// What a run tells of its own working. A log that cannot be written stops no run.
fn trace_of(about: &About, disk: &dyn Disk, record: Option<&Writer>, warning: &mut Option<String>) -> Trace {
    let word = about.options.log.clone().or_else(|| std::env::var(trace::VARIABLE).ok());
    let word = word.filter(|word| !word.trim().is_empty());
    let level = word.as_deref().and_then(trace::level);
    if let (Some(word), None) = (&word, level) {
        warning.get_or_insert_with(|| trace::unknown(word));
    }
    let name = (about.id.as_str(), about.options.name.as_str());
    Trace::new(name, level, disk, record.map(Writer::folder)).unwrap_or_else(|error| {
        warning.get_or_insert_with(|| trace::unwritten(&error));
        Trace::default()
    })
}
