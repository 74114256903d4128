//! Whether a lab is started beside another run of itself.
//!
//! Only a lock says that a run is under way, never a process id. One start after another looks and opens its record, so
//! that of two that start at the same moment one sees the other.

use crate::error::{Code, Fault};
use crate::history::lookup;
use crate::record::Header;
use crate::record::disk::{self, Disk};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// How long another start may take until it is not waited for any longer: at worst both miss each other.
const TRIES: u32 = 400;
const PAUSE: Duration = Duration::from_millis(5);

/// What is done when the lab is under way already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// It is started, with a warning.
    Warn,
    /// It is not started.
    Refuse,
}

/// The place that one start after another goes through. It is left when this is dropped.
pub(super) struct Entrance {
    _file: Option<File>,
}

impl Entrance {
    /// Waits for the entrance of a folder of runs. Where there can be none, nothing is waited for.
    pub(super) fn enter(root: &Path) -> Self {
        let opened = disk::Files.make_folder(root).and_then(|()| {
            disk::private().create(true).truncate(false).write(true).open(root.join("starting"))
        });
        let Ok(file) = opened else { return Self { _file: None } };
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Self { _file: Some(file) },
                Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(std::fs::TryLockError::Error(_)) => break,
            }
        }
        Self { _file: None }
    }
}

/// Looks for a run of the same lab that is under way; returns a warning if there is one and that is not a fault.
pub(super) fn check(
    root: &Path,
    name: &str,
    source: Option<&str>,
    beside: Beside,
) -> Result<Option<String>, Fault> {
    let Some(source) = source else { return Ok(None) };
    let Some(Header { run, pid, .. }) = lookup::under_way(root, name, source) else { return Ok(None) };
    let is_under_way = format!("lab '{name}' is under way already: run {run} in process {pid}");
    match beside {
        Beside::Refuse => Err(Fault::new(Code::LabUnderWay, is_under_way)
            .with_advice("Wait for its end with -Wait, stop it, or start the lab beside it with -Force.")
            .with_target(run)),
        Beside::Warn => Ok(Some(format!(
            "{is_under_way}. Both run side by side now; with -Wait the second one waits for the first."
        ))),
    }
}
