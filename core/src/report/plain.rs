//! Names, texts and times as a report shows them: on one line where that counts, and with nothing that a reader cannot see.

use std::fmt::Write;

/// Characters of a name that a table or a drawing shows, at most.
const LONGEST_NAME: usize = 80;

/// A text in which characters that cannot be seen, or that turn the direction of what follows, are written as their
/// numbers. Line breaks and tabs stay.
pub fn visible(text: &str) -> String {
    if !text.chars().any(is_hidden) {
        return text.to_owned();
    }
    let text = text.replace("\r\n", "\n");
    let mut visible = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) && !matches!(letter, '\n' | '\t') {
            let _ = write!(visible, "\\u{{{:x}}}", u32::from(letter));
        } else {
            visible.push(letter);
        }
    }
    visible
}

/// The same on one line.
pub fn one_line(text: &str) -> String {
    let joined: Vec<&str> = text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).collect();
    visible(&joined.join(" "))
}

/// A name on one line, shortened in the middle of nothing: the end is cut.
pub fn name(text: &str) -> String {
    shortened(&one_line(text), LONGEST_NAME)
}

/// A text with at most that number of characters.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text within HTML, or in an attribute there.
pub fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
    }
    html
}

/// Control characters, and marks that change the direction of text.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A time in two units at most.
pub fn duration(ms: u64) -> String {
    let seconds = (ms + 500) / 1000;
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..59_950 => format!("{}.{} s", (ms + 50) / 1000, (ms + 50) % 1000 / 100),
        _ if seconds < 3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ if seconds < 86_400 => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// How much of something a difference is, with its sign.
pub fn change(difference: f64, whole: f64) -> String {
    let percent = difference * 100.0 / whole;
    if percent.is_finite() { format!("{percent:+.0} %") } else { String::new() }
}

/// A count and its noun.
pub fn count(many: usize, noun: &str) -> String {
    if many == 1 { format!("1 {noun}") } else { format!("{many} {noun}s") }
}

/// A time of the day in UTC, from RFC 3339.
pub fn utc(time: &str) -> String {
    let parsed: Option<jiff::Timestamp> = time.parse().ok();
    parsed.map_or_else(|| visible(time), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{7}\u{1b}[1m\tc\n"), "a\\u{202e}b\\u{7}\\u{1b}[1m\tc\n");
        assert_eq!(one_line(" a\r\n b \n"), "a b");
        assert_eq!(name(&"ä".repeat(200)).chars().count(), LONGEST_NAME + 1);
    }

    #[test]
    fn times_have_two_units() {
        let times = [0, 999, 1_000, 59_949, 59_950, 125_000, 3_725_000, 90_000_000].map(duration);
        assert_eq!(
            times,
            ["0 ms", "999 ms", "1.0 s", "59.9 s", "1 min 00 s", "2 min 05 s", "1 h 02 min", "1 d 01 h"]
        );
    }
}
