//! The two shapes an answer can have.

use interoptopus::ffi;

/// The answer of every function but those that give a [`LabTicket`].
#[ffi]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabReply {
    /// 0: it worked, and `content` is a number or a handle of the function's own meaning.
    /// 1: it did not, and `content` is a document that says why.
    pub status: u32,
    /// Number or handle.
    pub content: u64,
    /// Bytes of the document `content`, if it is one.
    pub length: u64,
}

impl LabReply {
    /// Status of an answer that worked.
    pub const OK: u32 = 0;
    /// Status of a fault.
    pub const FAULT: u32 = 1;

    pub(crate) fn value(value: u64) -> Self {
        Self { status: Self::OK, content: value, length: 0 }
    }
}

/// What a worker gets when it asks for work.
#[ffi]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabTicket {
    /// One of the constants of this type.
    pub state: u32,
    /// The operation's place in the plan, with [`WORK`](Self::WORK).
    pub operation: u32,
    /// Which attempt, from 1, with [`WORK`](Self::WORK).
    pub attempt: u32,
    /// 1 when the outcome handed in was for an operation that was not open any more.
    pub stale: u32,
    /// A document that says why, with [`FAULT`](Self::FAULT).
    pub fault: u64,
    /// Bytes of that document.
    pub length: u64,
}

impl LabTicket {
    /// Nothing yet; the wait is over.
    pub const IDLE: u32 = 0;
    /// Run `operation`.
    pub const WORK: u32 = 1;
    /// Somebody woke this worker.
    pub const WOKEN: u32 = 2;
    /// The run needs this worker no more.
    pub const OVER: u32 = 3;
    /// The call failed.
    pub const FAULT: u32 = 4;

    pub(crate) fn state(state: u32) -> Self {
        Self { state, operation: 0, attempt: 0, stale: 0, fault: 0, length: 0 }
    }
}
