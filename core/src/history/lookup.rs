//! Which run is meant: by the beginning of its id, by its name, by its folder, or the last one that fits.
//!
//! A run that was resumed or undone goes on in its newest descendant, so that is what is found.

use super::store;
use crate::error::{Code, Fault};
use crate::record::disk::Files;
use crate::record::format1;
use crate::record::lock::Lock;
use crate::record::{Header, Record, Relation};
use crate::scheduler::RunStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Runs that a message names, at most.
const NAMED: usize = 5;

/// Which run is asked for, and what for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Folder of all runs; [`store::root`] when absent.
    pub root: Option<PathBuf>,
    /// The beginning of its id, as long as no other run's id begins like that.
    pub id: Option<String>,
    /// Its name, ignoring case: the newest one.
    pub name: Option<String>,
    /// Its folder.
    pub directory: Option<PathBuf>,
    /// Whether it is to be undone; otherwise it is to be resumed.
    pub undo: bool,
    /// Whether all runs are asked for that wait for a restart of this machine: see [`pending`](super::pending).
    pub pending: bool,
}

/// A run that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub directory: PathBuf,
    /// The lab file it came from.
    pub source: Option<String>,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// How it ended; absent when its process died.
    pub status: Option<RunStatus>,
    /// Whether it is under way and starts nothing until it is asked to go on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// How many operations could run at the same time.
    pub max_concurrency: u32,
    /// The options it was started with.
    pub options: serde_json::Value,
    /// The run that was asked for, when this one goes on for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goes_on_for: Option<String>,
    /// The names of its operations, as declared.
    pub operations: Vec<String>,
}

/// Finds a run.
///
/// # Errors
/// [`Code::InvalidRunId`], [`Code::UnknownRun`], [`Code::AmbiguousRun`], or [`Code::NothingToResume`] when none that fits
/// can be resumed or undone.
pub fn find(wanted: &Wanted) -> Result<Found, Fault> {
    let root = wanted.root.clone().unwrap_or_else(store::root);
    let asked = match wanted {
        Wanted { directory: Some(folder), .. } => {
            let record =
                Record::open(&Files, folder).map_err(|error| unreadable(folder, &error.to_string()))?;
            (folder.clone(), record.header().clone())
        }
        Wanted { id: Some(id), .. } => by_id(&root, id)?,
        Wanted { name: Some(name), .. } => by_name(&root, name)?,
        _ => last(&root, wanted.undo)?,
    };
    let (folder, header) = newest_descendant(&root, asked.clone());
    let record = Record::open(&Files, &folder).map_err(|error| unreadable(&folder, &error.to_string()))?;
    let status = ending(&record);
    let declared = record.before().operations.into_iter().map(|operation| operation.name);
    Ok(Found {
        operations: declared.collect(),
        suspended: !wanted.undo && status.is_none() && is_suspended(&record),
        goes_on_for: (asked.1.run != header.run).then(|| asked.1.run.clone()),
        run: header.run,
        name: header.name,
        directory: folder,
        source: header.source,
        started_at: header.started_at,
        status,
        max_concurrency: header.max_concurrency,
        options: header.options,
    })
}

fn unreadable(folder: &Path, why: &str) -> Fault {
    Fault::new(
        Code::UnknownRun,
        format!("the folder '{}' has no run that can be read: {why}", folder.display()),
    )
    .with_advice("Give the folder of a run, as a report's RunDirectory has it.")
    .with_target(folder.display().to_string())
}

/// All runs whose header can be read, the newest first.
pub fn headers(root: &Path) -> impl Iterator<Item = (PathBuf, Header)> {
    newest_first(root.to_owned(), store::folders(root))
}

/// Names of folders begin with the time, to the second; which run of one second came first their headers say.
fn newest_first(root: PathBuf, folders: Vec<String>) -> impl Iterator<Item = (PathBuf, Header)> {
    let mut folders = folders.into_iter().peekable();
    std::iter::from_fn(move || {
        let first = folders.next()?;
        let second = store::second(&first).to_owned();
        let mut these = Vec::from_iter(open(root.join(first)));
        while let Some(folder) = folders.next_if(|folder| store::second(folder) == second) {
            these.extend(open(root.join(folder)));
        }
        these.sort_by_cached_key(|(_, header)| Reverse(header.started_at.parse::<Timestamp>().ok()));
        Some(these)
    })
    .flatten()
}

fn open(folder: PathBuf) -> Option<(PathBuf, Header)> {
    let record = Record::open(&Files, &folder).ok()?;
    let header = record.header().clone();
    (header.format != format1::FORMAT).then_some((folder, header))
}

/// Letters and digits of an id, in lower case; nothing when something else is in it.
fn plain(id: &str) -> Option<String> {
    let digits = |id: &str| id.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
    let sound = !id.is_empty() && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    sound.then(|| digits(id)).filter(|id| !id.is_empty())
}

fn by_id(root: &Path, id: &str) -> Result<(PathBuf, Header), Fault> {
    let wanted = plain(id).ok_or_else(|| {
        Fault::new(Code::InvalidRunId, format!("'{}' is not the id of a run", id.escape_debug()))
            .with_advice("An id has digits, letters from a to f and hyphens; its beginning is enough.")
            .with_target(id)
    })?;
    let begins = |header: &Header| plain(&header.run).is_some_and(|run| run.starts_with(&wanted));
    let mut found: Vec<_> = headers(root).filter(|(_, header)| begins(header)).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Fault::new(Code::UnknownRun, format!("no run has an id that begins with '{id}'"))
            .with_advice(format!("Runs are looked for in '{}'.", root.display()))
            .with_target(id)),
        many => {
            let names =
                found.iter().take(NAMED).map(|(_, header)| format!("{} ({})", header.run, header.name));
            let more = if many > NAMED { format!(" and {} more", many - NAMED) } else { String::new() };
            let names: Vec<String> = names.collect();
            Err(Fault::new(
                Code::AmbiguousRun,
                format!("the ids of {many} runs begin with '{id}': {}{more}", names.join(", ")),
            )
            .with_advice("Give more of the id.")
            .with_target(id))
        }
    }
}

fn by_name(root: &Path, name: &str) -> Result<(PathBuf, Header), Fault> {
    let newest = headers(root).find(|(_, header)| header.name.eq_ignore_ascii_case(name));
    newest.ok_or_else(|| {
        Fault::new(Code::UnknownRun, format!("no run is called '{name}'"))
            .with_advice(format!("Runs are looked for in '{}'.", root.display()))
            .with_target(name)
    })
}

/// The newest run that is the last one of its lab, and can be resumed or undone.
fn last(root: &Path, undo: bool) -> Result<(PathBuf, Header), Fault> {
    let mut labs = HashSet::new();
    let mut is_last = |header: &Header| labs.insert((header.name.to_lowercase(), header.source.clone()));
    let found = headers(root).filter(|(_, header)| is_last(header)).find_map(|run| {
        // If the clock was set back, that is not the one that started last.
        let (folder, header) = newest_descendant(root, run);
        fits(&folder, &header, undo).then_some((folder, header))
    });
    let what = if undo { "undone" } else { "resumed" };
    found.ok_or_else(|| {
        Fault::new(Code::NothingToResume, format!("there is no run that can be {what}"))
            .with_advice(format!("Runs are looked for in '{}'.", root.display()))
    })
}

fn fits(folder: &Path, header: &Header, undo: bool) -> bool {
    let Ok(record) = Record::open(&Files, folder) else { return false };
    let status = ending(&record);
    // In this order: a run that ends meanwhile has an end.
    if status.is_none() && record.is_running() {
        return !undo && record.replay().0.suspended;
    }
    match status {
        Some(RunStatus::Undone) => false,
        Some(RunStatus::Succeeded | RunStatus::PartiallyUndone) => undo,
        _ => undo || header.relation != Some(Relation::Undoes),
    }
}

/// Whether a run is under way and starts nothing until it is asked to go on.
fn is_suspended(record: &Record<'_>) -> bool {
    record.is_running() && record.replay().0.suspended
}

/// A run of a lab file that is under way, the newest one.
pub fn under_way(root: &Path, name: &str, source: &str) -> Option<Header> {
    // Looking at the lock is all that most folders cost.
    let mut running =
        store::folders_of(root, name).into_iter().map(|name| root.join(name)).filter(|it| Lock::is_held(it));
    running.find_map(|folder| {
        let (folder, header) = open(folder)?;
        let is_over = || Record::open(&Files, &folder).is_ok_and(|record| ending(&record).is_some());
        (header.source.as_deref() == Some(source) && !is_over()).then_some(header)
    })
}

/// How a run ended; nothing when its process died, or is still at it.
pub fn ending(record: &Record<'_>) -> Option<RunStatus> {
    record.ending().and_then(|ending| ending.status).or_else(|| record.replay().0.status)
}

/// The run that goes on last for another one: the newest child of the newest child, and so on.
fn newest_descendant(root: &Path, first: (PathBuf, Header)) -> (PathBuf, Header) {
    let mut newest = first;
    let mut seen = HashSet::from([newest.1.run.clone()]);
    while let Some(child) = child_of(root, &newest.1)
        && seen.insert(child.1.run.clone())
    {
        newest = child;
    }
    newest
}

/// The run that another one resumes or undoes.
pub fn parent_of(root: &Path, child: &Header) -> Option<Header> {
    let parent = child.parent.as_ref()?;
    let mut headers = newest_first(root.to_owned(), store::folders_of(root, &child.name));
    headers.find_map(|(_, header)| (header.run == *parent).then_some(header))
}

/// The newest run that resumes or undoes another one.
pub fn child_of(root: &Path, parent: &Header) -> Option<(PathBuf, Header)> {
    let mut headers = newest_first(root.to_owned(), store::folders_of(root, &parent.name));
    headers.find(|(_, header)| header.parent.as_ref() == Some(&parent.run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Writer;
    use std::sync::Arc;

    #[test]
    fn of_runs_that_started_in_one_second_the_last_one_is_the_newest() {
        let root = tempfile::tempdir().unwrap();
        for (id, at) in [
            ("aaaaaaaa", "2026-01-01T00:00:00.25Z"),
            ("ffffffff", "2026-01-01T00:00:00.5Z"),
            ("aaaa0000", "2026-01-01T00:00:00.75Z"),
        ] {
            let header = Header {
                format: crate::record::FORMAT,
                run: id.to_owned(),
                name: "web".to_owned(),
                started_at: at.to_owned(),
                ..Header::default()
            };
            let folder = root.path().join(store::folder_name(at.parse().unwrap(), "web", id));
            drop(Writer::create(Arc::new(Files), &folder, &header, b"{\"operations\":[]}").unwrap());
        }
        assert_eq!(by_name(root.path(), "web").unwrap().1.run, "aaaa0000");
        let both = by_id(root.path(), "aaaa").unwrap_err();
        assert_eq!(both.code, Code::AmbiguousRun);
        assert!(both.message.contains("aaaaaaaa") && both.message.contains("aaaa0000"), "{}", both.message);
        assert_eq!(by_id(root.path(), "AAAA-0").unwrap().1.run, "aaaa0000");
        let all: Vec<String> = headers(root.path()).map(|(_, header)| header.run).collect();
        assert_eq!(all, ["aaaa0000", "ffffffff", "aaaaaaaa"]);
    }
}
