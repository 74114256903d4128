//! Process trees on Unix: a process group, and a walk through the process table for those that left it.

use crate::work::tree::{Exit, Identity, Row, StopSignal, members};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use tokio::process::{Child, Command};

/// A kill looks again for processes that were started meanwhile, at most this often.
const KILL_ROUNDS: usize = 8;

/// Newcomers of a stop are told at so many looks. Between its fork and its exec a child of a shell has the
/// shell's own handlers still, and what it hears then is lost on the program that it becomes.
const TELLINGS: u8 = 3;

/// Starts the program as the leader of a group of its own, so that one signal reaches the group and
/// a Ctrl-C at the host's terminal does not.
pub(in crate::work) fn prepare(command: &mut Command) {
    command.process_group(0);
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

/// The program's process group and every descendant that was ever seen.
pub(in crate::work) struct Group {
    root: Identity,
    root_has_ended: bool,
    known: Vec<Identity>,
    /// The last signal that was sent to all of it.
    signal: Option<i32>,
    /// Who has come since then, and at how many looks it will be told yet.
    to_tell: Vec<(Identity, u8)>,
}

impl Group {
    pub(in crate::work) fn adopt(child: &Child) -> io::Result<Self> {
        let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
        Ok(Self {
            root: Identity::of(pid),
            root_has_ended: false,
            known: Vec::new(),
            signal: None,
            to_tell: Vec::new(),
        })
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
            // Born between the signal and the end of its parent: nobody else will tell it.
            self.to_tell.extend(newcomers.iter().map(|row| (row.identity(), TELLINGS)));
            let told = |row: &&Row| self.to_tell.iter().any(|(identity, _)| *identity == row.identity());
            let late: Vec<Row> = members.iter().filter(told).copied().collect();
            self.send(&late, signal);
            for (_, left) in &mut self.to_tell {
                *left -= 1;
            }
            self.to_tell.retain(|(_, left)| *left > 0);
        }
        members.is_empty()
    }

    pub(in crate::work) fn release(&mut self) {}

    /// Looks who belongs to the tree now and who of them is new, and remembers them for the time when
    /// their parents are gone.
    fn look(&mut self) -> (Vec<Row>, Vec<Row>) {
        let members = members(self.root, &self.known, &rows());
        let newcomers: Vec<Row> =
            members.iter().filter(|row| !self.known.contains(&row.identity())).copied().collect();
        self.known.extend(newcomers.iter().map(Row::identity));
        (members, newcomers)
    }

    fn send(&self, members: &[Row], signal: i32) {
        // As long as nobody has waited for the leader, the group's number cannot be another's. One
        // signal to the group misses nobody, even one that is being forked.
        let as_group = !self.root_has_ended;
        if as_group && let Ok(group) = i32::try_from(self.root.pid) {
            signal_to(-group, signal);
        }
        for member in members.iter().filter(|row| !(as_group && row.group == self.root.pid)) {
            if member.identity().is_running()
                && let Ok(pid) = i32::try_from(member.pid)
            {
                signal_to(pid, signal);
            }
        }
    }
}

/// Sends a signal. A target that has ended, or that belongs to somebody else, is no fault here: the
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
pub(in crate::work) use linux::rows;

#[cfg(target_os = "linux")]
mod linux {
    use super::Row;
    use std::fs;

    /// Every process there is.
    pub(in crate::work) fn rows() -> Vec<Row> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter_map(row).collect()
    }

    pub(super) fn row(pid: u32) -> Option<Row> {
        // Not a string: a name may be any bytes.
        let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
        parse(pid, &String::from_utf8_lossy(&stat))
    }

    /// Reads `pid (name) state parent group …`; the name may hold spaces and parentheses.
    fn parse(pid: u32, stat: &str) -> Option<Row> {
        const START_TIME: usize = 19;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        Some(Row {
            pid,
            zombie: matches!(*fields.first()?, "Z" | "X" | "x"),
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            start_time: fields.get(START_TIME)?.parse().ok()?,
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_name_may_look_like_the_fields_behind_it() {
            let stat = "7 (a) Z 1 (b) S 5 6 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 99 100";
            let expected = Row { pid: 7, parent: 5, group: 6, start_time: 4711, zombie: false };
            assert_eq!(parse(7, stat), Some(expected));
            assert_eq!(parse(7, "7 (cut) S 5"), None);
        }

        #[test]
        fn this_process_is_in_the_list() {
            let this = std::process::id();
            let found = rows().into_iter().find(|row| row.pid == this).unwrap();
            assert_eq!(Some(found.parent), std::os::unix::process::parent_id().into());
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(in crate::work) fn start_time(pid: u32) -> Option<u64> {
    let pid = sysinfo::Pid::from_u32(pid);
    let system = table::read(sysinfo::ProcessesToUpdate::Some(&[pid]))?;
    system.process(pid).map(sysinfo::Process::start_time)
}

#[cfg(not(target_os = "linux"))]
pub(in crate::work) use table::rows;

// Compiled for tests everywhere, so that a change that breaks it is seen on Linux too.
#[cfg(any(not(target_os = "linux"), test))]
mod table {
    use super::Row;
    use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

    pub(super) fn read(processes: ProcessesToUpdate<'_>) -> Option<System> {
        let mut system = System::new().ok()?;
        system.refresh_processes_specifics(processes, true, ProcessRefreshKind::nothing().without_tasks());
        Some(system)
    }

    /// Every process there is.
    pub(in crate::work) fn rows() -> Vec<Row> {
        let Some(system) = read(ProcessesToUpdate::All) else { return Vec::new() };
        let row = |(pid, process): (&sysinfo::Pid, &sysinfo::Process)| Row {
            pid: pid.as_u32(),
            parent: process.parent().map_or(0, sysinfo::Pid::as_u32),
            group: group(pid.as_u32()),
            start_time: process.start_time(),
            zombie: matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead),
        };
        system.processes().iter().map(row).collect()
    }

    fn group(pid: u32) -> u32 {
        // SAFETY: getpgid takes a number and touches no memory; -1, for a process that is gone, is 0 here.
        i32::try_from(pid).map_or(0, |pid| unsafe { libc::getpgid(pid) }).try_into().unwrap_or(0)
    }

    #[cfg(test)]
    #[test]
    fn this_process_is_in_the_list() {
        let this = std::process::id();
        let found = rows().into_iter().find(|row| row.pid == this).unwrap();
        assert_eq!(found.parent, std::os::unix::process::parent_id());
        assert_eq!(found.group, group(this));
        assert!(!found.zombie);
    }
}
