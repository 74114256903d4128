//! Which processes are still alive of operations whose PowerShell has died, and how to end them.

#[cfg(unix)]
use super::host::local::os;
use super::identity::Identity;
use crate::graph::OpId;

/// An attempt that was running when its PowerShell died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The run's id.
    pub run: String,
    /// The operation.
    pub op: OpId,
    /// Counted from 1.
    pub attempt: u32,
    /// Its program, if it has one that is known.
    pub program: Option<Identity>,
}

/// A process that is still alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The orphan it belongs to, by its place.
    pub orphan: usize,
    /// The process id.
    pub pid: u32,
    /// The process, where the system tells its name.
    pub name: Option<String>,
}

/// What is still alive of orphans, and the command that ends all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survivors {
    /// In the order of the orphans.
    pub processes: Vec<Survivor>,
    /// A line for PowerShell.
    pub command: String,
}

/// Looks for what is still alive of orphans: their programs with all that belongs to them and, on Linux, every process
/// that has their mark. Processes that may outlive their run are not among it, nor is this one.
pub fn find(orphans: &[Orphan]) -> Survivors {
    if orphans.is_empty() {
        return Survivors::default();
    }
    imp::find(orphans)
}

#[cfg(target_os = "linux")]
fn name(pid: u32) -> Option<String> {
    Some(os::name(pid)).filter(|name| !name.is_empty())
}

#[cfg(not(target_os = "linux"))]
fn name(_pid: u32) -> Option<String> {
    None
}

/// The command where processes are ended one by one.
fn one_by_one(pids: &[u32]) -> String {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    format!("Stop-Process -Force -Id {}", pids.join(","))
}

#[cfg(unix)]
mod imp {
    use super::*;
    use crate::work::host::local::tree::{Row, members};
    use std::collections::{BTreeMap, BTreeSet};

    pub(super) fn find(orphans: &[Orphan]) -> Survivors {
        let rows = os::rows();
        let found = survivors(orphans, &rows, os::marks);
        let processes = found
            .iter()
            .map(|(row, orphan)| Survivor { orphan: *orphan, pid: row.pid, name: name(row.pid) })
            .collect();
        Survivors { processes, command: command(&found, &rows) }
    }

    /// The living of the orphans, in their order.
    pub(super) fn survivors<M: AsRef<[crate::work::mark::Mark]>>(
        orphans: &[Orphan],
        rows: &[Row],
        marks: impl Fn(u32) -> M,
    ) -> Vec<(Row, usize)> {
        let this = std::process::id();
        let mut found: BTreeMap<u32, (Row, usize)> = BTreeMap::new();
        for (place, orphan) in orphans.iter().enumerate() {
            // Without its leader a group may be another program's by now.
            let program = orphan.program.filter(|program| rows.iter().any(|row| row.identity() == *program));
            for row in program.map(|program| members(program, &[], rows)).unwrap_or_default() {
                found.entry(row.pid).or_insert((row, place));
            }
        }
        for row in rows.iter().filter(|row| !row.zombie) {
            let marks = marks(row.pid);
            let marks = marks.as_ref();
            if marks.last().is_some_and(|mark| mark.detached) {
                found.remove(&row.pid);
                continue;
            }
            // The inner runs come last, and know best what the process is.
            let place = marks.iter().rev().find_map(|mark| {
                orphans.iter().position(|orphan| {
                    (&orphan.run, orphan.op, orphan.attempt) == (&mark.run, mark.op, mark.attempt)
                })
            });
            if let Some(place) = place {
                found.insert(row.pid, (*row, place));
            }
        }
        found.remove(&this);
        let mut found: Vec<(Row, usize)> = found.into_values().collect();
        found.sort_by_key(|(row, place)| (*place, row.pid));
        found
    }

    /// Whole groups where nothing else is in them: that also ends what is being started at this moment.
    pub(super) fn command(found: &[(Row, usize)], rows: &[Row]) -> String {
        let pids: Vec<u32> = found.iter().map(|(row, _)| row.pid).collect();
        let is_whole = |group: u32| {
            group > 1
                && rows
                    .iter()
                    .filter(|row| row.group == group && !row.zombie)
                    .all(|row| pids.contains(&row.pid))
        };
        let groups: BTreeSet<u32> = found.iter().map(|(row, _)| row.group).collect();
        if !groups.iter().all(|group| is_whole(*group)) {
            return one_by_one(&pids);
        }
        let groups: Vec<String> = groups.iter().map(|group| format!("-{group}")).collect();
        format!("/bin/kill -KILL -- {}", groups.join(" "))
    }
}

/// Elsewhere the system ends what a program has started together with this process; only the program itself can be left.
#[cfg(not(unix))]
mod imp {
    use super::*;

    pub(super) fn find(orphans: &[Orphan]) -> Survivors {
        let alive = |(place, orphan): (usize, &Orphan)| {
            let program = orphan.program.filter(Identity::is_running)?;
            Some(Survivor { orphan: place, pid: program.pid, name: name(program.pid) })
        };
        let processes: Vec<Survivor> = orphans.iter().enumerate().filter_map(alive).collect();
        let pids: Vec<u32> = processes.iter().map(|survivor| survivor.pid).collect();
        Survivors { command: one_by_one(&pids), processes }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::work::host::local::tree::Row;
    use crate::work::mark::Mark;

    fn row(pid: u32, parent: u32, group: u32) -> Row {
        Row { pid, parent, group, start_time: u64::from(pid) * 10, zombie: false }
    }

    fn orphan(run: &str, op: u32, program: Option<&Row>) -> Orphan {
        Orphan { run: run.to_owned(), op: OpId(op), attempt: 1, program: program.map(Row::identity) }
    }

    fn mark(run: &str, op: u32) -> Mark {
        let host = Identity { pid: 7, start_time: Some(1) };
        Mark { host, run: run.to_owned(), op: OpId(op), attempt: 1, detached: false }
    }

    fn pids(orphans: &[Orphan], rows: &[Row], marked: &[(u32, Vec<Mark>)]) -> Vec<(u32, usize)> {
        let marks = |pid| {
            let of = |(marked, marks): &(u32, Vec<Mark>)| (*marked == pid).then(|| marks.clone());
            marked.iter().find_map(of).unwrap_or_default()
        };
        let found = imp::survivors(orphans, rows, marks);
        found.into_iter().map(|(row, place)| (row.pid, place)).collect()
    }

    #[test]
    fn a_program_that_lives_is_found_with_its_tree_and_a_later_one_with_its_number_is_not() {
        let rows = [row(50, 1, 50), row(51, 50, 50), row(60, 1, 60)];
        assert_eq!(pids(&[orphan("a", 0, Some(&rows[0]))], &rows, &[]), [(50, 0), (51, 0)]);
        let earlier = Row { start_time: 3, ..rows[0] };
        assert_eq!(pids(&[orphan("a", 0, Some(&earlier))], &rows, &[]), []);
    }

    #[test]
    fn what_left_its_tree_is_found_by_its_mark_unless_it_may_live_on() {
        let rows = [row(50, 1, 50), row(51, 1, 51), row(52, 1, 52), row(53, 1, 53)];
        let detached = Mark { detached: true, ..mark("a", 1) };
        let marked = [
            (50, vec![mark("a", 0)]),
            (51, vec![detached.clone()]),
            (52, vec![mark("a", 2)]),
            (53, vec![mark("a", 0), detached]),
        ];
        assert_eq!(pids(&[orphan("a", 0, None), orphan("a", 1, None)], &rows, &marked), [(50, 0)]);
        let inner = [(50, vec![mark("a", 0), mark("inner", 3)])];
        assert_eq!(pids(&[orphan("a", 0, None), orphan("inner", 3, None)], &rows, &inner), [(50, 1)]);
        assert_eq!(pids(&[orphan("a", 0, None)], &rows, &inner), [(50, 0)]);
        let other_attempt = [(50, vec![Mark { attempt: 2, ..mark("a", 0) }])];
        assert_eq!(pids(&[orphan("a", 0, None)], &rows, &other_attempt), []);
    }

    #[test]
    fn neither_zombies_nor_this_process_are_among_them() {
        let this = std::process::id();
        let rows = [Row { zombie: true, ..row(50, 1, 50) }, row(this, 1, this)];
        let marked = [(50, vec![mark("a", 0)]), (this, vec![mark("a", 0)])];
        assert_eq!(pids(&[orphan("a", 0, None)], &rows, &marked), []);
    }

    #[test]
    fn the_command_names_groups_that_are_theirs_alone() {
        let rows = [row(50, 1, 50), row(51, 50, 50), row(61, 1, 60), row(62, 1, 60)];
        let found = |rows: &[Row]| rows.iter().map(|row| (*row, 0)).collect::<Vec<_>>();
        assert_eq!(imp::command(&found(&rows), &rows), "/bin/kill -KILL -- -50 -60");
        assert_eq!(imp::command(&found(&rows[..3]), &rows), "Stop-Process -Force -Id 50,51,61");
    }
}
