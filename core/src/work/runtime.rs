//! The one runtime of the process that programs, sockets and timers run on.

use crate::error::{Code, Fault};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

/// Threads that poll: the work is waiting for pipes, sockets and timers, not computing.
const WORKERS: usize = 2;

// A static is never dropped, so neither are the threads: a host that unloads while a program runs
// must not wait here, and a handle that was given out stays good.
static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// A handle to the runtime, which the first call builds.
///
/// A failure is not remembered: the next call tries again.
pub fn handle() -> Result<Handle, Fault> {
    let mut runtime = RUNTIME.lock();
    if let Some(runtime) = runtime.as_ref() {
        return Ok(runtime.handle().clone());
    }
    let built = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("labrunner-io")
        .enable_all()
        .build()
        .map_err(|error| {
            Fault::new(Code::ProcessNotStarted, format!("no program can be started: {error}"))
                .with_advice("The threads that supervise programs could not be created; check the limits for threads and open files.")
        })?;
    Ok(runtime.insert(built).handle().clone())
}

tokio::task_local! {
    /// Set while a task runs that shares its thread with all programs.
    static SHARED: ();
}

/// Marks a task of which nothing may wait for a disk: it shares its thread with all programs.
pub fn shared<F: Future>(task: F) -> impl Future<Output = F::Output> {
    SHARED.scope((), task)
}

/// Whether such a task runs here.
pub fn is_shared() -> bool {
    SHARED.try_with(|()| ()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_gives_the_same_runtime_and_its_threads_have_its_name() {
        let (first, second) = (handle().unwrap(), handle().unwrap());
        assert_eq!(first.id(), second.id());
        let name = first.block_on(async {
            tokio::spawn(async { std::thread::current().name().map(str::to_owned) }).await.unwrap()
        });
        assert_eq!(name.as_deref(), Some("labrunner-io"));
    }
}
