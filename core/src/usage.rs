//! How much of the machine is in use over a moment, and how much of that by this process and what it has started.

use crate::machine::{Machine, Sampler};
use serde::Serialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// The shortest moment over which the use of processors can be told.
pub const SHORTEST: Duration = sysinfo::MINIMUM_CPU_UPDATE_INTERVAL;

/// The longest one that is waited for.
pub const LONGEST: Duration = Duration::from_secs(60);

/// What was in use.
#[derive(Clone, Debug, Serialize)]
pub struct Usage {
    /// What the machine has.
    pub machine: Machine,
    /// Memory in use in MiB; absent where the system does not tell.
    pub memory_used_mib: Option<u64>,
    /// Percent of the processors this process may use; absent where the system does not tell.
    pub cpu_percent: Option<u32>,
    /// How long was looked, in milliseconds.
    pub window_ms: u64,
    /// This process and those it has started, directly or not; this one first, the others by what they use.
    pub processes: Vec<ProcessUsage>,
}

/// What one process used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProcessUsage {
    /// Its id.
    pub pid: u32,
    /// The one that started it.
    pub parent: Option<u32>,
    /// The name of its program.
    pub name: String,
    /// Memory that is its own, in bytes.
    pub memory: u64,
    /// Percent of one processor; more than 100 when it uses several.
    pub cpu_percent: u32,
    /// Seconds since it was started.
    pub running_s: u64,
}

/// Looks for a moment, which is brought within [`SHORTEST`] and [`LONGEST`].
pub fn measure(window: Duration) -> Usage {
    let window = window.clamp(SHORTEST, LONGEST);
    let mut machine = Sampler::new();
    machine.sample();
    let mut system = System::new().ok();
    let refresh = |system: &mut Option<System>| {
        if let Some(system) = system {
            let what = ProcessRefreshKind::nothing().with_memory().with_cpu();
            system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        }
    };
    refresh(&mut system);
    let before = spent(system.as_ref());
    let began = Instant::now();
    // Not a wait for something to happen: use over a time is what is measured.
    std::thread::sleep(window);
    refresh(&mut system);
    let elapsed = began.elapsed();
    let sample = machine.sample();
    let family = |system: System| family(&system, Pid::from_u32(std::process::id()), &before, elapsed);
    Usage {
        machine: Machine::look(),
        memory_used_mib: sample.memory_used_mib,
        cpu_percent: sample.cpu_percent,
        window_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        processes: system.map(family).unwrap_or_default(),
    }
}

/// Milliseconds of processors that each process has used since it was started.
fn spent(system: Option<&System>) -> HashMap<Pid, u64> {
    system
        .map(|system| {
            system.processes().iter().map(|(&pid, process)| (pid, process.accumulated_cpu_time())).collect()
        })
        .unwrap_or_default()
}

fn family(system: &System, root: Pid, before: &HashMap<Pid, u64>, elapsed: Duration) -> Vec<ProcessUsage> {
    // Told by time spent rather than by the library's own figure, which is 0 for what had only just begun.
    let percent = |process: &sysinfo::Process| {
        let used =
            process.accumulated_cpu_time().saturating_sub(before.get(&process.pid()).copied().unwrap_or(0));
        (100.0 * used as f64 / (elapsed.as_secs_f64() * 1000.0)).round() as u32
    };
    let parents: HashMap<Pid, Pid> =
        system.processes().values().filter_map(|process| Some((process.pid(), process.parent()?))).collect();
    let mut found: Vec<ProcessUsage> = system
        .processes()
        .values()
        // On Linux its threads are listed beside a process.
        .filter(|process| process.thread_kind().is_none() && descends(&parents, process.pid(), root))
        .map(|process| ProcessUsage {
            pid: process.pid().as_u32(),
            parent: process.parent().map(Pid::as_u32),
            name: process.name().to_string_lossy().into_owned(),
            memory: process.memory(),
            cpu_percent: percent(process),
            running_s: process.run_time(),
        })
        .collect();
    found.sort_by_key(|process| {
        (process.pid != root.as_u32(), std::cmp::Reverse(process.memory), process.pid)
    });
    found
}

/// Whether a process is the root, or was started below it. Ids are used again, so that the way up may be a circle.
fn descends(parents: &HashMap<Pid, Pid>, pid: Pid, root: Pid) -> bool {
    let mut at = pid;
    for _ in 0..=parents.len() {
        if at == root {
            return true;
        }
        match parents.get(&at) {
            Some(&parent) => at = parent,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn this_process_comes_first_and_what_it_started_is_there() {
        let mut child = std::process::Command::new(if cfg!(windows) { "cmd" } else { "sleep" })
            .arg(if cfg!(windows) { "/k" } else { "600" })
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let usage = measure(Duration::ZERO);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(usage.processes[0].pid, std::process::id());
        assert!(usage.processes[0].memory > 1 << 20, "{usage:?}");
        assert!(usage.processes.iter().any(|process| process.pid == child.id()), "{usage:?}");
        assert!(usage.machine.memory_total > 0 && usage.window_ms >= SHORTEST.as_millis() as u64);
        assert!(usage.cpu_percent.is_none_or(|percent| percent <= 100));
    }

    proptest! {
        #[test]
        fn the_way_up_ends_whatever_the_ids_are(links in proptest::collection::hash_map(0u32..20, 0u32..20, 0..20), from in 0u32..20, root in 0u32..20) {
            let parents: HashMap<Pid, Pid> = links.into_iter().map(|(a, b)| (Pid::from_u32(a), Pid::from_u32(b))).collect();
            let reached = descends(&parents, Pid::from_u32(from), Pid::from_u32(root));
            prop_assert!(from != root || reached);
            if let (false, Some(parent)) = (from == root, parents.get(&Pid::from_u32(from))) {
                prop_assert_eq!(reached, descends(&parents, *parent, Pid::from_u32(root)));
            }
        }
    }
}
