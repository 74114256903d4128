//! When the entries of archives were changed: exactly where one says it so, else to two seconds of a local time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zip::read::ZipFile;
use zip::{DateTime, ExtraField};

/// From the beginning of the times of Windows to that of Unix, in their units of 100 ns.
const TO_UNIX: u64 = 116_444_736_000_000_000;

/// A time of Windows: since the beginning of 1601, in units of 100 ns.
pub(super) fn of_windows(time: u64) -> Option<SystemTime> {
    let since = time.checked_sub(TO_UNIX)?;
    UNIX_EPOCH.checked_add(Duration::new(since / 10_000_000, (since % 10_000_000) as u32 * 100))
}

/// When an entry of a zip was changed.
pub(super) fn of_zip(entry: &ZipFile<'_, impl std::io::Read>) -> Option<SystemTime> {
    let exact = entry.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(times) => {
            UNIX_EPOCH.checked_add(Duration::from_secs(times.mod_time()?.into()))
        }
        ExtraField::Ntfs(times) => of_windows(times.mtime()),
        _ => None,
    });
    exact.or_else(|| local(entry.last_modified()?))
}

/// A time of the clock on the wall, as all programs read it that unpack zips.
#[cfg(unix)]
fn local(time: DateTime) -> Option<SystemTime> {
    // SAFETY: all zeros is a value of this struct of numbers and a pointer that is not read.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    parts.tm_year = i32::from(time.year()) - 1900;
    parts.tm_mon = i32::from(time.month()) - 1;
    parts.tm_mday = time.day().into();
    parts.tm_hour = time.hour().into();
    parts.tm_min = time.minute().into();
    parts.tm_sec = time.second().into();
    parts.tm_isdst = -1;
    // SAFETY: the struct is this function's own.
    let seconds = unsafe { libc::mktime(&raw mut parts) };
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

#[cfg(not(unix))]
fn local(_: DateTime) -> Option<SystemTime> {
    None
}

/// The exact time for a new entry of a zip, and the one that older programs read.
pub(super) fn for_zip(modified: Option<SystemTime>) -> (Option<u32>, DateTime) {
    let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    let exact = since.and_then(|since| u32::try_from(since.as_secs()).ok());
    let civil = exact
        .and_then(|seconds| jiff::Timestamp::from_second(seconds.into()).ok())
        .map(|time| jiff::tz::TimeZone::UTC.to_datetime(time));
    let number = |value: i8| u8::try_from(value).unwrap_or(0);
    let dos = civil.and_then(|time| {
        DateTime::from_date_and_time(
            u16::try_from(time.year()).ok()?,
            number(time.month()),
            number(time.day()),
            number(time.hour()),
            number(time.minute()),
            number(time.second()),
        )
        .ok()
    });
    (exact, dos.unwrap_or_default())
}
