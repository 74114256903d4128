//! A run on a clock that costs nothing: the real scheduler, and operations that go as a [`Course`] says. Whatever the
//! scheduler knows of - priorities, pools, locks, conflicts, services, triggers, ageing - is in it, because nothing is
//! modelled a second time.

use super::course::{AsEstimated, CheckTurn, Course, TurnEnd};
use crate::graph::OpId;
use crate::operation::FailureStrategy;
use crate::plan::Plan;
use crate::scheduler::{
    Carried, Command, Input, Scheduler, Settings, SkipReason, State, Status, StopReason, Verdict,
};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// When one operation runs, in milliseconds from the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// When it starts, or would have when it is skipped; its last attempt.
    pub start: u64,
    /// When it has ended well: those that depend on it may start. A service is ready then.
    pub end: u64,
    /// Whether it is a service that became ready.
    pub served: bool,
    /// When it gives back what it needs beside its slot.
    pub gone: u64,
    /// How it ended; absent when it was skipped.
    pub status: Option<Status>,
    /// Why it does not start at all.
    pub skipped: Option<SkipReason>,
}

/// A run as it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// By declared operation.
    pub intervals: Vec<Interval>,
    /// When the last operation has ended, in milliseconds; monitors do not count.
    pub makespan: u64,
    /// The most slots that were taken at once.
    pub peak_slots: u32,
}

/// The run of a plan so wide, as it goes when every estimate holds and nothing fails.
pub fn rehearse_estimates(plan: &Arc<Plan>, max_concurrency: u32) -> Rehearsal {
    let settings =
        Settings { failure: FailureStrategy::Continue, untimed: true, ..Settings::new(max_concurrency) };
    // Estimates are known of every operation.
    rehearse(plan, settings, Carried::default(), &AsEstimated(plan)).unwrap_or_else(|| Rehearsal::of(plan))
}

/// What is due: when, in which place of its millisecond, for whom, and of which attempt.
type Due = BinaryHeap<Reverse<(u64, u64, OpId, u32, Step)>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// It is known whether it has to run.
    Checked,
    /// It begins.
    Take,
    /// It ends, or a service is ready or dies.
    End,
}

/// The run of a plan. Nothing when it comes to something that the course does not know.
pub fn rehearse(
    plan: &Arc<Plan>,
    settings: Settings,
    carried: Carried,
    course: &impl Course,
) -> Option<Rehearsal> {
    let mut scheduler = Scheduler::carrying(Arc::clone(plan), settings, carried);
    let mut rehearsal = Rehearsal::of(plan);
    let mut due = Due::new();
    let (mut now, mut inputs, mut commands) = (0, Vec::new(), Vec::new());
    loop {
        scheduler.step(now, &inputs, &mut commands);
        inputs.clear();
        for command in commands.drain(..) {
            rehearsal.note(now, command);
            match command {
                Command::Check(op) => {
                    let CheckTurn { took_ms, current, place } = course.check(op);
                    if took_ms == 0 {
                        inputs.push(Input::Checked(op, current));
                    } else {
                        due.push(Reverse((now.saturating_add(took_ms), place, op, 0, Step::Checked)));
                    }
                }
                Command::Start(op, attempt) => {
                    let turn = course.turn(op, attempt)?;
                    let lag = course.lag(op, attempt, &turn, now);
                    let begun = now.saturating_add(lag);
                    if lag == 0 {
                        inputs.push(Input::Taken(op, attempt));
                    } else {
                        due.push(Reverse((begun, turn.place, op, attempt, Step::Take)));
                    }
                    if turn.end != TurnEnd::Never {
                        let end = begun.saturating_add(turn.took_ms);
                        due.push(Reverse((end, turn.place, op, attempt, Step::End)));
                    }
                }
                Command::Stop { op, attempt, cause, .. } if cause.reason == StopReason::StopOperation => {
                    // A stop takes as long as the operation that asks for it.
                    let asked = plan.graph().dependents.of(op).iter();
                    let stops = asked.filter(|&&other| plan.stops(other) == Some(op));
                    let took = stops.filter_map(|&other| Some(course.turn(other, 1)?.took_ms)).max();
                    due.push(Reverse((now.saturating_add(took.unwrap_or(0)), 0, op, attempt, Step::End)));
                }
                Command::Stop { op, attempt, .. } => {
                    inputs.push(Input::Completed(op, attempt, Verdict::Stopped));
                }
                _ => {}
            }
        }
        // Pauses and limits are the scheduler's own.
        let next_due = scheduler.next_due();
        if scheduler.is_finished() {
            rehearsal.peak_slots = scheduler.admission().peak();
            return Some(rehearsal);
        }
        if inputs.is_empty() {
            // Without anything due nothing will ever happen again: what the scheduler promises not to do.
            let next = due.peek().map(|entry| entry.0.0);
            now = [next, next_due].into_iter().flatten().min()?.max(now);
        }
        while let Some(&Reverse((at, place, op, attempt, step))) = due.peek().filter(|entry| entry.0.0 <= now)
        {
            due.pop();
            inputs.push(match step {
                Step::Checked => Input::Checked(op, course.check(op).current),
                Step::Take => Input::Taken(op, attempt),
                Step::End if course.turn(op, attempt)?.end == TurnEnd::Restarted => Input::Again(op),
                Step::End => {
                    let state = scheduler.state(op);
                    let (input, dies) = ended(state, op, attempt, course.turn(op, attempt)?.end);
                    let dies = dies.map(|after| at.saturating_add(after));
                    due.extend(dies.map(|at| Reverse((at, place, op, attempt, Step::End))));
                    input
                }
            });
        }
    }
}

/// What the end of a turn means where the operation is, and after how long something follows.
fn ended(state: State, op: OpId, attempt: u32, end: TurnEnd) -> (Input, Option<u64>) {
    let verdict = match (state, end) {
        (State::Stopping(_), _) => Verdict::Stopped,
        (State::Serving, _) => Verdict::Failed { retry: false },
        (_, TurnEnd::Serves { dies_after_ms }) => return (Input::ServiceReady(op, attempt), dies_after_ms),
        (_, TurnEnd::Badly { again }) => Verdict::Failed { retry: again },
        (_, TurnEnd::Well | TurnEnd::Restarted | TurnEnd::Never) => Verdict::Succeeded,
    };
    (Input::Completed(op, attempt, verdict), None)
}

impl Rehearsal {
    fn of(plan: &Plan) -> Self {
        Self { intervals: vec![Interval::default(); plan.len()], makespan: 0, peak_slots: 0 }
    }

    fn note(&mut self, now: u64, command: Command) {
        let (Command::Started(op, _)
        | Command::Serving(op, _)
        | Command::Current(op)
        | Command::Ended { op, .. }
        | Command::Skipped(op, _)) = command
        else {
            return;
        };
        // Compensations come behind the declared operations.
        let Some(interval) = self.intervals.get_mut(op.index()) else { return };
        match command {
            Command::Started(..) => {
                *interval = Interval { start: now, end: now, gone: now, ..Interval::default() };
            }
            Command::Current(_) => {
                let status = Some(Status::Succeeded);
                *interval = Interval { start: now, end: now, gone: now, status, ..Interval::default() };
                self.makespan = self.makespan.max(now);
            }
            Command::Serving(..) => {
                (interval.end, interval.served) = (now, true);
                self.makespan = self.makespan.max(now);
            }
            Command::Ended { status, .. } => {
                (interval.gone, interval.status) = (now, Some(status));
                // For those that depend on it, a service had ended well when it was ready.
                if !interval.served {
                    interval.end = now;
                }
                self.makespan = self.makespan.max(now);
            }
            Command::Skipped(_, reason) => {
                *interval = Interval {
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
