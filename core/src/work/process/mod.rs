//! Runs one program from its start to its end, with all that it starts.

mod answerer;
mod lifecycle;
#[cfg(all(test, unix))]
pub(crate) mod listener_program;
mod program;
mod readiness;

pub(super) use program::Program;
pub(super) use readiness::{Expected, Trust, ask};

use super::host::local::os;
use super::host::{Exit, Running, StopSignal};
use super::identity::Identity;
use super::mark::Mark;
use super::output::{OutputSink, Tail, pump};
use super::provider::{Ending, StopReceiver};
use crate::error::{Code, Fault, sentence};
use crate::operation::endpoint::Endpoint;
use crate::operation::{DEFAULT_STOP_GRACE_MS, LINGER, Probe, ProcessMode, ProcessSpec};
use answerer::Service;
use lifecycle::{Cause, Command, Input, Lifecycle, Stage};
use readiness::{Question, Taken};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// How often the process table is looked at while the last of a stopped tree disappear.
const TREE_POLL: Duration = Duration::from_millis(20);

/// Longest time that is reckoned with; more would overflow the clock.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Lines of the error stream in a service's fault, and characters of each.
const LINES_SHOWN: usize = 5;
const CHARACTERS_SHOWN: usize = 400;

/// The ties between a running program and the caller that started it.
///
/// Once every sender of orders is dropped no order can come any more; the program goes on.
pub struct ProcessControl {
    orders: StopReceiver,
    on_started: Option<Box<dyn FnOnce(Identity) + Send>>,
    on_ready: Option<Box<dyn FnOnce() + Send>>,
    grace: Duration,
    signal: StopSignal,
    mark: Option<Mark>,
}

impl ProcessControl {
    /// A control that takes its stop orders from here.
    pub fn new(orders: StopReceiver) -> Self {
        let (grace, signal) = (Duration::from_millis(DEFAULT_STOP_GRACE_MS), StopSignal::default());
        Self { orders, on_started: None, on_ready: None, grace, signal, mark: None }
    }

    /// Calls back when the program has been started, before anything else is known of it.
    pub fn on_started(mut self, call: impl FnOnce(Identity) + Send + 'static) -> Self {
        self.on_started = Some(Box::new(call));
        self
    }

    /// Calls back when a service has proved ready.
    pub fn on_ready(mut self, call: impl FnOnce() + Send + 'static) -> Self {
        self.on_ready = Some(Box::new(call));
        self
    }

    /// The grace where no order brings its own: for a service that is not ready in time.
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Marks the program and all it starts, so that a stop finds what has left its tree.
    pub fn with_mark(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }

    /// How the program is asked to end.
    pub fn with_signal(mut self, signal: StopSignal) -> Self {
        self.signal = signal;
        self
    }
}

/// The end of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessEnd {
    /// How it came out.
    pub outcome: Ending,
    /// The exit code, when the program ended by itself.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The last lines of its error stream, at most 20, oldest first.
    pub last_errors: Vec<String>,
}

impl ProcessEnd {
    fn not_started(outcome: Ending) -> Self {
        Self { outcome, exit_code: None, signal: None, last_errors: Vec::new() }
    }
}

/// Starts a program and stays with it until it is over and its output has been handed on.
///
/// A task is over when it ends; what it has left running is left alone. A service must prove ready,
/// and is over when it is stopped or dies. When this future is dropped, everything is killed.
pub async fn run(spec: &ProcessSpec, mut control: ProcessControl, sink: impl OutputSink) -> ProcessEnd {
    let probe = match probe_of(spec) {
        Ok(probe) => probe,
        Err(fault) => return ProcessEnd::not_started(Ending::Failed(fault)),
    };
    let taken = match &probe {
        Some((_, endpoint)) => readiness::answers_already(endpoint).await.map(|taken| (endpoint, taken)),
        None => None,
    };
    if control.orders.try_recv().is_ok() {
        return ProcessEnd::not_started(Ending::Stopped);
    }
    if let Some((endpoint, taken)) = taken {
        return ProcessEnd::not_started(Ending::Failed(address_taken(spec, endpoint, &taken)));
    }
    let mark = control.mark.take();
    let running = match Running::start(spec, mark.clone()).await {
        Ok(running) => running,
        Err(fault) => return ProcessEnd::not_started(Ending::Failed(fault)),
    };
    tracing::debug!(pid = running.root().pid, "started");
    if let Some(call) = control.on_started.take() {
        call(running.root());
    }
    let tail = Tail::default();
    let question = probe.map(|(probe, endpoint)| Question {
        probe,
        endpoint,
        service: Service { root: running.root(), mark },
    });
    let (exit, cause) = live(spec, control, question, running, sink, &tail).await;
    conclude(spec, exit, cause, tail.lines())
}

/// The checked probe of a service, nothing for a task.
fn probe_of(spec: &ProcessSpec) -> Result<Option<(&Probe, Endpoint)>, Fault> {
    match (spec.mode, &spec.ready) {
        (ProcessMode::Task, _) => Ok(None),
        (ProcessMode::Service, Some(probe)) => match Endpoint::parse(&probe.check) {
            Ok(endpoint) => Ok(Some((probe, endpoint))),
            Err(wrong) => Err(Fault::new(Code::InvalidValue, wrong.message).with_advice(wrong.advice)),
        },
        (ProcessMode::Service, None) => {
            Err(Fault::new(Code::InvalidValue, format!("service '{}' has no readiness probe", spec.command))
                .with_advice("Say under ready what to ask: a tcp address or an http URL.")
                .with_target(&spec.command))
        }
    }
}

/// Feeds what happens to a started program into its [`Lifecycle`], and does what that says.
async fn live(
    spec: &ProcessSpec,
    mut control: ProcessControl,
    question: Option<Question<'_>>,
    mut running: Running,
    sink: impl OutputSink,
    tail: &Tail,
) -> (Exit, Cause) {
    let mut lifecycle = Lifecycle::new(question.is_some());
    let (ended, end_notice) = oneshot::channel();
    let mut ended = Some(ended);
    let (stdout, stderr) = running.outputs();
    let mut output = pin!(pump(stdout, stderr, sink, tail, end_notice));
    let mut probing = pin!(async {
        match &question {
            Some(question) => readiness::wait(question).await,
            None => Ok(()),
        }
    });
    let mut ticks = interval(TREE_POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut listening, mut output_ended) = (true, false);
    let mut time: Option<Instant> = None;
    let mut grace = spec.stop_grace(control.grace);

    while lifecycle.stage() != Stage::Ended {
        // In this order: an end is seen before an order or a probe that met somebody else, and the
        // output, which may always have more, last.
        let input = tokio::select! {
            biased;
            exit = running.wait(), if !lifecycle.has_exited() => Input::Exited(exit),
            order = control.orders.recv(), if listening => match order {
                Some(mode) => {
                    grace = mode.grace();
                    Input::Ordered(mode)
                }
                None => {
                    listening = false;
                    continue;
                }
            },
            () = sleep_until(time.unwrap_or_else(Instant::now)), if time.is_some() => Input::TimeOver,
            _ = ticks.tick(), if lifecycle.awaits_tree() => {
                if !running.is_gone() {
                    continue;
                }
                Input::TreeGone
            }
            ready = &mut probing, if lifecycle.stage() == Stage::Probing => match ready {
                Ok(()) => Input::Ready,
                Err(last_try) => Input::NotReady(not_ready(spec, &last_try)),
            },
            () = &mut output, if !output_ended => {
                output_ended = true;
                Input::OutputEnded
            }
        };
        let Some(command) = lifecycle.step(input) else { continue };
        tracing::debug!(stage = ?lifecycle.stage(), ?command);
        let after = |duration: Duration| Instant::now() + duration.min(FOREVER);
        time = match command {
            Command::ReportReady => {
                if let Some(call) = control.on_ready.take() {
                    call();
                }
                None
            }
            Command::Terminate => {
                running.terminate(control.signal);
                Some(after(grace))
            }
            Command::Hurry => time.map(|time| time.min(after(grace))),
            Command::Kill => {
                running.kill();
                lifecycle.has_exited().then(|| after(LINGER))
            }
            Command::AwaitTree => Some(after(LINGER)),
            Command::Release | Command::Drain | Command::DrainInTime => {
                if command == Command::Release {
                    running.release();
                }
                ended.take().map(|ended| ended.send(()));
                (command == Command::DrainInTime).then(|| after(LINGER))
            }
        };
        if lifecycle.stage() == Stage::Draining && output_ended {
            lifecycle.step(Input::OutputEnded);
        }
    }
    lifecycle.over()
}

fn address_taken(spec: &ProcessSpec, endpoint: &Endpoint, taken: &Taken) -> Fault {
    let (who, end) = match &taken.by {
        Some(stranger) => (format!("; {stranger} listens there"), "End that process"),
        None => (String::new(), "End what listens there"),
    };
    let message = format!(
        "service '{}' was not started, because its readiness probe ({endpoint}) was answered before it{who}",
        spec.command
    );
    let advice = match taken.by.as_ref().and_then(|stranger| stranger.mark.as_ref()) {
        Some(mark) if !mark.host.is_running() => {
            "An earlier run left it behind when its PowerShell died. End it, and run the operation again."
                .to_owned()
        }
        _ => format!("{end}, or give the service an address of its own."),
    };
    Fault::new(Code::AddressInUse, message).with_advice(advice).with_target(&spec.command)
}

fn not_ready(spec: &ProcessSpec, last_try: &str) -> Fault {
    let limit = Duration::from_millis(spec.ready.as_ref().map_or(0, |probe| probe.timeout_ms));
    Fault::new(
        Code::ServiceNotReady,
        format!("service '{}' was not ready within {limit:?}; last try: {last_try}", spec.command),
    )
    .with_advice(
        "Check that the probe asks where the service listens, look at its output, or give it more time.",
    )
    .with_target(&spec.command)
}

/// What the end of a program means.
fn conclude(spec: &ProcessSpec, exit: Exit, cause: Cause, last_errors: Vec<String>) -> ProcessEnd {
    let outcome = match cause {
        Cause::Ordered => Ending::Stopped,
        Cause::NotReady(mut fault) => {
            let message = format!("{}{}", fault.message.trim_end_matches('.'), shown(&last_errors));
            fault.message = sentence(message);
            Ending::Failed(fault)
        }
        Cause::Itself { ready } if spec.mode == ProcessMode::Service => {
            Ending::Failed(died(spec, exit, ready, &last_errors))
        }
        Cause::Itself { .. } => match exit {
            Exit { code: Some(code), .. } if is_success(spec, code) => Ending::Succeeded,
            _ => Ending::Failed(failed(spec, exit, &last_errors)),
        },
    };
    ProcessEnd { outcome, exit_code: exit.code, signal: exit.signal, last_errors }
}

fn is_success(spec: &ProcessSpec, code: i32) -> bool {
    let listed = if spec.success_codes.is_empty() { code == 0 } else { spec.success_codes.contains(&code) };
    listed || spec.restart_codes.contains(&code)
}

fn failed(spec: &ProcessSpec, exit: Exit, last_errors: &[String]) -> Fault {
    let said = last_errors.iter().rev().find(|line| !line.trim().is_empty());
    let said = said.map_or_else(String::new, |line| format!(": {}", shortened(line.trim())));
    let message = format!("program '{}' {}{said}", spec.command, in_words(exit));
    let fault = match exit.signal {
        Some(_) => Fault::new(Code::ProcessSignaled, message).with_advice(
            "It crashed, or it was killed by a user or by the system (out of memory?); see its output.",
        ),
        None => Fault::new(Code::ProcessExitCode, message)
            .with_advice("See its output; if this code is a success, list it under successCodes."),
    };
    fault.with_target(&spec.command)
}

fn died(spec: &ProcessSpec, exit: Exit, ready: bool, last_errors: &[String]) -> Fault {
    let when =
        if ready { "after it was ready, although it had not been stopped" } else { "before it was ready" };
    let message = format!("service '{}' {} {when}{}", spec.command, in_words(exit), shown(last_errors));
    let advice = if exit.code == Some(0) {
        "A service must stay in the foreground; start it without its daemon option."
    } else {
        "See its output; a port that is taken or a missing file are the usual reasons."
    };
    Fault::new(Code::ServiceDied, message).with_advice(advice).with_target(&spec.command)
}

fn in_words(exit: Exit) -> String {
    match exit {
        Exit { code: Some(code), .. } => format!("ended with exit code {code}"),
        Exit { signal: Some(signal), .. } => match os::signal_name(signal) {
            Some(name) => format!("was ended by signal {signal} ({name})"),
            None => format!("was ended by signal {signal}"),
        },
        _ => "ended, but its exit code is not known".to_owned(),
    }
}

/// The last error lines, as the end of a message.
fn shown(last_errors: &[String]) -> String {
    let said: Vec<&String> = last_errors.iter().filter(|line| !line.trim().is_empty()).collect();
    match &said[said.len().saturating_sub(LINES_SHOWN)..] {
        [] => String::new(),
        [line] => format!(": {}", shortened(line.trim())),
        lines => lines.iter().fold("; its last error lines:".to_owned(), |message, line| {
            format!("{message}\n  {}", shortened(line.trim_end()))
        }),
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(CHARACTERS_SHOWN) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests;
