//! Ending a program together with all it has started.

use std::collections::HashSet;
use std::process::Child;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Ends a program and everything below it.
pub fn end(child: &mut Child) {
    if let Ok(mut system) = System::new() {
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, ProcessRefreshKind::nothing());
        // From the top, so that no process is left that starts more.
        for pid in below(&system, Pid::from_u32(child.id())) {
            if let Some(process) = system.process(pid) {
                process.kill();
            }
        }
    }
    // Where processes cannot be listed, at least the program itself; one that has ended needs no end.
    let _ = child.kill();
}

/// The process and its descendants, parents before their children.
fn below(system: &System, root: Pid) -> Vec<Pid> {
    let mut found = vec![root];
    let mut known: HashSet<Pid> = HashSet::from([root]);
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        next += 1;
        let children = system.processes().iter().filter(|(_, process)| process.parent() == Some(parent));
        found.extend(children.map(|(pid, _)| *pid).filter(|pid| known.insert(*pid)));
    }
    found
}
