//! How a line of a journal shows that it is whole: its last member, `c`, is the CRC-32 of all that comes before it.
//!
//! After a power cut a file may end in zeros, or in bytes that once belonged to another file, with a line end among
//! them. So it is not enough that a line can be parsed.

/// Bytes of one line, at most. Writers keep far below; more is damage.
pub const LONGEST_LINE: u64 = 16 << 20;

/// `,"c":"` and `"}` with eight digits between them.
const TAIL: usize = 16;

/// The end of a line whose bytes so far are these, without its line end.
fn tail_of(body: &[u8]) -> [u8; TAIL] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let check = crc32fast::hash(body);
    let mut tail = *b",\"c\":\"00000000\"}";
    for (place, digit) in tail[6..14].iter_mut().enumerate() {
        *digit = DIGITS[(check >> (28 - 4 * place)) as usize & 15];
    }
    tail
}

/// Puts the check into the JSON object that begins at `start` and ends with the buffer, and ends the line.
pub fn seal(buffer: &mut Vec<u8>, start: usize) {
    debug_assert_eq!(buffer.last(), Some(&b'}'));
    buffer.pop();
    let tail = tail_of(&buffer[start..]);
    buffer.extend_from_slice(&tail);
    buffer.push(b'\n');
}

/// Whether a line, given without its end, is as it was written.
pub fn is_whole(line: &[u8]) -> bool {
    let Some((body, tail)) = line.split_at_checked(line.len().saturating_sub(TAIL)) else { return false };
    tail == tail_of(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_is_the_last_member_and_covers_all_before_it() {
        let mut buffer = b"before\n{\"a\":1}".to_vec();
        seal(&mut buffer, 7);
        let text = String::from_utf8(buffer).unwrap();
        // From the CRC-32 that zip and PNG use.
        assert_eq!(text, format!("before\n{{\"a\":1,\"c\":\"{:08x}\"}}\n", crc32fast::hash(b"{\"a\":1")));
        let line = text.lines().nth(1).unwrap().as_bytes();
        assert!(is_whole(line));
        assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
        for at in 0..line.len() {
            for bit in 0..8 {
                let mut other = line.to_vec();
                other[at] ^= 1 << bit;
                assert!(!is_whole(&other), "bit {bit} of byte {at}");
            }
            assert!(!is_whole(&line[..at]), "the first {at} bytes");
        }
    }
}
