//! The table of a resume: tried on every combination, against the same rules written down a second time, and on whole
//! plans under proptest.

use super::spread::{Known, Verdict, decide_all};
use super::table::{
    Action, Choices, Decision, Difference, Facts, OnUnknown, Past, ROWS, Reason, Role, decide,
};
use crate::docs_table;
use crate::graph::OpId;
use crate::operation::{Operation, PlanRequest, ProcessMode, Trigger, UpToDate, Work};
use crate::plan::Plan;
use crate::plan::tests::{process, script};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PASTS: [Past; 8] = [
    Past::Absent,
    Past::NotReached,
    Past::Failed,
    Past::Interrupted,
    Past::Serving,
    Past::Succeeded,
    Past::Undone,
    Past::AsksAgain,
];
const ROLES: [Role; 5] = [Role::Work, Role::Service, Role::Stop, Role::Monitor, Role::Always];
const CHANGES: [Option<Difference>; 5] = [
    None,
    Some(Difference::Block),
    Some(Difference::Parameters),
    Some(Difference::Inputs),
    Some(Difference::Outputs),
];
const UNKNOWN: [OnUnknown; 3] = [OnUnknown::Rerun, OnUnknown::Skip, OnUnknown::Stop];

fn all_facts() -> impl Iterator<Item = Facts> {
    (0..8 * 5 * 5 * 4 * 64usize).map(|number| {
        let bit = |place: usize| (number >> place) & 1 == 1;
        let rest = number >> 6;
        Facts {
            consequence: bit(0),
            rebuilt: bit(1),
            needed: bit(2),
            last: bit(3),
            test: bit(4),
            idempotent: bit(5),
            crashes: (rest % 4) as u32,
            changed: CHANGES[rest / 4 % 5],
            role: ROLES[rest / 20 % 5],
            past: PASTS[rest / 100],
        }
    })
}

fn all_choices() -> impl Iterator<Item = Choices> {
    (0..3 * 3 * 4usize).map(|number| Choices {
        on_unknown: UNKNOWN[number % 3],
        max_crash: (number / 3 % 3) as u32 + 1,
        force: (number / 9) & 1 == 1,
        keep_changed: number / 18 == 1,
    })
}

/// The same rules the other way round: by what is done, from the rarest to the rule.
fn expected(it: &Facts, choices: &Choices) -> Action {
    let died_at_work = it.past == Past::Interrupted && it.role != Role::Monitor;
    if died_at_work {
        let often = it.crashes >= choices.max_crash && !choices.force;
        let may_choose = it.role == Role::Work && !it.idempotent;
        return match choices.on_unknown {
            _ if often => Action::Ask,
            _ if may_choose && it.test => Action::Rerun,
            OnUnknown::Stop if may_choose => Action::Ask,
            OnUnknown::Skip if may_choose => Action::Skip,
            _ => Action::Rerun,
        };
    }
    let is_done = matches!(it.past, Past::Succeeded | Past::Serving);
    let runs_each_time = matches!(it.role, Role::Monitor | Role::Always);
    let is_void = it.consequence || it.rebuilt || it.changed.is_some() && !choices.keep_changed;
    let is_called_for = it.needed && matches!(it.role, Role::Service | Role::Stop);
    let ends_the_lab = it.past == Past::Serving && it.last;
    if is_done && !runs_each_time && !is_void && !is_called_for && !ends_the_lab {
        Action::Keep
    } else {
        Action::Rerun
    }
}

#[test]
fn every_combination_is_decided_as_the_rules_say() {
    let mut used = BTreeSet::new();
    for facts in all_facts() {
        for choices in all_choices() {
            let Decision { action, reason } = decide(&facts, &choices);
            assert_eq!(action, expected(&facts, &choices), "{facts:?} {choices:?}");
            used.insert((action, reason));
            // Whatever else runs only adds to what runs.
            for more in [
                Facts { needed: true, ..facts },
                Facts { rebuilt: true, ..facts },
                Facts { consequence: true, ..facts },
            ] {
                if action == Action::Rerun {
                    assert_eq!(decide(&more, &choices).action, Action::Rerun, "{more:?} {choices:?}");
                }
            }
        }
    }
    let rows: BTreeSet<_> = ROWS.iter().map(|row| (row.action, row.reason)).collect();
    assert_eq!(used, rows, "each row decides something");
}

#[test]
fn the_table_in_the_docs_is_the_one_that_decides() {
    let rows = ROWS.iter().map(|row| {
        let action = match row.action {
            Action::Keep => "kept",
            Action::Rerun => "run",
            Action::Skip => "skipped",
            Action::Ask => "an error, and nothing starts",
        };
        (row.when, action)
    });
    let source = "core/src/resume/table.rs";
    docs_table::check("docs/resume.md", source, "it is", &rows.collect::<Vec<_>>(), "LABRUNNER_WRITE_RESUME");
}

/// The kind of an operation, its trigger, and what it depends on: which one, and whether that only orders.
type Declared = (u8, u8, Vec<(usize, bool)>);

/// A plan, what became of its operations, and which of them have changed since.
#[derive(Clone, Debug)]
struct Case {
    plan: Vec<Declared>,
    known: Vec<Known>,
    choices: Choices,
}

fn cases() -> impl Strategy<Value = Case> {
    let choices = (0u8..3, any::<bool>()).prop_map(|(unknown, keep_changed)| Choices {
        on_unknown: UNKNOWN[unknown as usize],
        max_crash: 2,
        force: false,
        keep_changed,
    });
    let known = (0usize..8, 0usize..9, 0u32..2).prop_map(|(past, changed, crashes)| Known {
        past: PASTS[past],
        changed: CHANGES.get(changed).copied().flatten(),
        crashes,
    });
    (1usize..12).prop_flat_map(move |count| {
        let operation =
            (0u8..8, 0u8..4, proptest::collection::vec((0..count, proptest::bool::weighted(0.15)), 0..3));
        let all = proptest::collection::vec(operation, count);
        (all, proptest::collection::vec(known.clone(), count), choices.clone())
            .prop_map(|(plan, known, choices)| Case { plan, known, choices })
    })
}

impl Case {
    fn plan(&self) -> Plan {
        let name = |at: usize| format!("n{at}");
        let is_monitor = |at: usize| self.plan[at].0 == 7;
        let operations = self.plan.iter().enumerate().map(|(at, (kind, trigger, on))| {
            let named = |weak: bool| {
                on.iter()
                    .filter(|(to, is_weak)| *to < at && *is_weak == weak && !is_monitor(*to))
                    .map(|(to, _)| name(*to))
                    .collect::<Vec<_>>()
            };
            let service = (0..at).rev().find(|&to| self.plan[to].0 == 5);
            let base = match kind {
                5 => process("", ProcessMode::Service),
                6 => match service {
                    Some(service) => {
                        Operation { work: Work::Stop { service: name(service) }, ..script("", &[]) }
                    }
                    None => script("", &[]),
                },
                7 => Operation { kind: Some("Monitor".to_owned()), ..script("", &[]) },
                4 => Operation {
                    up_to_date: Some(Box::new(UpToDate { test: true, ..UpToDate::default() })),
                    ..script("", &[])
                },
                _ => script("", &[]),
            };
            let triggers = [Trigger::AllSucceeded, Trigger::AllDone, Trigger::AnyFailed, Trigger::Always];
            let trigger = if *kind < 3 { triggers[*trigger as usize] } else { Trigger::AllSucceeded };
            Operation {
                name: name(at),
                dependencies: named(false),
                weak_dependencies: named(true),
                trigger,
                idempotent: at % 3 == 2,
                ..base
            }
        });
        let operations = operations.collect();
        Plan::compile(PlanRequest { operations, ..PlanRequest::default() }).unwrap()
    }

    fn verdicts(&self) -> Vec<Verdict> {
        decide_all(&self.plan(), &self.known, &self.choices)
    }
}

/// Who is run, by rules of its own: sets that grow until nothing is added any more.
fn oracle(plan: &Plan, known: &[Known], choices: &Choices) -> BTreeSet<OpId> {
    let graph = plan.graph();
    let past = |op: OpId| known[op.index()].past;
    let strong = |op: OpId| {
        let all = graph.dependencies.of(op).iter().copied();
        all.filter(|&on| !plan.is_weak(on, op)).collect::<Vec<_>>()
    };
    let is_done = |op: OpId| matches!(past(op), Past::Succeeded | Past::Serving);
    let facts = |op: OpId| plan.facts(op);
    let mut consequences: BTreeSet<OpId> = BTreeSet::new();
    let mut made: BTreeSet<OpId> = BTreeSet::new();
    let mut runs: BTreeSet<OpId> = BTreeSet::new();
    loop {
        let before = (consequences.len(), made.len(), runs.len());
        for op in plan.ids() {
            if past(op) == Past::Succeeded {
                let bad = strong(op).into_iter().any(|on| {
                    matches!(
                        past(on),
                        Past::NotReached | Past::Failed | Past::Interrupted | Past::Undone | Past::AsksAgain
                    )
                });
                let waits_for_any = facts(op).trigger != Trigger::AllSucceeded;
                if facts(op).trigger == Trigger::AnyFailed
                    || bad && waits_for_any
                    || strong(op).iter().any(|on| consequences.contains(on))
                {
                    consequences.insert(op);
                }
            }
            let by_itself = facts(op).monitor
                || facts(op).trigger == Trigger::Always && plan.stops(op).is_none() && !facts(op).service;
            let is_changed = is_done(op) && known[op.index()].changed.is_some() && !choices.keep_changed;
            let is_made = past(op) == Past::Undone
                || is_done(op)
                    && !by_itself
                    && (is_changed
                        || consequences.contains(&op)
                        || strong(op).iter().any(|on| made.contains(on)));
            // A monitor watches, whatever else there is to say of it.
            if is_made && !(facts(op).monitor && past(op) != Past::Undone) {
                made.insert(op);
            }
            let asked = past(op) == Past::Interrupted
                && !facts(op).monitor
                && (known[op.index()].crashes >= choices.max_crash
                    || choices.on_unknown != OnUnknown::Rerun
                        && !plan.operation(op).idempotent
                        && !by_itself
                        && plan.stops(op).is_none()
                        && plan.up_to_date(op).is_none()
                        && !facts(op).service);
            let dependents = graph.dependents.of(op);
            let leaf = dependents.iter().all(|&other| plan.stops(other) == Some(op));
            if !asked
                && (!is_done(op) || by_itself || made.contains(&op) || past(op) == Past::Serving && leaf)
            {
                runs.insert(op);
            }
            if facts(op).service && is_done(op) {
                let stopped = past(op) == Past::Succeeded
                    && dependents
                        .iter()
                        .any(|&other| plan.stops(other) == Some(op) && past(other) == Past::Succeeded);
                if !stopped && reaches(plan, op, &runs) {
                    runs.insert(op);
                }
            }
            if plan.stops(op).is_some_and(|service| runs.contains(&service)) && !asked {
                runs.insert(op);
            }
        }
        if before == (consequences.len(), made.len(), runs.len()) {
            return runs;
        }
    }
}

/// Whether something that runs lies behind an operation, on a way without stop operations.
fn reaches(plan: &Plan, from: OpId, runs: &BTreeSet<OpId>) -> bool {
    plan.graph().dependents.of(from).iter().any(|&to| {
        !plan.is_weak(from, to) && plan.stops(to).is_none() && (runs.contains(&to) || reaches(plan, to, runs))
    })
}

fn runs(verdicts: &[Verdict]) -> BTreeSet<OpId> {
    let ids = (0u32..).map(OpId).zip(verdicts);
    ids.filter(|(_, verdict)| verdict.decision.action == Action::Rerun).map(|(op, _)| op).collect()
}

/// What becomes of a resumed run in which everything that runs succeeds: services serve until its end.
fn all_well(known: &[Known], verdicts: &[Verdict]) -> Vec<Known> {
    let after = |(known, verdict): (&Known, &Verdict)| match verdict.decision.action {
        Action::Keep | Action::Rerun => Known { past: Past::Succeeded, changed: None, crashes: 0 },
        Action::Skip | Action::Ask => *known,
    };
    known.iter().zip(verdicts).map(after).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_is_decided_as_the_oracle_says(case in cases()) {
        let plan = case.plan();
        let verdicts = case.verdicts();
        let expected = oracle(&plan, &case.known, &case.choices);
        prop_assert_eq!(runs(&verdicts), expected, "{:?}", verdicts);
    }

    /// What succeeded stays, unless it changed or a service or something before it demands it.
    #[test]
    fn what_succeeded_stays_unless_there_is_a_reason(case in cases()) {
        let plan = case.plan();
        for (op, verdict) in plan.ids().zip(case.verdicts()) {
            let Known { past, changed, .. } = case.known[op.index()];
            if past != Past::Succeeded || verdict.decision.action == Action::Keep {
                continue;
            }
            match verdict.decision.reason {
                Reason::Changed => prop_assert!(changed.is_some() && !case.choices.keep_changed),
                Reason::Watches => prop_assert!(plan.facts(op).monitor),
                Reason::AlwaysRuns => prop_assert_eq!(plan.facts(op).trigger, Trigger::Always),
                Reason::Consequence => {
                    prop_assert!(verdict.because_of.is_some() || plan.facts(op).trigger == Trigger::AnyFailed);
                }
                Reason::Rebuilt => prop_assert!(verdict.because_of.is_some()),
                Reason::Needed => {
                    prop_assert!(plan.facts(op).service || plan.stops(op).is_some());
                    prop_assert!(verdict.because_of.is_some());
                }
                other => prop_assert!(false, "{op:?} runs again: {other:?}"),
            }
        }
    }

    /// A resume of a resume ends: when all that runs succeeds, nothing is left but what runs each time and what it needs.
    #[test]
    fn a_resume_of_a_resume_has_nothing_left_to_do(case in cases()) {
        let plan = case.plan();
        let mut case = Case {
            choices: Choices { on_unknown: OnUnknown::Rerun, force: true, ..case.choices },
            ..case
        };
        case.known = all_well(&case.known, &case.verdicts());
        let again = case.verdicts();
        let each_time = plan.ids().any(|op| plan.facts(op).monitor || plan.facts(op).trigger == Trigger::Always);
        for (op, verdict) in plan.ids().zip(&again) {
            let facts = plan.facts(op);
            // What is there for failures only is not run by a run in which nothing fails.
            let expected = facts.monitor || facts.trigger != Trigger::AllSucceeded || each_time
                || verdict.decision.action == Action::Keep
                || verdict.because_of.is_some_and(|on| again[on.index()].decision.action == Action::Rerun);
            prop_assert!(expected, "{op:?} {verdict:?}");
        }
    }

    /// However often a run dies: what is run gets less with each resume in which something succeeds.
    #[test]
    fn more_success_never_makes_more_work(case in cases(), lucky in any::<prop::sample::Index>()) {
        let plan = case.plan();
        let case = Case { choices: Choices { on_unknown: OnUnknown::Rerun, force: true, keep_changed: true, ..case.choices }, ..case };
        let before = runs(&case.verdicts());
        let op = OpId(lucky.index(plan.len()) as u32);
        // It succeeds, and all it waits for has: what became of the others stays.
        let waits_well = plan.graph().dependencies.of(op).iter()
            .all(|on| case.known[on.index()].past == Past::Succeeded);
        if !waits_well || plan.facts(op).trigger != Trigger::AllSucceeded {
            return Ok(());
        }
        let mut after = case.clone();
        after.known[op.index()] = Known { past: Past::Succeeded, changed: None, crashes: 0 };
        let after = runs(&after.verdicts());
        prop_assert!(after.is_subset(&before), "{op:?}: {before:?}, then {after:?}");
    }
}
