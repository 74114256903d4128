//! What the watch over the health of a run and its driver say to each other.

use crate::error::phrase;
use crate::graph::OpId;
use crate::health::Status;
use crate::health::rules::PROCESS;
use crate::health::thresholds::Levels;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc;

/// What a check has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The operation; nothing for what is watched of the run.
    pub op: Option<OpId>,
    pub attempt: u32,
    /// What the check is called.
    pub check: String,
    /// Its place among those of the operation.
    pub place: usize,
    pub status: Status,
    /// Whether something is to be done about it.
    pub acts: bool,
    pub failures: u32,
    /// How the last try went.
    pub message: String,
}

impl Finding {
    /// That a service has died.
    pub(super) fn died(op: OpId, attempt: u32, message: &str) -> Self {
        Self {
            op: Some(op),
            attempt,
            check: PROCESS.to_owned(),
            place: 0,
            status: Status::Unhealthy,
            acts: true,
            failures: 1,
            message: phrase(message),
        }
    }
}

/// What the driver says of operations that are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It is watched from now on.
    Watch(OpId, u32),
    /// It is not watched any more.
    Forget(OpId),
    /// An operation has ended, or become ready.
    Progress,
    /// The run is suspended, or goes on.
    Suspended(bool),
    /// How much of the machine is in use.
    Levels(Levels),
    /// A check has changed, and that is to be made known.
    Said(Box<Said>),
}

/// What is to be made known of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub op: Option<OpId>,
    pub attempt: u32,
    pub place: usize,
    pub check: String,
    pub status: Status,
    /// Whole sentences.
    pub message: String,
}

/// Where the news of operations go.
#[derive(Default)]
pub(super) struct Watcher {
    to: Option<mpsc::UnboundedSender<News>>,
    /// Whether word of progress is on its way: thousands of operations that end need no more than one.
    progressing: Arc<AtomicBool>,
}

/// Who hears them.
pub(super) struct Listener {
    from: mpsc::UnboundedReceiver<News>,
    progressing: Arc<AtomicBool>,
}

impl Watcher {
    /// One that is listened to.
    pub(super) fn new() -> (Self, Listener) {
        let (to, from) = mpsc::unbounded_channel();
        let progressing = Arc::new(AtomicBool::new(false));
        (Self { to: Some(to), progressing: Arc::clone(&progressing) }, Listener { from, progressing })
    }

    /// Says what has happened. Never waits.
    pub(super) fn tell(&self, news: News) {
        let Some(to) = &self.to else { return };
        if news != News::Progress || !self.progressing.swap(true, Ordering::AcqRel) {
            // The other end goes with the run's.
            let _ = to.send(news);
        }
    }

    /// Ends the watch.
    pub(super) fn end(&mut self) {
        self.to = None;
    }
}

impl Listener {
    /// What comes next; nothing once the watch has ended.
    pub(super) async fn hear(&mut self) -> Option<News> {
        let news = self.from.recv().await?;
        if news == News::Progress {
            self.progressing.store(false, Ordering::Release);
        }
        Some(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_of_progress_is_on_its_way_at_a_time_and_none_is_lost() {
        let (mut watcher, mut listener) = Watcher::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut hear = || runtime.block_on(listener.hear());
        (0..5).for_each(|_| watcher.tell(News::Progress));
        watcher.tell(News::Suspended(true));
        assert_eq!((hear(), hear()), (Some(News::Progress), Some(News::Suspended(true))));
        watcher.tell(News::Progress);
        watcher.end();
        assert_eq!((hear(), hear()), (Some(News::Progress), None));
    }
}
