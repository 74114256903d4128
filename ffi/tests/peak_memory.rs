//! Reading a large lab takes no more than twelve times its file at any moment, the reply included.
//!
//! The allocator counts, so that this is the same on every machine; it is the only test of this program, so that no other test
//! else is counted.

#![allow(clippy::unwrap_used)]

use labrunner_native::exports::{lab_read, lab_release};
use labrunner_native::reply::LabReply;
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering};

static HELD: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

struct Counting;

fn add(bytes: usize) {
    let bytes = bytes as i64;
    PEAK.fetch_max(HELD.fetch_add(bytes, Ordering::Relaxed) + bytes, Ordering::Relaxed);
}

fn remove(bytes: usize) {
    HELD.fetch_sub(bytes as i64, Ordering::Relaxed);
}

// SAFETY: everything is the system allocator's; the counters change nothing about it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        remove(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old block lives until the new one is filled.
        add(size);
        remove(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

#[test]
fn reading_a_large_lab_takes_at_most_twelve_times_its_file() {
    let mut text = String::from("name: large\noperations:\n");
    for at in 0..2_000 {
        let _ = write!(
            text,
            "  - name: deploy-node-{at:04}\n    type: Deploy\n    timeout: 10m\n    dependencies: [{}]\n    parameters:\n      Name: node-{at:04}\n      Zone: north\n      Ports: [80, 443]\n    script: |\n      param($Name, $Size)\n      # Deploys one node\n      Write-Output \"deploying $Name of $Size\"\n      Start-Node -Name $Name\n",
            if at == 0 { String::new() } else { format!("deploy-node-{:04}", at - 1) }
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.yaml");
    std::fs::write(&path, &text).unwrap();
    let options = serde_json::json!({ "path": path, "open": true }).to_string();

    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let reply = lab_read(std::ptr::null(), 0, options.as_ptr(), options.len() as u64);
    let peak = PEAK.load(Ordering::Relaxed) - before;

    assert_eq!(reply.status, LabReply::OK);
    assert!(reply.length > text.len() as u64, "the reply has the lab and its document");
    lab_release(reply.content);
    let times = peak as f64 / text.len() as f64;
    // The library keeps panics to itself, their messages too; this is shown when the test fails.
    println!("{times:.1} times the file");
    assert!(times <= 12.0);
}
