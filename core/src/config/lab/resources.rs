//! Reads the amounts that operations take while they run, and the amounts that are available.

use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Node, Span, Value};
use crate::config::text::fields::{self, Fields};
use crate::config::text::quantity;
use crate::error::Code;
use crate::operation::{LockMode, Needs, ResourceLimits};
use crate::plan::MAX_AMOUNT;
use std::collections::{BTreeMap, HashMap};

/// Bytes of one MiB.
const MIB: u64 = 1 << 20;

/// What an operation needs: `resources`, `pool` and `lock`. Nothing when it says nothing.
pub(in crate::config) fn needs(fields: &mut Fields<'_>, findings: &mut Findings<'_>) -> Option<Needs> {
    let mut needs = Needs::default();
    let resources = fields.take(&["resources"], findings);
    if let Some((entry, mapping)) =
        resources.and_then(|entry| Some((entry, fields::mapping(entry, findings)?)))
    {
        let mut below = Fields::new(mapping);
        let gb = below.take(&["memory-gb"], findings);
        let mb = below.take(&["memory-mb"], findings);
        let size = below.take(&["memory"], findings);
        // Asking for nothing is as good as not asking.
        let some = |amount: Option<u64>| amount.filter(|amount| *amount > 0);
        needs.memory_mib = some(memory(gb, mb, size, 0, findings));
        let mut amount = |name: &'static str, most: u64| {
            some(below.take(&[name], findings).and_then(|entry| fields::amount(entry, 1, 0..=most, findings)))
        };
        needs.cpu_percent = amount("cpu-percent", 100);
        needs.network_mbit_s = amount("network-mbps", MAX_AMOUNT);
        needs.disk_mb_s = amount("disk-mbps", MAX_AMOUNT);
        below.finish(&format!("'{}'", entry.key), findings);
    }
    if let Some(entry) = fields.take(&["pool", "pools"], findings) {
        needs.pools = by_name(entry, 1, units, "units of each: {name: 2}", findings);
    }
    if let Some(entry) = fields.take(&["lock", "locks"], findings) {
        needs.locks = by_name(entry, LockMode::Exclusive, mode, "how it is held: {name: shared}", findings);
    }
    (needs != Needs::default()).then_some(needs)
}

/// `resource-limits`: how much of each there is.
pub(in crate::config) fn limits(entry: &Entry, findings: &mut Findings<'_>) -> Option<ResourceLimits> {
    let mut fields = Fields::new(fields::mapping(entry, findings)?);
    let gb = fields.take(&["max-memory-gb", "memory-gb"], findings);
    let mb = fields.take(&["max-memory-mb", "memory-mb"], findings);
    let size = fields.take(&["max-memory", "memory"], findings);
    let memory_mib = memory(gb, mb, size, 1, findings);
    let mut amount = |names: &[&'static str], most: u64| {
        let entry = fields.take(names, findings)?;
        fields::amount(entry, 1, 1..=most, findings)
    };
    let limits = ResourceLimits {
        memory_mib,
        cpu_percent: amount(&["max-cpu-percent", "cpu-percent"], 100),
        network_mbit_s: amount(&["max-network-mbps", "network-mbps"], MAX_AMOUNT),
        disk_mb_s: amount(&["max-disk-mbps", "disk-mbps"], MAX_AMOUNT),
        pools: BTreeMap::new(),
    };
    fields.finish(&format!("'{}'", entry.key), findings);
    Some(limits)
}

/// `pools: {name: units}`, at the top of a lab, in its settings, or both.
pub(in crate::config) fn pools(entries: &[&Entry], findings: &mut Findings<'_>) -> BTreeMap<String, u64> {
    let mut named = Named::default();
    for entry in entries {
        for pool in fields::mapping(entry, findings).into_iter().flatten() {
            named.add(&pool.key, pool.key_at, units(pool, findings), &entry.key, findings);
        }
    }
    named.values
}

/// Memory in MiB, in one of the forms it can be given in.
fn memory(
    gb: Option<&Entry>,
    mb: Option<&Entry>,
    size: Option<&Entry>,
    least: u64,
    findings: &mut Findings<'_>,
) -> Option<u64> {
    let given: Vec<_> = [gb, mb, size].into_iter().flatten().collect();
    if let [first, second, ..] = given[..] {
        let message = format!("both '{}' and '{}' say how much memory", first.key, second.key);
        findings.error(Code::InvalidValue, second.key_at, &message, "Keep one of them.");
        return None;
    }
    match (gb, mb, size) {
        (Some(entry), ..) => fields::amount(entry, 1024, least..=MAX_AMOUNT, findings),
        (None, Some(entry), _) => fields::amount(entry, 1, least..=MAX_AMOUNT, findings),
        (None, None, Some(entry)) => memory_size(entry, least, findings),
        (None, None, None) => None,
    }
}

/// A size such as `4GB`; a number is in bytes, as PowerShell writes one.
fn memory_size(entry: &Entry, least: u64, findings: &mut Findings<'_>) -> Option<u64> {
    let advice = "Write a size such as 4GB or 512MB.";
    let Some(text) = fields::text_of(&entry.value) else {
        fields::wrong_type(&entry.key, &entry.value, "a size", advice, findings);
        return None;
    };
    let why = match quantity::size(&text) {
        Ok(0) if least == 0 => return Some(0),
        Ok(bytes) if bytes < MIB => "is less than a megabyte; a number without a unit is in bytes",
        Ok(bytes) if bytes.div_ceil(MIB) > MAX_AMOUNT => "is larger than any machine",
        Ok(bytes) => return Some(bytes.div_ceil(MIB)),
        Err(why) => why,
    };
    let message = format!("'{}': '{text}' {why}", entry.key);
    findings.error(Code::InvalidQuantity, entry.value.at, &message, advice);
    None
}

fn units(entry: &Entry, findings: &mut Findings<'_>) -> Option<u64> {
    let units = fields::whole(entry, 1..=MAX_AMOUNT as i64, findings)?;
    u64::try_from(units).ok()
}

fn mode(entry: &Entry, findings: &mut Findings<'_>) -> Option<LockMode> {
    let known = [("shared", LockMode::Shared), ("exclusive", LockMode::Exclusive)];
    fields::choice(entry, &known, &[], findings)
}

/// `name`, `{name: value, …}`, or a list of both; a name alone has the value `alone`.
fn by_name<T: Copy>(
    entry: &Entry,
    alone: T,
    read: fn(&Entry, &mut Findings<'_>) -> Option<T>,
    say: &str,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, T> {
    let mut named = Named::default();
    let nodes: &[Node] = match &entry.value.value {
        Value::Sequence(items) => items,
        _ => std::slice::from_ref(&entry.value),
    };
    for node in nodes {
        match (&node.value, fields::text_of(node)) {
            (Value::Mapping(mapping), _) => {
                for item in mapping {
                    named.add(&item.key, item.key_at, read(item, findings), &entry.key, findings);
                }
            }
            (_, Some(name)) => named.add(&name, node.at, Some(alone), &entry.key, findings),
            (_, None) => {
                let advice = format!("Write a name, a list of names, or {say}.");
                fields::wrong_type(
                    &entry.key,
                    node,
                    "a name, a mapping or a list of these",
                    &advice,
                    findings,
                );
            }
        }
    }
    named.values
}

/// Values by name. Names are compared as in a plan: letter case does not count.
struct Named<T> {
    values: BTreeMap<String, T>,
    seen: HashMap<String, String>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), seen: HashMap::new() }
    }
}

impl<T> Named<T> {
    fn add(&mut self, name: &str, at: Span, value: Option<T>, key: &str, findings: &mut Findings<'_>) {
        let name = name.trim();
        if name.is_empty() {
            findings.error(Code::MissingName, at, &format!("a name in '{key}' is empty"), "Give it a name.");
        } else if let Some(first) = self.seen.insert(name.to_lowercase(), name.to_owned()) {
            let message = format!("'{key}' names '{name}' twice");
            let advice = match first == name {
                true => "Keep one of the two.".to_owned(),
                false => format!("'{first}' is the same: letter case does not count. Keep one of the two."),
            };
            findings.error(Code::DuplicateKey, at, &message, advice);
        } else if let Some(value) = value {
            self.values.insert(name.to_owned(), value);
        }
    }
}
