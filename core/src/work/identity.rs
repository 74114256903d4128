//! A process, told apart from all later ones that get its number.

use super::host::local::os;
use serde::{Deserialize, Serialize};

/// A process that cannot be mistaken for a later one with the same pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The process id.
    pub pid: u32,
    /// When it started: clock ticks since boot on Linux, seconds since 1970 elsewhere; absent where the
    /// system does not say. Compare it with times of the same boot only.
    pub start_time: Option<u64>,
}

impl Identity {
    /// What now goes by this pid.
    pub fn of(pid: u32) -> Self {
        Self { pid, start_time: os::start_time(pid) }
    }

    /// Whether this very process is still there; a zombie that has not been waited for counts.
    ///
    /// An identity without a start time is never found again: it could be anybody's by now.
    pub fn is_running(&self) -> bool {
        self.start_time.is_some() && os::start_time(self.pid) == self.start_time
    }

    /// Whether it is there and can still do something: a zombie does not count.
    pub fn is_alive(&self) -> bool {
        self.is_running() && !is_zombie(self.pid)
    }
}

#[cfg(unix)]
fn is_zombie(pid: u32) -> bool {
    os::rows().iter().any(|row| row.pid == pid && row.zombie)
}

#[cfg(not(unix))]
fn is_zombie(_: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_running_and_one_with_another_start_is_not() {
        let this = Identity::of(std::process::id());
        assert!(this.start_time.is_some());
        assert!(this.is_running());
        assert!(!Identity { start_time: this.start_time.map(|time| time + 1), ..this }.is_running());
        assert!(!Identity { start_time: None, ..this }.is_running());
    }

    #[cfg(unix)]
    #[test]
    fn what_has_ended_and_nobody_has_waited_for_is_there_and_not_alive() {
        let mut child = std::process::Command::new("sh")
            .args(["-c", "read x"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let identity = Identity::of(child.id());
        assert!(identity.is_alive());
        drop(child.stdin.take());
        while identity.is_alive() {
            std::thread::yield_now();
        }
        assert!(identity.is_running(), "a zombie");
        child.wait().unwrap();
        assert!(!identity.is_running());
    }
}
