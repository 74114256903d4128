//! How the machine's load reaches a run: its admission, its thresholds, and the record of one that lasts. One look a second
//! serves all three, until the run is over.

use super::RunOptions;
use super::handle::Run;
use crate::health::thresholds::Levels;
use crate::machine::{Sample, Sampler, disk_used_percent};
use crate::record::disk::Disk;
use crate::record::usage::{UsageWriter, Used};
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// How many looks there are to one at the disk, for which the system is asked about all its disks.
const TO_ONE_OF_DISK: u32 = 5;

/// Looks at the machine for one run.
pub(super) struct Sampling {
    /// Whether what is admitted depends on the load.
    admits: bool,
    /// The folder whose disk is watched, of a run whose thresholds depend on the machine.
    store: Option<PathBuf>,
    disk: Arc<dyn Disk>,
}

impl Sampling {
    /// What a run with these options needs; nothing where nobody would look at it.
    pub(super) fn of(options: &RunOptions, admits: bool, disk: Arc<dyn Disk>) -> Option<Self> {
        let monitoring = options.monitoring.as_ref().filter(|monitoring| monitoring.watches_machine());
        let store = monitoring.map(|_| options.store());
        (admits || store.is_some() || options.writes_files()).then_some(Self { admits, store, disk })
    }

    /// Looks until the run is over or gone. Holds no strong reference while it waits. A run whose admission does not depend
    /// on it pays for nothing before the first second is over.
    pub(super) async fn keep_up(self, run: Weak<Run>) {
        let first = if self.admits { Duration::ZERO } else { INTERVAL };
        let mut ticks = tokio::time::interval_at(Instant::now() + first, INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sampling = Some(self);
        let mut looking: Option<Looking> = None;
        loop {
            ticks.tick().await;
            let Some((alive, own)) = run.upgrade().zip(sampling.take()) else { return };
            let mut eyes = looking.take().unwrap_or_else(|| Looking::new(Arc::clone(&own.disk)));
            // The look at the system, the line in the record and the step that follows are synchronous work.
            let step = tokio::task::spawn_blocking(move || (eyes.look(&alive, &own), eyes, own));
            match step.await {
                Ok((true, eyes, own)) => (looking, sampling) = (Some(eyes), Some(own)),
                Ok((false, ..)) | Err(_) => return,
            }
        }
    }
}

/// What is kept from one look to the next.
struct Looking {
    sampler: Sampler,
    writer: UsageWriter,
    looks: u32,
}

impl Looking {
    fn new(disk: Arc<dyn Disk>) -> Self {
        Self { sampler: Sampler::new(), writer: UsageWriter::new(disk), looks: 0 }
    }

    /// Looks once. False when the run is over.
    fn look(&mut self, run: &Run, sampling: &Sampling) -> bool {
        let sample = self.sampler.sample();
        if let Some((folder, at)) = run.records_usage() {
            let Sample { memory_used_mib: memory_mib, memory_total_mib, cpu_percent } = sample;
            self.writer.note(&folder, Used { at, cpu_percent, memory_mib, memory_total_mib });
        }
        if let Some(store) = &sampling.store {
            let disk = self.looks.is_multiple_of(TO_ONE_OF_DISK).then(|| disk_used_percent(store)).flatten();
            let levels = Levels { processors: sample.cpu_percent, memory: sample.memory_percent(), disk };
            run.driver.lock().care.sampled(levels);
        }
        self.looks = self.looks.wrapping_add(1);
        if sampling.admits {
            run.sampled(sample.memory_used_mib, sample.cpu_percent)
        } else {
            !run.driver.lock().is_over()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::OpId;
    use crate::health::Status;
    use crate::operation::Monitoring;
    use crate::plan::tests::script;
    use crate::record::disk::Files;
    use crate::record::{What, usage};
    use crate::run::testing::{SOON, start, until, until_finished};
    use crate::run::{EventKind, Outcome, RunOptions};
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_seen_of_the_machine_is_in_the_record_of_a_run_that_is_under_way() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("run");
        let options = RunOptions { directory: Some(folder.clone()), ..RunOptions::new(1) };
        let (run, hub) = start(vec![script("a", &[])], options);
        let sampling = Sampling { admits: false, store: None, disk: Arc::new(Files) };
        let mut eyes = Looking::new(Arc::new(Files));
        run.take(1, SOON);
        assert!(eyes.look(&run, &sampling));
        run.driver.lock().clock.advance(2_000);
        assert!(eyes.look(&run, &sampling));
        let all = usage::read(&Files, &folder);
        // The run's own looks may be among them.
        assert!(all.len() >= 2, "{all:?}");
        assert!(all[0].memory_total_mib >= all[0].memory_mib && all[0].memory_mib > Some(0), "{all:?}");
        run.complete(OpId(0), 1, Outcome::default());
        until_finished(&hub);
        let count = usage::read(&Files, &folder).len();
        run.driver.lock().clock.advance(2_000);
        assert!(!eyes.look(&run, &sampling), "it is over");
        assert_eq!(usage::read(&Files, &folder).len(), count);
    }

    #[test]
    fn one_look_serves_the_record_and_the_thresholds() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("run");
        // More than nothing is always in use, so that each of them has been passed at the first look.
        let monitoring = Monitoring {
            memory: Some(0),
            disk: Some(0),
            no_progress_ms: None,
            for_ms: 0,
            ..Monitoring::default()
        };
        let options = RunOptions {
            directory: Some(folder.clone()),
            monitoring: Some(monitoring),
            ..RunOptions::new(1)
        };
        let sampling = Sampling::of(&options, false, Arc::new(Files)).unwrap();
        let (run, hub) = start(vec![script("a", &[])], options);
        run.take(1, SOON);
        assert!(Looking::new(Arc::new(Files)).look(&run, &sampling));
        assert!(!usage::read(&Files, &folder).is_empty());
        let mut wanted = BTreeSet::from(["memory"]);
        // A large disk with little on it is 0 % full.
        wanted.extend(disk_used_percent(root.path()).filter(|percent| *percent > 0).map(|_| "disk"));
        let wanted = RefCell::new(wanted);
        until(&hub, |event| {
            let EventKind::Happened(What::Health(health)) = event else { return false };
            assert_eq!((health.op, health.status), (None, Status::Unhealthy));
            wanted.borrow_mut().remove(health.check.as_str());
            wanted.borrow().is_empty()
        });
        run.complete(OpId(0), 1, Outcome::default());
        until_finished(&hub);
    }

    #[test]
    fn nobody_looks_for_a_run_that_has_neither_limits_of_load_nor_thresholds_nor_a_record() {
        let of = |options: &RunOptions, admits| Sampling::of(options, admits, Arc::new(Files)).is_some();
        let monitored = |monitoring| RunOptions { monitoring: Some(monitoring), ..RunOptions::new(1) };
        assert!(!of(&RunOptions::new(1), false) && of(&RunOptions::new(1), true));
        assert!(of(&monitored(Monitoring::default()), false));
        assert!(!of(&monitored(Monitoring { memory: None, disk: None, ..Monitoring::default() }), false));
    }

    #[test]
    fn a_run_without_a_record_has_nowhere_to_write_it() {
        let (run, _hub) = start(vec![script("a", &[])], RunOptions::new(1));
        assert_eq!(run.records_usage(), None);
    }
}
