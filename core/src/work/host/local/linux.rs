//! What Linux shows of processes under `/proc`.

use super::Row;
use crate::work::mark::Mark;
use std::fs;
use std::io;
use tokio::process::Command;

/// Lets the system ask the program to end when the thread that starts it has gone.
pub(super) fn end_with_this_process(command: &mut Command) {
    let this = std::process::id();
    let ask = move || {
        // SAFETY: both take numbers and touch no memory.
        let asked = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) };
        if asked != 0 {
            return Err(io::Error::last_os_error());
        }
        // It may have died between the fork and the request, and then nothing comes.
        // SAFETY: takes nothing.
        if u32::try_from(unsafe { libc::getppid() }) != Ok(this) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec it calls two functions that are safe there, and allocates nothing.
    unsafe { command.pre_exec(ask) };
}

/// How often the environment of a process is read again that shows none.
const READINGS: usize = 16;

/// The marks of a process: none where it has none or is somebody else's.
pub(in crate::work) fn marks(pid: u32) -> Vec<Mark> {
    for _ in 0..READINGS {
        if let Some(marks) = marks_now(pid) {
            return marks;
        }
        std::thread::yield_now();
    }
    Vec::new()
}

/// The marks of a process as [`marks`] gives them; `None` if it does not show a whole environment. Some processes have
/// none, and in the moment in which a process becomes another program it has none, or the old one cannot be read to its end.
pub(super) fn marks_now(pid: u32) -> Option<Vec<Mark>> {
    match fs::read(format!("/proc/{pid}/environ")) {
        Ok(variables) => variables.ends_with(&[0]).then(|| Mark::all_in(&variables)),
        Err(error) => {
            let is_ours = !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied);
            (!is_ours).then(Vec::new)
        }
    }
}

/// What a process is called.
pub(in crate::work) fn name(pid: u32) -> String {
    let name = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end().to_owned()
}

/// Every process there is.
pub(in crate::work) fn rows() -> Vec<Row> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter_map(row).collect()
}

pub(super) fn row(pid: u32) -> Option<Row> {
    // Not a string: a name may be any bytes.
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse(pid, &String::from_utf8_lossy(&stat))
}

/// Reads `pid (name) state parent group …`; the name may hold spaces and parentheses.
fn parse(pid: u32, stat: &str) -> Option<Row> {
    const START_TIME: usize = 19;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    Some(Row {
        pid,
        zombie: matches!(*fields.first()?, "Z" | "X" | "x"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        start_time: fields.get(START_TIME)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_look_like_the_fields_behind_it() {
        let stat = "7 (a) Z 1 (b) S 5 6 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 99 100";
        let expected = Row { pid: 7, parent: 5, group: 6, start_time: 4711, zombie: false };
        assert_eq!(parse(7, stat), Some(expected));
        assert_eq!(parse(7, "7 (cut) S 5"), None);
    }

    #[test]
    fn this_process_is_in_the_list() {
        let this = std::process::id();
        let found = rows().into_iter().find(|row| row.pid == this).unwrap();
        assert_eq!(Some(found.parent), std::os::unix::process::parent_id().into());
    }
}
