//! How the machine's load reaches a run that watches it, and the record of one that lasts: a look a second, until the run is
//! over.

use super::handle::Run;
use crate::machine::{Machine, Sampler};
use crate::record::disk::Disk;
use crate::record::usage::{UsageWriter, Used};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks until the run is over or gone. Holds no strong reference while it waits. A run that does not watch the load pays
/// for nothing before the first second is over.
pub(super) async fn keep_sampling(run: Weak<Run>, watches: bool, disk: Arc<dyn Disk>) {
    let first = if watches { Duration::ZERO } else { INTERVAL };
    let mut ticks = tokio::time::interval_at(Instant::now() + first, INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looking: Option<(Sampler, UsageWriter)> = None;
    loop {
        ticks.tick().await;
        let Some(alive) = run.upgrade() else { return };
        let disk = Arc::clone(&disk);
        let (mut sampler, mut writer) =
            looking.take().unwrap_or_else(|| (Sampler::new(), UsageWriter::new(disk)));
        // The look at the system, the line in the record and the step that follows are synchronous work.
        let step = tokio::task::spawn_blocking(move || {
            (look(&alive, watches, &mut sampler, &mut writer), sampler, writer)
        });
        match step.await {
            Ok((true, sampler, writer)) => looking = Some((sampler, writer)),
            Ok((false, ..)) | Err(_) => return,
        }
    }
}

/// Looks once. False when the run is over.
fn look(run: &Run, watches: bool, sampler: &mut Sampler, writer: &mut UsageWriter) -> bool {
    let sample = sampler.sample();
    if let Some((folder, at)) = run.records_usage() {
        let used = Used {
            at,
            cpu_percent: sample.cpu_percent,
            memory_mib: sample.memory_used_mib,
            memory_total_mib: None,
        };
        writer.note(&folder, used, || Some(Machine::look().memory_total >> 20).filter(|mib| *mib > 0));
    }
    if watches {
        run.sampled(sample.memory_used_mib, sample.cpu_percent)
    } else {
        !run.driver.lock().is_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::OpId;
    use crate::plan::tests::script;
    use crate::record::disk::Files;
    use crate::record::usage;
    use crate::run::testing::{SOON, start, until_finished};
    use crate::run::{Outcome, RunOptions};

    #[test]
    fn what_is_seen_of_the_machine_is_in_the_record_of_a_run_that_is_under_way() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("run");
        let options = RunOptions { directory: Some(folder.clone()), ..RunOptions::new(1) };
        let (run, hub) = start(vec![script("a", &[])], options);
        let (mut sampler, mut writer) = (Sampler::new(), UsageWriter::new(Arc::new(Files)));
        run.take(1, SOON);
        assert!(look(&run, false, &mut sampler, &mut writer));
        run.driver.lock().clock.advance(2_000);
        assert!(look(&run, false, &mut sampler, &mut writer));
        let all = usage::read(&Files, &folder);
        // The run's own looks may be among them.
        assert!(all.len() >= 2, "{all:?}");
        assert!(all[0].memory_total_mib >= all[0].memory_mib && all[0].memory_mib > Some(0), "{all:?}");
        run.complete(OpId(0), 1, Outcome::default());
        until_finished(&hub);
        let count = usage::read(&Files, &folder).len();
        run.driver.lock().clock.advance(2_000);
        assert!(!look(&run, false, &mut sampler, &mut writer), "it is over");
        assert_eq!(usage::read(&Files, &folder).len(), count);
    }

    #[test]
    fn a_run_without_a_record_has_nowhere_to_write_it() {
        let (run, _hub) = start(vec![script("a", &[])], RunOptions::new(1));
        assert_eq!(run.records_usage(), None);
    }
}
