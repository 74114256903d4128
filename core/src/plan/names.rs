//! Finds operations by name or id, as PowerShell compares names: letter case does not count.
//!
//! A plan may have a million names, and each dependency is one look-up. So the table holds numbers only
//! (half of the hash, and whose name it is), and neither building nor asking it allocates anything for
//! names of plain ASCII.

use crate::graph::OpId;
use crate::operation::Operation;
use crate::parallel;

/// Names are asked for in blocks of so many: first all hashes, then all slots, so that the memory is
/// waited for once and not for each name.
const BLOCK: usize = 64;

/// The names and ids of a request's operations.
#[derive(Debug)]
pub(super) struct Names<'a> {
    operations: &'a [Operation],
    /// Each has its share of all hashes, so that they can be filled at the same time.
    tables: Box<[Table]>,
    /// Whose the entries are that lie behind those of the names: the ids.
    with_id: Vec<OpId>,
}

/// A name that somebody had before: the entry that has it now, and who had it.
type Twice = (u32, OpId);

impl<'a> Names<'a> {
    /// So many tables of all names and ids. `hashes` has [`hash_of`] each operation's name. `twice` is
    /// told of each that somebody had before: who has it now, who had it, and the name.
    pub(super) fn index(
        operations: &'a [Operation],
        mut hashes: Vec<u64>,
        with_id: Vec<OpId>,
        tables: usize,
        mut twice: impl FnMut(OpId, OpId, &str),
    ) -> Self {
        hashes.extend(with_id.iter().map(|op| {
            let Operation { name, id, .. } = &operations[op.index()];
            if hash_of(name) == NOBODY { NOBODY } else { hash(id.as_deref().unwrap_or_default()) }
        }));
        let mut names = Self { operations, tables: Box::default(), with_id };
        let numbers = (0..tables).collect();
        let built = parallel::map(numbers, |number| names.build(number, tables, &hashes));
        let (tables, found): (Vec<Table>, Vec<Vec<Twice>>) = built.into_iter().unzip();
        names.tables = tables.into();
        let mut found: Vec<_> = found.into_iter().flatten().collect();
        // In the order of the operations, a name before the id.
        found.sort_unstable_by_key(|&(entry, _)| (names.entry(entry).0, entry));
        for (entry, first) in found {
            let (this, name) = names.entry(entry);
            twice(this, first, name);
        }
        names
    }

    /// One table of several.
    fn build(&self, number: usize, tables: usize, hashes: &[u64]) -> (Table, Vec<Twice>) {
        let count = hashes.iter().filter(|&&hash| share_of(hash, tables) == number).count();
        let mut table = Table::for_entries(count);
        let mut twice = Vec::new();
        let mut block = Vec::with_capacity(BLOCK);
        let mut enter = |block: &mut Vec<(u32, u64)>| {
            table.warm(block.iter().map(|&(_, hash)| hash));
            for (entry, hash) in block.drain(..) {
                if let Some(first) = table.add(entry, hash, |other| self.is_same(entry, other)) {
                    let first = self.entry(first).0;
                    if first != self.entry(entry).0 {
                        twice.push((entry, first));
                    }
                }
            }
        };
        let mut take = |entry: u32| {
            let hash = hashes[entry as usize];
            if hash != NOBODY && share_of(hash, tables) == number {
                block.push((entry, hash));
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
        (table, twice)
    }

    /// The operation of a name or id.
    pub(super) fn get(&self, name: &str) -> Option<OpId> {
        self.find(name, hash(name))
    }

    /// The operations of many names, in their order.
    pub(super) fn resolve(&self, names: &[&str], into: &mut Vec<Option<OpId>>) {
        into.clear();
        let mut hashes = [0; BLOCK];
        for block in names.chunks(BLOCK) {
            let hashes = &mut hashes[..block.len()];
            for (slot, name) in hashes.iter_mut().zip(block) {
                *slot = hash(name);
            }
            let first_slots = hashes.iter().map(|&hash| self.table(hash).first_slot(hash));
            // Then the names that most of them are compared with.
            let touched = first_slots.fold(0, |sum, slot| match entry_in(slot) {
                Some(entry) => sum ^ self.entry(entry).1.as_bytes().first().copied().unwrap_or(0),
                None => sum,
            });
            std::hint::black_box(touched);
            into.extend(hashes.iter().zip(block).map(|(&hash, name)| self.find(name, hash)));
        }
    }

    fn table(&self, hash: u64) -> &Table {
        &self.tables[share_of(hash, self.tables.len())]
    }

    fn find(&self, name: &str, hash: u64) -> Option<OpId> {
        let found = self.table(hash).find(hash, |entry| same(self.entry(entry).1, name)).ok()?;
        Some(self.entry(found).0)
    }

    fn is_same(&self, one: u32, other: u32) -> bool {
        same(self.entry(one).1, self.entry(other).1)
    }

    fn entry(&self, entry: u32) -> (OpId, &'a str) {
        match (entry as usize).checked_sub(self.operations.len()) {
            None => (OpId(entry), &self.operations[entry as usize].name),
            Some(at) => {
                let op = self.with_id[at];
                (op, self.operations[op.index()].id.as_deref().unwrap_or_default())
            }
        }
    }
}

/// Open addressing, at most half full. A slot has the upper half of the hash and the number of an entry
/// plus one; 0 where there is none. So the memory is asked for nothing else before the names are compared.
#[derive(Debug)]
struct Table {
    slots: Box<[u64]>,
}

impl Table {
    fn for_entries(count: usize) -> Self {
        Self { slots: vec![0; count * 2 + 1].into() }
    }

    /// Where the search for a hash begins: at the lower half of it, scaled.
    fn start(&self, hash: u64) -> usize {
        ((u64::from(hash as u32) * self.slots.len() as u64) >> 32) as usize
    }

    fn first_slot(&self, hash: u64) -> u64 {
        self.slots[self.start(hash)]
    }

    /// Asks the memory for the slots of several hashes at once.
    fn warm(&self, hashes: impl Iterator<Item = u64>) {
        std::hint::black_box(hashes.fold(0, |sum, hash| sum ^ self.first_slot(hash)));
    }

    /// The entry that is wanted, or the free slot where it would be.
    fn find(&self, hash: u64, is_wanted: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let mut at = self.start(hash);
        loop {
            let slot = self.slots[at];
            let Some(entry) = entry_in(slot) else { return Err(at) };
            if slot >> 32 == hash >> 32 && is_wanted(entry) {
                return Ok(entry);
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }

    /// Puts an entry in, unless there is one that is the same already: that one it gives.
    fn add(&mut self, entry: u32, hash: u64, is_same: impl Fn(u32) -> bool) -> Option<u32> {
        match self.find(hash, is_same) {
            Ok(first) => Some(first),
            Err(free) => {
                self.slots[free] = hash >> 32 << 32 | u64::from(entry + 1);
                None
            }
        }
    }
}

/// The entry in a slot of a [`Table`].
fn entry_in(slot: u64) -> Option<u32> {
    (slot as u32).checked_sub(1)
}

/// Which of several tables a hash belongs to.
fn share_of(hash: u64, tables: usize) -> usize {
    (((hash >> 32) * tables as u64) >> 32) as usize
}

/// In place of a hash: that of an operation without a name, which cannot be found.
pub(super) const NOBODY: u64 = 0;

/// The hash of an operation's name, for [`Names::index`].
pub(super) fn hash_of(name: &str) -> u64 {
    if name.trim_start().is_empty() { NOBODY } else { hash(name) }
}

/// Whether two names are one.
fn same(one: &str, other: &str) -> bool {
    if one == other {
        true
    } else if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_lowercase() == other.to_lowercase()
    }
}

/// Equal for names that are [the same](same).
fn hash(name: &str) -> u64 {
    let (hash, all) = hash_bytes(name.as_bytes());
    let hash = if all & HIGH == 0 { hash } else { hash_bytes(name.to_lowercase().as_bytes()).0 };
    if hash == NOBODY { 1 } else { hash }
}

/// The upper bit of each byte, which no byte of ASCII has.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Eight bytes at a time, upper case letters as lower case ones, multiplied and folded. Also gives all
/// bytes or-ed together.
fn hash_bytes(bytes: &[u8]) -> (u64, u64) {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(FACTOR);
        (product as u64) ^ (product >> 64) as u64
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let (mut state, mut all) = (FACTOR.rotate_left(17) ^ bytes.len() as u64, 0);
    for word in words {
        let word = u64::from_le_bytes(*word);
        all |= word;
        state = fold(state, lower(word));
    }
    let last = rest.iter().rev().fold(0, |last, &byte| last << 8 | u64::from(byte));
    (fold(fold(state, lower(last)), FACTOR.rotate_left(31)), all | last)
}

/// Eight bytes with A to Z made a to z; other bytes, those above 127 too, stay.
fn lower(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = word & !HIGH;
    // The upper bit of each byte: whether it is at least A, and whether it is beyond Z.
    let at_least_a = low + (0x80 - u64::from(b'A')) * ONES;
    let beyond_z = low + (0x7f - u64::from(b'Z')) * ONES;
    let letters = at_least_a & !beyond_z & !word & HIGH;
    word | letters >> 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::script;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn lower_case_is_that_of_ascii(bytes in any::<[u8; 8]>()) {
            prop_assert_eq!(lower(u64::from_le_bytes(bytes)).to_le_bytes(), bytes.map(|byte| byte.to_ascii_lowercase()));
        }

        #[test]
        fn it_finds_what_a_map_of_lower_case_names_finds(
            names in proptest::collection::vec("[aAbBkK\u{212a}äÄß0]{0,9}", 1..60),
            asked in proptest::collection::vec("[aAbBkK\u{212a}äÄß0]{0,9}", 1..60),
            tables in 1usize..5,
        ) {
            let operations: Vec<Operation> = names
                .chunks(2)
                .map(|pair| Operation { id: pair.get(1).cloned(), ..script(&pair[0], &[]) })
                .collect();
            let with_id = (0..operations.len() as u32).map(OpId).filter(|op| operations[op.index()].id.is_some());
            let mut twice = Vec::new();
            let hashes = operations.iter().map(|operation| hash_of(&operation.name)).collect();
            let table = Names::index(&operations, hashes, with_id.collect(), tables, |now, before, name| {
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
            let one_by_one: Vec<_> = many.iter().map(|name| table.get(name)).collect();
            prop_assert_eq!(resolved, one_by_one);
        }
    }
}
