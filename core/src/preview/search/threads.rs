//! The threads of a search: they share the tasks of one round, and the result does not depend on which did what.

use crate::preview::cutoff::Cutoff;
use crate::preview::problem::Project;
use crate::preview::schedule::Builder;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below this many activities and edges to visit in a round, starting threads costs more than it saves.
const WORTH_THREADS: usize = 200_000;

/// A builder for each thread.
pub(super) struct Threads<'a> {
    builders: Vec<Builder<'a>>,
    cutoff: Cutoff<'a>,
    /// Activities and edges: about what one schedule costs.
    size: usize,
}

impl<'a> Threads<'a> {
    pub(super) fn new(project: &'a Project, cutoff: Cutoff<'a>, threads: usize) -> Self {
        let edges: usize = project.activities().map(|a| project.graph().dependents.of(a).len()).sum();
        let builders = (0..threads.max(1)).map(|_| Builder::new(project, cutoff)).collect();
        Self { builders, cutoff, size: project.len() + edges }
    }

    /// The builder of the calling thread.
    pub(super) fn own(&mut self) -> &mut Builder<'a> {
        &mut self.builders[0]
    }

    /// Does tasks `0..count` and gives what they made, in the order of the tasks. When halted, tasks
    /// that did not end are missing.
    pub(super) fn share<T: Send>(
        &mut self,
        count: usize,
        task: impl Fn(usize, &mut Builder<'a>) -> Option<T> + Sync,
    ) -> Vec<(usize, T)> {
        let (next, cutoff) = (AtomicUsize::new(0), self.cutoff);
        let work = |builder: &mut Builder<'a>| {
            let mut made = Vec::new();
            while !cutoff.reached() {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    break;
                }
                made.extend(task(number, builder).map(|result| (number, result)));
            }
            made
        };
        let [own, others @ ..] = self.builders.as_mut_slice() else { return Vec::new() };
        if others.is_empty() || count.saturating_mul(self.size) < WORTH_THREADS {
            return work(own);
        }
        let helpers = others.len().min(count.saturating_sub(1));
        let mut made = std::thread::scope(|scope| {
            let handles: Vec<_> =
                others[..helpers].iter_mut().map(|builder| scope.spawn(|| work(builder))).collect();
            let mut made = work(own);
            for handle in handles {
                match handle.join() {
                    Ok(results) => made.extend(results),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            made
        });
        made.sort_by_key(|(number, _)| *number);
        made
    }
}
