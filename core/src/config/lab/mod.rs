//! What a document means when it is a lab.
//!
//! | question | file |
//! |--|--|
//! | in which order is a lab read | `reader.rs` |
//! | what is read | `model.rs` |
//! | how does it want to be run | `settings.rs` |
//! | what is one operation, and what does it do | `operations.rs`, `work.rs`, `files.rs`, `http_check.rs`, `probe.rs`, `rollback.rs`, `isolation.rs` |
//! | what says that it need not run | `up_to_date.rs` |
//! | what does it need, and when is it tried again | `resources.rs`, `retries.rs` |
//! | which operation waits for which | `links.rs` |
//! | which secrets does it refer to | `secrets.rs` |
//! | would a plan accept it | `check.rs` |

pub(super) mod check;
mod files;
mod health;
mod http_check;
pub mod isolation;
pub(super) mod links;
pub mod model;
pub(super) mod operations;
mod probe;
pub(super) mod reader;
pub(super) mod resources;
pub(super) mod retries;
pub(super) mod rollback;
pub(super) mod secrets;
pub(super) mod settings;
pub(super) mod up_to_date;
pub(super) mod work;
