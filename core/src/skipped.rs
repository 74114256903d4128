//! Tests that cannot be tried where they run: each says so, so that it is counted as skipped and not as passed.

use std::io::Write;

/// Whether a test that needs two users is skipped, because only root has them.
pub(crate) fn unless_root() -> bool {
    // SAFETY: it has no arguments and cannot fail.
    let skipped = unsafe { libc::geteuid() } != 0;
    if skipped {
        note("only root can do something as another user");
    }
    skipped
}

/// Writes it past what the test runner keeps of tests that pass. `xtask` counts these lines.
fn note(why: &str) {
    let thread = std::thread::current();
    let line = format!("test skipped: {}: {why}\n", thread.name().unwrap_or_default());
    // Who cannot be told counts it as passed.
    _ = std::io::stderr().write_all(line.as_bytes());
}
