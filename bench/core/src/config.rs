//! Reading a large lab, beside the YAML library alone.

use crate::heap::peak;
use labrunner_core::config::{Format, LabPlanOptions, OpenLab, ReadOptions, read};
use labrunner_core::plan::Plan;
use labrunner_native::exports::{lab_read, lab_release};
use labrunner_native::reply::LabReply;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

const OPERATIONS: usize = 5_000;
const ROUNDS: usize = 15;

/// Prints the table.
pub fn measure() {
    let text = lab();
    let size = text.len();
    let options = ReadOptions { format: Some(Format::Yaml), ..ReadOptions::default() };
    let document_only = ReadOptions { document_only: true, ..options.clone() };
    let reading = read(text.as_bytes(), &options);
    assert!(reading.diagnostics.is_empty(), "{:#?}", reading.diagnostics.first());
    let json = serde_json::to_string(&reading.document).unwrap_or_default();
    let json_options =
        ReadOptions { format: Some(Format::Json), document_only: true, ..ReadOptions::default() };
    drop(reading);
    let lab = OpenLab::open(text.as_bytes(), &options);

    // Interleaved, so that a slow moment of the machine falls on all of them.
    let (mut alone, mut parse, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ours, mut theirs, mut written, mut planned) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(time(|| serde_saphyr::from_str::<serde_json::Value>(&text)));
        parse.push(time(|| read(text.as_bytes(), &document_only)));
        whole.push(time(|| read(text.as_bytes(), &options)));
        ours.push(time(|| read(json.as_bytes(), &json_options)));
        theirs.push(time(|| serde_json::from_str::<serde_json::Value>(&json)));
        let reading = read(text.as_bytes(), &options);
        written.push(time(|| serde_json::to_vec(&reading)));
        planned.push(time(|| Plan::compile(lab.request(LabPlanOptions::default())?)));
    }
    let [alone, parse, whole, ours, theirs, written, planned] =
        [alone, parse, whole, ours, theirs, written, planned].map(median);
    let held = peak(|| {
        black_box(read(text.as_bytes(), &options));
    });
    let with_reply = peak_of_the_abi(&text);
    let times = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!(
        "A lab of {OPERATIONS} operations in {:.2} MiB of YAML, medians of {ROUNDS}",
        size as f64 / (1 << 20) as f64
    );
    println!("  serde-saphyr alone, to a plain tree   {alone:>10.1?}");
    println!(
        "  parsed, with the place of everything  {parse:>10.1?}   {:.2} times serde-saphyr alone",
        times(parse, alone)
    );
    println!(
        "  read, checked and planned             {whole:>10.1?}   {:.2} times serde-saphyr alone",
        times(whole, alone)
    );
    println!(
        "  check and plan                        {:>10.1?}   {:.2} times parsing",
        whole.saturating_sub(parse),
        times(whole.saturating_sub(parse), parse)
    );
    println!(
        "  the plan of a run of it               {planned:>10.1?}   {:.2} times reading",
        times(planned, whole)
    );
    println!("  written as the reply of the ABI       {written:>10.1?}");
    println!(
        "  memory at the peak                    {:>7.1} MiB   {:.1} times the file ({:.1} when the ABI opens it and replies)",
        held as f64 / (1 << 20) as f64,
        held as f64 / size as f64,
        with_reply as f64 / size as f64
    );
    let refused = median((0..ROUNDS).map(|_| time(|| read(bomb().as_bytes(), &options))).collect());
    println!("  an alias bomb, refused                {refused:>10.1?}");
    println!(
        "  the same as JSON ({:.2} MiB)           {ours:>10.1?}   {:.2} times serde_json alone ({theirs:.1?})",
        json.len() as f64 / (1 << 20) as f64,
        times(ours, theirs)
    );
}

/// As a caller of the library reads a file: opened there, and the reply waiting to be fetched.
fn peak_of_the_abi(text: &str) -> usize {
    let path = std::env::temp_dir().join(format!("labrunner-bench-{}.yaml", std::process::id()));
    let options = serde_json::json!({ "path": path, "open": true }).to_string();
    std::fs::write(&path, text).expect("the temporary folder can be written to");
    let mut reply = None;
    let held = peak(|| {
        reply = Some(lab_read(std::ptr::null(), 0, options.as_ptr(), options.len() as u64));
    });
    let reply = reply.filter(|reply| reply.status == LabReply::OK).expect("the lab can be read");
    lab_release(reply.content);
    let _ = std::fs::remove_file(path);
    held
}

fn time<T>(body: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let value = black_box(body());
    let elapsed = start.elapsed();
    drop(value);
    elapsed
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Ten lists, each nine times the one before.
fn bomb() -> String {
    let mut bomb = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for at in 1..10 {
        let list = vec![format!("*a{}", at - 1); 9].join(", ");
        let _ = writeln!(bomb, "a{at}: &a{at} [{list}]");
    }
    bomb
}

/// A lab as people write them: every operation with parameters, resources and a short script.
fn lab() -> String {
    let mut text = String::from(
        "name: large\nversion: \"1.0\"\nsettings:\n  timeout: 5\n  max-concurrency: 8\noperations:\n",
    );
    for at in 0..OPERATIONS {
        let _ = write!(
            text,
            "  - name: deploy-node-{at:04}\n    type: Deploy\n    timeout: 10m\n    priority: {}\n",
            at % 10 + 1
        );
        if at >= 10 {
            let _ = writeln!(text, "    dependencies: [deploy-node-{:04}]", at - 10);
        }
        let _ = write!(
            text,
            "    parameters:\n      Name: node-{at:04}\n      Size: {}\n      Zone: north\n      Ports: [80, 443]\n    script: |\n      param($Name, $Size)\n      # Deploys one node\n      Write-Output \"deploying $Name of $Size\"\n      Start-Node -Name $Name\n",
            at % 7
        );
    }
    text
}
