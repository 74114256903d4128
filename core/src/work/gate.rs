//! Holds back the output of a run's programs while the run's reader has no room for it.

use tokio::sync::watch;

/// A gate in the way of the output of all programs of a run; open at first. While it is closed their pipes are not
/// read, so that a program that writes faster than it is read waits.
#[derive(Debug)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// An open one.
    pub fn open() -> Self {
        Self(watch::Sender::new(true))
    }

    /// Opens or closes it; never waits.
    pub fn set(&self, open: bool) {
        self.0.send_replace(open);
    }

    /// Waits until it is open.
    pub async fn passed(&self) {
        if !*self.0.borrow() {
            // The sender lives as long as this does.
            let _ = self.0.subscribe().wait_for(|open| *open).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::time::Duration;

    #[tokio::test]
    async fn what_comes_while_it_is_closed_waits_until_it_opens() {
        let gate = Gate::open();
        gate.passed().await;
        gate.set(false);
        let mut waiting = pin!(gate.passed());
        assert!(tokio::time::timeout(Duration::ZERO, &mut waiting).await.is_err());
        gate.set(true);
        waiting.await;
    }
}
