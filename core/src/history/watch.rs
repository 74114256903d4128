//! A run as somebody watches it from outside: what its journal has, a page at a time, while the run goes on or later.

use crate::error::Fault;
use crate::history::{open, query};
use crate::record::disk::Disk;
use crate::record::follow::{self, Followed, Place};
use crate::record::{Entry, FORMAT, Header, Record, What};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Entries of a page, at most.
const PAGE: usize = 1_000;

/// Which entries of which run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchQuery {
    /// The run's folder, or an archive.
    pub place: PathBuf,
    /// Those from here on: a page's `next`. All of them when absent.
    #[serde(default)]
    pub from: Option<Place>,
}

/// A page of a run's journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WatchPage {
    /// What is known of the run before anything happens; in the first page only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<WatchedRun>,
    /// What happened, in its order.
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub next: Place,
    /// Whether there may be more at once.
    pub more: bool,
    /// Whether there may be more later.
    pub running: bool,
    /// Why there is no more, if the journal has more: in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What is known of a run before anything happens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WatchedRun {
    /// Its id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// When it started, RFC 3339 in UTC; the times of entries count from there.
    pub started_at: String,
    /// How many of the names are those of operations; compensations follow.
    pub operations: usize,
    /// The names by the numbers that entries have.
    pub names: Vec<String>,
}

/// A page of a run's journal, as far as it is written.
///
/// # Errors
/// [`Code::UnknownRun`](crate::error::Code::UnknownRun) when there is none that can be read, or no longer.
pub fn page(watched: &WatchQuery) -> Result<WatchPage, Fault> {
    open::with(&watched.place, |record, disk| {
        // In this order: a run that ends has written all before it lets its lock go.
        let running = record.is_running();
        let mut followed = read(record, disk, watched.from.unwrap_or_default());
        for entry in &mut followed.entries {
            entry.what.forget_stamp();
            if let What::Health(health) = &mut entry.what {
                health.message = health.sentence();
            }
        }
        WatchPage {
            run: watched.from.is_none().then(|| WatchedRun::of(record)),
            entries: followed.entries,
            next: followed.place,
            more: followed.more,
            running,
            warnings: followed.damage.iter().map(query::sentence).collect(),
        }
    })
}

fn read(record: &Record<'_>, disk: &dyn Disk, from: Place) -> Followed {
    if record.header().format == FORMAT {
        return follow::read(disk, record.folder(), from, PAGE);
    }
    // A journal of an older version has no numbers of its own, and none is under way.
    let before = from.next.unwrap_or_default();
    let entries: Vec<Entry> =
        record.entries().skip(usize::try_from(before).unwrap_or(usize::MAX)).take(PAGE).collect();
    let place = Place { offset: 0, next: Some(before + entries.len() as u64) };
    Followed { more: entries.len() == PAGE, entries, place, damage: None }
}

impl WatchedRun {
    fn of(record: &Record<'_>) -> Self {
        let Header { run, name, started_at, .. } = record.header().clone();
        let before = record.before();
        let operations = before.operations.len();
        let plan = record.plan();
        let names = if plan.is_empty() {
            before.operations.into_iter().map(|operation| operation.name).collect()
        } else {
            plan.into_iter().map(|operation| operation.name).collect()
        };
        Self { run, name, started_at, operations, names }
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
