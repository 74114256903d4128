//! The mark in the environment of everything an operation starts, by which it is found wherever it goes.
//!
//! A process that forks, ends and leaves its session belongs to no group and no parent that anybody
//! knows. Its environment is what it was started with, and Linux shows that.

use super::identity::Identity;
use crate::graph::OpId;
use std::ffi::{OsStr, OsString};
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that has the mark. A process inside several runs has one mark of each, apart by spaces.
pub const VARIABLE: &str = "LABRUNNER_MARK";

/// Whose a process is: an attempt of an operation of a run of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The process that the run is in.
    pub host: Identity,
    /// The run's id.
    pub run: String,
    /// The operation.
    pub op: OpId,
    /// Counted from 1.
    pub attempt: u32,
    /// Whether it may outlive its host.
    pub detached: bool,
}

impl Mark {
    /// The mark of something that ends apart from its attempt: a try of a health check. What ends the attempt, or another
    /// try, does not reach it. Its number is none that an attempt has.
    pub(super) fn apart(&self) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(u32::MAX);
        Self { attempt: NEXT.fetch_sub(1, Ordering::Relaxed), ..self.clone() }
    }

    /// The value of [`VARIABLE`] for what has this mark, beside those that this process has itself.
    pub(super) fn beside(&self, inherited: Option<&OsStr>) -> OsString {
        let mut value = inherited.map_or_else(OsString::new, OsStr::to_owned);
        if !value.is_empty() {
            value.push(" ");
        }
        value.push(self.to_string());
        value
    }

    /// The value of [`VARIABLE`] for a process that this one starts.
    pub fn in_environment(&self) -> String {
        self.beside(std::env::var_os(VARIABLE).as_deref()).to_string_lossy().into_owned()
    }

    /// Reads `host-pid.host-start/run/operation/attempt`, operations counted from 1, with a `+` behind it
    /// for what is detached.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, detached) = text.strip_suffix('+').map_or((text, false), |text| (text, true));
        let mut parts = text.split('/');
        let (pid, start) = parts.next()?.split_once('.')?;
        let host = Identity { pid: pid.parse().ok()?, start_time: Some(start.parse().ok()?) };
        let run = parts.next().filter(|run| !run.is_empty())?.to_owned();
        let op = OpId(parts.next()?.parse::<u32>().ok()?.checked_sub(1)?);
        let attempt = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { host, run, op, attempt, detached })
    }

    /// The marks among the variables of a process, as the system shows them: ended by zeros.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn all_in(environment: &[u8]) -> Vec<Self> {
        let value = |variable: &[u8]| {
            let value = variable.strip_prefix(VARIABLE.as_bytes())?.strip_prefix(b"=")?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        let marks = environment.split(|byte| *byte == 0).find_map(value).unwrap_or_default();
        marks.split(' ').filter_map(Self::parse).collect()
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, run, op, attempt, detached } = self;
        let start = host.start_time.unwrap_or_default();
        let end = if *detached { "+" } else { "" };
        write!(f, "{}.{start}/{run}/{}/{attempt}{end}", host.pid, op.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        let host = Identity { pid: 7, start_time: Some(4711) };
        Mark { host, run: "0199-ab".to_owned(), op: OpId(2), attempt: 1, detached: false }
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        assert_eq!(mark().to_string(), "7.4711/0199-ab/3/1");
        for mark in [mark(), Mark { detached: true, ..mark() }] {
            assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        }
        for odd in ["", "7", "7/a/1/1", "7.1/a/1", "7.1/a/0/1", "7.1//1/1", "7.1/a/1/1/1", "x.1/a/1/1"] {
            assert_eq!(Mark::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn marks_of_outer_runs_stay() {
        let inner = Mark { run: "inner".to_owned(), ..mark() };
        let value = inner.beside(Some(OsStr::new(&mark().to_string())));
        let environment = format!("PATH=/bin\0{VARIABLE}={}\0HOME=/", value.to_str().unwrap());
        assert_eq!(Mark::all_in(environment.as_bytes()), [mark(), inner]);
        assert_eq!(Mark::all_in(b"PATH=/bin\0"), []);
        assert_eq!(mark().beside(None).to_str(), Some("7.4711/0199-ab/3/1"));
    }
}
