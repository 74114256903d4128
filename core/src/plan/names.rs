//! Finds operations by name or id, as PowerShell compares names: letter case does not count.
//!
//! A plan may have a million names, and each dependency is one look-up. So the table holds numbers only
//! (a part of the hash, and whose name it is), and neither building nor asking it allocates anything for
//! names of plain ASCII.

use crate::graph::OpId;
use crate::operation::Operation;

/// Names are asked for in blocks of so many: first all hashes, then all slots, so that the memory is
/// waited for once and not for each name.
const BLOCK: usize = 64;

/// The names and ids of a request's operations.
#[derive(Debug)]
pub(super) struct Names<'a> {
    operations: &'a [Operation],
    /// Open addressing, at most half full: the number of an entry plus one; 0 where there is none.
    slots: Box<[u32]>,
    /// By entry.
    hashes: Vec<u64>,
    /// Whose the entries are that lie behind those of the names: the ids.
    with_id: Vec<OpId>,
}

impl<'a> Names<'a> {
    /// A table of all names and ids. `twice` is told of each that somebody had before: who has it now,
    /// who had it, and the name.
    pub(super) fn index(
        operations: &'a [Operation],
        with_id: Vec<OpId>,
        mut twice: impl FnMut(OpId, OpId, &str),
    ) -> Self {
        let entries = operations.len() + with_id.len();
        let slots = (entries * 2).next_power_of_two().max(16);
        let mut names =
            Self { operations, slots: vec![0; slots].into(), hashes: Vec::with_capacity(entries), with_id };
        names.hashes.extend(operations.iter().map(|operation| hash(&operation.name)));
        names.hashes.extend(names.with_id.iter().map(|op| {
            let id = operations[op.index()].id.as_deref();
            hash(id.unwrap_or_default())
        }));
        let mut ids = 0;
        for (index, operation) in operations.iter().enumerate() {
            if index % BLOCK == 0 {
                names.warm(&names.hashes[index..entries.min(index + BLOCK)]);
            }
            let this = OpId(index as u32);
            let is_named = !operation.name.trim_start().is_empty();
            if is_named && let Some(first) = names.add(&operation.name, this.0) {
                twice(this, first, &operation.name);
            }
            if names.with_id.get(ids) == Some(&this) {
                let entry = operations.len() + ids;
                ids += 1;
                let id = operation.id.as_deref().unwrap_or_default();
                if is_named
                    && let Some(first) = names.add(id, entry as u32)
                    && first != this
                {
                    twice(this, first, id);
                }
            }
        }
        names
    }

    fn add(&mut self, name: &str, entry: u32) -> Option<OpId> {
        match self.find(name, self.hashes[entry as usize]) {
            Ok(first) => Some(first),
            Err(slot) => {
                self.slots[slot] = entry + 1;
                None
            }
        }
    }

    /// The operation of a name or id.
    pub(super) fn get(&self, name: &str) -> Option<OpId> {
        self.find(name, hash(name)).ok()
    }

    /// The operations of many names, in their order.
    pub(super) fn resolve<'n>(
        &self,
        names: impl Iterator<Item = &'n str> + Clone,
        into: &mut Vec<Option<OpId>>,
    ) {
        into.clear();
        let mut rest = names.clone();
        let mut hashes = [0; BLOCK];
        let mut ahead = names;
        loop {
            let mut count = 0;
            for (slot, name) in hashes.iter_mut().zip(&mut ahead) {
                *slot = hash(name);
                count += 1;
            }
            if count == 0 {
                return;
            }
            self.warm(&hashes[..count]);
            let found = hashes[..count].iter().zip(&mut rest).map(|(&hash, name)| self.find(name, hash).ok());
            into.extend(found);
        }
    }

    /// Asks the memory for the slots of several hashes at once.
    fn warm(&self, hashes: &[u64]) {
        let mask = self.slots.len() - 1;
        let touched = hashes.iter().fold(0, |sum, &hash| sum ^ self.slots[hash as usize & mask]);
        std::hint::black_box(touched);
    }

    fn find(&self, name: &str, hash: u64) -> Result<OpId, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Some(entry) = self.slots[slot].checked_sub(1) else { return Err(slot) };
            if self.hashes[entry as usize] == hash {
                let (op, known) = self.entry(entry);
                if same(known, name) {
                    return Ok(op);
                }
            }
            slot = (slot + 1) & mask;
        }
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
    if all & HIGH == 0 { hash } else { hash_bytes(name.to_lowercase().as_bytes()).0 }
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
        ) {
            let operations: Vec<Operation> = names
                .chunks(2)
                .map(|pair| Operation { id: pair.get(1).cloned(), ..script(&pair[0], &[]) })
                .collect();
            let with_id = (0..operations.len() as u32).map(OpId).filter(|op| operations[op.index()].id.is_some());
            let mut twice = Vec::new();
            let table = Names::index(&operations, with_id.collect(), |now, before, name| {
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
            table.resolve(asked.iter().cycle().take(200).map(String::as_str), &mut resolved);
            let one_by_one: Vec<_> = asked.iter().cycle().take(200).map(|name| table.get(name)).collect();
            prop_assert_eq!(resolved, one_by_one);
        }
    }
}
