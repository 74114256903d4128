//! How a piece of an output file shows that it is whole and where it belongs.
//!
//! A frame is 20 bytes and its payload: `LRO1`, the length (`u32`), the frame's place in the file (`u64`) and a CRC-32 of
//! both and the payload, all little-endian. The check begins with a salt made of the run and the life: after a power cut
//! a file may show what another file held before, and a frame of another run is sound in itself.

use crate::record::DamageKind;
use std::io::{self, ErrorKind, Read};

const MAGIC: [u8; 4] = *b"LRO1";

/// Bytes before the payload.
pub const HEAD: usize = 20;

/// Bytes of payload that writers stay below: a little more than a record may have on top of what they gather.
pub const LONGEST: usize = 1 << 20;

/// What the checks of one file begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt(u32);

impl Salt {
    /// That of a run's life.
    pub fn of(run: &str, life: u32) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(run.as_bytes());
        hasher.update(&life.to_le_bytes());
        Self(hasher.finalize())
    }
}

fn check(salt: Salt, length: [u8; 4], number: [u8; 8], payload: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new_with_initial(salt.0);
    hasher.update(&length);
    hasher.update(&number);
    hasher.update(payload);
    hasher.finalize().to_le_bytes()
}

/// Puts a frame's head into the room that was left for it before its payload.
pub fn seal(frame: &mut [u8], salt: Salt, number: u64) {
    let (head, payload) = frame.split_at_mut(HEAD);
    // A payload is shorter than its limit, which fits.
    let length = (payload.len() as u32).to_le_bytes();
    let number = number.to_le_bytes();
    head[..4].copy_from_slice(&MAGIC);
    head[4..8].copy_from_slice(&length);
    head[8..16].copy_from_slice(&number);
    head[16..20].copy_from_slice(&check(salt, length, number, payload));
}

/// Reads the next frame's payload, whose place must be this; nothing where the file ends.
///
/// # Errors
/// What is wrong with it.
pub fn read(source: &mut impl Read, salt: Salt, number: u64) -> Result<Option<Vec<u8>>, DamageKind> {
    let mut head = [0; HEAD];
    match fill(source, &mut head) {
        Ok(0) => return Ok(None),
        Ok(HEAD) => {}
        // Zeros that a power cut left are not a torn frame.
        Ok(some) if head[..some.min(4)] != MAGIC[..some.min(4)] => return Err(DamageKind::Mismatch),
        Ok(_) => return Err(DamageKind::Torn),
        Err(_) => return Err(DamageKind::Unreadable),
    }
    let word = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
    let length = u32::from_le_bytes(word(4)) as usize;
    if head[..4] != MAGIC || length > LONGEST {
        return Err(DamageKind::Mismatch);
    }
    let mut payload = vec![0; length];
    match fill(source, &mut payload) {
        Ok(read) if read == length => {}
        Ok(_) => return Err(DamageKind::Torn),
        Err(_) => return Err(DamageKind::Unreadable),
    }
    let mut place = [0; 8];
    place.copy_from_slice(&head[8..16]);
    if check(salt, word(4), place, &payload) != word(16) {
        return Err(DamageKind::Mismatch);
    }
    if u64::from_le_bytes(place) != number {
        return Err(DamageKind::OutOfSequence);
    }
    Ok(Some(payload))
}

/// Reads until the buffer is full or the source ends, and says how much that was.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(salt: Salt, number: u64, payload: &[u8]) -> Vec<u8> {
        let mut frame = [&[0; HEAD][..], payload].concat();
        seal(&mut frame, salt, number);
        frame
    }

    #[test]
    fn a_frame_is_believed_as_a_whole_at_its_place_in_its_run_or_not_at_all() {
        let salt = Salt::of("run", 1);
        let sound = frame(salt, 3, b"payload");
        assert_eq!(read(&mut &sound[..], salt, 3), Ok(Some(b"payload".to_vec())));
        assert_eq!(read(&mut &b""[..], salt, 3), Ok(None));
        assert_eq!(read(&mut &sound[..], salt, 2), Err(DamageKind::OutOfSequence));
        for other in [Salt::of("run", 2), Salt::of("ruh", 1)] {
            assert_eq!(read(&mut &sound[..], other, 3), Err(DamageKind::Mismatch));
        }
        for at in 0..sound.len() {
            for bit in 0..8 {
                let mut changed = sound.clone();
                changed[at] ^= 1 << bit;
                assert!(read(&mut &changed[..], salt, 3).is_err(), "bit {bit} of byte {at}");
            }
            let torn = read(&mut &sound[..at], salt, 3);
            assert_eq!(torn, if at == 0 { Ok(None) } else { Err(DamageKind::Torn) });
        }
        assert_eq!(read(&mut &[0; 9][..], salt, 0), Err(DamageKind::Mismatch));
        assert_eq!(read(&mut &[0; 4096][..], salt, 0), Err(DamageKind::Mismatch));
    }
}
