//! What counts as done and as undone of an operation that proved to be unhealthy after it had succeeded.

use super::super::spread::decide_all;
use super::super::table::{Action, Choices, OnUnknown, Reason};
use super::*;
use crate::health;
use crate::operation::{Operation, Remedy, Work};
use crate::plan::tests::{plan, script};
use crate::record::entry::{Ended, Started};
use crate::record::health::Health;
use crate::record::{Entry, Header, What};

/// What is left to be undone of `a`, and what a resume does with it and with `b`, which was built on it.
fn after(plan: &Plan, happened: Vec<What>) -> (bool, [(Action, Reason); 2]) {
    let header = Header { operations: 2, ..Header::default() };
    let names = plan.ids().map(|op| plan.operation(op).name.clone()).collect();
    let mut state = RunState::new(&header, names);
    for (seq, what) in (0..).zip(happened) {
        state.apply(&Entry { seq, at: seq, what });
    }
    let planned = |op: OpId| PlannedOperation {
        name: plan.operation(op).name.clone(),
        compensates: plan.compensates(op),
        id: None,
        kind: None,
        after: vec![],
        monitor: false,
        needs: vec![],
        scheduling: None,
        fingerprint: Fingerprint::default(),
    };
    let earlier = Earlier { state, plan: plan.nodes().map(planned).collect(), ..Earlier::default() };
    let found = earlier.find(plan);
    let known: Vec<_> = found.iter().map(|it| known(it.as_ref(), &Fingerprint::default(), None)).collect();
    let choices = Choices { on_unknown: OnUnknown::Rerun, max_crash: 2, force: false, keep_changed: false };
    let decided = decide_all(plan, &known, &choices);
    let decided = [0, 1].map(|place| (decided[place].decision.action, decided[place].decision.reason));
    (found[0].is_some_and(|it| it.is_to_be_undone()), decided)
}

#[test]
fn what_was_undone_because_it_was_unhealthy_is_made_again_and_what_was_not_is_left_to_an_undo() {
    let undone = Operation { compensation: Some(Box::new(Work::Script)), ..script("a", &[]) };
    let plan = plan(vec![undone, script("b", &["a"])]);
    let started = |op: OpId| {
        let name = plan.operation(op).name.clone();
        What::Started(Started { op, name, attempt: 1, worker: None })
    };
    let ended = |op: OpId, status| {
        What::Ended(Ended {
            op,
            name: plan.operation(op).name.clone(),
            attempt: 1,
            status,
            worker: None,
            error: None,
            exit_code: None,
            duration_ms: 0,
            test: None,
            stamp: None,
        })
    };
    let unhealthy = What::Health(Box::new(Health {
        op: Some(OpId(0)),
        name: "a".to_owned(),
        attempt: 1,
        check: "own".to_owned(),
        status: health::Status::Unhealthy,
        failures: 1,
        message: String::new(),
        remedy: Some(Remedy::Compensate),
        time: 0,
        budget: 0,
        refused: None,
    }));
    let both = [OpId(0), OpId(1)].map(|op| [started(op), ended(op, Status::Succeeded)]).concat();
    let undo = OpId(2);
    let made_again = [(Action::Rerun, Reason::Undone), (Action::Rerun, Reason::Rebuilt)];
    // By how far its rollback had come.
    for (rollback, left, resumed) in [
        (vec![], true, [(Action::Rerun, Reason::Failed), (Action::Keep, Reason::Succeeded)]),
        (vec![started(undo)], true, made_again),
        (vec![started(undo), ended(undo, Status::Failed)], true, made_again),
        (vec![started(undo), ended(undo, Status::Succeeded)], false, made_again),
    ] {
        let happened = [both.clone(), vec![unhealthy.clone()], rollback.clone()].concat();
        assert_eq!(after(&plan, happened), (left, resumed), "{rollback:?}");
    }
    // A service that a rollback could not stop is undone all the same.
    let abandoned = [&both[..1], &[ended(OpId(0), Status::Abandoned)], &both[2..], &[started(undo)]].concat();
    assert_eq!(after(&plan, abandoned), (true, made_again));
    // One that fails by itself leaves nothing to undo.
    let failed = vec![started(OpId(0)), ended(OpId(0), Status::Failed)];
    let (left, [a, b]) = after(&plan, failed);
    assert_eq!((left, a.1, b.1), (false, Reason::Failed, Reason::NotReached));
}
