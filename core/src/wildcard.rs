//! Names with wildcards by PowerShell's rules: the one place where names are matched.
//!
//! `*` stands for any characters, `?` for one, `[abc]` and `[a-c]` for one of several; a backtick takes the meaning
//! from the character behind it. Letter case does not count. These are the rules of `-like`, also in what they leave out:
//! brackets do not nest, and none of them means "not one of these". A name that is written like the pattern, character
//! for character, matches too: who asks for `[prod] web` means that name.

use serde::Deserialize;

/// A name with wildcards.
///
/// ```
/// use labrunner_core::wildcard::Wildcard;
///
/// let pattern = Wildcard::parse("web-[0-9]*").unwrap();
/// assert!(pattern.is_match("Web-7-east"));
/// assert!(!pattern.is_match("web-x"));
/// assert!(Wildcard::parse("web-[0-9").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Wildcard {
    /// As it was written, in lower case.
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// This character, in lower case.
    One(char),
    /// Any character.
    AnyOne,
    /// Any characters, also none.
    Any,
    /// A character in one of these ranges, both ends included.
    OneOf(Vec<(char, char)>),
}

/// Why a text is not a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidWildcard {
    /// A `[` without its `]`.
    Unclosed,
    /// A range such as `[z-a]`, which has nothing in it.
    EmptyRange(char, char),
}

impl std::fmt::Display for InvalidWildcard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unclosed => write!(f, "a '[' is not closed"),
            Self::EmptyRange(first, last) => write!(f, "'{first}' comes after '{last}'"),
        }
    }
}

impl TryFrom<String> for Wildcard {
    type Error = String;

    fn try_from(pattern: String) -> Result<Self, Self::Error> {
        Self::parse(&pattern).map_err(|error| format!("'{pattern}' is not a valid wildcard pattern: {error}"))
    }
}

/// Whether a text means more than itself: it contains a wildcard or a backtick.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '`'])
}

impl Wildcard {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with its brackets.
    pub fn parse(pattern: &str) -> Result<Self, InvalidWildcard> {
        let mut parts = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' => Part::Any,
                '?' => Part::AnyOne,
                '[' => Part::OneOf(ranges(&mut rest)?),
                // One at the end stands for itself, and alone for nothing.
                '`' => match rest.next() {
                    Some(escaped) => Part::One(lower(escaped)),
                    None if parts.is_empty() => continue,
                    None => Part::One('`'),
                },
                plain => Part::One(lower(plain)),
            });
        }
        Ok(Self { text: pattern.to_lowercase(), parts })
    }

    /// Whether the pattern means a name.
    pub fn is_match(&self, name: &str) -> bool {
        self.is_like(name) || name.to_lowercase() == self.text
    }

    /// Whether a text is like the pattern.
    fn is_like(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        // Where the last star is, and how much of the text it stands for so far.
        let (mut at, mut seen, mut star) = (0, 0, None);
        while seen < text.len() {
            match self.parts.get(at) {
                Some(Part::Any) => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(part) if part.is(text[seen]) => (at, seen) = (at + 1, seen + 1),
                _ => {
                    let Some((begin, taken)) = star else { return false };
                    star = Some((begin, taken + 1));
                    (at, seen) = (begin + 1, taken + 1);
                }
            }
        }
        self.parts[at..].iter().all(|part| *part == Part::Any)
    }
}

impl Part {
    fn is(&self, c: char) -> bool {
        match self {
            Self::One(one) => *one == lower(c),
            Self::AnyOne => true,
            Self::Any => false,
            Self::OneOf(ranges) => {
                let within = |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
                within(c) || within(lower(c)) || within(upper(c))
            }
        }
    }
}

/// The content of brackets, after the opening one. A `]` directly after that is an ordinary character.
fn ranges(rest: &mut std::str::Chars<'_>) -> Result<Vec<(char, char)>, InvalidWildcard> {
    let mut members: Vec<(char, bool)> = Vec::new();
    loop {
        match rest.next().ok_or(InvalidWildcard::Unclosed)? {
            ']' if !members.is_empty() => break,
            '`' => members.push((rest.next().ok_or(InvalidWildcard::Unclosed)?, false)),
            c => members.push((c, c == '-')),
        }
    }
    let mut ranges = Vec::new();
    let mut members = members.as_slice();
    loop {
        match members {
            [(first, _), (_, true), (last, _), more @ ..] => {
                if first > last {
                    return Err(InvalidWildcard::EmptyRange(*first, *last));
                }
                ranges.push((*first, *last));
                members = more;
            }
            [(only, _), more @ ..] => {
                ranges.push((*only, *only));
                members = more;
            }
            [] => return Ok(ranges),
        }
    }
}

/// A character in lower case, where that is one character.
fn lower(c: char) -> char {
    let mut folded = c.to_lowercase();
    if folded.len() == 1 { folded.next().unwrap_or(c) } else { c }
}

fn upper(c: char) -> char {
    let mut folded = c.to_uppercase();
    if folded.len() == 1 { folded.next().unwrap_or(c) } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_like(pattern: &str, text: &str) -> bool {
        Wildcard::parse(pattern).unwrap().is_like(text)
    }

    #[test]
    fn wildcards_stand_for_what_they_stand_for_everywhere() {
        for (pattern, text) in [
            ("lab", "LAB"),
            ("*", ""),
            ("*", "x"),
            ("l*b", "lb"),
            ("l*b", "laabb"),
            ("?ab", "lab"),
            ("*-lab", "a-b-lab"),
            ("", ""),
            ("Ä*", "äpfel"),
            ("a**b", "ab"),
        ] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("lab", "labs"), ("?", ""), ("l*b", "lab2"), ("", "x"), ("*-lab", "a-labs"), ("a?", "a")]
        {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn brackets_and_backticks_are_those_of_powershell() {
        for (pattern, text) in [
            ("vm[12]", "VM2"),
            ("vm[0-9]", "vm7"),
            ("[A-C]x", "bX"),
            ("[a-c]x", "BX"),
            ("x[]a]", "x]"),
            ("x[]a]", "xa"),
            ("[a-]", "-"),
            ("[-a]", "-"),
            ("[a`-c]", "-"),
            ("[`]]", "]"),
            ("[^a]", "^"),
            ("[^a]", "a"),
            ("[[a]", "["),
            ("a]", "a]"),
            ("`[1`]", "[1]"),
            ("a`*", "a*"),
            ("``", "`"),
            ("a`", "a`"),
            ("`", ""),
            ("[Ä]", "ä"),
        ] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("[^a]", "b"), ("a`*", "ab"), ("vm[12]", "vm3"), ("[a`-c]", "b"), ("[a]", ""), ("`[1`]", "1")]
        {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
        for open in ["[", "a[", "[]", "[a", "[`]", "[a`"] {
            assert_eq!(Wildcard::parse(open), Err(InvalidWildcard::Unclosed), "{open}");
        }
        assert_eq!(Wildcard::parse("[c-a]"), Err(InvalidWildcard::EmptyRange('c', 'a')));
        assert_eq!(Wildcard::parse("[a-Z]"), Err(InvalidWildcard::EmptyRange('a', 'Z')));
    }

    #[test]
    fn a_name_that_is_written_like_the_pattern_is_meant() {
        let pattern: Wildcard = serde_json::from_str(r#""[prod] web""#).unwrap();
        assert!(pattern.is_match("[Prod] Web"));
        assert!(pattern.is_match("p web"));
        let fault = serde_json::from_str::<Wildcard>(r#""web[""#).unwrap_err().to_string();
        assert!(fault.starts_with("'web[' is not a valid wildcard pattern: a '[' is not closed"), "{fault}");
    }

    /// The same, by trying everything.
    fn oracle(parts: &[Part], text: &[char]) -> bool {
        match parts.split_first() {
            None => text.is_empty(),
            Some((Part::Any, rest)) => (0..=text.len()).any(|taken| oracle(rest, &text[taken..])),
            Some((part, rest)) => {
                text.split_first().is_some_and(|(c, more)| part.is(*c) && oracle(rest, more))
            }
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_some_way_to_read_it_matches(pattern in r"[ab*?\[\]`-]{0,8}", text in r"[abAB*\[-]{0,8}") {
            if let Ok(pattern) = Wildcard::parse(&pattern) {
                let letters: Vec<char> = text.chars().collect();
                prop_assert_eq!(pattern.is_like(&text), oracle(&pattern.parts, &letters));
            }
        }

        #[test]
        fn what_is_not_a_pattern_is_like_itself_only(name in "[a-zA-Z äÄ.\\-\\]]{0,8}", other in "[a-zA-Z äÄ.\\-\\]]{0,8}") {
            prop_assert!(!is_pattern(&name));
            prop_assert!(is_like(&name, &name.to_uppercase()));
            prop_assert_eq!(is_like(&name, &other), name.to_lowercase() == other.to_lowercase());
        }

        #[test]
        fn no_text_is_too_odd(pattern in any::<String>(), text in any::<String>()) {
            let _ = Wildcard::parse(&pattern).map(|pattern| pattern.is_match(&text));
        }
    }
}
