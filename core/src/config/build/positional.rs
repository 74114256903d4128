//! Numbers in braces, `{0}`: the values that a template or a repetition gives without a name.

/// Keys in which `{0}`, `{1}` … stand for what a template or a repetition is given.
pub(super) const POSITIONAL: [&str; 6] =
    ["name", "id", "description", "dependencies", "depends-on", "weak-dependencies"];

/// A text with `{0}`, `{1}` … filled in; nothing when it has none, and the number of one that is not given.
pub(super) fn positional(text: &str, given: &[String]) -> Option<Result<String, usize>> {
    let mut filled = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find('{') {
        let (before, after) = rest.split_at(start);
        filled.push_str(before);
        let digits = after[1..].bytes().take_while(u8::is_ascii_digit).count();
        let number = after[1..=digits].parse::<usize>();
        match number {
            Ok(number) if after[1 + digits..].starts_with('}') && !before.ends_with('{') => {
                found = true;
                match given.get(number) {
                    Some(value) => filled.push_str(value),
                    None => return Some(Err(number)),
                }
                rest = &after[digits + 2..];
            }
            _ => {
                filled.push('{');
                rest = &after[1..];
            }
        }
    }
    filled.push_str(rest);
    found.then_some(Ok(filled))
}
