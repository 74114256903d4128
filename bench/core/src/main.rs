//! Benchmarks of the core without PowerShell. One command prints all tables:
//!
//! `cargo run --release -p labrunner-bench [-- <PSPLIB folder>]`
//!
//! `-- soak [seconds]` runs the soak alone, ten minutes when no time is given; `-- scale` the large plan alone, `-- config`
//! the reading of a large lab alone; `-- records` the records of runs and what their operations write; `-- report` the reports of large runs; `-- runs` what a run costs
//! beside its operations.
//!
//! The folder holds the instances of PSPLIB as `j30/j301_1.sm` …; without an argument it is
//! `LABRUNNER_PSPLIB`, or `../shared/psplib` beside the repository. They are read, never copied.

mod config;
mod heap;
mod output;
mod psplib;
mod quality;
mod random;
mod records;
mod report;
mod runs;
mod scale;
mod scheduler;
mod soak;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("soak") => {
            let seconds = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(600);
            return soak::measure(seconds);
        }
        Some("scale") => return scale::measure(),
        Some("config") => return config::measure(),
        Some("records") => {
            records::measure();
            println!();
            return output::measure();
        }
        Some("report") => return report::measure(),
        Some("runs") => return runs::measure(),
        _ => {}
    }
    config::measure();
    println!();
    scheduler::measure();
    println!();
    scale::measure();
    println!();
    records::measure();
    println!();
    output::measure();
    println!();
    runs::measure();
    println!();
    report::measure();
    println!();
    let folder = psplib::folder(std::env::args_os().nth(1));
    match psplib::read_all(&folder) {
        Ok(sets) if sets.is_empty() => {
            println!(
                "Schedule quality: skipped, there are no PSPLIB sets (j30, j60 …) in {}",
                folder.display()
            );
        }
        Ok(sets) => quality::measure(&sets),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
