//! Ends what an operation's script has started, wherever that went: everything that has the operation's mark.
//!
//! Programs of operations have a tree of processes that is watched. The PowerShell of a script is somebody else's
//! child, so there is only its mark to go by, which Linux alone shows.

#[cfg(target_os = "linux")]
use super::host::local::os;
#[cfg(target_os = "linux")]
use super::identity::Identity;
use super::mark::Mark;

/// What is sent to all that has a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Nothing: they are only counted.
    None,
    /// They are asked to end.
    Terminate,
    /// They are killed.
    Kill,
}

/// Signals all living processes that have a mark, and says how many those are; none where the system does not show
/// marks. Never waits.
#[cfg(target_os = "linux")]
pub fn signal(mark: &Mark, signal: Signal) -> usize {
    let this = std::process::id();
    let may_have_it = |row: &&super::host::local::tree::Row| {
        !row.zombie && row.pid != this && mark.host.start_time.is_none_or(|start| row.start_time >= start)
    };
    let rows = os::rows();
    let marked = rows.iter().filter(may_have_it).filter(|row| os::marks(row.pid).contains(mark));
    marked.map(|row| send(row.identity(), signal)).count()
}

#[cfg(target_os = "linux")]
fn send(to: Identity, signal: Signal) {
    match signal {
        Signal::None => {}
        Signal::Terminate => {
            os::signal_one(to, libc::SIGTERM);
            // What was stopped would not see the signal before it goes on.
            os::signal_one(to, libc::SIGCONT);
        }
        Signal::Kill => os::signal_one(to, libc::SIGKILL),
    }
}

/// Other systems do not show the environment of a process.
#[cfg(not(target_os = "linux"))]
pub fn signal(_mark: &Mark, _signal: Signal) -> usize {
    0
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::graph::OpId;
    use crate::work::mark;
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    #[test]
    fn what_has_the_mark_is_counted_asked_and_killed_and_nothing_else_is() {
        let host = Identity::of(std::process::id());
        let marked = |run: &str| Mark { host, run: run.to_owned(), op: OpId(0), attempt: 1, detached: false };
        let [one, other] = ["one", "other"].map(|run| marked(&format!("{run}-{}", std::process::id())));
        let start = |mark: &Mark, script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]).env(mark::VARIABLE, mark.to_string()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            // It says so once it hears signals as it should.
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
            child
        };
        let mut hears = start(&one, "echo ready; exec sleep 600");
        let mut ignores = start(&one, "trap '' TERM; echo ready; exec sleep 600");
        let mut others = start(&other, "echo ready; exec sleep 600");
        assert_eq!(signal(&one, Signal::None), 2);
        assert_eq!(signal(&one, Signal::Terminate), 2);
        assert_eq!(hears.wait().unwrap().signal(), Some(libc::SIGTERM));
        assert_eq!(signal(&one, Signal::Kill), 1);
        assert_eq!(ignores.wait().unwrap().signal(), Some(libc::SIGKILL));
        assert_eq!((signal(&one, Signal::None), signal(&other, Signal::None)), (0, 1));
        others.kill().unwrap();
        others.wait().unwrap();
    }
}
