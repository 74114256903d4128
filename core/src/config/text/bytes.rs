//! From bytes to text: UTF-8 with or without a byte-order mark, UTF-16 with one, nothing else.

use crate::error::{Code, Diagnostic};
use std::borrow::Cow;

/// Decodes a file. The byte-order mark is not part of the text.
///
/// # Errors
/// [`Code::NotText`] with the byte offset of what cannot be read. A NUL is refused too: it never belongs
/// in a lab file, and it is what UTF-16 without a byte-order mark looks like.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Box<Diagnostic>> {
    let (text, width, mark) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (utf8(rest, 3)?, 1, 3),
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes)?, 2, 2),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes)?, 2, 2),
        _ => (utf8(bytes, 0)?, 1, 0),
    };
    match text.find('\0') {
        None => Ok(text),
        Some(at) => {
            let offset = if width == 1 { mark + at } else { mark + 2 * text[..at].encode_utf16().count() };
            Err(not_text(offset, "a NUL byte", "Save it as UTF-8, or as UTF-16 with a byte-order mark."))
        }
    }
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<Cow<'_, str>, Box<Diagnostic>> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let offset = error.valid_up_to();
        let what = match bytes.get(offset) {
            Some(byte) if error.error_len().is_some() => format!("the byte 0x{byte:02X}"),
            _ => "half a character".to_owned(),
        };
        not_text(skipped + offset, &what, "Save it as UTF-8.")
    })
}

fn utf16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, Box<Diagnostic>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let mut offset = 2;
    for unit in char::decode_utf16(pairs.iter().map(|pair| join(*pair))) {
        match unit {
            Ok(character) => {
                text.push(character);
                offset += 2 * character.len_utf16();
            }
            Err(_) => return Err(not_text(offset, "half a surrogate pair", "Save it as UTF-8.")),
        }
    }
    if !rest.is_empty() {
        return Err(not_text(offset, "half a UTF-16 unit at its end", "Save it as UTF-8."));
    }
    Ok(Cow::Owned(text))
}

fn not_text(offset: usize, what: &str, advice: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(
            Code::NotText,
            format!("the file is not text in UTF-8 or UTF-16: it has {what} at byte offset {offset}"),
        )
        .with_advice(advice),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault(bytes: &[u8]) -> String {
        decode(bytes).unwrap_err().message
    }

    #[test]
    fn utf8_with_and_without_mark() {
        assert_eq!(decode("näme: x".as_bytes()).unwrap(), "näme: x");
        assert_eq!(decode("\u{FEFF}name: x".as_bytes()).unwrap(), "name: x");
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn utf16_in_both_orders() {
        let text = "name: 漢 \u{1F600}";
        let little: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> =
            [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(decode(&little).unwrap(), text);
        assert_eq!(decode(&big).unwrap(), text);
    }

    #[test]
    fn what_is_not_text_is_named_with_its_offset() {
        assert!(fault(b"ab\xFFcd").contains("the byte 0xFF at byte offset 2"));
        assert!(fault(b"\xEF\xBB\xBFab\xFF").contains("offset 5"));
        assert!(fault(b"ab\xC3").contains("half a character at byte offset 2"));
        assert!(fault(b"\xFF\xFEa\0b").contains("half a UTF-16 unit at its end at byte offset 4"));
        assert!(fault(b"\xFF\xFEa\0\0\xD8b\0").contains("half a surrogate pair at byte offset 4"));
        assert!(fault(b"n\0a\0").contains("a NUL byte at byte offset 1"));
        assert!(fault(b"\xFF\xFE\0\0").contains("a NUL byte at byte offset 2"));
        assert_eq!(decode(b"\xFF").unwrap_err().code, Code::NotText);
    }

    proptest! {
        #[test]
        fn any_text_survives_utf16(text in "[^\0\u{FEFF}]*") {
            let bytes: Vec<u8> =
                [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            prop_assert_eq!(decode(&bytes).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
