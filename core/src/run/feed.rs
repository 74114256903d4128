//! The way of a run's events to the hub: numbered and timed, in the order in which things happened.

use super::events::{Event, EventHub, EventKind};
use std::sync::Arc;

/// What numbers the events of one run and sends them off.
pub(super) struct Feed {
    /// The run's tag, which all of its events carry.
    tag: u64,
    hub: Arc<EventHub>,
    next: u64,
}

impl Feed {
    pub(super) fn new(tag: u64, hub: Arc<EventHub>) -> Self {
        Self { tag, hub, next: 0 }
    }

    /// The next event; it is not sent yet.
    pub(super) fn event(&mut self, at_ms: u64, kind: EventKind) -> Event {
        let event = Event { run: self.tag, seq: self.next, at_ms, kind };
        self.next += 1;
        event
    }

    /// Sends events in the order in which they were numbered.
    pub(super) fn send(&self, events: impl IntoIterator<Item = Event>) {
        self.hub.push(events);
    }

    /// Numbers one event and sends it.
    pub(super) fn publish(&mut self, at_ms: u64, kind: EventKind) {
        let event = self.event(at_ms, kind);
        self.send([event]);
    }
}
