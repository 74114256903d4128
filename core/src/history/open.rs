//! One run by its place, which is a folder or an exported archive: what is known of it, and what its operations wrote.

use crate::error::{Code, Fault};
use crate::graph::OpId;
use crate::history::query::{self, RunDetail};
use crate::record::archive::Archive;
use crate::record::disk::{Disk, Files};
use crate::record::output::reader::{self, Position, ReadRecord};
use crate::record::output::{Kind, Question};
use crate::record::{Damage, Record};
use crate::wildcard::Wildcard;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Which run is asked for in detail.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetailQuery {
    /// The run's folder, or an archive.
    pub place: PathBuf,
    /// Only operations whose name is like one of these.
    pub operations: Vec<Wildcard>,
}

impl DetailQuery {
    /// All of a run.
    pub fn of(place: PathBuf) -> Self {
        Self { place, operations: Vec::new() }
    }
}

/// What is asked of the output of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputQuery {
    /// The run's folder, or an archive.
    pub place: PathBuf,
    /// Only what operations wrote whose name is like one of these.
    pub operations: Vec<Wildcard>,
    /// Only these streams: `output`, `error`, `warning`, `verbose`, `debug` or `information`. What programs wrote to their
    /// standard output is `output`, to their standard error `error`.
    pub streams: Vec<String>,
    /// Only this many records, the last ones.
    pub last: Option<usize>,
    /// From here; a page's `next`.
    pub from: Option<Position>,
    /// Bytes of a page, about.
    pub page: Option<usize>,
}

/// A page of what operations wrote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutputPage {
    /// The records, in the order in which they were written.
    pub records: Vec<NamedRecord>,
    /// Where the next page begins.
    pub next: Position,
    /// Whether there is more now.
    pub more: bool,
    /// Whether there may be more later.
    pub running: bool,
    /// When the run started, RFC 3339; the times of records count from there.
    pub started_at: String,
    /// Why there is no more, if the files have more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<Damage>,
    /// What is not there although it was written: a sentence for each reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A record, and who wrote it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedRecord {
    /// The operation's name.
    pub operation: String,
    /// What was written.
    #[serde(flatten)]
    pub record: ReadRecord,
}

/// Opens a run.
///
/// # Errors
/// [`Code::UnknownRun`] when there is none that can be read.
pub fn with<T>(place: &Path, then: impl FnOnce(&Record<'_>, &dyn Disk) -> T) -> Result<T, Fault> {
    let (disk, folder): (Box<dyn Disk>, PathBuf) = if place.is_file() {
        (Box::new(Archive::open(place)?), PathBuf::new())
    } else {
        (Box::new(Files), place.to_owned())
    };
    let record = Record::open(&*disk, &folder).map_err(|error| {
        Fault::new(Code::UnknownRun, format!("'{}' has no run that can be read: {error}.", place.display()))
            .with_target(place.display().to_string())
    })?;
    Ok(then(&record, &*disk))
}

/// One run in detail.
///
/// # Errors
/// [`Code::UnknownRun`] when there is none that can be read.
pub fn detail(query: &DetailQuery) -> Result<RunDetail, Fault> {
    let DetailQuery { place, operations } = query;
    let found = with(place, |record, _| query::detail(record))?;
    found
        .map(|mut detail| {
            detail.run.directory = place.display().to_string();
            if let Some(all) = &mut detail.run.operations {
                all.retain(|it| is_wanted(operations, &it.name));
            }
            detail
        })
        .ok_or_else(|| {
            Fault::new(Code::UnknownRun, format!("'{}' has no run that can be read.", place.display()))
        })
}

/// What the operations of a run wrote, a page of it.
///
/// # Errors
/// [`Code::UnknownRun`] when there is no run, [`Code::InvalidValue`] for a stream that does not exist.
pub fn output(query: &OutputQuery) -> Result<OutputPage, Fault> {
    let kinds = kinds(&query.streams)?;
    with(&query.place, |record, disk| {
        let names = names(record);
        let wanted = (!query.operations.is_empty()).then(|| {
            let is = |name: &str| is_wanted(&query.operations, name);
            (0..).zip(&names).filter(|(_, name)| is(name)).map(|(op, _)| OpId(op)).collect()
        });
        let question =
            Question { operations: wanted, kinds, last: query.last, from: query.from, page: query.page };
        // In this order: what is written before the lock is free is read.
        let running = record.is_running();
        let page = reader::read(disk, record.folder(), &record.header().run, &question);
        let name = |op: OpId| names.get(op.index()).cloned().unwrap_or_else(|| format!("#{}", op.0));
        let named = |record: ReadRecord| NamedRecord { operation: name(record.op), record };
        // The end of a file that grows may be half of what is being written.
        let damage = page.damage.filter(|_| !running);
        let held = page.held.iter().filter(|_| !running).map(|op| name(*op));
        let cut = held.map(|name| {
            format!("The last part of what '{name}' wrote is missing: its process died while it was in memory only.")
        });
        OutputPage {
            warnings: damage.iter().map(query::sentence).chain(cut).collect(),
            records: page.records.into_iter().map(named).collect(),
            next: page.next,
            more: page.more,
            running,
            started_at: record.header().started_at.clone(),
            damage,
        }
    })
}

/// Whether a name is like one of the patterns; every name is where there are none.
fn is_wanted(patterns: &[Wildcard], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.is_match(name))
}

/// The names of operations and compensations by number.
fn names(record: &Record<'_>) -> Vec<String> {
    let plan = record.plan();
    if plan.is_empty() {
        return record.before().operations.into_iter().map(|operation| operation.name).collect();
    }
    plan.into_iter().map(|operation| operation.name).collect()
}

/// The kinds of records that streams have, as bits; nothing for all of them.
fn kinds(streams: &[String]) -> Result<Option<u16>, Fault> {
    let mut kinds = 0;
    for stream in streams {
        kinds |= match stream.to_ascii_lowercase().as_str() {
            "output" => Kind::Output.bit() | Kind::Stdout.bit(),
            "error" => Kind::Error.bit() | Kind::Stderr.bit(),
            "warning" => Kind::Warning.bit(),
            "verbose" => Kind::Verbose.bit(),
            "debug" => Kind::Debug.bit(),
            "information" => Kind::Information.bit(),
            other => {
                return Err(Fault::new(Code::InvalidValue, format!("The stream '{other}' does not exist."))
                    .with_advice("Streams are output, error, warning, verbose, debug and information."));
            }
        };
    }
    Ok((!streams.is_empty()).then_some(kinds))
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
