//! Names with wildcards, as commands take them.

/// Whether a text is like a pattern, whatever its case: `*` stands for any characters, `?` for one.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    let folded = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (pattern, text) = (folded(pattern), folded(text));
    // Where the last star is, and how much of the text it stands for so far.
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[seen] => (at, seen) = (at + 1, seen + 1),
            _ => {
                let Some((begin, taken)) = star else { return false };
                star = Some((begin, taken + 1));
                (at, seen) = (begin + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::is_like;

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
}
