//! The locks and conditions that workers, the timer and the reader of events meet at.
//!
//! They are parking_lot's. In the unit tests of this crate they are those of a model checker instead
//! while a [model](model::explore) runs: then the checker decides who goes on at every lock, wait and
//! wake, and tries thousands of orders.

#[cfg(not(test))]
pub(super) use parking_lot::{Mutex, MutexGuard};

#[cfg(not(test))]
pub(super) use real::Condvar;

#[cfg(test)]
pub(super) use model::{Condvar, Mutex, MutexGuard};

/// Whether a model runs, in which time does not pass by itself.
#[cfg(not(test))]
pub(super) const fn is_model() -> bool {
    false
}

#[cfg(test)]
pub(super) use model::is_model;

#[cfg(not(test))]
mod real {
    use super::MutexGuard;
    use std::time::Instant;

    /// A condition to wait for.
    #[derive(Debug, Default)]
    pub(crate) struct Condvar(parking_lot::Condvar);

    impl Condvar {
        /// Waits until it is notified.
        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            self.0.wait(guard);
        }

        /// Waits until it is notified; true when that did not happen before the deadline.
        pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool {
            self.0.wait_until(guard, deadline).timed_out()
        }

        /// Lets one that waits go on.
        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        /// Lets all that wait go on.
        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }
}

#[cfg(test)]
pub(super) mod model {
    use std::cell::Cell;
    use std::ops::{Deref, DerefMut};
    use std::time::Instant;

    thread_local! {
        static EXPLORING: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether what this thread makes now belongs to a model.
    pub(in crate::run) fn is_model() -> bool {
        EXPLORING.get()
    }

    /// Runs a model under many orders of its threads: half of them drawn at random, the others by a
    /// scheduler that is proven to find errors of small depth (PCT: Burckhardt and others, ASPLOS 2010).
    pub(in crate::run) fn explore(orders: usize, body: impl Fn() + Send + Sync + Clone + 'static) {
        let marked = {
            let body = body.clone();
            move || {
                // All threads of a model are coroutines of one thread.
                EXPLORING.set(true);
                body();
                EXPLORING.set(false);
            }
        };
        // A panic leaves the mark behind.
        EXPLORING.set(false);
        shuttle::check_random(marked.clone(), orders / 2);
        shuttle::check_pct(marked, orders / 2, 3);
    }

    pub(crate) enum Mutex<T> {
        Real(parking_lot::Mutex<T>),
        Model(shuttle::sync::Mutex<T>),
    }

    pub(crate) enum MutexGuard<'a, T> {
        Real(parking_lot::MutexGuard<'a, T>),
        /// None only while its owner waits.
        Model(Option<shuttle::sync::MutexGuard<'a, T>>),
    }

    pub(crate) enum Condvar {
        Real(parking_lot::Condvar),
        Model(shuttle::sync::Condvar),
    }

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            if is_model() {
                Self::Model(shuttle::sync::Mutex::new(value))
            } else {
                Self::Real(parking_lot::Mutex::new(value))
            }
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            match self {
                Self::Real(mutex) => MutexGuard::Real(mutex.lock()),
                Self::Model(mutex) => MutexGuard::Model(Some(mutex.lock().unwrap())),
            }
        }
    }

    impl<T: Default> Default for Mutex<T> {
        fn default() -> Self {
            Self::new(T::default())
        }
    }

    impl<T> std::fmt::Debug for Mutex<T> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Mutex")
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            match self {
                Self::Real(guard) => guard,
                Self::Model(guard) => guard.as_ref().unwrap(),
            }
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            match self {
                Self::Real(guard) => guard,
                Self::Model(guard) => guard.as_mut().unwrap(),
            }
        }
    }

    impl Default for Condvar {
        fn default() -> Self {
            if is_model() {
                Self::Model(shuttle::sync::Condvar::new())
            } else {
                Self::Real(parking_lot::Condvar::new())
            }
        }
    }

    impl std::fmt::Debug for Condvar {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Condvar")
        }
    }

    impl Condvar {
        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            match (self, guard) {
                (Self::Real(condition), MutexGuard::Real(guard)) => condition.wait(guard),
                (Self::Model(condition), MutexGuard::Model(guard)) => {
                    *guard = guard.take().map(|held| condition.wait(held).unwrap());
                }
                _ => unreachable!("a condition of a model and a lock of none"),
            }
        }

        /// In a model no time passes: a wait ends by a notice, or the checker reports that it never does.
        pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool {
            if let (Self::Real(condition), MutexGuard::Real(guard)) = (self, &mut *guard) {
                return condition.wait_until(guard, deadline).timed_out();
            }
            self.wait(guard);
            false
        }

        pub(crate) fn notify_one(&self) {
            match self {
                Self::Real(condition) => drop(condition.notify_one()),
                Self::Model(condition) => condition.notify_one(),
            }
        }

        pub(crate) fn notify_all(&self) {
            match self {
                Self::Real(condition) => drop(condition.notify_all()),
                Self::Model(condition) => condition.notify_all(),
            }
        }
    }
}
