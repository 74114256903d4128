//! How far a download or an archive is, in words.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the thread of a download counts and others read.
#[derive(Default)]
pub(super) struct Progress {
    /// Bytes that are there.
    pub(super) have: AtomicU64,
    /// Bytes that have come, also those that were thrown away.
    pub(super) received: AtomicU64,
    /// The whole size; 0 while it is not known.
    pub(super) total: AtomicU64,
}

impl Progress {
    /// What there is, and the whole size if that is known.
    pub(super) fn now(&self) -> (u64, Option<u64>) {
        let total = self.total.load(Ordering::Relaxed);
        (self.have.load(Ordering::Relaxed), (total > 0).then_some(total))
    }
}

/// A line of progress: `12.5 MiB of 100 MiB (12 %), 3.1 MiB/s, 28 s left`.
pub(super) fn line(have: u64, total: Option<u64>, gained: u64, within: Duration) -> String {
    let rate = gained as f64 / within.as_secs_f64().max(0.001);
    let speed = format!("{}/s", size(rate as u64));
    match total {
        Some(total) if total >= have && rate >= 1.0 => {
            let percent = have.saturating_mul(100) / total.max(1);
            let left = Duration::from_secs_f64((total - have) as f64 / rate);
            format!("{} of {} ({percent} %), {speed}, {} left", size(have), size(total), time(left))
        }
        Some(total) => format!("{} of {}, {speed}", size(have), size(total)),
        None => format!("{}, {speed}", size(have)),
    }
}

/// A size in powers of 1024.
pub(super) fn size(bytes: u64) -> String {
    let mut amount = bytes as f64;
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
        if amount < 1024.0 {
            return if unit == "bytes" { format!("{bytes} bytes") } else { format!("{amount:.1} {unit}") };
        }
        amount /= 1024.0;
    }
    format!("{amount:.1} TiB")
}

fn time(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds @ 100..=5999 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_rate_and_the_time_left_where_they_are_known() {
        let mib = 1 << 20;
        let of = |have, total, gained| line(have, total, gained, Duration::from_secs(2));
        assert_eq!(
            of(25 * mib, Some(100 * mib), 5 * mib),
            "25.0 MiB of 100.0 MiB (25 %), 2.5 MiB/s, 30 s left"
        );
        assert_eq!(of(25 * mib, Some(100 * mib), 0), "25.0 MiB of 100.0 MiB, 0 bytes/s");
        assert_eq!(of(1500, None, 1000), "1.5 KiB, 500 bytes/s");
        assert_eq!(of(2, Some(1), 10), "2 bytes of 1 bytes, 5 bytes/s");
        assert_eq!(of(0, Some(3 << 40), 2 << 20), "0 bytes of 3.0 TiB (0 %), 1.0 MiB/s, 874 h left");
    }
}
