//! Whether what a run has made is well: pure decisions, of which the run makes tries, entries and orders.
//!
//! | question | file |
//! |--|--|
//! | when is a check asked, and when is it healthy or unhealthy | [`watch`] |
//! | how often is something done about it | [`budget`] |
//! | which checks does an operation have | [`rules`] |
//! | when is there too little of something, or no progress | [`thresholds`] |
//!
//! Nothing here has a clock: times are milliseconds since the run's start, and come in.

pub mod budget;
pub mod rules;
pub mod thresholds;
pub mod watch;

pub use budget::Budgets;
pub use watch::{Status, Watch};
