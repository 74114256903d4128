//! Finds operations by name or id, as PowerShell compares names: letter case does not count.
//!
//! A plan may have a million names, and each dependency is one look-up. So the table holds numbers only
//! (whose name it is, and as much of the hash as there is room for), and neither building nor asking it
//! allocates anything for names of plain ASCII.
//!
//! It is a table of its own for what it costs. With the standard one, and hashes of 128 bits in place of the names, to compile
//! a plan of a million operations took 3.6 times as long as to sort it, and takes 1.7 times with this one (each the best of three
//! runs on a busy machine, where single runs differ by a factor of two).

use super::key::{Key, same};
use crate::graph::OpId;
use crate::operation::Operation;
use crate::parallel;

/// The number of names that are looked up together: first all hashes, then all slots, so that the memory is
/// waited for once and not for each name.
const BLOCK: usize = 64;

/// The names and ids of a request's operations.
#[derive(Debug)]
pub(super) struct Names<'a> {
    operations: &'a [Operation],
    /// Of the names, and behind them of the ids.
    keys: Vec<Key>,
    table: Table,
    /// Whose the ids are.
    with_id: Vec<OpId>,
}

/// In place of an operation: no operation has that name.
pub(super) const UNKNOWN: OpId = OpId(u32::MAX);

/// In place of an entry: there is none.
const NOTHING: u32 = u32::MAX;

/// A name that somebody had before: the entry that has it now, and who had it.
type Twice = (u32, OpId);

impl<'a> Names<'a> {
    /// A table of all names and ids, made in `parts` parts at the same time. `keys` has that of each operation's name. `twice` is called for
    /// each that somebody had before: who has it now, who had it, and the name.
    pub(super) fn index(
        operations: &'a [Operation],
        mut keys: Vec<Key>,
        with_id: Vec<OpId>,
        parts: usize,
        mut twice: impl FnMut(OpId, OpId, &str),
    ) -> Self {
        for op in &with_id {
            let is_nobody = keys[op.index()] == Key::NOBODY;
            let id = operations[op.index()].id.as_deref().unwrap_or_default();
            keys.push(if is_nobody { Key::NOBODY } else { Key::of(id) });
        }
        let (table, mut slots) = Table::of(&keys, parts);
        let mut names = Self { operations, keys, table, with_id };
        let shares = slots.chunks_mut(names.table.share).enumerate().collect();
        let found = parallel::map(shares, |(number, slots)| names.fill(number, slots));
        names.table.slots = slots.into();
        let mut found: Vec<_> = found.into_iter().flatten().collect();
        // In the order of the operations, a name before the id.
        found.sort_unstable_by_key(|&(entry, _)| (names.entry(entry).0, entry));
        for (entry, first) in found {
            let (this, name) = names.entry(entry);
            twice(this, first, name);
        }
        names
    }

    /// Fills one share of the table.
    fn fill(&self, number: usize, slots: &mut [u32]) -> Vec<Twice> {
        let first = number * self.table.share;
        let mut twice = Vec::new();
        let mut block = Vec::with_capacity(BLOCK);
        let mut enter = |block: &mut Vec<(u32, u64, usize)>| {
            warm(block.iter().map(|&(_, _, at)| u64::from(slots[at])));
            for (entry, hash, at) in block.drain(..) {
                let key = self.keys[entry as usize];
                let is_same = |other| self.has(other, key, || self.entry(entry).1);
                match self.table.find_in(slots, at, hash, is_same) {
                    Ok(first) => {
                        let first = self.entry(first).0;
                        if first != self.entry(entry).0 {
                            twice.push((entry, first));
                        }
                    }
                    Err(free) => slots[free] = self.table.mark(hash) | (entry + 1),
                }
            }
        };
        let mut take = |entry: u32| {
            let key = self.keys[entry as usize];
            let hash = key.hash();
            let at = self.table.start(hash).wrapping_sub(first);
            if key != Key::NOBODY && at < self.table.share {
                block.push((entry, hash, at));
                if block.len() == BLOCK {
                    enter(&mut block);
                }
            }
        };
        let count = self.operations.len() as u32;
        let mut ids = self.with_id.iter().zip(count..).peekable();
        for op in 0..count {
            take(op);
            if let Some((_, id)) = ids.next_if(|(with_id, _)| with_id.0 == op) {
                take(id);
            }
        }
        enter(&mut block);
        twice
    }

    /// The operation of a name or id.
    pub(super) fn get(&self, name: &str) -> Option<OpId> {
        let key = Key::of(name);
        let hash = key.hash();
        self.find(name, key, hash, self.table.start(hash))
    }

    /// The operations of many names, in their order; [`UNKNOWN`] for a name that no operation has.
    pub(super) fn resolve(&self, names: &[&str], into: &mut Vec<OpId>) {
        into.clear();
        for block in names.chunks(BLOCK) {
            let mut keys = [(Key::NOBODY, 0, 0); BLOCK];
            let mut slots = [0; BLOCK];
            let mut entries = [NOTHING; BLOCK];
            for (slot, name) in keys.iter_mut().zip(block) {
                let key = Key::of(name);
                let hash = key.hash();
                *slot = (key, hash, self.table.start(hash));
            }
            let keys = &keys[..block.len()];
            for (slot, &(_, _, at)) in slots.iter_mut().zip(keys) {
                *slot = self.table.slots[at];
            }
            for ((entry, &slot), &(_, hash, _)) in entries.iter_mut().zip(&slots).zip(keys) {
                *entry = self.table.entry_with_mark(slot, hash);
            }
            // Then the keys that they are compared with.
            warm(entries.iter().map(|&entry| self.keys.get(entry as usize).map_or(0, |key| key.hash())));
            for ((&entry, &(key, hash, at)), name) in entries.iter().zip(keys).zip(block) {
                let is_it = self.keys.get(entry as usize) == Some(&key) && key.is_whole();
                let found = if is_it { Some(self.owner(entry)) } else { self.find(name, key, hash, at) };
                into.push(found.unwrap_or(UNKNOWN));
            }
        }
    }

    fn find(&self, name: &str, key: Key, hash: u64, at: usize) -> Option<OpId> {
        let share = at / self.table.share * self.table.share;
        let slots = &self.table.slots[share..share + self.table.share];
        let is_wanted = |entry| self.has(entry, key, || name);
        Some(self.owner(self.table.find_in(slots, at - share, hash, is_wanted).ok()?))
    }

    /// Whether an entry is that of a name.
    fn has<'n>(&self, entry: u32, key: Key, name: impl FnOnce() -> &'n str) -> bool {
        self.keys[entry as usize] == key && (key.is_whole() || same(self.entry(entry).1, name()))
    }

    fn owner(&self, entry: u32) -> OpId {
        match (entry as usize).checked_sub(self.operations.len()) {
            None => OpId(entry),
            Some(at) => self.with_id[at],
        }
    }

    fn entry(&self, entry: u32) -> (OpId, &'a str) {
        let op = self.owner(entry);
        let Operation { name, id, .. } = &self.operations[op.index()];
        let is_name = (entry as usize) < self.operations.len();
        (op, if is_name { name } else { id.as_deref().unwrap_or_default() })
    }
}

/// Open addressing, at most half full. A slot has the number of an entry plus one, 0 where there is none,
/// and above it as many bits of the hash as there is room for. So the memory is asked for nothing else before
/// the names are compared.
#[derive(Debug)]
struct Table {
    slots: Box<[u32]>,
    /// The number of slots in a share. Shares are filled at the same time; a search does not leave its share.
    share: usize,
    shares: usize,
    /// How many bits of a slot are the entry's.
    entry_bits: u32,
}

impl Table {
    /// A table for a number of keys in a number of shares, and its slots, still empty.
    fn of(keys: &[Key], shares: usize) -> (Self, Vec<u32>) {
        let entry_bits = (usize::BITS - keys.len().leading_zeros()).min(u32::BITS);
        let mut table = Self { slots: Box::default(), share: 1, shares, entry_bits };
        // All are equally long.
        let mut counts = vec![0; shares];
        match &mut counts[..] {
            [all] => *all = keys.len(),
            counts => keys.iter().for_each(|key| counts[table.share_of(key.hash())] += 1),
        }
        table.share = counts.into_iter().max().unwrap_or(0) * 2 + 1;
        let slots = vec![0; table.share * shares];
        (table, slots)
    }

    /// Which share a hash belongs to.
    fn share_of(&self, hash: u64) -> usize {
        (((hash >> 32) * self.shares as u64) >> 32) as usize
    }

    /// Where the search for a hash begins: in its share, at the lower half of it, scaled.
    fn start(&self, hash: u64) -> usize {
        let within = ((u64::from(hash as u32) * self.share as u64) >> 32) as usize;
        self.share_of(hash) * self.share + within
    }

    /// What a slot has of a hash: of its upper half, and not what tells the shares apart.
    fn mark(&self, hash: u64) -> u32 {
        (hash >> 32 << self.entry_bits) as u32
    }

    /// The entry in a slot; [`NOTHING`] where there is none.
    fn entry_in(&self, slot: u32) -> u32 {
        let entry = u64::from(slot) & ((1 << self.entry_bits) - 1);
        (entry as u32).wrapping_sub(1)
    }

    /// The entry in a slot that has what a slot has of a hash; [`NOTHING`] otherwise.
    fn entry_with_mark(&self, slot: u32, hash: u64) -> u32 {
        let entry = self.entry_in(slot);
        if slot.wrapping_sub(entry.wrapping_add(1)) == self.mark(hash) { entry } else { NOTHING }
    }

    /// The entry that is wanted, or the free slot where it would be. `at` is where the search in the share
    /// begins.
    fn find_in(
        &self,
        share: &[u32],
        mut at: usize,
        hash: u64,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Result<u32, usize> {
        loop {
            let slot = share[at];
            if slot == 0 {
                return Err(at);
            }
            let entry = self.entry_with_mark(slot, hash);
            if entry != NOTHING && is_wanted(entry) {
                return Ok(entry);
            }
            at += 1;
            if at == share.len() {
                at = 0;
            }
        }
    }
}

/// Asks the memory for several things at once: by looking at each of them, and doing nothing else.
fn warm(things: impl Iterator<Item = u64>) {
    std::hint::black_box(things.fold(0, |all, thing| all ^ thing));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::script;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn it_finds_what_a_map_of_lower_case_names_finds(
            names in proptest::collection::vec("[aAbBkK\u{212a}äÄß0]{0,3}|xxxxxxxx[aAbBkK\u{212a}äÄß0]{6,9}", 1..60),
            asked in proptest::collection::vec("[aAbBkK\u{212a}äÄß0]{0,3}|xxxxxxxx[aAbBkK\u{212a}äÄß0]{6,9}", 1..60),
            tables in 1usize..5,
        ) {
            let operations: Vec<Operation> = names
                .chunks(2)
                .map(|pair| Operation { id: pair.get(1).cloned(), ..script(&pair[0], &[]) })
                .collect();
            let with_id = (0..operations.len() as u32).map(OpId).filter(|op| operations[op.index()].id.is_some());
            let mut twice = Vec::new();
            let keys = operations.iter().map(|operation| Key::of_operation(&operation.name)).collect();
            let table = Names::index(&operations, keys, with_id.collect(), tables, |now, before, name| {
                twice.push((now, before, name.to_owned()));
            });
            let (mut map, mut expected): (HashMap<String, OpId>, Vec<_>) = Default::default();
            for (index, operation) in operations.iter().enumerate() {
                let op = OpId(index as u32);
                if operation.name.trim().is_empty() {
                    continue;
                }
                for name in std::iter::once(&operation.name).chain(&operation.id) {
                    let first = *map.entry(name.to_lowercase()).or_insert(op);
                    if first != op {
                        expected.push((op, first, name.clone()));
                    }
                }
            }
            prop_assert_eq!(twice, expected);
            for name in asked.iter().chain(&names) {
                prop_assert_eq!(table.get(name), map.get(&name.to_lowercase()).copied());
            }
            let mut resolved = Vec::new();
            let many: Vec<&str> = asked.iter().cycle().take(200).map(String::as_str).collect();
            table.resolve(&many, &mut resolved);
            let one_by_one: Vec<_> = many.iter().map(|name| table.get(name).unwrap_or(UNKNOWN)).collect();
            prop_assert_eq!(resolved, one_by_one);
        }
    }
}
