//! Real programs: what a shell can do, done to us. Every wait is for a line or an event.

use super::*;
use crate::operation::{ProbeCheck, StopMode};

use crate::work::host::local::tree::members;
use crate::work::output::Stream;
use crate::work::provider::StopSender;
use std::collections::BTreeMap;
use std::fs;
use std::future::pending;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

/// A control and the sender of its stop orders.
fn control() -> (StopSender, ProcessControl) {
    let (sender, orders) = mpsc::unbounded_channel();
    (sender, ProcessControl::new(orders))
}

/// Nothing here takes long; whatever does hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// A grace that no test waits for.
const LONG: Duration = Duration::from_secs(3600);

fn program(command: &str, arguments: &[&str]) -> ProcessSpec {
    ProcessSpec {
        command: command.to_owned(),
        arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
        working_directory: None,
        environment: BTreeMap::new(),
        mode: ProcessMode::Task,
        success_codes: Vec::new(),
        restart_codes: Vec::new(),
        ready: None,
        stop_grace_ms: None,
        detached: false,
    }
}

fn sh(script: &str) -> ProcessSpec {
    program("sh", &["-c", script])
}

fn service(script: &str, check: ProbeCheck, timeout_ms: u64) -> ProcessSpec {
    let ready = Some(Probe { check, interval_ms: 10, timeout_ms, insecure: false });
    ProcessSpec { mode: ProcessMode::Service, ready, ..sh(script) }
}

/// A program that runs, and what a test can see of it.
struct Running {
    orders: StopSender,
    started: oneshot::Receiver<Identity>,
    ready: oneshot::Receiver<()>,
    lines: mpsc::Receiver<(Stream, String)>,
    end: JoinHandle<ProcessEnd>,
}

impl Running {
    fn start(spec: ProcessSpec) -> Self {
        Self::start_with(spec, 64)
    }

    fn start_with(spec: ProcessSpec, capacity: usize) -> Self {
        Self::start_marked(spec, capacity, None)
    }

    fn start_marked(spec: ProcessSpec, capacity: usize, mark: Option<Mark>) -> Self {
        let (sink, lines) = mpsc::channel(capacity);
        let (orders, control) = control();
        let (tell_started, started) = oneshot::channel();
        let (tell_ready, ready) = oneshot::channel();
        let control = control
            .on_started(|identity| _ = tell_started.send(identity))
            .on_ready(|| _ = tell_ready.send(()))
            .with_grace(LONG);
        let control = match mark {
            Some(mark) => control.with_mark(mark),
            None => control,
        };
        let end = tokio::spawn(async move { run(&spec, control, sink).await });
        Self { orders, started, ready, lines, end }
    }

    async fn line(&mut self) -> String {
        timeout(LIMIT, self.lines.recv()).await.expect("a line in time").expect("a line").1
    }

    /// Reads a pid that the program prints.
    async fn process(&mut self) -> Identity {
        let identity = Identity::of(self.line().await.parse().unwrap());
        assert!(lives(identity), "{identity:?} lives");
        identity
    }

    async fn root(&mut self) -> Identity {
        timeout(LIMIT, &mut self.started).await.unwrap().expect("started")
    }

    fn stop(&self, order: StopMode) {
        self.orders.send(order).unwrap();
    }

    /// The rest of the lines, and the end.
    async fn end(mut self) -> (ProcessEnd, Vec<String>) {
        let mut rest = Vec::new();
        timeout(LIMIT, async {
            while let Some((_, line)) = self.lines.recv().await {
                rest.push(line);
            }
            (self.end.await.unwrap(), rest)
        })
        .await
        .expect("an end in time")
    }
}

async fn end_of(spec: ProcessSpec) -> (ProcessEnd, Vec<String>) {
    Running::start(spec).end().await
}

async fn fault_of(spec: ProcessSpec) -> Fault {
    fault(end_of(spec).await.0)
}

fn fault(end: ProcessEnd) -> Fault {
    match end.outcome {
        Ending::Failed(fault) => fault,
        other => panic!("a fault was expected, not {other:?}"),
    }
}

fn lives(identity: Identity) -> bool {
    members(identity, &[], &os::rows()).iter().any(|row| row.identity() == identity)
}

async fn until_gone(identity: Identity) {
    timeout(LIMIT, async {
        while lives(identity) {
            yield_now().await;
        }
    })
    .await
    .expect("gone in time");
}

fn kill(identity: Identity) {
    assert!(identity.is_running());
    // SAFETY: takes two numbers.
    unsafe { libc::kill(i32::try_from(identity.pid).unwrap(), libc::SIGKILL) };
}

fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// An address without a listener, and which no other socket gets while this one is held.
fn silent_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    (socket, address)
}

// How a task ends.

#[tokio::test]
async fn the_exit_code_decides() {
    let (end, _) = end_of(sh("exit 0")).await;
    assert_eq!((end.outcome, end.exit_code, end.signal), (Ending::Succeeded, Some(0), None));

    let (end, _) = end_of(sh("echo first >&2; echo 'no such table' >&2; echo >&2; exit 3")).await;
    assert_eq!(end.exit_code, Some(3));
    assert_eq!(end.last_errors, ["first", "no such table", ""]);
    let fault = fault(end);
    assert_eq!(fault.code, Code::ProcessExitCode);
    assert_eq!(fault.message, "Program 'sh' ended with exit code 3: no such table.");

    assert_eq!(fault_of(sh("exit 4")).await.message, "Program 'sh' ended with exit code 4.");
}

#[tokio::test]
async fn other_codes_can_count_as_success() {
    let spec = ProcessSpec { success_codes: vec![1, 3], ..sh("exit 3") };
    assert_eq!(end_of(spec).await.0.outcome, Ending::Succeeded);
    let spec = ProcessSpec { success_codes: vec![1, 3], ..sh("exit 0") };
    assert_eq!(fault_of(spec).await.code, Code::ProcessExitCode);
}

#[tokio::test]
async fn a_signal_is_named() {
    let (end, _) = end_of(sh("kill -KILL $$")).await;
    assert_eq!((end.exit_code, end.signal), (None, Some(libc::SIGKILL)));
    let fault = fault(end);
    assert_eq!(fault.code, Code::ProcessSignaled);
    assert_eq!(fault.message, "Program 'sh' was ended by signal 9 (SIGKILL).");
}

#[tokio::test]
async fn the_start_is_told_with_an_identity() {
    let mut running = Running::start(sh("echo $$; read line; echo unreachable $line"));
    let root = running.root().await;
    assert_eq!(running.line().await, root.pid.to_string());
    assert!(root.start_time.is_some());
    // There is nothing to read.
    let (end, rest) = running.end().await;
    assert_eq!((end.outcome, rest), (Ending::Succeeded, vec!["unreachable".to_owned()]));
}

// What a program is given.

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    let arguments =
        ["", "two words", "\"quoted\" 'twice'", "line\nbreak", "$HOME *", "back\\slash", "-n", "größe 🦀"];
    let script = r#"for a in "$@"; do printf '<%s>\n' "$a"; done"#;
    let spec = program("sh", &[&["-c", script, "sh"], &arguments[..]].concat());
    let expected: String = arguments.iter().map(|text| format!("<{text}>\n")).collect();
    assert_eq!(end_of(spec).await.1.join("\n") + "\n", expected);
}

#[tokio::test]
async fn variables_are_added_and_removed() {
    let mut spec = sh(r#"echo "$ADDED|${HOME-unset}|${EMPTY-unset}|${PATH:+inherited}""#);
    spec.environment = BTreeMap::from([
        ("ADDED".to_owned(), Some("a b=c".to_owned())),
        ("EMPTY".to_owned(), Some(String::new())),
        ("HOME".to_owned(), None),
    ]);
    assert_eq!(end_of(spec).await.1, ["a b=c|unset||inherited"]);
}

#[tokio::test]
async fn it_starts_in_its_folder_and_relative_paths_count_from_there() {
    let folder = tempfile::tempdir().unwrap();
    write_program(&folder.path().join("here"), "#!/bin/sh\npwd -P\n");
    let working_directory = Some(folder.path().to_str().unwrap().to_owned());
    let expected = folder.path().canonicalize().unwrap();
    for spec in [sh("pwd -P"), program("./here", &[])] {
        let spec = ProcessSpec { working_directory: working_directory.clone(), ..spec };
        assert_eq!(end_of(spec).await.1, [expected.to_str().unwrap()]);
    }
}

#[tokio::test]
async fn it_is_looked_up_on_the_path_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    write_program(&folder.path().join("only-here"), "#!/bin/sh\necho found\n");
    let mut spec = program("only-here", &[]);
    spec.environment.insert("PATH".to_owned(), Some(folder.path().to_str().unwrap().to_owned()));
    assert_eq!(end_of(spec).await.1, ["found"]);
}

// What cannot be started.

#[tokio::test]
async fn a_missing_command_is_named_with_the_nearest_and_the_path() {
    let folder = tempfile::tempdir().unwrap();
    write_program(&folder.path().join("deploy-lab"), "");
    let mut spec = program("deploy-lap", &[]);
    spec.environment.insert("PATH".to_owned(), Some(folder.path().to_str().unwrap().to_owned()));
    let fault = fault_of(spec).await;
    assert_eq!(fault.code, Code::ProcessNotStarted);
    assert_eq!(fault.message, "Program 'deploy-lap' was not found.");
    assert_eq!(fault.target.as_deref(), Some("deploy-lap"));
    let expected = format!(
        "Did you mean 'deploy-lab'? Install it, give its path, or correct PATH. Looked in {}.",
        folder.path().display()
    );
    assert_eq!(fault.advice, Some(expected));
}

#[tokio::test]
async fn a_bare_name_of_a_file_in_the_folder_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    write_program(&folder.path().join("setup-of-this-lab"), "");
    let working_directory = Some(folder.path().to_str().unwrap().to_owned());
    let fault = fault_of(ProcessSpec { working_directory, ..program("setup-of-this-lab", &[]) }).await;
    let advice = fault.advice.unwrap();
    assert!(advice.contains("Write './setup-of-this-lab'."), "{advice}");
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_start_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("plain.txt"), "text").unwrap();
    write_program(Path::new(&path("odd.sh")), "#!/no/such/interpreter\n");
    for (command, message, advice) in [
        (path("plain.tx"), "does not exist", "Did you mean"),
        (path("zzzzzzzz"), "does not exist", "Correct the path"),
        (path("plain.txt"), "is not executable", "chmod +x"),
        (path("odd.sh"), "exists, but what it needs to start does not", "Install the interpreter"),
        (path(""), "is a folder, not a program", "Name the program"),
        ("sh\0".to_owned(), "could not be started", "Check"),
    ] {
        let fault = fault_of(program(&command, &[])).await;
        assert_eq!(fault.code, Code::ProcessNotStarted);
        assert!(fault.message.contains(&command) && fault.message.contains(message), "{fault}");
        assert!(fault.advice.as_ref().unwrap().contains(advice), "{:?}", fault.advice);
    }
}

#[tokio::test]
async fn the_working_directory_must_be_there() {
    for (folder, why) in [("/no/such/folder", "does not exist"), ("relative", "is not an absolute path")] {
        let fault = fault_of(ProcessSpec { working_directory: Some(folder.to_owned()), ..sh("true") }).await;
        assert_eq!(fault.code, Code::ProcessNotStarted);
        assert_eq!(fault.message, format!("The working directory '{folder}' of program 'sh' {why}."));
    }
}

// Output.

#[tokio::test]
async fn both_streams_are_told_apart_and_the_last_line_needs_no_end() {
    let mut running = Running::start(sh(r"printf 'out\r\nrest'; printf 'bad \377 byte\n' >&2"));
    let mut lines = Vec::new();
    while let Some(line) = timeout(LIMIT, running.lines.recv()).await.unwrap() {
        lines.push(line);
    }
    lines.sort_by_key(|(stream, _)| *stream == Stream::Stderr);
    let expected = [(Stream::Stdout, "out"), (Stream::Stdout, "rest"), (Stream::Stderr, "bad \u{fffd} byte")];
    assert_eq!(lines, expected.map(|(stream, line)| (stream, line.to_owned())));
}

/// Takes lines slowly, and compares what it got with what the program has written by then.
#[cfg(target_os = "linux")]
struct Comparing {
    started: oneshot::Receiver<Identity>,
    pid: Option<u32>,
    taken: Arc<AtomicU64>,
    held: mpsc::UnboundedSender<u64>,
}

#[cfg(target_os = "linux")]
impl OutputSink for Comparing {
    async fn line(&mut self, _: Stream, line: String) {
        let more = line.len() as u64 + 1;
        let taken = self.taken.fetch_add(more, Ordering::Relaxed) + more;
        if taken.is_multiple_of(6_000) {
            yield_now().await;
        }
        if taken.is_multiple_of(10_000) {
            let pid = *self.pid.get_or_insert_with(|| self.started.try_recv().unwrap().pid);
            let written = fs::read_to_string(format!("/proc/{pid}/io"))
                .ok()
                .and_then(|io| io.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok()));
            // Once the program has ended there is nothing to compare with.
            written.map(|written: u64| self.held.send(written.saturating_sub(taken)));
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_million_lines_pass_through_without_being_kept() {
    const WIDTH: usize = 119;
    let (tell_started, started) = oneshot::channel();
    let (held, mut samples) = mpsc::unbounded_channel();
    let (_orders, control) = control();
    let control = control.on_started(|identity| _ = tell_started.send(identity));
    let spec = program("seq", &["-f", &format!("%0{WIDTH}.0f"), "1", "1000000"]);
    let taken = Arc::new(AtomicU64::new(0));
    let sink = Comparing { started, pid: None, taken: Arc::clone(&taken), held };
    let end = timeout(LIMIT, run(&spec, control, sink)).await.unwrap();
    assert_eq!(end.outcome, Ending::Succeeded);
    assert_eq!(taken.load(Ordering::Relaxed), 1_000_000 * (WIDTH as u64 + 1));
    let mut count = 0;
    while let Some(held) = samples.recv().await {
        count += 1;
        // The pipe, and one buffer of ours.
        assert!(held <= 2 * 64 * 1024, "{held} bytes were held");
    }
    assert!(count > 1000, "{count} samples");
}

#[tokio::test]
async fn what_lies_in_the_pipe_at_the_end_is_not_lost_to_a_slow_reader() {
    let mut running = Running::start_with(sh("seq 1 5000"), 1);
    let root = running.root().await;
    until_gone(root).await;
    let (end, lines) = running.end().await;
    assert_eq!(end.outcome, Ending::Succeeded);
    assert_eq!(lines.len(), 5000);
    assert_eq!(lines.last().unwrap(), "5000");
}

#[tokio::test]
async fn a_grandchild_that_keeps_the_pipe_does_not_keep_the_task() {
    let mut running = Running::start(sh("sleep 1000 & echo $!"));
    let grandchild = running.process().await;
    let (end, _) = running.end().await;
    assert_eq!(end.outcome, Ending::Succeeded);
    assert!(lives(grandchild), "what a task leaves behind is left alone");
    kill(grandchild);
}

/// Takes nothing, ever.
struct Stuck(Option<oneshot::Sender<()>>);

impl OutputSink for Stuck {
    async fn line(&mut self, _: Stream, _: String) {
        self.0.take().map(|called| called.send(()));
        pending().await
    }
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_stuck_reader() {
    for (script, expected) in [("yes", Ending::Stopped), ("echo one", Ending::Succeeded)] {
        let (called, was_called) = oneshot::channel();
        let (orders, control) = control();
        let (tell_started, started) = oneshot::channel();
        let control = control.on_started(|identity| _ = tell_started.send(identity));
        let end = tokio::spawn(async move { run(&sh(script), control, Stuck(Some(called))).await });
        timeout(LIMIT, was_called).await.unwrap().unwrap();
        if expected == Ending::Succeeded {
            until_gone(started.await.unwrap()).await;
        }
        orders.send(StopMode::Grace(LONG)).unwrap();
        let end = timeout(LIMIT, end).await.unwrap().unwrap();
        // The end is seen before the order, or the order before the end.
        assert!(end.outcome == expected || script == "echo one" && end.outcome == Ending::Stopped);
    }
}

// Stops.

#[tokio::test]
async fn a_polite_stop_lets_the_program_say_goodbye() {
    let mut running =
        Running::start(sh("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done"));
    assert_eq!(running.line().await, "up");
    running.stop(StopMode::Grace(LONG));
    let (end, rest) = running.end().await;
    assert_eq!((end.outcome, end.exit_code), (Ending::Stopped, Some(7)));
    // The shell may remark that its sleep was terminated.
    assert!(rest.contains(&"bye".to_owned()), "{rest:?}");
}

#[tokio::test]
async fn an_interrupt_can_be_sent_instead() {
    let (orders, control) = control();
    let (sink, mut lines) = mpsc::channel(8);
    let spec = sh("trap 'exit 9' INT; echo up; while :; do :; done");
    let end = tokio::spawn(async move { run(&spec, control.with_signal(StopSignal::Interrupt), sink).await });
    assert_eq!(timeout(LIMIT, lines.recv()).await.unwrap().unwrap().1, "up");
    orders.send(StopMode::Grace(LONG)).unwrap();
    assert_eq!(timeout(LIMIT, end).await.unwrap().unwrap().exit_code, Some(9));
}

/// As PowerShell itself is when it was started in the background, by a shell without job control.
#[tokio::test]
async fn a_program_hears_an_interrupt_though_its_parent_ignores_them() {
    // SAFETY: takes numbers. Nobody interrupts the tests of one program one by one.
    let before = unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
    let running = sh("trap 'exit 9' INT; kill -INT $$; exit 1");
    let (_orders, control) = control();
    let (sink, _lines) = mpsc::channel(8);
    let end = timeout(LIMIT, run(&running, control, sink)).await;
    // SAFETY: takes numbers.
    unsafe { libc::signal(libc::SIGINT, before) };
    assert_eq!(end.unwrap().exit_code, Some(9));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_stop_reaches_the_whole_tree_also_those_in_sessions_of_their_own() {
    for order in [StopMode::Grace(LONG), StopMode::Kill] {
        let mut running = Running::start(sh("sleep 1000 & echo $!
             setsid sh -c 'echo $$; sleep 1000 & echo $!; setsid sleep 1000 & echo $!; wait' &
             wait"));
        let mut tree = vec![running.root().await];
        for _ in 0..4 {
            tree.push(running.process().await);
        }
        running.stop(order);
        let (end, _) = running.end().await;
        assert_eq!(end.outcome, Ending::Stopped);
        for process in tree {
            assert!(!lives(process), "{process:?} is gone after {order:?}");
        }
    }
}

/// What forks, leaves its session and loses its parent before it was ever seen is found by its mark alone.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_stop_reaches_what_has_left_the_tree_altogether() {
    let away = "setsid sh -c 'setsid sleep 1000 >/dev/null 2>&1 & echo $!' | cat; echo gone; sleep 1000";
    for order in [StopMode::Grace(LONG), StopMode::Kill] {
        let mark = Mark {
            host: Identity::of(std::process::id()),
            run: "r".to_owned(),
            op: crate::graph::OpId(0),
            attempt: u32::from(order == StopMode::Kill) + 1,
            detached: false,
        };
        let mut running = Running::start_marked(sh(away), 64, Some(mark));
        let escaped = running.process().await;
        assert_eq!(running.line().await, "gone");
        let parent = os::rows().into_iter().find(|row| row.identity() == escaped).unwrap().parent;
        assert_ne!(Some(parent), running.root().await.pid.into(), "it has lost its parent");
        running.stop(order);
        assert_eq!(running.end().await.0.outcome, Ending::Stopped);
        assert!(!lives(escaped), "{escaped:?} is gone after {order:?}");
    }
}

#[tokio::test]
async fn the_rest_of_the_tree_has_the_grace_too() {
    let mut running = Running::start(sh(
        "(trap 'sleep 0.2; echo late; exit' TERM; echo up; while :; do sleep 0.01; done) & wait",
    ));
    assert_eq!(running.line().await, "up");
    running.stop(StopMode::Grace(LONG));
    let (end, rest) = running.end().await;
    assert_eq!((end.outcome, end.signal), (Ending::Stopped, Some(libc::SIGTERM)));
    // The shell may remark that its sleep was terminated.
    assert!(rest.contains(&"late".to_owned()), "{rest:?}");
}

#[tokio::test]
async fn who_is_started_on_the_way_out_is_told_too() {
    let script = "trap 'sleep 1000 & echo $!; exit 0' TERM; echo up; while :; do sleep 0.01; done";
    let mut running = Running::start(sh(script));
    assert_eq!(running.line().await, "up");
    running.stop(StopMode::Grace(LONG));
    let (end, rest) = running.end().await;
    assert_eq!((end.outcome, end.exit_code), (Ending::Stopped, Some(0)));
    let late: u32 = rest.iter().find_map(|line| line.parse().ok()).unwrap();
    assert!(!os::rows().iter().any(|row| row.pid == late && !row.zombie));
}

const DEAF: &str = "trap '' TERM; echo up; while :; do sleep 1000; done";

#[tokio::test]
async fn who_does_not_listen_is_killed_after_the_grace() {
    let mut running = Running::start(sh(DEAF));
    assert_eq!(running.line().await, "up");
    let (grace, begun) = (Duration::from_millis(150), Instant::now());
    running.stop(StopMode::Grace(grace));
    let (end, _) = running.end().await;
    assert_eq!((end.outcome, end.signal), (Ending::Stopped, Some(libc::SIGKILL)));
    assert!(begun.elapsed() >= grace);
}

#[tokio::test]
async fn a_second_order_shortens_the_grace_or_ends_it() {
    for second in [StopMode::Kill, StopMode::Grace(Duration::from_millis(1))] {
        let mut running = Running::start(sh(DEAF));
        assert_eq!(running.line().await, "up");
        running.stop(StopMode::Grace(LONG));
        running.stop(second);
        let (end, _) = running.end().await;
        assert_eq!((end.outcome, end.signal), (Ending::Stopped, Some(libc::SIGKILL)));
    }
}

#[tokio::test]
async fn a_stopped_process_is_woken_to_hear_the_stop() {
    let mut running = Running::start(sh("echo up; kill -STOP $$"));
    assert_eq!(running.line().await, "up");
    running.stop(StopMode::Grace(LONG));
    let (end, _) = running.end().await;
    assert_eq!(end.outcome, Ending::Stopped);
}

#[tokio::test]
async fn an_order_before_the_start_starts_nothing() {
    let (orders, control) = control();
    orders.send(StopMode::Grace(LONG)).unwrap();
    let control = control.on_started(|_| panic!("nothing was to be started"));
    let (sink, _lines) = mpsc::channel(1);
    let end = run(&sh("echo up"), control, sink).await;
    assert_eq!((end.outcome, end.exit_code), (Ending::Stopped, None));
}

#[tokio::test]
async fn a_program_goes_on_when_nobody_can_stop_it_any_more() {
    let (orders, control) = control();
    drop(orders);
    let (sink, mut lines) = mpsc::channel(8);
    assert_eq!(run(&sh("echo done"), control, sink).await.outcome, Ending::Succeeded);
    assert_eq!(lines.recv().await.unwrap().1, "done");
}

#[tokio::test]
async fn a_dropped_future_leaves_nothing_behind() {
    let mut running = Running::start(sh("sleep 1000 & echo $!; wait"));
    let (root, child) = (running.root().await, running.process().await);
    running.end.abort();
    until_gone(root).await;
    until_gone(child).await;
}

// Services.

const SERVING: &str = "sleep 1000 & echo $!; wait";

#[tokio::test]
async fn a_service_is_ready_when_its_port_answers_and_ends_as_ordered() {
    let mut running = Running::start(listener_program::plain("sleep 1000 & echo $!;"));
    let helper = running.process().await;
    timeout(LIMIT, &mut running.ready).await.unwrap().expect("ready");
    running.stop(StopMode::Grace(LONG));
    let (end, _) = running.end().await;
    assert_eq!((end.outcome, end.signal), (Ending::Stopped, Some(libc::SIGTERM)));
    assert!(!lives(helper));
}

#[tokio::test]
async fn a_service_is_ready_when_it_answers_over_http() {
    let address = listener_program::free_address();
    let check = ProbeCheck::Http(format!("http://{address}/health"));
    let mut running = Running::start(listener_program::service("", &address, check, "503 Busy|200 OK"));
    timeout(LIMIT, &mut running.ready).await.unwrap().expect("ready");
    running.stop(StopMode::Kill);
    assert_eq!(running.end().await.0.outcome, Ending::Stopped);
}

#[tokio::test]
async fn an_address_that_answers_before_the_service_is_a_fault_that_says_who_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (end, lines) = end_of(service("echo started", ProbeCheck::Tcp(address.clone()), 60_000)).await;
    assert_eq!(lines, [""; 0], "nothing was started");
    let fault = fault(end);
    assert_eq!(fault.code, Code::AddressInUse);
    let start = format!(
        "Service 'sh' was not started, because its readiness probe (connection to {address}) was answered \
         before it"
    );
    assert!(fault.message.starts_with(&start), "{fault}");
    #[cfg(target_os = "linux")]
    assert!(fault.message.contains(&format!("; process {} (", std::process::id())), "{fault}");
}

/// Who listens only once the service runs is still not the service.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_answer_of_a_process_that_was_there_before_does_not_count() {
    let address = listener_program::free_address();
    let mut running = Running::start(service("echo up; sleep 1000", ProbeCheck::Tcp(address.clone()), 700));
    assert_eq!(running.line().await, "up");
    let _stranger = TcpListener::bind(&address).await.unwrap();
    let (end, _) = running.end().await;
    let fault = fault(end);
    assert_eq!(fault.code, Code::ServiceNotReady);
    let expected = format!("answered by process {} (", std::process::id());
    assert!(fault.message.contains(&expected), "{fault}");
    assert!(fault.message.contains("), which is not the service's"), "{fault}");
}

#[tokio::test]
async fn a_service_that_is_never_ready_is_stopped_with_its_tree() {
    let (_socket, address) = silent_port();
    let script = "echo 'waiting for the disk' >&2; sleep 1000 & echo $!; wait";
    let mut running = Running::start(service(script, ProbeCheck::Tcp(address.clone()), 300));
    let helper = loop {
        // Two pipes: either line may come first.
        if let Ok(pid) = running.line().await.parse() {
            break Identity::of(pid);
        }
    };
    let (end, _) = running.end().await;
    assert!(!lives(helper));
    let fault = fault(end);
    assert_eq!(fault.code, Code::ServiceNotReady);
    let expected = format!(
        "Service 'sh' was not ready within 300ms; last try: connection to {address}: connection refused: \
         waiting for the disk."
    );
    assert_eq!(fault.message, expected);
}

#[tokio::test]
async fn a_late_service_that_does_not_listen_is_killed_after_its_own_grace() {
    let (_socket, address) = silent_port();
    let check = ProbeCheck::Tcp(address);
    let spec = ProcessSpec { stop_grace_ms: Some(50), ..service(DEAF, check, 100) };
    let (end, _) = end_of(spec).await;
    assert_eq!(end.signal, Some(libc::SIGKILL));
    assert_eq!(fault(end).code, Code::ServiceNotReady);
}

#[tokio::test]
async fn a_service_that_dies_before_it_is_ready_says_how() {
    let (_socket, address) = silent_port();
    let check = ProbeCheck::Tcp(address);
    let script = "echo 'reading config' >&2; echo 'port 80: permission denied' >&2; exit 4";
    let (end, _) = end_of(service(script, check.clone(), 60_000)).await;
    assert_eq!(end.exit_code, Some(4));
    let death = fault(end);
    assert_eq!(death.code, Code::ServiceDied);
    assert_eq!(
        death.message,
        "Service 'sh' ended with exit code 4 before it was ready; its last error lines:\n  \
         reading config\n  port 80: permission denied"
    );

    let daemon = fault_of(service("exit 0", check, 60_000)).await;
    assert_eq!(daemon.message, "Service 'sh' ended with exit code 0 before it was ready.");
    assert!(daemon.advice.unwrap().contains("foreground"));
}

#[tokio::test]
async fn a_service_that_dies_later_takes_its_helpers_with_it() {
    let mut running = Running::start(listener_program::plain("sleep 1000 & echo $!;"));
    let (root, helper) = (running.root().await, running.process().await);
    timeout(LIMIT, &mut running.ready).await.unwrap().expect("ready");
    kill(root);
    let (end, _) = running.end().await;
    assert!(!lives(helper));
    let fault = fault(end);
    assert_eq!(fault.code, Code::ServiceDied);
    let expected =
        "Service 'sh' was ended by signal 9 (SIGKILL) after it was ready, although it had not been stopped.";
    assert_eq!(fault.message, expected);
}

#[tokio::test]
async fn a_stop_while_probing_is_a_stop() {
    let (_socket, address) = silent_port();
    let check = ProbeCheck::Tcp(address);
    let mut running = Running::start(service(SERVING, check, 60_000));
    let helper = running.process().await;
    running.stop(StopMode::Grace(LONG));
    let tell_ready = std::mem::replace(&mut running.ready, oneshot::channel().1);
    assert_eq!(running.end().await.0.outcome, Ending::Stopped);
    assert!(tell_ready.await.is_err(), "it never was ready");
    assert!(!lives(helper));
}

#[tokio::test]
async fn a_probe_that_cannot_be_asked_is_refused_before_the_start() {
    let odd = service("exit 1", ProbeCheck::Tcp("localhost".to_owned()), 1000);
    let without = ProcessSpec { ready: None, ..odd.clone() };
    for spec in [without, odd] {
        let (end, _) = end_of(spec).await;
        assert_eq!(end.exit_code, None);
        assert_eq!(fault(end).code, Code::InvalidValue);
    }
}

#[test]
fn a_programs_own_grace_comes_before_the_runs() {
    assert_eq!(sh("").stop_grace(LONG), LONG);
    let own = ProcessSpec { stop_grace_ms: Some(20), ..sh("") };
    assert_eq!(own.stop_grace(LONG), Duration::from_millis(20));
}
