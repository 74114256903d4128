//! What a run that resumes or undoes another one takes over from it.
//!
//! By outcomes, not by replay: names, fingerprints and how each operation ended are enough, so scripts need not be
//! deterministic. The new run is a run of its own with a record of its own, which begins with what it has taken
//! over; so the newest record of a chain says all, and nothing is ever appended to the record of a run that died.
//!
//! * The lock of the earlier run is held while the new record is opened, so the earlier run is over, and of several
//!   processes that resume it at once only one does. The newest record of a chain is complete, so resuming a resumed
//!   run reads one record.
//! * What is done with an operation is decided by one table, `resume/table.rs`, whose rows are also the table in
//!   `docs/resume.md`. A test tries it with every combination of facts. `resume/spread.rs` applies it to whole plans,
//!   and is compared with an oracle that grows sets. An operation that runs can only add others that run, so the
//!   spreading ends.
//! * A service is needed by every operation behind it that runs, including those behind kept operations and not just
//!   its direct dependents: without the interruption it would be serving for them too. Operations after its stop
//!   operation do not need it.
//! * Operations are matched by name. Scripts and programs are compared by a plain hash, values by a hash with the
//!   user's own key (`resume/fingerprint.rs`). The working folder and the environment of programs are left out, because
//!   the managed side fills them in from the session.
//! * In the scheduler, kept operations have ended before anything is decided (`scheduler/carried.rs`). An undo keeps
//!   what had succeeded, skips the rest, and is then a rollback; only in an undo does a failed compensation also keep
//!   what its operation depended on.
//! * Commands record how they were called, in `call` of the header's options, so that a resume reads the same part of
//!   the lab in the same environment. The values of variables are not recorded.
//!
//! | question | file |
//! |--|--|
//! | what is set for it | [`options`] |
//! | by what is an operation known again | [`fingerprint`] |
//! | what became of an operation, and is it still the same | [`facts`] |
//! | have its files changed | [`files`] |
//! | what is done with an operation | [`table`] |
//! | what does that mean for its neighbours | [`spread`] |
//! | has the machine been restarted, and what did that bring | [`restarts`] |
//! | what keeps a run from being resumed, and what does the new one begin with | [`prepare`] |

pub mod facts;
pub mod files;
pub mod fingerprint;
pub mod options;
pub mod prepare;
pub mod restarts;
pub mod spread;
pub mod table;

#[cfg(test)]
mod table_tests;

pub use fingerprint::{Content, Key};
pub use options::ResumeOptions;
pub use prepare::{KeptFrom, Report, Takeover, preview, take_over};
pub use spread::{Known, Verdict};
pub use table::{Action, Choices, Decision, Difference, OnUnknown, Past, Reason};
