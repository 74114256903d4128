//! Reads a file at places, without the offset that all handles of a file share.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes that are read at once, where fewer are asked for.
const BLOCK: usize = 16 * 1024;

/// A reader of a file. Each clone has a place of its own.
pub(super) struct Positioned {
    file: Arc<File>,
    length: u64,
    at: u64,
    block: Vec<u8>,
    block_at: u64,
}

impl Positioned {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length, at: 0, block: Vec::new(), block_at: 0 })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

impl Clone for Positioned {
    fn clone(&self) -> Self {
        Self { file: self.file.clone(), block: Vec::new(), ..*self }
    }
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = self.at.checked_sub(self.block_at).and_then(|start| usize::try_from(start).ok());
        let mut there = start.and_then(|start| self.block.get(start..)).unwrap_or_default();
        if there.is_empty() {
            if buffer.len() >= BLOCK {
                let read = read_at(&self.file, buffer, self.at)?;
                self.at += read as u64;
                return Ok(read);
            }
            self.block.resize(BLOCK, 0);
            let read = read_at(&self.file, &mut self.block, self.at);
            self.block.truncate(*read.as_ref().unwrap_or(&0));
            self.block_at = self.at;
            read?;
            there = &self.block;
        }
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Positioned {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}
