//! What a reply says, in pieces: it is written without knowing its length, and no piece ever moves.
//!
//! One growing buffer would be copied again and again, and twice as large as its content in the end; the reply to
//! reading a large lab is among the largest things this process holds.

use std::io::{self, Write};

/// A piece is as large as all before it, within these limits: small documents stay small, large ones have few pieces.
const SMALLEST_PIECE: usize = 512;
const LARGEST_PIECE: usize = 128 << 10;

/// A document that is being written, or is waiting to be fetched.
#[derive(Default)]
pub(crate) struct Document {
    pieces: Vec<Vec<u8>>,
    length: usize,
}

impl Document {
    /// Bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Copies all of it to the front of `target`; false when there is not enough room.
    pub(crate) fn copy_to(&self, target: &mut [u8]) -> bool {
        let Some(mut rest) = target.get_mut(..self.length) else { return false };
        for piece in &self.pieces {
            let (front, back) = rest.split_at_mut(piece.len());
            front.copy_from_slice(piece);
            rest = back;
        }
        true
    }

    fn append(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = self.pieces.last().map_or(0, |piece| piece.capacity() - piece.len());
            if room == 0 {
                self.pieces.push(Vec::with_capacity(self.length.clamp(SMALLEST_PIECE, LARGEST_PIECE)));
                continue;
            }
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            if let Some(piece) = self.pieces.last_mut() {
                piece.extend_from_slice(now);
            }
            self.length += now.len();
            bytes = later;
        }
    }
}

impl Write for Document {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.append(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_out_in_order_whatever_the_pieces() {
        let mut document = Document::default();
        let mut whole = Vec::new();
        for (at, length) in [0, 1, 511, 1, 2, 5_000, 300_000, 7].into_iter().enumerate() {
            let part: Vec<u8> = (0..length).map(|place| (place % 251 + at) as u8).collect();
            document.write_all(&part).unwrap();
            whole.extend(part);
        }
        assert_eq!(document.len(), whole.len());
        let mut copy = vec![0; whole.len() + 3];
        assert!(document.copy_to(&mut copy));
        assert_eq!(&copy[..whole.len()], whole);
        assert!(!document.copy_to(&mut vec![0; whole.len() - 1]), "there is no room for it");
    }

    #[test]
    fn no_piece_is_moved_or_larger_than_it_may_be() {
        let mut document = Document::default();
        for _ in 0..100 {
            document.write_all(&[7; 10_000]).unwrap();
        }
        let held: usize = document.pieces.iter().map(Vec::capacity).sum();
        assert!(document.pieces.iter().all(|piece| piece.capacity() <= LARGEST_PIECE));
        assert!(held - document.len() <= LARGEST_PIECE, "{held} bytes are held for {}", document.len());
    }
}
