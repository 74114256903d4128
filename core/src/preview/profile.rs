//! What is free of every resource over time: a step function that activities are booked on.

/// A step function. Step `i` lasts from `times[i]` to `times[i + 1]`; the last one never ends and has
/// everything free.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    times: Vec<u64>,
    /// What is free in each step, a row of resources for each step.
    free: Vec<u32>,
    columns: usize,
    /// Steps before this one have no room for anything.
    open: usize,
}

impl Profile {
    /// Empties the profile: everything is free for ever. Keeps its memory.
    pub(super) fn clear(&mut self, capacities: &[u32]) {
        self.times.clear();
        self.times.push(0);
        self.free.clear();
        self.free.extend_from_slice(capacities);
        self.columns = capacities.len();
        self.open = 0;
    }

    /// The earliest start from `from` on that leaves room for `need` during the whole `duration`.
    /// `need` must not exceed the capacities.
    pub(super) fn earliest(&self, from: u64, duration: u64, need: &[u32]) -> u64 {
        if duration == 0 {
            return from;
        }
        let mut step = self.step_at(from);
        let mut start = from;
        if step < self.open {
            step = self.open;
            start = self.times[step];
        }
        let mut end = start + duration;
        while step < self.times.len() && self.times[step] < end {
            let has_room = need.iter().zip(self.row(step)).all(|(need, free)| need <= free);
            step += 1;
            if !has_room {
                // The last step has everything free, so there is always a next one here.
                start = self.times[step];
                end = start + duration;
            }
        }
        start
    }

    /// Books `need` from `start` for `duration`. There must be room.
    pub(super) fn book(&mut self, start: u64, duration: u64, need: &[u32], smallest_needs: &[u32]) {
        if duration == 0 {
            return;
        }
        let first = self.split(start, self.step_at(start));
        let last = self.split(start + duration, self.step_at(start + duration));
        for row in self.free[first * self.columns..last * self.columns].chunks_exact_mut(self.columns.max(1))
        {
            for (free, need) in row.iter_mut().zip(need) {
                *free -= need;
            }
        }
        while self.open + 1 < self.times.len()
            && self.row(self.open).iter().zip(smallest_needs).any(|(free, smallest)| free < smallest)
        {
            self.open += 1;
        }
    }

    fn row(&self, step: usize) -> &[u32] {
        &self.free[step * self.columns..(step + 1) * self.columns]
    }

    /// The step that a point in time lies in.
    fn step_at(&self, time: u64) -> usize {
        self.times.partition_point(|&begin| begin <= time) - 1
    }

    /// Makes a step begin at `time`, which lies in `step`; gives that step.
    fn split(&mut self, time: u64, step: usize) -> usize {
        if self.times[step] == time {
            return step;
        }
        let row = step * self.columns..(step + 1) * self.columns;
        let next = row.end;
        self.times.insert(step + 1, time);
        let old = self.free.len();
        self.free.resize(old + self.columns, 0);
        self.free.copy_within(next..old, next + self.columns);
        self.free.copy_within(row, next);
        step + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_goes_into_the_first_gap_that_is_long_enough() {
        let mut profile = Profile::default();
        profile.clear(&[2]);
        profile.book(0, 3, &[2], &[1]);
        profile.book(5, 5, &[1], &[1]);
        assert_eq!(profile.earliest(0, 2, &[2]), 3);
        assert_eq!(profile.earliest(0, 3, &[2]), 10);
        assert_eq!(profile.earliest(0, 30, &[1]), 3);
        assert_eq!(profile.earliest(4, 1, &[2]), 4);
        assert_eq!(profile.earliest(1, 0, &[2]), 1);
    }

    #[test]
    fn full_steps_are_passed_over() {
        let mut profile = Profile::default();
        profile.clear(&[1]);
        for start in 0..10 {
            assert_eq!(profile.earliest(0, 1, &[1]), start);
            profile.book(start, 1, &[1], &[1]);
        }
        assert_eq!(profile.open, 10);
    }

    #[test]
    fn without_resources_everything_fits_at_once() {
        let mut profile = Profile::default();
        profile.clear(&[]);
        profile.book(0, 3, &[], &[]);
        assert_eq!(profile.earliest(1, 5, &[]), 1);
    }
}
