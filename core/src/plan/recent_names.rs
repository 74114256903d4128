//! The names of one range of operations, and which of them came last: most dependencies are on those.

use super::key::{Key, same};
use crate::graph::OpId;
use crate::operation::Operation;

/// How many names are remembered as the last ones: few enough to stay in the cache of the processor, and many more
/// than lie between most operations and those they depend on.
const RECENT: usize = 1 << 15;

/// Some operations that lie together, and what must be known of them before all names can be looked up.
pub(super) struct RecentNames {
    first: OpId,
    /// By operation: the key of its name.
    pub(super) keys: Vec<Key>,
    /// Who has an id.
    pub(super) with_id: Vec<OpId>,
    /// By some bits of the name's hash: who came last, counted from 1.
    recent: Box<[u32]>,
}

impl RecentNames {
    /// For `count` operations from the first one on, with capacity for `room` names.
    pub(super) fn new(first: OpId, count: usize, room: usize) -> Self {
        let recent = vec![0; (count * 2).next_power_of_two().min(RECENT)].into();
        Self { first, keys: Vec::with_capacity(room), with_id: Vec::new(), recent }
    }

    /// Takes the next operation; says whether it has a name.
    pub(super) fn enter(&mut self, id: OpId, operation: &Operation) -> bool {
        let key = Key::of_operation(&operation.name);
        let at = self.place(key);
        self.keys.push(key);
        self.recent[at] = self.keys.len() as u32;
        if operation.id.is_some() {
            self.with_id.push(id);
        }
        key != Key::NOBODY
    }

    /// An operation of that name, if it came not long ago.
    pub(super) fn recall(&self, operations: &[Operation], key: Key, name: &str) -> Option<OpId> {
        let place = self.recent[self.place(key)].checked_sub(1)?;
        let id = OpId(self.first.0 + place);
        let is_it =
            self.keys[place as usize] == key && (key.is_whole() || same(&operations[id.index()].name, name));
        is_it.then_some(id)
    }

    fn place(&self, key: Key) -> usize {
        key.hash() as usize & (self.recent.len() - 1)
    }

    /// Appends the next range.
    pub(super) fn append(&mut self, mut next: Self) {
        self.keys.append(&mut next.keys);
        self.with_id.append(&mut next.with_id);
    }
}
