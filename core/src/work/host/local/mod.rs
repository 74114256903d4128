//! Programs of this machine: how one is started, what belongs to it, and how all of that is ended.
//!
//! | question | file |
//! |--|--|
//! | what is asked of a program that runs | `running.rs` |
//! | how is one started, and why could it not be | `launch.rs`, `spawner.rs` |
//! | what has it started, and how is all of it ended | `tree.rs`; by system `unix.rs`, `windows.rs` |
//! | what do systems show of processes | `linux.rs`, `sockets.rs`, `table.rs` |

mod launch;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
pub(in crate::work) mod os;
pub(in crate::work) mod running;
mod spawner;
pub(in crate::work) mod tree;
