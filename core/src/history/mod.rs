//! What is asked about the runs of the past, and of other processes. Everything here is a function of
//! [`RunState`](crate::record::RunState), or of what a run's header and result say without it.
//!
//! | question | file |
//! |--|--|
//! | where are the folders of runs | [`store`] |
//! | which runs were there, how did they end, and how far is one | [`query`] |
//! | which run is meant | [`lookup`] |
//! | what was in the files of a run's lab | [`recorded_lab`] |
//! | which runs wait for a restart of the machine | [`pending`] |
//! | how long will an operation take | [`estimate`] |
//! | how long did the runs before one take | [`earlier`] |
//! | which runs are deleted, and when | [`retention`] |
//! | how is a run of another process given orders, and how is its end awaited | [`steer`] |
//! | what happens in a run, for who watches it from outside | [`watch`] |
//! | why did operations run, or not | [`why`] |
//! | what is still alive of runs whose process has died | [`survivors`] |

#[cfg(test)]
mod damaged_store_tests;
pub mod earlier;
pub mod estimate;
pub mod lookup;
pub mod open;
pub mod pending;
pub mod query;
pub mod recorded_lab;
pub mod retention;
#[cfg(test)]
mod shared_store_tests;
pub mod steer;
pub mod store;
pub mod survivors;
#[cfg(test)]
mod testing;
pub mod watch;
pub mod why;

pub use store::root;
