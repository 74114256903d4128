//! The machine a run is on: processors and memory.

use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;
use sysinfo::{CpuRefreshKind, Disk, DiskRefreshKind, Disks, MemoryRefreshKind, RefreshKind, System};

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
        let (memory_total, memory_available) =
            System::new_with_specifics(refresh).ok().as_ref().map(memory).unwrap_or_default();
        let logical_cpus = std::thread::available_parallelism().map_or(1, usize::from);
        Self { logical_cpus, memory_total, memory_available }
    }
}

/// Bytes of memory in all, and those that could be used without swapping: of the control group, where it has a limit.
fn memory(system: &System) -> (u64, u64) {
    let (total, available) = (system.total_memory(), system.available_memory());
    match system.cgroup_limits() {
        Some(limits) if limits.total_memory < total => {
            (limits.total_memory, limits.free_memory.min(available))
        }
        _ => (total, available),
    }
}

/// The machine's name on its network; empty where it has none.
pub fn host_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| System::host_name().unwrap_or_default())
}

/// What the system calls the time since it was switched on: equal texts, same time. Absent where it could not be read,
/// which says nothing.
pub fn boot_id() -> Option<&'static str> {
    static ID: OnceLock<Option<String>> = OnceLock::new();
    ID.get_or_init(read_boot_id).as_deref().filter(|id| !id.is_empty())
}

#[cfg(target_os = "linux")]
fn read_boot_id() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

#[cfg(target_os = "macos")]
fn read_boot_id() -> Option<String> {
    let mut id = [0u8; 64];
    let mut length = id.len();
    // SAFETY: the name ends with a zero, and the system writes at most `length` bytes.
    let failed = unsafe {
        libc::sysctlbyname(
            c"kern.bootsessionuuid".as_ptr(),
            id.as_mut_ptr().cast(),
            &raw mut length,
            std::ptr::null_mut(),
            0,
        )
    };
    let text = std::ffi::CStr::from_bytes_until_nul(&id).ok()?;
    (failed == 0).then(|| text.to_string_lossy().into_owned())
}

/// Windows counts its starts, and does so whatever becomes of its clock.
#[cfg(windows)]
fn read_boot_id() -> Option<String> {
    use windows_sys::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RRF_RT_REG_DWORD, RegGetValueW};
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
    let key = wide(r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters");
    let value = wide("BootId");
    let mut count = 0u32;
    let mut size = size_of::<u32>() as u32;
    // SAFETY: both names end with a zero, and the system writes at most `size` bytes.
    let error = unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            key.as_ptr(),
            value.as_ptr(),
            RRF_RT_REG_DWORD,
            std::ptr::null_mut(),
            (&raw mut count).cast(),
            &raw mut size,
        )
    };
    (error == 0).then(|| format!("start {count}"))
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn read_boot_id() -> Option<String> {
    None
}

/// Whether the machine has been restarted since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restarted {
    /// It has.
    Yes,
    /// It has not.
    No,
    /// What it calls its time since it was switched on could not be read, now or then.
    Unknown,
}

impl Restarted {
    /// By what the machine called its time then and calls it now. Only what was read counts.
    pub fn between(then: Option<&str>, now: Option<&str>) -> Self {
        match (then.filter(|id| !id.is_empty()), now.filter(|id| !id.is_empty())) {
            (Some(then), Some(now)) if then == now => Self::No,
            (Some(_), Some(_)) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}

/// How much of the machine is in use; what cannot be found out is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Memory in use in MiB.
    pub memory_used_mib: Option<u64>,
    /// How much there is, in MiB.
    pub memory_total_mib: Option<u64>,
    /// Percent of the processors this process may use.
    pub cpu_percent: Option<u32>,
}

impl Sample {
    /// Percent of the memory in use.
    pub fn memory_percent(&self) -> Option<u32> {
        share(self.memory_used_mib? as f64, self.memory_total_mib? as f64)
    }
}

/// Looks at the machine again and again. Use of processors is what was used since the last look, so
/// the first look gives none.
#[derive(Debug)]
pub struct Sampler {
    system: Option<System>,
    cgroup: Option<Cgroup>,
    last: Option<(Instant, u64)>,
    looked: bool,
}

impl Default for Sampler {
    fn default() -> Self {
        Self::new()
    }
}

impl Sampler {
    /// A sampler for this machine, or for the control group this process is in.
    pub fn new() -> Self {
        let refresh = RefreshKind::nothing()
            .with_memory(MemoryRefreshKind::nothing().with_ram())
            .with_cpu(CpuRefreshKind::nothing().with_usage());
        Self {
            system: System::new_with_specifics(refresh).ok(),
            cgroup: Cgroup::of_this_process(),
            last: None,
            looked: false,
        }
    }

    /// Looks now.
    pub fn sample(&mut self) -> Sample {
        if let Some(system) = &mut self.system {
            system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
            system.refresh_cpu_usage();
        }
        let first = !std::mem::replace(&mut self.looked, true);
        let memory = self.system.as_ref().map(memory).filter(|(total, _)| *total > 0);
        Sample {
            memory_used_mib: memory.map(|(total, available)| total.saturating_sub(available) >> 20),
            memory_total_mib: memory.map(|(total, _)| total >> 20),
            cpu_percent: self.processors().filter(|_| !first),
        }
    }

    fn processors(&mut self) -> Option<u32> {
        let now = Instant::now();
        if let Some((quota, used)) = self.cgroup.as_ref().and_then(Cgroup::processors) {
            let (since, before) = self.last.replace((now, used))?;
            let elapsed = now.duration_since(since).as_micros() as f64;
            return share(used.checked_sub(before)? as f64, elapsed * quota);
        }
        share(f64::from(self.system.as_ref()?.global_cpu_usage()), 100.0)
    }
}

/// Percent that one number is of another; none when that makes no sense.
fn share(part: f64, whole: f64) -> Option<u32> {
    let percent = 100.0 * part / whole;
    (percent.is_finite() && percent >= 0.0).then(|| percent.round().min(100.0) as u32)
}

/// A control group (version 2) that limits processors.
#[derive(Debug)]
struct Cgroup {
    folder: PathBuf,
}

impl Cgroup {
    /// The group this process is in. Absent off Linux and where there are only groups of version 1.
    fn of_this_process() -> Option<Self> {
        let membership = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        let path = membership.lines().find_map(|line| line.strip_prefix("0::/"))?;
        Some(Self { folder: Path::new("/sys/fs/cgroup").join(path) })
    }

    /// How many processors it may use, and the microseconds used so far. None without a limit, and
    /// when the files are not there or not as they should be.
    fn processors(&self) -> Option<(f64, u64)> {
        let quota = quota(&std::fs::read_to_string(self.folder.join("cpu.max")).ok()?)?;
        let used = used_micros(&std::fs::read_to_string(self.folder.join("cpu.stat")).ok()?)?;
        Some((quota, used))
    }
}

/// Reads `cpu.max`: `max 100000`, or `200000 100000` for two processors.
fn quota(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let (quota, period) = (words.next()?.parse::<u64>().ok()?, words.next()?.parse::<u64>().ok()?);
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// Reads the line `usage_usec 12345` of `cpu.stat`.
fn used_micros(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("usage_usec "))?.trim().parse().ok()
}

/// How full the disk is that a folder is on, in percent; absent where the system does not tell.
pub fn disk_used_percent(folder: &Path) -> Option<u32> {
    // The folder need not be there yet.
    let existing = folder.ancestors().find_map(|folder| folder.canonicalize().ok())?;
    let refresh = DiskRefreshKind::nothing().with_storage();
    let disks = Disks::new_with_refreshed_list_specifics(refresh).ok()?;
    let holds = |disk: &&Disk| existing.starts_with(disk.mount_point()) && disk.total_space() > 0;
    let disk = disks.iter().filter(holds).max_by_key(|disk| disk.mount_point().as_os_str().len())?;
    let used = disk.total_space().saturating_sub(disk.available_space());
    u32::try_from(u128::from(used) * 100 / u128::from(disk.total_space())).ok()
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

    #[test]
    fn a_sample_says_what_is_in_use_and_nothing_of_processors_at_first() {
        let mut sampler = Sampler::new();
        let sample = sampler.sample();
        assert!(sample.memory_used_mib.is_some_and(|mib| mib > 0));
        assert!(sample.memory_total_mib >= sample.memory_used_mib);
        assert_eq!(sample.cpu_percent, None);
        assert!(sampler.sample().cpu_percent.is_none_or(|percent| percent <= 100));
    }

    #[test]
    fn files_of_a_control_group_are_read_and_garbled_ones_are_not_believed() {
        assert_eq!(quota("200000 100000\n"), Some(2.0));
        for garbled in ["max 100000", "", "200000", "x y", "0 100000", "1 0", "-1 100000"] {
            assert_eq!(quota(garbled), None, "{garbled:?}");
        }
        assert_eq!(used_micros("usage_usec 77\nuser_usec 5\n"), Some(77));
        for garbled in ["", "usage_usec", "usage_usec x", "user_usec 5"] {
            assert_eq!(used_micros(garbled), None, "{garbled:?}");
        }
        let folder = tempfile::tempdir().unwrap();
        let cgroup = Cgroup { folder: folder.path().to_owned() };
        assert_eq!(cgroup.processors(), None, "the files are not there");
        std::fs::write(folder.path().join("cpu.max"), "150000 100000").unwrap();
        std::fs::write(folder.path().join("cpu.stat"), "usage_usec 9").unwrap();
        assert_eq!(cgroup.processors(), Some((1.5, 9)));
    }

    #[test]
    fn a_control_group_that_vanishes_or_counts_back_gives_no_sample() {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
        let cgroup = Some(Cgroup { folder: folder.path().to_owned() });
        // Without a system to fall back to, so that only the group's own files count.
        let mut sampler = Sampler { system: None, cgroup, last: None, looked: true };
        write("cpu.max", "100000 100000");
        write("cpu.stat", "usage_usec 5000");
        assert_eq!(sampler.processors(), None, "there is nothing to compare with");
        write("cpu.stat", "usage_usec 4000");
        assert_eq!(sampler.processors(), None, "the counter went back");
        write("cpu.stat", "usage_usec 4000");
        assert_eq!(sampler.processors(), Some(0));
        write("cpu.stat", "usage_usec what");
        assert_eq!(sampler.processors(), None, "garbled");
        std::fs::remove_file(folder.path().join("cpu.max")).unwrap();
        assert_eq!(sampler.processors(), None, "gone");
        write("cpu.max", "100000 100000");
        write("cpu.stat", "usage_usec 999999999999");
        assert_eq!(sampler.processors(), Some(100), "back again, and never more than all");
    }

    #[test]
    fn a_share_that_makes_no_sense_is_none() {
        assert_eq!(share(1.0, 0.0), None);
        assert_eq!(share(-1.0, 4.0), None);
        assert_eq!(share(1.0, 4.0), Some(25));
        assert_eq!(share(9.0, 4.0), Some(100));
    }
}
