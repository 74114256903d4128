//! The start of a run: its record is opened, then its driver is made, then the first operations start.

use super::about::About;
use super::beside::{self, Entrance};
use super::care::Care;
use super::driver::{Driver, Parts};
use super::events::EventHub;
use super::feed::Feed;
use super::handle::Run;
use super::health::Charge;
use super::inspection::Inspection;
use super::journal::{self, Beginning, Journal};
use super::news::{Listener, Watcher};
use super::options::RunOptions;
use super::sampling::Sampling;
use super::survivors::Search;
use super::sync::{Condvar, is_model};
use super::tasks::{Surroundings, Tasks};
use super::trace::{self, Trace};
use super::workers::Workers;
use super::{health, inspection, orders, timer};
use crate::error::{Code, Fault};
use crate::freshness::outlook::{self, Outlook};
use crate::freshness::{Past, before};
use crate::health::rules;
use crate::history::store;
use crate::operation::FailureStrategy;
use crate::plan::Plan;
use crate::record::Fingerprint;
use crate::record::disk::{Disk, Files};
use crate::resume::{self, Key, Takeover};
use crate::scheduler::Scheduler;
use crate::work::gate::Gate;
use crate::work::{probe, runtime};
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
        let mut options = RunOptions { left_out: plan.left_out().to_vec(), ..options };
        // What it does must be known to later runs.
        options.late &= plan.checked().is_empty();
        let fingerprints = fingerprints(&plan, &mut options);
        let mut takeover = match &options.resume {
            Some(resume) => Some(resume::take_over(&*disk, &options.store(), &plan, &fingerprints, resume)?),
            None => None,
        };
        // Its beginning tells it from others, so that a few letters name it.
        let uuid = uuid::Uuid::new_v4();
        let about =
            Arc::new(About { id: uuid.to_string(), plan, options, retry, started_at: Timestamp::now() });
        let entrance = about.options.beside.map(|_| Entrance::enter(&about.options.store()));
        let side_by_side = look_beside(&about.options)?;
        let unseen = is_unseen(&about);
        let beginning = Beginning::of(fingerprints.clone(), takeover.as_mut());
        let (journal, mut warning) = Journal::start(Arc::clone(&disk), Arc::clone(&about), beginning)?;
        if let Some(takeover) = &mut takeover {
            takeover.release();
        }
        drop(entrance);
        let Takeover { carried, kept_from, restarts, .. } = takeover.unwrap_or_default();
        let undoes = carried.undo || about.options.failure == FailureStrategy::Rollback;
        let runtime = if is_model() { None } else { Some(runtime::handle()?) };
        let About { plan, options, .. } = &*about;
        let mut settings = options.settings(plan, about.retry.as_ref(), uuid.as_u64_pair().1);
        settings.restarts_left = settings.restarts_left.saturating_sub(restarts.times);
        let gate = Arc::new(Gate::open());
        let of_usage = Arc::clone(&disk);
        let trace = trace_of(&about, &*disk, journal.folder(), &mut warning);
        let (bell, bell_of_timer) = (Arc::new(Condvar::default()), Arc::new(Notify::new()));
        let surroundings = Surroundings {
            run: about.id.clone(),
            secrets: options.secrets.clone(),
            budget: Arc::clone(hub.budget()),
            gate: Arc::clone(&gate),
            grace: Duration::from_millis(options.stop_grace_ms),
            shell: options.shell.clone(),
            name: options.name.clone(),
        };
        let (care, watch) = if is_model() { (Care::default(), None) } else { look_after(&about) };
        let driver = |run: Weak<Self>| {
            let parts = Parts {
                inspection: Inspection::new(run.clone(), &about, disk, fingerprints),
                scheduler: Scheduler::carrying(Arc::clone(plan), settings, carried),
                workers: Workers::new(plan, undoes, Arc::clone(&bell)),
                tasks: Tasks::new(run, surroundings),
                journal,
                feed: Feed::new(tag, hub),
                trace,
                care,
                kept_from,
                timer: Arc::clone(&bell_of_timer),
            };
            Driver::new(Arc::clone(&about), parts)
        };
        let run = Self::new(Arc::clone(&about), Arc::clone(&bell), Arc::clone(&bell_of_timer), gate, driver);
        for message in side_by_side.into_iter().chain(warning).chain(unseen) {
            run.driver.lock().warn(message);
        }
        run.look_for_survivors();
        if let Some((runtime, (charge, news))) = runtime.as_ref().zip(watch) {
            runtime.spawn(health::watch(Arc::downgrade(&run), charge, news));
        }
        run.tick();
        if let Some(runtime) = runtime {
            runtime.spawn(timer::keep_time(Arc::downgrade(&run), bell_of_timer));
            if about.options.writes_files() {
                runtime.spawn(orders::watch(Arc::downgrade(&run)));
            }
            if let Some(sampling) = Sampling::of(&about.options, settings.guard.wants_samples(), of_usage) {
                runtime.spawn(sampling.keep_up(Arc::downgrade(&run)));
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

impl Run {
    /// What a run with these options would take over from an earlier one.
    ///
    /// # Errors
    /// As a start that resumes or undoes a run, and [`Code::MalformedOptions`](crate::error::Code::MalformedOptions) when
    /// the options name none.
    pub fn preview_resume(plan: &Plan, mut options: RunOptions) -> Result<resume::Report, Fault> {
        let fingerprints = fingerprints(plan, &mut options);
        let resume = options.resume.as_ref().ok_or_else(|| {
            Fault::new(
                Code::MalformedOptions,
                "the options of the run do not name the run that it resumes or undoes",
            )
        })?;
        resume::preview(&Files, &options.store(), plan, &fingerprints, resume)
    }
}

impl Run {
    /// What a run with these options would do with each operation, as far as that can be foreseen.
    pub fn outlook(plan: &Plan, mut options: RunOptions) -> Vec<Outlook> {
        let contents = std::mem::take(&mut options.contents);
        let fingerprints = resume::fingerprint::all(plan, &contents, Key::of(&options.store()).ok().as_ref());
        let past = if plan.checked().is_empty() {
            Past::default()
        } else {
            Past::read(&Files, &inspection::lab_of(&options, None), before::names(plan))
        };
        outlook::outlook(plan, &fingerprints, &past, options.run_all)
    }
}

/// Who looks after the operations of a run, and what that watches; nothing is watched where there is nothing to.
fn look_after(about: &About) -> (Care, Option<(Charge, Listener)>) {
    let About { id, plan, options, .. } = about;
    let watched = options.monitoring.is_some();
    if plan.watched().is_empty() && !watched {
        return (Care::default(), None);
    }
    let checks = Arc::new(rules::of(plan, watched));
    let (watcher, news) = Watcher::new();
    let charge = Charge {
        run_id: id.clone(),
        run_name: options.name.clone(),
        names: checks.keys().map(|op| (*op, about.name(*op).to_owned())).collect(),
        checks: Arc::clone(&checks),
        monitoring: options.monitoring.clone(),
        surroundings: probe::Surroundings { secrets: options.secrets.clone(), shell: options.shell.clone() },
    };
    (Care::new(checks, options.monitoring.clone(), watcher), Some((charge, news)))
}

/// A warning when another run of the same lab is under way, or a fault.
fn look_beside(options: &RunOptions) -> Result<Option<String>, Fault> {
    let Some(beside) = options.beside else { return Ok(None) };
    beside::check(&options.store(), &options.name, options.source.as_deref(), beside)
}

/// By what the operations of a run are known again. Runs without a record are never resumed.
fn fingerprints(plan: &Plan, options: &mut RunOptions) -> Vec<Fingerprint> {
    let contents = std::mem::take(&mut options.contents);
    // One that may be recorded later pays nothing for it; what cannot be compared counts as unchanged.
    let recorded = options.writes_files() && !journal::is_late(options);
    if !recorded && options.resume.is_none() && plan.checked().is_empty() {
        return Vec::new();
    }
    // Without a key values are not compared, and nothing else is different.
    let key = if recorded { Key::beside(&options.store()) } else { Key::of(&options.store()) };
    resume::fingerprint::all(plan, &contents, key.ok().as_ref())
}

/// A warning when later runs will not know what this one has done, although some of its operations are compared.
fn is_unseen(about: &About) -> Option<String> {
    let About { plan, options, .. } = about;
    if plan.checked().is_empty() || options.undoes() {
        return None;
    }
    let root = options.store();
    let elsewhere = options.directory.as_ref().filter(|folder| folder.parent() != Some(root.as_path()));
    let why = match elsewhere {
        Some(folder) => {
            format!("its record is in '{}', and they look in '{}'", folder.display(), root.display())
        }
        None if !options.writes_files() => "it leaves no record".to_owned(),
        None => return None,
    };
    Some(format!(
        "Later runs do not know what this run does, because {why}. Start the next one with -RunAll if this one \
         changes anything."
    ))
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
