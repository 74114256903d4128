//! What a download has on the disk, and who may touch it: the thread of the attempt, until a stop takes it away.
//!
//! A thread that waits for a server cannot be interrupted. It may wait as long as it likes: once the part file is gone
//! from here it has nothing left that it could write to, and ends when it wakes.

use super::end::{Going, Stopped};
use super::part::Part;
use parking_lot::Mutex;
use std::sync::Arc;

/// The part file of a download. Clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Hold(Arc<Inner>);

#[derive(Default)]
struct Inner {
    going: Going,
    part: Mutex<Option<Part>>,
}

impl Hold {
    /// An error once it is to stop.
    pub(super) fn goes_on(&self) -> Result<(), Stopped> {
        self.0.going.goes_on()
    }

    /// Whether it goes on.
    pub(super) fn going(&self) -> &Going {
        &self.0.going
    }

    /// Puts a part file here.
    pub(super) fn put(&self, part: Part) -> Result<(), Stopped> {
        let mut place = self.0.part.lock();
        self.goes_on()?;
        *place = Some(part);
        Ok(())
    }

    /// Whether there is a part file.
    pub(super) fn is_empty(&self) -> bool {
        self.0.part.lock().is_none()
    }

    /// Does something with the part file.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Part) -> R) -> Result<R, Stopped> {
        let mut place = self.0.part.lock();
        self.goes_on()?;
        place.as_mut().map(act).ok_or(Stopped)
    }

    /// Takes the part file, to make it the target or to remove it, while nobody can stop that halfway.
    pub(super) fn end<R>(&self, act: impl FnOnce(Part) -> R) -> Result<R, Stopped> {
        let mut place = self.0.part.lock();
        self.goes_on()?;
        place.take().map(act).ok_or(Stopped)
    }

    /// Stops what goes on. Nothing is written any more when this has come back; what was, is kept for another run.
    pub(super) async fn stop(&self) {
        self.0.going.stop();
        let hold = self.clone();
        // Writing what there is to the disk takes time, which the threads of all programs do not have.
        let _ = tokio::task::spawn_blocking(move || hold.0.part.lock().take().map(Part::leave)).await;
    }

    /// Stops it when it is dropped, without waiting.
    pub(super) fn guard(&self) -> impl Drop + use<> {
        Guard(self.clone())
    }
}

struct Guard(Hold);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.going.stop();
        if let Some(mut part) = self.0.0.part.try_lock() {
            part.take();
        }
    }
}
