//! Counts what is on the heap: live bytes and live allocations of this process, and the peak while a piece of code runs.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

static BYTES: AtomicI64 = AtomicI64::new(0);
static COUNT: AtomicI64 = AtomicI64::new(0);
/// Whether the peak is kept: only where it is asked for, because it costs every allocation a second counter.
static KEEPS_PEAK: AtomicBool = AtomicBool::new(false);
static PEAK: AtomicI64 = AtomicI64::new(0);

fn add(bytes: i64) {
    let held = BYTES.fetch_add(bytes, Ordering::Relaxed) + bytes;
    if KEEPS_PEAK.load(Ordering::Relaxed) {
        PEAK.fetch_max(held, Ordering::Relaxed);
    }
}

/// The system's allocator with two counters.
pub struct Counting;

// SAFETY: everything is the system allocator's; the counters change nothing about it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as i64);
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as i64);
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        COUNT.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old block lives until the new one is filled.
        add(size as i64);
        add(-(layout.size() as i64));
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What is on the heap now.
#[derive(Clone, Copy, Debug)]
pub struct Heap {
    /// Bytes that were asked for and not given back.
    pub bytes: i64,
    /// Allocations that were not given back.
    pub allocations: i64,
}

impl Heap {
    /// Looks.
    pub fn now() -> Self {
        Self { bytes: BYTES.load(Ordering::Relaxed), allocations: COUNT.load(Ordering::Relaxed) }
    }
}

/// The most that `body` added to the heap at one time, in bytes.
pub fn peak(body: impl FnOnce()) -> usize {
    let before = BYTES.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    KEEPS_PEAK.store(true, Ordering::Relaxed);
    body();
    KEEPS_PEAK.store(false, Ordering::Relaxed);
    usize::try_from(PEAK.load(Ordering::Relaxed) - before).unwrap_or(0)
}
