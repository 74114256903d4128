//! An operation asks for a restart of the machine: whether it may, and what is said when it may not.

use crate::error::{Code, Fault};
use crate::scheduler::Refusal;
use serde::{Deserialize, Serialize};

/// Characters of a reason that are kept.
const LONGEST: usize = 1_000;

/// What an operation says when it asks for a restart of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestartRequest {
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Whether the operation is to be run again after that.
    #[serde(default)]
    pub rerun: bool,
}

impl RestartRequest {
    /// Reads a request from JSON.
    ///
    /// # Errors
    /// [`Code::MalformedOptions`] when it is not JSON of this shape.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(bytes).map_err(|error| {
            Fault::new(
                Code::MalformedOptions,
                format!("the request of an operation for a restart cannot be read: {error}"),
            )
        })
    }

    /// The same with a reason that fits on a line.
    pub(super) fn on_one_line(mut self) -> Self {
        let words: Vec<&str> = self.reason.split_whitespace().collect();
        self.reason = words.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        self
    }
}

/// Why an operation may not ask for a restart, in words.
pub(super) fn refused(name: &str, refusal: Refusal, most: u32) -> Fault {
    let fault = match refusal {
        Refusal::NotRunning => Fault::new(
            Code::RestartRefused,
            format!("operation '{name}' is not running any more, so it cannot ask for a restart"),
        )
        .with_advice("Ask before the operation ends."),
        Refusal::Undoes => {
            Fault::new(Code::RestartRefused, format!("'{name}' cannot ask for a restart of the machine"))
                .with_advice("A rollback always runs to its end. Restart the machine afterwards.")
        }
        Refusal::Limit => Fault::new(
            Code::RestartLimit,
            format!(
                "operation '{name}' asks for a restart, and the machine has been restarted {} for this run already, which is its limit",
                times(most)
            ),
        )
        .with_advice("Find out why this run needs more, or raise the limit: max-restarts in the lab's settings, or -MaxRestarts."),
        Refusal::WithoutProgress => Fault::new(
            Code::RestartWithoutProgress,
            format!(
                "operation '{name}' asks for another restart, but nothing else has succeeded since the machine was restarted for it"
            ),
        )
        .with_advice("Look at why the restart did not help; the operation must not ask again when it is done."),
    };
    fault.with_target(name)
}

fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        number => format!("{number} times"),
    }
}
