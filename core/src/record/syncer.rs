//! The thread that keeps the stronger promise of [`Durability`](super::Durability).
//!
//! What was handed to the system survives the death of the process, and that costs nothing. To survive a power cut it
//! must be on the disk, and waiting for that takes milliseconds; so a thread of its own waits, for many writes at once.

use super::disk::Append;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// Syncs a file that another thread appends to, soon after each write.
#[derive(Debug)]
pub(super) struct Syncer {
    /// Holds one message while something is written and not yet synced.
    written: Option<Sender<()>>,
    /// Dropped to end the wait for more writes.
    open: Option<Sender<Infallible>>,
    failure: Arc<OnceLock<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// Starts the thread. `file` is a second handle to the file; `within` is how long writes are gathered.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub(super) fn start(mut file: Box<dyn Append>, within: Duration) -> io::Result<Self> {
        let (written, writes) = bounded(1);
        let (open, ends) = bounded(0);
        let failure = Arc::new(OnceLock::new());
        let failed = Arc::clone(&failure);
        let syncing = move || {
            if let Err(error) = keep_synced(&mut *file, &writes, &ends, within) {
                // After a failed sync the system may call pages clean that it has not written: one that succeeds later
                // would prove nothing ("Can Applications Recover from fsync Failures?", USENIX ATC 2020).
                let _ = failed.set(error.to_string());
            }
        };
        let thread = std::thread::Builder::new().name("labrunner-sync".to_owned()).spawn(syncing)?;
        Ok(Self { written: Some(written), open: Some(open), failure, thread: Some(thread) })
    }

    /// Something has been written. Never waits.
    pub(super) fn written(&self) {
        if let Some(written) = &self.written {
            // One message stands for all writes before the next sync.
            let _ = written.try_send(());
        }
    }

    /// Why what was written since may not survive a power cut, if so.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Waits until everything that was written is synced, and ends the thread.
    pub(super) fn close(&mut self) {
        self.open = None;
        self.written = None;
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, nothing would be synced, and the writer's own last sync says why.
            let _ = thread.join();
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.close();
    }
}

fn keep_synced(
    file: &mut dyn Append,
    writes: &Receiver<()>,
    ends: &Receiver<Infallible>,
    within: Duration,
) -> io::Result<()> {
    while writes.recv().is_ok() {
        let Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) = ends.recv_timeout(within);
        // What comes from here on may miss this sync, and asks for the next one.
        let _ = writes.try_recv();
        file.sync()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::unbounded;
    use std::io::Write;

    const LONG: Duration = Duration::from_secs(600);

    /// A file that says when it was synced, and is asked each time how that ends.
    #[derive(Debug)]
    struct Told {
        synced: Sender<()>,
        fails: bool,
    }

    impl Write for Told {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Append for Told {
        fn sync(&mut self) -> io::Result<()> {
            self.synced.send(()).unwrap();
            if self.fails { Err(io::Error::other("I/O error")) } else { Ok(()) }
        }

        fn second(&self) -> io::Result<Box<dyn Append>> {
            unreachable!("a second handle is all that a syncer has")
        }
    }

    fn syncer(within: Duration, fails: bool) -> (Syncer, Receiver<()>) {
        let (synced, syncs) = unbounded();
        (Syncer::start(Box::new(Told { synced, fails }), within).unwrap(), syncs)
    }

    #[test]
    fn each_write_is_synced_by_itself() {
        let (syncer, syncs) = syncer(Duration::ZERO, false);
        for _ in 0..10 {
            syncer.written();
            syncs.recv_timeout(LONG).unwrap();
        }
        assert_eq!(syncer.failure(), None);
    }

    #[test]
    fn writes_that_come_together_are_synced_together_and_the_end_waits_for_them() {
        let (mut syncer, syncs) = syncer(LONG, false);
        (0..1_000).for_each(|_| syncer.written());
        syncer.close();
        // The thread may have taken the first message before the others came.
        assert!((1..=2).contains(&syncs.len()), "{}", syncs.len());
    }

    #[test]
    fn without_a_write_nothing_is_synced() {
        let (mut syncer, syncs) = syncer(Duration::ZERO, false);
        syncer.close();
        assert!(syncs.is_empty());
    }

    #[test]
    fn after_a_failed_sync_nothing_is_tried_again() {
        let (mut syncer, syncs) = syncer(Duration::ZERO, true);
        syncer.written();
        syncs.recv_timeout(LONG).unwrap();
        (0..10).for_each(|_| syncer.written());
        syncer.close();
        assert_eq!((syncer.failure(), syncs.len()), (Some("I/O error"), 0));
    }
}
