//! A name in the form in which names are compared: letter case does not count.

/// Fifteen bytes of a name in lower case, and how many there are. Most names are no more than that, and are
/// compared without going to where they lie. Longer ones have their hash here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u64; 2]);

/// The most bytes that a key has room for.
const ROOM: usize = 15;

/// In place of the length: there is more to the name.
const MORE: u64 = 0xff;

/// Where the length is.
const LENGTH_AT: u32 = 56;

/// The upper bit of each byte, which no byte of ASCII has.
const HIGH: u64 = 0x8080_8080_8080_8080;

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Key {
    /// That of an operation without a name. No name has it.
    pub(super) const NOBODY: Self = Self([0, 0]);

    /// The key of an operation's name, which may be missing.
    #[inline]
    pub(super) fn of_operation(name: &str) -> Self {
        let is_plain = name.as_bytes().first().is_some_and(u8::is_ascii_graphic);
        if is_plain || !name.trim_start().is_empty() { Self::of(name) } else { Self::NOBODY }
    }

    /// The key of a name.
    #[inline]
    pub(super) fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        if bytes.len() <= ROOM {
            let [first, second] = words(bytes);
            if (first | second) & HIGH == 0 {
                return Self([lower(first), lower(second) | (bytes.len() as u64 + 1) << LENGTH_AT]);
            }
        }
        Self::of_another(name)
    }

    /// Of a name that is long, or not of ASCII alone.
    fn of_another(name: &str) -> Self {
        if name.is_ascii() {
            return Self::of_long(name.as_bytes());
        }
        let folded = name.to_lowercase();
        let bytes = folded.as_bytes();
        if bytes.len() > ROOM {
            return Self::of_long(bytes);
        }
        // A to Z are small letters already, and what is beyond ASCII stays.
        let [first, second] = words(bytes);
        Self([first, second | (bytes.len() as u64 + 1) << LENGTH_AT])
    }

    fn of_long(bytes: &[u8]) -> Self {
        let (whole, rest) = bytes.as_chunks::<8>();
        let state = whole
            .iter()
            .fold(bytes.len() as u64, |state, word| fold(state, lower(u64::from_le_bytes(*word))));
        let [last, _] = words(rest);
        let state = fold(state, lower(last));
        Self([state, fold(state, FACTOR.rotate_left(31)) >> 8 | MORE << LENGTH_AT])
    }

    /// Whether names with this key are the same name. Otherwise they only may be.
    #[inline]
    pub(super) fn is_whole(self) -> bool {
        self.0[1] >> LENGTH_AT != MORE
    }

    /// Equal for names that are the same.
    #[inline]
    pub(super) fn hash(self) -> u64 {
        fold(fold(FACTOR.rotate_left(17), self.0[0]), self.0[1])
    }
}

/// Whether two names are one.
pub(super) fn same(one: &str, other: &str) -> bool {
    if one == other {
        true
    } else if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_lowercase() == other.to_lowercase()
    }
}

/// Multiplied, and both halves of the product taken together.
#[inline]
fn fold(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word) * u128::from(FACTOR);
    (product as u64) ^ (product >> 64) as u64
}

/// At most 15 bytes as two numbers, the first byte lowest; zeros behind them.
#[inline]
fn words(bytes: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // What is among the first eight goes from the last eight.
        let beyond = 8 * (bytes.len() as u32 - 8);
        let last = u64::from_le_bytes(*last).checked_shr(64 - beyond).unwrap_or(0);
        [u64::from_le_bytes(*first), last]
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let last = u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
        [u64::from(u32::from_le_bytes(*first)) | last, 0]
    } else {
        [bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0]
    }
}

/// Eight bytes with A to Z made a to z; other bytes, those above 127 too, stay.
#[inline]
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lower_case_is_that_of_ascii(bytes in any::<[u8; 8]>()) {
            prop_assert_eq!(lower(u64::from_le_bytes(bytes)).to_le_bytes(), bytes.map(|byte| byte.to_ascii_lowercase()));
        }

        #[test]
        fn names_are_the_same_when_their_keys_are(
            one in "[aAbBkK\u{212a}äÄßΣσ\\x00 0]{0,18}",
            other in "[aAbBkK\u{212a}äÄßΣσ\\x00 0]{0,18}",
        ) {
            for (one, other) in [(&one, &other), (&one, &one.to_uppercase()), (&one, &one.to_lowercase())] {
                let (key, its) = (Key::of(one), Key::of(other));
                let is_same = one.to_lowercase() == other.to_lowercase();
                prop_assert_eq!(same(one, other), is_same);
                if is_same {
                    prop_assert_eq!(key, its);
                    prop_assert_eq!(key.hash(), its.hash());
                } else {
                    prop_assert!(key != its || !key.is_whole());
                }
                prop_assert_eq!(key.is_whole(), one.to_lowercase().len() <= ROOM);
            }
        }

        #[test]
        fn nobody_has_no_name(name in "[ \t\u{a0}\u{2003}ab]{0,3}") {
            prop_assert_eq!(Key::of_operation(&name) == Key::NOBODY, name.trim().is_empty());
            prop_assert!(Key::of(&name) != Key::NOBODY);
        }
    }

    #[test]
    fn neighbours_are_far_apart() {
        let hashes = |digits: usize| -> Vec<u64> {
            (0..1_000).map(|number| Key::of(&format!("operation{number:0digits$}")).hash()).collect()
        };
        for mut slots in [hashes(3), hashes(12)] {
            slots.iter_mut().for_each(|hash| *hash = (u64::from(*hash as u32) * 2_000) >> 32);
            slots.sort_unstable();
            slots.dedup();
            // 1,000 in 2,000 places by chance: 787 places are taken.
            assert!((740..840).contains(&slots.len()), "{}", slots.len());
        }
    }
}
