//! Finds the checksum of a file in a list as projects publish them.

use crate::operation::{Algorithm, Digest};

/// The largest list.
pub(super) const MOST: u64 = 4 << 20;

/// The checksum of a file: of the line with its name (`digits  name`, `digits *name` or `SHA256 (name) = digits`), or the
/// one checksum that a list without names has.
pub(super) fn find(list: &str, algorithm: Algorithm, name: &str) -> Option<Digest> {
    let lines = || list.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
    let named = lines().find_map(|line| {
        let (digits, of) = entry(line)?;
        let of = of.trim_start_matches("./");
        (of.rsplit(['/', '\\']).next() == Some(name)).then(|| Digest::of_hex(algorithm, digits)).flatten()
    });
    named.or_else(|| {
        let mut all = lines();
        let only = all.next().filter(|_| all.next().is_none())?;
        Digest::of_hex(algorithm, only)
    })
}

/// The digits of a line, and the name that they are of.
fn entry(line: &str) -> Option<(&str, &str)> {
    if let Some((of, digits)) = line.rsplit_once(") = ") {
        return Some((digits.trim(), of.split_once('(')?.1));
    }
    let (digits, of) = line.split_once(char::is_whitespace)?;
    Some((digits, of.trim_start().trim_start_matches('*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_all_kinds_are_understood() {
        let (one, two) = ("1a".repeat(32), "2b".repeat(32));
        let found = |list: &str| find(list, Algorithm::Sha256, "tool.zip").map(|digest| digest.hex);
        for list in [
            format!("{two}  other.zip\n{one}  tool.zip\n"),
            format!("{two} *my-tool.zip\r\n{one} *tool.zip\r\n"),
            format!("SHA256 (other.zip) = {two}\nSHA256 (tool.zip) = {one}"),
            format!("{}  ./dist/tool.zip\n{two}  b", one.to_uppercase()),
            format!("\u{feff}{one}\n"),
            format!("# comment\n\n{one}\ttool.zip"),
        ] {
            assert_eq!(found(&list), Some(one.clone()), "{list}");
        }
        for list in
            [String::new(), format!("{one}  other.zip"), format!("{one}\n{two}"), "12  tool.zip".to_owned()]
        {
            assert_eq!(found(&list), None, "{list}");
        }
    }
}
