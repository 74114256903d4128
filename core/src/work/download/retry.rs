//! Reads the pause that a server asks for.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use std::time::Duration;

/// The pause of a `Retry-After`: seconds, or a date.
pub(super) fn pause_of(header: &str) -> Option<Duration> {
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        assert_eq!(pause_of("120"), Some(Duration::from_secs(120)));
        assert_eq!(pause_of("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(pause_of("Sun, 06 Nov 2394 08:49:37 GMT").unwrap() > Duration::from_secs(1_000_000));
        assert_eq!(pause_of("soon"), None);
        assert_eq!(pause_of("-1"), None);
    }
}
