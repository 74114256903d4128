//! The table of what has to run: every combination of facts, against the same rules by what is done.

use super::listing::Problem;
use super::table::{Facts, Files, Last, ROWS, Verdict, decide};
use crate::docs_table;
use crate::record::stamp::Differs;
use crate::record::{Cause, Why};
use std::collections::BTreeSet;

const LASTS: [Last; 4] = [Last::Never, Last::Unfinished, Last::Undone, Last::Succeeded];

fn files() -> [Files; 6] {
    let named = |how| Files::Differ(how, Some("a".to_owned()));
    [
        Files::Same,
        named(Differs::Changed),
        named(Differs::Added),
        named(Differs::Removed),
        Files::Problem(Problem::Missing("a".to_owned())),
        Files::Problem(Problem::Unreadable("a".to_owned())),
    ]
}

fn all_facts() -> impl Iterator<Item = Facts> {
    (0..256 * 4 * 36usize).map(|number| {
        let bit = |place: usize| (number >> place) & 1 == 1;
        let rest = number >> 8;
        Facts {
            forced: bit(0),
            files: bit(1),
            test: bit(2),
            declared: bit(3),
            unknown: bit(4),
            block: bit(5),
            parameters: bit(6),
            drawn_by: bit(7).then(|| "root".to_owned()),
            last: LASTS[rest % 4],
            inputs: files()[rest / 4 % 6].clone(),
            outputs: files()[rest / 24].clone(),
        }
    })
}

/// The same rules the other way round: what keeps an operation from running.
fn may_stay(it: &Facts) -> bool {
    let as_it_was = it.last == Last::Succeeded && !it.declared && !it.unknown && !it.block && !it.parameters;
    !it.forced
        && it.drawn_by.is_none()
        && (!it.files || as_it_was)
        && it.inputs == Files::Same
        && it.outputs == Files::Same
}

#[test]
fn every_combination_is_decided_as_the_rules_say() {
    let mut causes = BTreeSet::new();
    for facts in all_facts() {
        match decide(&facts) {
            Verdict::Run(Why { cause, .. }) => {
                assert!(!may_stay(&facts), "{facts:?}");
                causes.insert(cause);
            }
            verdict => {
                assert!(may_stay(&facts), "{facts:?}");
                assert_eq!(verdict == Verdict::Ask, facts.test, "{facts:?}");
            }
        }
    }
    use Cause::*;
    let expected = BTreeSet::from([
        Forced,
        Never,
        Unfinished,
        Undone,
        Declaration,
        Block,
        Parameters,
        Unknown,
        Dependency,
        InputChanged,
        InputAdded,
        InputRemoved,
        InputMissing,
        InputUnreadable,
        OutputChanged,
        OutputAdded,
        OutputMissing,
        OutputUnreadable,
    ]);
    assert_eq!(causes, expected, "each row decides something");
}

#[test]
fn the_table_in_the_docs_is_the_one_that_decides() {
    let rows = ROWS.iter().enumerate().map(|(number, row)| {
        let action = match number + 2 {
            last if last > ROWS.len() => "is up to date",
            last if last == ROWS.len() => "asks its test: up to date, or run",
            _ => "runs",
        };
        (row.when, action)
    });
    let source = "core/src/freshness/table.rs";
    docs_table::check(
        "docs/up-to-date.md",
        source,
        "it",
        &rows.collect::<Vec<_>>(),
        "LABRUNNER_WRITE_UP_TO_DATE",
    );
}
