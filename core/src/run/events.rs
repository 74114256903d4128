//! What runs make known while they run: one queue for all runs of the process, read by one thread.
//!
//! Changes of state are never held back. Output of programs is, by an [`OutputBudget`].

use crate::graph::OpId;
use crate::record::What;
use crate::run::sync::{Condvar, Mutex};
use crate::work::budget::OutputBudget;
use crate::work::output::Stream;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One thing that happened in one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// The run's tag, as given at its start.
    pub run: u64,
    /// Place in the run's own sequence, from 0.
    pub seq: u64,
    /// Milliseconds since the run's start.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// More workers are needed.
    Demand {
        /// How many the run should have in all.
        workers: usize,
    },
    /// A line that a program wrote.
    Output {
        /// Which operation.
        op: OpId,
        /// Which attempt.
        attempt: u32,
        /// Where it was written.
        stream: Stream,
        /// The line without its end.
        line: String,
    },
    /// Something that the user should know of the run itself.
    Warning {
        /// Whole sentences.
        message: String,
    },
    /// Something that is in the run's record too, if it has one.
    #[serde(untagged)]
    Happened(What),
}

impl Event {
    /// Without what only a record is written for.
    #[must_use]
    pub(super) fn without_stamp(mut self) -> Self {
        if let EventKind::Happened(what) = &mut self.kind {
            what.forget_stamp();
        }
        self
    }
}

/// The queue.
#[derive(Debug, Default)]
pub struct EventHub {
    queue: Mutex<Queue>,
    arrived: Condvar,
    budget: Arc<OutputBudget>,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<Event>,
    woken: bool,
}

impl EventHub {
    /// Adds events.
    pub fn push(&self, events: impl IntoIterator<Item = Event>) {
        let mut queue = self.queue.lock();
        let before = queue.events.len();
        queue.events.extend(events);
        if queue.events.len() > before {
            self.arrived.notify_one();
        }
    }

    /// The room for output that waits to be read: it is given back when a line is read.
    pub fn budget(&self) -> &Arc<OutputBudget> {
        &self.budget
    }

    /// Takes all events, waiting for the first up to `wait`; empty when none came or somebody woke it.
    pub fn take(&self, wait: Duration) -> Vec<Event> {
        let deadline = Instant::now().checked_add(wait);
        let mut queue = self.queue.lock();
        while queue.events.is_empty() && !queue.woken {
            match deadline {
                Some(deadline) => {
                    if self.arrived.wait_until(&mut queue, deadline) {
                        break;
                    }
                }
                None => self.arrived.wait(&mut queue),
            }
        }
        queue.woken = false;
        let events: Vec<Event> = queue.events.drain(..).collect();
        drop(queue);
        self.budget.give_back(events.iter().filter_map(|event| match &event.kind {
            EventKind::Output { line, .. } => Some(line.as_str()),
            _ => None,
        }));
        events
    }

    /// Makes a waiting [`take`](Self::take) return, or the next one if none waits.
    pub fn wake(&self) {
        self.queue.lock().woken = true;
        self.arrived.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::entry::Ended;
    use crate::scheduler::Status;
    use crate::work::budget::{LINE_OVERHEAD, OUTPUT_BUDGET};

    fn output(line: &str) -> Event {
        let kind =
            EventKind::Output { op: OpId(0), attempt: 1, stream: Stream::Stdout, line: line.to_owned() };
        Event { run: 1, seq: 0, at_ms: 0, kind }
    }

    #[test]
    fn a_wait_ends_with_a_wake() {
        let hub = Arc::new(EventHub::default());
        let waiting = std::thread::spawn({
            let hub = Arc::clone(&hub);
            move || hub.take(Duration::from_secs(600))
        });
        hub.wake();
        assert_eq!(waiting.join().unwrap(), []);
    }

    #[test]
    fn an_event_is_a_flat_document() {
        let kind = EventKind::Happened(What::Ended(Ended {
            op: OpId(3),
            name: "a".to_owned(),
            attempt: 1,
            status: Status::Succeeded,
            worker: Some(2),
            error: None,
            exit_code: None,
            duration_ms: 12,
            test: None,
            stamp: None,
        }));
        let json = serde_json::to_string(&Event { run: 9, seq: 4, at_ms: 50, kind }).unwrap();
        assert_eq!(
            json,
            r#"{"run":9,"seq":4,"at_ms":50,"event":"ended","op":3,"name":"a","attempt":1,"status":"Succeeded","worker":2,"duration_ms":12}"#
        );
    }

    #[tokio::test]
    async fn output_beyond_the_budget_waits_for_a_reader() {
        let hub = Arc::new(EventHub::default());
        let line = "x".repeat(OUTPUT_BUDGET);
        hub.budget().reserve(&line).await;
        hub.push([output(&line)]);
        let mut blocked = tokio::spawn({
            let hub = Arc::clone(&hub);
            async move { hub.budget().reserve("another").await }
        });
        tokio::task::yield_now().await;
        assert!(futures_pending(&mut blocked).await);
        assert_eq!(hub.take(Duration::ZERO).len(), 1);
        blocked.await.unwrap();
    }

    #[tokio::test]
    async fn short_lines_count_with_all_that_they_take() {
        let hub = EventHub::default();
        let mut waiting = 0;
        // The first that must wait for a reader ends the count.
        while tokio::time::timeout(Duration::ZERO, hub.budget().reserve("1")).await.is_ok() {
            hub.push([output("1")]);
            waiting += 1;
        }
        assert_eq!(waiting, OUTPUT_BUDGET / (LINE_OVERHEAD + 1));
        assert_eq!(hub.take(Duration::ZERO).len(), waiting);
        hub.budget().reserve("1").await;
    }

    /// Whether a task is still waiting after everything else had its turn.
    async fn futures_pending(task: &mut tokio::task::JoinHandle<()>) -> bool {
        tokio::select! {
            biased;
            _ = task => false,
            () = tokio::task::yield_now() => true,
        }
    }
}
