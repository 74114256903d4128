//! The one thing that is changed in a rehearsal of a recorded run.

use crate::graph::OpId;
use crate::operation::Order;

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the run as it was.
    Nothing,
    /// How many operations may run at the same time.
    Slots(u32),
    /// How much there is of a resource.
    Capacity(u32, u32),
    /// Nothing takes from a resource.
    Without(u32),
    /// How ready operations are ranked.
    Order(Order),
    /// They are ranked by the mode Intelligent, and this many operations may run at the same time.
    Wide(u32),
    /// They are ranked as if it had been known how long each of them takes.
    Estimates,
    /// What succeeded in the end succeeded at once.
    FirstTry,
    /// A failed attempt is followed by the next one without a pause.
    NoPauses,
    /// An operation takes half as long.
    Halved(OpId),
}
