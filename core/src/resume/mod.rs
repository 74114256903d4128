//! What a run that resumes or undoes another one takes over from it.
//!
//! By outcomes, not by replay: names, fingerprints and how each operation ended are enough, so nobody has to write
//! deterministic scripts. The new run is a run of its own with a record of its own, which begins with what it has taken
//! over; so the newest record of a chain says all, and nothing is ever appended to the record of a run that died.
//!
//! | question | file |
//! |--|--|
//! | what is set for it | [`options`] |
//! | by what is an operation known again | [`fingerprint`] |
//! | what became of an operation, and is it still the same | [`facts`] |
//! | have its files changed | [`files`] |
//! | what is done with an operation | [`table`] |
//! | what does that mean for its neighbours | [`spread`] |
//! | what keeps a run from being resumed, and what does the new one begin with | [`prepare`] |

pub mod facts;
pub mod files;
pub mod fingerprint;
pub mod options;
pub mod prepare;
pub mod spread;
pub mod table;

#[cfg(test)]
mod table_tests;

pub use fingerprint::{Content, Key};
pub use options::ResumeOptions;
pub use prepare::{KeptFrom, Report, Takeover, preview, take_over};
pub use spread::{Known, Verdict};
pub use table::{Action, Choices, Decision, Difference, OnUnknown, Past, Reason};
