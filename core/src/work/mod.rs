//! What the core runs by itself, without a runspace: programs, and the services among them.
//!
//! [`process::run`] takes one declared program from its start to its end; [`runtime::handle`] is
//! the one runtime all of it happens on.

mod answerer;
pub mod identity;
mod launch;
mod life;
#[cfg(all(test, unix))]
pub(crate) mod listener_program;
pub mod mark;
#[cfg_attr(unix, path = "os/unix.rs")]
#[cfg_attr(windows, path = "os/windows.rs")]
mod os;
pub mod output;
pub mod process;
pub mod readiness;
pub mod runtime;
mod spawner;
pub mod tree;
