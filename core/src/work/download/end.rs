//! How an attempt ends that has not brought the file.

use crate::error::Fault;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// It was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stopped;

/// Whether a download goes on. Clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Going(Arc<AtomicBool>);

impl Going {
    /// Asks it to stop.
    pub(super) fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// An error once it is to stop.
    pub(super) fn goes_on(&self) -> Result<(), Stopped> {
        if self.0.load(Ordering::SeqCst) { Err(Stopped) } else { Ok(()) }
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum End {
    /// It was asked to.
    Stopped,
    /// Something went wrong.
    Failed(Box<Trouble>),
}

/// What went wrong, and whether another attempt may help.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) fault: Fault,
    /// It may be gone in a moment.
    pub(super) passes: bool,
    /// The pause that the server asks for.
    pub(super) retry_after: Option<Duration>,
}

impl Trouble {
    /// What will be there again the next time.
    pub(super) fn lasting(fault: Fault) -> Self {
        Self { fault, passes: false, retry_after: None }
    }

    /// What may be gone in a moment.
    pub(super) fn passing(fault: Fault) -> Self {
        Self { fault, passes: true, retry_after: None }
    }
}

impl From<Stopped> for End {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(Box::new(trouble))
    }
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Trouble::lasting(fault).into()
    }
}
