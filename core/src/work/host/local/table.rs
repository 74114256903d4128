//! The process table where there is no `/proc`.

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
