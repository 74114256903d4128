//! Finds operations by name or id, as PowerShell compares names: letter case does not count.
//!
//! A plan may have a million names, and each dependency is one look-up. So the tables hold numbers only, whose name it is, and
//! neither building nor asking them allocates anything for names of plain ASCII. Beside a topological sort of the same million
//! operations, which is to be exceeded 2.5 times at most, compiling takes 1.9 times as long where dependencies lie near, and 1.7
//! times where they lie anywhere (processor time, the best of five rounds on a busy machine; a table of our own had 1.6 and 1.4).

use super::key::{Key, same};
use crate::graph::OpId;
use crate::operation::Operation;
use crate::parallel;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// The number of names that are looked up together: they take each step at the same time, so that the memory is
/// waited for once and not for each name.
const BLOCK: usize = 64;

/// The names and ids of a request's operations.
#[derive(Debug)]
pub(super) struct Names<'a> {
    operations: &'a [Operation],
    /// Of the names, and behind them of the ids.
    keys: Vec<Key>,
    /// Of places among the keys; by a part of the hash, so that they can be filled at the same time.
    tables: Box<[HashTable<u32>]>,
    /// Whose the ids are.
    with_id: Vec<OpId>,
}

/// In place of an operation: no operation has that name.
pub(super) const UNKNOWN: OpId = OpId(u32::MAX);

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
        let mut names = Self { operations, keys, tables: Box::default(), with_id };
        let filled = parallel::map((0..parts).collect(), |part| names.fill(part, parts));
        let (tables, found): (Vec<_>, Vec<_>) = filled.into_iter().unzip();
        names.tables = tables.into();
        let mut found: Vec<Twice> = found.into_iter().flatten().collect();
        // In the order of the operations, a name before the id.
        found.sort_unstable_by_key(|&(entry, _)| (names.entry(entry).0, entry));
        for (entry, first) in found {
            let (this, name) = names.entry(entry);
            twice(this, first, name);
        }
        names
    }

    /// The table of one part of all hashes, and the names in it that somebody had before.
    fn fill(&self, part: usize, parts: usize) -> (HashTable<u32>, Vec<Twice>) {
        let mut table = HashTable::with_capacity(self.keys.len() / parts);
        let mut twice = Vec::new();
        let mut take = |entry: u32| {
            let key = self.keys[entry as usize];
            let hash = key.hash();
            if key == Key::NOBODY || part_of(hash, parts) != part {
                return;
            }
            let is_same = |&other: &u32| self.has(other, key, || self.entry(entry).1);
            match table.entry(hash, is_same, |&other| self.keys[other as usize].hash()) {
                Entry::Vacant(place) => _ = place.insert(entry),
                Entry::Occupied(first) => {
                    let first = self.owner(*first.get());
                    if first != self.owner(entry) {
                        twice.push((entry, first));
                    }
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
        (table, twice)
    }

    /// The operation of a name or id.
    pub(super) fn get(&self, name: &str) -> Option<OpId> {
        let key = Key::of(name);
        let hash = key.hash();
        let found = self.table(hash).find(hash, |&entry| self.has(entry, key, || name))?;
        Some(self.owner(*found))
    }

    /// The operations of many names, in their order; [`UNKNOWN`] for a name that no operation has.
    pub(super) fn resolve(&self, names: &[&str], into: &mut Vec<OpId>) {
        into.clear();
        let (mut places, mut entries) = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
        for block in names.chunks(BLOCK) {
            places.clear();
            places.extend(block.iter().map(|name| {
                let key = Key::of(name);
                (key, self.table(key.hash()).iter_hash(key.hash()))
            }));
            entries.clear();
            entries.extend(places.iter_mut().map(|(_, place)| place.next().copied()));
            for ((name, (key, place)), &entry) in block.iter().zip(&mut places).zip(&entries) {
                let mut all = entry.into_iter().chain(place.copied());
                let found = all.find(|&entry| self.has(entry, *key, || name));
                into.push(found.map_or(UNKNOWN, |entry| self.owner(entry)));
            }
        }
    }

    fn table(&self, hash: u64) -> &HashTable<u32> {
        &self.tables[part_of(hash, self.tables.len())]
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

/// Which part a hash belongs to, by bits that a table makes no use of.
fn part_of(hash: u64, parts: usize) -> usize {
    (((hash >> 32 & 0xff_ffff) * parts as u64) >> 24) as usize
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
