//! The amounts that operations book while they run, and the amounts that are available.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much there is of what operations need. What is absent is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceLimits {
    /// Memory in MiB: the sum of what operations book, and the most the machine may have in use
    /// while more are started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u64>,
    /// Percent of all processors, 1 to 100; booked and watched like memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<u64>,
    /// Network in Mbit/s; booked only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_mbit_s: Option<u64>,
    /// Disk in MB/s; booked only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_mb_s: Option<u64>,
    /// Named pools and how many units each has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<String, u64>,
}

impl ResourceLimits {
    /// These limits, except where others say something.
    #[must_use]
    pub fn overridden_by(&self, over: &Self) -> Self {
        let mut limits = self.clone();
        limits.memory_mib = over.memory_mib.or(limits.memory_mib);
        limits.cpu_percent = over.cpu_percent.or(limits.cpu_percent);
        limits.network_mbit_s = over.network_mbit_s.or(limits.network_mbit_s);
        limits.disk_mb_s = over.disk_mb_s.or(limits.disk_mb_s);
        for (name, units) in &over.pools {
            limits.pools.retain(|known, _| known.to_lowercase() != name.to_lowercase());
            limits.pools.insert(name.clone(), *units);
        }
        limits
    }

    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The amounts that an operation books while it runs; a service keeps them until it has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Memory in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u64>,
    /// Percent of all processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<u64>,
    /// Network in Mbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_mbit_s: Option<u64>,
    /// Disk in MB/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_mb_s: Option<u64>,
    /// Units of named pools; each pool must be among the plan's limits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<String, u64>,
    /// Named locks; a lock exists because somebody names it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locks: BTreeMap<String, LockMode>,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// Beside others that share it.
    Shared,
    /// Alone.
    Exclusive,
}
