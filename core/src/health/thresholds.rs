//! When too much of the machine is in use, or a run makes no progress.

use super::Status;
use crate::operation::Monitoring;

/// What is watched of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Percent of the processors.
    Processors,
    /// Percent of the memory.
    Memory,
    /// Percent of the disk.
    Disk,
    /// Time since an operation has ended.
    Progress,
}

impl Quantity {
    /// What its check is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Processors => "processors",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Progress => "progress",
        }
    }
}

/// How much is in use, in percent; absent where the system does not tell, and what was not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Of the processors.
    pub processors: Option<u32>,
    /// Of the memory.
    pub memory: Option<u32>,
    /// Of the disk that has the records.
    pub disk: Option<u32>,
}

/// Something has passed its threshold, or is below it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// What.
    pub quantity: Quantity,
    /// How it stands from now on.
    pub status: Status,
    /// Why, in a few words; empty for what is well again.
    pub message: String,
}

/// One threshold of the machine.
#[derive(Clone, Debug)]
struct Level {
    quantity: Quantity,
    most: u32,
    unhealthy: bool,
    /// Since when it has been on the other side without a break.
    other_since: Option<u64>,
}

/// What is watched of one run.
#[derive(Clone, Debug)]
pub struct Thresholds {
    levels: Vec<Level>,
    for_ms: u64,
    no_progress_ms: Option<u64>,
    /// When an operation ended last, or the run began or went on.
    progress: u64,
    stuck: bool,
    suspended: bool,
}

impl Thresholds {
    /// Those of a run that begins now.
    pub fn new(monitoring: &Monitoring, now: u64) -> Self {
        let wanted = [
            (Quantity::Processors, monitoring.processors),
            (Quantity::Memory, monitoring.memory),
            (Quantity::Disk, monitoring.disk),
        ];
        let level = |(quantity, most): (Quantity, Option<u32>)| {
            Some(Level { quantity, most: most?, unhealthy: false, other_since: None })
        };
        Self {
            levels: wanted.into_iter().filter_map(level).collect(),
            for_ms: monitoring.for_ms,
            no_progress_ms: monitoring.no_progress_ms,
            progress: now,
            stuck: false,
            suspended: false,
        }
    }

    /// Takes what is in use now. What is not known changes nothing.
    pub fn sample(&mut self, now: u64, levels: Levels) -> Vec<Crossing> {
        let for_ms = self.for_ms;
        let of = |quantity| match quantity {
            Quantity::Processors => levels.processors,
            Quantity::Memory => levels.memory,
            Quantity::Disk => levels.disk,
            Quantity::Progress => None,
        };
        let mut crossings = Vec::new();
        for level in &mut self.levels {
            let Some(used) = of(level.quantity) else { continue };
            if (used > level.most) == level.unhealthy {
                level.other_since = None;
                continue;
            }
            let since = *level.other_since.get_or_insert(now);
            if now.saturating_sub(since) >= for_ms {
                (level.unhealthy, level.other_since) = (!level.unhealthy, None);
                let message = format!("{used} % in use, and the threshold is {} %", level.most);
                crossings.push(Crossing::of(level.quantity, level.unhealthy, message));
            }
        }
        crossings
    }

    /// An operation has ended, or become ready.
    pub fn progressed(&mut self, now: u64) -> Option<Crossing> {
        self.progress = now;
        std::mem::take(&mut self.stuck).then(|| Crossing::of(Quantity::Progress, false, String::new()))
    }

    /// The run is suspended, or goes on: nothing can end by itself meanwhile.
    pub fn suspend(&mut self, now: u64, suspended: bool) {
        (self.suspended, self.progress) = (suspended, now);
    }

    /// When [`tick`](Self::tick) has something to say at the earliest.
    pub fn due(&self) -> Option<u64> {
        let limit = self.no_progress_ms.filter(|_| !self.stuck && !self.suspended)?;
        Some(self.progress.saturating_add(limit))
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: u64) -> Option<Crossing> {
        let is_due = self.due().is_some_and(|due| now >= due);
        let limit = self.no_progress_ms.filter(|_| is_due)?;
        self.stuck = true;
        let message = format!("no operation has ended for {}", duration(limit));
        Some(Crossing::of(Quantity::Progress, true, message))
    }
}

impl Crossing {
    fn of(quantity: Quantity, unhealthy: bool, message: String) -> Self {
        match unhealthy {
            true => Self { quantity, status: Status::Unhealthy, message },
            false => Self { quantity, status: Status::Healthy, message: String::new() },
        }
    }
}

fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{} s", ms / 1_000),
        _ => format!("{} min", ms / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn memory(most: u32, for_ms: u64) -> Monitoring {
        Monitoring { memory: Some(most), disk: None, no_progress_ms: None, for_ms, ..Monitoring::default() }
    }

    proptest! {
        /// A threshold turns when all samples of its time have been on the other side, and at no other time.
        #[test]
        fn a_threshold_turns_when_it_has_been_passed_for_its_time(
            for_ms in 0u64..40,
            samples in prop::collection::vec((1u64..20, prop::option::weighted(0.9, 0u32..100)), 0..60),
        ) {
            let mut thresholds = Thresholds::new(&memory(50, for_ms), 0);
            let (mut now, mut seen, mut unhealthy) = (0, Vec::new(), false);
            let mut turned = 0;
            for (step, used) in samples {
                now += step;
                let crossings = thresholds.sample(now, Levels { memory: used, ..Levels::default() });
                if let Some(used) = used {
                    seen.push((now, used > 50));
                }
                let streak: Vec<u64> = seen.iter().rev()
                    .take_while(|(at, over)| *over != unhealthy && *at > turned)
                    .map(|(at, _)| *at).collect();
                let turns = used.is_some() && streak.last().is_some_and(|first| now - first >= for_ms);
                prop_assert_eq!(crossings.len(), usize::from(turns));
                if turns {
                    (unhealthy, turned) = (!unhealthy, now);
                    let expected = if unhealthy { Status::Unhealthy } else { Status::Healthy };
                    prop_assert_eq!(crossings[0].status, expected);
                }
            }
        }
    }

    #[test]
    fn a_run_that_makes_no_progress_is_unhealthy_once_and_well_again_with_the_next_end() {
        let monitoring = Monitoring { no_progress_ms: Some(100), ..memory(50, 0) };
        let mut thresholds = Thresholds::new(&monitoring, 0);
        assert_eq!(thresholds.progressed(50), None);
        assert_eq!((thresholds.due(), thresholds.tick(149)), (Some(150), None));
        let stuck = thresholds.tick(150).unwrap();
        assert_eq!(
            (stuck.status, stuck.message.as_str()),
            (Status::Unhealthy, "no operation has ended for 100 ms")
        );
        assert_eq!((thresholds.due(), thresholds.tick(400)), (None, None));
        assert_eq!(thresholds.progressed(500).map(|crossing| crossing.status), Some(Status::Healthy));
        thresholds.suspend(550, true);
        assert_eq!(thresholds.tick(10_000), None);
        thresholds.suspend(10_000, false);
        assert_eq!(thresholds.due(), Some(10_100));
    }
}
