//! Whether a run is under way: it is while its lock is held, and never because some process has a certain number.
//!
//! The system frees the lock with the process that holds it, however that ends.

use crate::record::{disk, lock_path};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Who only looks holds the lock for a moment, beside others who look; so taking it is tried this often.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        release(&self.file);
    }
}

/// Frees the lock now. Closing the file is not enough: a program that another thread has just forked has a copy of
/// every open file until it executes, and the copies hold the lock too.
fn release(file: &File) {
    // Closing the file does the rest.
    let _ = file.unlock();
}

impl Lock {
    /// Takes the lock in a run's folder; nothing when somebody else has it.
    ///
    /// # Errors
    /// When the file cannot be made, or its file system has no locks.
    pub fn take(folder: &Path) -> io::Result<Option<Self>> {
        let path = lock_path(folder);
        if !path.exists() {
            return Self::make(&path);
        }
        let file = OpenOptions::new().write(true).open(&path)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { file })),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// A lock that is never seen free: it gets its name once it is held.
    fn make(path: &Path) -> io::Result<Option<Self>> {
        let unnamed = path.with_extension(uuid::Uuid::now_v7().simple().to_string());
        let file = disk::private().write(true).create_new(true).open(&unnamed)?;
        let locked = match file.try_lock() {
            Ok(()) => rename_to_new(&unnamed, path),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        };
        if !matches!(locked, Ok(true)) {
            // What is left of it does no harm.
            let _ = std::fs::remove_file(&unnamed);
        }
        Ok(locked?.then_some(Self { file }))
    }

    /// Whether somebody holds the lock in a run's folder.
    pub fn is_held(folder: &Path) -> bool {
        let Ok(file) = File::open(lock_path(folder)) else { return false };
        match file.try_lock_shared() {
            Ok(()) => {
                release(&file);
                false
            }
            Err(error) => matches!(error, TryLockError::WouldBlock),
        }
    }
}

/// Gives a file a name that nothing else has; false when something has it.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<bool> {
    match std::fs::hard_link(from, to) {
        Ok(()) => std::fs::remove_file(from).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // Some file systems have no second names. A rename would take the place of another's lock, so look first.
        Err(_) if to.exists() => Ok(false),
        Err(_) => std::fs::rename(from, to).map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Barrier};

    #[test]
    fn a_lock_is_held_by_one_until_that_lets_it_go() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!Lock::is_held(folder.path()));
        let lock = Lock::take(folder.path()).unwrap().unwrap();
        assert!(Lock::is_held(folder.path()));
        assert!(Lock::take(folder.path()).unwrap().is_none());
        drop(lock);
        assert!(!Lock::is_held(folder.path()));
        assert!(Lock::take(folder.path()).unwrap().is_some());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_copy_of_the_file_in_a_new_process_does_not_hold_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap().unwrap();
        let copy = lock.file.try_clone().unwrap();
        drop(lock);
        assert!(!Lock::is_held(folder.path()));
        drop(copy);
    }

    #[test]
    fn of_many_who_take_it_at_once_one_gets_it() {
        for _ in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            let (start, seen) = (Arc::new(Barrier::new(4)), Arc::new(Barrier::new(4)));
            let takers: Vec<_> = (0..4)
                .map(|_| {
                    let (start, seen, folder) =
                        (Arc::clone(&start), Arc::clone(&seen), folder.path().to_owned());
                    std::thread::spawn(move || {
                        start.wait();
                        let lock = Lock::make(&lock_path(&folder)).unwrap();
                        seen.wait();
                        usize::from(lock.is_some())
                    })
                })
                .collect();
            assert_eq!(takers.into_iter().map(|taker| taker.join().unwrap()).sum::<usize>(), 1);
        }
    }

    #[test]
    fn who_looks_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        drop(Lock::take(folder.path()).unwrap());
        let looking = std::thread::spawn({
            let folder = folder.path().to_owned();
            move || while !Lock::is_held(&folder) {}
        });
        let lock = Lock::take(folder.path()).unwrap();
        assert!(lock.is_some());
        looking.join().unwrap();
    }
}
