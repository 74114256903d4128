//! How much of the slots and of each resource was in use, at every moment of a run.

use super::seen::Seen;
use crate::preview::Curve;

/// The use of the slots. A service gives its slot back when it is ready.
pub fn slots(seen: &Seen) -> Curve {
    let attempts = seen.timeline.attempts.iter().filter(|attempt| !seen.is_monitor(attempt.op));
    let used = attempts.map(|it| (it.begun.at, it.slot_free().map_or(seen.end, |until| until.at), 1));
    Curve::of(seen.slots(), used)
}

/// The use of one resource, as the operations have booked it; none where no operation that ran did. What took less than a
/// millisecond leaves a curve of zeros.
pub fn resource(seen: &Seen, resource: u32) -> Option<Curve> {
    let amount = |op| {
        let needs = seen.planned(op).map_or(&[][..], |planned| &planned.needs);
        needs.iter().find(|(of, _)| *of == resource).map(|(_, amount)| *amount)
    };
    let used = seen.timeline.attempts.iter().filter_map(|it| {
        Some((it.begun.at, it.all_free().map_or(seen.end, |until| until.at), amount(it.op)?))
    });
    let mut used = used.peekable();
    used.peek()?;
    let capacity = seen.plan.resources.get(resource as usize).map_or(0, |it| it.capacity);
    Some(Curve::of(capacity, used))
}

/// The use of the processors that the run was allowed to use, in percent: each look says what was used since the one before.
pub fn processors(seen: &Seen) -> Option<Curve> {
    let mut steps = Vec::new();
    let mut before = 0;
    for used in &seen.used {
        steps.extend(used.cpu_percent.map(|percent| (before, percent)));
        before = used.at;
    }
    (!steps.is_empty()).then_some(Curve { capacity: 100, steps })
}

/// The memory in use by all programs of the machine, in MiB.
pub fn memory(seen: &Seen) -> Option<Curve> {
    let mib = |mib: u64| u32::try_from(mib).unwrap_or(u32::MAX);
    let steps: Vec<_> = seen.used.iter().filter_map(|used| Some((used.at, mib(used.memory_mib?)))).collect();
    let total = seen.used.iter().find_map(|used| used.memory_total_mib);
    let capacity = total.map(mib).or_else(|| steps.iter().map(|step| step.1).max())?;
    (!steps.is_empty()).then_some(Curve { capacity, steps })
}

/// When there was less than some amount left, as a sum that grows: how long in all up to any moment.
pub struct Lack {
    /// Where it begins or ends, and how long it had lasted in all by then.
    marks: Vec<(u64, u64, bool)>,
}

impl Lack {
    /// When less than `amount` was left of what a curve shows.
    pub fn of(curve: &Curve, amount: u32) -> Self {
        let mut marks: Vec<(u64, u64, bool)> = Vec::new();
        for &(from, used) in &curve.steps {
            let lacks = curve.capacity.saturating_sub(used) < amount;
            let (before, sum, lacked) = marks.last().copied().unwrap_or((0, 0, false));
            if lacks != lacked {
                marks.push((from, sum + if lacked { from - before } else { 0 }, lacks));
            }
        }
        Self { marks }
    }

    /// When one thing of many lasted: spans in the order of time, which do not overlap.
    pub fn within(spans: impl Iterator<Item = (u64, u64)>) -> Self {
        let (mut marks, mut sum) = (Vec::new(), 0);
        for (from, to) in spans.filter(|(from, to)| from < to) {
            marks.push((from, sum, true));
            sum += to - from;
            marks.push((to, sum, false));
        }
        Self { marks }
    }

    /// When one or the other lasted.
    #[must_use]
    pub fn or(&self, other: &Self, end: u64) -> Self {
        let mut spans: Vec<(u64, u64)> = self.spans(end).chain(other.spans(end)).collect();
        spans.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match joined.last_mut() {
                Some((_, last)) if from <= *last => *last = (*last).max(to),
                _ => joined.push((from, to)),
            }
        }
        Self::within(joined.into_iter())
    }

    /// The last moment before `at`, or `at` itself, up to which it lasted; 0 where it had not.
    pub fn lasted_until(&self, at: u64) -> u64 {
        let place = self.marks.partition_point(|(from, ..)| *from < at);
        match place.checked_sub(1).map(|last| self.marks[last]) {
            Some((_, _, true)) => at,
            Some((ended, _, false)) => ended,
            None => 0,
        }
    }

    /// For how long it lasted up to a moment.
    pub fn until(&self, at: u64) -> u64 {
        let place = self.marks.partition_point(|(from, ..)| *from <= at);
        match place.checked_sub(1).map(|last| self.marks[last]) {
            Some((from, sum, true)) => sum + (at - from),
            Some((_, sum, false)) => sum,
            None => 0,
        }
    }

    /// For how long it lasted between two moments.
    pub fn between(&self, from: u64, to: u64) -> u64 {
        self.until(to).saturating_sub(self.until(from))
    }

    /// Where it lasted, from and to.
    pub fn spans(&self, end: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| mark.2)
            .map(move |(place, &(from, ..))| (from, self.marks.get(place + 1).map_or(end, |next| next.0)))
    }
}

/// Points of a curve that a report has, at most.
const MOST_POINTS: usize = 2_000;

/// The points of a curve, fewer where there are very many: then each is the most that was in use from there to the next.
pub fn thinned(curve: &Curve, end: u64) -> Vec<(u64, u32)> {
    if curve.steps.len() <= MOST_POINTS {
        return curve.steps.clone();
    }
    let width = (end / MOST_POINTS as u64).max(1);
    let mut points: Vec<(u64, u32)> = Vec::new();
    // What was in use when a part began.
    let mut before = 0;
    for &(from, used) in &curve.steps {
        let part = from / width * width;
        match points.last_mut() {
            Some((last, most)) if *last == part => *most = (*most).max(used),
            _ => points.push((part, if part < from { used.max(before) } else { used })),
        }
        before = used;
    }
    // The last step says that nothing is in use any more.
    if let Some(&(at, used)) = curve.steps.last() {
        points.push((at.max(points.last().map_or(0, |last| last.0 + 1)), used));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lack_adds_up() {
        let curve = Curve::of(2, [(0, 10, 1), (5, 20, 1), (30, 40, 2)].into_iter());
        let lack = Lack::of(&curve, 1);
        assert_eq!(lack.spans(50).collect::<Vec<_>>(), [(5, 10), (30, 40)]);
        assert_eq!((lack.between(0, 100), lack.between(7, 33), lack.between(12, 20)), (15, 6, 0));
        assert_eq!([5, 6, 10, 12, 30, 35].map(|at| lack.lasted_until(at)), [0, 6, 10, 10, 10, 35]);
        let other = Lack::within([(0, 7), (8, 9), (40, 45)].into_iter());
        assert_eq!(lack.or(&other, 50).spans(50).collect::<Vec<_>>(), [(0, 10), (30, 45)]);
        assert_eq!(other.between(0, 50), 13);
    }

    #[test]
    fn a_long_curve_keeps_its_peaks() {
        let many = (0..50_000u64).map(|at| (at * 10, at * 10 + 5, if at == 777 { 9 } else { 1 }));
        let points = thinned(&Curve::of(9, many), 500_000);
        assert!(points.len() <= MOST_POINTS + 2, "{}", points.len());
        assert_eq!(points.iter().map(|point| point.1).max(), Some(9));
        assert_eq!(points.last().unwrap().1, 0);
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
