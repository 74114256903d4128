//! How the machine's load reaches a run that watches it: a sample a second, until the run is over.

use super::handle::Run;
use crate::machine::Sampler;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Time between two samples.
const INTERVAL: Duration = Duration::from_secs(1);

/// Samples until the run is over or gone. Holds no strong reference while it waits.
pub(super) async fn keep_sampling(run: Weak<Run>) {
    let mut sampler = Sampler::new();
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(alive) = run.upgrade() else { return };
        // Both the look at the system and the step that follows are synchronous work.
        let step = tokio::task::spawn_blocking(move || {
            let sample = sampler.sample();
            (alive.sampled(sample.memory_used_mib, sample.cpu_percent), sampler)
        });
        match step.await {
            Ok((true, back)) => sampler = back,
            Ok((false, _)) | Err(_) => return,
        }
    }
}
