//! How one document is put together from the content of files.
//!
//! | question | file |
//! |--|--|
//! | what do includes and environments add | `assemble.rs`, `merge.rs` |
//! | how are variables filled in | `interpolate.rs` |
//! | which operations do templates, repetitions and conditions leave | `expand.rs`, `expand/`, `template.rs`, `expression.rs` |
//! | where does each value come from | `explain.rs` |
//! | what is well-formed and probably not meant | `hazards.rs` |

pub(super) mod assemble;
pub(super) mod expand;
pub(super) mod explain;
pub(super) mod expression;
pub(super) mod hazards;
pub(super) mod interpolate;
pub(super) mod merge;
mod positional;
pub(super) mod template;
