//! Durations (`30s`, `1h30m`, a number in the unit its key says) and sizes (`4GB`, `8 GB`, bytes).
//!
//! jiff's friendly format is close, but takes fractions of hours and less only, and reads `1.5d` not at all; labs have both.

/// What a number without a unit means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Minutes, as in `timeout: 30`.
    Minutes,
    /// Seconds, as in `retry-delay: 30`.
    Seconds,
}

/// A duration and whether its unit was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Milliseconds.
    pub ms: u64,
    /// Whether it was a number without a unit.
    pub bare: bool,
}

impl Duration {
    /// Whether this looks like seconds where minutes are meant: a bare number of more than 240 minutes.
    pub fn is_suspicious(self, unit: Unit) -> bool {
        self.bare && unit == Unit::Minutes && self.ms > 240 * 60_000
    }
}

/// Longest duration that is read: 366 days.
const LONGEST_MS: f64 = 366.0 * 86_400_000.0;

/// Reads a duration: a number in `unit`, or one or more numbers with units (`500ms`, `30s`, `5m`, `1h30m`, `2d`).
///
/// # Errors
/// What is wrong with it, as the rest of a sentence that begins with the value.
pub fn duration(text: &str, unit: Unit) -> Result<Duration, &'static str> {
    const SHAPE: &str = "is not a duration";
    let text = text.trim();
    if text.starts_with('-') {
        return Err("is negative");
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if let Some(number) = decimal(text) {
        let factor = if unit == Unit::Minutes { 60_000.0 } else { 1_000.0 };
        return Ok(Duration { ms: whole_ms(number * factor)?, bare: true });
    }
    let mut rest = text;
    let mut total = 0.0;
    // The largest unit comes first and none comes twice, so that `1m1h` is found to be a slip.
    let mut last = f64::INFINITY;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(SHAPE)?;
        let number = decimal(&rest[..digits]).ok_or(SHAPE)?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let factor = match rest[..letters].to_ascii_lowercase().as_str() {
            "ms" | "msec" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000.0,
            "d" | "day" | "days" => 86_400_000.0,
            _ => return Err(SHAPE),
        };
        if factor >= last {
            return Err("has its units in the wrong order");
        }
        last = factor;
        total += number * factor;
        rest = rest[letters..].trim_start();
    }
    if last.is_infinite() {
        return Err(SHAPE);
    }
    Ok(Duration { ms: whole_ms(total)?, bare: false })
}

/// Whether a duration is none at all: `0`, `0s`, `0ms`.
pub fn is_zero(text: &str) -> bool {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = text[digits..].trim_start();
    // Any other number makes it a duration of its own, which tells whether the unit exists.
    decimal(&text[..digits]) == Some(0.0)
        && (unit.is_empty() || duration(&format!("1{unit}"), Unit::Seconds).is_ok_and(|one| !one.bare))
}

/// Reads a size in bytes: a number, or a number with a unit. Units are powers of 1024, as in PowerShell.
///
/// # Errors
/// What is wrong with it, as the rest of a sentence that begins with the value.
pub fn size(text: &str) -> Result<u64, &'static str> {
    const SHAPE: &str = "is not a size";
    let text = text.trim();
    if text.starts_with('-') {
        return Err("is negative");
    }
    if let Ok(bytes) = text.parse() {
        return Ok(bytes);
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(SHAPE)?;
    let number = &text[..digits];
    let power = match text[digits..].trim_start().to_ascii_lowercase().as_str() {
        "b" | "byte" | "bytes" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        "p" | "pb" | "pib" => 5,
        _ => return Err(SHAPE),
    };
    let unit = 1024_u64.pow(power);
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(unit).ok_or("is larger than any machine");
    }
    let bytes = (decimal(number).ok_or(SHAPE)? * unit as f64).round();
    if bytes >= u64::MAX as f64 { Err("is larger than any machine") } else { Ok(bytes as u64) }
}

/// Digits with at most one point; no sign, no exponent, no `inf`.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain && text.bytes().any(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn whole_ms(ms: f64) -> Result<u64, &'static str> {
    match ms.round() {
        ms if ms > LONGEST_MS => Err("is longer than a year"),
        ms if ms < 1.0 => Err("is not a positive duration"),
        ms => Ok(ms as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minutes(text: &str) -> Result<u64, &'static str> {
        duration(text, Unit::Minutes).map(|d| d.ms)
    }

    #[test]
    fn durations_with_units() {
        for (text, ms) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("1h30m", 5_400_000),
            ("1h 30m 5s", 5_405_000),
            ("2d", 172_800_000),
            ("1.5h", 5_400_000),
            ("30 seconds", 30_000),
            ("5 Min", 300_000),
            (" 10S ", 10_000),
        ] {
            assert_eq!(duration(text, Unit::Minutes), Ok(Duration { ms, bare: false }), "{text}");
        }
    }

    #[test]
    fn a_bare_number_has_the_unit_of_its_key() {
        assert_eq!(duration("30", Unit::Minutes), Ok(Duration { ms: 1_800_000, bare: true }));
        assert_eq!(duration("0.5", Unit::Minutes), Ok(Duration { ms: 30_000, bare: true }));
        assert_eq!(duration(".05", Unit::Minutes), Ok(Duration { ms: 3_000, bare: true }));
        assert_eq!(duration("30", Unit::Seconds), Ok(Duration { ms: 30_000, bare: true }));
    }

    #[test]
    fn more_than_four_hours_without_a_unit_is_suspicious() {
        let suspicious = |text, unit| duration(text, unit).unwrap().is_suspicious(unit);
        assert!(suspicious("300", Unit::Minutes));
        assert!(suspicious("240.1", Unit::Minutes));
        assert!(!suspicious("240", Unit::Minutes));
        assert!(!suspicious("300m", Unit::Minutes));
        assert!(!suspicious("300", Unit::Seconds));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in
            ["", " ", "soon", "5 parsecs", "h", "1h30", "1..5h", ".", "..", "1m1h", "5m5m", "1e3", "NaN"]
        {
            assert!(minutes(text).is_err(), "{text}");
        }
        assert_eq!(minutes("0"), Err("is not a positive duration"));
        assert_eq!(minutes("0s"), Err("is not a positive duration"));
        assert_eq!(minutes("-5m"), Err("is negative"));
        assert_eq!(minutes("9999999"), Err("is longer than a year"));
        assert_eq!(minutes("99999999999999999999999999999d"), Err("is longer than a year"));
    }

    #[test]
    fn no_time_at_all() {
        for text in ["0", "0.0", " 0s", "0 minutes"] {
            assert!(is_zero(text), "{text}");
        }
        for text in ["", "1", "s", "0 parsecs", "0s5", "-0", "0 5"] {
            assert!(!is_zero(text), "{text}");
        }
    }

    #[test]
    fn sizes_count_in_1024() {
        for (text, bytes) in [
            ("0", 0),
            ("4294967296", 4 << 30),
            ("4GB", 4 << 30),
            ("8 GB", 8 << 30),
            ("512mb", 512 << 20),
            ("64KiB", 64 << 10),
            ("1.5TB", 3 << 39),
            ("100b", 100),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "GB", "4 GBs", "four", "1.2.3GB", "-4GB", "99999999999PB", "99999999999.5PB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_units_are_exact(hours in 1_u64..1000, mins in 0_u64..60, secs in 0_u64..60, ms in 0_u64..1000) {
            let text = format!("{hours}h{mins}m {secs}s{ms}ms");
            prop_assert_eq!(minutes(&text), Ok(((hours * 60 + mins) * 60 + secs) * 1000 + ms));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = (minutes(&text), size(&text));
        }
    }
}
