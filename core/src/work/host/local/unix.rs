//! Process trees on Unix: a process group, a walk through the process table for those that left it, and the
//! mark in their environment for those that left everything.

use super::tree::{Row, members};
use crate::work::host::{Exit, StopSignal};
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use tokio::process::{Child, Command};

/// A kill looks again for processes that were started meanwhile, at most this often.
const KILL_ROUNDS: usize = 8;

/// The number of looks at which newcomers get the signal of a stop. Between its fork and its exec a child of a shell has the
/// shell's own handlers still, and what it hears then is lost on the program that it becomes.
const TELLINGS: u8 = 3;

/// The number of looks at which a process that shows no environment may still turn out to have the mark.
const READINGS: u8 = 10;

/// Starts the program as the leader of a group of its own, so that one signal reaches the group and
/// a Ctrl-C at the host's terminal does not. On Linux it is asked to end when this process dies, unless it
/// is detached; see [`spawner`](crate::work::host::local::spawner) for whose death that is.
pub(in crate::work) fn prepare(command: &mut Command, detached: bool) {
    command.process_group(0);
    hear_stop_signals(command);
    #[cfg(target_os = "linux")]
    if !detached {
        linux::end_with_this_process(command);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = detached;
}

/// Lets the program hear what it is stopped with. A shell starts what runs in the background with interrupts ignored,
/// that is inherited, and a shell cannot even set a trap for a signal that it was started to ignore.
fn hear_stop_signals(command: &mut Command) {
    let hear = || {
        for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM] {
            // SAFETY: takes numbers, and is allowed between fork and exec.
            if unsafe { libc::signal(signal, libc::SIG_DFL) } == libc::SIG_ERR {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: between fork and exec it calls one function that is safe there, and allocates nothing.
    unsafe { command.pre_exec(hear) };
}

pub(in crate::work) fn exit(status: ExitStatus) -> Exit {
    Exit { code: status.code(), signal: status.signal() }
}

/// The name of a signal, when it has one everybody knows.
pub(in crate::work) fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGTERM => "SIGTERM",
        _ => return None,
    })
}

/// The program's process group and everything of its own that was ever seen.
pub(in crate::work) struct Group {
    root: Identity,
    root_has_ended: bool,
    known: Vec<Identity>,
    mark: Option<Mark>,
    /// Who has not got the mark: a process does not come by it later.
    unmarked: HashSet<Identity>,
    /// Who has shown no environment so far, and at how many looks: it may be on its way to another program.
    unread: HashMap<Identity, u8>,
    /// The last signal that was sent to all of it.
    signal: Option<i32>,
    /// Who has come since then, and at how many looks it will be told yet.
    to_tell: Vec<(Identity, u8)>,
}

impl Group {
    pub(in crate::work) fn adopt(child: &Child, mark: Option<Mark>, _detached: bool) -> io::Result<Self> {
        let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
        Ok(Self::of(Identity::of(pid), mark))
    }

    fn of(root: Identity, mark: Option<Mark>) -> Self {
        Self {
            root,
            root_has_ended: false,
            known: Vec::new(),
            mark,
            unmarked: HashSet::new(),
            unread: HashMap::new(),
            signal: None,
            to_tell: Vec::new(),
        }
    }

    pub(in crate::work) fn root(&self) -> Identity {
        self.root
    }

    pub(in crate::work) fn root_has_ended(&mut self) {
        self.root_has_ended = true;
    }

    pub(in crate::work) fn terminate(&mut self, signal: StopSignal) {
        let signal = match signal {
            StopSignal::Terminate => libc::SIGTERM,
            StopSignal::Interrupt => libc::SIGINT,
        };
        self.signal = Some(signal);
        let (members, _) = self.look();
        self.send(&members, signal);
        // What was stopped (by its terminal, for example) would not see the signal before it goes on.
        self.send(&members, libc::SIGCONT);
    }

    pub(in crate::work) fn kill(&mut self) {
        self.signal = Some(libc::SIGKILL);
        // The tree may grow between the look and the kill; a killed process starts no more.
        for _ in 0..KILL_ROUNDS {
            let (members, newcomers) = self.look();
            self.send(&members, libc::SIGKILL);
            if newcomers.is_empty() {
                break;
            }
        }
    }

    pub(in crate::work) fn is_gone(&mut self) -> bool {
        let (members, newcomers) = self.look();
        if let Some(signal) = self.signal {
            // Born between the signal and the end of its parent: it has not got the signal.
            self.to_tell.extend(newcomers.iter().map(|row| (row.identity(), TELLINGS)));
            let told = |row: &&Row| self.to_tell.iter().any(|(identity, _)| *identity == row.identity());
            let late: Vec<Row> = members.iter().filter(told).copied().collect();
            self.send(&late, signal);
            for (_, left) in &mut self.to_tell {
                *left -= 1;
            }
            self.to_tell.retain(|(_, left)| *left > 0);
        }
        members.is_empty() && self.unread.is_empty()
    }

    pub(in crate::work) fn release(&mut self) {}

    /// Looks who belongs to the tree now and who of them is new, and remembers them for the time when
    /// their parents are gone.
    fn look(&mut self) -> (Vec<Row>, Vec<Row>) {
        let rows = rows();
        let mut known = self.marked(&rows);
        known.extend(&self.known);
        let members = members(self.root, &known, &rows);
        let newcomers: Vec<Row> =
            members.iter().filter(|row| !self.known.contains(&row.identity())).copied().collect();
        self.known.extend(newcomers.iter().map(Row::identity));
        (members, newcomers)
    }

    /// Who has the mark and was not known. Only what was started after the program can have it.
    fn marked(&mut self, rows: &[Row]) -> Vec<Identity> {
        let (Some(mark), Some(start)) = (&self.mark, self.root.start_time) else { return Vec::new() };
        let mut marked = Vec::new();
        let mut unread = HashMap::new();
        // Only threads of the kernel belong to the group 0.
        for row in rows.iter().filter(|row| !row.zombie && row.group != 0 && row.start_time >= start) {
            let identity = row.identity();
            if self.known.contains(&identity) || self.unmarked.contains(&identity) {
                continue;
            }
            match marks_now(row.pid) {
                Some(marks) if marks.contains(mark) => marked.push(identity),
                None if self.unread.get(&identity).is_none_or(|looks| *looks < READINGS) => {
                    unread.insert(identity, self.unread.get(&identity).map_or(1, |looks| looks + 1));
                }
                _ => {
                    self.unmarked.insert(identity);
                }
            }
        }
        self.unread = unread;
        marked
    }

    fn send(&self, members: &[Row], signal: i32) {
        // As long as the leader has not been waited for, the group's number cannot be another's. One
        // signal to the group misses no member, even one that is being forked.
        let as_group = !self.root_has_ended;
        if as_group && let Ok(group) = i32::try_from(self.root.pid) {
            signal_to(-group, signal);
        }
        for member in members.iter().filter(|row| !(as_group && row.group == self.root.pid)) {
            signal_one(member.identity(), signal);
        }
    }
}

/// Who belongs to a program now, seen for the first time.
#[cfg(target_os = "linux")]
pub(in crate::work) fn tree_of(root: Identity, mark: Option<Mark>) -> Vec<Identity> {
    Group::of(root, mark).look().0.iter().map(Row::identity).collect()
}

/// Signals one process, unless its number is another's by now.
pub(in crate::work) fn signal_one(to: Identity, signal: i32) {
    if to.is_running()
        && let Ok(pid) = i32::try_from(to.pid)
    {
        signal_to(pid, signal);
    }
}

/// Sends a signal. A target that has ended, or that belongs to another user, is not a fault here: the
/// next look tells.
fn signal_to(target: i32, signal: i32) {
    // 0 and -1 would mean our own group and everybody.
    if target.unsigned_abs() > 1 {
        // SAFETY: kill takes two numbers and touches no memory.
        unsafe { libc::kill(target, signal) };
    }
}

#[cfg(target_os = "linux")]
pub(in crate::work) fn start_time(pid: u32) -> Option<u64> {
    linux::row(pid).map(|row| row.start_time)
}

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod sockets;
#[cfg(target_os = "linux")]
use linux::marks_now;
#[cfg(target_os = "linux")]
pub(in crate::work) use linux::{marks, name, rows};
#[cfg(target_os = "linux")]
pub(in crate::work) use sockets::{holders, listening};

#[cfg(not(target_os = "linux"))]
pub(in crate::work) fn start_time(pid: u32) -> Option<u64> {
    let pid = sysinfo::Pid::from_u32(pid);
    let system = table::read(sysinfo::ProcessesToUpdate::Some(&[pid]))?;
    system.process(pid).map(sysinfo::Process::start_time)
}

#[cfg(not(target_os = "linux"))]
pub(in crate::work) use table::rows;

/// Other systems do not show the environment of a process.
#[cfg(not(target_os = "linux"))]
pub(in crate::work) fn marks(_pid: u32) -> Vec<Mark> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
fn marks_now(pid: u32) -> Option<Vec<Mark>> {
    Some(marks(pid))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::graph::OpId;
    use crate::work::mark;
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    /// It would go on for ever if the test fails.
    struct Killed(Child);

    impl Drop for Killed {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// A process has no environment while it becomes another program; one that does so all the time is met in that
    /// moment again and again.
    #[test]
    fn what_becomes_another_program_at_the_look_is_not_taken_for_gone() {
        let host = Identity::of(std::process::id());
        let run = format!("becomes-another-{}", std::process::id());
        let mark = Mark { host, run, op: OpId(0), attempt: 1, detached: false };
        let again = "[ -n \"$said\" ] || echo ready; said=1 exec sh -c \"$again\"";
        let mut command = Command::new("sh");
        command.args(["-c", again]).env("again", again).env(mark::VARIABLE, mark.to_string());
        let mut child = Killed(command.stdout(Stdio::piped()).spawn().unwrap());
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        let mut unread = 0;
        for _ in 0..500 {
            // It has left the tree of a program that has ended: the start is all that is known of that.
            let root = Identity { pid: u32::MAX, start_time: host.start_time };
            let mut group = Group::of(root, Some(mark.clone()));
            assert!(!group.is_gone());
            unread += usize::from(!group.unread.is_empty());
        }
        let mut group = Group::of(Identity::of(child.0.id()), Some(mark));
        group.kill();
        child.0.wait().unwrap();
        assert!(group.is_gone());
        println!("met without an environment at {unread} of 500 looks");
    }
}

// Compiled for tests everywhere, so that a change that breaks it is seen on Linux too.
#[cfg(any(not(target_os = "linux"), test))]
mod table;
