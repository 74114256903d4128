//! A run on a clock that costs nothing: the real scheduler, and operations that take exactly as long
//! as their estimates say. Whatever the scheduler knows of - priorities, pools, locks, conflicts,
//! services, triggers, ageing - is in it, because nothing is modelled a second time.

use crate::graph::OpId;
use crate::operation::FailureStrategy;
use crate::plan::Plan;
use crate::scheduler::{Command, Input, Scheduler, Settings, SkipReason, StopReason, Verdict};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// When one operation runs, in milliseconds from the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Interval {
    /// When it starts, or would have when it is skipped.
    pub start: u64,
    /// When it has ended well: those that depend on it may start. A service is ready then.
    pub end: u64,
    /// Whether it is a service that became ready.
    pub served: bool,
    /// When it gives back what it needs beside its slot.
    pub gone: u64,
    /// Why it does not start at all.
    pub skipped: Option<SkipReason>,
}

/// The run as it goes when every estimate holds and nothing fails.
#[derive(Clone, Debug)]
pub(super) struct Rehearsal {
    /// By declared operation.
    pub intervals: Vec<Interval>,
    /// When the last operation has ended; monitors do not count.
    pub makespan: u64,
}

/// What is due at a time, and for whom.
type Due = BinaryHeap<Reverse<(u64, OpId, u32)>>;

/// Runs a plan so wide.
pub(super) fn rehearse(plan: &Arc<Plan>, max_concurrency: u32) -> Rehearsal {
    let settings =
        Settings { failure: FailureStrategy::Continue, untimed: true, ..Settings::new(max_concurrency) };
    let mut scheduler = Scheduler::new(Arc::clone(plan), settings);
    let mut rehearsal = Rehearsal { intervals: vec![Interval::default(); plan.len()], makespan: 0 };
    let mut due = Due::new();
    let (mut now, mut inputs, mut commands) = (0, Vec::new(), Vec::new());
    loop {
        scheduler.step(now, &inputs, &mut commands);
        inputs.clear();
        for command in commands.drain(..) {
            rehearsal.note(now, command);
            match command {
                // What is expected is that everything runs.
                Command::Check(op) => inputs.push(Input::Checked(op, false)),
                Command::Start(op, attempt) => {
                    inputs.push(Input::Taken(op, attempt));
                    if !plan.operation(op).is_monitor() {
                        due.push(Reverse((now.saturating_add(plan.estimate(op).ms), op, attempt)));
                    }
                }
                Command::Stop { op, attempt, cause, .. } if cause.reason == StopReason::StopOperation => {
                    // A stop takes as long as the operation that asks for it.
                    let asked = plan.graph().dependents.of(op).iter();
                    let stops = asked.filter(|&&other| plan.stops(other) == Some(op));
                    let took = stops.map(|&other| plan.estimate(other).ms).max().unwrap_or(0);
                    due.push(Reverse((now.saturating_add(took), op, attempt)));
                }
                Command::Stop { op, attempt, .. } => {
                    inputs.push(Input::Completed(op, attempt, Verdict::Stopped));
                }
                _ => {}
            }
        }
        if scheduler.is_finished() {
            return rehearsal;
        }
        if inputs.is_empty() {
            // Without anything due nothing will ever happen again: what the scheduler promises not to do.
            let Some(&Reverse((next, ..))) = due.peek() else { return rehearsal };
            now = next;
        }
        while let Some(&Reverse((at, op, attempt))) = due.peek().filter(|entry| entry.0.0 <= now) {
            debug_assert!(at <= now);
            due.pop();
            inputs.push(match scheduler.state(op) {
                crate::scheduler::State::Stopping(_) => Input::Completed(op, attempt, Verdict::Stopped),
                _ if plan.facts(op).service => Input::ServiceReady(op, attempt),
                _ => Input::Completed(op, attempt, Verdict::Succeeded),
            });
        }
    }
}

impl Rehearsal {
    fn note(&mut self, now: u64, command: Command) {
        match command {
            Command::Started(op, _) => {
                self.intervals[op.index()] =
                    Interval { start: now, end: now, gone: now, ..Interval::default() };
            }
            Command::Serving(op, _) => {
                let interval = &mut self.intervals[op.index()];
                (interval.end, interval.served) = (now, true);
                self.makespan = self.makespan.max(now);
            }
            Command::Ended { op, .. } => {
                let interval = &mut self.intervals[op.index()];
                interval.gone = now;
                // For those that depend on it, a service had ended well when it was ready.
                if !interval.served {
                    interval.end = now;
                }
                self.makespan = self.makespan.max(now);
            }
            Command::Skipped(op, reason) => {
                self.intervals[op.index()] = Interval {
                    start: now,
                    end: now,
                    gone: now,
                    skipped: Some(reason),
                    ..Interval::default()
                };
            }
            _ => {}
        }
    }
}
