//! How time reaches a run: a tick whenever something is due, until the run is over.

use super::handle::Run;
use std::sync::{Arc, Weak};
use tokio::sync::Notify;

/// Ticks until the run is over or gone. Holds no strong reference while it waits.
pub(super) async fn keep_time(run: Weak<Run>, changed: Arc<Notify>) {
    loop {
        let Some(alive) = run.upgrade() else { return };
        let (wait, over) = alive.driver.lock().next_tick();
        drop(alive);
        if over {
            return;
        }
        match wait {
            None => changed.notified().await,
            Some(wait) => {
                if tokio::time::timeout(wait, changed.notified()).await.is_err() {
                    let Some(alive) = run.upgrade() else { return };
                    // Scheduling is synchronous work that may write to the journal.
                    if tokio::task::spawn_blocking(move || alive.tick()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
