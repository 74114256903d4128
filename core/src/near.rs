//! Finds the name that was probably meant: the one rule for slips of the pen, of keys and of names.
//!
//! Two words are near when one edit turns one into the other, or two from six letters on. An edit adds, drops or
//! changes a letter, or swaps two neighbours. Words of one or two letters are near to nothing: they would be near to
//! everything. Longer names may have one more edit for every six letters, and the beginning of a single name means it.

use serde::{Deserialize, Serialize};

/// Edits of a key at most: what is farther away may be meant as it stands.
const KEY_EDITS: usize = 2;

/// The key of `known` that an unknown key was meant to be, if it is near to one. Letter case and separators do not
/// count. Such a key is an error; every other unknown key is only a warning.
///
/// ```
/// use labrunner_core::near::nearest_key;
///
/// assert_eq!(nearest_key("Dependancies", ["name", "dependencies"]), Some("dependencies"));
/// assert_eq!(nearest_key("depends_om", ["depends-on"]), Some("depends-on"));
/// assert_eq!(nearest_key("location", ["validation"]), None);
/// ```
pub fn nearest_key<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |key: &str| {
        key.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect::<String>()
    };
    nearest(&letters(key), known.into_iter().map(|known| (letters(known), known)), KEY_EDITS)
}

/// The name of `known` that was probably meant by `wrong`, if any is near enough. Letter case does not count.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = |name: &str| name.trim().to_lowercase();
    let (wrong, known) = (lower(wrong), known.into_iter().map(|name| (lower(name), name)));
    let known: Vec<_> = known.collect();
    nearest(&wrong, known.iter().cloned(), usize::MAX).or_else(|| {
        let mut begun = known.iter().filter(|(name, _)| name.starts_with(&wrong)).map(|(_, name)| *name);
        let only = begun.next().filter(|_| wrong.chars().count() > 2)?;
        begun.all(|other| other == only).then_some(only)
    })
}

/// The nearest of several; the first one if several are equally near.
fn nearest<'a>(wrong: &str, known: impl Iterator<Item = (String, &'a str)>, most: usize) -> Option<&'a str> {
    let length = wrong.chars().count();
    let most = most.min(1 + length / 6);
    known
        .filter(|(letters, _)| {
            let other = letters.chars().count();
            length.max(other) > 2 && length.abs_diff(other) <= most
        })
        .map(|(letters, name)| (strsim::damerau_levenshtein(wrong, &letters), name))
        .filter(|(edits, _)| *edits <= most)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// Words to look for among known ones: how callers of the ABI ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearQuery {
    /// What kind of word it is.
    pub kind: WordKind,
    /// The words that are not known.
    pub unknown: Vec<String>,
    /// The words that are.
    pub known: Vec<String>,
}

/// What kind of word is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WordKind {
    /// The key of a mapping: see [`nearest_key`].
    #[default]
    Key,
    /// The name of something: see [`did_you_mean`].
    Name,
}

/// The answer to a [`NearQuery`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearAnswer {
    /// For each unknown word the known one that was probably meant.
    pub near: Vec<Option<String>>,
}

impl NearQuery {
    /// Looks for each word.
    pub fn answer(&self) -> NearAnswer {
        let known = || self.known.iter().map(String::as_str);
        let near = |word: &String| match self.kind {
            WordKind::Key => nearest_key(word, known()),
            WordKind::Name => did_you_mean(word, known()),
        };
        NearAnswer { near: self.unknown.iter().map(|word| near(word).map(str::to_owned)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEYS: [&str; 10] =
        ["id", "env", "name", "tags", "retry", "script", "timeout", "service", "dependencies", "retry-count"];

    #[test]
    fn keys_are_near_by_one_edit_or_two_from_six_letters_on() {
        for (key, meant) in [
            ("Dependancies", Some("dependencies")),
            ("dependncis", Some("dependencies")),
            ("timeot", Some("timeout")),
            ("TIME-OUTT", Some("timeout")),
            ("timoeut", Some("timeout")),
            ("tmeot", None),
            ("scrpt", Some("script")),
            ("scirpt", Some("script")),
            ("retrys", Some("retry")),
            ("retyr", Some("retry")),
            ("nmae", Some("name")),
            ("mane", None),
            ("tag", Some("tags")),
            ("evn", Some("env")),
            ("retrycuont", Some("retry-count")),
            ("ip", None),
            ("location", None),
            ("region", None),
            ("", None),
        ] {
            assert_eq!(nearest_key(key, KEYS), meant, "{key}");
        }
    }

    #[test]
    fn of_equally_near_keys_the_first_is_meant() {
        assert_eq!(nearest_key("pools", ["pool", "polls"]), Some("pool"));
    }

    #[test]
    fn names_may_differ_more_the_longer_they_are() {
        assert_eq!(
            did_you_mean("deploy-databse", ["Deploy-Web", "Deploy-Database"]),
            Some("Deploy-Database")
        );
        assert_eq!(did_you_mean("web-3", ["web-2"]), Some("web-2"));
        assert_eq!(did_you_mean("Create Netwrks", ["Create Networks"]), Some("Create Networks"));
        assert_eq!(did_you_mean("dev", ["prod", "Devel"]), Some("Devel"));
        assert_eq!(did_you_mean("web", ["web-10", "web-20"]), None);
        assert_eq!(did_you_mean("Location", ["validation"]), None);
        assert_eq!(did_you_mean("a", ["b"]), None);
        assert_eq!(did_you_mean("zzz", ["Deploy-Database"]), None);
    }

    #[test]
    fn a_query_asks_for_several_words() {
        let query: NearQuery =
            serde_json::from_str(r#"{"kind":"key","unknown":["Timeot","Region"],"known":["Timeout"]}"#)
                .unwrap();
        assert_eq!(serde_json::to_string(&query.answer()).unwrap(), r#"{"near":["Timeout",null]}"#);
    }

    proptest! {
        #[test]
        fn one_slip_in_a_key_of_three_letters_or_more_is_found(
            key in "[a-z]{3,20}", at in 0_usize..20, kind in 0_u8..4, letter in "[a-z]",
        ) {
            let mut letters: Vec<char> = key.chars().collect();
            let at = at % letters.len();
            match kind {
                0 => letters.insert(at, letter.chars().next().unwrap()),
                1 => { letters.remove(at); }
                2 => letters[at] = letter.chars().next().unwrap(),
                _ => { let next = (at + 1) % letters.len(); if next > at { letters.swap(at, next); } }
            }
            let slip: String = letters.into_iter().collect();
            prop_assert_eq!(nearest_key(&slip, [key.as_str()]), Some(key.as_str()));
        }

        #[test]
        fn nearness_of_keys_ignores_case_and_separators(key in "[a-z]{1,12}", other in "[a-z]{1,12}") {
            let spelled: String = key.chars().flat_map(|c| [c.to_ascii_uppercase(), '_']).collect();
            prop_assert_eq!(nearest_key(&spelled, [other.as_str()]), nearest_key(&key, [other.as_str()]));
        }
    }
}
