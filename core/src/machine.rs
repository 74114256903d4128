//! The machine a run is on: processors and memory.

use serde::Serialize;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// What the machine has. Memory in bytes; a cgroup's limit counts where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Processors this process may use.
    pub logical_cpus: usize,
    /// Memory in all.
    pub memory_total: u64,
    /// Memory that could be used without swapping.
    pub memory_available: u64,
}

impl Machine {
    /// Looks now.
    pub fn look() -> Self {
        let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        // Where the system tells nothing, memory is unknown and reads 0.
        let system = System::new_with_specifics(refresh).ok();
        let limits = system.as_ref().and_then(System::cgroup_limits);
        let total = system.as_ref().map_or(0, System::total_memory);
        let available = system.as_ref().map_or(0, System::available_memory);
        Self {
            logical_cpus: std::thread::available_parallelism().map_or(1, usize::from),
            memory_total: limits.as_ref().map_or(total, |limits| limits.total_memory.min(total)),
            memory_available: limits.as_ref().map_or(available, |limits| limits.free_memory.min(available)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_processors_and_memory() {
        let machine = Machine::look();
        assert!(machine.logical_cpus >= 1);
        assert!(machine.memory_available <= machine.memory_total && machine.memory_total > 0);
    }
}
