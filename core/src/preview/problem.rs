//! A resource-constrained project: what a plan looks like to the preview.
//!
//! Activities with known durations, renewable resources with capacities, needs and precedence: the
//! problem PS|prec|Cmax of the literature (RCPSP). A limit on concurrency is one resource of which
//! every activity needs one unit; a lock is a resource of capacity one.

use crate::error::{Code, Fault};
use crate::graph::{Graph, OpId};
use std::collections::HashMap;
use std::fmt;

/// A checked project. Activities are the operations of a plan, with the same dense ids.
#[derive(Clone, Debug)]
pub struct Project {
    graph: Graph,
    /// Position of every activity in the topological order: breaks ties so that equal keys stay feasible.
    positions: Box<[u32]>,
    durations: Box<[u64]>,
    capacities: Box<[u32]>,
    /// One row of needs for each activity, a column for each resource.
    needs: Box<[u32]>,
    /// What every activity needs at least of each resource; with less than this free nothing can start.
    smallest_needs: Box<[u32]>,
    /// Activities with equal needs share a class: when one does not fit, none of them does.
    classes: Box<[u32]>,
    class_count: usize,
}

impl Project {
    /// The most time all durations together may take, so that no sum of times can overflow.
    pub const LONGEST: u64 = u64::MAX / 8;

    /// Checks a project. `needs` has one row for each activity and one column for each resource.
    ///
    /// # Errors
    /// A need above its capacity (such an activity could never start), tables of the wrong size, or
    /// durations that together exceed [`Project::LONGEST`].
    pub fn new(
        graph: Graph,
        durations: Vec<u64>,
        capacities: Vec<u32>,
        needs: Vec<u32>,
    ) -> Result<Self, ProjectError> {
        let count = graph.topological.len();
        let columns = capacities.len();
        if durations.len() != count || Some(needs.len()) != count.checked_mul(columns) {
            return Err(ProjectError::WrongSize {
                activities: count,
                durations: durations.len(),
                needs: needs.len(),
            });
        }
        let mut total = 0u64;
        for (activity, &duration) in durations.iter().enumerate() {
            total = total.saturating_add(duration);
            if total > Self::LONGEST {
                return Err(ProjectError::TooLong { activity: OpId(activity as u32) });
            }
        }
        let mut smallest_needs = vec![u32::MAX; columns];
        for (at, &need) in needs.iter().enumerate() {
            let (activity, resource) = (at / columns, at % columns);
            if need > capacities[resource] {
                return Err(ProjectError::NeedAboveCapacity {
                    activity: OpId(activity as u32),
                    resource,
                    need,
                    capacity: capacities[resource],
                });
            }
            smallest_needs[resource] = smallest_needs[resource].min(need);
        }
        let mut known = HashMap::new();
        let mut classes = vec![0u32; count];
        for (activity, class) in classes.iter_mut().enumerate() {
            let next = known.len() as u32;
            *class = *known.entry(&needs[activity * columns..(activity + 1) * columns]).or_insert(next);
        }
        let class_count = known.len();
        let mut positions = vec![0u32; count];
        for (position, activity) in graph.topological.iter().enumerate() {
            positions[activity.index()] = position as u32;
        }
        Ok(Self {
            graph,
            positions: positions.into(),
            durations: durations.into(),
            capacities: capacities.into(),
            needs: needs.into(),
            smallest_needs: smallest_needs.into(),
            classes: classes.into(),
            class_count,
        })
    }

    /// Number of activities.
    pub fn len(&self) -> usize {
        self.durations.len()
    }

    /// Whether there is no activity at all.
    pub fn is_empty(&self) -> bool {
        self.durations.is_empty()
    }

    /// Who waits for whom.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Every activity, in the order of their ids.
    pub fn activities(&self) -> impl DoubleEndedIterator<Item = OpId> + ExactSizeIterator + use<> {
        (0..self.len() as u32).map(OpId)
    }

    /// How long an activity takes.
    pub fn duration(&self, activity: OpId) -> u64 {
        self.durations[activity.index()]
    }

    /// All durations, by activity.
    pub fn durations(&self) -> &[u64] {
        &self.durations
    }

    /// How much there is of each resource.
    pub fn capacities(&self) -> &[u32] {
        &self.capacities
    }

    /// How much an activity needs of each resource while it runs.
    pub fn needs(&self, activity: OpId) -> &[u32] {
        let columns = self.capacities.len();
        &self.needs[activity.index() * columns..(activity.index() + 1) * columns]
    }

    /// What every activity needs at least of each resource: 0 unless all of them need it.
    pub fn smallest_needs(&self) -> &[u32] {
        &self.smallest_needs
    }

    /// Activities with equal needs have the same class, from 0 up to [`Project::class_count`].
    pub(super) fn class(&self, activity: OpId) -> usize {
        self.classes[activity.index()] as usize
    }

    /// How many different rows of needs there are.
    pub(super) fn class_count(&self) -> usize {
        self.class_count
    }

    /// The place of an activity in the topological order.
    pub fn position(&self, activity: OpId) -> u32 {
        self.positions[activity.index()]
    }

    /// The same project with other durations, such as real ones instead of estimates.
    ///
    /// # Errors
    /// As [`Project::new`].
    pub fn with_durations(&self, durations: Vec<u64>) -> Result<Self, ProjectError> {
        Self::new(self.graph.clone(), durations, self.capacities.to_vec(), self.needs.to_vec())
    }

    /// Earliest start of every activity when resources are plentiful.
    pub fn earliest_starts(&self) -> Vec<u64> {
        let mut heads = vec![0u64; self.len()];
        for &activity in &self.graph.topological {
            let finish = heads[activity.index()] + self.duration(activity);
            for dependent in self.graph.dependents.of(activity) {
                heads[dependent.index()] = heads[dependent.index()].max(finish);
            }
        }
        heads
    }

    /// Longest path after the end of every activity, its own duration excluded.
    pub fn tails(&self) -> Vec<u64> {
        let mut tails = vec![0u64; self.len()];
        for &activity in self.graph.topological.iter().rev() {
            let whole = tails[activity.index()] + self.duration(activity);
            for dependency in self.graph.dependencies.of(activity) {
                tails[dependency.index()] = tails[dependency.index()].max(whole);
            }
        }
        tails
    }

    /// The length of the longest path: no schedule can be shorter.
    pub fn critical_path_length(&self) -> u64 {
        let heads = self.earliest_starts();
        self.activities().map(|a| heads[a.index()] + self.duration(a)).max().unwrap_or(0)
    }

    /// The time the busiest resource needs for all its work: no schedule can be shorter either.
    pub fn busiest_resource_time(&self) -> u64 {
        let mut work = vec![0u128; self.capacities.len()];
        for activity in self.activities() {
            for (sum, &need) in work.iter_mut().zip(self.needs(activity)) {
                *sum += u128::from(need) * u128::from(self.duration(activity));
            }
        }
        let busiest = work
            .iter()
            .zip(&self.capacities)
            .map(|(&sum, &capacity)| sum.div_ceil(u128::from(capacity.max(1))))
            .max()
            .unwrap_or(0);
        // Needs never exceed capacities, so this never exceeds the sum of the durations.
        u64::try_from(busiest).unwrap_or(u64::MAX)
    }
}

/// Why something is not a project that can be scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProjectError {
    /// An activity needs more of a resource than there is: it could never start.
    NeedAboveCapacity {
        /// Who.
        activity: OpId,
        /// Of what.
        resource: usize,
        /// How much it needs.
        need: u32,
        /// How much there is.
        capacity: u32,
    },
    /// Up to this activity the durations add up to more than [`Project::LONGEST`].
    TooLong {
        /// The activity that went over it.
        activity: OpId,
    },
    /// A table does not have one row for each activity.
    WrongSize {
        /// Activities in the graph.
        activities: usize,
        /// Durations given.
        durations: usize,
        /// Needs given.
        needs: usize,
    },
}

impl ProjectError {
    /// The activity to blame, if it is a single one.
    pub fn activity(&self) -> Option<OpId> {
        match self {
            Self::NeedAboveCapacity { activity, .. } | Self::TooLong { activity } => Some(*activity),
            Self::WrongSize { .. } => None,
        }
    }

    /// The error as a fault that names the operation.
    pub fn into_fault(self, operation: &str) -> Fault {
        let advice = match self {
            Self::NeedAboveCapacity { .. } => "Lower the need or raise the limit.",
            Self::TooLong { .. } => "Give estimates in milliseconds that a run can live to see.",
            Self::WrongSize { .. } => "Give one duration and one row of needs for each operation.",
        };
        let message = match self.activity() {
            Some(_) => format!("'{operation}': {self}"),
            None => self.to_string(),
        };
        Fault::new(Code::InvalidValue, message).with_advice(advice).with_target(operation)
    }
}

impl fmt::Display for ProjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedAboveCapacity { activity, resource, need, capacity } => write!(
                f,
                "activity {} needs {need} of resource {resource}, of which there is {capacity}",
                activity.0
            ),
            Self::TooLong { activity } => {
                write!(f, "with activity {} the durations add up to more than can be planned", activity.0)
            }
            Self::WrongSize { activities, durations, needs } => {
                write!(f, "{activities} activities do not fit {durations} durations and {needs} needs")
            }
        }
    }
}

impl std::error::Error for ProjectError {}
