//! The output of a program, line by line, to the sink that takes it.

use crate::operation::LINGER;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::future::{Future, pending};
use std::io::BufRead;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// Longer lines are handed on in pieces of at most this many bytes.
pub const LONGEST_LINE: usize = 64 * 1024;

/// What is read from one pipe after the program has ended, at most: the largest pipe there is.
/// Whatever comes after that is not the program's.
const LEFT_IN_PIPE: usize = 1024 * 1024;

/// How many of the last lines of the error stream are kept.
const TAIL: usize = 20;

/// Which of its two outputs a program wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Takes the lines of a program.
pub trait OutputSink: Send {
    /// What anybody may see of a line; asked before anything else is done with it.
    fn shown(&self, line: String) -> String {
        line
    }

    /// Takes one line without its line end.
    ///
    /// As long as this waits the program's pipes are not read, so a sink that is full slows the
    /// program down instead of filling memory. A stop does not wait for it: then the call is dropped.
    fn line(&mut self, stream: Stream, line: String) -> impl Future<Output = ()> + Send;
}

/// Lines go into the channel; once the receiver is gone they are thrown away.
impl OutputSink for mpsc::Sender<(Stream, String)> {
    async fn line(&mut self, stream: Stream, line: String) {
        _ = self.send((stream, line)).await;
    }
}

/// The last lines of the error stream, for the message of a failure.
#[derive(Default)]
pub(super) struct Tail(Mutex<VecDeque<String>>);

impl Tail {
    fn push(&self, line: &str) {
        let mut lines = self.0.lock();
        if lines.len() == TAIL {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }

    /// The lines, oldest first.
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().iter().cloned().collect()
    }
}

/// Cuts bytes into lines. It holds at most one line.
#[derive(Default)]
struct Splitter {
    pending: Vec<u8>,
}

impl Splitter {
    /// The next line in `bytes`, which is moved on behind it; nothing once `bytes` is used up.
    fn next(&mut self, bytes: &mut &[u8]) -> Option<String> {
        while !bytes.is_empty() {
            // One byte more than a line may have, and a possible CR, tell a long line from a full one.
            let room = LONGEST_LINE + 2 - self.pending.len();
            let mut head = &bytes[..bytes.len().min(room)];
            let read = head.read_until(b'\n', &mut self.pending).ok()?;
            let ended = self.pending.pop_if(|last| *last == b'\n').is_some();
            if self.is_too_long() {
                // The line end, if it was there, belongs to the rest of the line.
                *bytes = &bytes[read - usize::from(ended)..];
                return Some(self.cut());
            }
            *bytes = &bytes[read..];
            if ended {
                return Some(self.take());
            }
        }
        None
    }

    /// What follows the last line end, when the stream is over.
    fn last(&mut self) -> Option<String> {
        (!self.pending.is_empty()).then(|| self.take())
    }

    fn is_too_long(&self) -> bool {
        let length = self.pending.len();
        length > LONGEST_LINE && !(length == LONGEST_LINE + 1 && self.pending.ends_with(b"\r"))
    }

    fn take(&mut self) -> String {
        self.pending.pop_if(|last| *last == b'\r');
        text(std::mem::take(&mut self.pending))
    }

    /// The first piece of a line that is too long, without tearing a character apart.
    fn cut(&mut self) -> String {
        let continues = |at: &usize| self.pending[*at] & 0b1100_0000 == 0b1000_0000;
        let at = (LONGEST_LINE - 3..=LONGEST_LINE).rev().find(|at| !continues(at)).unwrap_or(LONGEST_LINE);
        let rest = self.pending.split_off(at);
        text(std::mem::replace(&mut self.pending, rest))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// One of the two pipes.
struct Pipe<R> {
    stream: Stream,
    reader: Option<R>,
    buffer: Vec<u8>,
    splitter: Splitter,
    /// What may still be read, once the program has ended.
    left: usize,
}

impl<R: AsyncRead + Unpin> Pipe<R> {
    fn new(stream: Stream, reader: Option<R>) -> Self {
        let splitter = Splitter::default();
        Self { stream, reader, buffer: vec![0; LONGEST_LINE], splitter, left: usize::MAX }
    }

    /// Waits for bytes; never comes back once the pipe is closed. May be dropped at any time.
    async fn read(&mut self) -> (Stream, usize) {
        match &mut self.reader {
            // An error on a pipe means what its end means: nothing more comes.
            Some(reader) => (self.stream, reader.read(&mut self.buffer).await.unwrap_or(0)),
            None => pending().await,
        }
    }

    /// Hands on the lines of the bytes that were read.
    async fn hand_on(&mut self, read: usize, sink: &mut impl OutputSink, tail: &Tail) {
        let mut bytes = &self.buffer[..read];
        while let Some(line) = self.splitter.next(&mut bytes) {
            emit(self.stream, line, sink, tail).await;
        }
        self.left = self.left.saturating_sub(read);
        if read == 0 || self.left == 0 {
            self.close(sink, tail).await;
        }
    }

    async fn close(&mut self, sink: &mut impl OutputSink, tail: &Tail) {
        self.reader = None;
        if let Some(line) = self.splitter.last() {
            emit(self.stream, line, sink, tail).await;
        }
    }
}

async fn emit(stream: Stream, line: String, sink: &mut impl OutputSink, tail: &Tail) {
    let line = sink.shown(line);
    if stream == Stream::Stderr {
        tail.push(&line);
    }
    sink.line(stream, line).await;
}

/// Hands everything from both pipes to the sink until both are closed, or until `ended` has said
/// that the program is gone and its pipes are empty.
pub(super) async fn pump(
    stdout: Option<impl AsyncRead + Unpin>,
    stderr: Option<impl AsyncRead + Unpin>,
    mut sink: impl OutputSink,
    tail: &Tail,
    mut ended: oneshot::Receiver<()>,
) {
    let mut stdout = Pipe::new(Stream::Stdout, stdout);
    let mut stderr = Pipe::new(Stream::Stderr, stderr);
    let mut until: Option<Instant> = None;
    while stdout.reader.is_some() || stderr.reader.is_some() {
        // In this order: what lies in a pipe is read even when the time is over, but a process that
        // writes without end does not hide that the program has ended.
        tokio::select! {
            biased;
            _ = &mut ended, if until.is_none() => {
                until = Some(Instant::now() + LINGER);
                (stdout.left, stderr.left) = (LEFT_IN_PIPE, LEFT_IN_PIPE);
            }
            (stream, read) = async {
                // Unbiased: neither stream may starve the other.
                tokio::select! { read = stdout.read() => read, read = stderr.read() => read }
            } => match stream {
                Stream::Stdout => stdout.hand_on(read, &mut sink, tail).await,
                Stream::Stderr => stderr.hand_on(read, &mut sink, tail).await,
            },
            () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                stdout.close(&mut sink, tail).await;
                stderr.close(&mut sink, tail).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    /// The lines of a text that arrives in chunks of `size` bytes.
    fn lines(bytes: &[u8], size: usize) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        for mut chunk in bytes.chunks(size) {
            while let Some(line) = splitter.next(&mut chunk) {
                lines.push(line);
            }
        }
        lines.extend(splitter.last());
        lines
    }

    #[test]
    fn line_ends_are_trimmed_wherever_the_chunks_break() {
        for size in 1..12 {
            assert_eq!(
                lines(b"one\r\ntwo\n\n\r\nlast", size),
                ["one", "two", "", "", "last"],
                "chunks of {size}"
            );
        }
        assert_eq!(lines(b"", 1), [""; 0]);
        assert_eq!(lines(b"50%\r100%\n", 3), ["50%\r100%"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        assert_eq!(lines(b"a\xffb\nc", 2), ["a\u{fffd}b", "c"]);
    }

    #[test]
    fn a_line_of_the_greatest_length_is_not_split() {
        for end in ["\n", "\r\n", ""] {
            let text = format!("{}{end}next\n", "x".repeat(LONGEST_LINE));
            let found = lines(text.as_bytes(), 4096);
            assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [LONGEST_LINE, 4], "with {end:?}");
        }
    }

    #[test]
    fn longer_lines_come_in_pieces_and_lose_nothing() {
        for (size, extra) in [(7, 1), (4096, 2), (100_000, LONGEST_LINE), (100_000, LONGEST_LINE + 1)] {
            let long = "x".repeat(LONGEST_LINE + extra);
            let found = lines(format!("{long}\r\nnext\r\n").as_bytes(), size);
            assert!(found.iter().all(|piece| piece.len() <= LONGEST_LINE && !piece.is_empty()));
            assert_eq!(found.concat(), format!("{long}next"));
            assert_eq!(found.last().unwrap(), "next");
        }
    }

    #[test]
    fn a_character_is_never_torn_apart() {
        for shift in 0..4 {
            let long = format!("{}{}", "x".repeat(shift), "🦀".repeat(LONGEST_LINE / 2));
            assert_eq!(lines(long.as_bytes(), 5000).concat(), long);
        }
    }

    #[tokio::test]
    async fn the_pipes_end_the_pump_and_the_tail_keeps_the_last_errors() {
        let (mut out, out_end) = tokio::io::duplex(64);
        let (mut err, err_end) = tokio::io::duplex(64);
        let (sink, mut taken) = mpsc::channel(1);
        let (_ended, ended) = oneshot::channel();
        let tail = Tail::default();
        let write = async {
            for number in 0..30 {
                out.write_all(format!("out {number}\n").as_bytes()).await.unwrap();
                err.write_all(format!("err {number}\n").as_bytes()).await.unwrap();
            }
            drop((out, err));
        };
        let take = async {
            let mut taken_lines = 0;
            while taken.recv().await.is_some() {
                taken_lines += 1;
            }
            taken_lines
        };
        let ((), (), count) =
            tokio::join!(write, pump(Some(out_end), Some(err_end), sink, &tail, ended), take);
        assert_eq!(count, 60);
        let kept = tail.lines();
        assert_eq!(kept.len(), TAIL);
        assert_eq!((kept[0].as_str(), kept[TAIL - 1].as_str()), ("err 10", "err 29"));
    }

    #[tokio::test]
    async fn a_pipe_that_stays_open_after_the_end_is_given_up_but_what_lies_in_it_is_read() {
        let (mut out, out_end) = tokio::io::duplex(64);
        out.write_all(b"first\nhalf a line").await.unwrap();
        let (sink, mut taken) = mpsc::channel(8);
        let (ended, notice) = oneshot::channel();
        ended.send(()).unwrap();
        let begun = Instant::now();
        pump(Some(out_end), None::<&[u8]>, sink, &Tail::default(), notice).await;
        assert!(begun.elapsed() >= LINGER);
        assert_eq!(taken.recv().await, Some((Stream::Stdout, "first".into())));
        assert_eq!(taken.recv().await, Some((Stream::Stdout, "half a line".into())));
        assert_eq!(taken.recv().await, None);
    }

    #[tokio::test]
    async fn a_writer_without_end_does_not_keep_the_pump_alive() {
        let (sink, mut taken) = mpsc::channel::<(Stream, String)>(8);
        let (ended, notice) = oneshot::channel();
        ended.send(()).unwrap();
        let count = tokio::spawn(async move {
            let mut bytes = 0;
            while let Some((_, line)) = taken.recv().await {
                bytes += line.len();
            }
            bytes
        });
        pump(Some(tokio::io::repeat(b'x')), None::<&[u8]>, sink, &Tail::default(), notice).await;
        assert!(count.await.unwrap() <= 2 * LEFT_IN_PIPE);
    }
}
