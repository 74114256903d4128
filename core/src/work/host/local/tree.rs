//! A program and everything it has started: who belongs to it, and how all of it is ended.

use super::os;
use crate::work::host::StopSignal;
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use tokio::process::Child;

/// A started program and its descendants. Dropped while it is still held, all of it is killed.
pub(in crate::work) struct Tree {
    group: os::Group,
    held: bool,
}

impl Tree {
    /// Takes hold of a program that has just been started.
    pub(in crate::work) fn adopt(child: &Child, mark: Option<Mark>, detached: bool) -> std::io::Result<Self> {
        Ok(Self { group: os::Group::adopt(child, mark, detached)?, held: true })
    }

    /// The program itself.
    pub(in crate::work) fn root(&self) -> Identity {
        self.group.root()
    }

    /// The program has been waited for: from now on its pid may be given to another one.
    pub(in crate::work) fn root_has_ended(&mut self) {
        self.group.root_has_ended();
    }

    /// Asks all of it to end.
    pub(in crate::work) fn terminate(&mut self, signal: StopSignal) {
        self.group.terminate(signal);
    }

    /// Kills all of it.
    pub(in crate::work) fn kill(&mut self) {
        self.group.kill();
    }

    /// Whether nothing of it lives any more.
    pub(in crate::work) fn is_gone(&mut self) -> bool {
        self.group.is_gone()
    }

    /// Leaves alone what the program has left behind: it ended well, and may have meant to.
    pub(in crate::work) fn release(&mut self) {
        if std::mem::take(&mut self.held) {
            self.group.release();
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if self.held {
            self.group.kill();
        }
    }
}

/// One process as the system lists it.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::work) struct Row {
    pub(in crate::work) pid: u32,
    pub(in crate::work) parent: u32,
    pub(in crate::work) group: u32,
    pub(in crate::work) start_time: u64,
    /// Ended, and not yet waited for by its parent.
    pub(in crate::work) zombie: bool,
}

#[cfg(unix)]
impl Row {
    pub(in crate::work) fn identity(&self) -> Identity {
        Identity { pid: self.pid, start_time: Some(self.start_time) }
    }
}

/// The living among `rows` that belong to `root`: its group, the ones that are `known` to, and all their
/// descendants, whatever group or session those have moved to.
///
/// A row counts as a known process only if the start times agree, and the group as the root's only
/// if no later process leads it.
#[cfg(unix)]
pub(in crate::work) fn members(root: Identity, known: &[Identity], rows: &[Row]) -> Vec<Row> {
    use std::collections::{HashMap, HashSet};
    let mut children: HashMap<u32, Vec<&Row>> = HashMap::new();
    for row in rows {
        children.entry(row.parent).or_default().push(row);
    }
    let group_is_ours = rows.iter().all(|row| row.pid != root.pid || row.identity() == root);
    let mut found: Vec<&Row> = rows
        .iter()
        .filter(|row| {
            let identity = row.identity();
            identity == root || known.contains(&identity) || (group_is_ours && row.group == root.pid)
        })
        .collect();
    let mut seen: HashSet<u32> = found.iter().map(|row| row.pid).collect();
    let mut next = 0;
    while let Some(row) = found.get(next).copied() {
        found
            .extend(children.get(&row.pid).into_iter().flatten().copied().filter(|row| seen.insert(row.pid)));
        next += 1;
    }
    found.into_iter().filter(|row| !row.zombie).copied().collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn row(pid: u32, parent: u32, group: u32) -> Row {
        Row { pid, parent, group, start_time: u64::from(pid) * 10, zombie: false }
    }

    fn pids(root: &Row, known: &[Identity], rows: &[Row]) -> Vec<u32> {
        let mut pids: Vec<u32> = members(root.identity(), known, rows).iter().map(|row| row.pid).collect();
        pids.sort_unstable();
        pids
    }

    #[test]
    fn descendants_belong_to_the_tree_even_in_a_group_of_their_own() {
        let rows =
            [row(1, 0, 1), row(50, 1, 50), row(51, 50, 50), row(52, 51, 52), row(53, 52, 52), row(60, 1, 60)];
        assert_eq!(pids(&rows[1], &[], &rows), [50, 51, 52, 53]);
    }

    #[test]
    fn an_orphan_belongs_by_its_group_or_because_it_was_seen_before() {
        let root = row(50, 1, 50);
        let rows = [row(51, 1, 50), row(52, 1, 52), row(53, 52, 52), row(60, 1, 60)];
        assert_eq!(pids(&root, &[rows[1].identity()], &rows), [51, 52, 53]);
        assert_eq!(pids(&root, &[], &rows), [51]);
    }

    #[test]
    fn a_pid_that_was_given_to_another_process_is_left_alone() {
        let old = row(50, 1, 50);
        let seen = row(52, 50, 52);
        let reused = Row { start_time: 9_999, ..old };
        let rows = [reused, row(51, 50, 50), Row { start_time: 9_998, ..seen }];
        assert_eq!(pids(&old, &[seen.identity()], &rows), [0; 0]);
    }

    #[test]
    fn zombies_are_dead_already() {
        let root = Row { zombie: true, ..row(50, 1, 50) };
        assert_eq!(pids(&root, &[], &[root, row(51, 50, 50)]), [51]);
    }
}
