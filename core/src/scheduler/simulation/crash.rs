//! What is left of a life that was cut short: what its entries amount to, and the life that goes on from there.

use super::super::{Carried, Command, RunStatus, Status};
use super::ailing::{self, Ail, ails};
use super::world::{Actor, Kind, World};
use super::{TestCaseError, Trace, live};
use crate::graph::OpId;
use crate::machine::Restarted;
use crate::operation::{MAX_RESTARTS, Remedy, Trigger};
use crate::plan::Plan;
use crate::record::entry::{
    Continued, Current, Due, Ended, Finished, Kept, Restart, Retrying, Serving, Skipped, Started, Stop,
    Suspended,
};
use crate::record::restart::Restarts;
use crate::record::state::Stage;
use crate::record::{
    Cause, Entry, Fingerprint, Header, OperationState, PlannedOperation, RunState, SkipKind, SkippedBecause,
    What, Why,
};
use crate::resume::facts::{Earlier, known};
use crate::resume::restarts;
use crate::resume::spread::decide_all;
use crate::resume::{Action, Choices, OnUnknown};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Whether a command is written down.
pub(super) fn is_entry(command: &Command) -> bool {
    !matches!(command, Command::Check(_) | Command::Start(..) | Command::Withdraw(..))
}

/// The entry of a command, as far as a resume looks at it.
fn entry(plan: &Plan, earlier: &RunState, command: Command) -> Option<What> {
    let name = |op: OpId| plan.operation(op).name.clone();
    let end = |op, attempt, status| Ended {
        op,
        name: name(op),
        attempt,
        status,
        worker: None,
        error: None,
        exit_code: None,
        duration_ms: 0,
        test: None,
        stamp: None,
    };
    Some(match command {
        Command::RestartAsked { op, attempt, rerun } => {
            What::Restart(Restart { op, name: name(op), attempt, reason: String::new(), rerun })
        }
        Command::Check(_)
        | Command::Start(..)
        | Command::Withdraw(..)
        | Command::Released(..)
        | Command::RollingBack(_)
        | Command::Again(..)
        | Command::Spoiled(..) => return None,
        Command::Suspended => What::Suspended(Suspended {}),
        Command::Continued => What::Continued(Continued {}),
        Command::Kept(op) => {
            let up_to_date = earlier.operations.get(op.index()).is_some_and(|it| it.up_to_date);
            What::Kept(Kept { op, name: name(op), from: String::new(), up_to_date })
        }
        Command::Current(op) => What::Current(Current { op, name: name(op), stamp: None }),
        Command::Due(op) => What::Due(Due { op, name: name(op), why: Why::of(Cause::Never) }),
        Command::Started(op, attempt) => What::Started(Started { op, name: name(op), attempt, worker: None }),
        Command::Serving(op, attempt) => What::Serving(Serving { op, name: name(op), attempt }),
        Command::Stop { op, attempt, cause, .. } => {
            What::Stop(Stop { op, name: name(op), attempt, worker: None, reason: cause.reason, grace_ms: 0 })
        }
        Command::Retrying { op, attempt, status, delay_ms, .. } => {
            What::Retrying(Retrying { end: end(op, attempt, status), delay_ms })
        }
        Command::Ended { op, attempt, status, .. } => What::Ended(end(op, attempt, status)),
        Command::Skipped(op, reason) => {
            What::Skipped(Skipped { op, name: name(op), because: SkippedBecause::of(plan, reason) })
        }
        Command::Finished(status) => What::Finished(Finished { status }),
    })
}

/// The entries of a life in their order; none of what is written down, and of which a resume looks at nothing.
fn written(plan: &Plan, earlier: &RunState, trace: &Trace) -> Vec<(u64, Option<What>)> {
    let mut ailed = trace.ailed.iter().peekable();
    let mut written = Vec::new();
    let mut ail_before = |place: usize, written: &mut Vec<(u64, Option<What>)>| {
        while let Some((_, at, health)) = ailed.next_if(|(before, ..)| *before <= place) {
            written.push((*at, Some(What::Health(Box::new(health.clone())))));
        }
    };
    for (place, (at, command)) in trace.commands.iter().enumerate() {
        ail_before(place, &mut written);
        if is_entry(command) {
            written.push((*at, entry(plan, earlier, *command)));
        }
    }
    ail_before(trace.commands.len(), &mut written);
    written
}

/// What the record of a life amounts to, of which the first entries were written.
fn record(plan: &Plan, before: &Earlier, trace: &Trace, entries: usize) -> Earlier {
    let header = Header { operations: plan.len() as u32, ..Header::default() };
    let names = plan.ids().map(|op| plan.operation(op).name.clone()).collect();
    let mut state = RunState::new(&header, names);
    for (seq, (at, what)) in (0..).zip(written(plan, &before.state, trace)).take(entries) {
        if let Some(what) = what {
            state.apply(&Entry { seq, at, what });
        }
    }
    let planned = |op: OpId| PlannedOperation {
        name: plan.operation(op).name.clone(),
        id: None,
        kind: None,
        after: vec![],
        compensates: plan.compensates(op),
        monitor: plan.facts(op).monitor,
        needs: vec![],
        scheduling: None,
        fingerprint: Fingerprint::default(),
    };
    let restarts = Restarts::default();
    Earlier { run: "r".to_owned(), state, plan: plan.nodes().map(planned).collect(), restarts }
}

fn succeeded(state: &OperationState) -> bool {
    state.stage == Stage::Ended(Status::Succeeded)
}

/// What a resume takes over.
fn resume(plan: &Plan, earlier: &Earlier, on_unknown: OnUnknown) -> Carried {
    let choices = Choices { on_unknown, max_crash: 2, force: true, keep_changed: false };
    let found = earlier.find(plan);
    let known: Vec<_> = found.iter().map(|it| known(it.as_ref(), &Fingerprint::default(), None)).collect();
    let mut carried = Carried::default();
    for (op, verdict) in plan.ids().zip(decide_all(plan, &known, &choices)) {
        match verdict.decision.action {
            Action::Keep => carried.kept.push(op),
            Action::Skip => carried.left_out.push(op),
            Action::Rerun | Action::Ask => {}
        }
    }
    carried
}

/// Goes on for a run that is parked again and again, each time after a restart of the machine, until it is over.
fn park_and_go_on(world: &World) -> Result<(), TestCaseError> {
    let plan = world.plan();
    let (mut carried, mut restarts) = (Carried::default(), Restarts::default());
    // Each life is parked for a restart, until no more of them may be asked for.
    for life in 0..=MAX_RESTARTS {
        let trace = live(world, carried.clone(), usize::MAX, MAX_RESTARTS - restarts.times)?;
        let mut earlier = record(&plan, &Earlier::default(), &trace, usize::MAX);
        if earlier.state.status != Some(RunStatus::Parked) {
            return Ok(());
        }
        prop_assert!(life < MAX_RESTARTS, "it is parked although no restart is left");
        check_what_is_left(&plan, &earlier)?;
        earlier.restarts = restarts;
        let (kept, left_out) = {
            let Carried { kept, left_out, .. } = resume(&plan, &earlier, OnUnknown::Rerun);
            (kept, left_out)
        };
        let found = earlier.find(&plan);
        let (next, without_progress) = restarts::before(&plan, &earlier, &found, Restarted::Yes);
        prop_assert_eq!(next.times, life + 1);
        carried = Carried { kept, left_out, undo: false, without_progress };
        restarts = next;
    }
    Err(TestCaseError::fail("it is parked for ever"))
}

/// A parked run leaves nothing under way: what had begun has ended, and what had not is left for the next one.
fn check_what_is_left(plan: &Plan, earlier: &Earlier) -> Result<(), TestCaseError> {
    prop_assert!(restarts::asked(earlier).next().is_some(), "somebody has asked");
    for (op, state) in plan.ids().zip(&earlier.state.operations) {
        let Stage::Ended(status) = state.stage else {
            return Err(TestCaseError::fail(format!("{op:?} has not ended")));
        };
        let parked = state.skipped_because.as_ref().is_some_and(|why| why.kind == SkipKind::RunParked);
        prop_assert!(!parked || status == Status::Skipped && state.attempt == 0, "{op:?} is {status:?}");
    }
    Ok(())
}

/// What an undo takes over.
fn undo(plan: &Plan, earlier: &Earlier) -> Carried {
    let is_left = |(op, found): (OpId, Option<_>)| {
        found.is_some_and(|it: crate::resume::facts::Found<'_>| it.is_to_be_undone()).then_some(op)
    };
    let kept = plan.ids().zip(earlier.find(plan)).filter_map(is_left).collect();
    Carried { kept, undo: true, ..Carried::default() }
}

/// The operations that were started in a life.
fn started(trace: &Trace) -> BTreeSet<OpId> {
    let start = |(_, command): &(u64, Command)| match command {
        Command::Start(op, _) => Some(*op),
        _ => None,
    };
    trace.commands.iter().filter_map(start).collect()
}

/// Whether it is plain that what succeeded in such a world stays: nothing runs because of a failure or each time.
fn is_plain(world: &World) -> bool {
    let is_plain = |actor: &Actor| {
        let again = actor.asks.is_some_and(|(_, rerun)| rerun);
        actor.trigger == Trigger::AllSucceeded && actor.compensation.is_none() && !again
    };
    world.actors.iter().all(is_plain)
}

/// Crashes a world again and again, each time after a number of entries, and goes on; then undoes what it has done, with
/// as many crashes.
fn die_and_go_on(world: &World, deaths: &[usize], on_unknown: OnUnknown) -> Result<(), TestCaseError> {
    let plan = world.plan();
    let mut carried = Carried::default();
    let mut earlier = Earlier::default();
    for &entries in deaths.iter().chain([&usize::MAX]) {
        let done: Vec<bool> = earlier.state.operations.iter().map(succeeded).collect();
        let life = live(world, carried.clone(), entries, MAX_RESTARTS)?;
        let begun = started(&life);
        for op in &carried.kept {
            prop_assert!(!begun.contains(op), "{op:?} is kept, and runs again");
        }
        for op in plan.ids().filter(|op| is_plain(world) && begun.contains(op)) {
            let plain = world.actors[op.index()].kind == Kind::Script;
            prop_assert!(!plain || !done.get(op.index()).is_some_and(|done| *done), "{op:?} runs again");
        }
        earlier = record(&plan, &earlier, &life, entries);
        carried = resume(&plan, &earlier, on_unknown);
    }
    let mut left = undo(&plan, &earlier);
    for &entries in deaths.iter().chain([&usize::MAX, &usize::MAX]) {
        let life = live(world, left.clone(), entries, MAX_RESTARTS)?;
        prop_assert!(started(&life).iter().all(|op| plan.compensates(*op).is_some()), "an undo only undoes");
        earlier = record(&plan, &earlier, &life, entries);
        let next = undo(&plan, &earlier);
        prop_assert!(next.kept.iter().all(|op| left.kept.contains(op)), "an undo leaves more than there was");
        left = next;
    }
    Ok(())
}

/// What was undone because it was unhealthy is made again, and so is what was built on it; and what is left of that is
/// for an undo.
fn check_what_was_compensated(
    plan: &Plan,
    earlier: &Earlier,
    carried: &Carried,
) -> Result<(), TestCaseError> {
    let left = undo(plan, earlier).kept;
    for (op, state) in plan.ids().zip(&earlier.state.operations) {
        let Some(undo) = plan.compensation_of(op) else { continue };
        let stage = earlier.state.compensations.get(&undo).map_or(Stage::Waiting, |it| it.stage);
        let wanted = state.health.iter().any(|check| check.remedies.contains_key(&Remedy::Compensate));
        let ended_badly = matches!(state.stage, Stage::Ended(status) if status != Status::Succeeded);
        if wanted && ended_badly {
            let undone = stage == Stage::Ended(Status::Succeeded);
            prop_assert_eq!(
                left.contains(&op),
                !undone,
                "{:?} was to be undone, and that is {:?}",
                op,
                stage
            );
        }
        if matches!(stage, Stage::Waiting | Stage::Ended(Status::Skipped)) {
            continue;
        }
        for built in plan.graph().dependents.of(op).iter().filter(|built| !plan.is_weak(op, **built)) {
            prop_assert!(!carried.kept.contains(built), "{built:?} is kept, and {op:?} was undone before it");
        }
    }
    Ok(())
}

/// The same of a run whose operations prove to be unhealthy meanwhile. What is done about that is written before it is done, so
/// that the next life knows of it.
fn ail_and_go_on(
    world: &World,
    lives: &[(Vec<Ail>, usize)],
    on_unknown: OnUnknown,
) -> Result<(), TestCaseError> {
    let plan = world.plan();
    let mut carried = Carried::default();
    let mut earlier = Earlier::default();
    let last = (Vec::new(), usize::MAX);
    for (ails, entries) in lives.iter().chain([&last]) {
        let done: Vec<bool> = earlier.state.operations.iter().map(succeeded).collect();
        let life = ailing::live(world, ails, carried.clone(), *entries)?;
        let begun = started(&life);
        let renewed = |op: OpId| {
            let of_op = life.ailed.iter().filter(|(_, _, health)| health.op == Some(op));
            of_op
                .filter_map(|(_, _, health)| health.done())
                .any(|remedy| matches!(remedy, Remedy::Restart | Remedy::Rerun))
        };
        for op in carried.kept.iter().filter(|op| begun.contains(op)) {
            prop_assert!(renewed(*op), "{op:?} is kept and well, and runs again");
        }
        for op in plan.ids().filter(|op| is_plain(world) && begun.contains(op) && !renewed(*op)) {
            let plain = world.actors[op.index()].kind == Kind::Script;
            prop_assert!(!plain || !done.get(op.index()).is_some_and(|done| *done), "{op:?} runs again");
        }
        earlier = record(&plan, &earlier, &life, *entries);
        carried = resume(&plan, &earlier, on_unknown);
        for (op, state) in plan.ids().zip(&earlier.state.operations) {
            let failed = matches!(state.stage, Stage::Ended(status) if status.is_failure());
            prop_assert!(!failed || !carried.kept.contains(&op), "{op:?} has failed after all, and is kept");
        }
        check_what_was_compensated(&plan, &earlier, &carried)?;
    }
    let mut left = undo(&plan, &earlier);
    for _ in 0..2 {
        let life = live(world, left.clone(), usize::MAX, MAX_RESTARTS)?;
        prop_assert!(started(&life).iter().all(|op| plan.compensates(*op).is_some()), "an undo only undoes");
        earlier = record(&plan, &earlier, &life, usize::MAX);
        let next = undo(&plan, &earlier);
        prop_assert!(next.kept.iter().all(|op| left.kept.contains(op)), "an undo leaves more than there was");
        left = next;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::cases(), ..ProptestConfig::default() })]
    #[test]
    fn a_run_that_dies_at_any_entry_is_resumed_and_undone_by_the_same_promises(
        world in super::world::worlds(),
        deaths in proptest::collection::vec(0usize..40, 1..4),
        skips in any::<bool>(),
    ) {
        die_and_go_on(&world, &deaths, if skips { OnUnknown::Skip } else { OnUnknown::Rerun })?;
    }

    #[test]
    fn a_run_that_ails_and_dies_at_any_entry_is_resumed_and_undone_by_the_same_promises(
        world in super::world::worlds(),
        lives in proptest::collection::vec((ails(), 0usize..40), 1..4),
        skips in any::<bool>(),
    ) {
        ail_and_go_on(&world, &lives, if skips { OnUnknown::Skip } else { OnUnknown::Rerun })?;
    }

    #[test]
    fn a_run_that_is_parked_for_restarts_goes_on_and_ends(world in super::world::worlds()) {
        park_and_go_on(&world)?;
    }
}
