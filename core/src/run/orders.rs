//! Orders from other processes: how a run hears of them.
//!
//! A run with a record looks into its folder five times a second. What it finds there goes the way of everything that
//! happens to it: into the inbox, and from there into a step, whose entries have the order and the answer before what
//! follows from it.

use super::driver::Message;
use super::handle::Run;
use crate::record::mailbox;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Time between two looks.
const INTERVAL: Duration = Duration::from_millis(200);

/// Looks for orders until the run is over or gone. Holds no strong reference while it waits.
pub(super) async fn watch(run: Weak<Run>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first one comes at once.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let Some(alive) = run.upgrade() else { return };
        // Both the look and the step that follows may wait for the disk.
        match tokio::task::spawn_blocking(move || alive.take_orders()).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return,
        }
    }
}

impl Run {
    /// Takes the orders that are there. False when the run was over before: what came since has its answer too.
    pub(super) fn take_orders(&self) -> bool {
        let (folder, over) = {
            let driver = self.driver.lock();
            (driver.folder().map(std::path::Path::to_owned), driver.is_over())
        };
        for letter in folder.into_iter().flat_map(|folder| mailbox::claim(&folder)) {
            drop(self.send(Message::Order { order: Box::new(letter.order.clone()), fault: letter.fault }));
            letter.answered();
        }
        !over
    }
}

#[cfg(test)]
#[path = "orders_tests.rs"]
mod tests;
