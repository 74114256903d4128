//! The C ABI over `labrunner-core`: plain functions over handles, and no logic.
//!
//! * Everything that lives longer than a call is behind a **handle**: a number with a generation. A
//!   handle that never existed, was released, or is of another kind gives a fault, never a crash.
//! * Documents are UTF-8 JSON. They come in as pointer and length, and go out as the handle of a
//!   document, which `lab_document` copies into memory of the caller's.
//!   No memory of one side is ever freed by the other.
//! * Nothing here calls back, and no panic leaves: every body runs inside [`guard`].
//! * Every wait has a wake: `lab_run_wake` for workers, `lab_events_wake` for the thread that reads events.
//! * The other side asks for the ABI's version before it calls anything else. What is generated for it is committed, and a test
//!   compares it to the byte.

#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answers;
mod bytes;
mod document;
// The attribute macro drops the documentation that stands on each function, and takes no `unsafe fn`;
// what callers owe is said at the head of the module and checked as far as it can be.
#[allow(missing_docs, clippy::not_unsafe_ptr_arg_deref)]
pub mod exports;
mod guard;
mod handles;
pub mod reply;

pub use exports::inventory;

/// Version of this interface. Any change of a signature, a type or the shape of a document raises it.
pub const ABI_VERSION: u32 = 16;
