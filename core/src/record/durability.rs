//! What a run's record survives.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long an entry may wait until it would survive a power cut, in a record that is to.
pub const GROUPED: Duration = Duration::from_millis(200);

/// What a run's record survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Durability {
    /// The death of the process, however it comes.
    #[default]
    Process,
    /// The death of the machine too; of a run under way, all but the last [`GROUPED`].
    Machine,
    /// As `Machine`; and when that cannot be kept, the run is not started, or is stopped.
    Required,
}

impl Durability {
    /// Whether it has to be waited for that the disk has everything.
    pub fn is_synced(self) -> bool {
        self != Self::Process
    }
}
